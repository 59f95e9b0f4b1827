//! Renewing: the same certificate again, in the same files, with a new serial number and a new key.
//!
//! A renewal is entered as pending before its files appear, and is completed when whoever is to know of
//! it does: so what a kill leaves is found by the next that renews, which finishes it or strikes it out.

mod container;
mod description;
mod held;
mod layout;
mod locate;
#[cfg(test)]
mod tests;

use std::fs;
use std::io::ErrorKind as IoKind;
use std::path::Path;

use time::{Duration, OffsetDateTime};

pub use held::Held;

use self::locate::is_same;
use super::revoke::issuers;
use super::{Authority, BACKDATING, Issued, Ledger, Notice, Origin, Row};
use crate::cert::{Certificate, Issuer};
use crate::crl::Reason;
use crate::error::{Error, ErrorKind, Result};
use crate::files;
use crate::issue::Template;
use crate::key::{Password, PrivateKey};
use crate::profile::{MAX_PATH_LENGTH, Profile};
use crate::validity::{Validity, to_rfc3339};

/// When a certificate is due to be renewed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum When {
    /// When less than a third of its life is left.
    LastThird,
    /// When it ends within this time.
    Within(Duration),
    /// At any time.
    Always,
}

impl When {
    /// Returns from which moment on a certificate is due.
    pub fn from(self, row: &Row) -> OffsetDateTime {
        let before = |time| row.not_after.checked_sub(time);
        let from = match self {
            Self::LastThird => Validity::new(row.not_before, row.not_after)
                .ok()
                .map(|validity| validity.last_third()),
            Self::Within(time) => before(time),
            Self::Always => None,
        };
        from.unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

/// What is to be different in a renewal.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wish<'a> {
    /// The new key; none if the old one stays.
    pub key: Option<&'a PrivateKey>,
    /// Encrypts what was encrypted before.
    pub password: Option<&'a Password>,
    /// Whether it is made even if it could not last longer than what it renews.
    pub forced: bool,
}

/// A certificate that was renewed.
#[derive(Clone, Debug)]
pub struct Renewed {
    /// The certificate.
    pub certificate: Certificate,
    /// Whether it ends earlier than was asked for, because its CA does.
    pub clipped: bool,
    /// The generation that issued it.
    pub generation: String,
    /// The files in which text was left out that described what was replaced.
    pub described: Vec<String>,
    /// What its user should know.
    pub notice: Option<Notice>,
}

impl Authority {
    /// Issues a certificate again, and replaces its files. Nothing is done if another process replaced
    /// one of them since they were opened.
    ///
    /// It stays pending until [`Ledger::complete`] is told of it. Fails as [`Self::issue`] and
    /// [`files::write()`] do, and with [`ErrorKind::Expired`] if the CA ends so soon that nothing were
    /// gained.
    pub fn renew(
        &self,
        held: &Held,
        issuer: &Issuer,
        wish: &Wish<'_>,
        now: OffsetDateTime,
    ) -> Result<Option<Renewed>> {
        let issued = self.issue(template(held, wish.key, now)?, issuer)?;
        require_gain(held, &issued, wish.forced)?;
        let above = (self.current.root(), self.was_below_root(held)?);
        let outputs = held.outputs(&issued, above, wish.key, wish.password, now)?;
        if held.row.command.is_none() && self.may_enter()? {
            self.known(&held.certificate)?;
        }
        let origin = Origin {
            command: COMMAND.to_owned(),
            lifetime: held.row.lifetime,
            key_made: held.row.key_made || wish.key.is_some(),
            files: held.places(),
            renews: Some((held.row.generation.clone(), held.row.serial.clone())),
        };
        let unchanged = || held.is_unchanged();
        let Some(notice) = self.deliver_if(&issued, &origin, outputs, unchanged, now)? else {
            return Ok(None);
        };
        Ok(Some(Renewed {
            certificate: issued.certificate,
            clipped: issued.clipped,
            generation: self.current.name().to_owned(),
            described: held.described(),
            notice,
        }))
    }

