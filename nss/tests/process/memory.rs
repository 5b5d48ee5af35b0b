//! Who makes a list frees it, and nothing is left.

use std::alloc::{GlobalAlloc, Layout, System};
use std::net::ToSocketAddrs;
use std::sync::atomic::{AtomicIsize, Ordering};

use import_dynamic_nss::{lookup_host, user_by_name};

use crate::{BOTH, Case, NATIVE};

pub(crate) const CASES: &[Case] = &[
    ("lists_of_our_own_leave_nothing", NATIVE, lists_of_our_own_leave_nothing),
    ("lists_of_the_host_are_the_host_s", BOTH, memory_stays_as_it_is),
];

/// Bytes of Rust's that are not freed.
static LIVE: AtomicIsize = AtomicIsize::new(0);

struct Counting;

// SAFETY: the system's allocator does all of it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size() as isize, Ordering::Relaxed);
        // SAFETY: the caller's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size() as isize, Ordering::Relaxed);
        // SAFETY: the caller's.
        unsafe { System.dealloc(pointer, layout) };
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

fn look_up() {
    assert!(("localhost", 80).to_socket_addrs().expect("localhost").count() > 0);
    assert!(lookup_host("localhost", 80).expect("localhost").next().is_some());
    user_by_name("root").expect("somebody answers");
}

fn lists_of_our_own_leave_nothing() {
    look_up();
    let before = LIVE.load(Ordering::Relaxed);
    for _ in 0..100 {
        look_up();
    }
    assert_eq!(LIVE.load(Ordering::Relaxed), before);
}

/// Pages of this process (proc_pid_statm(5)).
fn pages() -> Option<u64> {
    std::fs::read_to_string("/proc/self/statm").ok()?.split(' ').nth(1)?.parse().ok()
}

fn memory_stays_as_it_is() {
    for _ in 0..200 {
        look_up();
    }
    let Some(before) = pages() else { return }; // no /proc in this place
    for _ in 0..2000 {
        look_up();
    }
    let after = pages().expect("as before");
    assert!(after <= before + 16, "{before} pages before, {after} after");
}
