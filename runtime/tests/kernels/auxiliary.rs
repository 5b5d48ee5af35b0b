//! Programs started with entries of their auxiliary vector taken out.

use std::os::unix::process::CommandExt;
use std::process::{Command, Output, Stdio};

/// The type of an entry that is to be ignored (`<elf.h>`).
const AT_IGNORE: u64 = 1;

/// Runs a program without those entries that `hides` is true for.
pub(crate) fn run_without(command: &mut Command, hides: impl Fn(u64) -> bool) -> Output {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // SAFETY: ptrace(2): this thread, which waits, may look at the process and change it.
    let trace = || match unsafe { libc::ptrace(libc::PTRACE_TRACEME, 0, 0usize, 0usize) } {
        0 => Ok(()),
        _ => Err(std::io::Error::last_os_error()),
    };
    // SAFETY: a system call between fork and exec.
    unsafe { command.pre_exec(trace) };
    let child = command.spawn().expect("started");
    let process = child.id() as libc::pid_t;
    let mut status = 0;
    // SAFETY: waitpid(2) of the child, which stops when it has become the program.
    let waited = unsafe { libc::waitpid(process, &mut status, 0) };
    assert!(waited == process && libc::WIFSTOPPED(status), "wait status {status:#x}");
    hide(process, hides);
    // SAFETY: ptrace(2): let it go on.
    assert_eq!(unsafe { libc::ptrace(libc::PTRACE_DETACH, process, 0usize, 0usize) }, 0);
    child.wait_with_output().expect("ended")
}

/// Changes the initial stack of a stopped process: argc, argv, 0, envp, 0, then pairs up to one of type 0.
fn hide(process: libc::pid_t, hides: impl Fn(u64) -> bool) {
    let mut at = stack_pointer(process);
    at += 8 * (peek(process, at) + 2);
    while peek(process, at) != 0 {
        at += 8;
    }
    at += 8;
    let mut hidden = 0;
    while let kind @ 1.. = peek(process, at) {
        if hides(kind) {
            // SAFETY: ptrace(2): writes a word that the process has.
            assert_eq!(unsafe { libc::ptrace(libc::PTRACE_POKEDATA, process, at, AT_IGNORE) }, 0);
            hidden += 1;
        }
        at += 16;
    }
    assert!(hidden > 0, "this kernel has no such entries");
}

fn peek(process: libc::pid_t, at: u64) -> u64 {
    // SAFETY: ptrace(2): reads a word that the process has.
    unsafe { libc::ptrace(libc::PTRACE_PEEKDATA, process, at, 0usize) as u64 }
}

fn stack_pointer(process: libc::pid_t) -> u64 {
    const NT_PRSTATUS: usize = 1;
    // SAFETY: ptrace(2) writes at most as many bytes as there is room for.
    unsafe {
        let mut registers: libc::user_regs_struct = std::mem::zeroed();
        let mut room = libc::iovec { iov_base: (&raw mut registers).cast(), iov_len: size_of_val(&registers) };
        assert_eq!(libc::ptrace(libc::PTRACE_GETREGSET, process, NT_PRSTATUS, &raw mut room), 0);
        #[cfg(target_arch = "x86_64")]
        return registers.rsp;
        #[cfg(target_arch = "aarch64")]
        return registers.sp;
    }
}
