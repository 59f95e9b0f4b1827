//! The blocks of docs/guide.md, and a shell that runs what stands in them.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::sandbox::Sandbox;

/// A test, and the block that it runs or checks.
pub type Proof = (&'static str, fn());

/// The names of all fenced blocks, in their order: what stands after the language.
pub fn names() -> Vec<String> {
    fences().into_iter().map(|(name, _)| name).collect()
}

/// What stands in a block.
pub fn block(name: &str) -> String {
    let mut found = fences().into_iter().filter(|(known, _)| known == name);
    let (_, text) = found
        .next()
        .unwrap_or_else(|| panic!("docs/guide.md has no block {name}"));
    text
}

fn fences() -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guide.md");
    let guide = fs::read_to_string(path).expect("the guide can be read");
    let mut found = Vec::new();
    let mut lines = guide.lines();
    while let Some(line) = lines.next() {
        let Some(words) = line.trim_start().strip_prefix("```") else {
            continue;
        };
        let inside = lines.by_ref().take_while(|line| line.trim_start() != "```");
        let text = inside.map(|line| format!("{line}\n")).collect();
        let (_, name) = words.split_once(' ').unwrap_or((words, ""));
        found.push((name.to_owned(), text));
    }
    found
}

/// A text with each of some parts replaced, all of which must be in it.
pub fn in_place(text: &str, parts: &[(&str, &str)]) -> String {
    parts.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "there is no {from} in\n{text}");
        text.replace(from, to)
    })
}

/// A shell in a sandbox, with what one step leaves for the next.
pub struct Shell<'a> {
    sandbox: &'a Sandbox,
    words: &'static [&'static str],
    environment: BTreeMap<OsString, OsString>,
}

impl<'a> Shell<'a> {
    /// A shell, such as `sh -e`, that finds what is in the sandbox's `bin` first.
    pub fn new(sandbox: &'a Sandbox, words: &'static [&'static str]) -> Self {
        let _ = fs::create_dir(sandbox.path("../bin"));
        // Where a browser that never ran keeps its certificates is known of those that are there.
        fs::create_dir_all(sandbox.home().join(".config/chromium")).expect("a folder can be made");
        let mut shell = Self {
            sandbox,
            words,
            environment: sandbox
                .environment()
                .map(|(name, value)| (name.into(), value))
                .into(),
        };
        shell.find_first(&sandbox.path("../bin"));
        shell
    }

    /// The same, with our program in the path.
    pub fn with_certwright(sandbox: &'a Sandbox, words: &'static [&'static str]) -> Self {
        let shell = Self::new(sandbox, words);
        shell.install();
        shell
    }

    /// Puts our program into the path.
    pub fn install(&self) {
        let program = env!("CARGO_BIN_EXE_certwright");
        symlink(program, self.sandbox.path("../bin/certwright")).expect("a link can be made");
    }

    /// Puts a folder at the head of the path.
    pub fn find_first(&mut self, folder: &Path) {
        let path = &self.environment[&OsString::from("PATH")];
        let folders = [folder.to_owned()]
            .into_iter()
            .chain(std::env::split_paths(path));
        let path = std::env::join_paths(folders).expect("no folder has a colon");
        self.set("PATH", path);
    }

    /// Sets a variable.
    pub fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.environment.insert(name.into(), value.into());
    }

    /// Puts a script of ours in the place of a program.
    pub fn stand_in(&self, program: &str, script: &str) {
        let path = self.sandbox.path(&format!("../bin/{program}"));
        fs::write(&path, script).expect("a file can be written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it is ours");
    }

    /// Runs a script, which must succeed, and returns what it printed.
    pub fn run(&self, script: &str) -> String {
        let (code, printed) = self.outcome(script);
        assert_eq!(code, Some(0), "{script}\n{printed}");
        printed
    }

    /// Runs a script, and returns its exit code and what it printed. What it left running ends.
    pub fn outcome(&self, script: &str) -> (Option<i32>, String) {
        // Into a file: a pipe would stay open as long as what was left running.
        let path = self.sandbox.path("../printed");
        let file = File::create(&path).expect("a file can be made");
        let mut command = Command::new(self.words[0]);
        command
            .args(&self.words[1..])
            .args(["-c", script])
            .current_dir(self.sandbox.work())
            .env_clear()
            .envs(&self.environment)
            .stdin(Stdio::null())
            .stdout(file.try_clone().expect("a file can be shared"))
            .stderr(file)
            .process_group(0);
        let mut process = command.spawn().expect("the shell runs");
        let status = process.wait().expect("it is ours");
        let group = format!("kill -- -{} 2>&-", process.id());
        let _ = Command::new("sh").args(["-c", &group]).status();
        let printed = fs::read(path).expect("the file can be read");
        (
            status.code(),
            String::from_utf8_lossy(&printed).into_owned(),
        )
    }
}
