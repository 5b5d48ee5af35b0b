//! The relative relocations of a position-independent program without libc, which it applies itself before all else.
//!
//! Compiled code calls other functions through the global offset table, even those of its own crate, and the table is
//! not relocated yet. So nothing here calls anything, whatever the optimisation: words at addresses, operators, loops.
//! What can go wrong can only trap.

use crate::arch;
use crate::start::at;

/// Sizes and fields of Elf64_Ehdr, Elf64_Phdr, Elf64_Dyn and Elf64_Rela (gABI ch. 4, 5) in bytes, and what they hold.
const FILE_HEADER: usize = 64;
const PROGRAM_HEADER: usize = 56;
const VADDR: usize = 16;
const PT_LOAD: u32 = 1;
const PT_DYNAMIC: u32 = 2;
const PT_PHDR: u32 = 6;
const DT_RELA: usize = 7;
const DT_RELASZ: usize = 8;
const DT_RELRSZ: usize = 35;
const DT_RELR: usize = 36;

/// The word at an address, to read or to write.
macro_rules! word {
    ($address:expr) => {
        *(($address) as *mut usize)
    };
}

/// Applies them.
///
/// # Safety
/// Behavior is undefined if any of the following conditions are violated:
/// - called once, first of all, by `_start`;
/// - `stack` is the kernel's initial stack pointer.
pub unsafe extern "C" fn relocate(stack: usize) {
    // SAFETY: the kernel's words: argc, argv, 0, envp, 0, auxv, AT_NULL; AT_PHDR and AT_PHNUM describe the program's own
    // headers in memory, these its dynamic section, and that the tables of relocations in its own writable segments.
    unsafe {
        let mut vector = stack + 8 * (word!(stack) + 2);
        while word!(vector) != 0 {
            vector += 8;
        }
        vector += 8;
        let (mut header, mut count) = (0, 0);
        while word!(vector) != at::NULL {
            if word!(vector) == at::PHDR {
                header = word!(vector + 8);
            } else if word!(vector) == at::PHNUM {
                count = word!(vector + 8);
            }
            vector += 16;
        }
        // Where the header table was linked to be: PT_PHDR says it, else it follows the file header.
        let (first, mut linked, mut dynamic) = (header, 0, 0);
        while count > 0 {
            let kind = word!(header) as u32;
            if kind == PT_PHDR {
                linked = word!(header + VADDR);
            } else if kind == PT_LOAD && linked == 0 {
                linked = word!(header + VADDR) + FILE_HEADER;
            } else if kind == PT_DYNAMIC {
                dynamic = word!(header + VADDR);
            }
            header += PROGRAM_HEADER;
            count -= 1;
        }
        if first == linked || dynamic == 0 {
            return;
        }
        let bias = first - linked;
        let (mut rela, mut rela_end, mut relr, mut relr_end) = (0, 0, 0, 0);
        dynamic += bias;
        while word!(dynamic) != 0 {
            let (tag, value) = (word!(dynamic), word!(dynamic + 8));
            if tag == DT_RELA {
                rela = bias + value;
            } else if tag == DT_RELASZ {
                rela_end = value;
            } else if tag == DT_RELR {
                relr = bias + value;
            } else if tag == DT_RELRSZ {
                relr_end = value;
            }
            dynamic += 16;
        }
        rela_end += rela;
        while rela < rela_end {
            if word!(rela + 8) as u32 == arch::RELATIVE.0 {
                word!(bias + word!(rela)) = bias + word!(rela + 16);
            }
            rela += 24;
        }
        // DT_RELR: an address, then bitmaps of the 63 words after it (gABI, "Relative Relocation Table").
        relr_end += relr;
        let mut place = 0;
        while relr < relr_end {
            let mut bits = word!(relr);
            if bits & 1 == 0 {
                place = bias + bits;
                word!(place) += bias;
                place += 8;
            } else {
                let mut at = place;
                bits >>= 1;
                while bits != 0 {
                    if bits & 1 != 0 {
                        word!(at) += bias;
                    }
                    bits >>= 1;
                    at += 8;
                }
                place += 63 * 8;
            }
            relr += 8;
        }
    }
}

#[cfg(test)]
mod tests;
