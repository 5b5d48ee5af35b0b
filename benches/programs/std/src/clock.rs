//! How long something took.

/// What this thread ran meanwhile, in nanoseconds: the time that other programs take of a busy machine is not in it.
pub(crate) fn cpu(work: impl FnOnce()) -> u64 {
    between(libc::CLOCK_THREAD_CPUTIME_ID, work)
}

/// What passed meanwhile, in nanoseconds.
pub(crate) fn wall(work: impl FnOnce()) -> u64 {
    between(libc::CLOCK_MONOTONIC, work)
}

fn between(clock: libc::clockid_t, work: impl FnOnce()) -> u64 {
    let start = now(clock);
    work();
    now(clock) - start
}

fn now(clock: libc::clockid_t) -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: clock_gettime(2) with a place for the time.
    unsafe { libc::clock_gettime(clock, &mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}
