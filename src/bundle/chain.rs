//! A key's certificate and its issuers, put in order out of what lies together.

use crate::cert::Certificate;
use crate::error::{Error, ErrorKind, Result};
use crate::key::PrivateKey;
use crate::name::FoldedName;

/// Certificates in the order in which servers send them, and what became of the rest.
#[derive(Debug, Default)]
pub struct Chain {
    /// The end entity first, then each one's issuer, up to a root if there is one.
    pub certificates: Vec<Certificate>,
    /// What certifies none of them.
    pub superfluous: Vec<Certificate>,
}

impl Chain {
    /// Begins with the certificate of a key, and looks for its issuers.
    ///
    /// Fails with [`ErrorKind::KeyMismatch`] if the key belongs to none of the certificates.
    pub fn of_key(key: &PrivateKey, all: Vec<Certificate>) -> Result<Self> {
        let belongs = |certificate: &Certificate| certificate.require_key(key).is_ok();
        match (all.iter().position(belongs), &all[..]) {
            (Some(first), _) => Ok(Self::starting(first, all)),
            (None, [one]) => Err(one.require_key(key).err().unwrap_or_else(no_certificate)),
            (None, []) => Err(no_certificate()),
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

    /// Begins with what issued no other certificate, the first if there are several.
    pub fn of(all: Vec<Certificate>) -> Self {
        let issuers: Vec<_> = all
            .iter()
            .filter(|certificate| !certificate.is_self_issued())
            .filter_map(|certificate| FoldedName::from_der(certificate.issuer_der()))
            .collect();
        let issued_another = |certificate: &Certificate| {
            FoldedName::from_der(certificate.subject_der())
                .is_some_and(|name| issuers.contains(&name))
        };
        let first = all
            .iter()
            .position(|certificate| !issued_another(certificate));
        Self::starting(first.unwrap_or(0), all)
    }

    fn starting(first: usize, mut rest: Vec<Certificate>) -> Self {
        let (mut certificates, mut checks) = (Vec::new(), 0);
        let mut next = (first < rest.len()).then_some(first);
        while let Some(at) = next {
            let taken = rest.remove(at);
            rest.retain(|other| *other != taken);
            next = match is_root(&taken) {
                true => None,
                false => issuer_of(&taken, &rest, &mut checks),
            };
            certificates.push(taken);
        }
        Self {
            certificates,
            superfluous: rest,
        }
    }

    /// Takes the root away if it is there and not alone: clients have it or do not believe it.
    pub fn take_root(&mut self) -> Option<Certificate> {
        match &self.certificates[..] {
            [_, .., last] if is_root(last) => self.certificates.pop(),
            _ => None,
        }
    }

    /// Returns the name of the issuer that is not there, if the chain does not end in a root.
    pub fn missing(&self) -> Option<String> {
        let last = self.certificates.last().filter(|last| !is_root(last))?;
        Some(crate::name::Subject::from_der(last.issuer_der()).to_string())
    }
}

/// Finds who signed a certificate, among those that have its issuer's name.
fn issuer_of(certificate: &Certificate, all: &[Certificate], checks: &mut usize) -> Option<usize> {
    let name = FoldedName::from_der(certificate.issuer_der())?;
    all.iter().position(|issuer| {
        let is_named = FoldedName::from_der(issuer.subject_der()).as_ref() == Some(&name);
        *checks += usize::from(is_named);
        is_named
            && *checks <= MAX_CHECKS
            && certificate.verify_signed_by(issuer.public_key()).is_ok()
    })
}

fn is_root(certificate: &Certificate) -> bool {
    certificate.is_self_issued()
        && certificate
            .verify_signed_by(certificate.public_key())
            .is_ok()
}

fn no_certificate() -> Error {
    Error::new(
        ErrorKind::WrongKind,
        "there is a private key, and no certificate that it belongs to",
    )
}

/// Signatures checked for one chain: as many as `verify` allows a whole search (docs/defaults.md).
const MAX_CHECKS: usize = 100;

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::cert::Issuer;
    use crate::crypto::Algorithm;
    use crate::issue::{Signatory, Template, issue};
    use crate::name::Subject;
    use crate::profile::{Profile, Purposes};
    use crate::validity::{Lifetime, Validity};

    fn template(profile: Profile, key: &PrivateKey, name: &str) -> Template {
        let names = match profile.is_authority() {
            true => Vec::new(),
            false => vec![name.parse().unwrap()],
        };
        Template {
            profile,
            subject: Subject::common_name(name).unwrap(),
            names,
            public_key: key.public_key().clone(),
            validity: Validity::starting(datetime!(2026-11-21 12:00 UTC), Lifetime::days(9))
                .unwrap(),
        }
    }

    /// A key, and its certificate, intermediate and root.
    fn made() -> (PrivateKey, [Certificate; 3]) {
        let key = || PrivateKey::generate(Algorithm::P256).unwrap();
        let (top, middle, own) = (key(), key(), key());
        let root = template(Profile::root(Some(1), None), &top, "root");
        let root = issue(&root, Signatory::Itself(&top)).unwrap();
        let top = Issuer::new(root.clone(), top).unwrap();
        let between = template(Profile::intermediate(None), &middle, "between");
        let between = issue(&between, Signatory::Issuer(&top)).unwrap();
        let middle = Issuer::new(between.clone(), middle).unwrap();
        let leaf = template(Profile::leaf(Purposes::ALL), &own, "a.test");
        let leaf = issue(&leaf, Signatory::Issuer(&middle)).unwrap();
        (own, [leaf, between, root])
    }

    #[test]
    fn whatever_the_order_the_chain_is_in_order() {
        let (key, chain) = made();
        let (_, [stranger, ..]) = made();
        let [leaf, between, root] = chain.clone();
        let mixed = vec![root.clone(), stranger.clone(), between, leaf.clone(), leaf];
        let mut found = Chain::of_key(&key, mixed).unwrap();
        assert_eq!(found.certificates, chain);
        assert_eq!(found.superfluous, [stranger]);
        assert_eq!(found.missing(), None);
        assert_eq!(found.take_root(), Some(root));
        assert_eq!(found.missing().as_deref(), Some("CN=root"));
    }

    #[test]
    fn without_a_key_it_begins_with_what_issued_nothing() {
        let (_, [leaf, between, root]) = made();
        let found = Chain::of(vec![root.clone(), between.clone(), leaf.clone()]);
        assert_eq!(found.certificates, [leaf, between, root.clone()]);
        let mut alone = Chain::of(vec![root.clone()]);
        assert_eq!(alone.take_root(), None, "a root alone is what is wanted");
        assert_eq!(Chain::of(Vec::new()).certificates, []);
    }

    #[test]
    fn an_issuer_is_who_signed_and_not_who_has_the_name() {
        let (_, [leaf, between, _]) = made();
        let (_, [_, namesake, _]) = made();
        let found = Chain::of(vec![leaf.clone(), namesake.clone(), between.clone()]);
        assert_eq!(found.certificates, [leaf, between]);
        assert_eq!(found.superfluous, [namesake]);
    }

    #[test]
    fn a_key_of_another_certificate_is_refused() {
        let (_, [leaf, between, _]) = made();
        let stranger = PrivateKey::generate(Algorithm::P256).unwrap();
        let refused = |all| Chain::of_key(&stranger, all).unwrap_err().to_string();
        assert_eq!(
            refused(vec![leaf.clone()]),
            "the private key (ECDSA P-256) does not belong to the certificate of CN=a.test (ECDSA P-256)"
        );
        assert_eq!(
            refused(vec![leaf, between]),
            "the private key (ECDSA P-256) belongs to none of the 2 certificates"
        );
    }
}
