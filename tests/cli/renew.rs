//! `certwright renew`.

use std::fs;

use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::contains;
use serde_json::Value;

#[cfg(unix)]
use certwright::cert::Certificate;
#[cfg(unix)]
use certwright::key::PrivateKey;

use crate::sandbox::{Sandbox, listing};

/// A sandbox with certificates of ninety days from 2026-12-01 on, each issued by a command of its own.
fn with(commands: &[&str]) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("password", "swordfish\n");
    for words in commands {
        sandbox.run(&format!("--at 2026-12-01 issue {words} --valid-for 90d"));
    }
    sandbox
}

/// Nine days before their end.
fn late(words: &str) -> String {
    format!("--at 2027-02-20 renew {words}")
}

/// What became of each.
fn outcomes(told: &Value) -> Vec<String> {
    let items = told["certificates"].as_array().unwrap().iter();
    let word = |item: &Value| item["outcome"].as_str().unwrap().to_owned();
    items.map(word).collect()
}

/// The first document of a file.
fn shown(sandbox: &Sandbox, words: &str) -> Value {
    sandbox.json(&format!("inspect {words}"))["items"][0].clone()
}

fn is_a_pair(sandbox: &Sandbox, certificate: &str, key: &str) {
    let words = format!("inspect {certificate} {key} --password-file password");
    let told = sandbox.run(&words);
    let pair = format!("the key of {key} belongs to {certificate}");
    assert!(told.contains(&pair), "{told}");
}

fn listed(sandbox: &Sandbox) -> Vec<String> {
    let told = sandbox.json("--at 2027-02-20 list");
    let rows = told["certificates"].as_array().unwrap().iter();
    let serial = |row: &Value| row["serial"].as_str().unwrap().to_owned();
    rows.map(serial).collect()
}

#[test]
fn the_same_is_issued_again_into_the_same_files() {
    let words = "a.localhost 127.0.0.1 --client --server --cn -a p384 --chain-file chain.pem";
    let sandbox = with(&[words]);
    let before = shown(&sandbox, "a.localhost.crt");
    let chain = sandbox.text("chain.pem");
    let told = sandbox.json(&late("a.localhost.crt"));
    assert_eq!(outcomes(&told), ["renewed"]);
    let after = shown(&sandbox, "a.localhost.crt");
    for same in ["names", "subject", "issuer"] {
        assert_eq!(before[same], after[same], "{same}");
    }
    let usage = |of: &Value| {
        let all = of["extensions"].as_array().unwrap().iter();
        let mut all = all.filter(|it| it["oid"] == "2.5.29.37");
        all.next().unwrap()["value"].clone()
    };
    assert_eq!(usage(&before), usage(&after));
    assert_eq!(after["key"]["algorithm"], "ECDSA P-384");
    for new in ["serial", "sha256", "key"] {
        assert_ne!(before[new], after[new], "{new}");
    }
    let renewed = &told["certificates"][0]["renewed"];
    assert_eq!(renewed["serial"], after["serial"]);
    assert_eq!(renewed["not_after"], "2027-05-20T23:49:59Z");
    is_a_pair(&sandbox, "a.localhost.crt", "a.localhost.key");
    assert_eq!(sandbox.text("chain.pem"), chain);
    fs::remove_file(sandbox.path("chain.pem")).unwrap();
    sandbox.run("--at 2027-02-21 renew a.localhost.crt --force");
    assert!(!sandbox.path("chain.pem").exists());
    is_a_pair(&sandbox, "a.localhost.crt", "a.localhost.key");
    let after = shown(&sandbox, "a.localhost.crt");
    assert!(sandbox.text("a.localhost.crt").ends_with(&chain));
    assert_eq!(listed(&sandbox), [after["serial"].as_str().unwrap()]);
    let all = sandbox.json("--at 2027-02-20 list --all");
    assert_eq!(all["certificates"][0]["superseded_by"], renewed["serial"]);
}

#[test]
fn due_is_what_has_less_than_a_third_left() {
    let sandbox = with(&["a.localhost"]);
    let before = sandbox.text("a.localhost.crt");
    let path = sandbox.path("a.localhost.crt");
    let written = || fs::metadata(&path).unwrap().modified().unwrap();
    let unwritten = written();
    for (words, code) in [
        ("--at 2027-01-29T23:49:59Z renew a.localhost.crt --check", 0),
        ("--at 2027-01-29T23:50:00Z renew a.localhost.crt --check", 1),
        ("--at 2027-01-29T23:50:00Z renew . --check", 1),
        ("--at 2027-01-29T23:50:00Z renew --all --check", 1),
        ("--at 2027-01-10 renew --all --check --within 30d", 0),
        ("--at 2027-01-31 renew --all --check --within 30d", 1),
        ("--at 2027-01-10 renew --all --check --within 60d", 1),
        ("--at 2026-12-02 renew a.localhost.crt", 0),
        ("--at 2026-12-02 renew --all", 0),
    ] {
        sandbox.certwright(words).assert().code(code);
        assert_eq!(written(), unwritten, "{words}");
    }
    let told = sandbox.run("--at 2026-12-02 renew a.localhost.crt");
    let left = "88 days left, due from 2027-01-29T23:50:00Z on";
    assert!(told.contains(left), "{told}");
    let told = sandbox.run("--at 2026-12-02 renew --all");
    let next = "1 other is not due, the next is from 2027-01-29T23:50:00Z on";
    assert!(told.contains(next), "{told}");
    sandbox.run("--at 2026-12-02 renew --all --force");
    assert_ne!(sandbox.text("a.localhost.crt"), before);
}

#[test]
fn all_are_meant_where_none_is_named() {
    let sandbox = with(&["a.localhost", "b.localhost"]);
    let told = sandbox.certwright(&late("--check")).assert().code(1);
    let told = String::from_utf8(told.get_output().stdout.clone()).unwrap();
    assert_eq!(told.matches("days left").count(), 2, "{told}");
    let error = sandbox.fails(2, &late("--force"));
    assert!(error.contains("renew --all --force"), "{error}");
    assert_eq!(outcomes(&sandbox.json(&late(""))), ["renewed"; 2]);
    sandbox.run(&late("--check"));
}

