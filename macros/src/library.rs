//! Library names as they are written: logical names, file names, and what looks like neither.

/// The logical names and the sonames that they stand for on Linux, which is what ELF metadata must name.
/// The runtime's table is the authority; a test of the runtime compares the two.
pub(crate) const LOGICAL: &[(&str, &[&str])] = &[
    ("libc", &["libc.so.6"]),
    ("libm", &["libm.so.6", "libc.so.6"]),
    ("libpthread", &["libc.so.6", "libpthread.so.0"]),
    ("libdl", &["libc.so.6", "libdl.so.2"]),
    ("libresolv", &["libresolv.so.2", "libc.so.6"]),
    ("libSystem", &["libc.so.6", "libresolv.so.2", "libpthread.so.0", "libdl.so.2", "libm.so.6"]),
];

/// What kind of name `name` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A key of [`LOGICAL`].
    Logical,
    /// A path or file name, taken as it stands.
    File,
    /// Neither: most likely a symbol, or a slip.
    Unknown,
}

pub(crate) fn kind(name: &str) -> Kind {
    if LOGICAL.iter().any(|(logical, _)| *logical == name) {
        Kind::Logical
    } else if name.contains('/') || name.contains(".so") || name.contains(".dylib") {
        Kind::File
    } else {
        Kind::Unknown
    }
}

/// The sonames that an ELF host may be asked for on behalf of `libraries`, in order, each once.
pub(crate) fn sonames(libraries: &[String]) -> Vec<&str> {
    let mut sonames = Vec::new();
    for library in libraries {
        let logical = LOGICAL.iter().find(|(logical, _)| logical == library);
        let file = [library.rsplit('/').next().unwrap_or(library)];
        let names: &[&str] = logical.map_or(&file, |(_, names)| names);
        for name in names {
            if !name.contains(".dylib") && !name.is_empty() && !sonames.contains(name) {
                sonames.push(*name);
            }
        }
    }
    sonames
}

/// The short name of a library: `libz` of `/usr/lib/libz.so.1`.
pub(crate) fn stem(library: &str) -> &str {
    let file = library.rsplit('/').next().unwrap_or(library);
    let end = file.find(".so").or_else(|| file.find(".dylib")).unwrap_or(file.len());
    if end == 0 { file } else { &file[..end] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn kinds() {
        assert_eq!(kind("libSystem"), Kind::Logical);
        assert_eq!(kind("libz.so.1"), Kind::File);
        assert_eq!(kind("./plugin"), Kind::File);
        assert_eq!(kind("/usr/lib/libresolv.9.dylib"), Kind::File);
        assert_eq!(kind("res_search"), Kind::Unknown);
    }

    #[test]
    fn sonames_are_mapped_once_each_and_without_paths() {
        assert_eq!(sonames(&owned(&["libresolv", "libc"])), ["libresolv.so.2", "libc.so.6"]);
        assert_eq!(sonames(&owned(&["/opt/x/libx.so.1", "libx.dylib"])), ["libx.so.1"]);
    }

    #[test]
    fn stems() {
        assert_eq!(stem("/usr/lib/libz.so.1"), "libz");
        assert_eq!(stem("libresolv.9.dylib"), "libresolv.9");
        assert_eq!(stem("libc"), "libc");
    }
}
