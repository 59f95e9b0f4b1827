//! Disks that fail: `faults.c` stands before the C library and lets a step of our command fail, each in turn.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use assert_cmd::Command;
use certwright::cert::Certificate;

use crate::cli::strength::{Known, agreed, are_whole, is_a_pair, the_list_is_complete};
use crate::sandbox::Sandbox;

/// Opened, made, written, cut, made durable, renamed, linked, removed, and folders made.
const ALL: &str = "bcolmrstuw";
/// What takes room on a disk.
const WRITING: &str = "cwlm";
/// What a file system that is mounted read-only refuses.
const CHANGING: &str = "bclmrtuw";
const LOCKING: &str = "fp";

const EIO: i32 = 5;
const ENOSPC: i32 = 28;
const EROFS: i32 = 30;
const ENOLCK: i32 = 37;
const ENOSYS: i32 = 38;
const EOPNOTSUPP: i32 = 95;

#[test]
#[ignore = "needs cc (see .ci/run)"]
fn a_disk_that_fails_once_at_any_step() {
    for words in COMMANDS {
        at_each_step(words, ALL, EIO, false);
    }
}

#[test]
#[ignore = "needs cc (see .ci/run)"]
fn a_disk_that_is_full_from_any_step_on() {
    for words in COMMANDS {
        at_each_step(words, WRITING, ENOSPC, true);
    }
}

#[test]
#[ignore = "needs cc (see .ci/run)"]
fn a_list_that_fails_at_any_step_is_completed_by_the_next() {
    for (steps, errno, lasting) in [(ALL, EIO, false), (WRITING, ENOSPC, true)] {
        let sandbox = ready();
        let root = sandbox.home().parent().unwrap().to_owned();
        for at in 0.. {
            let names = [0, 1, 2].map(|number| format!("list{at}-{number}.test"));
            sandbox.write("list", names.join("\n"));
            let failing = Failing::new(&root, steps, errno);
            let words = "issue --from list --keep-going";
            let (code, told) = failing.at(at, lasting).run(&sandbox, words);
            is_clear(code, &told, errno);
            are_whole(&sandbox.work());
            agreed(&sandbox);
            sandbox.run("issue --from list");
            agreed(&sandbox);
            names.iter().for_each(|name| is_a_pair(&sandbox, name));
            if !failing.reached(at) {
                assert_eq!(code, 0, "{told}");
                break;
            }
        }
        let files = sandbox.files().into_iter();
        let left = files.filter(|name| name.starts_with('.'));
        assert_eq!(left.collect::<Vec<_>>(), [""; 0]);
    }
}

#[test]
#[ignore = "needs cc (see .ci/run)"]
fn a_ca_whose_making_fails_at_any_step_is_made_by_the_next() {
    for (steps, errno, lasting) in [(ALL, EIO, false), (WRITING, ENOSPC, true)] {
        for at in 0.. {
            let sandbox = Sandbox::new();
            let root = sandbox.home();
            let failing = Failing::new(&root, steps, errno);
            let (code, told) = failing.at(at, lasting).run(&sandbox, "ca init");
            is_clear(code, &told, errno);
            if code == 0 && !failing.reached(at) {
                break;
            }
            sandbox.run("issue a.test");
            agreed(&sandbox);
            let hidden = crate::sandbox::listing(&sandbox.ca());
            assert!(
                !hidden.iter().any(|name| name.ends_with(".new")),
                "{at}: {hidden:?}"
            );
        }
    }
}

#[test]
#[ignore = "needs cc (see .ci/run)"]
fn a_folder_that_is_mounted_read_only() {
    let sandbox = ready();
    let known = agreed(&sandbox);
    let ca = sandbox.ca();
    let only_read = |words: &str| {
        let failing = Failing::new(&ca, CHANGING, EROFS);
        failing.at(0, true).run(&sandbox, words)
    };
    let (code, told) = only_read("issue b.test");
    assert_eq!(code, 0, "{told}");
    assert!(
        told.contains("so the ledger does not know this certificate"),
        "{told}"
    );
    for words in ["revoke a.test.crt", "ca crl"] {
        let (code, told) = only_read(words);
        is_clear(code, &told, EROFS);
        assert_eq!(code, 2, "{words}: {told}");
        assert!(told.contains("read-only"), "{words}: {told}");
    }
    assert_eq!(only_read("list"), (0, String::new()));
    assert_eq!(agreed(&sandbox), known);
    let work = sandbox.work();
    let failing = Failing::new(&work, CHANGING, EROFS);
    for words in ["issue c.test", "renew a.test.crt --force"] {
        let (code, told) = failing.at(0, true).run(&sandbox, words);
        assert_eq!(code, 2, "{told}");
        assert!(told.contains("read-only"), "{told}");
    }
    assert_eq!(agreed(&sandbox), known);
}

