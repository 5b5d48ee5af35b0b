//! Compiles the allocator.

use std::env;
use std::process::Command;

fn main() {
    let out = env::var("OUT_DIR").unwrap();
    let (object, library) = (format!("{out}/malloc.o"), format!("{out}/libown_malloc.a"));
    run(Command::new("cc").args(["-c", "-O2", "-fPIC", "-fno-builtin", "src/malloc.c", "-o", &object]));
    run(Command::new("ar").args(["crs", &library, &object]));
    println!("cargo::rustc-link-search=native={out}");
    println!("cargo::rustc-link-lib=static=own_malloc");
    println!("cargo::rerun-if-changed=src/malloc.c");
}

fn run(command: &mut Command) {
    assert!(command.status().unwrap().success());
}
