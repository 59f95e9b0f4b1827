//! `certwright list`, and the ledger behind it.

use std::fs;

use serde_json::Value;

use crate::sandbox::{Sandbox, listing};

/// The certificates that `list` tells of.
fn listed(sandbox: &Sandbox, words: &str) -> Vec<Value> {
    let told = sandbox.json(&format!("list {words}"));
    told["certificates"].as_array().unwrap().clone()
}

#[test]
fn what_is_issued_is_listed_with_all_that_makes_it_again() {
    let sandbox = Sandbox::new();
    sandbox.run("issue a.localhost ::1 --valid-for 90d -a p384 --chain-file chain.crt");
    sandbox.run("csr b.localhost");
    sandbox.run("issue --csr b.localhost.csr --client --cert-file b.crt");
    let all = listed(&sandbox, "");
    assert_eq!(all.len(), 2);
    let (first, second) = (&all[0], &all[1]);
    assert_eq!(first["command"], "issue");
    assert_eq!(first["lifetime"], "90d");
    assert_eq!(first["algorithm"], "p384");
    assert_eq!(first["key_made"], true);
    assert_eq!(first["purposes"], serde_json::json!(["server"]));
    assert_eq!(first["names"][1]["value"], "::1");
    assert_eq!(first["status"], "valid");
    let roles: Vec<&str> = first["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["role"].as_str().unwrap())
        .collect();
    assert_eq!(roles, ["certificate", "private_key", "chain"]);
    let file = first["files"][0]["path"].as_str().unwrap();
    assert_eq!(file, sandbox.path("a.localhost.crt").display().to_string());
    assert_eq!(second["command"], "issue --csr");
    assert_eq!(second["key_made"], false);
    assert_eq!(second["purposes"], serde_json::json!(["client"]));
}

#[test]
fn a_container_is_known_as_one() {
    let sandbox = Sandbox::new();
    sandbox.write("password", "secret\n");
    sandbox.run("issue a.localhost --to pkcs12 --password-file password");
    let files = listed(&sandbox, "")[0]["files"].clone();
    assert_eq!(files.as_array().unwrap().len(), 1);
    assert_eq!(
        (&files[0]["role"], &files[0]["format"]),
        (&"container".into(), &"pkcs12".into())
    );
    sandbox.run("issue a.localhost --to pkcs12 --password-file password --force");
    assert_eq!(listed(&sandbox, "--all").len(), 2);
    assert_eq!(listed(&sandbox, "").len(), 1);
}

#[test]
fn what_another_took_the_place_of_is_shown_on_request() {
    let sandbox = Sandbox::new();
    sandbox.run("issue a.localhost");
    let old = listed(&sandbox, "")[0]["serial"].clone();
    sandbox.run("issue a.localhost --force");
    let now = listed(&sandbox, "");
    assert_eq!(now.len(), 1);
    let all = listed(&sandbox, "--all");
    let before = all.iter().find(|row| row["serial"] == old).unwrap();
    assert_eq!(before["status"], "superseded");
    assert_eq!(before["superseded_by"], now[0]["serial"]);
}

#[test]
fn a_table_is_narrowed_by_time_and_name() {
    let sandbox = Sandbox::new();
    assert!(sandbox.fails(2, "list").contains("no local CA"));
    sandbox.run("ca init");
    assert_eq!(sandbox.run("list"), "no certificates\n");
    sandbox.run("issue soon.localhost --valid-for 10d");
    sandbox.run("issue late.localhost --valid-for 300d");
    let table = sandbox.run("list");
    let lines: Vec<&str> = table.lines().collect();
    assert!(lines[0].starts_with("NAMES"), "{table}");
    assert!(lines[1].starts_with("soon.localhost") && lines[1].contains("  valid  "));
    assert!(lines[1].ends_with("soon.localhost.crt") && lines.len() == 3);
    let soon = sandbox.run("list --expiring 30d");
    assert!(soon.contains("soon.localhost") && !soon.contains("late"));
    let late = sandbox.run("list --match L*.localhost");
    assert!(late.contains("late.localhost") && !late.contains("soon"));
    // After its end it is shown on request only.
    let after = "--at 2126-01-01T00:00:00Z";
    assert_eq!(sandbox.run(&format!("list {after}")), "no certificates\n");
    let all = sandbox.run(&format!("list --all {after}"));
    assert!(all.contains("expired"), "{all}");
    let rows = sandbox.run("list --json-lines");
    assert_eq!(rows.lines().count(), 2);
    for row in rows.lines() {
        serde_json::from_str::<Value>(row).unwrap();
    }
}

#[test]
fn a_long_table_is_as_wide_as_names_may_be() {
    let sandbox = Sandbox::new();
    sandbox.run("issue a.localhost --valid-for 300d");
    let head = |table: &str| table.find("SERIAL").unwrap();
    assert_eq!(head(&sandbox.run("list")), "a.localhost  ".len());
    let ledger = rusqlite::Connection::open(sandbox.ca().join("ledger.sqlite")).unwrap();
    ledger.execute_batch(MANY).unwrap();
    let table = sandbox.run("list");
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 5001);
    let ends: Vec<&str> = lines[1..]
        .iter()
        .map(|line| &line[head(&table) + 18..][..10])
        .collect();
    assert!(
        ends.is_sorted() && ends[0] < ends[4999],
        "{} {}",
        ends[0],
        ends[4999]
    );
    assert!(
        lines[1..]
            .iter()
            .all(|line| line.ends_with("a.localhost.crt"))
    );
    let all = listed(&sandbox, "");
    assert_eq!(all.len(), 5000);
    assert_eq!(sandbox.run("list --json-lines").lines().count(), 5000);
    assert_eq!(listed(&sandbox, "--match *.localhost").len(), 1);
}

