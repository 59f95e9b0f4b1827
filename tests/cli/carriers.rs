//! Certificates and keys in the files where they live, read as files of their own are.

use std::fs;

use data_encoding::BASE64;

use crate::sandbox::Sandbox;

/// A sandbox with a certificate for `app.test`, and the texts of its chain, its key and its root.
fn issued() -> (Sandbox, [String; 3]) {
    let sandbox = Sandbox::new();
    sandbox.run("issue app.test");
    let root = fs::read_to_string(sandbox.generation().join("root.crt")).unwrap();
    sandbox.write("root.crt", &root);
    let texts = [
        sandbox.text("app.test.crt"),
        sandbox.text("app.test.key"),
        root,
    ];
    (sandbox, texts)
}

fn coded(text: &str) -> String {
    BASE64.encode(text.as_bytes())
}

/// The base64 of the DER in a PEM block, in one line.
fn body(block: &str) -> String {
    let lines = block.lines().skip(1);
    lines.take_while(|line| !line.starts_with('-')).collect()
}

#[test]
fn a_secret_answers_as_its_files_do() {
    let (sandbox, [chain, key, root]) = issued();
    let secret = format!(
        "apiVersion: v1\nkind: Secret\ntype: kubernetes.io/tls\nmetadata:\n  name: app\ndata:\n  tls.crt: {}\n  \
         tls.key: {}\n",
        coded(&chain),
        coded(&key)
    );
    sandbox.write("secret.yaml", secret);
    sandbox.write(
        "config.yaml",
        format!("data:\n  ca.crt: {}\n", coded(&root)),
    );
    sandbox.run("verify secret.yaml --roots config.yaml --hostname app.test");
    let both = ["secret.yaml", "app.test.crt"];
    let [theirs, ours] = both.map(|file| sandbox.json(&format!("fingerprint {file}")));
    let digests = |found: &serde_json::Value| -> Vec<String> {
        let text = found.to_string();
        let parts = text.split('"').filter(|part| part.len() >= 64);
        parts.map(str::to_owned).collect()
    };
    assert!(!digests(&ours).is_empty());
    assert_eq!(digests(&theirs), digests(&ours));
    let inspected = sandbox.run("inspect secret.yaml");
    assert!(
        inspected.contains("line 7") && inspected.contains("line 8"),
        "{inspected}"
    );
    sandbox.run("lint secret.yaml");
}

#[test]
fn strings_of_json_and_env_files_are_read() {
    let (sandbox, [chain, key, _]) = issued();
    let escaped = |text: &str| text.replace('\n', "\\n");
    sandbox.write(
        "account.json",
        format!(
            "{{\"type\": \"service_account\", \"private_key\": \"{}\"}}",
            escaped(&key)
        ),
    );
    assert_eq!(sandbox.run("convert account.json --to pkcs8"), key);
    for (name, text) in [
        (
            "escaped.env",
            format!("TLS_CERT=\"{}\"\nPORT=1\n", escaped(&chain)),
        ),
        (
            "flat.env",
            format!("TLS_CERT='{}'\n", chain.replace('\n', " ")),
        ),
        ("lines.env", format!("TLS_CERT=\"{chain}\"\n")),
    ] {
        sandbox.write(name, text);
        sandbox.run(&format!(
            "verify {name} --roots root.crt --hostname app.test"
        ));
    }
}

#[test]
fn bare_base64_is_read() {
    let (sandbox, [chain, ..]) = issued();
    let leaf = body(&chain);
    let name = sandbox.run("fingerprint app.test.crt");
    for (file, text) in [
        ("bare.txt", leaf.clone()),
        (
            "metadata.xml",
            format!("<ds:X509Data><ds:X509Certificate>{leaf}</ds:X509Certificate></ds:X509Data>"),
        ),
        (
            "jwks.json",
            format!("{{\"keys\":[{{\"x5c\":[\"{leaf}\"]}}]}}"),
        ),
    ] {
        sandbox.write(file, text);
        let found = sandbox.run(&format!("fingerprint {file}"));
        let digest = found.split_whitespace().find(|word| word.len() >= 64);
        assert!(
            digest.is_some_and(|digest| name.contains(digest)),
            "{found} {name}"
        );
    }
}

#[test]
fn what_is_damaged_is_told_with_its_place() {
    let (sandbox, [chain, ..]) = issued();
    let leaf = body(&chain);
    sandbox.write(
        "secret.yaml",
        format!(
            "kind: Secret\ndata:\n  tls.crt: {}\n",
            &leaf[..leaf.len() / 2]
        ),
    );
    let error = sandbox.fails(2, "inspect secret.yaml");
    assert!(
        error.contains("secret.yaml: line 3, tls.crt: at byte 0 of the DER"),
        "{error}"
    );
    sandbox.write("other.yaml", "kind: Secret\ndata:\n  token: c2VjcmV0\n");
    let error = sandbox.fails(2, "inspect other.yaml");
    assert!(
        error.contains("other.yaml: it is neither PEM nor DER"),
        "{error}"
    );
    assert!(error.contains("base64"), "{error}");
}

#[test]
fn a_locked_container_hides_nothing_beside_it() {
    let sandbox = Sandbox::new();
    sandbox.write("pw", "long enough\n");
    sandbox.run("issue a.test");
    sandbox.run("convert a.test.crt a.test.key -o a.p12 --new-password-file pw");
    let store = data_encoding::BASE64.encode(&std::fs::read(sandbox.path("a.p12")).unwrap());
    let chain = data_encoding::BASE64.encode(sandbox.text("a.test.crt").as_bytes());
    let secret = format!("kind: Secret\ndata:\n  keystore.p12: {store}\n  tls.crt: {chain}\n");
    sandbox.write("secret.yaml", secret);
    let run = sandbox
        .certwright("--json inspect secret.yaml")
        .assert()
        .code(2);
    let told: serde_json::Value = serde_json::from_slice(&run.get_output().stdout).unwrap();
    let kinds: Vec<_> = told["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["kind"])
        .collect();
    assert!(
        kinds.iter().filter(|kind| **kind == "certificate").count() == 2,
        "{told}"
    );
    let error = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
    assert!(
        error.contains("line 3, keystore.p12: the PKCS #12 file is encrypted"),
        "{error}"
    );
    let opened = sandbox.json("inspect secret.yaml --password-file pw");
    let certificates = opened["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["kind"] == "certificate");
    assert_eq!(certificates.count(), 4);
}
