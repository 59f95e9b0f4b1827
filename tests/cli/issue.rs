//! `certwright issue`

use std::fs;

use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::contains;

use crate::sandbox::{Sandbox, listing};

#[test]
fn the_first_certificate_makes_the_ca_and_says_so() {
    let sandbox = Sandbox::new();
    sandbox
        .certwright("issue localhost 127.0.0.1")
        .assert()
        .success()
        .stdout(contains(
            "localhost.crt  certificate for localhost, 127.0.0.1",
        ))
        .stderr(
            contains("made a local CA in")
                .and(contains("no client trusts it before certwright trust")),
        );
    assert_eq!(sandbox.files(), ["localhost.crt", "localhost.key"]);
    assert_eq!(
        sandbox
            .text("localhost.crt")
            .matches("BEGIN CERTIFICATE")
            .count(),
        2
    );
    sandbox
        .certwright("issue app.localhost")
        .assert()
        .success()
        .stderr("");
}

#[test]
fn every_certificate_is_kept_and_recorded() {
    let sandbox = Sandbox::new();
    for name in ["a.localhost", "b.localhost"] {
        sandbox.run(&format!("issue {name}"));
    }
    let copies = listing(&sandbox.ca().join("issued"));
    assert_eq!(
        copies.iter().filter(|name| name.ends_with(".crt")).count(),
        2
    );
    assert_eq!(sandbox.json("ca show")["generations"][0]["issued"], 2);
}

#[test]
fn a_name_out_of_scope_leaves_nothing_behind() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init");
    let error = sandbox.fails(2, "issue example.com");
    assert!(
        error.contains("example.com is outside what the CA"),
        "{error}"
    );
    assert!(error.contains("certwright ca widen example.com"), "{error}");
    assert!(sandbox.files().is_empty());
    assert_eq!(sandbox.json("ca show")["generations"][0]["issued"], 0);
    sandbox.run("ca widen example.com");
    sandbox.run("issue www.example.com");
}

#[test]
fn a_public_name_asked_for_first_is_permitted_with_a_warning() {
    let sandbox = Sandbox::new();
    sandbox
        .certwright("issue www.example.com")
        .assert()
        .success()
        .stderr(contains("the CA may issue for www.example.com too"));
    sandbox.fails(2, "issue example.com");
}

#[test]
fn what_is_no_name_makes_no_ca() {
    let sandbox = Sandbox::new();
    for name in [
        "a..b",
        "x/../y",
        "localhost:8443",
        "10.0.0.0/8",
        "1.2.3",
        "xn--a",
        &"a".repeat(64),
    ] {
        let error = sandbox.fails(2, &format!("issue {name}"));
        assert!(
            error.starts_with("error: \"") && error.lines().count() <= 2,
            "{error}"
        );
    }
    sandbox.fails(2, "issue -- -x");
    sandbox.fails(2, "issue -x");
    sandbox.fails(2, "issue");
    assert!(!sandbox.ca().exists() && sandbox.files().is_empty());
}

#[test]
fn nothing_is_overwritten_unless_told() {
    let sandbox = Sandbox::new();
    sandbox.write("localhost.key", "precious");
    let error = sandbox.fails(2, "issue localhost");
    assert!(error.contains("localhost.key is there already"), "{error}");
    assert_eq!(sandbox.text("localhost.key"), "precious");
    assert!(!sandbox.ca().exists(), "not even a CA is made");
    sandbox.run("issue localhost --force");
    assert!(sandbox.text("localhost.key").contains("PRIVATE KEY"));
    assert_eq!(sandbox.files(), ["localhost.crt", "localhost.key"]);
}

#[test]
fn one_file_cannot_be_two() {
    let sandbox = Sandbox::new();
    let error = sandbox.fails(2, "issue localhost --cert-file a --key-file a");
    assert!(
        error.contains("two different things would be written to a"),
        "{error}"
    );
    assert!(sandbox.files().is_empty());
}

