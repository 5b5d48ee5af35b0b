//! A crafted program's relocations, of both formats, at several places in memory.

use std::vec::Vec;

use super::*;

const WORDS: usize = 400;
/// Word indices of the parts; vaddrs are eight times as much.
const HEADERS: usize = 8;
const DYNAMIC: usize = 32;
const RELA: usize = 64;
const RELR: usize = 96;
const DATA: usize = 128;

/// A program that was linked at `linked`, and the initial stack that describes it.
struct Program {
    words: Vec<usize>,
    linked: usize,
}

impl Program {
    /// With these places to relocate by DT_RELA and by DT_RELR.
    fn new(linked: usize, with_phdr: bool, rela: &[(usize, usize)], relr: &[usize]) -> Self {
        let mut words = std::vec![0; WORDS];
        let vaddr = |index: usize| linked + index * 8;
        let headers = [(PT_PHDR, vaddr(HEADERS)), (PT_LOAD, linked), (PT_DYNAMIC, vaddr(DYNAMIC))];
        for (index, (kind, address)) in headers.into_iter().enumerate() {
            let kind = if kind == PT_PHDR && !with_phdr { 0 } else { kind };
            words[HEADERS + index * 7] = kind as usize;
            words[HEADERS + index * 7 + 2] = address;
        }
        let dynamic = [
            [DT_RELA, vaddr(RELA)],
            [DT_RELASZ, rela.len() * 24],
            [DT_RELR, vaddr(RELR)],
            [DT_RELRSZ, relr.len() * 8],
            [0, 0],
        ];
        words[DYNAMIC..DYNAMIC + 10].copy_from_slice(dynamic.as_flattened());
        for (index, &(place, addend)) in rela.iter().enumerate() {
            let entry = [vaddr(DATA + place), arch::RELATIVE.0 as usize, linked + addend];
            words[RELA + index * 3..][..3].copy_from_slice(&entry);
        }
        words[RELR..RELR + relr.len()].copy_from_slice(relr);
        Self { words, linked }
    }

    /// Relocates it where it is; what was added to the words of its data.
    fn relocate(mut self) -> (Vec<usize>, usize) {
        let data: Vec<_> = (0..WORDS - DATA).map(|index| index * 1000).collect();
        self.words[DATA..].copy_from_slice(&data);
        let base = self.words.as_mut_ptr() as usize;
        let stack = [1, 0x1000, 0, 0x2000, 0, at::PHDR, base + HEADERS * 8, at::PHNUM, 3, at::NULL, 0];
        // SAFETY: a crafted program that lies in these words alone.
        unsafe { relocate(stack.as_ptr() as usize) };
        let added = self.words[DATA..].iter().zip(data).map(|(word, before)| word.wrapping_sub(before)).collect();
        (added, base.wrapping_sub(self.linked))
    }
}

#[test]
fn nothing_to_do() {
    let (added, _) = Program::new(0, true, &[], &[]).relocate();
    assert!(added.iter().all(|&word| word == 0));
}

#[test]
fn entries_with_addends() {
    for linked in [0, 0x40_0000] {
        let (added, bias) = Program::new(linked, true, &[(0, 16), (3, 24)], &[]).relocate();
        // These replace what stands there.
        assert_eq!(added[0], bias + linked + 16);
        assert_eq!(added[3], (bias + linked + 24).wrapping_sub(3000));
        assert!(added[1..3].iter().chain(&added[4..]).all(|&word| word == 0));
    }
}

#[test]
fn bitmaps() {
    let place = DATA * 8;
    // An address; the first and the last of the 63 words after it; the second of the next 63; another address.
    let relr = [place, 1 | 1 << 1 | 1 << 63, 1 | 1 << 2, place + 200 * 8];
    let (added, bias) = Program::new(0, true, &[], &relr).relocate();
    let changed: Vec<_> = added.iter().enumerate().filter(|(_, word)| **word != 0).map(|(index, _)| index).collect();
    assert_eq!(changed, [0, 1, 63, 65, 200]);
    assert!(changed.iter().all(|&index| added[index] == bias));
}

/// Without PT_PHDR the table is taken to follow the file header, as linkers put it.
#[test]
fn without_a_header_for_the_headers() {
    let (added, bias) = Program::new(0, false, &[], &[DATA * 8]).relocate();
    assert_eq!(HEADERS * 8, FILE_HEADER);
    assert_eq!(added[0], bias);
}
