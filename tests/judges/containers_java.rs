//! Java's keystores of the kind JKS, there and back.

use std::fs;

use certwright::bundle::{Entry, jks};
use certwright::cert::Certificate;
use certwright::document::{Document, Kind};
use certwright::error::ErrorKind;
use certwright::key::{KeyForm, Password, PrivateKey};
use time::macros::datetime;

use super::ca_file;
use crate::sandbox::Sandbox;

const NOW: time::OffsetDateTime = datetime!(2026-11-21 12:00 UTC);

/// Java takes words of the command line for UTF-8 only where the locale says so.
fn keytool(sandbox: &Sandbox, words: &str) -> String {
    sandbox.other("env", &format!("LC_ALL=C.UTF-8 keytool {words}"))
}

fn password(text: &str) -> Password {
    Password::new(text)
}

fn read(sandbox: &Sandbox, file: &str, text: &str) -> Vec<Document> {
    let bytes = fs::read(sandbox.path(file)).unwrap();
    jks::decode(&bytes, Some(&password(text))).unwrap()
}

fn kinds(found: &[Document]) -> Vec<(Kind, &str)> {
    found
        .iter()
        .map(|document| (document.kind.clone(), document.alias.as_deref().unwrap()))
        .collect()
}

/// A key as OpenSSL takes it out of the PKCS #12 file that `keytool` makes of an entry.
fn key_by_keytool(sandbox: &Sandbox, store: &str, alias: &str, words: &str) -> String {
    let _ = fs::remove_file(sandbox.path("out.p12"));
    keytool(
        sandbox,
        &format!(
            "-importkeystore -noprompt -srckeystore {store} -srcstoretype JKS -srcalias {alias} -destkeystore out.p12 -deststoretype pkcs12 -deststorepass changeit {words}"
        ),
    );
    sandbox.other(
        "openssl",
        "pkcs12 -in out.p12 -passin pass:changeit -nodes -nocerts -out out.key",
    );
    // The alias stands before it, in no encoding of text.
    let key = fs::read(sandbox.path("out.key")).unwrap();
    let key = PrivateKey::from_bytes(&key, None).unwrap();
    key.to_pem(KeyForm::Pkcs8).unwrap().to_string()
}

#[test]
#[ignore = "needs keytool and openssl (Debian: openjdk-17-jdk-headless, openssl)"]
fn keytool_reads_ours() {
    for (algorithm, text) in [("p256", "changeit"), ("rsa2048", "pässwörd€\u{1f511}")] {
        let sandbox = Sandbox::new();
        sandbox.run(&format!("issue app.test -a {algorithm}"));
        let chain = Certificate::all_from_bytes(sandbox.text("app.test.crt").as_bytes()).unwrap();
        let root = fs::read(ca_file(&sandbox, "root.crt")).unwrap();
        let root = Certificate::all_from_bytes(&root).unwrap();
        let key = PrivateKey::from_bytes(sandbox.text("app.test.key").as_bytes(), None).unwrap();
        let entries = [
            Entry {
                alias: "Sérver",
                key: Some(&key),
                certificates: &chain,
            },
            Entry {
                alias: "the-root",
                key: None,
                certificates: &root,
            },
        ];
        let store = jks::encode(&entries, &password(text), NOW).unwrap();
        sandbox.write("ours.jks", &store[..]);
        let pass = format!("-keystore ours.jks -storetype JKS -storepass {text}");
        let listed = keytool(&sandbox, &format!("-list {pass}"));
        for part in [
            "Your keystore contains 2 entries",
            "sérver, Nov 21, 2026, PrivateKeyEntry",
            "the-root, Nov 21, 2026, trustedCertEntry",
        ] {
            assert!(listed.contains(part), "{listed}");
        }
        let certificates = keytool(&sandbox, &format!("-list -rfc {pass}"));
        for certificate in chain.iter().chain(&root) {
            let pem = certificate.to_pem();
            assert!(
                certificates.replace("\r\n", "\n").contains(&pem),
                "{certificates}"
            );
        }
        assert!(certificates.contains("Certificate chain length: 2"));
        assert_eq!(
            key_by_keytool(
                &sandbox,
                "ours.jks",
                "Sérver",
                &format!("-srcstorepass {text}")
            ),
            key.to_pem(KeyForm::Pkcs8).unwrap().to_string()
        );
    }
}

