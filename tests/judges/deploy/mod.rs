//! Servers on what `export` writes: started on the pasted configuration, as the user that they run as in
//! life, and asked by exactly the line that is printed for clients.
//!
//! The files lie in a folder whose name no syntax takes for granted.

mod apache;
mod bind;
mod caddy;
mod compose;
mod envoy;
mod grpc;
mod gunicorn;
mod haproxy;
mod hypercorn;
mod java;
mod kestrel;
mod kubernetes;
mod mariadb;
mod nginx;
mod node;
mod postgresql;
mod python;
mod redis;
mod schema;
mod stunnel;
mod traefik;
mod uvicorn;

use std::fs::{self, File, Permissions};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::python;
use crate::sandbox::Sandbox;

/// A folder's name with what means something in one syntax or another. Where one cannot hold a character, the
/// server's test takes another name.
const NASTY: &str = r#"it's a "földer" \n {#1}; 100% <$HOME>"#;

/// A certificate for the loopback, exported for a server, with one for a client beside it.
pub struct Deployed {
    pub sandbox: Sandbox,
    /// The document of `export --json`.
    pub document: Value,
    pub port: u16,
    folder: String,
    name: &'static str,
}

impl Deployed {
    /// Exports with further words, and starts the server by the command that is made for it. Another process
    /// may take the port in between: then all is done again with another.
    pub fn serve(
        server: &str,
        folder: &str,
        words: &str,
        command: impl Fn(&Self) -> Command,
    ) -> (Self, Running) {
        Self::serve_as("localhost", server, folder, words, command)
    }

    /// The same with a certificate for another name.
    pub fn serve_as(
        name: &'static str,
        server: &str,
        folder: &str,
        words: &str,
        command: impl Fn(&Self) -> Command,
    ) -> (Self, Running) {
        for _ in 0..5 {
            let words = format!("--port {} {words}", free_port());
            let this = Self::export_as(name, server, folder, &words);
            if let Some(running) = this.start(command(&this)) {
                return (this, running);
            }
            if !this.log().to_lowercase().contains("in use") {
                panic!("{server} does not start:\n{}", this.log());
            }
        }
        panic!("{server} finds no free port");
    }

    /// Exports into a folder of this name.
    pub fn export(server: &str, folder: &str, words: &str) -> Self {
        Self::export_as("localhost", server, folder, words)
    }

    fn export_as(name: &'static str, server: &str, folder: &str, words: &str) -> Self {
        let sandbox = Sandbox::new();
        // Users other than root have to come by.
        let above = sandbox.work().join("..");
        fs::set_permissions(above, Permissions::from_mode(0o755)).expect("it is ours");
        sandbox.run(&format!("issue {name}"));
        sandbox.run("issue --client client@localhost --cert-file client.crt --key-file client.key");
        let certificate = match server {
            // It is the CA itself.
            "cert-manager" => String::new(),
            _ => format!("{name}.crt"),
        };
        let told = sandbox
            .certwright(&format!("--json export {server} {certificate} {words}"))
            .arg("--out-dir")
            .arg(folder)
            .assert()
            .success();
        let document: Value = serde_json::from_slice(&told.get_output().stdout).expect("JSON");
        let mut ports = words
            .split_whitespace()
            .skip_while(|word| *word != "--port");
        let port = ports.nth(1).and_then(|port| port.parse().ok());
        Self {
            sandbox,
            document,
            port: port.unwrap_or_default(),
            folder: folder.to_owned(),
            name,
        }
    }

    /// The path of an exported file.
    pub fn path(&self, name: &str) -> PathBuf {
        self.sandbox.path(&self.folder).join(name)
    }

    /// What is to be pasted, of the last file or of one whose name ends so.
    pub fn pasted(&self, ending: &str) -> String {
        let files = self.document["files"].as_array().expect("files");
        let mut named = files.iter().rev().filter(|file| {
            file["name"]
                .as_str()
                .is_some_and(|name| name.ends_with(ending))
        });
        let text = named.find_map(|file| file["text"].as_str());
        text.unwrap_or_else(|| panic!("{:#}", self.document))
            .to_owned()
    }

