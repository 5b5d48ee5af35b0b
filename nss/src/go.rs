//! When Go's `net` package asks libc rather than its own resolver (`hostLookupOrder` in net/conf.go).

use core::fmt;
use std::io::ErrorKind;

use crate::environment;

/// Why only libc answers a lookup rightly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// An environment variable changes how libc resolves.
    Environment(&'static str),
    /// The name has a character that means something to libc.
    Character(char),
    /// A `.local` name (RFC 6762), which multicast DNS may know.
    Local,
    /// `/etc/resolv.conf` is there and cannot be read.
    ResolvConfUnreadable,
    /// `/etc/resolv.conf` has an option or a directive that is not known here.
    ResolvConf(String),
    /// `/etc/nsswitch.conf` cannot be read.
    SwitchUnreadable,
    /// `/etc/nsswitch.conf` has a source with criteria other than the usual ones.
    Criteria(String),
    /// `/etc/nsswitch.conf` has a source that only libc has, and which may know this name.
    Source(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(name) => write!(f, "{name} is set"),
            Self::Character(character) => write!(f, "the name has a {character:?}"),
            Self::Local => f.write_str("the name ends in .local"),
            Self::ResolvConfUnreadable => f.write_str("/etc/resolv.conf cannot be read"),
            Self::ResolvConf(word) => write!(f, "/etc/resolv.conf has {word:?}"),
            Self::SwitchUnreadable => f.write_str("/etc/nsswitch.conf cannot be read"),
            Self::Criteria(source) => write!(f, "/etc/nsswitch.conf has unusual criteria for {source:?}"),
            Self::Source(source) => write!(f, "/etc/nsswitch.conf has {source:?}"),
        }
    }
}

/// A configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum File {
    Contents(Vec<u8>),
    Missing,
    /// Access is denied.
    Denied,
    Unreadable,
}

impl File {
    fn read(path: &str) -> Self {
        match std::fs::read(path) {
            Ok(contents) => Self::Contents(contents),
            Err(error) if error.kind() == ErrorKind::NotFound => Self::Missing,
            Err(error) if error.kind() == ErrorKind::PermissionDenied => Self::Denied,
            Err(_) => Self::Unreadable,
        }
    }
}

/// All that the rules look at, besides the name.
#[derive(Clone, Debug)]
pub(crate) struct System {
    /// The first variable that is set and asks for libc.
    pub(crate) variable: Option<&'static str>,
    pub(crate) resolv_conf: File,
    pub(crate) switch: File,
    /// Whether there is `/etc/mdns.allow`.
    pub(crate) mdns_allow: bool,
    pub(crate) host_name: Vec<u8>,
}

impl System {
    fn read() -> Self {
        // LOCALDOMAIN counts even when it is empty.
        let is_set = |name| environment::variable(name).is_some_and(|value| name == "LOCALDOMAIN" || !value.is_empty());
        Self {
            variable: ["LOCALDOMAIN", "RES_OPTIONS", "HOSTALIASES"].into_iter().find(|name| is_set(name)),
            resolv_conf: File::read("/etc/resolv.conf"),
            switch: File::read("/etc/nsswitch.conf"),
            mdns_allow: std::fs::exists("/etc/mdns.allow").unwrap_or(false),
            host_name: environment::host_name(),
        }
    }
}

/// Why this name needs libc on this machine; none if files and DNS are all there is to ask. An address lookup has an empty
/// name.
pub(crate) fn needs_libc(name: &[u8]) -> Option<Reason> {
    decide(name, &System::read())
}

/// The rules themselves, in Go's order.
pub(crate) fn decide(name: &[u8], system: &System) -> Option<Reason> {
    if let Some(variable) = system.variable {
        return Some(Reason::Environment(variable));
    }
    if let Some(&character) = name.iter().find(|byte| matches!(byte, b'\\' | b'%')) {
        return Some(Reason::Character(character.into()));
    }
    match &system.resolv_conf {
        File::Unreadable => return Some(Reason::ResolvConfUnreadable),
        File::Contents(contents) => {
            if let Some(word) = unknown_in_resolv_conf(contents) {
                return Some(Reason::ResolvConf(lossy(word)));
            }
        }
        File::Missing | File::Denied => {}
    }
    let name = name.strip_suffix(b".").unwrap_or(name);
    if ends_with(name, b".local") {
        return Some(Reason::Local);
    }
    let sources = match &system.switch {
        File::Missing => return None,
        File::Denied | File::Unreadable => return Some(Reason::SwitchUnreadable),
        File::Contents(contents) => sources(contents).map_err(|()| Reason::SwitchUnreadable),
    };
    match sources {
        Ok(sources) => sources.iter().find_map(|source| source.needs_libc(name, system)),
        Err(reason) => Some(reason),
    }
}

