//! Whether a process has one thread: then a change of its ids is one system call.

use crate::arch::{self, number};
use crate::sys::file::File;

/// Whether the process has but this thread: a child, mostly, of fork(2) or vfork(2).
pub(super) fn is_only_thread() -> bool {
    const CLONE_THREAD: usize = 0x1_0000;
    const EINVAL: isize = 22;
    // SAFETY: unshare(2) of what a process with one thread does not share: no effect then, else an error.
    match unsafe { arch::syscall(number::UNSHARE, [CLONE_THREAD, 0, 0, 0, 0, 0]) } {
        0 => true,
        error if error == -EINVAL => false,
        _ => is_one_in_proc(), // a filter, as containers have one
    }
}

/// Whether /proc says that the process has one thread.
fn is_one_in_proc() -> bool {
    let mut text = [0; 512];
    let len = File::open(c"/proc/self/stat").and_then(|file| file.read(&mut text, 0)).unwrap_or_default();
    let text = text.get(..len).unwrap_or_default();
    // proc(5): the name may have anything in it; its end counts as the second field, and the threads are the 20th.
    let end = text.iter().rposition(|&byte| byte == b')').unwrap_or(len);
    let mut fields = text.get(end..).unwrap_or_default().split(|&byte| byte == b' ');
    fields.nth(20 - 2) == Some(b"1")
}