#[test]
fn the_picture_is_plain_where_the_locale_is() {
    let sandbox = Sandbox::new();
    sandbox.run("issue a.localhost --valid-for 300d");
    let picture = sandbox.run("list --timeline");
    assert!(picture.is_ascii() && picture.lines().last().unwrap().ends_with('#'));
    let output = sandbox
        .certwright("list --timeline")
        .env("LANG", "C.UTF-8")
        .assert()
        .success();
    let picture = String::from_utf8_lossy(&output.get_output().stdout).into_owned();
    assert!(picture.lines().last().unwrap().ends_with('█'), "{picture}");
}

#[test]
fn an_issued_certificate_is_inspected_by_its_serial_number() {
    let sandbox = Sandbox::new();
    sandbox.run("issue a.localhost");
    let serial = listed(&sandbox, "")[0]["serial"]
        .as_str()
        .unwrap()
        .to_owned();
    let colons: Vec<&str> = serial
        .as_bytes()
        .chunks(2)
        .map(|it| std::str::from_utf8(it).unwrap())
        .collect();
    for word in [
        &serial[..],
        &serial[..20],
        &serial.to_uppercase(),
        &colons.join(":"),
        &format!("0x{serial}"),
        &format!("0X{}", colons.join(":")),
    ] {
        let told = sandbox.json(&format!("inspect {word}"));
        assert_eq!(told["items"][0]["serial"], serial.as_str(), "{word}");
        let story = told["warnings"][0].as_str().unwrap();
        assert!(
            story.contains("by issue, written to") && story.ends_with("; valid"),
            "{story}"
        );
    }
    let unknown = sandbox.fails(2, "inspect 0123456789abcdef0123");
    assert!(
        unknown.contains("has a serial number that begins so"),
        "{unknown}"
    );
    // A file of that name comes first.
    fs::copy(sandbox.path("a.localhost.key"), sandbox.path(&serial)).unwrap();
    assert_eq!(
        sandbox.json(&format!("inspect {serial}"))["items"][0]["kind"],
        "private-key"
    );
}

