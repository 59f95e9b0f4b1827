//! `certwright ca`

use std::fs;

use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::contains;

use crate::sandbox::{Sandbox, listing};

fn issuing(sandbox: &Sandbox) -> String {
    sandbox.json("ca show")["generations"][0]["name"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn the_roots_key_is_never_written() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init");
    let files = listing(&sandbox.generation());
    assert_eq!(
        files,
        [
            "intermediate.crt",
            "intermediate.key",
            "root.crl",
            "root.crt"
        ]
    );
    let kept = Sandbox::new();
    kept.run("ca init --keep-root-key");
    assert!(kept.generation().join("root.key").exists());
}

#[test]
fn a_ca_is_made_once() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init");
    let before = issuing(&sandbox);
    let error = sandbox.fails(2, "ca init");
    assert!(
        error.contains("there is a local CA in") && error.contains("ca rotate"),
        "{error}"
    );
    assert_eq!(issuing(&sandbox), before);
}

#[test]
fn without_a_ca_nothing_makes_one() {
    let sandbox = Sandbox::new();
    for words in [
        "ca show",
        "ca export",
        "ca rotate",
        "ca widen a.test",
        "ca retire ca-1",
        "issue a.test --no-create",
    ] {
        let error = sandbox.fails(2, words);
        assert!(
            error.contains("there is no local CA in"),
            "{words}: {error}"
        );
    }
    assert!(!sandbox.ca().join("current").exists());
}

#[test]
fn half_a_ca_is_said_to_be_half_and_left_alone() {
    for (missing, named) in [
        ("intermediate.key", "lacks intermediate.key"),
        ("intermediate.crt", "lacks intermediate.crt"),
        ("root.crt", "root.crt cannot be used"),
    ] {
        let sandbox = Sandbox::new();
        sandbox.run("ca init");
        fs::remove_file(sandbox.generation().join(missing)).unwrap();
        let before = listing(&sandbox.generation());
        let error = sandbox.fails(2, "issue localhost");
        assert!(error.contains(named), "{missing}: {error}");
        assert_eq!(listing(&sandbox.generation()), before);
        assert!(sandbox.files().is_empty());
    }
}

#[test]
fn a_foreign_or_damaged_part_is_named() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init");
    sandbox.run("key -o other.key");
    let key = sandbox.generation().join("intermediate.key");
    fs::copy(sandbox.path("other.key"), &key).unwrap();
    let error = sandbox.fails(2, "issue localhost");
    assert!(
        error.contains("does not belong to the certificate"),
        "{error}"
    );
    fs::write(&key, "garbage").unwrap();
    let error = sandbox.fails(2, "issue localhost");
    assert!(error.contains("intermediate.key cannot be used"), "{error}");

    let other = Sandbox::new();
    other.run("ca init");
    fs::copy(
        other.generation().join("root.crt"),
        sandbox.generation().join("root.crt"),
    )
    .unwrap();
    let error = sandbox.fails(2, "issue localhost");
    assert!(error.contains("did not sign"), "{error}");
}

#[test]
fn a_ca_without_its_pointer_is_not_replaced() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init");
    let name = issuing(&sandbox);
    fs::remove_file(sandbox.ca().join("current")).unwrap();
    let error = sandbox.fails(2, "issue localhost");
    assert!(
        error.contains(&format!("has {name} and lacks the file current")),
        "{error}"
    );
    fs::write(sandbox.ca().join("current"), format!("{name}\n")).unwrap();
    sandbox.run("issue localhost");
}

#[cfg(unix)]
#[test]
fn a_key_that_others_may_read_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = Sandbox::new();
    sandbox.run("ca init");
    let key = sandbox.generation().join("intermediate.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let error = sandbox.fails(2, "issue localhost");
    assert!(
        error.contains("may be read by others (mode 0644)") && error.contains("chmod 600"),
        "{error}"
    );
}

