//! Locks of the guest's that other threads hold while the process forks.

use core::ffi::{c_int, c_void};

use import_dynamic::LibcKind;

use super::{fork, use_imports, wait_for};
use crate::imports::guest_function;

#[import_dynamic::import_dynamic("libc")]
unsafe extern "C" {
    fn flockfile(stream: *mut c_void);
    fn funlockfile(stream: *mut c_void);
    fn fflush(stream: *mut c_void) -> c_int;
}

/// The guest's locks are free in the child, also of a thread that has no control block there, while another thread holds one.
pub(super) fn fork_by_a_thread_that_never_called() {
    use_imports();
    if import_dynamic::host().is_ok_and(|host| host.libc() == LibcKind::Musl) || cfg!(target_env = "musl") {
        return; // musl's child has the locks as they were
    }
    fork(0, false); // what forking needs of the guest is found now
    let stdout = guest_function::<*const *mut c_void>(c"stdout") as usize;
    // SAFETY: a variable of the guest's.
    let stdout = move || unsafe { *(stdout as *const *mut c_void) };
    // SAFETY: flockfile(3).
    unsafe { flockfile(stdout()) };
    let forks = std::thread::spawn(move || {
        // SAFETY: fork(2).
        let process = unsafe { libc::fork() };
        if process == 0 {
            // SAFETY: fflush(3), which waits for the lock, and _exit(2).
            unsafe { libc::_exit(if fflush(stdout()) == 0 { 7 } else { 1 }) };
        }
        wait_for(process);
    });
    forks.join().expect("a child that ends well");
    // SAFETY: locked above.
    unsafe { funlockfile(stdout()) };
}