    /// Tells whether the CA's folder can be written to. One that cannot issues all the same, and the notice says so.
    fn may_enter(&self) -> Result<bool> {
        match self.arrivals() {
            Err(error) if error.kind() == ErrorKind::NotWritable => Ok(false),
            arrivals => arrivals.map(|_| true),
        }
    }

    /// Tells whether a certificate was issued by a root, so that nothing had to lead there.
    fn was_below_root(&self, held: &Held) -> Result<bool> {
        let issuers = issuers(self.home())?;
        let mut named = issuers
            .iter()
            .filter(|(name, _)| *name == held.row.generation);
        Ok(named.any(|(_, ca)| ca.is_self_issued()))
    }

    /// Ends what processes left that were killed while they renewed: returns each renewal whose files
    /// are all in place, and strikes out those that never came. `concerned` picks among them.
    ///
    /// One that cannot be ended is returned with the error, and stays as it is: because it lies in a container,
    /// or, with [`ErrorKind::NotFound`], in a folder that is not there at the moment.
    pub fn resume_renewals(
        &self,
        ledger: &Ledger,
        password: Option<&Password>,
        now: OffsetDateTime,
        concerned: impl Fn(&Row) -> bool,
    ) -> Result<Vec<(Row, Result<()>)>> {
        let mut rows = ledger.interrupted_renewals()?;
        rows.retain(concerned);
        Ok(self.resume(ledger, rows, password, now))
    }

    /// The same of whatever is pending.
    pub(super) fn resume(
        &self,
        ledger: &Ledger,
        rows: Vec<Row>,
        password: Option<&Password>,
        now: OffsetDateTime,
    ) -> Vec<(Row, Result<()>)> {
        let end = |row: Row| match self.resume_one(ledger, &row, password, now) {
            Ok(false) => None,
            ended => Some((row, ended.map(drop))),
        };
        rows.into_iter().filter_map(end).collect()
    }

    /// Tells whether its files are in place; else it is struck out.
    fn resume_one(
        &self,
        ledger: &Ledger,
        row: &Row,
        password: Option<&Password>,
        now: OffsetDateTime,
    ) -> Result<bool> {
        // Waits for a process that is at it, and completes what one had begun to move.
        let settled = files::settle(row.files.iter().map(|file| Path::new(&file.path)));
        let held = settled.and_then(|()| Held::open(row.clone(), password));
        let there = match held {
            Ok(_) => return Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => row.require_folders(),
            Err(error) => Err(error),
        };
        let is_over = row.revoked.is_some() || row.not_after < now;
        match there {
            // Nobody waits for it any more.
            Err(_) if is_over => ledger.withdraw(row)?,
            there => there.and_then(|()| self.strike_out(ledger, row))?,
        }
        Ok(false)
    }

    /// Strikes out a renewal that is not in its files, unless it was and something else took its place:
    /// that was entered before its files were replaced, so it is asked for now.
    fn strike_out(&self, ledger: &Ledger, row: &Row) -> Result<()> {
        let now = ledger.one(&row.generation, &row.serial)?;
        match now.and_then(|now| now.superseded_by) {
            Some(_) => ledger.complete(std::slice::from_ref(&row.serial)),
            // There is no predecessor either: somebody may have taken it elsewhere, and is to be able to revoke it.
            None if row.is_renewal() && row.is_gone() => ledger.withdraw(row),
            None => self.forget_row(ledger, row),
        }
    }
}

impl Ledger {
    /// Returns the renewals that were begun and of which nobody said that they are complete.
    pub fn interrupted_renewals(&self) -> Result<Vec<Row>> {
        self.interrupted(COMMAND)
    }

