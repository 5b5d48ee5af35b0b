//! User and group ids, which the kernel keeps for each thread, and two libcs for the threads that each has made.

use core::ffi::{c_int, c_uint, c_void};
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use import_dynamic::guest_scope;

use crate::imports::*;
use crate::is_root;

mod children;
mod functions;

use functions::*;

pub(crate) const CASES: &[(&str, fn())] = &[
    ("ids_changed_by_home", || on_all_threads(|| change_with(libc_functions()))),
    ("ids_changed_by_an_import", || on_all_threads(|| change_with(imported_functions()))),
    ("ids_changed_when_bound_with_all", || on_all_threads(|| change_with((bind_all(), imported_functions()).1))),
    ("ids_changed_by_a_library", || on_all_threads(by_a_library)),
    ("ids_changed_by_a_thread_of_the_guest", || on_all_threads(by_a_guest_thread)),
    ("ids_changed_in_a_callback", || on_all_threads(in_a_callback)),
    ("ids_changed_at_once", at_once),
    ("ids_changed_while_threads_attach", while_threads_attach),
    ("ids_changed_in_a_child", children::in_a_child),
    ("ids_changed_in_a_child_with_threads", children::in_a_child_with_threads),
    ("ids_changed_in_a_child_by_a_filtered_process", children::in_a_child_of_a_container),
    ("ids_refused", refused),
    ("ids_of_a_thread_without_home", without_home),
];

const SAME: c_uint = c_uint::MAX;

/// The ids of every kernel thread of the process: user ids, group ids, groups.
fn ids() -> Vec<[String; 3]> {
    let tasks = std::fs::read_dir("/proc/self/task").expect("/proc is mounted").flatten();
    let texts = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("status")).ok());
    let line = |text: &str, key: &str| {
        let found = text.lines().find_map(|line| line.strip_prefix(key));
        found.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    texts.map(|text| ["Uid:", "Gid:", "Groups:"].map(|key| line(&text, key))).collect()
}

#[track_caller]
fn expect(users: &str, groups: &str, more_groups: &str) {
    let right = |found: &[[String; 3]]| found.len() > 1 && found.iter().all(|ids| *ids == [users, groups, more_groups]);
    // A thread that is ending keeps its ids, for as long as it is there.
    let settled = (0..2000).any(|_| right(&ids()) || (std::thread::sleep(Duration::from_millis(1)), false).1);
    assert!(settled, "{:?}", ids());
}

static STOP: AtomicBool = AtomicBool::new(false);

#[import_dynamic::callback]
extern "C" fn idle_in_a_callback(ready: *mut c_void) -> *mut c_void {
    // SAFETY: the barrier of `on_all_threads`.
    unsafe { (*ready.cast::<Barrier>()).wait() };
    while !STOP.load(Ordering::Relaxed) {
        std::thread::sleep(Duration::from_millis(5));
    }
    core::ptr::null_mut()
}

type Start = extern "C" fn(*mut c_void) -> *mut c_void;

fn start_guest_thread(start: Start, argument: *mut c_void) -> usize {
    let mut thread = 0;
    // SAFETY: pthread_create(3).
    assert_eq!(unsafe { pthread_create(&mut thread, core::ptr::null(), start, argument) }, 0);
    thread
}

fn join_guest_thread(thread: usize) {
    // SAFETY: pthread_join(3) of a thread that was made for it.
    assert_eq!(unsafe { pthread_join(thread, &mut core::ptr::null_mut()) }, 0);
}

/// Runs `change` in a process with threads of every sort: of home's, inside the guest and not, attached and not; lending;
/// of the guest's, in its own code and in callbacks.
fn on_all_threads(change: fn()) {
    if !is_root() {
        return;
    }
    assert_eq!(labs(-1), 1);
    let ready = Barrier::new(7);
    std::thread::scope(|scope| {
        for kind in 0..4 {
            let ready = &ready;
            scope.spawn(move || {
                if kind > 0 {
                    assert_eq!(labs(-1), 1);
                }
                ready.wait();
                while !STOP.load(Ordering::Relaxed) {
                    match kind {
                        0 | 1 => std::thread::sleep(Duration::from_millis(5)),
                        _ => _ = usleep(5000),
                    }
                }
            });
        }
        let in_callbacks: Vec<_> =
            (0..2).map(|_| start_guest_thread(idle_in_a_callback, (&raw const ready).cast_mut().cast())).collect();
        start_guest_thread(guest_function(c"sleep"), 1000 as *mut c_void);
        ready.wait();
        change();
        STOP.store(true, Ordering::Relaxed);
        in_callbacks.into_iter().for_each(join_guest_thread);
    });
}

