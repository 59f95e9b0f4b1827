//! `certwright issue --from`

use std::fs;

use assert_cmd::Command;
use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::contains;
use serde_json::Value;

use crate::sandbox::{Sandbox, listing};

const LIST: &str = "# ours\na.test 127.0.0.1\nb.test, *.b.test\n\nc.test\n";

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.run("ca init --constraints none");
    sandbox.write("list", LIST);
    sandbox
}

fn rows(output: &[u8]) -> Vec<Value> {
    let rows = serde_json::Deserializer::from_slice(output).into_iter();
    rows.map(|row| row.expect("each line is JSON")).collect()
}

/// Runs our command whatever comes of it, and returns its rows.
fn rows_of(command: &mut Command) -> Vec<Value> {
    rows(&command.output().unwrap().stdout)
}

#[test]
fn each_line_gets_a_certificate_and_a_second_run_makes_none() {
    let sandbox = sandbox();
    sandbox
        .certwright("issue --from list --out-dir out")
        .assert()
        .success()
        .stdout(contains("out/b.test.crt  b.test, *.b.test, until "))
        .stderr(contains("3 issued in "));
    let files = listing(&sandbox.path("out"));
    assert_eq!(
        files,
        [
            "a.test.crt",
            "a.test.key",
            "b.test.crt",
            "b.test.key",
            "c.test.crt",
            "c.test.key"
        ]
    );
    let before = sandbox.text("out/a.test.crt");
    assert_eq!(before.matches("BEGIN CERTIFICATE").count(), 2);
    sandbox.run("inspect out/a.test.crt out/a.test.key");
    sandbox
        .certwright("issue --from list --out-dir out")
        .assert()
        .success()
        .stderr(contains("0 issued in ").and(contains("3 kept")));
    assert_eq!(sandbox.text("out/a.test.crt"), before);
    assert_eq!(sandbox.json("ca show")["generations"][0]["issued"], 3);
    // What is gone is made again, and nothing else.
    fs::remove_file(sandbox.path("out/b.test.crt")).unwrap();
    fs::remove_file(sandbox.path("out/b.test.key")).unwrap();
    let document = sandbox.json("issue --from list --out-dir out");
    assert_eq!(
        (&document["issued"], &document["kept"]),
        (&1.into(), &2.into())
    );
    let kept: Vec<_> = document["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["kept"])
        .collect();
    assert_eq!(kept, [true, false, true]);
    assert_eq!(document["items"][1]["line"], 3);
}

#[test]
fn a_request_says_what_is_its_own() {
    let sandbox = sandbox();
    sandbox.run("csr z.test --out-dir .");
    sandbox.write(
        "list.csv",
        "names,valid_for,algorithm,client,cert_file,key_file,csr\n\
         \"a.test, b.test\",7d,p384,yes,x.crt,x.key,\n\
         c.test,,,,,,\n\
         ,,,,z.crt,,z.test.csr\n",
    );
    sandbox.run("issue --from list.csv --out-dir out --days 30");
    let inspected = sandbox.json("inspect out/x.crt out/c.test.crt out/z.crt");
    let items = inspected["items"].as_array().unwrap();
    let leaves: Vec<_> = items.iter().filter(|item| item["line"] == 1).collect();
    assert_eq!(leaves.len(), 3);
    assert_eq!(
        listing(&sandbox.path("out")),
        ["c.test.crt", "c.test.key", "x.crt", "x.key", "z.crt"]
    );
    let bits = sandbox.run("inspect --field key out/x.crt");
    assert!(bits.starts_with("ECDSA P-384"), "{bits}");
    sandbox.fails(1, "inspect --good-for 8d out/x.crt");
    sandbox.run("inspect --good-for 29d out/c.test.crt");
    sandbox.fails(1, "inspect --good-for 31d out/c.test.crt");
}

#[test]
fn a_failure_ends_the_list_unless_it_is_to_go_on() {
    let sandbox = sandbox();
    sandbox.write("bad", "a.test\nb..test\nc.test\n");
    sandbox
        .certwright("issue --from bad")
        .assert()
        .code(2)
        .stderr(
            contains("error: line 2: \"b..test\" is not a host name")
                .and(contains("the rest of the list was not begun")),
        );
    assert!(sandbox.path("a.test.crt").exists() && !sandbox.path("c.test.crt").exists());
    let rows = rows_of(&mut sandbox.certwright("issue --from bad --keep-going --json-lines"));
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[1]["error"]["code"], "invalid-name");
    assert_eq!(rows[1]["line"], 2);
    for words in [
        "issue --tar x.tar y.test",
        "issue --inline y.test",
        "issue --keep-going y.test",
    ] {
        let error = sandbox.fails(2, words);
        assert!(
            error.contains("is for lists, and no list was named"),
            "{error}"
        );
    }
    assert_eq!(
        (&rows[0]["kept"], &rows[2]["kept"]),
        (&true.into(), &false.into())
    );
}