#[test]
fn generations_follow_each_other() {
    let sandbox = Sandbox::new();
    sandbox.run("issue localhost --days 30 --at 2026-11-01");
    let first = issuing(&sandbox);
    sandbox
        .certwright("ca rotate")
        .assert()
        .success()
        .stderr(contains("clients must trust the new root too"));
    let second = issuing(&sandbox);
    assert_ne!(first, second);
    sandbox.run("issue app.localhost");
    let error = sandbox.fails(2, &format!("ca retire {first} --at 2026-11-10"));
    assert!(error.contains("is in use until 2026-11-30"), "{error}");
    assert!(
        sandbox
            .fails(2, &format!("ca retire {second}"))
            .contains("is the generation that issues")
    );
    sandbox.run(&format!("ca retire {first} --at 2027-01-01"));
    assert_eq!(
        sandbox.json("ca show")["generations"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let retired = listing(&sandbox.ca().join("retired").join(&first));
    assert_eq!(retired, ["intermediate.crt", "root.crl", "root.crt"]);
}

#[test]
fn a_broken_generation_can_be_succeeded() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init");
    fs::remove_file(sandbox.generation().join("intermediate.key")).unwrap();
    sandbox.run("ca rotate");
    sandbox.run("issue localhost");
    let shown = sandbox.json("ca show");
    assert!(
        shown["generations"][1]["fault"]
            .as_str()
            .unwrap()
            .contains("lacks intermediate.key")
    );
    let broken = shown["generations"][1]["name"].as_str().unwrap();
    sandbox.run(&format!("ca retire {broken}"));
    assert_eq!(
        sandbox.json("ca show")["generations"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn widening_keeps_what_was_permitted() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init --permit example.com --constraints strict");
    sandbox.run("ca widen example.org 8.8.8.0/24 dev@team.example.net");
    for name in [
        "a.example.com",
        "a.example.org",
        "8.8.8.8",
        "127.0.0.1",
        "x@team.example.net",
        "localhost",
    ] {
        sandbox.run(&format!("issue {name}"));
    }
    sandbox.fails(2, "issue 9.9.9.9");
}

#[test]
fn what_is_open_is_not_narrowed() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init");
    let before = issuing(&sandbox);
    for known in ["10.0.0.0/8", "8.8.8.8", "localhost", "a.test", "*.b.test"] {
        sandbox
            .certwright(&format!("ca widen {known}"))
            .assert()
            .success()
            .stderr(contains("may issue for").and(contains("already")));
    }
    assert_eq!(issuing(&sandbox), before);
    sandbox.run("issue 8.8.8.8");
    sandbox.run("ca widen foo.org");
    let widened = issuing(&sandbox);
    assert_ne!(widened, before);
    sandbox
        .certwright("ca widen foo.org a.foo.org dev@foo.org")
        .assert()
        .success()
        .stderr(contains("the CA may issue for a.foo.org already"));
    assert_eq!(issuing(&sandbox), widened);
    sandbox
        .certwright("ca widen foo.org bar.org")
        .assert()
        .success()
        .stderr(contains("the CA may issue for foo.org already"));
    assert_ne!(issuing(&sandbox), widened);
    sandbox.run("issue foo.org bar.org");
}

#[test]
fn what_may_issue_for_everything_is_not_widened() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init --constraints none");
    let before = issuing(&sandbox);
    sandbox
        .certwright("ca widen example.com")
        .assert()
        .success()
        .stderr(contains("the CA may issue for example.com already"));
    assert_eq!(issuing(&sandbox), before);
}

#[test]
fn what_init_is_to_permit_and_does_already_is_said() {
    let sandbox = Sandbox::new();
    sandbox
        .certwright("ca init --permit 8.8.8.0/24 --permit example.com")
        .assert()
        .success()
        .stderr(contains("may issue for 8.8.8.0/24 without --permit").and(contains("strict")));
    sandbox.run("issue 8.8.4.4 example.com");
    let networks = sandbox.fails(
        2,
        "--home other ca init --constraints strict --permit 10.1.2.3/16",
    );
    assert!(
        networks.contains("10.1.2.3/16 is an address within the network 10.1.0.0/16"),
        "{networks}"
    );
    assert!(
        sandbox
            .fails(2, "ca widen 10.1.2.3/16")
            .contains("10.1.0.0/16")
    );
}

#[test]
fn what_no_constraint_can_permit_is_refused_for_good() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init");
    for uri in ["https://[::1]/", "urn:a:b"] {
        let error = sandbox.fails(2, &format!("issue {uri}"));
        assert!(
            error.contains("no constraint can permit") && !error.contains("widen"),
            "{error}"
        );
        assert!(
            sandbox
                .fails(2, &format!("ca widen {uri}"))
                .contains("no constraint can permit")
        );
    }
    let permitted = sandbox.json("ca show")["generations"][0]["constraints"].to_string();
    assert!(!permitted.contains("::1"), "{permitted}");
}

