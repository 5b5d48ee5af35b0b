//! The processor architectures that tests run on, with the names each tool has for them.

use std::fmt;

use clap::ValueEnum;

/// A processor architecture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Arch {
    #[value(name = "x86_64", alias = "amd64")]
    X86_64,
    #[value(name = "aarch64", alias = "arm64")]
    Aarch64,
    #[value(name = "riscv64")]
    Riscv64,
}

impl Arch {
    /// What this machine is, if it is one that tests are built and run on: riscv64 is emulated.
    pub(crate) fn host() -> Option<Self> {
        match std::env::consts::ARCH {
            "x86_64" => Some(Self::X86_64),
            "aarch64" => Some(Self::Aarch64),
            _ => None,
        }
    }

    /// What a Rust target is, if it is Linux on one of them.
    pub(crate) fn of_target(triple: &str) -> Option<Self> {
        let arch =
            [Self::X86_64, Self::Aarch64, Self::Riscv64].into_iter().find(|arch| triple.starts_with(arch.name()));
        arch.filter(|_| triple.contains("-linux-"))
    }

    pub(crate) fn is_host(self) -> bool {
        Self::host() == Some(self)
    }

    /// The name in Rust's target triples and in `uname -m`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Aarch64 => "aarch64",
            Self::Riscv64 => "riscv64",
        }
    }

    /// Debian's name.
    pub(crate) fn debian(self) -> &'static str {
        match self {
            Self::X86_64 => "amd64",
            Self::Aarch64 => "arm64",
            Self::Riscv64 => "riscv64",
        }
    }

    /// The directory under `/usr/lib` where Debian keeps glibc's libraries.
    pub(crate) fn library_dir(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64-linux-gnu",
            Self::Aarch64 => "aarch64-linux-gnu",
            Self::Riscv64 => "riscv64-linux-gnu",
        }
    }

    /// A C compiler for it on this machine.
    pub(crate) fn gcc(self) -> &'static str {
        match self {
            _ if self.is_host() => "gcc",
            Self::X86_64 => "x86_64-linux-gnu-gcc",
            Self::Aarch64 => "aarch64-linux-gnu-gcc",
            Self::Riscv64 => "riscv64-linux-gnu-gcc",
        }
    }

    /// The paths at which an interpreter is looked for first: glibc's and musl's.
    pub(crate) fn interpreters(self) -> [&'static str; 2] {
        match self {
            Self::X86_64 => ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-musl-x86_64.so.1"],
            Self::Aarch64 => ["/lib/ld-linux-aarch64.so.1", "/lib/ld-musl-aarch64.so.1"],
            Self::Riscv64 => ["/lib/ld-linux-riscv64-lp64d.so.1", "/lib/ld-musl-riscv64.so.1"],
        }
    }
}

impl fmt::Display for Arch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
