//! Which certificates lead from a CA to its root, of those that were given in any order.

use std::cmp::Reverse;

use time::OffsetDateTime;

use super::retire::is_by;
use crate::cert::Certificate;
use crate::error::{Error, ErrorKind, Result};
use crate::name::Subject;
use crate::validity::to_rfc3339;

/// The ways to roots through certificates that were given. The order in which they were does not matter.
pub(super) struct Chains<'a> {
    given: &'a [Certificate],
    now: OffsetDateTime,
    /// How many signatures may be looked at yet.
    left: usize,
}

impl<'a> Chains<'a> {
    pub(super) fn new(given: &'a [Certificate], now: OffsetDateTime) -> Self {
        let left = MAX_SIGNATURES;
        Self { given, now, left }
    }

    /// Finds the certificates from one to a root, the shortest way first where a root is cross-signed.
    ///
    /// Fails with [`ErrorKind::CaBroken`] if they do not lead to a self-signed one, with
    /// [`ErrorKind::OutOfScope`], [`ErrorKind::WrongKind`] and [`ErrorKind::Expired`] if no client takes what comes
    /// of them, and with [`ErrorKind::TooLarge`] if they are so many that this was not found out.
    pub(super) fn up_to_root(&mut self, own: &Certificate) -> Result<Vec<Certificate>> {
        if self.given.len() > MAX_GIVEN {
            return Err(too_many());
        }
        let mut faults = Faults::default();
        let mut chain = vec![own.clone()];
        match self.extend(&mut chain, &mut faults)? {
            true => Ok(chain),
            false => Err(faults.told(own)),
        }
    }

    /// Goes on from the last certificate of a chain; tells whether it came to a root.
    fn extend(&mut self, chain: &mut Vec<Certificate>, faults: &mut Faults) -> Result<bool> {
        let last = chain[chain.len() - 1].clone();
        if last.is_self_issued() && self.is_signed_by(&last, &last)? {
            let sound = issued_within(chain).and_then(|()| require_valid(chain, self.now));
            return Ok(sound
                .map_err(|fault| faults.at_root.get_or_insert(fault))
                .is_ok());
        }
        let mut fault: Option<fn(&Certificate) -> Error> = None;
        for next in self.issuers(&last) {
            if chain.contains(next) {
                continue;
            }
            if !self.is_signed_by(&last, next)? {
                fault.get_or_insert(another_key);
                continue;
            }
            if chain.len() == MAX_LENGTH {
                fault = Some(too_long);
                break;
            }
            chain.push(next.clone());
            if self.extend(chain, faults)? {
                return Ok(true);
            }
            chain.pop();
        }
        let fault = fault.unwrap_or(missing);
        faults.missing.get_or_insert_with(|| fault(&last));
        Ok(false)
    }

    /// Those that may have signed it: roots before what another signed for the same key, and then what lasts longest.
    fn issuers(&self, certificate: &Certificate) -> Vec<&'a Certificate> {
        let given = self.given.iter();
        let mut found: Vec<&Certificate> = given.filter(|it| is_by(certificate, it)).collect();
        found.sort_by_cached_key(|it| (!it.is_self_issued(), latest_first(it)));
        found.dedup();
        found
    }

    fn is_signed_by(&mut self, certificate: &Certificate, issuer: &Certificate) -> Result<bool> {
        self.left = self.left.checked_sub(1).ok_or_else(too_many)?;
        Ok(certificate.verify_signed_by(issuer.public_key()).is_ok())
    }
}

/// Why no way leads to a root that clients take.
#[derive(Default)]
struct Faults {
    /// Of the first that came to one.
    at_root: Option<Error>,
    /// Of the first that did not.
    missing: Option<Error>,
}

impl Faults {
    fn told(self, own: &Certificate) -> Error {
        let fault = self.at_root.or(self.missing);
        fault.unwrap_or_else(|| missing(own))
    }
}

/// Orders certificates by their ends; of two that end together the bytes decide, so that the order is always one.
pub(super) fn latest_first(certificate: &Certificate) -> (Reverse<OffsetDateTime>, Vec<u8>) {
    let end = certificate.validity().not_after();
    (Reverse(end), certificate.der().to_vec())
}

