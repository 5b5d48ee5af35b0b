//! Users, groups and services from the files of `/etc`, where the host has no libc to ask.

pub(crate) mod groups;
pub(crate) mod services;
pub(crate) mod users;

use core::ffi::c_int;
use std::io;

/// Reads a file; the `errno` when it cannot be read.
fn read(path: &str) -> Result<Vec<u8>, c_int> {
    std::fs::read(path).map_err(|error: io::Error| error.raw_os_error().unwrap_or(libc::EIO))
}

/// The lines that can be records: neither empty, nor comments, nor the `+` and `-` entries of compatibility mode.
fn lines(file: &[u8]) -> impl Iterator<Item = &[u8]> {
    file.split(|byte| *byte == b'\n')
        .filter(|line| !matches!(line.trim_ascii_start().first(), None | Some(b'#' | b'+' | b'-')))
}

/// A user or group number: digits alone.
fn id(text: &[u8]) -> Option<u32> {
    let digits = text.iter().all(u8::is_ascii_digit);
    digits.then(|| core::str::from_utf8(text).ok()?.parse().ok()).flatten()
}
