//! setuid(2) and its kin for a process with two libcs.
//!
//! To the kernel, user and group ids belong to a thread. A libc makes them the process's: it has each kernel thread that it
//! made make the same system call (nptl(7), "Signals used internally"). Two libcs each reach their own threads only, so both
//! are asked, whichever side calls: the home libc on a thread of its own, then the guest's on a thread of its own, for both
//! take the caller to be the kernel thread that its control block was made with, and signal all others.

use core::ffi::c_int;
use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use crate::arch;
use crate::error::Errno;
use crate::guest::internal::{self, GuestSyncCall, Side};
use crate::guest::lock::{Guard, Lock};
use crate::guest::maker::{GUEST, HOME};
use crate::guest::signals::{self, SignalsBlocked};
use crate::guest::{area, guest_symbol, handlers};
use crate::host::{Host, LibcKind, LinkMode, host_if_up};
use crate::{fatal, sys};

mod broadcast;
pub(crate) mod functions;
mod only_thread;

/// A system call that changes ids, with at most three arguments.
#[derive(Clone, Copy)]
pub(crate) struct Change {
    pub(crate) number: usize,
    pub(crate) arguments: [usize; 3],
    /// The guest's function that makes it for all its threads.
    pub(crate) function: &'static core::ffi::CStr,
}

const EAGAIN: Errno = Errno(11);

/// One change at a time, and none while a guest is brought up or the process forks. Each libc has all its threads
/// handle a signal, holding its own lock; while one does, no thread that keeps signals blocked may wait for the other.
static LOCK: Lock = Lock(AtomicU32::new(0));

/// Keeps ids from being changed. Signals are not blocked yet: who holds it may be waiting for this thread.
pub(crate) fn hold() -> Guard<'static> {
    LOCK.lock()
}

/// [`hold`], until [`release`].
pub(crate) fn acquire() {
    core::mem::forget(hold());
}

/// Allows changes again.
///
/// # Safety
/// Called once for each [`acquire`], in the same process or in its child.
pub(crate) unsafe fn release() {
    // SAFETY: the caller's.
    unsafe { LOCK.unlock() };
}

/// Has every kernel thread of the process make a system call.
///
/// # Errors
/// What the kernel said; EAGAIN where some threads could not be reached. Nothing has changed then.
pub(crate) fn change(change: Change) -> Result<(), Errno> {
    if only_thread::is_only_thread() {
        return change.here();
    }
    let is_guest_code = area::current().is_some();
    match host_if_up().filter(|host| host.mode == LinkMode::Guest) {
        Some(host) => {
            let _lock = LOCK.lock();
            on_both_sides(host, change)
        }
        // A constructor of the host's, while it is brought up: the lock is held until that has ended.
        None if is_guest_code => Err(EAGAIN),
        None => {
            let _lock = LOCK.lock();
            // One may have come up meanwhile.
            match host_if_up().filter(|host| host.mode == LinkMode::Guest) {
                Some(host) => on_both_sides(host, change),
                None => broadcast::at_home(change),
            }
        }
    }
}

impl Change {
    /// Makes the system call on this thread alone.
    fn here(self) -> Result<(), Errno> {
        let [a, b, c] = self.arguments;
        // SAFETY: setuid(2) and its kin; the list of setgroups(2) is the caller's.
        match unsafe { arch::syscall(self.number, [a, b, c, 0, 0, 0]) } {
            0.. => Ok(()),
            error => Err(Errno(-error as i32)),
        }
    }
}

/// What a thread made for the purpose does, and how far it is.
struct Job {
    change: Change,
    /// The guest's function.
    function: usize,
    state: AtomicU32,
    result: AtomicUsize,
}

const WAITING: u32 = 0;
const WANTED: u32 = 1;
const NOT_WANTED: u32 = 2;
const DONE: u32 = 3;

impl Job {
    fn new(change: Change, function: usize) -> Self {
        Self { change, function, state: AtomicU32::new(WAITING), result: AtomicUsize::new(0) }
    }

    /// Tells the thread, or whoever waits for it. After DONE the job may be gone.
    fn set(this: *const Self, state: u32) {
        // SAFETY: there until DONE is stored; waking an address is harmless whatever is there.
        unsafe {
            let word = &raw const (*this).state;
            (*word).store(state, Ordering::Release);
            sys::wake_all(&*word);
        }
    }

    fn wait(&self) -> Result<(), Errno> {
        for state in [WANTED, WAITING] {
            sys::wait_while(&self.state, state);
        }
        match self.result.load(Ordering::Relaxed) {
            0 => Ok(()),
            errno => Err(Errno(errno as i32)),
        }
    }

    fn end(this: *const Self, result: Result<(), Errno>) {
        // SAFETY: there until DONE is stored.
        unsafe { (*this).result.store(result.map_or_else(|errno| errno.0 as usize, |()| 0), Ordering::Relaxed) };
        Self::set(this, DONE);
    }
}

