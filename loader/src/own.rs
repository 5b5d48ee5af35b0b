//! The program that this code is linked into, read from its own headers in memory.

use object::elf;
use object::{LittleEndian as LE, pod};

use crate::arch::weak;
use crate::elf::Phdr;

/// The program headers of this program (or library), and its load bias. Empty where the linker did not say.
pub(crate) fn program_headers() -> (&'static [Phdr], usize) {
    let header = weak!("__ehdr_start");
    if header == 0 {
        return (&[], 0);
    }
    // SAFETY: linkers define this symbol at the ELF header when it is loaded (GNU ld manual, "PROVIDE"); the program
    // headers follow in the same segment.
    let (header, segments) = unsafe {
        let header = &*(header as *const elf::FileHeader64<LE>);
        let first = core::ptr::from_ref(header).cast::<u8>().add(header.e_phoff.get(LE) as usize);
        (header, core::slice::from_raw_parts(first.cast::<Phdr>(), usize::from(header.e_phnum.get(LE))))
    };
    let first_load = segments.iter().find(|segment| segment.p_type.get(LE) == elf::PT_LOAD);
    let vaddr = first_load.map_or(0, |segment| segment.p_vaddr.get(LE).wrapping_sub(segment.p_offset.get(LE)));
    (segments, (core::ptr::from_ref(header) as usize).wrapping_sub(vaddr as usize))
}

/// Whether a dynamic linker has loaded this program: it names an interpreter, or needs libraries.
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

fn needs_libraries(dynamic: &[u8]) -> bool {
    let count = dynamic.len() / size_of::<elf::Dyn64<LE>>();
    let entries = pod::slice_from_bytes::<elf::Dyn64<LE>>(dynamic, count).map_or(&[][..], |(entries, _)| entries);
    entries
        .iter()
        .take_while(|entry| entry.d_tag.get(LE) != elf::DT_NULL)
        .any(|entry| entry.d_tag.get(LE) == elf::DT_NEEDED)
}
