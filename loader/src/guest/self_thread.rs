//! Functions of the guest's that act on the calling thread by its control block: in a borrowed one the guest's libc finds
//! the kernel id of the parked thread that lends it. Libraries of the host find these in the program image instead.

use core::ffi::{CStr, c_int, c_void};

use crate::arch::{self, number};
use crate::error::Errno;
use crate::exported::Exported;
use crate::guest::{area, call, errno, guest_symbol, handlers};
use crate::host::host_if_up;
use crate::{slots, sys};

pub(crate) mod scheduling;

const EINVAL: c_int = 22;
const ENOTSUP: c_int = 95;
const SIGABRT: c_int = 6;

/// A system call's result as functions of the pthread family give it: 0 or an errno.
fn errno_of(result: isize) -> c_int {
    if result < 0 { -result as c_int } else { 0 }
}

/// tgkill(2) within this process: 0 or an errno.
fn send(thread: usize, signal: c_int) -> c_int {
    // SAFETY: getpid(2), tgkill(2).
    errno_of(unsafe {
        let process = arch::syscall(number::GETPID, [0; 6]) as usize;
        arch::syscall(number::TGKILL, [process, thread, signal as usize, 0, 0, 0])
    })
}

/// The kernel id of the home thread that has borrowed the control block which a `pthread_t` names, if one has. Both libcs
/// make a `pthread_t` of the control block's address, which is equally far from every thread pointer.
///
/// # Safety
/// `thread` is a `pthread_t` of the guest's, whose thread has not been joined.
unsafe fn borrower(thread: usize) -> Option<usize> {
    let own_pthread_self = host_if_up()?.slots.get(slots::PTHREAD_SELF);
    let (own, _) = area::current()?;
    // SAFETY: pthread_self(3) on this guest thread pointer; the area of the thread that is asked for.
    unsafe {
        let distance = call(own_pthread_self, [0; 4]).wrapping_sub(own as usize);
        let thread_pointer = thread.wrapping_sub(distance) as *mut u8;
        let area = arch::area_of(thread_pointer);
        let borrower = (*area).borrower.load(core::sync::atomic::Ordering::Relaxed);
        let is_borrowed = (*area).key == area::key() && borrower != 0;
        // A child's only thread has another id than the word says, until it has been at home.
        is_borrowed.then_some(if thread_pointer == own { sys::thread_id() } else { borrower })
    }
}

/// raise(3).
extern "C" fn raise(signal: c_int) -> c_int {
    match send(sys::thread_id(), signal) {
        0 => 0,
        error => {
            errno::set(Errno(error));
            -1
        }
    }
}

/// The libc's own function, which gives 0 or an errno.
///
/// # Safety
/// As for the function.
unsafe fn original(name: &'static CStr, arguments: [usize; 4]) -> c_int {
    match host_if_up().and_then(|host| guest_symbol(host, name)) {
        // SAFETY: the caller's.
        Some(function) => unsafe { call(function, arguments) as c_int },
        None => EINVAL,
    }
}

/// pthread_kill(3).
unsafe extern "C" fn pthread_kill(thread: usize, signal: c_int) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        match borrower(thread) {
            Some(borrower) => send(borrower, signal),
            None => original(c"pthread_kill", [thread, signal as usize, 0, 0]),
        }
    }
}

/// abort(3): musl's raises the signal on the thread of the control block.
extern "C" fn abort() -> ! {
    const SIG_UNBLOCK: usize = 1;
    let signal_bit = 1u64 << (SIGABRT - 1);
    let unblock = [SIG_UNBLOCK, &raw const signal_bit as usize, 0, 8, 0, 0];
    // SAFETY: rt_sigprocmask(2) of one signal.
    unsafe { arch::syscall(number::RT_SIGPROCMASK, unblock) };
    send(sys::thread_id(), SIGABRT);
    // A handler has returned.
    handlers::install_for_kernel(SIGABRT, 0);
    send(sys::thread_id(), SIGABRT);
    sys::exit_group(127)
}

/// pthread_mutexattr_setprotocol(3): priority inheritance is between kernel threads, which the lock's word would name wrong.
unsafe extern "C" fn pthread_mutexattr_setprotocol(attributes: *mut c_void, protocol: c_int) -> c_int {
    const PTHREAD_PRIO_INHERIT: c_int = 1;
    if protocol == PTHREAD_PRIO_INHERIT {
        return ENOTSUP;
    }
    // SAFETY: the caller's.
    unsafe { original(c"pthread_mutexattr_setprotocol", [attributes as usize, protocol as usize, 0, 0]) }
}

/// How many there are.
pub(crate) const COUNT: usize = 4;
/// All of them, by name.
pub(crate) const ALL: [Exported; COUNT] = [
    Exported { name: c"raise", code: raise as *const () },
    Exported { name: c"pthread_kill", code: pthread_kill as *const () },
    Exported { name: c"abort", code: abort as *const () },
    Exported { name: c"pthread_mutexattr_setprotocol", code: pthread_mutexattr_setprotocol as *const () },
];
