//! Making root directories from the recipes in [`roots`].

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::apt::{self, Apt};
use crate::arch::Arch;
use crate::roots::{self, Libc, Recipe};
use crate::workspace::{Workspace, create_dir, write};
use crate::{elf, nss};

/// Raised when this file makes something else of the same recipe.
const REVISION: u32 = 1;

/// A root directory that is there.
#[derive(Clone, Debug)]
pub(crate) struct Root {
    /// What it is called by the C library in it.
    pub(crate) name: String,
    pub(crate) libc: Libc,
    /// The distribution's release that its packages are of, if it is made of any.
    pub(crate) suite: &'static str,
    /// Whether it has the NSS module `myhostname`.
    pub(crate) has_myhostname: bool,
    pub(crate) arch: Arch,
    pub(crate) path: PathBuf,
    /// The C library's upstream version as unpacked.
    pub(crate) version: String,
}

impl Root {
    fn made(recipe: &Recipe, name: String, arch: Arch, path: PathBuf, version: String) -> Self {
        let &Recipe { libc, suite, .. } = recipe;
        Self { name, libc, suite, has_myhostname: libc == Libc::Glibc, arch, path, version }
    }
}

/// The directory of all roots, locked against other runs of xtask.
#[derive(Debug)]
pub(crate) struct Roots {
    directory: PathBuf,
    /// What is no root of a host: tests run programs in all that are.
    tools: PathBuf,
    debs: PathBuf,
    nss_source: PathBuf,
    /// The lock, released when it is closed.
    _lock: File,
}

impl Roots {
    pub(crate) fn open(workspace: &Workspace) -> Result<Self> {
        let directory = workspace.target.join("roots");
        let (tools, debs) = (workspace.target.join("tools"), workspace.target.join("debs"));
        create_dir(&directory)?;
        let lock = File::create(directory.join(".lock"))?;
        if lock.try_lock().is_err() {
            eprintln!("xtask: waiting for another run that uses {}", directory.display());
            lock.lock()?;
        }
        let nss_source = workspace.root.join("xtask/nss/importtest.c");
        Ok(Self { directory, tools, debs, nss_source, _lock: lock })
    }

    /// The root of `recipe`, made now unless it is there as the recipe says.
    pub(crate) fn make(&self, recipe: &'static Recipe, arch: Arch) -> Result<Root> {
        self.find(recipe, arch).map_or_else(
            || self.make_anew(recipe, arch).with_context(|| format!("cannot make the root {}", recipe.name)),
            Ok,
        )
    }

    /// A directory of programs and what they need, made now unless it is there from the same packages.
    pub(crate) fn tools(&self, name: &str, suite: &str, packages: &[&str], arch: Arch) -> Result<PathBuf> {
        let debs = Apt::open(&self.debs, suite, arch)?.download(packages)?;
        let contents = format!("{REVISION} {debs:?}\n");
        let (path, stamp) = (self.tools.join(name), self.tools.join(format!(".{name}")));
        if !fs::read_to_string(&stamp).is_ok_and(|made| made == contents) {
            remove(&stamp)?;
            remove(&path)?;
            create_dir(&path)?;
            unpack_all(&debs, &path)?;
            write(&stamp, contents)?;
        }
        Ok(path)
    }

    fn stamp(&self, recipe: &Recipe, arch: Arch) -> PathBuf {
        self.directory.join(format!(".{}.json", roots::directory(recipe.name, arch)))
    }

    fn find(&self, recipe: &'static Recipe, arch: Arch) -> Option<Root> {
        let stamp: Value = serde_json::from_slice(&fs::read(self.stamp(recipe, arch)).ok()?).ok()?;
        let text = |key: &str| stamp[key].as_str().map(str::to_owned);
        let name = text("name")?;
        let path = self.directory.join(roots::directory(&name, arch));
        let current = stamp["recipe"] == recipe_text(recipe) && path.join("etc/hosts").is_file();
        current.then_some(Root::made(recipe, name, arch, path, text("version")?))
    }

