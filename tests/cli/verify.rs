//! `verify`: what is judged, by what, and how it is told.

use std::path::PathBuf;

use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::contains;
use serde_json::Value;

use crate::sandbox::Sandbox;

/// A sandbox with a certificate for `app.test`, and its root.
fn issued(more: &str) -> (Sandbox, PathBuf) {
    let sandbox = Sandbox::new();
    sandbox.run(&format!("issue app.test {more}"));
    let root = sandbox.generation().join("root.crt");
    (sandbox, root)
}

/// The one verdict of a run that must end with an exit code.
fn verdict(sandbox: &Sandbox, code: i32, words: &str) -> Value {
    let run = sandbox
        .certwright(&format!("--json verify {words}"))
        .assert()
        .code(code);
    let mut document: Value = serde_json::from_slice(&run.get_output().stdout).unwrap();
    assert_eq!(document["verdicts"].as_array().map(Vec::len), Some(1));
    document["verdicts"][0].take()
}

fn codes(verdict: &Value) -> Vec<&str> {
    let problems = verdict["problems"].as_array().unwrap();
    problems
        .iter()
        .map(|problem| problem["code"].as_str().unwrap())
        .collect()
}

#[test]
fn what_is_issued_here_is_accepted_under_its_root() {
    for kind in ["p256", "p384", "rsa2048"] {
        let (sandbox, root) = issued(&format!("127.0.0.1 -a {kind}"));
        let words = format!("app.test.crt --roots {}", root.display());
        for name in ["app.test", "127.0.0.1"] {
            let told = verdict(&sandbox, 0, &format!("{words} --hostname {name}"));
            assert_eq!(told["accepted"], true, "{told:#}");
            assert_eq!(told["path"].as_array().map(Vec::len), Some(3));
        }
        verdict(
            &sandbox,
            0,
            &format!("{words} --policy strict --hostname app.test"),
        );
        verdict(&sandbox, 1, &format!("{words} --purpose client"));
    }
}

#[test]
fn a_key_that_browsers_do_not_take_is_a_matter_of_policy() {
    let (sandbox, root) = issued("-a ed25519");
    let words = format!(
        "app.test.crt --hostname app.test --roots {}",
        root.display()
    );
    let told = verdict(&sandbox, 1, &words);
    assert_eq!(codes(&told), ["key-not-for-browsers"]);
    verdict(&sandbox, 0, &format!("{words} --policy rfc5280"));
}

#[test]
fn every_reason_is_told_at_once() {
    let (sandbox, root) = issued("");
    let words = format!(
        "app.test.crt --hostname other.test --at 2040-01-01 --roots {}",
        root.display()
    );
    let told = verdict(&sandbox, 1, &words);
    assert_eq!(
        codes(&told),
        ["expired", "wrong-name", "expired", "expired"]
    );
    sandbox
        .certwright(&format!("verify {words}"))
        .assert()
        .code(1)
        .stdout(contains(
            "it is for DNS:app.test, and other.test was asked for",
        ))
        .stdout(contains("└─ app.test, until"));
}

#[test]
fn a_bundle_may_be_in_any_order_and_hold_other_things() {
    let (sandbox, root) = issued("");
    let chain = sandbox.text("app.test.crt");
    let (leaf, intermediate) = chain.split_at(chain.rfind("-----BEGIN").unwrap());
    let key = sandbox.text("app.test.key");
    sandbox.write("mixed.pem", format!("{intermediate}\n# text\n{key}{leaf}"));
    let roots = format!("--roots {}", root.display());
    verdict(
        &sandbox,
        0,
        &format!("mixed.pem --hostname app.test {roots}"),
    );
    sandbox.write("leaf.pem", leaf);
    sandbox.write("above.pem", intermediate);
    let alone = verdict(&sandbox, 1, &format!("leaf.pem {roots}"));
    assert_eq!(codes(&alone), ["unknown-issuer"]);
    verdict(
        &sandbox,
        0,
        &format!("leaf.pem --intermediates above.pem {roots}"),
    );
    std::fs::create_dir(sandbox.path("roots")).unwrap();
    sandbox.write("roots/a.key", &key);
    std::fs::copy(&root, sandbox.path("roots/root.pem")).unwrap();
    verdict(&sandbox, 0, "mixed.pem --hostname app.test --roots roots");
}

