//! Signal handlers of both sides: a signal finds the thread with either thread pointer in place, and a handler must run
//! with its own side's.
//!
//! Both libcs' `sigaction` lead here (`sigaction.rs`), and the kernel is given one of two trampolines, which puts the right
//! thread pointer in and back. The kernel's flags and mask stay the program's, so that SA_SIGINFO, SA_RESTART,
//! SA_ONSTACK and the rest are as asked for. One side sees the other's handler as its trampoline, to call or to install again.

use core::ffi::{c_int, c_void};
use core::sync::atomic::{AtomicIsize, AtomicUsize, Ordering};

use crate::arch::{self, number};
use crate::error::Errno;
use crate::guest::attach::attach;
use crate::guest::{area, identity};

/// Whose handler it is.
#[derive(Clone, Copy)]
pub(crate) enum Side {
    Home,
    Guest,
}

/// `struct sigaction` as glibc and musl have it on every 64-bit architecture.
#[repr(C)]
pub(crate) struct Action {
    pub(crate) handler: usize,
    pub(crate) mask: [u64; 16],
    pub(crate) flags: c_int,
    pub(crate) restorer: usize,
}

/// The kernel's `struct sigaction`. RISC-V's has no restorer: it ends before it.
#[derive(Default)]
#[repr(C)]
pub(crate) struct KernelAction {
    pub(crate) handler: usize,
    flags: usize,
    #[cfg(not(target_arch = "riscv64"))]
    restorer: usize,
    mask: u64,
    #[cfg(target_arch = "riscv64")]
    restorer: usize,
}

impl KernelAction {
    /// What a libc's structure says, but for the handler.
    pub(crate) fn new(handler: usize, from: &Action) -> Self {
        let restorer = arch::SIGNAL_RESTORER as usize;
        let own = if restorer == 0 { 0 } else { SA_RESTORER };
        Self { handler, flags: from.flags as u32 as usize | own, restorer, mask: from.mask[0] }
    }

    /// Says it in a libc's structure.
    pub(crate) fn give(&self, to: &mut Action) {
        to.handler = self.handler;
        to.mask = [0; 16];
        to.mask[0] = self.mask;
        to.flags = (self.flags & !SA_RESTORER) as c_int;
        to.restorer = self.restorer;
    }
}

const SIGNALS: usize = 64;
const SIG_IGN: usize = 1;
const SA_RESTORER: usize = 0x0400_0000;
const EINVAL: Errno = Errno(22);
/// Bytes of the kernel's sigset_t.
const MASK_SIZE: usize = 8;

/// Each side's handlers by signal. Stored before the kernel is told to run the trampoline, so that a trampoline finds a
/// handler; two threads that set the same signal's handler at once race as they do without this.
static HANDLERS: [[AtomicUsize; SIGNALS + 1]; 2] = [const { [const { AtomicUsize::new(0) }; SIGNALS + 1] }; 2];

fn entry(side: Side, signal: c_int) -> Option<&'static AtomicUsize> {
    HANDLERS.get(side as usize)?.get(usize::try_from(signal).ok()?)
}

fn trampoline(side: Side) -> usize {
    match side {
        Side::Home => home_trampoline as *const () as usize,
        Side::Guest => guest_trampoline as *const () as usize,
    }
}

/// sigaction(2) for one side.
///
/// # Safety
/// As there: each pointer is null or valid.
pub(crate) unsafe fn set(side: Side, signal: c_int, new: *const Action, old: *mut Action) -> Result<(), Errno> {
    let entry = entry(side, signal).filter(|_| signal > 0).ok_or(EINVAL)?;
    let before = entry.load(Ordering::Relaxed);
    let mut kernel_old = KernelAction::default();
    // SAFETY: the caller's.
    let kernel_new = unsafe { new.as_ref() }.map(|new| {
        let as_it_is =
            new.handler <= SIG_IGN || [trampoline(Side::Home), trampoline(Side::Guest)].contains(&new.handler);
        if as_it_is {
            return KernelAction::new(new.handler, new);
        }
        entry.store(new.handler, Ordering::Release);
        KernelAction::new(trampoline(side), new)
    });
    let new_place = kernel_new.as_ref().map_or(0, |new| core::ptr::from_ref(new) as usize);
    let arguments = [signal as usize, new_place, &raw mut kernel_old as usize, MASK_SIZE, 0, 0];
    // SAFETY: rt_sigaction(2) with the kernel's structures; the handler is the caller's, or calls it.
    let result = unsafe { arch::syscall(number::RT_SIGACTION, arguments) };
    if result < 0 {
        entry.store(before, Ordering::Release);
        return Err(Errno(-result as i32));
    }
    // SAFETY: the caller's.
    if let Some(old) = unsafe { old.as_mut() } {
        kernel_old.give(old);
        if kernel_old.handler == trampoline(side) {
            old.handler = before;
        }
    }
    Ok(())
}

