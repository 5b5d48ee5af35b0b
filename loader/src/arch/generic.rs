//! What is the same on every architecture that Linux came to later: its generic system calls (`asm-generic/unistd.h`), and a
//! thread pointer above glibc's control block (TLS variant I), in a register that programs may write.

/// Where `struct stat` has what is asked of it (`<asm/stat.h>`).
pub(crate) mod stat {
    /// Its size in words.
    pub(crate) const WORDS: usize = 16;
    /// The mode: its word, and its lowest bit there.
    pub(crate) const MODE: (usize, u32) = (2, 0);
    /// The word of the file's size.
    pub(crate) const SIZE: usize = 6;
}
/// System call numbers.
pub(crate) mod number {
    #[cfg(guest)]
    pub(crate) const RT_SIGACTION: usize = 134;
    #[cfg(guest)]
    pub(crate) const GETPID: usize = 172;
    #[cfg(guest)]
    pub(crate) const CLONE: usize = 220;
    #[cfg(guest)]
    pub(crate) const CHDIR: usize = 49;
    #[cfg(guest)]
    pub(crate) const SETSID: usize = 157;
    #[cfg(guest)]
    pub(crate) const DUP3: usize = 24;
    #[cfg(guest)]
    pub(crate) const RSEQ: usize = 293;
    #[cfg(guest)]
    pub(crate) const SCHED_SETAFFINITY: usize = 122;
    #[cfg(guest)]
    pub(crate) const SCHED_GETAFFINITY: usize = 123;
    #[cfg(guest)]
    pub(crate) const SCHED_SETSCHEDULER: usize = 119;
    #[cfg(guest)]
    pub(crate) const SCHED_GETSCHEDULER: usize = 120;
    #[cfg(guest)]
    pub(crate) const SCHED_GETPARAM: usize = 121;
    #[cfg(guest)]
    pub(crate) const EXIT: usize = 93;
    #[cfg(guest)]
    pub(crate) const SETUID: usize = 146;
    #[cfg(guest)]
    pub(crate) const SETGID: usize = 144;
    #[cfg(guest)]
    pub(crate) const SETREUID: usize = 145;
    #[cfg(guest)]
    pub(crate) const SETREGID: usize = 143;
    #[cfg(guest)]
    pub(crate) const SETGROUPS: usize = 159;
    #[cfg(guest)]
    pub(crate) const SETRESUID: usize = 147;
    #[cfg(guest)]
    pub(crate) const SETRESGID: usize = 149;
    #[cfg(guest)]
    pub(crate) const KILL: usize = 129;
    #[cfg(guest)]
    pub(crate) const TGKILL: usize = 131;
    #[cfg(any(guest, native))]
    pub(crate) const FUTEX: usize = 98;
    #[cfg(any(guest, native))]
    pub(crate) const GETTID: usize = 178;
    #[cfg(guest)]
    pub(crate) const UNSHARE: usize = 97;
    #[cfg(guest)]
    pub(crate) const PRCTL: usize = 167;
    #[cfg(guest)]
    pub(crate) const SET_TID_ADDRESS: usize = 96;
    #[cfg(guest)]
    pub(crate) const SET_ROBUST_LIST: usize = 99;
    #[cfg(guest)]
    pub(crate) const GET_ROBUST_LIST: usize = 100;
    #[cfg(guest)]
    pub(crate) const RT_SIGQUEUEINFO: usize = 138;
    #[cfg(guest)]
    pub(crate) const RT_SIGPROCMASK: usize = 135;
    #[cfg(guest)]
    pub(crate) const BRK: usize = 214;
    pub(crate) const CLOCK_GETTIME: usize = 113;
    pub(crate) const OPENAT: usize = 56;
    pub(crate) const FSTAT: usize = 80;
    pub(crate) const PREAD64: usize = 67;
    pub(crate) const CLOSE: usize = 57;
    pub(crate) const MMAP: usize = 222;
    pub(crate) const MUNMAP: usize = 215;
    pub(crate) const WRITE: usize = 64;
    pub(crate) const EXIT_GROUP: usize = 94;
}

/// Whether the process swaps its thread pointer without a system call: a register that is the program's to write.
#[cfg(guest)]
pub(crate) fn has_fast_switch(_hwcap2: usize) -> bool {
    true
}

/// This thread's thread pointer, 0 in a process that has no C library.
pub(crate) fn thread_pointer(_hwcap2: usize) -> usize {
    super::own_thread_pointer() as usize
}

/// The kernel has a signal's return itself (in the vDSO).
#[cfg(guest)]
pub(crate) const SIGNAL_RESTORER: *const () = core::ptr::null();
/// Where a signal context (`ucontext_t`) holds the signal mask: after flags, link and stack.
#[cfg(guest)]
pub(crate) const CONTEXT_MASK: usize = 40;

/// clone(2) of a process, with `thread_id` as child_tid: what glibc's fork does.
///
/// # Safety
/// As for fork(2); `thread_id` is 0 or where the thread's control block keeps its id.
#[cfg(guest)]
pub(crate) unsafe fn clone_like_fork(flags: usize, thread_id: usize) -> isize {
    // SAFETY: the caller's.
    unsafe { super::syscall(number::CLONE, [flags, 0, 0, 0, thread_id, 0]) }
}

/// The addresses of the control block at a thread pointer, from before the thread's id on: glibc's is 1776 to 1888 bytes below
/// it, and has the id in 208.
#[cfg(guest)]
pub(crate) fn control_block(tp: usize) -> (usize, usize) {
    (tp - 1696, tp)
}
