//! The relative relocations of a position-independent program without libc, which it applies itself before all else.
//!
//! Compiled code calls other functions through the global offset table, even those of its own crate, and the table is
//! not relocated yet. So nothing here calls anything, whatever the optimisation: words at addresses, operators, loops.
//! What can go wrong can only trap.

use crate::arch;
/// Tags of Elf64_Dyn (gABI ch. 5).
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
/// - `bias` is the load bias if there are relocations: the address of the ELF header, for linkers put it at 0 in what may
///   be loaded anywhere;
/// - `dynamic` is the address of the dynamic section, 0 where there is none.
pub unsafe extern "C" fn relocate(bias: usize, mut dynamic: usize) {
    if dynamic == 0 {
        return;
    }
    // SAFETY: the dynamic section, which describes tables of relocations of the program's own writable segments.
    unsafe {
        let (mut rela, mut rela_end, mut relr, mut relr_end) = (0, 0, 0, 0);
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
