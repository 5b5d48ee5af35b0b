//! The linker's part: rustc calls this program as its linker, which calls the real one with imports in the place of the C
//! library.

use std::collections::{BTreeSet, HashSet};
use std::ffi::OsString;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use super::archive::Archive;
use super::arguments::Arguments;
use super::object::{References, Writer};
use super::scan::Scan;
use super::symbols::{self, Known};
use super::target::{Target, TargetError};

/// Why there was no link.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// A file could not be read or written.
    #[error("{}: {}", .0.display(), crate::file::plain(.1))]
    File(PathBuf, io::Error),
    /// The real linker could not be run.
    #[error("{}: {}", .0.display(), crate::file::plain(.1))]
    Linker(PathBuf, io::Error),
    /// The target.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// mold leaves a program that is not position-independent no way to find its own indirect functions.
    #[error(
        "mold cannot link a program that is not position-independent so: leave out relocation-model=static, or use lld or GNU ld"
    )]
    FixedByMold,
    /// Without a dynamic section there is no table of exported symbols.
    #[error("-rdynamic: a program that is not position-independent exports nothing: leave out relocation-model=static")]
    FixedExports,
    /// An import could not be written.
    #[error("import objects: {0}")]
    Object(#[from] object::write::Error),
}

/// What the cargo side has told the linker side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The target.
    pub target: String,
    /// The real linker, a C compiler.
    pub linker: PathBuf,
    /// Symbols that may be missing everywhere.
    pub allowed: Allowed,
    /// Whether code is position-independent although rustc links it at fixed addresses.
    pub is_pic: bool,
}

/// Undefined symbols that no C library is known to offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allowed {
    /// These are imports all the same.
    Listed(Vec<String>),
    /// All are.
    All,
}

impl Settings {
    /// The settings as one linker argument's value.
    pub fn to_text(&self) -> String {
        let allowed = match &self.allowed {
            Allowed::All => ";allow-all".to_owned(),
            Allowed::Listed(names) if names.is_empty() => String::new(),
            Allowed::Listed(names) => format!(";allow={}", names.join(",")),
        };
        // What this program puts into others makes cargo link again after it has been replaced by another.
        let mut hasher = DefaultHasher::new();
        Target::find(&self.target).map(|target| (target.start, target.symbols)).ok().hash(&mut hasher);
        let build = format!("{}-{:x}", env!("CARGO_PKG_VERSION"), hasher.finish());
        let pic = if self.is_pic { ";pic" } else { "" };
        format!("target={};linker={};build={build}{allowed}{pic}", self.target, self.linker.display())
    }

    /// The settings in [`Settings::to_text`]'s form.
    pub fn parse(texts: &[String]) -> Self {
        let allowed = Allowed::Listed(Vec::new());
        let mut settings = Self { target: String::new(), linker: "cc".into(), allowed, is_pic: false };
        for text in texts {
            match text.split_once('=') {
                Some(("target", name)) => settings.target = name.to_owned(),
                Some(("linker", path)) => settings.linker = path.into(),
                Some(("allow", names)) => {
                    settings.allowed = Allowed::Listed(names.split(',').map(str::to_owned).collect())
                }
                _ if text == "allow-all" => settings.allowed = Allowed::All,
                _ if text == "pic" => settings.is_pic = true,
                _ => {}
            }
        }
        settings
    }
}

/// Links as the arguments say.
///
/// # Errors
/// See [`LinkError`]; what the real linker says goes to stderr.
pub fn link(arguments: impl IntoIterator<Item = OsString>) -> Result<ExitStatus, LinkError> {
    let mut arguments = Arguments::parse(arguments).map_err(|error| LinkError::File("response file".into(), error))?;
    let settings = Settings::parse(&arguments.settings);
    if settings.is_pic {
        arguments.make_position_independent();
    }
    let run = |arguments: &[OsString], stderr: Stdio| {
        let child = Command::new(&settings.linker).args(arguments).stderr(stderr).spawn();
        child
            .and_then(std::process::Child::wait_with_output)
            .map_err(|error| LinkError::Linker(settings.linker.clone(), error))
    };
    if !arguments.is_static_program() {
        return Ok(run(&arguments.all, Stdio::inherit())?.status);
    }
    if arguments.is_fixed() && arguments.all.iter().any(|argument| argument == "-fuse-ld=mold") {
        return Err(LinkError::FixedByMold);
    }
    if arguments.is_fixed() && arguments.exports_all() {
        return Err(LinkError::FixedExports);
    }
    let target = Target::find(&settings.target)?;
    let directory = Directory::new(arguments.output())?;
    let listed = match &settings.allowed {
        Allowed::Listed(names) => names.clone(),
        Allowed::All => Vec::new(),
    };
    let inputs = arguments.inputs(|name| file_of(&settings.linker, name));
    let prepare = |allowed: &[String]| prepare(&arguments, &inputs, &target, allowed, &directory);
    let command = prepare(&listed)?;
    if settings.allowed == Allowed::All {
        let output = run(&command, Stdio::piped())?;
        if output.status.success() {
            return Ok(output.status);
        }
        let undefined = undefined(&String::from_utf8_lossy(&output.stderr));
        let command = prepare(&undefined)?;
        return Ok(run(&command, Stdio::inherit())?.status);
    }
    Ok(run(&command, Stdio::inherit())?.status)
}

