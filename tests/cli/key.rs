//! `certwright key`

use crate::sandbox::Sandbox;

#[test]
fn every_kind_is_made() {
    let sandbox = Sandbox::new();
    for (kind, shown) in [
        ("p256", "ECDSA P-256"),
        ("P-384", "ECDSA P-384"),
        ("secp521r1", "ECDSA P-521"),
        ("ed25519", "Ed25519"),
        ("rsa:2048", "RSA 2048"),
    ] {
        sandbox.run(&format!("key -a {kind} -o k.key --force"));
        assert_eq!(sandbox.run("inspect k.key --field key").trim(), shown);
    }
    assert!(
        sandbox
            .fails(2, "key -a rsa1024")
            .contains("take one of p256")
    );
}

#[test]
fn a_key_goes_to_standard_output_unless_told() {
    let sandbox = Sandbox::new();
    assert!(
        sandbox
            .run("key")
            .starts_with("-----BEGIN PRIVATE KEY-----\n")
    );
    assert!(
        sandbox
            .run("key -o -")
            .starts_with("-----BEGIN PRIVATE KEY-----\n")
    );
    assert!(sandbox.files().is_empty());
}

#[test]
fn passwords_come_from_a_file_or_standard_input() {
    let sandbox = Sandbox::new();
    sandbox.write("password", "geheim\r\n");
    sandbox.run("key --encrypt --password-file password -o k.key");
    assert!(
        sandbox
            .text("k.key")
            .starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----")
    );
    let opened = sandbox
        .certwright("convert k.key --to pkcs8 --password-file -")
        .write_stdin("geheim\n")
        .assert()
        .success();
    assert!(
        opened
            .get_output()
            .stdout
            .starts_with(b"-----BEGIN PRIVATE KEY-----")
    );
    let error = sandbox.fails(2, "key --encrypt");
    assert!(error.contains("no terminal"), "{error}");
    assert!(
        sandbox
            .fails(2, "self-signed a.test --password-file password")
            .contains("--encrypt")
    );
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_replaced_by_a_file() {
    let sandbox = Sandbox::new();
    sandbox.other("mkfifo", "pipe");
    for words in ["key -o pipe", "key -o pipe --force"] {
        let error = sandbox.fails(2, words);
        assert!(
            error.contains("pipe is a pipe, and only plain files are replaced"),
            "{error}"
        );
        assert!(error.contains("standard output with -o -"), "{error}");
    }
    assert_eq!(sandbox.files(), ["pipe"]);
}
