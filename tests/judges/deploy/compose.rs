//! Docker Compose: the specification's schema allows what is pasted, and Compose itself reads the paths out of
//! it. No engine runs it here.

use super::{Deployed, NASTY, from_yaml, said};

/// Debian's Compose, as far as it needs no engine.
fn read_by_compose(deployed: &Deployed) -> serde_json::Value {
    deployed
        .sandbox
        .write("compose.yaml", deployed.pasted(".yaml"));
    from_yaml(
        &deployed
            .sandbox
            .other("docker-compose", "-f compose.yaml config"),
    )
}

#[test]
#[ignore = "needs Compose, check-jsonschema and PyYAML (Debian: docker-compose; PyPI: check-jsonschema PyYAML)"]
fn compose_finds_the_files_and_its_schema_allows_what_is_pasted() {
    let deployed = Deployed::export("compose", NASTY, "");
    let read = read_by_compose(&deployed);
    for (secret, name) in [
        ("tls.crt", "localhost.crt"),
        ("tls.key", "localhost.key"),
        ("root.crt", "root.crt"),
    ] {
        let path = read["secrets"][secret]["file"].as_str();
        // It prints what can be read again, so with two dollar signs for one.
        let path = path.expect("a path").replace("$$", "$");
        assert_eq!(Some(path.as_str()), deployed.path(name).to_str());
        let used = read["services"]["app"]["secrets"]
            .as_array()
            .expect("secrets");
        assert!(used.iter().any(|used| used["source"] == secret), "{read:#}");
    }
    let judged = |text: String| {
        deployed.sandbox.write("judged.yaml", text);
        let words = "--builtin-schema vendor.compose-spec judged.yaml";
        deployed.sandbox.other_output("check-jsonschema", words)
    };
    let text = deployed.pasted(".yaml");
    let judgement = judged(text.clone());
    assert!(judgement.status.success(), "{}", said(&judgement));
    for (right, wrong) in [
        ("    file:", "    path:"),
        ("    ports:", "    port:"),
        ("secrets:\n  tls", "secret:\n  tls"),
    ] {
        assert!(text.contains(right), "{right}");
        let judgement = judged(text.replace(right, wrong));
        assert!(!judgement.status.success(), "{wrong} is noticed");
    }
}
