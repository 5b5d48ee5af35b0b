//! Bytes as C's library reads them in the "C" locale: what separates words, and what is a number.

/// `isspace`.
pub(crate) fn is_space(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | 0x0b | 0x0c | b'\r')
}

/// The words between white space.
pub(crate) fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    text.split(is_space).filter(|word| !word.is_empty())
}

/// The lines of a file of `/etc`, each up to its comment.
pub(crate) fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n').map(|line| line.split(|byte| *byte == b'#').next().unwrap_or_default())
}

/// `strtoul` with base 10: the number and what follows it. White space and a sign may come first; a number that is too
/// large is the largest.
pub(crate) fn number(text: &[u8]) -> (u64, &[u8]) {
    let skipped = text.iter().take_while(|byte| is_space(byte)).count();
    let signed = &text[skipped..];
    let (negative, digits) = match signed.split_first() {
        Some((b'-', rest)) => (true, rest),
        Some((b'+', rest)) => (false, rest),
        _ => (false, signed),
    };
    let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if count == 0 {
        return (0, text);
    }
    let value = digits[..count].iter().try_fold(0_u64, |value, digit| {
        value.checked_mul(10)?.checked_add(u64::from(digit - b'0')) //
    });
    match value {
        Some(value) if negative => (value.wrapping_neg(), &digits[count..]),
        Some(value) => (value, &digits[count..]),
        None => (u64::MAX, &digits[count..]),
    }
}

/// A whole text that is a number for `strtoul`, or empty.
pub(crate) fn whole_number(text: &[u8]) -> Option<u64> {
    let (value, rest) = number(text);
    rest.is_empty().then_some(value)
}

/// `atoi`.
pub(crate) fn integer(text: &[u8]) -> i32 {
    number(text).0 as i32
}

/// The file's contents; nothing when it cannot be read.
pub(crate) fn read(path: &str) -> Option<Vec<u8>> {
    std::fs::read(path).ok()
}

#[cfg(test)]
mod tests {
    use super::{integer, lines, number, whole_number, words};

    #[test]
    fn numbers_as_strtoul_reads_them() {
        assert_eq!(number(b" +12ab"), (12, &b"ab"[..]));
        assert_eq!(number(b"-1"), (u64::MAX, &b""[..]));
        assert_eq!(number(b"x"), (0, &b"x"[..]));
        assert_eq!(number(b"- 1"), (0, &b"- 1"[..]));
        assert_eq!(number(b"99999999999999999999"), (u64::MAX, &b""[..]));
        assert_eq!(whole_number(b""), Some(0));
        assert_eq!(whole_number(b"80x"), None);
        assert_eq!(integer(b"-3 "), -3);
        assert_eq!(integer(b"x"), 0);
    }

    #[test]
    fn words_of_lines() {
        let text = b"a \tb # c\n#d\n\re\x0bf";
        let all: Vec<Vec<&[u8]>> = lines(text).map(|line| words(line).collect()).collect();
        assert_eq!(all, [vec![&b"a"[..], b"b"], vec![], vec![b"e", b"f"]]);
    }
}
