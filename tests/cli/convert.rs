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
    assert!(!told.contains("stands alone"), "{told}");
    sandbox.run("csr c.test --csr-file a.csr");
    let output = sandbox
        .certwright("convert mixed.pem a.csr --to pkcs7 -o out.p7b")
        .assert()
        .success();
    let told = String::from_utf8_lossy(&output.get_output().stderr).into_owned();
    assert!(told.contains("the private key is left out"), "{told}");
    assert!(
        told.contains("the certificate request is left out"),
        "{told}"
    );
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
fn what_is_trusted_and_nothing_else_stays_that() {
    let sandbox = mixed();
    let root = sandbox.generation().join("root.crt");
    let root = std::fs::read_to_string(root).expect("the root");
    sandbox.run("self-signed other.test");
    sandbox.write("chain.pem", sandbox.text("a.test.crt") + &root);
    sandbox.write("root.pem", &root);
    let to = "-o out --force --new-password-file password";
    sandbox.run(&format!("convert root.pem --to jks --alias home {to}"));
    // Its root is in the chain, and trusted under a name of its own beside.
    sandbox.run(
        "convert out --to pkcs12 -o home.p12 --password-file password --new-password-file password",
    );
    for kind in ["jks", "pkcs12"] {
        sandbox.run(&format!(
            "convert chain.pem a.test.key home.p12 other.test.crt --to {kind} --password-file password {to}"
        ));
        for again in ["jks", "pkcs12"] {
            sandbox.run(&format!(
                "convert out --to {again} -o again --force --password-file password --new-password-file password"
            ));
            let told = sandbox.json("inspect again --password-file password");
            let items = told["items"].as_array().expect("items").iter();
            let names: Vec<_> = items.filter_map(|item| item["alias"].as_str()).collect();
            assert_eq!(
                names.iter().filter(|name| **name == "home").count(),
                1,
                "{kind} {again}: {told}"
            );
            let prints = sandbox.run("fingerprint again --password-file password");
            let other = sandbox.run("fingerprint other.test.crt");
            assert!(!prints.contains(other.trim()), "{kind} {again}");
        }
    }
}

#[test]
fn each_key_keeps_the_certificate_that_stands_beside_it() {
    let sandbox = mixed();
    let password = "--password-file password";
    for name in ["old", "new"] {
        sandbox.run(&format!(
            "self-signed {name}.test --key a.test.key --cert-file {name}.crt"
        ));
        sandbox.run(&format!(
            "convert a.test.key {name}.crt --to jks -o {name}.jks --new-password-file password"
        ));
    }
    for kind in ["jks", "pkcs12"] {
        sandbox.run(&format!(
            "convert old.jks new.jks --to {kind} -o out --force {password} --new-password-file password"
        ));
        let prints = |file: &str| sandbox.run(&format!("fingerprint {file} {password}"));
        assert_eq!(
            prints("out"),
            prints("old.crt") + &prints("new.crt"),
            "{kind}"
        );
    }
}