#[test]
fn a_run_that_fails_leaves_no_folders() {
    let sandbox = Sandbox::new();
    for command in ["issue localhost --cert-file", "csr a.test --csr-file"] {
        let error = sandbox.fails(2, &format!("{command} a --key-file ./a --out-dir new/deep"));
        assert!(
            error.contains("two different things would be written"),
            "{error}"
        );
        assert!(sandbox.files().is_empty(), "{command}");
    }
}

#[cfg(unix)]
#[test]
fn keys_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = Sandbox::new();
    sandbox.run("issue localhost --out-dir tls/deep");
    let mode = |path: std::path::PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(sandbox.path("tls/deep/localhost.key")), 0o600);
    assert_eq!(mode(sandbox.generation().join("intermediate.key")), 0o600);
    assert_eq!(mode(sandbox.ca()), 0o700);
}

#[test]
fn a_certificate_that_fits_is_kept() {
    let sandbox = Sandbox::new();
    let issue = |words: &str| sandbox.json(&format!("issue --if-needed {words}"))["kept"].clone();
    assert_eq!(issue("localhost ::1"), false);
    assert_eq!(issue("localhost ::1"), true);
    assert_eq!(
        issue("::1 localhost --cert-file localhost.crt --key-file localhost.key"),
        true
    );
    assert_eq!(issue("localhost"), false, "other names");
    assert_eq!(issue("localhost --client"), false, "another purpose");
}

#[test]
fn a_certificate_near_its_end_is_made_anew() {
    let sandbox = Sandbox::new();
    let at = |day: &str| {
        sandbox.json(&format!("issue --if-needed localhost --days 30 --at {day}"))["kept"].clone()
    };
    assert_eq!(at("2026-11-01"), false);
    assert_eq!(at("2026-11-20"), true);
    assert_eq!(at("2026-11-22"), false);
}

#[test]
fn what_is_not_ours_is_not_replaced_even_if_needed() {
    let sandbox = Sandbox::new();
    sandbox.run("self-signed localhost");
    let before = sandbox.text("localhost.crt");
    sandbox.fails(2, "issue localhost --if-needed");
    assert_eq!(sandbox.text("localhost.crt"), before);
    sandbox.run("issue localhost --if-needed --force");
}

#[test]
fn a_key_that_lies_there_is_not_replaced_even_if_needed() {
    let sandbox = Sandbox::new();
    sandbox.write("localhost.key", "precious");
    sandbox.fails(2, "issue localhost --if-needed");
    assert_eq!(sandbox.text("localhost.key"), "precious");
}

#[test]
fn a_period_that_cannot_be_makes_no_ca() {
    let sandbox = Sandbox::new();
    sandbox.fails(2, "issue localhost --valid-for 9000y");
    sandbox.fails(
        2,
        "issue localhost --not-before 2027-01-02 --not-after 2027-01-01",
    );
    assert!(!sandbox.ca().exists());
}

#[test]
fn an_existing_key_is_used_and_not_written() {
    let sandbox = Sandbox::new();
    sandbox.run("key -o my.key");
    sandbox.run("issue localhost --key my.key");
    assert_eq!(sandbox.files(), ["localhost.crt", "my.key"]);
    let pins = sandbox.run("inspect my.key localhost.crt --field pin");
    let pins: Vec<&str> = pins.lines().collect();
    assert_eq!(pins[0], pins[1]);
}

#[test]
fn a_leaf_ends_with_its_ca_and_that_is_said() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init --valid-for 30d");
    sandbox
        .certwright("issue localhost")
        .assert()
        .success()
        .stderr(contains("when its CA does").and(contains("the CA ends on")));
    let error = sandbox.fails(2, "issue app.localhost --at 2099-01-01");
    assert!(error.contains("certwright ca rotate"), "{error}");
    assert!(!sandbox.path("app.localhost.crt").exists());
}

