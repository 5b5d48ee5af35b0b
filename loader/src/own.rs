//! The program that this code is linked into, read from its own headers in memory.

use object::LittleEndian as LE;
use object::elf;

use crate::arch::weak;
use crate::elf::Phdr;

/// The program headers of this program (or library), and its load bias. Empty where the linker did not say.
pub(crate) fn program_headers() -> (&'static [Phdr], usize) {
    match weak!("__ehdr_start") {
        0 => (&[], 0),
        // SAFETY: linkers define this symbol at the ELF header when it is loaded (GNU ld manual, "PROVIDE"); the program
        // headers follow in the same segment.
        header => unsafe { headers_at(header) },
    }
}

/// The program headers of a loaded object, and its load bias.
///
/// # Safety
/// The object's ELF header is at `header`, its program headers in the same segment; both stay.
pub(crate) unsafe fn headers_at(header: usize) -> (&'static [Phdr], usize) {
    // SAFETY: the caller's.
    let segments = unsafe {
        let fields = &*(header as *const elf::FileHeader64<LE>);
        let first = header.wrapping_add(fields.e_phoff.get(LE) as usize);
        core::slice::from_raw_parts(first as *const Phdr, usize::from(fields.e_phnum.get(LE)))
    };
    let first_load = segments.iter().find(|segment| segment.p_type.get(LE) == elf::PT_LOAD);
    let vaddr = first_load.map_or(0, |segment| segment.p_vaddr.get(LE).wrapping_sub(segment.p_offset.get(LE)));
    (segments, header.wrapping_sub(vaddr as usize))
}

/// Whether a dynamic linker has loaded this program: it names an interpreter, or needs libraries.
#[cfg(any(guest, native))]
pub(crate) fn is_dynamic() -> bool {
    let (segments, bias) = program_headers();
    segments.iter().any(|segment| match segment.p_type.get(LE) {
        elf::PT_INTERP => true,
        elf::PT_DYNAMIC => {
            let start = bias.wrapping_add(segment.p_vaddr.get(LE) as usize) as *const u8;
            // SAFETY: the program's own dynamic section, loaded and never unloaded while this code runs.
            let bytes = unsafe { core::slice::from_raw_parts(start, segment.p_memsz.get(LE) as usize) };
            needs_libraries(bytes)
        }
        _ => false,
    })
}

#[cfg(any(guest, native))]
fn needs_libraries(dynamic: &[u8]) -> bool {
    crate::elf::dynamic_entries(dynamic)
        .iter()
        .take_while(|entry| entry.d_tag.get(LE) != elf::DT_NULL)
        .any(|entry| entry.d_tag.get(LE) == elf::DT_NEEDED)
}
