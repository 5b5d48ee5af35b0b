//! Asking servers in turn, as glibc's `res_send` does.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use domain::base::iana::Rcode;

use super::message::{Query, Reply};
use super::{random, tcp, udp};
use crate::native::resolv_conf::Config;

/// The replies to one or two queries, in their order; at least one is there.
pub(super) type Replies = Vec<Option<Reply>>;

/// Why no server answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Silence {
    /// None could be reached.
    Refused,
    /// None answered usefully in time. Servers that failed count as well.
    TimedOut,
    /// Something else went wrong over TCP.
    Broken,
    /// This process has no file descriptor left.
    NoDescriptor(i32),
}

/// What one server made of the queries.
pub(super) enum Exchange {
    Answered(Replies),
    Truncated,
    /// The next server is to be asked.
    Nothing,
    /// So is no other.
    NoDescriptor(i32),
}

/// What is learnt while asking.
#[derive(Default)]
pub(super) struct Progress {
    /// Whether anything was there to be waited for.
    pub(super) reached: bool,
    /// The last answer's, or none.
    pub(super) rcode: Option<Rcode>,
    /// Whether the second query is held back until the first is answered, since servers were seen to drop it.
    pub(super) one_by_one: bool,
    /// Whether each gets a socket of its own.
    pub(super) reopen: bool,
}

/// Asks the servers until one has answered.
pub(super) fn send(config: &Config, queries: &[Query], progress: &mut Progress) -> Result<Replies, Silence> {
    let count = config.servers.len();
    let first = rotation(config);
    let mut over_tcp = config.options.use_tcp;
    let mut silence = Silence::TimedOut;
    for _ in 0..config.options.attempts {
        for shift in 0..count {
            let index = (shift + first) % count;
            let (server, wait) = (config.servers[index], patience(config, index));
            if !over_tcp {
                match udp::exchange(server, queries, wait, progress) {
                    Exchange::Answered(replies) => return Ok(replies),
                    Exchange::NoDescriptor(errno) => return Err(Silence::NoDescriptor(errno)),
                    Exchange::Nothing => continue,
                    Exchange::Truncated => over_tcp = true,
                }
            }
            match tcp::exchange(server, queries, wait) {
                Ok(replies) => {
                    progress.rcode = replies.iter().flatten().next().map(Reply::rcode);
                    return Ok(replies);
                }
                Err(error) => silence = tcp_silence(&error),
            }
        }
        // Over TCP, nothing gets lost that a second attempt would bring.
        if over_tcp {
            return Err(silence);
        }
    }
    Err(if progress.reached { Silence::TimedOut } else { Silence::Refused })
}

fn tcp_silence(error: &std::io::Error) -> Silence {
    match (error.kind(), error.raw_os_error()) {
        (std::io::ErrorKind::ConnectionRefused, _) => Silence::Refused,
        (std::io::ErrorKind::TimedOut | std::io::ErrorKind::WouldBlock, _) => Silence::TimedOut,
        (_, Some(errno @ (libc::EMFILE | libc::ENFILE))) => Silence::NoDescriptor(errno),
        _ => Silence::Broken,
    }
}

/// How long one server is waited for: later ones longer, as there are fewer left.
fn patience(config: &Config, index: usize) -> Duration {
    let mut seconds = u64::from(config.options.timeout) << index;
    if index > 0 {
        seconds /= config.servers.len() as u64;
    }
    Duration::from_secs(seconds.max(1))
}

/// Which server is asked first: with `rotate`, each time the next, from a random one on.
fn rotation(config: &Config) -> usize {
    /// The next turn, and in its lowest bit whether it has been drawn.
    static TURN: AtomicUsize = AtomicUsize::new(0);
    if !config.options.rotate || config.servers.len() < 2 {
        return 0;
    }
    // Relaxed: threads that draw at the same time only start from different servers.
    let mut turn = TURN.fetch_add(2, Ordering::Relaxed);
    if turn & 1 == 0 {
        turn = usize::from(random::id()) << 1 | 1;
        TURN.store(turn.wrapping_add(2), Ordering::Relaxed);
    }
    (turn >> 1) % config.servers.len()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::Duration;

    use super::{patience, rotation};
    use crate::native::resolv_conf::{Config, Options};

    fn config(servers: usize, options: Options) -> Config {
        Config { servers: vec!["127.0.0.1:53".parse().unwrap(); servers], search: Vec::new(), options }
    }

    #[test]
    fn waits() {
        let three = config(3, Options { timeout: 5, ..Options::default() });
        assert_eq!([0, 1, 2].map(|index| patience(&three, index)), [5, 3, 6].map(Duration::from_secs));
        let hasty = config(2, Options { timeout: 0, ..Options::default() });
        assert_eq!(patience(&hasty, 1), Duration::from_secs(1));
    }

    #[test]
    fn turns() {
        assert_eq!(rotation(&config(3, Options::default())), 0);
        let rotate = config(3, Options { rotate: true, ..Options::default() });
        let starts: BTreeSet<usize> = (0..3).map(|_| rotation(&rotate)).collect();
        assert_eq!(starts.len(), 3);
    }
}
