//! The files that fuzzing starts from (cli/fuzz/seeds) are those of the tests. `INSTA_UPDATE=always` writes them anew.

use std::fs;
use std::path::Path;

use super::search::{cache, old_cache};
use super::{bad_input, macho_file};

#[test]
fn seeds_are_the_files_of_the_tests() {
    let entries = [("libx.so", "/opt/v3/libx.so", Some(1)), ("libx.so", "/opt/libx.so", None)];
    let levels = ["x86-64-v2", "x86-64-v3"];
    let seeds = [
        ("elf", bad_input::rich()),
        ("macho", macho_file::program(macho_file::ARM64)),
        ("universal", macho_file::universal()),
        ("cache_new", cache(false, &entries, &levels)),
        ("cache_both", cache(true, &entries, &levels)),
        ("cache_old", old_cache("libx.so", "/opt/libx.so")),
    ];
    for (name, bytes) in seeds {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(name);
        if std::env::var_os("INSTA_UPDATE").is_some_and(|update| update == "always") {
            fs::write(&path, &bytes).unwrap();
        }
        assert!(fs::read(&path).unwrap() == bytes, "{name}");
    }
}
