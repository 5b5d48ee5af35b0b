//! `bundle`: what a program needs of a host, as a root directory of its own.

mod data;
mod directory;
mod dockerfile;
mod error;
mod nss;
mod plan;
mod progress;
mod report;
mod tarball;

use std::path::{Path, PathBuf};

pub use dockerfile::dockerfile;
pub use error::BundleError;
pub use plan::{Entry, Node, Plan};
pub use report::{BundleReport, report, write_list};

use crate::check::{Checked, Context};
use crate::error::Error;
use crate::file::Input;
use crate::host::{How, Libc, Namespace};
use plan::Builder;

/// What to bundle beside the libraries.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// The program, and where to put it; `None`: not at all.
    pub program: Option<Option<&'a Path>>,
    /// NSS modules.
    pub nss: bool,
    /// Character set converters by name, or `all`.
    pub gconv: Option<&'a [String]>,
    /// Locales by name, or `all`.
    pub locale: Option<&'a [String]>,
    /// Other files of the root.
    pub include: &'a [PathBuf],
}

/// Where to write.
#[derive(Debug, Clone, Copy)]
pub struct Outputs<'a> {
    /// A directory.
    pub directory: Option<&'a Path>,
    /// A tar file, `-` for standard output.
    pub tar: Option<&'a Path>,
    /// The time of all files, in seconds since 1970.
    pub time: u64,
    /// Show progress on a terminal.
    pub progress: bool,
}

/// The time that reproducible builds give to files: SOURCE_DATE_EPOCH, else 0.
pub fn source_date_epoch() -> u64 {
    std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(0)
}

/// Decides what is bundled for a program that was checked without errors.
///
/// # Errors
/// When something leaves the root, is missing or is no file.
pub fn plan(
    context: &Context,
    checked: Checked<'_>,
    program: &Input,
    request: &Request<'_>,
) -> Result<Plan, BundleError> {
    let mut builder = Builder::new(context.root());
    if let (Some(interpreter), Some(mut namespace)) = (checked.interpreter, checked.namespace) {
        builder.add_named(&interpreter.path, "interpreter")?;
        if let Some(asked) = interpreter.named_by {
            builder.add_named(Path::new(asked), "names the interpreter")?;
        }
        // Both add libraries to the namespace.
        if request.nss {
            nss::add(&mut builder, &mut namespace)?;
        }
        if let Some(names) = request.gconv {
            data::add_gconv(&mut builder, &mut namespace, context, names)?;
        }
        if let Some(names) = request.locale {
            data::add_locale(&mut builder, interpreter.libc, names)?;
        }
        add_libraries(&mut builder, &namespace, context)?;
    }
    for path in request.include {
        builder.add_tree(path, "included")?;
    }
    if let Some(place) = request.program {
        let usual = || Path::new("/usr/bin").join(program.path().file_name().unwrap_or_default());
        builder.add_program(program, &place.map_or_else(usual, Path::to_owned))?;
    }
    Ok(builder.finish())
}

fn add_libraries(builder: &mut Builder<'_>, namespace: &Namespace<'_>, context: &Context) -> Result<(), BundleError> {
    let Some(search) = context.search() else { return Ok(()) };
    let mut needs_cache = false;
    for library in namespace.all().iter().skip(1) {
        let why = match library.requester() {
            Some(requester) => format!("needed by {}", namespace.get(requester).name),
            None => "opened by the program".to_owned(),
        };
        match library.how {
            How::Path => builder.add_named(&library.path, &why)?,
            _ => builder.add(&library.path, &why)?,
        }
        let usual = library
            .path
            .parent()
            .is_some_and(|parent| search.default_directories().iter().any(|known| known == parent));
        match library.how {
            How::Cache => needs_cache |= !usual,
            How::LibraryPath => {
                builder.warn(format!("{} is found through LD_LIBRARY_PATH only", library.path.display()));
            }
            How::Conf => {
                builder.warn(format!("{} is found only after ldconfig has run in the bundle", library.path.display()))
            }
            _ => {}
        }
    }
    if needs_cache {
        builder.add(Path::new("/etc/ld.so.cache"), "says where libraries are")?;
    }
    if let (Libc::Musl, Some(file)) = (namespace.libc(), search.path_file()) {
        builder.add(file, "says where libraries are")?;
    }
    Ok(())
}

/// Writes the bundle to all outputs.
///
/// # Errors
/// When something cannot be read or written, or is in the way; what was begun is removed.
pub fn write(plan: &Plan, outputs: &Outputs<'_>) -> Result<(), Error> {
    if let Some(directory) = outputs.directory {
        directory::write(plan, directory, outputs)?;
    }
    if let Some(tar) = outputs.tar {
        tarball::write(plan, tar, outputs)?;
    }
    Ok(())
}
