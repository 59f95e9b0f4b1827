//! Files that hold several documents: PKCS #12, PKCS #7, Java keystores.
//!
//! What is in them comes out as [`Document`]s, as from a PEM file, each with the name that the container
//! gives it. A private key that is encrypted by itself stays that: [`crate::key`] opens it.

pub mod pkcs12;

use crate::cert::Certificate;
use crate::document::{self, Document, Kind, Sections};
use crate::error::{Error, ErrorKind, Result};
use crate::key::{Password, PrivateKey};

/// What one name stands for in a container that is written.
pub struct Entry<'a> {
    /// The friendly name of PKCS #12, the alias of a keystore.
    pub alias: &'a str,
    /// The key of the first certificate; without one the certificates are trusted roots.
    pub key: Option<&'a PrivateKey>,
    /// The key's certificate and after it its issuers, in order.
    pub certificates: &'a [Certificate],
}

/// Finds the parts of a file, and takes apart what holds others.
///
/// Fails as [`document::sections`] does, with [`ErrorKind::PasswordNeeded`] for a container that is
/// encrypted where no password is given, and with [`ErrorKind::WrongPassword`].
pub fn sections<'a>(bytes: &'a [u8], password: Option<&Password>) -> Result<Sections<'a>> {
    let sections = document::sections(bytes)?;
    if !may_hold_containers(&sections, bytes) {
        return Ok(sections);
    }
    let mut held = Vec::new();
    for section in sections {
        let document = section.read()?;
        match document.kind.is_container() {
            true => held.extend(open(&document, password)?),
            false => held.push(document),
        }
    }
    Ok(Sections::Held(held.into_iter()))
}

/// Returns what a file holds, containers taken apart, each document by itself sound or at fault.
///
/// Fails as [`sections`] does.
pub fn documents(
    bytes: &[u8],
    password: Option<&Password>,
) -> Result<impl Iterator<Item = Result<Document>>> {
    Ok(sections(bytes, password)?.map(document::Section::read))
}

/// Takes a container apart.
///
/// Fails as [`sections`] does, and with [`ErrorKind::WrongKind`] for what is no container.
pub fn open(container: &Document, password: Option<&Password>) -> Result<Vec<Document>> {
    match container.kind {
        Kind::Pkcs12 => pkcs12::decode(&container.der, password),
        _ => Err(Error::new(
            ErrorKind::WrongKind,
            format!("{} holds no other documents", container.kind),
        )),
    }
}

/// PEM files are as a rule long lists of certificates, and are not read twice to find this out.
fn may_hold_containers(sections: &Sections<'_>, bytes: &[u8]) -> bool {
    match sections {
        Sections::Der(_) => true,
        Sections::Pem(_) => ["PKCS7", "CMS", "PKCS12"].iter().any(|label| {
            memchr::memmem::find(bytes, format!("-----BEGIN {label}-----").as_bytes()).is_some()
        }),
        Sections::Held(_) => false,
    }
}
