//! Threads of the program's own libc that call imports.

use core::ffi::CStr;
use std::ptr::{null, null_mut};
use std::sync::Barrier;
use std::time::{Duration, Instant};

use crate::imports::{format_numbers, free, freeaddrinfo, getaddrinfo, labs, malloc};

/// Eight threads, of which none has called an import before all eight do.
pub(crate) fn at_once() {
    const COUNT: usize = 8;
    let barrier = Barrier::new(COUNT);
    std::thread::scope(|scope| {
        for thread in 0..COUNT {
            let barrier = &barrier;
            scope.spawn(move || {
                barrier.wait();
                for round in 0..300 {
                    work(thread, round);
                }
            });
        }
    });
}

/// Uses what keeps a state per thread or per process: the heap, the number formats, the name service.
fn work(thread: usize, round: usize) {
    let size = 16 + (round * 37 + thread * 11) % 3000;
    let memory = malloc(size).cast::<u8>();
    assert!(!memory.is_null());
    // SAFETY: memory of this size.
    unsafe {
        memory.write_bytes(thread as u8, size);
        let written = format_numbers(memory.cast(), size, thread, round as f64 / 8.0, round);
        let expected = format!("{thread} {:.3} text {round}", round as f64 / 8.0);
        assert_eq!(written as usize, expected.len());
        let kept = &expected.as_bytes()[..expected.len().min(size - 1)];
        assert_eq!(CStr::from_ptr(memory.cast()).to_bytes(), kept);
        assert!((expected.len() + 1..size).all(|index| *memory.add(index) == thread as u8));
        free(memory.cast());
    }
    if round.is_multiple_of(3) {
        let mut list = null_mut();
        // SAFETY: getaddrinfo(3) and freeaddrinfo(3).
        unsafe {
            assert_eq!(getaddrinfo(c"localhost".as_ptr(), null(), null(), &mut list), 0);
            assert!(!list.is_null());
            freeaddrinfo(list);
        }
    }
}

/// Two thousand threads one after the other, eight at a time: what each took is given back.
pub(crate) fn many() {
    run_threads(200); // so that what is kept once is there
    let before = Usage::now();
    run_threads(2000);
    // The guest's side of a thread ends by itself, after the thread.
    let end = Instant::now() + Duration::from_secs(60);
    while Usage::now().threads > before.threads && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(5));
    }
    let after = Usage::now();
    assert!(after.threads <= before.threads, "{before:?} {after:?}");
    assert!(after.resident < before.resident + 4096, "{before:?} {after:?}");
}

fn run_threads(count: usize) {
    for _ in 0..count / 8 {
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    assert_eq!(labs(-7), 7);
                    // SAFETY: malloc(3) and free(3).
                    unsafe { free(malloc(1000)) };
                });
            }
        });
    }
}

/// What the process holds.
#[derive(Debug)]
struct Usage {
    threads: usize,
    /// Kilobytes in memory.
    resident: usize,
}

impl Usage {
    fn now() -> Self {
        let status = std::fs::read_to_string("/proc/self/status").expect("/proc/self/status");
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
            number.unwrap_or_else(|| panic!("no {name} in {status}"))
        };
        Self { threads: field("Threads"), resident: field("VmRSS") }
    }
}
