//! A process that measures itself on request.

use std::io::{self, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

/// A running program that reads how often to do its thing (eight bytes in the machine's order) and writes how many
/// nanoseconds that took (eight more), until its standard input ends.
pub struct Contender {
    child: Child,
    requests: Option<ChildStdin>,
    answers: ChildStdout,
}

impl Contender {
    /// Starts a program.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(mut command: Command) -> io::Result<Self> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (requests, answers) = (child.stdin.take(), child.stdout.take());
        let answers = answers.ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(Self { child, requests, answers })
    }

    /// Has the program do its thing `count` times; the time that it took, as measured inside.
    ///
    /// # Errors
    /// When the program has ended.
    pub fn measure(&mut self, count: u64) -> io::Result<Duration> {
        let requests = self.requests.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        requests.write_all(&count.to_ne_bytes())?;
        let mut answer = [0; 8];
        self.answers.read_exact(&mut answer)?;
        Ok(Duration::from_nanos(u64::from_ne_bytes(answer)))
    }
}

impl Drop for Contender {
    fn drop(&mut self) {
        self.requests = None; // the program's input ends, and so does the program
        let _ = self.child.wait();
    }
}
