//! Making the ledger anew from what lies in the CA's folder.

use std::fs;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::generation;
use super::home::{generation_names, take_turn};
use super::lists::read_list;
use super::retire::{RETIRED, is_by, retired_name};
use super::revoke::{Marker, issuers, marker_files, read_markers};
use super::{Authority, LEDGER, Ledger, Row};
use crate::cert::Certificate;
use crate::crl::Reason;
use crate::document::{Document, documents};
use crate::error::{Error, ErrorKind, Result};
use crate::files;

/// What was done to the ledger.
#[derive(Clone, Debug)]
pub struct Repaired {
    /// Where the ledger lies that could not be read; none if it could.
    pub moved_to: Option<PathBuf>,
    /// How many certificates were entered that it did not know.
    pub added: u64,
    /// How many are on it as revoked.
    pub revoked: u64,
    /// Files in `issued` that do not hold what they should.
    pub unreadable: Vec<Unreadable>,
}

/// A file of copies of which some cannot be read, or are no longer what was signed.
#[derive(Clone, Debug)]
pub struct Unreadable {
    /// The file.
    pub path: PathBuf,
    /// How many certificates it holds that can be read.
    pub held: usize,
    /// How many it should hold, as its name says.
    pub meant: usize,
}

impl Authority {
    /// Brings the ledger of a CA's folder in step with what lies there, and makes it anew if it is
    /// lost or damaged: then only the copies of certificates and the files of revocations tell.
    ///
    /// Nothing that it knows is taken away. Fails with [`ErrorKind::Unsupported`] if the ledger is of
    /// a later version.
    pub fn repair(&self, now: OffsetDateTime) -> Result<Repaired> {
        let _lock = take_turn(self.home())?;
        // Else one would be missed that is entered into a ledger which is moved away meanwhile.
        let _nobody = self.stop_arrivals()?;
        let place = self.home().join(LEDGER);
        let moved_to = match self.sound_ledger() {
            Ok(_) => None,
            Err(error) if error.kind() == ErrorKind::CaBroken => Some(self.replace(&place)?),
            Err(error) => return Err(error),
        };
        let ledger = self.ledger()?;
        self.settle_alone(&ledger)?;
        let (added, unreadable) = self.enter_all(&ledger, now)?;
        Ok(Repaired {
            moved_to,
            added,
            revoked: ledger.count_revoked()?,
            unreadable,
        })
    }

    fn sound_ledger(&self) -> Result<()> {
        match self.existing_ledger()? {
            Some(ledger) => ledger.check(),
            None => Ok(()),
        }
    }

    /// Moves a ledger away that cannot be read, with the journal of a change that was not completed.
    fn replace(&self, place: &Path) -> Result<PathBuf> {
        let away = (1..)
            .map(|number| self.home().join(format!("{LEDGER}.damaged-{number}")))
            .find(|path| path.symlink_metadata().is_err())
            .unwrap_or_else(|| place.with_extension("damaged"));
        let moved = |from: &Path, to: &Path| {
            fs::rename(from, to).map_err(|source| Error::io("move to", to, &source))
        };
        moved(place, &away)?;
        let journal = |path: &Path| PathBuf::from(format!("{}-journal", path.display()));
        match journal(place).exists() {
            true => moved(&journal(place), &journal(&away)).map(|()| away),
            false => Ok(away),
        }
    }

    fn enter_all(&self, ledger: &Ledger, now: OffsetDateTime) -> Result<(u64, Vec<Unreadable>)> {
        let issuers = issuers(self.home())?;
        let (mut added, mut unreadable) = (0, Vec::new());
        let mut rows = Vec::new();
        for path in self.copies()? {
            let (mut of_file, meant) = rows_of(&path, &issuers);
            let held = of_file.len();
            rows.append(&mut of_file);
            if held < meant {
                unreadable.push(Unreadable { path, held, meant });
            }
            if rows.len() >= CHUNK {
                added += ledger.adopt(&std::mem::take(&mut rows))?;
            }
        }
        added += ledger.adopt(&rows)?;
        ledger.enter_revocations(&read_markers(&marker_files(self.home())?)?)?;
        for (name, _) in &issuers {
            ledger.enter_revocations(&self.told_by_lists(ledger, name, now)?)?;
            // The other way round too: what only the ledger knew is not to be lost with it.
            for marker in ledger.revoked(name)?.iter().filter_map(Marker::of) {
                self.keep_marker(&marker)?;
            }
        }
        Ok((added, unreadable))
    }

    /// What the last list of a generation tells. The end of what is known by its number alone is not
    /// known: it stays on the lists as long as it can have been issued for.
    pub(super) fn told_by_lists(
        &self,
        ledger: &Ledger,
        name: &str,
        now: OffsetDateTime,
    ) -> Result<Vec<Marker>> {
        let mut markers = Vec::new();
        let retired = self.home().join(RETIRED);
        let mut folders = generation_names(&retired)?;
        folders.retain(|folder| retired_name(folder) == name);
        let folders = folders.iter().map(|folder| retired.join(folder));
        for folder in std::iter::once(self.home().join(name)).chain(folders) {
            for file in [generation::INTERMEDIATE_CRL, generation::ROOT_CRL] {
                let is_roots =
                    file == generation::ROOT_CRL && folder.join(generation::INTERMEDIATE).exists();
                if is_roots {
                    continue;
                }
                let Some(list) = read_list(&folder.join(file))? else {
                    continue;
                };
                let end = generation::issuing(&folder).map(|ca| ca.validity().not_after());
                for entry in list.decoded.entries() {
                    let entry = entry?;
                    let serial = data_encoding::HEXLOWER.encode(&entry.serial);
                    let row = ledger.one(name, &serial)?;
                    let known_end = row.map(|row| row.not_after).or(end);
                    markers.push(Marker {
                        generation: name.to_owned(),
                        not_after: known_end.unwrap_or(now),
                        serial,
                        since: entry.since,
                        reason: entry.reason.and_then(Reason::from_code).unwrap_or_default(),
                    });
                }
            }
        }
        Ok(markers)
    }
}

/// What the copies in a file tell that can be read, and how many there should be, as its name says.
fn rows_of(path: &Path, issuers: &[(String, Certificate)]) -> (Vec<Row>, usize) {
    let bytes = files::read(path).unwrap_or_default();
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let more = stem.split_once('+').and_then(|(_, more)| more.parse().ok());
    let row = |document: Document| {
        let certificate = Certificate::from_der(&document.der).ok()?;
        Some(Row {
            copy: more.map(|_: usize| stem.to_string()),
            ..Row::of_certificate(&certificate, generation_of(&certificate, issuers)?)
        })
    };
    let documents = documents(&bytes).into_iter().flatten().flatten();
    // Whoever names a file may write any number.
    let meant = more.unwrap_or(0).saturating_add(1);
    (documents.filter_map(row).collect(), meant)
}

/// The generation that issued a certificate, empty if that is not there any more; none if it would have, but did not
/// sign this: one damaged byte makes another certificate.
fn generation_of<'a>(
    certificate: &Certificate,
    issuers: &'a [(String, Certificate)],
) -> Option<&'a str> {
    let mut named = issuers.iter().filter(|(_, ca)| is_by(certificate, ca));
    let signed = |(_, ca): &&(String, _)| certificate.verify_signed_by(Certificate::public_key(ca));
    match named.clone().next() {
        None => Some(""),
        Some(_) => named
            .find(|issuer| signed(issuer).is_ok())
            .map(|(name, _)| name.as_str()),
    }
}

/// Entered together: durable once for so many, and no more of them in memory.
const CHUNK: usize = 1000;
