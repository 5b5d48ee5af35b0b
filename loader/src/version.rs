//! The version of a musl, which has no function for it.

use core::ffi::CStr;

use object::LittleEndian as LE;
use object::elf;

use crate::own;
use crate::strings::Strings;

/// The version in the constants of the mapped interpreter at `base`: the only string there of the form `1.2.5`.
///
/// # Safety
/// `base` is 0, or the load bias of an interpreter that is mapped for the life of the process, its headers among it.
pub(crate) unsafe fn musl(base: usize) -> Option<&'static CStr> {
    if base == 0 {
        return None;
    }
    // SAFETY: a shared object's first segment begins with its headers, at vaddr 0; the caller's otherwise.
    let (segments, bias) = unsafe { own::headers_at(base) };
    let constants = segments.iter().filter(|segment| {
        let flags = segment.p_flags.get(LE).0;
        segment.p_type.get(LE) == elf::PT_LOAD && flags & elf::PF_R.0 != 0 && flags & elf::PF_W.0 == 0
    });
    let mut strings = constants.flat_map(|segment| {
        let start = bias.wrapping_add(segment.p_vaddr.get(LE) as usize) as *const u8;
        // SAFETY: a readable segment of an object that stays.
        Strings::all(unsafe { core::slice::from_raw_parts(start, segment.p_filesz.get(LE) as usize) })
    });
    strings.find(|text| is_version(text.to_bytes()))
}

/// Whether a text is three numbers with dots between them.
fn is_version(text: &[u8]) -> bool {
    let mut numbers = 0;
    for number in text.split(|&byte| byte == b'.') {
        if number.is_empty() || !number.iter().all(u8::is_ascii_digit) {
            return false;
        }
        numbers += 1;
    }
    numbers == 3
}
