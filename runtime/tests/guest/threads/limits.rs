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

pub(super) fn limit_on_threads() {
    // SAFETY: getuid(2), setresuid(2): root is not limited.
    unsafe {
        if libc::getuid() == 0 {
            assert_eq!(libc::setresuid(54321, 54321, 54321), 0);
        }
    }
    let before = set_limit(libc::RLIMIT_NPROC, 1);
    let error = labs::resolve().expect_err("no thread");
    let text = error.to_string();
    assert!(text.contains("thread limit"), "{text}");
    set_limit(libc::RLIMIT_NPROC, before);
    assert_eq!(labs(-1), 1);
}