#[test]
fn what_clients_refuse_is_warned_of() {
    let sandbox = Sandbox::new();
    for (words, warning) in [
        ("issue *.localhost", "right under a top-level name"),
        ("issue my_app.localhost", "Java refuses the underscore"),
        ("issue a.localhost --valid-for 3y", "825"),
        ("issue b.localhost -a ed25519", "no browser takes Ed25519"),
    ] {
        sandbox
            .certwright(words)
            .assert()
            .success()
            .stderr(contains(warning));
    }
}

#[test]
fn a_common_name_is_held_against_the_scope() {
    let sandbox = Sandbox::new();
    sandbox.run("issue localhost --cn");
    assert_eq!(
        sandbox
            .run("inspect localhost.crt --field subject")
            .lines()
            .next(),
        Some("CN=localhost")
    );
    sandbox.fails(2, "issue a.localhost --cn=www.example.com");
    sandbox.run("issue b.localhost --cn=alice");
}

#[test]
fn file_names_come_from_the_first_name() {
    let sandbox = Sandbox::new();
    for name in [
        "*.app.localhost",
        "::1",
        "dev@app.localhost",
        "https://app.localhost/x",
    ] {
        sandbox.run(&format!("issue {name}"));
    }
    let certificates: Vec<String> = sandbox
        .files()
        .into_iter()
        .filter(|name| name.ends_with(".crt"))
        .collect();
    let expected = [
        "__1.crt",
        "_wildcard.app.localhost.crt",
        "dev_app.localhost.crt",
        "https___app.localhost_x.crt",
    ];
    assert_eq!(certificates, expected);
}

#[cfg(unix)]
#[test]
fn many_processes_make_one_ca() {
    let sandbox = Sandbox::new();
    let children: Vec<_> = (0..16)
        .map(|at| {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_certwright"));
            command
                .args(["issue", &format!("a{at}.localhost"), "--home"])
                .arg(sandbox.ca());
            command
                .current_dir(sandbox.work())
                .stdout(std::process::Stdio::null())
                .stderr(std::process::Stdio::null());
            command.spawn().unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success(), "each of them issues");
    }
    let generations = listing(&sandbox.ca())
        .into_iter()
        .filter(|name| name.starts_with("ca-"))
        .count();
    assert_eq!(generations, 1);
    assert_eq!(sandbox.json("ca show")["generations"][0]["issued"], 16);
}

#[test]
fn an_encrypted_key_never_becomes_a_plain_one_by_itself() {
    let sandbox = Sandbox::new();
    sandbox.write("pw", "secret\n");
    sandbox.run("issue a.localhost --encrypt --password-file pw");
    let before = sandbox.text("a.localhost.key");
    sandbox.fails(2, "issue a.localhost --if-needed");
    assert_eq!(sandbox.text("a.localhost.key"), before);
    let kept = sandbox.json("issue a.localhost --if-needed --encrypt --password-file pw");
    assert_eq!(kept["kept"], true);
    sandbox.fails(
        2,
        "issue a.localhost --if-needed --client --encrypt --password-file wrong",
    );
    assert_eq!(sandbox.text("a.localhost.key"), before);
}

#[test]
fn if_needed_replaces_no_key_but_its_own() {
    let sandbox = Sandbox::new();
    sandbox.run("issue a.localhost");
    sandbox.run("key -o other.key");
    std::fs::copy(sandbox.path("other.key"), sandbox.path("a.localhost.key")).unwrap();
    sandbox.fails(2, "issue a.localhost --if-needed");
    assert_eq!(sandbox.text("a.localhost.key"), sandbox.text("other.key"));
}

#[test]
fn if_needed_sees_what_else_was_asked_for() {
    let sandbox = Sandbox::new();
    sandbox.run("issue a.localhost");
    let kept = |words: &str| sandbox.json(&format!("issue --if-needed {words}"))["kept"].clone();
    assert_eq!(kept("a.localhost -a p256"), true);
    assert_eq!(kept("a.localhost -a p384"), false, "another kind of key");
    assert_eq!(kept("a.localhost"), true, "any kind of key");
    assert_eq!(kept("a.localhost --chain-file chain.pem"), false);
    assert!(sandbox.text("chain.pem").contains("BEGIN CERTIFICATE"));
    assert_eq!(kept("a.localhost --chain-file chain.pem"), true);
}

