//! What lies at the places of a certificate that is to be renewed: opened before anything is made, so
//! that whatever cannot be replaced by its like is told, and left alone.

use std::path::Path;

use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::super::{FileRole, Issued, Placed, Row};
use super::container::Container;
use super::layout::{Layout, holds_key, is_pem};
use crate::cert::Certificate;
use crate::crypto::Algorithm;
use crate::document::{self, Document, Kind};
use crate::error::{Error, ErrorKind, Result};
use crate::files::{self, Holder, NewFile};
use crate::key::{Password, PrivateKey};

/// A certificate with the files that are to be replaced together.
#[derive(Debug)]
pub struct Held {
    pub(super) row: Row,
    pub(super) certificate: Certificate,
    key: Option<PrivateKey>,
    files: Vec<Lying>,
}

/// One of its files, as it is now.
#[derive(Debug)]
struct Lying {
    placed: Placed,
    bytes: Zeroizing<Vec<u8>>,
    form: Form,
    holder: Holder,
}

/// What is in a file, and how, so that its successor is written alike.
#[derive(Debug)]
enum Form {
    Pem(Layout),
    Der,
    Container(Container),
}

/// What is read of a file beside how it is written.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub certificate: Option<Certificate>,
    pub key: Option<PrivateKey>,
}

impl Held {
    /// Opens the files of a certificate. The password is that of its container or of its key.
    ///
    /// Fails with [`ErrorKind::NotFound`] if its file is gone or holds another certificate by now, with
    /// [`ErrorKind::KeyMismatch`] if its key is gone or another, with [`ErrorKind::PasswordNeeded`], and
    /// with [`ErrorKind::Unsupported`] for files that could not be replaced by their like.
    pub fn open(row: Row, password: Option<&Password>) -> Result<Self> {
        let mismatch = match Self::read(row.clone(), password) {
            Err(error) if error.kind() == ErrorKind::KeyMismatch => error,
            read => return read,
        };
        // Another process may have replaced both when one was read and the other was not.
        let places: Vec<_> = row.files.iter().map(|it| it.path.clone()).collect();
        let places = places.iter().map(Path::new);
        let again = files::undisturbed(places, || Self::read(row, password));
        again.unwrap_or(Err(mismatch))
    }

    fn read(row: Row, password: Option<&Password>) -> Result<Self> {
        let (mut certificate, mut key, mut files) = (None, None, Vec::new());
        // Where the certificate is gone, nobody misses its key.
        let mut places: Vec<&Placed> = row.files.iter().collect();
        places.sort_by_key(|placed| !placed.role.holds_certificate());
        for placed in places {
            let (lying, found) = match Lying::read(placed, password, certificate.as_ref()) {
                // Nobody wants it any more, and whoever has the certificate has its chain.
                Err(error)
                    if placed.role == FileRole::Chain && error.kind() == ErrorKind::NotFound =>
                {
                    continue;
                }
                read => read.map_err(|error| as_of(placed, error))?,
            };
            if let Some(there) = &found.certificate {
                require_same(there, &row, &placed.path)?;
            }
            certificate = certificate.or(found.certificate);
            key = key.or(found.key);
            files.push(lying);
        }
        // Whoever reads the files one by one is to find a key without its certificate rather than
        // a certificate without its key.
        files.sort_by_key(|lying| lying.placed.role != FileRole::PrivateKey);
        let certificate = certificate.ok_or_else(|| nowhere(&row))?;
        if let Some(key) = &key {
            certificate.require_key(key)?;
        }
        Ok(Self {
            row,
            certificate,
            key,
            files,
        })
    }

    /// Returns what is known of it.
    pub fn row(&self) -> &Row {
        &self.row
    }