#[test]
#[ignore = "needs keytool and openssl (Debian: openjdk-17-jdk-headless, openssl)"]
fn ours_reads_what_keytool_writes() {
    for (algorithm, text) in [
        ("RSA -keysize 2048", "changeit"),
        ("EC -groupname secp384r1", "pässwörd"),
    ] {
        let sandbox = Sandbox::new();
        let store = format!("-keystore k.jks -storetype JKS -storepass {text}");
        let make = format!("-genkeypair {store} -keyalg {algorithm} -dname CN=app.test");
        keytool(&sandbox, &format!("{make} -alias Ünï -keypass {text}"));
        keytool(
            &sandbox,
            &format!("{make} -alias second -keypass of-its-own"),
        );
        sandbox.run("issue app.test");
        let root = ca_file(&sandbox, "root.crt");
        keytool(
            &sandbox,
            &format!(
                "-importcert -noprompt {store} -alias Trusted -file {}",
                root.display()
            ),
        );
        let found = read(&sandbox, "k.jks", text);
        let mut kinds = kinds(&found);
        kinds.sort_by_key(|(kind, alias)| (alias.to_string(), kind.to_string()));
        assert_eq!(
            kinds,
            [
                (Kind::Certificate, "second"),
                (Kind::EncryptedPrivateKey, "second"),
                (Kind::Certificate, "trusted"),
                (Kind::Certificate, "ünï"),
                (Kind::PrivateKey, "ünï"),
            ]
        );
        let opened = |kind, text: &str| {
            let document = found.iter().find(|document| document.kind == kind).unwrap();
            let key = PrivateKey::from_document(document, Some(&password(text))).unwrap();
            key.to_pem(KeyForm::Pkcs8).unwrap().to_string()
        };
        let pass = format!("-srcstorepass {text}");
        assert_eq!(
            opened(Kind::PrivateKey, ""),
            key_by_keytool(&sandbox, "k.jks", "Ünï", &pass)
        );
        assert_eq!(
            opened(Kind::EncryptedPrivateKey, "of-its-own"),
            key_by_keytool(
                &sandbox,
                "k.jks",
                "second",
                &format!("{pass} -srckeypass of-its-own -destkeypass changeit")
            )
        );
        let bytes = fs::read(sandbox.path("k.jks")).unwrap();
        let refused = jks::decode(&bytes, Some(&password("wrong one"))).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::WrongPassword);
    }
}

#[test]
#[ignore = "needs keytool (Debian: openjdk-17-jdk-headless)"]
fn a_chain_that_keytool_imports_keeps_its_order() {
    let sandbox = Sandbox::new();
    sandbox.run("issue app.test");
    let key = PrivateKey::from_bytes(sandbox.text("app.test.key").as_bytes(), None).unwrap();
    let chain = Certificate::all_from_bytes(sandbox.text("app.test.crt").as_bytes()).unwrap();
    let entries = [Entry {
        alias: "a",
        key: Some(&key),
        certificates: &chain,
    }];
    let store = jks::encode(&entries, &password("changeit"), NOW).unwrap();
    sandbox.write("ours.jks", &store[..]);
    keytool(
        &sandbox,
        "-importkeystore -noprompt -srckeystore ours.jks -srcstorepass changeit -destkeystore theirs.jks -deststoretype JKS -deststorepass changed-it",
    );
    let found = read(&sandbox, "theirs.jks", "changed-it");
    let ders: Vec<&[u8]> = found[1..]
        .iter()
        .map(|document| &document.der[..])
        .collect();
    assert_eq!(ders, chain.iter().map(Certificate::der).collect::<Vec<_>>());
}

#[test]
#[ignore = "needs keytool (Debian: openjdk-17-jdk-headless)"]
fn other_keystores_are_named_with_the_way_out() {
    let sandbox = Sandbox::new();
    keytool(
        &sandbox,
        "-genkeypair -keystore k.jceks -storetype JCEKS -storepass changeit -keyalg EC -dname CN=a -alias a",
    );
    let error = sandbox.fails(2, "inspect k.jceks");
    assert!(error.contains("it is a JCEKS keystore"), "{error}");
    let hint = error
        .split("keytool ")
        .nth(1)
        .unwrap()
        .lines()
        .next()
        .unwrap();
    let words = hint.replace("FILE", "k.jceks").replace("NEW", "new");
    keytool(
        &sandbox,
        &format!("{words} -srcstorepass changeit -deststorepass changeit"),
    );
    assert!(sandbox.path("new.p12").exists());
}
