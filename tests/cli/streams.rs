//! Many files, folders and long streams: what is found, in which order, and in how much memory.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use predicates::str::contains;

use crate::sandbox::Sandbox;

/// A folder with a certificate at two depths, its key, and what lies in folders beside.
fn folder() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.run("self-signed a.test b.test --at 2026-11-21");
    for folder in ["f/sub/deeper", "f/empty"] {
        fs::create_dir_all(sandbox.path(folder)).unwrap();
    }
    let certificate = sandbox.text("a.test.crt");
    sandbox.write("f/b.crt", &certificate);
    sandbox.write("f/sub/deeper/a.pem", &certificate);
    sandbox.write("f/sub.key", sandbox.text("a.test.key"));
    sandbox.write("f/README.md", format!("see {EXAMPLE}"));
    sandbox.write("f/notes", format!("as in\n{EXAMPLE}"));
    sandbox.write(
        "f/program",
        b"\x7fELF\x02\x01\x01\0 -----BEGIN CERTIFICATE-----",
    );
    sandbox.write("f/nothing", b"");
    sandbox.write("f/sub/0.txt", "0 is what DER begins with");
    sandbox
}

/// As people write about certificates.
const EXAMPLE: &str = "-----BEGIN CERTIFICATE-----\nMII...\n-----END CERTIFICATE-----\n";

#[test]
fn a_folder_is_gone_through_in_order_and_what_is_none_of_ours_passed_over() {
    let sandbox = folder();
    let told = sandbox
        .certwright("inspect --short -r f --at 2026-11-22")
        .assert()
        .success()
        .stderr("note: 5 files below f hold no certificate, key, request or list, passed over\n");
    let told = String::from_utf8(told.get_output().stdout.clone()).unwrap();
    let places: Vec<_> = told
        .lines()
        .filter_map(|line| line.split(": ").next())
        .collect();
    assert_eq!(places[..3], ["f/b.crt", "f/sub/deeper/a.pem", "f/sub.key"]);
    assert!(told.contains("the key of f/sub.key belongs to f/b.crt, f/sub/deeper/a.pem"));
    let prints = sandbox.run("fingerprint -r f");
    assert_eq!(prints.lines().count(), 2, "{prints}");
    assert!(prints.lines().next().unwrap().ends_with("  f/b.crt"));
    let linted = sandbox.json("lint -r f");
    assert_eq!(linted["items"].as_array().unwrap().len(), 2);
    assert_eq!(
        linted["warnings"],
        serde_json::json!(["6 files below f hold no certificate, passed over"])
    );
    let verdicts = sandbox.json("verify -r f --roots a.test.crt --at 2026-11-22");
    assert_eq!(verdicts["verdicts"].as_array().unwrap().len(), 2);
}

#[test]
fn a_folder_is_refused_where_it_was_not_asked_for() {
    let sandbox = folder();
    for command in [
        "inspect",
        "fingerprint",
        "lint",
        "verify --roots a.test.crt",
    ] {
        let error = sandbox.fails(2, &format!("{command} ./f"));
        assert!(
            error.contains("./f is a folder") && error.contains("with -r"),
            "{error}"
        );
    }
}

#[test]
fn what_looks_like_a_certificate_and_is_broken_is_told() {
    let sandbox = folder();
    let broken = sandbox.text("a.test.crt").replace("MII", "M!I");
    sandbox.write("f/sub/broken", &broken);
    sandbox.write("f/empty/cut.der", [0x30, 0x82, 1, 0, 0x30]);
    sandbox.write("f/empty/empty.crt", "");
    let error = sandbox.fails(2, "fingerprint -r f");
    for told in [
        "f/sub/broken: ",
        "f/empty/cut.der: ",
        "f/empty/empty.crt: it is empty",
    ] {
        assert!(error.contains(told), "{told}: {error}");
    }
    let output = sandbox.certwright("fingerprint -r f").output().unwrap();
    assert_eq!(
        output.stdout.iter().filter(|byte| **byte == b'\n').count(),
        2
    );
}

