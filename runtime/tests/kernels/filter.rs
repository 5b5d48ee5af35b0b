//! Filters of system calls, by the crate that Firecracker uses for its own.

use std::collections::BTreeMap;
use std::os::unix::process::CommandExt;
use std::process::Command;

#[cfg(target_arch = "x86_64")]
use seccompiler::SeccompCmpOp::Eq;
use seccompiler::SeccompCmpOp::MaskedEq;
use seccompiler::{BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCondition, SeccompFilter, SeccompRule};

/// What a program's system calls go through.
pub(crate) struct Filter(BpfProgram);

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

impl Filter {
    fn new(rules: Rules, others: SeccompAction, those: SeccompAction) -> Self {
        let arch = std::env::consts::ARCH.try_into().expect("a known architecture");
        let filter = SeccompFilter::new(rules, others, those, arch).expect("a filter");
        Self(filter.try_into().expect("a program"))
    }

    /// These calls fail so.
    pub(crate) fn of(calls: &[i64], errno: i32) -> Self {
        refuse(calls.iter().map(|&call| (call, Vec::new())).collect(), errno)
    }

    /// These calls kill the process.
    pub(crate) fn killing(calls: &[i64]) -> Self {
        let rules = calls.iter().map(|&call| (call, Vec::new())).collect();
        Self::new(rules, SeccompAction::Allow, SeccompAction::KillProcess)
    }

    /// Has the command's process filter itself, before it becomes the program.
    pub(crate) fn apply_to(self: &Filter, command: &mut Command) {
        let program = self.0.clone();
        let apply = move || seccompiler::apply_filter(&program).map_err(|_| std::io::Error::last_os_error());
        // SAFETY: prctl(2) and seccomp(2) with a program made before; nothing is allocated between fork and exec.
        unsafe { command.pre_exec(apply) };
    }
}

fn refuse(rules: Rules, errno: i32) -> Filter {
    Filter::new(rules, SeccompAction::Allow, SeccompAction::Errno(errno as u32))
}

/// A rule that matches where every one of these arguments has every one of these bits.
fn bits(arguments: &[(u8, i32)]) -> SeccompRule {
    let condition = |&(argument, bits): &(u8, i32)| {
        let bits = bits as u64;
        SeccompCondition::new(argument, SeccompCmpArgLen::Dword, MaskedEq(bits), bits).expect("a condition")
    };
    SeccompRule::new(arguments.iter().map(condition).collect()).expect("a rule")
}

/// What SELinux forbids as `execmem` and `execmod`: executing what has been written, or what is no file's.
pub(crate) fn no_executable_memory() -> Filter {
    let rules = [
        (
            libc::SYS_mmap,
            vec![
                bits(&[(2, libc::PROT_EXEC), (3, libc::MAP_ANONYMOUS)]),
                bits(&[(2, libc::PROT_EXEC | libc::PROT_WRITE)]),
            ],
        ),
        (libc::SYS_mprotect, vec![bits(&[(2, libc::PROT_EXEC)])]),
    ];
    refuse(rules.into(), libc::EACCES)
}

/// No mapping that can be executed.
pub(crate) fn no_executable_files() -> Filter {
    refuse([(libc::SYS_mmap, vec![bits(&[(2, libc::PROT_EXEC)])])].into(), libc::EACCES)
}

/// Nothing that the architecture has got since Linux 3.10 (`arch/*/include/uapi/asm/unistd*.h`).
pub(crate) fn like_linux_3_10() -> Filter {
    let first = if cfg!(target_arch = "x86_64") { 314 } else { 274 }; // sched_setattr, of 3.14
    refuse((first..500).map(|call| (call, Vec::new())).collect(), libc::ENOSYS)
}

/// `arch_prctl` sets thread pointers, and tells none.
#[cfg(target_arch = "x86_64")]
pub(crate) fn no_thread_pointer_told() -> Filter {
    const ARCH_GET_FS: u64 = 0x1003;
    let get = SeccompCondition::new(0, SeccompCmpArgLen::Dword, Eq, ARCH_GET_FS).expect("a condition");
    let rule = SeccompRule::new(vec![get]).expect("a rule");
    refuse([(libc::SYS_arch_prctl, vec![rule])].into(), libc::EPERM)
}

/// What the examples' own code calls, and what a libc does that starts and resolves a name.
pub(crate) fn only_listed_calls() -> Filter {
    let own = [
        libc::SYS_brk,
        libc::SYS_clock_gettime,
        libc::SYS_clone,
        libc::SYS_close,
        libc::SYS_exit,
        libc::SYS_exit_group,
        libc::SYS_fstat,
        libc::SYS_futex,
        libc::SYS_gettid,
        libc::SYS_mmap,
        libc::SYS_mprotect,
        libc::SYS_munmap,
        libc::SYS_openat,
        libc::SYS_prctl,
        libc::SYS_pread64,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_write,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_arch_prctl,
    ];
    let libcs = [
        libc::SYS_bind,
        libc::SYS_clone3,
        libc::SYS_connect,
        libc::SYS_execve,
        libc::SYS_faccessat,
        libc::SYS_fcntl,
        libc::SYS_getpid,
        libc::SYS_getrandom,
        libc::SYS_getsockname,
        libc::SYS_ioctl,
        libc::SYS_lseek,
        libc::SYS_madvise,
        libc::SYS_newfstatat,
        libc::SYS_ppoll,
        libc::SYS_prlimit64,
        libc::SYS_read,
        libc::SYS_readlinkat,
        libc::SYS_recvfrom,
        libc::SYS_recvmsg,
        libc::SYS_rseq,
        libc::SYS_rt_sigreturn,
        libc::SYS_sched_getaffinity,
        libc::SYS_sendto,
        libc::SYS_set_robust_list,
        libc::SYS_set_tid_address,
        libc::SYS_sigaltstack,
        libc::SYS_socket,
        libc::SYS_statx,
        libc::SYS_tgkill,
        libc::SYS_uname,
        libc::SYS_writev,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_access,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_open,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_poll,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_readlink,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_stat,
    ];
    let rules = own.into_iter().chain(libcs).map(|call| (call, Vec::new())).collect();
    Filter::new(rules, SeccompAction::KillProcess, SeccompAction::Allow)
}
