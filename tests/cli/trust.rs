//! `certwright trust` and `untrust`, on the stores of a home folder of the test's own

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::sandbox::Sandbox;

/// A home in which Chromium was started once, so that it has a store.
fn with_chromium() -> Sandbox {
    let sandbox = Sandbox::new();
    std::fs::create_dir_all(sandbox.home().join(".config/chromium")).unwrap();
    sandbox
}

fn states(document: &Value) -> Vec<&Value> {
    document["stores"]
        .as_array()
        .unwrap()
        .iter()
        .map(|store| &store["state"])
        .collect()
}

#[test]
fn a_ca_is_made_trusted_and_taken_out_again() {
    let sandbox = with_chromium();
    let first = sandbox.json("trust --store nss");
    assert_eq!(first["ca_created"], true);
    assert_eq!(states(&first), ["trusted"]);
    assert_eq!(first["stores"][0]["changed"], true);
    let again = sandbox.json("trust --store nss");
    assert_eq!(again["stores"][0]["changed"], false, "twice is once");
    assert_eq!(
        states(&sandbox.json("trust status --store nss")),
        ["trusted"]
    );
    let gone = sandbox.json("untrust --store nss");
    assert_eq!(states(&gone), ["missing"]);
    sandbox
        .certwright("trust status --store nss")
        .assert()
        .code(1);
    assert!(!sandbox.home().join(".local/share/pki").exists());
}

#[test]
fn every_generation_is_trusted() {
    let sandbox = with_chromium();
    sandbox.run("ca init");
    sandbox.run("ca widen example.com");
    sandbox
        .certwright("trust status --store nss")
        .assert()
        .code(1);
    let both = sandbox.json("trust --store nss");
    assert_eq!(both["roots"].as_array().unwrap().len(), 2);
    assert_eq!(states(&both), ["trusted"]);
    sandbox.run("untrust --store nss");
    assert!(!sandbox.home().join(".local/share/pki").exists());
}

#[test]
fn another_ca_is_trusted_and_a_leaf_is_not() {
    let sandbox = with_chromium();
    sandbox.run("self-signed --ca --subject CN=other");
    sandbox.run("trust --store nss --cert other.crt");
    assert!(!sandbox.ca().exists(), "no CA is made for it");
    sandbox.run("trust status --store nss --cert other.crt");
    sandbox.run("self-signed leaf.test");
    let error = sandbox.fails(2, "trust --store nss --cert leaf.test.crt");
    assert!(
        error.contains("CN=leaf.test is no CA's certificate"),
        "{error}"
    );
}

#[test]
fn an_unknown_store_is_refused_and_untrust_makes_no_ca() {
    let sandbox = with_chromium();
    let error = sandbox.fails(2, "trust --store netscape");
    assert!(
        error.contains("no trust store \"netscape\"") && error.contains("nss: chromium"),
        "{error}"
    );
    sandbox.fails(2, "untrust --store nss");
    assert!(!sandbox.ca().exists());
}

#[test]
fn variables_name_files_that_are_there() {
    let sandbox = Sandbox::new();
    if !std::path::Path::new("/etc/ssl/certs/ca-certificates.crt").exists() {
        // There is nothing to combine with on such a machine, and the command says so.
        sandbox.run("ca init");
        assert!(sandbox.fails(2, "trust env").contains("no bundle of roots"));
        return;
    }
    sandbox.run("ca init");
    let lines = sandbox.run("trust env");
    assert!(lines.contains("export NODE_EXTRA_CA_CERTS='"), "{lines}");
    for variable in sandbox.json("trust env")["variables"].as_array().unwrap() {
        let path = variable["value"].as_str().unwrap();
        let root = std::fs::read_to_string(path).unwrap();
        assert!(root.contains(&sandbox.run("ca export")), "{path}");
    }
}

