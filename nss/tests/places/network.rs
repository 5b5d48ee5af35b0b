//! A network of a test's own: a name server, a web server, and nothing else.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::thread;

use crate::servers::{Server, World, silence};

/// Where the name server listens: not where clients look that have no resolv.conf, which is 127.0.0.1.
pub(crate) const SERVER: &str = "127.0.0.53";
/// Where questions are taken and never answered.
pub(crate) const SILENT: &str = "127.0.0.54";
/// What names stand for, by who knows them.
pub(crate) const FILES: &str = "192.0.2.7";
pub(crate) const DNS: &str = "192.0.2.53";
pub(crate) const MODULE: &str = "192.0.2.99";
/// What the host calls itself, which nobody knows but libnss_myhostname.
pub(crate) const OWN_NAME: &str = "own-name.test";

/// The servers, which end with this value.
pub(crate) struct Network {
    _name_server: Server,
    _silent: UdpSocket,
}

impl Network {
    /// Starts the servers in a world that this thread has entered.
    pub(crate) fn start(world: &World) -> Self {
        // SAFETY: unshare(2) of the host's name concerns no memory.
        let result = unsafe { libc::unshare(libc::CLONE_NEWUTS) };
        assert_eq!(result, 0, "unshare: {}", std::io::Error::last_os_error());
        rustix::system::sethostname(OWN_NAME.as_bytes()).expect("this namespace's name");
        // libnss_myhostname answers with the addresses of global scope: the web server listens at all of them.
        world.add_address(&format!("{MODULE}/32"));
        for address in [FILES, DNS] {
            world.add_address_of_host(&format!("{address}/32"));
        }
        serve_http();
        Self { _name_server: world.serve(&[SERVER]), _silent: silence(SILENT) }
    }
}

/// Starts a web server on all addresses, whose page is the address that it was asked at. It ends with the process.
fn serve_http() {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 80)).expect("port 80 of this network is free");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            answer(stream).unwrap_or_else(|error| println!("a client of the web server: {error}"));
        }
    });
}

fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    for line in BufReader::new(stream.try_clone()?).lines() {
        if line?.is_empty() {
            break;
        }
    }
    let page = format!("{}\n", stream.local_addr()?.ip());
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{page}", page.len())
}
