//! The `hosts:` line of `/etc/nsswitch.conf` (nsswitch.conf(5)), as far as `files` and `dns` go.
//!
//! Other sources are modules of the host's libc. They are passed over, with the criteria that stand behind them; when
//! nothing is left, and where there is no such line, the order is glibc's own: `files dns`.

use super::outcome::Status;
use crate::text;

/// Where names are looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Files,
    Dns,
}

/// A place, and what ends the search there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) place: Place,
    returns: Returns,
}

impl Step {
    /// Whether the next place is asked after this outcome, `Ok` being a success.
    pub(super) fn goes_on(&self, outcome: Result<(), Status>) -> bool {
        !self.returns.0[index(outcome)]
    }
}

/// By status: success, not found, unavailable, try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Returns([bool; 4]);

impl Returns {
    const DEFAULT: Self = Self([true, false, false, false]);
}

fn index(outcome: Result<(), Status>) -> usize {
    match outcome {
        Ok(()) => 0,
        Err(Status::NotFound) => 1,
        Err(Status::Unavailable) => 2,
        Err(Status::TryAgain) => 3,
    }
}

/// The places to ask, in order.
pub(super) fn hosts() -> Vec<Step> {
    parse(&text::read("/etc/nsswitch.conf").unwrap_or_default())
}

fn parse(file: &[u8]) -> Vec<Step> {
    let lines = text::lines(file).filter_map(|line| {
        let (database, sources) = line.split_at_checked(line.iter().position(|byte| *byte == b':')?)?;
        let is_hosts = text::words(database).eq([&b"hosts"[..]]);
        is_hosts.then(|| &sources[1..])
    });
    let steps = lines.last().and_then(steps).unwrap_or_default();
    if steps.is_empty() { default() } else { steps }
}

fn default() -> Vec<Step> {
    [Place::Files, Place::Dns].map(|place| Step { place, returns: Returns::DEFAULT }).to_vec()
}

/// The steps of a line; none if its criteria cannot be read, in which case glibc does not use it either.
fn steps(mut line: &[u8]) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    loop {
        line = line.trim_ascii_start();
        let end = line.iter().position(|byte| text::is_space(byte) || *byte == b'[').unwrap_or(line.len());
        if end == 0 {
            return Some(steps);
        }
        let name = &line[..end];
        let mut returns = Returns::DEFAULT;
        line = line[end..].trim_ascii_start();
        if let Some(rest) = line.strip_prefix(b"[") {
            let close = rest.iter().position(|byte| *byte == b']')?;
            criteria(&rest[..close], &mut returns)?;
            line = &rest[close + 1..];
        }
        let place = match name {
            b"files" => Place::Files,
            b"dns" => Place::Dns,
            _ => continue,
        };
        steps.push(Step { place, returns });
    }
}

/// Reads `[!]STATUS=ACTION ...`.
fn criteria(text: &[u8], returns: &mut Returns) -> Option<()> {
    let mut rest = text.trim_ascii();
    while !rest.is_empty() {
        let equals = rest.iter().position(|byte| *byte == b'=')?;
        let (status, after) = (rest[..equals].trim_ascii(), rest[equals + 1..].trim_ascii_start());
        let (negated, status) = match status.strip_prefix(b"!") {
            Some(status) => (true, status),
            None => (false, status),
        };
        let end = after.iter().position(text::is_space).unwrap_or(after.len());
        // MERGE is for groups: of hosts, glibc refuses it.
        let action = match after[..end].to_ascii_lowercase().as_slice() {
            b"return" => true,
            b"continue" => false,
            _ => return None,
        };
        let index = index(match status.to_ascii_lowercase().as_slice() {
            b"success" => Ok(()),
            b"notfound" => Err(Status::NotFound),
            b"unavail" => Err(Status::Unavailable),
            b"tryagain" => Err(Status::TryAgain),
            _ => return None,
        });
        let meant = |other: usize| (other == index) != negated;
        for (_, returns) in returns.0.iter_mut().enumerate().filter(|(other, _)| meant(*other)) {
            *returns = action;
        }
        rest = after[end..].trim_ascii_start();
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::{Place, Status, default, parse};

    fn places(file: &str) -> Vec<Place> {
        parse(file.as_bytes()).into_iter().map(|step| step.place).collect()
    }

    #[test]
    fn what_is_ours() {
        assert_eq!(parse(b""), default());
        assert_eq!(parse(b"hosts: mdns4 resolve [!UNAVAIL=return]\n"), default());
        assert_eq!(places("hosts: dns files\n"), [Place::Dns, Place::Files]);
        assert_eq!(places(" hosts : files # dns\nhostsx: dns"), [Place::Files]);
        let usual = "passwd: files\nhosts: files mdns4_minimal [NOTFOUND=return] dns myhostname\n";
        assert_eq!(places(usual), [Place::Files, Place::Dns]);
        assert_eq!(parse(b"hosts: dns [NOTFOUND=maybe] files"), default());
        assert_eq!(parse(b"hosts: dns [NOTFOUND=return files"), default());
    }

    #[test]
    fn criteria() {
        let of = |text: &str| parse(text.as_bytes())[0];
        let plain = of("hosts: files dns");
        assert!(!plain.goes_on(Ok(())) && plain.goes_on(Err(Status::NotFound)));
        let strict = of("hosts: dns[!UNAVAIL = return] files");
        assert!(strict.goes_on(Err(Status::Unavailable)));
        assert!(!strict.goes_on(Err(Status::NotFound)) && !strict.goes_on(Err(Status::TryAgain)));
        let odd = of("hosts: dns [success=continue notfound=RETURN] files");
        assert!(odd.goes_on(Ok(())) && !odd.goes_on(Err(Status::NotFound)) && odd.goes_on(Err(Status::TryAgain)));
    }
}
