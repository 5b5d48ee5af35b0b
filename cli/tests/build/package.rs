//! `cargo install` is the only set-up: the packages, as crates.io would have them, install without the project around.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::programs::{command, directories, run, succeed};

#[test]
fn the_packages_install_and_build_programs() {
    // Not below the project: nothing of it may be found above.
    let here = std::env::temp_dir().join(format!("import-dynamic-package-{}", std::process::id()));
    fs::create_dir_all(here.join(".cargo")).unwrap();
    let plain = || {
        let mut cargo = Command::new("cargo");
        for name in ["CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS", "CARGO_BUILD_TARGET", "CARGO_MANIFEST_DIR"] {
            cargo.env_remove(name);
        }
        cargo
    };
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let packages = ["cargo-import-dynamic", "import-dynamic-loader"];
    let mut package = plain();
    package.args(["package", "--no-verify", "--allow-dirty", "--offline", "--target-dir"]).arg(here.join("target"));
    succeed(package.args(packages.iter().flat_map(|name| ["--package", name])).current_dir(project));
    for name in packages {
        let file = here.join(format!("target/package/{name}-{}.crate", env!("CARGO_PKG_VERSION")));
        fs::create_dir(here.join(name)).unwrap();
        succeed(Command::new("tar").arg("xzf").arg(file).args(["--strip-components=1", "-C"]).arg(here.join(name)));
    }
    // In the stead of the registry, which may not have it yet.
    let config = format!("[patch.crates-io.import-dynamic-loader]\npath = {:?}\n", here.join(packages[1]));
    fs::write(here.join(".cargo/config.toml"), config).unwrap();

    let mut install = plain();
    install.args(["install", "--debug", "--offline", "--path", ".", "--root"]).arg(here.join("root"));
    succeed(install.env("CARGO_TARGET_DIR", here.join("target")).current_dir(here.join(packages[0])));
    let installed = here.join("root/bin/cargo-import-dynamic");
    let (directory, target) = directories("undefined", "packaged");
    succeed(command(&installed, &directory, &target).args(["build", "--allow-undefined"]));
    let program = target.join("x86_64-unknown-linux-gnu/debug/undefined");
    assert_eq!(run(&program, &[]).stdout, "running\n");
    fs::remove_dir_all(here).unwrap();
}
