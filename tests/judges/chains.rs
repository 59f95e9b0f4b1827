//! Chains, judged by other people's path builders; and forgeries with the key that lies on the disk.

use time::OffsetDateTime;

use certwright::cert::{Certificate, Issuer};
use certwright::crl::{Reason, RevocationListTemplate, Revoked};
use certwright::issue::revocation_list;
use certwright::key::PrivateKey;

use super::{ALGORITHMS, ca_file, program, python, root};
use crate::sandbox::Sandbox;

#[test]
#[ignore = "needs openssl (Debian: openssl)"]
fn openssl_accepts_every_kind_strictly() {
    for ca in ["p256", "p384", "p521", "ed25519", "rsa2048"] {
        let sandbox = Sandbox::new();
        sandbox.run(&format!("ca init -a {ca}"));
        let root = root(&sandbox);
        for algorithm in ALGORITHMS {
            sandbox.run(&format!(
                "issue localhost 127.0.0.1 ::1 -a {algorithm} --force"
            ));
            let verify = format!(
                "verify -x509_strict -purpose sslserver -verify_hostname localhost -CAfile {root} -untrusted localhost.crt localhost.crt"
            );
            sandbox.other("openssl", &verify);
        }
        sandbox.run("issue --client --cn=alice alice@localhost --cert-file c.crt --key-file c.key");
        sandbox.other(
            "openssl",
            &format!(
                "verify -x509_strict -purpose sslclient -CAfile {root} -untrusted c.crt c.crt"
            ),
        );
        sandbox.other(
            "openssl",
            &format!(
                "verify -x509_strict -purpose smimesign -CAfile {root} -untrusted c.crt c.crt"
            ),
        );
    }
}

#[test]
#[ignore = "needs openssl (Debian: openssl)"]
fn self_signed_certificates_are_done_right() {
    for algorithm in ALGORITHMS {
        let sandbox = Sandbox::new();
        sandbox.run(&format!("self-signed localhost -a {algorithm}"));
        let told = sandbox.other(
            "openssl",
            "verify -check_ss_sig -verify_hostname localhost -CAfile localhost.crt localhost.crt",
        );
        assert!(told.contains("OK"), "{told}");
    }
}

#[test]
#[ignore = "needs openssl (Debian: openssl)"]
fn revocation_lists_are_heeded() {
    let sandbox = Sandbox::new();
    for name in ["good", "bad"] {
        sandbox.run(&format!("issue {name}.localhost"));
    }
    let read = |name: &str| std::fs::read(ca_file(&sandbox, name)).unwrap();
    let certificate = Certificate::all_from_bytes(&read("intermediate.crt"))
        .unwrap()
        .remove(0);
    let key = PrivateKey::from_bytes(&read("intermediate.key"), None).unwrap();
    let bad = Certificate::all_from_bytes(sandbox.text("bad.localhost.crt").as_bytes())
        .unwrap()
        .remove(0);
    let now = OffsetDateTime::now_utc();
    let template = RevocationListTemplate {
        number: 1,
        this_update: now - time::Duration::MINUTE,
        next_update: now + time::Duration::DAY,
        revoked: vec![Revoked {
            serial: bad.serial().to_vec(),
            since: now - time::Duration::MINUTE,
            reason: Reason::Unspecified,
        }],
    };
    let list = revocation_list(&template, &Issuer::new(certificate, key).unwrap()).unwrap();
    let root_list = String::from_utf8(read("root.crl")).unwrap();
    sandbox.write("lists.pem", list.to_pem() + &root_list);
    let root = root(&sandbox);
    let verify = |name: &str| {
        let words = format!(
            "verify -x509_strict -crl_check_all -CAfile {root} -CRLfile lists.pem -untrusted {name}.localhost.crt {name}.localhost.crt"
        );
        sandbox.other_output("openssl", &words)
    };
    assert!(verify("good").status.success());
    let refused = verify("bad");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("certificate revoked"));
}