    /// Returns the kind of key that is to be made for it; none where its key stays, because that is
    /// wanted, or because it was not made with it and may be anywhere.
    ///
    /// Fails with [`ErrorKind::KeyMismatch`] if its key is not to be found, and with
    /// [`ErrorKind::Unsupported`] if no such keys are made here.
    pub fn new_key(&self, reuse: bool) -> Result<Option<Algorithm>> {
        let unknown = self.row.command.is_none() && self.key.is_some();
        // What a CA issued holds under a new certificate for its key, and under no other.
        if reuse || self.certificate.is_authority() || !(self.row.key_made || unknown) {
            return Ok(None);
        }
        if self.key.is_none() {
            let lost = format!("the private key of {} is not beside it", self.place());
            return Err(Error::new(ErrorKind::KeyMismatch, lost)
                .with_hint("put it there under the same name, ending in .key; or certify the same key again with --reuse-key"));
        }
        let kind = self.certificate.public_key().kind();
        kind.algorithm().map(Some).ok_or_else(|| {
            let not_made = format!("keys such as {kind} are not made here");
            Error::new(ErrorKind::Unsupported, not_made)
                .with_hint("certify the same key again with --reuse-key")
        })
    }

    /// Writes the successor's files, each like the one that it replaces. The root is that of the CA that issues now; that
    /// of before may have issued itself, so that there was no chain.
    pub(super) fn outputs(
        &self,
        issued: &Issued,
        (root, was_below_root): (&Certificate, bool),
        new_key: Option<&PrivateKey>,
        password: Option<&Password>,
        now: OffsetDateTime,
    ) -> Result<Vec<NewFile>> {
        let own = std::iter::once(&issued.certificate);
        let whole: Vec<Certificate> = own.chain(&issued.chain).cloned().collect();
        let write = |lying: &Lying| {
            let next = Next {
                certificates: &whole,
                root,
                was_below_root,
                key: new_key.or(self.key.as_ref()),
                is_new: new_key.is_some(),
                password,
            };
            let role = lying.placed.role;
            Ok(NewFile {
                path: lying.placed.path.clone().into(),
                contents: lying.successor(&next, now)?,
                private: matches!(role, FileRole::Container | FileRole::PrivateKey)
                    || matches!(&lying.form, Form::Pem(layout) if layout.holds_key()),
                holder: lying.holder,
            })
        };
        self.files.iter().map(write).collect()
    }

    /// The files that are replaced.
    pub(super) fn places(&self) -> Vec<Placed> {
        self.files.iter().map(|it| it.placed.clone()).collect()
    }

    /// The files in which text is that describes what is replaced.
    pub(super) fn described(&self) -> Vec<String> {
        let is_described =
            |it: &&Lying| matches!(&it.form, Form::Pem(layout) if layout.is_described());
        let described = self.files.iter().filter(is_described);
        described.map(|it| it.placed.path.clone()).collect()
    }

    /// Tells whether every file is still what was read.
    pub(super) fn is_unchanged(&self) -> bool {
        let same = |lying: &Lying| {
            files::read(Path::new(&lying.placed.path)).is_ok_and(|now| *now == *lying.bytes)
        };
        self.files.iter().all(same)
    }

    /// The file by which people know it.
    pub(super) fn place(&self) -> &str {
        self.row
            .certificate_file()
            .map_or("the certificate", |file| &file.path)
    }
}

/// What goes into the files.
pub(super) struct Next<'a> {
    pub certificates: &'a [Certificate],
    pub root: &'a Certificate,
    pub was_below_root: bool,
    pub key: Option<&'a PrivateKey>,
    pub is_new: bool,
    pub password: Option<&'a Password>,
}

impl Next<'_> {
    /// The new key in PEM, or the old one as it was written.
    pub fn key_pem(&self, encrypted: bool, old: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let Some(key) = self.key.filter(|_| self.is_new) else {
            return Ok(old.to_vec().into());
        };
        let pem = key.to_pkcs8_pem(self.password.filter(|_| encrypted))?;
        Ok(pem.as_bytes().to_vec().into())
    }
}

impl Lying {
    fn read(
        placed: &Placed,
        password: Option<&Password>,
        own: Option<&Certificate>,
    ) -> Result<(Self, Found)> {
        let path = Path::new(&placed.path);
        let bytes = files::read(path)?;
        let (form, found) = match placed.role {
            FileRole::Certificate | FileRole::Container if is_combined(&bytes) => {
                let (layout, found) = Layout::read(&bytes, password, None)?;
                (Form::Pem(layout), found)
            }
            FileRole::Certificate => read_certificate(&bytes)?,
            FileRole::Chain => read_chain(&bytes, own)?,
            FileRole::Container => {
                let (container, found) = Container::read(&bytes, password)?;
                (Form::Container(container), found)
            }
            FileRole::PrivateKey => read_key(&bytes, password)?,
        };
        let lying = Self {
            placed: placed.clone(),
            bytes,
            form,
            holder: Holder::of(path)?,
        };
        Ok((lying, found))
    }

