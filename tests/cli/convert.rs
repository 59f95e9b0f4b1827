//! `certwright convert`

use crate::sandbox::Sandbox;

#[test]
fn there_and_back_is_the_same() {
    let sandbox = Sandbox::new();
    sandbox.run("self-signed a.test");
    for file in ["a.test.crt", "a.test.key"] {
        sandbox.run(&format!("convert {file} --to der -o x.der --force"));
        sandbox.run("convert x.der --to pem -o x.pem --force");
        assert_eq!(sandbox.text("x.pem"), sandbox.text(file));
    }
    sandbox.run("convert a.test.key --to sec1 -o s.key");
    sandbox.run("convert s.key --to pkcs8 -o p.key");
    assert_eq!(sandbox.text("p.key"), sandbox.text("a.test.key"));
}

#[cfg(unix)]
#[test]
fn converted_keys_are_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = Sandbox::new();
    sandbox.run("key -o k.key");
    for (to, mode) in [("sec1", 0o600), ("der", 0o600), ("pem", 0o600)] {
        sandbox.run(&format!("convert k.key --to {to} -o out --force"));
        let found = std::fs::metadata(sandbox.path("out"))
            .unwrap()
            .permissions()
            .mode()
            & 0o777;
        assert_eq!(found, mode, "{to}");
    }
}

#[test]
fn what_cannot_be_is_refused_with_both_sides() {
    let sandbox = Sandbox::new();
    sandbox.run("key -a ed25519 -o ed.key");
    sandbox.run("issue localhost");
    for (words, told) in [
        (
            "convert ed.key --to sec1",
            "the key is Ed25519, and SEC 1 holds elliptic curve keys only",
        ),
        ("convert ed.key --to pkcs1", "PKCS #1 holds RSA keys only"),
        (
            "convert localhost.crt --to der",
            "DER holds one thing, and the input holds 2",
        ),
        (
            "convert localhost.crt --to pkcs8",
            "one private key is wanted, and localhost.crt holds none",
        ),
        (
            "convert ed.key --to sec1 --encrypt",
            "only PKCS #8 is encrypted",
        ),
    ] {
        let error = sandbox.fails(2, words);
        assert!(error.contains(told), "{words}: {error}");
    }
}

#[test]
fn a_public_key_is_taken_from_anything_that_has_one() {
    let sandbox = Sandbox::new();
    sandbox.run("csr a.test");
    let public = sandbox.run("convert a.test.key --to public");
    assert!(public.starts_with("-----BEGIN PUBLIC KEY-----"));
    assert_eq!(sandbox.run("convert a.test.csr --to public"), public);
}
