//! Lists of strings as one string: each ends with a NUL, a table of references would be three times as large.

use core::ffi::CStr;

/// The strings of a list.
#[derive(Clone, Copy)]
pub struct Strings<'a>(&'a [u8]);

impl<'a> Strings<'a> {
    /// The strings of `list`, which ends with a NUL or is empty.
    pub const fn new(list: &'a str) -> Self {
        Self(list.as_bytes())
    }

    /// The list of one string.
    pub fn one(text: &'a CStr) -> Self {
        Self(text.to_bytes_with_nul())
    }

    /// The strings of `list`; what follows its last NUL is none.
    pub const fn all(list: &'a [u8]) -> Self {
        Self(list)
    }

    /// The string at an index, without its NUL.
    #[inline(never)]
    pub(crate) fn nth_text(mut self, index: usize) -> &'a [u8] {
        for _ in 0..index {
            self.next();
        }
        self.next().unwrap_or_default().to_bytes()
    }
}

/// Copies a string to where there is room for it.
#[inline(never)]
pub fn copy(to: &mut [u8], from: &[u8]) {
    for (place, byte) in to.iter_mut().zip(from) {
        *place = *byte;
    }
}

impl<'a> Iterator for Strings<'a> {
    type Item = &'a CStr;

    #[inline(never)]
    fn next(&mut self) -> Option<&'a CStr> {
        let (mut bytes, mut len) = (self.0.iter(), 1);
        while *bytes.next()? != 0 {
            len += 1;
        }
        // SAFETY: `len` bytes of the list have been looked at, and the last is their only NUL.
        let text = unsafe { CStr::from_bytes_with_nul_unchecked(core::slice::from_raw_parts(self.0.as_ptr(), len)) };
        self.0 = bytes.as_slice();
        Some(text)
    }
}

#[cfg(test)]
mod tests;