fn change_with(functions: Functions) {
    let Functions { set_user, set_users, set_groups, set_more_groups } = functions;
    // SAFETY: two groups.
    assert_eq!(unsafe { set_more_groups(2, [4241, 4242].as_ptr()) }, 0);
    assert_eq!(set_groups(1001, 1002, 1003), 0);
    expect("0 0 0 0", "1001 1002 1003 1002", "4241 4242");
    assert_eq!(set_users(SAME, 2002, SAME), 0);
    expect("0 2002 0 2002", "1001 1002 1003 1002", "4241 4242");
    assert_eq!(set_users(0, 0, 0), 0);
    // SAFETY: a name.
    assert_eq!(unsafe { initgroups(c"root".as_ptr(), 77) }, 0);
    assert_eq!(set_user(2001), 0);
    let found = ids();
    assert!(found[0][2].split(' ').any(|group| group == "77"), "{found:?}");
    expect("2001 2001 2001 2001", "1001 1002 1003 1002", &found[0][2]);
    // For good.
    assert_eq!(set_user(0), -1);
    expect("2001 2001 2001 2001", "1001 1002 1003 1002", &found[0][2]);
}

/// As a library of the host calls it: what it finds under the name, with the guest's thread pointer in place.
fn by_a_library() {
    let set_groups: extern "C" fn(c_uint) -> c_int = guest_function(c"setgid");
    let set_effective: extern "C" fn(c_uint) -> c_int = guest_function(c"seteuid");
    let set_user: extern "C" fn(c_uint) -> c_int = guest_function(c"setuid");
    // SAFETY: calls of the host's alone.
    let results = unsafe { guest_scope(|_| [set_groups(1001), set_effective(2002), set_effective(0)]) };
    assert_eq!(results.expect("a scope"), [0; 3]);
    // SAFETY: likewise.
    let result = unsafe { guest_scope(|_| set_user(2001)) };
    assert_eq!(result.expect("a scope"), 0);
    let more = &ids()[0][2];
    expect("2001 2001 2001 2001", "1001 1001 1001 1001", more);
    // SAFETY: likewise.
    let result = unsafe { guest_scope(|_| set_user(0)) };
    assert_eq!((result.expect("a scope"), import_dynamic::errno().0), (-1, libc::EPERM));
}

fn by_a_guest_thread() {
    // The start routine is the function itself, and its argument the id.
    join_guest_thread(start_guest_thread(guest_function(c"setgid"), 1001 as *mut c_void));
    join_guest_thread(start_guest_thread(guest_function(c"setuid"), 2001 as *mut c_void));
    expect("2001 2001 2001 2001", "1001 1001 1001 1001", &ids()[0][2]);
}

#[import_dynamic::callback]
extern "C" fn change_at_home(_: *mut c_void) -> *mut c_void {
    // SAFETY: setgid(2) and setuid(2) of the home libc.
    unsafe {
        assert_eq!(libc::setgid(1001), 0);
        assert_eq!(libc::setuid(2001), 0);
        assert_eq!(libc::setuid(0), -1);
        assert_eq!(std::io::Error::last_os_error().raw_os_error(), Some(libc::EPERM));
    }
    core::ptr::null_mut()
}

fn in_a_callback() {
    join_guest_thread(start_guest_thread(change_at_home, core::ptr::null_mut()));
    expect("2001 2001 2001 2001", "1001 1001 1001 1001", &ids()[0][2]);
}