#[test]
#[ignore = "needs cc (see .ci/run)"]
fn a_file_system_without_locks() {
    let sandbox = ready();
    let known = agreed(&sandbox);
    let ca = sandbox.ca();
    for (steps, errno) in [(LOCKING, ENOLCK), ("p", ENOSYS)] {
        for words in ["issue b.test", "revoke a.test.crt", "ca crl"] {
            let failing = Failing::new(&ca, steps, errno);
            let (code, told) = failing.at(0, true).run(&sandbox, words);
            is_clear(code, &told, errno);
            assert_eq!(code, 2, "{words}: {told}");
            assert!(
                told.contains("hint: the file system has no locks"),
                "{words}: {told}"
            );
        }
    }
    assert_eq!(agreed(&sandbox).len(), known.len());
    // What is written goes to such file systems all the same, and so it does where only whole files are not locked.
    for root in [&sandbox.work(), &ca] {
        let failing = Failing::new(root, "f", EOPNOTSUPP);
        let (code, told) = failing.at(0, true).run(&sandbox, "issue b.test --force");
        assert_eq!(code, 0, "{told}");
    }
    let work = sandbox.work();
    let failing = Failing::new(&work, LOCKING, ENOLCK);
    let (code, told) = failing.at(0, true).run(&sandbox, "issue b.test --force");
    assert_eq!(code, 0, "{told}");
    assert_eq!(agreed(&sandbox).len(), known.len() + 3);
}

#[test]
#[ignore = "needs cc (see .ci/run)"]
fn a_clock_that_was_set_back() {
    let sandbox = Sandbox::new();
    let at = |days: i32, words: &str| {
        let mut command = preloaded(&sandbox, words);
        command.env("FAULT_SECONDS", (days * 86_400).to_string());
        told_by(&mut command)
    };
    assert_eq!(at(-90, "ca init").0, 0);
    assert_eq!(at(0, "issue a.test").0, 0);
    assert_eq!(at(0, "ca crl -o list.pem").0, 0);
    for words in [
        "issue b.test",
        "renew a.test.crt --force",
        "ca crl -o list.pem",
    ] {
        assert_eq!(at(0, "issue last.test --force").0, 0);
        let (code, told) = at(-30, words);
        assert_eq!(code, 0, "{told}");
        assert!(
            told.contains("and what the CA made last is of"),
            "{words}: {told}"
        );
    }
    // Now that is what was made last.
    at(-30, "issue c.test");
    let (_, told) = at(-30, "issue c.test --force");
    assert!(!told.contains("the clock"), "{told}");
    let (code, told) = at(-100, "issue d.test");
    assert_eq!(code, 2, "{told}");
    assert!(told.contains("is valid from"), "{told}");
    agreed(&sandbox);
    the_list_is_complete(&sandbox);
}

#[test]
#[ignore = "needs root, to mount a small disk (see .ci/run)"]
fn a_small_disk_that_is_full() {
    let disk = Disk::mount();
    let home = disk.0.join("ca").display().to_string();
    let sandbox = Sandbox::new();
    sandbox.run(&format!("ca init --home {home}"));
    sandbox.run(&format!("issue a.test --home {home}"));
    let listed = |sandbox: &Sandbox| {
        let told = sandbox.json(&format!("list --all --home {home}"));
        told["certificates"].as_array().unwrap().len()
    };
    let mut outcomes = [0, 0];
    for free in (0..64).step_by(4) {
        let before = listed(&sandbox);
        let filled = disk.fill(free << 10);
        let words = format!("issue a.test --force --home {home}");
        let (code, told) = told_by(&mut sandbox.certwright(&words));
        is_clear(code, &told, ENOSPC);
        assert_eq!(
            listed(&sandbox),
            before + usize::from(code == 0),
            "{free}: {told}"
        );
        is_a_pair(&sandbox, "a.test");
        outcomes[usize::from(code == 0)] += 1;
        std::fs::remove_file(filled).unwrap();
        sandbox.run(&words);
    }
    assert!(outcomes.iter().all(|count| *count > 0), "{outcomes:?}");
}

const COMMANDS: [&str; 4] = [
    "issue a.test --force",
    "renew a.test.crt --force",
    "revoke a.test.crt",
    "ca crl --out-dir pub",
];

/// A CA that has issued and revoked, and a list.
fn ready() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.run("issue a.test");
    sandbox.run("issue old.test");
    sandbox.run("revoke old.test.crt");
    sandbox.run("ca crl --out-dir pub");
    sandbox
}

/// Lets each step of a command fail in turn: what fails says so, and loses nothing; and then it works.
fn at_each_step(words: &str, steps: &str, errno: i32, lasting: bool) {
    let mut sandbox = ready();
    let mut failed = 0;
    for at in 0.. {
        if at % 16 == 15 {
            sandbox = ready();
        } else if words.starts_with("revoke") {
            sandbox.run("issue a.test --force");
        }
        let root = sandbox.home().parent().unwrap().to_owned();
        let before = agreed(&sandbox);
        let old = held(&sandbox);
        let failing = Failing::new(&root, steps, errno);
        let (code, told) = failing.at(at, lasting).run(&sandbox, words);
        let about = format!("{words}, step {at} of {steps} with {errno}: {told}");
        is_clear(code, &told, errno);
        are_whole(&sandbox.work());
        let after = agreed(&sandbox);
        is_consistent(code, (&before, &old), (&after, &held(&sandbox)), &about);
        is_a_pair(&sandbox, "a.test");
        if !failing.reached(at) {
            assert_eq!(code, 0, "{about}");
            break;
        }
        failed += usize::from(code == 2);
    }
    assert!(failed > 0, "{words}");
    sandbox.run("issue a.test --force");
    sandbox.run("renew --all");
    the_list_is_complete(&sandbox);
    sandbox.run("ca crl --out-dir pub");
    let left = sandbox
        .files()
        .into_iter()
        .filter(|name| name.starts_with('.'));
    assert_eq!(left.collect::<Vec<_>>(), [""; 0], "{words}");
}

