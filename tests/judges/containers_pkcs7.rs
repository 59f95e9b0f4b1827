//! PKCS #7 files, there and back.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;
use std::thread;

use certwright::bundle::{self, pkcs7};
use certwright::cert::Certificate;
use certwright::document::Kind;

use super::{ca_file, python};
use crate::sandbox::Sandbox;

/// A sandbox with a chain in `chain.pem`: a leaf, its issuer, the root.
fn with_chain() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.run("issue app.test");
    let files = [sandbox.path("app.test.crt"), ca_file(&sandbox, "root.crt")];
    let texts = files.map(|file| fs::read_to_string(file).unwrap());
    sandbox.write("chain.pem", texts.concat());
    sandbox
}

fn chain(sandbox: &Sandbox) -> Vec<Certificate> {
    let found = Certificate::all_from_bytes(sandbox.text("chain.pem").as_bytes()).unwrap();
    assert_eq!(found.len(), 3);
    found
}

/// The certificates that a file holds, in PEM, and how many revocation lists.
fn held(bytes: &[u8]) -> (String, usize) {
    let (mut text, mut lists) = (String::new(), 0);
    for document in bundle::documents(bytes, None).unwrap() {
        let document = document.unwrap();
        match document.kind {
            Kind::Certificate => {
                text += &certwright::pem::encode("CERTIFICATE", &document.der);
            }
            Kind::CertificateRevocationList => lists += 1,
            other => panic!("{other:?}"),
        }
    }
    (text, lists)
}

/// The PEM blocks among other text.
fn blocks(text: &str) -> String {
    let mut inside = false;
    let mut kept = String::new();
    for line in text.lines() {
        inside |= line.starts_with("-----BEGIN");
        if inside {
            kept += line;
            kept.push('\n');
        }
        inside &= !line.starts_with("-----END");
    }
    kept
}

#[test]
#[ignore = "needs openssl, certtool and keytool (Debian: openssl, gnutls-bin, openjdk-17-jdk-headless)"]
fn others_read_ours_in_its_order() {
    let sandbox = with_chain();
    let mut chain = chain(&sandbox);
    for _ in 0..chain.len() {
        // Any order, also one that DER would not have.
        chain.rotate_left(1);
        let ders: Vec<&[u8]> = chain.iter().map(Certificate::der).collect();
        let pems: String = chain.iter().map(Certificate::to_pem).collect();
        let file = pkcs7::encode(&ders, &[]);
        sandbox.write("ours.p7b", &file);
        sandbox.write(
            "ours.pem",
            certwright::pem::encode("PKCS7", &file).as_bytes(),
        );
        let openssl = sandbox.other("openssl", "pkcs7 -print_certs -in ours.pem");
        assert_eq!(blocks(&openssl), pems);
        let certtool = sandbox.other("certtool", "--p7-info --inder --infile ours.p7b");
        assert_eq!(
            certtool.matches("-----BEGIN CERTIFICATE").count(),
            3,
            "{certtool}"
        );
        let keytool = sandbox.other("keytool", "-printcert -rfc -file ours.p7b");
        assert_eq!(blocks(&keytool), pems);
    }
}

#[test]
#[ignore = "needs openssl (Debian: openssl)"]
fn ours_reads_what_openssl_writes() {
    let sandbox = with_chain();
    let pems = sandbox.text("chain.pem");
    let list = ca_file(&sandbox, "root.crl");
    for (words, lists) in [
        (
            "crl2pkcs7 -nocrl -certfile chain.pem -out theirs".to_owned(),
            0,
        ),
        (
            "crl2pkcs7 -nocrl -certfile chain.pem -outform DER -out theirs".to_owned(),
            0,
        ),
        (
            format!(
                "crl2pkcs7 -in {} -certfile chain.pem -out theirs",
                list.display()
            ),
            1,
        ),
    ] {
        sandbox.other("openssl", &words);
        let theirs = fs::read(sandbox.path("theirs")).unwrap();
        assert_eq!(held(&theirs), (pems.clone(), lists), "{words}");
    }
}

