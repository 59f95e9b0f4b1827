//! Which certificates are trusted: those given, or those of the system.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::Result;

use certwright::ca::Authority;
use certwright::cert::{Certificate, Decoded};
use certwright::error::{Error, ErrorKind};
use certwright::key::Password;
use certwright::trust::browsers::databases;
use certwright::trust::nss::Database;
use certwright::trust::{State, Store as _};
use certwright::verify::{Client, Pool};

use super::found;
use crate::cli::app::Context;
use crate::cli::input::shown;

/// The trust anchors, and what they are called.
pub struct Roots {
    pub anchors: Pool,
    /// As part of a sentence.
    pub name: String,
    pub notes: Vec<String>,
    /// The folder of the local CA, where the system's roots count.
    home: Option<PathBuf>,
    own: OnceLock<Option<Own>>,
}

/// The local CA's roots, whether anybody trusts them or not.
pub struct Own {
    pub anchors: Pool,
    pub name: String,
}

impl Roots {
    /// Takes those given, else the system's.
    pub fn find(given: &[PathBuf], password: Option<&Password>, context: &Context) -> Result<Self> {
        let mut certificates = Vec::new();
        for path in given {
            if path.is_dir() {
                folder(path, context, &mut certificates)?;
            } else {
                let found = found::read(path, password, context)?;
                certificates.extend(found.anchors());
            }
        }
        let (name, home) = match given {
            [] => {
                let (file, roots) = of_system(context)?;
                certificates = roots;
                (shown(&file), context.home().ok().map(Path::to_owned))
            }
            [one] => (shown(one), None),
            [one, ..] => (format!("{} and others", shown(one)), None),
        };
        let count = certificates.len();
        let anchors = Pool::new(certificates);
        let notes = match anchors.is_empty() {
            true if count == 0 => vec![format!("{name} holds no root, so nothing is trusted")],
            true => vec![format!(
                "{name} holds no root that can be read, so nothing is trusted"
            )],
            false => Vec::new(),
        };
        Ok(Self {
            anchors,
            name,
            notes,
            home,
            own: OnceLock::new(),
        })
    }

    /// The browsers of this machine that do not trust a root which its system does. They have stores of
    /// their own; the public roots are in all of them.
    pub fn lacking(&self, root: &Decoded, context: &Context) -> Vec<Client> {
        let is_public = certwright::roots::is_public(&root.subject, root.public_key.spki());
        match (context.host(), Certificate::from_der(root.der())) {
            (Ok(host), Ok(root)) if self.home.is_some() && !is_public => {
                let databases = databases(&host);
                let lacks = |browser: &Client| lacks(*browser, &databases, &root);
                let browsers = [Client::Chromium, Client::Firefox];
                browsers.into_iter().filter(lacks).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The local CA, if there is one and the system's roots count.
    pub fn own(&self) -> Option<&Own> {
        self.own.get_or_init(|| own(self.home.as_deref()?)).as_ref()
    }
}

/// Tells whether a browser has stores here, and trusts a root by none of them.
fn lacks(browser: Client, databases: &[Result<Database, Error>], root: &Certificate) -> bool {
    let is_firefox = |database: &Database| database.name().starts_with("nss: firefox");
    let mut own = databases
        .iter()
        .flatten()
        .filter(|database| is_firefox(database) == (browser == Client::Firefox))
        .peekable();
    let trusts = |database: &Database| matches!(database.state(root), Ok(State::Trusted));
    own.peek().is_some() && !own.any(trusts)
}

/// The roots of every generation. A CA that cannot be read helps no answer.
fn own(home: &Path) -> Option<Own> {
    let authority = Authority::look(home).ok()?;
    let generations = authority.generations().ok()?;
    let roots = generations
        .into_iter()
        .filter_map(|(_, generation)| Some(generation.ok()?.root().der().to_vec()));
    Some(Own {
        anchors: Pool::new(roots),
        name: authority.current().root().subject().to_string(),
    })
}

#[cfg(target_os = "linux")]
fn of_system(context: &Context) -> Result<(PathBuf, Vec<Vec<u8>>)> {
    match context.roots_file() {
        Some(file) => {
            let found = found::read(&file, None, context)?;
            let roots = found.certificates().map(<[u8]>::to_vec).collect();
            Ok((file, roots))
        }
        None => Ok(certwright::trust::system::roots(context.root())?),
    }
}

#[cfg(not(target_os = "linux"))]
fn of_system(_: &Context) -> Result<(PathBuf, Vec<Vec<u8>>)> {
    let loaded = rustls_native_certs::load_native_certs();
    let roots = loaded.certs.iter().map(|root| root.to_vec()).collect();
    Ok((PathBuf::from("the system's roots"), roots))
}

/// Reads every file of a folder that holds certificates; others are nobody's roots.
fn folder(path: &Path, context: &Context, certificates: &mut Vec<Vec<u8>>) -> Result<()> {
    let failed = |source: &std::io::Error| Error::io("read", path, source);
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(path).map_err(|source| failed(&source))? {
        paths.push(entry.map_err(|source| failed(&source))?.path());
    }
    paths.sort();
    for file in paths.iter().filter(|file| file.is_file()) {
        match found::read(file, None, context) {
            Ok(found) => certificates.extend(found.certificates().map(<[u8]>::to_vec)),
            Err(error) if is_no_certificate(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn is_no_certificate(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<Error>()
        .is_some_and(|error| matches!(error.kind(), ErrorKind::WrongKind | ErrorKind::Malformed))
}
