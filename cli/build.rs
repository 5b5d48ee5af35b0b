//! Compiles the start code (`../start`) for every target that has a std installed and a loader, and leaves one object for
//! each in `OUT_DIR`, to be carried by the program.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use object::build::elf::{Builder, SectionData};
use object::elf;

/// Targets that the linker side knows, too (src/build/target.rs).
const TARGETS: &[&str] = &["x86_64-unknown-linux-gnu"];
/// What the start code gives to the program; all other symbols are made its own.
const GIVEN: &[&[u8]] = &[b"_start", b"__import_dynamic_missing", b"__import_dynamic_adopted", b"__dso_handle"];
/// What the loader has for programs with a libc of their own.
const NOT_NEEDED: &[&[u8]] = &[b".init_array", b".rela.init_array", b".fini_array", b".rela.fini_array"];

fn main() -> Result<(), Box<dyn Error>> {
    let manifest = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../start/Cargo.toml");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for folder in ["start", "loader"] {
        for file in ["src", "Cargo.toml"] {
            println!("cargo::rerun-if-changed=../{folder}/{file}");
        }
    }
    println!("cargo::rerun-if-changed=build.rs");
    let mut table = String::from("&[\n");
    for target in TARGETS {
        if !has_std(target)? {
            println!("cargo::warning=no std for {target} is installed: programs for it cannot be built");
            continue;
        }
        let object = compile(&manifest, &out, target)?;
        let file = out.join(format!("{target}.o"));
        fs::write(&file, own_symbols(&fs::read(object)?)?)?;
        table.push_str(&format!("    ({target:?}, include_bytes!({file:?})),\n"));
    }
    table.push(']');
    fs::write(out.join("start.rs"), table)?;
    Ok(())
}

fn has_std(target: &str) -> Result<bool, Box<dyn Error>> {
    let output = Command::new(env::var_os("RUSTC").unwrap_or("rustc".into()))
        .args(["--print", "target-libdir", "--target", target])
        .output()?;
    Ok(output.status.success() && Path::new(String::from_utf8(output.stdout)?.trim()).exists())
}

/// Compiles the start code to one object: its dependencies are merged into it by link-time optimisation.
fn compile(manifest: &Path, out: &Path, target: &str) -> Result<PathBuf, Box<dyn Error>> {
    let directory = out.join("start");
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
    // Neither the flags nor the profile of the build that this is part of are meant for it.
    for (name, _) in env::vars_os() {
        if let Some(name) = name.to_str()
            && (name.contains("RUSTFLAGS")
                || name.starts_with("CARGO_PROFILE_")
                || name.contains("WRAPPER")
                || name.ends_with("_LINKER"))
        {
            cargo.env_remove(name);
        }
    }
    let profile = |name: &str, value: &str| format!("profile.release.{name}={value}");
    let output = cargo
        .args(["rustc", "--lib", "--release", "--target", target, "--manifest-path"])
        .arg(manifest)
        .arg("--target-dir")
        .arg(&directory)
        .args(["--config", &profile("panic", "'abort'"), "--config", &profile("lto", "'fat'")])
        .args(["--config", &profile("codegen-units", "1"), "--config", &profile("opt-level", "'s'")])
        .args(["--config", &profile("debug", "false")])
        .args(["--", "--emit=obj", "-Crelocation-model=pic", "-Cforce-unwind-tables=no"])
        .env("RUSTFLAGS", "") // config files' flags make no start code
        .output()?;
    if !output.status.success() {
        return Err(format!("the start code for {target}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let objects = fs::read_dir(directory.join(target).join("release/deps"))?.filter_map(|entry| {
        let path = entry.ok()?.path();
        let name = path.file_name()?.to_str()?;
        let modified = fs::metadata(&path).ok()?.modified().ok()?;
        (name.starts_with("import_dynamic_start-") && name.ends_with(".o")).then_some((modified, path))
    });
    // The newest one: earlier builds with other flags leave theirs.
    objects.max().map(|(_, path)| path).ok_or_else(|| "the start code has come out as no object".into())
}

/// Makes every symbol but [`GIVEN`] local, and drops what only other link modes need.
fn own_symbols(bytes: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut builder = Builder::read(bytes)?;
    let mut dropped = Vec::new();
    for section in &mut builder.sections {
        let name = section.name.as_slice();
        if NOT_NEEDED.iter().any(|start| name.starts_with(start)) {
            section.delete = true;
            dropped.push(section.id());
        }
        // A group of sections would be merged with one of the same name in the program.
        if section.sh_type == elf::SHT_GROUP {
            return Err("the start code has section groups".into());
        }
    }
    for symbol in &mut builder.symbols {
        if symbol.section.is_some_and(|section| dropped.contains(&section)) {
            symbol.delete = true;
        }
        if symbol.section.is_some() && !GIVEN.contains(&symbol.name.as_slice()) {
            symbol.st_info = elf::SymbolInfo(elf::STB_LOCAL.0 << 4 | symbol.st_type().0);
        } else if symbol.section.is_some() {
            symbol.st_other = elf::SymbolOther(elf::STV_HIDDEN.0); // no library is to find it
        }
    }
    // LLVM has the names of sections and symbols in one table, the builder in two.
    let names = builder.sections.add();
    names.name = b".shstrtab"[..].into();
    names.sh_type = elf::SHT_STRTAB;
    names.data = SectionData::SectionString;
    let mut written = Vec::new();
    builder.write(&mut written)?;
    Ok(written)
}
