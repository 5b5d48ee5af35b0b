//! fork(2) of a process with two libcs: what this project shares between threads is whole in the child.
//!
//! The child has the calling thread only. That thread keeps its guest control block, and its guest thread pointer with
//! it; the lender behind it is gone, which nobody waits for. A thread that has none forks with the block that `maker` keeps. Control blocks for new threads are made as before: the kept
//! blocks of `maker` are memory, whose own threads are not needed.

use core::ffi::c_int;
use core::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::arch::{self, number};
use crate::error::Errno;
use crate::guest::maker::{GUEST, HOME};
use crate::guest::signals::SignalsBlocked;
use crate::guest::{area, attach, call, callback, clone, errno, ids, process_id};
#[cfg(not(all(target_feature = "crt-static", target_env = "musl")))]
use crate::optional;
use crate::sys;

/// Nobody makes a control block or changes ids while the process forks: neither the locks nor the libcs' thread lists are then in
/// the middle of that in the child.
extern "C" fn before() {
    clone::find();
    ids::acquire(); // while signals are not blocked: who changes ids waits for this thread to take part
    let previous = SignalsBlocked::new().keep(); // a handler that attaches would wait for its own thread
    GUEST.acquire();
    HOME.acquire();
    MASK.store(previous, Ordering::Relaxed);
    FORKING.store(sys::thread_id(), Ordering::Relaxed);
}

/// Whether the calling thread is between [`before`] and [`after`], and holds the locks.
pub(crate) fn is_forking() -> bool {
    FORKING.load(Ordering::Relaxed) == sys::thread_id()
}

/// The kernel's id of the thread that holds the locks to fork; else 0. Only that thread compares equal, and it wrote it.
static FORKING: AtomicUsize = AtomicUsize::new(0);

/// In the parent and in the child.
extern "C" fn after() {
    let blocked = SignalsBlocked::from_previous(MASK.load(Ordering::Relaxed));
    attach::tell_kernel_id(); // the child's is another
    process_id::tell(); // likewise
    FORKING.store(0, Ordering::Relaxed);
    // SAFETY: taken by `before`, on this thread.
    unsafe {
        HOME.release();
        GUEST.release();
        ids::release();
    }
    drop(blocked);
}

/// The forking thread's signal mask, between [`before`] and [`after`]: under the locks.
static MASK: AtomicU64 = AtomicU64::new(0);

/// Has the home libc's `fork` call the two: glibc's name for `pthread_atfork` in static programs, else POSIX's. A
/// program that is linked with neither does not fork through its libc.
pub(crate) fn prepare() {
    // musl's `fork` is linked by this crate, its `pthread_atfork` likewise.
    #[cfg(all(target_feature = "crt-static", target_env = "musl"))]
    let (glibc, posix) = {
        // SAFETY: only its address is used.
        unsafe extern "C" {
            fn pthread_atfork();
        }
        (0, pthread_atfork as *const () as usize)
    };
    #[cfg(not(all(target_feature = "crt-static", target_env = "musl")))]
    let (glibc, posix) = (optional::register_atfork(), optional::pthread_atfork());
    let function = if glibc != 0 { glibc } else { posix };
    if function != 0 {
        // SAFETY: pthread_atfork(3); glibc's has a fourth argument, null for the program.
        unsafe {
            let register: extern "C" fn(extern "C" fn(), extern "C" fn(), extern "C" fn(), usize) -> i32 =
                core::mem::transmute(function);
            register(before, after, after, 0);
        }
    }
}

/// Home's fork(2).
#[cfg(all(target_feature = "crt-static", target_env = "musl"))]
pub(crate) fn of_home() -> c_int {
    // SAFETY: musl's, which is linked by this.
    unsafe extern "C" {
        fn fork() -> c_int;
    }
    // SAFETY: fork(2).
    unsafe { fork() }
}

/// Home's fork(2): glibc's where it is linked, else what that leads to.
#[cfg(not(all(target_feature = "crt-static", target_env = "musl")))]
pub(crate) fn of_home() -> c_int {
    let linked = optional::fork();
    // SAFETY: fork(2).
    unsafe {
        if linked != 0 {
            let fork: extern "C" fn() -> c_int = core::mem::transmute(linked);
            return fork();
        }
        before();
        let result = clone::fork();
        after();
        result
    }
}

/// fork(2), _Fork(3) and vfork(2) for code of the program: home's `fork`, which both libcs are part of. (vfork(2) may be
/// fork(2), POSIX says.)
pub(crate) extern "C" fn by_the_program() -> c_int {
    let token = callback::enter();
    let result = of_home();
    if result < 0 {
        errno::set(errno::home());
    }
    // SAFETY: of the `enter` above, in the parent and in the child.
    unsafe { callback::leave(token) };
    result
}

/// fork(2) for libraries of the host, with the guest's thread pointer in place.
pub(crate) extern "C" fn by_a_library() -> c_int {
    let Some((_, area)) = area::current() else { return by_the_program() };
    // SAFETY: this thread's own area.
    let is_home_thread = unsafe { !(*area).lent.is_null() };
    if is_home_thread && cfg!(not(target_env = "musl")) {
        return by_the_program();
    }
    // A thread that the guest made; or a home thread where home's fork would be without the guest's.
    let Some(fork) = clone::find() else {
        errno::set(Errno(11));
        return -1;
    };
    ids::acquire();
    let blocked = SignalsBlocked::new();
    GUEST.acquire();
    HOME.acquire();
    // SAFETY: fork(2) of the guest; the locks were taken above, on this thread.
    unsafe {
        let result = call(fork, [0; 4]) as c_int;
        process_id::tell();
        HOME.release();
        GUEST.release();
        ids::release();
        drop(blocked);
        result
    }
}

/// What daemon(3) does in the child.
pub(crate) fn become_daemon(keep_directory: bool, keep_files: bool) -> c_int {
    const O_RDWR: usize = 2;
    const AT_FDCWD: usize = -100isize as usize;
    // SAFETY: setsid(2), chdir(2), openat(2), dup3(2) and close(2).
    unsafe {
        let session = arch::syscall(number::SETSID, [0; 6]);
        if session < 0 {
            errno::set(Errno(-session as i32));
            return -1;
        }
        if !keep_directory {
            arch::syscall(number::CHDIR, [c"/".as_ptr() as usize, 0, 0, 0, 0, 0]);
        }
        if !keep_files {
            let null = arch::syscall(number::OPENAT, [AT_FDCWD, c"/dev/null".as_ptr() as usize, O_RDWR, 0, 0, 0]);
            if null < 0 {
                errno::set(Errno(-null as i32));
                return -1;
            }
            for standard in 0..3 {
                arch::syscall(number::DUP3, [null as usize, standard, 0, 0, 0, 0]);
            }
            if null > 2 {
                arch::syscall(number::CLOSE, [null as usize, 0, 0, 0, 0, 0]);
            }
        }
    }
    0
}
