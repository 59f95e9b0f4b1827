//! Containers made of what files hold: each key with its chain, or roots to trust.

use std::collections::HashSet;

use certwright::bundle::Entry;
use certwright::cert::{Certificate, Chain};
use certwright::document::{Document, Kind};
use certwright::error::{Error, ErrorKind, Result};
use certwright::key::PrivateKey;

use crate::cli::containers::called;

/// What goes into a container, and what the user should know of it.
#[derive(Default)]
pub struct Packed {
    entries: Vec<Held>,
    /// Their aliases in small letters: keystores do not tell upper from lower case.
    taken: HashSet<String>,
    /// What is left out, and what is missing.
    pub notes: Vec<String>,
}

/// An entry with all that is in it.
struct Held {
    alias: String,
    key: Option<PrivateKey>,
    certificates: Vec<Certificate>,
}

impl Packed {
    /// Gives each key its chain; without a key every certificate is one to trust.
    ///
    /// Fails if a key belongs to none of the certificates, and for what no container holds.
    pub fn of(
        found: &[Document],
        keys: Vec<(Option<String>, PrivateKey)>,
        alias: Option<&str>,
    ) -> Result<Self> {
        let certificates = certificates(found)?;
        let mut this = Self::default();
        if certificates.is_empty() {
            let none = "the input holds no certificate, and a container is made around one";
            return Err(Error::new(ErrorKind::WrongKind, none)
                .with_hint("name the certificate's file too, and those of its issuers"));
        }
        match keys.is_empty() {
            true => this.trust(certificates, alias),
            false => this.keep(keys, certificates, alias)?,
        }
        Ok(this)
    }

    /// The entries, as they are encoded.
    pub fn entries(&self) -> Vec<Entry<'_>> {
        let entries = self.entries.iter().map(|held| Entry {
            alias: &held.alias,
            key: held.key.as_ref(),
            certificates: &held.certificates,
        });
        entries.collect()
    }

    fn trust(&mut self, certificates: Vec<(Option<String>, Certificate)>, alias: Option<&str>) {
        for (own, certificate) in certificates {
            let alias = alias.map(str::to_owned).or(own);
            self.add(alias, None, vec![certificate]);
        }
    }

    fn keep(
        &mut self,
        keys: Vec<(Option<String>, PrivateKey)>,
        certificates: Vec<(Option<String>, Certificate)>,
        alias: Option<&str>,
    ) -> Result<()> {
        let all: Vec<_> = certificates
            .iter()
            .map(|(_, certificate)| certificate.clone())
            .collect();
        for (own, key) in keys {
            let chain = Chain::arrange(&all, Some(&key))?;
            if let Some(issuer) = chain.missing() {
                let of = called(&chain.certificates[0]);
                let lacks = format!("the chain of {of} ends without the certificate of {issuer}");
                self.notes.push(lacks);
            }
            let alias = alias.map(str::to_owned).or(own);
            self.add(alias, Some(key), chain.all().cloned().collect());
        }
        for (own, certificate) in certificates {
            let used = |held: &Held| held.certificates.contains(&certificate);
            match own {
                _ if self.entries.iter().any(used) => {}
                // What had an entry of its own where it came from keeps it.
                Some(own) => self.add(Some(own), None, vec![certificate]),
                None => self.notes.push(format!(
                    "{} is left out: it is in no key's chain",
                    called(&certificate)
                )),
            }
        }
        Ok(())
    }

    /// Adds an entry under a name that no other has.
    fn add(
        &mut self,
        alias: Option<String>,
        key: Option<PrivateKey>,
        certificates: Vec<Certificate>,
    ) {
        let wanted = alias.unwrap_or_else(|| called(&certificates[0]));
        let mut alias = wanted.clone();
        let mut number = 2;
        while !self.taken.insert(alias.to_lowercase()) {
            alias = format!("{wanted}-{number}");
            number += 1;
        }
        self.entries.push(Held {
            alias,
            key,
            certificates,
        });
    }
}

/// The certificates, each once, under the names that they had.
fn certificates(found: &[Document]) -> Result<Vec<(Option<String>, Certificate)>> {
    let mut all: Vec<(Option<String>, Certificate)> = Vec::new();
    for document in found {
        match &document.kind {
            Kind::Certificate => {
                let certificate = Certificate::from_der(&document.der)?;
                if !all.iter().any(|(_, other)| *other == certificate) {
                    all.push((document.alias.clone(), certificate));
                }
            }
            kind if kind.is_private_key() => {}
            other => {
                return Err(Error::new(
                    ErrorKind::WrongKind,
                    format!("the input holds {other}, which no keystore holds"),
                ));
            }
        }
    }
    Ok(all)
}
