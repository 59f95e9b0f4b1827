//! A server that reads its files again once they were renewed.

use std::fs;
#[cfg(unix)]
use std::net::TcpStream;
#[cfg(unix)]
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::nginx::Nginx;
#[cfg(unix)]
use super::nginx::free_ports;
use super::root;
use crate::sandbox::Sandbox;

/// Renews the certificate in a file, has the server told by further arguments, and waits until it serves what is
/// in the file.
fn renewed(sandbox: &Sandbox, file: &str, port: u16, told: &[&str]) {
    let before = sandbox.text(file);
    let mut renew = sandbox.certwright(&format!("renew {file} --force"));
    renew.args(told).assert().success();
    assert_ne!(sandbox.text(file), before);
    let root = root(sandbox);
    let place = format!("localhost:{port}");
    let words = format!("verify {place} --roots {root} --expect {file}");
    let start = Instant::now();
    loop {
        let asked = sandbox.certwright(&words).output().unwrap();
        if asked.status.success() {
            break;
        }
        let told = String::from_utf8_lossy(&asked.stdout).into_owned();
        assert!(start.elapsed() < Duration::from_secs(30), "{told}");
        std::thread::sleep(Duration::from_millis(50));
    }
    let address = format!("https://{place}/");
    let page = sandbox.other("curl", &format!("-sS --cacert {root} {address}"));
    assert_eq!(page, "here");
}

/// nginx with a certificate and its key, told of new ones in both ways.
fn nginx_serves(sandbox: &Sandbox, name: &str) {
    let server = Nginx::with_master(sandbox, name);
    fs::write(sandbox.path("site/index.html"), "here").unwrap();
    let line = format!(
        "nginx -e stderr -c nginx.conf -p {} -s reload",
        sandbox.work().display()
    );
    let file = format!("{name}.crt");
    renewed(sandbox, &file, server.ports[0], &["--reload", &line]);
    let words = ["--reuse-key", "--signal", "HUP", "--pid-file", "nginx.pid"];
    renewed(sandbox, &file, server.ports[0], &words);
}

#[test]
#[ignore = "needs curl (Debian: curl) and nginx (Debian: nginx-light)"]
fn nginx_serves_what_was_renewed() {
    let sandbox = Sandbox::new();
    sandbox.run("issue localhost");
    nginx_serves(&sandbox, "localhost");
}

#[cfg(unix)]
#[test]
#[ignore = "needs curl (Debian: curl) and nginx (Debian: nginx-light)"]
fn nginx_serves_what_was_renewed_behind_a_link() {
    let sandbox = Sandbox::new();
    sandbox.run("issue localhost --out-dir tls --linked");
    nginx_serves(&sandbox, "tls/localhost");
    assert!(sandbox.path("tls/localhost.key").is_symlink());
}

/// An HAProxy that has others serve, and ends with the value.
#[cfg(unix)]
struct HaProxy(Child);

#[cfg(unix)]
impl Drop for HaProxy {
    fn drop(&mut self) {
        use rustix::process::{Pid, Signal, kill_process};
        // It ends the others.
        let _ = kill_process(Pid::from_child(&self.0), Signal::TERM);
        let _ = self.0.wait();
    }
}

#[cfg(unix)]
impl HaProxy {
    fn serve(sandbox: &Sandbox, port: u16) -> Self {
        let settings = format!(
            "defaults\n    mode http\n    timeout connect 5s\n    timeout client 20s\n    timeout server 20s\n\
             frontend f\n    bind 127.0.0.1:{port} ssl crt site.pem\n    \
             http-request return status 200 content-type text/plain string here\n"
        );
        sandbox.write("haproxy.cfg", settings);
        let log = fs::File::create(sandbox.path("haproxy.log")).unwrap();
        let process = Command::new("haproxy")
            .args(["-W", "-db", "-f", "haproxy.cfg"])
            .current_dir(sandbox.work())
            .env_clear()
            .envs(sandbox.environment())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn();
        let this = Self(process.unwrap());
        sandbox.write("haproxy.pid", format!("{}\n", this.0.id()));
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let log = sandbox.text("haproxy.log");
            assert!(begun.elapsed() < Duration::from_secs(30), "{log}");
            std::thread::sleep(Duration::from_millis(50));
        }
        this
    }
}

#[cfg(unix)]
#[test]
#[ignore = "needs curl (Debian: curl) and haproxy (Debian: haproxy)"]
fn haproxy_serves_what_was_renewed_in_its_one_file() {
    let sandbox = Sandbox::new();
    sandbox.run("issue localhost");
    let parts = ["localhost.crt", "localhost.key"].map(|name| sandbox.text(name));
    sandbox.write("site.pem", parts.concat());
    let port = free_ports(1)[0];
    let _server = HaProxy::serve(&sandbox, port);
    let words = ["--signal", "USR2", "--pid-file", "haproxy.pid"];
    renewed(&sandbox, "site.pem", port, &words);
}

#[test]
#[ignore = "needs systemd-analyze (Debian: systemd)"]
fn systemd_takes_the_units() {
    let sandbox = Sandbox::new();
    let page = include_str!("../../docs/renew.md");
    let mut units = Vec::new();
    for block in page.split("\n```ini ").skip(1) {
        let (name, text) = block.split_once('\n').unwrap();
        let text = text.split_once("\n```").unwrap().0;
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix("ExecStart="));
        if let Some(line) = line {
            let words = line.strip_prefix("/usr/local/bin/certwright ").unwrap();
            let words = words.split(" --reload").next().unwrap();
            sandbox.run(&format!("{words} --help"));
        }
        let program = env!("CARGO_BIN_EXE_certwright");
        let text = text.replace("/usr/local/bin/certwright", program);
        sandbox.write(name, format!("{text}\n"));
        units.push(format!("./{name}"));
    }
    assert_eq!(units.len(), 3);
    // It warns of a word that it does not know, and goes on.
    let told = sandbox.other("systemd-analyze", &format!("verify {}", units.join(" ")));
    assert_eq!(told, "");
}
