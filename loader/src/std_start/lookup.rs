//! Asking the host's `dlsym` before the program runs.

use core::ffi::CStr;

/// The host's global scope.
pub(super) struct Lookup {
    dlsym: usize,
    dlerror: usize,
    pub(super) is_glibc: bool,
}

impl Lookup {
    pub(super) fn new(dlsym: usize, dlerror: usize, is_glibc: bool) -> Self {
        Self { dlsym, dlerror, is_glibc }
    }

    /// The address of a function, of its newest version, or 0.
    pub(super) fn find(&self, name: &CStr) -> usize {
        if self.dlsym == 0 {
            return 0;
        }
        // SAFETY: dlsym(3) with RTLD_DEFAULT, by the type that the slot has.
        unsafe {
            let dlsym: unsafe extern "C" fn(usize, *const core::ffi::c_char) -> usize =
                core::mem::transmute(self.dlsym);
            dlsym(0, name.as_ptr())
        }
    }

    /// The same with a name in two parts.
    pub(super) fn find_parts(&self, parts: [&[u8]; 2]) -> usize {
        let mut name = [0; 64];
        let len: usize = parts.iter().map(|part| part.len()).sum();
        if len >= name.len() {
            return 0;
        }
        for (place, byte) in name.iter_mut().zip(parts.into_iter().flatten()) {
            *place = *byte;
        }
        CStr::from_bytes_until_nul(&name).map_or(0, |name| self.find(name))
    }

    /// Takes back what failed lookups have left to dlerror(3): the program did not ask.
    pub(super) fn forget_errors(&self) {
        if self.dlerror != 0 {
            // SAFETY: dlerror(3).
            unsafe {
                let dlerror: unsafe extern "C" fn() -> usize = core::mem::transmute(self.dlerror);
                dlerror();
            }
        }
    }
}
