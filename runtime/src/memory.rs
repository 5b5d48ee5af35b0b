//! The memory functions that compiled code calls, for programs that have no libc: `main!` defines the C symbols.

use core::ffi::{c_int, c_void};

use import_dynamic_loader::arch::{copy_bytes, fill_bytes};

/// memcpy(3).
///
/// # Safety
/// As there.
pub unsafe fn copy(to: *mut c_void, from: *const c_void, len: usize) -> *mut c_void {
    // SAFETY: the caller's.
    unsafe { copy_bytes(to, from, len, true) };
    to
}

/// memmove(3).
///
/// # Safety
/// As there.
pub unsafe fn copy_overlapping(to: *mut c_void, from: *const c_void, len: usize) -> *mut c_void {
    let forward = (to as usize).wrapping_sub(from as usize) >= len;
    // SAFETY: the caller's.
    unsafe { copy_bytes(to, from, len, forward) };
    to
}

/// memset(3).
///
/// # Safety
/// As there.
pub unsafe fn fill(to: *mut c_void, byte: c_int, len: usize) -> *mut c_void {
    // SAFETY: the caller's.
    unsafe { fill_bytes(to, byte as u8, len) };
    to
}

/// memcmp(3).
///
/// # Safety
/// As there.
pub unsafe fn compare(a: *const c_void, b: *const c_void, len: usize) -> c_int {
    let (a, b) = (a.cast::<u8>(), b.cast::<u8>());
    for at in 0..len {
        // SAFETY: the caller's. Volatile: the compiler must not turn the loop into a call of memcmp.
        let (a, b) = unsafe { (a.add(at).read_volatile(), b.add(at).read_volatile()) };
        if a != b {
            return c_int::from(a) - c_int::from(b);
        }
    }
    0
}

/// strlen(3).
///
/// # Safety
/// As there.
pub unsafe fn length(text: *const c_void) -> usize {
    let mut end = text.cast::<u8>();
    // SAFETY: the caller's; volatile as above.
    while unsafe { end.read_volatile() } != 0 {
        end = end.wrapping_add(1);
    }
    end as usize - text as usize
}
