//! `certwright fingerprint`

use crate::sandbox::Sandbox;

#[test]
fn digests_come_bare_or_with_their_file() {
    let sandbox = Sandbox::new();
    sandbox.run("issue localhost");
    assert_eq!(sandbox.run("fingerprint localhost.crt").lines().count(), 2);
    sandbox.run("self-signed a.test");
    let both = sandbox.run("fingerprint localhost.crt a.test.crt");
    assert!(
        both.lines().last().unwrap().ends_with("  a.test.crt"),
        "{both}"
    );
    for (digest, length) in [
        ("sha1", 40),
        ("sha256", 64),
        ("sha384", 96),
        ("sha512", 128),
    ] {
        assert_eq!(
            sandbox
                .run(&format!("fingerprint a.test.crt --digest {digest}"))
                .trim()
                .len(),
            length
        );
    }
    assert_eq!(
        sandbox
            .run("fingerprint a.test.crt --format colon")
            .trim()
            .len(),
        95
    );
}

#[test]
fn a_key_and_its_certificate_have_one_public_key() {
    let sandbox = Sandbox::new();
    sandbox.run("self-signed a.test");
    let of = |file: &str| sandbox.run(&format!("fingerprint --spki --format base64 {file}"));
    assert_eq!(of("a.test.crt"), of("a.test.key"));
    let error = sandbox.fails(2, "fingerprint a.test.key");
    assert!(error.contains("--spki"), "{error}");
}

#[test]
fn one_bad_file_does_not_hide_the_others() {
    let sandbox = Sandbox::new();
    sandbox.run("self-signed a.test");
    let output = sandbox
        .certwright("fingerprint missing.crt a.test.crt")
        .assert()
        .code(2)
        .get_output()
        .clone();
    assert!(String::from_utf8_lossy(&output.stdout).contains("a.test.crt"));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot read missing.crt"));
}
