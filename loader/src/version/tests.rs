//! What is taken for a version.

use super::is_version;

#[test]
fn three_numbers() {
    for text in [&b"1.2.5"[..], b"10.0.123"] {
        assert!(is_version(text));
    }
    for text in [&b""[..], b"1.2", b"1.2.3.4", b"1..3", b".1.2", b"1.2.", b"1.2.x", b"1.2.3 ", b"v1.2.3"] {
        assert!(!is_version(text), "{text:?}");
    }
}
