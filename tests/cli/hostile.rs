//! Input made to do harm: bounded in memory and time, said to be what it is, never obeyed.

use std::time::{Duration, Instant};

use crate::sandbox::Sandbox;

/// Runs `inspect` on bytes, which must fail in time and say so in few words without control characters.
fn refused(contents: &[u8]) -> String {
    let sandbox = Sandbox::new();
    sandbox.write("file", contents);
    let start = Instant::now();
    let error = sandbox.fails(2, "inspect file");
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "it takes too long"
    );
    assert!(
        error.len() < 20_000 && !error.contains("panicked"),
        "{}",
        &error[..error.len().min(500)]
    );
    assert!(
        error.chars().all(|c| c == '\n' || !c.is_control()),
        "{error:?}"
    );
    error
}

#[test]
fn a_huge_file_is_not_read() {
    assert!(refused(&vec![b'0'; 100_000_000]).contains("has more than 64 MiB"));
}

#[test]
fn a_million_headers_end_after_a_few_faults() {
    let error = refused(&b"-----BEGIN CERTIFICATE-----\n".repeat(1_000_000));
    assert!(error.contains("the CERTIFICATE block of line 1: another block begins before it ends"));
    assert!(error.contains("20 faults, and the rest of the file is not read"));
}

#[test]
fn text_that_seems_to_carry_much_carries_nothing() {
    for part in [
        "MIIB",
        "MIIBAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
        "MIIBAAAAAAAAAAAAAAAAAAAAAAAA \\n\\n A: ",
        "LS0tLS1CRUdJTi",
        "\\n",
        "&#",
        "<a=\"",
        " -----BEGIN CERTIFICATE-----\\n",
        "x-----BEGIN CERTIFICATE-----AAAA-----END CERTIFICATE-----",
        "\"-----BEGIN ",
    ] {
        refused(part.repeat(10_000_000 / part.len()).as_bytes());
    }
}

#[test]
fn lengths_that_lie_are_found_out() {
    let error = refused(&[0x30, 0x84, 0x05, 0xf5, 0xe1, 0x00, 0x30]);
    assert!(
        error.contains("at byte 0 of the DER: an element of 100000000 bytes, of which 1 are there")
    );
}

#[test]
fn nonsense_is_called_so() {
    for contents in [
        &b""[..],
        b"hello",
        b"\x00\x01\x02",
        b"-----BEGIN CERTIFICATE-----\n\x1b[2J\n-----END CERTIFICATE-----\n",
    ] {
        refused(contents);
    }
}

#[test]
fn a_truncated_file_names_its_fault() {
    let sandbox = Sandbox::new();
    sandbox.run("self-signed a.test");
    sandbox.run("convert a.test.crt --to der -o whole.der");
    let whole = std::fs::read(sandbox.path("whole.der")).unwrap();
    for length in [1, 10, 100, whole.len() - 1] {
        assert!(refused(&whole[..length]).contains("at byte "));
    }
}

#[test]
fn names_cannot_move_the_cursor() {
    let sandbox = Sandbox::new();
    let mut command =
        sandbox.certwright("self-signed a.test --cert-file a.crt --key-file a.key --subject");
    command
        .arg("CN=a\u{1b}]0b\u{7}\u{202e}c")
        .assert()
        .success();
    let shown = sandbox.run("inspect a.crt")
        + &sandbox.run("inspect --json a.crt")
        + &sandbox.run("inspect --field subject a.crt");
    assert!(shown.contains("\\1B]0b\\07\\E2\\80\\AEc"), "{shown}");
    assert!(
        shown
            .chars()
            .all(|c| c == '\n' || (!c.is_control() && c != '\u{202e}'))
    );
}