#[test]
fn options_that_do_nothing_are_refused() {
    let sandbox = mixed();
    for (words, told) in [
        (
            "convert a.test.crt --to pem --der",
            "--der is for keys and --to pkcs7",
        ),
        (
            "convert a.test.key --to pkcs8 --mode 0640",
            "--owner, --group and --mode are for files, and none is written",
        ),
    ] {
        let error = sandbox.fails(2, words);
        assert!(error.contains(told), "{error}");
    }
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

#[test]
fn the_outputs_name_says_the_form() {
    let sandbox = mixed();
    for (name, kind) in [
        ("a.p12", "PKCS #12"),
        ("a.PFX", "PKCS #12"),
        ("a.jks", "JKS"),
    ] {
        sandbox.run(&format!(
            "convert mixed.pem -o {name} --new-password-file password"
        ));
        let told = sandbox.json(&format!("inspect {name} --password-file password"));
        assert_eq!(told["items"][0]["format"], kind, "{name}");
    }
    sandbox.run("convert mixed.pem -o a.p7b");
    sandbox.run("convert mixed.pem --to P12 -o b --new-password-file password");
    let error = sandbox.fails(2, "convert mixed.pem -o a.txt");
    assert!(error.contains("does not say its form"), "{error}");
    let error = sandbox.fails(2, "issue b.test --cert-file b.pfx");
    assert!(error.contains("say --to pkcs12"), "{error}");
}

#[test]
fn a_forgotten_key_is_told() {
    let sandbox = mixed();
    let note = |words: &str| {
        let words =
            format!("convert {words} --to pkcs12 -o out --force --new-password-file password");
        let run = sandbox.certwright(&words).assert().success();
        String::from_utf8_lossy(&run.get_output().stderr).into_owned()
    };
    assert!(note("a.test.crt").contains("no private key is given"));
    let root = sandbox.generation().join("root.crt").display().to_string();
    assert_eq!(note(&root), "");
}

#[test]
fn keys_and_cas_are_taken_out_of_containers_wherever_they_are_asked_for() {
    let sandbox = mixed();
    sandbox.run("convert mixed.pem -o a.p12 --new-password-file password");
    sandbox.run("issue b.test --key a.p12 --password-file password");
    sandbox.run("csr c.test --key a.p12 --password-file password");
    let pins = sandbox.run("inspect --field pin a.test.key b.test.crt c.test.csr");
    let pins: std::collections::HashSet<&str> = pins.lines().collect();
    assert_eq!(pins.len(), 2, "the key, and the intermediate's");
    sandbox.run("self-signed --ca --subject CN=other --to pkcs12 --password-file password");
    sandbox.run(
        "--home elsewhere ca import --cert other.p12 --key other.p12 --password-file password",
    );
    let told = sandbox.json("--home elsewhere ca show");
    assert_eq!(told["generations"].as_array().map(Vec::len), Some(1));
}

#[test]
fn what_a_key_cannot_do_without_is_told() {
    let sandbox = mixed();
    let convert = |words: &str| {
        let words =
            format!("convert {words} --to pkcs12 -o out --force --new-password-file password");
        let run = sandbox.certwright(&words).assert().success();
        String::from_utf8_lossy(&run.get_output().stderr).into_owned()
    };
    let chain = sandbox.text("a.test.crt");
    let (leaf, _) = chain.split_at(chain.rfind("-----BEGIN").expect("two certificates"));
    sandbox.write("alone.pem", leaf);
    let told = convert("alone.pem a.test.key");
    assert!(told.contains("a.test stands alone"), "{told}");
    sandbox.write("password", "pässwörd\n");
    let told = convert("mixed.pem");
    assert!(
        told.contains("Java opens PKCS #12 by passwords of ASCII"),
        "{told}"
    );
    sandbox.run("issue b.test");
    let error = sandbox.fails(
        2,
        "convert mixed.pem b.test.crt b.test.key --to jks --alias one -o two --new-password-file password",
    );
    assert!(
        error.contains("--alias names one key, and the input holds 2"),
        "{error}"
    );
}

#[test]
fn of_several_keys_none_is_taken_for_the_one_that_is_meant() {
    let sandbox = mixed();
    sandbox.run("issue b.test");
    sandbox.run(
        "convert mixed.pem b.test.crt b.test.key --to jks -o two --new-password-file password",
    );
    for words in [
        "csr c.test --key two --password-file password",
        "export nginx two --password-file password",
    ] {
        let error = sandbox.fails(2, words);
        assert!(
            error.contains("two: it holds 2 private keys, and one is wanted"),
            "{words}: {error}"
        );
    }
    sandbox.run(
        "convert two --to pkcs12 -o both --password-file password --new-password-file password",
    );
    let told = sandbox.json("inspect both --password-file password");
    let keys = told["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["kind"] == "private-key");
    assert_eq!(keys.count(), 2);
}
