//! Reading ELF: every header field and every range is checked before anything is mapped, one named rejection each.
//! Works on slices, on any machine.

use object::elf::{self, FileHeader64, ProgramHeader64};
use object::{LittleEndian as LE, pod};

use crate::error::Rejection;

/// How many bytes of a file its headers must fit into: 17 program headers, where interpreters have 7 to 12. Few bytes, so
/// that they take no page of the stack for themselves.
pub(crate) const HEAD: usize = 1024;

pub(crate) type Phdr = ProgramHeader64<LE>;

/// What the checks found out about an interpreter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Object<'a> {
    pub(crate) segments: &'a [Phdr],
    /// Entry point (vaddr).
    pub(crate) entry: u64,
    /// Lowest page-aligned vaddr, and bytes from there to the end of the last segment.
    pub(crate) start: u64,
    pub(crate) span: u64,
    /// The largest segment alignment, at least a page.
    pub(crate) align: u64,
    /// The dynamic section: vaddr and bytes.
    pub(crate) dynamic: (u64, u64),
}

/// The entries of a dynamic section.
pub(crate) fn dynamic_entries(bytes: &[u8]) -> &[elf::Dyn64<LE>] {
    let count = bytes.len() / size_of::<elf::Dyn64<LE>>();
    pod::slice_from_bytes(bytes, count).map_or(&[], |(entries, _)| entries)
}

/// The program headers of the ELF file that begins with `head`.
fn segments(head: &[u8], machine: elf::Machine) -> Result<(&FileHeader64<LE>, &[Phdr]), Rejection> {
    if !head.starts_with(&elf::ELFMAG) {
        return Err(Rejection::NotElf);
    }
    let (header, _) = pod::from_bytes::<FileHeader64<LE>>(head).map_err(|()| Rejection::Truncated)?;
    if header.e_ident.class != elf::ELFCLASS64 {
        return Err(Rejection::Class);
    }
    if header.e_ident.data != elf::ELFDATA2LSB {
        return Err(Rejection::ByteOrder);
    }
    if header.e_ident.version != elf::EV_CURRENT || header.e_version.get(LE) != u32::from(elf::EV_CURRENT.0) {
        return Err(Rejection::Version);
    }
    if header.e_machine.get(LE) != machine {
        return Err(Rejection::Machine);
    }
    // RISC-V's other ABIs pass floating-point arguments elsewhere (psABI, "File Header").
    let is_riscv = machine == elf::EM_RISCV;
    if is_riscv && header.e_flags.get(LE).riscv_float_abi() != elf::EF_RISCV_FLOAT_ABI_DOUBLE {
        return Err(Rejection::Machine);
    }
    let count = usize::from(header.e_phnum.get(LE));
    if count == 0 || usize::from(header.e_phentsize.get(LE)) != size_of::<Phdr>() {
        return Err(Rejection::ProgramHeaders);
    }
    let offset = usize::try_from(header.e_phoff.get(LE)).map_err(|_| Rejection::ProgramHeaders)?;
    let table = head.get(offset..).ok_or(Rejection::ProgramHeaders)?;
    let (segments, _) = pod::slice_from_bytes::<Phdr>(table, count).map_err(|()| Rejection::ProgramHeaders)?;
    Ok((header, segments))
}

/// Checks that a file of `size` bytes beginning with `head` can be mapped as an interpreter with pages of `page` bytes.
pub(crate) fn check_interpreter(
    head: &[u8],
    size: u64,
    page: u64,
    machine: elf::Machine,
) -> Result<Object<'_>, Rejection> {
    let (header, segments) = segments(head, machine)?;
    if header.e_type.get(LE) != elf::ET_DYN {
        return Err(Rejection::NotShared);
    }
    let entry = header.e_entry.get(LE);
    let (mut start, mut end, mut align, mut dynamic, mut executable) = (None, 0, page, None, false);
    for segment in segments {
        match segment.p_type.get(LE) {
            elf::PT_LOAD => {
                let range = check_load(segment, size, page)?;
                if range.0 < end {
                    return Err(Rejection::Segment); // overlapping, or not in ascending order
                }
                start = start.or(Some(range.0 & !(page - 1)));
                end = range.1;
                align = align.max(segment.p_align.get(LE));
                // A library has none: zero, which may lie in what is executable.
                executable |=
                    (range.0.max(1)..range.1).contains(&entry) && segment.p_flags.get(LE).0 & elf::PF_X.0 != 0;
            }
            elf::PT_DYNAMIC => dynamic = Some((segment.p_vaddr.get(LE), segment.p_memsz.get(LE))),
            elf::PT_INTERP => return Err(Rejection::HasInterpreter),
            _ => {}
        }
    }
    let start = start.ok_or(Rejection::NoSegments)?;
    if !executable {
        return Err(Rejection::Entry);
    }
    let dynamic = dynamic.ok_or(Rejection::NoDynamic)?;
    let dynamic_end = dynamic.0.checked_add(dynamic.1).ok_or(Rejection::NoDynamic)?;
    if dynamic.0 < start || dynamic_end > end {
        return Err(Rejection::NoDynamic);
    }
    Ok(Object { segments, entry, start, span: end - start, align, dynamic })
}

/// Checks one PT_LOAD; its range of addresses.
fn check_load(segment: &Phdr, size: u64, page: u64) -> Result<(u64, u64), Rejection> {
    let (vaddr, offset) = (segment.p_vaddr.get(LE), segment.p_offset.get(LE));
    let (in_file, in_memory) = (segment.p_filesz.get(LE), segment.p_memsz.get(LE));
    let file_end = offset.checked_add(in_file).ok_or(Rejection::Segment)?;
    let end = vaddr.checked_add(in_memory).ok_or(Rejection::Segment)?;
    let align = segment.p_align.get(LE);
    let sound = file_end <= size
        && in_file <= in_memory
        && end <= 1 << 46 // below any address space's end, so sums stay in range
        && (align <= 1 || align.is_power_of_two())
        && align <= 1 << 30
        && vaddr & (page - 1) == offset & (page - 1);
    if sound { Ok((vaddr, end)) } else { Err(Rejection::Segment) }
}

/// The file range of the interpreter's name (PT_INTERP) in the program that begins with `head`.
pub(crate) fn interpreter_name(head: &[u8], machine: elf::Machine) -> Result<(u64, u64), Rejection> {
    let (_, segments) = segments(head, machine)?;
    segments
        .iter()
        .find(|segment| segment.p_type.get(LE) == elf::PT_INTERP)
        .map(|segment| (segment.p_offset.get(LE), segment.p_filesz.get(LE)))
        .ok_or(Rejection::NoInterpreterNamed)
}

#[cfg(test)]
mod tests;
