//! The programs that people ask servers with, each as it comes: what a client trusts it decides itself.

use std::io::{Read as _, Seek as _};
use std::path::Path;
use std::process::{Command, Stdio};

use super::{program, python};
use crate::sandbox::Sandbox;

/// A program, and how it is told to ask for a page.
pub struct Client {
    /// Its name, as `trust env` names it.
    pub name: &'static str,
    /// The words, of which some are placeholders.
    words: &'static str,
    /// What it says about a server whose issuer it does not know.
    pub refusal: &'static str,
}

/// What a program said, and whether it did what it was to do.
pub struct Told {
    pub done: bool,
    pub text: String,
}

const fn client(name: &'static str, words: &'static str, refusal: &'static str) -> Client {
    Client {
        name,
        words,
        refusal,
    }
}

/// Every client that is no browser.
pub const CLIENTS: [Client; 21] = [
    client(
        "curl",
        "curl --silent --show-error --fail {url}/",
        "unable to get local issuer certificate",
    ),
    client(
        "wget",
        "wget --no-verbose --tries=1 --output-document=- {url}/",
        "doesn't have a known issuer",
    ),
    client(
        "Git",
        "git ls-remote {url}/repository.git",
        "server certificate verification failed",
    ),
    client(
        "OpenSSL",
        "openssl s_client -brief -verify_return_error -connect {authority}",
        "unable to get local issuer certificate",
    ),
    client(
        "Python's ssl",
        "{python} {programs}/get.py urllib {url}/",
        "unable to get local issuer certificate",
    ),
    client(
        "Python requests",
        "{python} {programs}/get.py requests {url}/",
        "unable to get local issuer certificate",
    ),
    client(
        "httpx",
        "{python} {programs}/get.py httpx {url}/",
        "unable to get local issuer certificate",
    ),
    client(
        "boto3",
        "{python} {programs}/get.py boto3 {url}/s3",
        "unable to get local issuer certificate",
    ),
    client(
        "AWS CLI",
        "aws s3api list-buckets --endpoint-url {url}/s3",
        "unable to get local issuer certificate",
    ),
    client(
        "pip",
        "pip download --disable-pip-version-check --dest downloads --index-url {url}/simple nothing",
        "unable to get local issuer certificate",
    ),
    client(
        "uv",
        "uv pip compile --index-url {url}/simple requirements.in",
        "UnknownIssuer",
    ),
    client(
        "gRPC",
        "{python} {programs}/grpc_names.py - localhost.crt localhost.key localhost",
        "not reached: localhost",
    ),
    client(
        "Node",
        "node {programs}/get.cjs {url}/",
        "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    ),
    client(
        "Node's fetch",
        "node {programs}/fetch.mjs {url}/",
        "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    ),
    client(
        "npm",
        "npm view --loglevel error --registry {url}/npm/ nothing version",
        "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    ),
    client(
        "Deno",
        "deno run --allow-all {programs}/fetch.mjs {url}/",
        "UnknownIssuer",
    ),
    client(
        "Bun",
        "bun {programs}/fetch.mjs {url}/",
        "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    ),
    client(
        "Ruby",
        "ruby {programs}/get.rb {url}/",
        "unable to get local issuer certificate",
    ),
    client(
        "Go",
        "./get-by-go {url}/",
        "certificate signed by unknown authority",
    ),
    client(
        "Cargo",
        "{cargo} --config build.rustc=\"{rustc}\" generate-lockfile",
        "unable to get local issuer certificate",
    ),
    client(
        "Java",
        "java -classpath . Get {url}/",
        "unable to find valid certification path to requested target",
    ),
];

/// Returns the client of a name.
pub fn named(name: &str) -> &'static Client {
    let mut clients = CLIENTS.iter();
    let found = clients.find(|client| client.name == name);
    found.unwrap_or_else(|| panic!("no test asks by {name}"))
}

/// Makes what some of the clients need in the work folder: Go's and Java's have to be compiled.
pub fn prepare(sandbox: &Sandbox) {
    let source = program("get.go");
    sandbox.other("go", &format!("build -o get-by-go {source}"));
    let source = program("Get.java");
    sandbox.other("javac", &format!("-d . {source}"));
}

impl Client {
    /// Has it ask a server for a page, with variables of its own.
    pub fn ask(&self, sandbox: &Sandbox, url: &str, variables: &[(&str, &str)]) -> Told {
        bounded(sandbox, &self.words(url), &[&QUIET[..], variables].concat())
    }

    /// Has a program run it.
    pub fn ask_after(&self, first: &[&str], sandbox: &Sandbox, url: &str) -> Told {
        let first = first.iter().map(|word| (*word).to_owned());
        let words: Vec<String> = first.chain(self.words(url)).collect();
        bounded(sandbox, &words, &QUIET)
    }

    /// Its words, for a server.
    fn words(&self, url: &str) -> Vec<String> {
        let word = |word: &str| {
            word.replace("{url}", url)
                .replace("{authority}", url.trim_start_matches("https://"))
                .replace("{python}", &python())
                .replace("{programs}/", &program(""))
                .replace("{cargo}", CARGO)
                .replace(
                    "{rustc}",
                    &Path::new(CARGO)
                        .with_file_name("rustc")
                        .display()
                        .to_string(),
                )
        };
        self.words.split_whitespace().map(word).collect()
    }
}

/// Runs a program in the sandbox. It fails the test if it does not end by itself.
pub fn bounded<W: AsRef<str>>(sandbox: &Sandbox, words: &[W], variables: &[(&str, &str)]) -> Told {
    // Into a file: a pipe would be waited for as long as any grandchild holds it.
    let mut output = tempfile::tempfile().expect("a temporary file can be made");
    let handle = || Stdio::from(output.try_clone().expect("a handle can be copied"));
    // `timeout` ends all that the program started.
    let status = Command::new("timeout")
        .args(["--kill-after=5", LIMIT])
        .args(words.iter().map(AsRef::as_ref))
        .current_dir(sandbox.work())
        .env_clear()
        .envs(sandbox.environment())
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stdout(handle())
        .stderr(handle())
        .status()
        .expect("timeout runs");
    output.rewind().expect("a file has a beginning");
    let mut bytes = Vec::new();
    output.read_to_end(&mut bytes).expect("it can be read");
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    let words = words.join(" ");
    assert!(
        !matches!(status.code(), None | Some(124 | 137)),
        "no end: {words}\n{text}"
    );
    assert!(
        !matches!(status.code(), Some(126 | 127)),
        "not there: {words}\n{text}"
    );
    Told {
        done: status.success(),
        text,
    }
}

/// The seconds that a program may take.
const LIMIT: &str = "90";

/// The Cargo that builds this, past rustup's choice, which hangs on the home folder.
const CARGO: &str = env!("CARGO");

/// What keeps clients from asking again and again, from remembering answers, from asking for more, and from
/// the machine's own settings, which may name roots.
const QUIET: [(&str, &str); 13] = [
    ("AWS_ACCESS_KEY_ID", "nobody"),
    ("AWS_SECRET_ACCESS_KEY", "nothing"),
    ("AWS_DEFAULT_REGION", "nowhere"),
    ("AWS_MAX_ATTEMPTS", "1"),
    ("CARGO_NET_RETRY", "0"),
    ("GIT_CONFIG_NOSYSTEM", "1"),
    ("PIP_CONFIG_FILE", "/dev/null"),
    ("PIP_NO_CACHE_DIR", "1"),
    ("PIP_RETRIES", "0"),
    ("UV_HTTP_RETRIES", "0"),
    ("UV_NO_CACHE", "1"),
    ("npm_config_fetch_retries", "0"),
    ("npm_config_globalconfig", "/dev/null"),
];