#[test]
#[ignore = "needs openssl (Debian: openssl) and java (Debian: openjdk-17-jdk-headless)"]
fn forgeries_with_the_stolen_key_are_refused() {
    let sandbox = Sandbox::new();
    sandbox.run("issue localhost");
    let (root, cert, key) = (
        root(&sandbox),
        ca_file(&sandbox, "intermediate.crt"),
        ca_file(&sandbox, "intermediate.key"),
    );
    for (name, extensions) in [
        ("plain", "subjectAltName=DNS:google.com"),
        (
            "sub",
            "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign",
        ),
        ("mail", "subjectAltName=email:ceo@google.com"),
    ] {
        sandbox.write("ext", extensions);
        sandbox.other("openssl", "req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout f.key -subj /CN=google.com -out f.csr");
        let sign = format!(
            "x509 -req -in f.csr -CA {} -CAkey {} -days 30 -extfile ext -out f.crt",
            cert.display(),
            key.display()
        );
        sandbox.other("openssl", &sign);
        let chain = sandbox.text("f.crt") + &std::fs::read_to_string(&cert).unwrap();
        sandbox.write("forged.pem", chain);
        if name == "sub" {
            let purpose = "verify -purpose any";
            let refused = sandbox.other_output(
                "openssl",
                &format!("{purpose} -CAfile {root} -untrusted forged.pem f.crt"),
            );
            let told = String::from_utf8_lossy(&refused.stderr).into_owned();
            assert!(
                !refused.status.success(),
                "a sub-CA named google.com: {told}"
            );
        } else {
            let refused = sandbox.other_output(
                "openssl",
                &format!("verify -CAfile {root} -untrusted forged.pem f.crt"),
            );
            assert!(
                String::from_utf8_lossy(&refused.stderr).contains("permitted subtree violation"),
                "{name}"
            );
        }
        let java = sandbox.other_output(
            "java",
            &format!("{} {root} forged.pem", program("Validate.java")),
        );
        assert!(!java.status.success(), "{name}");
    }
}

#[test]
#[ignore = "needs java and keytool (Debian: openjdk-17-jdk-headless)"]
fn java_accepts_the_chain() {
    let sandbox = Sandbox::new();
    sandbox.run("issue localhost 127.0.0.1");
    sandbox.other(
        "java",
        &format!(
            "{} {} localhost.crt",
            program("Validate.java"),
            root(&sandbox)
        ),
    );
    let told = sandbox.other("keytool", "-printcert -file localhost.crt");
    assert!(
        told.contains("DNSName: localhost") && told.contains("serverAuth"),
        "{told}"
    );
}

#[test]
#[ignore = "needs certtool (Debian: gnutls-bin)"]
fn gnutls_accepts_the_chain() {
    for algorithm in ALGORITHMS {
        let sandbox = Sandbox::new();
        sandbox.run(&format!("issue localhost -a {algorithm}"));
        let told = sandbox.other("certtool", &format!("--verify --verify-hostname localhost --load-ca-certificate {} --infile localhost.crt", root(&sandbox)));
        assert!(
            told.contains("Verified. The certificate is trusted"),
            "{told}"
        );
    }
}

#[test]
#[ignore = "needs Python's cryptography (PyPI: cryptography)"]
fn pythons_cryptography_accepts_the_chain() {
    let sandbox = Sandbox::new();
    sandbox.run("issue localhost 127.0.0.1");
    sandbox.run("issue --client c.localhost");
    let judge = program("verify_cryptography.py");
    let root = root(&sandbox);
    for name in ["localhost", "127.0.0.1"] {
        sandbox.other(
            &python(),
            &format!("{judge} server {root} localhost.crt {name}"),
        );
    }
    sandbox.other(&python(), &format!("{judge} client {root} c.localhost.crt"));
}

#[test]
#[ignore = "needs mkcert (Debian: mkcert) and openssl (Debian: openssl)"]
fn mkcerts_own_ca_is_adopted() {
    let sandbox = Sandbox::new();
    let caroot = sandbox.work().join("caroot");
    std::fs::create_dir(&caroot).unwrap();
    let made = std::process::Command::new("mkcert")
        .args(["-cert-file", "m.crt", "-key-file", "m.key", "localhost"])
        .env("CAROOT", &caroot)
        .current_dir(sandbox.work())
        .output()
        .expect("mkcert runs");
    assert!(made.status.success());
    sandbox.run("ca import caroot");
    sandbox.run("issue www.example.com");
    sandbox.other(
        "openssl",
        "verify -x509_strict -CAfile caroot/rootCA.pem www.example.com.crt",
    );
    assert!(
        !ca_file(&sandbox, "root.key").exists() && !ca_file(&sandbox, "intermediate.key").exists()
    );
}
