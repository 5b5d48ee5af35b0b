//! Control blocks of words.

use core::sync::atomic::{AtomicU32, Ordering};

use super::find;

#[test]
fn the_word_that_getpid_reads() {
    let words = [7, 7, 5, 7, 7, 0, 7, 5].map(AtomicU32::new);
    let from = words.as_ptr() as usize;
    let find_by = |read: usize| {
        // SAFETY: words of this test's, which nobody else uses.
        let place = unsafe { find(from, from + size_of_val(&words), [7, 9], || words[read].load(Ordering::Relaxed)) };
        (place.map(|place| (place - from) / 4), words.each_ref().map(|word| word.load(Ordering::Relaxed)))
    };
    // Not behind a thread's id, so that something else was read; nothing is left of the attempts.
    assert_eq!(find_by(6), (None, [7, 7, 5, 7, 7, 0, 7, 5]));
    assert_eq!(find_by(2), (None, [7, 7, 5, 7, 7, 0, 7, 5]));
    // The first pair is another's.
    assert_eq!(find_by(4), (Some(4), [7, 7, 5, 7, 9, 0, 7, 5]));
    assert_eq!(find_by(1), (Some(1), [7, 9, 5, 7, 9, 0, 7, 5]));
}
