//! Logical names of libraries, and what they stand for on Linux.

/// The libraries that a logical name stands for, by preference. The run-time table is in the package `import-dynamic`.
const LOGICAL: [(&str, &[&str]); 6] = [
    ("libc", &["libc.so.6"]),
    ("libm", &["libm.so.6", "libc.so.6"]),
    ("libpthread", &["libc.so.6", "libpthread.so.0"]),
    ("libdl", &["libc.so.6", "libdl.so.2"]),
    ("libresolv", &["libresolv.so.2", "libc.so.6"]),
    ("libSystem", &["libc.so.6", "libresolv.so.2", "libpthread.so.0", "libdl.so.2", "libm.so.6"]),
];

/// The libraries to try for `name` as a program writes it: several for a logical name, else the name itself.
pub fn alternatives(name: &str) -> Vec<&str> {
    match LOGICAL.iter().find(|(logical, _)| *logical == name) {
        Some((_, libraries)) => libraries.to_vec(),
        None => vec![name],
    }
}

/// Are symbols of that library also looked for with two underscores before them, as glibc before 2.34 names them?
pub fn has_underscored(name: &str) -> bool {
    matches!(name, "libresolv" | "libSystem")
}
