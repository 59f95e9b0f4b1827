//! What phones are given, judged by what this machine has in their place.

use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::{program, python};
use crate::sandbox::Sandbox;

#[test]
#[ignore = "needs Python 3"]
fn plistlib_reads_our_profiles() {
    let sandbox = Sandbox::new();
    // All that XML must not see, and a line break.
    sandbox
        .certwright("self-signed --ca --key-file ca.key --cert-file ca.crt --subject")
        .arg(r#"CN=<O'Neill> & \"co\" ]]>\0A世界"#)
        .assert()
        .success();
    sandbox.run("ca import --cert ca.crt --key ca.key");
    sandbox.run("ca export --to mobileconfig -o root.mobileconfig");
    let words = format!("{} root.mobileconfig", program("plist.py"));
    let read: Value = serde_json::from_str(&sandbox.other(&python(), &words)).unwrap();
    let name = "<O'Neill> & \"co\" ]]>\\u{a}世界";
    assert_eq!(
        read,
        json!({
            "types": ["Configuration", "com.apple.security.root"],
            "versions": [1, 1],
            "names": [name, name],
            "identifiers": 2,
            "uuids": 2,
            "sha256": sandbox.run("fingerprint ca.crt").trim_end(),
        })
    );
}

#[test]
#[ignore = "needs script and zbarimg (Debian: bsdutils, zbar-tools)"]
fn zbar_reads_the_code_in_a_terminal() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init");
    // Without colour the light modules are drawn, for dark terminals; with it the dark ones, on white.
    for (color, drawn) in [("never", "0"), ("always", "1")] {
        let serve = format!(
            "{} trust serve --listen 127.0.0.1 --for 1s --color {color} --home {}",
            env!("CARGO_BIN_EXE_certwright"),
            sandbox.ca().display()
        );
        let shown = Command::new("script")
            .args(["-qec", &serve, "/dev/null"])
            .stdin(Stdio::null())
            .output()
            .expect("script runs");
        let shown = String::from_utf8(shown.stdout).unwrap();
        let url = shown
            .lines()
            .find(|line| line.starts_with("http://"))
            .unwrap()
            .trim_end();
        sandbox.write("code.pbm", picture(&shown, drawn));
        let read = sandbox.other("zbarimg", "--quiet --raw --nodbus code.pbm");
        assert_eq!(read.trim_end(), url, "{color}:\n{shown}");
    }
}

/// A terminal's half blocks as a picture: PBM, where 1 is black.
fn picture(shown: &str, drawn: &str) -> String {
    let undrawn = if drawn == "1" { "0" } else { "1" };
    let mut rows: Vec<String> = Vec::new();
    for line in shown.lines().take_while(|line| !line.trim().is_empty()) {
        // What is left of a colour begins with an escape, and ends with an m.
        let mut parts = line.trim_end_matches('\r').split('\u{1b}');
        let first = parts.next().unwrap_or_default().to_owned();
        let line = parts.fold(first, |line, part| {
            line + part.split_once('m').map_or("", |(_, text)| text)
        });
        for half in ["█▀", "█▄"] {
            let row = line.chars().map(|block| match half.contains(block) {
                true => drawn,
                false => undrawn,
            });
            // Each module is a square of so many points.
            let row: String = row.map(|point| point.repeat(SCALE)).collect();
            rows.extend(std::iter::repeat_n(row, SCALE));
        }
    }
    format!(
        "P1\n{} {}\n{}\n",
        rows[0].len(),
        rows.len(),
        rows.join("\n")
    )
}

const SCALE: usize = 4;

/// A `trust serve` that ends with the value.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
#[ignore = "needs curl and openssl"]
fn curl_fetches_what_openssl_reads() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init");
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let _server = Server(
        Command::new(env!("CARGO_BIN_EXE_certwright"))
            .args(["trust", "serve", "--listen", "127.0.0.1", "--port"])
            .arg(port.to_string())
            .arg("--home")
            .arg(sandbox.ca())
            .stdout(Stdio::null())
            .spawn()
            .expect("it runs"),
    );
    let url = format!("http://127.0.0.1:{port}");
    let fetch = "--silent --fail --retry 20 --retry-connrefused --retry-delay 1";
    for (file, form) in [("root.crt", "DER"), ("root.pem", "PEM")] {
        sandbox.other("curl", &format!("{fetch} {url}/{file} -o {file}"));
        let told = sandbox.other(
            "openssl",
            &format!("x509 -inform {form} -in {file} -noout -fingerprint -sha256"),
        );
        let print = sandbox.run(&format!("fingerprint --format colon {file}"));
        assert!(told.contains(print.trim_end()), "{told}");
    }
    let head = sandbox.other("curl", &format!("{fetch} --head {url}/root.mobileconfig"));
    assert!(
        head.contains("Content-Type: application/x-apple-aspen-config"),
        "{head}"
    );
    let refused = sandbox.other_output("curl", &format!("--silent --fail -d a=b {url}/"));
    assert_eq!(
        refused.status.code(),
        Some(22),
        "curl's word for an HTTP error"
    );
}
