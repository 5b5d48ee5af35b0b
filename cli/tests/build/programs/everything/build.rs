//! Compiles C the way build scripts do, with glibc's checks on.

use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    let out = env::var("OUT_DIR").unwrap();
    let object = Path::new(&out).join("c.o");
    let library = Path::new(&out).join("libeverything_c.a");
    run(Command::new("cc").args(["-c", "-O2", "-fPIC", "-D_FORTIFY_SOURCE=2", "src/c.c", "-o"]).arg(&object));
    run(Command::new("ar").arg("crs").arg(&library).arg(&object));
    println!("cargo::rustc-link-search=native={out}");
    println!("cargo::rustc-link-lib=static=everything_c");
    println!("cargo::rerun-if-changed=src/c.c");
}

fn run(command: &mut Command) {
    assert!(command.status().unwrap().success());
}
