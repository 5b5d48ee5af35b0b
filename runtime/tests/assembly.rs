//! What a call costs, instruction by instruction: the code of a program, built for release, compared with the listings in
//! `tests/assembly`. `UPDATE_ASSEMBLY=1` writes what is there now, for a look at the difference.
//!
//! macOS's is looked at from Linux: on macOS, what takes a linker's place there would be that of the macros too.
#![cfg(target_os = "linux")]

mod support;

#[path = "support/cross.rs"]
#[allow(dead_code, reason = "nothing is run")]
mod cross;

#[path = "assembly/apple.rs"]
mod apple;
#[path = "assembly/elf.rs"]
mod elf;

use std::path::Path;

/// Compares a listing with the one that is kept.
fn compare(arch: &str, listing: &str) {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/assembly").join(format!("{arch}.asm"));
    if std::env::var_os("UPDATE_ASSEMBLY").is_some() {
        std::fs::write(&kept, listing).expect("written");
    }
    let expected = std::fs::read_to_string(&kept).unwrap_or_default();
    assert_eq!(listing, expected, "{} is another now:\n{listing}", kept.display());
}
