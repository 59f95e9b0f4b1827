//! Files that hold several documents: PKCS #12, PKCS #7, Java keystores.
//!
//! What is in them comes out as [`Document`]s, as from a PEM file, each with the name that the container
//! gives it. A private key that is encrypted by itself stays that: [`crate::key`] opens it.

pub mod jks;
pub mod pkcs12;
pub mod pkcs7;

use memchr::memmem;

use crate::cert::Certificate;
use crate::crypto::Budget;
use crate::document::{self, Document, Kind, Piece, Place, Section, Sections};
use crate::error::{Error, ErrorKind, Result};
use crate::key::{Password, PrivateKey};
use crate::pem;
use crate::text::Escaped;

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
/// A container that does not open is a fault among the parts if anything else is there. Fails as
/// [`document::sections`] does, with [`ErrorKind::PasswordNeeded`] for a container that is encrypted where no
/// password is given, and with [`ErrorKind::WrongPassword`].
pub fn sections<'a>(bytes: &'a [u8], password: Option<&Password>) -> Result<Sections<'a>> {
    match parts(bytes, || document::sections(bytes))? {
        Parts::Plain(sections) => Ok(sections),
        Parts::Containers(all) => {
            unless_at_fault_alone(taken_apart(all, password, &mut Budget::of_store()))
        }
    }
}

/// Does the same for a piece of a file. All its pieces have one budget, which is handed to them in their order: without
/// it there is no answer for a piece that holds a container.
///
/// Fails as [`sections`] does.
pub fn sections_of<'a>(
    piece: &'a Piece,
    password: Option<&Password>,
    budget: Option<&mut Budget>,
) -> Result<Option<Sections<'a>>> {
    match (parts(piece.bytes(), || piece.sections())?, budget) {
        (Parts::Plain(sections), _) => Ok(Some(sections)),
        (Parts::Containers(_), None) => Ok(None),
        (Parts::Containers(all), Some(budget)) => {
            let held = taken_apart(all, password, budget);
            match piece.is_whole() {
                true => unless_at_fault_alone(held).map(Some),
                // What is alone in a piece is not so in the stream.
                false => Ok(Some(Sections::Held(held.into_iter()))),
            }
        }
    }
}

/// The parts of a file.
enum Parts<'a> {
    /// None of them is a container.
    Plain(Sections<'a>),
    /// Some are.
    Containers(Vec<Result<Document>>),
}

fn parts<'a>(bytes: &[u8], find: impl Fn() -> Result<Sections<'a>>) -> Result<Parts<'a>> {
    let sections = find()?;
    if !may_hold_containers(&sections, bytes) {
        return Ok(Parts::Plain(sections));
    }
    let is_container = |one: Result<Document>| one.is_ok_and(|one| one.kind.is_container());
    if !sections.map(Section::read).any(is_container) {
        // The parts as they were written tell more.
        return Ok(Parts::Plain(find()?));
    }
    let mut faults = 0;
    let all = find()?.map(Section::read).take_while(|one| {
        faults += usize::from(one.is_err());
        faults <= MAX_FAULTS
    });
    Ok(Parts::Containers(all.collect()))
}

/// What is at fault is held beside containers, and may be in every line of 64 MiB; so many nobody reads.
const MAX_FAULTS: usize = 1000;

/// Opens the containers among documents. The budget is one for all, since text may carry any number of them.
fn taken_apart(
    all: Vec<Result<Document>>,
    password: Option<&Password>,
    budget: &mut Budget,
) -> Vec<Result<Document>> {
    let mut held = Vec::new();
    for document in all {
        match document {
            Ok(document) if document.kind.is_container() => {
                match open_within(&document, password, budget) {
                    Ok(found) => held.extend(found.into_iter().map(Ok)),
                    Err(error) => held.push(Err(placed(error, &document))),
                }
            }
            document => held.push(document),
        }
    }
    held
}

/// Fails with what is at fault if there is nothing beside it.
fn unless_at_fault_alone<'a>(mut held: Vec<Result<Document>>) -> Result<Sections<'a>> {
    match held.pop_if(|last| last.is_err()) {
        Some(Err(alone)) if held.is_empty() => return Err(alone),
        last => held.extend(last),
    }
    Ok(Sections::Held(held.into_iter()))
}

/// Says which container it is that does not open, where a file may hold several.
fn placed(error: Error, container: &Document) -> Error {
    match (container.place.line(), &container.alias) {
        (Some(line), Some(alias)) => error.about(format_args!("line {line}, {}", Escaped(alias))),
        (Some(line), None) => error.about(format_args!("line {line}")),
        (None, _) => error,
    }
}

/// Returns the container that a file begins with, if it is one, as it is.
pub fn container(bytes: &[u8]) -> Option<Document> {
    let first = document::sections(bytes).ok()?.next()?.read().ok()?;
    first.kind.is_container().then_some(first)
}

/// Returns what a file holds, containers taken apart, each document by itself sound or at fault.
///
/// Fails as [`sections`] does.
pub fn documents(
    bytes: &[u8],
    password: Option<&Password>,
) -> Result<impl Iterator<Item = Result<Document>>> {
    Ok(sections(bytes, password)?.map(Section::read))
}

