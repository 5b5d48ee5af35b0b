//! Servers that lie, stammer or fall silent.

use std::ffi::CString;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, UdpSocket};
use std::time::Duration;

use super::dns::{World, in_world};
use crate::native::codes::EAI_AGAIN;
use crate::native::{Failure, Hints, getaddrinfo};

/// The answer to a packet: that name's address ends with `last`.
fn answer(query: &[u8], last: u8) -> Vec<u8> {
    let question_end = 12 + query[12..].iter().position(|byte| *byte == 0).unwrap() + 5;
    let mut packet = query[..question_end].to_vec();
    packet[2] |= 0x80; // a reply
    packet[7] = 1; // one answer
    packet[9] = 0;
    packet[11] = 0;
    packet.extend_from_slice(&[0xc0, 12, 0, query[question_end - 3], 0, 1, 0, 0, 0, 60, 0]);
    match query[question_end - 3] {
        28 => packet.extend_from_slice(&[16, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last]),
        _ => packet.extend_from_slice(&[4, 192, 0, 2, last]),
    }
    packet
}

fn lookup(name: &str) -> Result<Vec<String>, Failure> {
    let hints = Hints { socktype: libc::SOCK_STREAM, ..Hints::default() };
    let found = getaddrinfo(Some(&CString::new(name).unwrap()), None, &hints)?;
    let mut addresses: Vec<String> = found.entries.iter().map(|entry| entry.address.ip().to_string()).collect();
    addresses.sort();
    Ok(addresses)
}

/// Runs `test` while a server at 127.0.0.1 answers each packet, with how many came before it, by as many packets as
/// `reply` tells.
fn with_server(world: &World, reply: impl Fn(&[u8], usize) -> Vec<Vec<u8>> + Send + 'static, test: impl FnOnce()) {
    world.replace_etc();
    world.write("resolv.conf", "options timeout:1 attempts:1\n");
    let socket = UdpSocket::bind(std::net::SocketAddr::from(([127, 0, 0, 1], 53))).unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let server = std::thread::spawn(move || {
        let mut buffer = [0; 512];
        let mut count = 0;
        while stopped.try_recv() == Err(std::sync::mpsc::TryRecvError::Empty) {
            let Ok((length, from)) = socket.recv_from(&mut buffer) else { continue };
            for packet in reply(&buffer[..length], count) {
                socket.send_to(&packet, from).unwrap();
            }
            count += 1;
        }
    });
    test();
    stop.send(()).unwrap();
    server.join().unwrap();
}

#[test]
fn forged_answers_are_dropped() {
    in_world(|world| {
        let lies = |query: &[u8], _| {
            let forged = |change: fn(&mut Vec<u8>)| {
                let mut packet = answer(query, 66);
                change(&mut packet);
                packet
            };
            vec![
                forged(|packet| packet[1] ^= 1),     // another id
                forged(|packet| packet[2] &= 0x7f),  // a question
                forged(|packet| packet[13] ^= 2),    // another name
                forged(|packet| packet[12 + 8] = 5), // another type
                forged(|packet| packet[5] = 0),      // no question
                answer(query, 7),
            ]
        };
        // The other type's place: behind 1 a 4 test 0.
        with_server(world, lies, || assert_eq!(lookup("a.test").unwrap(), ["192.0.2.7", "2001:db8::7"]));
    });
}

#[test]
fn a_server_that_takes_one_question_at_a_time() {
    in_world(|world| {
        // It forgets the second of two, until the two come one by one.
        let forgetful = |query: &[u8], count| if count == 1 { Vec::new() } else { vec![answer(query, 8)] };
        with_server(world, forgetful, || assert_eq!(lookup("a.test").unwrap(), ["192.0.2.8", "2001:db8::8"]));
    });
}

#[test]
fn garbage() {
    in_world(|world| {
        let garbage = |query: &[u8], count: usize| {
            let mut packet = answer(query, 9);
            match count % 3 {
                0 => packet.truncate(11),
                1 => packet.truncate(30),
                _ => packet[30] = 0xff,
            }
            vec![packet]
        };
        with_server(world, garbage, || {
            for _ in 0..2 {
                assert!(lookup("a.test").is_err());
            }
        });
    });
}

#[test]
fn half_an_answer_over_tcp() {
    in_world(|world| {
        let truncated = |query: &[u8], _| {
            let mut packet = answer(query, 9);
            packet[2] |= 2;
            vec![packet]
        };
        with_server(world, truncated, || {
            let listener = TcpListener::bind(std::net::SocketAddr::from(([127, 0, 0, 1], 53))).unwrap();
            let server = std::thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = [0; 512];
                let length = stream.read(&mut request).unwrap();
                let reply = answer(&request[2..length], 9);
                stream.write_all(&[0xff, 0xff]).unwrap();
                stream.write_all(&reply).unwrap();
                // Then nothing, for longer than anybody waits.
                let _ = stream.read(&mut request);
            });
            assert_eq!(lookup("a.test"), Err(Failure::Code(EAI_AGAIN)));
            server.join().unwrap();
        });
    });
}

#[test]
fn threads() {
    in_world(|world| {
        let honest = |query: &[u8], _| vec![answer(query, 10)];
        with_server(world, honest, || {
            std::thread::scope(|scope| {
                for _ in 0..8 {
                    scope.spawn(|| {
                        for _ in 0..20 {
                            assert_eq!(lookup("a.test").unwrap(), ["192.0.2.10", "2001:db8::a"]);
                        }
                    });
                }
            });
        });
    });
}
