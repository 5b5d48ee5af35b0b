//! What the first import must leave as it was: everything of the process and the thread that a library could change.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::mem::zeroed;

use super::labs;

/// Everything of this process and thread that a library could have changed.
#[derive(Debug, PartialEq)]
struct State {
    status: Vec<String>,
    folder: Option<std::path::PathBuf>,
    signals: Vec<usize>,
    alternate_stack: (usize, usize),
    robust_list: usize,
    clear_tid: usize,
    floating_point: [u32; 2],
    limits: [(u64, u64); 4],
    timer: [i64; 4],
    environment: u64,
}

impl State {
    fn now() -> Self {
        let status = std::fs::read_to_string("/proc/thread-self/status").unwrap_or_default();
        // The host's libc may handle the signals that it sends between its threads (32, 33), and in guest mode must.
        let internal: u64 = 1 << 31 | 1 << 32;
        let line = |line: &str| match line.split_once(":\t") {
            Some((name @ ("SigCgt" | "SigIgn"), mask)) => {
                format!("{name}: {:x}", u64::from_str_radix(mask, 16).unwrap_or_default() & !internal)
            }
            _ => line.to_owned(),
        };
        let is_wanted = |line: &&str| LINES.iter().any(|name| line.starts_with(name)) && !line.starts_with("SigQ");
        // SAFETY: system calls and functions that read, into places of their sizes.
        unsafe {
            let mut stack: libc::stack_t = zeroed();
            libc::sigaltstack(std::ptr::null(), &mut stack);
            let (mut robust_list, mut length, mut clear_tid) = (0usize, 0usize, 0usize);
            libc::syscall(libc::SYS_get_robust_list, 0, &mut robust_list, &mut length);
            libc::prctl(libc::PR_GET_TID_ADDRESS, &mut clear_tid);
            let signals = (1..=31).filter(|&number| number != libc::SIGKILL && number != libc::SIGSTOP);
            let handler = |number| {
                let mut action: libc::sigaction = zeroed();
                libc::sigaction(number, std::ptr::null(), &mut action);
                action.sa_sigaction
            };
            let limit = |which| {
                let mut limit: libc::rlimit = zeroed();
                libc::getrlimit(which, &mut limit);
                (limit.rlim_cur, limit.rlim_max)
            };
            let mut timer: libc::itimerval = zeroed();
            libc::getitimer(libc::ITIMER_REAL, &mut timer);
            let mut environment = DefaultHasher::new();
            std::env::vars_os().for_each(|variable| variable.hash(&mut environment));
            Self {
                status: status.lines().filter(is_wanted).map(line).collect(),
                folder: std::env::current_dir().ok(),
                signals: signals.map(handler).collect(),
                alternate_stack: (stack.ss_sp as usize, stack.ss_size),
                robust_list,
                clear_tid,
                floating_point: floating_point(),
                limits: [libc::RLIMIT_STACK, libc::RLIMIT_NOFILE, libc::RLIMIT_AS, libc::RLIMIT_CORE].map(limit),
                timer: [
                    timer.it_interval.tv_sec,
                    timer.it_interval.tv_usec,
                    timer.it_value.tv_sec,
                    timer.it_value.tv_usec,
                ],
                environment: environment.finish(),
            }
        }
    }
}

/// Lines of /proc/self/status that tell masks, umask, credentials and name, those that count apart.
const LINES: &[&str] =
    &["Name:", "Umask:", "Uid:", "Gid:", "Cap", "Sig", "Shd", "NoNewPrivs:", "Seccomp:", "Cpus_allowed:"];

/// The floating-point control registers, set to something unusual by `disturb`.
fn floating_point() -> [u32; 2] {
    let mut words = [0u32; 2];
    #[cfg(target_arch = "x86_64")]
    // SAFETY: stores two registers.
    unsafe {
        std::arch::asm!("stmxcsr [{0}]", "fnstcw [{0} + 4]", in(reg) words.as_mut_ptr(), options(nostack));
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: reads a register.
    unsafe {
        std::arch::asm!("mrs {0:x}, fpcr", out(reg) words[0], options(nomem, nostack));
    }
    words[0] &= !0x3f; // MXCSR's exception flags, which any computation sets
    words
}

/// Gives this process and thread settings that a fresh one does not have.
fn disturb() {
    // SAFETY: settings of this process, and of rounding, which nothing here depends on.
    unsafe {
        let mut set: libc::sigset_t = zeroed();
        libc::sigemptyset(&mut set);
        libc::sigaddset(&mut set, libc::SIGUSR2);
        libc::sigaddset(&mut set, libc::SIGRTMIN() + 3);
        libc::pthread_sigmask(libc::SIG_BLOCK, &set, std::ptr::null_mut());
        libc::signal(libc::SIGHUP, libc::SIG_IGN);
        libc::umask(0o137);
        libc::chdir(c"/".as_ptr());
        libc::prctl(libc::PR_SET_NAME, c"renamed".as_ptr());
        #[cfg(target_arch = "x86_64")]
        {
            let words = [0x7f80u32, 0x0f7f]; // round to zero, all exceptions masked
            std::arch::asm!("ldmxcsr [{0}]", "fldcw [{0} + 4]", in(reg) words.as_ptr(), options(nostack));
        }
        #[cfg(target_arch = "aarch64")]
        std::arch::asm!("msr fpcr, {0:x}", in(reg) 3u64 << 22, options(nomem, nostack)); // round to zero
    }
}

/// An unbound import's first call leaves everything as it was.
fn check() {
    disturb();
    let before = State::now();
    assert_eq!(labs(-1), 1);
    assert_eq!(before, State::now());
}

pub(crate) fn state() {
    check();
}

/// The same for a thread that calls its first import beside others.
pub(crate) fn state_of_threads() {
    let threads: Vec<_> = (0..4).map(|_| std::thread::spawn(check)).collect();
    for thread in threads {
        thread.join().expect("a thread whose state stays");
    }
}
