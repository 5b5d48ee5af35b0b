//! Guest mode: where the words beside both thread pointers are, whatever the architecture.

use core::arch::global_asm;

use super::{AREA_FROM_THREAD_POINTER, guest_word_offset, own_thread_pointer};
use crate::guest::area;

// One word of home TLS: this thread's guest thread pointer, null until it is attached. `#[thread_local]` is not
// stable, hence by hand; initial-exec, which a static link relaxes to local-exec. Padded to the size of an area, so that
// where a guest thread has its area a home thread has TLS that can be read (`area::current`).
global_asm!(
    ".pushsection .tbss.import_dynamic,\"awT\",@nobits",
    ".globl __import_dynamic_guest_tp",
    ".hidden __import_dynamic_guest_tp",
    ".type __import_dynamic_guest_tp,@object",
    ".size __import_dynamic_guest_tp,8",
    ".balign 8",
    "__import_dynamic_guest_tp:",
    ".zero {size}", // all but the first word unused
    ".popsection",
    size = const area::SIZE,
);

/// The address of this thread's word for its guest thread pointer.
///
/// # Safety
/// Behavior is undefined if the home thread pointer is not in place (guest mode, outside guest code).
pub(crate) unsafe fn guest_thread_pointer_word() -> *mut *mut u8 {
    guest_thread_pointer_word_of(own_thread_pointer())
}

/// [`guest_thread_pointer_word`] of the home thread whose thread pointer is `home`.
pub(crate) fn guest_thread_pointer_word_of(home: *mut u8) -> *mut *mut u8 {
    home.wrapping_offset(guest_word_offset()).cast()
}

/// The guest area of the guest thread whose thread pointer is `tp`.
pub(crate) fn area_of(tp: *mut u8) -> *mut area::Area {
    tp.wrapping_offset(AREA_FROM_THREAD_POINTER).cast()
}

/// Defines a symbol that a static program finds before its libc's: code that goes on in a function of this crate.
///
/// `.globl` where libc's own is weak: this one is used then, whichever the linker meets first. `.weak` where it is not: it is
/// used if it comes first, and there are not two. Unknown to rustc, which would have the linker look for it at once, and
/// find libc's.
#[cfg_attr(
    not(target_feature = "crt-static"),
    allow(unused_macros, reason = "a dynamic program's libc is the process's")
)]
macro_rules! interpose {
    ($binding:literal, $symbol:literal, $function:path) => {
        core::arch::global_asm!(
            concat!(".pushsection .text.", $symbol, ",\"ax\",@progbits"),
            concat!($binding, " ", $symbol),
            concat!(".hidden ", $symbol), // this program's own: no library is to find it
            concat!(".type ", $symbol, ",@function"),
            concat!($symbol, ":"),
            crate::arch::go_on_in!(),
            ".popsection",
            sym $function,
        );
    };
}
#[cfg_attr(not(target_feature = "crt-static"), allow(unused_imports, reason = "as above"))]
pub(crate) use interpose;
