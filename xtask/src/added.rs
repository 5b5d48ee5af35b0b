//! `--add NAME=DIRECTORY`: a root directory that is not made from packages, such as one with an older C library. It is copied,
//! and its copy gets what every root has: the small files in `/etc`, and the NSS module of the tests.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::arch::Arch;
use crate::root::{Root, Roots};
use crate::roots::{self, Libc};
use crate::workspace::write;
use crate::{elf, process};

/// Roots beside those that are made.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Added {
    /// Run in a copy of this root directory too, called NAME: any with a C library for this machine. Give it again for more.
    #[arg(long = "add", value_name = "NAME=DIRECTORY", value_parser = parse)]
    added: Vec<Addition>,
}

/// One of them.
#[derive(Clone, Debug)]
struct Addition {
    name: String,
    directory: PathBuf,
}

/// A name says nothing but the name of a directory, which is not that of another root.
fn parse(text: &str) -> Result<Addition, String> {
    let (name, directory) = text.split_once('=').ok_or("want NAME=DIRECTORY")?;
    if Path::new(name).file_name() != Some(OsStr::new(name)) || name.starts_with('.') {
        return Err(format!("{name:?} cannot be the name of a root: it has to be the name of a new directory"));
    }
    if roots::find(name).is_some() {
        return Err(format!("{name} is the name of a root that is made from packages: choose another"));
    }
    Ok(Addition { name: name.to_owned(), directory: PathBuf::from(directory) })
}

impl Added {
    /// Copies those whose name is wanted.
    ///
    /// # Errors
    /// Where a directory is none with a C library for `arch`, or cannot be copied.
    pub(crate) fn copy(&self, roots: &Roots, arch: Arch, wanted: impl Fn(&str) -> bool) -> Result<Vec<Root>> {
        let added = self.added.iter().filter(|added| wanted(&added.name));
        let copy = |added: &Addition| {
            let Addition { name, directory } = added;
            copy(roots, added, arch).with_context(|| format!("cannot add {} as {name}", directory.display()))
        };
        added.map(copy).collect()
    }
}

fn copy(roots: &Roots, added: &Addition, arch: Arch) -> Result<Root> {
    let directory = fs::canonicalize(&added.directory)?;
    // Before anything is copied, and thus for a directory that was given by mistake.
    Library::find(&directory, arch)?;
    let path = roots.place_for_copy(&added.name)?;
    if path.starts_with(&directory) {
        bail!("it contains {}, where the copy would be", path.display());
    }
    process::run(Command::new("cp").args(["-axT", "--"]).arg(&directory).arg(&path))?;
    let Library { libc, directory, version } = Library::find(&path, arch)?;
    let etc = path.join("etc");
    if !etc.is_dir() {
        fs::create_dir(&etc)?;
    }
    let has_myhostname = directory.join("libnss_myhostname.so.2").exists();
    for (name, contents) in roots::etc_files(libc) {
        // An old glibc takes a module that is not there for a failure.
        let absent = if has_myhostname { "" } else { " myhostname" };
        write(&etc.join(name), contents.replacen(absent, "", 1))?;
    }
    if libc == Libc::Glibc {
        roots.build_module(&directory, arch)?;
    }
    Ok(Root { name: added.name.clone(), libc, suite: "", has_myhostname, arch, path, version })
}

/// The C library of a root directory.
#[derive(Debug)]
struct Library {
    libc: Libc,
    /// Where it is, and where its NSS modules are.
    directory: PathBuf,
    /// What it says of itself; nothing for musl, which tells no program its version.
    version: String,
}

impl Library {
    /// Finds what the programs would find at the usual places.
    fn find(root: &Path, arch: Arch) -> Result<Self> {
        let [glibc, musl] = arch.interpreters();
        let inside = |path: &str| root.join(path.trim_start_matches('/'));
        let (libc, interpreter) = match [glibc, musl].map(|path| inside(path).is_file()) {
            [true, _] => (Libc::Glibc, inside(glibc)),
            [false, true] => (Libc::Musl, inside(musl)),
            [false, false] => bail!("it has no interpreter for {arch}, neither {glibc} nor {musl}"),
        };
        elf::read(&interpreter)?;
        if libc == Libc::Musl {
            let directory = interpreter.parent().unwrap_or(root).to_owned();
            return Ok(Self { libc, directory, version: String::new() });
        }
        let multiarch = format!("lib/{}", arch.library_dir());
        let places = [&*multiarch, "lib64", "lib"].map(|place| [root.join(place), root.join("usr").join(place)]);
        let directory = places.into_iter().flatten().find(|place| place.join("libc.so.6").is_file());
        let directory = directory.with_context(|| {
            format!("it has {glibc}, but no libc.so.6 in /{multiarch}, /lib64, /lib, or in these under /usr")
        })?;
        let libc_file = directory.join("libc.so.6");
        let bytes = fs::read(&libc_file).with_context(|| format!("cannot read {}", libc_file.display()))?;
        let version = version(&bytes)
            .with_context(|| format!("{} does not say of itself which glibc it is", libc_file.display()))?;
        Ok(Self { libc, directory, version })
    }
}

/// The version in what glibc prints of itself: `GNU C Library ... release version 2.17, ...`.
fn version(libc: &[u8]) -> Option<String> {
    const BEFORE: &[u8] = b"release version ";
    let after = libc.windows(BEFORE.len()).position(|window| window == BEFORE)? + BEFORE.len();
    let text = libc.get(after..)?;
    let is_part = |byte: &u8| byte.is_ascii_digit() || *byte == b'.';
    let len = text.iter().position(|byte| !is_part(byte))?;
    let version = str::from_utf8(text.get(..len)?).ok()?.trim_end_matches('.');
    elf::parse_version(version)?;
    Some(version.to_owned())
}

