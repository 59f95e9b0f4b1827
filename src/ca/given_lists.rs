//! Taking in the revocation lists of a CA that was made elsewhere, so that what it revoked stays revoked.

use std::path::Path;

use time::OffsetDateTime;

use super::Authority;
use super::generation::{INTERMEDIATE_CRL, ROOT_CRL};
use super::home::take_turn;
use super::lists::{List, number_after, read_list};
use crate::cert::Certificate;
use crate::crl::DecodedList;
use crate::error::{Error, ErrorKind, Result};
use crate::files::{self, Existing, NewFile};
use crate::name::Subject;

impl Authority {
    /// Takes lists in: the last of what the CA issued, from which the next goes on, and its root's. What
    /// the first tells is entered into the ledger. Tells how many certificates are on each.
    ///
    /// Fails as [`Self::take_records`] does; then nothing was taken in.
    pub(super) fn import_lists(
        &self,
        lists: &[Vec<u8>],
        now: OffsetDateTime,
    ) -> Result<Vec<usize>> {
        if lists.is_empty() {
            return Ok(Vec::new());
        }
        let _lock = take_turn(self.home())?;
        let current = self.current();
        let folder = current.folder();
        let placed = places(lists, current.issuing(), current.root(), Some(folder))?;
        let new = |(name, list): &(&str, List)| NewFile::public(folder.join(name), list.to_pem());
        files::write(placed.iter().map(new).collect(), Existing::Replace)?;
        let ledger = self.ledger()?;
        let told = self.told_by_lists(&ledger, current.name(), now)?;
        ledger.enter_revocations(&told)?;
        Ok(placed.iter().map(|(_, list)| list.length).collect())
    }
}

/// The files of a generation that lists belong into, of several for one the latest. If its folder is there, they have
/// to be later than what that holds.
pub(super) fn places(
    lists: &[Vec<u8>],
    issuing: &Certificate,
    root: &Certificate,
    folder: Option<&Path>,
) -> Result<Vec<(&'static str, List)>> {
    let mut placed: Vec<(&'static str, List)> = Vec::new();
    for der in lists {
        let list = List::from_der(der)?;
        let name = file_of(&list.decoded, issuing, root)?;
        let number = number(&list)?;
        match placed.iter_mut().find(|(other, _)| *other == name) {
            None => placed.push((name, list)),
            Some((_, other)) if self::number(other)? < number => *other = list,
            Some(_) => {}
        }
    }
    for (name, list) in &placed {
        folder.map_or(Ok(()), |folder| require_newer(list, &folder.join(name)))?;
    }
    Ok(placed)
}

/// Where a list belongs, by the CA that signed it.
fn file_of(list: &DecodedList, issuing: &Certificate, root: &Certificate) -> Result<&'static str> {
    require_whole(list)?;
    if is_named(list, root) {
        return require_signed(list, root).map(|()| ROOT_CRL);
    }
    if is_named(list, issuing) {
        return require_signed(list, issuing).map(|()| INTERMEDIATE_CRL);
    }
    let told = format!(
        "the list is by {}, and the CA is {} below {}",
        Subject::from_der(&list.issuer),
        issuing.subject(),
        root.subject()
    );
    Err(Error::new(ErrorKind::NotFound, told)
        .with_hint("give the list of what the CA issued, or its root's"))
}

fn is_named(list: &DecodedList, ca: &Certificate) -> bool {
    let key_id = list.authority_key_id.as_ref();
    list.issuer == ca.subject_der() && key_id.is_none_or(|id| *id == ca.key_identifier())
}

fn require_signed(list: &DecodedList, ca: &Certificate) -> Result<()> {
    let scheme = list.scheme.ok_or_else(|| {
        Error::new(
            ErrorKind::Unsupported,
            "the signature algorithm of the list is not known here",
        )
    })?;
    match ca
        .public_key()
        .verify(scheme, list.signed(), list.signature())?
    {
        true => Ok(()),
        false => Err(Error::new(
            ErrorKind::BadSignature,
            format!("the list is not signed by the key of {}", ca.subject()),
        )),
    }
}

/// What is left out of the next list would be in use again.
fn require_whole(list: &DecodedList) -> Result<()> {
    let scope = &list.scope;
    let is_part = list.base_number.is_some()
        || scope.only_users
        || scope.only_authorities
        || scope.only_attributes
        || scope.reasons.is_some()
        || scope.indirect;
    match is_part {
        false => Ok(()),
        true => Err(Error::new(
            ErrorKind::Unsupported,
            "the list tells of a part of what its CA revoked, or of another's",
        )
        .with_hint("give a list of all that the CA revoked")),
    }
}

