//! Signals at any moment of threads that call imports.

use core::ffi::{c_int, c_void};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::{COUNT, EBADF, HANDLED, SELF, WRONG, errno_place, gettid, handler, install, mask};
use crate::imports::*;

#[import_dynamic::callback]
extern "C" fn compare(a: *const c_void, b: *const c_void) -> c_int {
    COUNT.set(COUNT.get() + 1);
    // SAFETY: qsort passes pointers to two of the numbers.
    unsafe { (*a.cast::<u32>()).cmp(&*b.cast::<u32>()) as c_int }
}

/// Everything that a thread does between signals, with what it must see.
pub(crate) fn work(number: c_int) {
    // SAFETY: imports as their manual pages say, and this thread's errno.
    unsafe {
        *errno_place() = number;
        assert_eq!(close(-1), -1);
        let errno = import_dynamic::errno().0;
        assert_eq!(errno, EBADF);
        assert_eq!(labs(-7), 7);
        free(malloc(100));
        assert_eq!(strlen(c"eight ch".as_ptr()), 8);
        let mut numbers: [u32; 16] = std::array::from_fn(|index| (index as u32 * 7) % 16);
        qsort(numbers.as_mut_ptr().cast(), numbers.len(), 4, compare);
        assert!(numbers.is_sorted());
        assert_eq!(add_ten(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), 0);
        assert_eq!(*errno_place(), number);
    }
}

/// Stack arguments survive a signal: snprintf with ten.
#[allow(clippy::too_many_arguments, reason = "more than fit into registers")]
fn add_ten(a: i32, b: i32, c: i32, d: i32, e: i32, f: i32, g: i32, h: i32, i: i32, j: i32) -> c_int {
    let mut text = [0u8; 64];
    // SAFETY: snprintf(3).
    unsafe {
        let format = c"%d %d %d %d %d %d %d %d %d %d".as_ptr();
        snprintf(text.as_mut_ptr().cast(), text.len(), format, a, b, c, d, e, f, g, h, i, j);
    }
    c_int::from(&text[..21] != b"1 2 3 4 5 6 7 8 9 10\0")
}

/// A timer that sends `signal` to the process every 100 microseconds.
pub(crate) fn start_timer(signal: c_int) {
    // SAFETY: timer_create(2) and timer_settime(2).
    unsafe {
        let mut event: libc::sigevent = std::mem::zeroed();
        event.sigev_notify = libc::SIGEV_SIGNAL;
        event.sigev_signo = signal;
        let mut timer = std::mem::zeroed();
        assert_eq!(libc::timer_create(libc::CLOCK_MONOTONIC, &mut event, &mut timer), 0);
        let interval = libc::timespec { tv_sec: 0, tv_nsec: 100_000 };
        let times = libc::itimerspec { it_interval: interval, it_value: interval };
        assert_eq!(libc::timer_settime(timer, 0, &times, std::ptr::null_mut()), 0);
    }
}

/// Seconds that long cases run: `IMPORT_DYNAMIC_TEST_SECONDS`, or a few.
pub(crate) fn long_seconds() -> u64 {
    std::env::var("IMPORT_DYNAMIC_TEST_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(3)
}

/// Has SIGALRM handled by [`handler`], in threads that are a [`Worker`].
pub(crate) fn install_counting() {
    assert_eq!(labs(-1), 1);
    install(libc::SIGALRM, handler as *const () as usize, libc::SA_SIGINFO | libc::SA_RESTART);
    mask(libc::SIG_BLOCK); // so that the signals go to the workers
}

/// How many signals were handled, and how many wrong values were seen.
pub(crate) fn handled() -> (usize, usize) {
    (HANDLED.load(Ordering::Relaxed), WRONG.load(Ordering::Relaxed))
}

/// The calling thread, while it takes signals.
pub(crate) struct Worker(());

impl Worker {
    pub(crate) fn new() -> Self {
        SELF.set(gettid());
        mask(libc::SIG_UNBLOCK);
        Self(())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        mask(libc::SIG_BLOCK);
    }
}

pub(crate) fn storm() {
    install_counting();
    static STOP: AtomicBool = AtomicBool::new(false);
    let workers: Vec<_> = (0..8)
        .map(|number| {
            std::thread::spawn(move || {
                let _signals = Worker::new();
                let mut rounds = 0usize;
                while !STOP.load(Ordering::Relaxed) {
                    work(100 + number);
                    rounds += 1;
                }
                rounds
            })
        })
        .collect();
    start_timer(libc::SIGALRM);
    std::thread::sleep(Duration::from_secs(long_seconds()));
    STOP.store(true, Ordering::Relaxed);
    let rounds: usize = workers.into_iter().map(|worker| worker.join().expect("no wrong value")).sum();
    let (handled, wrong) = self::handled();
    println!("{rounds} rounds, {handled} signals");
    assert_eq!(wrong, 0);
    assert!(handled > 100 && rounds > 100);
}
