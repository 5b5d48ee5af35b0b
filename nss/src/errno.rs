//! The program's own `errno`.

use core::ffi::c_int;

/// Sets it, for the calling thread.
pub(crate) fn set(errno: c_int) {
    import_dynamic::Errno(errno).set_own();
}
