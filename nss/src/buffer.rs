//! Records of netdb.h, pwd.h and grp.h, written into memory of the caller's as the `_r` functions do.

use core::ffi::c_char;

/// The caller's buffer is too small (`ERANGE`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Full;

/// What is left of the caller's buffer.
pub(crate) struct Buffer {
    next: *mut u8,
    left: usize,
}

impl Buffer {
    /// Writes into `length` bytes at `start`.
    ///
    /// # Safety
    /// - They are writable, and nobody else uses them while this does.
    pub(crate) unsafe fn new(start: *mut c_char, length: usize) -> Self {
        Self { next: start.cast(), left: length }
    }

    /// Takes room out of the buffer.
    pub(crate) fn take(&mut self, size: usize, align: usize) -> Result<*mut u8, Full> {
        let padding = self.next.align_offset(align);
        let total = padding.checked_add(size).filter(|total| *total <= self.left).ok_or(Full)?;
        // Within the buffer, or just behind it.
        let place = self.next.wrapping_add(padding);
        self.next = self.next.wrapping_add(total);
        self.left -= total;
        Ok(place)
    }

    /// Copies a string and ends it with a null byte.
    pub(crate) fn string(&mut self, text: &[u8]) -> Result<*mut c_char, Full> {
        let place = self.take(text.len().checked_add(1).ok_or(Full)?, 1)?;
        // SAFETY: `take` gave room for the text and one byte more, which nobody else uses.
        unsafe {
            place.copy_from_nonoverlapping(text.as_ptr(), text.len());
            place.add(text.len()).write(0);
        }
        Ok(place.cast())
    }

    /// Makes room for `count` pointers and the null pointer that ends them.
    pub(crate) fn pointers(&mut self, count: usize) -> Result<Pointers, Full> {
        let size = count.checked_add(1).and_then(|count| count.checked_mul(size_of::<*mut c_char>())).ok_or(Full)?;
        let start = self.take(size, align_of::<*mut c_char>())?.cast::<*mut c_char>();
        // SAFETY: `take` gave room for all of them, aligned; null pointers are zeros.
        unsafe { start.write_bytes(0, count + 1) };
        Ok(Pointers { start, count })
    }

    /// Copies strings, and gives the array of pointers to them.
    pub(crate) fn strings<'a>(
        &mut self,
        texts: impl Iterator<Item = &'a [u8]> + Clone,
    ) -> Result<*mut *mut c_char, Full> {
        let pointers = self.pointers(texts.clone().count())?;
        for (index, text) in texts.enumerate() {
            let string = self.string(text)?;
            pointers.set(index, string);
        }
        Ok(pointers.start)
    }
}

/// An array of pointers in the buffer.
pub(crate) struct Pointers {
    pub(crate) start: *mut *mut c_char,
    count: usize,
}

impl Pointers {
    /// Sets one; one too many is left out.
    pub(crate) fn set(&self, index: usize, pointer: *mut c_char) {
        if index < self.count {
            // SAFETY: within the array, which `Buffer::pointers` took from the buffer.
            unsafe { self.start.add(index).write(pointer) };
        }
    }
}

#[cfg(test)]
mod tests {
    use core::ffi::CStr;

    use super::{Buffer, Full};

    #[test]
    fn strings_until_it_is_full() {
        let mut memory = [0x55_u64; 8];
        // SAFETY: the array is nobody else's.
        let mut buffer = unsafe { Buffer::new(memory.as_mut_ptr().cast(), 64) };
        let one = buffer.string(b"one").unwrap();
        let list = buffer.strings([b"ab".as_slice(), b"c"].into_iter()).unwrap();
        assert!(list.is_aligned());
        // SAFETY: what the buffer has just written.
        unsafe {
            assert_eq!(CStr::from_ptr(one), c"one");
            assert_eq!(CStr::from_ptr(*list), c"ab");
            assert_eq!(CStr::from_ptr(*list.add(1)), c"c");
            assert!((*list.add(2)).is_null());
        }
        // 4 + 4 (alignment) + 24 + 3 + 2 = 37 are used.
        assert_eq!(buffer.string(&[b'x'; 27]), Err(Full));
        assert!(buffer.string(&[b'x'; 26]).is_ok());
        assert_eq!(buffer.string(b""), Err(Full));
    }

    #[test]
    fn no_buffer() {
        // SAFETY: there are no bytes.
        let mut buffer = unsafe { Buffer::new(core::ptr::null_mut(), 0) };
        assert_eq!(buffer.string(b""), Err(Full));
        assert!(buffer.strings([].into_iter()).is_err());
    }
}
