//! A chain made of certificates in any order: the server's own first, then its issuers.

use std::collections::HashSet;

use super::Certificate;
use crate::error::{Error, ErrorKind, Result};
use crate::key::PrivateKey;
use crate::name::Subject;

/// A certificate, its issuers as far as they were found, and what was found beside.
#[derive(Clone, Debug)]
pub struct Chain {
    /// The end entity's certificate and after it the intermediates, without the root.
    pub certificates: Vec<Certificate>,
    /// The root, if it was found; of what signs itself, that.
    pub root: Option<Certificate>,
    /// What belongs to other chains, or is there twice.
    pub superfluous: Vec<Certificate>,
    /// Whether the certificates stood in this order.
    pub was_in_order: bool,
}

impl Chain {
    /// Puts certificates in order, beginning with the one that a key belongs to; without a key with the first
    /// that issued no other.
    ///
    /// Fails with [`ErrorKind::KeyMismatch`] if the key belongs to none, and with [`ErrorKind::WrongKind`] if
    /// there is none.
    pub fn arrange(found: &[Certificate], key: Option<&PrivateKey>) -> Result<Self> {
        if found.is_empty() {
            let none = "there is no certificate to begin a chain with";
            return Err(Error::new(ErrorKind::WrongKind, none));
        }
        let at = match key {
            Some(key) => of_key(found, key)?,
            None => likeliest(found),
        };
        let mut left = found.to_vec();
        let mut this = Self {
            certificates: vec![left.remove(at)],
            root: None,
            superfluous: Vec::new(),
            was_in_order: false,
        };
        this.climb(&mut left);
        this.superfluous = left;
        let was_in_order = this.all().zip(found).all(|(one, found)| one == found);
        this.was_in_order = was_in_order;
        Ok(this)
    }

    /// All of it, with the root at its end; of what signs itself, that alone.
    pub fn all(&self) -> impl Iterator<Item = &Certificate> {
        let own = self.certificates.first();
        let root = self.root.iter().filter(move |root| own != Some(root));
        self.certificates.iter().chain(root)
    }

    /// Returns the name of the issuer that is not there, if no root is.
    pub fn missing(&self) -> Option<Subject> {
        let top = self.certificates.last().filter(|_| self.root.is_none())?;
        Some(Subject::from_der(top.issuer_der()))
    }

    /// Goes on with certificates known from elsewhere, and returns the intermediates that were lacking.
    pub fn complete(&mut self, known: impl IntoIterator<Item = Certificate>) -> &[Certificate] {
        let before = self.certificates.len();
        let mut known: Vec<_> = known.into_iter().collect();
        self.climb(&mut known);
        &self.certificates[before..]
    }

    /// Each step takes one away, so that it ends however certificates issued each other.
    fn climb(&mut self, left: &mut Vec<Certificate>) {
        let mut checks = 0;
        while self.root.is_none() {
            let top = &self.certificates[self.certificates.len() - 1];
            if issued(top, top) {
                self.root = Some(top.clone());
                break;
            }
            let above = left.iter().position(|above| {
                let is_named = above.subject_der() == top.issuer_der();
                checks += usize::from(is_named);
                is_named && checks <= MAX_CHECKS && issued(above, top)
            });
            let Some(above) = above.map(|at| left.remove(at)) else {
                break;
            };
            match issued(&above, &above) {
                true => self.root = Some(above),
                false => self.certificates.push(above),
            }
        }
    }
}

fn of_key(found: &[Certificate], key: &PrivateKey) -> Result<usize> {
    let belongs = |of: &Certificate| of.require_key(key).is_ok();
    match (found.iter().position(belongs), found) {
        (Some(at), _) => Ok(at),
        (None, [one]) => one.require_key(key).map(|()| 0),
        (None, several) => Err(Error::new(
            ErrorKind::KeyMismatch,
            format!(
                "the private key ({}) belongs to none of the {} certificates",
                key.public_key().kind(),
                several.len()
            ),
        )),
    }
}

/// The place of the first that issued no other; of the first of all, where each issued one.
fn likeliest(found: &[Certificate]) -> usize {
    let others = found.iter().filter(|of| !of.is_self_issued());
    let issuers: HashSet<&[u8]> = others.map(Certificate::issuer_der).collect();
    let issued_none = |of: &Certificate| !issuers.contains(of.subject_der());
    found.iter().position(issued_none).unwrap_or(0)
}

