//! Other people's programs: run with a time limit, told exactly, and as root where it takes that.
//!
//! Nothing is asked and nothing is left running: standard input is what is given here and then closed,
//! and a program that does not end is killed with all that it started.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Error, ErrorKind, Result};
use crate::text;

/// With what rights the system's own files are changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Privilege {
    /// This process is root's.
    Root,
    /// Single programs are run by sudo.
    Sudo {
        /// There is a terminal, on which it may ask for the password.
        interactive: bool,
    },
    /// There is no way to become root.
    None,
}

/// A program with its arguments, and what it is given to read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Call {
    /// The program and its arguments.
    pub words: Vec<OsString>,
    /// What is on its standard input.
    pub input: Vec<u8>,
    /// It is of no use without root's rights.
    pub root: bool,
}

impl Call {
    /// A program that reads nothing, with root's rights.
    pub fn as_root<W: Into<OsString>>(words: impl IntoIterator<Item = W>) -> Self {
        Self {
            words: words.into_iter().map(Into::into).collect(),
            input: Vec::new(),
            root: true,
        }
    }

    /// A program that reads nothing, with our own rights.
    pub fn as_ourselves<W: Into<OsString>>(words: impl IntoIterator<Item = W>) -> Self {
        Self {
            root: false,
            ..Self::as_root(words)
        }
    }

    /// The same, given something to read.
    #[must_use]
    pub fn reading(self, input: impl Into<Vec<u8>>) -> Self {
        Self {
            input: input.into(),
            ..self
        }
    }

    /// Writes the line that does it in a shell: what it reads comes from a file, if one of these holds that.
    fn line(&self, before: &[&str], sources: &[PathBuf]) -> String {
        let words = before.iter().map(OsStr::new);
        let words = words.chain(self.words.iter().map(OsString::as_os_str));
        let line: Vec<String> = words.map(quoted).collect();
        let line = line.join(" ");
        let holds = |source: &&PathBuf| fs::read(source).is_ok_and(|held| held == self.input);
        match sources.iter().find(holds) {
            _ if self.input.is_empty() => line,
            Some(source) => format!("{line} < {}", quoted(source.as_os_str())),
            None => format!("{} | {line}", printing(&self.input)),
        }
    }
}

/// One step of a change, which can be shown before it is done.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Step {
    /// A file is written whole, and the folder made if it is not there.
    WriteFile {
        /// Its place.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
        /// What it holds.
        bytes: Vec<u8>,
        /// The place is not ours to write to.
        root: bool,
    },
    /// A file or link is removed.
    RemoveFile {
        /// Its place.
        path: PathBuf,
        /// The place is not ours to write to.
        root: bool,
    },
    /// A program is run.
    Run(Call),
}

impl Step {
    /// Tells whether it takes root's rights.
    pub fn needs_root(&self) -> bool {
        match self {
            Self::WriteFile { root, .. } | Self::RemoveFile { root, .. } => *root,
            Self::Run(call) => call.root,
        }
    }

    /// The program that does it, for a shell or for sudo.
    fn call(&self) -> Call {
        match self {
            Self::WriteFile {
                path,
                mode,
                bytes,
                root,
            } => {
                let mode = format!("{mode:o}");
                let words = ["install", "-D", "-m", &mode, "/dev/stdin"].map(OsString::from);
                let words = words.into_iter().chain([path.clone().into_os_string()]);
                Call {
                    root: *root,
                    ..Call::as_root(words).reading(bytes.clone())
                }
            }
            Self::RemoveFile { path, root } => {
                let words = ["rm", "-f"].map(OsString::from);
                let words = words.into_iter().chain([path.clone().into_os_string()]);
                Call {
                    root: *root,
                    ..Call::as_root(words)
                }
            }
            Self::Run(call) => call.clone(),
        }
    }
}

/// What runs programs and carries out steps.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Runner {
    /// The rights there are.
    pub privilege: Privilege,
    /// How sudo is called.
    pub sudo: OsString,
    /// How long a program may take.
    pub limit: Duration,
}

impl Runner {
    /// With the rights given, and what is usual otherwise.
    pub fn new(privilege: Privilege) -> Self {
        Self {
            privilege,
            sudo: "sudo".into(),
            limit: LIMIT,
        }
    }