#[test]
fn a_folder_without_any_is_no_answer() {
    let sandbox = folder();
    let error = sandbox.fails(2, "inspect -r f/empty");
    assert!(
        error.contains("f/empty: no file below it holds a certificate"),
        "{error}"
    );
}

#[cfg(unix)]
#[test]
fn links_and_pipes_do_not_hold_it_up() {
    use std::os::unix::fs::symlink;
    let sandbox = folder();
    symlink("..", sandbox.path("f/sub/up")).unwrap();
    symlink("nowhere", sandbox.path("f/sub/dangling.crt")).unwrap();
    sandbox.other("mkfifo", "f/pipe.pem");
    assert_eq!(sandbox.run("fingerprint -r f").lines().count(), 2);
}

#[test]
fn the_order_is_that_of_the_arguments_whoever_is_done_first() {
    let sandbox = Sandbox::new();
    sandbox.run("self-signed a.test");
    let certificate = sandbox.text("a.test.crt");
    for number in 0..60 {
        // Every third has many, so that it is done later than those after it.
        let count = if number % 3 == 0 { 200 } else { 1 };
        sandbox.write(&format!("{number:02}.crt"), certificate.repeat(count));
    }
    sandbox.write("30.crt", "nothing");
    let told = sandbox.certwright("fingerprint -r .").output().unwrap();
    assert_eq!(told.status.code(), Some(2));
    let told = String::from_utf8(told.stdout).unwrap();
    let files: Vec<_> = told
        .lines()
        .filter_map(|line| line.split("  ").nth(1))
        .collect();
    assert!(files.is_sorted());
    assert_eq!(files.len(), 19 * 200 + 40 + 1);
}

#[test]
fn one_failure_among_many_hides_nothing() {
    let sandbox = folder();
    sandbox
        .certwright("inspect --json-lines missing.crt f/b.crt missing.pem f/sub.key")
        .assert()
        .code(2)
        .stdout(contains("\"source\":\"f/b.crt\""))
        .stdout(contains("\"source\":\"f/sub.key\""))
        .stderr(contains("missing.crt"))
        .stderr(contains("missing.pem"));
}

/// Writes so many certificates to the standard input of a command, and returns what it printed.
fn streamed(sandbox: &Sandbox, words: &str, count: usize) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_certwright"));
    let mut child = command
        .args(words.split_whitespace())
        .current_dir(sandbox.work())
        .env_clear()
        .envs(sandbox.environment())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let certificate = sandbox.text("a.test.crt");
    let mut input = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        for _ in 0..count {
            // Whoever was read enough of goes.
            if input.write_all(certificate.as_bytes()).is_err() {
                return;
            }
        }
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_long_stream_is_told_as_a_short_one_is() {
    let sandbox = Sandbox::new();
    sandbox.run("self-signed a.test");
    let lines_each = sandbox.text("a.test.crt").lines().count();
    let told = streamed(&sandbox, "inspect --json-lines -", 3000);
    let lines: Vec<serde_json::Value> = told
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .map(|row: serde_json::Value| row["line"].clone())
        .collect();
    let expected = (0..3000).map(|number| serde_json::json!(number * lines_each + 1));
    assert!(lines.into_iter().eq(expected));
    let document: serde_json::Value =
        serde_json::from_str(&streamed(&sandbox, "fingerprint --json -", 3000)).unwrap();
    assert_eq!(document["items"][2999]["index"], 2999);
}

/// The most memory that a command had at once, in KiB, while it read so many certificates.
#[cfg(target_os = "linux")]
fn memory(sandbox: &Sandbox, words: &str, count: usize) -> u64 {
    let certificate = sandbox.text("a.test.crt");
    sandbox.write("stream.pem", certificate.repeat(count));
    let mut child = Command::new(env!("CARGO_BIN_EXE_certwright"))
        .args(words.split_whitespace())
        .current_dir(sandbox.work())
        .env_clear()
        .envs(sandbox.environment())
        .stdin(fs::File::open(sandbox.path("stream.pem")).unwrap())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let status = format!("/proc/{}/status", child.id());
    let (mut most, mut lines, mut line) = (0, 0, Vec::new());
    // It cannot be done before all but what a pipe holds was read here.
    while output.read_until(b'\n', &mut line).unwrap() > 0 {
        if lines % 100 == 0 {
            let status = fs::read_to_string(&status).unwrap_or_default();
            most = most.max(peak(&status).unwrap_or(0));
        }
        lines += 1;
        line.clear();
    }
    assert!(child.wait().unwrap().success());
    most
}

