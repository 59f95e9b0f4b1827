//! The revocation lists of a generation.
//!
//! The last list lies in the generation's folder: the number of the next one follows from it, and
//! nothing that it tells is left out of the next unless it has ended.

use std::collections::HashSet;
use std::path::PathBuf;

use time::OffsetDateTime;

use super::generation::{INTERMEDIATE_CRL, ROOT_CRL};
use super::home::take_turn;
use super::revoke::{marker_files, read_markers};
use super::{Authority, BACKDATING, Generation, Notice, Row};
use crate::cert::Issuer;
use crate::crl::{DecodedList, Reason, RevocationListTemplate, Revoked};
use crate::document::{Kind, documents};
use crate::error::{Error, ErrorKind, Result};
use crate::files::{self, Existing, NewFile};
use crate::issue::revocation_list;
use crate::pem;
use crate::validity::{Lifetime, Validity};

/// The lists of one generation.
#[derive(Clone, Debug)]
pub struct Lists {
    /// The generation.
    pub generation: String,
    /// What it issued and revoked.
    pub issued: List,
    /// Its root's, where that is another CA and there is one: made with the root, for its whole life.
    pub root: Option<List>,
    /// What its user should know.
    pub notice: Option<Notice>,
}

/// A revocation list as it goes out.
#[derive(Clone, Debug)]
pub struct List {
    /// Its DER.
    pub der: Vec<u8>,
    /// What it says.
    pub decoded: DecodedList,
    /// How many certificates are on it.
    pub length: usize,
}

impl List {
    /// Returns the list in PEM.
    pub fn to_pem(&self) -> String {
        pem::encode("X509 CRL", &self.der)
    }

    pub(super) fn from_der(der: &[u8]) -> Result<Self> {
        let decoded = DecodedList::from_der(der)?;
        Ok(Self {
            der: der.to_vec(),
            length: decoded.entries().count(),
            decoded,
        })
    }
}

impl Authority {
    /// Makes the next list of what a generation issued, numbered one more than the last, and keeps it.
    ///
    /// It ends with the CA at the latest. Fails with [`ErrorKind::WrongKind`] if the CA may not sign
    /// lists, with [`ErrorKind::NotWritable`] if the list could not be kept, since its number must not
    /// come again, and with [`ErrorKind::CaBroken`] if the last list or the ledger cannot be read.
    pub fn next_lists(
        &self,
        generation: &Generation,
        issuer: &Issuer,
        lifetime: Lifetime,
        now: OffsetDateTime,
    ) -> Result<Lists> {
        let _lock = take_turn(self.home())?;
        let ledger = self.ledger()?;
        ledger.enter_revocations(&read_markers(&marker_files(self.home())?)?)?;
        let rows = ledger.revoked(generation.name())?;
        let place = own_list(generation);
        let last = read_list(&place)?;
        let template = next(&rows, last.as_ref(), issuer, lifetime, now)?;
        let made = revocation_list(&template, issuer)?;
        files::write(
            vec![NewFile::public(&place, made.to_pem())],
            Existing::Replace,
        )?;
        let root = match generation.intermediates() {
            [] => None,
            _ => read_root_list(generation)?,
        };
        let before = last.map(|last| last.decoded.this_update + BACKDATING);
        Ok(Lists {
            notice: Notice::of_clock(now, before),
            generation: generation.name().to_owned(),
            issued: List::from_der(made.der())?,
            root,
        })
    }
}

impl Authority {
    /// Makes the last list of a generation whose key is to go, for as long as its CA lasts, since nobody can
    /// sign another. Nothing is made if clients were never given a list. Returns the name of its file.
    ///
    /// `unlock` is asked for the key if it is needed. Fails as it and [`Self::next_lists`] do.
    pub fn last_lists<E: From<Error>>(
        &self,
        generation: &Generation,
        unlock: impl FnOnce() -> Result<Issuer, E>,
        now: OffsetDateTime,
    ) -> Result<Option<PathBuf>, E> {
        let place = own_list(generation);
        // The list of a root that issues itself is made with it, whether anybody looks at it or not.
        let is_kept = place.exists() && !generation.intermediates().is_empty();
        let is_given = is_kept
            || generation.list_url()?.is_some()
            || read_markers(&marker_files(self.home())?)?
                .iter()
                .any(|marker| marker.generation == generation.name());
        if !is_given || generation.issuing().validity().not_after() <= now {
            return Ok(None);
        }
        self.next_lists(generation, &unlock()?, LONGEST, now)?;
        Ok(place.file_name().map(PathBuf::from))
    }
}

