//! Revoking the certificate of the local CA itself: its root says so, where the root's key was kept.
//!
//! The root's list is all that tells of it. That lasts as long as the root, since nobody is sure to sign another.

use time::OffsetDateTime;

use super::generation::{Generation, ROOT_CRL};
use super::home::take_turn;
use super::lists::{List, entries, number_after, octets, read_root_list};
use super::{Authority, BACKDATING, Row};
use crate::cert::{Certificate, Issuer};
use crate::crl::{Reason, RevocationListTemplate, Revoked};
use crate::error::{Error, ErrorKind, Result};
use crate::files::{self, Existing, NewFile};
use crate::issue::revocation_list;
use crate::validity::{Validity, to_rfc3339};

impl Generation {
    /// Tells which CA is revoked, the one that issues or one between it and the root, since when and why, as the list of
    /// the root says that lies here.
    ///
    /// Fails with [`ErrorKind::CaBroken`] if that list cannot be read.
    pub fn revocation(&self) -> Result<Option<(&Certificate, OffsetDateTime, Reason)>> {
        if self.intermediates().is_empty() {
            return Ok(None);
        }
        let Some(list) = read_root_list(self)? else {
            return Ok(None);
        };
        for ca in self.intermediates() {
            if let Some((since, reason)) = told_by(&list, ca)? {
                return Ok(Some((ca, since, reason)));
            }
        }
        Ok(None)
    }

    /// Returns what is told of the certificate of its CA, as of one that was issued.
    pub fn row(&self) -> Result<Row> {
        let revoked = self.revocation()?.filter(|(ca, ..)| *ca == self.issuing());
        Ok(Row {
            revoked: revoked.map(|(_, since, reason)| (since, reason)),
            ..Row::of_certificate(self.issuing(), self.name())
        })
    }

    /// Refuses to issue what is revoked with its CA.
    pub(super) fn require_unrevoked(&self) -> Result<()> {
        let Some((ca, since, reason)) = self.revocation()? else {
            return Ok(());
        };
        let told = format!(
            "the CA {} was revoked on {} ({reason}), so that clients would refuse what it issues",
            ca.subject(),
            to_rfc3339(since)
        );
        Err(
            Error::new(ErrorKind::Revoked, told).with_hint(match self.is_requested() {
                true => "ask for its successor: certwright ca rotate --request FILE",
                false => "make its successor: certwright ca rotate",
            }),
        )
    }
}

impl Authority {
    /// Returns the generation of which this is the certificate that issues, if there is one.
    pub fn generation_of(
        &self,
        is_meant: impl Fn(&Certificate) -> bool,
    ) -> Result<Option<Generation>> {
        let all = self.generations()?.into_iter();
        let mut whole = all.filter_map(|(_, read)| read.ok());
        Ok(whole.find(|generation| is_meant(generation.issuing())))
    }

    /// Revokes the certificate of a generation's CA on the list of its root. Tells since when and why it is
    /// revoked already, if it is; then nothing is changed.
    pub fn revoke_ca(
        &self,
        generation: &Generation,
        root: &Issuer,
        reason: Reason,
        now: OffsetDateTime,
    ) -> Result<Option<(OffsetDateTime, Reason)>> {
        let _lock = take_turn(self.home())?;
        let place = generation.folder().join(ROOT_CRL);
        let last = read_root_list(generation)?;
        let ca = generation.issuing();
        let earlier = last.as_ref().map(|last| told_by(last, ca)).transpose()?;
        if let Some(earlier) = earlier.flatten() {
            return Ok(Some(earlier));
        }
        let life = root.certificate().validity();
        if life.not_after() < now {
            return Err(ended(root.certificate()));
        }
        let period = Validity::new(now - BACKDATING, life.not_after())?.clipped_to(&life)?;
        let mut revoked = entries(&[], last.as_ref())?;
        revoked.push(Revoked {
            serial: octets(&ca.serial_hex()),
            since: now,
            reason,
        });
        let template = RevocationListTemplate {
            number: number_after(last.as_ref())?,
            this_update: period.not_before(),
            next_update: period.not_after(),
            revoked,
        };
        let list = revocation_list(&template, root)?.to_pem();
        files::write(vec![NewFile::public(place, list)], Existing::Replace)?;
        Ok(None)
    }
}

fn ended(root: &Certificate) -> Error {
    let (subject, end) = (root.subject(), to_rfc3339(root.validity().not_after()));
    let told = format!("{subject} ended on {end}, so that it signs no list any more");
    Error::new(ErrorKind::Expired, told)
        .with_hint("nobody takes what is below it; make a successor: certwright ca rotate")
}

