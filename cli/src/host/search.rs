//! Where an interpreter looks for a library, in order.

use std::path::{Path, PathBuf};

use super::cache::Cache;
use super::interpreter::{Interpreter, Libc, Tried};
use super::root::Root;
use super::{conf, root};
use crate::machine::{self, Machine};

const MAX_CACHE: u64 = 64 << 20;
const MAX_PATH_FILE: u64 = 1 << 20;
const CACHE: &str = "/etc/ld.so.cache";

/// What made an interpreter look at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// The name has a slash.
    Path,
    /// DT_RPATH.
    Rpath,
    /// LD_LIBRARY_PATH.
    LibraryPath,
    /// DT_RUNPATH.
    Runpath,
    /// `/etc/ld.so.cache`.
    Cache,
    /// `/etc/ld.so.conf`, as `ldconfig` would put it into the cache.
    Conf,
    /// A directory that the interpreter knows by itself.
    DefaultDirectory,
    /// `/etc/ld-musl-ARCH.path`.
    PathFile,
    /// The interpreter answers to this name itself.
    Interpreter,
}

impl How {
    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            How::Path => "by path",
            How::Rpath => "RPATH",
            How::LibraryPath => "LD_LIBRARY_PATH",
            How::Runpath => "RUNPATH",
            How::Cache => "ld.so.cache",
            How::Conf => "ld.so.conf",
            How::DefaultDirectory => "default directory",
            How::PathFile => "path file",
            How::Interpreter => "the interpreter itself",
        }
    }
}

/// Settings of a search that do not come from the root directory.
#[derive(Debug, Clone, Default)]
pub struct SearchOptions {
    /// LD_LIBRARY_PATH.
    pub library_path: Option<String>,
    /// Directories below `glibc-hwcaps`, best first; `None`: those of this computer's CPU.
    pub hwcaps: Option<Vec<String>>,
    /// Search the directories of `/etc/ld.so.conf` in place of the cache.
    pub assume_ldconfig: bool,
}

/// What one library asks for the sake of.
#[derive(Debug, Clone, Default)]
pub struct Requester {
    /// DT_RPATH directories that apply, nearest library first.
    pub rpath: Vec<PathBuf>,
    /// DT_RUNPATH directories.
    pub runpath: Vec<PathBuf>,
    /// The default directories do not apply.
    pub no_defaults: bool,
}

/// One place to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The path inside of the root.
    pub path: PathBuf,
    /// Why.
    pub how: How,
}

/// An interpreter's way of searching.
#[derive(Debug)]
pub struct Search {
    libc: Libc,
    machine: &'static Machine,
    library_path: Vec<PathBuf>,
    subdirectories: Vec<String>,
    levels: Vec<String>,
    cache: Option<Vec<u8>>,
    assume_ldconfig: bool,
    /// ld.so.conf's.
    conf: Vec<PathBuf>,
    /// Searched last, with what made it so.
    last: Vec<PathBuf>,
    last_how: How,
    path_file: Option<PathBuf>,
    library_directory: String,
}

impl Search {
    /// Reads what the interpreter would read at its start.
    pub fn new(
        root: &root::Root,
        interpreter: &Interpreter<'_>,
        machine: &'static Machine,
        options: &SearchOptions,
    ) -> Self {
        let library_path = options.library_path.as_deref().unwrap_or("");
        let library_path =
            library_path.split([':', ';', '\n']).filter(|directory| !directory.is_empty()).map(PathBuf::from).collect();
        let mut search = Search {
            libc: interpreter.libc,
            machine,
            library_path,
            subdirectories: Vec::new(),
            levels: Vec::new(),
            cache: None,
            assume_ldconfig: options.assume_ldconfig,
            conf: Vec::new(),
            last: Vec::new(),
            last_how: How::DefaultDirectory,
            path_file: None,
            library_directory: "lib".to_owned(),
        };
        match interpreter.libc {
            Libc::Glibc => search.prepare_glibc(root, interpreter, options),
            Libc::Musl => search.prepare_musl(root, interpreter),
        }
        search
    }

    fn prepare_glibc(&mut self, root: &Root, interpreter: &Interpreter<'_>, options: &SearchOptions) {
        let of_this_cpu = || machine::hwcaps_of_this_cpu(self.machine).into_iter().map(str::to_owned).collect();
        self.levels = options.hwcaps.clone().unwrap_or_else(of_this_cpu);
        self.subdirectories = if interpreter.knows_hwcaps() {
            self.levels.iter().map(|level| format!("glibc-hwcaps/{level}")).collect()
        } else {
            legacy_subdirectories(self.machine, &self.levels)
        };
        self.cache = root.read(Path::new(CACHE), MAX_CACHE).ok();
        self.conf = conf::directories(root);
        self.last = interpreter.default_directories();
        // $LIB is the last of the default directories' own name below /usr, or below / where there is no /usr.
        let below_usr = self.last.iter().find_map(|directory| directory.strip_prefix("/usr").ok());
        if let Some(library_directory) = below_usr {
            self.library_directory = library_directory.to_string_lossy().into_owned();
        }
    }

