//! Certificates, found by their subjects.

use std::collections::{HashMap, HashSet};

use crate::der;
use crate::name::FoldedName;

/// A set of certificates, in DER. They are decoded only once a path may need them: a machine has many roots,
/// and a file may hold a great many certificates.
#[derive(Clone, Debug, Default)]
pub struct Pool {
    all: Vec<Vec<u8>>,
    by_subject: HashMap<FoldedName, Vec<usize>>,
    known: HashSet<Vec<u8>>,
}

impl Pool {
    /// Takes certificates, in DER.
    pub fn new(certificates: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let mut this = Self::default();
        this.extend(certificates);
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

    /// Returns those with a subject, in DER.
    pub(super) fn named<'a>(&'a self, subject: &FoldedName) -> impl Iterator<Item = &'a [u8]> {
        let places = self.by_subject.get(subject).into_iter().flatten();
        places.map(|place| self.all[*place].as_slice())
    }
}

impl Extend<Vec<u8>> for Pool {
    /// Adds certificates, each once. What has no readable subject can be found by nobody, and is left out.
    fn extend<T: IntoIterator<Item = Vec<u8>>>(&mut self, certificates: T) {
        for certificate in certificates {
            let subject = name_pair(&certificate).map(|(_, subject)| subject);
            let Some(name) = subject.and_then(FoldedName::from_der) else {
                continue;
            };
            if self.known.insert(certificate.clone()) {
                let places = self.by_subject.entry(name).or_default();
                places.push(self.all.len());
                self.all.push(certificate);
            }
        }
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
