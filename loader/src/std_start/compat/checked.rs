//! glibc's functions with checks (`_FORTIFY_SOURCE`) on a libc that has none, where the arguments stand differently.

use core::ffi::{CStr, c_int};
use core::sync::atomic::{AtomicUsize, Ordering};

use crate::std_start::lookup::Lookup;

/// The unchecked functions' addresses.
pub(super) static VPRINTF: AtomicUsize = AtomicUsize::new(0);
pub(super) static VFPRINTF: AtomicUsize = AtomicUsize::new(0);
pub(super) static VSPRINTF: AtomicUsize = AtomicUsize::new(0);
pub(super) static VSNPRINTF: AtomicUsize = AtomicUsize::new(0);
pub(super) static VDPRINTF: AtomicUsize = AtomicUsize::new(0);
pub(super) static VASPRINTF: AtomicUsize = AtomicUsize::new(0);
pub(super) static VSYSLOG: AtomicUsize = AtomicUsize::new(0);
pub(super) static VWPRINTF: AtomicUsize = AtomicUsize::new(0);
pub(super) static VFWPRINTF: AtomicUsize = AtomicUsize::new(0);
pub(super) static VSWPRINTF: AtomicUsize = AtomicUsize::new(0);
static FGETS: AtomicUsize = AtomicUsize::new(0);
static FGETS_UNLOCKED: AtomicUsize = AtomicUsize::new(0);
static FGETWS: AtomicUsize = AtomicUsize::new(0);
static FREAD: AtomicUsize = AtomicUsize::new(0);
static FREAD_UNLOCKED: AtomicUsize = AtomicUsize::new(0);
static RECVFROM: AtomicUsize = AtomicUsize::new(0);

