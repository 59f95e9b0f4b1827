//! Other people's CAs: openssl signs our request as a company's root would, and issues by our sub-CA's key as
//! a mesh would; openssl, Go and curl judge what comes of it.

use std::io::Write as _;
use std::process::{Command, Stdio};

use certwright::cert::Certificate;
use data_encoding::BASE64;
use serde_json::json;

use super::servers::Server;
use super::{program, root};
use crate::sandbox::Sandbox;

/// A company's root, made and kept by openssl, whose path length is as given.
fn company(sandbox: &Sandbox, path_length: u8) {
    sandbox.write(
        "root.cnf",
        format!(
            "[req]\nprompt = no\ndistinguished_name = dn\nx509_extensions = ext\n[dn]\nO = Company\nCN = Company Root\n\
             [ext]\nbasicConstraints = critical, CA:TRUE, pathlen:{path_length}\nkeyUsage = critical, keyCertSign, cRLSign\n\
             subjectKeyIdentifier = hash\n"
        ),
    );
    sandbox.other(
        "openssl",
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-384 -nodes -config root.cnf -days 3650 -keyout company.key -out company.crt",
    );
}

/// Has the company's root sign a request, with the extensions that it asks for.
fn signs(sandbox: &Sandbox, request: &str, answer: &str) {
    sandbox.other(
        "openssl",
        &format!("x509 -req -in {request} -CA company.crt -CAkey company.key -copy_extensions copy -days 900 -out {answer}"),
    );
}

/// The certificates of a file, in DER.
fn ders(sandbox: &Sandbox, name: &str) -> Vec<String> {
    let bytes = std::fs::read(sandbox.path(name)).unwrap();
    let all = Certificate::all_from_bytes(&bytes).unwrap();
    all.iter().map(|one| BASE64.encode(one.der())).collect()
}

