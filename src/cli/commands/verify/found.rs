//! What there is to be judged in what an argument names.

use std::collections::HashSet;
use std::path::Path;

use anyhow::Result;

use certwright::crl::DecodedList;
use certwright::document::{Kind, Section};
use certwright::error::{Error, ErrorKind};
use certwright::key::Password;
use certwright::name::FoldedName;
use certwright::remote::Session;
use certwright::verify::{Reference, name_pair};

use super::nothing_found;
use crate::cli::app::Context;
use crate::cli::input::source_name;
use crate::cli::reaching::Reach;
use crate::cli::survey::MAX_FAULTS;
use crate::cli::what::Server;

/// The certificates of one file or server, also those that cannot be read.
pub struct Found {
    source: String,
    all: Vec<Block>,
    /// What else there is.
    pub other: Option<Kind>,
    /// Those that a keystore calls trusted.
    trusted: Vec<Vec<u8>>,
    /// The revocation lists that lie beside them.
    pub lists: Vec<DecodedList>,
    /// The name that the server was asked for.
    pub name: Option<Reference>,
    /// How the server was reached, if it is one.
    pub session: Option<Session>,
}

/// A certificate, or what calls itself one.
struct Block {
    line: Option<usize>,
    /// Empty if it cannot be decoded.
    der: Vec<u8>,
    /// Why it cannot.
    fault: Option<Error>,
}

/// A certificate that is judged.
pub struct Subject {
    pub source: String,
    /// The line of its `BEGIN`, where the file holds others that are judged.
    pub line: Option<usize>,
    pub der: Vec<u8>,
    /// Why it cannot be decoded, if it cannot.
    pub fault: Option<String>,
}

impl Found {
    /// All that can be decoded, in DER.
    pub fn certificates(&self) -> impl Iterator<Item = &[u8]> {
        let sound = self.all.iter().filter(|block| block.fault.is_none());
        sound.map(|block| block.der.as_slice())
    }

    /// Those that are trust anchors where the file is said to hold some: of a keystore that tells, the
    /// trusted ones, and not what lies beside its keys.
    pub fn anchors(&self) -> Vec<Vec<u8>> {
        match self.trusted.is_empty() {
            true => self.certificates().map(<[u8]>::to_vec).collect(),
            false => self.trusted.clone(),
        }
    }

    /// Why one of them cannot be decoded.
    pub fn fault(&self) -> Option<String> {
        let mut faults = self.all.iter().filter_map(|block| block.fault.as_ref());
        faults
            .next()
            .map(|fault| format!("{}: {fault}", self.source))
    }

    /// A server's own, which it sends first; of a file those that issued no other of it, the first if each
    /// issued one.
    pub fn subjects(&self) -> Vec<Subject> {
        if self.session.is_some() {
            return vec![self.subject(0, false)];
        }
        let ders = self.all.iter().map(|block| block.der.as_slice());
        let names: Vec<_> = ders.map(folded_pair).collect();
        let others = names.iter().flatten().filter(|(issuer, of)| issuer != of);
        let issuers: HashSet<&FoldedName> = others.map(|(issuer, _)| issuer).collect();
        let issued_another = |at: usize| {
            let pair = names[at].as_ref();
            pair.is_some_and(|(_, subject)| issuers.contains(subject))
        };
        let mut judged: Vec<usize> = (0..self.all.len())
            .filter(|at| !issued_another(*at))
            .collect();
        if judged.is_empty() && !self.all.is_empty() {
            judged.push(0);
        }
        let many = judged.len() > 1;
        judged
            .into_iter()
            .map(|at| self.subject(at, many))
            .collect()
    }

    fn subject(&self, at: usize, many: bool) -> Subject {
        Subject {
            source: self.source.clone(),
            line: self.all[at].line.filter(|_| many),
            der: self.all[at].der.clone(),
            fault: self.all[at].fault.as_ref().map(ToString::to_string),
        }
    }
}

/// Issuer and subject, as they are compared.
fn folded_pair(der: &[u8]) -> Option<(FoldedName, FoldedName)> {
    let (issuer, subject) = name_pair(der)?;
    Some((
        FoldedName::from_der(issuer)?,
        FoldedName::from_der(subject)?,
    ))
}

