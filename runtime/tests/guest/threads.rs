//! Threads that come and go, and what the process keeps of them; limits; what bringing the guest up leaves alone.

use core::ffi::{c_int, c_uint, c_void};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::imports::*;

mod limits;

pub(crate) const CASES: &[(&str, fn())] = &[
    ("threads_leave_nothing", leave_nothing),
    ("threads_run_destructors_of_the_guest", destructors),
    ("limit_on_memory", limits::limit_on_memory),
    ("limit_on_threads", limits::limit_on_threads),
    ("limit_on_data", limits::limit_on_data),
    ("limits_while_attaching", limits::limits_while_attaching),
    ("isolation_of_the_main_thread", isolation),
    ("isolation_of_the_heaps", heaps),
    ("environment_changed_before", environment_changed),
    ("environment_changed_victim", environment_changed_victim),
    ("secure_execution", secure_execution),
    ("secure_execution_victim", secure_execution_victim),
];

/// Waits until the number of kernel threads is at most this.
fn settle(most: usize) -> bool {
    (0..2000).any(|_| {
        std::thread::sleep(Duration::from_millis(1));
        threads() <= most
    })
}

fn kilobytes(key: &str) -> usize {
    status(key).trim_end_matches(" kB").parse().expect("a number")
}

/// Threads made: `IMPORT_DYNAMIC_TEST_THREADS`, or some.
fn leave_nothing() {
    if crate::is_emulated("the emulator keeps memory for every thread") {
        return;
    }
    let count: usize = std::env::var("IMPORT_DYNAMIC_TEST_THREADS").ok().and_then(|n| n.parse().ok()).unwrap_or(4000);
    let run = |count: usize| {
        for _ in 0..count / 4 {
            let four: Vec<_> = (0..4).map(|n| std::thread::spawn(move || assert_eq!(labs(-n), n))).collect();
            four.into_iter().for_each(|thread| thread.join().expect("a call"));
        }
    };
    run(400);
    let before = threads();
    assert!(settle(before));
    let (before, size, resident) = (threads(), kilobytes("VmSize"), kilobytes("VmRSS"));
    let start = Instant::now();
    run(count);
    let each = start.elapsed() / count as u32;
    assert!(settle(before), "{} threads, {before} before", threads());
    let (size_after, resident_after) = (kilobytes("VmSize"), kilobytes("VmRSS"));
    println!("{each:?} a thread; size {size} then {size_after} kB, resident {resident} then {resident_after} kB");
    // Both libcs keep some stacks to use again.
    assert!(resident_after < resident + 4096, "{resident} kB resident before, {resident_after} after");
    assert!(size_after < size + (100 << 10), "{size} kB before, {size_after} after");
}

static DESTROYED: AtomicUsize = AtomicUsize::new(0);

#[import_dynamic::import_dynamic("libpthread")]
unsafe extern "C" {
    fn pthread_key_create(key: *mut c_uint, destructor: extern "C" fn(*mut c_void)) -> c_int;
    fn pthread_setspecific(key: c_uint, value: *const c_void) -> c_int;
}

#[import_dynamic::callback]
extern "C" fn destroy(_: *mut c_void) {
    DESTROYED.fetch_add(1, Ordering::Relaxed);
    assert_eq!(labs(-1), 1);
}

