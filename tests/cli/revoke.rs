//! `certwright revoke` and `certwright ca crl`.

use std::fs;

use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::contains;
use serde_json::Value;

use crate::sandbox::Sandbox;

fn lists(sandbox: &Sandbox, words: &str) -> Vec<Value> {
    let told = sandbox.json(&format!("ca crl {words}"));
    told["lists"].as_array().unwrap().clone()
}

#[test]
fn what_is_revoked_stays_so_and_is_said_to_be() {
    let sandbox = Sandbox::new();
    sandbox.run("issue a.localhost");
    let told = sandbox.run("revoke a.localhost.crt --reason key-compromise");
    assert!(
        told.contains("a.localhost  revoked 20") && told.contains(", key-compromise"),
        "{told}"
    );
    for words in [
        "revoke a.localhost",
        "revoke a.localhost.crt --reason superseded",
    ] {
        sandbox
            .certwright(words)
            .assert()
            .success()
            .stderr(contains("was revoked already on").and(contains("ca crl").not()));
    }
    let row = &sandbox.json("revoke a.localhost")["revoked"][0];
    assert_eq!(
        (&row["already"], &row["reason"]),
        (&true.into(), &"key-compromise".into())
    );
    assert!(sandbox.run("list --revoked").contains("a.localhost"));
    assert_eq!(sandbox.run("list"), "no certificates\n");
}

