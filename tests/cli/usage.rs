//! The command line itself.

use crate::sandbox::Sandbox;

#[test]
fn other_tools_words_are_answered() {
    let sandbox = Sandbox::new();
    for (words, hint) in [
        (
            "req -x509 -nodes -newkey rsa:2048",
            "certwright self-signed NAME",
        ),
        ("x509 -in a.crt -text", "certwright inspect FILE"),
        ("genrsa 2048", "certwright key -a rsa2048"),
        ("-ecdsa localhost", "certwright issue NAME"),
        ("app.localhost", "certwright issue app.localhost"),
    ] {
        let error = sandbox.fails(2, words);
        assert!(error.contains(hint), "{words}: {error}");
    }
}

#[test]
fn help_and_version_are_answers() {
    let sandbox = Sandbox::new();
    assert!(sandbox.run("--version").starts_with("certwright 0."));
    assert!(sandbox.run("--help").contains("Exit codes"));
    assert!(sandbox.run("issue --help").contains("--if-needed"));
}

#[test]
fn a_closed_pipe_ends_quietly() {
    use std::process::{Command, Stdio};
    let mut child = Command::new(env!("CARGO_BIN_EXE_certwright"))
        .args(["completions", "bash"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn standard_input_is_read_once() {
    let sandbox = Sandbox::new();
    let error = sandbox.fails(2, "csr a.test --key - --password-file -");
    assert!(error.contains("standard input can be read once"), "{error}");
}

#[test]
fn errors_are_sentences_in_lower_case() {
    let sandbox = Sandbox::new();
    for words in [
        "inspect missing.crt",
        "ca show",
        "issue a..b",
        "convert missing --to pem",
        "csr",
    ] {
        let error = sandbox.fails(2, words);
        let sentence = error
            .strip_prefix("error: ")
            .unwrap()
            .lines()
            .next()
            .unwrap();
        assert!(
            !sentence.ends_with('.') && !sentence.starts_with(char::is_uppercase),
            "{sentence}"
        );
    }
}