/// Reads the certificates of a file.
pub fn read(path: &Path, password: Option<&Password>, context: &Context) -> Result<Found> {
    let source = source_name(path);
    let bytes = context.input.read(path)?;
    let sections = context.input.sections(&bytes, &source, password)?;
    let found = of(source, &bytes, sections, false)?;
    match found.all.is_empty() {
        true => Err(nothing_found(&found.source, found.other.as_ref()).into()),
        false => Ok(found),
    }
}

/// Takes the certificates of a file. What calls itself a certificate, or is DER, and cannot be decoded is one
/// too, and will be refused; not in what may be anything, where such things are examples.
pub fn of<'s>(
    source: String,
    bytes: &[u8],
    sections: impl IntoIterator<Item = Section<'s>>,
    is_anything: bool,
) -> Result<Found> {
    let (mut all, mut trusted, mut lists, mut other) = (Vec::new(), Vec::new(), Vec::new(), None);
    // Looked for once: each of a million faults would look through the whole file.
    let has_label = memchr::memmem::find(bytes, b"CERTIFICATE-----").is_some();
    let mut faults = 0;
    for section in sections {
        let claim = claim(&section, has_label);
        match section.read() {
            Ok(document) if document.kind == Kind::Certificate => {
                if document.is_trusted {
                    trusted.push(document.der.to_vec());
                }
                all.push(Block {
                    line: document.place.line(),
                    der: document.der.to_vec(),
                    fault: None,
                });
            }
            Ok(document) if document.kind == Kind::CertificateRevocationList => {
                let list = DecodedList::from_der(&document.der);
                lists.push(list.map_err(|error| error.about(&source))?);
                other = Some(document.kind);
            }
            Ok(document) => other = Some(document.kind),
            Err(_) if is_anything => {}
            Err(_) if claim.is_some() && faults == MAX_FAULTS => {
                let many = format!("{source}: more than {MAX_FAULTS} damaged certificates");
                return Err(Error::new(ErrorKind::Malformed, many).into());
            }
            Err(fault) if claim.is_some() => {
                faults += 1;
                all.push(Block {
                    line: claim.flatten(),
                    der: Vec::new(),
                    fault: Some(fault),
                });
            }
            Err(error) => return Err(error.about(&source).into()),
        }
    }
    Ok(Found {
        source,
        all,
        other,
        trusted,
        lists,
        name: None,
        session: None,
    })
}

/// Asks a server for its certificates.
pub fn ask(server: &Server, reach: &Reach<'_>) -> Result<Found> {
    let source = server.target.to_string();
    let session = reach.probe(server, false)?;
    let chain = session.chain().iter();
    let block = |der: &Vec<u8>| Block {
        line: None,
        der: der.clone(),
        fault: None,
    };
    let all: Vec<Block> = chain.map(block).collect();
    if all.is_empty() {
        return Err(nothing_found(&source, None).into());
    }
    Ok(Found {
        name: reach.asked(server).to_string().parse().ok(),
        source,
        all,
        other: None,
        trusted: Vec::new(),
        lists: Vec::new(),
        session: Some(session),
    })
}

/// Tells whether a section calls itself a certificate, or is DER in which nothing says that it is another
/// thing; and its line.
fn claim(section: &Section<'_>, has_label: bool) -> Option<Option<usize>> {
    match section {
        Section::Pem(Ok(block)) => block
            .label
            .ends_with("CERTIFICATE")
            .then_some(Some(block.line)),
        // The fault is in the lines of the block itself, such as an END that lacks.
        Section::Pem(Err(_)) => has_label.then_some(None),
        Section::Der(_) => Some(None),
        Section::Held(_) => None,
    }
}

/// Reads the revocation lists of a file.
pub fn lists(path: &Path, context: &Context) -> Result<Vec<DecodedList>> {
    let source = source_name(path);
    let bytes = context.input.read(path)?;
    let mut all = Vec::new();
    for section in context.input.sections(&bytes, &source, None)? {
        let document = section.read().map_err(|error| error.about(&source))?;
        if document.kind == Kind::CertificateRevocationList {
            let list = DecodedList::from_der(&document.der);
            all.push(list.map_err(|error| error.about(&source))?);
        }
    }
    Ok(all)
}
