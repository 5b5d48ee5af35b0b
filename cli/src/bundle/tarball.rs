//! A bundle as a tar file: the same bytes for the same input.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read as _, Write};
use std::path::Path;

use super::Outputs;
use super::directory::staging_beside;
use super::error::BundleError;
use super::plan::{Node, Plan};
use super::progress::Progress;
use crate::error::Error;

/// Writes to a file beside `out` and renames it at the end; `-` is standard output.
pub(super) fn write(plan: &Plan, out: &Path, outputs: &Outputs<'_>) -> Result<(), Error> {
    if out == Path::new("-") {
        return write_to(plan, BufWriter::new(io::stdout().lock()), outputs, Error::Output);
    }
    let error = |error| Error::Write { path: out.to_owned(), error };
    let staging = staging_beside(out);
    let file = File::create_new(&staging).map_err(error)?;
    let result =
        write_to(plan, BufWriter::new(file), outputs, error).and_then(|()| fs::rename(&staging, out).map_err(error));
    if result.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(&staging);
    }
    result
}

fn write_to<W: Write>(
    plan: &Plan,
    writer: W,
    outputs: &Outputs<'_>,
    error: impl Fn(io::Error) -> Error + Copy,
) -> Result<(), Error> {
    let mut progress = Progress::new(outputs.progress, plan.entries.len(), plan.size());
    let mut tar = tar::Builder::new(writer);
    for (path, entry) in &plan.entries {
        let name = path.strip_prefix("/").unwrap_or(path);
        let mut header = tar::Header::new_gnu();
        header.set_mtime(outputs.time);
        header.set_uid(0);
        header.set_gid(0);
        header.set_size(0);
        match &entry.node {
            Node::Directory { mode } => {
                header.set_entry_type(tar::EntryType::Directory);
                header.set_mode(*mode);
                // The slash is how tar names directories.
                let mut name = name.as_os_str().to_owned();
                name.push("/");
                tar.append_data(&mut header, name, io::empty()).map_err(error)?;
            }
            Node::Link { target } => {
                header.set_entry_type(tar::EntryType::Symlink);
                header.set_mode(0o777);
                tar.append_link(&mut header, name, target).map_err(error)?;
            }
            Node::File { source, mode, size } => {
                header.set_entry_type(tar::EntryType::Regular);
                header.set_mode(*mode);
                header.set_size(*size);
                let unreadable = |error| BundleError::Io { path: source.clone(), error };
                let file = File::open(source).map_err(unreadable)?;
                if file.metadata().map_err(unreadable)?.len() != *size {
                    return Err(unreadable(io::Error::other("changed while it was read")).into());
                }
                tar.append_data(&mut header, name, file.take(*size)).map_err(error)?;
                progress.file(*size);
            }
        }
    }
    tar.into_inner().and_then(|mut writer| writer.flush()).map_err(error)
}
