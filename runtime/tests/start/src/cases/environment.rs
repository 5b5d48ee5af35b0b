//! A program that has changed its environment before its first import: home's libc does that in place, right below the
//! auxiliary vector that the host needs.

use std::ffi::{CStr, CString};

use super::{getauxval, getenv, labs, system};

/// The variable's value in the host's libc.
fn get(name: &str) -> Option<String> {
    let name = CString::new(name).expect("a name without NUL");
    // SAFETY: getenv(3).
    unsafe {
        let value = getenv(name.as_ptr());
        (!value.is_null()).then(|| CStr::from_ptr(value).to_string_lossy().into_owned())
    }
}

/// The host has the kernel's facts and this environment.
fn check() {
    assert_eq!(labs(-3), 3);
    for kind in [libc::AT_PAGESZ, libc::AT_SECURE, libc::AT_UID, libc::AT_RANDOM, libc::AT_HWCAP, libc::AT_CLKTCK] {
        // SAFETY: getauxval(3).
        assert_eq!(getauxval(kind), unsafe { libc::getauxval(kind) }, "auxiliary value {kind}");
    }
    assert_ne!(getauxval(libc::AT_PAGESZ), 0);
    for (name, value) in std::env::vars() {
        assert_eq!(get(&name), Some(value), "{name}");
    }
    // What the host's interpreter was given for itself alone is gone.
    assert_eq!(get("GLIBC_TUNABLES"), std::env::var("GLIBC_TUNABLES").ok());
}

fn remove(name: &str) {
    // SAFETY: this process has one thread.
    unsafe { std::env::remove_var(name) };
}

pub(crate) fn variables_removed() {
    let names: Vec<_> = std::env::vars().map(|(name, _)| name).collect();
    assert!(names.len() >= 3);
    // The first, the last and one between.
    let removed = [&names[0], &names[names.len() / 2], &names[names.len() - 1]];
    removed.iter().for_each(|name| remove(name));
    check();
    assert!(removed.iter().all(|name| get(name).is_none()));
}

pub(crate) fn all_variables_removed() {
    std::env::vars().for_each(|(name, _)| remove(&name));
    assert_eq!(std::env::vars().count(), 0);
    check();
}

pub(crate) fn variables_added() {
    for number in 0..500 {
        // SAFETY: this process has one thread.
        unsafe { std::env::set_var(format!("ADDED_{number}"), "value".repeat(number)) };
    }
    check();
    assert_eq!(get("ADDED_1").as_deref(), Some("value"));
    // SAFETY: system(3).
    assert_eq!(unsafe { system(c"test \"$ADDED_2\" = valuevalue".as_ptr()) }, 0);
}

/// After the first import the two environments are two; removing a variable harms neither.
pub(crate) fn variables_removed_later() {
    check();
    ["ONE", "TWO"].iter().for_each(|name| remove(name));
    check();
    assert_eq!(std::thread::spawn(|| labs(-4)).join().expect("a thread that calls an import"), 4);
}
