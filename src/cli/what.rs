//! What an argument WHAT names: a file, standard input, or a live server.

use std::fs;
use std::path::{Path, PathBuf};

use certwright::error::{Error, ErrorKind, Result};
use certwright::remote::{Endpoint, Target};

/// What an argument names.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum What {
    /// A file, or `-` for standard input.
    File(PathBuf),
    /// A live server.
    Server(Server),
}

/// A live server that an argument names.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Server {
    /// The server.
    pub target: Target,
    /// Whether nothing but the want of such a file says that it is one.
    pub is_guess: bool,
}

impl What {
    /// Tells what an argument names: a URL is a server; what is there is a file; then HOST:PORT and a bare
    /// host name or address are servers, unless the name ends as those of certificates' files do.
    ///
    /// Fails with [`ErrorKind::InvalidValue`] for a folder that could be a host too, and where a URL or a
    /// port is none.
    pub fn of(argument: &Path) -> Result<Self> {
        let file = || Ok(Self::File(argument.to_owned()));
        let server = |target, is_guess| Ok(Self::Server(Server { target, is_guess }));
        let Some(text) = argument.to_str().filter(|text| *text != "-") else {
            return file();
        };
        if text.contains("://") {
            return server(text.parse()?, false);
        }
        if text.contains(['/', '\\']) {
            return file();
        }
        let there = fs::metadata(argument).ok();
        if there.as_ref().is_some_and(|there| !there.is_dir()) {
            return file();
        }
        let endpoint: Result<Endpoint> = text.parse();
        match endpoint {
            Ok(Endpoint { port: None, .. }) if there.is_some() => Err(ambiguous(text)),
            Ok(Endpoint { port: None, .. }) if is_named_like_a_file(argument) => file(),
            Ok(Endpoint { port, .. }) => server(text.parse()?, port.is_none()),
            // A colon is for ports, and few names of files have one.
            Err(error) if error.kind() == ErrorKind::InvalidValue && there.is_none() => Err(error),
            Err(_) => file(),
        }
    }
}

fn ambiguous(text: &str) -> Error {
    let both = format!("\"{text}\" is a folder here, and could be a host");
    Error::new(ErrorKind::InvalidValue, both).with_hint(format!(
        "write ./{text} for the folder, or {text}:443 for the host"
    ))
}

/// None of these is a top-level domain.
fn is_named_like_a_file(path: &Path) -> bool {
    is_named_like_ours(path) || has_one_of(path, &BESIDE)
}

/// Tells whether a file has a name that only those of certificates, requests, lists and containers have.
pub fn is_named_like_ours(path: &Path) -> bool {
    has_one_of(path, &OURS)
}

fn has_one_of(path: &Path, suffixes: &[&str]) -> bool {
    let suffix = path.extension().and_then(|suffix| suffix.to_str());
    suffix.is_some_and(|suffix| suffixes.contains(&suffix.to_ascii_lowercase().as_str()))
}

/// How certificates, requests, lists and containers are named. Keys are not among them: presentations are called so
/// too.
const OURS: [&str; 12] = [
    "cer", "cert", "crl", "crt", "csr", "der", "jks", "p10", "p12", "p7b", "pem", "pfx",
];
/// How that is named which lies beside them, but may be anything.
const BESIDE: [&str; 10] = [
    "bak", "cnf", "conf", "json", "key", "p7c", "p8", "req", "srl", "txt",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> String {
        match What::of(Path::new(text)) {
            Ok(What::File(path)) => format!("file {}", path.display()),
            Ok(What::Server(server)) => format!("server {}", server.target),
            Err(error) => format!("error {}", error.kind().code()),
        }
    }

    #[test]
    fn files_and_servers_are_told_apart() {
        // Tests run where Cargo.toml lies, and the folder src.
        for (text, expected) in [
            ("-", "file -"),
            ("Cargo.toml", "file Cargo.toml"),
            ("src", "error invalid-value"),
            ("./src", "file ./src"),
            ("src:443", "server src:443"),
            ("missing.crt", "file missing.crt"),
            ("MISSING.PEM", "file MISSING.PEM"),
            ("a/b", "file a/b"),
            ("C:\\a.crt", "file C:\\a.crt"),
            ("a b", "file a b"),
            ("example.com", "server example.com:443"),
            ("localhost", "server localhost:443"),
            ("localhost:8443", "server localhost:8443"),
            ("missing.crt:443", "server missing.crt:443"),
            ("localhost:https", "error invalid-value"),
            ("[::1]:8443", "server [::1]:8443"),
            ("127.0.0.1", "server 127.0.0.1:443"),
            ("https://missing.crt/a.pem", "server missing.crt:443"),
            ("http://example.com", "error invalid-value"),
        ] {
            assert_eq!(named(text), expected, "{text}");
        }
    }

    #[test]
    fn a_folder_is_not_taken_for_a_host() {
        let error = What::of(Path::new("src")).unwrap_err();
        assert_eq!(
            error.hint(),
            Some("write ./src for the folder, or src:443 for the host")
        );
    }
}