struct Checked(&'static [u8], *const (), &'static CStr, &'static AtomicUsize);
// SAFETY: names and addresses, never written but for the atomics.
unsafe impl Sync for Checked {}

static CHECKED: &[Checked] = &[
    Checked(b"__vprintf_chk", vprintf as *const (), c"vprintf", &VPRINTF),
    Checked(b"__vfprintf_chk", vfprintf as *const (), c"vfprintf", &VFPRINTF),
    Checked(b"__vsprintf_chk", vsprintf as *const (), c"vsprintf", &VSPRINTF),
    Checked(b"__vsnprintf_chk", vsnprintf as *const (), c"vsnprintf", &VSNPRINTF),
    Checked(b"__vdprintf_chk", vdprintf as *const (), c"vdprintf", &VDPRINTF),
    Checked(b"__vasprintf_chk", vasprintf as *const (), c"vasprintf", &VASPRINTF),
    Checked(b"__vsyslog_chk", vsyslog as *const (), c"vsyslog", &VSYSLOG),
    Checked(b"__vwprintf_chk", vwprintf as *const (), c"vwprintf", &VWPRINTF),
    Checked(b"__vfwprintf_chk", vfwprintf as *const (), c"vfwprintf", &VFWPRINTF),
    Checked(b"__vswprintf_chk", vswprintf as *const (), c"vswprintf", &VSWPRINTF),
    Checked(b"__fgets_chk", fgets as *const (), c"fgets", &FGETS),
    Checked(b"__fgets_unlocked_chk", fgets_unlocked as *const (), c"fgets_unlocked", &FGETS_UNLOCKED),
    Checked(b"__fgetws_chk", fgetws as *const (), c"fgetws", &FGETWS),
    Checked(b"__fread_chk", fread as *const (), c"fread", &FREAD),
    Checked(b"__fread_unlocked_chk", fread_unlocked as *const (), c"fread_unlocked", &FREAD_UNLOCKED),
    Checked(b"__recvfrom_chk", recvfrom as *const (), c"recvfrom", &RECVFROM),
    Checked(b"__printf_chk", super::variadic::printf as *const (), c"vprintf", &VPRINTF),
    Checked(b"__fprintf_chk", super::variadic::fprintf as *const (), c"vfprintf", &VFPRINTF),
    Checked(b"__sprintf_chk", super::variadic::sprintf as *const (), c"vsprintf", &VSPRINTF),
    Checked(b"__snprintf_chk", super::variadic::snprintf as *const (), c"vsnprintf", &VSNPRINTF),
    Checked(b"__dprintf_chk", super::variadic::dprintf as *const (), c"vdprintf", &VDPRINTF),
    Checked(b"__asprintf_chk", super::variadic::asprintf as *const (), c"vasprintf", &VASPRINTF),
    Checked(b"__syslog_chk", super::variadic::syslog as *const (), c"vsyslog", &VSYSLOG),
    Checked(b"__wprintf_chk", super::variadic::wprintf as *const (), c"vwprintf", &VWPRINTF),
    Checked(b"__fwprintf_chk", super::variadic::fwprintf as *const (), c"vfwprintf", &VFWPRINTF),
    Checked(b"__swprintf_chk", super::variadic::swprintf as *const (), c"vswprintf", &VSWPRINTF),
];

pub(super) fn find(name: &[u8], lookup: &Lookup) -> Option<usize> {
    let checked = CHECKED.iter().find(|checked| checked.0 == name)?;
    let address = lookup.find(checked.2);
    checked.3.store(address, Ordering::Relaxed);
    (address != 0).then_some(checked.1 as usize)
}

/// Calls an unchecked function, which `find` has found, with integer or pointer arguments.
macro_rules! call {
    ($function:ident, $($argument:expr),*) => {
        // SAFETY: found before this function was given out; the arguments are those of the caller, in its order.
        unsafe {
            let function: unsafe extern "C" fn($(call!(@word $argument)),*) -> usize =
                core::mem::transmute($function.load(Ordering::Relaxed));
            function($($argument),*)
        }
    };
    (@word $argument:expr) => { usize };
}

unsafe extern "C" fn vprintf(_flag: c_int, format: usize, list: usize) -> c_int {
    call!(VPRINTF, format, list) as c_int
}

unsafe extern "C" fn vfprintf(stream: usize, _flag: c_int, format: usize, list: usize) -> c_int {
    call!(VFPRINTF, stream, format, list) as c_int
}

unsafe extern "C" fn vsprintf(to: usize, _flag: c_int, _room: usize, format: usize, list: usize) -> c_int {
    call!(VSPRINTF, to, format, list) as c_int
}

unsafe extern "C" fn vsnprintf(
    to: usize,
    size: usize,
    _flag: c_int,
    _room: usize,
    format: usize,
    list: usize,
) -> c_int {
    call!(VSNPRINTF, to, size, format, list) as c_int
}

unsafe extern "C" fn vdprintf(file: usize, _flag: c_int, format: usize, list: usize) -> c_int {
    call!(VDPRINTF, file, format, list) as c_int
}

unsafe extern "C" fn vasprintf(to: usize, _flag: c_int, format: usize, list: usize) -> c_int {
    call!(VASPRINTF, to, format, list) as c_int
}

unsafe extern "C" fn vsyslog(priority: usize, _flag: c_int, format: usize, list: usize) {
    call!(VSYSLOG, priority, format, list);
}

unsafe extern "C" fn vwprintf(_flag: c_int, format: usize, list: usize) -> c_int {
    call!(VWPRINTF, format, list) as c_int
}

unsafe extern "C" fn vfwprintf(stream: usize, _flag: c_int, format: usize, list: usize) -> c_int {
    call!(VFWPRINTF, stream, format, list) as c_int
}

unsafe extern "C" fn vswprintf(
    to: usize,
    size: usize,
    _flag: c_int,
    _room: usize,
    format: usize,
    list: usize,
) -> c_int {
    call!(VSWPRINTF, to, size, format, list) as c_int
}

unsafe extern "C" fn fgets_unlocked(to: usize, _room: usize, size: usize, stream: usize) -> usize {
    call!(FGETS_UNLOCKED, to, size, stream)
}

unsafe extern "C" fn fgetws(to: usize, _room: usize, size: usize, stream: usize) -> usize {
    call!(FGETWS, to, size, stream)
}

unsafe extern "C" fn fread_unlocked(to: usize, _room: usize, size: usize, count: usize, stream: usize) -> usize {
    call!(FREAD_UNLOCKED, to, size, count, stream)
}

unsafe extern "C" fn fgets(to: usize, _room: usize, size: usize, stream: usize) -> usize {
    call!(FGETS, to, size, stream)
}

unsafe extern "C" fn fread(to: usize, _room: usize, size: usize, count: usize, stream: usize) -> usize {
    call!(FREAD, to, size, count, stream)
}

unsafe extern "C" fn recvfrom(
    socket: usize,
    to: usize,
    len: usize,
    _room: usize,
    flags: usize,
    address: usize,
    size: usize,
) -> usize {
    call!(RECVFROM, socket, to, len, flags, address, size)
}
