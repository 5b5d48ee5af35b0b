//! Contenders in Go: the machine's own, else Debian's packages, unpacked for this alone.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::apt::{self, Apt};
use crate::arch::Arch;
use crate::workspace::{Workspace, create_dir};
use crate::{elf, process};

#[derive(Debug)]
pub(in crate::bench) struct Go {
    pub(in crate::bench) call_cgo: PathBuf,
    pub(in crate::bench) call_import: Option<PathBuf>,
    pub(in crate::bench) call_purego: Option<PathBuf>,
    pub(in crate::bench) resolve_netgo: PathBuf,
    pub(in crate::bench) resolve_cgo: PathBuf,
}

const SUITE: &str = "sid";
const PUREGO: &str = "golang-github-ebitengine-purego-dev";

impl Go {
    pub(super) fn build(
        workspace: &Workspace,
        directory: &Path,
        skip: &mut dyn FnMut(&str, anyhow::Error),
    ) -> Result<Self> {
        let arch = Arch::host().context("no packages for this architecture")?;
        let root = workspace.target.join("bench/go");
        create_dir(&root)?;
        let apt = Apt::open(&workspace.target.join("debs"), SUITE, arch);
        let own = process::output(Command::new("go").arg("version")).ok().filter(|text| is_new_enough(text));
        let own = own.map(|_| PathBuf::from("go"));
        let go = match (own, &apt) {
            (Some(go), _) => go,
            (None, Ok(apt)) => unpack(apt, &root)?,
            (None, Err(error)) => anyhow::bail!("no `go`, and {error:#}"),
        };
        let purego = apt.and_then(|apt| unpack_all(&apt, &[PUREGO], &root));
        let sources = workspace.root.join("benches/contenders/go");
        let build = |name: &str, source: &str, cgo: bool, arguments: &[&str]| -> Result<PathBuf> {
            let program = directory.join(name);
            let mut command = Command::new(&go);
            command.current_dir(sources.join(source)).arg("build").arg("-trimpath").arg("-o").arg(&program);
            command.args(arguments).arg(".");
            command.env("CGO_ENABLED", if cgo { "1" } else { "0" });
            // Nothing is downloaded: there are no modules, and what there is to import lies under GOPATH.
            command.envs([("GO111MODULE", "off"), ("GOPROXY", "off"), ("GOTOOLCHAIN", "local"), ("GOFLAGS", "")]);
            command.env("GOPATH", root.join("root/usr/share/gocode")).env("GOCACHE", root.join("cache"));
            process::output(&mut command)?;
            Ok(program)
        };
        let call_purego = purego.and_then(|()| build("go-call-purego", "call_purego", false, &[]));
        let call_import = build("go-call-import", "call_import", true, &[]);
        Ok(Self {
            call_cgo: build("go-call-cgo", "call_cgo", true, &[])?,
            call_import: call_import.map_err(|error| skip("Go's cgo_import_dynamic", error)).ok(),
            call_purego: call_purego.map_err(|error| skip("purego", error)).ok(),
            resolve_netgo: build("go-resolve-netgo", "resolve", false, &[])?,
            resolve_cgo: build("go-resolve-cgo", "resolve", true, &["-tags", "netcgo"])?,
        })
    }
}

/// Whether this `go version` has all that the contenders use: binary.NativeEndian came with 1.21.
fn is_new_enough(text: &str) -> bool {
    let version = text.split(' ').find_map(|word| elf::parse_version(word.strip_prefix("go")?));
    version >= Some((1, 21))
}

/// Unpacks the suite's Go; its `go`.
fn unpack(apt: &Apt, root: &Path) -> Result<PathBuf> {
    // The package without a version in its name depends on the ones with.
    let files = apt.download(&["golang-go"])?;
    let file = files.first().context("no package golang-go")?;
    let depends = process::output(Command::new("dpkg-deb").arg("--field").arg(file).arg("Depends"))?;
    let version = depends.split([',', ' ']).find_map(|word| word.strip_prefix("golang-")?.strip_suffix("-go"));
    let version = version.with_context(|| format!("no golang-VERSION-go in {depends:?}"))?;
    unpack_all(apt, &[&format!("golang-{version}-go"), &format!("golang-{version}-src")], root)?;
    Ok(root.join("root/usr/lib").join(format!("go-{version}")).join("bin/go"))
}

fn unpack_all(apt: &Apt, packages: &[&str], root: &Path) -> Result<()> {
    let into = root.join("root");
    create_dir(&into)?;
    for file in apt.download(packages)? {
        let stamp = root.join(file.file_name().context("a package has a name")?);
        if !stamp.exists() {
            apt::unpack(&file, &into)?;
            crate::workspace::write(&stamp, "")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::is_new_enough;

    #[test]
    fn versions_of_go() {
        assert!(!is_new_enough("go version go1.19.8 linux/amd64"));
        assert!(is_new_enough("go version go1.21.0 linux/amd64"));
        assert!(is_new_enough("go version go1.26 linux/amd64"));
    }
}