/// Numbers go up (RFC 5280 §5.2.3), and nothing that is here is lost.
fn require_newer(list: &List, place: &Path) -> Result<()> {
    let here = match read_list(place) {
        // What cannot be read tells less than any list.
        Err(error) if error.kind() == ErrorKind::CaBroken => None,
        read => read?,
    };
    let Some(here) = here else {
        return Ok(());
    };
    let (given, last) = (number(list)?, number(&here)?);
    // The first list is made with the CA, and nobody had it yet.
    let is_of_use = here.length > 0 || last > 1;
    // What is there already is entered into a ledger that could not be written to before.
    if given > last || !is_of_use || given == last && here.der == list.der {
        return Ok(());
    }
    let told = format!(
        "the list has the number {given}, and the last one here, {}, has {last}",
        place.display()
    );
    Err(Error::new(ErrorKind::InvalidValue, told).with_hint("give the latest list of the CA"))
}

/// The number of a list, from which the next goes on; one without is before all that have one.
fn number(list: &List) -> Result<u64> {
    number_after(Some(list)).map(|next| next - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ca::tests::{NOW, plan};
    use crate::crl::{Reason, RevocationListTemplate, Revoked};
    use crate::issue::revocation_list;

    #[test]
    fn an_empty_list_has_its_place_in_the_order_too() {
        let folder = tempfile::tempdir().unwrap();
        let (authority, _) = Authority::open_or_create(folder.path(), &plan(), NOW).unwrap();
        let (issuer, _) = authority.unlock(None, NOW).unwrap();
        let import = |number| {
            let template = RevocationListTemplate {
                number,
                this_update: NOW,
                next_update: NOW + time::Duration::DAY,
                revoked: Vec::new(),
            };
            let list = revocation_list(&template, &issuer).unwrap();
            authority.import_lists(&[list.der().to_vec()], NOW)
        };
        assert_eq!(import(9).unwrap(), [0]);
        assert_eq!(import(3).unwrap_err().kind(), ErrorKind::InvalidValue);
        assert_eq!(import(10).unwrap(), [0]);
    }

    #[test]
    fn only_whole_and_later_lists_of_the_ca_are_taken() {
        let folder = tempfile::tempdir().unwrap();
        let (authority, _) = Authority::open_or_create(folder.path(), &plan(), NOW).unwrap();
        let (issuer, _) = authority.unlock(None, NOW).unwrap();
        let list = |number| {
            let template = RevocationListTemplate {
                number,
                this_update: NOW,
                next_update: NOW + time::Duration::DAY,
                revoked: vec![Revoked {
                    serial: vec![0x40, 1],
                    since: NOW,
                    reason: Reason::Superseded,
                }],
            };
            revocation_list(&template, &issuer).unwrap().der().to_vec()
        };
        let mut forged = list(7);
        let end = forged.len() - 1;
        forged[end] ^= 1;
        let error = authority.import_lists(&[forged], NOW).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadSignature);
        assert_eq!(authority.import_lists(&[list(7)], NOW).unwrap(), [1]);
        let older = authority.import_lists(&[list(7)], NOW).unwrap_err();
        assert_eq!(older.kind(), ErrorKind::InvalidValue);
        let both = authority.import_lists(&[list(9), list(8)], NOW);
        assert_eq!(both.unwrap(), [1]);
        let kept = read_list(&authority.current().folder().join(INTERMEDIATE_CRL))
            .unwrap()
            .unwrap()
            .der;
        assert_eq!(authority.import_lists(&[kept], NOW).unwrap(), [1]);
        let error = authority.import_lists(&[list(9)], NOW).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidValue);
        // No number could follow.
        let error = authority.import_lists(&[list(u64::MAX)], NOW).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge);
        let generation = authority.current();
        let revoked = authority.ledger().unwrap().revoked(generation.name());
        assert_eq!(revoked.unwrap()[0].serial, "4001");
        // A part of it would let the rest be used again.
        let mut part = List::from_der(&list(10)).unwrap().decoded;
        part.scope.only_users = true;
        let error = file_of(&part, generation.issuing(), generation.root()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        let root = crate::ca::lists::read_list(&generation.folder().join(ROOT_CRL));
        let root = root.unwrap().unwrap().der;
        assert_eq!(authority.import_lists(&[root], NOW).unwrap(), [0]);
    }
}
