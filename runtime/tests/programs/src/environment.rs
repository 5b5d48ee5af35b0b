//! What belongs to the program stays as it is when the host is brought up beside it.

use core::ffi::CStr;
use std::io;
use std::mem::zeroed;
use std::path::PathBuf;

use crate::MODE;
use crate::imports::{close, getenv, labs, open_for_reading};
use import_dynamic::{Errno, LinkMode};

const ENOENT: i32 = 2;
const EBADF: i32 = 9;

/// The host's errno and the program's are two in guest mode, and one in native mode.
pub(crate) fn errno() {
    assert_eq!(labs(-1), 1);
    // SAFETY: close(2) of no file, by the program's own libc.
    assert_eq!(unsafe { libc::close(-1) }, -1);
    assert_eq!(open_for_reading(c"/no/such/file"), -1);
    let own = io::Error::last_os_error().raw_os_error();
    assert_eq!(import_dynamic::errno(), Errno(ENOENT));
    assert_eq!(own, Some(if MODE == LinkMode::Guest { EBADF } else { ENOENT }));

    assert_eq!(close(-1), -1);
    assert_eq!(import_dynamic::errno(), Errno(EBADF));
    // SAFETY: open(2) for reading, by the program's own libc.
    assert_eq!(unsafe { libc::open(c"/no/such/file".as_ptr(), libc::O_RDONLY) }, -1);
    assert_eq!(import_dynamic::errno(), Errno(if MODE == LinkMode::Guest { EBADF } else { ENOENT }));
}

/// What a process has once and a bring-up could change.
#[derive(Debug, PartialEq)]
struct State {
    signals: Vec<bool>,
    directory: PathBuf,
    files_made: String,
    files: Vec<String>,
    rounding: [u32; 2],
    own_variables: usize,
}

impl State {
    fn now() -> Self {
        // SAFETY: an empty set, which is then filled by pthread_sigmask(3).
        let signals = unsafe {
            let mut set = zeroed();
            libc::pthread_sigmask(libc::SIG_BLOCK, std::ptr::null(), &mut set);
            (1..=64).map(|signal| libc::sigismember(&set, signal) == 1).collect()
        };
        let status = std::fs::read_to_string("/proc/self/status").expect("/proc/self/status");
        let mask = status.lines().find(|line| line.starts_with("Umask:")).unwrap_or_default();
        let mut files: Vec<_> = std::fs::read_dir("/proc/self/fd")
            .expect("/proc/self/fd")
            .map(|entry| entry.expect("an entry").path().display().to_string())
            .collect();
        files.sort();
        Self {
            signals,
            directory: std::env::current_dir().expect("a working directory"),
            files_made: mask.to_owned(),
            files,
            rounding: rounding(),
            own_variables: std::env::vars_os().count(),
        }
    }
}

/// How this thread's floating-point units round.
#[cfg(target_arch = "x86_64")]
fn rounding() -> [u32; 2] {
    let (mut vector, mut x87) = (0u32, 0u16);
    // SAFETY: stores the two control words.
    unsafe { std::arch::asm!("stmxcsr [{}]", "fnstcw [{}]", in(reg) &mut vector, in(reg) &mut x87) };
    [vector & !0x3f, x87.into()] // without what only tells that something has been inexact
}

/// Has them flush to zero and round down.
#[cfg(target_arch = "x86_64")]
fn change_rounding() {
    let (vector, x87) = (0x1f80u32 | 0x8000 | 0x2000, 0x077fu16);
    // SAFETY: loads valid control words, all exceptions masked; nothing is computed with them.
    unsafe { std::arch::asm!("ldmxcsr [{}]", "fldcw [{}]", in(reg) &vector, in(reg) &x87) };
}

/// How this thread's floating-point unit rounds.
#[cfg(target_arch = "aarch64")]
fn rounding() -> [u32; 2] {
    let control: u64;
    // SAFETY: reads the control register.
    unsafe { std::arch::asm!("mrs {}, fpcr", out(reg) control) };
    [control as u32, 0]
}

/// Has it flush to zero and round down.
#[cfg(target_arch = "aarch64")]
fn change_rounding() {
    // SAFETY: a valid control word; nothing is computed with it.
    unsafe { std::arch::asm!("msr fpcr, {}", in(reg) 0x0180_0000u64) };
}

/// How this thread's floating-point unit rounds.
#[cfg(target_arch = "riscv64")]
fn rounding() -> [u32; 2] {
    let control: u64;
    // SAFETY: reads the control register.
    unsafe { std::arch::asm!("frrm {}", out(reg) control) };
    [control as u32, 0]
}

/// Has it round down.
#[cfg(target_arch = "riscv64")]
fn change_rounding() {
    // SAFETY: a valid mode; nothing is computed with it.
    unsafe { std::arch::asm!("fsrm {}", in(reg) 2u64) };
}
/// Elsewhere only native mode is served, and nothing is brought up.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")))]
fn rounding() -> [u32; 2] {
    [0; 2]
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")))]
fn change_rounding() {}

/// Signal mask, directories, files and rounding are those from before the first import.
pub(crate) fn untouched() {
    // SAFETY: sets of signals, umask(2).
    unsafe {
        let mut set = zeroed();
        libc::sigemptyset(&mut set);
        libc::sigaddset(&mut set, libc::SIGUSR1);
        libc::sigaddset(&mut set, libc::SIGCHLD);
        libc::pthread_sigmask(libc::SIG_SETMASK, &set, std::ptr::null_mut());
        libc::umask(0o137);
    }
    std::env::set_current_dir("/usr").expect("a directory");
    change_rounding();
    let before = State::now();
    assert_eq!(before.signals.iter().filter(|blocked| **blocked).count(), 2);
    assert_eq!(labs(-5), 5);
    assert_eq!(State::now(), before);
    assert_eq!(open_for_reading(c"no-such-file"), -1);
    assert_eq!(State::now(), before);
}

/// The host has the environment that the program was started with, `GLIBC_TUNABLES` as it was.
pub(crate) fn variables() {
    for (name, value) in std::env::vars() {
        let name = std::ffi::CString::new(name).expect("no NUL");
        // SAFETY: getenv(3) gives null or a C string.
        let told = unsafe {
            let told = getenv(name.as_ptr());
            (!told.is_null()).then(|| CStr::from_ptr(told))
        };
        assert_eq!(told.and_then(|told| told.to_str().ok()), Some(&*value), "{name:?}");
    }
    if std::env::var_os("GLIBC_TUNABLES").is_none() {
        // SAFETY: getenv(3).
        assert!(unsafe { getenv(c"GLIBC_TUNABLES".as_ptr()) }.is_null());
    }
}