#[test]
fn whatever_takes_certificates_takes_serial_numbers() {
    let sandbox = Sandbox::new();
    sandbox.run("issue a.localhost");
    let [serial, digest] = ["serial", "sha256"].map(|field| {
        let told = listed(&sandbox, "")[0][field].clone();
        told.as_str().unwrap().to_owned()
    });
    assert_eq!(
        sandbox.run(&format!("fingerprint 0x{serial}")),
        format!("{digest}\n")
    );
    let judged = sandbox.json(&format!("lint {serial}"));
    assert_eq!(judged["items"][0]["sha256"], digest.as_str());
    // With the intermediate, which the copy does not hold.
    let root = sandbox.generation().join("root.crt");
    let accepted = sandbox.json(&format!("verify {serial} --roots {}", root.display()));
    assert_eq!(accepted["verdicts"].as_array().unwrap().len(), 1);
    assert_eq!(accepted["verdicts"][0]["accepted"], true);
    sandbox.run(&format!("convert {serial} --to der -o a.der"));
    assert_eq!(sandbox.run("fingerprint a.der"), format!("{digest}\n"));
    sandbox.run(&format!("export nginx 0x{serial} --out-dir there"));
    let there = |name: &str| sandbox.text(&format!("there/{name}"));
    assert_eq!(there("a.localhost.key"), sandbox.text("a.localhost.key"));
    assert_eq!(there("a.localhost.crt"), sandbox.text("a.localhost.crt"));

    sandbox.run("csr b.localhost");
    sandbox.run("issue --csr b.localhost.csr --cert-file b.crt");
    let rows = listed(&sandbox, "");
    let other = rows.iter().find(|row| row["serial"] != *serial).unwrap();
    let other = other["serial"].as_str().unwrap();
    let keyless = sandbox.fails(2, &format!("export nginx {other} --out-dir other"));
    assert!(keyless.contains("--key FILE"), "{keyless}");
    sandbox.run(&format!(
        "export nginx {other} --key b.localhost.key --out-dir other"
    ));

    for command in [
        "verify",
        "lint",
        "fingerprint",
        "export nginx",
        "convert --to pem",
    ] {
        let unknown = sandbox.fails(2, &format!("{command} 0x0123"));
        assert!(
            unknown.contains("has a serial number that begins so"),
            "{unknown}"
        );
    }
    // A file of that name comes first.
    fs::copy(sandbox.path("b.crt"), sandbox.path(&serial)).unwrap();
    assert_ne!(
        sandbox.run(&format!("fingerprint {serial}")),
        format!("{digest}\n")
    );
}

#[test]
fn a_damaged_ledger_is_made_anew_and_nothing_is_unrevoked() {
    let sandbox = Sandbox::new();
    sandbox.run("issue a.localhost");
    sandbox.run("issue b.localhost");
    sandbox.run("revoke b.localhost --reason key-compromise");
    let ledger = sandbox.ca().join("ledger.sqlite");
    let told = sandbox.run("ca repair");
    assert!(
        told.starts_with("the ledger knows every certificate"),
        "{told}"
    );
    fs::write(&ledger, [0x5a; 5000]).unwrap();
    for words in ["list", "issue c.localhost", "revoke a.localhost"] {
        let error = sandbox.fails(2, words);
        assert!(
            error.contains("is damaged") && error.contains("certwright ca repair"),
            "{error}"
        );
    }
    assert_eq!(sandbox.files().len(), 4);
    let repaired = sandbox.json("ca repair");
    assert_eq!(
        (&repaired["added"], &repaired["revoked"]),
        (&2.into(), &1.into())
    );
    let moved = repaired["moved_to"].as_str().unwrap();
    assert_eq!(fs::read(moved).unwrap(), [0x5a; 5000]);
    let all = listed(&sandbox, "--all");
    let revoked: Vec<&Value> = all
        .iter()
        .filter(|row| row["status"] == "revoked")
        .collect();
    assert_eq!(revoked.len(), 1);
    assert_eq!(revoked[0]["reason"], "key-compromise");
    assert_eq!(revoked[0]["names"][0]["value"], "b.localhost");
    assert!(
        all.iter()
            .all(|row| row["command"].is_null() && row["files"] == serde_json::json!([]))
    );
    // One that is lost is told from one that never was.
    fs::remove_file(&ledger).unwrap();
    assert!(sandbox.fails(2, "list").contains("ca repair"));
    sandbox.run("ca repair");
    assert_eq!(listed(&sandbox, "--all").len(), 2);
    assert!(
        listing(&sandbox.ca())
            .iter()
            .any(|name| name.contains("damaged-1"))
    );
}