#[test]
fn constraints_are_as_asked() {
    for (set, critical, has_ip) in [
        ("dns", true, false),
        ("soft", false, false),
        ("strict", true, true),
    ] {
        let sandbox = Sandbox::new();
        let shown = sandbox.json(&format!("ca init --constraints {set}"));
        let constraints = &shown["generations"][0]["constraints"];
        assert_eq!(constraints["critical"], critical, "{set}");
        let permitted = constraints["permitted"].to_string();
        assert_eq!(permitted.contains("IP:10.0.0.0/8"), has_ip, "{set}");
    }
    let open = Sandbox::new();
    assert!(open.json("ca init --constraints none")["generations"][0]["constraints"].is_null());
    open.run("issue www.example.com 8.8.8.8");
}

#[test]
fn a_successor_is_what_the_ca_was() {
    let sandbox = Sandbox::new();
    sandbox.write("pw", "secret\n");
    sandbox.run("ca init -a p384 --subject /C=DE/O=Example --valid-for 2y --keep-root-key --encrypt --password-file pw");
    for words in ["ca rotate", "ca widen example.com"] {
        let error = sandbox.fails(2, words);
        assert!(
            error.contains("the CA's keys are encrypted") && error.contains("--password-file"),
            "{error}"
        );
        let shown = sandbox.json(&format!("{words} --password-file pw"));
        let now = &shown["generations"][0];
        assert_eq!(now["key"], "ECDSA P-384", "{words}");
        assert_eq!(now["key_encrypted"], true, "{words}");
        let subject = now["subject"].as_str().unwrap();
        assert!(
            subject.starts_with("CN=certwright root ") && subject.ends_with(",O=Example,C=DE"),
            "{subject}"
        );
        let days = now["days_left"].as_u64().unwrap();
        assert!((728..=731).contains(&days), "{words}: {days}");
        assert!(sandbox.generation().join("root.key").exists(), "{words}");
    }
    let other =
        sandbox.json("ca rotate -a p256 --valid-for 1y --subject /O=Other --password-file pw");
    let now = &other["generations"][0];
    assert_eq!(now["key"], "ECDSA P-256");
    assert!(now["subject"].as_str().unwrap().ends_with(",O=Other"));
}

#[test]
fn what_has_no_constraints_has_a_successor_without_and_that_is_said() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init --constraints none");
    sandbox
        .certwright("ca rotate")
        .assert()
        .success()
        .stderr(contains("the new generation may issue for every name"));
}

/// Writes a root that was made elsewhere, with constraints that are never made here.
fn company(sandbox: &Sandbox) {
    use certwright::issue::{Signatory, Template, issue};
    use certwright::key::PrivateKey;
    use certwright::name::{NameConstraints, Subject, Subtree};
    use certwright::profile::Profile;
    use certwright::validity::{Lifetime, Validity};
    let key = PrivateKey::generate(Default::default()).unwrap();
    let subject: Subject = "/O=Company/CN=Root".parse().unwrap();
    let constraints = NameConstraints {
        permitted: vec![
            Subtree::Directory(subject.without_common_names().to_der()),
            Subtree::Dns("a.test".into()),
            Subtree::Email("a.test".into()),
        ],
        excluded: Vec::new(),
        critical: true,
    };
    let now = time::OffsetDateTime::now_utc();
    let template = Template {
        profile: Profile::root(None, Some(constraints)),
        subject,
        names: Vec::new(),
        public_key: key.public_key().clone(),
        validity: Validity::starting(now, Lifetime::years(5)).unwrap(),
    };
    let root = issue(&template, Signatory::Itself(&key)).unwrap();
    sandbox.write("company.crt", root.to_pem());
    sandbox.write(
        "company.key",
        key.to_pem(Default::default()).unwrap().as_bytes(),
    );
}

