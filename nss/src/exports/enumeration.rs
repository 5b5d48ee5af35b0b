//! Going through all records of a sort, one after the other: getpwent(3), getgrent(3), getservent(3).

#[cfg(native)]
use core::sync::atomic::{AtomicUsize, Ordering};

use super::static_record::StaticRecord;
use crate::choice::Provider;
use crate::host;
#[cfg(native)]
use crate::records::Place;
use crate::records::{self, provider_of};

/// What is gone through.
pub(super) struct Enumeration<R: 'static> {
    pub(super) name: &'static str,
    #[cfg_attr(not(native), allow(dead_code, reason = "only files are read into it"))]
    pub(super) record: &'static StaticRecord<R>,
    /// Writes the record of the file with a number.
    #[cfg(native)]
    pub(super) read: unsafe fn(usize, Place<R>) -> core::ffi::c_int,
    /// How many records of the file have been given.
    #[cfg(native)]
    pub(super) given: AtomicUsize,
}

impl<R> Enumeration<R> {
    /// The next record; null at the end, or with an `errno`.
    ///
    /// # Safety
    /// - `host` calls the function of the host's; what that and this function returned before is no longer used.
    pub(super) unsafe fn next(&self, host: unsafe extern "C" fn() -> *mut R) -> *mut R {
        match provider_of(self.name, &"next") {
            Provider::Host => {
                // SAFETY: the caller's.
                let (record, errno) = host::with_errno(|| unsafe { host() });
                if record.is_null() && errno != 0 {
                    crate::errno::set(errno);
                }
                record
            }
            #[cfg(native)]
            Provider::Native => {
                let index = self.given.fetch_add(1, Ordering::Relaxed);
                // SAFETY: the place is whole.
                self.record.get(|place| unsafe { (self.read)(index, place) })
            }
            Provider::Nobody => {
                crate::errno::set(records::NOBODY);
                core::ptr::null_mut()
            }
        }
    }

    /// Begins anew, or ends.
    pub(super) fn restart(&self, host: impl FnOnce()) {
        match provider_of(self.name, &"from the start") {
            Provider::Host => host(),
            #[cfg(native)]
            Provider::Native => self.given.store(0, Ordering::Relaxed),
            Provider::Nobody => {}
        }
    }
}
