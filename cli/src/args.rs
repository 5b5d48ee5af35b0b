//! The command line. `implib` will join the subcommands here.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

const AFTER_HELP: &str = "\
Exit status:
  0  done, and nothing that is required is missing
  1  something that the program requires is missing
  2  bad usage, or a file that cannot be read; one line on stderr says which and why

No subcommand ever runs the file that it looks at, nor anything else.";

/// See, check and bundle what a static program will open at run time.
///
/// A static program that uses import-dynamic has no interpreter and no needed libraries: ldd and distribution tools see
/// nothing. Its imports are in notes of the file all the same, and these subcommands read them.
#[derive(Debug, Parser)]
#[command(name = "cargo-import-dynamic", bin_name = "cargo import-dynamic", version, after_help = AFTER_HELP)]
#[command(arg_required_else_help = true, propagate_version = true, disable_help_subcommand = true)]
pub struct Cli {
    /// When to use colour.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub color: Color,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Color {
    /// When the output is a terminal.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build a std program that has no libc of its own and takes the host's when it starts.
    Build(BuildArgs),
    /// Build such a program and run it.
    Run(BuildArgs),
    /// Build tests so and run them.
    Test(BuildArgs),
    /// Build benchmarks so and run them.
    Bench(BuildArgs),
    /// Install a program built so.
    Install(BuildArgs),
    #[allow(missing_docs, reason = "the help is that of the arguments")]
    Inspect(InspectArgs),
    #[allow(missing_docs, reason = "the help is that of the arguments")]
    Check(CheckArgs),
    #[allow(missing_docs, reason = "the help is that of the arguments")]
    Bundle(BundleArgs),
    #[allow(missing_docs, reason = "the help is that of the arguments")]
    Completions(CompletionsArgs),
    #[allow(missing_docs, reason = "the help is that of the arguments")]
    Man(ManArgs),
}

/// Arguments of cargo's subcommand of the same name, and our own.
#[derive(Debug, Args)]
#[command(after_help = "\
Any crate, unchanged. The program is linked static-pie, every C library function left as an import, and one file of it runs
on every glibc from 2.31 on and on every musl from 1.2.3 on.

Examples:
  cargo import-dynamic build --release
  cargo import-dynamic test --workspace -- --nocapture")]
pub struct BuildArgs {
    /// Link although these symbols are offered by no known C library (all that are undefined, without a list); the
    /// program ends with status 127 when it calls one that its host has not.
    #[arg(
        long,
        value_name = "LIST",
        num_args = 0..=1,
        require_equals = true,
        value_delimiter = ',',
        default_missing_value = ""
    )]
    pub allow_undefined: Option<Vec<String>>,
    /// Arguments for cargo.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
    pub cargo: Vec<OsString>,
}

