//! Many calls with one switch of the thread pointer.

use crate::arch;
use crate::error::Error;
use crate::guest::attach::attach;

/// Runs `code(data)` with this thread's guest thread pointer in place.
///
/// # Errors
/// When this thread cannot be given one.
///
/// # Safety
/// Guest mode, with the home thread pointer in place; `code` may be called with `data`, uses no thread-local of home's,
/// and does not unwind.
pub unsafe fn run(code: unsafe extern "C" fn(*mut u8), data: *mut u8) -> Result<(), Error> {
    attach()?;
    // SAFETY: attached; the caller's contract otherwise.
    unsafe {
        let guest = *arch::guest_thread_pointer_word();
        arch::call_on(guest, code as *const () as usize, data as usize, 0, 0, 0);
    }
    Ok(())
}