/// What a list tells of a certificate, if that is by its issuer.
fn told_by(list: &List, certificate: &Certificate) -> Result<Option<(OffsetDateTime, Reason)>> {
    if list.decoded.issuer != certificate.issuer_der() {
        return Ok(None);
    }
    let serial = octets(&certificate.serial_hex());
    for entry in list.decoded.entries() {
        let entry = entry?;
        if entry.serial == serial {
            let reason = entry.reason.and_then(Reason::from_code);
            return Ok(Some((entry.since, reason.unwrap_or_default())));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ca::tests::{NOW, foreign, plan};
    use crate::ca::{Plan, Records};
    use crate::crypto::Algorithm;
    use crate::files::faults::failing;
    use crate::issue::{Signatory, Template, issue};
    use crate::key::PrivateKey;
    use crate::name::Subject;
    use crate::profile::Profile;

    #[test]
    fn the_root_tells_of_it_or_nothing_is_changed() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Plan {
            keep_root_key: true,
            ..plan()
        };
        let (authority, _) = Authority::open_or_create(folder.path(), &kept, NOW).unwrap();
        let current = authority.current();
        let root = current.unlock_root(None).unwrap();
        let revoke = |reason| authority.revoke_ca(current, &root, reason, NOW);
        let late = root.certificate().validity().not_after() + time::Duration::SECOND;
        let error = authority.revoke_ca(current, &root, Reason::Superseded, late);
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Expired);
        for step in 0.. {
            let (done, _) = failing(&[(step, step + 1)], || revoke(Reason::CaCompromise));
            let told = current.revocation().unwrap();
            assert_eq!(done.is_ok(), told.is_some(), "{step}");
            if done.is_ok() {
                break;
            }
            authority.unlock(None, NOW).unwrap();
        }
        let told = Some((NOW, Reason::CaCompromise));
        assert_eq!(current.row().unwrap().revoked, told);
        assert_eq!(revoke(Reason::Superseded).unwrap(), told);
        let error = authority.unlock(None, NOW).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Revoked);
        // Its own lists are made still, and its successor issues.
        let (issuer, _) = current.unlock(None).unwrap();
        let lifetime = crate::validity::Lifetime::days(9);
        let lists = authority
            .next_lists(current, &issuer, lifetime, NOW)
            .unwrap();
        assert_eq!((lists.issued.length, lists.root.unwrap().length), (0, 1));
        let next = Authority::add_generation(folder.path(), &plan(), NOW).unwrap();
        next.unlock(None, NOW).unwrap();
        let error = next.current().unlock_root(None).unwrap_err();
        assert!(
            error.to_string().contains("whose key is not kept"),
            "{error}"
        );
    }
    #[test]
    fn nothing_is_issued_below_a_ca_that_is_revoked() {
        let folder = tempfile::tempdir().unwrap();
        let (root, key) = foreign([1, 6]);
        let root = Issuer::new(root, key).unwrap();
        let below = |issuer: &Issuer, name: &str, length: u8| {
            let key = PrivateKey::generate(Algorithm::P256).unwrap();
            let template = Template {
                profile: Profile::intermediate(length, None),
                subject: Subject::common_name(name).unwrap(),
                names: Vec::new(),
                public_key: key.public_key().clone(),
                validity: root.certificate().validity(),
            };
            let made = issue(&template, Signatory::Issuer(issuer)).unwrap();
            (made, key)
        };
        let (middle, key) = below(&root, "middle", 1);
        let (own, key) = below(&Issuer::new(middle.clone(), key).unwrap(), "own", 0);
        let chain = [own, middle.clone(), root.certificate().clone()];
        let records = Records::default();
        let authority = Authority::import(folder.path(), &chain, key, None, &records, NOW).unwrap();
        authority.unlock(None, NOW).unwrap();
        let template = RevocationListTemplate {
            number: 1,
            this_update: NOW,
            next_update: NOW + time::Duration::DAY,
            revoked: vec![Revoked {
                serial: octets(&middle.serial_hex()),
                since: NOW,
                reason: Reason::CaCompromise,
            }],
        };
        let list = revocation_list(&template, &root).unwrap();
        authority.import_lists(&[list.der().to_vec()], NOW).unwrap();
        let told = authority.current().revocation().unwrap();
        assert_eq!(told, Some((&middle, NOW, Reason::CaCompromise)));
        // Its own certificate is on no list.
        assert_eq!(authority.current().row().unwrap().revoked, None);
        let error = authority.unlock(None, NOW).unwrap_err();
        assert!(
            error.to_string().contains("CN=middle was revoked on"),
            "{error}"
        );
    }
}