#[test]
#[ignore = "needs openssl (Debian: openssl)"]
fn signed_content_gives_its_certificates() {
    let sandbox = with_chain();
    sandbox.write("message", "a message");
    let root = ca_file(&sandbox, "root.crt");
    for form in ["DER", "PEM"] {
        // A stream has lengths left open, and its content in pieces.
        for words in ["cms -sign -nodetach -stream", "smime -sign -nodetach"] {
            let signed = format!(
                "{words} -in message -signer app.test.crt -inkey app.test.key -certfile {} -outform {form} -out theirs",
                root.display()
            );
            sandbox.other("openssl", &signed);
            let theirs = fs::read(sandbox.path("theirs")).unwrap();
            let (found, _) = held(&theirs);
            let words = format!("cms -cmsout -inform {form} -in theirs -outform DER -out as.p7b");
            sandbox.other("openssl", &words);
            let printed = sandbox.other("openssl", "pkcs7 -print_certs -inform DER -in as.p7b");
            // OpenSSL sorts what it writes anew.
            let sorted = |text: &str| {
                let parts = text.split_inclusive("-----END CERTIFICATE-----\n");
                parts.map(str::to_owned).collect::<BTreeSet<_>>()
            };
            assert_eq!(sorted(&found), sorted(&blocks(&printed)), "{signed}");
            assert!(found.matches("BEGIN CERTIFICATE").count() == 2);
        }
    }
}

#[test]
#[ignore = "needs openssl and Python's cryptography_vectors (see .ci/run)"]
fn what_openssl_reads_of_the_vectors_is_read() {
    let print = "import cryptography_vectors as it; print(it.__path__[0])";
    let printed = Command::new(python()).args(["-c", print]).output().unwrap();
    let folder = PathBuf::from(String::from_utf8(printed.stdout).unwrap().trim()).join("pkcs7");
    let sandbox = Sandbox::new();
    let mut with_certificates = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        let form = if bytes.starts_with(b"0") {
            "DER"
        } else {
            "PEM"
        };
        let words = format!("pkcs7 -print_certs -inform {form} -in {}", path.display());
        let output = sandbox.other_output("openssl", &words);
        let theirs = blocks(&String::from_utf8(output.stdout).unwrap());
        if theirs.is_empty() {
            continue;
        }
        assert_eq!(held(&bytes).0, theirs, "{}", path.display());
        with_certificates += 1;
    }
    assert!(with_certificates >= 4, "{with_certificates}");
}

#[test]
#[ignore = "needs openssl (Debian: openssl)"]
fn an_issuer_is_fetched_as_pkcs7() {
    let sandbox = Sandbox::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let extensions = format!(
        "[ca]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash\n\
         [leaf]\nsubjectAltName=DNS:app.test\nextendedKeyUsage=serverAuth\nkeyUsage=critical,digitalSignature\n\
         subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n\
         authorityInfoAccess=caIssuers;URI:http://127.0.0.1:{port}/ca.p7c\n"
    );
    sandbox.write("x.cnf", extensions);
    let curve = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    let root = "req -x509 -days 99 -subj /CN=root -config x.cnf -extensions ca";
    sandbox.write(
        "x.cnf",
        sandbox.text("x.cnf") + "[req]\ndistinguished_name=dn\n[dn]\n",
    );
    sandbox.other(
        "openssl",
        &format!("{root} {curve} -keyout root.key -out root.crt"),
    );
    for (name, issuer, section) in [("middle", "root", "ca"), ("leaf", "middle", "leaf")] {
        let request = format!(
            "req -new -config x.cnf {curve} -subj /CN={name} -keyout {name}.key -out {name}.csr"
        );
        sandbox.other("openssl", &request);
        sandbox.other("openssl", &format!(
            "x509 -req -in {name}.csr -CA {issuer}.crt -CAkey {issuer}.key -CAcreateserial -days 90 -extfile x.cnf -extensions {section} -out {name}.crt"
        ));
    }
    sandbox.other(
        "openssl",
        "crl2pkcs7 -nocrl -certfile middle.crt -certfile root.crt -outform DER -out ca.p7c",
    );
    let body = fs::read(sandbox.path("ca.p7c")).unwrap();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]).unwrap();
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/pkcs7-mime\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(&body).unwrap();
    });
    sandbox.fails(1, "verify leaf.crt --roots root.crt --hostname app.test");
    sandbox.run("verify leaf.crt --roots root.crt --hostname app.test --fetch");
    server.join().unwrap();
}
