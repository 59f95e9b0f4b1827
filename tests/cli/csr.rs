//! `certwright csr` and `certwright issue --csr`

use crate::sandbox::Sandbox;

#[test]
fn a_request_is_made_and_signed() {
    let sandbox = Sandbox::new();
    sandbox.run("csr app.localhost ::1 --subject /O=Team --client");
    assert_eq!(sandbox.files(), ["app.localhost.csr", "app.localhost.key"]);
    let issued = sandbox.json("issue --csr app.localhost.csr");
    let warnings = issued["warnings"].to_string();
    assert!(warnings.contains("asks to be for a client"), "{warnings}");
    let shown = sandbox.json("inspect app.localhost.crt app.localhost.key");
    assert_eq!(shown["items"][0]["subject"]["text"], "O=Team");
    assert_eq!(shown["matches"][0]["with"][0], 0);
    let purposes = shown["items"][0]["extensions"].to_string();
    assert!(
        purposes.contains("server authentication") && !purposes.contains("client authentication")
    );
}

#[test]
fn a_request_that_asks_to_be_a_ca_gives_a_plain_leaf() {
    let sandbox = Sandbox::new();
    sandbox.write("evil.csr", include_str!("../fixtures/asks-for-ca.csr"));
    let asked = sandbox.json("inspect evil.csr")["items"][0].to_string();
    assert!(
        asked.contains("certificate signing") && asked.contains("code signing"),
        "{asked}"
    );
    sandbox.run("issue --csr evil.csr --cert-file evil.crt");
    let made = sandbox.json("inspect evil.crt")["items"][0].clone();
    assert_eq!(made["is_ca"], false);
    let made = made.to_string();
    assert!(
        !made.contains("certificate signing") && !made.contains("code signing"),
        "{made}"
    );
}

#[test]
fn a_request_with_a_wrong_signature_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.run("csr app.localhost");
    sandbox.run("convert app.localhost.csr --to der -o a.der");
    let mut der = std::fs::read(sandbox.path("a.der")).unwrap();
    let last = der.len() - 1;
    der[last] ^= 1;
    sandbox.write("forged.der", der);
    let error = sandbox.fails(2, "issue --csr forged.der");
    assert!(error.contains("is not signed by the key"), "{error}");
    assert!(!sandbox.ca().exists());
}

#[test]
fn what_is_no_request_is_named() {
    let sandbox = Sandbox::new();
    sandbox.run("key -o k.key");
    let error = sandbox.fails(2, "issue --csr k.key");
    assert!(
        error.contains("k.key: it holds a private key, and no certificate request"),
        "{error}"
    );
    let error = sandbox.fails(2, "csr a.test --key missing.key");
    assert!(error.contains("cannot read missing.key"), "{error}");
}
