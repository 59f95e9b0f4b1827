//! The way by which a program asks for any name, and every packet stays here.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use super::{program, python};

/// A proxy by which every name leads to the loopback; it ends with the value.
pub struct Proxy {
    process: Child,
    /// The port that it listens on.
    pub port: u16,
}

impl Proxy {
    /// Starts it.
    pub fn start() -> Self {
        let mut process = Command::new(python())
            .arg(program("proxy.py"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Python runs");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("it is piped"))
            .read_line(&mut line)
            .expect("it prints its port");
        let port = line.trim().parse().expect("a port");
        Self { process, port }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