    fn successor(&self, next: &Next<'_>, now: OffsetDateTime) -> Result<Zeroizing<Vec<u8>>> {
        Ok(match &self.form {
            Form::Pem(layout) => layout.successor(next)?,
            Form::Der => next.certificates[0].der().to_vec().into(),
            Form::Container(container) => container.successor(next, now)?,
        })
    }
}

fn is_combined(bytes: &[u8]) -> bool {
    is_pem(bytes) && holds_key(bytes)
}

fn read_certificate(bytes: &[u8]) -> Result<(Form, Found)> {
    if is_pem(bytes) {
        let (layout, found) = Layout::read(bytes, None, None)?;
        return Ok((Form::Pem(layout), found));
    }
    let documents: Vec<Document> = document::documents(bytes)?.flatten().collect();
    let is_one =
        bytes.starts_with(DER_SEQUENCE) && documents.iter().all(|it| it.kind == Kind::Certificate);
    if !is_one {
        return Err(Error::new(
            ErrorKind::Unsupported,
            "it holds more than certificates in PEM or one in DER, and would not be written again as it is",
        )
        .with_hint("renew the file that it was made of, and make it anew: certwright export, certwright convert"));
    }
    let found = Found {
        certificate: Some(Certificate::all_from_bytes(bytes)?.swap_remove(0)),
        key: None,
    };
    Ok((Form::Der, found))
}

/// What is in it, if it leads from the certificate; what else there is in it is replaced.
fn read_chain(bytes: &[u8], own: Option<&Certificate>) -> Result<(Form, Found)> {
    if holds_key(bytes) {
        return Err(Error::new(
            ErrorKind::Unsupported,
            "it holds a private key beside the chain, and would not be written again as it is",
        )
        .with_hint("keep the key in a file of its own"));
    }
    let layout = match is_pem(bytes) {
        true => match Layout::read(bytes, None, own) {
            Err(error) if error.kind() == ErrorKind::Unsupported => Layout::of_chain(),
            read => read?.0,
        },
        false => Layout::of_chain(),
    };
    let layout = match layout.is_chained() {
        true => layout,
        false => Layout::of_chain(),
    };
    Ok((Form::Pem(layout), Found::default()))
}

fn read_key(bytes: &[u8], password: Option<&Password>) -> Result<(Form, Found)> {
    if !is_pem(bytes) {
        return Err(not_a_key());
    }
    let (layout, found) = match Layout::read(bytes, password, None) {
        Err(error) if error.kind() == ErrorKind::Unsupported => return Err(not_a_key()),
        read => read?,
    };
    match found.key.is_some() && !layout.holds_certificates() {
        true => Ok((Form::Pem(layout), found)),
        false => Err(not_a_key()),
    }
}

/// Tells of which file an error is. That the key is gone is more than that a file is.
fn as_of(placed: &Placed, error: Error) -> Error {
    if placed.role == FileRole::PrivateKey && error.kind() == ErrorKind::NotFound {
        return Error::new(
            ErrorKind::KeyMismatch,
            format!("the private key {} is gone", placed.path),
        )
        .with_hint("bring it back; or issue the certificate anew where it is to be");
    }
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::Io | ErrorKind::NotWritable | ErrorKind::TooLarge => error,
        _ => error.about(&placed.path),
    }
}

fn require_same(there: &Certificate, row: &Row, path: &str) -> Result<()> {
    let print = Row::of_certificate(there, "").fingerprint;
    if print == row.fingerprint {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::NotFound,
        format!(
            "{path} no longer holds the certificate {}, but {}",
            row.serial,
            there.serial_hex()
        ),
    ))
}

fn nowhere(row: &Row) -> Error {
    Error::new(
        ErrorKind::NotFound,
        format!("no file is known that holds {}", row.serial),
    )
    .with_hint("name the file")
}

fn not_a_key() -> Error {
    Error::new(
        ErrorKind::Unsupported,
        "it is not one private key in PEM, and would not be written again as it is",
    )
    .with_hint("write it so first: certwright convert KEY --to pem")
}

/// Every DER document of ours begins so, and no PEM.
const DER_SEQUENCE: &[u8] = &[0x30];