#[test]
fn no_two_requests_write_the_same_file_and_none_anothers() {
    let sandbox = sandbox();
    sandbox.write("twice", "a.test\na.test 127.0.0.1\n");
    let error = sandbox.fails(2, "issue --from twice");
    assert!(
        error.contains("line 2: another request of the list is for a.test"),
        "{error}"
    );
    // The second run keeps the first, and the second request is in its way again.
    let error = sandbox.fails(2, "issue --from twice");
    assert!(
        error.contains("line 2: another request of the list is for"),
        "{error}"
    );
    sandbox.write("b.test.crt", "mine");
    sandbox.write("b", "b.test\nc.test\n");
    let error = sandbox.fails(2, "issue --from b --keep-going");
    assert!(
        error.contains("line 1: b.test.crt is there already"),
        "{error}"
    );
    assert_eq!(sandbox.text("b.test.crt"), "mine");
    assert!(!sandbox.path("b.test.key").exists() && sandbox.path("c.test.key").exists());
    assert_eq!(sandbox.json("ca show")["generations"][0]["issued"], 2);
}

#[test]
fn of_two_runs_of_a_list_the_second_is_told_to_run_again() {
    let sandbox = sandbox();
    let names: String = (0..64).map(|number| format!("{number}.test\n")).collect();
    sandbox.write("many", names);
    let run = || {
        let mut command = sandbox.certwright("issue --from many --keep-going");
        String::from_utf8(command.output().unwrap().stderr).unwrap()
    };
    let told = std::thread::scope(|scope| {
        [(); 2]
            .map(|()| scope.spawn(run))
            .map(|one| one.join().unwrap())
    });
    for told in told {
        assert!(!told.contains("--force"), "{told}");
        let is_late = told.contains("is there already");
        assert_eq!(
            is_late,
            told.contains("run the same command again"),
            "{told}"
        );
    }
    let rows = rows_of(&mut sandbox.certwright("issue --from many --json-lines"));
    assert!(rows.iter().all(|row| row["kept"] == true));
    assert_eq!(rows.len(), 64);
    assert_eq!(sandbox.json("ca show")["generations"][0]["issued"], 64);
}

#[test]
fn an_archive_is_there_whole_or_not_at_all() {
    let sandbox = sandbox();
    sandbox.run("issue --from list --tar a.tar");
    let packed = fs::File::open(sandbox.path("a.tar")).unwrap();
    let mut archive = tar::Archive::new(packed);
    let mut names = Vec::new();
    for entry in archive.entries().unwrap() {
        let entry = entry.unwrap();
        let name = entry.path().unwrap().display().to_string();
        let mode = entry.header().mode().unwrap();
        assert_eq!(mode, if name.ends_with(".key") { 0o600 } else { 0o644 });
        names.push(name);
    }
    assert_eq!(names.len(), 6);
    sandbox.fails(2, "issue --from list --tar a.tar");
    sandbox.write("bad", "a.test\nb..test\n");
    sandbox.fails(2, "issue --from bad --tar b.tar");
    sandbox.write("out", "{\"names\":\"a.test\",\"cert_file\":\"../a.crt\"}\n");
    let error = sandbox.fails(2, "issue --from out --tar c.tar");
    assert!(error.contains("lies outside of the archive"), "{error}");
    assert_eq!(sandbox.files(), ["a.tar", "bad", "list", "out"]);
}

