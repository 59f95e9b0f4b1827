//! A CA below another: the local one below somebody else's, and others below the local one.

use std::fs;

use certwright::cert::Certificate;

use crate::sandbox::{Sandbox, listing};

/// A sandbox whose CA asked another for its certificate, in `ca.csr`; `company.crt` is that one's chain.
fn asked(words: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.run("--home company ca init --path-length 2 --subject /O=Company");
    sandbox.run(&format!("ca init --request ca.csr {words}"));
    sandbox
}

/// Has the company's CA sign the request.
fn signed(sandbox: &Sandbox, words: &str) {
    sandbox.run(&format!(
        "--home company issue --ca --csr ca.csr --cert-file answer.crt {words}"
    ));
    sandbox.run("--home company ca export --output company.crt");
}

fn first(sandbox: &Sandbox, name: &str) -> Certificate {
    Certificate::all_from_bytes(sandbox.text(name).as_bytes())
        .unwrap()
        .remove(0)
}

#[test]
fn a_request_waits_until_it_is_answered() {
    let sandbox = asked("--path-length 1 --subject /O=Example");
    let shown = sandbox.json("ca show");
    assert_eq!(shown["generations"].as_array().unwrap().len(), 0);
    assert_eq!(shown["pending"]["path_length"], 1);
    let text = sandbox.run("ca show");
    assert!(text.contains("a request waits for its answer"), "{text}");
    assert_eq!(
        listing(&sandbox.ca().join("pending")),
        ["crl-url", "intermediate.csr", "intermediate.key"]
    );
    for words in ["issue a.test", "ca init", "ca export", "ca rotate"] {
        let error = sandbox.fails(2, words);
        assert!(
            error.contains("waits for the certificate"),
            "{words}: {error}"
        );
        assert!(error.contains("ca import ANSWER"), "{words}: {error}");
    }
    assert_eq!(sandbox.files(), ["ca.csr", "company"]);
    signed(&sandbox, "--path-length 1");
    let shown = sandbox.json("ca import answer.crt --chain company.crt");
    assert_eq!(shown["pending"], serde_json::Value::Null);
    assert_eq!(shown["generations"][0]["requested"], true);
    assert_eq!(shown["generations"][0]["path_length"], 1);
    assert_eq!(shown["warnings"].as_array().unwrap().len(), 0, "{shown}");
    assert!(!sandbox.ca().join("pending").exists());
    sandbox.run("issue a.test");
    let chain = Certificate::all_from_bytes(sandbox.text("a.test.crt").as_bytes()).unwrap();
    assert_eq!(chain.len(), 3);
    sandbox.run("verify a.test.crt --hostname a.test --roots company.crt");
}

#[test]
fn an_answer_is_looked_at_before_it_is_taken() {
    let sandbox = asked("--subject /CN=dev.test");
    let error = sandbox.fails(2, "ca init --request again.csr");
    assert!(error.contains("waits for its answer already"), "{error}");
    signed(&sandbox, "");
    let error = sandbox.fails(2, "ca import company.crt");
    assert!(error.contains("none of the certificates given"), "{error}");
    sandbox.run("--home company issue --client --csr ca.csr --cert-file leaf.crt");
    let error = sandbox.fails(2, "ca import leaf.crt company.crt");
    assert!(error.contains("is no CA's certificate"), "{error}");
    let error = sandbox.fails(2, "ca import answer.crt");
    assert!(
        error.contains("is missing") && error.contains("--chain"),
        "{error}"
    );
    let late = sandbox.fails(2, "--at 2099-01-01 ca import answer.crt company.crt");
    assert!(late.contains("is valid from"), "{late}");
    sandbox.run("ca init --request again.csr --force");
    let error = sandbox.fails(2, "ca import answer.crt company.crt");
    assert!(error.contains("none of the certificates given"), "{error}");
}