    /// Gives the files to whom the document says, which only root can, or to the user if it says nobody.
    pub fn hand_over(&self, user: &str) {
        for file in self.document["files"].as_array().expect("files") {
            let path = self.path(file["name"].as_str().expect("a name"));
            let owner = file["owner"].as_str().unwrap_or(user);
            let group = file["group"]
                .as_str()
                .map(|group| number("/etc/group", group));
            let group = group.unwrap_or_else(|| account(user).1);
            chown(&path, Some(account(owner).0), Some(group)).expect("root runs this test");
            let mode = u32::from_str_radix(file["mode"].as_str().expect("a mode"), 8);
            fs::set_permissions(&path, Permissions::from_mode(mode.expect("octal")))
                .expect("it is ours");
        }
    }

    /// Runs the lines by which the notes hand the files over.
    pub fn do_as_told(&self) {
        let warnings = self.document["warnings"].as_array().expect("warnings");
        let lines = warnings
            .iter()
            .filter_map(|note| note.as_str()?.split_once(": sudo "));
        let mut done = lines.map(|(_, line)| self.line(&format!("sudo {line}")));
        let first = done.next().expect("there is something to do");
        for done in std::iter::once(first).chain(done) {
            assert!(done.status.success(), "{}", said(&done));
        }
    }

    /// Runs the line for clients as it is printed.
    pub fn client(&self) -> Output {
        self.line(self.document["client"].as_str().expect("a line"))
    }

    /// Runs the line for clients with another word in place of one of its own.
    pub fn client_with(&self, word: &str, other: &str) -> Output {
        let line = self.document["client"].as_str().expect("a line");
        assert!(line.contains(word), "{line}");
        self.line(&line.replace(word, other))
    }

    /// The client reaches the server, and by a name that the certificate lacks it does not.
    pub fn is_reached(&self, answer: &str) {
        let told = said(&self.client());
        assert!(told.contains(answer), "{told}\n{}", self.log());
        let other = match self.name {
            "localhost" => "127.0.0.1",
            _ => "localhost",
        };
        let wrong = self.client_with(self.name, other);
        assert!(!wrong.status.success(), "{}", said(&wrong));
    }

    /// The server takes TLS 1.2 with a suite of today and 1.3, and neither an older suite nor an older version.
    pub fn speaks_todays_tls(&self) {
        self.speaks_todays_tls_after("");
    }

    /// The same of a server with which OpenSSL has to speak before TLS begins.
    pub fn speaks_todays_tls_after(&self, starttls: &str) {
        // Addresses are never sent (RFC 6066 §3).
        let name = match self.name {
            "localhost" => "-servername localhost",
            _ => "-noservername",
        };
        for (is_taken, words) in [
            (true, "-tls1_3"),
            (true, "-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256"),
            (
                false,
                "-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES128-SHA256:@SECLEVEL=0",
            ),
            (false, "-tls1_1 -cipher ALL:@SECLEVEL=0"),
        ] {
            let asked = self.line(&format!(
                "openssl s_client {starttls} {words} {name} -connect 127.0.0.1:{} </dev/null",
                self.port
            ));
            // Not by its exit code: some servers end the connection without a word, which it takes amiss.
            let told = said(&asked);
            let agreed = told.contains("Cipher is ") && !told.contains("Cipher is (NONE)");
            assert_eq!(agreed, is_taken, "{words}: {told}");
        }
    }

    /// Who has no certificate is not let in, and who has one from another root neither.
    pub fn is_closed_to_strangers(&self, answer: &str) {
        self.meets_a_stranger();
        for other in ["", " --cert stranger.crt --key stranger.key"] {
            let told = said(&self.client_with(" --cert client.crt --key client.key", other));
            assert!(!told.contains(answer), "{told}");
        }
    }

    /// Makes the certificate of a client from another root, which says that it is `client`.
    pub fn meets_a_stranger(&self) {
        let files = "--cert-file stranger.crt --key-file stranger.key";
        self.sandbox.run(&format!(
            "--home other issue --client client@localhost --cn=client {files}"
        ));
    }

