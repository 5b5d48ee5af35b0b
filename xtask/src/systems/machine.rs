//! Architectures of Linux on which native mode is all there is, and what builds and runs their programs here.

use std::path::Path;
use std::process::Command;

/// An architecture.
#[derive(Debug)]
pub(super) struct Machine {
    pub(super) target: &'static str,
    /// Debian's name, of which those of the C compiler and of the directory with the C library are made.
    triple: &'static str,
    /// The C library's package for cross compilers.
    libc: &'static str,
    /// QEMU's name.
    emulator: &'static str,
    /// Where kernels run its programs, and the interpreter is a package of: no emulator is needed there.
    at_home: Option<(&'static str, &'static str)>,
}

pub(super) const MACHINES: &[Machine] = &[
    Machine {
        target: "i686-unknown-linux-gnu",
        triple: "i686-linux-gnu",
        libc: "libc6-dev-i386-cross",
        emulator: "qemu-i386",
        at_home: Some(("x86_64", "/lib/ld-linux.so.2")),
    },
    Machine {
        target: "armv7-unknown-linux-gnueabihf",
        triple: "arm-linux-gnueabihf",
        libc: "libc6-dev-armhf-cross",
        emulator: "qemu-arm",
        at_home: None,
    },
];

impl Machine {
    pub(super) fn gcc(&self) -> String {
        format!("{}-gcc", self.triple)
    }

    /// The packages that are to be installed before programs can be built and run.
    pub(super) fn lacks(&self) -> Option<String> {
        let answers = |program: &str| Command::new(program).arg("--version").output().is_ok();
        let library = Path::new("/usr").join(self.triple).join("lib/libc.so.6");
        if !answers(&self.gcc()) || !library.exists() {
            return Some(format!("gcc-{} {}", self.triple, self.libc));
        }
        (!self.is_at_home() && !answers(self.emulator)).then(|| "qemu-user".to_owned())
    }

    /// Whether this kernel runs its programs, dynamic ones too.
    fn is_at_home(&self) -> bool {
        self.at_home
            .is_some_and(|(machine, interpreter)| machine == std::env::consts::ARCH && Path::new(interpreter).exists())
    }

    /// A command that runs a program.
    pub(super) fn command(&self, program: &Path) -> Command {
        if self.is_at_home() {
            return Command::new(program);
        }
        let mut command = Command::new(self.emulator);
        command.arg("-L").arg(Path::new("/usr").join(self.triple)).arg(program);
        command
    }
}
