//! The symbols that a library must be given before it can run.

use std::collections::BTreeSet;

use super::symbol::u64_at;
use super::{Dynamic, Symbol};

/// Size of one relocation with addend (`Elf64_Rela`), the only sort that 64-bit machines supported here use.
const RELA_SIZE: usize = 24;

/// More symbols than any library refers to.
const MAX_SYMBOLS: usize = 1 << 20;

/// The symbols that relocations of the library refer to and that it does not define itself, each once.
///
/// With RTLD_NOW (and with BIND_NOW) all of them must be found, or the library is not opened.
pub fn symbols_of_relocations<'data>(dynamic: &Dynamic<'data>) -> Vec<Symbol<'data>> {
    let relocations = dynamic.rela.chunks_exact(RELA_SIZE).chain(dynamic.plt_relocations.chunks_exact(RELA_SIZE));
    let mut indices = BTreeSet::new();
    for index in relocations.filter_map(|relocation| u32::try_from(u64_at(relocation, 8)? >> 32).ok()) {
        if index != 0 && indices.len() < MAX_SYMBOLS {
            indices.insert(index);
        }
    }
    let symbols = indices.into_iter().filter_map(|index| dynamic.symbol(index));
    symbols.filter(|symbol| !symbol.defined && !symbol.name.is_empty()).collect()
}
