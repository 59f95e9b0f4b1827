//! A server that reads its files again once they were renewed.

use std::fs;
use std::time::{Duration, Instant};

use super::nginx::Nginx;
use super::root;
use crate::sandbox::Sandbox;

/// Renews, has nginx told by a further argument, and waits until it serves what is in the file.
fn renewed(sandbox: &Sandbox, server: &Nginx, told: &[&str]) {
    let before = sandbox.text("localhost.crt");
    let mut renew = sandbox.certwright("renew localhost.crt --force");
    renew.args(told).assert().success();
    assert_ne!(sandbox.text("localhost.crt"), before);
    let place = format!("localhost:{}", server.ports[0]);
    let root = root(sandbox);
    let words = format!("verify {place} --roots {root} --expect localhost.crt");
    let start = Instant::now();
    loop {
        let asked = sandbox.certwright(&words).output().unwrap();
        if asked.status.success() {
            break;
        }
        let told = String::from_utf8_lossy(&asked.stdout).into_owned();
        let log = sandbox.text("nginx.log");
        assert!(start.elapsed() < Duration::from_secs(30), "{told}{log}");
        std::thread::sleep(Duration::from_millis(50));
    }
    let address = format!("https://{place}/");
    let page = sandbox.other("curl", &format!("-sS --cacert {root} {address}"));
    assert_eq!(page, "here");
}

#[test]
#[ignore = "needs curl (Debian: curl) and nginx (Debian: nginx-light)"]
fn nginx_serves_what_was_renewed() {
    let sandbox = Sandbox::new();
    sandbox.run("issue localhost");
    let server = Nginx::with_master(&sandbox, "localhost");
    fs::write(sandbox.path("site/index.html"), "here").unwrap();
    let line = format!(
        "nginx -e stderr -c nginx.conf -p {} -s reload",
        sandbox.work().display()
    );
    renewed(&sandbox, &server, &["--reload", &line]);
    let words = ["--reuse-key", "--signal", "HUP", "--pid-file", "nginx.pid"];
    renewed(&sandbox, &server, &words);
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
