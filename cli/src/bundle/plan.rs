//! The list of everything that goes into a bundle.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Component, Path, PathBuf};

use super::error::BundleError;
use crate::file::Input;
use crate::host::{Root, Step};

const MAX_ENTRIES: usize = 1 << 20;
/// How deep included directories may nest.
const MAX_DEPTH: usize = 64;

/// Everything that goes into a bundle, by its absolute path there.
#[derive(Debug)]
pub struct Plan {
    /// Sorted, so that a directory comes before what is in it.
    pub entries: BTreeMap<PathBuf, Entry>,
    /// What the user should know.
    pub warnings: Vec<String>,
    /// Where the program is.
    pub program: Option<PathBuf>,
}

/// One file, link or directory.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What it is.
    pub node: Node,
    /// What it is for.
    pub why: String,
}

/// What an entry is.
#[derive(Debug, Clone)]
pub enum Node {
    /// A directory.
    Directory {
        /// Permissions.
        mode: u32,
    },
    /// A symbolic link.
    Link {
        /// What it says.
        target: PathBuf,
    },
    /// A file.
    File {
        /// Where its contents are.
        source: PathBuf,
        /// Permissions.
        mode: u32,
        /// Bytes.
        size: u64,
    },
}

impl Plan {
    /// Bytes of all files together.
    pub fn size(&self) -> u64 {
        let sizes = self.entries.values().map(|entry| match entry.node {
            Node::File { size, .. } => size,
            _ => 0,
        });
        sizes.sum()
    }
}

/// A plan that grows.
pub(super) struct Builder<'a> {
    root: &'a Root,
    plan: Plan,
}

impl<'a> Builder<'a> {
    pub(super) fn new(root: &'a Root) -> Self {
        Builder { root, plan: Plan { entries: BTreeMap::new(), warnings: Vec::new(), program: None } }
    }

    pub(super) fn root(&self) -> &'a Root {
        self.root
    }

    pub(super) fn warn(&mut self, warning: String) {
        if !self.plan.warnings.contains(&warning) {
            self.plan.warnings.push(warning);
        }
    }

    pub(super) fn finish(self) -> Plan {
        self.plan
    }

    /// Adds a path that a person or a program wrote: it must say plainly where it leads.
    pub(super) fn add_named(&mut self, path: &Path, why: &str) -> Result<(), BundleError> {
        self.add(plain_path(path)?, why)
    }

    /// Adds the file at `path` with all links and directories on the way to it.
    pub(super) fn add(&mut self, path: &Path, why: &str) -> Result<(), BundleError> {
        let error = |error| BundleError::Io { path: path.to_owned(), error };
        let resolved = self.root.resolve(path).map_err(error)?;
        if resolved.climbed {
            return Err(BundleError::Leaves(path.to_owned()));
        }
        for step in resolved.steps {
            match step {
                Step::Directory(directory) => {
                    let metadata = fs::metadata(self.root.outside(&directory)).map_err(error)?;
                    self.insert(directory, Node::Directory { mode: mode(&metadata) }, why)?;
                }
                Step::Link { path, target } => self.insert(path, Node::Link { target }, why)?,
            }
        }
        let metadata = fs::metadata(&resolved.outside).map_err(error)?;
        if metadata.is_file() {
            let node = Node::File { source: resolved.outside, mode: mode(&metadata), size: metadata.len() };
            self.insert(resolved.inside, node, why)
        } else if metadata.is_dir() {
            Ok(())
        } else {
            Err(BundleError::Special(path.to_owned()))
        }
    }

    /// Adds a path that a person wrote, and all that is in it when it is a directory.
    pub(super) fn add_tree(&mut self, path: &Path, why: &str) -> Result<(), BundleError> {
        let path = Path::new("/").join(plain_path(path)?);
        self.add(&path, why)?;
        self.add_contents(&path, why, 0)
    }

    fn add_contents(&mut self, path: &Path, why: &str, depth: usize) -> Result<(), BundleError> {
        let error = |error| BundleError::Io { path: path.to_owned(), error };
        let outside = self.root.resolve(path).map_err(error)?.outside;
        if !outside.is_dir() {
            return Ok(());
        }
        if depth >= MAX_DEPTH {
            return Err(error(io::Error::other("nests too deep")));
        }
        let mut names = Vec::new();
        for entry in fs::read_dir(&outside).map_err(error)? {
            names.push(entry.map_err(error)?.file_name());
        }
        names.sort();
        for name in names {
            let inner = path.join(name);
            match self.add(&inner, why) {
                // A link to nothing stays one.
                Err(BundleError::Io { error, .. }) if error.kind() == io::ErrorKind::NotFound => {
                    self.warn(format!("{} leads nowhere and is left out", inner.display()));
                    continue;
                }
                result => result?,
            }
            // Directories behind links are added when they are asked for themselves, so no cycle can arise.
            let link = fs::symlink_metadata(outside.join(inner.file_name().unwrap_or_default())).map_err(error)?;
            if link.is_dir() {
                self.add_contents(&inner, why, depth + 1)?;
            }
        }
        Ok(())
    }

    /// Adds the program, which need not be in the root, at `place`.
    pub(super) fn add_program(&mut self, program: &Input, place: &Path) -> Result<(), BundleError> {
        let place = Path::new("/").join(plain_path(place)?);
        let taken = |path: &Path, why| BundleError::Taken { path: path.to_owned(), why };
        if place.file_name().is_none() {
            return Err(taken(&place, "is the root directory"));
        }
        let parents: Vec<&Path> = place.ancestors().skip(1).filter(|parent| *parent != Path::new("/")).collect();
        for parent in parents.into_iter().rev() {
            match self.plan.entries.get(parent).map(|entry| &entry.node) {
                Some(Node::Directory { .. }) => {}
                Some(Node::Link { .. }) => return Err(taken(parent, "is a link")),
                Some(Node::File { .. }) => return Err(taken(parent, "is a file")),
                None => self.insert(parent.to_owned(), Node::Directory { mode: 0o755 }, "the program")?,
            }
        }
        if self.plan.entries.contains_key(&place) {
            return Err(taken(&place, "is taken"));
        }
        let node = Node::File {
            source: program.path().to_owned(),
            mode: mode(program.metadata()),
            size: program.metadata().len(),
        };
        self.insert(place.clone(), node, "the program")?;
        self.plan.program = Some(place);
        Ok(())
    }

    fn insert(&mut self, path: PathBuf, node: Node, why: &str) -> Result<(), BundleError> {
        if self.plan.entries.len() >= MAX_ENTRIES {
            return Err(BundleError::TooMany(MAX_ENTRIES));
        }
        self.plan.entries.entry(path).or_insert_with(|| Entry { node, why: why.to_owned() });
        Ok(())
    }
}

fn plain_path(path: &Path) -> Result<&Path, BundleError> {
    if path.components().any(|component| component == Component::ParentDir) {
        return Err(BundleError::Parent(path.to_owned()));
    }
    Ok(path)
}

fn mode(metadata: &Metadata) -> u32 {
    metadata.permissions().mode() & 0o7777
}
