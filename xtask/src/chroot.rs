//! Running a program with another directory as `/`, and with or without `/proc`.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

/// A command that runs `program`, a path inside `root`, there. `/proc` is mounted for it alone if `proc` is set.
/// Needs root's rights.
#[cfg(target_os = "linux")]
pub(crate) fn command(root: &Path, program: &str, proc: bool) -> Result<Command> {
    use std::ffi::CString;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::process::CommandExt;

    let mount_point = CString::new(root.join("proc").into_os_string().as_bytes())?;
    let root = CString::new(root.as_os_str().as_bytes())?;
    let mut command = Command::new(program);
    command.env_clear().env("PATH", "/usr/bin:/bin");
    let enter = move || {
        let entered = enter(&root, proc.then_some(mount_point.as_c_str()));
        entered.map_err(|error| std::io::Error::from_raw_os_error(error.raw_os_error()))
    };
    // SAFETY: between fork and exec the closure only makes system calls, on strings that were made before.
    unsafe { command.pre_exec(enter) };
    Ok(command)
}

#[cfg(target_os = "linux")]
fn enter(root: &std::ffi::CStr, proc: Option<&std::ffi::CStr>) -> rustix::io::Result<()> {
    if let Some(mount_point) = proc {
        mount_proc(mount_point)?;
    }
    rustix::process::chroot(root)?;
    rustix::process::chdir(c"/")
}

/// Mounts `/proc` in a mount namespace of this process's own, so that the mount goes when the process does.
#[cfg(target_os = "linux")]
fn mount_proc(mount_point: &std::ffi::CStr) -> rustix::io::Result<()> {
    use rustix::mount::{MountFlags, MountPropagationFlags, mount, mount_change};
    use rustix::thread::{UnshareFlags, unshare_unsafe};

    // SAFETY: a mount namespace of its own unshares no file descriptors and no memory.
    unsafe { unshare_unsafe(UnshareFlags::NEWNS) }?;
    mount_change(c"/", MountPropagationFlags::REC | MountPropagationFlags::PRIVATE)?;
    mount(c"proc", mount_point, c"proc", MountFlags::empty(), None)
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn command(_root: &Path, _program: &str, _proc: bool) -> Result<Command> {
    anyhow::bail!("other roots are entered on Linux only")
}
