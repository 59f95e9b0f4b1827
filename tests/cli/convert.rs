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
            "--encrypt is for --to pkcs8 and --to pem",
        ),
        (
            "convert localhost.crt --to pem --alias a",
            "--alias is for --to pkcs12 and --to jks",
        ),
        (
            "convert ed.key --to pkcs12",
            "ed.key: the input holds no certificate",
        ),
        (
            "convert ed.key localhost.crt --to pkcs12",
            "the private key (Ed25519) belongs to none of the 2 certificates",
        ),
        (
            "convert localhost.crt --to pkcs12",
            "there is no terminal to ask for the password of the container on",
        ),
        ("convert ed.key --to pkcs7", "ed.key holds no certificate"),
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

/// A certificate with its chain in disorder and its key, in one file; and a password.
fn mixed() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.run("issue a.test");
    sandbox.write("password", "long enough\n");
    let chain = sandbox.text("a.test.crt");
    let (leaf, issuer) = chain.split_at(chain.rfind("-----BEGIN").expect("two certificates"));
    let mixed = format!("{issuer}some words\n{}{leaf}", sandbox.text("a.test.key"));
    sandbox.write("mixed.pem", mixed);
    sandbox
}

#[cfg(unix)]
#[test]
fn containers_hold_a_key_and_its_chain_in_order() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = mixed();
    for kind in ["pkcs12", "pkcs12 --compatible", "jks"] {
        sandbox.run(&format!(
            "convert mixed.pem --to {kind} -o out --force --new-password-file password"
        ));
        let mode = std::fs::metadata(sandbox.path("out"))
            .unwrap()
            .permissions();
        assert_eq!(mode.mode() & 0o777, 0o600, "{kind}");
        let opened = sandbox.run("convert out --to pem --password-file password");
        sandbox.write("opened.pem", &opened);
        let told = sandbox.json("inspect out --password-file password");
        let of = |field: &str| -> Vec<&str> {
            let items = told["items"].as_array().unwrap().iter();
            items
                .map(|item| item[field].as_str().unwrap_or_default())
                .collect()
        };
        assert_eq!(of("kind").len(), 4, "{kind}: {told}");
        assert_eq!(of("kind")[0], "container");
        assert!(of("alias").contains(&"a.test"), "{kind}: {told}");
        assert!(opened.contains(&sandbox.text("a.test.key")), "{kind}");
        let certificates = opened.replace(&sandbox.text("a.test.key"), "");
        assert_eq!(certificates, sandbox.text("a.test.crt"), "{kind}");
        let refused = sandbox.fails(2, "convert out --to pem --password-file mixed.pem");
        assert!(refused.contains("password"), "{kind}: {refused}");
    }
}

#[test]
fn every_command_looks_into_containers() {
    let sandbox = mixed();
    let print = sandbox.run("fingerprint a.test.crt");
    let root = sandbox.generation().join("root.crt");
    let root = root.display();
    for kind in ["pkcs12", "jks", "pkcs7"] {
        let password = match kind {
            "pkcs7" => String::new(),
            _ => "--password-file password".to_owned(),
        };
        let new = password.replace("--", "--new-");
        sandbox.run(&format!(
            "convert mixed.pem --to {kind} -o out --force {new}"
        ));
        let mut ours: Vec<_> = sandbox
            .run(&format!("fingerprint out {password}"))
            .lines()
            .map(str::to_owned)
            .collect();
        let mut theirs: Vec<_> = print.lines().map(str::to_owned).collect();
        ours.sort();
        theirs.sort();
        assert_eq!(ours, theirs, "{kind}");
        sandbox.run(&format!(
            "verify out {password} --roots {root} --hostname a.test"
        ));
        sandbox.run(&format!("lint out {password}"));
        sandbox.run(&format!("inspect out {password} --good-for 1d"));
    }
}

#[test]
fn without_a_key_certificates_become_roots_to_trust() {
    let sandbox = mixed();
    let root = sandbox.generation().join("root.crt");
    for kind in ["pkcs12", "jks"] {
        sandbox.run(&format!(
            "convert {} --to {kind} --alias home -o trust --force --new-password-file password",
            root.display()
        ));
        let told = sandbox.json("inspect trust --password-file password");
        assert_eq!(told["items"][1]["alias"], "home", "{kind}");
        sandbox.run("verify a.test.crt --roots trust --password-file password --hostname a.test");
    }
}

#[test]
fn what_is_left_out_or_missing_is_said() {
    let sandbox = mixed();
    sandbox.run("self-signed other.test");
    let output = sandbox
        .certwright(
            "convert mixed.pem other.test.crt --to pkcs12 -o out --new-password-file password",
        )
        .assert()
        .success();
    let told = String::from_utf8_lossy(&output.get_output().stderr).into_owned();
    assert!(
        told.contains("other.test is left out: it is in no key's chain"),
        "{told}"
    );
    assert!(
        told.contains("ends without the certificate of CN=certwright root"),
        "{told}"
    );
    let output = sandbox
        .certwright("convert mixed.pem --to pkcs7 -o out.p7b")
        .assert()
        .success();
    let told = String::from_utf8_lossy(&output.get_output().stderr).into_owned();
    assert!(told.contains("the private key is left out"), "{told}");
    let kept = sandbox.run("convert out.p7b --to pem");
    let order = sandbox.text("mixed.pem");
    let at = |text: &str| order.find(text).expect("it was in the file");
    let blocks: Vec<&str> = kept
        .split_inclusive("-----END CERTIFICATE-----\n")
        .collect();
    assert_eq!(blocks.len(), 2);
    assert!(at(blocks[0]) < at(blocks[1]), "the order given is kept");
}

#[test]
fn keys_are_taken_out_encrypted_if_asked() {
    let sandbox = mixed();
    sandbox.run("convert mixed.pem --to jks -o store --new-password-file password");
    sandbox.write("other", "another one\n");
    sandbox.run("convert store --to pem --encrypt -o out --password-file password --new-password-file other");
    assert!(sandbox.text("out").contains("BEGIN ENCRYPTED PRIVATE KEY"));
    let key = sandbox.run("convert out --to pkcs8 --password-file other");
    assert_eq!(key, sandbox.text("a.test.key"));
}

#[test]
fn how_a_container_is_protected_is_told_without_its_password() {
    let sandbox = mixed();
    for (kind, code, encryption) in [
        ("pkcs12", "HMAC-SHA-256", "AES-256-CBC, PBKDF2 of"),
        (
            "pkcs12 --compatible",
            "HMAC-SHA-1",
            "3DES-CBC, PKCS #12's derivation",
        ),
    ] {
        sandbox.run(&format!(
            "convert mixed.pem --to {kind} -o out --force --new-password-file password"
        ));
        let run = sandbox.certwright("--json inspect out").assert().code(2);
        let told: serde_json::Value = serde_json::from_slice(&run.get_output().stdout).unwrap();
        let container = &told["items"][0];
        assert_eq!(container["format"], "PKCS #12");
        let says = |field: &serde_json::Value, word: &str| {
            field.as_str().is_some_and(|text| text.starts_with(word))
        };
        assert!(says(&container["code"], code), "{told}");
        assert!(says(&container["encryption"][0], encryption), "{told}");
    }
    sandbox.run("convert mixed.pem --to jks -o out --force --new-password-file password");
    let told = sandbox.json("inspect out");
    assert_eq!(told["items"][0]["format"], "JKS");
    assert_eq!(told["items"][1]["kind"], "locked-private-key");
}