/// The first that is sound; if none is, the fault of the first.
pub(super) fn first_sound<T>(found: impl IntoIterator<Item = Result<T>>) -> Result<T> {
    let mut fault = None;
    for one in found {
        match one {
            Ok(sound) => return Ok(sound),
            Err(error) => fault = fault.or(Some(error)),
        }
    }
    Err(fault.unwrap_or_else(|| Error::new(ErrorKind::NotFound, "there is no certificate")))
}

/// What nobody takes now is not to displace a CA that works.
pub(super) fn require_valid(chain: &[Certificate], now: OffsetDateTime) -> Result<()> {
    match chain.iter().find(|ca| !ca.validity().contains(now)) {
        None => Ok(()),
        Some(ca) => Err(Error::new(
            ErrorKind::Expired,
            format!(
                "{} is valid from {}, and now is {}, so nobody would take what it issues",
                ca.subject(),
                ca.validity(),
                to_rfc3339(now)
            ),
        )
        .with_hint("take a CA that is valid, or make one: certwright ca init")),
    }
}

/// What may not issue, or has no room below it, spoils whatever comes of it (RFC 5280 §4.2.1.9).
pub(super) fn issued_within(chain: &[Certificate]) -> Result<()> {
    let mut below = 0;
    for (ca, issuer) in chain.iter().zip(&chain[1..]) {
        if !issuer.is_authority() {
            let told = format!(
                "{} signed {}, and is no CA that may",
                issuer.subject(),
                ca.subject()
            );
            return Err(Error::new(ErrorKind::WrongKind, told)
                .with_hint("no client takes it; have it signed by a CA"));
        }
        below += u32::from(!ca.is_self_issued());
        if let Some(allowed) = issuer.path_length().filter(|allowed| *allowed < below) {
            let told = format!(
                "the path length of {} allows {allowed} CAs below it, and {} is number {below}",
                issuer.subject(),
                chain[0].subject()
            );
            return Err(Error::new(ErrorKind::OutOfScope, told)
                .with_hint("no client takes it; have it signed by a CA that allows more"));
        }
    }
    Ok(())
}

fn missing(last: &Certificate) -> Error {
    let told = format!(
        "the certificate of {}, which signed {}, is missing",
        Subject::from_der(last.issuer_der()),
        last.subject()
    );
    Error::new(ErrorKind::CaBroken, told)
        .with_hint("give the certificates up to the root: --chain FILE")
}

fn another_key(last: &Certificate) -> Error {
    let told = format!(
        "the certificate that is given of {} is for another key than that which signed {}",
        Subject::from_der(last.issuer_der()),
        last.subject()
    );
    Error::new(ErrorKind::CaBroken, told)
        .with_hint("give the certificates up to the root: --chain FILE")
}

fn too_long(last: &Certificate) -> Error {
    let told = format!(
        "{} is the last of {MAX_LENGTH} certificates that were followed from the CA towards its root, and no root either",
        last.subject()
    );
    Error::new(ErrorKind::TooLarge, told)
        .with_hint("have the CA signed by one that is nearer to its root")
}

fn too_many() -> Error {
    let told = "the certificates given sign each other in so many ways that none was found to lead to a root";
    Error::new(ErrorKind::TooLarge, told).with_hint(
        "give the CA's certificate and those that lead from it to its root, and no others",
    )
}

