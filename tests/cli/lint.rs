//! `certwright lint`

use std::collections::BTreeSet;

use serde_json::Value;

use crate::sandbox::Sandbox;

/// The errors and warnings that are found in files, by their rules.
fn breaches(sandbox: &Sandbox, files: &str) -> BTreeSet<String> {
    let answer = sandbox.json(&format!("lint {files}"));
    let items = answer["items"].as_array().unwrap();
    assert!(!items.is_empty());
    let findings = items
        .iter()
        .flat_map(|item| item["findings"].as_array().unwrap());
    let serious = findings.filter(|finding| finding["severity"] != "notice");
    serious
        .map(|finding| finding["rule"].as_str().unwrap().to_owned())
        .collect()
}

fn generation(sandbox: &Sandbox) -> String {
    let folder = sandbox.generation();
    let (root, intermediate) = (folder.join("root.crt"), folder.join("intermediate.crt"));
    format!("{} {}", root.display(), intermediate.display())
}

#[test]
fn what_is_made_here_passes() {
    for algorithm in ["p256", "p384", "p521", "ed25519", "rsa2048"] {
        let sandbox = Sandbox::new();
        sandbox.run(&format!("ca init -a {algorithm}"));
        sandbox.run(&format!(
            "issue localhost 127.0.0.1 ::1 *.app.localhost -a {algorithm}"
        ));
        sandbox.run(&format!("self-signed self.test -a {algorithm}"));
        let files = format!("localhost.crt self.test.crt {}", generation(&sandbox));
        // No browser takes Ed25519, and whoever asks for it is told so.
        let expected: &[&str] = if algorithm == "ed25519" {
            &["key-not-for-browsers"]
        } else {
            &[]
        };
        let found = breaches(&sandbox, &files);
        assert!(found.iter().eq(expected), "{algorithm}: {found:?}");
    }
}

#[test]
fn what_was_asked_for_against_advice_is_told() {
    let sandbox = Sandbox::new();
    for (words, file, rule) in [
        (
            "issue *.localhost",
            "_wildcard.localhost.crt",
            "wildcard-top-level",
        ),
        (
            "issue long.test --valid-for 10y",
            "long.test.crt",
            "life-beyond-apple",
        ),
        ("issue a_b.test", "a_b.test.crt", "dns-name-underscore"),
    ] {
        sandbox.run(words);
        let found = breaches(&sandbox, file);
        assert!(found.iter().eq([rule]), "{words}: {found:?}");
    }
    for words in [
        "issue c.test --client --server",
        "issue cn.test --cn",
        "issue subject.test --subject /C=DE/O=Example/CN=subject.test",
        "issue a@mail.localhost --cert-file mail.crt --key-file mail.key",
        "issue https://app.localhost/x --cert-file uri.crt --key-file uri.key",
    ] {
        sandbox.run(words);
    }
    let found = breaches(
        &sandbox,
        "c.test.crt cn.test.crt subject.test.crt mail.crt uri.crt",
    );
    assert!(found.is_empty(), "{found:?}");
    let soft = Sandbox::new();
    soft.run("ca init --constraints soft");
    let found = breaches(&soft, &generation(&soft));
    assert!(
        found.iter().eq(["name-constraints-not-critical"]),
        "{found:?}"
    );
}

#[test]
fn errors_are_an_answer_of_no() {
    let sandbox = Sandbox::new();
    sandbox.run("issue localhost");
    let whole = sandbox.run("lint localhost.crt --profile private");
    assert!(whole.contains("localhost.crt"), "{whole}");
    let told = sandbox
        .certwright("lint localhost.crt --profile public")
        .assert()
        .code(1)
        .get_output()
        .clone();
    let told = String::from_utf8(told.stdout).unwrap();
    assert!(
        told.contains("internal-name: the name \"localhost\" is not of the public DNS"),
        "{told}"
    );
    // The chain below has findings of its own.
    let leaf = told.split("localhost.crt, line").next().unwrap();
    let severities: Vec<_> = leaf
        .lines()
        .skip(1)
        .map(|line| line.split_whitespace().next().unwrap())
        .collect();
    assert!(
        severities.contains(&"warning") && severities.is_sorted(),
        "{leaf}"
    );
}

#[test]
fn what_is_no_certificate_is_passed_over_and_what_is_broken_is_an_error() {
    let sandbox = Sandbox::new();
    sandbox.run("self-signed a.test");
    let both = sandbox.text("a.test.crt") + &sandbox.text("a.test.key");
    sandbox.write("both.pem", both);
    let answer = sandbox.json("lint both.pem");
    assert_eq!(answer["items"].as_array().unwrap().len(), 1);
    assert_eq!(
        answer["warnings"][0],
        "both.pem: a private key in it is passed over"
    );
    let error = sandbox.fails(2, "lint a.test.key");
    assert!(
        error.contains("a.test.key: it holds no certificate"),
        "{error}"
    );
    sandbox.fails(2, "lint missing.crt a.test.crt");
    sandbox.run("convert a.test.crt --to der -o a.der");
    let mut der = std::fs::read(sandbox.path("a.der")).unwrap();
    let version = der
        .windows(5)
        .position(|field| field == [0xa0, 3, 2, 1, 2])
        .unwrap();
    der[version + 4] = 0;
    sandbox.write("old.der", &der);
    let output = sandbox
        .certwright("lint --json old.der")
        .assert()
        .code(1)
        .get_output()
        .clone();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rules: Vec<_> = answer["items"][0]["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| &finding["rule"])
        .collect();
    assert!(rules.contains(&&Value::from("version-not-3")), "{rules:?}");
    // The time's last octet is no letter of UTC any more: it cannot be decoded, and that is told.
    let time = der
        .windows(2)
        .position(|field| field == [0x17, 13])
        .unwrap();
    der[time + 14] = b'X';
    sandbox.write("broken.der", &der);
    let output = sandbox
        .certwright("lint --json broken.der")
        .assert()
        .code(1)
        .get_output()
        .clone();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let item = &answer["items"][0];
    assert_eq!(
        (&item["subject"], &item["findings"][0]["rule"]),
        (&Value::Null, &Value::from("certificate-malformed"))
    );
}

#[test]
fn the_rules_can_be_listed() {
    let sandbox = Sandbox::new();
    let all = sandbox.run("lint --rules");
    let private = sandbox.run("lint --rules --profile private");
    assert!(all.contains("error    serial-too-long") && private.contains("serial-too-long"));
    assert!(all.contains("since 2023-09-15, public CAs") && !private.contains("public CAs"));
    sandbox.fails(2, "lint");
    sandbox.fails(2, "lint --rules a.crt");
}