    fn prepare_musl(&mut self, root: &Root, interpreter: &Interpreter<'_>) {
        // The path file is beside the directory of the interpreter's own.
        let prefix = interpreter.path.parent().and_then(Path::parent).unwrap_or(Path::new("/"));
        let file = prefix.join(format!("etc/ld-musl-{}.path", self.machine.name));
        let list = match root.read(&file, MAX_PATH_FILE) {
            Ok(bytes) => {
                self.last_how = How::PathFile;
                self.path_file = Some(file);
                String::from_utf8_lossy(&bytes).into_owned()
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => "/lib:/usr/local/lib:/usr/lib".to_owned(),
            // What cannot be read counts as an empty list.
            Err(_) => String::new(),
        };
        self.last = list.split([':', '\n']).filter(|directory| !directory.is_empty()).map(PathBuf::from).collect();
    }

    /// The libc whose way this is.
    pub fn libc(&self) -> Libc {
        self.libc
    }

    /// Default directories, which hold more than libraries: gconv modules, for one.
    pub fn default_directories(&self) -> &[PathBuf] {
        &self.last
    }

    /// musl's path file, when there is one.
    pub fn path_file(&self) -> Option<&Path> {
        self.path_file.as_deref()
    }

    /// Does musl's interpreter answer to that name itself?
    pub fn is_interpreter(&self, name: &str) -> bool {
        const RESERVED: [&str; 7] = ["c.", "pthread.", "rt.", "m.", "dl.", "util.", "xnet."];
        self.libc == Libc::Musl
            && name.strip_prefix("lib").is_some_and(|rest| RESERVED.iter().any(|name| rest.starts_with(name)))
    }

    /// The places where `name` may be, in order, and what is known already of places that hold nothing.
    pub fn places(&self, root: &Root, name: &str, requester: &Requester) -> (Vec<Place>, Vec<Tried>) {
        let mut tried = Vec::new();
        if name.contains('/') {
            return (vec![Place { path: PathBuf::from(name), how: How::Path }], tried);
        }
        let mut places = Vec::new();
        let add = |places: &mut Vec<Place>, directories: &[PathBuf], how| {
            for directory in directories {
                // Interpreters, too, pass over subdirectories that are not there.
                let subdirectories = self.subdirectories.iter().map(|name| directory.join(name));
                let there = subdirectories.filter(|subdirectory| root.resolve(subdirectory).is_ok());
                places.extend(there.map(|subdirectory| Place { path: subdirectory.join(name), how }));
                places.push(Place { path: directory.join(name), how });
            }
        };
        match self.libc {
            Libc::Glibc => {
                if requester.runpath.is_empty() {
                    add(&mut places, &requester.rpath, How::Rpath);
                }
                add(&mut places, &self.library_path, How::LibraryPath);
                add(&mut places, &requester.runpath, How::Runpath);
            }
            Libc::Musl => {
                add(&mut places, &self.library_path, How::LibraryPath);
                add(&mut places, &requester.rpath, How::Rpath);
            }
        }
        if self.libc == Libc::Glibc {
            if self.assume_ldconfig {
                add(&mut places, &self.conf, How::Conf);
            } else {
                match self.in_cache(name) {
                    Ok(path) => places.push(Place { path, how: How::Cache }),
                    Err(outcome) => tried.push(Tried { path: CACHE.to_owned(), outcome: outcome.to_owned() }),
                }
            }
        }
        if !requester.no_defaults {
            add(&mut places, &self.last, self.last_how);
        }
        (places, tried)
    }

    fn in_cache(&self, name: &str) -> Result<PathBuf, &'static str> {
        let bytes = self.cache.as_deref().ok_or("is not there")?;
        let cache = Cache::parse(bytes).ok_or("is no cache")?;
        let levels: Vec<&str> = self.levels.iter().map(String::as_str).collect();
        let entry = cache.find(name.as_bytes(), self.machine.cache_tag, &levels).ok_or("has no such entry")?;
        Ok(PathBuf::from(String::from_utf8_lossy(entry.path).into_owned()))
    }

    /// A file that would be found after `ldconfig`.
    pub fn after_ldconfig(&self, root: &Root, name: &str) -> Option<PathBuf> {
        if self.assume_ldconfig || self.libc == Libc::Musl || name.contains('/') {
            return None;
        }
        self.conf.iter().map(|directory| directory.join(name)).find(|path| root.resolve(path).is_ok())
    }

    /// The directories of an RPATH or RUNPATH of the library in `origin`.
    pub fn expand(&self, list: &[u8], origin: &Path) -> Vec<PathBuf> {
        let origin = origin.to_string_lossy();
        let list = String::from_utf8_lossy(list);
        let known = |directory: &str| match self.libc {
            Libc::Glibc => directory
                .replace("${LIB}", &self.library_directory)
                .replace("$LIB", &self.library_directory)
                .replace("${PLATFORM}", self.machine.name)
                .replace("$PLATFORM", self.machine.name),
            Libc::Musl => directory.to_owned(),
        };
        let expanded = list
            .split(':')
            .filter(|directory| !directory.is_empty())
            .map(|directory| known(&directory.replace("${ORIGIN}", &origin).replace("$ORIGIN", &origin)));
        let expanded: Vec<String> = expanded.collect();
        if self.libc == Libc::Musl && expanded.iter().any(|directory| directory.contains('$')) {
            // musl drops the whole list then.
            return Vec::new();
        }
        expanded.into_iter().map(PathBuf::from).collect()
    }
}

/// Where glibc before 2.33 looked below each directory first.
fn legacy_subdirectories(machine: &Machine, levels: &[String]) -> Vec<String> {
    if machine.name != "x86_64" {
        return Vec::new();
    }
    let haswell = levels.iter().any(|level| level == "x86-64-v3");
    let below: &[&str] = if haswell { &["haswell/x86_64", "haswell", "x86_64"] } else { &["x86_64"] };
    let tls = below.iter().map(|name| format!("tls/{name}")).chain(["tls".to_owned()]);
    tls.chain(below.iter().map(|&name| name.to_owned())).collect()
}
