//! Guest control blocks for home threads: borrowed at a thread's first call, given back when the thread ends.

use core::ffi::c_void;
use core::sync::atomic::{AtomicU32, Ordering};

use crate::arch::{self, Continuation};
use crate::error::Error;
use crate::guest::handoff;
use crate::guest::maker::GUEST;
use crate::guest::signals::SignalsBlocked;
use crate::guest::{ENTER, area, internal, stack_bounds};
use crate::host::{LinkMode, host_if_up};
use crate::{optional, sys};

/// Gives this home thread a guest control block, if it has none.
///
/// # Errors
/// [`Error::Attach`] when the guest cannot make a thread; nothing is left behind and a later call may succeed.
pub(crate) fn attach() -> Result<(), Error> {
    // SAFETY: guest mode, home thread pointer: the guest is entered only so.
    let word = unsafe { arch::guest_thread_pointer_word() };
    // SAFETY: this thread's own word.
    if !unsafe { *word }.is_null() {
        return Ok(());
    }
    attach_new(word)
}

#[cold]
fn attach_new(word: *mut *mut u8) -> Result<(), Error> {
    let _blocked = SignalsBlocked::new();
    // SAFETY: this thread's own word: a handler may have attached before signals were blocked.
    if !unsafe { word.read_volatile() }.is_null() {
        return Ok(());
    }
    let lent = GUEST.borrow()?;
    // SAFETY: the area belongs to the lender's control block, which is now this thread's alone.
    unsafe {
        let area = arch::area_of(lent.thread_pointer);
        (*area).home = arch::own_thread_pointer() as usize;
        (*area).lent = lent.word;
        (*area).thread = lent.thread;
        (*area).borrower.store(sys::thread_id(), Ordering::Relaxed);
        stack_bounds::lend(lent.thread_pointer);
        word.write_volatile(lent.thread_pointer);
    }
    if ATTACHED.fetch_add(1, Ordering::Relaxed) == 0 {
        internal::take_over(); // the guest has made its first thread
    }
    detach_at_thread_exit();
    Ok(())
}

/// Whether there is a guest, and this thread, a home thread outside of it, has no control block there.
pub(crate) fn is_never_attached() -> bool {
    let is_up = host_if_up().is_some_and(|host| host.link_mode() == LinkMode::Guest);
    // SAFETY: home's thread pointer is in place, as this thread is not in guest code; its own word.
    is_up && area::current().is_none() && unsafe { *arch::guest_thread_pointer_word() }.is_null()
}

/// Writes the kernel's id of this home thread into the area of its guest control block, if it has one.
pub(crate) fn tell_kernel_id() {
    // SAFETY: home's thread pointer is in place; this thread's own word and area.
    unsafe {
        let thread_pointer = *arch::guest_thread_pointer_word();
        if !thread_pointer.is_null() && !(*arch::area_of(thread_pointer)).lent.is_null() {
            (*arch::area_of(thread_pointer)).borrower.store(sys::thread_id(), Ordering::Relaxed);
        }
    }
}

/// How many home threads have a control block. Only a hint for others than the counted ones: Relaxed.
static ATTACHED: AtomicU32 = AtomicU32::new(0);

/// How many home threads can be inside the guest.
pub(crate) fn attached() -> u32 {
    ATTACHED.load(Ordering::Relaxed)
}

/// Gives the control block of this thread back.
extern "C" fn detach(_: *mut c_void) {
    let _blocked = SignalsBlocked::new();
    // SAFETY: runs on the home thread that is ending, with its own thread pointer. A control block that a thread of the
    // guest has of its own was not lent, and is not given back.
    unsafe {
        let word = arch::guest_thread_pointer_word();
        let thread_pointer = *word;
        if thread_pointer.is_null() || (*arch::area_of(thread_pointer)).lent.is_null() {
            return;
        }
        *word = core::ptr::null_mut();
        stack_bounds::restore(thread_pointer);
        let area = arch::area_of(thread_pointer);
        (*area).home = 0;
        (*area).borrower.store(0, Ordering::Relaxed);
        ATTACHED.fetch_sub(1, Ordering::Relaxed);
        handoff::give_back(core::mem::replace(&mut (*area).lent, core::ptr::null()));
    }
}

/// The home libc's key whose destructor is [`detach`]; `u32::MAX` for none. Written once, by the thread that brings up
/// the guest, before any thread attaches.
static KEY: AtomicU32 = AtomicU32::new(u32::MAX);

/// Makes the home libc's key, so that attaching needs no allocation there: it may happen in a signal handler.
pub(crate) fn prepare() {
    let (create, set) = (optional::pthread_key_create(), optional::pthread_setspecific());
    if create == 0 || set == 0 || KEY.load(Ordering::Relaxed) != u32::MAX {
        return;
    }
    let mut key = u32::MAX;
    // SAFETY: pthread_key_create(3).
    let result = unsafe {
        let create: extern "C" fn(*mut u32, extern "C" fn(*mut c_void)) -> i32 = core::mem::transmute(create);
        create(&mut key, detach)
    };
    if result == 0 {
        KEY.store(key, Ordering::Relaxed);
    }
}

/// Has the home libc call [`detach`] when this thread ends: through a key of `pthread_key_create`, whose destructors run
/// last, else through glibc's `__cxa_thread_atexit_impl`.
fn detach_at_thread_exit() {
    let key = KEY.load(Ordering::Relaxed);
    if key != u32::MAX {
        // SAFETY: pthread_setspecific(3); any value but null has the destructor run.
        unsafe {
            let set: extern "C" fn(u32, *const c_void) -> i32 = core::mem::transmute(optional::pthread_setspecific());
            set(key, (&raw const KEY).cast());
        }
        return;
    }
    let at_exit = optional::cxa_thread_atexit_impl();
    if at_exit != 0 {
        // SAFETY: glibc stdlib/cxa_thread_atexit_impl.c; a null DSO stands for the program.
        unsafe {
            let at_exit: extern "C" fn(extern "C" fn(*mut c_void), *mut c_void, *mut c_void) -> i32 =
                core::mem::transmute(at_exit);
            at_exit(detach, core::ptr::null_mut(), core::ptr::null_mut());
        }
    } // else a home libc without threads: nothing ends but the process
}

/// [`attach`] for a thread whose first call is under way; the arguments are kept by the caller.
pub(crate) extern "C" fn attach_for_call(target: *const ()) -> Continuation {
    match attach() {
        Ok(()) => Continuation { code: ENTER.load(Ordering::Relaxed), with: target },
        Err(error) => crate::fatal::exit_with(&error),
    }
}
