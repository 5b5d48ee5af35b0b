//! Running a program with another directory as `/`, and with or without `/proc` and `/dev`.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

/// A command that runs `program`, a path inside `root`, there. `/proc` and `/dev` are mounted for it alone if `proc` is set.
/// Needs root's rights.
#[cfg(target_os = "linux")]
pub(crate) fn command(root: &Path, program: &str, proc: bool) -> Result<Command> {
    use std::ffi::CString;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::process::CommandExt;

    let path = |path: &Path| CString::new(path.as_os_str().as_bytes());
    let mount_points = [path(&root.join("proc"))?, path(&root.join("dev"))?];
    let root = path(root)?;
    let mut command = Command::new(program);
    command.env_clear().env("PATH", "/usr/bin:/bin");
    let enter = move || {
        let entered = enter(&root, proc.then_some(&mount_points));
        entered.map_err(|error| std::io::Error::from_raw_os_error(error.raw_os_error()))
    };
    // SAFETY: between fork and exec the closure only makes system calls, on strings that were made before.
    unsafe { command.pre_exec(enter) };
    Ok(command)
}

#[cfg(target_os = "linux")]
fn enter(root: &std::ffi::CStr, mount_points: Option<&[std::ffi::CString; 2]>) -> rustix::io::Result<()> {
    if let Some([proc, dev]) = mount_points {
        unshare_mounts()?;
        rustix::mount::mount(c"proc", proc.as_c_str(), c"proc", rustix::mount::MountFlags::empty(), None)?;
        rustix::mount::mount_bind_recursive(c"/dev", dev.as_c_str())?;
    }
    rustix::process::chroot(root)?;
    rustix::process::chdir(c"/")
}

/// A command that runs `program`, a path inside `root`, with that as the root of a mount namespace: unlike in a changed
/// root directory, it may make user namespaces there. Needs root's rights.
#[cfg(target_os = "linux")]
pub(crate) fn own_namespace(root: &Path, program: &str) -> Result<Command> {
    use std::ffi::CString;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::process::CommandExt;

    let root = CString::new(root.as_os_str().as_bytes())?;
    let mut command = Command::new(program);
    command.env_clear().env("PATH", "/usr/bin:/bin");
    let enter = move || pivot(&root).map_err(|error| std::io::Error::from_raw_os_error(error.raw_os_error()));
    // SAFETY: between fork and exec the closure only makes system calls, on a string that was made before.
    unsafe { command.pre_exec(enter) };
    Ok(command)
}

#[cfg(target_os = "linux")]
fn pivot(root: &std::ffi::CStr) -> rustix::io::Result<()> {
    use rustix::mount::{UnmountFlags, mount_bind, unmount};

    unshare_mounts()?;
    mount_bind(root, root)?;
    rustix::process::chdir(root)?;
    rustix::process::pivot_root(c".", c".")?; // the former root lies on the new one now
    unmount(c".", UnmountFlags::DETACH)?;
    rustix::process::chdir(c"/")
}

/// Makes a mount namespace of this process's own, so that its mounts go when the process does.
#[cfg(target_os = "linux")]
fn unshare_mounts() -> rustix::io::Result<()> {
    use rustix::mount::{MountPropagationFlags, mount_change};
    use rustix::thread::{UnshareFlags, unshare_unsafe};

    // SAFETY: a mount namespace of its own unshares no file descriptors and no memory.
    unsafe { unshare_unsafe(UnshareFlags::NEWNS) }?;
    mount_change(c"/", MountPropagationFlags::REC | MountPropagationFlags::PRIVATE)
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn own_namespace(_root: &Path, _program: &str) -> Result<Command> {
    anyhow::bail!("other roots are entered on Linux only")
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn command(_root: &Path, _program: &str, _proc: bool) -> Result<Command> {
    anyhow::bail!("other roots are entered on Linux only")
}
