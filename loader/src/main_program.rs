//! The program image in memory of its own: what adopted and guest mode show to the interpreter as "the main program".

use core::ffi::CStr;

use rustix::mm::{self, MapFlags, ProtFlags};

use crate::error::{Errno, Error};
use crate::host::{Functions, LibcKind};
use crate::image::{self, Contents, Layout};
use crate::slots;

/// The libraries that the image needs for a `dlopen` and threads.
pub(crate) fn needed(libc: LibcKind) -> &'static [&'static CStr] {
    match libc {
        LibcKind::Glibc => &[c"libc.so.6"],
        LibcKind::GlibcBefore234 => &[c"libc.so.6", c"libpthread.so.0", c"libdl.so.2"],
        LibcKind::Musl => &[c"libc.so"],
        LibcKind::Unknown => &[],
    }
}

/// An image in memory of its own; given back when dropped, unless kept.
pub(crate) struct MappedImage {
    pub(crate) layout: Layout,
    mapping: (usize, usize),
}

impl MappedImage {
    /// Writes an image.
    pub(crate) fn new(contents: &Contents<'_>, page: usize) -> Result<Self, Error> {
        let len = image::size(contents).next_multiple_of(page);
        let protection = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: a new mapping at an address of the kernel's choice.
        let memory = unsafe { mm::mmap_anonymous(core::ptr::null_mut(), len, protection, MapFlags::PRIVATE) }
            .map_err(|errno| Error::Memory(errno.into()))?;
        // SAFETY: the mapping just made, zeroed and ours, in whole words.
        let words = unsafe { core::slice::from_raw_parts_mut(memory.cast::<u64>(), len / 8) };
        let layout = image::write(words, contents);
        let mapping = (memory as usize, len);
        let Some(layout) = layout else {
            drop(Self { layout: Layout::default(), mapping });
            return Err(Error::Memory(Errno::NO_MEMORY));
        };
        Ok(Self { layout, mapping })
    }

    /// Lets the image stay for the life of the process; the address of its slots.
    pub(crate) fn keep(self) -> usize {
        let slots = self.layout.slots;
        core::mem::forget(self);
        slots
    }
}

impl Drop for MappedImage {
    fn drop(&mut self) {
        // SAFETY: mapped by `new`, and shown to no interpreter: who does that calls `keep`.
        let _ = unsafe { mm::munmap(self.mapping.0 as *mut _, self.mapping.1) };
    }
}

/// The symbols of the host's libc that the interpreter has bound.
#[derive(Clone, Copy)]
pub(crate) struct Slots(usize);

impl Slots {
    /// The slots at `table`.
    ///
    /// # Safety
    /// `table` is the slots of an image that stays, and the interpreter has filled them.
    pub(crate) unsafe fn new(table: usize) -> Self {
        Self(table)
    }

    /// The address in a slot; 0 where the host has no such symbol.
    pub(crate) fn get(self, index: usize) -> usize {
        // SAFETY: one of slots::COUNT words (`new`), which nobody writes any more.
        unsafe { *((self.0 + index * 8) as *const usize) }
    }

    /// What every host needs; none when it has no `dlopen`.
    pub(crate) fn functions(self) -> Option<Functions> {
        let functions = Functions {
            dlopen: self.get(slots::DLOPEN),
            dlsym: self.get(slots::DLSYM),
            dlvsym: self.get(slots::DLVSYM),
            dlerror: self.get(slots::DLERROR),
            errno_location: self.get(slots::ERRNO_LOCATION),
            exit: self.get(slots::EXIT),
            fflush: self.get(slots::FFLUSH),
            version: self.get(slots::VERSION),
        };
        (functions.dlopen != 0 && functions.dlsym != 0).then_some(functions)
    }
}
