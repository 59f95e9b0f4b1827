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
    sandbox
        .certwright("inspect a.test.crt other.key")
        .assert()
        .code(1)
        .stdout(contains(
            "the key of other.key belongs to none of the certificates",
        ));
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

#[test]
fn what_is_no_certificate_is_not_good_for_long() {
    let sandbox = Sandbox::new();
    sandbox.run("key -o a.key");
    sandbox.fails(2, "inspect --good-for 30d a.key");
}

#[test]
fn a_byte_order_mark_hides_no_certificate() {
    let sandbox = Sandbox::new();
    sandbox.run("self-signed a.test --days 2");
    let text = format!("\u{feff}{}", sandbox.text("a.test.crt"));
    sandbox.write("marked.crt", &text);
    sandbox.fails(1, "inspect --good-for 30d marked.crt");
}

#[cfg(unix)]
#[test]
fn the_name_of_a_file_cannot_move_the_cursor() {
    let sandbox = Sandbox::new();
    sandbox.run("self-signed a.test");
    let hostile = sandbox.path("a\u{1b}[2Jb.crt");
    std::fs::copy(sandbox.path("a.test.crt"), hostile).unwrap();
    for words in [
        "inspect",
        "inspect --short a.test.crt",
        "fingerprint a.test.crt",
    ] {
        let shown = sandbox
            .certwright(words)
            .arg("a\u{1b}[2Jb.crt")
            .output()
            .unwrap();
        let shown = String::from_utf8(shown.stdout).unwrap();
        assert!(shown.contains("a\\u{1b}[2Jb.crt"), "{shown}");
        assert!(!shown.contains('\u{1b}'));
    }
}

#[cfg(unix)]
#[test]
fn a_file_name_that_is_no_text_is_no_panic() {
    use std::os::unix::ffi::OsStrExt as _;
    let sandbox = Sandbox::new();
    sandbox
        .certwright("key --json")
        .arg("-o")
        .arg(std::ffi::OsStr::from_bytes(b"\xff.key"))
        .assert()
        .success();
}
