//! What only works in a process that is wholly the host libc's: its main thread's stack, signals, children of threads,
//! destructors of threads, commands.

use core::ffi::{c_char, c_int, c_uint, c_void};
use core::ptr::{null, null_mut};
use core::sync::atomic::{AtomicI32, AtomicUsize, Ordering};

use import_dynamic::{Arguments, import_dynamic};

use crate::imports::{labs, pthread_create, pthread_join};
use crate::process::fork;

/// pthread_attr_t, which no libc makes larger.
#[repr(C, align(16))]
struct Attributes([u8; 128]);

#[import_dynamic("libSystem")]
unsafe extern "C" {
    safe fn pthread_self() -> usize;
    fn pthread_getattr_np(thread: usize, attributes: *mut Attributes) -> c_int;
    fn pthread_attr_getstack(attributes: *const Attributes, start: *mut usize, size: *mut usize) -> c_int;
    fn pthread_key_create(key: *mut c_uint, destructor: extern "C" fn(*mut c_void)) -> c_int;
    fn pthread_setspecific(key: c_uint, value: *const c_void) -> c_int;
    fn signal(number: c_int, handler: extern "C" fn(c_int)) -> usize;
    safe fn raise(number: c_int) -> c_int;
    fn setenv(name: *const c_char, value: *const c_char, replace: c_int) -> c_int;
    fn unsetenv(name: *const c_char) -> c_int;
    fn system(command: *const c_char) -> c_int;
}

/// Runs `start` in four threads at once, each with its number; the sum of what they returned.
fn run_threads(start: extern "C" fn(*mut c_void) -> *mut c_void) -> Option<usize> {
    let mut threads = [0; 4];
    for (number, thread) in threads.iter_mut().enumerate() {
        // SAFETY: pthread_create(3).
        if unsafe { pthread_create(thread, null(), start, number as *mut c_void) } != 0 {
            return None;
        }
    }
    let mut sum = 0;
    for thread in threads {
        let mut value = null_mut();
        // SAFETY: pthread_join(3).
        if unsafe { pthread_join(thread, &mut value) } != 0 {
            return None;
        }
        sum += value as usize;
    }
    Some(sum)
}

/// The main thread's stack is where the kernel put it.
pub(crate) fn main_stack(arguments: Arguments) -> c_int {
    let (mut attributes, mut start, mut size) = (Attributes([0; 128]), 0, 0);
    // SAFETY: pthread_getattr_np(3) and pthread_attr_getstack(3).
    let result = unsafe {
        pthread_getattr_np(pthread_self(), &mut attributes) | pthread_attr_getstack(&attributes, &mut start, &mut size)
    };
    let (stack, here) = (start..start + size, &raw const size as usize);
    if result != 0 {
        return 1;
    }
    if stack.contains(&here) && stack.contains(&(arguments.argv() as usize)) { 0 } else { 2 }
}

static CAUGHT: AtomicI32 = AtomicI32::new(0);

extern "C" fn catch(number: c_int) {
    CAUGHT.store(number + labs(-1) as c_int, Ordering::Relaxed);
}

/// A handler runs, and may call imports.
pub(crate) fn signals(_: Arguments) -> c_int {
    const SIGUSR1: c_int = 10;
    // SAFETY: signal(2) with a handler that only stores.
    if unsafe { signal(SIGUSR1, catch) } != 0 || raise(SIGUSR1) != 0 {
        return 1;
    }
    if CAUGHT.load(Ordering::Relaxed) == SIGUSR1 + 1 { 0 } else { 2 }
}

extern "C" fn fork_there(_: *mut c_void) -> *mut c_void {
    // SAFETY: empty lists, which nobody reads.
    let arguments = unsafe { Arguments::new(0, null_mut(), null_mut()) };
    fork(arguments) as usize as *mut c_void
}

/// Threads have children too.
pub(crate) fn fork_in_threads(_: Arguments) -> c_int {
    if run_threads(fork_there) == Some(0) { 0 } else { 1 }
}

static KEY: AtomicUsize = AtomicUsize::new(0);
static DESTROYED: AtomicUsize = AtomicUsize::new(0);

extern "C" fn destroy(value: *mut c_void) {
    DESTROYED.fetch_add(value as usize, Ordering::Relaxed);
}

extern "C" fn set(number: *mut c_void) -> *mut c_void {
    let value = number as usize + 1;
    // SAFETY: pthread_setspecific(3) of the key made below.
    unsafe { pthread_setspecific(KEY.load(Ordering::Relaxed) as c_uint, value as *const c_void) };
    null_mut()
}

/// What a thread leaves to its end is run there.
pub(crate) fn destructors(_: Arguments) -> c_int {
    let mut key = 0;
    // SAFETY: pthread_key_create(3).
    if unsafe { pthread_key_create(&mut key, destroy) } != 0 {
        return 1;
    }
    KEY.store(key as usize, Ordering::Relaxed);
    if run_threads(set) == Some(0) && DESTROYED.load(Ordering::Relaxed) == 1 + 2 + 3 + 4 { 0 } else { 2 }
}

extern "C" fn add(number: *mut c_void) -> *mut c_void {
    labs(-(number as usize as i64) as _) as usize as *mut c_void
}

/// A thousand threads, four at a time.
pub(crate) fn many_threads(_: Arguments) -> c_int {
    i32::from(!(0..250).all(|_| run_threads(add) == Some(1 + 2 + 3)))
}

/// A command has the environment as the host has it, also after a variable was taken out in place.
pub(crate) fn commands(_: Arguments) -> c_int {
    let status = |command: &core::ffi::CStr| {
        // SAFETY: system(3).
        unsafe { system(command.as_ptr()) }
    };
    // SAFETY: unsetenv(3), setenv(3).
    if unsafe { unsetenv(c"ADOPTED_CASE".as_ptr()) | setenv(c"ANOTHER".as_ptr(), c"one".as_ptr(), 1) } != 0 {
        return 1;
    }
    if status(c"exit 3") != 3 << 8 {
        return 2;
    }
    if status(c"test \"${ADOPTED_CASE-none} $ANOTHER\" = 'none one'") != 0 {
        return 3;
    }
    // Whatever is asked of the initial stack from now on finds it changed.
    if import_dynamic::host().is_ok() { 0 } else { 4 }
}
