//! What there is to be judged in what an argument names.

use std::collections::HashSet;
use std::path::Path;

use anyhow::Result;

use certwright::crl::DecodedList;
use certwright::document::{Kind, Place, Section, documents, sections};
use certwright::name::FoldedName;
use certwright::remote::Session;
use certwright::verify::{Reference, name_pair};

use super::nothing_found;
use crate::cli::app::Context;
use crate::cli::input::source_name;
use crate::cli::reaching::Reach;
use crate::cli::what::Server;

/// The certificates of one file or server, also those that cannot be read.
pub struct Found {
    source: String,
    all: Vec<(Option<usize>, Vec<u8>)>,
    /// The name that the server was asked for.
    pub name: Option<Reference>,
    /// How the server was reached, if it is one.
    pub session: Option<Session>,
}

/// A certificate that is judged.
pub struct Subject {
    pub source: String,
    /// The line of its `BEGIN`, where the file holds others that are judged.
    pub line: Option<usize>,
    pub der: Vec<u8>,
}

impl Found {
    /// All of them, in DER.
    pub fn certificates(&self) -> impl Iterator<Item = &[u8]> {
        self.all.iter().map(|(_, der)| der.as_slice())
    }

    /// A server's own, which it sends first; of a file those that issued no other of it, the first if each
    /// issued one.
    pub fn subjects(&self) -> Vec<Subject> {
        if self.session.is_some() {
            return vec![self.subject(0, false)];
        }
        let names: Vec<_> = self.certificates().map(folded_pair).collect();
        let others = names.iter().flatten().filter(|(issuer, of)| issuer != of);
        let issuers: HashSet<&FoldedName> = others.map(|(issuer, _)| issuer).collect();
        let issued_another = |at: usize| {
            let pair = names[at].as_ref();
            pair.is_some_and(|(_, subject)| issuers.contains(subject))
        };
        let mut judged: Vec<usize> = (0..self.all.len())
            .filter(|at| !issued_another(*at))
            .collect();
        if judged.is_empty() {
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
            line: self.all[at].0.filter(|_| many),
            der: self.all[at].1.clone(),
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

/// Reads the certificates of a file. What calls itself a certificate and cannot be decoded is one too,
/// and will be refused.
pub fn read(path: &Path, context: &Context) -> Result<Found> {
    let source = source_name(path);
    let bytes = context.input.read(path)?;
    let mut all = Vec::new();
    for section in sections(&bytes).map_err(|error| error.about(&source))? {
        let claims = claim(&section);
        match (section.read(), claims) {
            (Ok(document), _) if document.kind == Kind::Certificate => {
                let line = match document.place {
                    Place::Line(line) => Some(line),
                    Place::Der => None,
                };
                all.push((line, document.der.to_vec()));
            }
            (Err(_), Some(line)) => all.push((Some(line), Vec::new())),
            (Err(error), None) => return Err(error.about(&source).into()),
            (Ok(_), _) => {}
        }
    }
    match all.is_empty() {
        true => Err(nothing_found(&source).into()),
        false => Ok(Found {
            source,
            all,
            name: None,
            session: None,
        }),
    }
}

/// Asks a server for its certificates.
pub fn ask(server: &Server, reach: &Reach<'_>) -> Result<Found> {
    let source = server.target.to_string();
    let session = reach.probe(server, false)?;
    let chain = session.chain().iter();
    let all: Vec<_> = chain.map(|der| (None, der.clone())).collect();
    if all.is_empty() {
        return Err(nothing_found(&source).into());
    }
    Ok(Found {
        name: reach.asked(server).to_string().parse().ok(),
        source,
        all,
        session: Some(session),
    })
}

/// The line of a block that calls itself a certificate.
fn claim(section: &Section<'_>) -> Option<usize> {
    match section {
        Section::Pem(Ok(block)) if block.label.ends_with("CERTIFICATE") => Some(block.line),
        _ => None,
    }
}

/// Reads the revocation lists of a file.
pub fn lists(path: &Path, context: &Context) -> Result<Vec<DecodedList>> {
    let source = source_name(path);
    let bytes = context.input.read(path)?;
    let mut all = Vec::new();
    for document in documents(&bytes).map_err(|error| error.about(&source))? {
        let document = document.map_err(|error| error.about(&source))?;
        if document.kind == Kind::CertificateRevocationList {
            let list = DecodedList::from_der(&document.der);
            all.push(list.map_err(|error| error.about(&source))?);
        }
    }
    Ok(all)
}
