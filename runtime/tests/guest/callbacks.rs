//! Functions of the program that the guest calls.

use core::ffi::{c_int, c_void};
use std::cell::RefCell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use import_dynamic::callback;

use crate::imports::*;

pub(crate) const CASES: &[(&str, fn())] = &[
    ("callback_of_qsort", of_qsort),
    ("callback_nested", nested),
    ("callback_called_at_home", called_at_home),
    ("callback_on_guest_threads", on_guest_threads),
    ("callback_threads_end", threads_end),
];

thread_local! {
    static SEEN: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

#[callback]
extern "C" fn compare(a: *const c_void, b: *const c_void) -> c_int {
    // SAFETY: qsort passes pointers to two of the numbers.
    let (a, b) = unsafe { (*a.cast::<u32>(), *b.cast::<u32>()) };
    SEEN.with_borrow_mut(|seen| seen.push(format!("{a}:{b}")));
    a.cmp(&b) as c_int
}

fn sort(compare: Compare) {
    let mut numbers: Vec<u32> = (0..1000u32).map(|n| n.wrapping_mul(2_654_435_761) % 1009).collect();
    // SAFETY: the vector's own memory; the function compares numbers.
    unsafe { qsort(numbers.as_mut_ptr().cast(), numbers.len(), 4, compare) };
    assert!(numbers.is_sorted());
}

fn of_qsort() {
    sort(compare);
    SEEN.with_borrow(|seen| assert!(seen.len() > 1000));
    let threads: Vec<_> = (0..8).map(|_| std::thread::spawn(|| (0..20).for_each(|_| sort(compare)))).collect();
    for thread in threads {
        thread.join().expect("sorted");
    }
}

#[callback]
extern "C" fn compare_deeply(a: *const c_void, b: *const c_void) -> c_int {
    static DEPTH: AtomicUsize = AtomicUsize::new(0);
    if DEPTH.fetch_add(1, Ordering::Relaxed) < 50 {
        let mut pair = [2u32, 1];
        // SAFETY: two numbers.
        unsafe { qsort(pair.as_mut_ptr().cast(), 2, 4, compare_deeply) };
        assert_eq!(pair, [1, 2]);
    }
    // SAFETY: memory of the guest's, given back at once.
    unsafe { free(malloc(64)) };
    // SAFETY: qsort passes pointers to two of the numbers.
    let (a, b) = unsafe { (*a.cast::<u32>(), *b.cast::<u32>()) };
    a.cmp(&b) as c_int
}

fn nested() {
    sort(compare_deeply);
}

fn called_at_home() {
    let (one, two) = (1u32, 2u32);
    let (one, two) = ((&raw const one).cast(), (&raw const two).cast());
    assert_eq!(compare(one, two), -1);
    assert_eq!(labs(-1), 1);
    assert_eq!(compare(two, one), 1);
    assert_eq!(SEEN.with_borrow(Vec::len), 2);
}

static NAMES: Mutex<Vec<String>> = Mutex::new(Vec::new());
static DROPPED: AtomicUsize = AtomicUsize::new(0);

struct CountsDrop;

impl Drop for CountsDrop {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, Ordering::Relaxed);
    }
}

thread_local! {
    static COUNTER: RefCell<(usize, CountsDrop)> = const { RefCell::new((0, CountsDrop)) };
}

#[callback]
extern "C" fn start(argument: *mut c_void) -> *mut c_void {
    let number = argument as usize;
    for _ in 0..10 {
        let count = COUNTER.with_borrow_mut(|counter| {
            counter.0 += 1;
            counter.0
        });
        assert_eq!(labs(-(count as i64)), count as i64);
        NAMES
            .lock()
            .expect("not poisoned")
            .push(format!("thread {number}, {count}: {:?}", std::thread::current().id()));
        sort(compare);
    }
    (number * 2) as *mut c_void
}

/// Has the guest make threads that run [`start`], and waits for them.
fn run_guest_threads(count: usize) {
    let threads: Vec<usize> = (0..count)
        .map(|number| {
            let mut thread = 0;
            // SAFETY: pthread_create(3) with default attributes.
            assert_eq!(unsafe { pthread_create(&mut thread, core::ptr::null(), start, number as *mut c_void) }, 0);
            thread
        })
        .collect();
    for (number, thread) in threads.into_iter().enumerate() {
        let mut value = core::ptr::null_mut();
        // SAFETY: a joinable thread, joined once.
        assert_eq!(unsafe { pthread_join(thread, &mut value) }, 0);
        assert_eq!(value as usize, number * 2);
    }
}

fn on_guest_threads() {
    run_guest_threads(8);
    assert_eq!(NAMES.lock().expect("not poisoned").len(), 80);
}

/// Thread-locals of a guest's thread are dropped, and its home identity goes away with it.
fn threads_end() {
    let rounds = if crate::emulator().is_some() { 4 } else { 10 }; // threads take their time there
    run_guest_threads(1);
    let before = threads();
    for _ in 0..rounds {
        run_guest_threads(4);
    }
    for _ in 0..1000 {
        if threads() <= before && DROPPED.load(Ordering::Relaxed) == 1 + rounds * 4 {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    panic!("{} threads, {before} before; {} dropped", threads(), DROPPED.load(Ordering::Relaxed));
}
