//! A crafted program's relocations, of both formats, at several places in memory.

use std::vec::Vec;

use super::*;

const WORDS: usize = 400;
/// Word indices of the parts; vaddrs are eight times as much.
const DYNAMIC: usize = 32;
const RELA: usize = 64;
const RELR: usize = 96;
const DATA: usize = 128;

/// A program that was linked at 0.
struct Program {
    words: Vec<usize>,
}

impl Program {
    /// With these places to relocate by DT_RELA and by DT_RELR.
    fn new(rela: &[(usize, usize)], relr: &[usize]) -> Self {
        let mut words = std::vec![0; WORDS];
        let vaddr = |index: usize| index * 8;
        let dynamic = [
            [DT_RELA, vaddr(RELA)],
            [DT_RELASZ, rela.len() * 24],
            [DT_RELR, vaddr(RELR)],
            [DT_RELRSZ, relr.len() * 8],
            [0, 0],
        ];
        words[DYNAMIC..DYNAMIC + 10].copy_from_slice(dynamic.as_flattened());
        for (index, &(place, addend)) in rela.iter().enumerate() {
            let entry = [vaddr(DATA + place), arch::RELATIVE.0 as usize, addend];
            words[RELA + index * 3..][..3].copy_from_slice(&entry);
        }
        words[RELR..RELR + relr.len()].copy_from_slice(relr);
        Self { words }
    }

    /// Relocates it where it is; what was added to the words of its data.
    fn relocate(mut self) -> (Vec<usize>, usize) {
        let data: Vec<_> = (0..WORDS - DATA).map(|index| index * 1000).collect();
        self.words[DATA..].copy_from_slice(&data);
        let base = self.words.as_mut_ptr() as usize;
        // SAFETY: a crafted program that lies in these words alone.
        unsafe { relocate(base, base + DYNAMIC * 8) };
        let added = self.words[DATA..].iter().zip(data).map(|(word, before)| word.wrapping_sub(before)).collect();
        (added, base)
    }
}

#[test]
fn nothing_to_do() {
    let (added, _) = Program::new(&[], &[]).relocate();
    assert!(added.iter().all(|&word| word == 0));
}

#[test]
fn entries_with_addends() {
    let (added, bias) = Program::new(&[(0, 16), (3, 24)], &[]).relocate();
    // These replace what stands there.
    assert_eq!(added[0], bias + 16);
    assert_eq!(added[3], (bias + 24).wrapping_sub(3000));
    assert!(added[1..3].iter().chain(&added[4..]).all(|&word| word == 0));
}

#[test]
fn bitmaps() {
    let place = DATA * 8;
    // An address; the first and the last of the 63 words after it; the second of the next 63; another address.
    let relr = [place, 1 | 1 << 1 | 1 << 63, 1 | 1 << 2, place + 200 * 8];
    let (added, bias) = Program::new(&[], &relr).relocate();
    let changed: Vec<_> = added.iter().enumerate().filter(|(_, word)| **word != 0).map(|(index, _)| index).collect();
    assert_eq!(changed, [0, 1, 63, 65, 200]);
    assert!(changed.iter().all(|&index| added[index] == bias));
}

#[test]
fn without_a_dynamic_section() {
    // SAFETY: nothing to read.
    unsafe { relocate(0x40_0000, 0) };
}
