//! The signals that the libcs use between their own threads: 32 to 34. By one of them all threads change their user and
//! group ids: 33 in glibc, 34 in musl. Two libcs in one process each have a handler of their own for their own threads, and
//! the kernel keeps one handler, which it runs with whichever thread pointer is in place.
//!
//! So the kernel gets [`dispatch`], which calls the handler of the libc that made the kernel thread, with that libc's thread
//! pointer: a libc sends such a signal to the kernel threads that it made. glibc installs its handler once, when it first
//! makes a thread; musl does each time, and takes it away after (`synccall.c`).

use core::ffi::{c_int, c_void};
use core::sync::atomic::{AtomicUsize, Ordering};

use crate::arch;
use crate::guest::area;
use crate::guest::handlers::{self, KernelAction};
use crate::guest::{maker, signals};
use crate::{optional, sys};

/// glibc's SIGSETXID.
const SETXID: c_int = 33;
/// musl's SIGSYNCCALL: to glibc, SIGRTMIN, which programs may use.
const SYNCCALL: c_int = 34;
/// A process may be started with a signal ignored.
const SIG_IGN: usize = 1;

/// Has the home glibc install its handler now, which it does when it first makes a thread: afterwards it never does
/// again. Called before the guest has made any.
pub(crate) fn prepare() {
    extern "C" fn nothing(argument: *mut c_void) -> *mut c_void {
        signals::allow_internal(); // what glibc has sent it by then would be waited for
        argument
    }
    let (create, detach) = (optional::pthread_create(), optional::pthread_detach());
    if cfg!(not(target_env = "gnu")) {
        return;
    }
    let mut home = handlers::kernel_handler(SETXID);
    if home <= SIG_IGN && create != 0 && detach != 0 {
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
        home = handlers::kernel_handler(SETXID);
    }
    if home != our_handler() {
        HOME.store(SETXID, home);
    }
}

/// Each libc's own handlers, by signal. Written before the kernel gets [`dispatch`] for that signal.
struct Handlers([AtomicUsize; 3]);
static HOME: Handlers = Handlers([const { AtomicUsize::new(0) }; 3]);
static GUEST: Handlers = Handlers([const { AtomicUsize::new(0) }; 3]);

impl Handlers {
    fn of(&self, signal: c_int) -> Option<&AtomicUsize> {
        self.0.get(usize::try_from(signal).ok()?.checked_sub(32)?)
    }

    fn load(&self, signal: c_int) -> usize {
        self.of(signal).map_or(0, |handler| handler.load(Ordering::Acquire))
    }

    fn store(&self, signal: c_int, handler: usize) {
        if let Some(place) = self.of(signal) {
            place.store(handler, Ordering::Release);
        }
    }

    fn call(&self, signal: c_int, info: *mut c_void, context: *mut c_void) {
        // SAFETY: a libc's own handler.
        unsafe { handlers::call_handler(self.load(signal), signal, info, context) };
    }
}

fn our_handler() -> usize {
    dispatch as *const () as usize
}

/// Takes the handlers over that glibc has installed: the guest's, by the time that it has made its first thread. Home's
/// needs its own thread pointer whatever the guest is.
pub(crate) fn take_over() {
    let (now, home) = (handlers::kernel_handler(SETXID), HOME.load(SETXID));
    if now == our_handler() || now <= SIG_IGN {
        return;
    }
    if now != home {
        GUEST.store(SETXID, now);
    }
    handlers::install_for_kernel(SETXID, our_handler());
}

/// While the guest's musl has all its threads do something: what SIGSYNCCALL did before, which is put back.
pub(crate) struct GuestSyncCall {
    before: KernelAction,
    is_taken_over: bool,
}

impl GuestSyncCall {
    pub(crate) fn new() -> Self {
        let before = handlers::kernel_action(SYNCCALL);
        if cfg!(target_env = "gnu") && before.handler > SIG_IGN {
            HOME.store(SYNCCALL, before.handler); // the program's: it gets its signals meanwhile
        }
        Self { before, is_taken_over: false }
    }