#[test]
fn a_name_that_was_not_asked_for_is_said_not_to_be_judged() {
    let (sandbox, root) = issued("");
    sandbox
        .certwright(&format!("verify app.test.crt --roots {}", root.display()))
        .assert()
        .code(0)
        .stdout(contains("its name not checked (--hostname)"));
}

#[test]
fn malformed_is_a_refusal_and_nothing_found_is_none() {
    let (sandbox, root) = issued("");
    let roots = format!("--roots {}", root.display());
    sandbox.write(
        "cut.pem",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
    );
    let told = verdict(&sandbox, 1, &format!("cut.pem {roots}"));
    assert_eq!(codes(&told), ["malformed"]);
    for (name, bytes) in [
        ("cut.der", &b"\x30\x82\x01\x00\x30"[..]),
        ("endless.pem", b"-----BEGIN CERTIFICATE-----\nMIIB\n"),
        (
            "odd.pem",
            b"-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
        ),
    ] {
        sandbox.write(name, bytes);
        let told = verdict(&sandbox, 1, &format!("{name} {roots}"));
        assert_eq!(codes(&told), ["malformed"], "{name}");
        sandbox.fails(2, &format!("verify app.test.crt --expect {name} {roots}"));
    }
    sandbox
        .certwright(&format!("verify app.test.key {roots}"))
        .assert()
        .code(2)
        .stderr(contains(
            "app.test.key holds a private key, and no certificate to judge",
        ));
    let both = format!("verify missing.crt app.test.crt --hostname app.test {roots}");
    sandbox
        .certwright(&both)
        .assert()
        .code(2)
        .stdout(contains("accepted  app.test.crt"))
        .stderr(contains("missing.crt"));
    sandbox
        .certwright(&format!("verify app.test.crt cut.pem {roots}"))
        .assert()
        .code(1)
        .stdout(contains("\n1 accepted, 1 refused\n"));
    sandbox
        .certwright(&format!("verify 127.0.0.1:1 {roots}"))
        .assert()
        .code(3);
}

#[test]
fn the_local_ca_is_named_where_nobody_trusts_it() {
    let (sandbox, _) = issued("");
    sandbox.run("self-signed other.test");
    let mut command = sandbox.certwright("verify app.test.crt --hostname app.test");
    command.env("SSL_CERT_FILE", sandbox.path("other.test.crt"));
    command.assert().code(1).stdout(
        contains("the local CA issued it")
            .and(contains("does not trust that yet: certwright trust")),
    );
    let mut trusted = sandbox.certwright("verify app.test.crt --hostname app.test");
    trusted.env("SSL_CERT_FILE", sandbox.generation().join("root.crt"));
    trusted.assert().code(0);
}

#[test]
fn a_browser_with_a_store_of_its_own_is_told_apart() {
    let (sandbox, root) = issued("");
    std::fs::create_dir_all(sandbox.home().join(".config/chromium")).unwrap();
    let chromium = |sandbox: &Sandbox, code: i32| {
        let mut command = sandbox.certwright("--json verify app.test.crt --hostname app.test");
        command.env("SSL_CERT_FILE", &root);
        let run = command.assert().code(code);
        let document: Value = serde_json::from_slice(&run.get_output().stdout).unwrap();
        let clients = document["verdicts"][0]["clients"]
            .as_array()
            .unwrap()
            .clone();
        let told = |name: &str| {
            let column = clients.iter().find(|column| column["client"] == name);
            column.unwrap()["code"].clone()
        };
        (told("chromium"), told("curl"))
    };
    let (lacks, curl) = chromium(&sandbox, 0);
    assert_eq!(lacks, "net::ERR_CERT_AUTHORITY_INVALID");
    assert_eq!(curl, Value::Null);
    sandbox.run("trust --store nss");
    assert_eq!(chromium(&sandbox, 0), (Value::Null, Value::Null));
}

#[test]
fn another_certificate_than_expected_is_refused() {
    let (sandbox, root) = issued("");
    let before = sandbox.text("app.test.crt");
    sandbox.write("before.crt", before);
    sandbox.run("issue app.test --force");
    let words = format!(
        "app.test.crt --hostname app.test --roots {}",
        root.display()
    );
    verdict(&sandbox, 0, &format!("{words} --expect app.test.crt"));
    let told = verdict(&sandbox, 1, &format!("{words} --expect before.crt"));
    assert_eq!(codes(&told), ["unexpected"]);
}