/// Calls the handler that one side has for a signal.
fn call(side: Side, signal: c_int, info: *mut c_void, context: *mut c_void) {
    let handler = entry(side, signal).map_or(0, |entry| entry.load(Ordering::Acquire));
    // SAFETY: a handler that the program or a library gave to sigaction(2).
    unsafe { call_handler(handler, signal, info, context) };
}

/// Calls a handler; one without SA_SIGINFO ignores the last two arguments.
///
/// # Safety
/// It is a handler's address, SIG_DFL or SIG_IGN, and the thread pointer of its side is in place.
pub(crate) unsafe fn call_handler(handler: usize, signal: c_int, info: *mut c_void, context: *mut c_void) {
    if handler > SIG_IGN {
        // SAFETY: the caller's.
        unsafe {
            let handler: extern "C" fn(c_int, *mut c_void, *mut c_void) = core::mem::transmute(handler);
            handler(signal, info, context);
        }
    }
}

/// What the kernel does for a signal.
pub(crate) fn kernel_action(signal: c_int) -> KernelAction {
    let mut old = KernelAction::default();
    // SAFETY: rt_sigaction(2) that changes nothing.
    unsafe { arch::syscall(number::RT_SIGACTION, [signal as usize, 0, &raw mut old as usize, MASK_SIZE, 0, 0]) };
    old
}

/// The handler that the kernel has for a signal.
pub(crate) fn kernel_handler(signal: c_int) -> usize {
    kernel_action(signal).handler
}

/// Has the kernel do for a signal what it did when [`kernel_action`] was asked.
pub(crate) fn set_kernel_action(signal: c_int, action: &KernelAction) {
    let place = core::ptr::from_ref(action) as usize;
    // SAFETY: rt_sigaction(2) with what it gave; a restorer is any libc's.
    unsafe { arch::syscall(number::RT_SIGACTION, [signal as usize, place, 0, MASK_SIZE, 0, 0]) };
}

/// Gives the kernel another handler for a signal whose other properties stay as they are.
pub(crate) fn install_for_kernel(signal: c_int, handler: usize) {
    let action = kernel_action(signal);
    set_kernel_action(signal, &KernelAction { handler, ..action });
}

/// What the code that a signal interrupted may be in the middle of using, and is put back after the handler.
struct Interrupted {
    /// The guest thread pointer of this thread.
    guest: *mut u8,
    return_address: usize,
    errno: i32,
}

/// Where the guest's errno is, from a guest thread pointer; 0 until known. Written at bring-up.
static ERRNO: AtomicIsize = AtomicIsize::new(0);

/// Finds out where the guest keeps errno: the same distance from every thread pointer, for it is in libc's static TLS.
pub(crate) fn prepare(guest_main: *mut u8, errno_location: usize) {
    if errno_location != 0 {
        // SAFETY: __errno_location(3), on a control block that nobody else uses yet.
        let place = unsafe { arch::call_on(guest_main, errno_location, 0, 0, 0, 0) };
        ERRNO.store((place as isize).wrapping_sub(guest_main as isize), Ordering::Relaxed);
    }
}

/// The guest's errno of the thread with this guest thread pointer, if it is known where that is.
pub(crate) fn guest_errno(guest: *mut u8) -> Option<i32> {
    let errno = ERRNO.load(Ordering::Relaxed);
    // SAFETY: in the static TLS of a thread of the guest's.
    (errno != 0).then(|| unsafe { *guest.wrapping_offset(errno).cast() })
}

/// Sets the guest's errno of the thread with this guest thread pointer, which is the calling one.
pub(crate) fn set_guest_errno(guest: *mut u8, value: Errno) {
    let errno = ERRNO.load(Ordering::Relaxed);
    if errno != 0 {
        // SAFETY: as above.
        unsafe { *guest.wrapping_offset(errno).cast() = value.0 };
    }
}

