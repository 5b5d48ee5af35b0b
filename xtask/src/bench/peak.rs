//! A program's peak of resident memory.
//!
//! What wait4 tells of it is no less than the peak of the process that the program was started in, before execve. VmHWM in
//! /proc/PID/status is of the program's own memory alone, but has to be read while that is there: so the program is traced,
//! and stops on its way out. Recent kernels then add up what each processor has counted; wait4's number leaves up to 200 KiB
//! of that out.

use std::process::Command;

use anyhow::Result;

/// A program that is run again and again.
#[derive(Debug)]
pub(super) struct Traced(Command);

#[cfg(target_os = "linux")]
mod linux {
    use std::os::unix::process::CommandExt;
    use std::process::Stdio;

    use anyhow::{Context, bail};
    use nix::libc::PTRACE_EVENT_EXIT;
    use nix::sys::ptrace::{self, Options};
    use nix::sys::signal::Signal;
    use nix::sys::wait::{WaitStatus, waitpid};
    use nix::unistd::Pid;

    use super::{Command, Result, Traced};
    use crate::process;

    impl Traced {
        pub(in crate::bench) fn new(mut command: Command) -> Self {
            command.stdin(Stdio::null()).stdout(Stdio::null());
            // SAFETY: between fork and execve there is one system call, which takes no lock and no memory; what it fails
            // with is a number.
            unsafe { command.pre_exec(|| Ok(ptrace::traceme()?)) };
            Self(command)
        }

        /// Runs it from its start to its end; its peak in bytes.
        pub(in crate::bench) fn peak(&mut self) -> Result<u64> {
            let mut child = self.0.spawn()?;
            let process = Pid::from_raw(child.id().try_into()?);
            let execve = WaitStatus::Stopped(process, Signal::SIGTRAP);
            let status = waitpid(process, None)?;
            if status != execve {
                bail!("{}: {status:?} instead of the start", process::line(&self.0));
            }
            ptrace::setoptions(process, Options::PTRACE_O_TRACEEXIT | Options::PTRACE_O_EXITKILL)?;
            let mut signal = None;
            loop {
                ptrace::cont(process, signal)?;
                match waitpid(process, None)? {
                    WaitStatus::Stopped(_, received) => signal = Some(received),
                    WaitStatus::PtraceEvent(_, _, PTRACE_EVENT_EXIT) => break,
                    status => bail!("{}: {status:?} without an exit", process::line(&self.0)),
                }
            }
            let text = std::fs::read_to_string(format!("/proc/{process}/status"))?;
            ptrace::cont(process, None)?;
            let status = child.wait()?;
            if !status.success() {
                bail!("{}: {status}", process::line(&self.0));
            }
            parse(&text).with_context(|| format!("no peak in {text}"))
        }
    }

    /// The bytes in `VmHWM:      1234 kB`.
    pub(super) fn parse(status: &str) -> Option<u64> {
        let value = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.strip_suffix("kB"))?;
        value.trim().parse::<u64>().ok()?.checked_mul(1024)
    }
}

#[cfg(not(target_os = "linux"))]
impl Traced {
    pub(super) fn new(command: Command) -> Self {
        Self(command)
    }

    pub(super) fn peak(&mut self) -> Result<u64> {
        anyhow::bail!("{}: peaks are measured on Linux only", crate::process::line(&self.0))
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::process::Command;

    use super::Traced;
    use super::linux::parse;

    #[test]
    fn bytes() {
        assert_eq!(parse("VmPeak:\t    9000 kB\nVmHWM:\t    1234 kB\nVmRSS:\t    1000 kB\n"), Some(1234 * 1024));
        assert_eq!(parse("VmPeak:\t    9000 kB\n"), None);
    }

    #[test]
    fn not_of_who_starts_it() -> anyhow::Result<()> {
        let ours = std::hint::black_box(vec![1_u8; 64 << 20]);
        let peak = Traced::new(Command::new("true")).peak()?;
        assert!(peak > 0 && peak < ours.len() as u64, "{peak}");
        Ok(())
    }

    #[test]
    fn programs_that_fail() {
        let error = Traced::new(Command::new("false")).peak().unwrap_err();
        assert!(error.to_string().contains("exit status: 1"), "{error:#}");
    }
}
