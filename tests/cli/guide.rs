//! What in docs/guide.md needs certwright alone, and whether every block of it is seen to.

use std::collections::BTreeSet;

use crate::guide::{Proof, Shell, block, names};
use crate::judges::guide::PROOFS as JUDGED;
use crate::sandbox::Sandbox;

const PROOFS: [Proof; 2] = [
    ("trust", a_job_makes_a_ca_and_has_it_trusted),
    (
        "committed",
        committed_certificates_are_refused_for_each_reason,
    ),
];

#[test]
fn every_block_is_run_or_checked() {
    let names = names();
    let judged = JUDGED.into_iter().flatten();
    let proven = PROOFS.iter().chain(judged).map(|(name, _)| *name);
    let distinct: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(distinct.len(), names.len(), "two blocks share a name");
    assert_eq!(distinct, proven.collect());
}

#[test]
fn a_job_makes_a_ca_and_has_it_trusted() {
    let sandbox = Sandbox::new();
    let shell = Shell::with_certwright(&sandbox, &["sh", "-e"]);
    if !std::path::Path::new("/etc/ssl/certs/ca-certificates.crt").exists() {
        // `trust env` has nothing to combine the root with on such a machine.
        return;
    }
    let asked = "certwright verify tls/localhost.crt --hostname localhost";
    let refused = format!("certwright issue localhost --out-dir tls; {asked}");
    assert_eq!(shell.outcome(&refused).0, Some(1));
    std::fs::remove_dir_all(sandbox.path("tls")).unwrap();
    let accepted = shell.run(&format!("{}{asked}\n", block("trust")));
    assert!(accepted.contains("nss: chromium  trusted"), "{accepted}");
    assert!(accepted.contains("\naccepted  tls/"), "{accepted}");
}

#[test]
fn committed_certificates_are_refused_for_each_reason() {
    let sandbox = Sandbox::new();
    let shell = Shell::with_certwright(&sandbox, &["sh", "-e"]);
    let block = block("committed");
    let lines: Vec<&str> = block.lines().collect();
    let codes = || [0, 1, 2].map(|line| shell.outcome(lines[line]).0.unwrap());
    sandbox.run("issue localhost --out-dir certs");
    shell.run(&block);
    assert_eq!(lines.len(), 3);
    assert_eq!(codes(), [0, 0, 0]);
    sandbox.run("key --output certs/other.key");
    assert_eq!(codes(), [0, 0, 1]);
    std::fs::remove_file(sandbox.path("certs/other.key")).unwrap();
    sandbox.run("issue short.test --out-dir certs --days 29");
    assert_eq!(codes(), [1, 0, 0]);
    std::fs::remove_file(sandbox.path("certs/short.test.crt")).unwrap();
    std::fs::remove_file(sandbox.path("certs/short.test.key")).unwrap();
    of_version_1(&sandbox);
    assert_eq!(codes(), [0, 1, 0]);
}

/// Writes `certs/old.crt`, a certificate with extensions that says it is of version 1.
fn of_version_1(sandbox: &Sandbox) {
    sandbox.run("convert certs/localhost.crt --first --to der --output certs/old.crt");
    let mut der = std::fs::read(sandbox.path("certs/old.crt")).unwrap();
    let version = der.windows(5).position(|it| it == [0xa0, 3, 2, 1, 2]);
    der[version.unwrap() + 4] = 0;
    sandbox.write("certs/old.crt", &der);
}
