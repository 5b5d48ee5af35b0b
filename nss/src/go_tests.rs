//! A row for each rule of net/conf.go.

use super::{File, Reason, System, decide};

fn plain() -> System {
    System {
        variable: None,
        resolv_conf: File::Contents(b"nameserver 192.0.2.1\nsearch a b\n# options debug\n".to_vec()),
        switch: File::Contents(b"passwd: files\nhosts: files dns\n".to_vec()),
        mdns_allow: false,
        host_name: b"machine".to_vec(),
    }
}

fn hosts(line: &str) -> System {
    System { switch: File::Contents(format!("# comment\nhosts: {line} # more\n").into_bytes()), ..plain() }
}

fn resolv(text: &str) -> System {
    System { resolv_conf: File::Contents(text.as_bytes().to_vec()), ..plain() }
}

fn source(name: &str) -> Option<Reason> {
    Some(Reason::Source(name.to_owned()))
}

#[test]
fn every_rule() {
    let set = |variable| System { variable: Some(variable), ..plain() };
    let all = "options ndots:2 timeout:1 attempts:3 rotate single-request single-request-reopen use-vc trust-ad edns0 no-reload";
    let rows: &[(&str, System, Option<Reason>)] = &[
        // Nothing special.
        ("a.example", plain(), None),
        ("", plain(), None),
        // The environment.
        ("a.example", set("LOCALDOMAIN"), Some(Reason::Environment("LOCALDOMAIN"))),
        ("a.example", set("RES_OPTIONS"), Some(Reason::Environment("RES_OPTIONS"))),
        ("a.example", set("HOSTALIASES"), Some(Reason::Environment("HOSTALIASES"))),
        // The name.
        (r"a\.example", plain(), Some(Reason::Character('\\'))),
        ("fe80::1%lo", plain(), Some(Reason::Character('%'))),
        ("printer.local", plain(), Some(Reason::Local)),
        ("printer.LOCAL.", plain(), Some(Reason::Local)),
        ("local", plain(), None),
        // resolv.conf.
        ("a.example", System { resolv_conf: File::Missing, ..plain() }, None),
        ("a.example", System { resolv_conf: File::Denied, ..plain() }, None),
        ("a.example", System { resolv_conf: File::Unreadable, ..plain() }, Some(Reason::ResolvConfUnreadable)),
        ("a.example", resolv(all), None),
        ("a.example", resolv("options inet6"), Some(Reason::ResolvConf("inet6".into()))),
        ("a.example", resolv("sortlist 192.0.2.0"), Some(Reason::ResolvConf("sortlist".into()))),
        ("a.example", resolv("; options inet6\n\n"), None),
        // nsswitch.conf.
        ("a.example", System { switch: File::Missing, ..plain() }, None),
        ("a.example", System { switch: File::Unreadable, ..plain() }, Some(Reason::SwitchUnreadable)),
        ("a.example", System { switch: File::Denied, ..plain() }, Some(Reason::SwitchUnreadable)),
        ("a.example", System { switch: File::Contents(b"passwd: files sss\n".to_vec()), ..plain() }, None),
        ("a.example", hosts("dns files"), None),
        ("a.example", hosts("files"), None),
        ("a.example", hosts("files [notfound=return"), Some(Reason::SwitchUnreadable)),
        ("a.example", hosts("files [notfound] dns"), Some(Reason::SwitchUnreadable)),
        // Criteria.
        ("a.example", hosts("files [NOTFOUND=return] dns"), None),
        ("a.example", hosts("files [success=return notfound=continue] dns"), None),
        ("a.example", hosts("files [notfound=return unavail=continue] dns"), Some(Reason::Criteria("files".into()))),
        ("a.example", hosts("files dns [!UNAVAIL=return]"), Some(Reason::Criteria("dns".into()))),
        ("a.example", hosts("files [success=merge] dns"), Some(Reason::Criteria("files".into()))),
        // myhostname.
        ("a.example", hosts("files myhostname dns"), None),
        ("localhost", hosts("files myhostname dns"), source("myhostname")),
        ("a.LocalHost.", hosts("files myhostname dns"), source("myhostname")),
        ("a.localhost.localdomain", hosts("files myhostname dns"), source("myhostname")),
        ("_gateway", hosts("files myhostname dns"), source("myhostname")),
        ("_outbound", hosts("files myhostname dns"), source("myhostname")),
        ("Machine", hosts("files myhostname dns"), source("myhostname")),
        ("", hosts("files myhostname dns"), source("myhostname")),
        // Multicast DNS.
        ("a.example", hosts("files mdns4_minimal [NOTFOUND=return] dns"), None),
        ("a.local", hosts("files mdns4_minimal [NOTFOUND=return] dns"), Some(Reason::Local)),
        ("a.example", System { mdns_allow: true, ..hosts("files mdns4 dns") }, source("mdns4")),
        // What nobody else knows.
        ("a.example", hosts("files resolve [!UNAVAIL=return] dns"), source("resolve")),
        ("a.example", hosts("files sss dns"), source("sss")),
        ("a.example", hosts("files wins"), source("wins")),
    ];
    for (name, system, expected) in rows {
        assert_eq!(decide(name.as_bytes(), system), *expected, "{name} with {system:?}");
    }
}
