//! Guest mode: the static program has a libc of its own (home), and the host's libc is brought up beside it (guest).
//! Each call swaps the thread pointer in and out; each home thread borrows a thread control block of the guest's.

use core::ffi::CStr;
use core::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use crate::arch;
use crate::host::{Host, LibcKind};
use crate::slots;

pub(crate) mod area;
pub(crate) mod attach;
pub(crate) mod bring_up;
#[doc(hidden)]
pub mod callback;
pub(crate) mod clone;
pub(crate) mod errno;
pub(crate) mod exit;
pub(crate) mod fork;
pub(crate) mod handlers;
pub(crate) mod handoff;
pub(crate) mod identity;
pub(crate) mod ids;
pub(crate) mod initial_stack;
pub(crate) mod internal;
pub(crate) mod lock;
pub(crate) mod maker;
#[doc(hidden)]
pub mod overrides;
pub(crate) mod process_id;
pub(crate) mod program_break;
pub(crate) mod registration;
#[doc(hidden)]
pub mod scope;
pub(crate) mod self_thread;
pub(crate) mod sigaction;
pub(crate) mod signals;
pub(crate) mod stack_bounds;

/// The way into the guest that this kernel allows; set at bring-up.
#[doc(hidden)]
pub static ENTER: AtomicPtr<()> = AtomicPtr::new(arch::guest_enter_syscall as *mut ());

/// Has every further call swap the thread pointer by the system call, as on kernels without `wrfsbase`.
#[doc(hidden)]
pub fn enter_by_system_call() {
    ENTER.store(arch::guest_enter_syscall as *mut (), Ordering::Relaxed);
}

/// Calls a function of the guest's from either side.
///
/// # Safety
/// As for the function, which takes at most four integer or pointer arguments. Guest mode; at home, on a thread that is
/// attached.
pub(crate) unsafe fn call(function: usize, arguments: [usize; 4]) -> usize {
    let [a, b, c, d] = arguments;
    // SAFETY: the caller's.
    unsafe {
        if area::current().is_none() {
            return arch::enter(a, b, c, d, function);
        }
        let function: extern "C" fn(usize, usize, usize, usize) -> usize = core::mem::transmute(function);
        function(a, b, c, d)
    }
}

/// The address of a function of the guest's own libc, whatever the program image exports under that name; none where
/// this thread cannot ask, or the libc has no such function.
pub(crate) fn guest_symbol(host: &Host, name: &CStr) -> Option<usize> {
    /// glibc's is two libraries, before 2.34; musl answers to both names. Both are open as long as the process lives.
    const LIBRARIES: [&CStr; 2] = [c"libc.so.6", c"libpthread.so.0"];
    /// Their handles; 0 until they were asked for.
    static HANDLES: [AtomicUsize; 2] = [const { AtomicUsize::new(0) }; 2];
    const RTLD_NOW: usize = 2;
    if area::current().is_none() {
        attach::attach().ok()?;
    }
    let is_split = host.libc == LibcKind::GlibcBefore234;
    LIBRARIES.into_iter().zip(&HANDLES).take(if is_split { 2 } else { 1 }).find_map(|(library, handle)| {
        // SAFETY: dlopen(3) of a library that is open, and dlsym(3); attached.
        unsafe {
            if handle.load(Ordering::Relaxed) == 0 {
                let opened = call(host.slots.get(slots::DLOPEN), [library.as_ptr() as usize, RTLD_NOW, 0, 0]);
                handle.store(opened, Ordering::Relaxed);
            }
            let opened = handle.load(Ordering::Relaxed);
            let address = call(host.slots.get(slots::DLSYM), [opened, name.as_ptr() as usize, 0, 0]);
            (opened != 0 && address != 0).then_some(address)
        }
    })
}
