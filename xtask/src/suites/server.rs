//! An HTTPS server with a certificate authority of its own: `openssl s_server`, which gives out files.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

use super::hosts;
use crate::process;
use crate::workspace::{create_dir, write};

/// A server that runs until it is dropped.
pub(super) struct Server {
    process: Child,
    port: u16,
    authority: PathBuf,
}

impl Server {
    /// Its name, which the hosts' `/etc/hosts` have.
    pub(super) const NAME: &str = "https.test";

    /// Makes keys and certificates in `directory`, and starts the server on a port that is free.
    pub(super) fn start(directory: &Path) -> Result<Self> {
        let documents = directory.join("documents");
        hosts::plant(&documents)?;
        create_dir(directory)?;
        write(&directory.join("names"), format!("subjectAltName=DNS:{}\n", Self::NAME))?;
        let openssl = |arguments: &str| {
            let mut command = Command::new("openssl");
            command.args(arguments.split(' ')).current_dir(directory).stderr(Stdio::null());
            process::run(&mut command)
        };
        let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
        openssl(&format!("req -x509 {key} -keyout ca.key -out ca.pem -subj /CN=authority -days 2"))?;
        openssl(&format!("req {key} -keyout server.key -out server.csr -subj /CN=server"))?;
        openssl(
            "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 2 -extfile names",
        )?;
        let mut process = Command::new("openssl")
            .args(["s_server", "-accept", "127.0.0.1:0", "-cert", "../server.pem", "-key", "../server.key", "-WWW"])
            .current_dir(&documents)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot run openssl")?;
        let mut stdout = BufReader::new(process.stdout.take().context("openssl has no output")?);
        let mut line = String::new();
        let port = loop {
            line.clear();
            if stdout.read_line(&mut line)? == 0 {
                anyhow::bail!("openssl s_server has ended");
            }
            // ACCEPT 127.0.0.1:PORT
            if let Some(address) = line.strip_prefix("ACCEPT ") {
                break address.trim().rsplit(':').next().and_then(|port| port.parse().ok()).context("no port")?;
            }
        };
        // What it says later must go somewhere.
        std::thread::spawn(move || std::io::copy(&mut stdout, &mut std::io::sink()));
        Ok(Self { process, port, authority: directory.join("ca.pem") })
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// The authority's certificate.
    pub(super) fn authority(&self) -> &Path {
        &self.authority
    }

    /// An argument with the server's address in the place of `URL` and `OTHER`.
    pub(super) fn in_place(&self, argument: &str) -> String {
        for (word, name) in [("URL/", Self::NAME), ("OTHER/", "other.test")] {
            if let Some(path) = argument.strip_prefix(word) {
                return format!("https://{name}:{}/{path}", self.port);
            }
        }
        argument.to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