/// The change, on the threads of both libcs. Home's comes first: it is undone by nobody if it fails on the guest's.
fn on_both_sides(host: &Host, change: Change) -> Result<(), Errno> {
    let function = guest_symbol(host, change.function).ok_or(EAGAIN)?;
    let musl = host.libc == LibcKind::Musl;
    let first = AtomicU32::new(WAITING);
    let first_place = &raw const first as usize;
    let job = Job::new(change, function);
    {
        // The guest's first thread is made now or has been: its libc has installed its handler then.
        let _blocked = SignalsBlocked::new();
        if musl {
            GUEST.start(handle_first, first_place).map_err(|_| EAGAIN)?;
        }
        let started = GUEST.start(on_guest_thread, &raw const job as usize);
        if started.is_err() {
            release_first(&first, musl);
            return Err(EAGAIN);
        }
        internal::take_over();
    }
    internal::set_changing(Side::Home);
    let home = at_home_from_anywhere(change);
    internal::set_changing(Side::Guest);
    let mut call = musl.then(GuestSyncCall::new);
    Job::set(&raw const job, if home.is_ok() { WANTED } else { NOT_WANTED });
    while let Some(call) = &mut call
        && home.is_ok()
        && job.state.load(Ordering::Acquire) == WANTED
        && !call.take_over()
    {
        const SHORT: u64 = 20_000;
        sys::wait_while_for(&job.state, WANTED, SHORT);
    }
    release_first(&first, musl);
    sys::wait_while(&job.state, WANTED);
    sys::wait_while(&job.state, NOT_WANTED);
    drop(call);
    internal::set_changing(Side::Neither);
    home?;
    // As both libcs do when some of their threads have changed and others have not: nothing else would be safe.
    job.wait()
        .or_else(|errno| fatal::exit_with(&format_args!("some threads could not change their ids: error {}", errno.0)))
}

/// A thread of a musl guest's that is the first to get its signal, and handles it when told: by then musl's handler is
/// installed, and has been taken over. musl signals its threads from the one that was made before the caller's.
extern "C" fn handle_first(word: usize) -> usize {
    // SAFETY: of `on_both_sides`, which waits for what it does with it last.
    let word = unsafe { &*(word as *const AtomicU32) };
    sys::wait_while(word, WAITING);
    signals::allow_internal(); // a signal that is pending is handled here
    let place = &raw const *word;
    // SAFETY: still there before the store.
    unsafe {
        (*place).store(DONE, Ordering::Release);
        sys::wake_all(&*place);
    }
    0
}

fn release_first(word: &AtomicU32, is_there: bool) {
    if is_there {
        word.store(WANTED, Ordering::Release);
        sys::wake_all(word);
        sys::wait_while(word, WANTED);
    }
}

/// A thread of the guest's that has its libc change the ids of them all, this one among them.
extern "C" fn on_guest_thread(job: usize) -> usize {
    signals::allow_internal();
    let job = job as *const Job;
    // SAFETY: of `on_both_sides`, which waits until it is done.
    let (state, change, function) = unsafe { (&(*job).state, (*job).change, (*job).function) };
    sys::wait_while(state, WAITING);
    if state.load(Ordering::Acquire) == NOT_WANTED {
        Job::end(job, Ok(()));
        return 0;
    }
    let [a, b, c] = change.arguments;
    // SAFETY: the guest's setuid(2) or one of its kin, on a thread of its own.
    let result = unsafe {
        let function: extern "C" fn(usize, usize, usize) -> c_int = core::mem::transmute(function);
        function(a, b, c)
    };
    let errno = || handlers::guest_errno(arch::own_thread_pointer()).map_or(EAGAIN, Errno);
    Job::end(job, if result == 0 { Ok(()) } else { Err(errno()) });
    0
}

/// The change on all threads of home's, from a thread that may be in guest code, or be one that the guest made.
fn at_home_from_anywhere(change: Change) -> Result<(), Errno> {
    let thread = sys::thread_id();
    // SAFETY: this thread's own thread pointers and words; nothing of home's is used but with its thread pointer in place.
    unsafe {
        match area::current() {
            Some((_, area)) if (*area).home == 0 || (*area).thread == thread => at_home_by_another(change),
            Some((guest, area)) => {
                arch::switch_to((*area).home as *mut u8);
                let result = broadcast::at_home(change);
                arch::switch_to(guest);
                result
            }
            None => {
                let guest = *arch::guest_thread_pointer_word();
                if !guest.is_null() && (*arch::area_of(guest)).thread == thread {
                    at_home_by_another(change)
                } else {
                    broadcast::at_home(change)
                }
            }
        }
    }
}

/// For a thread that the guest made: its home control block, if it has one, is another kernel thread's.
fn at_home_by_another(change: Change) -> Result<(), Errno> {
    extern "C" fn on_home_thread(job: usize) -> usize {
        signals::allow_internal();
        let job = job as *const Job;
        // SAFETY: of the caller below, which waits until it is done.
        let change = unsafe { (*job).change };
        Job::end(job, broadcast::at_home(change));
        0
    }
    if !HOME.is_prepared() {
        return Err(EAGAIN);
    }
    let job = Job::new(change, 0);
    {
        let _blocked = SignalsBlocked::new();
        HOME.start(on_home_thread, &raw const job as usize).map_err(|_| EAGAIN)?;
    }
    job.wait()
}
