//! Kubernetes, cert-manager and trust-manager: no cluster is here, so manifests are held against the schemas of
//! the API and of the custom resources. Their types, which Deno checks, know no other fields; their validators
//! look at the values.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Output;

use data_encoding::BASE64;
use serde_json::Value;

use super::{Deployed, NASTY, from_yaml, said};
use crate::sandbox::Sandbox;

/// Where the types of a kind lie in the packages.
fn module(kind: &str) -> &'static str {
    match kind {
        "Bundle" => "@kubernetes-models/cert-manager/trust.cert-manager.io/v1alpha1/Bundle",
        "Certificate" => "@kubernetes-models/cert-manager/cert-manager.io/v1/Certificate",
        "ClusterIssuer" => "@kubernetes-models/cert-manager/cert-manager.io/v1/ClusterIssuer",
        "ConfigMap" => "kubernetes-models/v1/ConfigMap",
        "Ingress" => "kubernetes-models/networking.k8s.io/v1/Ingress",
        "Secret" => "kubernetes-models/v1/Secret",
        other => panic!("{other}"),
    }
}

/// A program that holds objects against the types and validators of their kinds.
fn program(objects: &[Value]) -> String {
    let each = objects.iter().enumerate().map(|(at, object)| {
        let kind = object["kind"].as_str().expect("a kind");
        let module = module(kind);
        format!(
            "import {{ {kind} as Kind{at}, type I{kind} as Type{at} }} from \"{module}\";\nconst it{at}: Type{at} = {object};\nnew Kind{at}(it{at}).validate();\n"
        )
    });
    each.collect()
}

/// Has Deno work on programs of a name each.
fn deno(sandbox: &Sandbox, words: &str, programs: &[(String, String)]) -> Output {
    let modules = sandbox.path("node_modules");
    if !modules.exists() {
        symlink(super::node_modules("kubernetes-models"), &modules).expect("a link can be made");
        let wanted = r#"{"dependencies": {"@kubernetes-models/cert-manager": "*", "kubernetes-models": "*"}}"#;
        sandbox.write("package.json", wanted);
    }
    let mut words = words.to_owned();
    for (name, text) in programs {
        sandbox.write(name, text);
        words.push_str(&format!(" {name}"));
    }
    sandbox.other_output("deno", &words)
}

/// The objects of all manifests, in the order of the files.
fn objects(deployed: &Deployed) -> Vec<Value> {
    let files = deployed.document["files"].as_array().expect("files");
    let names = files.iter().filter_map(|file| file["name"].as_str());
    let manifests = names.filter(|name| name.ends_with(".yaml"));
    let texts = manifests.map(|name| fs::read_to_string(deployed.path(name)));
    let read = texts.flat_map(|text| match from_yaml(&text.expect("it can be read")) {
        Value::Array(objects) => objects,
        object => vec![object],
    });
    read.collect()
}

/// The schemas allow the objects; their types none of which a word is another, and their validators none
/// with another value.
fn judge(deployed: &Deployed, objects: &[Value], words: &[(&str, &str)], value: (&str, &str)) {
    let right = program(objects);
    let with = |(word, other): &(&str, &str)| {
        assert!(right.contains(word), "{word}");
        right.replace(word, other)
    };
    let named = |name: &str, text: String| (format!("{name}.ts"), text);
    let sandbox = &deployed.sandbox;
    let run = |text| deno(sandbox, "run --quiet --check", &[named("right", text)]);
    let checked = run(right.clone());
    assert!(checked.status.success(), "{}", said(&checked));
    let checked = run(with(&value));
    assert!(
        said(&checked).contains("must "),
        "{value:?} is noticed: {}",
        said(&checked)
    );

    let wrong = words.iter().enumerate();
    let wrong: Vec<_> = wrong
        .map(|(at, word)| named(&format!("wrong{at}"), with(word)))
        .collect();
    let told = said(&deno(sandbox, "check --quiet", &wrong));
    for ((name, _), word) in wrong.iter().zip(words) {
        assert!(told.contains(name), "{word:?} is noticed: {told}");
    }
}

fn of_kind<'a>(objects: &'a [Value], kind: &str) -> &'a Value {
    let mut found = objects.iter().filter(|object| object["kind"] == kind);
    found.next().unwrap_or_else(|| panic!("no {kind}"))
}

fn decoded(secret: &Value, entry: &str) -> String {
    let data = secret["data"][entry].as_str().expect("data");
    let bytes = BASE64.decode(data.as_bytes()).expect("base64");
    String::from_utf8(bytes).expect("PEM")
}

