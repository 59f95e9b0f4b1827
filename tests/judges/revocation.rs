//! What others say of the lists, and of the index of `openssl ca`.

use std::fs;

use super::nginx::Nginx;
use super::{ca_file, root};
use crate::sandbox::Sandbox;

/// A CA that issued `good` and `bad` and revoked the second, with the lists in `lists.pem`.
fn revoked(words: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    for name in ["good", "bad"] {
        sandbox.run(&format!("issue {name}.localhost {words}"));
    }
    sandbox.run("revoke bad.localhost.crt --reason key-compromise");
    sandbox.run("ca crl -o lists.pem");
    sandbox
}

#[test]
#[ignore = "needs openssl (Debian: openssl)"]
fn openssl_reads_the_lists_and_heeds_them() {
    let sandbox = revoked("");
    sandbox.run("ca crl -o lists.pem");
    sandbox.run("ca crl --out-dir pub");
    let text = sandbox.other("openssl", "crl -in pub/crl.pem -noout -text");
    let serial = sandbox.json("list --revoked")["certificates"][0]["serial"].clone();
    let serial = serial.as_str().unwrap().to_uppercase();
    for part in ["CRL Number: \n                3", "Key Compromise", &serial] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let name = sandbox
        .generation()
        .file_name()
        .unwrap()
        .to_string_lossy()
        .into_owned();
    let issued = format!("crl -inform DER -in pub/{name}.crl -noout -verify -CAfile");
    let intermediate = ca_file(&sandbox, "intermediate.crt").display().to_string();
    let told = sandbox.other("openssl", &format!("{issued} {intermediate}"));
    assert!(told.contains("verify OK"), "{told}");
    let root = root(&sandbox);
    let verify = |name: &str| {
        let words = format!(
            "verify -x509_strict -crl_check_all -CAfile {root} -CRLfile lists.pem -untrusted {name}.localhost.crt {name}.localhost.crt"
        );
        sandbox.other_output("openssl", &words)
    };
    let good = verify("good");
    assert!(
        good.status.success(),
        "{}",
        String::from_utf8_lossy(&good.stderr)
    );
    let bad = verify("bad");
    assert!(String::from_utf8_lossy(&bad.stderr).contains("certificate revoked"));
}

#[test]
#[ignore = "needs curl (Debian: curl) and nginx (Debian: nginx-light)"]
fn curl_refuses_a_server_whose_certificate_is_revoked() {
    let sandbox = revoked("");
    let server = Nginx::serve(&sandbox, &["good.localhost", "bad.localhost"]);
    fs::write(sandbox.path("site/index.html"), "here").unwrap();
    let root = root(&sandbox);
    let ask = |name: &str, port: u16| {
        let words = format!(
            "-sS --cacert {root} --crlfile lists.pem --resolve {name}.localhost:{port}:127.0.0.1 https://{name}.localhost:{port}/"
        );
        sandbox.other_output("curl", &words)
    };
    let good = ask("good", server.ports[0]);
    assert_eq!(
        good.stdout,
        b"here",
        "{}",
        String::from_utf8_lossy(&good.stderr)
    );
    let bad = ask("bad", server.ports[1]);
    let told = String::from_utf8_lossy(&bad.stderr).into_owned();
    assert!(
        bad.stdout.is_empty() && told.contains("certificate revoked"),
        "{told}"
    );
}

#[test]
#[ignore = "needs curl (Debian: curl) and nginx (Debian: nginx-light)"]
fn nginx_refuses_a_client_whose_certificate_is_revoked() {
    let sandbox = revoked("--client");
    sandbox.run("issue localhost");
    let root = root(&sandbox);
    let server = Nginx::of(&sandbox, 1, |ports| {
        format!(
            "server {{ listen 127.0.0.1:{} ssl; ssl_certificate localhost.crt; ssl_certificate_key localhost.key; \
             ssl_client_certificate {root}; ssl_verify_client on; ssl_verify_depth 2; ssl_crl lists.pem; }}\n",
            ports[0]
        )
    });
    fs::write(sandbox.path("site/index.html"), "here").unwrap();
    let ask = |name: &str| {
        let words = format!(
            "-sS --cacert {root} --cert {name}.localhost.crt --key {name}.localhost.key https://localhost:{}/",
            server.ports[0]
        );
        sandbox.other("curl", &words)
    };
    assert_eq!(ask("good"), "here");
    let bad = ask("bad");
    assert!(bad.contains("400") && !bad.contains("here"), "{bad}");
}

