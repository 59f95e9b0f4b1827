//! `certwright self-signed`

use crate::sandbox::Sandbox;

#[test]
fn it_is_done_right() {
    let sandbox = Sandbox::new();
    sandbox.run("self-signed localhost 127.0.0.1");
    let view = sandbox.json("inspect localhost.crt")["items"][0].clone();
    assert_eq!(view["subject"]["text"], "CN=localhost");
    assert_eq!(
        (view["is_ca"].clone(), view["self_issued"].clone()),
        (false.into(), true.into())
    );
    assert_eq!(view["validity"]["seconds_total"], 365 * 86_400);
    assert_eq!(view["names"][1]["value"], "127.0.0.1");
    let names: Vec<_> = view["extensions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["name"].clone())
        .collect();
    for name in [
        "subject key identifier",
        "authority key identifier",
        "extended key usage",
        "key usage",
    ] {
        assert!(names.contains(&name.into()), "{name}");
    }
}

#[test]
fn a_ca_is_made_only_if_asked_for() {
    let sandbox = Sandbox::new();
    sandbox.run("self-signed --ca --subject /CN=Root");
    assert_eq!(sandbox.run("inspect Root.crt --field is-ca").trim(), "true");
}

#[test]
fn a_long_name_is_no_common_name() {
    let sandbox = Sandbox::new();
    let long = format!("{}.{}.test", "a".repeat(40), "b".repeat(40));
    sandbox.run(&format!(
        "self-signed {long} --cert-file a.crt --key-file a.key"
    ));
    assert_eq!(
        sandbox.run("inspect a.crt --field subject").trim(),
        "CN=self-signed certificate"
    );
}

#[test]
fn impossible_periods_are_refused() {
    let sandbox = Sandbox::new();
    for words in [
        "--days 0",
        "--valid-for 9000y",
        "--not-before 2027-01-01 --not-after 2026-01-01",
        "--days 1 --valid-for 1d",
    ] {
        sandbox.fails(2, &format!("self-signed a.test {words}"));
    }
    assert!(sandbox.files().is_empty());
    sandbox.run("self-signed a.test --not-before 2020-01-01 --not-after 2020-01-02T00:00:00+01:00");
    assert_eq!(
        sandbox.run("inspect a.test.crt --field not-after").trim(),
        "2020-01-01T23:00:00Z"
    );
}

#[test]
fn a_container_holds_the_key_too() {
    let sandbox = Sandbox::new();
    sandbox.write("password", "long enough\n");
    sandbox.run("self-signed a.test --to pkcs12 --alias mine --password-file password");
    assert_eq!(sandbox.files(), ["a.test.p12", "password"]);
    let told = sandbox.json("inspect a.test.p12 --password-file password");
    assert_eq!(told["items"][1]["alias"], "mine");
    assert_eq!(
        told["matches"][0]["with"].as_array().map(Vec::len),
        Some(1),
        "{told}"
    );
}