#[cfg(unix)]
#[test]
fn the_files_of_an_archive_belong_to_whom_they_are_given() {
    let sandbox = sandbox();
    let owners = |name: &str| {
        let packed = fs::File::open(sandbox.path(name)).unwrap();
        let mut archive = tar::Archive::new(packed);
        let mut found = Vec::new();
        for entry in archive.entries().unwrap() {
            let header = entry.unwrap().header().clone();
            let names = [header.username(), header.groupname()];
            let names = names.map(|name| name.unwrap().unwrap_or_default().to_owned());
            let numbers = [header.uid().unwrap(), header.gid().unwrap()];
            found.push((numbers, names, header.mode().unwrap()));
        }
        found
    };
    // Root's name is known everywhere.
    sandbox.run("issue --from list --tar a.tar --owner root --group 4321 --mode 0640");
    let names = || ["root".to_owned(), String::new()];
    let [certificate, key] = [0o644, 0o640].map(|mode| ([0, 4321], names(), mode));
    let all = owners("a.tar");
    assert_eq!(all.len(), 6);
    for pair in all.chunks(2) {
        assert!(
            pair.contains(&certificate) && pair.contains(&key),
            "{pair:?}"
        );
    }
    sandbox.run("issue --from list --tar b.tar");
    let nobodys = |(numbers, names, _): &([u64; 2], [String; 2], u32)| {
        *numbers == [0; 2] && names.concat().is_empty()
    };
    assert!(owners("b.tar").iter().all(nobodys));
    let unknown = sandbox.fails(2, "issue --from list --tar c.tar --owner no-such-user");
    assert!(unknown.contains("knows no \"no-such-user\""), "{unknown}");
    let nothing = sandbox.fails(2, "issue --from list --inline --json-lines --owner 0");
    assert!(nothing.contains("are for files"), "{nothing}");
}

#[test]
fn rows_hold_certificate_chain_and_key() {
    let sandbox = sandbox();
    let mut command = sandbox.certwright("issue --from - --inline --json-lines");
    let rows = rows_of(command.write_stdin(LIST));
    assert_eq!(rows.len(), 3);
    for (row, name) in rows.iter().zip(["certificate", "chain", "private_key"]) {
        assert!(row[name].as_str().unwrap().starts_with("-----BEGIN "));
    }
    assert_eq!(sandbox.files(), ["list"]);
    let pair = ["certificate", "private_key"].map(|name| rows[0][name].as_str().unwrap());
    sandbox.write("pair.pem", pair.concat());
    sandbox.run("inspect pair.pem");
    assert_eq!(sandbox.json("ca show")["generations"][0]["issued"], 3);
    // The ledger's copy is the same certificate.
    let serial = rows[2]["serial"].as_str().unwrap();
    let known = sandbox.run(&format!("inspect --field sha256 {serial}"));
    assert_eq!(known.trim(), rows[2]["sha256"].as_str().unwrap());
    let error = sandbox.fails(2, "issue --from list --inline");
    assert!(error.contains("--json-lines"), "{error}");
}

#[test]
fn a_list_needs_a_ca_and_keeps_to_its_names() {
    let sandbox = Sandbox::new();
    sandbox.write("list", "example.com\n");
    sandbox.fails(2, "issue --from list");
    sandbox.run("ca init");
    let error = sandbox.fails(2, "issue --from list");
    assert!(
        error.contains("line 1: example.com is outside what the CA"),
        "{error}"
    );
}