#[test]
fn constraints_of_other_kinds_hold_and_are_carried_over() {
    let sandbox = Sandbox::new();
    company(&sandbox);
    sandbox.run("ca import --cert company.crt --key company.key");
    for _ in 0..2 {
        let error = sandbox.fails(2, "issue a.test --force --subject /O=Other");
        assert!(
            error.contains("the subject O=Other is outside") && error.contains("O=Company"),
            "{error}"
        );
        let error = sandbox.fails(
            2,
            "issue a.test --force --subject /O=Company/emailAddress=me@b.test",
        );
        assert!(error.contains("the emailAddress me@b.test"), "{error}");
        sandbox.run("issue a.test --force --subject /O=Company/emailAddress=me@a.test");
        sandbox.run("ca rotate");
        let shown = sandbox.json("ca show");
        let permitted = shown["generations"][0]["constraints"]["permitted"].to_string();
        assert!(permitted.contains("DirName:O=Company"), "{permitted}");
        let shown = sandbox.run("ca show");
        assert!(
            shown.contains("for a.test; every IP address; only DirName:O=Company"),
            "{shown}"
        );
    }
}

#[test]
fn a_ca_that_is_not_valid_now_displaces_none() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init");
    let before = issuing(&sandbox);
    sandbox.run("self-signed --ca --subject /CN=old --days 9 --at 2020-01-01 --cert-file rootCA.pem --key-file rootCA-key.pem");
    let folder = sandbox.work().display().to_string();
    let by_hand = "ca import --cert rootCA.pem --key rootCA-key.pem".to_owned();
    for words in [by_hand, format!("ca import {folder}")] {
        for at in ["2026-01-01", "2019-01-01"] {
            let error = sandbox.fails(2, &format!("{words} --at {at}"));
            assert!(error.contains("CN=old is valid from 2019-12-31"), "{error}");
        }
    }
    assert_eq!(issuing(&sandbox), before);
}

#[cfg(unix)]
#[test]
fn the_key_of_a_ca_that_is_taken_in_is_private_and_what_it_may_is_said() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = Sandbox::new();
    sandbox
        .run("self-signed --ca --subject /CN=x --cert-file rootCA.pem --key-file rootCA-key.pem");
    let open = fs::Permissions::from_mode(0o644);
    fs::set_permissions(sandbox.path("rootCA-key.pem"), open).unwrap();
    sandbox
        .certwright("ca import --cert rootCA.pem --key rootCA-key.pem")
        .assert()
        .success()
        .stderr(contains("this CA may issue for every name").and(contains("chmod").not()));
    let key = sandbox.generation().join("root.key");
    assert_eq!(
        fs::metadata(key).unwrap().permissions().mode() & 0o777,
        0o600
    );

    let folder = sandbox.work().display().to_string();
    sandbox
        .certwright(&format!("--home adopting ca import {folder}"))
        .assert()
        .success()
        .stderr(contains(
            "rootCA-key.pem (mode 0644); if nobody has: chmod 600",
        ));
    let shown = sandbox.json("--home adopting ca show");
    assert_eq!(shown["generations"][0]["key_exposed"], true);
}

#[test]
fn one_ca_is_taken_in_and_retired_twice() {
    let sandbox = Sandbox::new();
    sandbox.run("self-signed --ca --subject /CN=x --cert-file x.crt --key-file x.key");
    let mut names = Vec::new();
    for _ in 0..2 {
        sandbox.run("ca import --cert x.crt --key x.key");
        names.push(issuing(&sandbox));
        sandbox.run("ca rotate");
        sandbox.run(&format!("ca retire {}", names[0]));
    }
    assert_eq!(names[0], names[1]);
    let retired = listing(&sandbox.ca().join("retired"));
    assert_eq!(retired, [names[0].clone(), format!("{}-2", names[0])]);
}

#[test]
fn what_is_retired_has_no_keys_even_if_that_was_interrupted() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init --keep-root-key");
    let (old, folder) = (issuing(&sandbox), sandbox.generation());
    sandbox.run("ca rotate");
    // As if a process had been killed after the first key, and another while it wrote one anew.
    fs::remove_file(folder.join("root.key")).unwrap();
    fs::write(folder.join(".intermediate.key.certwright-tmp"), "a key").unwrap();
    let said = sandbox.run(&format!("ca retire {old}"));
    assert!(
        said.contains("its key is removed; clients need no longer trust CN="),
        "{said}"
    );
    let left = listing(&sandbox.ca().join("retired").join(&old));
    assert_eq!(left, ["intermediate.crt", "root.crl", "root.crt"]);
}