impl Interrupted {
    /// # Safety
    /// `guest` is this thread's guest thread pointer.
    unsafe fn new(guest: *mut u8) -> Self {
        let errno = ERRNO.load(Ordering::Relaxed);
        // SAFETY: the caller's.
        unsafe {
            Self {
                guest,
                return_address: (*arch::area_of(guest)).return_address,
                errno: if errno == 0 { 0 } else { *guest.wrapping_offset(errno).cast() },
            }
        }
    }

    fn put_back(self) {
        let errno = ERRNO.load(Ordering::Relaxed);
        // SAFETY: as in `new`.
        unsafe {
            (*arch::area_of(self.guest)).return_address = self.return_address;
            if errno != 0 {
                *self.guest.wrapping_offset(errno).cast() = self.errno;
            }
        }
    }
}

/// What the kernel calls for a signal that home has a handler for.
extern "C" fn home_trampoline(signal: c_int, info: *mut c_void, context: *mut c_void) {
    if area::key() == 0 {
        return call(Side::Home, signal, info, context);
    }
    // SAFETY: this thread's own words and thread pointers; no thread-local of home is used here.
    unsafe {
        let Some((guest, area)) = area::current() else {
            // Home code, which may be on its way into the guest or out of it: the area is in use then.
            let guest = *arch::guest_thread_pointer_word();
            let interrupted = (!guest.is_null()).then(|| Interrupted::new(guest));
            call(Side::Home, signal, info, context);
            return interrupted.map_or((), Interrupted::put_back);
        };
        let interrupted = Interrupted::new(guest);
        if (*area).home == 0 && identity::borrow(guest, area).is_err() {
            return leave_to_others(signal, info, context);
        }
        arch::switch_to((*area).home as *mut u8);
        call(Side::Home, signal, info, context);
        arch::switch_to(guest);
        interrupted.put_back();
    }
}

/// What the kernel calls for a signal that the guest has a handler for.
extern "C" fn guest_trampoline(signal: c_int, info: *mut c_void, context: *mut c_void) {
    // SAFETY: as above.
    unsafe {
        if area::current().is_some() {
            return call(Side::Guest, signal, info, context);
        }
        if let Err(error) = attach() {
            crate::fatal::exit_with(&format_args!("a signal handler of the host: {error}"));
        }
        let (home, guest) = (arch::own_thread_pointer(), *arch::guest_thread_pointer_word());
        let interrupted = Interrupted::new(guest);
        arch::switch_to(guest);
        call(Side::Guest, signal, info, context);
        arch::switch_to(home);
        interrupted.put_back();
    }
}

/// A signal for home on a thread that the guest made and that cannot be given a home identity: it is sent to the process
/// again with this thread's mask keeping it away from here. A fault cannot wait: the default action ends the process.
///
/// # Safety
/// As the kernel calls a handler.
unsafe fn leave_to_others(signal: c_int, info: *mut c_void, context: *mut c_void) {
    const FAULTS: [c_int; 6] = [4, 5, 7, 8, 11, 31]; // SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV, SIGSYS
    let signal_bit = 1u64 << (signal - 1);
    // SAFETY: the kernel's own structures; rt_sigaction(2) and rt_sigqueueinfo(2) of this process.
    unsafe {
        if FAULTS.contains(&signal) {
            let default = KernelAction::default();
            let arguments = [signal as usize, &raw const default as usize, 0, MASK_SIZE, 0, 0];
            arch::syscall(number::RT_SIGACTION, arguments);
            return;
        }
        *context.byte_add(arch::CONTEXT_MASK).cast::<u64>() |= signal_bit;
        let process = arch::syscall(number::GETPID, [0; 6]) as usize;
        // Blocked now as well, or it would come back at once.
        arch::syscall(number::RT_SIGPROCMASK, [0 /* SIG_BLOCK */, &raw const signal_bit as usize, 0, MASK_SIZE, 0, 0]);
        // What the kernel or kill(2) sent nobody else may queue: it is sent by its number.
        if arch::syscall(number::RT_SIGQUEUEINFO, [process, signal as usize, info as usize, 0, 0, 0]) < 0 {
            arch::syscall(number::KILL, [process, signal as usize, 0, 0, 0, 0]);
        }
    }
}
