//! Compiles the C part.

use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    let out = env::var("OUT_DIR").unwrap();
    let object = Path::new(&out).join("c.o");
    let compiler = env::var("TARGET_CC").unwrap_or("cc".into());
    let compiled = Command::new(compiler).args(["-c", "-O2", "-fPIC", "src/c.c", "-o"]).arg(&object).status();
    assert!(compiled.unwrap().success());
    println!("cargo::rustc-link-arg={}", object.display());
    println!("cargo::rerun-if-changed=src/c.c");
}
