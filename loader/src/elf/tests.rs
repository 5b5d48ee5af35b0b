//! Every rejection by name, and no header that makes the checks themselves go wrong.

use std::vec::Vec;

use super::*;

const PAGE: u64 = 4096;
const SIZE: u64 = 0x5000;
const MACHINE: elf::Machine = elf::EM_X86_64;

/// Offsets of fields (gABI, "ELF Header" and "Program Header").
const E_TYPE: usize = 16;
const E_MACHINE: usize = 18;
const E_VERSION: usize = 20;
const E_ENTRY: usize = 24;
const E_PHOFF: usize = 32;
const E_FLAGS: usize = 48;
const E_PHENTSIZE: usize = 54;
const E_PHNUM: usize = 56;
const HEADER: usize = 64;
const SEGMENT: usize = 56;
const P_TYPE: usize = 0;
const P_FLAGS: usize = 4;
const P_OFFSET: usize = 8;
const P_VADDR: usize = 16;
const P_FILESZ: usize = 32;
const P_MEMSZ: usize = 40;
const P_ALIGN: usize = 48;

/// Where a field of the program header at an index is.
fn field(index: usize, offset: usize) -> usize {
    HEADER + index * SEGMENT + offset
}

/// The headers of a small interpreter: code, then data with a dynamic section in it.
fn good() -> Vec<u8> {
    let mut bytes = std::vec![0; HEADER + 3 * SEGMENT];
    bytes[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
    let mut put = |at: usize, value: u64, len: usize| bytes[at..at + len].copy_from_slice(&value.to_le_bytes()[..len]);
    put(E_TYPE, elf::ET_DYN.0.into(), 2);
    put(E_MACHINE, MACHINE.0.into(), 2);
    put(E_VERSION, 1, 4);
    put(E_ENTRY, 0x1100, 8);
    put(E_PHOFF, HEADER as u64, 8);
    put(E_PHENTSIZE, SEGMENT as u64, 2);
    put(E_PHNUM, 3, 2);
    let segments = [
        (elf::PT_LOAD, 5, 0x1000, 0x1000, 0x2000, 0x2000, PAGE),
        (elf::PT_LOAD, 6, 0x3800, 0x4800, 0x800, 0x1900, PAGE),
        (elf::PT_DYNAMIC, 6, 0x3900, 0x4900, 0x100, 0x100, 8),
    ];
    for (index, (kind, flags, offset, vaddr, in_file, in_memory, align)) in segments.into_iter().enumerate() {
        put(field(index, P_TYPE), kind.0.into(), 4);
        put(field(index, P_FLAGS), flags, 4);
        for (place, value) in
            [(P_OFFSET, offset), (P_VADDR, vaddr), (P_FILESZ, in_file), (P_MEMSZ, in_memory), (P_ALIGN, align)]
        {
            put(field(index, place), value, 8);
        }
    }
    bytes
}

fn check(bytes: &[u8]) -> Result<Object<'_>, Rejection> {
    check_interpreter(bytes, SIZE, PAGE, MACHINE)
}

/// What is said of the headers with some of their bytes changed.
#[track_caller]
fn rejected(changes: &[(usize, &[u8])], reason: Rejection) {
    let mut bytes = good();
    for (at, change) in changes {
        bytes[*at..at + change.len()].copy_from_slice(change);
    }
    assert_eq!(check(&bytes).err(), Some(reason));
}

const ALL_ONES: &[u8] = &[0xff; 8];

#[test]
fn what_is_right() {
    let bytes = good();
    let object = check(&bytes).expect("an interpreter");
    assert_eq!((object.entry, object.start, object.span, object.align), (0x1100, 0x1000, 0x5100, PAGE));
    assert_eq!((object.dynamic, object.segments.len()), ((0x4900, 0x100), 3));
    // A page larger than the file's alignment still fits when addresses and offsets agree in it.
    assert_eq!(check_interpreter(&bytes, SIZE, 0x10000, MACHINE).err(), Some(Rejection::Segment));
    let mut bytes = good();
    bytes[field(1, P_ALIGN)..][..8].copy_from_slice(&0x10000_u64.to_le_bytes());
    assert_eq!(check(&bytes).map(|object| object.align), Ok(0x10000));
}

