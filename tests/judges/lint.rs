//! What `lint` says of what other tools make.

use serde_json::Value;

use crate::sandbox::Sandbox;

/// The errors and warnings in a file, by their rules.
fn breaches(sandbox: &Sandbox, file: &str) -> Vec<String> {
    let output = sandbox
        .certwright(&format!("lint --json {file}"))
        .output()
        .unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = answer["items"][0]["findings"].as_array().unwrap();
    let serious = findings
        .iter()
        .filter(|finding| finding["severity"] != "notice");
    serious
        .map(|finding| finding["rule"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
#[ignore = "needs mkcert (Debian: mkcert)"]
fn what_mkcert_makes_has_no_fault_that_clients_mind() {
    let sandbox = Sandbox::new();
    let made = std::process::Command::new("mkcert")
        .args([
            "-cert-file",
            "leaf.crt",
            "-key-file",
            "leaf.key",
            "localhost",
            "127.0.0.1",
        ])
        .env("CAROOT", sandbox.work())
        .current_dir(sandbox.work())
        .output()
        .expect("mkcert runs");
    assert!(made.status.success(), "{made:?}");
    for file in ["leaf.crt", "rootCA.pem"] {
        assert_eq!(breaches(&sandbox, file), [""; 0], "{file}");
    }
}

#[test]
#[ignore = "needs openssl (Debian: openssl)"]
fn what_is_wrong_with_the_certificate_of_many_a_tutorial_is_told() {
    let sandbox = Sandbox::new();
    sandbox.other(
        "openssl",
        "req -x509 -newkey rsa:1024 -nodes -sha1 -days 3650 -subj /CN=localhost -keyout t.key -out t.crt",
    );
    // OpenSSL makes a CA of it by default.
    let found = breaches(&sandbox, "t.crt");
    for rule in ["rsa-too-short", "key-usage-absent", "authority-as-server"] {
        assert!(found.iter().any(|found| found == rule), "{rule}: {found:?}");
    }
}
