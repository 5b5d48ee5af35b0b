//! Compiles C the way build scripts do, with glibc's checks on.

use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    let out = env::var("OUT_DIR").unwrap();
    let library = Path::new(&out).join("libeverything_c.a");
    let compiler = env::var("TARGET_CC").unwrap_or("cc".into());
    let mut archive = Command::new(env::var("TARGET_AR").unwrap_or("ar".into()));
    archive.arg("crs").arg(&library);
    for file in ["c", "differences"] {
        let (source, object) = (format!("src/{file}.c"), Path::new(&out).join(file).with_extension("o"));
        let flags = ["-c", "-O2", "-fPIC", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=2"];
        run(Command::new(&compiler).args(flags).arg(&source).arg("-o").arg(&object));
        archive.arg(object);
        println!("cargo::rerun-if-changed={source}");
    }
    run(&mut archive);
    println!("cargo::rustc-link-search=native={out}");
    println!("cargo::rustc-link-lib=static=everything_c");
}

fn run(command: &mut Command) {
    assert!(command.status().unwrap().success());
}