#[test]
fn of_copies_with_a_damaged_byte_the_rest_is_entered_and_the_loss_told() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init");
    sandbox.write("names", "a.localhost\nb.localhost\nc.localhost\n");
    sandbox.run("issue --from names");
    sandbox.run("issue d.localhost");
    let issued = sandbox.ca().join("issued");
    let copy = |is_common| {
        let mut names = listing(&issued).into_iter();
        let name = names.find(|name| name.ends_with(".crt") && name.contains('+') == is_common);
        issued.join(name.unwrap())
    };
    let (common, single) = (copy(true), copy(false));
    // No letter of base64; one that is, in the last signature; and what stands alone.
    let [whole, alone] = [&common, &single].map(|path| fs::read_to_string(path).unwrap());
    let end = whole.rfind("\n-----END").unwrap() - 20;
    let other = if &whole[end..=end] == "A" { "B" } else { "A" };
    for (common_now, alone_now, held, errors) in [
        (whole.replacen("\nMII", "\n*II", 1), alone.clone(), 2, 1),
        (
            format!("{}{other}{}", &whole[..end], &whole[end + 1..]),
            alone.clone(),
            2,
            1,
        ),
        (whole.clone(), String::new(), 3, 1),
        (whole.clone(), alone.clone(), 3, 0),
    ] {
        fs::write(&common, common_now).unwrap();
        fs::write(&single, alone_now).unwrap();
        fs::remove_file(sandbox.ca().join("ledger.sqlite")).unwrap();
        let told = sandbox.certwright("--json ca repair").output().unwrap();
        let error = String::from_utf8(told.stderr).unwrap();
        let document: Value = serde_json::from_slice(&told.stdout).unwrap();
        assert_eq!(told.status.code(), Some(2 * errors), "{error}");
        assert_eq!(
            error.matches("the rest is left out").count(),
            errors as usize
        );
        let lost = document["unreadable"].as_array().unwrap();
        assert_eq!(lost.len(), errors as usize);
        assert_eq!(
            error.contains("holds 2 of 3 certificates"),
            held == 2,
            "{error}"
        );
        let entered = listed(&sandbox, "--all").len();
        assert_eq!(document["added"], entered);
        assert_eq!(entered, if errors == 0 { 4 } else { 3 });
    }
}

#[test]
fn a_copy_that_holds_more_than_its_name_tells_has_lost_nothing() {
    let sandbox = Sandbox::new();
    for name in ["a.localhost", "b.localhost"] {
        sandbox.run(&format!("issue {name}"));
    }
    let issued = sandbox.ca().join("issued");
    let copies = listing(&issued)
        .into_iter()
        .filter(|it| it.ends_with(".crt"));
    let copies: Vec<_> = copies.map(|name| issued.join(name)).collect();
    let both = copies.iter().map(|path| fs::read_to_string(path).unwrap());
    let both: String = both.collect();
    fs::remove_file(&copies[1]).unwrap();
    fs::write(&copies[0], both).unwrap();
    fs::remove_file(sandbox.ca().join("ledger.sqlite")).unwrap();
    assert_eq!(sandbox.json("ca repair")["added"], 2);
}

#[test]
fn the_name_of_a_copy_may_tell_any_number() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init");
    let name = format!("00+{}.crt", usize::MAX);
    let issued = sandbox.ca().join("issued");
    fs::create_dir_all(&issued).unwrap();
    fs::write(issued.join(name), "").unwrap();
    let error = sandbox.fails(2, "ca repair");
    let told = format!("holds 0 of {} certificates", usize::MAX);
    assert!(error.contains(&told), "{error}");
}

