//! A chain made of certificates in any order: the server's own first, then its issuers.

use super::Certificate;
use crate::error::{Error, ErrorKind, Result};
use crate::key::PrivateKey;

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
    /// Fails with [`ErrorKind::KeyMismatch`] if the key belongs to none, with [`ErrorKind::WrongKind`] if
    /// there is none, and with [`ErrorKind::TooLarge`] beyond `MAX_CERTIFICATES`.
    pub fn arrange(found: &[Certificate], key: Option<&PrivateKey>) -> Result<Self> {
        if found.len() > MAX_CERTIFICATES {
            let many = format!(
                "{} certificates are no chain; at most {MAX_CERTIFICATES} are looked at",
                found.len()
            );
            return Err(Error::new(ErrorKind::TooLarge, many));
        }
        let likeliest = found.iter().position(|of| !issued_another(of, found));
        let first = found.get(likeliest.unwrap_or(0)).ok_or_else(|| {
            Error::new(
                ErrorKind::WrongKind,
                "there is no certificate to begin a chain with",
            )
        })?;
        let own = match key {
            Some(key) => match found.iter().find(|of| of.require_key(key).is_ok()) {
                Some(own) => own,
                None => return Err(first.require_key(key).expect_err("it belongs to none")),
            },
            None => first,
        };
        let at = found.iter().position(|of| of == own).unwrap_or(0);
        let mut left = found.to_vec();
        let mut this = Self {
            certificates: vec![left.remove(at)],
            root: None,
            superfluous: Vec::new(),
            was_in_order: false,
        };
        this.climb(&mut left);
        this.superfluous = left;
        let arranged = this.certificates.iter().chain(&this.root);
        this.was_in_order = arranged
            .zip(found)
            .all(|(arranged, found)| arranged == found);
        Ok(this)
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
        while self.root.is_none() {
            let top = &self.certificates[self.certificates.len() - 1];
            if issued(top, top) {
                self.root = Some(top.clone());
                break;
            }
            let Some(at) = left.iter().position(|above| issued(above, top)) else {
                break;
            };
            let above = left.remove(at);
            match issued(&above, &above) {
                true => self.root = Some(above),
                false => self.certificates.push(above),
            }
        }
    }
}

fn issued_another(issuer: &Certificate, all: &[Certificate]) -> bool {
    let mut others = all.iter().filter(|other| *other != issuer);
    others.any(|other| other.issuer_der() == issuer.subject_der())
}

/// By the signature, since names may come twice.
fn issued(issuer: &Certificate, certificate: &Certificate) -> bool {
    issuer.subject_der() == certificate.issuer_der()
        && certificate.verify_signed_by(issuer.public_key()).is_ok()
}

/// Java takes chains of ten, and everybody else hardly more; each may cost as many signatures as there are.
const MAX_CERTIFICATES: usize = 50;

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
        assert_eq!(chain.complete([root.clone(), middle.clone()]), [middle]);
        assert_eq!(chain.root, Some(root));
    }

    #[test]
    fn a_certificate_that_signs_itself_is_its_own_root() {
        let (_, [.., root]) = three();
        let chain = Chain::arrange(from_ref(&root), None).unwrap();
        assert_eq!(chain.certificates, from_ref(&root));
        assert_eq!(chain.root, Some(root));
    }

    #[test]
    fn what_is_no_chain_is_refused() {
        let (_, [leaf, ..]) = three();
        let (key, _) = three();
        let kind = |found: &[Certificate], key| Chain::arrange(found, key).unwrap_err().kind();
        assert_eq!(kind(&[], None), ErrorKind::WrongKind);
        assert_eq!(kind(from_ref(&leaf), Some(&key)), ErrorKind::KeyMismatch);
        assert_eq!(
            kind(&vec![leaf; MAX_CERTIFICATES + 1], None),
            ErrorKind::TooLarge
        );
    }
}
