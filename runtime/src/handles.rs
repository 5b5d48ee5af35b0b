//! Libraries that are open already, so that a thousand imports of one library open it once.

use core::ffi::{CStr, c_char, c_void};
use core::ptr::null_mut;
use core::sync::atomic::{AtomicPtr, Ordering};

use import_dynamic_loader::Handle;

/// A library's name and handle; both are only ever set once.
struct Entry {
    name: AtomicPtr<c_char>,
    handle: AtomicPtr<c_void>,
}

/// More libraries than this are opened again for each import: slower, not wrong.
const ENTRIES: usize = 64;
static OPEN: [Entry; ENTRIES] =
    [const { Entry { name: AtomicPtr::new(null_mut()), handle: AtomicPtr::new(null_mut()) } }; ENTRIES];

/// The handle of a library opened before.
pub(crate) fn find(name: &CStr) -> Option<Handle> {
    for entry in &OPEN {
        let known = entry.name.load(Ordering::Acquire);
        if known.is_null() {
            return None;
        }
        // The names of one block of imports are one string.
        if known.cast_const() == name.as_ptr() || is_named(known, name) {
            let handle = entry.handle.load(Ordering::Acquire);
            // SAFETY: stored by `remember`; null while another thread is between its two stores.
            return (!handle.is_null()).then(|| unsafe { Handle::from_raw(handle) });
        }
    }
    None
}

fn is_named(known: *const c_char, name: &CStr) -> bool {
    let bytes = name.to_bytes_with_nul().iter().enumerate();
    // SAFETY: `remember` was given a &'static CStr; whatever differs, its NUL at the latest, ends the comparison.
    bytes.into_iter().all(|(index, &byte)| unsafe { *known.cast::<u8>().add(index) } == byte)
}

/// Keeps a library's handle. Names that race for a place may stand twice, which does no harm.
pub(crate) fn remember(name: &'static CStr, handle: Handle) {
    for entry in &OPEN {
        let place =
            entry.name.compare_exchange(null_mut(), name.as_ptr().cast_mut(), Ordering::AcqRel, Ordering::Relaxed);
        if place.is_ok() {
            entry.handle.store(handle.as_raw(), Ordering::Release);
            return;
        }
    }
}
