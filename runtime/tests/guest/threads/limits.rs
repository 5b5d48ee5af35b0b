//! Limits that the kernel sets: errors that say so, and success once they are lifted.

use super::*;

#[cfg(target_env = "gnu")]
type Resource = libc::__rlimit_resource_t;
#[cfg(not(target_env = "gnu"))]
type Resource = c_int;

fn set_limit(resource: Resource, soft: u64) -> u64 {
    // SAFETY: getrlimit(2) and setrlimit(2).
    unsafe {
        let mut limit = std::mem::zeroed();
        assert_eq!(libc::getrlimit(resource, &mut limit), 0);
        let before = limit.rlim_cur;
        limit.rlim_cur = soft.min(limit.rlim_max);
        assert_eq!(libc::setrlimit(resource, &limit), 0);
        before
    }
}

/// No memory: an error that says so, and success once there is.
pub(super) fn limit_on_memory() {
    if crate::is_emulated("the limit would be the emulator's") {
        return;
    }
    let used = kilobytes("VmSize") as u64 * 1024;
    let before = set_limit(libc::RLIMIT_AS, used + (200 << 10));
    let error = labs::resolve().expect_err("no memory");
    set_limit(libc::RLIMIT_AS, before);
    let text = error.to_string();
    assert!(text.contains("memory"), "{text}");
    assert_eq!(labs(-1), 1);
    // The same for a thread that is attached when there is none.
    let used = kilobytes("VmSize") as u64 * 1024;
    std::thread::spawn(move || {
        let before = set_limit(libc::RLIMIT_AS, used);
        let result = import_dynamic::host().map(|_| ());
        set_limit(libc::RLIMIT_AS, before);
        let text = result.expect_err("no memory for a control block").to_string();
        assert!(text.contains("cannot make a thread"), "{text}");
        assert_eq!(labs(-1), 1);
    })
    .join()
    .expect("attached once there was memory");
}

#[import_dynamic::import_dynamic("libc")]
unsafe extern "C" {
    #[symbol("llabs", fallback = negative)]
    safe fn magnitude(number: std::ffi::c_longlong) -> std::ffi::c_longlong;
}

extern "C" fn negative(_: std::ffi::c_longlong) -> std::ffi::c_longlong {
    -1
}

/// A fallback takes the place of a call that found no memory, and of no other.
pub(super) fn limit_with_a_fallback() {
    if crate::is_emulated("the limit would be the emulator's") {
        return;
    }
    let used = kilobytes("VmSize") as u64 * 1024;
    let before = set_limit(libc::RLIMIT_AS, used + (200 << 10));
    let without = magnitude(-7);
    set_limit(libc::RLIMIT_AS, before);
    assert_eq!((without, magnitude(-7)), (-1, 7));
}

pub(super) fn limit_on_threads() {
    drop_root();
    let before = set_limit(libc::RLIMIT_NPROC, 1);
    let error = labs::resolve().expect_err("no thread");
    let text = error.to_string();
    assert!(text.contains("thread limit"), "{text}");
    set_limit(libc::RLIMIT_NPROC, before);
    assert_eq!(labs(-1), 1);
}

/// Memory, kernel threads and files of this process.
fn held() -> (usize, usize, usize) {
    (kilobytes("VmSize"), threads(), std::fs::read_dir("/proc/self/fd").expect("/proc is mounted").count())
}

/// Bringing up that fails leaves nothing behind, however often; at last it succeeds. RLIMIT_DATA counts what a kernel that
/// does not overcommit counts: private memory that can be written.
pub(super) fn limit_on_data() {
    let first = held();
    let before = set_limit(libc::RLIMIT_DATA, kilobytes("VmData") as u64 * 1024 + (100 << 10));
    let text = labs::resolve().expect_err("no memory").to_string();
    let same = (0..100).all(|_| labs::resolve().is_err());
    set_limit(libc::RLIMIT_DATA, before);
    // The errors themselves, which last, are kept in pages.
    assert!(same && text.contains("memory"), "{text}");
    assert_eq!((held().1, held().2), (first.1, first.2));
    assert!(held().0 < first.0 + 1024, "{first:?}, then {:?}", held());
    // What a program of one thread needs, beside its own.
    let before = set_limit(libc::RLIMIT_DATA, kilobytes("VmData") as u64 * 1024 + (4 << 20));
    assert_eq!(labs(-1), 1);
    set_limit(libc::RLIMIT_DATA, before);
}

/// A thread that cannot be attached is told why, each time, and can be as soon as there is room for one more. Others are
/// attached all the while.
pub(super) fn limits_while_attaching() {
    assert_eq!(labs(-1), 1);
    // glibc 2.43 itself leaks the stack of a thread that it cannot make: a C program shows that too.
    let leaks = import_dynamic::host().is_ok_and(|host| host.libc_version() == "2.43");
    let allowed = if leaks { 101 * 140 } else { 1024 };
    let try_within = |resource: Resource, limit: fn() -> u64| {
        let attempt = move || {
            let first = held();
            let before = set_limit(resource, limit());
            // Nothing is allocated here while there is a limit.
            let error = import_dynamic::host().err();
            let same = (0..100).all(|_| import_dynamic::host().is_err());
            set_limit(resource, before);
            let last = held();
            let text = error.expect("no room for a control block").to_string();
            assert!(same && text.contains("cannot make a thread"), "{text}");
            // Home's own heap may have grown. Threads that were ending have ended, perhaps.
            let is_same = last.0 < first.0 + allowed && last.1 <= first.1 && last.2 == first.2;
            assert!(is_same, "{first:?}, then {last:?}");
            assert_eq!(labs(-1), 1);
            text
        };
        // Made by the home libc before there is a limit.
        let text = std::thread::spawn(attempt).join().expect("attached once there was room");
        assert_eq!(labs(-1), 1);
        text
    };
    // Memory first: later the guest has a stack of an ended thread to use again.
    let memory = try_within(libc::RLIMIT_AS, || kilobytes("VmSize") as u64 * 1024);
    drop_root();
    let threads = try_within(libc::RLIMIT_NPROC, || 1);
    println!("{threads}\n{memory}");
    // What failed is not kept: as many again as there are control blocks.
    let (_, before, _) = held();
    (0..20).for_each(|_| std::thread::spawn(|| assert_eq!(labs(-1), 1)).join().expect("attached"));
    assert!(settle(before), "{before} threads before, {} after", super::threads());
}

/// Another user's process: root is not limited.
fn drop_root() {
    // SAFETY: getuid(2), setresuid(2).
    unsafe {
        if libc::getuid() == 0 {
            assert_eq!(libc::setresuid(54321, 54321, 54321), 0);
        }
    }
}
