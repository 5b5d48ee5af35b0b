//! `bench-std CONTENDER`: measures what a call costs in a program with std, static or dynamic.
//!
//! Reads a count (eight bytes), makes as many calls, and writes the nanoseconds that they took; until its input ends.

mod call;

use std::io::{self, Read, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let contender = std::env::args().nth(1).unwrap_or_default();
    let Some(calls) = call::contender(&contender) else {
        eprintln!("bench-std: no contender {contender:?} in this build");
        return ExitCode::from(2);
    };
    match serve(calls) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench-std: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(calls: fn(u64)) -> io::Result<()> {
    calls(1); // binds, and brings the host up
    let (mut requests, mut answers) = (io::stdin().lock(), io::stdout().lock());
    let mut count = [0; 8];
    loop {
        match requests.read_exact(&mut count) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(error) => return Err(error),
        }
        let start = nanoseconds();
        calls(u64::from_ne_bytes(count));
        let elapsed = nanoseconds() - start;
        answers.write_all(&elapsed.to_ne_bytes())?;
        answers.flush()?;
    }
}

/// What this thread has run so far: the time that other programs take of a busy machine is not in it.
fn nanoseconds() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: clock_gettime(2) with a place for the time.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}