    /// Writes the lines that would carry out the steps in a shell, with sudo where it would be used.
    ///
    /// What a step writes is told by the name of a file, if one of `sources` holds it, else in full.
    pub fn lines(&self, steps: &[Step], sources: &[PathBuf]) -> Vec<String> {
        let line = |step: &Step| {
            let sudo = step.needs_root() && self.privilege != Privilege::Root;
            let before: &[&str] = if sudo { &["sudo"] } else { &[] };
            step.call().line(before, sources)
        };
        steps.iter().map(line).collect()
    }

    /// Carries out steps in their order, up to the first that fails.
    ///
    /// If one takes root's rights and there are none, nothing is done, and the error's hint holds the
    /// commands.
    pub fn carry_out(&self, steps: &[Step]) -> Result<()> {
        if self.privilege == Privilege::None && steps.iter().any(Step::needs_root) {
            return Err(self.refusal(steps));
        }
        steps.iter().try_for_each(|step| {
            let escalated = step.needs_root() && self.privilege != Privilege::Root;
            match step {
                Step::WriteFile {
                    path, mode, bytes, ..
                } if !escalated => write(path, *mode, bytes),
                Step::RemoveFile { path, .. } if !escalated => remove(path),
                other => self.run(&other.call()).map(|_| ()),
            }
        })
    }

    /// Runs a program to its end, and returns what it printed.
    pub fn run(&self, call: &Call) -> Result<Vec<u8>> {
        let mut words = Vec::new();
        let mut sudo = false;
        if call.root {
            match self.privilege {
                Privilege::Root => {}
                Privilege::None => return Err(self.refusal(&[Step::Run(call.clone())])),
                Privilege::Sudo { interactive } => {
                    sudo = true;
                    words.push(self.sudo.clone());
                    words.extend((!interactive).then(|| "-n".into()));
                    // What begins with a dash is no option of sudo's.
                    words.push("--".into());
                }
            }
        }
        words.extend(call.words.iter().cloned());
        let asks = sudo && self.privilege == Privilege::Sudo { interactive: true };
        let (output, status) = Running::begin(&words, &call.input, asks)?.end(self, sudo)?;
        if status.success() {
            return Ok(output.printed);
        }
        let said = output.last_line();
        let ended = match status.code() {
            Some(code) => format!("ended with code {code}"),
            None => format!("was ended by a {status}"),
        };
        let message = format!("`{}` {ended}: {said}", told(&words));
        let refused = sudo && said.starts_with("sudo:");
        Err(match refused {
            true => Error::new(ErrorKind::NotWritable, message).with_hint(by_hand(call)),
            false => Error::new(ErrorKind::Io, message)
                .with_hint("what it said is above: mend that, and run the same command again"),
        })
    }

    fn refusal(&self, steps: &[Step]) -> Error {
        let lines: Vec<String> = steps
            .iter()
            .map(|step| step.call().line(&[], &[]))
            .collect();
        Error::new(
            ErrorKind::NotWritable,
            "it belongs to root, and there is no way to become root here",
        )
        .with_hint(format!("run as root: {}", lines.join(" && ")))
    }
}

fn by_hand(call: &Call) -> String {
    format!("run as root: {}", call.line(&[], &[]))
}

/// A program on its way.
struct Running {
    child: Child,
    words: Vec<OsString>,
    grouped: bool,
    output: Arc<Mutex<Output>>,
    /// Gets a word from each pipe that ends, or that has brought too much.
    ended: mpsc::Receiver<bool>,
}

#[derive(Default)]
struct Output {
    printed: Vec<u8>,
    complained: Vec<u8>,
}

impl Output {
    /// What a program says last is mostly why it failed.
    fn last_line(&self) -> String {
        let last = |bytes: &[u8]| {
            let lines = bytes.split(|byte| matches!(byte, b'\n' | b'\r'));
            let line = lines.rev().find(|line| !line.trim_ascii().is_empty())?;
            Some(text::shorten(&text::escape_bytes(line.trim_ascii()), 300))
        };
        let line = last(&self.complained).or_else(|| last(&self.printed));
        line.unwrap_or_else(|| "it said nothing".to_owned())
    }
}

