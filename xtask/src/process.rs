//! Running other programs: errors name the command and carry what it printed.

use std::io::Read;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{fmt, io, thread};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};

/// Runs `command` with its output shown; it must succeed.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.stdin(Stdio::null()).status().with_context(|| format!("cannot run {}", line(command)))?;
    if !status.success() {
        bail!("{}: {status}", line(command));
    }
    Ok(())
}

/// Runs `command`, which must succeed, and gives what it printed on stdout.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot run {}", line(command)))?;
    if !output.status.success() {
        bail!("{}: {}\n{}", line(command), output.status, String::from_utf8_lossy(&output.stderr).trim_end());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What a program did in the time it was given.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) end: End,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// How a program ended.
#[derive(Debug)]
pub(crate) enum End {
    Exited(ExitStatus),
    TimedOut(Duration),
    NotStarted(io::Error),
}

impl End {
    /// The exit status, where there is one.
    pub(crate) fn code(&self) -> Option<i32> {
        match self {
            Self::Exited(status) => status.code(),
            Self::TimedOut(_) | Self::NotStarted(_) => None,
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(status) => write!(f, "{status}"),
            Self::TimedOut(limit) => write!(f, "killed after {} s", limit.as_secs()),
            Self::NotStarted(error) => write!(f, "did not start: {error}"),
        }
    }
}

/// How long the output of a program that has ended, or was killed, may stay open: a process that it left behind can have it.
const GRACE: Duration = Duration::from_secs(5);

/// Runs `command` with its output kept. When `limit` has passed it is killed, and with it all that it started: it gets a process
/// group of its own. What has left that group is not waited for.
pub(crate) fn finish_within(command: &mut Command, limit: Duration) -> Finished {
    let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = match command.process_group(0).spawn() {
        Ok(child) => child,
        Err(error) => return Finished { end: End::NotStarted(error), stdout: String::new(), stderr: String::new() },
    };
    let [stdout, stderr] = [child.stdout.take().map(Reader::new), child.stderr.take().map(Reader::new)];
    let start = Instant::now();
    let end = loop {
        match child.try_wait() {
            Ok(Some(status)) => break End::Exited(status),
            Ok(None) if start.elapsed() < limit => thread::sleep(Duration::from_millis(1)),
            _ => {
                // Any of these may fail only because the child has ended just now.
                let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
                let _ = group.map(|group| kill_process_group(group, Signal::KILL));
                let _ = child.kill();
                let _ = child.wait();
                break End::TimedOut(limit);
            }
        }
    };
    let grace_ends = Instant::now() + GRACE;
    let text = |reader: Option<Reader>| reader.map(|reader| reader.text(grace_ends)).unwrap_or_default();
    Finished { end, stdout: text(stdout), stderr: text(stderr) }
}

/// A thread that reads a pipe, which may stay open for ever.
struct Reader {
    bytes: Arc<Mutex<Vec<u8>>>,
    ended: Receiver<()>,
}

impl Reader {
    fn new(mut pipe: impl Read + Send + 'static) -> Self {
        let (bytes, (sender, ended)) = (Arc::new(Mutex::new(Vec::new())), channel::<()>());
        let read = Arc::clone(&bytes);
        thread::spawn(move || {
            let _sender = sender; // whose end tells that this thread's has come
            let mut part = [0; 4096];
            // A pipe that breaks off gives what came until then.
            while let Ok(len @ 1..) = pipe.read(&mut part) {
                read.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&part[..len]);
            }
        });
        Self { bytes, ended }
    }

    /// What the pipe gave to its end, or until `latest`.
    fn text(self, latest: Instant) -> String {
        let _ = self.ended.recv_timeout(latest.saturating_duration_since(Instant::now()));
        String::from_utf8_lossy(&self.bytes.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

/// The command as one would type it, without its environment.
pub(crate) fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(all(test, target_os = "linux"))] // whose shells have `setsid`
mod tests {
    use std::process::Command;
    use std::time::{Duration, Instant};

    use super::{End, Finished, finish_within};

    fn shell(script: &str, limit: u64) -> (Finished, Duration) {
        let start = Instant::now();
        let finished = finish_within(Command::new("sh").args(["-c", script]), Duration::from_secs(limit));
        (finished, start.elapsed())
    }

    #[test]
    fn what_a_program_says() {
        let (finished, _) = shell("echo out; echo err >&2; exit 3", 60);
        assert_eq!((finished.end.code(), &*finished.stdout, &*finished.stderr), (Some(3), "out\n", "err\n"));
        let (finished, _) = shell("head -c 1000000 /dev/zero", 60);
        assert_eq!((finished.end.code(), finished.stdout.len()), (Some(0), 1_000_000));
        let finished = finish_within(&mut Command::new("/nowhere/at/all"), Duration::from_secs(60));
        assert!(matches!(finished.end, End::NotStarted(_)), "{finished:?}");
    }

    #[test]
    fn the_limit_holds_for_all_that_a_program_starts() {
        let (finished, took) = shell("sleep 300 & echo $!; wait", 1);
        assert!(matches!(finished.end, End::TimedOut(_)), "{finished:?}");
        assert!(took < Duration::from_secs(100), "{took:?}");
        // Gone, or dead and not yet waited for by whoever does that now.
        let state = || Command::new("ps").args(["-o", "stat=", "-p", finished.stdout.trim()]).output().unwrap().stdout;
        let start = Instant::now();
        while !matches!(state()[..], [] | [b'Z', ..]) {
            assert!(start.elapsed() < Duration::from_secs(20), "{}", finished.stdout);
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The script starts a process that leaves the group, and says its number.
    fn leaves_one_behind(script: &str, limit: u64) -> End {
        let (finished, took) = shell(script, limit);
        assert!(took < Duration::from_secs(100), "{took:?}");
        assert!(Command::new("kill").args(["-KILL", finished.stdout.trim()]).status().unwrap().success());
        finished.end
    }

    #[test]
    fn nobody_waits_for_what_an_ended_program_leaves_behind() {
        assert_eq!(leaves_one_behind("setsid sleep 300 & echo $!", 60).code(), Some(0));
    }

    #[test]
    fn nobody_waits_for_what_a_killed_program_leaves_behind() {
        let end = leaves_one_behind("setsid sleep 300 & echo $!; wait", 1);
        assert!(matches!(end, End::TimedOut(_)), "{end:?}");
    }
}
