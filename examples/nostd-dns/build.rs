//! Links without start files and without a libc: `import_dynamic::main!` supplies the entry point.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=link.ld");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() != Ok("linux") {
        return;
    }
    let folder = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    for argument in [
        "-nostartfiles",
        "-nostdlib",
        &format!("-Wl,-T,{folder}/link.ld"),
        // What the script has no place for.
        "-Wl,--no-eh-frame-hdr",
        "-Wl,--build-id=none",
        "-Wl,--hash-style=sysv",
        "-Wl,-z,norelro",
        // Ends of strings are shared.
        "-Wl,-O2",
        // Relative relocations as a bitmap.
        "-Wl,-z,pack-relative-relocs",
    ] {
        println!("cargo::rustc-link-arg-bins={argument}");
    }
}