#[test]
fn identification() {
    assert_eq!(check(b"").err(), Some(Rejection::NotElf));
    assert_eq!(check(b"#!/bin/sh\n").err(), Some(Rejection::NotElf));
    assert_eq!(check(&good()[..3]).err(), Some(Rejection::NotElf));
    assert_eq!(check(&good()[..4]).err(), Some(Rejection::Truncated));
    assert_eq!(check(&good()[..HEADER - 1]).err(), Some(Rejection::Truncated));
    rejected(&[(3, b"f")], Rejection::NotElf);
    rejected(&[(4, &[1])], Rejection::Class);
    rejected(&[(4, &[3])], Rejection::Class);
    rejected(&[(5, &[2])], Rejection::ByteOrder);
    rejected(&[(6, &[0])], Rejection::Version);
    rejected(&[(E_VERSION, &[2])], Rejection::Version);
    rejected(&[(E_MACHINE, &[183])], Rejection::Machine);
    rejected(&[(E_TYPE, &[2])], Rejection::NotShared);
    rejected(&[(E_TYPE, &[4])], Rejection::NotShared);
}

#[test]
fn abi_of_riscv() {
    let mut bytes = good();
    bytes[E_MACHINE..][..2].copy_from_slice(&elf::EM_RISCV.0.to_le_bytes());
    let mut check_with = |flags: u8| {
        bytes[E_FLAGS] = flags;
        check_interpreter(&bytes, SIZE, PAGE, elf::EM_RISCV).err()
    };
    assert_eq!([4, 5].map(&mut check_with), [None; 2]); // double; compressed instructions too
    assert_eq!([0, 2, 6].map(check_with), [Some(Rejection::Machine); 3]); // soft, single, quad
    rejected(&[(E_MACHINE, &[243])], Rejection::Machine);
}

#[test]
fn program_headers() {
    rejected(&[(E_PHNUM, &[0])], Rejection::ProgramHeaders);
    rejected(&[(E_PHNUM, &[4])], Rejection::ProgramHeaders);
    rejected(&[(E_PHNUM, &[0xff, 0xff])], Rejection::ProgramHeaders);
    rejected(&[(E_PHENTSIZE, &[32])], Rejection::ProgramHeaders);
    rejected(&[(E_PHOFF, ALL_ONES)], Rejection::ProgramHeaders);
    rejected(&[(E_PHOFF, &[HEADER as u8 + 1])], Rejection::ProgramHeaders);
    let bytes = good();
    assert_eq!(check(&bytes[..bytes.len() - 1]).err(), Some(Rejection::ProgramHeaders));
    rejected(&[(field(2, P_TYPE), &[elf::PT_INTERP.0 as u8])], Rejection::HasInterpreter);
    rejected(&[(field(2, P_TYPE), &[0])], Rejection::NoDynamic);
    rejected(&[(field(0, P_TYPE), &[0]), (field(1, P_TYPE), &[0])], Rejection::NoSegments);
}

#[test]
fn segments_to_load() {
    rejected(&[(field(1, P_OFFSET), &0x3801_u64.to_le_bytes())], Rejection::Segment); // not congruent
    rejected(&[(field(1, P_FILESZ), &0x1801_u64.to_le_bytes())], Rejection::Segment); // beyond the file
    rejected(&[(field(1, P_FILESZ), &0x1a00_u64.to_le_bytes())], Rejection::Segment); // more than in memory
    rejected(&[(field(1, P_MEMSZ), &0x7ff_u64.to_le_bytes())], Rejection::Segment);
    rejected(&[(field(1, P_ALIGN), &[3])], Rejection::Segment);
    rejected(&[(field(1, P_ALIGN), &(1_u64 << 31).to_le_bytes())], Rejection::Segment);
    rejected(&[(field(0, P_MEMSZ), &0x3900_u64.to_le_bytes())], Rejection::Segment); // into the next
    rejected(&[(field(1, P_MEMSZ), &(1_u64 << 46).to_le_bytes())], Rejection::Segment);
    for place in [P_OFFSET, P_VADDR, P_FILESZ, P_MEMSZ, P_ALIGN] {
        rejected(&[(field(1, place), ALL_ONES)], Rejection::Segment);
    }
    // The same two the wrong way round.
    let mut bytes = good();
    let first: Vec<u8> = bytes[field(0, 0)..field(1, 0)].into();
    bytes.copy_within(field(1, 0)..field(2, 0), field(0, 0));
    bytes[field(1, 0)..field(2, 0)].copy_from_slice(&first);
    assert_eq!(check(&bytes).err(), Some(Rejection::Segment));
}

