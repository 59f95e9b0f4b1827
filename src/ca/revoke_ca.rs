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
    /// Tells since when and why the CA that issues is revoked, as the list of its root says that lies here.
    ///
    /// Fails with [`ErrorKind::CaBroken`] if that list cannot be read.
    pub fn revocation(&self) -> Result<Option<(OffsetDateTime, Reason)>> {
        let Some(issuing) = self.intermediates().first() else {
            return Ok(None);
        };
        match read_root_list(self)? {
            Some(list) => told_by(&list, issuing),
            None => Ok(None),
        }
    }

    /// Returns what is told of the certificate of its CA, as of one that was issued.
    pub fn row(&self) -> Result<Row> {
        Ok(Row {
            revoked: self.revocation()?,
            ..Row::of_certificate(self.issuing(), self.name())
        })
    }

    /// Refuses to issue what is revoked with its CA.
    pub(super) fn require_unrevoked(&self) -> Result<()> {
        let Some((since, reason)) = self.revocation()? else {
            return Ok(());
        };
        let told = format!(
            "the CA {} was revoked on {} ({reason}), so that clients would refuse what it issues",
            self.issuing().subject(),
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
    use crate::ca::Plan;
    use crate::ca::tests::{NOW, plan};
    use crate::files::faults::failing;

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
}