#[cfg(target_os = "linux")]
fn peak(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_number() {
    let sandbox = Sandbox::new();
    sandbox.run("self-signed a.test");
    for words in ["inspect --json-lines -", "fingerprint -"] {
        let (few, many) = (
            memory(&sandbox, words, 2000),
            memory(&sandbox, words, 20_000),
        );
        assert!(few > 1000, "{words}: {few} KiB");
        // What a match may need of ten times as many, and neither the 20 MiB that were read nor what was told, which is more.
        assert!(
            many < few + 16 * 1024,
            "{words}: {few} KiB, then {many} KiB"
        );
    }
}

#[cfg(unix)]
#[test]
fn whoever_has_read_enough_ends_it() {
    let sandbox = Sandbox::new();
    sandbox.run("self-signed a.test");
    let mut child = Command::new(env!("CARGO_BIN_EXE_certwright"))
        .args(["inspect", "--json-lines", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let certificate = sandbox.text("a.test.crt");
    let mut input = child.stdin.take().unwrap();
    // More never ends: only that nobody reads any more ends the command.
    let writer = std::thread::spawn(move || {
        let all = certificate.repeat(100);
        while input.write_all(all.as_bytes()).is_ok() {}
    });
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    assert!(line.starts_with('{'));
    drop(output);
    let ended = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(ended.status.success());
    assert!(ended.stderr.is_empty());
}

#[cfg(unix)]
#[test]
fn whoever_has_read_enough_of_what_has_paused_ends_it() {
    let sandbox = Sandbox::new();
    sandbox.run("self-signed a.test");
    // So few less than all that a pipe holds the rest, and nothing is waited for but more.
    for (count, read) in [(3000, 2900), (2, 1)] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_certwright"))
            .args(["inspect", "--short", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        let certificates = sandbox.text("a.test.crt").repeat(count);
        // What has begun does not end.
        let writer = std::thread::spawn(move || {
            let written = input.write_all(certificates.as_bytes());
            (written.is_ok(), input)
        });
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut told = String::new();
        for _ in 0..read {
            output.read_line(&mut told).unwrap();
        }
        assert_eq!(told.lines().count(), read);
        let (is_written, input) = writer.join().unwrap();
        drop(output);
        assert!(is_written && ends(&mut child));
        drop(input);
        let ended = child.wait_with_output().unwrap();
        assert!(ended.status.success());
        assert!(ended.stderr.is_empty());
    }
}

/// Tells whether a command ends by itself. It is waited for so long only if it does not.
#[cfg(unix)]
fn ends(child: &mut std::process::Child) -> bool {
    let looks = std::iter::repeat_with(|| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        child.try_wait().unwrap()
    });
    looks.take(3000).any(|status| status.is_some())
}

#[test]
fn the_rest_of_a_log_in_which_something_was_found_is_not_passed_over_in_silence() {
    let sandbox = Sandbox::new();
    sandbox.run("issue a.localhost --out-dir made");
    let certificate = sandbox.text("made/a.localhost.crt");
    fs::create_dir(sandbox.path("logs")).unwrap();
    // More than the 64 MiB that are held while no certificate ends.
    let lines = "a line of a log in which nothing is found\n".repeat(1_700_000);
    sandbox.write(
        "logs/app.log",
        format!("begun\n{certificate}{lines}{certificate}"),
    );
    let error = sandbox.fails(2, "inspect --short -r logs");
    assert!(error.contains("app.log has more than 64 MiB"), "{error}");
    // Where nothing was found there is nothing to tell of.
    sandbox.write("logs/app.log", lines);
    let error = sandbox.fails(2, "inspect --short -r logs");
    assert!(!error.contains("64 MiB"), "{error}");
}