/// Go's answer for a server's chain: "accepted", or why not.
fn go(sandbox: &Sandbox, chain: &[&str], root: &str, name: &str) -> String {
    sandbox.other("go", &format!("build -o paths {}", program("paths.go")));
    let mut chain: Vec<String> = chain.iter().flat_map(|file| ders(sandbox, file)).collect();
    let question = json!({
        "Leaf": chain.remove(0),
        "Intermediates": chain,
        "Roots": ders(sandbox, root),
        "Name": name,
        "At": time::OffsetDateTime::now_utc().unix_timestamp(),
    });
    let mut child = Command::new(sandbox.path("paths"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it was built");
    let mut input = child.stdin.take().expect("it is piped");
    input.write_all(question.to_string().as_bytes()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Whether openssl accepts a server's chain, and what it says.
fn openssl(sandbox: &Sandbox, leaf: &str, above: &str, root: &str, name: &str) -> (bool, String) {
    let words = format!(
        "verify -x509_strict -purpose sslserver -verify_hostname {name} -CAfile {root} -untrusted {above} {leaf}"
    );
    let output = sandbox.other_output("openssl", &words);
    let told = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    (output.status.success(), told)
}

#[test]
#[ignore = "needs openssl, curl, python3 and Go (Debian: openssl curl python3 golang-go)"]
fn clients_of_a_company_accept_what_its_ca_below_issues() {
    for algorithm in ["p256", "rsa2048"] {
        let sandbox = Sandbox::new();
        company(&sandbox, 1);
        sandbox.run(&format!(
            "ca init --request ca.csr --subject /O=Company/OU=Dev -a {algorithm}"
        ));
        let told = sandbox.other("openssl", "req -in ca.csr -noout -verify -text");
        assert!(told.contains("verify OK"), "{told}");
        assert!(told.contains("CA:TRUE, pathlen:0"), "{told}");
        signs(&sandbox, "ca.csr", "answer.crt");
        let told = sandbox.json("ca import answer.crt --chain company.crt");
        assert_eq!(told["warnings"].as_array().unwrap().len(), 0, "{told}");
        sandbox.run("issue localhost 127.0.0.1");
        let (accepted, told) = openssl(
            &sandbox,
            "localhost.crt",
            "localhost.crt",
            "company.crt",
            "localhost",
        );
        assert!(accepted, "{told}");
        let answer = go(&sandbox, &["localhost.crt"], "company.crt", "localhost");
        assert_eq!(answer, "accepted");
        sandbox.run("verify localhost.crt --hostname localhost --roots company.crt");
        let server = Server::python(&sandbox, "localhost.crt localhost.key");
        sandbox.other(
            "curl",
            &format!(
                "--silent --show-error --fail --ipv4 --output /dev/null --cacert company.crt https://localhost:{}/",
                server.port
            ),
        );
    }
}

#[test]
#[ignore = "needs openssl (Debian: openssl)"]
fn answers_come_in_every_form() {
    let sandbox = Sandbox::new();
    company(&sandbox, 1);
    sandbox.run("ca init --request ca.csr");
    signs(&sandbox, "ca.csr", "answer.crt");
    sandbox.other(
        "openssl",
        "x509 -in answer.crt -outform DER -out answer.der",
    );
    sandbox.other(
        "openssl",
        "x509 -in company.crt -outform DER -out company.der",
    );
    sandbox.other(
        "openssl",
        "crl2pkcs7 -nocrl -certfile company.crt -certfile answer.crt -outform DER -out answer.p7b",
    );
    for given in [
        "answer.der company.der",
        "answer.p7b",
        "company.crt answer.crt",
    ] {
        let told = sandbox.json(&format!("ca import {given}"));
        assert_eq!(told["generations"].as_array().unwrap().len(), 1, "{given}");
    }
}

#[test]
#[ignore = "needs openssl (Debian: openssl)"]
fn a_root_that_leaves_no_room_is_refused_by_all() {
    let sandbox = Sandbox::new();
    company(&sandbox, 0);
    sandbox.run("ca init --request ca.csr");
    signs(&sandbox, "ca.csr", "answer.crt");
    let error = sandbox.fails(2, "ca import answer.crt company.crt");
    assert!(
        error.contains("the path length of CN=Company Root"),
        "{error}"
    );
    // What would have come of it.
    sandbox.write(
        "leaf.cnf",
        "subjectAltName = DNS:a.test\nbasicConstraints = CA:FALSE\n",
    );
    sandbox.other(
        "openssl",
        "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=a.test -keyout leaf.key -out leaf.csr",
    );
    let key = sandbox.ca().join("pending/intermediate.key");
    sandbox.other(
        "openssl",
        &format!(
            "x509 -req -in leaf.csr -CA answer.crt -CAkey {} -days 9 -extfile leaf.cnf -out leaf.crt",
            key.display()
        ),
    );
    let (accepted, told) = openssl(&sandbox, "leaf.crt", "answer.crt", "company.crt", "a.test");
    assert!(!accepted && told.contains("path length"), "{told}");
}

/// A sandbox with a CA below the local one, and a leaf and a further CA that openssl made by its key.
fn mesh() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.run("ca init --path-length 1");
    sandbox.run("issue --ca mesh");
    sandbox.run("ca export --output root.crt");
    sandbox.write(
        "ext.cnf",
        "[leaf]\nbasicConstraints = critical, CA:FALSE\nkeyUsage = critical, digitalSignature\n\
         extendedKeyUsage = serverAuth\nsubjectAltName = DNS:a.svc\nsubjectKeyIdentifier = hash\n\
         authorityKeyIdentifier = keyid\n\
         [outside]\nsubjectAltName = DNS:www.example.com\nextendedKeyUsage = serverAuth\n\
         [ca]\nbasicConstraints = critical, CA:TRUE\nkeyUsage = critical, keyCertSign\n\
         subjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid\n",
    );
    for (name, section, issuer) in [
        ("leaf", "leaf", "mesh"),
        ("outside", "outside", "mesh"),
        ("deeper", "ca", "mesh"),
        ("deep", "leaf", "deeper"),
    ] {
        sandbox.other(
            "openssl",
            &format!("req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /O={name} -keyout {name}.key -out {name}.csr"),
        );
        sandbox.other(
            "openssl",
            &format!(
                "x509 -req -in {name}.csr -CA {issuer}.crt -CAkey {issuer}.key -days 9 -extfile ext.cnf -extensions {section} -out {name}.crt"
            ),
        );
    }
    sandbox
}

#[test]
#[ignore = "needs openssl and Go (Debian: openssl golang-go)"]
fn what_a_ca_below_issues_is_accepted_as_far_as_the_local_ca_reaches() {
    let sandbox = mesh();
    let together = format!("{}{}", sandbox.text("deeper.crt"), sandbox.text("mesh.crt"));
    sandbox.write("deeper-and-mesh.crt", together);
    for (leaf, above, name, why) in [
        ("leaf", "mesh.crt", "a.svc", None),
        ("outside", "mesh.crt", "www.example.com", Some("permitted")),
        ("deep", "deeper-and-mesh.crt", "a.svc", Some("path length")),
    ] {
        let file = format!("{leaf}.crt");
        let (accepted, told) = openssl(&sandbox, &file, above, "root.crt", name);
        assert_eq!(accepted, why.is_none(), "{leaf}: {told}");
        assert!(why.is_none_or(|why| told.contains(why)), "{leaf}: {told}");
        let answer = go(&sandbox, &[&file, above], "root.crt", name);
        assert_eq!(answer == "accepted", why.is_none(), "{leaf}: {answer}");
        let words =
            format!("verify {file} --hostname {name} --roots root.crt --intermediates {above}");
        match why {
            None => {
                sandbox.run(&words);
            }
            Some(_) => {
                sandbox.fails(1, &words);
            }
        }
    }
}

#[test]
#[ignore = "needs openssl and Go (Debian: openssl golang-go)"]
fn a_renewed_ca_below_holds_what_it_issued_before() {
    let sandbox = mesh();
    let before = sandbox.text("mesh.crt");
    sandbox.run("renew --force mesh.crt");
    assert_ne!(sandbox.text("mesh.crt"), before);
    let (accepted, told) = openssl(&sandbox, "leaf.crt", "mesh.crt", "root.crt", "a.svc");
    assert!(accepted, "{told}");
    assert_eq!(
        go(&sandbox, &["leaf.crt", "mesh.crt"], "root.crt", "a.svc"),
        "accepted"
    );
}

#[test]
#[ignore = "needs openssl (Debian: openssl)"]
fn a_revoked_ca_below_takes_what_it_issued_along() {
    let sandbox = mesh();
    sandbox.run("revoke mesh.crt");
    sandbox.run("ca crl --output lists.pem");
    // Its own list, which is empty.
    sandbox.write("index.txt", "");
    sandbox.write(
        "crl.cnf",
        "[ca]\ndefault_ca = own\n[own]\ndatabase = index.txt\ndefault_md = sha256\ndefault_crl_days = 9\n",
    );
    sandbox.other(
        "openssl",
        "ca -gencrl -config crl.cnf -cert mesh.crt -keyfile mesh.key -out own.pem",
    );
    let all = format!("{}{}", sandbox.text("lists.pem"), sandbox.text("own.pem"));
    sandbox.write("lists.pem", all);
    let words =
        "verify -crl_check_all -CAfile root.crt -CRLfile lists.pem -untrusted mesh.crt leaf.crt";
    let told = sandbox.other_output("openssl", words);
    let told = String::from_utf8_lossy(&told.stderr).into_owned();
    assert!(told.contains("certificate revoked"), "{told}");
}

#[test]
#[ignore = "needs openssl (Debian: openssl)"]
fn the_local_ca_that_its_root_revoked_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init --keep-root-key");
    sandbox.run("issue a.localhost");
    sandbox.run("ca export -o root.crt");
    let words = "verify -crl_check_all -CAfile root.crt -CRLfile lists.pem -untrusted a.localhost.crt a.localhost.crt";
    sandbox.run("ca crl -o lists.pem");
    let told = sandbox.other_output("openssl", words);
    assert!(told.status.success(), "{told:?}");
    let own = sandbox.generation().join("intermediate.crt");
    sandbox.run(&format!("revoke {} --reason key-compromise", own.display()));
    sandbox.run("ca crl -o lists.pem");
    let told = sandbox.other_output("openssl", words);
    let told = String::from_utf8_lossy(&told.stderr).into_owned();
    assert!(told.contains("error 23 at 1 depth lookup"), "{told}");
}

#[test]
#[ignore = "needs openssl (Debian: openssl)"]
fn a_ca_that_the_company_revoked_issues_no_more() {
    let sandbox = Sandbox::new();
    company(&sandbox, 2);
    sandbox.run("ca init --request ca.csr");
    signs(&sandbox, "ca.csr", "answer.crt");
    sandbox.run("ca import answer.crt --chain company.crt");
    sandbox.run("issue a.localhost");
    sandbox.write("index.txt", "");
    sandbox.write("crlnumber", "05\n");
    sandbox.write(
        "crl.cnf",
        "[ca]\ndefault_ca = own\n[own]\ndatabase = index.txt\ncrlnumber = crlnumber\ndefault_md = sha256\ndefault_crl_days = 9\n",
    );
    let openssl = |words: &str| {
        let own = "-config crl.cnf -cert company.crt -keyfile company.key";
        sandbox.other("openssl", &format!("ca {own} {words}"));
    };
    openssl("-gencrl -out company.crl");
    sandbox.run("ca import --crl company.crl");
    sandbox.run("issue b.localhost");
    openssl("-revoke answer.crt -crl_reason CACompromise");
    openssl("-gencrl -out company.crl");
    sandbox.run("ca import --crl company.crl");
    let error = sandbox.fails(2, "issue c.localhost");
    assert!(error.contains("was revoked on"), "{error}");
    assert!(error.contains("(ca-compromise)"), "{error}");
    assert!(error.contains("ca rotate --request"), "{error}");
    let own = sandbox.generation().join("intermediate.crt");
    let error = sandbox.fails(2, &format!("revoke {}", own.display()));
    assert!(error.contains("CN=Company Root"), "{error}");
}

#[test]
#[ignore = "needs openssl (Debian: openssl)"]
fn a_request_as_vault_makes_it_becomes_a_ca() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init --path-length 1");
    // Vault wrote what the CA is called among the host names, whatever it is.
    sandbox.write(
        "vault.cnf",
        "[req]\nprompt = no\ndistinguished_name = dn\nreq_extensions = ext\n[dn]\nCN = Example Intermediate Authority\n\
         [ext]\nsubjectAltName = DNS:Example Intermediate Authority\n",
    );
    sandbox.other(
        "openssl",
        "req -newkey rsa:2048 -nodes -config vault.cnf -keyout vault.key -out vault.csr",
    );
    sandbox.run("issue --ca --csr vault.csr --cert-file signed.crt");
    let root = root(&sandbox);
    let told = sandbox.other(
        "openssl",
        &format!("verify -x509_strict -CAfile {root} -untrusted signed.crt signed.crt"),
    );
    assert!(told.contains("OK"), "{told}");
    let told = sandbox.other(
        "openssl",
        "x509 -in signed.crt -noout -subject -ext basicConstraints",
    );
    assert!(
        told.contains("CN = Example Intermediate Authority"),
        "{told}"
    );
    assert!(told.contains("CA:TRUE, pathlen:0"), "{told}");
}

#[test]
#[ignore = "needs openssl and Go (Debian: openssl golang-go)"]
fn what_is_laid_out_for_others_verifies_by_the_line_that_is_printed() {
    let sandbox = mesh();
    for server in ["istio", "linkerd", "vault"] {
        let told = sandbox.json(&format!("export {server} mesh.crt --with-ca-key"));
        let line = told["client"].as_str().unwrap().to_owned();
        let line = line.strip_prefix("openssl ").expect("it is openssl's");
        let told = sandbox.other("openssl", line);
        assert!(told.contains("OK"), "{server}: {told}");
    }
    // As Istio and Linkerd look at it before they issue by it: with Go's crypto/x509, for a server.
    for (files, root) in [
        (
            ["istio/ca-cert.pem", "istio/cert-chain.pem"].as_slice(),
            "istio/root-cert.pem",
        ),
        (["linkerd/issuer.crt"].as_slice(), "linkerd/ca.crt"),
    ] {
        assert_eq!(go(&sandbox, files, root, ""), "accepted");
    }
    // The key of each belongs to its certificate.
    for (key, certificate) in [
        ("istio/ca-key.pem", "istio/ca-cert.pem"),
        ("linkerd/issuer.key", "linkerd/issuer.crt"),
        ("vault/bundle.pem", "vault/bundle.pem"),
    ] {
        let of_key = sandbox.other("openssl", &format!("pkey -in {key} -pubout"));
        let of_certificate =
            sandbox.other("openssl", &format!("x509 -in {certificate} -noout -pubkey"));
        assert_eq!(of_key, of_certificate, "{key}");
    }
}
