//! `certwright inspect`

use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::contains;

use crate::sandbox::Sandbox;

#[test]
fn the_facts_are_shown() {
    let sandbox = Sandbox::new();
    sandbox.run("issue localhost 127.0.0.1 --at 2026-11-21T12:00:00Z");
    sandbox
        .certwright("inspect localhost.crt localhost.key --at 2026-11-22T12:00:00Z")
        .assert()
        .success()
        .stdout(
            contains("names       localhost, 127.0.0.1")
                .and(contains("until       2029-02-18T11:49:59Z  818 days left"))
                .and(contains("key         ECDSA P-256"))
                .and(contains("extended key usage\n    server authentication"))
                .and(contains(
                    "the key of localhost.key belongs to localhost.crt",
                )),
        );
}

#[test]
fn colour_is_for_terminals_and_who_asks() {
    let sandbox = Sandbox::new();
    sandbox.run("self-signed a.test");
    assert!(!sandbox.run("inspect a.test.crt").contains('\u{1b}'));
    assert!(
        sandbox
            .run("--color always inspect a.test.crt")
            .contains("\u{1b}[1m")
    );
}

#[test]
fn a_key_that_does_not_belong_is_said_not_to() {
    let sandbox = Sandbox::new();
    sandbox.run("self-signed a.test");
    sandbox.run("key -o other.key");
    assert!(
        sandbox
            .run("inspect a.test.crt other.key")
            .contains("does not belong to a.test.crt")
    );
}

#[test]
fn bare_values_are_for_scripts() {
    let sandbox = Sandbox::new();
    sandbox.run("self-signed a.test b.test --at 2026-11-21");
    let field = |name: &str| {
        sandbox.run(&format!(
            "inspect a.test.crt --field {name} --at 2026-11-21"
        ))
    };
    assert_eq!(field("names"), "a.test\nb.test\n");
    assert_eq!(field("days-left"), "364\n");
    assert_eq!(field("kind"), "certificate\n");
    sandbox.fails(2, "inspect a.test.crt --field nonsense");
    sandbox.fails(2, "inspect a.test.key --field issuer");
}

#[test]
fn the_exit_code_answers_how_long_it_is_good() {
    let sandbox = Sandbox::new();
    sandbox.run("self-signed a.test --days 30 --at 2026-11-01");
    let good = |words: &str| {
        sandbox
            .certwright(&format!("inspect --short a.test.crt {words}"))
            .assert()
    };
    good("--good-for 10d --at 2026-11-02").code(0);
    good("--good-for 30d --at 2026-11-02")
        .code(1)
        .stderr(contains("ends on 2026-11-30"));
    good("--good-for 1h --at 2027-01-01")
        .code(1)
        .stderr(contains("is expired"));
}

#[test]
fn files_are_told_by_their_content() {
    let sandbox = Sandbox::new();
    sandbox.run("csr a.test");
    sandbox.run("convert a.test.csr --to der -o picture.png");
    assert!(
        sandbox
            .run("inspect --short picture.png")
            .starts_with("request for a.test")
    );
    let piped = sandbox
        .certwright("inspect --short -")
        .write_stdin(sandbox.text("a.test.key"))
        .assert()
        .success();
    assert_eq!(piped.get_output().stdout, b"private key  ECDSA P-256\n");
}

#[test]
fn an_encrypted_key_says_how_and_opens_with_its_password() {
    let sandbox = Sandbox::new();
    sandbox.write("password", "x");
    sandbox.run("key --encrypt --password-file password -o k.key");
    assert!(
        sandbox
            .run("inspect k.key")
            .contains("PBKDF2 of 600000 iterations")
    );
    assert!(
        sandbox
            .run("inspect k.key --password-file password")
            .contains("PKCS #8, encrypted")
    );
}

#[test]
fn a_folder_is_not_a_file() {
    let sandbox = Sandbox::new();
    assert!(sandbox.fails(2, "inspect .").contains("is a folder"));
}
