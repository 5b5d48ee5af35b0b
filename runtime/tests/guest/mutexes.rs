//! Mutexes of the guest's that name their owner by its kernel id: in a borrowed control block that of the thread that lends.

use core::ffi::{c_int, c_void};
use std::os::fd::AsRawFd;
use std::os::unix::process::ExitStatusExt;
use std::sync::atomic::{AtomicUsize, Ordering};

use import_dynamic::guest_scope;

use crate::imports::*;
use crate::self_thread::on_two_threads;

pub(crate) const CASES: &[(&str, fn())] = &[
    ("mutex_recursive", || on_two_threads(recursive)),
    ("mutex_that_checks_errors", || on_two_threads(error_check)),
    ("mutex_with_priority_inheritance", priority_inheritance),
    ("mutex_robust_when_a_thread_ends", robust_thread),
    ("mutex_robust_when_a_process_is_killed", robust_process),
];

#[import_dynamic::import_dynamic("libpthread")]
unsafe extern "C" {
    fn pthread_mutexattr_init(attributes: *mut Attributes) -> c_int;
    fn pthread_mutexattr_settype(attributes: *mut Attributes, kind: c_int) -> c_int;
    fn pthread_mutexattr_setprotocol(attributes: *mut Attributes, protocol: c_int) -> c_int;
    fn pthread_mutexattr_setpshared(attributes: *mut Attributes, shared: c_int) -> c_int;
    fn pthread_mutexattr_setrobust(attributes: *mut Attributes, robust: c_int) -> c_int;
    fn pthread_mutex_init(mutex: *mut c_void, attributes: *const Attributes) -> c_int;
    fn pthread_mutex_lock(mutex: *mut c_void) -> c_int;
    fn pthread_mutex_trylock(mutex: *mut c_void) -> c_int;
    fn pthread_mutex_unlock(mutex: *mut c_void) -> c_int;
    fn pthread_mutex_consistent(mutex: *mut c_void) -> c_int;
}

/// Room for a mutex of any libc.
#[repr(C, align(64))]
struct Mutex([u8; 64]);

impl Mutex {
    fn new(prepare: impl FnOnce(*mut Attributes)) -> Self {
        let mut mutex = Self([0; 64]);
        mutex.init(prepare);
        mutex
    }

    fn init(&mut self, prepare: impl FnOnce(*mut Attributes)) {
        let mut attributes = Attributes([0; 128]);
        // SAFETY: attributes and a mutex large enough for any libc's.
        unsafe {
            assert_eq!(pthread_mutexattr_init(&mut attributes), 0);
            prepare(&mut attributes);
            assert_eq!(pthread_mutex_init(self.place(), &attributes), 0);
        }
    }

    fn place(&self) -> *mut c_void {
        (&raw const self.0).cast_mut().cast()
    }

    fn lock(&self) -> c_int {
        // SAFETY: an initialised mutex.
        unsafe { pthread_mutex_lock(self.place()) }
    }

    fn try_lock(&self) -> c_int {
        // SAFETY: likewise.
        unsafe { pthread_mutex_trylock(self.place()) }
    }

    fn unlock(&self) -> c_int {
        // SAFETY: likewise; one that checks its owner, or this thread's.
        unsafe { pthread_mutex_unlock(self.place()) }
    }
}

const RECURSIVE: c_int = 1;
const ERROR_CHECK: c_int = 2;

fn of_kind(kind: c_int) -> Mutex {
    // SAFETY: pthread_mutexattr_settype(3).
    Mutex::new(|attributes| assert_eq!(unsafe { pthread_mutexattr_settype(attributes, kind) }, 0))
}

fn recursive() {
    let mutex = of_kind(RECURSIVE);
    let elsewhere = || std::thread::scope(|scope| scope.spawn(|| mutex.try_lock()).join().expect("no panic"));
    assert_eq!((mutex.lock(), mutex.lock(), mutex.try_lock()), (0, 0, 0));
    assert_eq!(elsewhere(), libc::EBUSY);
    assert_eq!((mutex.unlock(), mutex.unlock()), (0, 0));
    assert_eq!(elsewhere(), libc::EBUSY);
    assert_eq!(mutex.unlock(), 0);
    // Threads that come one after another exclude each other.
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..500 {
                    assert_eq!(mutex.lock(), 0);
                    let count = COUNT.load(Ordering::Relaxed);
                    std::thread::yield_now();
                    COUNT.store(count + 1, Ordering::Relaxed);
                    assert_eq!(mutex.unlock(), 0);
                }
            });
        }
    });
    assert_eq!(COUNT.swap(0, Ordering::Relaxed), 2000);
}