#[test]
fn a_successor_is_trusted_where_its_predecessor_is_and_goes_when_it_is_retired() {
    let sandbox = with_chromium();
    sandbox.run("issue localhost --trust");
    let old = sandbox.json("ca show")["generations"][0]["name"].clone();
    let rotated = sandbox.json("ca rotate");
    let warnings = rotated["warnings"].to_string();
    assert!(warnings.contains("by nss: chromium"), "{warnings}");
    let status = sandbox.json("trust status --store nss");
    assert_eq!(status["roots"].as_array().unwrap().len(), 2);
    assert_eq!(states(&status), ["trusted"]);
    sandbox.run(&format!("ca retire --force {}", old.as_str().unwrap()));
    let status = sandbox.json("trust status --store nss");
    assert_eq!(status["roots"].as_array().unwrap().len(), 1);
    assert_eq!(states(&status), ["trusted"]);
    sandbox.run("untrust --store nss");
    assert!(!sandbox.home().join(".local/share/pki").exists());
}

#[test]
fn a_ca_whose_folder_is_gone_is_seen_and_taken_out_when_asked() {
    let sandbox = with_chromium();
    sandbox.run("trust --store nss");
    std::fs::remove_dir_all(sandbox.ca()).unwrap();
    let error = sandbox.fails(2, "untrust --store nss");
    assert!(error.contains("untrust --all"), "{error}");
    let second = sandbox.json("trust --store nss");
    assert_eq!(second["ca_created"], true);
    let status = sandbox.json("trust status --store nss")["warnings"].to_string();
    assert!(status.contains("is trusted too"), "{status}");
    let warnings = sandbox.json("untrust --store nss")["warnings"].to_string();
    assert!(warnings.contains("of another CA stays"), "{warnings}");
    let all = sandbox.json("untrust --all --store nss");
    assert_eq!(all["roots"].as_array().unwrap().len(), 2);
    assert!(!sandbox.home().join(".local/share/pki").exists());
}

/// A `trust serve` that runs, and the first line that it printed.
fn serving(sandbox: &Sandbox, words: &str) -> (Child, String) {
    let mut server = Command::new(env!("CARGO_BIN_EXE_certwright"))
        .args(words.split_whitespace())
        .arg("--home")
        .arg(sandbox.ca())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    (server, line.trim_end().to_owned())
}

/// Fetches a path from the server at an address; returns the head and the body.
fn fetch(url: &str, path: &str) -> (String, Vec<u8>) {
    let address = url.trim_start_matches("http://").trim_end_matches('/');
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let body = answer.split_off(end.unwrap() + 4);
    (String::from_utf8(answer).unwrap(), body)
}

#[test]
fn the_root_is_served_for_a_while() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init");
    for format in ["pem", "der", "mobileconfig"] {
        sandbox.run(&format!("ca export --to {format} -o root.{format}"));
    }
    let print = sandbox.run("fingerprint --format colon root.pem");
    let start = Instant::now();
    let (mut server, url) = serving(&sandbox, "trust serve --listen 127.0.0.1 --for 4s");
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    for (path, file) in [
        ("/root.crt", "root.der"),
        ("/root.pem", "root.pem"),
        ("/root.mobileconfig", "root.mobileconfig"),
    ] {
        let (head, body) = fetch(&url, path);
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
        assert!(body == std::fs::read(sandbox.path(file)).unwrap(), "{path}");
    }
    let page = String::from_utf8(fetch(&url, "/").1).unwrap();
    assert!(
        page.replace("<wbr>", "").contains(print.trim_end()),
        "{page}"
    );
    let key = sandbox.generation().join("intermediate.key");
    let (head, _) = fetch(&url, &key.display().to_string());
    assert!(head.starts_with("HTTP/1.1 404 "), "{head}");
    assert!(server.wait().unwrap().success());
    let took = start.elapsed();
    assert!(
        took >= Duration::from_secs(4) && took < Duration::from_secs(20),
        "{took:?}"
    );
}

