//! `_start` of a std program without a libc of its own, and the memory functions that it needs before there is one.
//!
//! Everything here is the start code's alone: cargo-import-dynamic renames all symbols but the entry points, so that the
//! program's own calls of `memcpy` and the like are imports.

#![no_std]

use core::ffi::{c_char, c_int, c_void};

use import_dynamic_loader::arch::{copy_bytes, fill_bytes};

unsafe extern "C" {
    fn main(argc: c_int, argv: *mut *mut c_char, envp: *mut *mut c_char) -> c_int;
}

import_dynamic_loader::__std_start!(main);

/// What C++ and thread-local destructors name the program with (Itanium C++ ABI, §3.3.5).
#[unsafe(no_mangle)]
static __dso_handle: u8 = 0;

/// Tells a loader in the program that its libc is the host's, and which.
#[unsafe(no_mangle)]
static __import_dynamic_adopted: &import_dynamic_loader::std_start::Adopted =
    &import_dynamic_loader::std_start::ADOPTED;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    import_dynamic_loader::exit_with(&"the start code has panicked")
}

#[unsafe(no_mangle)]
unsafe extern "C" fn memcpy(to: *mut c_void, from: *const c_void, len: usize) -> *mut c_void {
    // SAFETY: the caller's.
    unsafe { copy_bytes(to, from, len, true) };
    to
}

#[unsafe(no_mangle)]
unsafe extern "C" fn memmove(to: *mut c_void, from: *const c_void, len: usize) -> *mut c_void {
    let forward = (to as usize).wrapping_sub(from as usize) >= len;
    // SAFETY: the caller's; upwards unless the destination begins inside of the source.
    unsafe { copy_bytes(to, from, len, forward) };
    to
}

#[unsafe(no_mangle)]
unsafe extern "C" fn memset(to: *mut c_void, byte: c_int, len: usize) -> *mut c_void {
    // SAFETY: the caller's.
    unsafe { fill_bytes(to, byte as u8, len) };
    to
}

#[unsafe(no_mangle)]
unsafe extern "C" fn memcmp(a: *const c_void, b: *const c_void, len: usize) -> c_int {
    let (a, b) = (a.cast::<u8>(), b.cast::<u8>());
    let mut index = 0;
    while index < len {
        // SAFETY: the caller's. Volatile: the compiler would make this loop a call of this function.
        let (x, y) = unsafe { (a.add(index).read_volatile(), b.add(index).read_volatile()) };
        if x != y {
            return c_int::from(x) - c_int::from(y);
        }
        index += 1;
    }
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bcmp(a: *const c_void, b: *const c_void, len: usize) -> c_int {
    // SAFETY: the caller's.
    unsafe { memcmp(a, b, len) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn strlen(text: *const u8) -> usize {
    let mut len = 0;
    // SAFETY: the caller's. Volatile, as above.
    while unsafe { text.add(len).read_volatile() } != 0 {
        len += 1;
    }
    len
}

// The compiled core library names these two in its unwind tables; nothing here unwinds.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

#[unsafe(no_mangle)]
extern "C" fn _Unwind_Resume() -> ! {
    import_dynamic_loader::exit_with(&"the start code has panicked")
}