#[test]
fn what_is_in_no_known_file_is_told_until_it_is_named() {
    let sandbox = with(&[
        "a.localhost",
        "b.localhost --to pkcs12 --password-file password",
    ]);
    fs::create_dir(sandbox.path("etc")).unwrap();
    sandbox.run("--at 2026-12-01 issue c.localhost --valid-for 90d --out-dir etc");
    fs::remove_file(sandbox.ca().join("ledger.sqlite")).unwrap();
    sandbox.fails(2, &late("--check"));
    sandbox.run("ca repair");
    let told = |words: &str| sandbox.certwright(words).assert().success();
    told(&late("--check"))
        .stdout("nothing is due of what lies in files that are known\n")
        .stderr(contains("3 valid certificates are in no files").and(contains("renew FILE|DIR")));
    told("--at 2026-12-02 renew etc a.localhost.crt --check");
    assert_eq!(sandbox.json(&late("--check"))["unplaced"], 3);
    told("--at 2026-12-02 renew etc a.localhost.crt")
        .stderr(contains("the files of 2 certificates again"));
    told("--at 2026-12-02 renew etc a.localhost.crt").stderr("");
    let left = contains("1 valid certificate is in no file");
    sandbox
        .certwright(&late("--check"))
        .assert()
        .code(1)
        .stderr(left);
    told("--at 2026-12-02 renew b.localhost.p12 --password-file password");
    let all = sandbox.json(&late("--password-file password"));
    assert_eq!(outcomes(&all), ["renewed"; 3]);
    assert_eq!(all["unplaced"], 0);
    is_a_pair(&sandbox, "a.localhost.crt", "a.localhost.key");
    is_a_pair(&sandbox, "etc/c.localhost.crt", "etc/c.localhost.key");
    assert_eq!(listed(&sandbox).len(), 3);
}

#[test]
fn a_key_that_is_to_stay_stays() {
    let sandbox = with(&["a.localhost"]);
    sandbox.run("csr b.localhost");
    sandbox.run("key -o c.key");
    sandbox.run("--at 2026-12-01 issue --csr b.localhost.csr --valid-for 90d");
    sandbox.run("--at 2026-12-01 issue c.localhost --key c.key --valid-for 90d");
    let keys = ["a.localhost.key", "b.localhost.key", "c.key"];
    let before = keys.map(|name| sandbox.text(name));
    let key = |name: &str| shown(&sandbox, &format!("{name}.localhost.crt"))["key"].clone();
    let told = sandbox.json(&late(
        "a.localhost.crt b.localhost.crt c.localhost.crt --reuse-key",
    ));
    assert_eq!(outcomes(&told), ["renewed"; 3]);
    assert_eq!(keys.map(|name| sandbox.text(name)), before);
    // The next time the first has a new one, and the others are somebody's own.
    let [a, b, c] = ["a", "b", "c"].map(key);
    sandbox.run("--at 2027-02-21 renew --all --force");
    assert_ne!(key("a"), a);
    assert_eq!([key("b"), key("c")], [b, c]);
    is_a_pair(&sandbox, "a.localhost.crt", "a.localhost.key");
}

#[test]
fn containers_and_encrypted_keys_are_as_they_were() {
    let sandbox = with(&[
        "a.localhost --to pkcs12 --alias bee --compatible --password-file password",
        "b.localhost --to pkcs12 --password-file password",
        "c.localhost --to jks --password-file password",
        "d.localhost --encrypt --password-file password",
    ]);
    let error = sandbox.fails(2, &late("--all"));
    assert_eq!(error.matches("--password-file FILE").count(), 4, "{error}");
    sandbox.write("other", "wrong\n");
    let error = sandbox.fails(2, &late("--all --password-file other"));
    assert_eq!(error.matches("error:").count(), 4, "{error}");
    let sizes = || {
        let names = ["a.localhost.p12", "b.localhost.p12"];
        names.map(|name| fs::read(sandbox.path(name)).unwrap().len())
    };
    let before = sizes();
    let told = sandbox.json(&late("--all --password-file password"));
    assert_eq!(outcomes(&told), ["renewed"; 4]);
    for (before, after) in before.into_iter().zip(sizes()) {
        assert!(before.abs_diff(after) < 20, "{before} {after}");
    }
    assert!(sandbox.text("d.localhost.key").contains("ENCRYPTED"));
    is_a_pair(&sandbox, "d.localhost.crt", "d.localhost.key");
    for name in ["a.localhost.p12", "b.localhost.p12", "c.localhost.jks"] {
        let words = format!("inspect {name} --password-file password");
        let told = sandbox.run(&words);
        assert!(told.contains("2027-05-20T23:49:59Z"), "{told}");
        assert!(told.contains("belongs to"), "{told}");
        sandbox.run(&format!("--at 2027-02-20 renew {name} --check"));
    }
}

#[test]
fn the_root_in_a_container_is_that_of_the_ca() {
    let sandbox = with(&["a.localhost"]);
    let ca = |name: &str| fs::read_to_string(sandbox.generation().join(name)).unwrap();
    let rooted = sandbox.text("a.localhost.crt") + &ca("root.crt");
    sandbox.write("rooted.pem", rooted);
    fs::create_dir(sandbox.path("etc")).unwrap();
    for (name, to) in [("etc/a.p12", "pkcs12"), ("etc/a.jks", "jks")] {
        sandbox.run(&format!(
            "convert rooted.pem a.localhost.key --to {to} -o {name} --new-password-file password"
        ));
        sandbox.run(&late(&format!("{name} --password-file password")));
        let told = sandbox.json(&format!("inspect {name} --password-file password"));
        let subjects = told["items"].as_array().unwrap().iter();
        let subjects: Vec<String> = subjects
            .map(|it| it["subject"]["text"].to_string())
            .collect();
        assert!(
            subjects.iter().any(|it| it.contains("root")),
            "{subjects:?}"
        );
        assert!(told.to_string().contains("2027-05-20T23:49:59Z"), "{told}");
    }
}

#[test]
fn a_key_that_was_encrypted_in_the_old_way_has_no_successor_in_the_clear() {
    let sandbox = Sandbox::new();
    sandbox.write("password", "changeit\n");
    let old = "tests/fuzz/corpus/key/traditional-aes";
    let old = fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(old)).unwrap();
    sandbox.write("a.localhost.key", &old);
    let issue = "issue a.localhost --key a.localhost.key --password-file password";
    sandbox.run(&format!("--at 2026-12-01 {issue} --valid-for 90d"));
    // Then nobody knows that it was somebody's own.
    fs::remove_file(sandbox.ca().join("ledger.sqlite")).unwrap();
    sandbox.run("ca repair");
    sandbox.run(&late("a.localhost.crt --password-file password"));
    let key = sandbox.text("a.localhost.key");
    assert!(key.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY"), "{key}");
    is_a_pair(&sandbox, "a.localhost.crt", "a.localhost.key");
}