impl Running {
    fn begin(words: &[OsString], input: &[u8], asks: bool) -> Result<Self> {
        let mut command = Command::new(&words[0]);
        command
            .args(&words[1..])
            // The words of an error are to be the same everywhere, and an administrator's path may
            // lack the folders of administration.
            .env("LC_ALL", "C")
            .env("PATH", PATH)
            .stdin(match input.is_empty() {
                true => Stdio::null(),
                false => Stdio::piped(),
            })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        for variable in JAVA_VARIABLES {
            command.env_remove(variable);
        }
        // A group of its own can be killed whole; but only the terminal's own group may ask on it.
        #[cfg(unix)]
        if !asks {
            std::os::unix::process::CommandExt::process_group(&mut command, 0);
        }
        let mut child = command.spawn().map_err(|source| {
            let program = Path::new(&words[0]);
            Error::io("run", program, &source).with_hint(match source.kind() {
                io::ErrorKind::NotFound => "install it, and run the same command again",
                _ => "look at its permissions",
            })
        })?;
        let output = Arc::new(Mutex::new(Output::default()));
        let (tell, ended) = mpsc::channel();
        if let Some(mut pipe) = child.stdin.take() {
            let input = input.to_vec();
            // A program that ends without reading is judged by its exit code.
            thread::spawn(move || pipe.write_all(&input));
        }
        if let Some(pipe) = child.stdout.take() {
            collect(pipe, &output, &tell, |output| &mut output.printed);
        }
        if let Some(pipe) = child.stderr.take() {
            collect(pipe, &output, &tell, |output| &mut output.complained);
        }
        Ok(Self {
            child,
            words: words.to_vec(),
            grouped: !asks,
            output,
            ended,
        })
    }

    fn end(mut self, runner: &Runner, sudo: bool) -> Result<(Output, ExitStatus)> {
        let begun = Instant::now();
        let mut open = PIPES;
        loop {
            let ended = self.child.try_wait();
            let ended = ended
                .map_err(|source| Error::io("wait for", Path::new(&self.words[0]), &source))?;
            if let Some(status) = ended {
                while open > 0 {
                    match self.ended.recv_timeout(GRACE) {
                        Ok(true) => open -= 1,
                        Ok(false) => return Err(self.too_much(runner, sudo)),
                        // Something that it left behind holds the pipe: it is not waited for.
                        Err(_) => break,
                    }
                }
                if open > 0 {
                    self.kill(runner, sudo);
                }
                let output = self
                    .output
                    .lock()
                    .map(|mut output| std::mem::take(&mut *output));
                return Ok((output.unwrap_or_default(), status));
            }
            if begun.elapsed() >= runner.limit {
                let left = self.kill(runner, sudo);
                let said = self.output.lock().map(|output| output.last_line());
                let message = format!(
                    "`{}` did not end within {} seconds, and was killed{}: {}",
                    told(&self.words),
                    runner.limit.as_secs_f32(),
                    if left { ", yet runs on" } else { "" },
                    said.unwrap_or_default(),
                );
                return Err(Error::new(ErrorKind::Busy, message)
                    .with_hint("run it by hand, and see what it waits for"));
            }
            match self.ended.recv_timeout(POLL) {
                Ok(true) => open -= 1,
                Ok(false) => return Err(self.too_much(runner, sudo)),
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                // Both pipes are at their ends, and the program may still work.
                Err(mpsc::RecvTimeoutError::Disconnected) => thread::sleep(POLL),
            }
        }
    }

    fn too_much(&mut self, runner: &Runner, sudo: bool) -> Error {
        self.kill(runner, sudo);
        let message = format!(
            "`{}` said more than {} MiB, and was killed",
            told(&self.words),
            MOST >> 20
        );
        Error::new(ErrorKind::TooLarge, message)
            .with_hint("run it by hand, and see what it goes on about")
    }

    /// Ends the program and all that it started; tells whether something is there still.
    fn kill(&mut self, runner: &Runner, sudo: bool) -> bool {
        let own = self.child.id();
        // What sudo runs is in a session of its own, and would outlive it.
        let below = descendants(own);
        let whole = if self.grouped { "-" } else { "" };
        let mut targets = vec![format!("{whole}{own}")];
        targets.extend(below.iter().map(u32::to_string));
        let kill = |before: &[&OsStr], signal: &str, targets: &[String]| {
            let mut words = before.to_vec();
            words.extend(["kill", signal, "--"].map(OsStr::new));
            let mut command = Command::new(words[0]);
            command.args(&words[1..]).args(targets).env("PATH", PATH);
            command.stdin(Stdio::null());
            command.stdout(Stdio::null()).stderr(Stdio::null());
            // A process that is gone makes it fail: what is left is looked at below.
            let _ = command.status();
        };
        // What root runs only root ends.
        if sudo {
            kill(
                &[&runner.sudo, OsStr::new("-n"), OsStr::new("--")],
                "-KILL",
                &targets,
            );
            // Or sudo itself does, where it may run nothing but that program.
            if !self.is_gone(&below) {
                kill(&[], "-TERM", &[own.to_string()]);
                self.is_gone(&below);
            }
        }
        kill(&[], "-KILL", &targets);
        let _ = self.child.kill();
        !self.is_gone(&below)
    }