#[test]
fn of_several_the_one_is_to_be_named() {
    let sandbox = Sandbox::new();
    sandbox.run("issue a.localhost");
    sandbox.run("issue a.localhost b.localhost --out-dir more");
    let error = sandbox.fails(2, "revoke a.localhost");
    assert!(
        error.contains("names 2 certificates") && error.contains("--all"),
        "{error}"
    );
    assert_eq!(sandbox.run("list --revoked"), "no certificates\n");
    let serial = sandbox.json("list")["certificates"][0]["serial"]
        .as_str()
        .unwrap()
        .to_owned();
    sandbox.run(&format!("revoke {serial}"));
    // What is left of the name is one.
    sandbox.run("revoke a.localhost");
    assert_eq!(
        sandbox.json("list --revoked")["certificates"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    sandbox.run("issue a.localhost --force");
    sandbox.run("issue a.localhost --out-dir third");
    sandbox.run("revoke --all a.localhost");
    assert_eq!(sandbox.run("list"), "no certificates\n");
}

#[test]
fn of_one_that_was_renewed_the_one_in_use_is_meant() {
    let sandbox = Sandbox::new();
    sandbox.run("issue a.localhost");
    let serial = || {
        let list = sandbox.json("list");
        list["certificates"][0]["serial"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let mut serials = vec![serial()];
    for _ in 0..2 {
        sandbox.run("renew a.localhost.crt --force");
        serials.push(serial());
    }
    let revoke = |words: &str| {
        let told = sandbox.json(&format!("revoke {words}"));
        let revoked = told["revoked"].as_array().unwrap().iter();
        let revoked = revoked.map(|row| row["serial"].as_str().unwrap().to_owned());
        (revoked.collect::<Vec<_>>(), told["warnings"].to_string())
    };
    let (revoked, told) = revoke("a.localhost");
    assert_eq!(revoked, serials[2..]);
    let line = format!("certwright revoke {} {}", serials[1], serials[0]);
    assert!(
        told.contains("2 earlier certificates") && told.contains(&line),
        "{told}"
    );
    // There is none in use any more, and of the others it may be any.
    sandbox.fails(2, "revoke a.localhost");
    let (revoked, told) = revoke("a.localhost --all");
    assert_eq!(revoked, [&*serials[1], &*serials[0]]);
    assert!(!told.contains("earlier"), "{told}");
}

#[cfg(unix)]
#[test]
fn of_one_whose_server_was_not_told_none_is_chosen() {
    let sandbox = Sandbox::new();
    sandbox.run("issue a.localhost");
    let mut renew = sandbox.certwright("renew --all --force --reload");
    renew.arg("false").assert().code(2);
    let error = sandbox.fails(2, "revoke a.localhost");
    assert!(error.contains("names 2 certificates"), "{error}");
}

#[test]
fn what_others_issued_is_refused_and_nothing_else_done() {
    let sandbox = Sandbox::new();
    sandbox.run("issue a.localhost");
    sandbox.run("self-signed b.localhost");
    let other = Sandbox::new();
    other.run("issue c.localhost");
    fs::copy(other.path("c.localhost.crt"), sandbox.path("c.crt")).unwrap();
    let intermediate = sandbox.generation().join("intermediate.crt");
    for (what, told) in [
        ("b.localhost.crt", "was issued by"),
        ("c.crt", "was issued by CN=certwright intermediate"),
        (&intermediate.display().to_string(), "is the CA itself"),
        ("unknown.localhost", "neither a file"),
        ("a.localhost.key", "no certificate"),
        ("4000", "neither a file"),
    ] {
        let error = sandbox.fails(2, &format!("revoke a.localhost {what}"));
        assert!(error.contains(told), "{what}: {error}");
    }
    assert_eq!(sandbox.run("list --revoked"), "no certificates\n");
    for reason in [
        "certificate-hold",
        "remove-from-crl",
        "ca-compromise",
        "nonsense",
    ] {
        let error = sandbox.fails(2, &format!("revoke a.localhost --reason {reason}"));
        assert!(error.contains("cessation-of-operation"), "{error}");
    }
}

#[test]
fn one_that_the_ledger_does_not_know_is_revoked_by_its_file() {
    let sandbox = Sandbox::new();
    sandbox.run("issue a.localhost");
    sandbox.run("ca rotate");
    fs::remove_file(sandbox.ca().join("ledger.sqlite")).unwrap();
    fs::remove_dir_all(sandbox.ca().join("issued")).unwrap();
    sandbox.run("revoke a.localhost.crt");
    let lists = lists(&sandbox, "");
    let counts: Vec<u64> = lists
        .iter()
        .map(|list| list["revoked"].as_u64().unwrap())
        .collect();
    // The new generation's, the old one's, and their roots'.
    assert_eq!(counts.iter().sum::<u64>(), 1);
    assert_eq!((counts.len(), counts[0]), (4, 0));
}

#[test]
fn lists_are_numbered_and_drop_what_ended_once_it_was_told() {
    let sandbox = Sandbox::new();
    sandbox.run("issue a.localhost --valid-for 10d --at 2026-01-01");
    sandbox.run("revoke a.localhost --at 2026-01-02");
    let at = |moment: &str| {
        let list = lists(&sandbox, &format!("--at {moment}")).swap_remove(0);
        (
            list["number"].as_u64().unwrap(),
            list["revoked"].as_u64().unwrap(),
        )
    };
    assert_eq!(at("2026-01-03"), (1, 1));
    // Its end is past, and this is the first list that tells of it since.
    assert_eq!(at("2026-01-20"), (2, 1));
    assert_eq!(at("2026-01-21"), (3, 0));
    assert_eq!(at("2026-01-22"), (4, 0));
}

#[test]
fn lists_go_where_they_are_asked_for() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init --crl-url http://pki.test/crl");
    sandbox.run("issue a.localhost");
    let shown = sandbox.json("ca show")["generations"][0]["crl_url"].to_string();
    assert!(shown.starts_with("\"http://pki.test/crl/ca-"), "{shown}");
    let name = sandbox
        .generation()
        .file_name()
        .unwrap()
        .to_string_lossy()
        .into_owned();
    let leaf = sandbox.run("inspect a.localhost.crt");
    assert!(
        leaf.contains(&format!("URI:http://pki.test/crl/{name}.crl")),
        "{leaf}"
    );
    assert!(
        leaf.contains(&format!("URI:http://pki.test/crl/{name}-root.crl")),
        "{leaf}"
    );
    sandbox.run("ca crl --out-dir pub");
    let files = crate::sandbox::listing(&sandbox.path("pub"));
    let shown: Vec<&String> = files.iter().filter(|name| !name.starts_with('.')).collect();
    assert_eq!(
        shown,
        [
            &format!("{name}-root.crl"),
            &format!("{name}.crl"),
            "crl.pem"
        ]
    );
    assert_eq!(
        fs::read(sandbox.path(&format!("pub/{name}.crl"))).unwrap()[0],
        0x30
    );
    let pem = sandbox.text("pub/crl.pem");
    assert_eq!(pem.matches("BEGIN X509 CRL").count(), 2);
    // The next replaces lists, and nothing else.
    sandbox.run("ca crl --out-dir pub");
    sandbox.write("mine.txt", "mine");
    assert!(
        sandbox
            .fails(2, "ca crl -o mine.txt")
            .contains("is no revocation list")
    );
    assert_eq!(sandbox.text("mine.txt"), "mine");
    sandbox.run("ca crl -o mine.txt --force --valid-for 7d");
    assert_eq!(sandbox.run("ca crl").matches("BEGIN X509 CRL").count(), 2);
    let der = sandbox.certwright("ca crl --der").output().unwrap().stdout;
    assert_eq!(der[0], 0x30);
    // Nothing is told that is not in the file.
    let told = sandbox.run("ca crl --der -o own.der");
    assert_eq!(told.matches("list ").count(), 1, "{told}");
    let told = sandbox.json("ca crl --der -o own.der");
    assert_eq!(told["lists"].as_array().unwrap().len(), 1, "{told}");
    let pem = told["pem"].as_str().unwrap();
    assert_eq!(pem.matches("BEGIN X509 CRL").count(), 1, "{told}");
    // A successor tells the same place.
    sandbox.run("ca rotate");
    sandbox.run("issue b.localhost");
    let name = sandbox
        .generation()
        .file_name()
        .unwrap()
        .to_string_lossy()
        .into_owned();
    let leaf = sandbox.run("inspect b.localhost.crt");
    assert!(
        leaf.contains(&format!("URI:http://pki.test/crl/{name}.crl")),
        "{leaf}"
    );
    for url in ["http://pki.test/ca.crl", "ftp://pki.test/", "pki.test"] {
        sandbox.fails(2, &format!("ca rotate --crl-url {url}"));
    }
}

#[test]
fn an_encrypted_key_signs_with_its_password() {
    let sandbox = Sandbox::new();
    sandbox.write("password", "secret\n");
    sandbox.run("ca init --encrypt --password-file password");
    assert!(sandbox.fails(2, "ca crl").contains("--ca-password-file"));
    assert_eq!(
        lists(&sandbox, "--ca-password-file password")[0]["number"],
        1
    );
}

#[test]
fn our_own_verifier_heeds_the_lists() {
    let sandbox = Sandbox::new();
    for name in ["good", "bad"] {
        sandbox.run(&format!("issue {name}.localhost"));
    }
    sandbox.run("revoke bad.localhost --reason key-compromise");
    sandbox.run("ca crl -o lists.pem");
    let root = sandbox.generation().join("root.crt");
    let verify = |name: &str| {
        format!(
            "verify {name}.localhost.crt --roots {} --crl lists.pem",
            root.display()
        )
    };
    sandbox.run(&verify("good"));
    let told = sandbox
        .certwright(&verify("bad"))
        .assert()
        .code(1)
        .get_output()
        .stdout
        .clone();
    let told = String::from_utf8_lossy(&told);
    assert!(told.contains("revoked") && told.contains("key"), "{told}");
}

#[test]
fn one_without_names_is_known_by_its_common_name() {
    let sandbox = Sandbox::new();
    sandbox.run("issue --client --subject /O=Example/CN=alice");
    assert!(sandbox.run("list --match ali*").starts_with("NAMES"));
    let told = sandbox.run("revoke alice");
    assert!(told.contains("CN=alice,O=Example"), "{told}");
}

#[test]
fn whose_list_is_missing_is_said() {
    let sandbox = Sandbox::new();
    let other = Sandbox::new();
    other.run("issue a.localhost");
    let file = |name: &str| other.generation().join(name).display().to_string();
    sandbox.run(&format!(
        "ca import --cert {} --chain {} --key {}",
        file("intermediate.crt"),
        file("root.crt"),
        file("intermediate.key")
    ));
    let note = sandbox.json("ca crl")["warnings"].to_string();
    assert!(note.contains("comes from whoever holds its key"), "{note}");
}

#[test]
fn the_ca_itself_is_revoked_by_its_root_where_that_is_at_hand() {
    let sandbox = Sandbox::new();
    fs::write(sandbox.path("pw"), "secret\n").unwrap();
    sandbox.run("ca init --keep-root-key --encrypt --password-file pw");
    sandbox.run("issue a.localhost --chain-file a.chain --ca-password-file pw");
    let old = sandbox.generation();
    let name = old.file_name().unwrap().to_string_lossy().into_owned();
    let own = old.join("intermediate.crt").display().to_string();
    sandbox.run("ca crl --out-dir before --ca-password-file pw");
    sandbox.run("ca export -o root.crt");
    let verify =
        |lists: &str| format!("verify a.localhost.crt --roots root.crt --crl {lists}/crl.pem");
    sandbox.run(&verify("before"));
    let revoke = format!("revoke {own} --reason key-compromise");
    let error = sandbox.fails(2, &revoke);
    assert!(error.contains("--ca-password-file FILE"), "{error}");
    let error = sandbox.fails(2, "revoke a.chain --ca-password-file pw");
    assert!(
        error.contains("the certificate of the CA itself"),
        "{error}"
    );
    sandbox.run(&verify("before"));
    let told = sandbox.json(&format!("{revoke} --ca-password-file pw"));
    assert_eq!(told["revoked"][0]["reason"], "ca-compromise", "{told}");
    assert_eq!(told["revoked"][0]["already"], false);
    assert!(
        told["warnings"]
            .to_string()
            .contains("certwright ca rotate"),
        "{told}"
    );
    let serial = told["revoked"][0]["serial"].as_str().unwrap().to_owned();
    // However it is written, and of several with one password.
    let written = format!("0x{} {serial}", serial.to_uppercase());
    let mut again = sandbox.certwright(&format!("--json revoke {written} --ca-password-file -"));
    let again = again.write_stdin("secret\n").output().unwrap();
    let again: Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(again["revoked"][1]["already"], true, "{again}");
    // It stays told, and nothing goes on under it.
    sandbox.run("ca crl --out-dir after --ca-password-file pw");
    let answer = sandbox.certwright(&verify("after")).assert().code(1);
    let answer = String::from_utf8_lossy(&answer.get_output().stdout).into_owned();
    assert!(answer.contains("revoked"), "{answer}");
    for words in ["issue b.localhost", "renew --force a.localhost.crt"] {
        let error = sandbox.fails(2, &format!("{words} --ca-password-file pw"));
        assert!(error.contains("was revoked on"), "{words}: {error}");
    }
    let shown = sandbox.json("ca show");
    assert_eq!(shown["generations"][0]["reason"], "ca-compromise");
    sandbox.run("ca rotate --keep-root-key --encrypt --password-file pw");
    sandbox.run("renew --all --force --ca-password-file pw");
    sandbox.run("ca crl --out-dir after --ca-password-file pw");
    sandbox.run("ca export -o root.crt --force");
    sandbox.run(&verify("after"));
    sandbox.run(&format!("ca retire {name} --ca-password-file pw --force"));
    let error = sandbox.fails(2, &format!("revoke {serial}"));
    assert!(error.contains("neither a file"), "{error}");
}

#[test]
fn a_list_of_the_root_that_cannot_be_read_is_brought_back() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init --keep-root-key");
    let list = sandbox.generation().join("root.crl");
    let own = sandbox.generation().join("intermediate.crt");
    sandbox.run(&format!("revoke {}", own.display()));
    let whole = fs::read(&list).unwrap();
    sandbox.write("root.crl", &whole);
    fs::write(&list, &whole[..whole.len() / 2]).unwrap();
    for words in ["issue a.localhost", "ca crl", "ca show"] {
        let error = sandbox.fails(2, words);
        assert!(error.contains("root.crl cannot be read"), "{error}");
        assert!(error.contains("ca import --crl FILE"), "{error}");
        assert!(!error.contains("remove"), "{error}");
    }
    // What else is known is shown, and what does not need it is done.
    let shown = sandbox.certwright("ca show").output().unwrap();
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(
        shown.contains("sha-256") && !shown.contains("broken"),
        "{shown}"
    );
    sandbox.run("ca repair");
    sandbox.run("ca import --crl root.crl");
    assert_eq!(fs::read(&list).unwrap(), whole);
    let error = sandbox.fails(2, "issue a.localhost");
    assert!(error.contains("was revoked on"), "{error}");
}

#[test]
fn what_follows_a_revoked_ca_is_proposed_for_the_same_ca() {
    let sandbox = Sandbox::new();
    let said = |words: &str| {
        let told = sandbox.certwright(words).assert().success();
        String::from_utf8(told.get_output().stderr.clone()).unwrap()
    };
    sandbox.run("--home other ca init --keep-root-key");
    let name = sandbox.text("other/current");
    let name = name.trim();
    let told = said(&format!(
        "--home other revoke other/{name}/intermediate.crt"
    ));
    for next in ["ca crl", "ca rotate", "renew --all --force"] {
        let line = format!("certwright --home other {next}");
        assert!(told.contains(&line), "{told}");
    }
    let told = said("--home other ca rotate");
    let line = format!("certwright --home other ca retire {name}");
    assert!(told.contains(&line), "{told}");
    assert!(!told.contains("keep trusting"), "{told}");
    assert!(said("--home other ca rotate").contains("keep trusting"));
}

#[test]
fn what_nobody_here_can_revoke_has_a_hint_that_leads_on() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init");
    let own = sandbox.generation().join("intermediate.crt");
    let error = sandbox.fails(2, &format!("revoke {}", own.display()));
    assert!(error.contains("whose key is not kept"), "{error}");
    let name = sandbox.json("ca show")["generations"][0]["name"].clone();
    let retire = format!("certwright ca retire {} --force", name.as_str().unwrap());
    assert!(error.contains(&retire), "{error}");
    sandbox.run("issue a.localhost");
    sandbox.run("ca rotate");
    sandbox.run(retire.strip_prefix("certwright ").unwrap());

    let root = Sandbox::new();
    root.run("ca init --keep-root-key");
    let file = |name: &str| root.generation().join(name).display().to_string();
    let other = Sandbox::new();
    other.run(&format!(
        "ca import --cert {} --key {}",
        file("root.crt"),
        file("root.key")
    ));
    let error = other.fails(2, &format!("revoke {}", file("root.crt")));
    assert!(
        error.contains("is a root, which nobody can revoke"),
        "{error}"
    );
}