/// A key of the guest's pthread_key_create(3).
fn destructors() {
    let mut key = 0;
    // SAFETY: as the manual page says.
    assert_eq!(unsafe { pthread_key_create(&mut key, destroy) }, 0);
    let set = move || {
        // SAFETY: the key.
        assert_eq!(unsafe { pthread_setspecific(key, (&raw const DESTROYED).cast()) }, 0);
    };
    let threads: Vec<_> = (0..50).map(|_| std::thread::spawn(set)).collect();
    threads.into_iter().for_each(|thread| thread.join().expect("set"));
    for _ in 0..1000 {
        if DESTROYED.load(Ordering::Relaxed) == 50 {
            return;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    panic!("{} of 50", DESTROYED.load(Ordering::Relaxed));
}

#[import_dynamic::import_dynamic("libc")]
unsafe extern "C" {
    safe fn sched_getcpu() -> c_int;
}

/// What the kernel and the home libc hold of this thread and the process.
fn state() -> Vec<String> {
    let mut words = [0usize; 4];
    let [tid_address, robust, len, _] = &mut words;
    let (mut mxcsr, mut control) = (0u32, 0u16);
    // SAFETY: prctl(2) and get_robust_list(2) write words; the processor's control words are stored.
    let (mask, stack) = unsafe {
        libc::prctl(40, tid_address);
        libc::syscall(libc::SYS_get_robust_list, 0, robust, len);
        #[cfg(target_arch = "x86_64")]
        std::arch::asm!("stmxcsr [{}]", "fnstcw [{}]", in(reg) &mut mxcsr, in(reg) &mut control);
        let mut mask: [u64; 16] = [0; 16];
        libc::pthread_sigmask(libc::SIG_BLOCK, std::ptr::null(), mask.as_mut_ptr().cast());
        let mut stack: libc::stack_t = std::mem::zeroed();
        libc::sigaltstack(std::ptr::null(), &mut stack);
        (mask[0], (stack.ss_sp as usize, stack.ss_size, stack.ss_flags))
    };
    let files: Vec<_> = std::fs::read_dir("/proc/self/fd").expect("proc").flatten().map(|entry| entry.path()).collect();
    vec![
        format!("tid address and robust list {words:x?}"),
        format!("mxcsr {mxcsr:x}, control word {control:x}"),
        format!("signal mask {mask:x}, alternate stack {stack:x?}"),
        format!("files {files:?}"),
        format!("directory {:?}, umask {}", std::env::current_dir().ok(), status("Umask")),
        format!("name {}", std::fs::read_to_string("/proc/self/comm").expect("proc")),
    ]
}

fn isolation() {
    let before = state();
    assert_eq!(labs(-1), 1);
    std::thread::spawn(|| {
        assert_eq!(labs(-1), 1);
        for _ in 0..1000 {
            // SAFETY: sched_setaffinity(2) of this thread, to the processor that it is on.
            unsafe {
                let processor = libc::sched_getcpu();
                let mut set: libc::cpu_set_t = std::mem::zeroed();
                libc::CPU_SET(processor as usize, &mut set);
                assert_eq!(libc::sched_setaffinity(0, size_of_val(&set), &set), 0);
                assert_eq!(sched_getcpu(), libc::sched_getcpu());
            }
        }
    })
    .join()
    .expect("the same processor");
    assert_eq!(before, state());
}

/// Both libcs allocate on the main thread, where both would use the program break.
fn heaps() {
    let mut home: Vec<Vec<u8>> = Vec::new();
    let mut guest: Vec<(*mut u8, usize, u8)> = Vec::new();
    for n in 0..20_000usize {
        let size = 16 + n * 37 % 3000;
        home.push(vec![n as u8; size]);
        let memory = malloc(size).cast::<u8>();
        // SAFETY: memory of this size.
        unsafe { memory.write_bytes(n as u8, size) };
        guest.push((memory, size, n as u8));
        if n % 3 == 0 {
            home.swap_remove(n / 7 % home.len());
            let (memory, size, byte) = guest.swap_remove(n / 5 % guest.len());
            // SAFETY: memory of this size, given back once.
            unsafe {
                assert!(std::slice::from_raw_parts(memory, size).iter().all(|&found| found == byte));
                free(memory.cast());
            }
        }
    }
    assert!(home.iter().all(|bytes| bytes.iter().all(|byte| *byte == bytes[0])));
}

/// A libc takes variables out of the environment where the kernel has put it, in front of what bringing up needs.
fn environment_changed() {
    let mut command = crate::this_program();
    command.args(["--case", "environment_changed_victim"]).env("REMOVED", "1").env("REMOVED_TOO", "1");
    let output = command.output().expect("run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn environment_changed_victim() {
    // SAFETY: no other thread.
    unsafe {
        std::env::remove_var("REMOVED");
        std::env::remove_var("REMOVED_TOO");
    }
    assert_eq!(labs(-1), 1);
}

/// A set-user-id copy of this program, run by somebody else.
fn secure_execution() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;

    if crate::is_emulated("the kernel would have to start the emulator") {
        return;
    }
    // SAFETY: getuid(2).
    if unsafe { libc::getuid() } != 0 {
        println!("skipped: not root");
        return;
    }
    let copy = std::env::temp_dir().join(format!("import-dynamic-set-uid-{}", std::process::id()));
    std::fs::copy("/proc/self/exe", &copy).expect("a copy");
    std::fs::set_permissions(&copy, std::fs::Permissions::from_mode(0o4755)).expect("set-user-id");
    let mut command = Command::new(&copy);
    command.args(["--case", "secure_execution_victim"]).env("SECURE", "1").uid(54321).gid(54321);
    command.env("IMPORT_DYNAMIC_INTERPRETER", "/nonexistent").env("IMPORT_DYNAMIC_DEBUG", "1");
    command.env("LD_PRELOAD", "/nonexistent/preload.so");
    let output = command.output();
    let _ = std::fs::remove_file(&copy);
    let output = output.expect("run");
    let (text, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{text}{errors}");
    if text.contains("not secure") {
        println!("skipped: set-user-id does not work here");
        return;
    }
    assert_eq!((&*text, &*errors), ("secure\n", ""));
}

#[import_dynamic::import_dynamic("libc")]
unsafe extern "C" {
    safe fn getauxval(kind: usize) -> usize;
}

fn secure_execution_victim() {
    if std::env::var_os("SECURE").is_none() {
        return;
    }
    // SAFETY: getauxval(3).
    let secure = unsafe { libc::getauxval(libc::AT_SECURE) };
    assert_eq!(secure as usize, getauxval(libc::AT_SECURE as usize));
    println!("{}", if secure != 0 { "secure" } else { "not secure" });
}