/// Writes what is linked in the place of the C library, and the real linker's arguments.
fn prepare(
    arguments: &Arguments,
    inputs: &[PathBuf],
    target: &Target,
    allowed: &[String],
    directory: &Directory,
) -> Result<Vec<OsString>, LinkError> {
    let mut known = symbols::known(target.symbols);
    let mut scan = Scan::default();
    inputs.iter().for_each(|input| scan.file(input));
    let references = |known: &Known| {
        let name = known.names[0];
        let is_weak = known.data.is_none() && scan.weak.contains(name) && !scan.defined.contains(name);
        match (is_weak, scan.strong.contains(name)) {
            (false, _) => References::Strong,
            (true, false) => References::Weak,
            (true, true) => References::Both,
        }
    };
    let mut weak = Writer::new(target.machine);
    let mut imports = Archive::default();
    let names: HashSet<&str> = known.iter().flat_map(|known| known.names.iter().copied()).collect();
    let extra: Vec<Known> =
        allowed.iter().filter(|name| !names.contains(name.as_str())).map(|name| any(name)).collect();
    known.extend(extra);
    for known in &known {
        match references(known) {
            // There is no way to make pointers null at start where the linker has left no relocation for them: weak
            // references stay as the linker of a static program leaves them.
            References::Weak if arguments.is_fixed() => {}
            References::Weak => weak.add(known, References::Weak)?,
            References::Both if !arguments.is_fixed() => weak.add(known, References::Both)?,
            References::Both | References::Strong => {
                let mut object = Writer::new(target.machine);
                object.add(known, References::Strong)?;
                imports.add(object.finish()?, &known.names);
            }
        }
    }
    let start = directory.write("start.o", target.start)?;
    let weak = directory.write("weak.o", &weak.finish()?)?;
    let imports = directory.write("libimports.a", &imports.finish())?;
    // As in any executable, libraries use the program's function where it has one that a C library has, too: `malloc` above all.
    let exported: Vec<&str> =
        names.into_iter().filter(|name| scan.visible.contains(*name)).collect::<BTreeSet<_>>().into_iter().collect();
    let mut command = arguments.rewrite(&start, &weak, &imports, &exported);
    command.extend(target.machine.arguments.iter().map(OsString::from));
    Ok(command)
}

/// Where a C compiler has a library of its own or the system's (`-print-file-name`: the name itself if nowhere).
fn file_of(compiler: &Path, name: &str) -> Option<PathBuf> {
    let output = Command::new(compiler).arg(format!("-print-file-name={name}")).output().ok()?;
    let path = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    path.is_absolute().then_some(path)
}

/// A function of which nothing is known but its name.
fn any(name: &str) -> Known {
    // One process links one program: the few names stay until its end.
    let name: &'static str = Box::leak(name.to_owned().into_boxed_str());
    Known { names: vec![name], data: None, library: b'c', several_versions: false, not_in_every_musl: true }
}

/// The undefined symbols that a linker complains about: GNU ld's, lld's and mold's messages.
fn undefined(messages: &str) -> Vec<String> {
    let mut names: Vec<String> = messages
        .lines()
        .filter_map(|line| {
            let (_, rest) =
                line.split_once("undefined symbol: ").or_else(|| line.split_once("undefined reference to "))?;
            let name = rest.split_whitespace().next()?;
            Some(name.trim_matches(['`', '\'', '"']).to_owned())
        })
        .collect();
    names.sort();
    names.dedup();
    names
}

/// A directory beside the output for the time of the link.
struct Directory(PathBuf);

impl Directory {
    fn new(output: &Path) -> Result<Self, LinkError> {
        let mut path = output.as_os_str().to_owned();
        path.push(format!(".import-dynamic-{}", std::process::id()));
        let path = PathBuf::from(path);
        std::fs::create_dir_all(&path).map_err(|error| LinkError::File(path.clone(), error))?;
        Ok(Self(path))
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, LinkError> {
        let path = self.0.join(name);
        match std::fs::write(&path, bytes) {
            Ok(()) => Ok(path),
            Err(error) => Err(LinkError::File(path, error)),
        }
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        if std::env::var_os("IMPORT_DYNAMIC_KEEP").is_none() {
            let _left_behind = std::fs::remove_dir_all(&self.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_round_trip() {
        for allowed in [Allowed::All, Allowed::Listed(vec![]), Allowed::Listed(vec!["a".into(), "b".into()])] {
            let settings = Settings { target: "t".into(), linker: "/usr/bin/clang".into(), allowed, is_pic: true };
            let text: Vec<String> = settings.to_text().split(';').map(str::to_owned).collect();
            assert_eq!(Settings::parse(&text), settings);
        }
    }

    #[test]
    fn undefined_symbols_of_three_linkers() {
        let text = "rust-lld: error: undefined symbol: one\n>>> referenced by x.c\n\
            /usr/bin/ld: x.o: in function `main':\nx.c:(.text+0x5): undefined reference to `two'\n\
            mold: error: undefined symbol: three\n";
        assert_eq!(undefined(text), ["one", "three", "two"]);
    }
}
