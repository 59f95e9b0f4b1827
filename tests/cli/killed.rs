//! `kill -9` at any moment: nothing half-written under a final name, and the next command works
//! without repair.

#![cfg(unix)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::sandbox::{Sandbox, listing};

/// Starts a command and kills it after a while, if it lives so long.
fn killed_after(delay: Duration, sandbox: &Sandbox, words: &str) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_certwright"))
        .args(words.split_whitespace())
        .arg("--home")
        .arg(sandbox.ca())
        .current_dir(sandbox.work())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(delay);
    let _ = child.kill();
    child.wait().unwrap();
}

/// How long a command takes here, so that the kills fall on all of it.
fn duration_of(words: &str) -> Duration {
    let sandbox = Sandbox::new();
    sandbox.run(words);
    let start = Instant::now();
    sandbox.run(&format!("{words} --home again"));
    start.elapsed()
}

/// What lies under a final name is whole: every file that is shown can be read.
fn is_whole(folder: &Path, sandbox: &Sandbox) {
    for name in listing(folder).iter().filter(|name| !name.starts_with('.')) {
        if [".crt", ".key", ".crl"]
            .iter()
            .any(|end| name.ends_with(end))
        {
            let path = folder.join(name).display().to_string();
            sandbox.run(&format!("inspect --short {path}"));
        }
    }
}

#[test]
fn an_issue_that_is_killed_harms_nothing() {
    let whole = duration_of("issue localhost --force");
    for round in 0..ROUNDS {
        let sandbox = Sandbox::new();
        // Every other round has a CA, and every third a certificate, already.
        if round % 2 == 0 {
            sandbox.run("ca init");
        }
        if round % 3 == 0 {
            sandbox.run("issue localhost");
        }
        killed_after(whole * round / ROUNDS, &sandbox, "issue localhost --force");
        is_whole(&sandbox.work(), &sandbox);
        sandbox.run("issue localhost --force");
        is_a_pair(&sandbox, round);
        let generations = sandbox.json("ca show")["generations"]
            .as_array()
            .unwrap()
            .len();
        assert_eq!(generations, 1, "round {round}");
    }
}

/// There are a certificate and its key, and nothing else.
fn is_a_pair(sandbox: &Sandbox, round: u32) {
    assert_eq!(
        sandbox.files(),
        ["localhost.crt", "localhost.key"],
        "round {round}"
    );
    let shown = sandbox.run("inspect localhost.crt localhost.key");
    assert!(
        shown.contains("the key of localhost.key belongs to localhost.crt"),
        "round {round}: {shown}"
    );
}

#[test]
fn after_a_kill_nothing_need_be_forced() {
    let whole = duration_of("issue localhost --force");
    for round in 0..ROUNDS {
        let sandbox = Sandbox::new();
        if round % 2 == 0 {
            sandbox.run("ca init");
        }
        killed_after(whole * round / ROUNDS, &sandbox, "issue localhost");
        // Either the pair did not come, and comes now, or it came whole.
        let began = sandbox.files().iter().any(|name| name.starts_with("loc"));
        let then = sandbox.certwright("issue localhost").output().unwrap();
        let told = String::from_utf8_lossy(&then.stderr);
        assert!(
            then.status.success() || told.contains("is there already"),
            "round {round}: {told}"
        );
        assert!(
            !(then.status.success() && began),
            "round {round}: a file was replaced unasked"
        );
        is_a_pair(&sandbox, round);
        // And one that renews what is there renews it.
        sandbox.run("issue localhost --if-needed");
        is_a_pair(&sandbox, round);
    }
}

#[test]
fn two_kills_in_a_row_harm_no_more_than_one() {
    let whole = duration_of("issue localhost --force");
    let sandbox = Sandbox::new();
    sandbox.run("issue localhost");
    for round in 0..ROUNDS {
        for delay in [round, round * 37 % ROUNDS] {
            let delay = whole * delay / ROUNDS;
            killed_after(delay, &sandbox, "issue localhost --force");
        }
        // The pair is there, old or new, so this one replaces nothing.
        let error = sandbox.fails(2, "issue localhost");
        assert!(error.contains("is there already"), "round {round}: {error}");
        is_whole(&sandbox.work(), &sandbox);
        let shown = sandbox.run("inspect localhost.crt localhost.key");
        assert!(
            shown.contains("the key of localhost.key belongs to localhost.crt"),
            "round {round}: {shown}"
        );
        sandbox.run("issue localhost --if-needed");
    }
    sandbox.run("issue localhost --force");
    is_a_pair(&sandbox, ROUNDS);
}

#[test]
fn a_ca_whose_making_is_killed_is_there_or_not() {
    let whole = duration_of("ca init");
    for round in 0..ROUNDS {
        let sandbox = Sandbox::new();
        killed_after(whole * round / ROUNDS, &sandbox, "ca init");
        sandbox.run("issue localhost");
        let shown = sandbox.json("ca show");
        assert_eq!(
            shown["generations"].as_array().unwrap().len(),
            1,
            "round {round}"
        );
        assert!(
            shown["generations"][0]["fault"].is_null(),
            "round {round}: {shown}"
        );
        is_whole(&sandbox.generation(), &sandbox);
    }
}

