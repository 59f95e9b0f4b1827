//! rustls-webpki, which needs nothing but cargo.

use std::time::Duration;

use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, anchor_from_trusted_cert};

use certwright::cert::Certificate;

use super::ALGORITHMS;
use crate::sandbox::Sandbox;

/// Whether webpki accepts the first certificate of a file for a name.
fn accepts(
    sandbox: &Sandbox,
    file: &str,
    name: &str,
    usage: KeyUsage,
) -> Result<(), webpki::Error> {
    let read = |bytes: &[u8]| -> Vec<CertificateDer<'static>> {
        Certificate::all_from_bytes(bytes)
            .unwrap()
            .iter()
            .map(|c| CertificateDer::from(c.der().to_vec()))
            .collect()
    };
    let root = read(&std::fs::read(sandbox.generation().join("root.crt")).unwrap());
    let chain = read(sandbox.text(file).as_bytes());
    let anchors = [anchor_from_trusted_cert(&root[0])?];
    let leaf = EndEntityCert::try_from(&chain[0])?;
    let now = UnixTime::since_unix_epoch(Duration::from_secs(NOW));
    leaf.verify_for_usage(
        ALL_VERIFICATION_ALGS,
        &anchors,
        &chain[1..],
        now,
        usage,
        None,
        None,
    )?;
    leaf.verify_is_valid_for_subject_name(&ServerName::try_from(name).unwrap())
}

#[test]
fn rustls_accepts_the_chain_for_its_names_alone() {
    for algorithm in ALGORITHMS {
        let sandbox = Sandbox::new();
        sandbox.run(&format!(
            "issue localhost *.app.localhost 127.0.0.1 -a {algorithm} --at 2026-11-21"
        ));
        for name in ["localhost", "a.app.localhost", "127.0.0.1"] {
            accepts(&sandbox, "localhost.crt", name, KeyUsage::server_auth()).unwrap();
        }
        accepts(
            &sandbox,
            "localhost.crt",
            "example.com",
            KeyUsage::server_auth(),
        )
        .unwrap_err();
        accepts(
            &sandbox,
            "localhost.crt",
            "localhost",
            KeyUsage::client_auth(),
        )
        .unwrap_err();
    }
}

#[test]
fn a_client_alone_is_no_server() {
    let sandbox = Sandbox::new();
    sandbox.run("issue --client c.localhost --at 2026-11-21");
    accepts(
        &sandbox,
        "c.localhost.crt",
        "c.localhost",
        KeyUsage::client_auth(),
    )
    .unwrap();
    accepts(
        &sandbox,
        "c.localhost.crt",
        "c.localhost",
        KeyUsage::server_auth(),
    )
    .unwrap_err();
}

/// 2026-11-22.
const NOW: u64 = 1_795_305_600;
