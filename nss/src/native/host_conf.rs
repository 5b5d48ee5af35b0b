//! `/etc/host.conf` (host.conf(5)): whether more than one line of `/etc/hosts` may answer.

use crate::environment;
use crate::text;

/// Whether all lines of `/etc/hosts` that have a name answer, not the first alone. glibc's own default is the first alone;
/// Debian's `/etc/host.conf` says `multi on`.
pub(super) fn is_multi() -> bool {
    let file = text::read("/etc/host.conf").unwrap_or_default();
    let variable = environment::variable("RESOLV_MULTI");
    variable.as_deref().and_then(switch).unwrap_or_else(|| is_multi_in(&file))
}

fn is_multi_in(file: &[u8]) -> bool {
    let settings = text::lines(file).filter_map(|line| {
        let mut words = text::words(line);
        let is_multi = words.next()?.eq_ignore_ascii_case(b"multi");
        switch(words.next()?).filter(|_| is_multi)
    });
    settings.last().unwrap_or(false)
}

fn switch(value: &[u8]) -> Option<bool> {
    let starts = |word: &[u8]| value.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    if starts(b"on") { Some(true) } else { starts(b"off").then_some(false) }
}

#[cfg(test)]
mod tests {
    use super::is_multi_in;

    #[test]
    fn last_setting_counts() {
        assert!(!is_multi_in(b""));
        assert!(is_multi_in(b"# x\norder hosts\n multi on # yes\n"));
        assert!(!is_multi_in(b"multi on\nmulti off\n"));
        assert!(!is_multi_in(b"multi\nmulti maybe\n"));
    }
}
