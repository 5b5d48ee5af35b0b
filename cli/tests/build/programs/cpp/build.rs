//! Compiles C++ the way build scripts do, and links the compiler's C++ library.

use std::env;
use std::process::Command;

fn main() {
    let out = env::var("OUT_DIR").unwrap();
    let (object, library) = (format!("{out}/cpp.o"), format!("{out}/libcpp_part.a"));
    run(Command::new("c++").args(["-c", "-O2", "-fPIC", "src/cpp.cc", "-o", &object]));
    run(Command::new("ar").args(["crs", &library, &object]));
    println!("cargo::rustc-link-search=native={out}");
    println!("cargo::rustc-link-lib=static=cpp_part");
    println!("cargo::rustc-link-lib=stdc++");
    println!("cargo::rerun-if-changed=src/cpp.cc");
}

fn run(command: &mut Command) {
    assert!(command.status().unwrap().success());
}