#[test]
fn what_the_company_grants_otherwise_is_told() {
    let sandbox = asked("--path-length 1");
    signed(&sandbox, "");
    let told = sandbox
        .certwright("ca import answer.crt company.crt")
        .assert()
        .success();
    let told = String::from_utf8_lossy(&told.get_output().stderr).into_owned();
    assert!(
        told.contains("has a path length of 0, and asked for a path length of 1"),
        "{told}"
    );
    let error = sandbox.fails(2, "issue --ca mesh");
    assert!(error.contains("rotate --path-length 1"), "{error}");
}

#[test]
fn a_successor_asks_the_same_company() {
    let sandbox = asked("");
    signed(&sandbox, "");
    sandbox.run("ca import answer.crt company.crt");
    let before = sandbox.generation();
    sandbox.run("issue a.test");
    let error = sandbox.fails(2, "ca init --request next.csr");
    assert!(error.contains("ca rotate --request"), "{error}");
    sandbox.run("ca rotate --request next.csr");
    // Until the answer comes, the one before issues.
    assert_eq!(sandbox.generation(), before);
    sandbox.run("issue b.test");
    sandbox.run("--home company issue --ca --csr next.csr --cert-file next.crt");
    sandbox.run("ca import next.crt company.crt");
    assert_ne!(sandbox.generation(), before);
    let shown = sandbox.json("ca show");
    assert_eq!(shown["generations"].as_array().unwrap().len(), 2);
    assert_eq!(
        shown["generations"][0]["sha256"],
        shown["generations"][1]["sha256"]
    );
    sandbox.run("renew --force a.test.crt");
    sandbox.run("verify a.test.crt --hostname a.test --roots company.crt");
    let told = sandbox.certwright("ca rotate").assert().success();
    let told = String::from_utf8_lossy(&told.get_output().stderr).into_owned();
    assert!(told.contains("ca rotate --request FILE"), "{told}");
}

#[test]
fn a_ca_below_may_do_what_is_asked_for_and_no_more() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init");
    let error = sandbox.fails(2, "issue --ca mesh");
    assert!(error.contains("has a path length of 0"), "{error}");
    assert!(error.contains("ca rotate --path-length 1"), "{error}");
    assert!(sandbox.files().is_empty());
    sandbox.run("ca rotate --path-length 1");
    let told = sandbox.json("issue --ca mesh");
    assert_eq!(told["subject"], "CN=mesh");
    let mesh = first(&sandbox, "mesh.crt");
    assert!(mesh.is_authority() && mesh.may_sign_revocation_lists());
    assert_eq!((mesh.path_length(), mesh.names().len()), (Some(0), 0));
    let above = fs::read(sandbox.generation().join("intermediate.crt")).unwrap();
    let above = Certificate::all_from_bytes(&above).unwrap().remove(0);
    assert_eq!(mesh.name_constraints(), above.name_constraints());
    for (words, told) in [
        ("issue --ca", "without a subject"),
        ("issue --ca a b", "called by one name"),
        ("issue --ca a --subject CN=b", "has a common name"),
        ("issue --ca deep --path-length 1", "takes 2"),
        ("issue --ca mesh", "mesh"),
    ] {
        let error = sandbox.fails(2, words);
        assert!(error.contains(told), "{words}: {error}");
    }
    // Successors allow the same.
    sandbox.run("ca rotate");
    sandbox.run("issue --ca other --if-needed");
    let before = sandbox.text("other.crt");
    sandbox.run("issue --ca other --if-needed");
    assert_eq!(sandbox.text("other.crt"), before);
}

#[test]
fn a_first_ca_has_room_for_what_it_is_made_for() {
    let sandbox = Sandbox::new();
    sandbox.run("issue --ca mesh --path-length 1");
    assert_eq!(sandbox.json("ca show")["generations"][0]["path_length"], 2);
}

