//! Lists of strings, as long as they are, whole or cut.

use std::vec::Vec;

use super::*;

fn all(list: &[u8]) -> Vec<&[u8]> {
    Strings::all(list).map(CStr::to_bytes).collect()
}

#[test]
fn strings_of_a_list() {
    assert!(all(b"").is_empty());
    assert_eq!(all(b"\0"), [b""]);
    assert_eq!(all(b"one\0two\0"), [b"one", b"two"]);
    assert_eq!(all(b"\0\0x\0"), [&b""[..], b"", b"x"]);
    assert_eq!(all(b"one\0not ended"), [b"one"]);
    assert!(all(b"not ended").is_empty());
    assert_eq!(Strings::one(c"one").collect::<Vec<_>>(), [c"one"]);
}

#[test]
fn a_string_by_its_index() {
    const LIST: &str = "one\0\0three\0thr\0";
    let list = Strings::new(LIST);
    assert_eq!([0, 1, 2, 3, 4].map(|index| list.nth_text(index)), [&b"one"[..], b"", b"three", b"thr", b""]);
}

#[test]
fn copies_are_as_long_as_there_is_room() {
    let mut place = *b"......";
    copy(&mut place[1..4], b"abcdef");
    assert_eq!(&place, b".abc..");
    copy(&mut place, b"");
    assert_eq!(&place, b".abc..");
}
