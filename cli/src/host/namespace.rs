//! What the interpreter would have loaded: libraries, what they need, and whether all of it can be bound.

mod error;
mod place;
mod scope;

use std::collections::VecDeque;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

pub use error::{LoadError, Why};
pub use scope::Found;

use super::files::Files;
use super::interpreter::{Interpreter, Libc, Tried};
use super::root::Root;
use super::search::{How, Requester, Search};
use crate::elf::{Dynamic, Elf};
use crate::file::{FileError, Input};
use place::Opened;

/// More libraries than any program loads.
const MAX_LIBRARIES: usize = 4096;

/// A library that would be in the process.
#[derive(Debug)]
pub struct Loaded<'f> {
    /// The name by which it was first asked for.
    pub name: String,
    /// Where it was found, inside of the root.
    pub path: PathBuf,
    /// What made the interpreter look there.
    pub how: How,
    /// The open file.
    pub input: &'f Input,
    /// Its dynamic section.
    pub dynamic: Dynamic<'f>,
    /// The libraries that it needs, as indices.
    pub needed: Vec<usize>,
    identity: (u64, u64),
    origin: PathBuf,
    requester: Option<usize>,
}

/// The libraries of a process, in the order in which the interpreter would map them; the interpreter itself is the
/// first.
#[derive(Debug)]
pub struct Namespace<'f> {
    root: &'f Root,
    files: &'f Files,
    search: &'f Search,
    machine: u16,
    loaded: Vec<Loaded<'f>>,
    global: Vec<usize>,
    program: Requester,
    program_symbols: Vec<Vec<u8>>,
}

impl Loaded<'_> {
    /// The library that asked for it first; `None`: the program.
    pub fn requester(&self) -> Option<usize> {
        self.requester
    }
}

impl<'f> Namespace<'f> {
    /// A process in which only the interpreter is.
    ///
    /// # Errors
    /// When the interpreter's dynamic section is damaged.
    pub fn new(
        root: &'f Root,
        files: &'f Files,
        search: &'f Search,
        interpreter: &Interpreter<'f>,
    ) -> Result<Self, FileError> {
        let elf = Elf::parse(interpreter.input.bytes())?;
        let metadata = interpreter.input.metadata();
        let itself = Loaded {
            name: interpreter.path.to_string_lossy().into_owned(),
            path: interpreter.path.clone(),
            how: How::Interpreter,
            input: interpreter.input,
            dynamic: elf.dynamic()?.unwrap_or_default(),
            needed: Vec::new(),
            identity: (metadata.dev(), metadata.ino()),
            origin: PathBuf::new(),
            requester: None,
        };
        Ok(Namespace {
            root,
            files,
            search,
            machine: elf.machine(),
            loaded: vec![itself],
            global: vec![0],
            program: Requester::default(),
            program_symbols: Vec::new(),
        })
    }

    /// Says what the program itself brings: search paths of a dynamic one, symbols that libraries find in it.
    pub fn set_program(&mut self, paths: Requester, symbols: Vec<Vec<u8>>) {
        self.program = paths;
        self.program_symbols = symbols;
    }

    /// Whose interpreter rules here.
    pub fn libc(&self) -> Libc {
        self.search.libc()
    }

    /// The library of that index.
    pub fn get(&self, index: usize) -> &Loaded<'f> {
        &self.loaded[index]
    }

    /// All libraries.
    pub fn all(&self) -> &[Loaded<'f>] {
        &self.loaded
    }

    /// Makes the library and all that it needs part of the global scope.
    pub fn make_global(&mut self, index: usize) {
        for member in self.with_needed(index) {
            if !self.global.contains(&member) {
                self.global.push(member);
            }
        }
    }

    /// `dlopen(name, RTLD_NOW)` by the program: all or nothing.
    ///
    /// # Errors
    /// What the interpreter would complain about first.
    pub fn open(&mut self, name: &str) -> Result<usize, LoadError> {
        let mut found = 0;
        self.open_together(&[name], &mut |index| found = index)?;
        Ok(found)
    }

    /// Opens what a program needs at its start: the libraries of one level before those of the next, and every symbol
    /// may be in any of them. Calls `opened` for each, in order, when all is well.
    ///
    /// # Errors
    /// What the interpreter would complain about first.
    pub fn open_together(&mut self, names: &[&str], opened: &mut dyn FnMut(usize)) -> Result<(), LoadError> {
        let before = self.loaded.len();
        let result = self.open_all(names, before);
        if result.is_err() {
            self.loaded.truncate(before);
        }
        result?.into_iter().for_each(opened);
        Ok(())
    }

    fn open_all(&mut self, names: &[&str], before: usize) -> Result<Vec<usize>, LoadError> {
        let mut first = Vec::new();
        for name in names {
            first.push(self.load(name, None)?);
        }
        let mut pending: VecDeque<usize> = (before..self.loaded.len()).collect();
        while let Some(current) = pending.pop_front() {
            for needed in self.loaded[current].dynamic.needed.clone() {
                let count = self.loaded.len();
                let needed = self.load(&String::from_utf8_lossy(needed), Some(current))?;
                pending.extend(count..self.loaded.len());
                self.loaded[current].needed.push(needed);
            }
        }
        for new in before..self.loaded.len() {
            self.check_versions(new)?;
        }
        let local: Vec<usize> = first.iter().flat_map(|&index| self.with_needed(index)).collect();
        for new in before..self.loaded.len() {
            self.check_symbols(new, &local)?;
        }
        Ok(first)
    }

    /// The library of that index and all that it needs, breadth first as symbols are looked up.
    pub fn with_needed(&self, index: usize) -> Vec<usize> {
        let mut found = vec![index];
        let mut at = 0;
        while at < found.len() {
            for &needed in &self.loaded[found[at]].needed {
                if !found.contains(&needed) {
                    found.push(needed);
                }
            }
            at += 1;
        }
        found
    }

    fn by_name(&self, name: &str) -> Option<usize> {
        self.loaded.iter().position(|library| {
            let soname = || self.search.libc() == Libc::Glibc && library.dynamic.soname == Some(name.as_bytes());
            library.name == name || soname()
        })
    }

    /// Finds and maps one library, or the one that is there already.
    fn load(&mut self, name: &str, requester: Option<usize>) -> Result<usize, LoadError> {
        let error = |why| LoadError {
            library: name.to_owned(),
            needed_by: requester.map(|requester| self.loaded[requester].name.clone()),
            why,
        };
        if self.search.is_interpreter(name) {
            return Ok(0);
        }
        if let Some(index) = self.by_name(name) {
            return Ok(index);
        }
        if self.loaded.len() >= MAX_LIBRARIES {
            return Err(error(Why::TooMany));
        }
        let (places, mut tried) = self.search.places(self.root, name, &self.paths_of(requester));
        for place in places {
            match self.try_place(&place) {
                Ok(Opened::New(mut library)) => {
                    if let Some(index) = self.loaded.iter().position(|known| known.identity == library.identity) {
                        return Ok(index);
                    }
                    library.name = name.to_owned();
                    library.requester = requester;
                    self.loaded.push(*library);
                    return Ok(self.loaded.len() - 1);
                }
                Ok(Opened::PassedOver(outcome)) => {
                    tried.push(Tried { path: place.path.to_string_lossy().into_owned(), outcome });
                }
                Err(reason) => {
                    return Err(error(Why::Unusable { path: place.path.to_string_lossy().into_owned(), reason }));
                }
            }
        }
        let after_ldconfig = self.search.after_ldconfig(self.root, name);
        Err(error(Why::NotFound { tried, after_ldconfig }))
    }
}
