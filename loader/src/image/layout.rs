//! Where the parts of a written image are, and what the interpreter is told of them.

use crate::elf::Phdr;
use crate::start::at;

/// Where the parts of a written image are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    /// Address of the program headers, and their number.
    pub(crate) headers: usize,
    pub(crate) header_count: usize,
    /// Address of the slots, `slots::COUNT` words.
    pub(crate) slots: usize,
    /// Address of the interpreter's file name.
    pub(crate) interpreter: usize,
}

impl Layout {
    /// An entry of the auxiliary vector as an interpreter at `bias` is to see it, which goes on at `entry`: what is not about the
    /// main program stays as the kernel gave it.
    #[inline(always)]
    pub(crate) fn auxiliary(&self, [kind, value]: [usize; 2], bias: usize, entry: unsafe extern "C" fn()) -> usize {
        match kind {
            at::PHDR => self.headers,
            at::PHENT => size_of::<Phdr>(),
            at::PHNUM => self.header_count,
            at::BASE => bias,
            at::ENTRY => entry as *const () as usize,
            _ => value,
        }
    }
}
