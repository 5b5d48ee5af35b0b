//! Links without start files and without a libc: `import_dynamic::main!` supplies the entry point.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=no-unwind-tables.ld");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() != Ok("linux") {
        return;
    }
    let folder = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    for argument in [
        "-nostartfiles",
        "-nostdlib",
        // Nothing unwinds: its tables would be a quarter of the file.
        "-Wl,--no-eh-frame-hdr",
        &format!("-Wl,-T,{folder}/no-unwind-tables.ld"),
        // Relative relocations as a bitmap.
        "-Wl,-z,pack-relative-relocs",
    ] {
        println!("cargo::rustc-link-arg-bins={argument}");
    }
}
