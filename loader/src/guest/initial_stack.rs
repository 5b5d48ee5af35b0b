//! The initial stack that the guest's interpreter starts from: the program's own arguments, environment and auxiliary
//! vector, with the words about the main program replaced (ABI, "Process Initialization").

use core::ffi::{CStr, c_char};

use rustix::mm::{self, MapFlags, ProtFlags};

use crate::error::{Errno, Error};
use crate::image::Layout;
use crate::interpreter::Interpreter;
use crate::start::{self, InitialStack, at};

/// Stack of the guest's main thread in bytes: constructors of the libraries that it loads run there.
const STACK: usize = 1 << 20;
/// glibc must not register restartable sequences for guest threads: their kernel threads are parked while home threads
/// borrow their control blocks, so the processor number would be stale. Only where glibc does so: earlier ones copy the
/// variable with sbrk, which the blocked program break makes fail, so that they must not see it at all.
const TUNABLE: &[u8] = b"glibc.pthread.rseq=0";
const TUNABLES: &[u8] = b"GLIBC_TUNABLES=";
const HIDDEN: &[u8] = b"glibc_tunables=";

/// A built initial stack.
pub(crate) struct Built {
    /// What the stack pointer is to be: the address of argc.
    pub(crate) stack: *mut usize,
    /// The environment entry that was changed for the interpreter (null: none), and what the program had there (null:
    /// nothing).
    pub(crate) tunables: (*mut *mut c_char, *mut c_char),
    memory: (usize, usize),
}

impl Built {
    /// Gives the memory back.
    ///
    /// # Safety
    /// Nothing runs on this stack, or has its addresses.
    pub(crate) unsafe fn free(&self) {
        // SAFETY: the mapping made by `build`; the caller's contract.
        let _ = unsafe { mm::munmap(self.memory.0 as *mut _, self.memory.1) };
    }
}

/// The strings of a null-terminated list.
///
/// # Safety
/// `list` is null or such a list, which stays as it is while the iterator lives.
unsafe fn strings<'a>(list: *mut *mut c_char) -> impl Iterator<Item = &'a CStr> + Clone {
    let mut next = list;
    core::iter::from_fn(move || {
        // SAFETY: the caller's.
        unsafe {
            if next.is_null() || (*next).is_null() {
                return None;
            }
            let text = CStr::from_ptr(*next);
            next = next.add(1);
            Some(text)
        }
    })
}

/// Builds the initial stack for an image and an interpreter.
///
/// # Errors
/// When there is no memory for it.
pub(crate) fn build(
    from: InitialStack,
    layout: &Layout,
    interpreter: &Interpreter,
    page: usize,
) -> Result<Built, Error> {
    // SAFETY: the environment of this process, which nobody changes meanwhile (environ(7)).
    let environment = unsafe { strings(start::environment()) };
    // SAFETY: no other slice of it is in use: bring-up runs on one thread.
    let auxv = unsafe { from.auxv() };
    let text: usize = environment.clone().map(|text| text.count_bytes() + 1).sum();
    let words = 1 + (from.argc() + 1) + (environment.clone().count() + 2) + 2 * (auxv.len() + 1);
    // Each one is written twice, for the environment may have several.
    let given = environment.clone().filter(|text| text.to_bytes().starts_with(TUNABLES)).map(|text| text.count_bytes());
    let changed: usize = given.chain([TUNABLES.len()]).map(|len| len + TUNABLE.len() + 2).sum();
    let top_size = (words.next_multiple_of(2) * 8 + text + changed).next_multiple_of(page);
    let size = STACK + top_size;
    let protection = ProtFlags::READ | ProtFlags::WRITE;
    let flags = MapFlags::PRIVATE | MapFlags::NORESERVE;
    // SAFETY: a new mapping at an address of the kernel's choice.
    let memory = unsafe { mm::mmap_anonymous(core::ptr::null_mut(), size, protection, flags) }
        .map_err(|errno| Error::Memory(Errno::from(errno)))? as usize;
    // A page that is never touched ends the stack.
    // SAFETY: the first page of the mapping just made.
    let _ = unsafe { mm::mprotect(memory as *mut _, page, mm::MprotectFlags::empty()) };

    // SAFETY: the upper part of the mapping, ours alone, and a multiple of words.
    let top = unsafe { core::slice::from_raw_parts_mut((memory + STACK) as *mut usize, top_size / 8) };
    let (table, rest) = top.split_at_mut(words.next_multiple_of(2));
    let mut table = Table { words: table, next: 0 };
    let mut pool = Pool { next: rest.as_mut_ptr().cast() };

    table.push(from.argc());
    for index in 0..from.argc() {
        // SAFETY: one of argc arguments.
        table.push(unsafe { *from.argv().add(index) } as usize);
    }
    table.push(0);
    let mut tunables = None;
    for text in environment {
        let copy = pool.push(text.to_bytes());
        match text.to_bytes().strip_prefix(TUNABLES) {
            Some(value) => {
                tunables = Some((table.here(), copy));
                let changed = if interpreter.registers_rseq {
                    pool.push_parts(&[TUNABLES, value, b":", TUNABLE])
                } else {
                    pool.push_parts(&[HIDDEN, value])
                };
                table.push(changed as usize);
            }
            None => table.push(copy as usize),
        }
    }
    let tunables = tunables.unwrap_or_else(|| {
        if !interpreter.registers_rseq {
            return (core::ptr::null_mut(), core::ptr::null_mut());
        }
        let place = table.here();
        table.push(pool.push_parts(&[TUNABLES, TUNABLE]) as usize);
        (place, core::ptr::null_mut())
    });
    table.push(0);
    for entry in auxv {
        table.push(entry[0]);
        table.push(layout.auxiliary(*entry, interpreter.bias, crate::arch::image_entry));
    }
    table.push(at::NULL);
    table.push(0);
    Ok(Built { stack: (memory + STACK) as *mut usize, tunables, memory: (memory, size) })
}

/// The words of the initial stack, upwards.
struct Table<'a> {
    words: &'a mut [usize],
    next: usize,
}

impl Table<'_> {
    fn here(&mut self) -> *mut *mut c_char {
        self.words.as_mut_ptr().wrapping_add(self.next).cast()
    }

    fn push(&mut self, word: usize) {
        if let Some(place) = self.words.get_mut(self.next) {
            *place = word;
            self.next += 1;
        }
    }
}

/// The strings above them.
struct Pool {
    next: *mut u8,
}

impl Pool {
    fn push(&mut self, bytes: &[u8]) -> *mut c_char {
        self.push_parts(&[bytes])
    }

    fn push_parts(&mut self, parts: &[&[u8]]) -> *mut c_char {
        let start = self.next;
        for part in parts.iter().chain([&&b"\0"[..]]) {
            // SAFETY: `build` has counted every string that is pushed, with its NUL.
            unsafe {
                core::ptr::copy_nonoverlapping(part.as_ptr(), self.next, part.len());
                self.next = self.next.add(part.len());
            }
        }
        start.cast()
    }
}

#[cfg(test)]
mod tests;
