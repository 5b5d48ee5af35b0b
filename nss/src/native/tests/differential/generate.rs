//! Configurations and calls, drawn from what people write and from what they should not, with numbers that are the same in
//! each run.

use crate::native::Hints;

use super::call::Call;
use super::pools::{ADDRESSES, NAMES, NODES, SERVICE_NAMES, SERVICES};

/// A linear congruential generator: what it is good for is that it repeats itself.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % end
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// The files of `/etc` that matter.
#[derive(Clone, Debug)]
pub(super) struct Configuration {
    pub(super) files: Vec<(&'static str, Option<String>)>,
    /// Whether both libraries find this host's name in /etc/hosts before they would ask for it.
    has_localhost: bool,
}

pub(super) fn configuration(dice: &mut Dice) -> Configuration {
    let nsswitch = dice.pick(&[
        None,
        Some("hosts: files dns\n"),
        Some("passwd: files\nhosts:\tfiles dns\nservices: files\n"),
        Some("hosts: dns files\n"),
        Some("hosts: dns [!UNAVAIL=return] files\n"),
        Some("hosts: files [NOTFOUND=return] dns\n"),
        Some("hosts: files\n"),
        Some("hosts: dns\n"),
    ]);
    let files_first = nsswitch.is_none_or(|line| line.contains("files dns"));
    let with_localhost = dice.one_in(2);
    let hosts = hosts(dice, with_localhost);
    let host_conf = dice.pick(&[None, Some("multi on\n"), Some("order hosts,bind\nmulti on\n"), Some("multi off\n")]);
    let gai_conf = dice.pick(&[
        None,
        None,
        Some("precedence ::ffff:0:0/96 100\n"),
        Some("label 2001:db8::/32 9\nlabel ::ffff:192.0.2.0/120 9\nlabel ::/0 1\nscopev4 192.0.2.0/24 2\n"),
        Some("precedence 2001:db8::/32 3\nprecedence fd00::/8 99 # ours\nprecedence ::/0 7\nreload no\n"),
    ]);
    let owned = |text: Option<&str>| text.map(str::to_owned);
    Configuration {
        files: vec![
            ("hosts", Some(hosts)),
            ("resolv.conf", resolv_conf(dice)),
            ("nsswitch.conf", owned(nsswitch)),
            ("host.conf", owned(host_conf)),
            ("gai.conf", owned(gai_conf)),
            ("services", Some(SERVICES.to_owned()).filter(|_| !dice.one_in(12))),
        ],
        has_localhost: with_localhost && files_first,
    }
}

fn hosts(dice: &mut Dice, with_localhost: bool) -> String {
    let mut text = String::from("# hosts\n\n");
    if with_localhost {
        text.push_str("127.0.0.1\tlocalhost\n::1 localhost ip6-localhost ip6-loopback\n");
    }
    for _ in 0..dice.below(9) {
        let address = dice.pick(ADDRESSES);
        let names: Vec<&str> = (0..=dice.below(3)).map(|_| dice.pick(NAMES)).collect();
        let line = match dice.below(10) {
            0 => format!("  {address}   {} # {}", names.join("\t"), dice.pick(NAMES)),
            1 => format!("{address}x {}", names.join(" ")),
            2 => format!("0{address} {}\r", names.join(" ")),
            3 => format!("{address}\t{}\r", names.join(" ").to_uppercase()),
            _ => format!("{address} {}", names.join(" ")),
        };
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// Where nobody listens.
const DEAD: &str = "nameserver 127.0.0.3\n";

fn resolv_conf(dice: &mut Dice) -> Option<String> {
    if dice.one_in(10) {
        return None;
    }
    let servers = dice.pick(&[
        "nameserver 127.0.0.1\n",
        "nameserver 127.0.0.1\n",
        "nameserver ::1\n",
        "nameserver 127.1 # short\nnameserver bad\n",
        "nameserver 127.0.0.3\nnameserver 127.0.0.1\n",
        "; no server\n",
        DEAD,
    ]);
    let search = dice.pick(&[
        "",
        "",
        "search test\n",
        "search one.test two.test\n",
        "domain two.test one.test\n",
        "search fail.test test\n",
        "domain test\nsearch nowhere.test\ttwo.test \n",
        "search .\n",
    ]);
    let mut text = format!("options timeout:1 attempts:1\n{servers}{search}");
    for _ in 0..dice.below(3) {
        let option = dice.pick(&[
            "ndots:0",
            "ndots:2",
            "ndots:3",
            "edns0",
            "use-vc",
            "single-request",
            "single-request-reopen",
            "no-tld-query",
            "no-aaaa",
            "trust-ad",
            "rotate",
            "unknown:1",
        ]);
        // Without a server, glibc takes an empty buffer for an answer to `no-aaaa`'s question.
        if option == "no-aaaa" && servers == DEAD {
            continue;
        }
        text.push_str(&format!("options {option}\n"));
    }
    Some(text)
}

/// The calls that are made with a configuration.
pub(super) fn calls(dice: &mut Dice, configuration: &Configuration) -> Vec<Call> {
    let mut calls: Vec<Call> = (0..10).map(|_| addresses(dice)).collect();
    calls.extend((0..4).map(|_| names(dice)));
    let is_localhost = |call: &Call| matches!(call, Call::Addresses { node: Some(node), .. } if node == "localhost");
    calls.retain(|call| configuration.has_localhost || !is_localhost(call));
    calls
}

fn addresses(dice: &mut Dice) -> Call {
    let node = if dice.one_in(15) { None } else { Some(dice.pick(NODES).to_owned()) };
    let service = if dice.one_in(2) { Some(dice.pick(SERVICE_NAMES).to_owned()) } else { None };
    let mut flags = 0;
    for (flag, odds) in
        [(1, 6), (2, 3), (4, 8), (8, 4), (0x10, 5), (0x20, 5), (0x40, 9), (0x80, 9), (0x400, 8), (0x800, 60)]
    {
        flags |= if dice.one_in(odds) { flag } else { 0 };
    }
    let family = dice.pick(&[0, 0, 0, libc::AF_INET, libc::AF_INET, libc::AF_INET6, libc::AF_INET6, libc::AF_UNIX]);
    let socktype = dice.pick(&[0, 0, 1, 1, 1, 2, 2, 3, 5, 6, 9]);
    let protocol = dice.pick(&[0, 0, 0, 0, 0, 6, 17, 132, 136, 89]);
    Call::Addresses { node, service, hints: Hints { flags, family, socktype, protocol } }
}

fn names(dice: &mut Dice) -> Call {
    let known = ["192.0.2.2", "192.0.2.3", "192.0.2.1", "::", "0.0.0.0", "::2", "::192.0.2.1", "::ffff:192.0.2.2"];
    let ip = if dice.one_in(2) { dice.pick(&known) } else { dice.pick(ADDRESSES) };
    let mut flags = 0;
    for (flag, odds) in [(1, 6), (2, 4), (4, 5), (8, 4), (0x10, 3), (0x20, 9), (0x100, 40)] {
        flags |= if dice.one_in(odds) { flag } else { 0 };
    }
    let (port, scope) = (dice.pick(&[0, 7, 53, 80, 161, 9999]), dice.pick(&[0, 0, 1, 5]));
    Call::Names { ip: ip.parse().unwrap(), port, scope, flags }
}
