//! Destructors of C++'s thread-local variables (`__cxa_thread_atexit_impl`; Itanium C++ ABI, §3.3.5.4) on a libc that does not
//! keep them (musl, glibc before 2.18): a list per thread under a key of pthread_key_create(3), and by `__cxa_atexit` (the same, §3.3.5.3), which
//! either has, that of the thread that ends the process.

use core::ffi::{c_int, c_void};
use core::sync::atomic::{AtomicUsize, Ordering};

use super::functions::Host;
use crate::std_start::lookup::Lookup;

static KEY_CREATE: Host = Host::new(c"pthread_key_create");
static KEY_DELETE: Host = Host::new(c"pthread_key_delete");
static SET: Host = Host::new(c"pthread_setspecific");
static GET: Host = Host::new(c"pthread_getspecific");
static MALLOC: Host = Host::new(c"malloc");
static FREE: Host = Host::new(c"free");
static CXA_ATEXIT: Host = Host::new(c"__cxa_atexit");

/// The key and one more; 0 until there is one.
static KEY: AtomicUsize = AtomicUsize::new(0);

type Destructor = unsafe extern "C" fn(*mut c_void);

/// A destructor to run, in memory of malloc(3); the newest is first.
struct Node {
    destructor: Destructor,
    object: *mut c_void,
    next: *mut Node,
}

pub(super) fn find(name: &[u8], lookup: &Lookup) -> Option<usize> {
    let all = [&KEY_CREATE, &KEY_DELETE, &SET, &GET, &MALLOC, &FREE, &CXA_ATEXIT];
    let is_it = name == b"__cxa_thread_atexit_impl" && all.into_iter().all(|host| host.found(lookup));
    is_it.then_some(thread_atexit as *const () as usize)
}

unsafe extern "C" fn thread_atexit(destructor: Destructor, object: *mut c_void, _dso: *mut c_void) -> c_int {
    // SAFETY: the host's functions by their types. The list is this thread's alone.
    unsafe {
        let Some(key) = key() else { return -1 };
        let node = MALLOC.call([size_of::<Node>(), 0, 0, 0, 0]) as *mut Node;
        if node.is_null() {
            return -1;
        }
        let next = GET.call([key, 0, 0, 0, 0]) as *mut Node;
        node.write(Node { destructor, object, next });
        SET.call([key, node as usize, 0, 0, 0]) as c_int
    }
}

/// The key of the lists, made by the first that asks.
unsafe fn key() -> Option<usize> {
    let known = KEY.load(Ordering::Acquire);
    if known != 0 {
        return Some(known - 1);
    }
    let mut key = 0_u32; // pthread_key_t of glibc and musl
    // SAFETY: the host's functions by their types.
    unsafe {
        if KEY_CREATE.call([&raw mut key as usize, run as *const () as usize, 0, 0, 0]) as c_int != 0 {
            return None;
        }
        let key = key as usize;
        match KEY.compare_exchange(0, key + 1, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => {
                CXA_ATEXIT.call([at_exit as *const () as usize, 0, 0, 0, 0]);
                Some(key)
            }
            Err(other) => {
                KEY_DELETE.call([key, 0, 0, 0, 0]);
                Some(other - 1)
            }
        }
    }
}

/// Runs this thread's destructors, and those that they register; `list` is what the key had when the thread ended, null where it
/// has it still.
unsafe extern "C" fn run(list: *mut Node) {
    let key = KEY.load(Ordering::Acquire).wrapping_sub(1);
    // SAFETY: the host's functions by their types; nodes that `thread_atexit` has made, each taken off before it is run.
    unsafe {
        if !list.is_null() {
            SET.call([key, list as usize, 0, 0, 0]);
        }
        loop {
            let first = GET.call([key, 0, 0, 0, 0]) as *mut Node;
            if first.is_null() {
                break;
            }
            let node = first.read();
            SET.call([key, node.next as usize, 0, 0, 0]);
            FREE.call([first as usize, 0, 0, 0, 0]);
            (node.destructor)(node.object);
        }
    }
}

unsafe extern "C" fn at_exit() {
    // SAFETY: as above.
    unsafe { run(core::ptr::null_mut()) }
}