    /// Waits until the server says that it is ready: some take connections before, and answer none.
    pub fn says(&self, words: &str) {
        let end = Instant::now() + PATIENCE;
        while !self.log().contains(words) {
            assert!(Instant::now() < end, "{}", self.log());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// What the server said.
    pub fn log(&self) -> String {
        let bytes = fs::read(self.sandbox.path("server.log")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn line(&self, line: &str) -> Output {
        Command::new("sh")
            .args(["-c", line])
            .current_dir(self.sandbox.work())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").expect("a path"))
            .output()
            .expect("sh runs")
    }

    fn start(&self, mut command: Command) -> Option<Running> {
        let log = File::create(self.sandbox.path("server.log")).expect("a file can be made");
        let process = command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").expect("a path"))
            .envs([("HOME", self.sandbox.home())])
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a second handle"))
            .stderr(log)
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let mut running = Running(process);
        running.listens(self.port).then_some(running)
    }
}

/// A server that ends with the value, and its children with it.
pub struct Running(Child);

impl Running {
    fn listens(&mut self, port: u16) -> bool {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if self.0.try_wait().expect("it is ours").is_some() {
                return false;
            }
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return true;
            }
            thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let group = format!("-{}", self.0.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.0.wait();
    }
}

/// How long a server may take to start: Java compiles, and machines of two processors run several at once.
const PATIENCE: Duration = Duration::from_secs(120);

/// A command in the work folder.
pub fn program(deployed: &Deployed, name: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(name);
    command.args(arguments).current_dir(deployed.sandbox.work());
    command
}

/// Has a command run as a user that the server's package has made.
pub fn run_as(command: &mut Command, user: &str) {
    let (user, group) = account(user);
    command.uid(user).gid(group);
}

/// Makes a folder that only a user may use, and returns its path.
pub fn folder_of(deployed: &Deployed, name: &str, user: &str) -> PathBuf {
    let path = deployed.sandbox.path(name);
    fs::create_dir(&path).expect("a folder can be made");
    fs::set_permissions(&path, Permissions::from_mode(0o700)).expect("it is ours");
    let (user, group) = account(user);
    chown(&path, Some(user), Some(group)).expect("root runs this test");
    path
}

/// A server behind a proxy that answers everything with [`ANSWER`]; returns its port.
pub fn backend() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("it is bound").port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ";
            let _ = write!(stream, "{head}{}\r\n\r\n{ANSWER}", ANSWER.len());
        }
    });
    port
}

/// What the backend answers.
pub const ANSWER: &str = "the backend was reached";

/// Reads YAML as PyYAML does.
pub fn from_yaml(text: &str) -> Value {
    let script = "import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(sys.argv[1]))))";
    let read = Command::new(python()).args(["-c", script, text]).output();
    let read = read.expect("Python runs");
    let mut documents = match serde_json::from_slice(&read.stdout) {
        Ok(Value::Array(documents)) => documents,
        _ => panic!("{}", said(&read)),
    };
    match documents.len() {
        1 => documents.remove(0),
        _ => Value::Array(documents),
    }
}

/// The folder of npm's packages that holds one: it lies beside the programs that npm installed.
pub fn node_modules(package: &str) -> PathBuf {
    let path = std::env::var_os("PATH").expect("a path");
    let mut folders =
        std::env::split_paths(&path).filter(|folder| folder.ends_with("node_modules/.bin"));
    let found = folders.find_map(|folder| {
        folder
            .join("../")
            .canonicalize()
            .ok()
            .filter(|all| all.join(package).exists())
    });
    found.unwrap_or_else(|| panic!("{package} is not installed"))
}

/// Both outputs of a program.
pub fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it is bound").port()
}

/// The numbers of a user and their group.
fn account(user: &str) -> (u32, u32) {
    let list = fs::read_to_string("/etc/passwd").expect("it can be read");
    let line = list
        .lines()
        .find(|line| line.starts_with(&format!("{user}:")));
    let line = line.unwrap_or_else(|| panic!("there is no user {user}"));
    let fields: Vec<&str> = line.split(':').collect();
    (
        fields[2].parse().expect("a number"),
        fields[3].parse().expect("a number"),
    )
}

fn number(list: &str, name: &str) -> u32 {
    let list = fs::read_to_string(list).expect("it can be read");
    let line = list
        .lines()
        .find(|line| line.starts_with(&format!("{name}:")));
    let number = line.and_then(|line| line.split(':').nth(2)?.parse().ok());
    number.unwrap_or_else(|| panic!("there is no {name}"))
}
