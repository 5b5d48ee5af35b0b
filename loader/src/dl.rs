//! dlopen(3), dlsym(3) and dlvsym(3) of the host.

use core::ffi::{CStr, c_void};
use core::fmt;
use core::ptr::NonNull;

use crate::error::Errno;
use crate::host::Host;
use crate::slots;
use crate::texts::Texts;

/// All symbols are bound when the library is opened: a missing one is an error then, not a crash later.
const RTLD_NOW: usize = 2;
/// The library's symbols are there for libraries opened later, as those of a needed library are.
#[cfg(target_vendor = "apple")]
const RTLD_GLOBAL: usize = 8;
#[cfg(not(target_vendor = "apple"))]
const RTLD_GLOBAL: usize = 0x100;
/// The pseudo-handle for the global scope (`<dlfcn.h>`).
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const RTLD_DEFAULT: usize = -2isize as usize;
#[cfg(any(target_os = "linux", target_os = "android"))]
const RTLD_DEFAULT: usize = 0;

/// A library that the host has opened. It is never closed: code that was bound to it may run at any time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handle(usize);

impl Handle {
    /// The global scope: the program and all libraries that are open.
    pub const GLOBAL: Self = Self(RTLD_DEFAULT);

    /// The value that the host's `dlopen` gave.
    pub fn as_raw(self) -> *mut c_void {
        self.0 as *mut c_void
    }

    /// A handle made before by [`Host::dlopen`], from its raw value.
    ///
    /// # Safety
    /// The value is one that [`Handle::as_raw`] gave.
    pub unsafe fn from_raw(raw: *mut c_void) -> Self {
        Self(raw as usize)
    }
}

/// The host's dynamic linker said no.
pub struct DlError(Texts);

impl DlError {
    /// What `dlerror` said; `Display` also shows what is not UTF-8.
    pub fn message(&self) -> &str {
        self.0.iter().next().and_then(|text| text.to_str().ok()).unwrap_or("no reason given")
    }
}

impl crate::Message for DlError {
    fn write_to(&self, out: &mut dyn crate::Sink) {
        self.0.iter().for_each(|text| out.put(text.to_bytes()));
    }
}

impl fmt::Debug for DlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::message::format(self, f)
    }
}

impl fmt::Display for DlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::message::format(self, f)
    }
}

impl core::error::Error for DlError {}

impl Host {
    /// Opens a library, with all its symbols bound and visible to libraries opened later.
    ///
    /// Runs the library's constructors if it was not open yet.
    ///
    /// # Errors
    /// What the host's `dlerror` says.
    pub fn dlopen(&self, name: &CStr) -> Result<Handle, DlError> {
        self.open(name).ok_or_else(|| self.error())
    }

    /// The address of a symbol, looked for in the library and those that it needs.
    ///
    /// # Errors
    /// What the host's `dlerror` says; also for a symbol whose address is null, which cannot be called or read.
    pub fn dlsym(&self, library: Handle, symbol: &CStr) -> Result<NonNull<c_void>, DlError> {
        self.find(library, symbol, None).ok_or_else(|| self.error())
    }

    /// The address of a symbol of a given version; `None` where the host has no symbol versions (musl, macOS).
    ///
    /// # Errors
    /// As for [`Host::dlsym`].
    pub fn dlvsym(&self, library: Handle, symbol: &CStr, version: &CStr) -> Option<Result<NonNull<c_void>, DlError>> {
        let find = || self.find(library, symbol, Some(version)).ok_or_else(|| self.error());
        self.has_versions().then(find)
    }

    fn error(&self) -> DlError {
        let mut texts = Texts::NONE;
        texts.push(self.last_error().to_bytes());
        DlError(texts)
    }

    /// As [`Host::dlopen`]; what went wrong, [`Host::last_error`] tells.
    #[doc(hidden)]
    pub fn open(&self, name: &CStr) -> Option<Handle> {
        // SAFETY: dlopen(3); running constructors is what the caller asked for.
        let handle = unsafe { self.call(slots::DLOPEN, [name.as_ptr() as usize, RTLD_NOW | RTLD_GLOBAL, 0, 0]) };
        (handle != 0).then_some(Handle(handle))
    }

