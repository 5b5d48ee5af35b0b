//! Building for another architecture of Linux, and running what was built.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::support::{folder, run};

/// A toolchain that has a std for a target: where `cargo xtask std` has put it, or else the one that runs.
pub(crate) struct Toolchain(Option<PathBuf>);

impl Toolchain {
    pub(crate) fn find(target: &str) -> Option<Self> {
        // The target directory, or the folder of this machine's target in it, has the tests' own.
        let above = Path::new(env!("CARGO_TARGET_TMPDIR")).ancestors().skip(1).take(2);
        let library = Path::new("lib/rustlib").join(target).join("lib");
        let made = above.map(|path| path.join("toolchain")).find(|path| path.join(&library).join(".stamp").exists());
        let is_installed = || sysroot(Command::new("rustc")).is_some_and(|sysroot| sysroot.join(library).exists());
        (made.is_some() || is_installed()).then_some(Self(made))
    }

    pub(crate) fn cargo(&self) -> Command {
        let Some(toolchain) = &self.0 else { return Command::new(env!("CARGO")) };
        let mut cargo = Command::new(toolchain.join("bin/cargo"));
        cargo.env("RUSTC", toolchain.join("bin/rustc")).env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO");
        cargo
    }
}

fn sysroot(mut rustc: Command) -> Option<PathBuf> {
    let output = rustc.args(["--print", "sysroot"]).output().ok()?;
    Some(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
}

/// What programs for an architecture are built with and run by, here.
pub(crate) struct Cross {
    arch: &'static str,
    toolchain: Toolchain,
    /// A nightly toolchain with the source of std.
    nightly: Option<PathBuf>,
}

impl Cross {
    /// `None` where no std or no C compiler for it is installed.
    pub(crate) fn find(arch: &'static str) -> Option<Self> {
        let toolchain = Toolchain::find(&target(arch))?;
        let nightly = toolchain.0.clone().or_else(nightly);
        let cross = Self { arch, toolchain, nightly };
        Command::new(cross.gcc()).arg("--version").output().is_ok().then_some(cross)
    }

    pub(crate) fn is_host(&self) -> bool {
        std::env::consts::ARCH == self.arch
    }

    pub(crate) fn gcc(&self) -> String {
        if self.is_host() { "gcc".to_owned() } else { format!("{}-linux-gnu-gcc", self.arch) }
    }

    /// Builds a package with these flags for rustc, and with these options for Cargo, in a target directory of that name.
    pub(crate) fn build(&self, package: &str, profile: &str, (name, flags): (&str, &str), options: &[&str]) -> PathBuf {
        let directory = folder("cross").join(name);
        let takes_nightly = options.iter().any(|option| option.starts_with("-Z"));
        let mut cargo = if takes_nightly { Toolchain(self.nightly.clone()).cargo() } else { self.toolchain.cargo() };
        let target = target(self.arch);
        cargo.args(["build", "--quiet", "--package", package, "--profile", profile, "--target", &target]).args(options);
        cargo.arg("--target-dir").arg(&directory).env("RUSTFLAGS", flags).env_remove("CARGO_ENCODED_RUSTFLAGS");
        cargo.env(format!("CARGO_TARGET_{}_LINKER", target.to_uppercase().replace('-', "_")), self.gcc());
        run(&mut cargo);
        directory.join(target).join(if profile == "dev" { "debug" } else { profile }).join(package)
    }

    /// Builds the libraries that the ABI tests' cases call; gives their folder.
    pub(crate) fn build_libraries(&self, options: &[&str]) -> PathBuf {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/abi");
        let libraries = folder("cross").join(format!("abi-{}", self.arch));
        std::fs::create_dir_all(&libraries).expect("a folder");
        for name in ["abi", "other", "required", "wide"] {
            let library = format!("libabi_{}.so", if name == "abi" { "cases" } else { name });
            let mut gcc = Command::new(self.gcc());
            gcc.args(["-shared", "-fPIC", "-O1"]).args(options).arg("-o");
            run(gcc.arg(libraries.join(library)).arg(sources.join(name).with_extension("c")));
        }
        libraries
    }

    /// Runs the ABI tests' programs in every link mode and with pages of each of these sizes; the libraries that they call are
    /// built with these options.
    pub(crate) fn run_abi_tests(&self, options: &[&str], pages: &[Option<usize>]) {
        const STATIC: (&str, &str) = ("static", "-Ctarget-feature=+crt-static");
        const DYNAMIC: (&str, &str) = ("dynamic", "-Ctarget-feature=-crt-static");
        let libraries = self.build_libraries(options);
        for (package, profile, flags, told) in [
            ("abi-with-std", "dev", STATIC, "guest: "),
            ("abi-with-std", "release", STATIC, "guest: "),
            ("abi-with-std", "dev", DYNAMIC, "native: "),
            ("abi-without-std", "dev", STATIC, ""),
            ("abi-without-std", "release", STATIC, ""),
        ] {
            let program = self.build(package, profile, flags, &[]);
            for &page in pages {
                let out = run(self.command(&program, page).env("LD_LIBRARY_PATH", &libraries));
                assert!(out.starts_with(told), "{out}");
            }
        }
    }

    /// Whether parts of std can be built with flags of their own, as only nightly's Cargo does.
    pub(crate) fn builds_std(&self) -> bool {
        self.nightly.is_some()
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

/// rustup's nightly toolchain, if it has the source of std.
fn nightly() -> Option<PathBuf> {
    let mut rustup = Command::new("rustup");
    rustup.args(["run", "nightly", "rustc"]);
    sysroot(rustup).filter(|toolchain| toolchain.join("lib/rustlib/src/rust/library").exists())
}

fn target(arch: &str) -> String {
    let instructions = if arch == "riscv64" { "gc" } else { "" };
    format!("{arch}{instructions}-unknown-linux-gnu")
}
