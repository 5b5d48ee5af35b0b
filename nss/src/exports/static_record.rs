//! The records in static memory that the functions without `_r` return.

use core::cell::UnsafeCell;
use core::ffi::{c_char, c_int};
use core::mem::MaybeUninit;
use core::ptr;
use std::sync::{Mutex, PoisonError};

use crate::records::Place;

/// A record and the buffer of its strings; the next call overwrites both, as pwd.h and its kin allow.
pub(super) struct StaticRecord<R> {
    buffer: Mutex<Vec<u8>>,
    record: UnsafeCell<MaybeUninit<R>>,
}

// SAFETY: the record is written under the buffer's lock; that its readers and later calls do not meet is their callers'
// duty, as for every such function (getpwnam(3), "MT-Unsafe race").
unsafe impl<R> Sync for StaticRecord<R> {}

/// How large the buffer is at first, and how large it may get, in bytes.
const SMALLEST: usize = 1024;
const LARGEST: usize = 1 << 24;

impl<R> StaticRecord<R> {
    pub(super) const fn new() -> Self {
        Self { buffer: Mutex::new(Vec::new()), record: UnsafeCell::new(MaybeUninit::uninit()) }
    }

    /// Has `fill` write the record, with a buffer that grows while that says `ERANGE`; null if there is none, with the
    /// program's `errno` set where that is an error.
    pub(super) fn get(&self, fill: impl Fn(Place<R>) -> c_int) -> *mut R {
        let mut buffer = self.buffer.lock().unwrap_or_else(PoisonError::into_inner);
        if buffer.is_empty() {
            // Never too small for a number: glibc 2.17 answers EINVAL then, and not ERANGE.
            buffer.resize(SMALLEST, 0);
        }
        loop {
            let mut result = ptr::null_mut();
            let code = fill(Place {
                record: self.record.get().cast(),
                buffer: buffer.as_mut_ptr().cast::<c_char>(),
                length: buffer.len(),
                result: &raw mut result,
            });
            if code == libc::ERANGE && buffer.len() < LARGEST {
                let length = buffer.len() * 2;
                buffer.resize(length, 0);
                continue;
            }
            if result.is_null() && code != 0 {
                crate::errno::set(code);
            }
            return result;
        }
    }
}
