//! Ids in the children of fork(2).

use std::os::unix::process::CommandExt as _;

use super::*;

/// std's Command sets them between fork and exec, where there is one thread.
pub(super) fn in_a_child() {
    if !is_root() {
        return;
    }
    let run = || {
        assert_eq!(labs(-1), 1);
        let output = crate::case("ids_refused").env("IDS", "1").uid(2001).gid(1001).output().expect("run");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("2001 2001 2001 2001, 1001 1001 1001 1001"), "{output:?}");
    };
    run();
    std::thread::spawn(run).join().expect("from another thread");
    expect("0 0 0 0", "0 0 0 0", &ids()[0][2]);
}

/// A child that has threads of its own, of both libcs: its first thread is one of each.
pub(super) fn in_a_child_with_threads() {
    if !is_root() {
        return;
    }
    let run = || {
        // SAFETY: fork(2); the child ends by _exit(2).
        match unsafe { libc::fork() } {
            0 => {
                let idle = || std::thread::sleep(Duration::from_secs(60));
                std::thread::spawn(idle);
                std::thread::spawn(move || (labs(-1), idle()));
                let has_changed = home_setresuid(2001, 2001, 2001) == 0;
                let is_everywhere = || ids().iter().all(|ids| ids[0] == "2001 2001 2001 2001");
                // SAFETY: _exit(2).
                unsafe { libc::_exit(if has_changed && is_everywhere() { 7 } else { 1 }) }
            }
            child => assert_eq!(status_of(child), Some(7)),
        }
    };
    run(); // which brings up its own guest, while its ids change
    assert_eq!(labs(-1), 1);
    // musl's list has the parent's threads in such a child (README, "Limits").
    if import_dynamic::host().is_ok_and(|host| host.libc() == import_dynamic::LibcKind::Musl) {
        return;
    }
    run(); // whose guest is the parent's
}

/// How a child ended, or `None` if by a signal: that of a limit, if it has not by then.
fn status_of(child: c_int) -> Option<c_int> {
    let mut status = 0;
    for _ in 0..2000 {
        // SAFETY: waitpid(2).
        if unsafe { libc::waitpid(child, &mut status, libc::WNOHANG) } == child {
            return libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    // SAFETY: kill(2).
    unsafe { libc::kill(child, libc::SIGKILL) };
    None
}

/// Containers refuse unshare(2), by which a child tells that it is alone.
pub(super) fn in_a_child_of_a_container() {
    if !is_root() {
        return;
    }
    let rules = [(libc::SYS_unshare, Vec::new())].into();
    let refused = seccompiler::SeccompAction::Errno(libc::EPERM as u32);
    let arch = std::env::consts::ARCH.try_into().expect("a known architecture");
    let filter = seccompiler::SeccompFilter::new(rules, seccompiler::SeccompAction::Allow, refused, arch);
    let program: seccompiler::BpfProgram = filter.and_then(TryInto::try_into).expect("a filter");
    seccompiler::apply_filter(&program).expect("applied");
    assert_eq!(labs(-1), 1);
    let output = crate::case("ids_refused").env("IDS", "1").uid(2001).output().expect("run");
    assert!(output.status.success(), "{output:?}");
}