fn error_check() {
    let mutex = of_kind(ERROR_CHECK);
    let elsewhere = || std::thread::scope(|scope| scope.spawn(|| mutex.unlock()).join().expect("no panic"));
    assert_eq!((mutex.lock(), mutex.lock()), (0, libc::EDEADLK));
    assert_eq!(elsewhere(), libc::EPERM);
    assert_eq!((mutex.unlock(), mutex.unlock()), (0, libc::EPERM));
}

/// The kernel would take the parked thread for the owner: whoever waits would wait for ever. So there is none.
fn priority_inheritance() {
    const NONE: c_int = 0;
    const INHERIT: c_int = 1;
    let inside: extern "C" fn(*mut Attributes, c_int) -> c_int = guest_function(c"pthread_mutexattr_setprotocol");
    Mutex::new(|attributes| {
        // SAFETY: initialised attributes; a call of the host's, as a library makes it.
        unsafe {
            assert_eq!(pthread_mutexattr_setprotocol(attributes, INHERIT), libc::ENOTSUP);
            assert_eq!(guest_scope(|_| inside(attributes, INHERIT)).expect("a scope"), libc::ENOTSUP);
            assert_eq!(pthread_mutexattr_setprotocol(attributes, NONE), 0);
            assert_eq!(guest_scope(|_| inside(attributes, NONE)).expect("a scope"), 0);
        }
    });
}

fn make_robust(attributes: *mut Attributes) {
    // SAFETY: initialised attributes.
    unsafe {
        assert_eq!(pthread_mutexattr_setrobust(attributes, 1), 0);
        assert_eq!(pthread_mutexattr_setpshared(attributes, 1), 0);
    }
}

/// Locks and unlocks one that processes share.
pub(crate) fn lock_robust() {
    let mutex = Mutex::new(make_robust);
    assert_eq!((mutex.lock(), mutex.unlock()), (0, 0));
}

fn expect_owner_dead(mutex: &Mutex) {
    assert_eq!(mutex.lock(), libc::EOWNERDEAD);
    // SAFETY: a robust mutex whose owner has died, and which this thread has locked.
    assert_eq!(unsafe { pthread_mutex_consistent(mutex.place()) }, 0);
    assert_eq!((mutex.unlock(), mutex.lock(), mutex.unlock()), (0, 0, 0));
}

/// A home thread's end is its lender's, whose robust mutexes the kernel frees.
fn robust_thread() {
    let mutex = Mutex::new(make_robust);
    std::thread::scope(|scope| assert_eq!(scope.spawn(|| mutex.lock()).join().expect("locked"), 0));
    expect_owner_dead(&mutex);
}

/// The first page of a file as memory that processes share.
fn map(path: &std::path::Path) -> &'static mut Mutex {
    let file = std::fs::File::options().read(true).write(true).open(path).expect("a file");
    let (access, shared) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED);
    // SAFETY: a new mapping of a file with a page, never unmapped.
    unsafe {
        let memory = libc::mmap(core::ptr::null_mut(), 4096, access, shared, file.as_raw_fd(), 0);
        assert_ne!(memory, libc::MAP_FAILED);
        &mut *memory.cast()
    }
}

fn robust_process() {
    let path = std::env::temp_dir().join(format!("import-dynamic-mutex-{}", std::process::id()));
    std::fs::write(&path, [0; 4096]).expect("a file");
    let mutex = map(&path);
    mutex.init(make_robust);
    let status = crate::case("self_victim").env("HOW", &path).status();
    let _ = std::fs::remove_file(&path);
    assert_eq!(status.expect("run").signal(), Some(libc::SIGKILL));
    expect_owner_dead(mutex);
}

pub(crate) fn lock_and_die(path: &str) {
    let mutex = map(path.as_ref());
    assert_eq!(mutex.lock(), 0);
    // SAFETY: kill(2) of this process.
    unsafe { libc::kill(libc::getpid(), libc::SIGKILL) };
}