#[test]
fn containers_and_encrypted_keys_come_from_lists_too() {
    let sandbox = sandbox();
    sandbox.write("password", "secret\n");
    sandbox.write("list", "a.test\nb.test\n");
    sandbox.run("issue --from list --to pkcs12 --password-file password");
    sandbox.run("inspect a.test.p12 b.test.p12 --password-file password");
    let kept = sandbox.json("issue --from list --to pkcs12 --password-file password");
    assert_eq!(kept["kept"], 2);
    sandbox.run("issue --from list --encrypt --password-file password --out-dir keys");
    assert!(
        sandbox
            .text("keys/b.test.key")
            .contains("BEGIN ENCRYPTED PRIVATE KEY")
    );
}

#[cfg(unix)]
#[test]
fn a_list_that_is_asked_to_end_says_how_to_go_on() {
    use std::io::{BufRead as _, BufReader, Write as _};
    let sandbox = Sandbox::new();
    sandbox.run("ca init --constraints none");
    let list: String = (0..600).map(|number| format!("a{number}.test\n")).collect();
    let mut child = begun(&sandbox, "issue --from - --out-dir out");
    let mut input = child.stdin.take().unwrap();
    input.write_all(list.as_bytes()).unwrap();
    let mut rows = BufReader::new(child.stdout.take().unwrap()).lines();
    rows.next().unwrap().unwrap();
    let id = child.id().to_string();
    let asked = std::process::Command::new("kill")
        .args(["-INT", &id])
        .status()
        .unwrap();
    assert!(asked.success());
    // There could be more, for which it does not wait.
    let told = rows.count() + 1;
    let output = child.wait_with_output().unwrap();
    drop(input);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{error}");
    let expected = format!("asked to end by a signal, after {told} of its requests");
    assert!(error.contains(&expected), "{error}");
    sandbox.write("list", list);
    let document = sandbox.json("issue --from list --out-dir out");
    assert_eq!(document["kept"], told);
    assert_eq!(listing(&sandbox.path("out")).len(), 1200);
}

/// Says of every certificate that its files are still to come, as a kill leaves it.
fn interrupt(sandbox: &Sandbox) {
    let ledger = rusqlite::Connection::open(sandbox.ca().join("ledger.sqlite")).unwrap();
    ledger.execute("UPDATE issued SET pending = 1", []).unwrap();
}

