//! Small libraries in C, built when a case runs, for what no host library does. Their symbols are in the global scope then.

use std::ffi::CString;
use std::path::Path;
use std::process::Command;

/// Builds and opens a library; says that the case is skipped where there is no C compiler.
pub(crate) fn build(name: &str, source: &str) -> bool {
    build_with("cc", "c", name, source)
}

/// The same in C++.
pub(crate) fn build_cpp(name: &str, source: &str) -> bool {
    build_with("c++", "cc", name, source)
}

/// The folder of libraries that were built before, for hosts without a compiler.
const BUILT: &str = "TEST_LIBRARIES";

fn build_with(compiler: &str, suffix: &str, name: &str, source: &str) -> bool {
    let built = std::env::var_os(BUILT).map(|folder| Path::new(&folder).join(format!("{name}.so")));
    if let Some(library) = built.filter(|library| library.exists()) {
        open(&library);
        return true;
    }
    let directory = std::env::temp_dir().join(format!("import-dynamic-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a temporary directory");
    let (input, output) = (directory.join(format!("library.{suffix}")), directory.join("library.so"));
    std::fs::write(&input, source).expect("written");
    let built =
        Command::new(compiler).args(["-shared", "-fPIC", "-O1", "-pthread", "-o"]).arg(&output).arg(&input).status();
    let built = built.is_ok_and(|status| status.success());
    if built {
        open(&output);
    } else {
        crate::skip(&format!("no {compiler}"));
    }
    let _ = std::fs::remove_dir_all(&directory);
    built
}

fn open(library: &Path) {
    let path = CString::new(library.as_os_str().as_encoded_bytes()).expect("no NUL");
    import_dynamic::host().expect("a host").dlopen(&path).expect("the library");
}
