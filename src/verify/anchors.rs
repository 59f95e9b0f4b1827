//! The certificates that are trusted from the start.

use std::collections::{HashMap, HashSet};

use crate::der;
use crate::name::FoldedName;

/// Trust anchors (RFC 5280 §6.1.1 (d)), found by name.
#[derive(Clone, Debug, Default)]
pub struct Anchors {
    all: Vec<Vec<u8>>,
    by_name: HashMap<FoldedName, Vec<usize>>,
    known: HashSet<Vec<u8>>,
}

impl Anchors {
    /// Takes certificates, in DER. What has no readable subject can be found by nobody, and is left out.
    pub fn new(certificates: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let mut this = Self::default();
        for certificate in certificates {
            let subject = name_pair(&certificate).map(|(_, subject)| subject);
            let Some(name) = subject.and_then(FoldedName::from_der) else {
                continue;
            };
            if !this.known.insert(certificate.clone()) {
                continue;
            }
            let places = this.by_name.entry(name).or_default();
            places.push(this.all.len());
            this.all.push(certificate);
        }
        this
    }

    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Tells whether there are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Tells whether a certificate is one of them.
    pub fn contains(&self, certificate: &[u8]) -> bool {
        self.known.contains(certificate)
    }

    /// Returns the places of those of a name.
    pub(super) fn named(&self, name: &FoldedName) -> Vec<usize> {
        self.by_name.get(name).cloned().unwrap_or_default()
    }

    /// Returns one by its place, in DER.
    pub(super) fn der(&self, place: usize) -> &[u8] {
        &self.all[place]
    }
}

/// Returns the `Name`s of issuer and subject, in DER, without a look at anything else.
pub fn name_pair(certificate: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut outer = der::only(certificate).ok()?.open(der::SEQUENCE).ok()?;
    let mut fields = outer.element().ok()?.open(der::SEQUENCE).ok()?;
    if fields.peek() == Some(der::context_constructed(0)) {
        fields.element().ok()?;
    }
    let (_serial, _algorithm) = (fields.element().ok()?, fields.element().ok()?);
    let issuer = fields.element().ok()?;
    let _validity = fields.element().ok()?;
    Some((issuer.raw, fields.element().ok()?.raw))
}
