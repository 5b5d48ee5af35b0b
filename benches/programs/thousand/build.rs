//! Writes the declarations of a thousand functions, and a function that calls each.

use std::fmt::Write;
use std::path::Path;

const COUNT: usize = 1000;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let mut text = String::from(
        "#[cfg_attr(not(feature = \"plain\"), import_dynamic::import_dynamic(\"libthousand.so\"))]\n\
         unsafe extern \"C\" {\n",
    );
    for index in 0..COUNT {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "    fn thousand_{index:03}(n: c_long) -> c_long;");
    }
    text.push_str("}\n\n/// Calls each function once.\nunsafe fn call_each() {\n    // SAFETY: the caller's: each takes and gives a number.\n    unsafe {\n");
    for index in 0..COUNT {
        let _ = writeln!(text, "        thousand_{index:03}({index});");
    }
    text.push_str("    }\n}\n");
    let directory = std::env::var("OUT_DIR").unwrap_or_default();
    std::fs::write(Path::new(&directory).join("functions.rs"), text).unwrap_or_else(|error| panic!("{error}"));
}
