//! Finding the host's interpreter and what it says about itself, by reading it only.

use std::path::{Path, PathBuf};

use super::files::Files;
use super::root::Root;
use crate::elf::{Elf, Lookup, Wanted};
use crate::file::{Input, plain};
use crate::machine::Machine;

/// Whose interpreter it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Libc {
    /// The GNU C library.
    Glibc,
    /// musl.
    Musl,
}

impl Libc {
    /// As people write it.
    pub fn name(self) -> &'static str {
        match self {
            Libc::Glibc => "glibc",
            Libc::Musl => "musl",
        }
    }
}

/// A place that was looked at, and why it would not do.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Tried {
    /// The path inside of the root.
    pub path: String,
    /// What was there.
    pub outcome: String,
}

/// The interpreter of a root directory.
#[derive(Debug, Clone)]
pub struct Interpreter<'f> {
    /// The path by which programs name it.
    pub path: PathBuf,
    /// The path without links.
    pub real: PathBuf,
    /// The open file.
    pub input: &'f Input,
    /// Whose it is.
    pub libc: Libc,
    /// The program that names it, when it is at no usual place.
    pub named_by: Option<&'static str>,
}

/// Programs that every host has, asked for their interpreter where it has no usual place (NixOS, Guix).
const ASKED_PROGRAMS: [&str; 2] = ["/usr/bin/env", "/bin/sh"];

impl<'f> Interpreter<'f> {
    /// Finds the interpreter as a static program does: at `explicit`, or at the machine's usual places, or as the one
    /// that `/usr/bin/env` or `/bin/sh` name.
    ///
    /// # Errors
    /// All places that were looked at.
    pub fn find(
        root: &Root,
        files: &'f Files,
        machine: &Machine,
        explicit: Option<&Path>,
    ) -> Result<Interpreter<'f>, Vec<Tried>> {
        let mut tried = Vec::new();
        let mut attempt = |path: &Path| match Self::open(root, files, machine, path) {
            Ok(interpreter) => Some(interpreter),
            Err(outcome) => {
                tried.push(Tried { path: path.to_string_lossy().into_owned(), outcome });
                None
            }
        };
        if let Some(path) = explicit {
            return attempt(path).ok_or(tried);
        }
        let usual = usual_places(machine);
        if let Some(found) = usual.iter().find_map(|path| attempt(Path::new(path))) {
            return Ok(found);
        }
        for program in ASKED_PROGRAMS {
            let named =
                interpreter_of(root, program).filter(|path| !usual.iter().any(|known| Path::new(known) == path));
            if let Some(found) = named.and_then(|path| attempt(&path)) {
                return Ok(Interpreter { named_by: Some(program), ..found });
            }
        }
        Err(tried)
    }

    fn open(root: &Root, files: &'f Files, machine: &Machine, path: &Path) -> Result<Self, String> {
        let resolved = root.resolve(path).map_err(|error| plain(&error))?;
        let input = files.add(Input::open(&resolved.outside).map_err(|error| error.to_string())?);
        let elf = Elf::parse(input.bytes()).map_err(|error| error.to_string())?;
        if elf.machine() != machine.number {
            return Err(format!("is for {}", crate::machine::name(elf.machine())));
        }
        if !elf.position_independent() {
            return Err("is no interpreter".to_owned());
        }
        let dynamic = elf.dynamic().map_err(|error| error.to_string())?.ok_or("is no interpreter")?;
        // musl's interpreter is its libc; glibc's has neither `dlopen` nor `malloc` for others since it is not.
        let musl = dynamic.find(b"dlopen", Wanted::Default) == Lookup::Present;
        Ok(Interpreter {
            path: path.to_owned(),
            real: resolved.inside,
            input,
            libc: if musl { Libc::Musl } else { Libc::Glibc },
            named_by: None,
        })
    }

    /// The directories that glibc searches last: `system_dirs`, a run of strings that each begin and end with a slash.
    pub fn default_directories(&self) -> Vec<PathBuf> {
        let is_directory = |text: &[u8]| {
            text.len() > 1
                && text.starts_with(b"/")
                && text.ends_with(b"/")
                && text.iter().all(u8::is_ascii_graphic)
                && text.windows(4).any(|part| part == b"/lib")
        };
        let strings = self.input.bytes().split(|&byte| byte == 0);
        let run = strings.skip_while(|text| !is_directory(text)).take_while(|text| is_directory(text)).take(16);
        let found: Vec<_> =
            run.map(|text| PathBuf::from(String::from_utf8_lossy(text).trim_end_matches('/'))).collect();
        if found.is_empty() {
            return ["/lib64", "/usr/lib64", "/lib", "/usr/lib"].iter().map(PathBuf::from).collect();
        }
        found
    }

    /// Does it look into directories below `glibc-hwcaps` (glibc 2.33 and later)?
    pub fn knows_hwcaps(&self) -> bool {
        find_bytes(self.input.bytes(), b"glibc-hwcaps").is_some()
    }
}

/// The version that a libc's file names, of the form `2.41`.
pub fn version(libc: Libc, bytes: &[u8]) -> Option<String> {
    match libc {
        Libc::Glibc => {
            let after = find_bytes(bytes, b" release version ")? + b" release version ".len();
            let number: Vec<u8> = bytes[after..]
                .iter()
                .copied()
                .take(16)
                .take_while(|&byte| byte.is_ascii_digit() || byte == b'.')
                .collect();
            let number = String::from_utf8(number).ok()?;
            Some(number.trim_end_matches('.').to_owned()).filter(|number| !number.is_empty())
        }
        Libc::Musl => {
            let is_version = |text: &&[u8]| {
                text.len() < 16
                    && text.first().is_some_and(u8::is_ascii_digit)
                    && text.iter().filter(|&&byte| byte == b'.').count() == 2
                    && text.iter().all(|&byte| byte.is_ascii_digit() || byte == b'.')
            };
            // `ldso` prints it: the only such string of three numbers between zero bytes, apart from addresses.
            let strings = bytes.split(|&byte| byte == 0);
            let found =
                strings.filter(is_version).find(|text| text.starts_with(b"1.") && !text.starts_with(b"1.0."))?;
            String::from_utf8(found.to_vec()).ok()
        }
    }
}

fn find_bytes(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

/// The usual paths of interpreters, in the order in which programs try them: glibc's before musl's.
pub fn usual_places(machine: &Machine) -> Vec<String> {
    let name = machine.glibc.rsplit('/').next().unwrap_or_default();
    let multiarch = format!("/usr/lib/{}-linux-gnu/{name}", machine.name);
    let musl = format!("/lib/ld-musl-{}.so.1", machine.name);
    let merged_musl = format!("/usr{musl}");
    vec![machine.glibc.to_owned(), format!("/usr{}", machine.glibc), multiarch, musl, merged_musl]
}

fn interpreter_of(root: &Root, program: &str) -> Option<PathBuf> {
    let input = Input::open(&root.resolve(Path::new(program)).ok()?.outside).ok()?;
    let elf = Elf::parse(input.bytes()).ok()?;
    let path = elf.interpreter().ok()??;
    Some(PathBuf::from(String::from_utf8_lossy(path).into_owned()))
}
