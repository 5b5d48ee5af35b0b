//! A program with more rights than who started it.

use super::*;

/// A set-user-id copy of this program, run by somebody else.
pub(super) fn secure_execution() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;

    if crate::is_emulated("the kernel would have to start the emulator") || !crate::is_root() {
        return;
    }
    let copy = std::env::temp_dir().join(format!("import-dynamic-set-uid-{}", std::process::id()));
    std::fs::copy("/proc/self/exe", &copy).expect("a copy");
    std::fs::set_permissions(&copy, std::fs::Permissions::from_mode(0o4755)).expect("set-user-id");
    let mut command = Command::new(&copy);
    command.args(["--case", "secure_execution_victim"]).env("SECURE", "1").uid(54321).gid(54321);
    command.env("IMPORT_DYNAMIC_INTERPRETER", "/nonexistent").env("IMPORT_DYNAMIC_DEBUG", "1");
    command.env("LD_PRELOAD", "/nonexistent/preload.so");
    let output = command.output();
    let _ = std::fs::remove_file(&copy);
    let output = output.expect("run");
    let (text, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{text}{errors}");
    if text.contains("not secure") {
        println!("skipped: set-user-id does not work here");
        return;
    }
    assert_eq!((&*text, &*errors), ("secure\n", ""));
}

#[import_dynamic::import_dynamic("libc")]
unsafe extern "C" {
    safe fn getauxval(kind: usize) -> usize;
}

pub(super) fn victim() {
    if std::env::var_os("SECURE").is_none() {
        return;
    }
    // SAFETY: getauxval(3).
    let secure = unsafe { libc::getauxval(libc::AT_SECURE) };
    assert_eq!(secure as usize, getauxval(libc::AT_SECURE as usize));
    super::isolation::processor(); // the tunable that keeps it right elsewhere is not read now
    println!("{}", if secure != 0 { "secure" } else { "not secure" });
}
