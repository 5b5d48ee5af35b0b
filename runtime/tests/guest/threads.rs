//! Threads that come and go, and what the process keeps of them; limits; what bringing the guest up leaves alone.

use core::ffi::{c_int, c_uint, c_void};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::imports::*;

mod isolation;
mod limits;
mod secure;

pub(crate) const CASES: &[(&str, fn())] = &[
    ("threads_leave_nothing", leave_nothing),
    ("threads_run_destructors_of_the_guest", destructors),
    ("limit_on_memory", limits::limit_on_memory),
    ("limit_with_a_fallback", limits::limit_with_a_fallback),
    ("limit_on_threads", limits::limit_on_threads),
    ("limit_on_data", limits::limit_on_data),
    ("limits_while_attaching", limits::limits_while_attaching),
    ("isolation_of_the_main_thread", isolation::main_thread),
    ("isolation_of_the_first_thread", isolation::first_thread),
    ("isolation_of_threads", isolation::threads),
    ("isolation_of_the_processor", isolation::processor),
    ("isolation_of_the_heaps", heaps),
    ("isolation_of_a_heap_that_shrank", isolation::heap_that_shrank),
    ("isolation_of_a_heap_that_shrinks", isolation::heap_that_shrinks),
    ("isolation_of_a_heap_victim", isolation::heap_victim),
    ("environment_changed_before", environment_changed),
    ("environment_changed_victim", environment_changed_victim),
    ("secure_execution", secure::secure_execution),
    ("secure_execution_victim", secure::victim),
];

/// Waits until the number of kernel threads is at most this.
pub(crate) fn settle(most: usize) -> bool {
    (0..2000).any(|_| {
        std::thread::sleep(Duration::from_millis(1));
        threads() <= most
    })
}

fn kilobytes(key: &str) -> usize {
    status(key).trim_end_matches(" kB").parse().expect("a number")
}

/// Threads made: `IMPORT_DYNAMIC_TEST_THREADS`, or some.
fn leave_nothing() {
    if crate::is_emulated("the emulator keeps memory for every thread") {
        return;
    }
    let count: usize = std::env::var("IMPORT_DYNAMIC_TEST_THREADS").ok().and_then(|n| n.parse().ok()).unwrap_or(4000);
    let run = |count: usize| {
        for _ in 0..count / 4 {
            let four: Vec<_> = (0..4).map(|n| std::thread::spawn(move || assert_eq!(labs(-n), n))).collect();
            four.into_iter().for_each(|thread| thread.join().expect("a call"));
        }
    };
    run(400);
    let before = threads();
    assert!(settle(before));
    let (before, size, resident) = (threads(), kilobytes("VmSize"), kilobytes("VmRSS"));
    let start = Instant::now();
    run(count);
    let each = start.elapsed() / count as u32;
    assert!(settle(before), "{} threads, {before} before", threads());
    let (size_after, resident_after) = (kilobytes("VmSize"), kilobytes("VmRSS"));
    println!("{each:?} a thread; size {size} then {size_after} kB, resident {resident} then {resident_after} kB");
    // Both libcs keep some stacks to use again.
    assert!(resident_after < resident + 4096, "{resident} kB resident before, {resident_after} after");
    assert!(size_after < size + (100 << 10), "{size} kB before, {size_after} after");
}

static DESTROYED: AtomicUsize = AtomicUsize::new(0);

#[import_dynamic::import_dynamic("libpthread")]
unsafe extern "C" {
    fn pthread_key_create(key: *mut c_uint, destructor: extern "C" fn(*mut c_void)) -> c_int;
    fn pthread_setspecific(key: c_uint, value: *const c_void) -> c_int;
}

#[import_dynamic::callback]
extern "C" fn destroy(_: *mut c_void) {
    DESTROYED.fetch_add(1, Ordering::Relaxed);
    assert_eq!(labs(-1), 1);
}

/// A key of the guest's pthread_key_create(3).
fn destructors() {
    let mut key = 0;
    // SAFETY: as the manual page says.
    assert_eq!(unsafe { pthread_key_create(&mut key, destroy) }, 0);
    let set = move || {
        // SAFETY: the key.
        assert_eq!(unsafe { pthread_setspecific(key, (&raw const DESTROYED).cast()) }, 0);
    };
    let threads: Vec<_> = (0..50).map(|_| std::thread::spawn(set)).collect();
    threads.into_iter().for_each(|thread| thread.join().expect("set"));
    for _ in 0..10_000 {
        if DESTROYED.load(Ordering::Relaxed) == 50 {
            return;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    panic!("{} of 50", DESTROYED.load(Ordering::Relaxed));
}

/// Both libcs allocate on the main thread, where both would use the program break.
fn heaps() {
    let mut home: Vec<Vec<u8>> = Vec::new();
    let mut guest: Vec<(*mut u8, usize, u8)> = Vec::new();
    for n in 0..20_000usize {
        let size = 16 + n * 37 % 3000;
        home.push(vec![n as u8; size]);
        let memory = malloc(size).cast::<u8>();
        // SAFETY: memory of this size.
        unsafe { memory.write_bytes(n as u8, size) };
        guest.push((memory, size, n as u8));
        if n % 3 == 0 {
            home.swap_remove(n / 7 % home.len());
            let (memory, size, byte) = guest.swap_remove(n / 5 % guest.len());
            // SAFETY: memory of this size, given back once.
            unsafe {
                assert!(std::slice::from_raw_parts(memory, size).iter().all(|&found| found == byte));
                free(memory.cast());
            }
        }
    }
    assert!(home.iter().all(|bytes| bytes.iter().all(|byte| *byte == bytes[0])));
}

/// A libc takes variables out of the environment where the kernel has put it, in front of what bringing up needs.
fn environment_changed() {
    let mut command = crate::case("environment_changed_victim");
    let output = command.env("REMOVED", "1").env("REMOVED_TOO", "1").output().expect("run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn environment_changed_victim() {
    // SAFETY: no other thread.
    unsafe {
        std::env::remove_var("REMOVED");
        std::env::remove_var("REMOVED_TOO");
    }
    assert_eq!(labs(-1), 1);
}
