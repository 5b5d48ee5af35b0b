//! Guest control blocks for home threads: the guest's own `pthread_create` makes a thread, which parks and lends its
//! control block to one home thread until that thread ends; then it ends too, so that the guest's destructors run.

use core::cell::UnsafeCell;
use core::ffi::c_void;
use core::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize, Ordering};

use crate::arch::{self, Continuation};
use crate::error::{Errno, Error};
use crate::guest::ENTER;
use crate::guest::lock::Lock;
use crate::guest::signals::SignalsBlocked;
use crate::main_program::Slots;
use crate::sys;
use crate::{optional, slots};

/// Stack of a lending thread in bytes, before the library with the largest static TLS needs more: only the guest's
/// thread-exit destructors run there.
const STACK: usize = 128 << 10;
const MOST_STACK: usize = 64 << 20;
const EINVAL: usize = 22;
const PTHREAD_CREATE_DETACHED: usize = 1;

/// The guest's main thread's control block, lent to one attaching thread at a time so that it can call
/// `pthread_create`.
struct Service {
    lock: Lock,
    thread_pointer: AtomicPtr<u8>,
    /// The guest's pthread_create(3) and pthread_attr_setstacksize(3).
    create: AtomicUsize,
    set_stack_size: AtomicUsize,
    attributes: UnsafeCell<Attributes>,
}
// SAFETY: `attributes` is written by `prepare`, before any thread can attach, and then only under the lock.
unsafe impl Sync for Service {}

/// A pthread_attr_t, which no libc makes larger than this.
#[repr(C, align(16))]
struct Attributes([u8; 128]);

static SERVICE: Service = Service {
    lock: Lock::new(),
    thread_pointer: AtomicPtr::new(core::ptr::null_mut()),
    create: AtomicUsize::new(0),
    set_stack_size: AtomicUsize::new(0),
    attributes: UnsafeCell::new(Attributes([0; 128])),
};

/// Makes attaching possible, with the control block of the guest's main thread.
pub(crate) fn prepare(thread_pointer: *mut u8, slots: Slots) {
    let set_stack_size = slots.get(slots::PTHREAD_ATTR_SETSTACKSIZE);
    // SAFETY: pthread_attr_init(3) and its kin of the guest, on its main control block, which nobody else uses yet.
    unsafe {
        let attributes = SERVICE.attributes.get() as usize;
        arch::call_on(thread_pointer, slots.get(slots::PTHREAD_ATTR_INIT), attributes, 0, 0, 0);
        let set_detached = slots.get(slots::PTHREAD_ATTR_SETDETACHSTATE);
        arch::call_on(thread_pointer, set_detached, attributes, PTHREAD_CREATE_DETACHED, 0, 0);
        arch::call_on(thread_pointer, set_stack_size, attributes, STACK, 0, 0);
    }
    SERVICE.create.store(slots.get(slots::PTHREAD_CREATE), Ordering::Relaxed);
    SERVICE.set_stack_size.store(set_stack_size, Ordering::Relaxed);
    SERVICE.thread_pointer.store(thread_pointer, Ordering::Release);
}

/// What a new lender tells the thread that wants its control block.
struct Handoff {
    ready: AtomicU32,
    thread_pointer: AtomicPtr<u8>,
    lent: AtomicPtr<AtomicU32>,
}

/// Gives this home thread a guest control block, if it has none.
///
/// # Errors
/// [`Error::Attach`] when the guest cannot make a thread; nothing is left behind and a later call may succeed.
pub(crate) fn attach() -> Result<(), Error> {
    // SAFETY: guest mode, home thread pointer: imports are entered only so.
    let word = unsafe { arch::guest_thread_pointer_word() };
    // SAFETY: this thread's own word.
    if !unsafe { *word }.is_null() {
        return Ok(());
    }
    let handoff = Handoff {
        ready: AtomicU32::new(0),
        thread_pointer: AtomicPtr::new(core::ptr::null_mut()),
        lent: AtomicPtr::new(core::ptr::null_mut()),
    };
    let blocked = SignalsBlocked::new(); // inherited by the lender
    create_lender(&handoff)?;
    sys::wait_while(&handoff.ready, 0);
    drop(blocked);
    let thread_pointer = handoff.thread_pointer.load(Ordering::Relaxed);
    // SAFETY: the area belongs to the lender's control block, which is now this thread's alone.
    unsafe {
        let area = arch::area_of(thread_pointer);
        (*area).home = arch::own_thread_pointer() as usize;
        (*area).lent = handoff.lent.load(Ordering::Relaxed);
        *word = thread_pointer;
    }
    detach_at_thread_exit();
    Ok(())
}

