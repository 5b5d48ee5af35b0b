//! Copying and filling on architectures without code of their own for it.

use core::ffi::c_void;

/// Byte copy that needs no libc and that the compiler cannot turn into a call of itself.
///
/// # Safety
/// As for `memcpy`; `forward` is false only for overlapping ranges with `to > from`.
pub unsafe fn copy_bytes(to: *mut c_void, from: *const c_void, len: usize, forward: bool) {
    let (to, from) = (to.cast::<u8>(), from.cast::<u8>());
    for step in 0..len {
        let at = if forward { step } else { len - 1 - step };
        // SAFETY: the caller's. Volatile: the compiler must not turn the loop into a call of memcpy.
        unsafe { to.add(at).write_volatile(from.add(at).read_volatile()) };
    }
}

/// Byte fill, likewise.
///
/// # Safety
/// As for `memset`.
pub unsafe fn fill_bytes(to: *mut c_void, byte: u8, len: usize) {
    let to = to.cast::<u8>();
    for at in 0..len {
        // SAFETY: the caller's; volatile as above.
        unsafe { to.add(at).write_volatile(byte) };
    }
}
