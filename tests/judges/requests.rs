//! Certificate requests, there and back.

use super::{ALGORITHMS, root};
use crate::sandbox::Sandbox;

#[test]
#[ignore = "needs openssl (Debian: openssl)"]
fn openssl_verifies_our_requests() {
    for algorithm in ALGORITHMS {
        let sandbox = Sandbox::new();
        sandbox.run(&format!(
            "csr a.test ::1 dev@a.test -a {algorithm} --subject /C=DE/O=Grüße/OU=one/OU=two"
        ));
        let told = sandbox.other(
            "openssl",
            "req -in a.test.csr -noout -verify -text -nameopt utf8",
        );
        assert!(
            told.contains("verify OK") && told.contains("DNS:a.test, IP Address:0:0:0:0:0:0:0:1"),
            "{told}"
        );
    }
}

#[test]
#[ignore = "needs cfssl (Debian: golang-cfssl)"]
fn cfssl_reads_our_requests() {
    let sandbox = Sandbox::new();
    sandbox.run("csr a.test ::1 --subject /O=Example");
    let told = sandbox.other("cfssl", "certinfo -csr a.test.csr");
    assert!(
        told.contains("\"a.test\"") && told.contains("\"Example\""),
        "{told}"
    );
}

#[test]
#[ignore = "needs certtool (Debian: gnutls-bin)"]
fn gnutls_reads_our_requests() {
    for algorithm in ALGORITHMS {
        let sandbox = Sandbox::new();
        sandbox.run(&format!("csr a.test -a {algorithm}"));
        let told = sandbox.other("certtool", "--crq-info --infile a.test.csr");
        assert!(
            told.contains("Self signature: verified") && told.contains("DNSname: a.test"),
            "{told}"
        );
    }
}

#[test]
#[ignore = "needs openssl (Debian: openssl)"]
fn requests_of_openssl_give_plain_leaves_with_their_exact_subject() {
    for key in [
        "ec -pkeyopt ec_paramgen_curve:P-256",
        "ec -pkeyopt ec_paramgen_curve:P-384 -sha256",
        "ec -pkeyopt ec_paramgen_curve:P-521 -sha384",
        "rsa:2048 -sha512",
        "ed25519",
    ] {
        let sandbox = Sandbox::new();
        sandbox.write("req.cnf", REQUEST);
        sandbox.other(
            "openssl",
            &format!("req -new -config req.cnf -newkey {key} -noenc -keyout k.key -out r.csr"),
        );
        sandbox.run("issue --csr r.csr --cert-file r.crt");
        let root = root(&sandbox);
        sandbox.other(
            "openssl",
            &format!("verify -x509_strict -CAfile {root} -untrusted r.crt r.crt"),
        );
        let made = sandbox.json("inspect r.crt")["items"][0].clone();
        assert_eq!(made["is_ca"], false);
        assert_eq!(made["names"][0]["value"], "evil.localhost");
        let extensions = made["extensions"].to_string();
        assert!(
            !extensions.contains("code signing") && !extensions.contains("certificate signing"),
            "{extensions}"
        );
        let subject = |command: &str| {
            sandbox.other(
                "openssl",
                &format!("{command} -noout -subject -nameopt RFC2253,show_type,dump_all,dump_der"),
            )
        };
        assert_eq!(subject("x509 -in r.crt"), subject("req -in r.csr"), "{key}");
    }
}

#[test]
#[ignore = "needs certtool (Debian: gnutls-bin)"]
fn requests_of_gnutls_are_signed() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "template",
        "cn = gnutls.localhost\ndns_name = gnutls.localhost\norganization = Example\n",
    );
    sandbox.other(
        "certtool",
        "--generate-privkey --key-type rsa --bits 2048 --outfile k.key",
    );
    sandbox.other(
        "certtool",
        "--generate-request --load-privkey k.key --template template --outfile r.csr",
    );
    sandbox.run("issue --csr r.csr --cert-file r.crt");
    let told = sandbox.run("inspect r.crt k.key");
    assert!(told.contains("the key of k.key belongs to r.crt"), "{told}");
}

const REQUEST: &str = "[req]
distinguished_name = dn
prompt = no
string_mask = default
req_extensions = ext
[dn]
0.DC = test
1.DC = example
0.OU = one
1.OU = two
O = Grüße
CN = evil.localhost
+UID = multi
[ext]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign,digitalSignature
extendedKeyUsage = codeSigning,serverAuth
subjectKeyIdentifier = hash
tlsfeature = status_request
subjectAltName = DNS:evil.localhost,IP:127.0.0.1
";