#[cfg(all(test, target_os = "linux"))] // whose programs are ELF files, and whose `cp` has these options
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::{Added, Library, parse, version};
    use crate::arch::Arch;
    use crate::nss;
    use crate::root::Roots;
    use crate::roots::Libc;
    use crate::workspace::Workspace;

    /// A directory of the test's own.
    fn directory(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("xtask-added-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        path
    }

    #[test]
    fn names() {
        let added = parse("glibc-2.17=/old/root=1").unwrap();
        assert_eq!((&*added.name, added.directory.to_str()), ("glibc-2.17", Some("/old/root=1")));
        for (text, why) in [
            ("/old/root", "want NAME=DIRECTORY"),
            ("=/old/root", "cannot be the name"),
            ("..=/old/root", "cannot be the name"),
            ("a/b=/old/root", "cannot be the name"),
            (".new=/old/root", "cannot be the name"),
            ("glibc-2.31=/old/root", "made from packages"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    #[test]
    fn versions() {
        let said = |text: &str| version(format!("\0GNU C Library {text}").as_bytes());
        assert_eq!(said("stable release version 2.17, by Roland").as_deref(), Some("2.17"));
        assert_eq!(said("(Debian GLIBC 2.36-9) stable release version 2.36.\n").as_deref(), Some("2.36"));
        assert_eq!(said("development release version 2.36.9000.\n").as_deref(), Some("2.36.9000"));
        assert_eq!(said("stable release"), None);
        assert_eq!(said("stable release version x\0"), None);
    }

    #[test]
    fn what_is_no_root() {
        let root = directory("nothing");
        let why = |root| format!("{:#}", Library::find(root, Arch::X86_64).unwrap_err());
        assert!(why(&root).contains("neither /lib64/ld-linux-x86-64.so.2 nor /lib/ld-musl-x86_64.so.1"));
        fs::create_dir_all(root.join("lib64")).unwrap();
        let interpreter = root.join("lib64/ld-linux-x86-64.so.2");
        fs::write(&interpreter, "a script").unwrap();
        assert!(why(&root).contains("ld-linux-x86-64.so.2: "), "{}", why(&root));
        fs::copy(std::env::current_exe().unwrap(), &interpreter).unwrap();
        assert!(why(&root).contains("no libc.so.6 in /lib/x86_64-linux-gnu, "), "{}", why(&root));
        fs::write(root.join("lib64/libc.so.6"), "GNU C Library").unwrap();
        assert!(why(&root).contains("does not say"), "{}", why(&root));
        fs::write(root.join("lib64/libc.so.6"), "stable release version 2.17, by").unwrap();
        let library = Library::find(&root, Arch::X86_64).unwrap();
        assert_eq!((library.libc, &*library.version), (Libc::Glibc, "2.17"));
        assert_eq!(library.directory, root.join("lib64"));
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn a_copy_gets_what_every_root_has() {
        let arch = Arch::host().unwrap();
        let target = directory("copy");
        let old = target.join("old");
        let [interpreter, _] = arch.interpreters().map(|path| old.join(&path[1..]));
        let libraries = interpreter.parent().unwrap();
        fs::create_dir_all(libraries).unwrap();
        fs::copy(std::env::current_exe().unwrap(), &interpreter).unwrap();
        fs::write(libraries.join("libc.so.6"), "stable release version 2.17, by").unwrap();
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned();
        let roots = Roots::open(&Workspace { root, target: target.clone() }).unwrap();
        let add = |text: String| Added { added: vec![parse(&text).unwrap()] }.copy(&roots, arch, |_| true);

        // Twice: the second copy takes the place of the first.
        for _ in 0..2 {
            let copies = add(format!("old-glibc={}", old.display())).unwrap();
            let [copy] = &copies[..] else { panic!("{copies:?}") };
            assert_eq!((&*copy.name, &*copy.version, copy.libc), ("old-glibc", "2.17", Libc::Glibc));
            assert!(!copy.has_myhostname);
            assert!(fs::read_to_string(copy.path.join("etc/hosts")).unwrap().contains("fromhosts.test"));
            let place = libraries.strip_prefix(&old).unwrap();
            assert!(copy.path.join(place).join(nss::MODULE).is_file());
            fs::write(copy.path.join("left"), "").unwrap();
        }
        assert!(!old.join("etc").exists() && !libraries.join(nss::MODULE).exists());

        let why = |text: String| format!("{:#}", add(text).unwrap_err());
        assert!(why(format!("a={}", target.join("none").display())).contains("No such file"));
        fs::create_dir(target.join("roots/b")).unwrap();
        assert!(why(format!("b={}", old.display())).contains("is something else: choose another name"));
        fs::rename(target.join("old"), target.join("roots/old")).unwrap();
        assert!(why(format!("a={}", target.join("roots").display())).contains("it has no interpreter"));
        for part in fs::read_dir(target.join("roots/old")).unwrap() {
            let part = part.unwrap();
            fs::rename(part.path(), target.join("roots").join(part.file_name())).unwrap();
        }
        let error = why(format!("a={}", target.join("roots").display()));
        assert!(error.contains("it contains ") && error.contains("where the copy would be"), "{error}");
        fs::remove_dir_all(target).unwrap();
    }
}
