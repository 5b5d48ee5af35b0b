//! Two libcs that allocate in one process: neither may hand out memory of the other's.

use super::{free, malloc};

/// A block of one libc's memory, full of one byte.
struct Block {
    start: *mut u8,
    len: usize,
    fill: u8,
    is_home: bool,
}

impl Block {
    fn new(len: usize, fill: u8, is_home: bool) -> Self {
        // SAFETY: malloc(3) of home or of the host.
        let start: *mut u8 = unsafe { if is_home { libc::malloc(len) } else { malloc(len) } }.cast();
        assert!(!start.is_null());
        // SAFETY: the block just made.
        unsafe { start.write_bytes(fill, len) };
        Self { start, len, fill, is_home }
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        // SAFETY: the block that `new` made, of the libc that it came from.
        unsafe {
            let bytes = std::slice::from_raw_parts(self.start, self.len);
            assert!(bytes.iter().all(|&byte| byte == self.fill), "a block has been written to by others");
            if self.is_home { libc::free(self.start.cast()) } else { free(self.start.cast()) }
        }
    }
}

/// Allocates from both by turns, `count` blocks each, frees some on the way and the rest at the end; every block must
/// still be full of its own byte then.
fn interleave(count: usize) {
    let mut blocks = Vec::new();
    for number in 0..count {
        let len = 16 + number * 37 % 1_500;
        for is_home in [true, false] {
            blocks.push(Block::new(len, (number * 2 + usize::from(is_home)) as u8, is_home));
        }
        if number % 3 == 2 {
            drop(blocks.swap_remove(number * 7 % blocks.len()));
            drop(blocks.swap_remove(number * 13 % blocks.len()));
        }
    }
    // The Rust heap is home's too.
    let texts: Vec<_> = (0..1_000).map(|number| format!("{number:>64}")).collect();
    drop(blocks);
    assert!(texts.iter().enumerate().all(|(number, text)| text.trim() == number.to_string()));
}

pub(crate) fn heaps() {
    interleave(12_000);
    // Both can still have large ones.
    for is_home in [true, false, true] {
        drop(Block::new(3 << 20, 0x5a, is_home));
    }
}

pub(crate) fn heaps_in_threads() {
    let threads: Vec<_> = (0..4).map(|_| std::thread::spawn(|| interleave(3_000))).collect();
    interleave(3_000);
    for thread in threads {
        thread.join().expect("a thread whose memory is its own");
    }
}
