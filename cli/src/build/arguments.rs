//! The arguments of the linker, as rustc gives them to a C compiler.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};

/// What begins the argument that tells this program that it is the linker.
pub const MARK: &str = "--import-dynamic-link=";

/// Libraries that the imports stand for. `gcc_s` is there in static form, too, by the names that [`rewrite`] adds.
const REPLACED: &[&str] = &["c", "m", "rt", "pthread", "util", "dl", "resolv", "anl", "gcc_s", "gcc_eh", "gcc"];

/// What the command line says.
#[derive(Debug, Default)]
pub struct Arguments {
    /// The arguments without the mark, response files read.
    pub all: Vec<OsString>,
    /// What the mark says, one after another.
    pub settings: Vec<String>,
}

impl Arguments {
    /// Reads the arguments.
    ///
    /// # Errors
    /// A response file that cannot be read.
    pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> io::Result<Self> {
        let mut parsed = Self::default();
        parsed.extend(arguments)?;
        Ok(parsed)
    }

    fn extend(&mut self, arguments: impl IntoIterator<Item = OsString>) -> io::Result<()> {
        for argument in arguments {
            let bytes = argument.as_encoded_bytes();
            if let Some(settings) = argument.to_str().and_then(|text| text.strip_prefix(MARK)) {
                if !settings.is_empty() {
                    self.settings.extend(settings.split(';').map(str::to_owned));
                }
            } else if let Some(file) = bytes.strip_prefix(b"@") {
                let file = String::from_utf8_lossy(file).into_owned();
                let text = std::fs::read_to_string(&file)?;
                self.extend(response(&text).into_iter().map(OsString::from))?;
            } else {
                self.all.push(argument);
            }
        }
        Ok(())
    }

    /// Whether this makes a static program; shared libraries and what build scripts need is linked as ever.
    pub fn is_static_program(&self) -> bool {
        let has = |wanted: &str| self.all.iter().any(|argument| argument == wanted);
        (has("-static-pie") || has("-static")) && !has("-shared") && !has("-r")
    }

    /// Makes the program position-independent, whose code is: for some targets rustc links all static programs at fixed addresses.
    pub fn make_position_independent(&mut self) {
        if self.is_static_program() {
            self.all.retain(|argument| argument != "-no-pie" && argument != "-static");
            self.all.insert(0, "-static-pie".into());
        }
    }

    /// Whether the program is not position-independent.
    pub fn is_fixed(&self) -> bool {
        !self.all.iter().any(|argument| argument == "-static-pie")
    }

    /// Whether libraries are to see all symbols of the program, as `-rdynamic` asks for; C compilers do not tell the linker
    /// so for static programs.
    pub fn exports_all(&self) -> bool {
        self.all.iter().any(|argument| argument == "-rdynamic" || argument == "-export-dynamic")
    }

    /// The file that is made.
    pub fn output(&self) -> &Path {
        let at = self.all.iter().position(|argument| argument == "-o");
        at.and_then(|at| self.all.get(at + 1)).map_or(Path::new("a.out"), Path::new)
    }

    /// The object files and static libraries that are linked, as the arguments and the library path tell; `find` is asked for
    /// the file of a name where the compiler alone knows its directory.
    pub fn inputs(&self, find: impl Fn(&str) -> Option<PathBuf>) -> Vec<PathBuf> {
        let mut directories = Vec::new();
        let mut previous = OsStr::new("");
        for argument in &self.all {
            if previous == "-L" {
                directories.push(PathBuf::from(argument));
            } else if let Some(directory) = argument.to_str().and_then(|text| text.strip_prefix("-L")) {
                directories.push(PathBuf::from(directory));
            }
            previous = argument;
        }
        let mut inputs = Vec::new();
        let mut previous = OsStr::new("");
        for argument in &self.all {
            let text = argument.to_str().unwrap_or_default();
            if let Some(library) = text.strip_prefix("-l") {
                let name = format!("lib{library}.a");
                let found = directories.iter().map(|directory| directory.join(&name)).find(|path| path.exists());
                inputs.extend(found.or_else(|| find(&name).filter(|_| !REPLACED.contains(&library))));
            } else if !text.starts_with('-') && previous != "-o" && previous != "-L" {
                inputs.push(PathBuf::from(argument));
            }
            previous = argument;
        }
        inputs
    }

