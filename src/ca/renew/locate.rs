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

/// That of the key that lies with it, as whoever renews it reads it, or else the first: what follows it is its chain.
fn own_certificate(bytes: &[u8], password: Option<&Password>) -> Result<Certificate> {
    let held: Vec<Document> = bundle::documents(bytes, password)?.flatten().collect();
    let certificates = held.iter().filter(|it| it.kind == Kind::Certificate);
    let mut certificates: Vec<&Document> = certificates.collect();
    // Java's keytool writes what is trusted before what has a key.
    certificates.sort_by_key(|it| it.is_trusted);
    let none = || Error::new(ErrorKind::WrongKind, "it holds no certificate");
    let first = certificates.first().ok_or_else(none)?;
    let key = held.iter().find(|it| it.kind.is_private_key());
    let key = key.and_then(|key| PrivateKey::from_document(key, password).ok());
    let mut read = certificates
        .iter()
        .filter_map(|it| Certificate::from_der(&it.der).ok());
    let own = key.and_then(|key| read.find(|it| it.require_key(&key).is_ok()));
    own.map_or_else(|| Certificate::from_der(&first.der), Ok)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::{Entry, jks, pkcs12};
    use crate::ca::tests::{NOW, foreign};

    #[test]
    fn the_certificate_of_the_key_is_its_own_wherever_it_stands() {
        let ((own, key), (trusted, _)) = (foreign([1, 6]), foreign([1, 6]));
        let password = Password::new("changeit");
        let entries = [
            Entry {
                alias: "anchor",
                key: None,
                certificates: std::slice::from_ref(&trusted),
            },
            Entry {
                alias: "bee",
                key: Some(&key),
                certificates: std::slice::from_ref(&own),
            },
        ];
        let pem = trusted.to_pem() + &own.to_pem() + &key.to_pkcs8_pem(None).unwrap();
        for bytes in [
            pkcs12::encode(&entries, &password, pkcs12::Profile::Modern).unwrap(),
            jks::encode(&entries, &password, NOW).unwrap(),
            pem.into_bytes().into(),
        ] {
            let found = own_certificate(&bytes, Some(&password)).unwrap();
            assert_eq!(found, own);
        }
        // Of what is only trusted it is told that it is a CA's.
        let alone = jks::encode(&entries[..1], &password, NOW).unwrap();
        assert_eq!(own_certificate(&alone, Some(&password)).unwrap(), trusted);
    }
}
