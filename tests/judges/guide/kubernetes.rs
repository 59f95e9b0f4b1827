//! Kubernetes: no cluster is here, so kubectl makes its objects without one, the resources are held against
//! cert-manager's types and schemas, and openssl issues in its place.

use std::os::unix::fs::symlink;

use serde_json::Value;

use super::strings;
use crate::guide::{Proof, Shell, block, in_place};
use crate::judges::python;
use crate::sandbox::Sandbox;

/// Which test is for which block.
pub const PROOFS: &[Proof] = &[
    ("kubernetes", a_namespace_gets_a_ca_that_its_clients_accept),
    ("shop.yaml", a_namespace_gets_a_ca_that_its_clients_accept),
];

/// Makes no object: writes it down, and whatever else is asked for.
const KUBECTL: &str = r#"#!/bin/sh -eu
case $* in
*create*) PATH=${PATH#*:} kubectl "$@" --dry-run=client --output json >> created ;;
*) echo "$*" >> kubectl.log ;;
esac
"#;

#[test]
#[ignore = "needs kubectl, openssl, deno, and cert-manager's types (Debian: kubernetes-client openssl; npm: deno @kubernetes-models/cert-manager; PyPI: PyYAML)"]
fn a_namespace_gets_a_ca_that_its_clients_accept() {
    let sandbox = Sandbox::new();
    let shell = Shell::with_certwright(&sandbox, &["sh", "-e"]);
    shell.stand_in("kubectl", KUBECTL);
    shell.run(&block("kubernetes"));
    let applied = "--namespace shop apply --filename shop.yaml\n";
    assert_eq!(sandbox.text("kubectl.log"), applied);
    let made = sandbox.text("created");
    let made: Vec<Value> = serde_json::Deserializer::from_str(&made)
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let [_, secret, map] = made.as_slice() else {
        panic!("{made:?}");
    };
    assert_eq!(secret["metadata"]["namespace"], "shop");
    assert_eq!(map["metadata"]["namespace"], "shop");

    let program =
        "import json, yaml; print(json.dumps(list(yaml.safe_load_all(open('shop.yaml')))))";
    sandbox.write("shop.yaml", block("shop.yaml"));
    sandbox.write("read.py", program);
    let objects: Value = serde_json::from_str(&sandbox.other(&python(), "read.py")).unwrap();
    let (issuer, certificate) = (&objects[0], &objects[1]);
    allowed_by_cert_manager(&sandbox, issuer, certificate);
    assert_eq!(
        issuer["spec"]["ca"]["secretName"],
        secret["metadata"]["name"]
    );
    let by = &certificate["spec"]["issuerRef"];
    assert_eq!(
        (&by["kind"], &by["name"]),
        (&issuer["kind"], &issuer["metadata"]["name"])
    );

    for (name, entry) in [("ca.crt", "tls.crt"), ("ca.key", "tls.key")] {
        let data = secret["data"][entry].as_str().unwrap();
        sandbox.write(name, data_encoding::BASE64.decode(data.as_bytes()).unwrap());
    }
    sandbox.write("root.crt", map["data"]["ca.crt"].as_str().unwrap());
    let names = strings(&certificate["spec"]["dnsNames"]);
    issue_as_cert_manager(&sandbox, &names);
    for name in names {
        sandbox.run(&format!(
            "verify web.crt --hostname {name} --roots root.crt"
        ));
    }
}

/// The objects have the types of their kinds, which know no other fields, and the values of their schemas.
fn allowed_by_cert_manager(sandbox: &Sandbox, issuer: &Value, certificate: &Value) {
    let path = std::env::var_os("PATH").unwrap();
    let package = "@kubernetes-models/cert-manager";
    let mut folders =
        std::env::split_paths(&path).filter_map(|folder| Some(folder.parent()?.to_owned()));
    let modules = folders
        .find(|folder| folder.join(package).exists())
        .expect(package);
    symlink(modules, sandbox.path("node_modules")).unwrap();
    sandbox.write(
        "package.json",
        format!(r#"{{"dependencies": {{"{package}": "*"}}}}"#),
    );
    let right = format!(
        "import {{ Issuer, type IIssuer, Certificate, type ICertificate }} from '{package}/cert-manager.io/v1';\n\
         const issuer: IIssuer = {issuer};\nnew Issuer(issuer).validate();\n\
         const certificate: ICertificate = {certificate};\nnew Certificate(certificate).validate();\n"
    );
    let outcome = |program: &str| {
        sandbox.write("objects.ts", program);
        sandbox.other_output("deno", "run --quiet --check objects.ts")
    };
    let told = outcome(&right);
    assert!(
        told.status.success(),
        "{}",
        String::from_utf8_lossy(&told.stderr)
    );
    for (word, other) in [("secretName", "secret"), ("Always", "always")] {
        let told = outcome(&in_place(&right, &[(word, other)]));
        assert!(!told.status.success(), "{other} is noticed");
    }
}

/// Issues `web.crt` by `ca.crt` and `ca.key`, the chain after it without the root.
fn issue_as_cert_manager(sandbox: &Sandbox, names: &[&str]) {
    let names: Vec<String> = names.iter().map(|name| format!("DNS:{name}")).collect();
    let extensions = format!(
        "subjectAltName=critical,{}\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n\
         basicConstraints=critical,CA:FALSE\nauthorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n",
        names.join(",")
    );
    sandbox.write("extensions", extensions);
    sandbox.other(
        "openssl",
        "req -new -newkey rsa:2048 -nodes -keyout web.key -subj / -out web.csr",
    );
    sandbox.other(
        "openssl",
        "x509 -req -in web.csr -CA ca.crt -CAkey ca.key -days 90 -extfile extensions -out leaf.crt",
    );
    let chain = sandbox.text("ca.crt");
    let intermediate = chain
        .split_inclusive("-----END CERTIFICATE-----\n")
        .next()
        .unwrap();
    sandbox.write("web.crt", sandbox.text("leaf.crt") + intermediate);
}
