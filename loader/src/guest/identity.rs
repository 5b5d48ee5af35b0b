//! Home identities for threads that the guest made: borrowed from the home libc when such a thread first runs code of the
//! program, given back when it ends.

use core::ffi::c_void;
use core::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize, Ordering};

use crate::arch;
use crate::error::Error;
use crate::guest::area::Area;
use crate::guest::handoff;
use crate::guest::maker::{self, HOME};
use crate::guest::signals::{self, SignalsBlocked};
use crate::slots::{self, Slots};
use crate::{optional, sys};

/// Present in programs that have code for libraries to call: each place that enters such code puts a byte there.
pub(crate) fn is_needed() -> bool {
    arch::weak!("__start_import_callback") != 0
}

/// The guest's key whose destructor is [`release`], and its pthread_setspecific(3): written once, by the thread that
/// brings up the guest, before any thread can be in guest code.
static KEY: AtomicU32 = AtomicU32::new(u32::MAX);
static SET_SPECIFIC: AtomicUsize = AtomicUsize::new(0);

/// Makes borrowing possible: starts the home thread whose control block is kept for `pthread_create`.
///
/// A guest's thread cannot do that later, having no home control block to do it with. The guest's main thread's block
/// is free to use: nobody has attached yet.
pub(crate) fn prepare(guest_main: *mut u8, slots: Slots) {
    let (create_key, set) = (slots.get(slots::PTHREAD_KEY_CREATE), slots.get(slots::PTHREAD_SETSPECIFIC));
    let functions = maker::Functions {
        pthread_create: optional::pthread_create(),
        pthread_detach: optional::pthread_detach(),
        attr_init: optional::pthread_attr_init(),
        attr_setstacksize: optional::pthread_attr_setstacksize(),
    };
    let maker::Functions { pthread_create, pthread_detach, attr_init, attr_setstacksize } = functions;
    let all = [create_key, set, pthread_create, pthread_detach, attr_init, attr_setstacksize];
    if !is_needed() || HOME.is_prepared() || all.contains(&0) {
        return;
    }
    let mut key = u32::MAX;
    // SAFETY: pthread_key_create(3) of the guest.
    let result =
        unsafe { arch::call_on(guest_main, create_key, &raw mut key as usize, release as *const () as usize, 0, 0) };
    if result as i32 != 0 {
        return;
    }
    KEY.store(key, Ordering::Relaxed);
    SET_SPECIFIC.store(set, Ordering::Relaxed);
    static KEPT: AtomicPtr<u8> = AtomicPtr::new(core::ptr::null_mut());
    static READY: AtomicU32 = AtomicU32::new(0);
    extern "C" fn kept(_: *mut c_void) -> *mut c_void {
        KEPT.store(arch::own_thread_pointer(), Ordering::Relaxed);
        signals::allow_internal();
        READY.store(1, Ordering::Release);
        sys::wake_all(&READY);
        sys::park()
    }
    let mut thread = 0usize;
    // SAFETY: pthread_create(3) and pthread_detach(3) of the home libc, on this home thread.
    unsafe {
        let create: extern "C" fn(
            *mut usize,
            *const c_void,
            extern "C" fn(*mut c_void) -> *mut c_void,
            *mut c_void,
        ) -> i32 = core::mem::transmute(pthread_create);
        let detach: extern "C" fn(usize) -> i32 = core::mem::transmute(pthread_detach);
        if create(&mut thread, core::ptr::null(), kept, core::ptr::null_mut()) != 0 {
            return;
        }
        detach(thread);
    }
    sys::wait_while(&READY, 0);
    HOME.prepare(KEPT.load(Ordering::Relaxed), functions);
}

/// Gives the guest-made thread that is running, with its own thread pointer, a home thread pointer. It takes no lock and
/// allocates nothing of the guest's, and of home's only what no code on this thread can be in the middle of: a signal
/// handler may do it.
///
/// # Errors
/// [`Error::Attach`] when the home libc cannot make a thread, or has no threads.
pub(crate) fn borrow(thread_pointer: *mut u8, area: *mut Area) -> Result<(), Error> {
    let _blocked = SignalsBlocked::new();
    // SAFETY: this thread's own control block and area.
    unsafe {
        if (*area).home != 0 {
            return Ok(()); // a handler was faster
        }
        if !HOME.is_prepared() {
            return Err(Error::Attach(crate::error::Errno(11)));
        }
        let lent = HOME.borrow()?;
        (*area).thread = sys::thread_id();
        *arch::guest_thread_pointer_word_of(lent.thread_pointer) = thread_pointer;
        // The value of the key is what `release` gives back. Not `area.lent`, by which a borrowed block is known.
        let set: extern "C" fn(u32, *const c_void) -> i32 = core::mem::transmute(SET_SPECIFIC.load(Ordering::Relaxed));
        if set(KEY.load(Ordering::Relaxed), lent.word.cast()) != 0 {
            *arch::guest_thread_pointer_word_of(lent.thread_pointer) = core::ptr::null_mut();
            handoff::give_back(lent.word);
            return Err(Error::Attach(crate::error::Errno(12)));
        }
        (*area).home = lent.thread_pointer as usize;
    }
    Ok(())
}

/// The key's destructor, run by the guest on the ending thread with its guest thread pointer.
extern "C" fn release(word: *mut c_void) {
    let _blocked = SignalsBlocked::new();
    // SAFETY: this thread's own area; the word of the home control block that `borrow` got, given back once: the guest
    // has cleared the key's value.
    unsafe {
        let area = arch::area_of(arch::own_thread_pointer());
        let home = core::mem::replace(&mut (*area).home, 0) as *mut u8;
        *arch::guest_thread_pointer_word_of(home) = core::ptr::null_mut();
        handoff::give_back(word.cast_const().cast());
    }
}