    /// Puts [`dispatch`] in the place of musl's handler, if musl has installed that by now.
    pub(crate) fn take_over(&mut self) -> bool {
        let now = handlers::kernel_handler(SYNCCALL);
        if !self.is_taken_over && now > SIG_IGN && now != self.before.handler {
            GUEST.store(SYNCCALL, now);
            handlers::install_for_kernel(SYNCCALL, our_handler());
            self.is_taken_over = true;
        }
        self.is_taken_over
    }
}

impl Drop for GuestSyncCall {
    fn drop(&mut self) {
        handlers::set_kernel_action(SYNCCALL, &self.before);
    }
}

/// Whose threads are changing their ids: one side's at a time (`ids`).
#[derive(Clone, Copy)]
pub(crate) enum Side {
    Neither,
    Home,
    Guest,
}

static CHANGING: AtomicUsize = AtomicUsize::new(Side::Neither as usize);

/// Says whose signals come next. In a child of fork(2) nothing else tells: its thread is one of either libc's.
pub(crate) fn set_changing(side: Side) {
    CHANGING.store(side as usize, Ordering::Release);
}

/// What the kernel calls.
extern "C" fn dispatch(signal: c_int, info: *mut c_void, context: *mut c_void) {
    let thread = sys::thread_id();
    let changing = CHANGING.load(Ordering::Acquire);
    let is_guests = |thread_made: usize| match changing {
        home if home == Side::Home as usize => false,
        guest if guest == Side::Guest as usize => true,
        _ => thread_made == thread,
    };
    // SAFETY: this thread's own thread pointers and words; the libcs' own handlers, each with its thread pointer.
    unsafe {
        match area::current() {
            // A thread that the guest made, or that lends.
            Some((_, area)) if (*area).home == 0 || is_guests((*area).thread) => GUEST.call(signal, info, context),
            // A home thread inside guest code.
            Some((guest, area)) => {
                arch::switch_to((*area).home as *mut u8);
                HOME.call(signal, info, context);
                arch::switch_to(guest);
            }
            None => {
                let (home, own) = (arch::own_thread_pointer(), *arch::guest_thread_pointer_word());
                // In a child, the kept control block may have become this thread's by the fork.
                let is_by_kept = own.is_null() && changing == Side::Guest as usize;
                let guest = if is_by_kept { maker::GUEST.kept() } else { own };
                if guest.is_null() || !is_guests((*arch::area_of(guest)).thread) {
                    return HOME.call(signal, info, context);
                }
                // A thread that the guest made, in a callback.
                arch::switch_to(guest);
                GUEST.call(signal, info, context);
                arch::switch_to(home);
            }
        }
    }
}

// musl's `sigaction.c`, so that nothing of it is linked: by that musl installs handlers for its own signals. (What the
// program calls is in `sigaction.rs`.)
#[cfg(all(target_feature = "crt-static", target_env = "musl"))]
mod musl;
#[cfg(all(target_feature = "crt-static", target_env = "musl"))]
arch::interpose!(".weak", "__libc_sigaction", musl::libc_sigaction);
#[cfg(all(target_feature = "crt-static", target_env = "musl"))]
arch::interpose!(".weak", "__get_handler_set", musl::get_handler_set);
// Whether a wait that a handler has interrupted says so: it does.
#[cfg(all(target_feature = "crt-static", target_env = "musl"))]
core::arch::global_asm!(
    ".pushsection .data.__eintr_valid_flag, \"aw\"", // a section that is linked if something refers to it
    ".weak __eintr_valid_flag",                      // used unless musl's own is linked
    ".type __eintr_valid_flag, @object",             // a variable
    ".size __eintr_valid_flag, 4",                   // of type int
    ".balign 4",                                     // aligned as such
    "__eintr_valid_flag:",                           // its name
    ".long 1",                                       // yes
    ".popsection",                                   // that is all
);
