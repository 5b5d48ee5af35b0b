//! Paths inside a root directory, resolved as the kernel would after `chroot`.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// As many symbolic links as Linux follows in one path.
const MAX_LINKS: usize = 40;

/// A directory that stands for `/`.
#[derive(Debug, Clone)]
pub struct Root {
    directory: PathBuf,
}

/// What was met on the way to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A directory, by its path without links.
    Directory(PathBuf),
    /// A symbolic link and what it says.
    Link {
        /// The link, by its path without further links.
        path: PathBuf,
        /// Its contents.
        target: PathBuf,
    },
}

/// A path without links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// As seen from inside of the root.
    pub inside: PathBuf,
    /// As this process can open it.
    pub outside: PathBuf,
    /// What was met on the way, in order.
    pub steps: Vec<Step>,
    /// A `..` was met at the root itself.
    pub climbed: bool,
}

impl Root {
    /// The root at `directory`.
    ///
    /// # Errors
    /// When it is no directory that can be entered.
    pub fn new(directory: &Path) -> io::Result<Self> {
        let directory = fs::canonicalize(directory)?;
        if !fs::metadata(&directory)?.is_dir() {
            return Err(io::Error::from(io::ErrorKind::NotADirectory));
        }
        Ok(Root { directory })
    }

    /// The directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Where `inside`, a path without links, is for this process.
    pub fn outside(&self, inside: &Path) -> PathBuf {
        self.directory.join(inside.strip_prefix("/").unwrap_or(inside))
    }

    /// The path inside of the root of a file given by a path of this process, if it lies there.
    pub fn inside(&self, outside: &Path) -> Option<PathBuf> {
        let outside = fs::canonicalize(outside).ok()?;
        Some(Path::new("/").join(outside.strip_prefix(&self.directory).ok()?))
    }

    /// Follows all links of `path`. Relative paths start at the root.
    ///
    /// # Errors
    /// The kernel's errors, above all not found; too many links are `FilesystemLoop` as the kernel reports them.
    pub fn resolve(&self, path: &Path) -> io::Result<Resolved> {
        let mut pending: VecDeque<OsString> = VecDeque::new();
        prepend(&mut pending, path);
        let mut resolved =
            Resolved { inside: PathBuf::from("/"), outside: self.directory.clone(), steps: Vec::new(), climbed: false };
        let mut links = 0;
        while let Some(name) = pending.pop_front() {
            if name == ".." {
                resolved.climbed |= !resolved.inside.pop();
                continue;
            }
            let here = resolved.inside.join(&name);
            let outside = self.outside(&here);
            let metadata = fs::symlink_metadata(&outside)?;
            if metadata.is_symlink() {
                links += 1;
                if links > MAX_LINKS {
                    return Err(io::Error::other("too many levels of symbolic links"));
                }
                let target = fs::read_link(&outside)?;
                if target.is_absolute() {
                    resolved.inside = PathBuf::from("/");
                }
                prepend(&mut pending, &target);
                resolved.steps.push(Step::Link { path: here, target });
                continue;
            }
            if metadata.is_dir() {
                resolved.steps.push(Step::Directory(here.clone()));
            } else if !pending.is_empty() {
                return Err(io::Error::from(io::ErrorKind::NotADirectory));
            }
            resolved.inside = here;
        }
        resolved.outside = self.outside(&resolved.inside);
        Ok(resolved)
    }

    /// Reads a small text file, at most `limit` bytes of it.
    ///
    /// # Errors
    /// As [`Root::resolve`], and when it is no regular file or larger.
    pub fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        use std::io::Read as _;
        let outside = self.resolve(path)?.outside;
        if !fs::metadata(&outside)?.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        let mut bytes = Vec::new();
        fs::File::open(&outside)?.take(limit + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > limit {
            return Err(io::Error::other(format!("larger than {limit} bytes")));
        }
        Ok(bytes)
    }
}

fn prepend(pending: &mut VecDeque<OsString>, path: &Path) {
    for component in path.components().rev() {
        match component {
            Component::Normal(name) => pending.push_front(name.to_owned()),
            Component::ParentDir => pending.push_front(OsString::from("..")),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
        }
    }
}
