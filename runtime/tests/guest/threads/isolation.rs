//! What bringing the guest up and attaching threads leave alone.

use core::ffi::c_char;
use std::ffi::CStr;

use super::*;

#[import_dynamic::import_dynamic("libc")]
unsafe extern "C" {
    pub(super) safe fn sched_getcpu() -> c_int;
    fn setlocale(category: c_int, name: *const c_char) -> *const c_char;
}

/// What the processor holds of this thread that calls must keep: how it rounds.
#[cfg(target_arch = "x86_64")]
fn control_words() -> (u64, u64) {
    let (mut mxcsr, mut control) = (0u32, 0u16);
    // SAFETY: the words are stored.
    unsafe { std::arch::asm!("stmxcsr [{}]", "fnstcw [{}]", in(reg) &mut mxcsr, in(reg) &mut control) };
    (mxcsr.into(), control.into())
}

#[cfg(target_arch = "x86_64")]
fn set_control_words((mxcsr, control): (u64, u64)) {
    let (mxcsr, control) = (mxcsr as u32, control as u16);
    // SAFETY: no exception is unmasked by what the cases set, and nothing is computed meanwhile.
    unsafe { std::arch::asm!("ldmxcsr [{}]", "fldcw [{}]", in(reg) &mxcsr, in(reg) &control) };
}

#[cfg(target_arch = "aarch64")]
fn control_words() -> (u64, u64) {
    let control: u64;
    // SAFETY: the word is read.
    unsafe { std::arch::asm!("mrs {}, fpcr", out(reg) control) };
    (control, 0)
}

#[cfg(target_arch = "aarch64")]
fn set_control_words((control, _): (u64, u64)) {
    // SAFETY: nothing is computed meanwhile.
    unsafe { std::arch::asm!("msr fpcr, {}", in(reg) control) };
}

#[cfg(target_arch = "riscv64")]
fn control_words() -> (u64, u64) {
    let control: u64;
    // SAFETY: the word is read.
    unsafe { std::arch::asm!("frrm {}", out(reg) control) };
    (control, 0)
}

#[cfg(target_arch = "riscv64")]
fn set_control_words((control, _): (u64, u64)) {
    // SAFETY: nothing is computed meanwhile.
    unsafe { std::arch::asm!("fsrm {}", in(reg) control) };
}

/// Others than every thread begins with: rounding up, and on x86-64 precision by double words.
#[cfg(target_arch = "x86_64")]
const UNUSUAL: (u64, u64) = (0x5f80, 0x0a7f);
#[cfg(target_arch = "aarch64")]
const UNUSUAL: (u64, u64) = (1 << 22, 0);
#[cfg(target_arch = "riscv64")]
const UNUSUAL: (u64, u64) = (3, 0);

/// The home libc's locale.
fn locale() -> String {
    // SAFETY: setlocale(3) that changes nothing gives a string.
    unsafe { CStr::from_ptr(libc::setlocale(libc::LC_ALL, std::ptr::null())) }.to_string_lossy().into_owned()
}

/// What the kernel and the home libc hold of this thread and the process.
fn state() -> Vec<String> {
    let mut words = [0usize; 4];
    let [tid_address, robust, len, _] = &mut words;
    // SAFETY: prctl(2) and get_robust_list(2) write words.
    let (mask, stack) = unsafe {
        libc::prctl(40, tid_address);
        libc::syscall(libc::SYS_get_robust_list, 0, robust, len);
        let mut mask: [u64; 16] = [0; 16];
        libc::pthread_sigmask(libc::SIG_BLOCK, std::ptr::null(), mask.as_mut_ptr().cast());
        let mut stack: libc::stack_t = std::mem::zeroed();
        libc::sigaltstack(std::ptr::null(), &mut stack);
        (mask[0], (stack.ss_sp as usize, stack.ss_size, stack.ss_flags))
    };
    let files: Vec<_> = std::fs::read_dir("/proc/self/fd").expect("proc").flatten().map(|entry| entry.path()).collect();
    vec![
        format!("tid address and robust list {words:x?}"),
        format!("control words {:x?}", control_words()),
        format!("signal mask {mask:x}, alternate stack {stack:x?}"),
        format!("files {files:?}"),
        format!("directory {:?}, umask {}", std::env::current_dir().ok(), status("Umask")),
        format!("name {}", std::fs::read_to_string("/proc/thread-self/comm").expect("proc")),
        format!("locale {}", locale()),
        format!("environment {:?}", std::env::vars_os().collect::<Vec<_>>()),
    ]
}

