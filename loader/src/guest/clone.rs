//! The system call behind the home glibc's `fork`, made by the guest's `fork`: both libcs' locks are then taken before it
//! and put right after it, and both know the child's one thread.
//!
//! glibc's `fork` takes its own locks and calls `_Fork` (2.34 and later; its own manual page), which is this one in a
//! static program, if the linker meets it before glibc's. A home libc that has none, or its own, forks alone, and the
//! child's calls are as safe as POSIX promises: those that are async-signal-safe.

// Depended on so that the linker sees this crate's `_Fork` before the C library's, and takes no second one from there.
extern crate libc as _;

use core::ffi::c_int;
use core::sync::atomic::{AtomicUsize, Ordering};

use crate::arch::{self, number};
use crate::guest::{attach, errno, guest_symbol, handlers, maker};
use crate::host::{LinkMode, host_if_up};
use crate::optional;

/// The guest's fork(2); 0 until it is asked for. Threads that race find the same.
static FORK: AtomicUsize = AtomicUsize::new(0);

/// Looks for the guest's fork(2), which another function is found in place of: before the locks are taken that looking may
/// need.
pub(crate) fn find() -> Option<usize> {
    if FORK.load(Ordering::Relaxed) == 0 {
        let host = host_if_up().filter(|host| host.link_mode() == LinkMode::Guest)?;
        FORK.store(guest_symbol(host, c"fork")?, Ordering::Relaxed);
    }
    Some(FORK.load(Ordering::Relaxed))
}

const SIG_SETMASK: usize = 2;
const PR_GET_TID_ADDRESS: usize = 40;
/// CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | SIGCHLD.
const LIKE_FORK: usize = 0x20_0000 | 0x100_0000 | 17;
const ENOSYS: i32 = 38;

/// What the kernel holds of a home control block, to be told again in the child.
struct Registered {
    /// Where the thread's id is kept, and cleared when it ends.
    thread_id: usize,
    /// The list of robust mutexes, as in `struct robust_list_head`.
    robust: *mut [usize; 3],
}

impl Registered {
    /// What is registered for the calling thread.
    fn get() -> Self {
        let mut this = Self { thread_id: 0, robust: core::ptr::null_mut() };
        let mut len = 0usize;
        // SAFETY: prctl(2) and get_robust_list(2) of this thread write a word each, and two.
        unsafe {
            let place = &raw mut this.thread_id as usize;
            if arch::syscall(number::PRCTL, [PR_GET_TID_ADDRESS, place, 0, 0, 0, 0]) != 0 {
                this.thread_id = 0; // a kernel without CONFIG_CHECKPOINT_RESTORE
            }
            let (head, len) = (&raw mut this.robust as usize, &raw mut len as usize);
            if arch::syscall(number::GET_ROBUST_LIST, [0, head, len, 0, 0, 0]) != 0 {
                this.robust = core::ptr::null_mut();
            }
        }
        if this.thread_id == 0 {
            this.thread_id = find_thread_id();
        }
        this
    }

    /// Makes the home control block that of the child's one thread, as glibc's own `_Fork` does
    /// (`sysdeps/nptl/_Fork.c`).
    ///
    /// # Safety
    /// Called in the child, on the thread that asked.
    unsafe fn renew(self) {
        // SAFETY: the places that this thread had registered, in its control block.
        unsafe {
            if self.thread_id != 0 {
                *(self.thread_id as *mut u32) = crate::sys::thread_id() as u32;
                arch::syscall(number::SET_TID_ADDRESS, [self.thread_id, 0, 0, 0, 0, 0]);
            }
            if !self.robust.is_null() {
                // The parent's locks are not the child's. The word before the head points to the list's last entry.
                *self.robust.cast::<usize>().sub(1) = self.robust as usize;
                (*self.robust)[0] = self.robust as usize;
                let size = size_of::<[usize; 3]>();
                arch::syscall(number::SET_ROBUST_LIST, [self.robust as usize, size, 0, 0, 0, 0]);
            }
        }
        for forget in [optional::getrandom_fork_subprocess(), optional::mq_notify_fork_subprocess()] {
            if forget != 0 {
                // SAFETY: glibc's own functions for this moment; the first takes the thread's control block.
                unsafe {
                    let forget: extern "C" fn(*mut u8) = core::mem::transmute(forget);
                    forget(arch::own_thread_pointer());
                }
            }
        }
    }
}

/// The word of glibc's control block that holds the thread's id, by value.
fn find_thread_id() -> usize {
    let (from, to) = arch::control_block(arch::own_thread_pointer() as usize);
    let id = crate::sys::thread_id() as u32;
    // SAFETY: the words of this thread's control block.
    (from..to).step_by(4).find(|&address| unsafe { *(address as *const u32) } == id).unwrap_or(0)
}

#[cfg(all(target_env = "gnu", target_feature = "crt-static"))]
arch::interpose!(".weak", "_Fork", fork);

/// _Fork(3): fork(2) without the libc's handlers and locks, which its `fork` has run and taken.
#[cfg_attr(
    not(all(target_env = "gnu", target_feature = "crt-static")),
    allow(dead_code, reason = "reached by the symbol alone")
)]
pub(crate) unsafe extern "C" fn fork() -> c_int {
    let (all, mut mask) = (u64::MAX, 0u64);
    let fork = FORK.load(Ordering::Relaxed);
    // SAFETY: rt_sigprocmask(2), then fork(2) on this thread's guest control block, or clone(2) that does the same. No
    // handler runs before the child's control block is whole.
    unsafe {
        let place = &raw mut mask as usize;
        arch::syscall(number::RT_SIGPROCMASK, [SIG_SETMASK, &raw const all as usize, place, 8, 0, 0]);
        let registered = Registered::get();
        let mut guest = *arch::guest_thread_pointer_word();
        if guest.is_null() && super::fork::is_forking() {
            // This thread has no control block; the kept one is its own while it forks.
            guest = maker::GUEST.kept();
        }
        let result = if fork != 0 && !guest.is_null() {
            match arch::call_on(guest, fork, 0, 0, 0, 0) as i32 {
                -1 => -handlers::guest_errno(guest).unwrap_or(ENOSYS),
                process => process,
            }
        } else {
            arch::clone_like_fork(LIKE_FORK, registered.thread_id) as i32
        };
        if result == 0 {
            registered.renew();
            attach::tell_kernel_id();
        }
        arch::syscall(number::RT_SIGPROCMASK, [SIG_SETMASK, place, 0, 8, 0, 0]);
        if result >= 0 {
            return result;
        }
        errno::set_at(optional::errno_location(), crate::Errno(-result));
        -1
    }
}
