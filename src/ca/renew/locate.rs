//! Which certificate a file holds, and what lies beside it that belongs to it.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::deliver::ISSUED;
use super::super::{Authority, FileRole, Ledger, Placed, Row};
use super::layout;
use crate::bundle;
use crate::cert::Certificate;
use crate::document::{self, Document, Kind};
use crate::error::{Error, ErrorKind, Result};
use crate::files;
use crate::key::{Password, PrivateKey};

impl Authority {
    /// Returns what is known of the certificate in a file, with the files where they are now: as the ledger
    /// has them if this is one of them, else this one and the key beside it.
    ///
    /// Fails with [`ErrorKind::NotFound`] for a certificate that this CA did not issue, with
    /// [`ErrorKind::WrongKind`] for what holds none, and with [`ErrorKind::PasswordNeeded`] for a container
    /// that the ledger does not know.
    pub fn renewable(
        &self,
        path: &Path,
        ledger: Option<&Ledger>,
        password: Option<&Password>,
    ) -> Result<Row> {
        let about = |error: Error| error.about(path.display());
        self.require_no_copy(path).map_err(about)?;
        let bytes = files::read(path)?;
        let certificate = match own_certificate(&bytes, password) {
            Err(error) if error.kind() == ErrorKind::PasswordNeeded => {
                let known = known_by_file(path, ledger)?;
                return known.ok_or_else(|| {
                    about(error.with_hint("give its password with --password-file FILE"))
                });
            }
            found => found.map_err(about)?,
        };
        // A root that issues itself is no child of its own.
        let is_own = certificate.is_self_issued();
        if certificate.is_authority() && (is_own || self.recognise(&certificate, ledger).is_err()) {
            let message = "it is a CA's certificate, which is not renewed";
            return Err(about(Error::new(ErrorKind::WrongKind, message))
                .with_hint("make the local CA's successor: certwright ca rotate; what it issued for another CA is issued anew"));
        }
        let row = self.recognise(&certificate, ledger).map_err(about)?;
        if row.files.iter().any(|file| is_same(&file.path, path)) {
            return Ok(row);
        }
        let files = beside(path, &bytes, &certificate, password).map_err(about)?;
        Ok(Row { files, ..row })
    }

    /// The CA's copy of a certificate tells what was issued, and no server reads it.
    fn require_no_copy(&self, path: &Path) -> Result<()> {
        let folder = fs::canonicalize(self.home().join(ISSUED)).ok();
        let path = fs::canonicalize(path).ok();
        match folder.zip(path) {
            Some((folder, path)) if path.starts_with(&folder) => {
                let copy = "it is the CA's own copy of what it issued, which stays as it is";
                Err(Error::new(ErrorKind::WrongKind, copy)
                    .with_hint("name the file that is in use"))
            }
            _ => Ok(()),
        }
    }
}

/// The first certificate: what follows it is its chain.
fn own_certificate(bytes: &[u8], password: Option<&Password>) -> Result<Certificate> {
    let held: Vec<Document> = bundle::documents(bytes, password)?.flatten().collect();
    let mut certificates = held.iter().filter(|it| it.kind == Kind::Certificate);
    let none = || Error::new(ErrorKind::WrongKind, "it holds no certificate");
    let first = certificates.next().ok_or_else(none)?;
    Certificate::from_der(&first.der)
}

fn known_by_file(path: &Path, ledger: Option<&Ledger>) -> Result<Option<Row>> {
    let whole = Placed::new(FileRole::Container, "", path).path;
    match ledger {
        Some(ledger) => ledger.by_file(&whole),
        None => Ok(None),
    }
}

/// The file, by what it is, and its key if that lies beside it under the usual names.
fn beside(
    path: &Path,
    bytes: &[u8],
    certificate: &Certificate,
    password: Option<&Password>,
) -> Result<Vec<Placed>> {
    let kind = document::documents(bytes)?.flatten().next();
    let (role, format) = match kind.map(|it| it.kind) {
        Some(Kind::Pkcs12) => (FileRole::Container, "pkcs12"),
        Some(Kind::JavaKeystore) => (FileRole::Container, "jks"),
        _ if bytes.starts_with(&[0x30]) => (FileRole::Certificate, "der"),
        _ if layout::holds_key(bytes) => (FileRole::Container, "pem"),
        _ => (FileRole::Certificate, "pem"),
    };
    let mut files = vec![Placed::new(role, format, path)];
    if role == FileRole::Certificate {
        let key = key_places(path).into_iter();
        let mut key = key.filter(|key| holds_key(key, certificate, password));
        let key = key.next();
        files.extend(key.map(|key| Placed::new(FileRole::PrivateKey, "pem", &key)));
    }
    Ok(files)
}

/// As this program, HAProxy and mkcert name keys.
fn key_places(path: &Path) -> Vec<PathBuf> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let of_mkcert = path.with_file_name(format!("{stem}-key.pem"));
    let mut of_haproxy = path.as_os_str().to_owned();
    of_haproxy.push(".key");
    vec![path.with_extension("key"), of_haproxy.into(), of_mkcert]
}

/// One that is encrypted may be it; whoever replaces it opens it.
fn holds_key(path: &Path, certificate: &Certificate, password: Option<&Password>) -> bool {
    let Ok(bytes) = files::read(path) else {
        return false;
    };
    match PrivateKey::from_bytes(&bytes, password) {
        Ok(key) => certificate.require_key(&key).is_ok(),
        Err(error) => matches!(
            error.kind(),
            ErrorKind::PasswordNeeded | ErrorKind::WrongPassword
        ),
    }
}

/// Tells whether a place of the ledger is a file, whatever links lead there.
pub(super) fn is_same(place: &str, path: &Path) -> bool {
    let real = |path: &Path| fs::canonicalize(path).ok();
    Path::new(place) == path || real(Path::new(place)).is_some_and(|it| real(path) == Some(it))
}
