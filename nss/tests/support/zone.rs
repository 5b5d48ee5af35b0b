//! What the name servers of the tests know.

use std::fmt::Write as _;
use std::path::Path;

/// The root zone, with all that there is:
///
/// | name | |
/// | --- | --- |
/// | `a.test`, `aaaa.test`, `both.test` | an address, an IPv6 address, one of each |
/// | `several.test` | addresses of many kinds |
/// | `alias.test` | three CNAMEs, then `both.test` |
/// | `dangling.test` | a CNAME to nothing |
/// | `nodata.test` | no address |
/// | `many.test` | 40 addresses of one kind: more than 512 bytes, and no more than musl takes |
/// | `large.test` | 40 addresses: more than 512 bytes, less than 1200 |
/// | `huge.test` | 200 addresses: TCP |
/// | `www.one.test`, `www.two.test`, `only.two.test` | for search lists |
/// | `x.fail.test` | SERVFAIL; all else is NXDOMAIN |
/// | `mail.test`, `text.test`, `long.test`, `_web._tcp.test`, `new.test` | MX, TXT, 600 bytes of TXT, SRV, a type without a name |
/// | `fromdns.test` | 192.0.2.53, which nothing else stands for |
/// | `192.0.2.1`, `192.0.2.2`, `2001:db8::1` | pointers to `a.test`, through a CNAME to `both.test`, to `aaaa.test` |
pub(crate) fn text() -> String {
    let mut zone = String::from(
        "\
$ORIGIN .
$TTL 60
. SOA ns.test. admin.test. 1 3600 600 86400 60
. NS ns.test.
ns.test. A 127.0.0.1
a.test. A 192.0.2.1
aaaa.test. AAAA 2001:db8::1
both.test. A 192.0.2.2
both.test. AAAA 2001:db8::2
several.test. A 198.51.100.1
several.test. A 10.1.2.3
several.test. A 127.0.0.9
several.test. A 169.254.1.1
several.test. AAAA fe80::1
several.test. AAAA 2002:c633:6401::1
several.test. AAAA fd00::1
several.test. AAAA 2001:db8:1::1
several.test. AAAA ::1
several.test. AAAA ::ffff:192.0.2.7
alias.test. CNAME second.test.
second.test. CNAME third.Test.
third.test. CNAME both.test.
dangling.test. CNAME nowhere.test.
nodata.test. TXT \"no address\"
www.one.test. A 192.0.2.11
www.two.test. A 192.0.2.12
www.two.test. AAAA 2001:db8::12
only.two.test. A 192.0.2.13
one.test. A 192.0.2.14
*.wild.test. A 192.0.2.15
_under.test. A 192.0.2.16
odd.test. CNAME a\\032b.test.
a\\032b.test. A 192.0.2.17
fromdns.test. A 192.0.2.53
mail.test. MX 10 mx1.test.
mail.test. MX 20 mx2.test.
text.test. TXT \"two\" \"strings with \\\"quotes\\\" and \\\\\"
_web._tcp.test. SRV 1 2 443 a.test.
new.test. TYPE65280 \\# 3 0102ff
1.2.0.192.in-addr.arpa. PTR a.test.
2.2.0.192.in-addr.arpa. CNAME 2.pointers.test.
2.pointers.test. PTR both.test.
3.2.0.192.in-addr.arpa. TXT \"no pointer\"
1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. PTR aaaa.test.
",
    );
    for (name, count) in [("many", 40), ("large", 40), ("huge", 200)] {
        for number in 1..=count {
            writeln!(zone, "{name}.test. A 203.0.113.{number}").unwrap();
        }
    }
    for number in 1..=20 {
        writeln!(zone, "large.test. AAAA 2001:db8::{number:x}").unwrap();
    }
    writeln!(zone, "long.test. TXT {}", [LONG; 3].join(" ")).unwrap();
    zone
}

/// A string of 200 characters; `long.test` has three, more than 512 bytes.
pub(crate) const LONG: &str = concat!(
    "\"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789",
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789\""
);

/// What makes NSD serve it, at port 53 of these addresses, with nothing left elsewhere.
pub(crate) fn configuration(directory: &Path, addresses: &[&str]) -> String {
    let directory = directory.display();
    let mut text = format!(
        "\
server:
  zonesdir: \"{directory}\"
  database: \"\"
  pidfile: \"\"
  zonelistfile: \"{directory}/zones\"
  xfrdfile: \"\"
  xfrdir: \"{directory}\"
  username: \"\"
  server-count: 1
  minimal-responses: yes
  rrl-ratelimit: 0
"
    );
    for address in addresses {
        writeln!(text, "  ip-address: {address}").unwrap();
    }
    text + "\
remote-control:
  control-enable: no
zone:
  name: \".\"
  zonefile: \"zone\"
# Without a zone file, NSD fails for it.
zone:
  name: \"fail.test\"
  zonefile: \"missing\"
"
}