#[test]
fn what_is_retired_says_who_still_needs_it_and_where_its_key_is() {
    let sandbox = Sandbox::new();
    sandbox.run(
        "self-signed --ca --subject /CN=mkcert --cert-file rootCA.pem --key-file rootCA-key.pem",
    );
    let folder = sandbox.work().display().to_string();
    sandbox.run(&format!("ca import {folder}"));
    let adopted = issuing(&sandbox);
    sandbox.run("ca rotate");
    let own = issuing(&sandbox);
    sandbox.run("issue localhost");
    sandbox.run("ca rotate");
    let said = sandbox.run(&format!("ca retire {adopted}"));
    assert!(
        said.contains("mkcert's key still lies in") && !said.contains("removed"),
        "{said}"
    );
    assert!(sandbox.path("rootCA-key.pem").exists());
    let said = sandbox.run(&format!("ca retire {own} --force"));
    assert!(
        said.contains("is in use until") && !said.contains("no longer"),
        "{said}"
    );
}

#[test]
fn what_is_in_use_is_not_retired_though_the_ledger_is_gone() {
    let sandbox = Sandbox::new();
    sandbox.run("issue localhost");
    let old = issuing(&sandbox);
    sandbox.run("ca rotate");
    let ledger = sandbox.ca().join("ledger.sqlite");
    let retire = |sandbox: &Sandbox| sandbox.fails(2, &format!("ca retire {old}"));
    fs::write(&ledger, "no ledger at all, and longer than the header of a database is, which has a hundred bytes, as every page tells").unwrap();
    assert!(retire(&sandbox).contains("is in use until"));
    let error = sandbox.fails(2, "ca show");
    assert!(error.contains("is not a ledger"), "{error}");
    // A new generation is no less made for that.
    sandbox
        .certwright("ca rotate")
        .assert()
        .success()
        .stderr(contains("is not a ledger"));
    fs::remove_file(&ledger).unwrap();
    assert!(retire(&sandbox).contains("is in use until"));
    assert!(sandbox.json("ca show")["generations"][0]["issued"].is_null());
    // A new ledger knows nothing of the old one, and the copies do.
    sandbox.run("issue app.localhost");
    assert!(retire(&sandbox).contains("is in use until"));
    fs::remove_file(sandbox.ca().join(&old).join("intermediate.crt")).unwrap();
    assert!(retire(&sandbox).contains("is in use until"));
}

#[cfg(unix)]
#[test]
fn a_folder_that_others_may_write_to_is_refused_and_shown() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = Sandbox::new();
    sandbox.run("ca init");
    let set = |mode| fs::set_permissions(sandbox.ca(), fs::Permissions::from_mode(mode)).unwrap();
    for mode in [0o770, 0o702] {
        set(mode);
        for words in ["issue localhost", "ca rotate", "ca export", "ca init"] {
            let error = sandbox.fails(2, words);
            assert!(
                error.contains("others may write to the CA's folder")
                    && error.contains("chmod go-w"),
                "{words}: {error}"
            );
        }
        sandbox
            .certwright("ca show")
            .assert()
            .success()
            .stderr(contains("others may write to the CA's folder"));
    }
    set(0o755);
    sandbox.run("issue localhost");
    let key = sandbox.generation().join("intermediate.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    sandbox
        .certwright("ca show")
        .assert()
        .success()
        .stderr(contains("others may read the CA's key"));
}

#[test]
fn dangers_of_a_new_ca_are_said() {
    let sandbox = Sandbox::new();
    sandbox
        .certwright("ca init -a ed25519 --permit co.uk --subject C=DE,O=Example")
        .assert()
        .success()
        .stderr(
            contains("no browser takes")
                .and(contains("co.uk holds names of very many owners"))
                .and(contains("OpenSSL's order")),
        );
    sandbox
        .certwright("ca widen com corp a.example.com")
        .assert()
        .success()
        .stderr(
            contains("note: com holds names of very many owners").and(contains("corp holds").not()),
        );
}

#[test]
fn the_flag_for_a_password_is_the_one_there_is() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init");
    assert!(
        sandbox
            .fails(2, "ca passphrase")
            .contains("--new-password-file")
    );
    sandbox.run("self-signed --ca --subject /CN=x --cert-file x.crt --key-file x.key");
    let error = sandbox.fails(2, "ca import --cert x.crt --key x.key --encrypt");
    assert!(error.contains("--new-password-file"), "{error}");
    let error = sandbox.fails(2, "--home other ca init --encrypt");
    assert!(error.contains("give it with --password-file"), "{error}");
    sandbox.write("pw", "x");
    let error = sandbox.fails(2, "--home other ca init --password-file pw");
    assert!(error.contains("--encrypt"), "{error}");
}