#[test]
fn the_ledger_knows_cas_and_renews_them_with_their_keys() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init --path-length 1");
    sandbox.run("issue --ca mesh");
    let row = &sandbox.json("list")["certificates"][0];
    assert_eq!(
        (&row["ca"], &row["command"]),
        (&true.into(), &"issue --ca".into())
    );
    let (before, key) = (first(&sandbox, "mesh.crt"), sandbox.text("mesh.key"));
    sandbox.run("renew --force mesh.crt");
    let after = first(&sandbox, "mesh.crt");
    assert_ne!(before.serial(), after.serial());
    assert_eq!(before.public_key(), after.public_key());
    assert_eq!((after.is_authority(), after.path_length()), (true, Some(0)));
    assert_eq!(sandbox.text("mesh.key"), key);
    // Also where the ledger was lost.
    fs::remove_file(sandbox.ca().join("ledger.sqlite")).unwrap();
    sandbox.run("ca repair");
    assert_eq!(sandbox.json("list --all")["certificates"][0]["ca"], true);
    sandbox.run("revoke mesh.crt --reason key-compromise");
    let error = sandbox.fails(2, "renew --force mesh.crt");
    assert!(error.contains("in the wrong hands"), "{error}");
    // The CA itself is no certificate of its own.
    let own = sandbox.generation().join("intermediate.crt");
    sandbox.fails(2, &format!("renew --force {}", own.display()));
}

#[test]
fn a_renewal_gives_a_ca_below_no_more_names() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init --path-length 1");
    sandbox.run("issue --ca mesh");
    let limits = |sandbox: &Sandbox| first(sandbox, "mesh.crt").name_constraints().cloned();
    let before = limits(&sandbox);
    assert!(before.is_some());
    sandbox.run("ca widen example.com");
    sandbox.run("renew --force mesh.crt");
    assert_eq!(limits(&sandbox), before);
    sandbox.run("issue --ca mesh --force");
    assert_ne!(limits(&sandbox), before);
    let own = sandbox.run("inspect --field issuer mesh.crt");
    let own = own.lines().next().unwrap().strip_prefix("CN=").unwrap();
    // Clients tell no capitals from small letters there.
    for name in [own, &own.to_uppercase()] {
        let told = sandbox.certwright("issue --ca").arg(name).assert().code(2);
        let told = String::from_utf8_lossy(&told.get_output().stderr).into_owned();
        assert!(told.contains("is the name of a CA above"), "{told}");
    }
}

#[test]
fn a_ca_below_whose_key_is_in_the_wrong_hands_gets_another_as_the_hint_says() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init --path-length 1");
    sandbox.run("issue --ca mesh");
    sandbox.run("revoke mesh.crt --reason key-compromise");
    let error = sandbox.fails(2, "renew --force mesh.crt");
    assert!(
        error.contains("certwright issue --ca NAME --force"),
        "{error}"
    );
    let key = sandbox.text("mesh.key");
    sandbox.run("issue --ca mesh --force");
    assert_ne!(sandbox.text("mesh.key"), key);
    sandbox.run("renew --force mesh.crt");
}

#[test]
fn a_root_that_issues_itself_is_none_of_its_own_certificates() {
    let sandbox = Sandbox::new();
    sandbox.run("--home other ca init --keep-root-key");
    let other = std::fs::read_to_string(sandbox.path("other/current")).unwrap();
    for file in ["root.crt", "root.key"] {
        let place = sandbox.path("other").join(other.trim()).join(file);
        fs::copy(place, sandbox.path(file)).unwrap();
    }
    sandbox.run("ca import --cert root.crt --key root.key");
    sandbox.run("issue a.test");
    let root = sandbox.text("root.crt");
    let error = sandbox.fails(2, "renew --force root.crt");
    assert!(
        error.contains("is a CA's certificate, which is not renewed"),
        "{error}"
    );
    sandbox.fails(2, "revoke root.crt");
    assert_eq!(sandbox.text("root.crt"), root);
}

#[test]
fn a_request_that_names_no_host_is_a_cas() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init --path-length 1");
    sandbox.run("csr a.test --subject /CN=Vault");
    sandbox.run("issue --ca --csr a.test.csr");
    let vault = first(&sandbox, "Vault.crt");
    assert!(vault.is_authority() && vault.names().is_empty());
    sandbox.run("csr b.test");
    let error = sandbox.fails(2, "issue --ca --csr b.test.csr");
    assert!(error.contains("has no subject"), "{error}");
}

