//! `bench-ways start | allocate | resolve NAME | open LIBRARY`: an ordinary program, which knows nothing of how it is linked.

use std::collections::HashMap;
use std::ffi::CString;
use std::hint::black_box;
use std::io::{self, Write};
use std::net::ToSocketAddrs;
use std::process::ExitCode;
use std::thread;

/// Maps that each thread fills and drops.
const ROUNDS: usize = 40;
/// Entries of a map, each with two allocations; the map itself grows by some more.
const ENTRIES: usize = 25_000;
const THREADS: usize = 2;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let words: Vec<_> = arguments.iter().map(String::as_str).collect();
    let is_done = match *words {
        ["start"] => in_threads(1, 100) > 0,
        ["allocate"] => allocate().is_ok(),
        ["resolve", name] => (name, 0).to_socket_addrs().is_ok_and(|mut addresses| addresses.next().is_some()),
        ["open", library] => open(library),
        _ => false,
    };
    ExitCode::from(u8::from(!is_done))
}

/// Fills maps in every thread; how many entries there were.
fn in_threads(rounds: usize, entries: usize) -> usize {
    let fill = move || (0..rounds).map(|round| black_box(fill(round, entries)).len()).sum::<usize>();
    let threads: Vec<_> = (0..THREADS).map(|_| thread::spawn(fill)).collect();
    threads.into_iter().map(|thread| thread.join().unwrap_or(0)).sum()
}

fn fill(round: usize, entries: usize) -> HashMap<String, Vec<u8>> {
    (0..entries).map(|entry| (format!("{round}/{entry}"), vec![entry as u8; 16 + entry % 200])).collect()
}

/// Writes the nanoseconds of processor time that the maps took, as eight bytes in the machine's order.
fn allocate() -> io::Result<()> {
    let start = processor_time();
    in_threads(ROUNDS, ENTRIES);
    io::stdout().write_all(&(processor_time() - start).to_ne_bytes())
}

fn processor_time() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: clock_gettime(2), which writes to `time`.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

fn open(library: &str) -> bool {
    let Ok(library) = CString::new(library) else { return false };
    // SAFETY: dlopen(3) of a C library's part, which has no constructors that could go wrong.
    let handle = unsafe { libc::dlopen(library.as_ptr(), libc::RTLD_NOW) };
    !handle.is_null()
}
