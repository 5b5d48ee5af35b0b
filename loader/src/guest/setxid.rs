//! The signal by which glibc has all threads change their user and group ids (SIGSETXID, 33): two glibcs in one process both
//! use it, each with a handler of its own for its own threads, and the kernel keeps one handler.
//!
//! So the kernel gets [`dispatch`], which calls the handler of the libc that sent the signal: a libc sends it to the kernel
//! threads that it made. musl uses another signal (34), and sets its handler anew each time.

use core::ffi::{c_int, c_void};
use core::sync::atomic::{AtomicUsize, Ordering};

use crate::arch;
use crate::guest::area;
use crate::guest::handlers;
use crate::guest::signals;
use crate::{optional, sys};

const SIGNAL: c_int = 33;
/// A process may be started with the signal ignored.
const SIG_IGN: usize = 1;

/// What the kernel would call for the signal, SIG_DFL (0) or SIG_IGN for nothing.
fn installed() -> usize {
    handlers::kernel_handler(SIGNAL)
}

/// Has the home glibc install its handler now, which it does when it first makes a thread: afterwards it never does
/// again. Called before the guest has made any.
pub(crate) fn prepare() {
    extern "C" fn nothing(argument: *mut c_void) -> *mut c_void {
        signals::allow_internal(); // what glibc has sent it by then would be waited for
        argument
    }
    let (create, detach) = (optional::pthread_create(), optional::pthread_detach());
    let mut home = installed();
    if home <= SIG_IGN && create != 0 && detach != 0 && cfg!(target_env = "gnu") {
        let mut thread = 0usize;
        // SAFETY: pthread_create(3) with default attributes, and pthread_detach(3).
        unsafe {
            let create: extern "C" fn(*mut usize, usize, extern "C" fn(*mut c_void) -> *mut c_void, usize) -> c_int =
                core::mem::transmute(create);
            let detach: extern "C" fn(usize) -> c_int = core::mem::transmute(detach);
            if create(&mut thread, 0, nothing, 0) == 0 {
                detach(thread);
            }
        }
        home = installed();
    }
    if home != dispatch as *const () as usize {
        HOME.store(home, Ordering::Relaxed);
    }
}

/// Each libc's own handler. Written before the kernel gets [`dispatch`].
static HOME: AtomicUsize = AtomicUsize::new(0);
static GUEST: AtomicUsize = AtomicUsize::new(0);

/// Takes the handlers over: the guest's, if it is glibc, is installed by the time that it has made its first thread. Home's
/// needs its own thread pointer whatever the guest is.
pub(crate) fn take_over() {
    let (now, ours, home) = (installed(), dispatch as *const () as usize, HOME.load(Ordering::Relaxed));
    if now == ours || now <= SIG_IGN {
        return;
    }
    if now != home {
        GUEST.store(now, Ordering::Release);
    }
    handlers::install_for_kernel(SIGNAL, ours);
}

/// What the kernel calls.
extern "C" fn dispatch(signal: c_int, info: *mut c_void, context: *mut c_void) {
    let thread = sys::thread_id();
    // SAFETY: this thread's own thread pointers and words; the libcs' own handlers, each with its thread pointer.
    unsafe {
        match area::current() {
            // A thread that the guest made, or that lends.
            Some((_, area)) if (*area).home == 0 || (*area).thread == thread => call(&GUEST, signal, info, context),
            // A home thread inside guest code.
            Some((guest, area)) => {
                arch::switch_to((*area).home as *mut u8);
                call(&HOME, signal, info, context);
                arch::switch_to(guest);
            }
            None => {
                let (home, guest) = (arch::own_thread_pointer(), *arch::guest_thread_pointer_word());
                if guest.is_null() || (*arch::area_of(guest)).thread != thread {
                    return call(&HOME, signal, info, context);
                }
                // A thread that the guest made, in a callback.
                arch::switch_to(guest);
                call(&GUEST, signal, info, context);
                arch::switch_to(home);
            }
        }
    }
}

fn call(handler: &AtomicUsize, signal: c_int, info: *mut c_void, context: *mut c_void) {
    // SAFETY: a libc's own handler.
    unsafe { handlers::call_handler(handler.load(Ordering::Acquire), signal, info, context) };
}
