//! Who answers: the host's libc or the resolver of our own, as Go's `netdns` chooses.

use core::fmt;
use core::sync::atomic::{AtomicU8, Ordering};
use std::io::Write;

use import_dynamic::Host;

use crate::environment;
#[cfg(native)]
use crate::go;
#[cfg(native)]
use crate::native::Source;

/// Who answers lookups.
///
/// `IMPORT_DYNAMIC_NETDNS` names it as `auto`, `host`, `native` or `go`; with `+1` behind it, each lookup tells on stderr who
/// answers it, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Resolver {
    /// The host's libc where there is one, else the resolver of our own.
    #[default]
    Auto = 1,
    /// The host's libc; without one, lookups fail.
    Host,
    /// The resolver of our own: files and DNS.
    Native,
    /// For names, as Go's `net` chooses: the resolver of our own, unless the name, the environment, `/etc/resolv.conf` or
    /// `/etc/nsswitch.conf` asks for what only libc does. Else as `Auto`.
    Go,
}

impl Resolver {
    const ALL: [Self; 4] = [Self::Auto, Self::Host, Self::Native, Self::Go];

    /// Its name in `IMPORT_DYNAMIC_NETDNS`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Host => "host",
            Self::Native => "native",
            Self::Go => "go",
        }
    }
}

/// It is too late to choose: a lookup has been made, and all of a process are answered alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLate {
    /// Who answers.
    pub resolver: Resolver,
}

impl fmt::Display for TooLate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.resolver.as_str();
        write!(f, "lookups have been made already (resolver: {name}): choose before the first one")
    }
}

impl std::error::Error for TooLate {}

/// Chooses who answers, before the first lookup; `IMPORT_DYNAMIC_NETDNS`, where it is set, has the last word.
///
/// # Errors
/// [`TooLate`] after the first lookup.
pub fn set_resolver(resolver: Resolver) -> Result<(), TooLate> {
    let chosen = STATE.fetch_update(Ordering::AcqRel, Ordering::Acquire, |state| {
        (state & DECIDED == 0).then_some(resolver as u8) //
    });
    chosen.map(|_| ()).map_err(|state| TooLate { resolver: State(state).resolver() })
}

/// A [`Resolver`]; 0 before any choice. With these bits:
static STATE: AtomicU8 = AtomicU8::new(0);
/// The first lookup has been made.
const DECIDED: u8 = 0x80;
/// Lookups tell who answers them.
const TELLS: u8 = 0x40;

/// What has been chosen, or is by the first who asks.
#[derive(Clone, Copy)]
pub(crate) struct State(u8);

impl State {
    pub(crate) fn get() -> Self {
        let state = STATE.load(Ordering::Acquire);
        if state & DECIDED != 0 {
            return Self(state);
        }
        let decided = match from_environment() {
            Some((resolver, tells)) => DECIDED | resolver as u8 | if tells { TELLS } else { 0 },
            None => DECIDED | state,
        };
        // Another thread may have come first: what it says counts.
        match STATE.compare_exchange(state, decided, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => Self(decided),
            Err(_) => Self::get(),
        }
    }

    pub(crate) fn resolver(self) -> Resolver {
        let number = self.0 & !(DECIDED | TELLS);
        Resolver::ALL.into_iter().find(|resolver| *resolver as u8 == number).unwrap_or_default()
    }

    fn tells(self) -> bool {
        self.0 & TELLS != 0
    }
}

const VARIABLE: &str = "IMPORT_DYNAMIC_NETDNS";

fn from_environment() -> Option<(Resolver, bool)> {
    let value = environment::variable(VARIABLE)?;
    let text = String::from_utf8_lossy(&value);
    let parsed = parse(&text);
    if parsed.is_none() {
        tell(format_args!("{VARIABLE}={text}: not auto, host, native or go, with or without +1; ignored"));
    }
    parsed
}

/// `NAME[+LEVEL]`, or the level alone.
fn parse(text: &str) -> Option<(Resolver, bool)> {
    let (name, level) = text.split_once('+').unwrap_or((text, "0"));
    let tells = level.parse::<u8>().ok()? > 0;
    let named = Resolver::ALL.into_iter().find(|resolver| resolver.as_str() == name);
    let resolver = if name.is_empty() { Resolver::default() } else { named? };
    Some((resolver, tells))
}

/// Who answers a lookup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Provider {
    /// The host's libc.
    Host,
    /// The resolver of our own.
    #[cfg(native)]
    Native,
    /// Nobody.
    Nobody,
}

