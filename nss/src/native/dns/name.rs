//! Names in the DNS: text in, labels out, and which of them may be hosts' names.

use domain::base::ToName;
use domain::base::name::{Label, Name, ToLabelIter};

/// A name as a question asks for it; none if it is no name. One dot may end it. Escapes are not read: no name of a host
/// needs one.
pub(super) fn parse(text: &[u8]) -> Option<Name<Vec<u8>>> {
    let mut octets = Vec::with_capacity(text.len() + 2);
    let text = text.strip_suffix(b".").unwrap_or(text);
    for label in text.split(|byte| *byte == b'.').filter(|_| !text.is_empty()) {
        if label.is_empty() || label.len() > Label::MAX_LEN || label.contains(&b'\\') {
            return None;
        }
        octets.push(label.len() as u8);
        octets.extend_from_slice(label);
    }
    octets.push(0);
    Name::from_octets(octets).ok()
}

/// Whether text may be the name of a host, as `res_hnok` says it.
pub(in crate::native) fn is_host(text: &[u8]) -> bool {
    parse(text).is_some_and(|name| may_be_host(&name))
}

/// Letters, digits, hyphens and underscores, and no hyphen first: what programs need not be afraid of.
pub(super) fn may_be_host(name: &(impl ToLabelIter + ?Sized)) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let starts_badly = name.iter_labels().next().is_some_and(|label| label.as_slice().starts_with(b"-"));
    !starts_badly && name.iter_labels().all(|label| label.as_slice().iter().all(is_plain))
}

/// The text of a name that may be a host's, without a dot at its end; the root is one dot.
pub(super) fn text(name: &impl ToName) -> Vec<u8> {
    let labels: Vec<&[u8]> = name.iter_labels().map(Label::as_slice).filter(|label| !label.is_empty()).collect();
    if labels.is_empty() { b".".to_vec() } else { labels.join(&b'.') }
}

#[cfg(test)]
mod tests {
    use super::{is_host, parse, text};

    #[test]
    fn names() {
        for (given, canonical) in [("a.b", "a.b"), ("A.b.", "A.b"), (".", "."), ("", ".")] {
            assert_eq!(text(&parse(given.as_bytes()).unwrap()), canonical.as_bytes(), "{given}");
        }
        let label = "x".repeat(63);
        let longest = format!("{label}.{label}.{label}.{}", "y".repeat(61));
        assert!(parse(longest.as_bytes()).is_some());
        for bad in ["..", ".a", "a..b", "a..", r"a\.b", &format!("{label}x.a"), &format!("{longest}y")] {
            assert!(parse(bad.as_bytes()).is_none(), "{bad}");
        }
    }

    #[test]
    fn hosts() {
        for good in ["a", "a-b_c.d", "_sip._tcp.x", "a.-b", "1.2"] {
            assert!(is_host(good.as_bytes()), "{good}");
        }
        for bad in ["-a", "a b", "a/b", "ä", "a*", "a..b", "a\n"] {
            assert!(!is_host(bad.as_bytes()), "{bad}");
        }
    }
}
