//! nginx as any user runs it: in the foreground, on the loopback, with all its files in the work folder.

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::sandbox::Sandbox;

/// An nginx that ends with the value.
pub struct Nginx {
    process: Child,
    /// The ports, one for each certificate.
    pub ports: Vec<u16>,
}

impl Nginx {
    /// Serves the folder `site` with each of the certificates `NAME.crt` and its key `NAME.key`.
    pub fn serve(sandbox: &Sandbox, names: &[impl AsRef<str>]) -> Self {
        Self::of(sandbox, names.len(), |ports| servers(names, ports))
    }

    /// Serves the folder `site` by the `server` blocks that are written for some free ports.
    pub fn of(sandbox: &Sandbox, count: usize, servers: impl Fn(&[u16]) -> String) -> Self {
        Self::started(sandbox, count, |ports| {
            configuration("off", &servers(ports))
        })
    }

    /// Serves a certificate by a process that has others serve, and reads its files again when told to.
    pub fn with_master(sandbox: &Sandbox, name: &str) -> Self {
        Self::started(sandbox, 1, |ports| {
            configuration("on", &servers(&[name], ports))
        })
    }

    fn started(sandbox: &Sandbox, count: usize, settings: impl Fn(&[u16]) -> String) -> Self {
        fs::create_dir_all(sandbox.path("site")).expect("a folder can be made");
        // Somebody may take a port between the choice and nginx's start; it says so and ends.
        for _ in 0..5 {
            let ports = free_ports(count);
            sandbox.write("nginx.conf", settings(&ports));
            let log = File::create(sandbox.path("nginx.log")).expect("a file can be made");
            let process = Command::new("nginx")
                .args(["-e", "stderr", "-c", "nginx.conf", "-p"])
                .arg(sandbox.work())
                .env_clear()
                .envs(sandbox.environment())
                .stdin(Stdio::null())
                .stderr(log)
                .spawn()
                .expect("nginx runs");
            let mut server = Self { process, ports };
            if server.listens() {
                return server;
            }
        }
        panic!("nginx does not listen: {}", sandbox.text("nginx.log"));
    }

    fn listens(&mut self) -> bool {
        let end = Instant::now() + Duration::from_secs(20);
        while Instant::now() < end {
            if self.process.try_wait().expect("it is ours").is_some() {
                return false;
            }
            let answers = |port: &u16| TcpStream::connect(("127.0.0.1", *port)).is_ok();
            if self.ports.iter().all(answers) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // One that has others serve ends them too if it is asked to.
        #[cfg(unix)]
        let _ = rustix::process::kill_process(
            rustix::process::Pid::from_child(&self.process),
            rustix::process::Signal::TERM,
        );
        #[cfg(not(unix))]
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Ports that were free a moment ago.
pub fn free_ports(count: usize) -> Vec<u16> {
    // All are held until the last is found, so that none comes twice.
    let held: Vec<TcpListener> = (0..count)
        .map(|_| TcpListener::bind("127.0.0.1:0").expect("a free port"))
        .collect();
    let port = |held: &TcpListener| held.local_addr().expect("it is bound").port();
    held.iter().map(port).collect()
}

fn servers(names: &[impl AsRef<str>], ports: &[u16]) -> String {
    let servers = names.iter().zip(ports).map(|(name, port)| {
        let name = name.as_ref();
        format!(
            "server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {name}.crt; ssl_certificate_key {name}.key; }}\n"
        )
    });
    servers.collect()
}

/// Nothing may be remembered: what a browser has in its cache it shows without asking. Root would have its
/// files read by somebody who may not look into the work folder.
fn configuration(master: &str, servers: &str) -> String {
    #[cfg(unix)]
    let is_root = rustix::process::geteuid().is_root();
    #[cfg(not(unix))]
    let is_root = false;
    let user = if is_root { "user root root;\n" } else { "" };
    let folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path nginx-{kind};\n"));
    format!(
        "{user}daemon off;\nmaster_process {master};\npid nginx.pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n\
         types {{ text/html html; }}\nadd_header Cache-Control no-store;\nroot site;\n{}{servers}}}\n",
        folders.concat(),
    )
}
