//! Containers made of what files hold: each key with its chain, or roots to trust.

use std::collections::{HashMap, HashSet};

use certwright::bundle::Entry;
use certwright::cert::{Certificate, Chain};
use certwright::document::{Document, Kind, Place};
use certwright::error::{Error, ErrorKind, Result};
use certwright::key::PrivateKey;

use crate::cli::containers::called;

/// What goes into a container, and what the user should know of it.
#[derive(Default)]
pub struct Packed {
    entries: Vec<Held>,
    /// Their aliases in small letters, as keystores do not tell upper from lower case, and the last number that
    /// was put after each.
    taken: HashMap<String, usize>,
    /// What is left out, and what is missing.
    pub notes: Vec<String>,
}

/// An entry with all that is in it.
struct Held {
    alias: String,
    key: Option<PrivateKey>,
    certificates: Vec<Certificate>,
}

/// A certificate of the input.
struct Given {
    alias: Option<String>,
    certificate: Certificate,
    is_trusted: bool,
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
        if alias.is_some() && keys.len() > 1 {
            let several = format!("--alias names one key, and the input holds {}", keys.len());
            return Err(Error::new(ErrorKind::InvalidValue, several)
                .with_hint("leave it out: each keeps the name that it has"));
        }
        if certificates.is_empty() {
            let none = "the input holds no certificate, and a container is made around one";
            return Err(Error::new(ErrorKind::WrongKind, none)
                .with_hint("name the certificate's file too, and those of its issuers"));
        }
        match keys.is_empty() {
            true => this.trust(certificates, alias),
            false => this.keep(keys, &beside_keys(found), certificates, alias)?,
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

    fn trust(&mut self, certificates: Vec<Given>, alias: Option<&str>) {
        for given in certificates {
            let alias = alias.map(str::to_owned).or(given.alias);
            self.add(alias, None, vec![given.certificate]);
        }
    }

    /// `beside` is for each key the certificate that its container puts beside it.
    fn keep(
        &mut self,
        keys: Vec<(Option<String>, PrivateKey)>,
        beside: &[Option<&[u8]>],
        certificates: Vec<Given>,
        alias: Option<&str>,
    ) -> Result<()> {
        let mut all: Vec<_> = certificates
            .iter()
            .map(|given| given.certificate.clone())
            .collect();
        for ((own, key), beside) in keys.into_iter().zip(beside) {
            // A key may have several certificates, of which the chain's first is the first that is found.
            let at = beside.and_then(|der| all.iter().position(|one| one.der() == der));
            all.swap(0, at.unwrap_or(0));
            let chain = Chain::arrange(&all, Some(&key))?;
            // An intermediate at its end is as it should be: clients have the root.
            if let (Some(issuer), [own]) = (chain.missing(), &chain.certificates[..]) {
                let of = called(own);
                let lacks = format!(
                    "{of} stands alone: the certificate of its issuer {issuer} is not there"
                );
                self.notes.push(lacks);
            }
            let alias = alias.map(str::to_owned).or(own);
            self.add(alias, Some(key), chain.all().cloned().collect());
        }
        self.keep_others(certificates);
        Ok(())
    }

    /// What was trusted where it came from stays that, and nothing else becomes it.
    fn keep_others(&mut self, certificates: Vec<Given>) {
        let chains = self.entries.iter().flat_map(|held| &held.certificates);
        let used: HashSet<Vec<u8>> = chains.map(|one| one.der().to_vec()).collect();
        for given in certificates {
            if given.is_trusted {
                self.add(given.alias, None, vec![given.certificate]);
            } else if !used.contains(given.certificate.der()) {
                self.notes.push(format!(
                    "{} is left out: it is in no key's chain",
                    called(&given.certificate)
                ));
            }
        }
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
        while self.taken.contains_key(&alias.to_lowercase()) {
            // Counted on from the last, since all may have one name.
            let number = self.taken.entry(wanted.to_lowercase()).or_insert(1);
            *number += 1;
            alias = format!("{wanted}-{number}");
        }
        self.taken.insert(alias.to_lowercase(), 1);
        self.entries.push(Held {
            alias,
            key,
            certificates,
        });
    }
}

/// The certificates, each once under each name that it had.
fn certificates(found: &[Document]) -> Result<Vec<Given>> {
    let (mut all, mut seen) = (Vec::new(), HashSet::new());
    for document in found {
        match &document.kind {
            Kind::Certificate => {
                let der = &document.der[..];
                let is_new = seen.insert((None, der));
                let is_newly_called = seen.insert((document.alias.as_deref(), der));
                if is_new || (is_newly_called && document.alias.is_some()) {
                    all.push(Given {
                        alias: document.alias.clone(),
                        certificate: Certificate::from_der(der)?,
                        is_trusted: document.is_trusted,
                    });
                }
            }
            kind if kind.is_private_key() => {}
            other => {
                return Err(Error::new(
                    ErrorKind::WrongKind,
                    format!("the input holds {other}, which is not put into containers here"),
                ));
            }
        }
    }
    Ok(all)
}

/// The certificate that comes right after each key in a container, which has it there on purpose.
fn beside_keys(found: &[Document]) -> Vec<Option<&[u8]>> {
    let keys = found.iter().enumerate();
    keys.filter(|(_, document)| document.kind.is_private_key())
        .map(|(at, key)| {
            let next = found.get(at + 1)?;
            let is_held = matches!(key.place, Place::Entry(_)) && next.kind == Kind::Certificate;
            is_held.then_some(&next.der[..])
        })
        .collect()
}
