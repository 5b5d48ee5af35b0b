//! What configurations and calls are made of.

pub(super) const SERVICES: &str = "\
# services
echo 7/tcp
domain 53/tcp ns
domain 53/udp
http\t80/tcp www # web
snmp 161/udp
sigtran 2905/sctp
large 99999/tcp
larger 4294967296/tcp
none /tcp
without 7
blank 7 /tcp
";

pub(super) const ADDRESSES: &[&str] = &[
    "192.0.2.1",
    "192.0.2.77",
    "10.1.2.3",
    "127.0.0.1",
    "127.0.1.1",
    "169.254.3.4",
    "::1",
    "2001:db8::1",
    "2001:db8::77",
    "fe80::1",
    "fd00::77",
    "2002:c633:6401::1",
    "::ffff:192.0.2.8",
    "198.51.100.4",
    "fec0::4",
    "ff02::1",
];

pub(super) const NAMES: &[&str] = &[
    "a.test",
    "both.test",
    "file.test",
    "File2.test",
    "www",
    "only",
    "machine",
    "machine.home.test",
    "x_y",
    "x-y.test",
    "1",
];

pub(super) const NODES: &[&str] = &[
    "a.test",
    "aaaa.test",
    "both.test",
    "BOTH.test.",
    "several.test",
    "alias.test",
    "dangling.test",
    "nodata.test",
    "large.test",
    "nothing.test",
    "x.fail.test",
    "www",
    "www.one",
    "only",
    "only.two.test",
    "one",
    "x.wild.test",
    "_under.test",
    "odd.test",
    "file.test",
    "file2.TEST",
    "machine",
    "machine.home.test",
    "x_y",
    "x-y.test",
    "1",
    "1.",
    "localhost",
    "localhost",
    "-dash.test",
    "a..test",
    ".a.test",
    "a.test..",
    ".",
    "",
    "*",
    "sp ace.test",
    "no/host",
    "127.0.0.1",
    "10.1",
    "0x7f.1",
    "0177.0.0.1",
    "1.2.3.4.5",
    "256.1.1.1",
    "08",
    "4294967295",
    "1.2.3.4.",
    "::1",
    "2001:db8::1",
    "fe80::1%lo",
    "fe80::1%1",
    "fe80::1%99",
    "fe80::1%nowhere",
    "2001:db8::1%5",
    "ff02::1%lo",
    "::1%",
    "::ffff:1.2.3.4",
    "::1.2.3.4",
    "1::2::3",
    "abc:def",
    ":",
    "b\u{fc}cher.test",
    "xn--bcher-kva.test",
];

pub(super) const SERVICE_NAMES: &[&str] = &[
    "80",
    "0",
    " 7",
    "+9",
    "-1",
    "65535",
    "65536",
    "99999999999",
    "http",
    "www",
    "domain",
    "ns",
    "snmp",
    "sigtran",
    "nosuch",
    "HTTP",
    "80x",
    "",
    "*",
    "echo",
    "large",
    "larger",
    "none",
    "without",
    "blank",
];