/// What a lookup is for: a function's name, and the name or number it is asked.
#[derive(Clone, Copy)]
pub(crate) struct Lookup<'a> {
    pub(crate) function: &'static str,
    pub(crate) subject: &'a dyn fmt::Display,
    /// The host name, where Go's rules apply; empty for an address.
    #[cfg_attr(not(native), allow(dead_code, reason = "the rules are for the resolver of our own"))]
    pub(crate) host_name: Option<&'a [u8]>,
}

/// Chooses who answers, and tells if that is asked for.
pub(crate) fn provider(lookup: Lookup<'_>) -> Provider {
    choose(State::get(), lookup)
}

/// Chooses who answers, and tells nobody.
pub(crate) fn provider_quietly(host_name: Option<&[u8]>) -> Provider {
    let state = State(State::get().0 & !TELLS);
    choose(state, Lookup { function: "", subject: &"", host_name })
}

fn choose(state: State, lookup: Lookup<'_>) -> Provider {
    let resolver = state.resolver();
    let (provider, why): (Provider, &dyn fmt::Display) = match resolver {
        #[cfg(native)]
        Resolver::Native => (Provider::Native, &"chosen"),
        #[cfg(not(native))]
        Resolver::Native => (Provider::Nobody, &"built without the feature `native`"),
        #[cfg(native)]
        Resolver::Go => match lookup.host_name.map(go::needs_libc) {
            Some(None) => (Provider::Native, &"nothing asks for more than files and DNS"),
            Some(Some(reason)) => return with_host(state, lookup, resolver, Some(&reason)),
            None => return with_host(state, lookup, resolver, None),
        },
        _ => return with_host(state, lookup, resolver, None),
    };
    say(state, lookup, provider, why);
    provider
}

/// Asks the host, if there is one.
fn with_host(state: State, lookup: Lookup<'_>, resolver: Resolver, reason: Option<&dyn fmt::Display>) -> Provider {
    match import_dynamic::host() {
        Ok(host) => {
            match reason {
                Some(reason) => say(state, lookup, Provider::Host, reason),
                None => say(state, lookup, Provider::Host, &Libc(host)),
            }
            Provider::Host
        }
        Err(error) => {
            #[cfg(native)]
            let provider = if resolver == Resolver::Host { Provider::Nobody } else { Provider::Native };
            #[cfg(not(native))]
            let (provider, _) = (Provider::Nobody, resolver);
            say(state, lookup, provider, &error);
            provider
        }
    }
}

/// The host's libc and its version.
struct Libc(&'static Host);

impl fmt::Display for Libc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.libc().as_str(), self.0.libc_version())
    }
}

fn say(state: State, lookup: Lookup<'_>, provider: Provider, why: &dyn fmt::Display) {
    if state.tells() {
        let who = match provider {
            Provider::Host => "host",
            #[cfg(native)]
            Provider::Native => "native",
            Provider::Nobody => "nobody",
        };
        tell(format_args!("{}({}): {who} ({why})", lookup.function, lookup.subject));
    }
}

/// Tells where the resolver of our own has an answer from, if that is asked for.
#[cfg(native)]
pub(crate) fn tell_source(function: &str, subject: &dyn fmt::Display, source: Source) {
    if State::get().tells() {
        let place = match source {
            Source::Literal => "what was asked",
            Source::Special => "the special names",
            Source::Files => "files",
            Source::Dns => "dns",
        };
        tell(format_args!("{function}({subject}): answered from {place}"));
    }
}

/// Prints a line to stderr; that it may be closed is no reason to fail.
pub(crate) fn tell(line: fmt::Arguments<'_>) {
    let _ = std::io::stderr().write_all(format!("import-dynamic-nss: {line}\n").as_bytes());
}

#[cfg(test)]
mod tests {
    use super::{Resolver, parse};

    #[test]
    fn values() {
        assert_eq!(parse("auto"), Some((Resolver::Auto, false)));
        assert_eq!(parse("host+1"), Some((Resolver::Host, true)));
        assert_eq!(parse("native+0"), Some((Resolver::Native, false)));
        assert_eq!(parse("go+2"), Some((Resolver::Go, true)));
        assert_eq!(parse("+1"), Some((Resolver::Auto, true)));
        for bad in ["cgo", "hosts", "native+", "native+x", "Native", "1"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
        assert_eq!(parse(""), Some((Resolver::Auto, false)));
    }
}
