//! What the objects of imports look like on a machine: a function's stub, and relocations.
//!
//! Sources: System V ABI, AMD64 Supplement, §4.4; ELF for the Arm 64-bit Architecture (AAELF64), §5.7.

use object::{Architecture, elf};

/// A place in a stub: its offset, its relocation, and the addend.
pub type Place = (u64, elf::RelocationType, i64);

/// A machine.
#[derive(Debug, Clone, Copy)]
pub struct Machine {
    /// Its name in object files.
    pub architecture: Architecture,
    /// The code of a function's stub, which the start code recognises (`import_of_stub` of `loader/src/arch/*/std_start.rs`).
    pub stub: &'static [u8],
    /// Where it has the address of the import's entry.
    pub entry: &'static [Place],
    /// Where it jumps to `__import_dynamic_missing`.
    pub missing: Place,
    /// The relocation of a pointer.
    pub pointer: elf::RelocationType,
    /// The relocation that does nothing.
    pub none: elf::RelocationType,
    /// What else the linker is told.
    pub arguments: &'static [&'static str],
}

/// x86-64.
pub const X86_64: Machine = Machine {
    architecture: Architecture::X86_64,
    stub: &[
        0x48, 0x8d, 0x05, 0, 0, 0, 0, // lea rax, [rip + entry]
        0xe9, 0, 0, 0, 0, // jmp __import_dynamic_missing
    ],
    entry: &[(3, elf::R_X86_64_PC32, -4)],
    missing: (8, elf::R_X86_64_PLT32, -4),
    pointer: elf::R_X86_64_64,
    none: elf::R_X86_64_NONE,
    arguments: &[],
};

/// AArch64.
pub const AARCH64: Machine = Machine {
    architecture: Architecture::Aarch64,
    stub: &[
        0x10, 0x00, 0x00, 0x90, // adrp x16, entry
        0x10, 0x02, 0x00, 0x91, // add x16, x16, :lo12:entry
        0x00, 0x00, 0x00, 0x14, // b __import_dynamic_missing
    ],
    entry: &[(0, elf::R_AARCH64_ADR_PREL_PG_HI21, 0), (4, elf::R_AARCH64_ADD_ABS_LO12_NC, 0)],
    missing: (8, elf::R_AARCH64_JUMP26, 0),
    pointer: elf::R_AARCH64_ABS64,
    none: elf::R_AARCH64_NONE,
    // lld makes a computed address of what was a load, even of a function that may be null.
    arguments: &["-Wl,--no-relax"],
};
