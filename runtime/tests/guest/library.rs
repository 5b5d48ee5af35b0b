//! Small libraries in C, built when a case runs, for what no host library does. Their symbols are in the global scope then.

use std::ffi::CString;
use std::process::Command;

/// Builds and opens a library; says that the case is skipped where there is no C compiler.
pub(crate) fn build(name: &str, source: &str) -> bool {
    build_with("cc", "c", name, source)
}

/// The same in C++.
pub(crate) fn build_cpp(name: &str, source: &str) -> bool {
    build_with("c++", "cc", name, source)
}

fn build_with(compiler: &str, suffix: &str, name: &str, source: &str) -> bool {
    let directory = std::env::temp_dir().join(format!("import-dynamic-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a temporary directory");
    let (input, output) = (directory.join(format!("library.{suffix}")), directory.join("library.so"));
    std::fs::write(&input, source).expect("written");
    let built =
        Command::new(compiler).args(["-shared", "-fPIC", "-O1", "-pthread", "-o"]).arg(&output).arg(&input).status();
    let built = built.is_ok_and(|status| status.success());
    if built {
        let path = CString::new(output.into_os_string().into_encoded_bytes()).expect("no NUL");
        import_dynamic::host().expect("a host").dlopen(&path).expect("the library");
    } else {
        crate::skip(&format!("no {compiler}"));
    }
    let _ = std::fs::remove_dir_all(&directory);
    built
}
