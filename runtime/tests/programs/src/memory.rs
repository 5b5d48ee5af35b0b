//! Two heaps in one process.

use std::alloc::{Layout, alloc, dealloc};

use crate::imports::{free, malloc};

/// How many pieces of each heap are alive at once, and how often each is replaced.
const ALIVE: usize = 8000;
const ROUNDS: usize = 4;

/// A piece of memory, filled with what tells whose it is.
struct Piece {
    memory: *mut u8,
    size: usize,
    mark: u8,
    host: bool,
}

impl Piece {
    fn new(number: usize, host: bool) -> Self {
        let size = 16 + number * 97 % 700;
        let memory = if host {
            malloc(size).cast()
        } else {
            // SAFETY: a layout that is not empty.
            unsafe { alloc(layout(size)) }
        };
        assert!(!memory.is_null());
        let mark = (number * 2 + usize::from(host)) as u8;
        // SAFETY: memory of this size.
        unsafe { memory.write_bytes(mark, size) };
        Self { memory, size, mark, host }
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        // SAFETY: this piece's own memory, given back to where it came from.
        unsafe {
            let bytes = std::slice::from_raw_parts(self.memory, self.size);
            let other = bytes.iter().find(|byte| **byte != self.mark);
            assert!(other.is_none(), "{:p} of the {}", self.memory, if self.host { "host" } else { "program" });
            if self.host { free(self.memory.cast()) } else { dealloc(self.memory, layout(self.size)) }
        }
    }
}

fn layout(size: usize) -> Layout {
    Layout::from_size_align(size, 16).expect("a small size")
}

/// Allocates in turn from both heaps on the main thread, where both would grow the program break.
pub(crate) fn interleaved() {
    let mut pieces: Vec<Piece> = Vec::new();
    for number in 0..ALIVE * ROUNDS {
        for host in [true, false] {
            let piece = Piece::new(number, host);
            if pieces.len() < ALIVE * 2 {
                pieces.push(piece);
            } else {
                let place = number * 7919 % pieces.len();
                pieces[place] = piece;
            }
        }
    }
}