/// Show what a file is and what it imports
///
/// Says of each file: static, static-pie or dynamic; its interpreter and needed libraries; its imports with libraries,
/// symbols, versions, and what happens where they are missing; its ELF dlopen metadata; its size. Several files get a
/// table first. ELF (64-bit, little-endian) and Mach-O.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo import-dynamic inspect target/release/app
  cargo import-dynamic inspect --json app | jq '.files[].imports[].symbols[0]'
  cargo import-dynamic inspect /usr/bin/*       which of them are static?")]
pub struct InspectArgs {
    /// The files to look at.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// List the symbols that the ordinary linker left to the interpreter as well.
    #[arg(long)]
    pub linked: bool,
    /// Print JSON (format: SCHEMA.md).
    #[arg(long)]
    pub json: bool,
}

/// How a host is searched.
#[derive(Debug, Clone, Args)]
pub struct HostArgs {
    /// The root directory of the host; all paths and links are taken as after chroot.
    #[arg(long, value_name = "DIR", default_value = "/")]
    pub root: PathBuf,
    /// The interpreter to use, by its path inside of the root, instead of the usual ones [default:
    /// IMPORT_DYNAMIC_INTERPRETER of the environment, when the root is /].
    #[arg(long, value_name = "PATH")]
    pub interpreter: Option<PathBuf>,
    /// LD_LIBRARY_PATH as the program will have it [default: that of the environment, when the root is /].
    #[arg(long, value_name = "DIRS")]
    pub library_path: Option<String>,
    /// Directories below glibc-hwcaps that the host's CPU has a right to, best first; "none" for none [default: as this
    /// computer's CPU for check, none for bundle].
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub hwcaps: Option<Vec<String>>,
    /// Take /etc/ld.so.conf for the cache, as if ldconfig had just run.
    #[arg(long)]
    pub assume_ldconfig: bool,
}

/// Say whether every import would bind on a host
///
/// Follows what the interpreter of the root directory would do: where it is found, ld.so.cache or musl's path file,
/// RUNPATH, LD_LIBRARY_PATH, default directories, hwcaps, needed libraries of libraries, symbol versions, symbols that
/// libraries need of each other. Each import is then present; or missing and an error (required), a warning (optional)
/// or covered by a fallback.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo import-dynamic check target/release/app
  cargo import-dynamic check app --root /srv/alpine     status 1 when something required is missing
  cargo import-dynamic check app --root img --json | jq '.imports[] | select(.verdict != \"ok\")'")]
pub struct CheckArgs {
    /// The program.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[allow(missing_docs, reason = "not an argument itself")]
    #[command(flatten)]
    pub host: HostArgs,
    /// List what each library needs as well.
    #[arg(long, short)]
    pub verbose: bool,
    /// Print JSON (format: SCHEMA.md).
    #[arg(long)]
    pub json: bool,
}

/// Collect what a program needs of a host into a root directory of its own
///
/// Bring your own libc: the interpreter, the libc, the imported libraries and all that they need, NSS modules, gconv
/// and locale data where asked for, and the program itself, as a directory or tar file that is ready to be a container
/// image. Links and modes are kept; the same input gives the same bytes.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo import-dynamic bundle app --out image --nss
  cargo import-dynamic bundle app --tar image.tar --root /srv/debian --dockerfile > Dockerfile
  cargo import-dynamic bundle app --dry-run

Times in the tar file and of the files are 0, or SOURCE_DATE_EPOCH where that is set.")]
pub struct BundleArgs {
    /// The program.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[allow(missing_docs, reason = "not an argument itself")]
    #[command(flatten)]
    pub host: HostArgs,
    /// The directory to make; it must not exist, or be empty.
    #[arg(long, value_name = "DIR", required_unless_present_any = ["tar", "dry_run"])]
    pub out: Option<PathBuf>,
    /// Write a tar file; - for standard output.
    #[arg(long, value_name = "FILE")]
    pub tar: Option<PathBuf>,
    /// Add /etc/nsswitch.conf and the modules that it names.
    #[arg(long)]
    pub nss: bool,
    /// Add glibc's character set converters: all, or those of the given names (UTF-16, ISO8859-15...).
    #[arg(long, value_name = "NAMES", num_args = 0..=1, require_equals = true, value_delimiter = ',', default_missing_value = "all")]
    pub gconv: Option<Vec<String>>,
    /// Add locale data: all, or the locales of the given names (C.utf8, de_DE.utf8...).
    #[arg(long, value_name = "NAMES", num_args = 0..=1, require_equals = true, value_delimiter = ',', default_missing_value = "all")]
    pub locale: Option<Vec<String>>,
    /// Add a file or directory of the root, by its path inside; may be given several times.
    #[arg(long, value_name = "PATH")]
    pub include: Vec<PathBuf>,
    /// Where the program goes in the bundle [default: /usr/bin and its name].
    #[arg(long, value_name = "PATH", conflicts_with = "no_program")]
    pub program: Option<PathBuf>,
    /// Leave the program itself out.
    #[arg(long)]
    pub no_program: bool,
    /// Print a Dockerfile that makes an image of the bundle.
    #[arg(long, conflicts_with = "json")]
    pub dockerfile: bool,
    /// Say what would be bundled, and write nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// No progress and no list.
    #[arg(long, short)]
    pub quiet: bool,
    /// Print JSON (format: SCHEMA.md).
    #[arg(long)]
    pub json: bool,
}

/// Print a completion script for a shell
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo-import-dynamic completions bash > ~/.local/share/bash-completion/completions/cargo-import-dynamic")]
pub struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// Print the manual page, or write the pages of all subcommands into a directory
#[derive(Debug, Args)]
pub struct ManArgs {
    /// The directory to write into.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}