#[test]
#[ignore = "needs Deno, the schemas and PyYAML (npm: deno @kubernetes-models/cert-manager; PyPI: PyYAML)"]
fn the_schemas_of_kubernetes_and_trust_manager_allow_what_is_written() {
    let deployed = Deployed::export("kubernetes", NASTY, "");
    let all = objects(&deployed);
    let kinds: Vec<_> = all.iter().map(|object| object["kind"].as_str()).collect();
    assert_eq!(
        kinds,
        ["Secret", "Bundle", "ConfigMap", "Ingress"].map(Some)
    );
    let sandbox = &deployed.sandbox;
    let secret = of_kind(&all, "Secret");
    assert_eq!(decoded(secret, "tls.crt"), sandbox.text("localhost.crt"));
    assert_eq!(decoded(secret, "tls.key"), sandbox.text("localhost.key"));
    let root = fs::read_to_string(deployed.path("root.crt")).expect("it can be read");
    assert_eq!(of_kind(&all, "ConfigMap")["data"]["ca.crt"], root);
    let bundle = of_kind(&all, "Bundle");
    assert_eq!(bundle["spec"]["sources"][0]["inLine"], root);
    let tls = &of_kind(&all, "Ingress")["spec"]["tls"][0];
    assert_eq!(tls["secretName"], secret["metadata"]["name"]);
    judge(
        &deployed,
        &all,
        &[
            ("\"secretName\"", "\"secret\""),
            ("\"inLine\"", "\"inline\""),
            ("\"pathType\"", "\"type\""),
            ("\"number\":80", "\"number\":\"80\""),
        ],
        (
            "\"configMap\":{\"key\":\"ca.crt\"}",
            "\"configMap\":{\"key\":\"\"}",
        ),
    );
}

#[test]
#[ignore = "needs Deno, the schemas and PyYAML (npm: deno @kubernetes-models/cert-manager; PyPI: PyYAML)"]
fn the_schemas_of_cert_manager_allow_what_is_written() {
    let deployed = Deployed::export("cert-manager", NASTY, "--with-ca-key");
    let all = objects(&deployed);
    let kinds: Vec<_> = all.iter().map(|object| object["kind"].as_str()).collect();
    assert_eq!(
        kinds,
        ["Secret", "Bundle", "ClusterIssuer", "Certificate"].map(Some)
    );
    let secret = of_kind(&all, "Secret");
    let generation = deployed.sandbox.generation();
    let read = |name: &str| fs::read_to_string(generation.join(name)).expect("it can be read");
    let chain = read("intermediate.crt") + &read("root.crt");
    assert_eq!(decoded(secret, "tls.crt"), chain);
    assert_eq!(decoded(secret, "tls.key"), read("intermediate.key"));
    let issuer = of_kind(&all, "ClusterIssuer");
    assert_eq!(
        issuer["spec"]["ca"]["secretName"],
        secret["metadata"]["name"]
    );
    let certificate = of_kind(&all, "Certificate");
    assert_eq!(
        certificate["spec"]["issuerRef"]["name"],
        issuer["metadata"]["name"]
    );
    judge(
        &deployed,
        &all,
        &[
            ("\"ca\":{", "\"ca\":{\"key\":1,"),
            ("\"dnsNames\"", "\"hosts\""),
            ("\"server auth\"", "\"server\""),
            ("\"Always\"", "\"always\""),
            ("\"issuerRef\"", "\"issuer\""),
        ],
        (
            "\"configMap\":{\"key\":\"ca.crt\"}",
            "\"configMap\":{\"key\":\"\"}",
        ),
    );
}

#[test]
#[ignore = "needs openssl and PyYAML (Debian: openssl; PyPI: PyYAML)"]
fn what_cert_manager_is_given_issues_for_the_names_of_a_cluster_and_no_others() {
    let deployed = Deployed::export("cert-manager", NASTY, "--with-ca-key");
    let all = objects(&deployed);
    let secret = of_kind(&all, "Secret");
    let sandbox = &deployed.sandbox;
    for entry in ["tls.crt", "tls.key"] {
        sandbox.write(entry, decoded(secret, entry));
    }
    let host = of_kind(&all, "Certificate")["spec"]["dnsNames"][0].as_str();
    let host = host.expect("a host").to_owned();
    let in_cluster = format!("{host}.cluster.local");
    for (name, is_accepted) in [
        (host, true),
        (in_cluster, true),
        ("app.example.com".to_owned(), false),
    ] {
        sandbox.write(
            "extensions",
            format!("subjectAltName = critical, DNS:{name}\n"),
        );
        sandbox.other("openssl", "req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout app.key -subj / -out app.csr");
        sandbox.other("openssl", "x509 -req -in app.csr -CA tls.crt -CAkey tls.key -days 1 -extfile extensions -out app.crt");
        let words =
            format!("verify -CAfile root.crt -untrusted tls.crt -verify_hostname {name} app.crt");
        fs::copy(deployed.path("root.crt"), sandbox.path("root.crt")).expect("it can be written");
        let judgement = sandbox.other_output("openssl", &words);
        assert_eq!(
            judgement.status.success(),
            is_accepted,
            "{name}: {}",
            said(&judgement)
        );
    }
}
