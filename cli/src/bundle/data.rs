//! glibc's data: character set converters and locales.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::BundleError;
use super::plan::Builder;
use crate::check::Context;
use crate::host::{Libc, Namespace};

const LOCALES: &str = "/usr/lib/locale";

/// Adds converters: the configuration, and the modules of those names or all.
pub(super) fn add_gconv(
    builder: &mut Builder<'_>,
    namespace: &mut Namespace<'_>,
    context: &Context,
    names: &[String],
) -> Result<(), BundleError> {
    if namespace.libc() == Libc::Musl {
        builder.warn("musl has its converters inside: nothing is added for --gconv".to_owned());
        return Ok(());
    }
    let directories = context.search().map(|search| search.default_directories().to_vec()).unwrap_or_default();
    let directories = directories.iter().map(|directory| directory.join("gconv"));
    let Some(directory) = directories.into_iter().find(|directory| builder.root().resolve(directory).is_ok()) else {
        builder.warn("the root has no gconv directory: nothing is added for --gconv".to_owned());
        return Ok(());
    };
    let files = list(builder, &directory)?;
    for file in files.iter().filter(|file| file.starts_with("gconv-modules")) {
        builder.add_tree(&directory.join(file), "gconv")?;
    }
    let all = names.iter().any(|name| name == "all");
    let chosen: Vec<String> = if all {
        files.into_iter().filter(|file| file.ends_with(".so")).collect()
    } else {
        names.iter().map(|name| format!("{name}.so")).collect()
    };
    for module in chosen {
        let path = directory.join(&module);
        if builder.root().resolve(&path).is_err() {
            return Err(BundleError::NoData { what: "the converter", name: module, looked_at: path });
        }
        builder.add_named(&path, "gconv")?;
        // Some need libraries of their own directory.
        if let Err(error) = namespace.open(&path.to_string_lossy()) {
            builder.warn(error.to_string());
        }
    }
    Ok(())
}

/// Adds locales of those names, or all.
pub(super) fn add_locale(builder: &mut Builder<'_>, libc: Libc, names: &[String]) -> Result<(), BundleError> {
    if libc == Libc::Musl {
        builder.warn("musl has no locale data: nothing is added for --locale".to_owned());
        return Ok(());
    }
    let directory = Path::new(LOCALES);
    if names.iter().any(|name| name == "all") {
        if builder.root().resolve(directory).is_err() {
            builder.warn(format!("the root has no {LOCALES}: nothing is added for --locale"));
            return Ok(());
        }
        return builder.add_tree(directory, "locale");
    }
    for name in names {
        let path = directory.join(name);
        let archive: PathBuf = directory.join("locale-archive");
        if builder.root().resolve(&path).is_ok() {
            builder.add_tree(&path, "locale")?;
        } else if builder.root().resolve(&archive).is_ok() {
            // One file holds what is not in directories of its own.
            builder.add(&archive, "locale")?;
        } else {
            return Err(BundleError::NoData { what: "the locale", name: name.clone(), looked_at: path });
        }
    }
    Ok(())
}

fn list(builder: &Builder<'_>, directory: &Path) -> Result<Vec<String>, BundleError> {
    let error = |error| BundleError::Io { path: directory.to_owned(), error };
    let outside = builder.root().resolve(directory).map_err(error)?.outside;
    let mut names = Vec::new();
    for entry in fs::read_dir(outside).map_err(error)? {
        names.extend(entry.map_err(error)?.file_name().into_string().ok());
    }
    names.sort();
    Ok(names)
}
