//! All of it at once, for as long as one likes: libraries, threads that come and go, signals, children.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::imports::{status, threads};
use crate::libraries;
use crate::signals::storm::{self, Worker};
use crate::threads::settle;

/// Runs for `IMPORT_DYNAMIC_TEST_SECONDS`, or a few seconds, and prints samples that `cargo xtask soak` makes a table of.
pub(crate) const CASES: &[(&str, fn())] = &[("soak", soak)];

static STOP: AtomicBool = AtomicBool::new(false);
static ROUNDS: AtomicUsize = AtomicUsize::new(0);
static LIBRARIES: AtomicUsize = AtomicUsize::new(0);
static THREADS: AtomicUsize = AtomicUsize::new(0);
static CHILDREN: AtomicUsize = AtomicUsize::new(0);

/// Calls of many sorts, in a thread that signals may find anywhere.
fn call() {
    let _signals = Worker::new();
    storm::work(100);
    ROUNDS.fetch_add(1, Ordering::Relaxed);
}

fn use_libraries() {
    for library in libraries::REPEATED {
        library();
        LIBRARIES.fetch_add(1, Ordering::Relaxed);
    }
}

fn come_and_go() {
    let four: Vec<_> = (0..4).map(|_| std::thread::spawn(call)).collect();
    four.into_iter().for_each(|thread| thread.join().expect("no wrong value"));
    THREADS.fetch_add(4, Ordering::Relaxed);
}

fn fork() {
    // SAFETY: the child calls imports and ends, without running what its parent's exit runs.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let right = std::panic::catch_unwind(|| storm::work(7)).is_ok();
        // SAFETY: _exit(2).
        unsafe { libc::_exit(if right { 7 } else { 1 }) };
    }
    let mut status = 0;
    // SAFETY: this process's own child.
    while unsafe { libc::waitpid(child, &raw mut status, 0) } != child {}
    assert_eq!(libc::WEXITSTATUS(status), 7, "status {status:#x}");
    CHILDREN.fetch_add(1, Ordering::Relaxed);
    std::thread::sleep(Duration::from_millis(10));
}

fn kilobytes() -> usize {
    status("VmRSS").trim_end_matches(" kB").parse().expect("a number")
}

fn files() -> usize {
    std::fs::read_dir("/proc/self/fd").expect("/proc is mounted").count()
}

/// Prints a line of numbers; the resident kilobytes.
fn sample(start: Instant) -> usize {
    let counts = [&ROUNDS, &LIBRARIES, &THREADS, &CHILDREN].map(|count| count.load(Ordering::Relaxed));
    let (handled, wrong) = storm::handled();
    let resident = kilobytes();
    let [rounds, libraries, made, children] = counts;
    println!(
        "soak: {} {rounds} {libraries} {made} {children} {handled} {wrong} {resident} {} {}",
        start.elapsed().as_secs(),
        threads(),
        files()
    );
    resident
}

fn soak() {
    if crate::is_emulated("QEMU's own threads do not survive forks") {
        return;
    }
    // Once each, so that what stays for good is there.
    call();
    use_libraries();
    (0..50).for_each(|_| come_and_go());
    fork();
    assert!(settle(threads()));
    let (threads_before, files_before) = (threads(), files());

    let workers: [(fn(), usize); 4] = [(call, 3), (use_libraries, 1), (come_and_go, 1), (fork, 1)];
    storm::install_counting();
    let workers: Vec<_> = workers.iter().flat_map(|&(work, count)| std::iter::repeat_n(work, count)).collect();
    let workers: Vec<_> = workers
        .into_iter()
        .map(|work| {
            std::thread::spawn(move || {
                while !STOP.load(Ordering::Relaxed) {
                    work();
                }
            })
        })
        .collect();
    storm::start_timer(libc::SIGALRM);
    let (start, seconds) = (Instant::now(), storm::long_seconds());
    let mut residents = Vec::new();
    const SAMPLES: u64 = 12;
    for number in 1..=SAMPLES {
        let due = Duration::from_millis(1000 * seconds * number / SAMPLES);
        std::thread::sleep(due.saturating_sub(start.elapsed()));
        residents.push(sample(start));
    }
    STOP.store(true, Ordering::Relaxed);
    workers.into_iter().for_each(|worker| worker.join().expect("no wrong value"));
    let (handled, wrong) = storm::handled();
    assert!(wrong == 0 && handled > 100, "{wrong} wrong of {handled} signals");
    assert!(settle(threads_before), "{} threads, {threads_before} before", threads());
    assert_eq!(files(), files_before);
    // What both libcs keep to use again is there after a third of a minute or more.
    let (third, last) = (residents[residents.len() / 3], residents[residents.len() - 1]);
    assert!(seconds < 60 || last < third + 8192, "{third} kB resident after a third, {last} at the end");
}