/// Where the last list of what a generation issued lies.
pub(super) fn own_list(generation: &Generation) -> PathBuf {
    let name = match generation.intermediates() {
        [] => ROOT_CRL,
        _ => INTERMEDIATE_CRL,
    };
    generation.folder().join(name)
}

/// The list of the root of a generation below it, if that is there.
pub(super) fn read_root_list(generation: &Generation) -> Result<Option<List>> {
    read_list(&generation.folder().join(ROOT_CRL)).map_err(|error| match error.kind() {
        // Without it nobody would know that the CA is revoked, and nobody is sure to sign another.
        ErrorKind::CaBroken => error.with_hint(
            "bring it back from a backup, or take the last one of the root in again: certwright ca import --crl FILE",
        ),
        _ => error,
    })
}

/// The list of a file, if that is there.
pub(super) fn read_list(path: &std::path::Path) -> Result<Option<List>> {
    let bytes = match files::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        read => read?,
    };
    let read = || {
        let mut found = documents(&bytes)?.flatten();
        let list = found.find(|document| document.kind == Kind::CertificateRevocationList);
        list.map(|document| List::from_der(&document.der))
            .unwrap_or_else(|| Err(Error::new(ErrorKind::WrongKind, "it holds no list")))
    };
    let broken = |error: Error| {
        Error::new(
            ErrorKind::CaBroken,
            format!("the last list {} cannot be read: {error}", path.display()),
        )
        .with_hint("bring it back from a backup; or remove it, and the numbers begin anew")
    };
    read().map(Some).map_err(broken)
}

/// What the next list is to say.
fn next(
    rows: &[Row],
    last: Option<&List>,
    issuer: &Issuer,
    lifetime: Lifetime,
    now: OffsetDateTime,
) -> Result<RevocationListTemplate> {
    let ca = issuer.certificate().validity();
    // Backdated as certificates are, but never before the CA. Where the clock was set back, the number
    // still tells that this is the later list.
    let end = lifetime.after(now)?;
    let period = Validity::new(now - BACKDATING, end)?.clipped_to(&ca)?;
    Ok(RevocationListTemplate {
        number: number_after(last)?,
        this_update: period.not_before(),
        next_update: period.not_after(),
        revoked: entries(rows, last)?,
    })
}

/// The number of the list that follows.
pub(super) fn number_after(last: Option<&List>) -> Result<u64> {
    let Some(last) = last else { return Ok(1) };
    let number = match last.decoded.number {
        Some(number) => number.to_u64(),
        None => Some(0),
    };
    number
        .and_then(|number| number.checked_add(1))
        .ok_or_else(|| {
            Error::new(
                ErrorKind::TooLarge,
                "the number of the list is greater than can be counted here",
            )
        })
}

/// What was on the last list stays on, also where nothing else tells of it any more. It goes when a
/// list made after its end has told of it (RFC 5280 §3.3).
pub(super) fn entries(rows: &[Row], last: Option<&List>) -> Result<Vec<Revoked>> {
    let told: Vec<_> = match last {
        Some(last) => last.decoded.entries().collect::<Result<_>>()?,
        None => Vec::new(),
    };
    let told_serials: HashSet<&[u8]> = told.iter().map(|entry| &entry.serial[..]).collect();
    let last_update = last.map(|last| last.decoded.this_update);
    let mut known = HashSet::new();
    let mut revoked = Vec::new();
    for row in rows {
        let Some((since, reason)) = row.revoked else {
            continue;
        };
        let serial = octets(&row.serial);
        let was_told =
            told_serials.contains(&serial[..]) || last_update.is_some_and(|update| since < update);
        let has_gone = was_told && last_update.is_some_and(|update| row.not_after < update);
        known.insert(serial.clone());
        if !has_gone {
            revoked.push(Revoked {
                serial,
                since,
                reason,
            });
        }
    }
    let only_told = told
        .into_iter()
        .filter(|entry| !known.contains(&entry.serial));
    revoked.extend(only_told.map(|entry| Revoked {
        serial: entry.serial,
        since: entry.since,
        reason: entry.reason.and_then(Reason::from_code).unwrap_or_default(),
    }));
    Ok(revoked)
}

/// Beyond any CA: a list is cut to its CA's end.
const LONGEST: Lifetime = Lifetime::years(100);

/// The octets of a serial number's INTEGER, in their shortest form.
pub(super) fn octets(serial: &str) -> Vec<u8> {
    let decoded = data_encoding::HEXLOWER_PERMISSIVE.decode(serial.as_bytes());
    crate::der::shortest(&decoded.unwrap_or_default()).to_vec()
}
