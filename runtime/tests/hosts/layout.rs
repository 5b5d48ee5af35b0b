//! Root directories with the C libraries of this machine.

use std::ffi::CString;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use super::support::{self, Link, build, folder, skip};

/// An interpreter of this machine and the libc that belongs to it.
pub(crate) struct Interpreter {
    pub(crate) file: PathBuf,
    /// Where programs look for it.
    pub(crate) usual: String,
    pub(crate) libc: PathBuf,
}

const ARCH: &str = std::env::consts::ARCH;

impl Interpreter {
    /// glibc's; `None`, after saying so, where a layout cannot be tried.
    pub(crate) fn glibc() -> Option<Self> {
        let usual = match ARCH {
            "x86_64" => "/lib64/ld-linux-x86-64.so.2",
            _ => "/lib/ld-linux-aarch64.so.1",
        };
        let folders =
            [&*format!("/usr/lib/{ARCH}-linux-gnu"), "/usr/lib64", "/lib64", "/usr/lib", "/lib"].map(PathBuf::from);
        let libc = folders.into_iter().map(|folder| folder.join("libc.so.6")).find(|file| file.exists());
        Self::new(usual.to_owned(), libc.unwrap_or_default())
    }

    /// musl's, which is its libc.
    pub(crate) fn musl() -> Option<Self> {
        let usual = format!("/lib/ld-musl-{ARCH}.so.1");
        let libc = PathBuf::from(&usual);
        Self::new(usual, libc)
    }

    fn new(usual: String, libc: PathBuf) -> Option<Self> {
        let is_there = Path::new(&usual).exists() && libc.exists();
        let usable = support::is_root() && (is_there || skip(&format!("no {usual} with its libc")));
        usable.then(|| Self { file: PathBuf::from(&usual), usual, libc })
    }

    pub(crate) fn name(&self) -> &str {
        self.usual.rsplit('/').next().unwrap_or_default()
    }

    /// Where Debian's interpreter looks for its libc.
    pub(crate) fn library(&self, lib: &str) -> String {
        // Other distributions' look elsewhere: there it is put where this machine has it.
        let own = self.libc.to_str().expect("a path");
        match own.contains(&format!("{ARCH}-linux-gnu")) {
            true => format!("{lib}/{ARCH}-linux-gnu/libc.so.6"),
            false => own.to_owned(),
        }
    }

    /// The place of a file of the same name as `file` beside the libc.
    pub(crate) fn library_named(&self, lib: &str, file: &str) -> String {
        format!("{lib}/{ARCH}-linux-gnu/{}", file.rsplit('/').next().unwrap_or_default())
    }
}

/// The static example in guest mode.
pub(crate) fn program() -> PathBuf {
    programs()[0].to_owned()
}

/// The two examples: guest mode and adopted mode.
fn programs() -> [&'static Path; 2] {
    static PROGRAMS: OnceLock<[PathBuf; 2]> = OnceLock::new();
    let programs = PROGRAMS.get_or_init(|| ["dns-lookup", "nostd-dns"].map(|name| build(name, "dev", Link::Static)));
    programs.each_ref().map(PathBuf::as_path)
}

/// A root directory.
pub(crate) struct Layout {
    root: PathBuf,
    /// A folder whose files cannot be executed.
    noexec: Option<String>,
}

impl Layout {
    /// Empty but for the examples and `/etc`.
    pub(crate) fn new(name: &str) -> Self {
        let root = folder("hosts").join(name);
        let _ = fs::remove_dir_all(&root); // of an earlier run
        let layout = Self { root, noexec: None };
        layout.write("/etc/hosts", b"192.0.2.7 fromhosts.test\n");
        layout.write("/etc/nsswitch.conf", b"hosts: files\n");
        for program in programs() {
            let name = program.file_name().expect("a name").to_str().expect("UTF-8");
            layout.put(program, &format!("/programs/{name}"));
        }
        layout
    }

    /// The file that is `path` inside.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    pub(crate) fn write(&self, path: &str, contents: &[u8]) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, contents).expect("written");
    }

    /// Copies a file to `path`.
    pub(crate) fn put(&self, file: &Path, path: &str) {
        let to = self.path(path);
        fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        fs::copy(file, to).expect("a copy");
    }

    pub(crate) fn link(&self, to: &str, path: &str) {
        fs::create_dir_all(self.path(to)).expect("a folder");
        std::os::unix::fs::symlink(to, self.path(path)).expect("a link");
    }

    /// Puts a dynamic program at `path` that wants this interpreter; false where there is no C compiler.
    pub(crate) fn compile_with_interpreter(&self, path: &str, interpreter: &str) -> bool {
        if !support::has_c_compiler() {
            return false;
        }
        let source = self.root.with_extension("c");
        fs::write(&source, "int main(void) { return 0; }\n").expect("written");
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        let _ = fs::remove_file(&path);
        let linker = format!("-Wl,--dynamic-linker={interpreter}");
        support::run(Command::new("cc").args([linker.as_ref(), source.as_os_str(), "-o".as_ref(), path.as_os_str()]));
        true
    }

    /// The same, with a folder whose files cannot be executed.
    pub(crate) fn noexec(&self, folder: &str) -> Self {
        Self { root: self.root.clone(), noexec: Some(folder.to_owned()) }
    }

    /// Runs both examples there.
    pub(crate) fn run(&self, variables: &[(&str, &str)]) -> [Output; 2] {
        ["dns-lookup", "nostd-dns"].map(|name| support::output(&mut self.command(name, variables)))
    }

    /// Runs the example that tells what it found.
    pub(crate) fn run_verbose(&self, variables: &[(&str, &str)]) -> Output {
        support::output(self.command("dns-lookup", variables).arg("-v"))
    }

    fn command(&self, name: &str, variables: &[(&str, &str)]) -> Command {
        let path = |path: &Path| CString::new(path.as_os_str().as_bytes()).expect("no NUL");
        let root = path(&self.root);
        let noexec = self.noexec.as_ref().map(|folder| path(&self.path(folder)));
        let mut command = Command::new(format!("/programs/{name}"));
        command.arg("fromhosts.test").env_clear().envs(variables.iter().copied());
        let enter = move || {
            let enters = noexec.as_deref().is_none_or(forbid_execution);
            // SAFETY: chroot(2) and chdir(2) with strings made before.
            let entered = enters && unsafe { libc::chroot(root.as_ptr()) == 0 && libc::chdir(c"/".as_ptr()) == 0 };
            if entered { Ok(()) } else { Err(std::io::Error::last_os_error()) }
        };
        // SAFETY: system calls between fork and exec; nothing is allocated.
        unsafe { command.pre_exec(enter) };
        command
    }
}

/// Mounts a folder over itself, for this process alone, so that its files cannot be executed.
fn forbid_execution(folder: &std::ffi::CStr) -> bool {
    let (folder, none) = (folder.as_ptr(), std::ptr::null());
    let mount = |from, to, flags| {
        // SAFETY: mount(2) with strings.
        unsafe { libc::mount(from, to, none, flags, none.cast()) == 0 }
    };
    // SAFETY: unshare(2): a mount namespace of its own.
    let unshared = unsafe { libc::unshare(libc::CLONE_NEWNS) == 0 };
    unshared
        && mount(none, c"/".as_ptr(), libc::MS_REC | libc::MS_PRIVATE)
        && mount(folder, folder, libc::MS_BIND)
        && mount(none, folder, libc::MS_BIND | libc::MS_REMOUNT | libc::MS_NOEXEC)
}