/// Checks that `act` leaves this thread and the process as they are, with nothing as every process begins with.
fn unchanged(act: fn()) {
    let usual = control_words();
    // SAFETY: umask(2), setlocale(3), pthread_sigmask(3) of this thread.
    unsafe {
        libc::umask(0o027);
        libc::setlocale(libc::LC_ALL, c"C.UTF-8".as_ptr());
        let mut set: libc::sigset_t = std::mem::zeroed();
        libc::sigaddset(&mut set, libc::SIGUSR2);
        libc::sigaddset(&mut set, libc::SIGRTMAX());
        libc::pthread_sigmask(libc::SIG_SETMASK, &set, std::ptr::null_mut());
    }
    set_control_words(UNUSUAL);
    let before = state();
    act();
    let after = state();
    set_control_words(usual);
    assert_eq!(before, after);
    assert!(before[1].contains(&format!("{:x?}", UNUSUAL)), "{}", before[1]);
}

fn call() {
    assert_eq!(labs(-1), 1);
    crate::mutexes::lock_robust();
}

/// The guest is brought up.
pub(super) fn main_thread() {
    std::env::set_current_dir("/tmp").expect("a directory");
    unchanged(call);
    // SAFETY: setlocale(3) that changes nothing gives a string.
    let guest = unsafe { CStr::from_ptr(setlocale(libc::LC_ALL, std::ptr::null())) };
    assert_eq!(guest, c"C", "the guest's own");
}

/// Another thread than the main one brings it up, and ends: its libc must hear of that.
pub(super) fn first_thread() {
    std::thread::spawn(|| unchanged(call)).join().expect("as before");
    assert!(settle(4), "{} threads", crate::imports::threads());
    unchanged(call);
    std::thread::spawn(|| unchanged(call)).join().expect("as before");
}

/// Threads that are attached, one after another and at once.
pub(super) fn threads() {
    call();
    for _ in 0..20 {
        std::thread::spawn(|| unchanged(call)).join().expect("as before");
    }
    unchanged(call);
}

/// A heap that grew by the program break and gave a part of it back before the guest came.
pub(super) fn heap_that_shrank() {
    heap(false);
}

/// The same when the guest is there.
pub(super) fn heap_that_shrinks() {
    heap(true);
}

fn heap(later: bool) {
    // Where all threads have one arena of glibc's, it is the one that the program break serves.
    let mut command = crate::case("isolation_of_a_heap_victim");
    command.env("MALLOC_ARENA_MAX", "1").env("GLIBC_TUNABLES", "glibc.malloc.arena_max=1");
    let output = command.env("SHRINKS", if later { "later" } else { "before" }).output().expect("run");
    assert!(output.status.success(), "{}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
}

pub(super) fn heap_victim() {
    let Ok(when) = std::env::var("SHRINKS") else { return };
    const BLOCK: usize = 64 << 10;
    let mut blocks: Vec<Vec<u8>> = (0..200).map(|n| vec![n as u8; BLOCK]).collect();
    blocks.drain(..8); // room for what is allocated meanwhile, so that the last block stays the last
    if when == "later" {
        assert_eq!(labs(-1), 1);
    }
    blocks.clear(); // the program break is lowered by some megabytes
    assert_eq!(labs(-1), 1);
    let mut guest = Vec::new();
    for n in 0..400usize {
        let memory = malloc(BLOCK).cast::<u8>();
        // SAFETY: memory of this size.
        unsafe { memory.write_bytes(n as u8, BLOCK) };
        guest.push(memory);
        blocks.push(vec![!(n as u8); BLOCK]);
    }
    for (n, memory) in guest.into_iter().enumerate() {
        // SAFETY: memory of this size, given back once.
        unsafe {
            assert!(std::slice::from_raw_parts(memory, BLOCK).iter().all(|&found| found == n as u8), "block {n}");
            free(memory.cast());
        }
    }
    assert!(blocks.iter().enumerate().all(|(n, block)| block.iter().all(|&found| found == !(n as u8))));
}

/// The guest must not take the processor's number from what the kernel tells the parked thread.
pub(super) fn processor() {
    let check = || {
        assert_eq!(labs(-1), 1);
        // SAFETY: sched_getaffinity(2) and sched_setaffinity(2) of this thread.
        unsafe {
            let mut all: libc::cpu_set_t = std::mem::zeroed();
            assert_eq!(libc::sched_getaffinity(0, size_of_val(&all), &mut all), 0);
            for processor in (0..1024).filter(|&processor| libc::CPU_ISSET(processor, &all)).cycle().take(200) {
                let mut one: libc::cpu_set_t = std::mem::zeroed();
                libc::CPU_SET(processor, &mut one);
                assert_eq!(libc::sched_setaffinity(0, size_of_val(&one), &one), 0);
                assert_eq!(sched_getcpu(), processor as c_int);
            }
        }
    };
    check();
    std::thread::spawn(check).join().expect("the same processor");
}
