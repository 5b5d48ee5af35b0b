//! The program image in memory of its own: what adopted and guest mode show to the interpreter as "the main program".

use core::ffi::CStr;

use crate::error::{Errno, Error};
use crate::host::{Failure, Host, LibcKind, LinkMode};
use crate::image::{self, Contents, Layout};
use crate::interpreter::Interpreter;
use crate::mapping::Mapping;
use crate::slots::Slots;
use crate::sys::file;

/// The libraries that the image needs for a `dlopen` and threads, each with its NUL.
pub(crate) fn needed(libc: LibcKind) -> &'static str {
    let all = "libc.so.6\0libpthread.so.0\0libdl.so.2\0";
    if libc == LibcKind::Musl {
        "libc.so\0"
    } else if libc == LibcKind::Glibc {
        all.split_at(10).0
    } else if libc == LibcKind::GlibcBefore234 {
        all
    } else {
        ""
    }
}

/// An image in memory of its own; given back when dropped, unless kept.
pub(crate) struct MappedImage {
    pub(crate) layout: Layout,
    mapping: Mapping,
}

impl MappedImage {
    /// Writes an image.
    pub(crate) fn new(contents: &Contents<'_>, page: usize) -> Result<Self, Error> {
        let len = (image::size(contents) + page - 1) & !(page - 1);
        let mapping = Mapping::new(len, file::PROT_READ | file::PROT_WRITE).map_err(Error::Memory)?;
        // SAFETY: the mapping just made, zeroed and ours, in whole words.
        let words = unsafe { core::slice::from_raw_parts_mut(mapping.start as *mut u64, len / 8) };
        let layout = image::write(words, contents).ok_or(Error::Memory(Errno::NO_MEMORY))?;
        Ok(Self { layout, mapping })
    }

    /// Lets the image stay for the life of the process.
    #[cfg(std_start)]
    pub(crate) fn keep(self) -> Layout {
        self.mapping.keep();
        self.layout
    }

    /// The host that has been brought up with this image, which stays.
    ///
    /// # Errors
    /// When it has no `dlopen`, or `is_up` says that it gave up.
    ///
    /// # Safety
    /// The interpreter has run.
    pub(crate) unsafe fn finish(
        self,
        mode: LinkMode,
        interpreter: Interpreter,
        is_up: impl FnOnce(Slots) -> bool,
    ) -> Result<Host, Failure> {
        let Layout { slots, interpreter: name, .. } = self.layout;
        self.mapping.keep();
        // SAFETY: the image stays; the interpreter has filled its slots and is done (caller's), and its name is there.
        let (slots, name) = unsafe { (Slots::new(slots as *const usize), CStr::from_ptr(name as *const _)) };
        let (libc, base) = interpreter.keep();
        if is_up(slots) && slots.are_usable() {
            Ok(Host { mode, interpreter: name, base, libc, slots, nanoseconds: 0 })
        } else {
            Err(Failure::Final(name))
        }
    }
}
