//! A folder of its own for each test, and the commands that run in it.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use tempfile::TempDir;

/// A work folder and a home that nobody else sees.
pub struct Sandbox {
    folder: TempDir,
}

impl Sandbox {
    /// Makes the folders.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        fs::create_dir(folder.path().join("work")).expect("a folder can be made");
        fs::create_dir(folder.path().join("home")).expect("a folder can be made");
        Self { folder }
    }

    /// The folder that commands run in.
    pub fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    /// The home folder.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// The folder of the local CA, whether it exists or not.
    pub fn ca(&self) -> PathBuf {
        self.folder.path().join("home/.local/share/certwright")
    }

    /// The path of a file in the work folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.work().join(name)
    }

    /// What a file in the work folder holds, as text.
    pub fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Writes a file into the work folder.
    pub fn write(&self, name: &str, contents: impl AsRef<[u8]>) {
        fs::write(self.path(name), contents).expect("a file can be written");
    }

    /// The names of all files in the work folder, sorted.
    pub fn files(&self) -> Vec<String> {
        listing(&self.work())
    }

    /// Our command, with an environment that holds nothing but this sandbox.
    pub fn certwright(&self, words: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_certwright"));
        command.args(words.split_whitespace());
        self.enclose(&mut command);
        command
    }

    /// Runs our command, which must succeed, and returns its standard output.
    pub fn run(&self, words: &str) -> String {
        let output = self
            .certwright(words)
            .assert()
            .success()
            .get_output()
            .clone();
        text(&output.stdout)
    }

    /// Runs our command with `--json`, which must succeed, and returns the document.
    pub fn json(&self, words: &str) -> serde_json::Value {
        serde_json::from_str(&self.run(&format!("--json {words}"))).expect("one JSON document")
    }

    /// Runs our command, which must fail with an exit code, and returns its standard error.
    pub fn fails(&self, code: i32, words: &str) -> String {
        let output = self
            .certwright(words)
            .assert()
            .code(code)
            .get_output()
            .clone();
        text(&output.stderr)
    }

    /// Another program in the work folder, which must succeed; returns what it printed.
    pub fn other(&self, program: &str, words: &str) -> String {
        let output = self.other_output(program, words);
        let printed = format!("{}{}", text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{program} {words}\n{printed}");
        printed
    }

    /// Another program in the work folder, whatever comes of it.
    pub fn other_output(&self, program: &str, words: &str) -> Output {
        let mut command = Command::new(program);
        command.args(words.split_whitespace());
        self.enclose(&mut command);
        command
            .output()
            .unwrap_or_else(|error| panic!("{program}: {error}"))
    }

    /// The generation of the local CA that issues: its folder.
    pub fn generation(&self) -> PathBuf {
        let name = fs::read_to_string(self.ca().join("current")).expect("there is a CA");
        self.ca().join(name.trim())
    }

    /// All that a command in the sandbox has for an environment.
    pub fn environment(&self) -> [(&'static str, OsString); 5] {
        [
            // The machine's own stores are no sandbox.
            ("CERTWRIGHT_TRUST_STORES", "nss".into()),
            ("TRUST_STORES", "nss".into()),
            ("HOME", self.home().into_os_string()),
            ("PATH", std::env::var_os("PATH").unwrap_or_default()),
            ("NO_COLOR", "1".into()),
        ]
    }

    fn enclose(&self, command: &mut Command) {
        command
            .current_dir(self.work())
            .env_clear()
            .envs(self.environment());
    }
}

/// The names in a folder, sorted.
pub fn listing(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder can be read");
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
