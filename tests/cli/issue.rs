//! `certwright issue`

use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::contains;

use crate::sandbox::{Sandbox, listing};

#[test]
fn the_first_certificate_makes_the_ca_and_says_so() {
    let sandbox = Sandbox::new();
    sandbox
        .certwright("issue localhost 127.0.0.1")
        .assert()
        .success()
        .stdout(contains(
            "localhost.crt  certificate for localhost, 127.0.0.1",
        ))
        .stderr(contains("made a local CA in").and(contains("no client trusts it yet")));
    assert_eq!(sandbox.files(), ["localhost.crt", "localhost.key"]);
    assert_eq!(
        sandbox
            .text("localhost.crt")
            .matches("BEGIN CERTIFICATE")
            .count(),
        2
    );
    sandbox
        .certwright("issue app.localhost")
        .assert()
        .success()
        .stderr("");
}

#[test]
fn every_certificate_is_kept_and_recorded() {
    let sandbox = Sandbox::new();
    for name in ["a.localhost", "b.localhost"] {
        sandbox.run(&format!("issue {name}"));
    }
    assert_eq!(listing(&sandbox.ca().join("issued")).len(), 2);
    let shown = sandbox.json("ca show");
    assert_eq!(shown["generations"][0]["issued"], 2);
}

#[test]
fn a_name_out_of_scope_leaves_nothing_behind() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init");
    let error = sandbox.fails(2, "issue example.com");
    assert!(
        error.contains("example.com is outside what the CA"),
        "{error}"
    );
    assert!(error.contains("certwright ca widen example.com"), "{error}");
    assert!(sandbox.files().is_empty());
    assert_eq!(sandbox.json("ca show")["generations"][0]["issued"], 0);
}
