//! One server, over UDP.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

use super::message::{Query, Reply, Verdict};
use super::send::{Exchange, Progress};

const MAX_PACKET: usize = 65_535;

/// Sends the queries and waits for the answers. Both queries are on their way at once, unless a server seems not to
/// answer two: then one follows the other, and at last each has a socket of its own.
pub(super) fn exchange(server: SocketAddr, queries: &[Query], wait: Duration, progress: &mut Progress) -> Exchange {
    loop {
        let reached = progress.reached;
        let attempt =
            Attempt { server, queries, wait, replies: vec![None; queries.len()], done: vec![false; queries.len()] };
        match attempt.run(progress) {
            Ok(End::Exchange(exchange)) => return exchange,
            Ok(End::HalfAnswered) if !progress.one_by_one => {
                progress.one_by_one = true;
                progress.reached = reached;
            }
            Ok(End::HalfAnswered) => {
                progress.reopen = true;
                progress.reached = reached;
            }
            Err(error) => {
                return match error.raw_os_error() {
                    Some(errno @ (libc::EMFILE | libc::ENFILE)) => Exchange::NoDescriptor(errno),
                    _ => Exchange::Nothing,
                };
            }
        }
    }
}

enum End {
    Exchange(Exchange),
    /// One answer came, and the time is over.
    HalfAnswered,
}

struct Attempt<'a> {
    server: SocketAddr,
    queries: &'a [Query],
    wait: Duration,
    replies: Vec<Option<Reply>>,
    /// Which queries need no more waiting for: answered, or failed.
    done: Vec<bool>,
}

impl Attempt<'_> {
    fn run(mut self, progress: &mut Progress) -> io::Result<End> {
        let one_by_one = progress.one_by_one || progress.reopen;
        let mut socket = connect(self.server)?;
        let deadline = Instant::now() + self.wait;
        let at_once = if one_by_one { 1 } else { self.queries.len() };
        for query in &self.queries[..at_once] {
            socket.send(query.packet.as_slice())?;
        }
        let mut buffer = vec![0; MAX_PACKET];
        loop {
            let Some(length) = receive(&socket, &mut buffer, deadline)? else { return Ok(self.time_is_over(progress)) };
            progress.reached = true;
            if length < 12 {
                return Ok(End::Exchange(Exchange::Nothing));
            }
            let Some((index, reply)) = self.matching(&buffer[..length]) else { continue };
            progress.rcode = Some(reply.rcode());
            match reply.verdict() {
                Verdict::Truncated => return Ok(End::Exchange(Exchange::Truncated)),
                Verdict::Error if self.replies.iter().any(Option::is_some) => {
                    return Ok(End::Exchange(Exchange::Answered(self.replies)));
                }
                Verdict::Error if one_by_one => return Ok(End::Exchange(Exchange::Nothing)),
                Verdict::Error => {}
                Verdict::Answer => self.replies[index] = Some(reply),
            }
            self.done[index] = true;
            if let Some(next) = self.done.iter().position(|done| !done) {
                if one_by_one {
                    if progress.reopen {
                        socket = connect(self.server)?;
                    }
                    socket.send(self.queries[next].packet.as_slice())?;
                }
            } else if self.replies.iter().any(Option::is_some) {
                return Ok(End::Exchange(Exchange::Answered(self.replies)));
            } else {
                return Ok(End::Exchange(Exchange::Nothing));
            }
        }
    }

    fn time_is_over(self, progress: &mut Progress) -> End {
        if self.replies.iter().all(Option::is_none) {
            progress.reached = true;
            End::Exchange(Exchange::Nothing)
        } else if progress.reopen {
            End::Exchange(Exchange::Answered(self.replies))
        } else {
            End::HalfAnswered
        }
    }

    /// The query that a packet answers. Others are dropped: late ones, and forged ones.
    fn matching(&self, packet: &[u8]) -> Option<(usize, Reply)> {
        let waiting = self.queries.iter().enumerate().filter(|(index, _)| !self.done[*index]);
        waiting.into_iter().find_map(|(index, query)| Some((index, Reply::to(query, packet)?)))
    }
}

/// A socket that takes packets from this server alone, on a port of the kernel's choice.
fn connect(server: SocketAddr) -> io::Result<UdpSocket> {
    let any = match server {
        SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
        SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
    };
    let socket = UdpSocket::bind(any)?;
    report_errors(&socket, server);
    socket.connect(server)?;
    Ok(socket)
}

/// Asks for every ICMP error, so that a server that cannot be reached is known at once. Without, the time runs out.
fn report_errors(socket: &UdpSocket, server: SocketAddr) {
    let (level, name) = match server {
        SocketAddr::V4(_) => (libc::IPPROTO_IP, libc::IP_RECVERR),
        SocketAddr::V6(_) => (libc::IPPROTO_IPV6, libc::IPV6_RECVERR),
    };
    let on: libc::c_int = 1;
    let size = size_of_val(&on) as libc::socklen_t;
    // SAFETY: the descriptor is open for as long as `socket` is, and the kernel reads one int from `on`.
    unsafe { libc::setsockopt(socket.as_raw_fd(), level, name, (&raw const on).cast(), size) };
}

/// Waits for a packet; none when the time is over.
fn receive(socket: &UdpSocket, buffer: &mut [u8], deadline: Instant) -> io::Result<Option<usize>> {
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(None);
        }
        socket.set_read_timeout(Some(left))?;
        match socket.recv(buffer) {
            Ok(length) => return Ok(Some(length)),
            Err(error)
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted) => {}
            Err(error) => return Err(error),
        }
    }
}
