//! One place of a search: what is there, and the search paths that lead on from it.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::{Loaded, Namespace};
use crate::elf::Elf;
use crate::file::{FileError, Input, plain};
use crate::format::FormatError;
use crate::host::{How, Libc, Place, Requester};

/// What came of one place.
pub(super) enum Opened<'f> {
    /// A library that can be used.
    New(Box<Loaded<'f>>),
    /// The search goes on, for this reason.
    PassedOver(String),
}

impl<'f> Namespace<'f> {
    /// Opens the file at `place`: `Err` where the interpreter would give up, `PassedOver` where it would go on.
    pub(super) fn try_place(&self, place: &Place) -> Result<Opened<'f>, String> {
        let resolved = match self.root.resolve(&place.path) {
            Ok(resolved) => resolved,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Opened::PassedOver("is not there".to_owned()));
            }
            Err(error) => return Ok(Opened::PassedOver(plain(&error))),
        };
        let input = match Input::open(&resolved.outside) {
            Ok(input) => input,
            Err(FileError::Io(error)) => return Ok(Opened::PassedOver(plain(&error))),
            Err(error) => return Err(error.to_string()),
        };
        let input = self.files.add(input);
        let wrong_machine = |what: String| match (self.search.libc(), place.how) {
            // glibc goes on to the next directory, unless the path was given.
            (Libc::Glibc, How::Path) | (Libc::Musl, _) => Err(what),
            (Libc::Glibc, _) => Ok(Opened::PassedOver(what)),
        };
        let elf = match Elf::parse(input.bytes()) {
            Ok(elf) if elf.machine() != self.machine => {
                return wrong_machine(format!("is for {}", crate::machine::name(elf.machine())));
            }
            Ok(elf) => elf,
            Err(error @ FormatError::Class32(_)) => return wrong_machine(error.to_string()),
            Err(error) => return Err(error.to_string()),
        };
        let dynamic = elf.dynamic().map_err(|error| error.to_string())?.ok_or("has no dynamic section")?;
        if self.search.libc() == Libc::Glibc && (!elf.position_independent() || dynamic.is_pie()) {
            return Err("is a program, not a library".to_owned());
        }
        Ok(Opened::New(Box::new(Loaded {
            name: String::new(),
            path: place.path.clone(),
            how: place.how,
            dynamic,
            needed: Vec::new(),
            identity: (input.metadata().dev(), input.metadata().ino()),
            // Links in the last component do not count.
            origin: place.path.parent().unwrap_or(Path::new("/")).to_owned(),
            requester: None,
            input,
        })))
    }

    /// The search paths that apply when that library asks; `None`: when the program does.
    pub(super) fn paths_of(&self, requester: Option<usize>) -> Requester {
        let Some(index) = requester else { return self.program.clone() };
        let library = &self.loaded[index];
        let own = |library: &Loaded<'f>, list: Option<&[u8]>| {
            list.map(|list| self.search.expand(list, &library.origin)).unwrap_or_default()
        };
        let mut paths = Requester {
            runpath: own(library, library.dynamic.runpath),
            no_defaults: self.search.libc() == Libc::Glibc && library.dynamic.no_default_directories(),
            ..Requester::default()
        };
        let mut ancestor = requester;
        while let Some(index) = ancestor {
            let library = &self.loaded[index];
            match (self.search.libc(), library.dynamic.runpath) {
                // musl makes no difference between the two and asks every ancestor.
                (Libc::Musl, list) => paths.rpath.extend(own(library, list.or(library.dynamic.rpath))),
                (Libc::Glibc, None) => paths.rpath.extend(own(library, library.dynamic.rpath)),
                (Libc::Glibc, Some(_)) => {}
            }
            ancestor = library.requester;
        }
        paths.rpath.extend(self.program.rpath.iter().cloned());
        if self.search.libc() == Libc::Musl {
            paths.rpath.extend(self.program.runpath.iter().cloned());
            paths.runpath.clear();
        }
        paths
    }
}
