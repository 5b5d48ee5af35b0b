//! `absent CASE`: imports that no host has, or not yet.

use core::ffi::{CStr, c_double, c_int};

use import_dynamic::{Attempted, import_dynamic};

#[import_dynamic("libc")]
unsafe extern "C" {
    safe fn getpid() -> c_int;
    safe fn absent_one() -> c_int;
}

#[import_dynamic(["libabsent-one.so.1", "/absent/two.so", "libc.so.6"], ["absent_two", "absent_three"])]
safe extern "C" fn absent_two() -> c_int;

#[import_dynamic("libabsent-three.so.1", "absent_four", optional)]
safe extern "C" fn absent_four() -> c_int;

#[import_dynamic("libabsent-three.so.1")]
safe extern "C" fn absent_five() -> c_int;

/// Relative to the working directory, which the test makes; nothing is there at first.
const LATE: &CStr = c"./late/libm.so.6";

#[import_dynamic("./late/libm.so.6")]
safe extern "C" fn cos(x: c_double) -> c_double;

/// Every import that is absent and not optional is named; the others are bound.
fn bind_all() {
    let errors = import_dynamic::bind_all().expect_err("absent imports");
    assert_eq!(errors.count(), 4);
    let mut names: Vec<_> = errors.iter().map(|error| error.symbol()).collect();
    names.sort();
    assert_eq!(names, [c"absent_five", c"absent_one", c"absent_two", c"cos"]);
    let text = errors.to_string();
    assert_eq!(text.lines().count(), 4, "{text}");
    for name in ["absent_one from libc", "absent_two from libabsent-one.so.1", "absent_five from libabsent-three.so.1"]
    {
        assert!(text.contains(name), "{name} in {text}");
    }
    let bound: Vec<_> = import_dynamic::imports().filter(|import| import.is_bound()).collect();
    assert_eq!(bound.iter().map(|import| import.symbols()[0]).collect::<Vec<&CStr>>(), [c"getpid"]);
    assert_eq!(getpid() as u32, std::process::id());
}

/// What an error tells, as text and as parts.
fn errors() {
    assert!(getpid::is_available() && !absent_one::is_available() && !absent_four::is_available());
    let error = absent_one::resolve().expect_err("an absent symbol");
    assert_eq!((error.symbol(), error.library()), (c"absent_one", Some(c"libc")));
    assert!(error.host_error().is_none() && std::error::Error::source(&error).is_none());
    let tries: Vec<_> = error.attempts().collect();
    assert_eq!(tries.len(), 1);
    assert_eq!((tries[0].what(), tries[0].library()), (Attempted::Symbol, c"libc.so.6"));
    assert_eq!(tries[0].symbol(), c"absent_one");
    assert!(tries[0].reason().to_string_lossy().contains("absent_one"), "{:?}", tries[0].reason());

    let error = absent_two::resolve().expect_err("absent libraries and symbols");
    let told: Vec<_> = error.attempts().map(|attempt| (attempt.what(), attempt.library(), attempt.symbol())).collect();
    let tries = [
        (Attempted::Open, c"libabsent-one.so.1", c""),
        (Attempted::Open, c"/absent/two.so", c""),
        (Attempted::Symbol, c"libc.so.6", c"absent_two"),
        (Attempted::Symbol, c"libc.so.6", c"absent_three"),
    ];
    assert_eq!(told, tries);
    let text = error.to_string();
    assert!(text.starts_with("cannot import absent_two from libabsent-one.so.1: "), "{text}");
    for (_, library, symbol) in tries {
        assert!(text.contains(&*library.to_string_lossy()) && text.contains(&*symbol.to_string_lossy()), "{text}");
    }
    // A try that fails tells the same every time.
    assert_eq!(absent_two::resolve().expect_err("still absent").to_string(), text);
}

/// What failed before works as soon as it can, on every thread.
fn late_library() {
    let libm = std::env::args_os().nth(2).expect("the host's libm");
    assert!(!cos::is_available());
    let error = cos::resolve().expect_err("a library that is not there");
    assert_eq!((error.symbol(), error.library()), (c"cos", Some(LATE)));
    std::os::unix::fs::symlink(libm, "late/libm.so.6").expect("a link to a library");
    assert!(std::thread::spawn(|| cos(0.0)).join().is_ok_and(|one| one == 1.0));
    assert!(cos::is_available() && cos(0.0) == 1.0);
}

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("bind-all") => bind_all(),
        Some("errors") => errors(),
        Some("late-library") => late_library(),
        Some("call") => println!("{}", absent_two()),
        Some("call-on-thread") => _ = std::thread::spawn(|| absent_five()).join(),
        _ => std::process::exit(100),
    }
}