    fn is_gone(&mut self, below: &[u32]) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < GRACE {
            let ended = !matches!(self.child.try_wait(), Ok(None));
            if ended && !below.iter().any(|process| parent(*process).is_some()) {
                return true;
            }
            thread::sleep(POLL);
        }
        false
    }
}

/// The processes that a process started, and those that they did. None are found without Linux's
/// `/proc`; then there is the group.
fn descendants(of: u32) -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let processes = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let all: Vec<(u32, u32)> = processes
        .filter_map(|process| Some((process, parent(process)?)))
        .collect();
    let mut found = vec![of];
    let mut next = 0;
    while let Some(&above) = found.get(next) {
        let below = all.iter().filter(|(_, parent)| *parent == above);
        found.extend(below.map(|(process, _)| *process));
        next += 1;
    }
    found.split_off(1)
}

/// The parent of a process that has not ended.
fn parent(process: u32) -> Option<u32> {
    let told = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // Its name is in brackets, and may hold anything.
    let (_, told) = told.rsplit_once(')')?;
    let mut fields = told.split_whitespace();
    match fields.next()? {
        "Z" | "X" => None,
        _ => fields.next()?.parse().ok(),
    }
}

/// Reads a pipe to its end, keeping what it brings.
fn collect(
    mut pipe: impl Read + Send + 'static,
    output: &Arc<Mutex<Output>>,
    tell: &mpsc::Sender<bool>,
    part: fn(&mut Output) -> &mut Vec<u8>,
) {
    let (output, tell) = (Arc::clone(output), tell.clone());
    thread::spawn(move || {
        let mut buffer = [0; 8192];
        loop {
            match pipe.read(&mut buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(0) | Err(_) => break tell.send(true),
                Ok(length) => {
                    let Ok(mut output) = output.lock() else {
                        break tell.send(true);
                    };
                    let kept = part(&mut output);
                    kept.extend_from_slice(&buffer[..length]);
                    if kept.len() > MOST {
                        break tell.send(false);
                    }
                }
            }
        }
    });
}

/// Writes a file beside its place and moves it there.
fn write(path: &Path, mode: u32, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(folder).map_err(|source| Error::io("make", folder, &source))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // The programs of the stores go by the ending, or pass over what is hidden.
    let new = folder.join(format!(".{name}.new"));
    let written = (|| {
        remove_if_there(&new)?;
        let mut options = fs::OpenOptions::new();
        let mut file = options.write(true).create_new(true).open(&new)?;
        // Before anything is in it, and whatever the umask says.
        #[cfg(unix)]
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(mode))?;
        #[cfg(not(unix))]
        let _ = mode;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&new, path)
    })();
    written.map_err(|source: io::Error| {
        let _ = fs::remove_file(&new);
        Error::io("write", path, &source).with_hint("see whether the file system is read-only")
    })
}

