//! An answer as `dig +short` prints it: what each record says, one a line.

use std::fmt;

use domain::base::iana::Rcode;
use domain::base::wire::ParseError;
use domain::base::zonefile_fmt::{DisplayKind, ZonefileFmt};
use domain::base::{Message, ParsedName};
use domain::rdata::AllRecordData;

/// What is wrong with an answer.
#[derive(Debug)]
pub(crate) enum AnswerError {
    /// It is shorter than a header.
    Short,
    /// It is not as RFC 1035 says.
    Malformed(ParseError),
    /// The server says that it failed. (glibc tells so by `h_errno`, musl hands on the answer.)
    Failed(Rcode),
}

impl fmt::Display for AnswerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short => f.write_str("the answer is shorter than the header of a DNS message"),
            Self::Malformed(error) => write!(f, "the answer is malformed: {error}"),
            Self::Failed(rcode) => write!(f, "the server answered {rcode}"),
        }
    }
}

/// What an answer says.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The data of each record of the answer section.
    pub(crate) lines: Vec<String>,
    /// Whether there are more, which did not fit.
    pub(crate) is_truncated: bool,
}

/// Reads the bytes of an answer.
pub(crate) fn parse(bytes: &[u8]) -> Result<Answer, AnswerError> {
    let message = Message::from_slice(bytes).map_err(|_| AnswerError::Short)?;
    let header = message.header();
    if header.rcode() != Rcode::NOERROR {
        return Err(AnswerError::Failed(header.rcode()));
    }
    let mut lines = Vec::new();
    for record in message.answer().map_err(AnswerError::Malformed)? {
        let record = record.and_then(|record| record.into_any_record::<AllRecordData<_, ParsedName<_>>>());
        let record = record.map_err(AnswerError::Malformed)?;
        lines.push(record.data().display_zonefile(DisplayKind::Simple).to_string());
    }
    Ok(Answer { lines, is_truncated: header.tc() })
}

#[cfg(test)]
mod tests {
    use super::{AnswerError, parse};

    /// An answer with these records, each a type and data.
    fn message(flags: u16, records: &[(u16, &[u8])]) -> Vec<u8> {
        let count = records.len() as u16;
        let mut bytes: Vec<u8> = [1, flags, 1, count, 0, 0].into_iter().flat_map(u16::to_be_bytes).collect();
        bytes.extend(b"\x01a\x04test\x00\x00\xff\x00\x01");
        for (rtype, data) in records {
            bytes.extend([0xc0, 12]);
            bytes.extend(rtype.to_be_bytes());
            bytes.extend([0, 1, 0, 0, 0, 60]);
            bytes.extend((data.len() as u16).to_be_bytes());
            bytes.extend(*data);
        }
        bytes
    }

    fn lines(records: &[(u16, &[u8])]) -> Vec<String> {
        parse(&message(0x8180, records)).unwrap().lines
    }

    #[test]
    fn as_dig_prints_them() {
        assert_eq!(lines(&[(1, &[192, 0, 2, 1])]), ["192.0.2.1"]);
        assert_eq!(lines(&[(28, b"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01")]), ["2001:db8::1"]);
        assert_eq!(lines(&[(5, b"\x01b\xc0\x0e"), (1, &[192, 0, 2, 2])]), ["b.test.", "192.0.2.2"]);
        assert_eq!(lines(&[(15, b"\0\x0a\x02mx\xc0\x0c")]), ["10 mx.a.test."]);
        assert_eq!(lines(&[(16, b"\x03a \"\x01b")]), [r#""a \"" "b""#]);
        assert_eq!(lines(&[(33, b"\0\x01\0\x02\0\x35\xc0\x0c")]), ["1 2 53 a.test."]);
        let soa = b"\xc0\x0c\x05admin\xc0\x0c\0\0\0\x01\0\0\0\x02\0\0\0\x03\0\0\0\x04\0\0\0\x05";
        assert_eq!(lines(&[(6, soa)]), ["a.test. admin.a.test. 1 2 3 4 5"]);
    }

    #[test]
    fn types_that_nobody_knows_are_printed_as_rfc_3597_says() {
        assert_eq!(lines(&[(65280, b"\x01\x02\xff")]), [r"\# 3 01 02 ff"]);
        assert_eq!(lines(&[(65280, b"")]), [r"\# 0"]);
    }

    #[test]
    fn what_the_header_says() {
        assert!(parse(&message(0x8380, &[])).unwrap().is_truncated);
        assert!(!parse(&message(0x8180, &[])).unwrap().is_truncated);
        let error = parse(&message(0x8182, &[])).unwrap_err();
        assert!(error.to_string().contains("SERVFAIL"), "{error}");
    }

    #[test]
    fn bad_answers_are_errors() {
        assert!(matches!(parse(&[]), Err(AnswerError::Short)));
        let whole = message(0x8180, &[(15, b"\0\x0a\x02mx\xc0\x0c"), (1, &[192, 0, 2, 1])]);
        for length in 12..whole.len() {
            assert!(matches!(parse(&whole[..length]), Err(AnswerError::Malformed(_))), "{length}");
        }
        // A name that points to itself: its data are at 36.
        assert!(matches!(parse(&message(0x8180, &[(5, &[0xc0, 36])])), Err(AnswerError::Malformed(_))));
    }
}