#[test]
fn lists_are_judged_by() {
    let (sandbox, root) = issued("");
    let list = sandbox.generation().join("root.crl");
    let words = format!(
        "app.test.crt --roots {} --crl {}",
        root.display(),
        list.display()
    );
    // The root's list is of the intermediate, and of the leaf there is none.
    let told = verdict(&sandbox, 1, &words);
    assert_eq!(codes(&told), ["revocation-unknown"]);
    assert_eq!(told["problems"][0]["certificate"], 0);
    sandbox
        .certwright(&format!(
            "verify app.test.crt --crl app.test.key --roots {}",
            root.display()
        ))
        .assert()
        .code(2)
        .stderr(contains("app.test.key holds no revocation list"));
}

#[test]
fn a_policy_that_is_wanted_is_a_condition() {
    let (sandbox, root) = issued("");
    let words = format!(
        "app.test.crt --roots {} --certificate-policy",
        root.display()
    );
    let told = verdict(&sandbox, 1, &format!("{words} 1.2.3"));
    assert_eq!(codes(&told), ["certificate-policy"]);
    sandbox.fails(2, &format!("verify {words} none"));
}

#[test]
fn each_client_has_its_column() {
    let (sandbox, root) = issued("-a ed25519");
    let words = format!(
        "app.test.crt --hostname app.test --policy rfc5280 --roots {}",
        root.display()
    );
    let told = verdict(&sandbox, 0, &words);
    let columns = told["clients"].as_array().unwrap();
    let codes: Vec<_> = columns
        .iter()
        .map(|column| column["code"].as_str())
        .collect();
    let no_cipher = "net::ERR_SSL_VERSION_OR_CIPHER_MISMATCH";
    let no_overlap = "SSL_ERROR_NO_CYPHER_OVERLAP";
    assert_eq!(codes, [Some(no_cipher), Some(no_overlap), None, None, None]);
    sandbox
        .certwright(&format!("verify {words}"))
        .assert()
        .stdout(contains(format!("  Chromium  refuses  {no_cipher}\n")))
        .stdout(contains("  curl      accepts\n"));
    let for_clients = verdict(&sandbox, 1, &format!("{words} --purpose client"));
    assert_eq!(for_clients["clients"].as_array().map(Vec::len), Some(0));
}

#[test]
fn where_all_clients_accept_it_is_said_who_does_not() {
    let (sandbox, root) = issued("--subject /C=de/O=a");
    let words = format!(
        "verify app.test.crt --hostname app.test --roots {}",
        root.display()
    );
    let all = "  Chromium, Firefox, curl, Java and Go accept it where they trust that root";
    for (more, code, reason) in [
        ("", 0, ""),
        (
            "--policy strict",
            1,
            ": it is the policy strict alone that refuses it",
        ),
        (
            "--certificate-policy 1.2.3",
            1,
            ": it is only not what was asked for",
        ),
    ] {
        sandbox
            .certwright(&format!("{words} {more}"))
            .assert()
            .code(code)
            .stdout(contains(format!("{all}{reason}\n")));
    }
}

#[test]
fn what_a_keystore_trusts_is_an_anchor_and_not_what_lies_beside_its_key() {
    let (sandbox, root) = issued("");
    sandbox.write("pw", "long enough\n");
    sandbox.run("self-signed --ca --subject CN=stranger");
    sandbox.run("convert stranger.crt -o trust.jks --alias stranger --new-password-file pw");
    sandbox.run("convert app.test.crt app.test.key trust.jks -o both.jks --password-file pw --new-password-file pw");
    let told = sandbox.json("inspect both.jks --password-file pw");
    let held = told["items"].as_array().map(Vec::len);
    assert_eq!(
        held,
        Some(5),
        "the container, a key, its chain and a root: {told}"
    );
    let words = "app.test.crt --hostname app.test --password-file pw --roots";
    verdict(&sandbox, 1, &format!("{words} both.jks"));
    sandbox.run(&format!(
        "convert {} -o ours.jks --new-password-file pw",
        root.display()
    ));
    verdict(&sandbox, 0, &format!("{words} ours.jks"));
}

#[test]
fn damage_without_end_is_not_kept() {
    let sandbox = Sandbox::new();
    let damaged = "-----BEGIN CERTIFICATE-----\nMAo=\n-----END CERTIFICATE-----\n";
    sandbox.write("some.pem", damaged.repeat(20));
    sandbox.write("many.pem", damaged.repeat(21));
    sandbox.fails(1, "verify some.pem");
    let error = sandbox.fails(2, "verify many.pem");
    assert!(
        error.contains("more than 20 damaged certificates"),
        "{error}"
    );
}