/// By the signature, since names may come twice.
fn issued(issuer: &Certificate, certificate: &Certificate) -> bool {
    issuer.subject_der() == certificate.issuer_der()
        && certificate.verify_signed_by(issuer.public_key()).is_ok()
}

/// As many signatures as `verify` allows for a whole search (docs/defaults.md).
const MAX_CHECKS: usize = 100;

#[cfg(test)]
mod tests {
    use std::slice::from_ref;

    use super::*;
    use crate::cert::forge::Draft;
    use crate::crypto::Algorithm;

    /// A leaf with its key, an intermediate, and the root.
    fn three() -> (PrivateKey, [Certificate; 3]) {
        let key = || PrivateKey::generate(Algorithm::P256).unwrap();
        let (leaf, middle, root) = (key(), key(), key());
        let certificate = |draft: Draft, by| Certificate::from_der(&draft.to_der(by)).unwrap();
        let root_certificate = certificate(Draft::root(root.public_key()), &root);
        let mut drafted = Draft::authority("Middle", middle.public_key(), root.public_key());
        drafted.issuer = root_certificate.subject_der().to_vec();
        let middle_certificate = certificate(drafted, &root);
        let mut drafted = Draft::leaf(leaf.public_key(), middle.public_key());
        drafted.issuer = middle_certificate.subject_der().to_vec();
        let leaf_certificate = certificate(drafted, &middle);
        (
            leaf,
            [leaf_certificate, middle_certificate, root_certificate],
        )
    }

    #[test]
    fn every_order_comes_out_the_same() {
        let (key, [leaf, middle, root]) = three();
        let all = [&leaf, &middle, &root];
        for order in [
            [0, 1, 2],
            [0, 2, 1],
            [1, 0, 2],
            [1, 2, 0],
            [2, 0, 1],
            [2, 1, 0],
        ] {
            let found = order.map(|at| all[at].clone());
            for key in [None, Some(&key)] {
                let chain = Chain::arrange(&found, key).unwrap();
                assert_eq!(
                    chain.certificates,
                    [leaf.clone(), middle.clone()],
                    "{order:?}"
                );
                assert_eq!(chain.root.as_ref(), Some(&root));
                assert_eq!(chain.was_in_order, order == [0, 1, 2]);
                assert!(chain.superfluous.is_empty());
            }
        }
    }

    #[test]
    fn what_lacks_is_taken_from_elsewhere_and_what_is_too_much_told() {
        let (key, [leaf, middle, root]) = three();
        let (_, [other, ..]) = three();
        let found = [other.clone(), leaf.clone(), leaf.clone()];
        let mut chain = Chain::arrange(&found, Some(&key)).unwrap();
        assert_eq!(chain.certificates, from_ref(&leaf));
        assert_eq!(chain.superfluous, [other, leaf]);
        assert_eq!(chain.root, None);
        assert_eq!(chain.missing().unwrap().to_der(), middle.subject_der());
        assert_eq!(chain.complete([root.clone(), middle.clone()]), [middle]);
        assert_eq!(chain.root, Some(root));
    }

    #[test]
    fn a_certificate_that_signs_itself_is_its_own_root() {
        let (_, [.., root]) = three();
        let chain = Chain::arrange(from_ref(&root), None).unwrap();
        assert_eq!(chain.certificates, from_ref(&root));
        assert_eq!(chain.all().count(), 1);
        assert_eq!(chain.missing(), None);
        assert_eq!(chain.root, Some(root));
    }

    #[test]
    fn what_is_no_chain_is_refused() {
        let (_, [leaf, ..]) = three();
        let (key, _) = three();
        let kind = |found: &[Certificate], key| Chain::arrange(found, key).unwrap_err().kind();
        assert_eq!(kind(&[], None), ErrorKind::WrongKind);
        assert_eq!(kind(&[], Some(&key)), ErrorKind::WrongKind);
        for count in 1..3 {
            let found = vec![leaf.clone(); count];
            assert_eq!(kind(&found, Some(&key)), ErrorKind::KeyMismatch);
        }
    }
}
