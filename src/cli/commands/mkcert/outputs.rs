//! Where mkcert puts what it makes, and what may be written over there.

use std::path::{Path, PathBuf};

use anyhow::Result;

use certwright::bundle::Entry;
use certwright::bundle::pkcs12::{self, Profile};
use certwright::cert::Certificate;
use certwright::document;
use certwright::error::{Error, ErrorKind};
use certwright::files::{self, Existing, NewFile};
use certwright::key::{Password, PrivateKey};
use certwright::name::San;

use super::flags::Flags;
use crate::cli::input::shown;

/// What is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// The certificate and its key, each in PEM; at one place if both are to be there.
    Pair,
    /// The certificate alone.
    Certificate,
    /// Both in one PKCS #12 file.
    Pkcs12,
}

/// The places of what is written.
#[derive(Debug)]
pub struct Outputs {
    kind: Kind,
    certificate: PathBuf,
    key: PathBuf,
    pkcs12: PathBuf,
}

impl Outputs {
    /// Finds the places: those that flags name, else those made of a name, in this folder.
    ///
    /// Fails with [`ErrorKind::AlreadyExists`] if something is there that is no certificate or key.
    pub fn of(kind: Kind, flags: &Flags, stem: &str) -> Result<Self> {
        let place = |given: &Option<std::ffi::OsString>, ending: &str| match given {
            Some(given) => PathBuf::from(given),
            None => PathBuf::from(format!("./{stem}{ending}")),
        };
        let outputs = Self {
            kind,
            certificate: place(&flags.cert_file, ".pem"),
            key: place(&flags.key_file, "-key.pem"),
            pkcs12: place(&flags.p12_file, ".p12"),
        };
        for (_, place) in outputs.places() {
            require_replaceable(place)?;
        }
        Ok(outputs)
    }

    /// Tells whether it is one PKCS #12 file.
    pub fn is_pkcs12(&self) -> bool {
        self.kind == Kind::Pkcs12
    }

    /// Returns what goes where.
    pub fn places(&self) -> Vec<(&'static str, &Path)> {
        match self.kind {
            Kind::Pair => vec![
                ("certificate", &self.certificate),
                ("private_key", &self.key),
            ],
            Kind::Certificate => vec![("certificate", &self.certificate)],
            Kind::Pkcs12 => vec![("pkcs12", &self.pkcs12)],
        }
    }

    /// Writes the files, and tells which of them were there.
    ///
    /// Fails as [`files::write()`] does.
    pub fn write(
        &self,
        certificate: &Certificate,
        key: Option<&PrivateKey>,
        root: &Certificate,
    ) -> Result<Option<String>> {
        let there = self.places();
        let there: Vec<String> = there
            .iter()
            .filter(|(_, place)| place.is_file())
            .map(|(_, place)| shown(place))
            .collect();
        let (streams, plain): (Vec<_>, Vec<_>) = self
            .files(certificate, key, root)?
            .into_iter()
            .partition(|file| files::is_stream(&file.path));
        files::write(plain, Existing::Replace)?;
        // Such as /dev/stdout: scripts pipe certificates on.
        streams
            .iter()
            .try_for_each(|file| files::pour(&file.path, &file.contents))?;
        Ok((!there.is_empty()).then(|| format!("replaced {}", there.join(", "))))
    }

    /// What was written where, in sentences.
    pub fn lines(&self) -> Vec<String> {
        let [certificate, key, pkcs12] =
            [&self.certificate, &self.key, &self.pkcs12].map(|place| shown(place));
        match self.kind {
            Kind::Pair if self.certificate == self.key => vec![format!(
                "the certificate and its key are in \"{certificate}\""
            )],
            Kind::Pair => vec![format!(
                "the certificate is in \"{certificate}\" and its key in \"{key}\""
            )],
            Kind::Certificate => vec![format!("the certificate is in \"{certificate}\"")],
            Kind::Pkcs12 => vec![
                format!("the PKCS #12 file is \"{pkcs12}\""),
                format!("its password is \"{PASSWORD}\", as everybody knows"),
            ],
        }
    }

    fn files(
        &self,
        certificate: &Certificate,
        key: Option<&PrivateKey>,
        root: &Certificate,
    ) -> Result<Vec<NewFile>> {
        if let (Kind::Pkcs12, Some(key)) = (self.kind, key) {
            let bytes = pkcs12_of(certificate, key, root)?;
            return Ok(vec![NewFile::private(&self.pkcs12, bytes)]);
        }
        let pem = certificate.to_pem();
        let Some(key) = key else {
            return Ok(vec![NewFile::public(&self.certificate, pem)]);
        };
        let key = key.to_pem(Default::default())?;
        if self.certificate == self.key {
            let both = format!("{pem}{}", *key);
            return Ok(vec![NewFile::private(&self.key, both)]);
        }
        // The key stands first: a certificate without a key is less use than a key without a certificate.
        Ok(vec![
            NewFile::private(&self.key, key.as_bytes()),
            NewFile::public(&self.certificate, pem),
        ])
    }
}

/// A file that macOS and old versions of Windows open, as mkcert's is meant to be.
fn pkcs12_of(certificate: &Certificate, key: &PrivateKey, root: &Certificate) -> Result<Vec<u8>> {
    let names = certificate.names();
    let entry = Entry {
        alias: &names.first().map_or_else(String::new, San::to_string),
        key: Some(key),
        certificates: &[certificate.clone(), root.clone()],
    };
    let bytes = pkcs12::encode(&[entry], &Password::new(PASSWORD), Profile::Compatible)?;
    Ok(bytes.to_vec())
}

/// Scripts run again and again, and write over what they wrote; a slip in a path is another matter.
fn require_replaceable(place: &Path) -> Result<(), Error> {
    if !place.is_file() {
        return Ok(());
    }
    let bytes = files::read(place)?;
    if bytes.is_empty() || is_ours_to_replace(&bytes) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::AlreadyExists,
        format!(
            "{} is there, and is neither a certificate nor a key",
            place.display()
        ),
    )
    .with_hint("remove it, or choose another place"))
}

/// Tells whether a file holds nothing but what mkcert writes.
fn is_ours_to_replace(bytes: &[u8]) -> bool {
    let Ok(documents) = document::documents(bytes) else {
        return false;
    };
    let mut kinds = documents.map(|document| document.map(|document| document.kind));
    kinds.all(|kind| {
        kind.is_ok_and(|kind| {
            let plain = matches!(kind, document::Kind::Certificate | document::Kind::Pkcs12);
            plain || kind.is_private_key()
        })
    })
}

/// Java's, and mkcert's.
const PASSWORD: &str = "changeit";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_certificates_and_keys_are_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a.pem");
        require_replaceable(&place).unwrap();
        let key = PrivateKey::generate(Default::default()).unwrap();
        let pem = key.to_pem(Default::default()).unwrap();
        for (contents, may) in [
            ("", true),
            (&**pem, true),
            ("export A=b\n", false),
            (
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                false,
            ),
            ("-----BEGIN PUBLIC KEY-----\n", false),
        ] {
            std::fs::write(&place, contents).unwrap();
            assert_eq!(require_replaceable(&place).is_ok(), may, "{contents}");
        }
    }
}