/// What is in the file is known; and where nothing was done, all is as before.
fn is_consistent(code: i32, before: (&Known, &String), after: (&Known, &String), about: &str) {
    assert!(after.0.contains_key(after.1), "{about}");
    assert!(
        before.0.keys().all(|serial| after.0.contains_key(serial)),
        "{about}"
    );
    if code == 2 && about.starts_with("issue") {
        assert_eq!(before, after, "{about}");
    }
}

/// The serial number of what lies in the file.
fn held(sandbox: &Sandbox) -> String {
    let bytes = std::fs::read(sandbox.path("a.test.crt")).unwrap();
    Certificate::all_from_bytes(&bytes).unwrap()[0].serial_hex()
}

/// One sentence that names what it is about, in no program's jargon.
fn is_clear(code: i32, told: &str, errno: i32) {
    assert!(code == 0 || code == 2, "{code}: {told}");
    for jargon in ["panicked", "os error", "database", "SQL", "disk I/O"] {
        assert!(!told.contains(jargon), "{told}");
    }
    if code == 2 {
        let line = told
            .lines()
            .find(|line| line.starts_with("error: "))
            .expect(told);
        assert!(line.contains('/') || line.contains("pub"), "{line}");
        let cause = match errno {
            ENOSPC => "no space left on device",
            _ => ":",
        };
        assert!(
            line.contains(cause) || line.contains("cannot be opened"),
            "{line}"
        );
    }
}

/// Faults below a folder.
struct Failing<'a> {
    root: &'a Path,
    steps: &'a str,
    errno: i32,
    count: tempfile::NamedTempFile,
}

impl<'a> Failing<'a> {
    fn new(root: &'a Path, steps: &'a str, errno: i32) -> Self {
        let count = tempfile::NamedTempFile::new().unwrap();
        Self {
            root,
            steps,
            errno,
            count,
        }
    }

    fn at(&self, at: u32, lasting: bool) -> Fault<'_> {
        Fault {
            failing: self,
            at,
            lasting,
        }
    }

    /// Whether the last run came as far as to a step.
    fn reached(&self, at: u32) -> bool {
        let count = std::fs::read_to_string(self.count.path()).unwrap();
        at < count.parse().unwrap()
    }
}

struct Fault<'a> {
    failing: &'a Failing<'a>,
    at: u32,
    lasting: bool,
}

impl Fault<'_> {
    fn run(&self, sandbox: &Sandbox, words: &str) -> (i32, String) {
        let mut command = preloaded(sandbox, words);
        command
            .env("FAULT_ROOT", self.failing.root)
            .env("FAULT_STEPS", self.failing.steps)
            .env("FAULT_ERRNO", self.failing.errno.to_string())
            .env("FAULT_AT", self.at.to_string())
            .env("FAULT_COUNT", self.failing.count.path());
        if self.lasting {
            command.env("FAULT_LASTING", "1");
        }
        told_by(&mut command)
    }
}

fn preloaded(sandbox: &Sandbox, words: &str) -> Command {
    let mut command = sandbox.certwright(words);
    command.env("LD_PRELOAD", library());
    command
}

/// The exit code, and what it said.
fn told_by(command: &mut Command) -> (i32, String) {
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().expect(&told), told)
}

/// `faults.c`, compiled once.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, place) = LIBRARY.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("faults.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/strength/faults.c");
        let made = std::process::Command::new("cc")
            .args(["-O1", "-shared", "-fPIC", "-o"])
            .args([&place, &source])
            .status();
        assert!(made.unwrap().success());
        (folder, place)
    });
    place
}

/// A disk of two megabytes, which is gone with the value.
struct Disk(
    PathBuf,
    #[expect(dead_code, reason = "it is there as long as the disk")] tempfile::TempDir,
);

impl Disk {
    fn mount() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().to_owned();
        let words = ["-t", "tmpfs", "-o", "size=2m,mode=0700", "tmpfs"];
        let done = std::process::Command::new("mount")
            .args(words)
            .arg(&place)
            .status();
        assert!(done.unwrap().success());
        Self(place, folder)
    }

    /// Leaves so many bytes free.
    fn fill(&self, free: usize) -> PathBuf {
        let place = self.0.join("full");
        let _ = std::fs::write(&place, vec![0; 2 << 20]);
        let length = place.metadata().unwrap().len();
        let file = std::fs::OpenOptions::new()
            .write(true)
            .open(&place)
            .unwrap();
        file.set_len(length.saturating_sub(free as u64)).unwrap();
        place
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg(&self.0).status();
    }
}