    /// Returns what a command had begun and did not complete.
    pub(super) fn interrupted(&self, command: &str) -> Result<Vec<Row>> {
        let mut found = Vec::new();
        self.pending(|row| found.push(row))?;
        found.retain(|row| row.command.as_deref() == Some(command));
        Ok(found)
    }
}

impl Row {
    /// Tells whether one of its files is at a path, or in the folder at it.
    pub fn lies_at(&self, path: &Path) -> bool {
        let is_at = |place: &str| {
            let folder = Path::new(place).parent().and_then(Path::to_str);
            is_same(place, path) || folder.is_some_and(|folder| is_same(folder, path))
        };
        self.files.iter().any(|file| is_at(&file.path))
    }

    fn is_renewal(&self) -> bool {
        self.command.as_deref() == Some(COMMAND)
    }

    /// Tells whether there is nothing at its place.
    fn is_gone(&self) -> bool {
        let file = self.certificate_file();
        file.is_some_and(|file| !Path::new(&file.path).exists())
    }

    /// Fails with [`ErrorKind::NotFound`] if a folder of its files is not there, or is as empty as one on which
    /// nothing is mounted: then nobody can tell what lies in it.
    pub fn require_folders(&self) -> Result<()> {
        let folders = self.files.iter().map(|file| Path::new(&file.path).parent());
        let gone = |folder: &&Path| match fs::read_dir(folder) {
            Ok(mut entries) => entries.next().is_none(),
            Err(source) => source.kind() == IoKind::NotFound,
        };
        folders.flatten().find(gone).map_or(Ok(()), |folder| {
            let told = format!(
                "the folder {} is not there at the moment, or is empty, so that what was begun in it stays pending",
                folder.display()
            );
            Err(Error::new(ErrorKind::NotFound, told)
                .with_hint("bring it back; or if it is gone for good, revoke what was for it: certwright list, certwright revoke SERIAL"))
        })
    }
}

/// Names, subject and purposes as they were, for as long as it was to last.
fn template(held: &Held, key: Option<&PrivateKey>, now: OffsetDateTime) -> Result<Template> {
    let old = &held.certificate;
    let is_compromised = |(_, reason)| reason == Reason::KeyCompromise;
    if key.is_none() && held.row.revoked.is_some_and(is_compromised) {
        let known =
            "its key is in the wrong hands, as its revocation says, and would be certified again";
        let hint = match old.is_authority() {
            true => "issue it anew with a new key: certwright issue --ca NAME --force",
            false => {
                "let it have a new key: without --reuse-key, or by a new request where its key is elsewhere"
            }
        };
        return Err(Error::new(ErrorKind::Weak, known).with_hint(hint));
    }
    let public_key = key.map_or(old.public_key(), PrivateKey::public_key);
    public_key.require_strength()?;
    let start = now - BACKDATING;
    let validity = match held.row.lifetime {
        Some(lifetime) => Validity::starting(start, lifetime)?,
        None => Validity::new(start, start + old.validity().length() - Duration::SECOND)?,
    };
    Ok(Template {
        profile: profile(old),
        subject: old.subject(),
        names: old.names().to_vec(),
        public_key: public_key.clone(),
        validity,
    })
}

/// A CA below this one stays one, for the names that it was for: wider ones are to be asked for. One without limits gets
/// those of the CA that issues now.
fn profile(old: &Certificate) -> Profile {
    if !old.is_authority() {
        return Profile::leaf(old.purposes());
    }
    let path_length = u8::try_from(old.path_length().unwrap_or(0)).unwrap_or(MAX_PATH_LENGTH);
    Profile::intermediate(path_length, old.name_constraints().cloned())
}

/// A renewal that ends no later would be due again at once, and for ever.
fn require_gain(held: &Held, issued: &Issued, forced: bool) -> Result<()> {
    let ends = issued.certificate.validity().not_after();
    if forced || !issued.clipped || ends > held.row.not_after {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Expired,
        format!(
            "{} lasts until {}, and anew it could last no longer, since the CA ends on {}",
            held.place(),
            to_rfc3339(held.row.not_after),
            to_rfc3339(ends)
        ),
    )
    .with_hint("make the CA's successor: certwright ca rotate"))
}

/// How the ledger knows renewals.
const COMMAND: &str = "renew";