#[test]
fn the_address_is_told_before_it_serves() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init");
    let words = "trust serve --listen 127.0.0.1 --for 1h --json --at 2026-12-01";
    let (mut server, line) = serving(&sandbox, words);
    let told: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(told["ends"], "2026-12-01T01:00:00Z");
    let (head, _) = fetch(told["url"].as_str().unwrap(), "/root.pem");
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    server.kill().unwrap();
    server.wait().unwrap();
}

#[test]
fn what_cannot_be_served_is_said() {
    let sandbox = Sandbox::new();
    let error = sandbox.fails(2, "trust serve --listen 127.0.0.1");
    assert!(error.contains("certwright ca init"), "{error}");
    assert!(!sandbox.ca().exists(), "no CA is made for it");
    sandbox.run("ca init");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let words = format!("trust serve --listen 127.0.0.1 --port {}", address.port());
    let error = sandbox.fails(2, &words);
    assert!(
        error.contains(&format!("cannot listen on {address}")),
        "{error}"
    );
    // RFC 5737: nobody's address.
    let error = sandbox.fails(2, "trust serve --listen 192.0.2.1");
    assert!(error.contains("cannot listen on 192.0.2.1"), "{error}");
    sandbox.fails(2, "trust serve --for 2d");
    sandbox.fails(2, "trust serve --listen here");
}

#[test]
fn status_tells_of_generations_that_nobody_needs_any_more() {
    let sandbox = with_chromium();
    sandbox.run("issue localhost --days 30 --at 2026-11-01");
    sandbox.run("ca rotate --at 2026-11-02");
    let told = |day: &str| {
        let words = format!("--json trust status --store nss --at {day}");
        let output = sandbox.certwright(&words).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(!told("2026-11-20").contains("ca retire ca-"));
    assert!(told("2026-12-20").contains("ca retire ca-"));
}

#[test]
fn a_picked_store_that_cannot_be_found_says_why() {
    let sandbox = with_chromium();
    let firefox = sandbox.home().join(".mozilla/firefox");
    std::fs::create_dir_all(&firefox).unwrap();
    std::fs::write(firefox.join("profiles.ini"), "[Profile0\nPath=").unwrap();
    let output = sandbox
        .certwright("--json trust --store nss")
        .assert()
        .code(2);
    let document: Value = serde_json::from_slice(&output.get_output().stdout).unwrap();
    let rows = document["stores"].as_array().unwrap();
    assert!(
        rows.iter()
            .any(|row| row["store"] == "nss: chromium" && row["state"] == "trusted")
    );
    let failed = rows.iter().find(|row| row["store"] == "nss").unwrap();
    assert!(
        failed["error"]["message"]
            .as_str()
            .unwrap()
            .contains("profiles.ini")
    );
}

#[test]
fn no_root_is_trusted_nowhere() {
    let sandbox = with_chromium();
    let gone = sandbox.json("untrust --all --store nss");
    assert_eq!(states(&gone), ["missing"]);
}

#[test]
fn a_store_that_cannot_be_looked_at_is_told_when_the_ca_changes() {
    let sandbox = with_chromium();
    sandbox.run("trust --store nss");
    let database = sandbox.home().join(".local/share/pki/nssdb/cert9.db");
    std::fs::write(&database, "garbage").unwrap();
    let warnings = sandbox.json("ca rotate")["warnings"].to_string();
    assert!(warnings.contains("could not be looked at"), "{warnings}");
}

#[test]
fn an_image_is_none_of_the_users_stores() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init");
    let bundle = sandbox.ca().join("bundle.pem");
    std::fs::write(&bundle, "").unwrap();
    std::fs::create_dir(sandbox.path("image")).unwrap();
    sandbox.run("untrust --root image");
    assert!(bundle.exists());
    // No store is no yes.
    sandbox
        .certwright("trust status --root image")
        .assert()
        .code(1);
}
