//! Thread control blocks to borrow: a libc's own `pthread_create` makes a thread, which parks and lends its control block
//! until that comes back; then it ends, so that the libc's destructors run. The guest lends to home threads, home lends
//! to threads that the guest has made.

use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize, Ordering};

use crate::arch;
use crate::error::{Errno, Error};
use crate::guest::handoff::{Handoff, Lent, Owner};
use crate::guest::lock::Lock;
use crate::guest::{area, registration, signals};
use crate::host::host_if_up;
use crate::sys;

/// Stack of a lending thread in bytes, before the library with the largest static TLS needs more: only the libc's
/// thread-exit destructors run there.
const STACK: usize = 128 << 10;
const MOST_STACK: usize = 64 << 20;
const EINVAL: i32 = 22;

/// The functions of a libc that making a lender takes.
#[derive(Clone, Copy)]
pub(crate) struct Functions {
    pub(crate) pthread_create: usize,
    pub(crate) pthread_detach: usize,
    pub(crate) attr_init: usize,
    pub(crate) attr_setstacksize: usize,
}

/// A libc as a maker of lenders: one of its control blocks is kept for calling its `pthread_create`, by one thread at a
/// time.
pub(crate) struct Maker {
    lock: Lock,
    /// The kept control block; null until [`Maker::prepare`]. Release there, Acquire in `borrow`: what is stored
    /// before it never changes but for `attributes`, which the lock guards.
    thread_pointer: AtomicPtr<u8>,
    create: AtomicUsize,
    detach: AtomicUsize,
    set_stack_size: AtomicUsize,
    attributes: UnsafeCell<Attributes>,
}
// SAFETY: `attributes` is written by `prepare`, before any thread can borrow, and then only under the lock.
unsafe impl Sync for Maker {}

/// A pthread_attr_t, which no libc makes larger than this.
#[repr(C, align(16))]
struct Attributes([u8; 128]);

/// The guest's libc, with the control block of its main thread.
pub(crate) static GUEST: Maker = Maker::new();
/// The home libc, with the control block of a thread made for it.
pub(crate) static HOME: Maker = Maker::new();

impl Maker {
    const fn new() -> Self {
        Self {
            lock: Lock(AtomicU32::new(0)),
            thread_pointer: AtomicPtr::new(core::ptr::null_mut()),
            create: AtomicUsize::new(0),
            detach: AtomicUsize::new(0),
            set_stack_size: AtomicUsize::new(0),
            attributes: UnsafeCell::new(Attributes([0; 128])),
        }
    }

    /// Makes borrowing possible, with a control block that nobody else uses from now on.
    pub(crate) fn prepare(&self, thread_pointer: *mut u8, functions: Functions) {
        let attributes = self.attributes.get() as usize;
        // SAFETY: pthread_attr_init(3) and pthread_attr_setstacksize(3) on a control block of that libc which is ours;
        // nobody borrows yet.
        unsafe {
            arch::call_on(thread_pointer, functions.attr_init, attributes, 0, 0, 0);
            arch::call_on(thread_pointer, functions.attr_setstacksize, attributes, STACK, 0, 0);
        }
        self.create.store(functions.pthread_create, Ordering::Relaxed);
        self.detach.store(functions.pthread_detach, Ordering::Relaxed);
        self.set_stack_size.store(functions.attr_setstacksize, Ordering::Relaxed);
        self.thread_pointer.store(thread_pointer, Ordering::Release);
    }

    /// Whether control blocks can be borrowed.
    pub(crate) fn is_prepared(&self) -> bool {
        !self.thread_pointer.load(Ordering::Acquire).is_null()
    }

    /// Runs `code` with the kept control block, which nobody else uses meanwhile. Signals are blocked by the caller, as for
    /// [`Maker::borrow`].
    pub(crate) fn with_kept<R>(&self, code: impl FnOnce(*mut u8) -> R) -> R {
        let _lock = self.lock.lock();
        code(self.thread_pointer.load(Ordering::Acquire))
    }

    /// The kept control block; null until [`Maker::prepare`]. It is used under the lock.
    pub(crate) fn kept(&self) -> *mut u8 {
        self.thread_pointer.load(Ordering::Acquire)
    }

    /// Keeps others from borrowing, until [`Maker::release`].
    pub(crate) fn acquire(&self) {
        core::mem::forget(self.lock.lock());
    }

    /// Lets others borrow again.
    ///
    /// # Safety
    /// Called once for each [`Maker::acquire`], in the same process or in its child.
    pub(crate) unsafe fn release(&self) {
        // SAFETY: the caller's.
        unsafe { self.lock.unlock() };
    }

    /// A control block for the calling thread alone. Signals are blocked by the caller: the lender inherits the mask, and
    /// a handler, the libcs' own among them, must neither see the kept control block in place nor find the lock held by the thread it interrupts.
    ///
    /// # Errors
    /// [`Error::Attach`] when the libc cannot make a thread; nothing is left behind and a later call may succeed.
    pub(crate) fn borrow(&self) -> Result<Lent, Error> {
        let handoff = Handoff::new();
        self.start(lender, &raw const handoff as usize)?;
        Ok(handoff.receive())
    }

    /// Starts a thread of this libc, detached: `pthread_create` and `pthread_detach` on the kept control block. Signals are
    /// blocked by the caller, as for [`Maker::borrow`].
    ///
    /// # Errors
    /// [`Error::Attach`] when the libc cannot make it.
    pub(crate) fn start(&self, routine: extern "C" fn(usize) -> usize, argument: usize) -> Result<(), Error> {
        let lock = self.lock.lock();
        let thread_pointer = self.thread_pointer.load(Ordering::Acquire);
        let (create, detach) = (self.create.load(Ordering::Relaxed), self.detach.load(Ordering::Relaxed));
        let attributes = self.attributes.get() as usize;
        let mut stack = STACK;
        let mut thread = 0usize;
        let mut make = || {
            let place = &raw mut thread as usize;
            // SAFETY: pthread_create(3) with the attributes made by `prepare`, under the lock that makes the control block
            // and the attributes ours.
            unsafe {
                arch::call_on(thread_pointer, create, place, attributes, routine as *const () as usize, argument) as i32
            }
        };
        let mut result = make();
        // A stack too small for the static TLS of the libraries loaded since: EINVAL (pthread_attr_setstacksize(3)).
        while result == EINVAL && stack < MOST_STACK {
            stack *= 4;
            let set_stack_size = self.set_stack_size.load(Ordering::Relaxed);
            // SAFETY: as above.
            unsafe { arch::call_on(thread_pointer, set_stack_size, attributes, stack, 0, 0) };
            result = make();
        }
        if result == 0 {
            // SAFETY: pthread_detach(3) of a thread just made, which nobody else joins or detaches.
            unsafe { arch::call_on(thread_pointer, detach, thread, 0, 0, 0) };
        }
        drop(lock);
        if result == 0 { Ok(()) } else { Err(Error::Attach(Errno(result))) }
    }
}

/// A lending thread's start routine: hands its control block over and waits until it comes back.
extern "C" fn lender(handoff: usize) -> usize {
    let owner = Owner::new();
    signals::allow_internal();
    if area::current().is_some()
        && let Some(host) = host_if_up()
    {
        registration::prepare_to_lend(host.slots, host.libc);
    }
    // SAFETY: the borrowing thread waits in `borrow` until the control block is its.
    unsafe { owner.lend(handoff as *const Handoff, arch::own_thread_pointer(), sys::thread_id()) };
    0
}