/// Both libcs signal their threads for this, with the same signal if both are glibc.
fn at_once() {
    if !is_root() {
        return;
    }
    assert_eq!(labs(-1), 1);
    let library: extern "C" fn(c_uint, c_uint, c_uint) -> c_int = guest_function(c"setresuid");
    std::thread::scope(|scope| {
        for thread in 0..4 {
            scope.spawn(move || {
                for round in 0..50 {
                    let user = if round % 2 == 0 { 2001 } else { 0 };
                    let result = match (thread + round) % 3 {
                        0 => home_setresuid(SAME, user, SAME),
                        1 => setresuid(SAME, user, SAME),
                        // SAFETY: a call of the host's.
                        _ => unsafe { guest_scope(|_| library(SAME, user, SAME)) }.expect("a scope"),
                    };
                    assert_eq!(result, 0);
                    assert_eq!(labs(-1), 1);
                }
            });
        }
    });
    assert_eq!(home_setresuid(0, 0, 0), 0);
    assert_eq!(home_setresuid(2005, 2005, 2005), 0);
    expect("2005 2005 2005 2005", &ids()[0][1], &ids()[0][2]);
}

/// Threads come and go: whoever is being made has the old ids or the new ones in time.
fn while_threads_attach() {
    if !is_root() {
        return;
    }
    static MADE: AtomicUsize = AtomicUsize::new(0);
    assert_eq!(labs(-1), 1);
    let churn = || {
        while !STOP.load(Ordering::Relaxed) {
            std::thread::spawn(|| assert_eq!(labs(-4), 4)).join().expect("attached");
            MADE.fetch_add(1, Ordering::Relaxed);
        }
    };
    let churn: Vec<_> = (0..3).map(|_| std::thread::spawn(churn)).collect();
    for round in 0..100 {
        assert_eq!(setresuid(SAME, if round % 2 == 0 { 2001 } else { 0 }, SAME), 0);
    }
    assert_eq!(home_setresuid(2002, 2002, 2002), 0); // the last round has left 0
    let made = MADE.load(Ordering::Relaxed);
    while MADE.load(Ordering::Relaxed) < made + 20 {
        std::thread::sleep(Duration::from_millis(1));
    }
    STOP.store(true, Ordering::Relaxed);
    churn.into_iter().for_each(|thread| thread.join().expect("no failure"));
    for found in ids() {
        assert_eq!(found[0], "2002 2002 2002 2002");
    }
}

/// Without the rights for it nothing changes, and whoever calls is told.
fn refused() {
    if std::env::var_os("IDS").is_some() {
        println!("{}, {}", ids()[0][0], ids()[0][1]);
        return;
    }
    assert_eq!(labs(-1), 1);
    // SAFETY: getuid(2).
    if unsafe { libc::getuid() } == 0 {
        assert_eq!(home_setresuid(2001, 2001, 2001), 0);
    }
    let before = ids();
    assert_eq!(home_setuid(1), -1);
    assert_eq!(std::io::Error::last_os_error().raw_os_error(), Some(libc::EPERM));
    assert_eq!((setuid(1), import_dynamic::errno().0), (-1, libc::EPERM));
    std::thread::spawn(|| assert_eq!((setuid(1), import_dynamic::errno().0), (-1, libc::EPERM)))
        .join()
        .expect("refused");
    // SAFETY: seteuid(2).
    assert_eq!(unsafe { libc::seteuid(SAME) }, -1);
    let after = ids();
    assert!(after.iter().all(|ids| *ids == before[0]), "{before:?} {after:?}");
}

/// A thread of the guest's that calls the system itself keeps its ids: nobody but the libcs makes them the process's.
fn without_home() {
    if !is_root() {
        return;
    }
    on_all_threads(|| {
        // SAFETY: setresuid(2) of this thread alone.
        assert_eq!(unsafe { libc::syscall(libc::SYS_setresuid, SAME, 2001, SAME) }, 0);
        let found = ids();
        assert_eq!(found.iter().filter(|ids| ids[0] == "0 2001 0 2001").count(), 1);
        // SAFETY: and back.
        assert_eq!(unsafe { libc::syscall(libc::SYS_setresuid, SAME, 0, SAME) }, 0);
    });
}