/// More than all the roots that a system trusts, of which there are some 150.
const MAX_GIVEN: usize = 1000;
/// Certificates from a CA to its root. Java follows five CAs, and OpenSSL a hundred; no CA has ten above it.
const MAX_LENGTH: usize = 10;
/// A root that is cross-signed several times takes some ten; more is made to cost time.
const MAX_SIGNATURES: usize = 200;

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::*;
    use crate::ca::tests::{NOW, foreign};
    use crate::cert::Issuer;
    use crate::crypto::Algorithm;
    use crate::issue::{Signatory, Template, issue};
    use crate::key::PrivateKey;
    use crate::profile::Profile;
    use crate::validity::{Lifetime, Validity};

    struct Ca {
        name: &'static str,
        key: PrivateKey,
    }

    impl Ca {
        fn new(name: &'static str) -> Self {
            let key = PrivateKey::generate(Algorithm::P256).unwrap();
            Self { name, key }
        }

        /// A certificate for it, by another or by itself.
        fn by(&self, issuer: &Self, days: u32) -> Certificate {
            let template = |ca: &Self, days| Template {
                profile: Profile::root(None, None),
                subject: Subject::common_name(ca.name).unwrap(),
                names: Vec::new(),
                public_key: ca.key.public_key().clone(),
                validity: Validity::starting(NOW, Lifetime::days(days)).unwrap(),
            };
            if std::ptr::eq(self, issuer) {
                return issue(&template(self, days), Signatory::Itself(&self.key)).unwrap();
            }
            let own = issue(&template(issuer, 900), Signatory::Itself(&issuer.key)).unwrap();
            let key = issuer.key.to_der(Default::default()).unwrap();
            let own = Issuer::new(own, PrivateKey::from_pkcs8(&key).unwrap()).unwrap();
            issue(&template(self, days), Signatory::Issuer(&own)).unwrap()
        }
    }

    /// Each order in which they can be given.
    fn orders(certificates: &[Certificate]) -> Vec<Vec<Certificate>> {
        if certificates.is_empty() {
            return vec![Vec::new()];
        }
        let mut all = Vec::new();
        for at in 0..certificates.len() {
            let mut rest = certificates.to_vec();
            let first = rest.remove(at);
            all.extend(orders(&rest).into_iter().map(|mut order| {
                order.insert(0, first.clone());
                order
            }));
        }
        all
    }

    fn found(own: &Certificate, given: &[Certificate], days: i64) -> Result<Vec<Certificate>> {
        Chains::new(given, NOW + Duration::days(days)).up_to_root(own)
    }

    #[test]
    fn a_chain_is_found_in_any_order() {
        let (own, x, y) = (Ca::new("own"), Ca::new("x"), Ca::new("y"));
        let (own, cross) = (own.by(&x, 300), x.by(&y, 200));
        let (x, y) = (x.by(&x, 100), y.by(&y, 300));
        let all = [own.clone(), cross.clone(), x.clone(), y.clone()];
        // The root of its own is gone by then.
        let long = [own.clone(), cross.clone(), y.clone()];
        for given in orders(&all) {
            assert_eq!(found(&own, &given, 1).unwrap(), [own.clone(), x.clone()]);
            assert_eq!(found(&own, &given, 150).unwrap(), long);
        }
        for given in orders(&[own.clone(), cross.clone(), x.clone()]) {
            assert_eq!(found(&own, &given, 1).unwrap(), [own.clone(), x.clone()]);
            let error = found(&own, &given, 150).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Expired);
        }
        for given in orders(&[own.clone(), cross]) {
            let error = found(&own, &given, 1).unwrap_err();
            assert_eq!(
                error.to_string(),
                "the certificate of CN=y, which signed CN=x, is missing"
            );
        }
        assert_eq!(found(&x, &[], 1).unwrap(), std::slice::from_ref(&x));
    }

    #[test]
    fn what_is_given_is_not_told_as_missing() {
        let names = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"].map(Ca::new);
        let signed = names.windows(2).map(|pair| pair[1].by(&pair[0], 9));
        let mut given: Vec<Certificate> = signed.collect();
        given.push(names[0].by(&names[0], 9));
        assert_eq!(found(&given[8], &given, 1).unwrap().len(), MAX_LENGTH);
        let error = found(&given[9], &given, 1).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge);
        let told = error.to_string();
        assert!(told.starts_with("CN=1 is the last of 10"), "{told}");
        // Nothing but the signature tells that it is another.
        let (root, below) = (Ca::new("x"), Ca::new("y"));
        let mut damaged = below.by(&root, 9).der().to_vec();
        *damaged.last_mut().unwrap() ^= 1;
        let damaged = Certificate::from_der(&damaged).unwrap();
        let error = found(&damaged, &[root.by(&root, 9)], 1).unwrap_err();
        let told = error.to_string();
        assert!(told.contains("is for another key"), "{told}");
    }

    #[test]
    fn cas_that_sign_each_other_end_somewhere() {
        let (x, y) = (Ca::new("x"), Ca::new("y"));
        let given = [x.by(&y, 9), y.by(&x, 9)];
        let error = found(&given[0], &given, 1).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::CaBroken);
        let many: Vec<Certificate> = (1..30)
            .flat_map(|days| [x.by(&y, days), y.by(&x, days)])
            .collect();
        let error = found(&many[0], &many, 0).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge);
        let (stranger, _) = foreign([1, 6]);
        let error = found(&many[0], &vec![stranger; MAX_GIVEN + 1], 0).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge);
    }
}