#[test]
fn a_mesh_gets_its_files_only_if_its_clients_take_them() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init --path-length 1 -a p384");
    sandbox.run("issue --ca mesh");
    let error = sandbox.fails(2, "export linkerd mesh.crt --with-ca-key");
    assert!(
        error.contains("P-256") && error.contains("rotate -a p256"),
        "{error}"
    );
    let error = sandbox.fails(2, "export istio mesh.crt");
    assert!(error.contains("--with-ca-key"), "{error}");
    sandbox.run("export istio mesh.crt --with-ca-key");
    assert_eq!(
        listing(&sandbox.path("istio")),
        [
            "ca-cert.pem",
            "ca-key.pem",
            "cert-chain.pem",
            "root-cert.pem"
        ]
    );
}

#[test]
fn lists_are_published_where_the_request_was_told() {
    let sandbox = asked("--crl-url http://pki.test/crl");
    assert_eq!(
        sandbox.json("ca show")["pending"]["crl_url"],
        "http://pki.test/crl/"
    );
    signed(&sandbox, "");
    sandbox.run("ca import answer.crt company.crt");
    sandbox.run("issue a.test");
    let name = sandbox.generation();
    let name = name.file_name().unwrap().to_string_lossy().into_owned();
    let told = format!("http://pki.test/crl/{name}.crl");
    assert_eq!(first(&sandbox, "a.test.crt").crl_urls(), [told]);
    // The successor's too; and one that was given up leaves nothing behind.
    sandbox.run("ca rotate --request next.csr");
    assert_eq!(
        sandbox.json("ca show")["pending"]["crl_url"],
        "http://pki.test/crl/"
    );
    let other = asked("--crl-url http://pki.test/crl");
    other.run("ca init --request ca.csr --force");
    assert!(other.json("ca show")["pending"]["crl_url"].is_null());
    fs::write(other.ca().join("pending/crl-url"), "no URL").unwrap();
    let error = other.fails(2, "ca show");
    assert!(error.contains("crl-url cannot be used"), "{error}");
}