/// The guest's `pthread_create`, on its main control block.
fn create_lender(handoff: &Handoff) -> Result<(), Error> {
    let service = SERVICE.lock.lock();
    let thread_pointer = SERVICE.thread_pointer.load(Ordering::Acquire);
    let pthread_create = SERVICE.create.load(Ordering::Relaxed);
    let attributes = SERVICE.attributes.get() as usize;
    let mut stack = STACK;
    let mut thread = 0usize;
    let mut create = || {
        let argument = core::ptr::from_ref(handoff) as usize;
        // SAFETY: pthread_create(3) with the attributes made by `prepare`, under the lock that makes the control block
        // and the attributes ours.
        unsafe {
            let thread = &raw mut thread as usize;
            arch::call_on(thread_pointer, pthread_create, thread, attributes, lender as *const () as usize, argument)
        }
    };
    let mut result = create();
    // A stack too small for the static TLS of the libraries loaded since: EINVAL (pthread_attr_setstacksize(3)).
    while result == EINVAL && stack < MOST_STACK {
        stack *= 4;
        // SAFETY: as above.
        unsafe {
            arch::call_on(thread_pointer, SERVICE.set_stack_size.load(Ordering::Relaxed), attributes, stack, 0, 0)
        };
        result = create();
    }
    drop(service);
    if result == 0 { Ok(()) } else { Err(Error::Attach(Errno(result as i32))) }
}

/// A lending thread's start routine: hands its control block over and waits until it comes back.
extern "C" fn lender(handoff: *const Handoff) -> *mut c_void {
    let lent = AtomicU32::new(1);
    // SAFETY: the attaching thread waits in `attach` until `ready` is set.
    let handoff = unsafe { &*handoff };
    handoff.thread_pointer.store(arch::own_thread_pointer(), Ordering::Relaxed);
    handoff.lent.store((&raw const lent).cast_mut(), Ordering::Relaxed);
    handoff.ready.store(1, Ordering::Release);
    sys::wake_all(&handoff.ready);
    sys::wait_while(&lent, 1);
    core::ptr::null_mut()
}

/// Gives the control block of this thread back.
extern "C" fn detach(_: *mut c_void) {
    // SAFETY: runs on the home thread that is ending, with its own thread pointer.
    unsafe {
        let word = arch::guest_thread_pointer_word();
        let thread_pointer = *word;
        if thread_pointer.is_null() {
            return;
        }
        *word = core::ptr::null_mut();
        let lent = &*(*arch::area_of(thread_pointer)).lent;
        lent.store(0, Ordering::Release);
        sys::wake_all(lent);
    }
}

/// Has the home libc call [`detach`] when this thread ends: through glibc's `__cxa_thread_atexit_impl` (what C++
/// destructors of thread-locals use), else through a key of `pthread_key_create`.
fn detach_at_thread_exit() {
    let at_exit = optional::cxa_thread_atexit_impl();
    if at_exit != 0 {
        // SAFETY: glibc stdlib/cxa_thread_atexit_impl.c; a null DSO stands for the program.
        unsafe {
            let at_exit: extern "C" fn(extern "C" fn(*mut c_void), *mut c_void, *mut c_void) -> i32 =
                core::mem::transmute(at_exit);
            at_exit(detach, core::ptr::null_mut(), core::ptr::null_mut());
        }
        return;
    }
    static KEY: AtomicU32 = AtomicU32::new(u32::MAX);
    let (create, set) = (optional::pthread_key_create(), optional::pthread_setspecific());
    if create == 0 || set == 0 {
        return; // a home libc without threads: nothing ends but the process
    }
    // SAFETY: pthread_key_create(3), pthread_setspecific(3). Threads that race to make the key may each make one; the
    // last is used by all that come later, and each key has the destructor.
    unsafe {
        let create: extern "C" fn(*mut u32, extern "C" fn(*mut c_void)) -> i32 = core::mem::transmute(create);
        let set: extern "C" fn(u32, *const c_void) -> i32 = core::mem::transmute(set);
        let mut key = KEY.load(Ordering::Relaxed);
        if key == u32::MAX && create(&mut key, detach) == 0 {
            KEY.store(key, Ordering::Relaxed);
        }
        set(key, (&raw const KEY).cast());
    }
}

/// [`attach`] for a thread whose first call is under way; the arguments are kept by the caller.
pub(crate) extern "C" fn attach_for_call(target: *const ()) -> Continuation {
    match attach() {
        Ok(()) => Continuation { code: ENTER.load(Ordering::Relaxed), with: target },
        Err(error) => crate::fatal::exit_with(&error),
    }
}
