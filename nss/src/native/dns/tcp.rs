//! One server, over TCP. Unlike glibc's, the whole exchange has the time that a datagram has.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::message::{Query, Reply};
use super::send::Replies;

/// Sends the queries one behind the other and reads until each is answered.
pub(super) fn exchange(server: SocketAddr, queries: &[Query], wait: Duration) -> io::Result<Replies> {
    let deadline = Instant::now() + wait;
    match talk(server, queries, deadline) {
        // A server that was just restarted, or that takes one query per connection, may do better the second time.
        Err(error) if error.kind() == ErrorKind::ConnectionReset => talk(server, queries, deadline),
        result => result,
    }
}

fn talk(server: SocketAddr, queries: &[Query], deadline: Instant) -> io::Result<Replies> {
    let mut stream = TcpStream::connect_timeout(&server, left(deadline)?)?;
    let mut request = Vec::new();
    for query in queries {
        let packet = query.packet.as_slice();
        let length = u16::try_from(packet.len()).map_err(|_| ErrorKind::InvalidInput)?;
        request.extend_from_slice(&length.to_be_bytes());
        request.extend_from_slice(packet);
    }
    stream.set_write_timeout(Some(left(deadline)?))?;
    stream.write_all(&request)?;
    let mut replies: Replies = vec![None; queries.len()];
    while replies.iter().any(Option::is_none) {
        let mut length = [0; 2];
        read(&mut stream, &mut length, deadline)?;
        let mut packet = vec![0; u16::from_be_bytes(length).into()];
        read(&mut stream, &mut packet, deadline)?;
        if packet.len() < 12 {
            return Err(ErrorKind::InvalidData.into());
        }
        let waiting = queries.iter().zip(&mut replies).filter(|(_, reply)| reply.is_none());
        let found = waiting.into_iter().find_map(|(query, place)| Some((place, Reply::to(query, &packet)?)));
        if let Some((place, reply)) = found {
            *place = Some(reply);
        }
    }
    Ok(replies)
}

/// Fills the buffer before the deadline, however slowly the server sends.
fn read(stream: &mut TcpStream, mut buffer: &mut [u8], deadline: Instant) -> io::Result<()> {
    while !buffer.is_empty() {
        stream.set_read_timeout(Some(left(deadline)?))?;
        match stream.read(buffer) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(count) => buffer = &mut buffer[count..],
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn left(deadline: Instant) -> io::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(left) }
}
