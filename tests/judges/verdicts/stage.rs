//! The broken servers, and the clients that visit each of them.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use certwright::cert::Certificate;
use certwright::trust::Store as _;
use certwright::trust::nss::{Absent, Database};

use serde_json::Value;

use super::cases;
use super::chain::Chain;
use super::codes::{Answers, answers, code_itself, code_of_curl, code_of_go, code_of_java};
use super::keys::Keys;
use crate::judges::browsers::{firefox, firefox_profile};
use crate::judges::clients::bounded;
use crate::judges::proxy::Proxy;
use crate::judges::{program, python};
use crate::sandbox::{Sandbox, listing};

/// All servers, and what each client needs to judge them.
pub struct Stage {
    sandbox: Sandbox,
    pub chains: Vec<Chain>,
    urls: Vec<String>,
    proxy: Proxy,
    _server: Server,
}

/// A server of every chain; it ends with the value.
struct Server {
    process: Child,
    ports: Vec<u16>,
}

impl Server {
    fn start(sandbox: &Sandbox, count: usize) -> Self {
        compile(sandbox, "serve");
        let mut process = Command::new(sandbox.path("serve"))
            .args((0..count).map(|index| index.to_string()))
            .current_dir(sandbox.work())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server runs");
        let output = process.stdout.take().expect("it is piped");
        let lines = BufReader::new(output).lines().take(count);
        let port = |line: std::io::Result<String>| line.ok()?.parse().ok();
        let ports: Vec<u16> = lines.filter_map(port).collect();
        assert_eq!(ports.len(), count, "the server has not started");
        Self { process, ports }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Makes one of our programs in Go.
fn compile(sandbox: &Sandbox, name: &str) {
    let source = program(&format!("{name}.go"));
    sandbox.other("go", &format!("build -o {name} {source}"));
}

impl Stage {
    /// Makes the chains and serves them.
    pub fn new() -> Self {
        let sandbox = Sandbox::new();
        let chains = cases::all();
        let mut keys = Keys::new(&sandbox);
        for (index, chain) in chains.iter().enumerate() {
            let made = chain.make(&mut keys);
            sandbox.write(&format!("{index}.crt"), made.sent);
            sandbox.write(&format!("{index}.key"), made.key);
            sandbox.write(&root(index), made.trusted);
        }
        let server = Server::start(&sandbox, chains.len());
        let url = |(chain, port): (&Chain, &u16)| format!("https://{}:{port}/", chain.host);
        let urls = chains.iter().zip(&server.ports).map(url).collect();
        Self {
            sandbox,
            chains,
            urls,
            proxy: Proxy::start(),
            _server: server,
        }
    }

    /// What our command says of what a server sends.
    pub fn verdict(&self, index: usize) -> Value {
        let line = format!(
            "verify {index}.crt --roots {} --hostname {} --json",
            root(index),
            self.chains[index].host
        );
        let told = self.sandbox.certwright(&line).output().expect("it runs");
        let whole: Value = serde_json::from_slice(&told.stdout).expect("JSON");
        whole["verdicts"][0].clone()
    }

    /// Has both browsers trust every root that is to be trusted.
    pub fn trusted_by_browsers(&self) -> PathBuf {
        let profile = firefox_profile(&self.sandbox);
        let shared = self.sandbox.home().join(".local/share/pki/nssdb");
        fs::create_dir_all(&shared).expect("a folder can be made");
        let database = Database::new("nss: both browsers", &shared, Absent::MakeFolder);
        for (index, chain) in self.chains.iter().enumerate() {
            if chain.trusted.is_some() {
                let root = self.sandbox.text(&root(index));
                let root = Certificate::all_from_bytes(root.as_bytes()).expect("a certificate");
                database.install(&root[0]).expect("it is entered");
            }
        }
        for file in listing(&shared) {
            fs::copy(shared.join(&file), profile.join(&file)).expect("a file can be copied");
        }
        profile
    }

    pub fn chromium(&self) -> Answers {
        let mut words = vec![
            python(),
            program("devtools.py"),
            self.sandbox.path("chromium").display().to_string(),
        ];
        words.push(self.proxy.port.to_string());
        words.extend_from_slice(&self.urls);
        answers(self.visits(&words), code_itself)
    }

    pub fn firefox(&self, profile: &Path) -> Answers {
        // All at once could take longer than a program may.
        let parts = self.urls.chunks(100);
        let said =
            parts.flat_map(|urls| firefox(&self.sandbox, profile, urls, Some(self.proxy.port)));
        answers(said.collect(), code_itself)
    }

    pub fn curl(&self) -> Answers {
        let ask = |(index, url): (usize, &String)| {
            let words = format!(
                "curl --silent --show-error --output /dev/null --cacert {} --proxy http://127.0.0.1:{} {url}",
                root(index),
                self.proxy.port
            );
            let words: Vec<&str> = words.split(' ').collect();
            let told = bounded(&self.sandbox, &words, &[]);
            (!told.done).then(|| code_of_curl(&told.text))
        };
        self.urls.iter().enumerate().map(ask).collect()
    }

    pub fn java(&self) -> Answers {
        let mut words = vec!["java".to_owned(), program("Visits.java")];
        words.extend(self.arguments());
        answers(self.visits(&words), code_of_java)
    }

    pub fn go(&self) -> Answers {
        compile(&self.sandbox, "visits");
        let mut words = vec!["./visits".to_owned()];
        words.extend(self.arguments());
        answers(self.visits(&words), code_of_go)
    }

    /// The proxy, and after it each server and the root for it.
    fn arguments(&self) -> Vec<String> {
        let servers = self.urls.iter().enumerate();
        let servers = servers.flat_map(|(index, url)| [url.clone(), root(index)]);
        std::iter::once(self.proxy.port.to_string())
            .chain(servers)
            .collect()
    }

    /// What a program of ours prints for each server.
    fn visits(&self, words: &[String]) -> Vec<String> {
        let told = bounded(&self.sandbox, words, &[]);
        let lines = told
            .text
            .lines()
            .filter_map(|line| line.strip_prefix("PAGE "));
        let pages: Vec<String> = lines.map(str::to_owned).collect();
        let all = told.done && pages.len() == self.urls.len();
        assert!(all, "{}:\n{}", words[0], told.text);
        pages
    }
}

fn root(index: usize) -> String {
    format!("{index}.root")
}