#[cfg(unix)]
#[test]
fn modes_stay_as_they_were() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = with(&["a.localhost"]);
    let mode = |name: &str, mode| {
        let mode = fs::Permissions::from_mode(mode);
        fs::set_permissions(sandbox.path(name), mode).unwrap();
    };
    mode("a.localhost.crt", 0o604);
    mode("a.localhost.key", 0o640);
    std::os::unix::fs::symlink("a.localhost.crt", sandbox.path("link.pem")).unwrap();
    sandbox.run(&late("link.pem"));
    let found = |name: &str| {
        let there = fs::symlink_metadata(sandbox.path(name)).unwrap();
        there.permissions().mode() & 0o777
    };
    assert_eq!(found("a.localhost.crt"), 0o604);
    assert_eq!(found("a.localhost.key"), 0o640);
    assert!(sandbox.path("link.pem").is_symlink());
    is_a_pair(&sandbox, "a.localhost.crt", "a.localhost.key");
}

#[test]
fn what_lies_in_a_folder_is_told_one_by_one() {
    let sandbox = with(&["a.localhost --chain-file chain.pem", "b.localhost"]);
    sandbox.run("self-signed c.test");
    sandbox.write("notes.txt", "nothing");
    sandbox.write(".hidden.crt", sandbox.text("a.localhost.crt"));
    sandbox.write("b.old.crt", sandbox.text("b.localhost.crt"));
    sandbox.run("--at 2027-02-20 renew b.localhost.crt");
    let told = sandbox.json(&late("."));
    assert_eq!(
        outcomes(&told),
        ["renewed", "not-due", "skipped", "skipped"]
    );
    let reason = told["certificates"][2]["reason"].as_str().unwrap();
    assert!(reason.contains("b.old.crt is superseded by"), "{reason}");
    let reason = told["certificates"][3]["reason"].as_str().unwrap();
    assert!(reason.contains("was issued by CN=c.test"), "{reason}");
    // What is named is meant.
    let error = sandbox.fails(2, &late("c.test.crt a.localhost.crt"));
    assert!(error.contains("--home DIR"), "{error}");
    for (name, part) in [
        ("notes.txt", "notes.txt"),
        ("chain.pem", "ca rotate"),
        ("a.localhost.key", "holds no certificate"),
        ("missing.crt", "missing.crt"),
    ] {
        let error = sandbox.fails(2, &late(name));
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn files_that_moved_are_found_where_they_are() {
    let sandbox = with(&["a.localhost", "b.localhost", "c.localhost"]);
    fs::create_dir(sandbox.path("etc")).unwrap();
    for name in ["a.localhost.crt", "a.localhost.key", "b.localhost.crt"] {
        fs::rename(sandbox.path(name), sandbox.path("etc").join(name)).unwrap();
    }
    fs::remove_file(sandbox.path("c.localhost.key")).unwrap();
    let told = sandbox
        .certwright(&format!("--json {}", late("--all")))
        .assert()
        .code(2)
        .stderr(contains("the private key").and(contains("c.localhost.key is gone")));
    let told: Value = serde_json::from_slice(&told.get_output().stdout).unwrap();
    assert_eq!(outcomes(&told), ["skipped", "skipped", "failed"]);
    sandbox.run(&late("etc/a.localhost.crt"));
    is_a_pair(&sandbox, "etc/a.localhost.crt", "etc/a.localhost.key");
    let error = sandbox.fails(2, &late("etc/b.localhost.crt"));
    assert!(error.contains("--reuse-key"), "{error}");
    sandbox.run(&late("etc/b.localhost.crt --reuse-key"));
    is_a_pair(&sandbox, "etc/b.localhost.crt", "b.localhost.key");
    assert_eq!(listed(&sandbox).len(), 3);
}

#[test]
fn what_was_replaced_by_something_else_is_not_due() {
    let sandbox = with(&["a.localhost"]);
    sandbox.run("self-signed c.test");
    sandbox.write("a.localhost.crt", sandbox.text("c.test.crt"));
    for words in ["--all --check", "--all"] {
        assert_eq!(
            outcomes(&sandbox.json(&late(words))),
            ["skipped"],
            "{words}"
        );
    }
    fs::remove_file(sandbox.path("a.localhost.crt")).unwrap();
    assert_eq!(outcomes(&sandbox.json(&late("--all --check"))), ["skipped"]);
}

#[test]
fn a_successor_that_could_not_be_recorded_is_renewed_all_the_same() {
    // As where the CA's folder is read-only; and where a renewal of that failed then.
    for lost in [
        "DELETE FROM issued WHERE id = 2",
        "UPDATE issued SET files = '[]', pending = 0 WHERE id = 2",
    ] {
        let sandbox = with(&["a.localhost --key-file keys.pem"]);
        sandbox.run(&late("--all"));
        let ledger = rusqlite::Connection::open(sandbox.ca().join("ledger.sqlite")).unwrap();
        let superseded = "UPDATE issued SET superseded_by = NULL";
        let statements = format!("DELETE FROM placed WHERE issued = 2; {lost}; {superseded}");
        ledger.execute_batch(&statements).unwrap();
        let told =
            |day: &str, words: &str| outcomes(&sandbox.json(&format!("--at {day} renew {words}")));
        let before = shown(&sandbox, "a.localhost.crt")["serial"].clone();
        assert_eq!(told("2027-03-01", "--all"), ["not-due"]);
        let mut due = sandbox.certwright("--at 2027-05-01 renew --all --check");
        due.assert().code(1);
        assert_eq!(told("2027-05-01", "--all"), ["renewed"]);
        assert_ne!(shown(&sandbox, "a.localhost.crt")["serial"], before);
        is_a_pair(&sandbox, "a.localhost.crt", "keys.pem");
        assert!(told("2027-05-01", "--all").is_empty());
    }
}

#[test]
fn a_chain_file_with_anything_else_in_it_is_written_anew() {
    let sandbox = with(&["a.localhost --chain-file a.chain", "b.localhost"]);
    let chain = sandbox.text("a.chain");
    for other in [sandbox.text("b.localhost.crt"), "nothing".to_owned()] {
        sandbox.write("a.chain", other);
        sandbox.run(&late("a.localhost.crt --force"));
        assert_eq!(sandbox.text("a.chain"), chain);
    }
}

#[test]
fn what_is_no_successor_is_not_taken_for_one() {
    // The names of another, and the same names with another key.
    for name in ["b.localhost", "a.localhost"] {
        let sandbox = with(&["a.localhost"]);
        sandbox.run("key -o other.key");
        let words = format!("issue {name} --key other.key --cert-file other.crt --valid-for 90d");
        sandbox.run(&format!("--at 2026-12-01 {words}"));
        let ledger = rusqlite::Connection::open(sandbox.ca().join("ledger.sqlite")).unwrap();
        let lost =
            "DELETE FROM placed WHERE issued = 2; UPDATE issued SET files = '[]' WHERE id = 2";
        ledger.execute_batch(lost).unwrap();
        let before = sandbox.json("list --all")["certificates"].clone();
        sandbox.write("a.localhost.crt", sandbox.text("other.crt"));
        for words in ["--all --check", "--all", "--all"] {
            let told = outcomes(&sandbox.json(&late(words)));
            assert_eq!(told, ["skipped"], "{words}");
        }
        assert_eq!(sandbox.json("list --all")["certificates"], before);
    }
}

#[test]
fn a_file_that_begins_with_an_unknown_certificate_of_ours_is_passed_over() {
    let sandbox = Sandbox::new();
    sandbox.run("--at 2026-12-01 ca init --path-length 1");
    for words in ["a.localhost", "b.localhost", "--ca below"] {
        sandbox.run(&format!("--at 2026-12-01 issue {words} --valid-for 90d"));
    }
    sandbox.run("self-signed c.localhost --key a.localhost.key");
    let ledger = rusqlite::Connection::open(sandbox.ca().join("ledger.sqlite")).unwrap();
    let lost = "DELETE FROM placed WHERE issued = 3; DELETE FROM issued WHERE id = 3";
    ledger.execute_batch(lost).unwrap();
    // What the file holds by its key is another than what it begins with, and that is none of its chain.
    let texts = ["below.crt", "c.localhost.crt", "a.localhost.key"].map(|name| sandbox.text(name));
    sandbox.write("a.localhost.crt", texts.concat());
    for (words, other) in [("--all --check", "due"), ("--all", "renewed")] {
        let mut renew = sandbox.certwright(&format!("--json {}", late(words)));
        let told = renew.output().unwrap();
        assert!(matches!(told.status.code(), Some(0 | 1)), "{told:?}");
        let told: Value = serde_json::from_slice(&told.stdout).unwrap();
        assert_eq!(outcomes(&told), ["skipped", other], "{told}");
    }
    assert_eq!(sandbox.text("a.localhost.crt"), texts.concat());
}

#[cfg(unix)]
#[test]
fn the_copies_of_the_ca_are_no_files_to_renew() {
    let sandbox = with(&["a.localhost"]);
    let issued = sandbox.ca().join("issued");
    let name = listing(&issued).into_iter().find(|it| it.ends_with(".crt"));
    let copy = issued.join(name.unwrap());
    let before = fs::read(&copy).unwrap();
    std::os::unix::fs::symlink(&issued, sandbox.path("link")).unwrap();
    let error = sandbox.fails(2, &late(&format!("{} --force", copy.display())));
    assert!(error.contains("the CA's own copy"), "{error}");
    for folder in [issued.to_str().unwrap(), "link"] {
        let told = sandbox.json(&late(&format!("{folder} --force")));
        assert!(outcomes(&told).is_empty());
    }
    assert_eq!(fs::read(&copy).unwrap(), before);
    assert_eq!(listed(&sandbox).len(), 1);
}

#[test]
fn a_clock_that_was_set_back_leaves_nothing_pending() {
    let sandbox = with(&["a.localhost"]);
    sandbox.run("--at 2027-03-01 issue b.localhost");
    let told = sandbox.json(&late("a.localhost.crt"));
    assert!(told["warnings"].to_string().contains("clock"), "{told}");
    assert!(outcomes(&sandbox.json(&late("--all"))).is_empty());
}

#[test]
fn a_file_that_cannot_be_looked_at_hinders_no_other() {
    let sandbox = with(&["a.localhost", "b.localhost"]);
    // A journal beside a place is believed if it is a plain file.
    fs::create_dir(sandbox.path(".a.localhost.crt.certwright-journal")).unwrap();
    let words = format!("--json {}", late("a.localhost.crt b.localhost.crt"));
    let told = sandbox.certwright(&words).assert().code(2);
    let told: Value = serde_json::from_slice(&told.get_output().stdout).unwrap();
    assert_eq!(outcomes(&told), ["failed", "renewed"]);
}

#[test]
fn der_stays_der_and_a_lone_certificate_alone() {
    let sandbox = with(&["a.localhost", "b.localhost"]);
    sandbox.run("convert a.localhost.crt --to der -o a.der --first");
    let pem = sandbox.text("b.localhost.crt");
    let end = pem.find("-----END CERTIFICATE-----\n").unwrap() + 26;
    sandbox.write("b.localhost.crt", &pem[..end]);
    sandbox.run(&late("a.der b.localhost.crt --reuse-key"));
    assert_eq!(fs::read(sandbox.path("a.der")).unwrap()[0], 0x30);
    let pem = sandbox.text("b.localhost.crt");
    assert_eq!(pem.matches("BEGIN").count(), 1);
    for name in ["a.der", "b.localhost.crt"] {
        assert!(
            sandbox
                .run(&format!("inspect {name}"))
                .contains("2027-05-20")
        );
    }
}

#[test]
fn key_and_certificate_in_one_file_keep_their_order() {
    let sandbox = with(&[
        "a.localhost",
        "b.localhost --encrypt --password-file password",
    ]);
    let group = "-----BEGIN DH PARAMETERS-----\nMAYCAQcCAQI=\n-----END DH PARAMETERS-----\n";
    let labels = |name: &str| {
        let text = sandbox.text(name);
        let labels = text
            .lines()
            .filter_map(|line| line.strip_prefix("-----BEGIN "));
        labels.map(|it| it.replace("-----", "")).collect::<Vec<_>>()
    };
    fs::create_dir(sandbox.path("etc")).unwrap();
    for (name, of, order) in [
        ("etc/a.pem", "a", ["crt", "key"]),
        ("etc/b.pem", "b", ["key", "crt"]),
    ] {
        let part = |end: &str| sandbox.text(&format!("{of}.localhost.{end}"));
        sandbox.write(name, part(order[0]) + group + &part(order[1]));
    }
    // The intermediate first, which is not what the key belongs to.
    let whole = sandbox.text("b.localhost.crt");
    let (own, above) = whole.split_at(whole.rfind("-----BEGIN").unwrap());
    let turned = format!("{}{group}{above}{own}", sandbox.text("b.localhost.key"));
    sandbox.write("etc/b.pem", turned);
    let before = ["etc/a.pem", "etc/b.pem"].map(labels);
    let key = sandbox.text("a.localhost.key");
    let told = sandbox.json(&late("etc --password-file password"));
    assert_eq!(outcomes(&told), ["renewed"; 2]);
    assert_eq!(["etc/a.pem", "etc/b.pem"].map(labels), before);
    for name in ["etc/a.pem", "etc/b.pem"] {
        assert!(sandbox.text(name).contains(group));
        let told = sandbox.run(&format!("inspect {name} --password-file password"));
        assert!(told.contains(" belongs to "), "{told}");
    }
    assert!(!sandbox.text("etc/a.pem").contains(&key));
    let now = sandbox.text("etc/a.pem");
    sandbox.run("--at 2027-02-21 renew --all --force --reuse-key --password-file password");
    assert_ne!(sandbox.text("etc/a.pem"), now);
    let key = &now[now.find("-----BEGIN PRIVATE KEY").unwrap()..];
    assert!(sandbox.text("etc/a.pem").ends_with(key));
}

#[test]
fn each_file_that_is_named_is_renewed_once() {
    let sandbox = with(&["a.localhost"]);
    fs::create_dir(sandbox.path("etc")).unwrap();
    for name in ["a.localhost.crt", "a.localhost.key"] {
        sandbox.write(&format!("etc/{name}"), sandbox.text(name));
    }
    let words = late("a.localhost.crt etc/a.localhost.crt ./a.localhost.crt --force");
    assert_eq!(outcomes(&sandbox.json(&words)), ["renewed"; 2]);
    for name in ["a.localhost", "etc/a.localhost"] {
        is_a_pair(&sandbox, &format!("{name}.crt"), &format!("{name}.key"));
        assert_eq!(
            shown(&sandbox, &format!("{name}.crt"))["validity"]["not_after"],
            "2027-05-20T23:49:59Z"
        );
    }
}

#[test]
fn what_else_is_in_a_file_stays_where_it_was() {
    let sandbox = with(&["a.localhost"]);
    sandbox.run("--home other ca init");
    let other = fs::read_to_string(sandbox.path("other/current")).unwrap();
    let other = sandbox.text(&format!("other/{}/root.crt", other.trim()));
    let ca = |name: &str| fs::read_to_string(sandbox.generation().join(name)).unwrap();
    let pem = sandbox.text("a.localhost.crt");
    let own = &pem[..pem.find("-----END").unwrap() + 26];
    let whole = |own: &str, key: &str, attributes: &str| {
        [
            "# of the shop\n",
            attributes,
            own,
            "# between\n",
            &ca("intermediate.crt"),
            attributes,
            "# its root\n",
            &ca("root.crt"),
            "whose clients may come\n",
            &other,
            attributes,
            key,
            "# the end",
        ]
        .concat()
    };
    let attributes = "Bag Attributes\n    localKeyID: 01 02\nsubject=CN=a\n";
    let key = sandbox.text("a.localhost.key");
    fs::create_dir(sandbox.path("etc")).unwrap();
    sandbox.write("etc/a.pem", whole(own, &key, attributes));
    sandbox.write("a.localhost.crt", whole(own, "", ""));
    sandbox.write("a.localhost.key", format!("# secret\n{key}"));
    // All of the chain is another's by now.
    sandbox.run("--at 2027-02-19 ca rotate");
    let words = late("etc/a.pem a.localhost.crt");
    let told = sandbox.certwright(&words).assert().success();
    let told = String::from_utf8(told.get_output().stderr.clone()).unwrap();
    assert_eq!(told.matches("Bag Attributes").count(), 1, "{told}");
    let part = |name: &str, label: &str| {
        let text = sandbox.text(name);
        let start = text.find(&format!("-----BEGIN {label}")).unwrap();
        let end = format!("-----END {label}-----\n");
        let length = text[start..].find(&end).unwrap() + end.len();
        text[start..start + length].to_owned()
    };
    for (name, key) in [
        ("etc/a.pem", part("etc/a.pem", "PRIVATE KEY")),
        ("a.localhost.crt", String::new()),
    ] {
        let own = part(name, "CERTIFICATE");
        assert!(sandbox.text(name) == whole(&own, &key, "") + "\n", "{name}");
    }
    let now = part("a.localhost.key", "PRIVATE KEY");
    assert_eq!(sandbox.text("a.localhost.key"), format!("# secret\n{now}"));
    is_a_pair(&sandbox, "a.localhost.crt", "a.localhost.key");
    sandbox.run("--at 2027-02-20 inspect etc/a.pem");
    // A second certificate is somebody's, who would miss it.
    sandbox.run("--at 2027-02-20 issue b.localhost --valid-for 90d");
    let two = sandbox.text("a.localhost.crt") + "\n" + &sandbox.text("b.localhost.crt");
    sandbox.write("a.localhost.crt", &two);
    let error = sandbox.fails(2, &late("a.localhost.crt --force"));
    assert!(error.contains("more than one certificate"), "{error}");
    assert_eq!(sandbox.text("a.localhost.crt"), two);
    let foreign = sandbox.text("b.localhost.crt") + &sandbox.text("a.localhost.key");
    sandbox.write("etc/b.pem", foreign);
    let error = sandbox.fails(2, &late("etc/b.pem --force"));
    assert!(error.contains("belongs to none"), "{error}");
}

#[test]
fn a_chain_comes_where_the_root_has_issued_itself() {
    let sandbox = Sandbox::new();
    sandbox.run("--at 2026-11-30 --home other ca init --keep-root-key");
    let other = fs::read_to_string(sandbox.path("other/current")).unwrap();
    let other = format!("other/{}", other.trim());
    sandbox.run(&format!(
        "--at 2026-12-01 ca import --cert {other}/root.crt --key {other}/root.key"
    ));
    sandbox.run("--at 2026-12-01 issue a.localhost --valid-for 90d");
    let count = || sandbox.text("a.localhost.crt").matches("BEGIN").count();
    assert_eq!(count(), 1);
    sandbox.run("--at 2027-02-19 ca rotate");
    sandbox.run(&late("a.localhost.crt"));
    assert_eq!(count(), 2);
}

#[test]
fn what_the_present_ca_cannot_make_is_told_and_the_rest_made() {
    let sandbox = Sandbox::new();
    sandbox.run("--at 2026-11-30 ca init --constraints none");
    for name in ["a.localhost", "www.example.com"] {
        sandbox.run(&format!("--at 2026-12-01 issue {name} --valid-for 90d"));
    }
    sandbox.run("--at 2026-11-30 --home other ca init");
    let other = fs::read_to_string(sandbox.path("other/current")).unwrap();
    let other = format!("other/{}", other.trim());
    sandbox.run(&format!(
        "--at 2026-12-01 ca import --cert {other}/intermediate.crt --key {other}/intermediate.key --chain {other}/root.crt"
    ));
    let told = sandbox
        .certwright(&format!("--json {}", late("--all")))
        .assert()
        .code(2)
        .stderr(contains("out-of-scope").and(contains("www.example.com")));
    let told: Value = serde_json::from_slice(&told.get_output().stdout).unwrap();
    let mut became = outcomes(&told);
    became.sort();
    assert_eq!(became, ["failed", "renewed"]);
    let warnings = told["warnings"].to_string();
    assert!(
        warnings.contains("trust that one's root only"),
        "{warnings}"
    );
    sandbox.run("--at 2027-02-20 list --match a.localhost");
    let refused = sandbox.fails(2, &late("www.example.com.crt"));
    assert!(refused.contains("www.example.com"), "{refused}");
}

#[test]
fn a_ca_that_ends_sooner_is_told() {
    let sandbox = Sandbox::new();
    sandbox.run("--at 2026-11-30 ca init --valid-for 92d");
    sandbox.run("--at 2026-12-01 issue a.localhost --valid-for 90d");
    // Two days more than before, and then nothing more.
    let told = sandbox.json(&late("--all"));
    assert_eq!(told["certificates"][0]["renewed"]["clipped"], true);
    assert!(told["warnings"].to_string().contains("when its CA does"));
    let error = sandbox.fails(2, "--at 2027-03-01 renew --all");
    assert!(error.contains("ca rotate"), "{error}");
}

#[test]
fn what_was_issued_before_a_rotation_comes_from_the_new_generation() {
    let sandbox = with(&["a.localhost"]);
    let issuer = || shown(&sandbox, "a.localhost.crt")["issuer"].clone();
    let before = issuer();
    sandbox.run("--at 2027-02-19 ca rotate");
    let told = sandbox.json(&late("--all"));
    assert_eq!(outcomes(&told), ["renewed"]);
    let warnings = told["warnings"].to_string();
    assert!(
        warnings.contains("trust that one's root only"),
        "{warnings}"
    );
    assert_ne!(issuer(), before);
}

#[test]
fn a_ca_that_has_ended_and_cas_themselves_are_told() {
    let sandbox = Sandbox::new();
    sandbox.run("--at 2026-11-30 ca init --valid-for 80d");
    sandbox.run("--at 2026-12-01 issue a.localhost --valid-for 90d");
    let before = sandbox.text("a.localhost.crt");
    let intermediate = sandbox.generation().join("intermediate.crt");
    for (words, part) in [
        ("--all --force", "ca rotate"),
        (&*intermediate.display().to_string(), "ca rotate"),
    ] {
        let error = sandbox.fails(2, &late(words));
        assert!(error.contains(part), "{error}");
    }
    assert_eq!(sandbox.text("a.localhost.crt"), before);
    sandbox.run("--at 2027-02-19 ca rotate");
    sandbox.run(&late("--all"));
    assert_ne!(sandbox.text("a.localhost.crt"), before);
}

#[test]
fn what_is_revoked_is_renewed_by_who_knows_that() {
    let sandbox = with(&["a.localhost", "b.localhost"]);
    sandbox.run("revoke a.localhost.crt --reason key-compromise");
    sandbox.run("revoke b.localhost.crt --reason superseded");
    assert_eq!(outcomes(&sandbox.json(&late("."))), ["skipped"; 2]);
    assert!(outcomes(&sandbox.json(&late("--all"))).is_empty());
    sandbox.fails(2, &late("a.localhost.crt"));
    let error = sandbox.fails(2, &late("a.localhost.crt --force --reuse-key"));
    assert!(error.contains("wrong hands"), "{error}");
    sandbox.run(&late("a.localhost.crt --force"));
    sandbox.run(&late("b.localhost.crt --force --reuse-key"));
    assert_eq!(listed(&sandbox).len(), 2);
}

#[test]
fn passwords_of_the_ca_are_asked_for_where_something_is_due() {
    let sandbox = Sandbox::new();
    sandbox.write("secret", "s\n");
    sandbox.run("--at 2026-11-30 ca init --encrypt --password-file secret");
    sandbox.run("--at 2026-12-01 issue a.localhost --valid-for 90d --ca-password-file secret");
    sandbox.run("--at 2026-12-02 renew --all");
    let error = sandbox.fails(2, &late("--all"));
    assert!(error.contains("--ca-password-file"), "{error}");
    sandbox.run(&late("--all --ca-password-file secret"));
    sandbox.fails(2, &late("--all --watch --ca-password-file -"));
}

#[cfg(unix)]
#[test]
fn a_server_is_told_once_and_again_if_that_failed() {
    let sandbox = with(&["a.localhost", "b.localhost"]);
    let count = || sandbox.text("log").lines().count();
    let reload = |command: &str| {
        let mut run = sandbox.certwright(&format!("--json {}", late("--all --reload")));
        run.arg(command);
        run
    };
    let failed = reload("echo told >> log; false").assert().code(2);
    let failed: Value = serde_json::from_slice(&failed.get_output().stdout).unwrap();
    assert_eq!(failed["reloaded"], false);
    assert_eq!(outcomes(&failed), ["renewed"; 2]);
    assert_eq!(count(), 1);
    let serials = listed(&sandbox);
    // Nothing is due; the server is to know all the same.
    let pending = sandbox.certwright(&late("--all --check")).assert();
    pending.code(1);
    let done = reload("echo said; echo told >> log").assert().success();
    let done: Value = serde_json::from_slice(&done.get_output().stdout).unwrap();
    assert_eq!(done["reloaded"], true);
    assert_eq!(outcomes(&done), ["resumed"; 2]);
    assert_eq!(count(), 2);
    assert_eq!(listed(&sandbox), serials);
    let idle = reload("echo told >> log").assert().success();
    let idle: Value = serde_json::from_slice(&idle.get_output().stdout).unwrap();
    assert_eq!(idle["reloaded"], Value::Null);
    assert_eq!(count(), 2);
}

#[cfg(unix)]
#[test]
fn what_is_outstanding_hinders_no_renewal_and_the_other_way_round() {
    let sandbox = Sandbox::new();
    sandbox.write("secret", "s\n");
    sandbox.run("--at 2026-11-30 ca init --encrypt --password-file secret");
    sandbox.run("--at 2026-12-01 issue a.localhost --valid-for 90d --ca-password-file secret");
    let run = |code: i32, words: &str, reload: &str| -> Value {
        let words = format!("--json --at 2027-02-20 renew {words}");
        let mut command = sandbox.certwright(&words);
        let done = command.args(["--reload", reload]).assert().code(code);
        serde_json::from_slice(&done.get_output().stdout).unwrap()
    };
    let serial = || shown(&sandbox, "a.localhost.crt")["serial"].clone();
    for words in ["--all", "a.localhost.crt"] {
        let words = format!("{words} --force --ca-password-file secret");
        run(2, &words, "false");
        let before = serial();
        // Once for both.
        let done = run(0, &words, "echo told >> log");
        assert_eq!(outcomes(&done), ["resumed", "renewed"]);
        assert_ne!(serial(), before);
        assert_eq!(sandbox.text("log").lines().count(), 1);
        fs::remove_file(sandbox.path("log")).unwrap();
        assert_eq!(sandbox.json("list")["certificates"][0]["status"], "valid");
    }
    // Who tells nobody says so.
    run(2, "--all --force --ca-password-file secret", "false");
    sandbox
        .certwright(&late("--all"))
        .assert()
        .success()
        .stderr(contains("neither --reload nor --signal"));
    // What cannot be renewed keeps no server waiting.
    run(2, "--all --force --ca-password-file secret", "false");
    let done = run(2, "--all --force", "echo told >> log");
    assert_eq!(outcomes(&done), ["resumed"]);
    assert_eq!(done["reloaded"], true);
    assert!(outcomes(&run(0, "--all", "false")).is_empty());
}

#[cfg(unix)]
#[test]
fn a_process_is_told_by_a_signal() {
    use std::process::Command;
    let sandbox = with(&["a.localhost"]);
    sandbox.write("pid", "0\n");
    // Not HUP: whoever has these tests outlive a terminal has that ignored by all that they start.
    let words = "--all --signal USR1 --pid-file pid";
    let error = sandbox.fails(2, &late(words));
    assert!(error.contains("the number of a process"), "{error}");
    let mut child = Command::new("sleep").arg("60").spawn().unwrap();
    sandbox.write("pid", format!("{}\n", child.id()));
    sandbox.run(&late(words));
    let ended = std::os::unix::process::ExitStatusExt::signal(&child.wait().unwrap());
    assert_eq!(ended, Some(rustix::process::Signal::USR1.as_raw()));
    sandbox.fails(2, &late("--all --signal KILL --pid-file pid"));
    sandbox.fails(2, &late("--all --signal HUP"));
}

/// Starts one that goes on.
#[cfg(unix)]
fn watch(sandbox: &Sandbox, words: &[&str]) -> std::process::Child {
    std::process::Command::new(env!("CARGO_BIN_EXE_certwright"))
        .args(["renew", "--all", "--watch"])
        .args(words)
        .current_dir(sandbox.work())
        .env_clear()
        .envs(sandbox.environment())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap()
}

#[cfg(unix)]
fn send(child: &std::process::Child, signal: rustix::process::Signal) {
    rustix::process::kill_process(rustix::process::Pid::from_child(child), signal).unwrap();
}

/// Waits for a file.
#[cfg(unix)]
fn await_file(path: &std::path::Path) {
    let start = std::time::Instant::now();
    while !path.exists() {
        let waited = start.elapsed();
        assert!(waited.as_secs() < 60, "{} does not come", path.display());
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[cfg(unix)]
#[test]
fn a_watch_that_is_asked_to_end_has_its_server_told_before() {
    use rustix::process::Signal;
    let reload = "touch begun; until test -e go; do sleep 0.05; done; touch done";
    let words = ["--within", "80d", "--reload", reload];
    let status = |sandbox: &Sandbox| sandbox.json("list")["certificates"][0]["status"].clone();

    let sandbox = Sandbox::new();
    sandbox.run("issue a.localhost --valid-for 79d");
    let mut child = watch(&sandbox, &words);
    await_file(&sandbox.path("begun"));
    send(&child, Signal::TERM);
    sandbox.write("go", "");
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(sandbox.path("done").exists());
    assert_eq!(status(&sandbox), "valid");

    // Who asks twice does not wait, and the next run makes up for it.
    let sandbox = Sandbox::new();
    sandbox.run("issue a.localhost --valid-for 79d");
    let mut child = watch(&sandbox, &words);
    await_file(&sandbox.path("begun"));
    send(&child, Signal::TERM);
    send(&child, Signal::INT);
    let ended = std::os::unix::process::ExitStatusExt::signal(&child.wait().unwrap());
    assert!(matches!(ended, Some(2 | 15)), "{ended:?}");
    assert_eq!(status(&sandbox), "pending");
    sandbox.write("go", "");
    await_file(&sandbox.path("done"));
    assert_eq!(outcomes(&sandbox.json("renew --all")), ["resumed"]);
}

/// What one tells that goes on, line by line while it does.
#[cfg(unix)]
fn lines_of(child: &mut std::process::Child) -> impl FnMut() -> String + use<> {
    use std::io::BufRead as _;
    let (told, lines) = std::sync::mpsc::channel();
    let output = std::io::BufReader::new(child.stdout.take().unwrap());
    std::thread::spawn(move || output.lines().try_for_each(|line| told.send(line.unwrap())));
    let patience = std::time::Duration::from_secs(60);
    move || lines.recv_timeout(patience).expect("a line comes")
}

#[cfg(unix)]
#[test]
fn a_watch_renews_what_becomes_due_until_it_is_ended() {
    let sandbox = Sandbox::new();
    sandbox.run("issue a.localhost --valid-for 90d");
    let before = sandbox.text("a.localhost.crt");
    let mut child = watch(&sandbox, &["--every", "1s", "--within", "80d"]);
    let mut next = lines_of(&mut child);
    // Each time that it has looked it says so.
    for _ in 0..2 {
        let told = next();
        assert!(told.starts_with("1 other is not due"), "{told}");
    }
    assert_eq!(sandbox.text("a.localhost.crt"), before);
    // Another, that is due as soon as it is there.
    let issued = sandbox.json("issue b.localhost --valid-for 79d");
    let mut told = next();
    while told.starts_with("1 other is not due") {
        told = next();
    }
    assert!(
        told.starts_with("renewed") && told.contains("b.localhost"),
        "{told}"
    );
    let there = shown(&sandbox, "b.localhost.crt");
    assert!(issued["sha256"].is_string());
    assert_ne!(there["sha256"], issued["sha256"]);
    send(&child, rustix::process::Signal::TERM);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(sandbox.text("a.localhost.crt"), before);
}

#[cfg(unix)]
#[test]
fn files_of_a_linked_folder_change_in_one_instant() {
    let sandbox = with(&[
        "a.localhost --out-dir tls --linked --chain-file tls/chain.pem",
        "b.localhost --out-dir tls",
    ]);
    let version = || fs::read_link(sandbox.path("tls/..data")).unwrap();
    let names = ["a.localhost.crt", "a.localhost.key", "chain.pem"];
    for name in names.iter().chain(&["b.localhost.key"]) {
        let target = fs::read_link(sandbox.path("tls").join(name)).unwrap();
        assert_eq!(target, std::path::Path::new("..data").join(name));
    }
    let before = version();
    let other = sandbox.text("tls/b.localhost.key");
    let old = sandbox.path("tls").join(&before);
    let text = |name: &str| fs::read_to_string(old.join(name)).unwrap();
    let pair = ["a.localhost.crt", "a.localhost.key"].map(text);
    assert_eq!(
        outcomes(&sandbox.json(&late("tls/a.localhost.crt"))),
        ["renewed"]
    );
    assert_ne!(version(), before);
    assert_eq!(sandbox.text("tls/b.localhost.key"), other);
    // Who had begun to read goes on.
    assert_eq!(["a.localhost.crt", "a.localhost.key"].map(text), pair);
    for (words, expected) in [
        ("tls", ["not-due", "renewed"]),
        ("--all --force", ["renewed", "renewed"]),
    ] {
        assert_eq!(outcomes(&sandbox.json(&late(words))), expected);
        is_a_pair(&sandbox, "tls/a.localhost.crt", "tls/a.localhost.key");
        is_a_pair(&sandbox, "tls/b.localhost.crt", "tls/b.localhost.key");
    }
    assert_eq!(listed(&sandbox).len(), 2);
    // The folder's form is enough.
    sandbox.run("--at 2027-02-21 issue a.localhost --out-dir tls --force");
    assert!(sandbox.path("tls/a.localhost.key").is_symlink());
    is_a_pair(&sandbox, "tls/a.localhost.crt", "tls/a.localhost.key");
    sandbox.fails(2, "issue a.localhost --out-dir tls");
}

#[cfg(unix)]
#[test]
fn who_reads_a_linked_folder_never_has_two_halves() {
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
    let sandbox = with(&["a.localhost --out-dir tls --linked"]);
    let folder = sandbox.path("tls");
    let (is_over, reads) = (AtomicBool::new(false), AtomicU64::new(0));
    // One who takes so long that two renewals go by finds nothing, and never something else.
    let read = || {
        let version = fs::canonicalize(folder.join("..data")).ok()?;
        let key = fs::read(version.join("a.localhost.key")).ok()?;
        let certificate = fs::read(version.join("a.localhost.crt")).ok()?;
        Some((key, certificate))
    };
    let watch = || {
        while !is_over.load(Ordering::SeqCst) {
            let Some((key, certificate)) = read() else {
                continue;
            };
            let key = PrivateKey::from_bytes(&key, None).unwrap();
            let certificate = Certificate::all_from_bytes(&certificate).unwrap();
            certificate[0].require_key(&key).unwrap();
            reads.fetch_add(1, Ordering::SeqCst);
        }
    };
    std::thread::scope(|scope| {
        let readers = [scope.spawn(watch), scope.spawn(watch)];
        for _ in 0..20 {
            let before = reads.load(Ordering::SeqCst);
            sandbox.run("--at 2026-12-02 renew --all --force");
            while reads.load(Ordering::SeqCst) == before
                && !readers.iter().any(|it| it.is_finished())
            {
                std::thread::yield_now();
            }
        }
        is_over.store(true, Ordering::SeqCst);
    });
}

#[cfg(unix)]
#[test]
fn a_plain_folder_becomes_a_linked_one() {
    let sandbox = with(&["a.localhost --out-dir tls"]);
    sandbox.write("tls/dh.pem", "");
    let before = sandbox.text("tls/a.localhost.key");
    sandbox.fails(2, "issue a.localhost --out-dir tls --linked");
    sandbox.fails(2, "issue a.localhost --linked");
    assert!(!sandbox.path("tls/..data").is_symlink());
    sandbox.run("--at 2026-12-02 issue a.localhost --out-dir tls --linked --force");
    assert!(sandbox.path("tls/a.localhost.key").is_symlink());
    assert!(!sandbox.path("tls/dh.pem").is_symlink());
    assert_ne!(sandbox.text("tls/a.localhost.key"), before);
    is_a_pair(&sandbox, "tls/a.localhost.crt", "tls/a.localhost.key");
    // One that fails leaves no folder behind.
    sandbox.fails(
        2,
        "issue b.test --no-create --home none --out-dir new --linked",
    );
    assert!(!sandbox.path("new").exists());
}