#[test]
fn a_failing_first_issue_makes_no_ca() {
    let sandbox = Sandbox::new();
    sandbox.fails(2, "issue localhost --cert-file nowhere/x.crt");
    sandbox.fails(2, "issue localhost --key-file -");
    sandbox.fails(2, "issue --subject CN=a");
    sandbox.fails(2, "issue localhost --cn --subject CN=a");
    assert!(!sandbox.ca().exists());
}

#[cfg(unix)]
#[test]
fn a_container_is_issued_whole_and_kept_if_it_fits() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = Sandbox::new();
    sandbox.write("password", "long enough\n");
    for (kind, file) in [("pkcs12", "a.test.p12"), ("jks", "a.test.jks")] {
        let words = format!("issue a.test --to {kind} --password-file password");
        let made = sandbox.json(&words);
        assert_eq!(made["files"]["container"], file);
        let mode = std::fs::metadata(sandbox.path(file)).unwrap().permissions();
        assert_eq!(mode.mode() & 0o777, 0o600, "{kind}");
        let told = sandbox.run(&format!("inspect {file} --password-file password"));
        assert!(
            told.contains("The private key") || told.contains("belongs"),
            "{told}"
        );
        sandbox.fails(2, &words);
        let again =
            |more: &str| sandbox.json(&format!("{words} --if-needed {more}"))["kept"].clone();
        assert_eq!(again(""), true, "{kind}");
        assert_eq!(again("-a p384"), false, "{kind}: another kind of key");
        sandbox.write("wrong", "another one\n");
        let refused = sandbox.fails(
            2,
            &format!("issue a.test --to {kind} --password-file wrong --if-needed"),
        );
        assert!(refused.contains("password"), "{refused}");
    }
    assert_eq!(
        sandbox.files(),
        ["a.test.jks", "a.test.p12", "password", "wrong"]
    );
}

#[test]
fn what_no_container_can_hold_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.write("password", "long enough\n");
    sandbox.run("csr a.test");
    for (words, told) in [
        (
            "issue --csr a.test.csr --to pkcs12 ",
            "the request's is not here",
        ),
        (
            "issue a.test --to pkcs12 --password-file password --key-file a.key",
            "--key-file names a file for it",
        ),
        ("issue a.test --to pkcs12", "there is no terminal"),
        ("issue a.test --compatible", "none is made"),
    ] {
        let error = sandbox.fails(2, words);
        assert!(error.contains(told), "{words}: {error}");
    }
    assert!(!sandbox.ca().exists());
}

#[cfg(unix)]
#[test]
fn a_mode_is_for_what_is_secret() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = Sandbox::new();
    sandbox.write("password", "long enough\n");
    let mode = |file: &str| {
        let there = std::fs::metadata(sandbox.path(file)).expect("it was written");
        there.permissions().mode() & 0o777
    };
    sandbox.run("issue a.test --mode 0440");
    sandbox.run("issue b.test --to pkcs12 --password-file password --mode 0640");
    assert_eq!(mode("a.test.key"), 0o440);
    assert_eq!(mode("b.test.p12"), 0o640);
    assert_eq!(mode("a.test.crt") & 0o200, 0o200, "it is nobody's secret");
    let refused = sandbox.fails(2, "issue c.test --mode 0644");
    assert!(
        refused.contains("lets everybody read a secret"),
        "{refused}"
    );
    let refused = sandbox.fails(2, "issue c.test --owner nobody-of-that-name");
    assert!(
        refused.contains("knows no") || refused.contains("only root"),
        "{refused}"
    );
    assert_eq!(
        sandbox.files(),
        ["a.test.crt", "a.test.key", "b.test.p12", "password"]
    );
}
