//! The one line in a program outside of this workspace, built with the flags that its target has by default: musl's is
//! static, glibc's is dynamic.
#![cfg(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))]

use std::path::{Path, PathBuf};
use std::process::Command;

const PROGRAM: &str = r#"
use import_dynamic_nss as _;

fn main() {
    let all = std::net::ToSocketAddrs::to_socket_addrs(&("localhost", 1));
    assert!(all.expect("localhost").count() > 0);
}
"#;

/// Makes the program in a folder where no configuration of Cargo's reaches it, and builds it.
fn build(name: &str, toolchain: Option<&Path>, target: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("nss-{name}-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("src")).expect("a folder");
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = format!(
        "[package]\nname = \"one-line\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\nimport-dynamic-nss = {{ path = \"{}\" }}\n",
        package.display()
    );
    std::fs::write(folder.join("Cargo.toml"), manifest).expect("a manifest");
    std::fs::write(folder.join("src/main.rs"), PROGRAM).expect("a program");
    std::fs::copy(package.join("../Cargo.lock"), folder.join("Cargo.lock")).expect("the workspace's versions");
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("default-flags").join(name);
    let tool = |tool: &str| toolchain.map_or(PathBuf::from(tool), |toolchain| toolchain.join("bin").join(tool));
    let mut cargo = Command::new(toolchain.map_or(env!("CARGO").into(), |_| tool("cargo")));
    cargo.args(["build", "--quiet", "--target", target, "--target-dir"]).arg(&directory).current_dir(&folder);
    for variable in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET", "RUSTUP_TOOLCHAIN", "CARGO"] {
        cargo.env_remove(variable);
    }
    cargo.env("RUSTC", tool("rustc"));
    let output = cargo.output().expect("cargo");
    assert!(output.status.success(), "{cargo:?}\n{}", String::from_utf8_lossy(&output.stderr));
    std::fs::remove_dir_all(&folder).expect("the folder goes");
    directory.join(target).join("debug/one-line")
}

/// What the program says of its lookup on stderr.
fn told(program: &Path) -> String {
    let output = Command::new(program).env("IMPORT_DYNAMIC_NETDNS", "+1").output().expect("a process");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{text}");
    text
}

#[test]
fn a_static_musl_program_asks_the_host() {
    const TARGET: &str = "x86_64-unknown-linux-musl";
    let library = Path::new("lib/rustlib").join(TARGET).join("lib");
    // The toolchain that runs, or `target/toolchain` above `target/tmp` or `target/TRIPLE/tmp`.
    let sysroot = Command::new("rustc").args(["--print", "sysroot"]).output().expect("rustc").stdout;
    let own = PathBuf::from(String::from_utf8_lossy(&sysroot).trim()).join(&library).exists();
    let mut above =
        Path::new(env!("CARGO_TARGET_TMPDIR")).ancestors().skip(1).take(2).map(|path| path.join("toolchain"));
    let made = above.find(|toolchain| toolchain.join(&library).exists());
    if !own && made.is_none() {
        assert!(std::env::var_os("CI").is_none(), "no std for {TARGET}");
        return println!("skipped: no std for {TARGET}: `rustup target add`, or `cargo xtask std`");
    }
    let program = build("musl", made.as_deref().filter(|_| !own), TARGET);
    let told = told(&program);
    assert!(told.contains("getaddrinfo(\"localhost\"): host ("), "{told:?}");
}

#[test]
fn a_dynamic_program_has_its_libc_s_own() {
    let program = build("dynamic", None, "x86_64-unknown-linux-gnu");
    assert_eq!(told(&program), "");
    let output = Command::new("nm").arg("--dynamic").arg(&program).output().expect("nm");
    let symbols = String::from_utf8_lossy(&output.stdout);
    let line = symbols.lines().find(|line| line.contains(" getaddrinfo")).expect("std needs it");
    assert!(line.trim_start().starts_with("U "), "{line}");
    // No import of this crate's is in the file either: the line costs nothing.
    let sections = Command::new("readelf").args(["--sections", "--wide"]).arg(&program).output().expect("readelf");
    let sections = String::from_utf8_lossy(&sections.stdout);
    assert!(!sections.contains("import_dynamic"), "{sections}");
}
