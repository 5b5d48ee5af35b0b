//! A world of a test's own: `/etc`, a network that is nothing but a loopback, and name servers in it.
//!
//! All of it belongs to the thread that enters it and to the processes that this starts, and is gone with them. Needs root's
//! rights, and the packages `iproute2` and `nsd`.
#![allow(dead_code, reason = "each test uses what it needs")]

use std::ffi::CString;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::zone;

/// A mount and a network namespace. `127.0.0.0/8` and `::1` are up.
pub(crate) struct World {
    directory: PathBuf,
}

impl World {
    /// Enters one, for this thread and what it starts from now on.
    ///
    /// # Errors
    ///
    /// Why it cannot be had here, for the line that says that the test was skipped.
    pub(crate) fn enter() -> Result<Self, String> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let directory = std::env::temp_dir().join(format!("import-dynamic-dns-{}-{number}", std::process::id()));
        for program in ["ip", "nsd"] {
            find(program).ok_or_else(|| format!("no program {program}"))?;
        }
        std::fs::create_dir_all(directory.join("etc")).map_err(|error| error.to_string())?;
        let world = Self { directory };
        unshare().map_err(|error| format!("no namespaces without root's rights: {error}"))?;
        world.run_ip(&["link", "set", "lo", "up"]);
        Ok(world)
    }

    /// Puts the directory with this world's own files over `/etc`. Programs that are yet to be compiled may miss theirs.
    pub(crate) fn replace_etc(&self) {
        self.replace(Path::new("/etc"));
    }

    /// Puts it over the `/etc` of another root directory, for those in this world alone.
    pub(crate) fn replace(&self, etc: &Path) {
        let path = |path: &Path| CString::new(path.as_os_str().as_bytes()).unwrap();
        rustix::mount::mount_bind(path(&self.etc()).as_c_str(), path(etc).as_c_str()).unwrap();
    }

    /// The directory that becomes `/etc`.
    pub(crate) fn etc(&self) -> PathBuf {
        self.directory.join("etc")
    }

    /// Writes a file of that directory, as a new file: none sees half of it.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let new = self.directory.join("new");
        std::fs::write(&new, text).unwrap();
        // Not by its former path: the directory may be a mount of its own now.
        let target = self.etc().join(name);
        std::fs::rename(new, target).unwrap();
    }

    /// Removes a file of that directory, if it is there.
    pub(crate) fn remove(&self, name: &str) {
        let _ = std::fs::remove_file(self.etc().join(name));
    }

    /// Gives the loopback interface another address, such as `192.0.2.9/24`.
    pub(crate) fn add_address(&self, address: &str) {
        let flags: &[&str] = if address.contains(':') { &["nodad"] } else { &[] };
        self.run_ip(&[&["addr", "add", address, "dev", "lo"], flags].concat());
    }

    /// Gives it an address that stands for this host alone (`scope host`).
    pub(crate) fn add_address_of_host(&self, address: &str) {
        self.run_ip(&["addr", "add", address, "dev", "lo", "scope", "host"]);
    }

    /// A name server with the zone of [`zone`], at port 53 of these addresses.
    pub(crate) fn serve(&self, addresses: &[&str]) -> Server {
        Server::start(&self.directory, addresses)
    }

    fn run_ip(&self, arguments: &[&str]) {
        let status = Command::new(find("ip").unwrap()).args(arguments).status().unwrap();
        assert!(status.success(), "ip {arguments:?}");
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// A thread of the test's own, which enters a world; prints `skipped:` where there is none to be had.
pub(crate) fn in_world(test: impl FnOnce(&World) + Send) {
    let run = || match World::enter() {
        Ok(world) => test(&world),
        Err(why) => println!("skipped: {why}"),
    };
    // Namespaces are the thread's: no other test must get them.
    std::thread::scope(|scope| {
        if let Err(panic) = scope.spawn(run).join() {
            std::panic::resume_unwind(panic);
        }
    });
}

/// A name server that answers nothing: what is asked there times out.
pub(crate) fn silence(address: &str) -> UdpSocket {
    UdpSocket::bind(SocketAddr::new(address.parse::<IpAddr>().unwrap(), 53)).unwrap()
}

/// NSD, until dropped.
pub(crate) struct Server {
    process: Child,
}

impl Server {
    fn start(directory: &Path, addresses: &[&str]) -> Self {
        let directory = directory.join(format!("nsd-{}", addresses[0]));
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::write(directory.join("zone"), zone::text()).unwrap();
        let configuration = zone::configuration(&directory, addresses);
        std::fs::write(directory.join("nsd.conf"), configuration).unwrap();
        let log = std::fs::File::create(directory.join("log")).unwrap();
        let process = Command::new(find("nsd").unwrap())
            .args(["-d", "-c"])
            .arg(directory.join("nsd.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut server = Self { process };
        for address in addresses {
            server.wait_for(address.parse().unwrap(), &directory);
        }
        server
    }

    /// Asks until it answers.
    fn wait_for(&mut self, address: IpAddr, directory: &Path) {
        let any: SocketAddr = if address.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" }.parse().unwrap();
        let socket = UdpSocket::bind(any).unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        let deadline = Instant::now() + Duration::from_secs(20);
        while Instant::now() < deadline {
            // The question for the root's name servers.
            let question = [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1];
            let sent = socket.send_to(&question, SocketAddr::new(address, 53));
            if sent.is_ok() && socket.recv(&mut [0; 512]).is_ok() {
                return;
            }
            if let Some(status) = self.process.try_wait().unwrap() {
                panic!("nsd: {status}: {}", std::fs::read_to_string(directory.join("log")).unwrap_or_default());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("nsd does not answer at {address}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its children go when it is asked to end, not when it is killed.
        if let Some(process) = rustix::process::Pid::from_raw(self.process.id() as i32) {
            let _ = rustix::process::kill_process(process, rustix::process::Signal::TERM);
        }
        let _ = self.process.wait();
    }
}

fn unshare() -> rustix::io::Result<()> {
    use rustix::mount::{MountPropagationFlags, mount_change};
    use rustix::thread::{UnshareFlags, unshare_unsafe};

    // SAFETY: new namespaces for mounts and the network unshare no file descriptors and no memory.
    unsafe { unshare_unsafe(UnshareFlags::NEWNS | UnshareFlags::NEWNET) }?;
    mount_change(c"/", MountPropagationFlags::REC | MountPropagationFlags::PRIVATE)
}

fn find(program: &str) -> Option<PathBuf> {
    let directories = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];
    directories.iter().map(|directory| Path::new(directory).join(program)).find(|path| path.exists())
}
