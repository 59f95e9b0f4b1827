//! What is printed about the program, and the copies of it in the repository.

use std::fs;
use std::path::{Path, PathBuf};

use crate::sandbox::{Sandbox, listing};

fn repository(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

#[test]
fn the_copies_of_the_completions_are_fresh() {
    let sandbox = Sandbox::new();
    let copies = [
        ("bash", "certwright.bash"),
        ("zsh", "_certwright"),
        ("fish", "certwright.fish"),
        ("powershell", "_certwright.ps1"),
        ("elvish", "certwright.elv"),
    ];
    assert_eq!(listing(&repository("completions")).len(), copies.len());
    for (shell, file) in copies {
        let copy = fs::read_to_string(repository("completions").join(file)).unwrap();
        let fresh = sandbox.run(&format!("completions {shell}"));
        assert!(
            copy == fresh,
            "renew it: certwright completions {shell} > completions/{file}"
        );
    }
}

#[test]
fn the_copies_of_the_manual_are_fresh() {
    let sandbox = Sandbox::new();
    let pages = sandbox.run("man --list");
    assert_eq!(
        listing(&repository("docs/man")).len(),
        pages.lines().count()
    );
    for page in pages.lines() {
        let words = page
            .trim_start_matches("certwright")
            .trim_start_matches('-')
            .replacen("ca-", "ca ", 1);
        let copy = fs::read_to_string(repository("docs/man").join(format!("{page}.1"))).unwrap();
        let fresh = sandbox.run(&format!("man {words}"));
        assert!(
            copy == fresh,
            "renew it: certwright man {words} > docs/man/{page}.1"
        );
    }
}

#[test]
fn the_transcripts_in_the_readme_are_what_happens() {
    let readme = fs::read_to_string(repository("README.md")).unwrap();
    let blocks = readme.split("```console\n").skip(1);
    let transcript: String = blocks
        .map(|block| block.split("```").next().unwrap())
        .collect();
    let sandbox = Sandbox::new();
    let mut commands = 0;
    for step in transcript.split("$ certwright ").skip(1) {
        let (words, expected) = step.split_once('\n').unwrap();
        let output = sandbox.certwright(words).assert().get_output().clone();
        let printed = [output.stderr, output.stdout]
            .map(|bytes| String::from_utf8(bytes).unwrap())
            .concat();
        let (mut expected, mut printed) = (expected.trim().lines(), printed.trim().lines());
        loop {
            match (expected.next(), printed.next()) {
                (None, None) => break,
                (Some(pattern), Some(line)) => {
                    assert!(fits(pattern, line), "{words}:\n{pattern}\n{line}")
                }
                other => panic!("{words}: {other:?}"),
            }
        }
        commands += 1;
    }
    assert_eq!(commands, 5);
}

/// `[..]` stands for anything within a line.
fn fits(pattern: &str, line: &str) -> bool {
    let mut rest = line;
    let mut parts = pattern.split("[..]");
    let first = parts.next().unwrap_or_default();
    let Some(after) = rest.strip_prefix(first) else {
        return false;
    };
    rest = after;
    let mut open = false;
    for part in parts {
        open = true;
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.is_empty() || (open && pattern.ends_with("[..]"))
}

#[test]
fn every_command_that_the_readme_names_is_one() {
    let readme = fs::read_to_string(repository("README.md")).unwrap();
    let commands = [
        "issue",
        "ca",
        "inspect",
        "csr",
        "self-signed",
        "key",
        "fingerprint",
        "lint",
        "verify",
        "convert",
        "export",
        "list",
        "revoke",
        "renew",
        "completions",
        "man",
        "trust",
        "untrust",
    ];
    let typed = readme.replace('`', "\n");
    for rest in typed.split("\ncertwright ").skip(1) {
        let word = rest.split_whitespace().next().unwrap();
        assert!(
            commands.contains(&word) || word == "COMMAND",
            "certwright {word}"
        );
    }
}