#[test]
fn the_list_tells_what_was_revoked_where_all_else_is_lost() {
    let sandbox = Sandbox::new();
    sandbox.run("issue a.localhost");
    sandbox.run("revoke a.localhost --reason superseded");
    sandbox.run("ca crl -o all.pem");
    fs::remove_file(sandbox.ca().join("ledger.sqlite")).unwrap();
    fs::remove_dir_all(sandbox.ca().join("revoked")).unwrap();
    let next = sandbox.json("ca crl");
    assert_eq!(next["lists"][0]["revoked"], 1);
    assert_eq!(sandbox.json("ca repair")["revoked"], 1);
    assert_eq!(listed(&sandbox, "--revoked")[0]["reason"], "superseded");
    assert_eq!(listing(&sandbox.ca().join("revoked")).len(), 1);
    fs::remove_dir_all(sandbox.ca().join("revoked")).unwrap();
    fs::remove_dir_all(sandbox.ca().join("issued")).unwrap();
    fs::remove_file(sandbox.ca().join("ledger.sqlite")).unwrap();
    assert_eq!(sandbox.json("ca repair")["revoked"], 1);
    let next = sandbox.json("ca crl");
    assert_eq!(
        (&next["lists"][0]["revoked"], &next["lists"][0]["number"]),
        (&1.into(), &3.into())
    );
}

#[test]
fn an_index_goes_out_and_comes_in() {
    let sandbox = Sandbox::new();
    sandbox.run("issue a.localhost --subject /C=DE/CN=a.localhost");
    sandbox.run("issue b.localhost");
    sandbox.run("revoke b.localhost --reason key-compromise");
    let told = sandbox.run("ca export --to index -o index.txt");
    let (first, second) = told.split_once('\n').unwrap();
    let issuing = sandbox.json("ca show")["generations"][0]["issuing_subject"].clone();
    let issuing = issuing.as_str().unwrap();
    assert_eq!(
        first,
        format!("index.txt  2 certificates that {issuing} issued")
    );
    assert_eq!(second, "index.txt.attr\n");
    let told = sandbox.json("ca export --to index");
    assert_eq!(
        (&told["subject"], &told["pem"]),
        (&issuing.into(), &().into())
    );
    assert_eq!(sandbox.text("index.txt.attr"), "unique_subject = no\n");
    let index = sandbox.text("index.txt");
    assert!(
        index.contains("\tunknown\t/C=DE/CN=a.localhost\n"),
        "{index}"
    );
    assert!(
        index
            .lines()
            .any(|line| line.starts_with("R\t") && line.contains("Z,keyCompromise\t"))
    );
    // Into a CA that knows nothing of it.
    let other = Sandbox::new();
    let generation = sandbox.generation();
    let file = |name: &str| generation.join(name).display().to_string();
    let words = format!(
        "ca import --cert {} --chain {} --key {} --index {}",
        file("intermediate.crt"),
        file("root.crt"),
        file("intermediate.key"),
        sandbox.path("index.txt").display()
    );
    let note = other.json(&words)["warnings"].to_string();
    assert!(
        note.contains("2 certificates are new to the ledger and 1 revoked"),
        "{note}"
    );
    assert_eq!(other.json("ca crl")["lists"][0]["revoked"], 1);
    other.run("ca export --to index -o index.txt");
    assert_eq!(other.text("index.txt"), index);
    // Again, it changes nothing; and a wrong one is refused with its line.
    let again = other.json("ca import --index index.txt")["warnings"].to_string();
    assert!(again.contains("0 certificates are new"), "{again}");
    other.write("index.txt", format!("{index}V\tx\t\t01\tunknown\t/CN=a\n"));
    assert!(
        other
            .fails(2, "ca import --index index.txt")
            .contains("line 3")
    );
}

/// The one certificate so many times more, each of which ends six minutes before the one that was entered before.
const MANY: &str = "
INSERT INTO issued (serial, fingerprint, generation, subject, names, not_before, not_after, issued_at, command,
    purposes, algorithm, key_made, lifetime, files, pending)
WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 4999)
SELECT printf('%032x', n), fingerprint, generation, subject, names, not_before, not_after - n * 360, issued_at,
    command, purposes, algorithm, key_made, lifetime, files, pending FROM issued, number WHERE issued.id = 1";