fn statuses(sandbox: &Sandbox) -> Vec<String> {
    let told = sandbox.json("list --all");
    let rows = told["certificates"].as_array().unwrap().iter();
    rows.map(|row| row["status"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn what_cannot_be_ended_of_an_earlier_list_is_told_and_hinders_none() {
    let sandbox = sandbox();
    sandbox.write("password", "secret\n");
    sandbox.write("one", "d.test\n");
    sandbox.run("issue --from list --to pkcs12 --password-file password");
    interrupt(&sandbox);
    sandbox
        .certwright("issue --from one")
        .assert()
        .success()
        .stderr(contains("of an earlier list,").and(contains("; 2 more are pending still")));
    assert_eq!(
        statuses(&sandbox),
        ["pending", "pending", "pending", "valid"]
    );
    sandbox.run("issue --from one --password-file password --to pkcs12");
    assert_eq!(statuses(&sandbox), ["valid"; 5]);
}

#[test]
fn what_lies_in_a_folder_that_is_away_is_not_given_up() {
    let sandbox = sandbox();
    sandbox.write("one", "d.test\n");
    sandbox.run("issue --from list --out-dir out");
    interrupt(&sandbox);
    let (out, away) = (sandbox.path("out"), sandbox.path("away"));
    fs::rename(&out, &away).unwrap();
    sandbox
        .certwright("issue --from one")
        .assert()
        .success()
        .stderr(contains("out is not there at the moment"));
    assert_eq!(
        statuses(&sandbox),
        ["pending", "pending", "pending", "valid"]
    );
    // One that nobody is to have any more is no matter for notes.
    let told = sandbox.json("list --match c.test");
    let serial = told["certificates"][0]["serial"].as_str().unwrap();
    sandbox.run(&format!("revoke {serial}"));
    sandbox
        .certwright("issue --from one --force")
        .assert()
        .success()
        .stderr(contains("; one more is pending still"));
    fs::rename(&away, &out).unwrap();
    sandbox
        .certwright("issue --from one --force")
        .assert()
        .success()
        .stderr(contains("earlier list").not());
    let mut all = statuses(&sandbox);
    all.retain(|status| status == "pending");
    assert!(all.is_empty());
}

/// A list whose requests come while it runs.
#[cfg(unix)]
fn begun(sandbox: &Sandbox, arguments: &str) -> std::process::Child {
    use std::process::{Command, Stdio};
    Command::new(env!("CARGO_BIN_EXE_certwright"))
        .args(arguments.split_whitespace())
        .current_dir(sandbox.work())
        .env_clear()
        .envs(sandbox.environment())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[cfg(unix)]
#[test]
fn whoever_gives_one_request_has_its_row_before_the_next() {
    use std::io::{BufRead as _, BufReader, Write as _};
    let sandbox = sandbox();
    for way in ["--out-dir out", "--inline --json-lines"] {
        let mut child = begun(&sandbox, &format!("issue --from - {way}"));
        let mut input = child.stdin.take().unwrap();
        let mut rows = BufReader::new(child.stdout.take().unwrap()).lines();
        for name in ["a.test", "b.test", "c.test"] {
            input.write_all(format!("{name}\n").as_bytes()).unwrap();
            assert!(rows.next().unwrap().unwrap().contains(name));
        }
        drop(input);
        assert!(rows.next().is_none());
        assert!(child.wait().unwrap().success());
    }
}

#[cfg(unix)]
#[test]
fn a_list_whose_rows_nobody_reads_says_how_far_it_came() {
    use std::io::{Read as _, Write as _};
    let sandbox = sandbox();
    for form in ["", "--json-lines", "--json"] {
        let mut child = begun(&sandbox, &format!("issue --from - --out-dir out {form}"));
        let mut input = child.stdin.take().unwrap();
        let mut rows = child.stdout.take().unwrap();
        input.write_all(b"a.test\n").unwrap();
        assert!(rows.read(&mut [0; 4096]).unwrap() > 0);
        drop(rows);
        let list: String = (0..200).map(|number| format!("a{number}.test\n")).collect();
        // It may have ended before it has read all.
        let _ = input.write_all(list.as_bytes());
        drop(input);
        let ended = child.wait_with_output().unwrap();
        let error = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(2), "{error}");
        assert!(
            error.contains("standard output was closed, after"),
            "{error}"
        );
    }
}

#[cfg(unix)]
#[test]
fn an_archive_that_could_not_be_gone_on_with_has_no_end() {
    use std::io::Write as _;
    let sandbox = sandbox();
    let mut child = begun(&sandbox, "issue --from - --tar -");
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"a.test\n").unwrap();
    let issued = || {
        sandbox.json("list")["certificates"]
            .as_array()
            .map(Vec::len)
    };
    while issued() != Some(1) {
        std::thread::yield_now();
    }
    fs::write(sandbox.ca().join("ledger.sqlite"), "no longer a ledger").unwrap();
    input.write_all(b"b.test\n").unwrap();
    drop(input);
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(2));
    let entries = |read: &[u8]| {
        let mut archive = tar::Archive::new(read);
        let entries = archive.entries().unwrap().map(|entry| entry.is_ok());
        entries.collect::<Vec<_>>()
    };
    // Its key and its certificate, and then no end.
    assert_eq!(entries(&ended.stdout), [true, true, false]);
}