#[test]
fn a_password_is_wanted_once_it_is_set() {
    let sandbox = Sandbox::new();
    sandbox.write("one", "first\n");
    sandbox.write("two", "zweites Passwört");
    sandbox.run("ca init --encrypt --password-file one");
    let error = sandbox.fails(2, "issue localhost");
    assert!(error.contains("--ca-password-file"), "{error}");
    assert!(
        sandbox
            .fails(2, "issue localhost --ca-password-file two")
            .contains("does not open the key")
    );
    sandbox.run("ca passphrase --ca-password-file one --new-password-file two");
    sandbox.run("issue localhost --ca-password-file two");
    sandbox.run("ca passphrase --ca-password-file two --remove");
    sandbox.run("issue app.localhost");
}

#[test]
fn a_ca_from_elsewhere_is_taken_in() {
    let sandbox = Sandbox::new();
    sandbox.run(
        "self-signed --ca --subject /O=Elsewhere/CN=Root --cert-file ca.crt --key-file ca.key",
    );
    sandbox.run("ca import --cert ca.crt --key ca.key");
    sandbox.run("issue www.example.com");
    assert_eq!(
        sandbox.text("www.example.com.crt").matches("BEGIN").count(),
        1,
        "the root issues itself"
    );
    sandbox.run("key -o other.key");
    let error = sandbox.fails(2, "ca import --cert ca.crt --key other.key");
    assert!(
        error.contains("does not belong to the certificate"),
        "{error}"
    );
    sandbox.run("self-signed leaf.test");
    let error = sandbox.fails(2, "ca import --cert leaf.test.crt --key leaf.test.key");
    assert!(error.contains("is not a CA's"), "{error}");
}

#[test]
fn our_own_intermediate_can_be_moved_to_another_home() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init");
    let folder = sandbox.generation();
    let path = |name: &str| folder.join(name).display().to_string();
    let words = format!(
        "--home moved ca import --cert {} --key {}",
        path("intermediate.crt"),
        path("intermediate.key")
    );
    let error = sandbox.fails(2, &words);
    assert!(
        error.contains("which signed") && error.contains("--chain"),
        "{error}"
    );
    sandbox.run(&format!("{words} --chain {}", path("root.crt")));
    sandbox.run("--home moved issue localhost");
}

#[test]
fn mkcerts_ca_is_used_where_it_lies() {
    let sandbox = Sandbox::new();
    sandbox.run(
        "self-signed --ca --subject /CN=mkcert --cert-file rootCA.pem --key-file rootCA-key.pem",
    );
    let folder = sandbox.work().display().to_string();
    sandbox.run(&format!("ca import {folder}"));
    assert_eq!(listing(&sandbox.generation()), ["adopted", "root.crt"]);
    sandbox.run("issue localhost");
    sandbox.run("self-signed --ca --subject /CN=other --cert-file rootCA.pem --key-file rootCA-key.pem --force");
    let error = sandbox.fails(2, "issue app.localhost");
    assert!(
        error.contains("no longer the CA that was adopted"),
        "{error}"
    );
}

#[test]
fn the_root_is_exported_and_no_key() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init");
    sandbox
        .certwright("ca export")
        .assert()
        .success()
        .stdout(contains("BEGIN CERTIFICATE").and(contains("KEY").not()));
    sandbox.run("ca export --to der -o root.der");
    let shown = sandbox.json("ca show");
    let print = sandbox.run("fingerprint root.der");
    assert_eq!(print.trim(), shown["generations"][0]["sha256"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_home_that_cannot_be_written_to_still_issues_and_says_so() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init");
    // Nobody, not even root, makes files in /sys: the same error as on a read-only mount.
    std::os::unix::fs::symlink("/sys", sandbox.ca().join("issued")).unwrap();
    sandbox
        .certwright("issue localhost")
        .assert()
        .success()
        .stderr(contains("the ledger does not know this certificate"));
    assert_eq!(sandbox.files(), ["localhost.crt", "localhost.key"]);
    assert_eq!(sandbox.json("ca show")["generations"][0]["issued"], 0);
}
