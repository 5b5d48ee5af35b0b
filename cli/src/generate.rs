//! Manual pages and shell completions, made from the command line's own description.

use std::fs;
use std::io;
use std::path::Path;

use clap::CommandFactory as _;

use crate::args::Cli;
use crate::error::Error;

/// Prints the completion script of a shell.
///
/// # Errors
/// When standard output cannot be written.
pub fn completions(shell: clap_complete::Shell) -> Result<u8, Error> {
    let mut script = Vec::new();
    // Shells complete the program's file name; Cargo's own completions call that for `cargo import-dynamic`.
    let mut command = Cli::command().bin_name("cargo-import-dynamic");
    clap_complete::generate(shell, &mut command, "cargo-import-dynamic", &mut script);
    crate::run::print(&String::from_utf8_lossy(&script))?;
    Ok(0)
}

/// Prints the manual page, or writes it and one for each subcommand into `directory`.
///
/// # Errors
/// When the output cannot be written.
pub fn manual(directory: Option<&Path>) -> Result<u8, Error> {
    let mut command = Cli::command().bin_name("cargo-import-dynamic");
    command.build();
    let Some(directory) = directory else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page).map_err(Error::Output)?;
        crate::run::print(&String::from_utf8_lossy(&page))?;
        return Ok(0);
    };
    let write = |result: io::Result<()>| result.map_err(|error| Error::Write { path: directory.to_owned(), error });
    write(fs::create_dir_all(directory))?;
    write(clap_mangen::generate_to(command, directory))?;
    Ok(0)
}
