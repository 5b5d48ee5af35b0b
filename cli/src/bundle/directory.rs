//! A bundle as a directory.

use std::fs::{self, File, FileTimes, Permissions};
use std::io;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::Outputs;
use super::error::BundleError;
use super::plan::{Node, Plan};
use super::progress::Progress;
use crate::error::Error;

/// Writes beside `out` first and renames at the end, so that there is never half a bundle.
pub(super) fn write(plan: &Plan, out: &Path, outputs: &Outputs<'_>) -> Result<(), Error> {
    check_free(out)?;
    let staging = staging_beside(out);
    let result = fill(plan, &staging, outputs).and_then(|()| {
        let error = |error| Error::Write { path: out.to_owned(), error };
        match fs::remove_dir(out) {
            Err(failed) if failed.kind() != io::ErrorKind::NotFound => return Err(error(failed)),
            _ => {}
        }
        fs::rename(&staging, out).map_err(error)
    });
    if result.is_err() {
        // What is left is ours alone, and the first error is the one to tell.
        let _ = fs::remove_dir_all(&staging);
    }
    result
}

fn check_free(out: &Path) -> Result<(), Error> {
    match fs::read_dir(out) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(BundleError::InTheWay(out.to_owned()).into()),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::Write { path: out.to_owned(), error }),
    }
}

/// `NAME.partial-PID` in the same directory.
pub(super) fn staging_beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".partial-{}", std::process::id()));
    path.with_file_name(name)
}

fn fill(plan: &Plan, staging: &Path, outputs: &Outputs<'_>) -> Result<(), Error> {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(outputs.time);
    let times = FileTimes::new().set_accessed(time).set_modified(time);
    let mut progress = Progress::new(outputs.progress, plan.entries.len(), plan.size());
    fs::create_dir(staging).map_err(|error| Error::Write { path: staging.to_owned(), error })?;
    let inside = |path: &Path| staging.join(path.strip_prefix("/").unwrap_or(path));
    for (path, entry) in &plan.entries {
        let place = inside(path);
        let error = |error| Error::Write { path: place.clone(), error };
        let mut bytes = 0;
        match &entry.node {
            Node::Directory { .. } => fs::create_dir(&place).map_err(error)?,
            Node::Link { target } => symlink(target, &place).map_err(error)?,
            Node::File { source, mode, size } => {
                bytes = *size;
                fs::copy(source, &place).map_err(|error| BundleError::Io { path: source.clone(), error })?;
                // Times first: the mode may forbid writing.
                File::options().write(true).open(&place).and_then(|file| file.set_times(times)).map_err(error)?;
                fs::set_permissions(&place, Permissions::from_mode(*mode)).map_err(error)?;
            }
        }
        progress.file(bytes);
    }
    // Directories last and innermost first: filling them changes their times, and needs the right to write.
    let directories = plan.entries.iter().rev().filter_map(|(path, entry)| match entry.node {
        Node::Directory { mode } => Some((inside(path), mode)),
        _ => None,
    });
    for (place, mode) in directories.chain([(staging.to_owned(), 0o755)]) {
        let error = |error| Error::Write { path: place.clone(), error };
        File::open(&place).and_then(|directory| directory.set_times(times)).map_err(error)?;
        fs::set_permissions(&place, Permissions::from_mode(mode)).map_err(error)?;
    }
    Ok(())
}
