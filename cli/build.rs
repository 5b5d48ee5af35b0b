//! Compiles the start code (`start`) for every target that has a std installed and a loader, and leaves one object for
//! each in `OUT_DIR`, to be carried by the program.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use object::build::elf::{Builder, SectionData};
use object::elf;

/// Targets that the linker side knows, too (src/build/target.rs).
const TARGETS: &[&str] = &["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"];
/// What the start code gives to the program; all other symbols are made its own.
const GIVEN: &[&[u8]] = &[b"_start", b"__import_dynamic_missing", b"__import_dynamic_adopted", b"__dso_handle"];
/// What the loader has for programs with a libc of their own.
const NOT_NEEDED: &[&[u8]] = &[b".init_array", b".rela.init_array", b".fini_array", b".rela.fini_array"];

fn main() -> Result<(), Box<dyn Error>> {
    let package = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    // Beside this package in the project; from the registry, as this package is then, elsewhere.
    let loader = Some(package.join("../loader")).filter(|loader| loader.join("Cargo.toml").exists());
    let loader_files = loader.iter().flat_map(|loader| ["src", "build.rs", "Cargo.toml"].map(|file| loader.join(file)));
    for file in loader_files {
        println!("cargo::rerun-if-changed={}", file.display());
    }
    println!("cargo::rerun-if-changed=start");
    println!("cargo::rerun-if-changed=build.rs");
    let manifest = write_manifest(&package, loader.as_deref(), &out.join("start-code"))?;
    let mut table = String::from("&[\n");
    for target in TARGETS {
        if !has_std(target)? {
            continue; // who asks for it is told
        }
        let object = compile(&package, &manifest, &out, target)?;
        let file = out.join(format!("{target}.o"));
        fs::write(&file, own_symbols(&fs::read(object)?)?)?;
        table.push_str(&format!("    ({target:?}, include_bytes!({file:?})),\n"));
    }
    table.push(']');
    fs::write(out.join("start.rs"), table)?;
    Ok(())
}

/// Makes a crate of the start code.
fn write_manifest(package: &Path, loader: Option<&Path>, directory: &Path) -> Result<PathBuf, Box<dyn Error>> {
    fs::create_dir_all(directory)?;
    let manifest = directory.join("Cargo.toml");
    let path = loader.map_or(String::new(), |loader| format!("path = {loader:?}\n"));
    let text = format!(
        "[package]\nname = \"import-dynamic-start\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n\
         [lib]\npath = {:?}\ncrate-type = [\"staticlib\"]\n\
         [dependencies.import-dynamic-loader]\n{}version = \"={}\"\n\
         default-features = false\nfeatures = [\"std-start\"]\n",
        package.join("start/lib.rs"),
        path,
        env::var("CARGO_PKG_VERSION")?,
    );
    fs::write(&manifest, text)?;
    Ok(manifest)
}

fn has_std(target: &str) -> Result<bool, Box<dyn Error>> {
    let output = Command::new(env::var_os("RUSTC").unwrap_or("rustc".into()))
        .args(["--print", "target-libdir", "--target", target])
        .output()?;
    Ok(output.status.success() && Path::new(String::from_utf8(output.stdout)?.trim()).exists())
}

/// Compiles the start code to one object: its dependencies are merged into it by link-time optimisation.
fn compile(package: &Path, manifest: &Path, out: &Path, target: &str) -> Result<PathBuf, Box<dyn Error>> {
    let directory = out.join("start");
    // With the versions that the project or package is locked to, where they are at hand; else with those that there are.
    let lock = manifest.with_file_name("Cargo.lock");
    let locks = [package.join("Cargo.lock"), package.join("../Cargo.lock")];
    let locked = locks.iter().any(|from| fs::copy(from, &lock).is_ok());
    let mut output = None;
    if locked {
        output = Some(cargo(package, manifest, &directory, target).arg("--offline").args(RUSTC).output()?);
    }
    if output.as_ref().is_none_or(|output| !output.status.success()) {
        let _none_there = fs::remove_file(&lock);
        output = Some(cargo(package, manifest, &directory, target).args(RUSTC).output()?);
    }
    if let Some(output) = output.filter(|output| !output.status.success()) {
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

/// What rustc is told.
const RUSTC: [&str; 4] = ["--", "--emit=obj", "-Crelocation-model=pic", "-Cforce-unwind-tables=no"];

/// The call of cargo that compiles the start code.
fn cargo(package: &Path, manifest: &Path, directory: &Path, target: &str) -> Command {
    // The package's directory: where cargo looks for its configuration.
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo.current_dir(package);
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
    cargo
        .args(["rustc", "--lib", "--release", "--target", target, "--manifest-path"])
        .arg(manifest)
        .arg("--target-dir")
        .arg(directory)
        .args(["--config", &profile("panic", "'abort'"), "--config", &profile("lto", "'fat'")])
        .args(["--config", &profile("codegen-units", "1"), "--config", &profile("opt-level", "'s'")])
        .args(["--config", &profile("debug", "false")])
        .env("RUSTFLAGS", ""); // config files' flags make no start code
    cargo
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