#[test]
fn entry_and_dynamic_section() {
    rejected(&[(E_ENTRY, &0x4900_u64.to_le_bytes())], Rejection::Entry); // in data
    rejected(&[(E_ENTRY, &0x3000_u64.to_le_bytes())], Rejection::Entry); // one past the code
    rejected(&[(E_ENTRY, &0_u64.to_le_bytes())], Rejection::Entry);
    let at_zero: &[u8] = &[0; 8];
    rejected(
        &[(E_ENTRY, at_zero), (field(0, P_OFFSET), at_zero), (field(0, P_VADDR), at_zero)],
        Rejection::Entry, // a library, whose code begins at its start
    );
    rejected(&[(field(0, P_FLAGS), &[4])], Rejection::Entry);
    rejected(&[(field(2, P_VADDR), &0xfff_u64.to_le_bytes())], Rejection::NoDynamic);
    rejected(&[(field(2, P_MEMSZ), &0x1801_u64.to_le_bytes())], Rejection::NoDynamic);
    rejected(&[(field(2, P_MEMSZ), ALL_ONES)], Rejection::NoDynamic);
}

/// Any byte of the headers with any of these values: the checks end, and what they let pass is sound.
#[test]
fn any_byte() {
    let good = good();
    for at in 0..good.len() {
        for value in (0..8).map(|bit| 1 << bit).chain([0, 0x7f, 0xff]) {
            let mut bytes = good.clone();
            bytes[at] = value;
            let _ = interpreter_name(&bytes, MACHINE);
            let Ok(object) = check(&bytes) else { continue };
            assert!(object.align.is_power_of_two() && object.align >= PAGE && object.start.is_multiple_of(PAGE));
            let end = object.start + object.span;
            let (dynamic, size) = object.dynamic;
            assert!(dynamic >= object.start && dynamic + size <= end);
            assert!((object.start..end).contains(&object.entry));
            for segment in object.segments.iter().filter(|segment| segment.p_type.get(LE) == elf::PT_LOAD) {
                let (start, size) = (segment.p_vaddr.get(LE), segment.p_memsz.get(LE));
                assert!(start >= object.start && start + size <= end);
                assert!(segment.p_offset.get(LE) + segment.p_filesz.get(LE) <= SIZE);
            }
        }
    }
}

#[test]
fn every_length() {
    let good = good();
    assert!((0..good.len()).all(|len| check(&good[..len]).is_err()));
}

#[test]
fn the_interpreter_that_a_program_names() {
    let mut bytes = good();
    assert_eq!(interpreter_name(&bytes, MACHINE), Err(Rejection::NoInterpreterNamed));
    bytes[field(2, P_TYPE)] = elf::PT_INTERP.0 as u8;
    assert_eq!(interpreter_name(&bytes, MACHINE), Ok((0x3900, 0x100)));
    assert_eq!(interpreter_name(b"#!/bin/sh\n", MACHINE), Err(Rejection::NotElf));
}

#[test]
fn entries_of_a_dynamic_section() {
    assert!(dynamic_entries(&[]).is_empty());
    assert!(dynamic_entries(&[0; 15]).is_empty());
    assert_eq!(dynamic_entries(&[0; 47]).len(), 2);
}