/// What `openssl ca` is told of a CA.
fn settings(sandbox: &Sandbox, certificate: &str, key: &str) {
    sandbox.write(
        "ca.cnf",
        format!(
            "[ca]\ndefault_ca = here\n[here]\ndatabase = index.txt\nnew_certs_dir = newcerts\nserial = serial\n\
             certificate = {certificate}\nprivate_key = {key}\ndefault_md = sha256\ndefault_days = 30\n\
             default_crl_days = 30\npolicy = any\nunique_subject = no\n[any]\ncommonName = supplied\n"
        ),
    );
}

#[test]
#[ignore = "needs openssl (Debian: openssl)"]
fn openssl_ca_reads_our_index() {
    let sandbox = Sandbox::new();
    sandbox.run("issue old.localhost --at 2026-01-01 --valid-for 1d");
    for name in ["good", "bad"] {
        sandbox.run(&format!("issue {name}.localhost"));
    }
    sandbox.run("revoke bad.localhost.crt --reason key-compromise");
    // As of a day on which the first had not ended.
    sandbox.run("ca export --to index -o index.txt --at 2026-01-01");
    let file = |name: &str| ca_file(&sandbox, name).display().to_string();
    settings(
        &sandbox,
        &file("intermediate.crt"),
        &file("intermediate.key"),
    );
    fs::create_dir(sandbox.path("newcerts")).unwrap();
    let serial = sandbox.json("list --revoked")["certificates"][0]["serial"].clone();
    let serial = serial.as_str().unwrap().to_uppercase();
    let told = sandbox.other_output("openssl", &format!("ca -config ca.cnf -status {serial}"));
    let told = String::from_utf8_lossy(&told.stderr).into_owned();
    assert!(told.contains("=Revoked (R)"), "{told}");
    // Serial numbers end with any letter; the status stands first.
    let ended = || {
        let index = sandbox.text("index.txt");
        index.lines().filter(|line| line.starts_with("E\t")).count()
    };
    assert_eq!(ended(), 0);
    sandbox.other("openssl", "ca -config ca.cnf -updatedb");
    assert_eq!(ended(), 1);
    sandbox.other("openssl", "ca -config ca.cnf -gencrl -out theirs.pem");
    let theirs = sandbox.other("openssl", "crl -in theirs.pem -noout -text");
    assert!(
        theirs.contains(&serial) && theirs.contains("Key Compromise"),
        "{theirs}"
    );
    assert_eq!(theirs.matches("Serial Number").count(), 1);
}

#[test]
#[ignore = "needs openssl (Debian: openssl)"]
fn what_openssl_ca_issued_is_taken_in() {
    let sandbox = Sandbox::new();
    sandbox.other("openssl", "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout ca.key -out ca.crt -days 90 -subj /CN=elsewhere -addext keyUsage=critical,keyCertSign,cRLSign");
    settings(&sandbox, "ca.crt", "ca.key");
    fs::create_dir(sandbox.path("newcerts")).unwrap();
    sandbox.write("index.txt", "");
    sandbox.write("serial", "8F00\n");
    for name in ["one", "two"] {
        sandbox.other("openssl", &format!("req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout {name}.key -out {name}.csr -subj /CN={name}.test"));
        sandbox.other(
            "openssl",
            &format!("ca -batch -config ca.cnf -in {name}.csr -out {name}.crt"),
        );
    }
    sandbox.other(
        "openssl",
        "ca -config ca.cnf -revoke two.crt -crl_reason superseded",
    );
    let told =
        sandbox.json("ca import --cert ca.crt --key ca.key --index index.txt --certs newcerts");
    let note = told["warnings"].to_string();
    assert!(
        note.contains(
            "2 certificates are new to the ledger and 1 revoked, and of 2 there is a copy"
        ),
        "{note}"
    );
    let revoked = sandbox.json("list --revoked");
    assert_eq!(revoked["certificates"][0]["serial"], "008f01");
    assert_eq!(revoked["certificates"][0]["reason"], "superseded");
    sandbox.run("ca crl -o lists.pem");
    let verify = |name: &str| {
        let words = format!("verify -crl_check -CAfile ca.crt -CRLfile lists.pem {name}.crt");
        let output = sandbox.other_output("openssl", &words);
        (
            output.status.success(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    assert!(verify("one").0, "{}", verify("one").1);
    assert!(
        verify("two").1.contains("certificate revoked"),
        "{}",
        verify("two").1
    );
    // It goes on in the same ledger: what is revoked here is on the list beside.
    sandbox.run("revoke one.crt");
    sandbox.run("ca crl -o lists.pem");
    assert!(!verify("one").0);
    let certificate = sandbox.text("newcerts/8F00.pem");
    sandbox.write("newcerts/8F01.pem", certificate);
    let error = sandbox.fails(2, "ca import --index index.txt --certs newcerts");
    assert!(error.contains("its serial number is 008f00"), "{error}");
}
