//! Strings without an allocator: all that fit, in order, and nothing after the first that does not.

use std::vec;
use std::vec::Vec;

use super::*;

#[test]
fn in_order() {
    let mut texts = Texts::NONE;
    assert_eq!(texts.iter().count(), 0);
    assert!(texts.are_cut(), "nothing could be kept so far");
    for text in [&b"one"[..], b"", b"three"] {
        texts.push(text);
    }
    assert_eq!(texts.iter().collect::<Vec<_>>(), [c"one", c"", c"three"]);
    assert!(!texts.are_cut());
}

#[test]
fn what_does_not_fit() {
    let mut texts = Texts::NONE;
    texts.push(&vec![b'x'; ROOM - 10]);
    texts.push(&[b'y'; 8]);
    assert!(!texts.are_cut());
    assert_eq!(texts.iter().map(|text| text.count_bytes()).collect::<Vec<_>>(), [ROOM - 10, 8]);
    texts.push(b"");
    texts.push(b"short");
    assert!(texts.are_cut());
    assert_eq!(texts.iter().count(), 2);

    let mut texts = Texts::NONE;
    texts.push(&vec![b'x'; ROOM]);
    texts.push(b"short");
    assert!(texts.are_cut());
    assert_eq!(texts.iter().count(), 0);
}

#[test]
fn memory_is_given_back() {
    for _ in 0..100_000 {
        let mut texts = Texts::NONE;
        texts.push(b"x");
        assert!(!texts.are_cut(), "a process may have some 65,000 mappings");
    }
}
