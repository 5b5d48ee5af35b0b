//! Robust mutexes in a guest whose libc is musl. glibc gives the kernel a thread's list of them when it makes the thread. musl
//! does when the thread locks the first that processes share (`pthread_mutex_trylock.c`): a home thread would lose its own list by that, and its
//! death would free no mutex, which carry the id of the thread that lends the control block. So that thread does it before
//! it lends.

use core::sync::atomic::{AtomicUsize, Ordering};

use crate::guest::{area, guest_symbol};
use crate::host::{LibcKind, host_if_up};

const COUNT: usize = 6;
const NAMES: [&core::ffi::CStr; COUNT] = [
    c"pthread_mutexattr_init",
    c"pthread_mutexattr_setrobust",
    c"pthread_mutexattr_setpshared",
    c"pthread_mutex_init",
    c"pthread_mutex_lock",
    c"pthread_mutex_unlock",
];

/// The guest's functions; 0 until they are asked for. Threads that race find the same.
static FUNCTIONS: [AtomicUsize; COUNT] = [const { AtomicUsize::new(0) }; COUNT];

/// Has a musl of the guest's register the list of the calling thread, which is a new one of its own.
pub(crate) fn register() {
    /// A pthread_mutex_t or a pthread_mutexattr_t, with room to spare.
    #[repr(C, align(16))]
    struct Object([u64; 16]);
    let Some(host) = host_if_up().filter(|host| host.libc == LibcKind::Musl) else { return };
    if area::current().is_none() {
        return;
    }
    let mut functions = [0; COUNT];
    for ((function, known), name) in functions.iter_mut().zip(&FUNCTIONS).zip(NAMES) {
        if known.load(Ordering::Relaxed) == 0 {
            known.store(guest_symbol(host, name).unwrap_or(0), Ordering::Relaxed);
        }
        *function = known.load(Ordering::Relaxed);
    }
    if functions.contains(&0) {
        return;
    }
    let (mut attributes, mut mutex) = (Object([0; 16]), Object([0; 16]));
    let (attributes, mutex) = (&raw mut attributes as usize, &raw mut mutex as usize);
    let arguments = [[attributes, 0], [attributes, 1], [attributes, 1], [mutex, attributes], [mutex, 0], [mutex, 0]];
    for (function, [first, second]) in functions.into_iter().zip(arguments) {
        // SAFETY: each function as its manual page says, on objects of this thread's, with its own thread pointer in place.
        unsafe {
            let function: extern "C" fn(usize, usize) -> i32 = core::mem::transmute(function);
            function(first, second);
        }
    }
}
