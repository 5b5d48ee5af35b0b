//! Text of bounded length without an allocator: file names met on the way, and what `dlerror` said.

use core::fmt;

use crate::page::Zeroed;

/// Up to `N` bytes of text; longer text is cut and ends in `...`.
#[derive(Clone, Copy)]
pub struct Text<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

// SAFETY: bytes and their number.
unsafe impl<const N: usize> Zeroed for Text<N> {}

impl<const N: usize> Text<N> {
    /// No text.
    pub const EMPTY: Self = Self { bytes: [0; N], len: 0 };

    /// Copies `bytes`, up to the first NUL.
    pub fn new(bytes: &[u8]) -> Self {
        let mut text = Self::EMPTY;
        text.push(bytes);
        text
    }

    /// Appends `bytes`, up to the first NUL.
    pub fn push(&mut self, bytes: &[u8]) {
        for &byte in bytes.iter().take_while(|&&byte| byte != 0) {
            let Some(place) = self.bytes.get_mut(self.len) else {
                for place in self.bytes.iter_mut().rev().take(3) {
                    *place = b'.';
                }
                return;
            };
            *place = byte;
            self.len += 1;
        }
    }

    /// The text; what is not UTF-8 is left out.
    pub fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..self.len).unwrap_or_default();
        match core::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                core::str::from_utf8(bytes.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or_default()
            }
        }
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl<const N: usize> fmt::Display for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<const N: usize> fmt::Debug for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
