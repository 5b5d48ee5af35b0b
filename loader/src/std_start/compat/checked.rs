//! glibc's functions with checks (`_FORTIFY_SOURCE`) on a libc that has none, where the arguments stand differently.

use core::ffi::CStr;
use core::sync::atomic::{AtomicUsize, Ordering};

use crate::std_start::lookup::Lookup;

struct Checked(&'static [u8], *const (), &'static CStr, &'static AtomicUsize);
// SAFETY: names and addresses, never written but for the atomics.
unsafe impl Sync for Checked {}

/// Makes of a row `ADDRESS = NAME: CHECKED is function(GIVEN) => (PASSED);` the place for the unchecked function's address, and
/// the function that is called instead of the checked one: it passes on those of its arguments, integers or pointers, that the
/// unchecked one has.
macro_rules! checked {
    ($($address:ident = $name:literal: $checked:literal is $function:ident($($given:ident),*) => ($($passed:ident),*);)*) => {
        $(
            pub(super) static $address: AtomicUsize = AtomicUsize::new(0);

            unsafe extern "C" fn $function($($given: usize),*) -> usize {
                // SAFETY: found before this function was given out; the arguments are those of the caller, in its order.
                unsafe {
                    let function: unsafe extern "C" fn($(checked!(@word $passed)),*) -> usize =
                        core::mem::transmute($address.load(Ordering::Relaxed));
                    function($($passed),*)
                }
            }
        )*

        /// Those without variable arguments.
        static NOT_VARIADIC: &[Checked] =
            &[$(Checked($checked, $function as *const (), $name, &$address)),*];
    };
    (@word $argument:ident) => { usize };
}

checked! {
    VPRINTF = c"vprintf": b"__vprintf_chk" is vprintf(_flag, format, list) => (format, list);
    VFPRINTF = c"vfprintf": b"__vfprintf_chk" is vfprintf(stream, _flag, format, list) => (stream, format, list);
    VSPRINTF = c"vsprintf": b"__vsprintf_chk" is vsprintf(to, _flag, _room, format, list) => (to, format, list);
    VSNPRINTF = c"vsnprintf": b"__vsnprintf_chk" is
        vsnprintf(to, size, _flag, _room, format, list) => (to, size, format, list);
    VDPRINTF = c"vdprintf": b"__vdprintf_chk" is vdprintf(file, _flag, format, list) => (file, format, list);
    VASPRINTF = c"vasprintf": b"__vasprintf_chk" is vasprintf(to, _flag, format, list) => (to, format, list);
    VSYSLOG = c"vsyslog": b"__vsyslog_chk" is vsyslog(priority, _flag, format, list) => (priority, format, list);
    VWPRINTF = c"vwprintf": b"__vwprintf_chk" is vwprintf(_flag, format, list) => (format, list);
    VFWPRINTF = c"vfwprintf": b"__vfwprintf_chk" is vfwprintf(stream, _flag, format, list) => (stream, format, list);
    VSWPRINTF = c"vswprintf": b"__vswprintf_chk" is
        vswprintf(to, size, _flag, _room, format, list) => (to, size, format, list);
    FGETS = c"fgets": b"__fgets_chk" is fgets(to, _room, size, stream) => (to, size, stream);
    FGETS_UNLOCKED = c"fgets_unlocked": b"__fgets_unlocked_chk" is
        fgets_unlocked(to, _room, size, stream) => (to, size, stream);
    FGETWS = c"fgetws": b"__fgetws_chk" is fgetws(to, _room, size, stream) => (to, size, stream);
    FREAD = c"fread": b"__fread_chk" is fread(to, _room, size, count, stream) => (to, size, count, stream);
    FREAD_UNLOCKED = c"fread_unlocked": b"__fread_unlocked_chk" is
        fread_unlocked(to, _room, size, count, stream) => (to, size, count, stream);
    RECV = c"recv": b"__recv_chk" is recv(socket, to, len, _room, flags) => (socket, to, len, flags);
    RECVFROM = c"recvfrom": b"__recvfrom_chk" is
        recvfrom(socket, to, len, _room, flags, address, size) => (socket, to, len, flags, address, size);
}

/// Those of the same functions with variable arguments.
static VARIADIC: &[Checked] = &[
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
    let checked = NOT_VARIADIC.iter().chain(VARIADIC).find(|checked| checked.0 == name)?;
    let address = lookup.find(checked.2);
    checked.3.store(address, Ordering::Relaxed);
    (address != 0).then_some(checked.1 as usize)
}