#[test]
fn a_revocation_that_is_killed_is_done_or_is_not() {
    let ready = || {
        let sandbox = Sandbox::new();
        sandbox.run("issue localhost");
        sandbox
    };
    let timed = ready();
    let start = Instant::now();
    timed.run("revoke localhost.crt");
    let whole = start.elapsed();
    for round in 0..ROUNDS {
        let sandbox = ready();
        killed_after(whole * round / ROUNDS, &sandbox, "revoke localhost.crt");
        // What tells of it, and what the next command says, are one.
        let marked = std::fs::read_dir(sandbox.ca().join("revoked"));
        let is_json = |entry: std::io::Result<std::fs::DirEntry>| {
            entry
                .unwrap()
                .path()
                .extension()
                .is_some_and(|end| end == "json")
        };
        let marked = marked.is_ok_and(|mut entries| entries.any(is_json));
        let listed = sandbox.json("list --revoked")["certificates"]
            .as_array()
            .unwrap()
            .len();
        assert_eq!(listed, usize::from(marked), "round {round}");
        sandbox.run("revoke localhost.crt");
        let lists = sandbox.json("ca crl");
        assert_eq!(lists["lists"][0]["revoked"], 1, "round {round}");
    }
}

#[test]
fn a_list_whose_writing_is_killed_leaves_no_number_twice() {
    let sandbox = Sandbox::new();
    sandbox.run("issue localhost");
    sandbox.run("revoke localhost.crt");
    let start = Instant::now();
    let mut last = number(&sandbox);
    let whole = start.elapsed();
    for round in 0..ROUNDS {
        killed_after(whole * round / ROUNDS, &sandbox, "ca crl --out-dir pub");
        if sandbox.path("pub").exists() {
            is_whole(&sandbox.path("pub"), &sandbox);
        }
        is_whole(&sandbox.generation(), &sandbox);
        let next = number(&sandbox);
        assert!(
            next > last && next <= last + 2,
            "round {round}: {last} {next}"
        );
        last = next;
    }
}

#[test]
fn a_renewal_that_is_killed_is_ended_by_the_next() {
    let sandbox = Sandbox::new();
    sandbox.run("issue localhost --chain-file chain.pem");
    let start = Instant::now();
    sandbox.run("renew --all --force");
    let whole = start.elapsed();
    let serial = |list: &str| {
        let listed = sandbox.json(list);
        let rows = listed["certificates"].as_array().unwrap();
        assert_eq!(rows.len(), 1, "{listed:#}");
        rows[0]["serial"].as_str().unwrap().to_owned()
    };
    let mut ends = [0, 0];
    for round in 0..ROUNDS {
        let before = serial("list");
        let reload = match round % 2 {
            0 => "renew --all --force",
            _ => "renew localhost.crt --force --reuse-key",
        };
        killed_after(whole * round / ROUNDS, &sandbox, reload);
        // Nothing is due, and what was begun is ended or struck out.
        let told = sandbox.json("renew --all");
        let resumed = told["certificates"].as_array().unwrap().len();
        assert!(resumed <= 1, "round {round}: {told:#}");
        let shown = sandbox.run("inspect localhost.crt localhost.key");
        assert!(
            shown.contains("the key of localhost.key belongs to localhost.crt"),
            "round {round}: {shown}"
        );
        let there = sandbox.json("inspect localhost.crt")["items"][0]["serial"].clone();
        let after = serial("list");
        assert_eq!(there, after.as_str(), "round {round}");
        assert!(resumed == 0 || after != before, "round {round}");
        ends[usize::from(after != before)] += 1;
    }
    assert!(ends.iter().all(|count| *count > 0), "{ends:?}");
    is_whole(&sandbox.work(), &sandbox);
    // What the last had not yet entered is removed by the next that writes there.
    sandbox.run("renew --all --force");
    let files = ["chain.pem", "localhost.crt", "localhost.key"];
    assert_eq!(sandbox.files(), files);
}

/// The number of the list that is made now.
fn number(sandbox: &Sandbox) -> u64 {
    sandbox.json("ca crl")["lists"][0]["number"]
        .as_u64()
        .unwrap()
}

#[test]
fn a_rotation_that_is_killed_leaves_a_ca_that_issues() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init");
    let whole = duration_of("ca init");
    for round in 0..ROUNDS {
        killed_after(whole * round / ROUNDS, &sandbox, "ca rotate");
        sandbox.run("issue localhost --force");
    }
    is_whole(&sandbox.generation(), &sandbox);
    sandbox.run("ca rotate");
    let left = listing(&sandbox.ca())
        .into_iter()
        .filter(|name| name.ends_with(".new"))
        .count();
    assert_eq!(left, 0, "no key of an unfinished generation lies about");
}

const ROUNDS: u32 = 100;