/// Reads every certificate of a file, of containers too.
///
/// Fails as [`sections`] does, and with [`ErrorKind::WrongKind`] if there is none.
pub fn certificates(bytes: &[u8], password: Option<&Password>) -> Result<Vec<Certificate>> {
    Certificate::all_of(documents(bytes, password)?)
}

/// Reads the first private key of a file, or the one of a container, where both have the same password.
///
/// Fails as [`sections`] and [`PrivateKey::from_bytes`] do, and with [`ErrorKind::InvalidValue`] for a
/// container with several keys, of which none is the first by right.
pub fn private_key(bytes: &[u8], password: Option<&Password>) -> Result<PrivateKey> {
    let found: Vec<_> = documents(bytes, password)?.collect();
    require_one_key(found.iter().flatten())?;
    PrivateKey::first_of(found.into_iter(), password)
}

/// Fails with [`ErrorKind::InvalidValue`] if containers among documents hold several private keys.
pub fn require_one_key<'a>(documents: impl Iterator<Item = &'a Document>) -> Result<()> {
    let is_entry = |document: &&Document| matches!(document.place, Place::Entry(_));
    let keys = documents.filter(|document| document.kind.is_private_key());
    match keys.filter(is_entry).count() {
        0 | 1 => Ok(()),
        count => Err(Error::new(
            ErrorKind::InvalidValue,
            format!("it holds {count} private keys, and one is wanted"),
        )
        .with_hint(
            "take them apart with certwright convert FILE --to pem, and give the one that is meant",
        )),
    }
}

/// Takes a container apart.
///
/// Fails as [`sections`] does, and with [`ErrorKind::WrongKind`] for what is no container.
pub fn open(container: &Document, password: Option<&Password>) -> Result<Vec<Document>> {
    open_within(container, password, &mut Budget::of_store())
}

fn open_within(
    container: &Document,
    password: Option<&Password>,
    budget: &mut Budget,
) -> Result<Vec<Document>> {
    match container.kind {
        Kind::JavaKeystore => jks::decode_within(&container.der, password, budget),
        Kind::Pkcs12 => pkcs12::decode_within(&container.der, password, budget),
        Kind::Pkcs7 => pkcs7::decode(&container.der),
        _ => Err(Error::new(
            ErrorKind::WrongKind,
            format!("{} holds no other documents", container.kind),
        )),
    }
}

/// Adds what a container holds, unless that is too much.
fn hold(found: &mut Vec<Document>, document: Document) -> Result<()> {
    if found.len() == MAX_HELD {
        let message = format!("it holds more than {MAX_HELD} documents");
        return Err(Error::new(ErrorKind::TooLarge, message));
    }
    found.push(document);
    Ok(())
}

/// PEM files that are large are as a rule lists of certificates, and are not read twice to find this out.
fn may_hold_containers(sections: &Sections<'_>, bytes: &[u8]) -> bool {
    let has_label = || {
        let mut labels =
            memmem::find_iter(bytes, pem::BEGIN).map(|at| &bytes[at + pem::BEGIN.len()..]);
        let is_of_container = |label: &[u8]| LABELS.iter().any(|known| label.starts_with(known));
        labels.any(is_of_container)
    };
    match sections {
        Sections::Der(_) => true,
        Sections::Text(_) if bytes.len() <= SMALL || !pem::begins_with_label(bytes) => true,
        Sections::Text(_) => {
            let has = |start: &&[u8]| memmem::find(bytes, start).is_some();
            has_label() || PKCS7_IN_BASE64.iter().any(has)
        }
        // Of text in UTF-16.
        Sections::Held(_) => true,
    }
}

const LABELS: [&[u8]; 4] = [
    b"PKCS7-----",
    b"PKCS #7 SIGNED DATA-----",
    b"CMS-----",
    b"PKCS12-----",
];
/// The OIDs of PKCS #7 behind a header of four bytes, of five or two, and of three: Microsoft's programs call it
/// CERTIFICATE.
const PKCS7_IN_BASE64: [&[u8]; 3] = [b"KoZIhvcNAQcC", b"CSqGSIb3DQEHA", b"BgkqhkiG9w0BBw"];
/// Some fifty certificates, which take no time worth the name.
const SMALL: usize = 64 * 1024;
/// Ten times the intermediates that Mozilla's CCADB lists: an entry may be empty, and millions fit into a file.
const MAX_HELD: usize = 100_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_with_a_container_waits_for_the_budget() {
        let password = Password::new("secret");
        let pfx = pkcs12::encode(&[], &password, pkcs12::Profile::Compatible).unwrap();
        let text = pem::encode("PKCS12", &pfx);
        let found = |text: &str, budget: Option<&mut Budget>| {
            let piece = Piece::whole(text.as_bytes());
            sections_of(&piece, Some(&password), budget).map(|found| found.is_some())
        };
        assert!(!found(&text, None).unwrap());
        let mut budget = Budget::of_store();
        assert!(found(&text, Some(&mut budget)).unwrap());
        // What one took is not there for the next.
        budget.spend(20_000_000).unwrap_err();
        while budget.spend(1000).is_ok() {}
        let error = found(&text, Some(&mut budget)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge);
        assert!(found(&pem::encode("SOMETHING ELSE", b"else"), None).unwrap());
    }
}