    /// The arguments that link with imports instead of the C library: `start` is the start code, `weak` the imports of weak
    /// references, `imports` the library of all others, `exported` the program's own functions that libraries are to see.
    pub fn rewrite(&self, start: &Path, weak: &Path, imports: &Path, exported: &[&str]) -> Vec<OsString> {
        let is_replaced = |argument: &OsStr| {
            argument.to_str().and_then(|text| text.strip_prefix("-l")).is_some_and(|name| REPLACED.contains(&name))
        };
        let mut all: Vec<OsString> = self.all.iter().filter(|argument| !is_replaced(argument)).cloned().collect();
        all.extend(["-nostartfiles", "-nostdlib", "-Wl,--eh-frame-hdr"].map(OsString::from));
        all.extend([start, weak].map(OsString::from));
        all.extend(["-Wl,--start-group", "-lgcc_eh", "-lgcc"].map(OsString::from));
        all.push(imports.into());
        all.push("-Wl,--end-group".into());
        if !self.is_fixed() {
            // An unwinder of the program's own is none of the libraries' business.
            all.push("-Wl,--exclude-libs,libgcc_eh.a".into());
            all.extend(self.exports_all().then(|| "-Wl,--export-dynamic".into()));
            all.extend(exported.iter().map(|name| format!("-Wl,--export-dynamic-symbol={name}").into()));
        }
        all
    }
}

/// The arguments in a response file, as rustc writes it for GNU tools: one a line, quoted where need be.
fn response(text: &str) -> Vec<String> {
    let (mut all, mut current, mut inside) = (Vec::new(), None::<String>, false);
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match char {
            '"' => {
                inside = !inside;
                current.get_or_insert_default();
            }
            '\\' => current.get_or_insert_default().extend(chars.next()),
            _ if char.is_whitespace() && !inside => all.extend(current.take()),
            _ => current.get_or_insert_default().push(char),
        }
    }
    all.extend(current);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Arguments {
        Arguments::parse(arguments.iter().map(OsString::from)).unwrap_or_default()
    }

    #[test]
    fn response_file() {
        assert_eq!(response("-m64\n\"a b\"\nc\\ d \"\" \"x\\\"y\"\n"), ["-m64", "a b", "c d", "", "x\"y"]);
    }

    #[test]
    fn mark_is_taken_out() {
        let arguments = parse(&["-m64", "--import-dynamic-link=allow=a,b;linker=clang", "x.o"]);
        assert_eq!(arguments.all, ["-m64", "x.o"]);
        assert_eq!(arguments.settings, ["allow=a,b", "linker=clang"]);
        assert!(parse(&["--import-dynamic-link="]).settings.is_empty());
    }

    #[test]
    fn only_static_programs() {
        assert!(parse(&["-static-pie", "x.o"]).is_static_program());
        assert!(parse(&["-static"]).is_static_program());
        assert!(!parse(&["-shared", "-static"]).is_static_program());
        assert!(!parse(&["-pie"]).is_static_program());
    }

    #[test]
    fn fixed_programs_become_position_independent() {
        let mut arguments = parse(&["-static", "-no-pie", "x.o"]);
        assert!(arguments.is_fixed());
        arguments.make_position_independent();
        assert_eq!(arguments.all, ["-static-pie", "x.o"]);
        assert!(!arguments.is_fixed());
        let mut arguments = parse(&["-shared", "x.o"]);
        arguments.make_position_independent();
        assert_eq!(arguments.all, ["-shared", "x.o"]);
    }

    #[test]
    fn inputs_and_output() {
        let arguments = parse(&["-L", "/lib", "x.o", "-lnosuchlibrary", "-o", "out", "lib.rlib", "-Wl,-O1"]);
        assert_eq!(arguments.output(), Path::new("out"));
        assert_eq!(arguments.inputs(|_| None), [Path::new("x.o"), Path::new("lib.rlib")]);
        let arguments = parse(&["-L/lib", "x.o", "-lnosuchlibrary", "-lc"]);
        assert_eq!(arguments.inputs(|name| Some(name.into())), [Path::new("x.o"), Path::new("libnosuchlibrary.a")]);
    }

    #[test]
    fn libc_is_replaced() {
        let arguments = parse(&["-static-pie", "x.o", "-lc", "-lz", "-lgcc_s"]);
        let rewritten =
            arguments.rewrite(Path::new("start.o"), Path::new("weak.o"), Path::new("imports.a"), &["malloc"]);
        assert!(!rewritten.iter().any(|argument| argument == "-lc" || argument == "-lgcc_s"));
        assert!(rewritten.iter().any(|argument| argument == "-lz"));
        assert_eq!(rewritten.last().map(OsString::as_os_str), Some(OsStr::new("-Wl,--export-dynamic-symbol=malloc")));
        assert!(!rewritten.iter().any(|argument| argument == "-Wl,--export-dynamic"));
    }
}
