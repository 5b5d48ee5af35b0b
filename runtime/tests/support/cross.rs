//! Building for another architecture of Linux, and running what was built.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::support::{folder, run};

/// What programs for an architecture are built with and run by, here.
pub(crate) struct Cross {
    arch: &'static str,
    /// Where `cargo xtask std` has put the target's std; where it has not, rustup has.
    toolchain: Option<PathBuf>,
}

impl Cross {
    /// `None` where no std or no C compiler for it is installed.
    pub(crate) fn find(arch: &'static str) -> Option<Self> {
        // The target directory, or the folder of this machine's target in it, has the tests' own.
        let above = Path::new(env!("CARGO_TARGET_TMPDIR")).ancestors().skip(1).take(2);
        let library = Path::new("lib/rustlib").join(target(arch)).join("lib");
        let made = above.map(|path| path.join("toolchain")).find(|path| path.join(&library).join(".stamp").exists());
        let cross = Self { arch, toolchain: made };
        let sysroot = cross.rustc().args(["--print", "sysroot"]).output().ok()?;
        let sysroot = PathBuf::from(String::from_utf8_lossy(&sysroot.stdout).trim());
        let has_std = cross.toolchain.is_some() || sysroot.join(library).exists();
        (has_std && Command::new(cross.gcc()).arg("--version").output().is_ok()).then_some(cross)
    }

    pub(crate) fn is_host(&self) -> bool {
        std::env::consts::ARCH == self.arch
    }

    pub(crate) fn gcc(&self) -> String {
        if self.is_host() { "gcc".to_owned() } else { format!("{}-linux-gnu-gcc", self.arch) }
    }

    fn rustc(&self) -> Command {
        match &self.toolchain {
            Some(toolchain) => Command::new(toolchain.join("bin/rustc")),
            None => Command::new("rustc"),
        }
    }

    /// Builds a package with these flags for rustc, and with these options for Cargo, in a target directory of that name.
    pub(crate) fn build(&self, package: &str, profile: &str, (name, flags): (&str, &str), options: &[&str]) -> PathBuf {
        let directory = folder("cross").join(name);
        let mut cargo = match &self.toolchain {
            Some(toolchain) => {
                let mut cargo = Command::new(toolchain.join("bin/cargo"));
                cargo.env("RUSTC", toolchain.join("bin/rustc")).env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO");
                cargo
            }
            None => Command::new(env!("CARGO")),
        };
        let target = target(self.arch);
        cargo.args(["build", "--quiet", "--package", package, "--profile", profile, "--target", &target]).args(options);
        cargo.arg("--target-dir").arg(&directory).env("RUSTFLAGS", flags).env_remove("CARGO_ENCODED_RUSTFLAGS");
        cargo.env(format!("CARGO_TARGET_{}_LINKER", target.to_uppercase().replace('-', "_")), self.gcc());
        run(&mut cargo);
        directory.join(target).join(if profile == "dev" { "debug" } else { profile }).join(package)
    }

    /// Whether parts of std can be built with flags of their own, as only nightly's Cargo does.
    pub(crate) fn builds_std(&self) -> bool {
        self.toolchain.is_some()
    }

    /// A command that runs a program, under emulation with pages of this size if it is another architecture's, which finds
    /// its C library where Debian's cross compiler has it.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>, page: Option<usize>) -> Command {
        if self.is_host() {
            return Command::new(program);
        }
        let mut command = Command::new(format!("qemu-{}", self.arch));
        command.arg("-L").arg(format!("/usr/{}-linux-gnu", self.arch));
        if let Some(page) = page {
            command.args(["-p", &page.to_string()]);
        }
        command.arg(program);
        command
    }

    /// Whether it can be run at all.
    pub(crate) fn runs(&self) -> bool {
        self.is_host() || Command::new(format!("qemu-{}", self.arch)).arg("--version").output().is_ok()
    }

    /// A function's place in a program, by the end of its demangled name: the offsets in the file of all that fit.
    pub(crate) fn functions(&self, program: &Path, name: &str) -> Vec<usize> {
        use object::{Object as _, ObjectSegment as _, ObjectSymbol as _};
        let data = std::fs::read(program).expect("the program");
        let file = object::File::parse(&*data).expect("ELF");
        let offset = |address: u64| {
            let segments = file
                .segments()
                .filter(|segment| (segment.address()..segment.address() + segment.file_range().1).contains(&address));
            segments.map(|segment| (address - segment.address() + segment.file_range().0) as usize).next()
        };
        let symbols = file.symbols().filter(|symbol| symbol.name().is_ok_and(|symbol| symbol.contains(name)));
        symbols.filter_map(|symbol| offset(symbol.address())).collect()
    }
}

fn target(arch: &str) -> String {
    format!("{arch}-unknown-linux-gnu")
}
