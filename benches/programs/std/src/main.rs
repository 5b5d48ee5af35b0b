//! `bench-std CONTENDER [ARGUMENT...]`: measures what something costs in a program with std, static or dynamic.
//!
//! Reads a count (eight bytes), does its thing so often, and writes the nanoseconds that this took; until its input ends.

mod call;
mod clock;
mod launch;
mod thread;

use std::io::{self, Read, Write};
use std::process::ExitCode;

/// Does its thing as often as it is told; the nanoseconds that this took.
type Measure = Box<dyn FnMut(u64) -> u64>;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let words: Vec<_> = arguments.iter().map(String::as_str).collect();
    let Some(measure) = contender(&words) else {
        eprintln!("bench-std: no contender {words:?} in this build");
        return ExitCode::from(2);
    };
    match serve(measure) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench-std: {error}");
            ExitCode::FAILURE
        }
    }
}

fn contender(words: &[&str]) -> Option<Measure> {
    match *words {
        // What a program takes without any call.
        ["nothing"] => std::process::exit(0),
        // Makes one call, and ends.
        ["start"] => {
            call::contender("import")?(1);
            std::process::exit(0);
        }
        ["thread"] => Some(Box::new(thread::join)),
        ["thread-attach"] => Some(Box::new(thread::attach_and_join)),
        ["launch", program, ref arguments @ ..] => Some(launch::time(program, arguments)),
        ["launch-faults", program, ref arguments @ ..] => Some(launch::faults(program, arguments)),
        [name] => call::contender(name).map(|calls| -> Measure { Box::new(move |count| clock::cpu(|| calls(count))) }),
        [name, threads] => {
            let (calls, threads) = (call::contender(name)?, threads.parse().ok()?);
            Some(Box::new(move |count| thread::each(threads, || calls(count))))
        }
        _ => None,
    }
}

fn serve(mut measure: Measure) -> io::Result<()> {
    let (mut requests, mut answers) = (io::stdin().lock(), io::stdout().lock());
    let mut count = [0; 8];
    loop {
        match requests.read_exact(&mut count) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(error) => return Err(error),
        }
        answers.write_all(&measure(u64::from_ne_bytes(count)).to_ne_bytes())?;
        answers.flush()?;
    }
}
