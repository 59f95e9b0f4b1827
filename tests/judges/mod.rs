//! Other people's programs, as judges of what we make and makers of what we read.
//!
//! Each test names the program it needs. None passes if the program is missing: they are ignored
//! unless asked for, and then they fail.

mod authorities;
mod browsers;
mod chains;
mod clients;
mod containers_java;
mod containers_pkcs12;
mod containers_pkcs7;
#[cfg(target_os = "linux")]
mod deploy;
mod forgeries;
#[cfg(unix)]
pub mod guide;
mod key_vectors;
mod keys;
mod lint;
mod live;
#[cfg(unix)]
mod mkcert;
mod nginx;
mod nss;
mod phones;
mod proxy;
mod renewal;
mod requests;
mod revocation;
mod servers;
#[cfg(target_os = "linux")]
mod strength;
#[cfg(target_os = "linux")]
mod system_trust;
mod trust;
mod verdicts;
mod webpki;

use std::path::{Path, PathBuf};

use crate::sandbox::Sandbox;

/// Every kind of key.
const ALGORITHMS: [&str; 7] = [
    "p256", "p384", "p521", "ed25519", "rsa2048", "rsa3072", "rsa4096",
];

/// A program of ours for one of the judges.
fn program(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/programs");
    folder.join(name).display().to_string()
}

/// The Python that has the judges' packages: `CERTWRIGHT_TEST_PYTHON`, or the one in the path.
fn python() -> String {
    std::env::var("CERTWRIGHT_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

/// The root of the sandbox's CA.
fn root(sandbox: &Sandbox) -> String {
    sandbox.generation().join("root.crt").display().to_string()
}

/// A file of the sandbox's CA.
fn ca_file(sandbox: &Sandbox, name: &str) -> PathBuf {
    sandbox.generation().join(name)
}

/// The files that the tests of Python's cryptography read, from its package `cryptography_vectors`.
fn vectors() -> PathBuf {
    let words = [
        "-c",
        "import cryptography_vectors as it; print(it.__path__[0])",
    ];
    let output = std::process::Command::new(python()).args(words).output();
    let output = output.expect("Python runs");
    assert!(output.status.success(), "cryptography_vectors is installed");
    PathBuf::from(String::from_utf8_lossy(&output.stdout).trim())
}