fn remove(path: &Path) -> Result<()> {
    remove_if_there(path).map_err(|source| {
        Error::io("remove", path, &source).with_hint("see whether the file system is read-only")
    })
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn told(words: &[OsString]) -> String {
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    words.join(" ")
}

/// A word as a shell takes it.
fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.into_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

/// The command that prints bytes, in one line, which is text here.
fn printing(bytes: &[u8]) -> String {
    let text = text::escape_bytes(bytes).replace("\\u{a}", "\\n");
    format!("printf '%b' '{}'", text.replace('\'', r"'\''"))
}

/// A store with a virtual machine's keystore takes two seconds; a slow machine with a hundred times
/// that hangs.
const LIMIT: Duration = Duration::from_secs(180);

/// Unnoticed by people, and a thousandth of what the programs take.
const POLL: Duration = Duration::from_millis(10);

/// How long the kernel may take to end what was killed, and to bring what was printed.
const GRACE: Duration = Duration::from_secs(2);

/// A listing of all the web's CAs has a quarter of one MiB; certutil without a terminal has been seen
/// to print gigabytes.
const MOST: usize = 16 << 20;

/// Standard output and standard error.
const PIPES: usize = 2;

/// Where systems keep programs; NixOS has sudo in the last.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/run/wrappers/bin";

/// Each has a virtual machine take options, and say that it does, on its standard error.
const JAVA_VARIABLES: [&str; 3] = ["JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS"];

#[cfg(all(test, unix))]
pub(super) mod tests {
    use super::*;

    /// Writes a program. Another process does, lest a fork in another test hold it open for writing
    /// while it is to be run.
    pub(in crate::trust) fn script(path: &Path, text: &str) {
        let step = Step::WriteFile {
            path: path.to_owned(),
            mode: 0o755,
            bytes: format!("#!/bin/sh\n{text}\n").into_bytes(),
            root: false,
        };
        runner().run(&step.call()).unwrap();
    }

    /// As root, in which no privilege is looked for.
    pub(in crate::trust) fn runner() -> Runner {
        Runner {
            limit: Duration::from_secs(20),
            ..Runner::new(Privilege::Root)
        }
    }

    fn sh(text: &str) -> Call {
        Call::as_ourselves(["sh", "-c", text])
    }

    #[test]
    fn a_program_reads_what_it_is_given_and_nothing_else() {
        let given = Call::as_ourselves(["cat"]).reading("given");
        assert_eq!(runner().run(&given).unwrap(), b"given");
        assert_eq!(runner().run(&Call::as_ourselves(["cat"])).unwrap(), b"");
        let words = Call::as_ourselves(["printf", "%s|", "a b", "$HOME", ""]);
        assert_eq!(runner().run(&words).unwrap(), b"a b|$HOME||");
        // More than a pipe holds, both ways.
        let much = vec![b'x'; 1 << 20];
        let call = Call::as_ourselves(["cat"]).reading(much.clone());
        assert!(runner().run(&call).unwrap() == much);
        // What is not read is no fault.
        let call = Call::as_ourselves(["true"]).reading(much);
        assert_eq!(runner().run(&call).unwrap(), b"");
    }

    #[test]
    fn a_failure_tells_the_program_the_code_and_the_last_word() {
        let error = runner().run(&sh("echo out; echo why >&2; echo >&2; exit 3"));
        assert_eq!(
            error.unwrap_err().to_string(),
            "`sh -c 'echo out; echo why >&2; echo >&2; exit 3'` ended with code 3: why"
        );
        let error = runner().run(&sh("printf 'on standard output\\n'; exit 1"));
        let error = error.unwrap_err().to_string();
        assert!(error.ends_with("code 1: on standard output"), "{error}");
        let error = runner().run(&sh("kill -TERM $$")).unwrap_err().to_string();
        assert!(error.contains("signal: 15"), "{error}");
        assert!(error.ends_with("it said nothing"), "{error}");
    }

    #[test]
    fn a_missing_program_is_named() {
        let call = Call::as_ourselves(["/nowhere/program", "a"]);
        let error = runner().run(&call).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.to_string().contains("/nowhere/program"), "{error}");
        assert!(error.hint().is_some());
    }

    #[test]
    fn what_hangs_is_killed_with_all_that_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let mark = folder.path().join("alive");
        let text = format!(
            "setsid sh -c 'sleep 2; touch {}' & echo waiting >&2; sleep 60",
            mark.display()
        );
        let runner = Runner {
            limit: Duration::from_millis(500),
            ..runner()
        };
        let begun = Instant::now();
        let error = runner.run(&sh(&text)).unwrap_err();
        assert!(begun.elapsed() < Duration::from_secs(10));
        assert_eq!(error.kind(), ErrorKind::Busy);
        let message = error.to_string();
        assert!(
            message.ends_with("within 0.5 seconds, and was killed: waiting"),
            "{message}"
        );
        thread::sleep(Duration::from_secs(3));
        assert!(!mark.exists(), "the grandchild was killed too");
    }

    #[test]
    fn what_is_left_behind_is_not_waited_for() {
        let begun = Instant::now();
        assert_eq!(
            runner().run(&sh("sleep 60 & echo done")).unwrap(),
            b"done\n"
        );
        assert!(begun.elapsed() < Duration::from_secs(15));
    }

    #[test]
    fn what_never_stops_talking_is_killed() {
        let error = runner().run(&sh("yes 2>&1")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge);
    }

    #[test]
    fn files_are_written_with_their_modes_and_removed() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/a.crt");
        let steps = |bytes: &str| {
            [Step::WriteFile {
                path: path.clone(),
                mode: 0o644,
                bytes: bytes.into(),
                root: true,
            }]
        };
        for text in ["first", "second"] {
            runner().carry_out(&steps(text)).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o644);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        let gone = [Step::RemoveFile {
            path: path.clone(),
            root: true,
        }];
        runner().carry_out(&gone).unwrap();
        runner().carry_out(&gone).unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn only_single_steps_go_through_sudo() {
        let folder = tempfile::tempdir().unwrap();
        let (sudo, log) = (folder.path().join("sudo"), folder.path().join("log"));
        let text = format!(
            "echo \"$*\" >> {}; [ \"$1\" = -n ] && shift; shift; exec \"$@\"",
            log.display()
        );
        script(&sudo, &text);
        let path = folder.path().join("a.crt");
        let file = path.display();
        let steps = [
            Step::WriteFile {
                path: path.clone(),
                mode: 0o644,
                bytes: b"a\n".to_vec(),
                root: true,
            },
            Step::Run(Call::as_root(["true", "x y"])),
            Step::Run(Call::as_ourselves(["true"])),
        ];
        let mut runner = Runner {
            privilege: Privilege::Sudo { interactive: false },
            sudo: sudo.clone().into(),
            ..runner()
        };
        runner.carry_out(&steps).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "a\n");
        runner.privilege = Privilege::Sudo { interactive: true };
        let remove = [Step::RemoveFile {
            path: path.clone(),
            root: true,
        }];
        runner.carry_out(&remove).unwrap();
        assert!(!path.exists());
        assert_eq!(
            fs::read_to_string(&log).unwrap(),
            format!("-n -- install -D -m 644 /dev/stdin {file}\n-n -- true x y\n-- rm -f {file}\n")
        );
        assert_eq!(
            runner.lines(&steps, &[]),
            [
                format!("printf '%b' 'a\\n' | sudo install -D -m 644 /dev/stdin {file}"),
                "sudo true 'x y'".to_owned(),
                "true".to_owned(),
            ]
        );
        let source = folder.path().join("the root.crt");
        fs::write(&source, "a\n").unwrap();
        assert_eq!(
            runner.lines(&steps[..1], std::slice::from_ref(&source)),
            [format!(
                "sudo install -D -m 644 /dev/stdin {file} < '{}'",
                source.display()
            )]
        );
    }

    #[test]
    fn without_rights_nothing_is_done_and_the_commands_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.crt");
        let steps = [
            Step::WriteFile {
                path: path.clone(),
                mode: 0o644,
                bytes: b"it's\n".to_vec(),
                root: false,
            },
            Step::Run(Call::as_root(["update"])),
        ];
        let runner = Runner::new(Privilege::None);
        let error = runner.carry_out(&steps).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotWritable);
        assert!(!path.exists());
        let hint = error.hint().unwrap();
        let commands = hint.strip_prefix("run as root: ").unwrap();
        let commands = commands.strip_suffix(" && update").unwrap();
        runner.run(&sh(commands)).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "it's\n");
    }

    #[test]
    fn a_sudo_that_would_ask_is_a_failure_with_the_command() {
        let folder = tempfile::tempdir().unwrap();
        let sudo = folder.path().join("sudo");
        script(&sudo, "echo 'sudo: a password is required' >&2; exit 1");
        let runner = Runner {
            privilege: Privilege::Sudo { interactive: false },
            sudo: sudo.into(),
            ..runner()
        };
        let error = runner.run(&Call::as_root(["update"])).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotWritable);
        assert_eq!(error.hint(), Some("run as root: update"));
    }

    #[test]
    fn what_root_does_not_need_is_done_at_once() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        let step = [Step::WriteFile {
            path: folder.path().join("file/below"),
            mode: 0o644,
            bytes: Vec::new(),
            root: false,
        }];
        let error = Runner::new(Privilege::None).carry_out(&step).unwrap_err();
        assert!(error.to_string().contains("/file"), "{error}");
    }
}