#[test]
fn what_a_ca_made_elsewhere_revoked_stays_revoked() {
    let sandbox = Sandbox::new();
    // Another folder of this program is the CA made elsewhere.
    sandbox.run("--home old ca init --keep-root-key");
    sandbox.run("--home old issue a.test");
    sandbox.run("--home old revoke a.test.crt --reason superseded");
    sandbox.run("--home old ca crl --output lists.pem");
    sandbox.run("--home old ca crl --output lists.pem");
    let name = fs::read_to_string(sandbox.path("old/current")).unwrap();
    let file = |file: &str| format!("old/{}/{file}", name.trim());
    let told = sandbox
        .certwright(&format!(
            "ca import --cert {} --key {} --chain {} --crl lists.pem",
            file("intermediate.crt"),
            file("intermediate.key"),
            file("root.crt")
        ))
        .assert()
        .success();
    let told = String::from_utf8_lossy(&told.get_output().stderr).into_owned();
    assert!(told.contains("with 1 certificates on it"), "{told}");
    assert_eq!(
        sandbox.json("list --revoked")["certificates"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let lists = sandbox.json("ca crl --out-dir lists");
    let own = &lists["lists"][0];
    assert_eq!(own["number"], 3, "{lists}");
    let verify = format!(
        "verify a.test.crt --roots {} --crl lists/crl.pem",
        file("root.crt")
    );
    let answer = sandbox.certwright(&verify).assert().code(1);
    let answer = String::from_utf8_lossy(&answer.get_output().stdout).into_owned();
    assert!(answer.contains("  revoked"), "{answer}");
    let error = sandbox.fails(2, "ca import --crl lists.pem");
    assert!(error.contains("has the number 2"), "{error}");
    let other = Sandbox::new();
    other.run("ca init");
    let path = sandbox.path("lists.pem");
    let error = other.fails(2, &format!("ca import --crl {}", path.display()));
    assert!(error.contains("the list is by"), "{error}");
}

#[test]
fn a_ca_whose_records_cannot_be_read_is_not_taken_in() {
    let sandbox = Sandbox::new();
    sandbox.run("--home old ca init");
    sandbox.run("--home old ca crl --output lists.pem");
    sandbox.run("--home other ca init");
    sandbox.run("--home other ca crl --output others.pem");
    fs::write(sandbox.path("bad"), "nothing\n").unwrap();
    let name = fs::read_to_string(sandbox.path("old/current")).unwrap();
    let folder = format!("old/{}", name.trim());
    let import = format!(
        "ca import --cert {folder}/intermediate.crt --key {folder}/intermediate.key --chain {folder}/root.crt"
    );
    for records in [
        "--crl bad",
        "--crl others.pem",
        "--index bad",
        "--crl lists.pem --index bad",
        "--crl absent",
    ] {
        sandbox.fails(2, &format!("{import} {records}"));
        assert!(!sandbox.ca().join("current").exists(), "{records}");
    }
    sandbox.run(&format!("{import} --crl lists.pem"));
    let error = sandbox.fails(2, &import);
    assert!(error.contains("certwright ca import --crl FILE"), "{error}");

    let asked = asked("");
    signed(&asked, "");
    fs::write(asked.path("bad"), "nothing\n").unwrap();
    asked.fails(2, "ca import answer.crt --chain company.crt --crl bad");
    assert_ne!(asked.json("ca show")["pending"], serde_json::Value::Null);
    let company = fs::read_to_string(asked.path("company/current")).unwrap();
    asked.run(&format!(
        "ca import answer.crt --chain company.crt --crl company/{}/root.crl",
        company.trim()
    ));
}

#[test]
fn the_ca_is_lengthened_while_another_request_waits() {
    let sandbox = asked("");
    signed(&sandbox, "--days 30");
    sandbox.run("ca import answer.crt --chain company.crt");
    let before = sandbox.json("ca show")["generations"][0]["not_after"].clone();
    sandbox.run("ca rotate --request next.csr");
    let error = sandbox.fails(2, "ca import answer.crt --chain company.crt");
    assert!(error.contains("for the key of the request"), "{error}");
    sandbox.run("--home company issue --ca --csr ca.csr --cert-file longer.crt --days 60");
    let told = sandbox.json("ca import longer.crt answer.crt --chain company.crt");
    assert_ne!(told["generations"][0]["not_after"], before);
    let note = told["warnings"][0].as_str().unwrap();
    assert!(note.contains("waits still"), "{told}");
    sandbox.run("--home company issue --ca --csr next.csr --cert-file next.crt");
    let told = sandbox.json("ca import next.crt longer.crt --chain company.crt");
    assert_eq!(told["generations"].as_array().unwrap().len(), 2);
    assert_eq!(told["pending"], serde_json::Value::Null);
}

#[test]
fn a_retired_ca_leaves_a_last_list() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init");
    sandbox.run("issue a.test");
    sandbox.run("issue b.test");
    sandbox.run("revoke a.test.crt");
    let old = sandbox.generation();
    let old = old.file_name().unwrap().to_string_lossy().into_owned();
    sandbox.run("ca export --output root.crt");
    sandbox.run("ca rotate");
    let told = sandbox.json(&format!("ca retire {old} --force"));
    let list = told["last_list"].as_str().unwrap();
    assert!(
        list.ends_with(&format!("retired/{old}/intermediate.crl")),
        "{list}"
    );
    let verify = |name: &str| {
        format!(
            "--at 2034-01-01 verify {name}.crt --hostname {name} --roots root.crt --crl {list} --json"
        )
    };
    let revoked = sandbox.certwright(&verify("a.test")).output().unwrap();
    assert!(String::from_utf8_lossy(&revoked.stdout).contains("revoked"));
    // One without lists needs none.
    sandbox.run("ca rotate");
    let shown = sandbox.json("ca show");
    let old = shown["generations"][1]["name"].as_str().unwrap();
    let told = sandbox.json(&format!("ca retire {old}"));
    assert!(told["last_list"].is_null());
}