    /// As [`Host::dlsym`] or, with a version, [`Host::dlvsym`]; what went wrong, [`Host::last_error`] tells.
    #[doc(hidden)]
    #[inline(never)]
    pub fn find(&self, library: Handle, symbol: &CStr, version: Option<&CStr>) -> Option<NonNull<c_void>> {
        let slot = if version.is_some() { slots::DLVSYM } else { slots::DLSYM };
        let version = version.map_or(0, |version| version.as_ptr() as usize);
        // SAFETY: dlsym(3) or dlvsym(3) with an open library.
        let address = unsafe { self.call(slot, [library.0, symbol.as_ptr() as usize, version, 0]) };
        NonNull::new(address as *mut c_void)
    }

    /// Whether the host's symbols have versions.
    #[doc(hidden)]
    pub fn has_versions(&self) -> bool {
        self.slots.get(slots::DLVSYM) != 0
    }

    /// What `dlerror` says of this thread's last failure, until its next call of the host's.
    #[doc(hidden)]
    #[inline(never)]
    pub fn last_error(&self) -> &CStr {
        // SAFETY: dlerror(3) gives null or a C string that stays until this thread's next call of its family.
        unsafe {
            let text = self.call(slots::DLERROR, [0; 4]) as *const core::ffi::c_char;
            if text.is_null() { c"no address" } else { CStr::from_ptr(text) }
        }
    }

    /// The calling thread's errno in the host's libc.
    #[inline]
    pub fn errno(&self) -> Errno {
        let place = self.errno_place();
        // SAFETY: null, or this thread's errno.
        unsafe { Errno(if place.is_null() { 0 } else { *place }) }
    }

    /// Where the calling thread's errno is in the host's libc; in guest mode in the control block lent to it.
    fn errno_place(&self) -> *mut i32 {
        // SAFETY: __errno_location(3).
        unsafe { self.call(slots::ERRNO_LOCATION, [0; 4]) as *mut i32 }
    }

    /// Runs the host libc's `exit`: what was registered with its atexit, and flushing its buffers; ends the process. In
    /// guest mode the program's own libc's `exit` runs first.
    pub fn exit(&self, status: i32) -> ! {
        #[cfg(guest)]
        if self.mode == crate::LinkMode::Guest {
            crate::guest::exit::exit(self, status);
        }
        self.exit_now(status)
    }

    /// Runs the host libc's `exit` alone.
    pub(crate) fn exit_now(&self, status: i32) -> ! {
        // SAFETY: exit(3).
        unsafe { self.call(slots::EXIT, [status as usize, 0, 0, 0]) };
        crate::sys::exit_group(status)
    }

    /// Writes out what the host libc's streams have buffered.
    pub fn flush(&self) {
        // SAFETY: fflush(3) of all streams.
        unsafe { self.call(slots::FFLUSH, [0; 4]) };
    }
}

/// The errno of the calling thread's last call of the host's, which is up or is brought up.
#[doc(hidden)]
#[inline]
pub fn errno() -> Errno {
    // A thread that was never in the guest has called nothing there, but perhaps what stands for it at home.
    #[cfg(guest)]
    if crate::guest::attach::is_never_attached() {
        return crate::guest::errno::home();
    }
    crate::host().map_or(Errno(0), Host::errno)
}

/// The errno that the program's own functions set: its own libc's, or the only one there is.
#[doc(hidden)]
#[inline]
pub fn own_errno() -> Errno {
    // In a guest scope the thread pointer is the guest's.
    #[cfg(guest)]
    if crate::optional::errno_location() != 0 && crate::guest::area::current().is_none() {
        return crate::guest::errno::home();
    }
    crate::host_if_up().map_or(Errno(0), Host::errno)
}

impl Errno {
    /// Stores the number as the calling thread's `errno` of the program's own libc, for code that looks there:
    /// `std::io::Error::last_os_error()`, or a C library in the static link.
    ///
    /// In guest mode a call leaves its error in the host's `errno`, and this copies it. In native and adopted mode there
    /// is but one libc and one `errno`, which this sets.
    pub fn set_own(self) {
        #[cfg(guest)]
        if let location @ 1.. = crate::optional::errno_location() {
            // The program's own libc's, whose thread pointer is in place outside of calls into the guest.
            return crate::guest::errno::set_at(location, self);
        }
        let place = crate::host().map_or(core::ptr::null_mut(), Host::errno_place);
        if !place.is_null() {
            // SAFETY: this thread's errno in the only libc there is.
            unsafe { *place = self.0 };
        }
    }
}