    fn make_anew(&self, recipe: &'static Recipe, arch: Arch) -> Result<Root> {
        let stamp = self.stamp(recipe, arch);
        remove(&stamp)?;
        let new = self.directory.join(".new");
        remove(&new)?;
        create_dir(&new)?;
        let debs = match recipe.packages {
            [] => Vec::new(),
            packages => Apt::open(&self.debs, recipe.suite, arch)?.download(packages)?,
        };
        self.fill(&new, recipe, arch, &debs)?;
        let version = debs.first().map(|libc| apt::upstream_version(libc)).transpose()?.unwrap_or_default();
        let name = match recipe.libc {
            Libc::Nothing => recipe.name.to_owned(),
            libc => format!("{}-{version}", libc.name()),
        };
        let path = self.directory.join(roots::directory(&name, arch));
        remove(&path)?;
        fs::rename(&new, &path).with_context(|| format!("cannot move {} to {}", new.display(), path.display()))?;
        if name != recipe.name {
            // The suite has moved on. What asks for the old name by path gets the new root.
            eprintln!("xtask: {} now has {name}, not {}", recipe.suite, recipe.name);
            let old = self.directory.join(roots::directory(recipe.name, arch));
            remove(&old)?;
            symlink(&path, &old)?;
        }
        let packages: Vec<_> = debs.iter().filter_map(|deb| deb.file_name()?.to_str()).collect();
        let contents = json!({ "name": name, "version": version, "packages": packages, "recipe": recipe_text(recipe) });
        write(&stamp, format!("{contents:#}\n"))?;
        Ok(Root::made(recipe, name, arch, path, version))
    }

    /// Puts the NSS module of the tests where a root has its libraries.
    pub(crate) fn build_module(&self, libraries: &Path, arch: Arch) -> Result<()> {
        nss::build(&self.nss_source, &libraries.join(nss::MODULE), arch)
    }

    /// Where to copy a root that is not made of packages: what an earlier copy left there is removed.
    pub(crate) fn place_for_copy(&self, name: &str) -> Result<PathBuf> {
        let (path, stamp) = (self.directory.join(name), self.directory.join(format!(".{name}.copy")));
        if path.exists() && !stamp.exists() {
            bail!("{} is something else: choose another name", path.display());
        }
        write(&stamp, "")?;
        remove(&path)?;
        Ok(path)
    }

    fn fill(&self, root: &Path, recipe: &Recipe, arch: Arch, debs: &[PathBuf]) -> Result<()> {
        create_dir(&root.join("etc"))?;
        for (name, contents) in roots::etc_files(recipe.libc) {
            write(&root.join("etc").join(name), contents)?;
        }
        if recipe.libc == Libc::Nothing {
            return Ok(());
        }
        unpack_all(debs, root)?;
        if recipe.libc == Libc::Glibc {
            let libraries = root.join("usr/lib").join(arch.library_dir());
            self.build_module(&libraries, arch)?;
            check_modules(&libraries)?;
        }
        Ok(())
    }
}

/// Unpacks packages into an empty directory, to be a root with a merged `/usr`.
fn unpack_all(debs: &[PathBuf], root: &Path) -> Result<()> {
    for dir in ["proc", "dev", "tmp", "root", "var"] {
        create_dir(&root.join(dir))?;
    }
    for dir in ["bin", "sbin", "lib", "lib64"] {
        create_dir(&root.join("usr").join(dir))?;
        symlink(format!("usr/{dir}"), root.join(dir))?;
    }
    debs.iter().try_for_each(|deb| apt::unpack(deb, root))
}

/// Makes sure that every NSS module finds the libraries it needs.
fn check_modules(libraries: &Path) -> Result<()> {
    for entry in fs::read_dir(libraries)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !name.starts_with("libnss_") || !name.ends_with(".so.2") {
            continue;
        }
        for needed in elf::read(&path)?.needed {
            if !libraries.join(&needed).exists() {
                bail!("{name} needs {needed}, which no package of the recipe has");
            }
        }
    }
    Ok(())
}

/// Everything that a root is made of, as text that changes with it.
fn recipe_text(recipe: &Recipe) -> String {
    let Recipe { name, libc, suite, packages } = recipe;
    let module = if *libc == Libc::Glibc { nss::SOURCE } else { "" };
    format!("{REVISION} {name} {libc:?} {suite} {packages:?} {:?} {module}", roots::etc_files(*libc))
}

/// Removes a file, link or directory, if it is there.
fn remove(path: &Path) -> Result<()> {
    let Ok(metadata) = fs::symlink_metadata(path) else { return Ok(()) };
    let removed = if metadata.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    removed.with_context(|| format!("cannot remove {}", path.display()))
}

/// `cargo xtask root`: makes the roots of these names, all where there are none, and prints their paths.
pub(crate) fn command(workspace: &Workspace, names: &[String], arch: Arch) -> Result<ExitCode> {
    let find = |name: &String| {
        let known = || roots::RECIPES.iter().map(|recipe| recipe.name).collect::<Vec<_>>().join(", ");
        roots::find(name).with_context(|| format!("no root {name}; there are: {}", known()))
    };
    let recipes: Vec<&'static Recipe> = match names {
        [] => roots::RECIPES.iter().filter(|recipe| recipe.is_for(arch)).collect(),
        names => names.iter().map(find).collect::<Result<_>>()?,
    };
    let roots = Roots::open(workspace)?;
    for recipe in recipes {
        println!("{}", roots.make(recipe, arch)?.path.display());
    }
    Ok(ExitCode::SUCCESS)
}
