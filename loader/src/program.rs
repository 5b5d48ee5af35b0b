//! The start of a program without libc: relocates itself, remembers its initial stack, runs, and exits through the
//! host's libc if it has become a process of it.

use core::ffi::c_int;

use object::elf::{self, Dyn64, Rela64};
use object::{LittleEndian as LE, pod};

use crate::arch;
use crate::elf::Phdr;
use crate::start::{InitialStack, at, initial_stack, set_initial_stack};

/// Bytes of stack that the program leaves free above its own frames: the interpreter and the host libc's start-up run
/// there, so that the libc finds its main thread's stack where the kernel put it.
pub const RESERVED_STACK: usize = 256 << 10;

/// Goes on after `_start`, on the stack below the reserved part.
///
/// # Safety
/// Behavior is undefined if any of the following conditions are violated:
/// - called once, first of all, by `_start`;
/// - `stack` is the kernel's initial stack pointer, and the `RESERVED_STACK` bytes below it are not used.
pub unsafe extern "C" fn begin(stack: *mut usize, main: extern "C" fn(InitialStack) -> c_int) -> ! {
    // SAFETY: nothing has been relocated yet, and nothing up to here needed it: addresses are relative to the program
    // counter, and no static that holds a pointer has been read.
    unsafe {
        relocate(stack);
        set_initial_stack(stack, RESERVED_STACK);
    }
    let status = initial_stack().map_or(crate::STATUS, |stack| main(stack));
    crate::exit(status)
}

/// Applies the program's own relative relocations, as a static-pie program's libc does (glibc `elf/dl-reloc-static-pie.c`).
/// May call nothing that needs them: plain loops over raw memory.
pub(crate) unsafe fn relocate(stack: *mut usize) {
    let find = |kind| {
        // SAFETY: the kernel's words; the slice ends with this call.
        let auxv = unsafe { InitialStack::new(stack).auxv() };
        auxv.iter().find(|entry| entry[0] == kind).map_or(0, |entry| entry[1])
    };
    let (headers, count) = (find(at::PHDR), find(at::PHNUM));
    if headers == 0 {
        return;
    }
    // SAFETY: AT_PHDR and AT_PHNUM describe the program's own headers in memory.
    let segments = unsafe { core::slice::from_raw_parts(headers as *const Phdr, count) };
    let first = |kind| segments.iter().find(|segment| segment.p_type.get(LE) == kind);
    let Some(dynamic) = first(elf::PT_DYNAMIC) else { return };
    // The header table follows the ELF header at the start of the first segment.
    let table = first(elf::PT_PHDR).map(|segment| segment.p_vaddr.get(LE)).or_else(|| {
        first(elf::PT_LOAD).map(|segment| segment.p_vaddr.get(LE) + size_of::<elf::FileHeader64<LE>>() as u64)
    });
    let Some(table) = table else { return };
    let bias = headers.wrapping_sub(table as usize);
    if bias == 0 {
        return;
    }
    // SAFETY: the program's own dynamic section and the tables that it names, in its own writable segments.
    unsafe {
        let dynamic = slice::<Dyn64<LE>>(bias, dynamic.p_vaddr.get(LE), dynamic.p_memsz.get(LE));
        let value = |tag| dynamic.iter().find(|entry| entry.d_tag.get(LE) == tag).map_or(0, |entry| entry.d_val.get(LE));
        for relocation in slice::<Rela64<LE>>(bias, value(elf::DT_RELA), value(elf::DT_RELASZ)) {
            if relocation.r_type(LE, false) == arch::RELATIVE {
                let place = bias.wrapping_add(relocation.r_offset.get(LE) as usize) as *mut usize;
                place.write_unaligned(bias.wrapping_add(relocation.r_addend.get(LE) as usize));
            }
        }
        relocate_relr(bias, slice::<elf::Relr64<LE>>(bias, value(elf::DT_RELR), value(elf::DT_RELRSZ)));
    }
}

/// DT_RELR: an address, then bitmaps of the 63 words after it (gABI, "Relative Relocation Table").
unsafe fn relocate_relr(bias: usize, table: &[elf::Relr64<LE>]) {
    let mut place = core::ptr::null_mut::<usize>();
    for entry in table {
        let entry = entry.0.get(LE) as usize;
        // SAFETY: the caller's: words of the program's own writable segments.
        unsafe {
            if entry & 1 == 0 {
                place = bias.wrapping_add(entry) as *mut usize;
                *place = (*place).wrapping_add(bias);
                place = place.wrapping_add(1);
            } else {
                let mut bits = entry >> 1;
                let mut word = place;
                while bits != 0 {
                    if bits & 1 != 0 {
                        *word = (*word).wrapping_add(bias);
                    }
                    bits >>= 1;
                    word = word.wrapping_add(1);
                }
                place = place.wrapping_add(63);
            }
        }
    }
}

/// `size` bytes at `vaddr` as a slice of `T`.
unsafe fn slice<'a, T: pod::Pod>(bias: usize, vaddr: u64, size: u64) -> &'a [T] {
    if size == 0 {
        return &[];
    }
    // SAFETY: the caller's; these types have no alignment and no invalid values.
    unsafe { core::slice::from_raw_parts(bias.wrapping_add(vaddr as usize) as *const T, size as usize / size_of::<T>()) }
}