/// The first word of resolv.conf(5) that Go's resolver does not know.
fn unknown_in_resolv_conf(contents: &[u8]) -> Option<&[u8]> {
    contents.split(|byte| *byte == b'\n').find_map(|line| {
        if matches!(line.first(), Some(b'#' | b';')) {
            return None;
        }
        let mut words = words(line);
        match words.next()? {
            b"nameserver" | b"domain" | b"search" => None,
            b"options" => words.find(|option| !is_known(option)),
            directive => Some(directive),
        }
    })
}

fn is_known(option: &[u8]) -> bool {
    const NUMBERS: [&[u8]; 3] = [b"ndots:", b"timeout:", b"attempts:"];
    const WORDS: [&[u8]; 9] = [
        b"rotate",
        b"single-request",
        b"single-request-reopen",
        b"use-vc",
        b"usevc",
        b"tcp",
        b"trust-ad",
        b"edns0",
        b"no-reload",
    ];
    NUMBERS.iter().any(|prefix| option.starts_with(prefix)) || WORDS.contains(&option)
}

/// A source of the `hosts:` line.
struct Source<'a> {
    name: &'a [u8],
    /// Whether its criteria say what is the case without them.
    is_usual: bool,
}

impl Source<'_> {
    fn needs_libc(&self, name: &[u8], system: &System) -> Option<Reason> {
        let reason = || Some(Reason::Source(lossy(self.name)));
        match self.name {
            b"files" | b"dns" if self.is_usual => None,
            b"files" | b"dns" => Some(Reason::Criteria(lossy(self.name))),
            b"myhostname" if !name.is_empty() => {
                let own = system.host_name.eq_ignore_ascii_case(name);
                if own || is_special(name) { reason() } else { None }
            }
            // A list of names beyond .local that multicast DNS may know is not read here.
            mdns if !name.is_empty() && mdns.starts_with(b"mdns") && !system.mdns_allow => None,
            _ => reason(),
        }
    }
}

/// What nss-myhostname(8) knows besides the machine's own name.
fn is_special(name: &[u8]) -> bool {
    [b"localhost".as_slice(), b"localhost.localdomain", b"_gateway", b"_outbound"]
        .iter()
        .any(|special| name.eq_ignore_ascii_case(special))
        || ends_with(name, b".localhost")
        || ends_with(name, b".localhost.localdomain")
}

/// The sources of the `hosts:` line, the last one in the file that there is; none if there is no such line.
fn sources(contents: &[u8]) -> Result<Vec<Source<'_>>, ()> {
    let mut sources = Vec::new();
    for line in contents.split(|byte| *byte == b'\n') {
        let line = line.split(|byte| *byte == b'#').next().unwrap_or_default().trim_ascii();
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        if line[..colon].trim_ascii() == b"hosts" {
            read_sources(&line[colon + 1..], &mut sources)?;
        }
    }
    Ok(sources)
}

fn read_sources<'a>(mut rest: &'a [u8], sources: &mut Vec<Source<'a>>) -> Result<(), ()> {
    loop {
        rest = rest.trim_ascii_start();
        if rest.is_empty() {
            return Ok(());
        }
        let end = rest.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'[').unwrap_or(rest.len());
        let mut source = Source { name: &rest[..end], is_usual: true };
        rest = rest[end..].trim_ascii_start();
        if let Some(criteria) = rest.strip_prefix(b"[") {
            let close = criteria.iter().position(|byte| *byte == b']').ok_or(())?;
            source.is_usual = are_usual(&criteria[..close])?;
            rest = &criteria[close + 1..];
        }
        sources.push(source);
    }
}

/// Whether criteria (`[NOTFOUND=return]`) say what is the case without them: `success=return`, all others `continue`; the last
/// one may return.
fn are_usual(criteria: &[u8]) -> Result<bool, ()> {
    let all: Vec<&[u8]> = words(criteria).collect();
    let mut usual = true;
    for (index, criterion) in all.iter().enumerate() {
        let equals = criterion.iter().position(|byte| *byte == b'=').ok_or(())?;
        let (status, action) = (criterion[..equals].to_ascii_lowercase(), criterion[equals + 1..].to_ascii_lowercase());
        let default: &[u8] = match status.as_slice() {
            b"success" => b"return",
            b"notfound" | b"unavail" | b"tryagain" => b"continue",
            _ => return Ok(false), // negated, or not known
        };
        let is_last = index + 1 == all.len();
        usual &= action == default || (is_last && action == b"return");
    }
    Ok(usual)
}

fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}

fn ends_with(name: &[u8], suffix: &[u8]) -> bool {
    name.len() >= suffix.len() && name[name.len() - suffix.len()..].eq_ignore_ascii_case(suffix)
}

fn lossy(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}

#[cfg(test)]
#[path = "go_tests.rs"]
mod tests;
