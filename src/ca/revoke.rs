//! Revoking, so that nothing makes it undone.
//!
//! A file in the folder `revoked` says so beside the ledger, and stands first: whoever is killed
//! between the two leaves the file, which the next command enters. A ledger that is made anew reads
//! these files, and the lists that were written.

use std::fs;
use std::io::ErrorKind as IoKind;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::generation::{self, INTERMEDIATE, ROOT};
use super::home::generation_names;
use super::retire::{RETIRED, retired_name};
use super::{Authority, Ledger, Row};
use crate::cert::Certificate;
use crate::crl::Reason;
use crate::error::{Error, ErrorKind, Result};
use crate::files;
use crate::name::Subject;
use crate::validity::{parse_time, to_rfc3339};

/// What a file in the folder `revoked` says.
#[derive(Clone, Debug)]
pub(super) struct Marker {
    pub generation: String,
    pub serial: String,
    pub not_after: OffsetDateTime,
    pub since: OffsetDateTime,
    pub reason: Reason,
}

impl Marker {
    /// What is known of a certificate by this alone.
    pub fn row(&self) -> Row {
        Row {
            revoked: Some((self.since, self.reason)),
            ..Row::of_list(&self.serial, &self.generation, self.not_after)
        }
    }

    /// What is to be kept of a certificate that is revoked; none if it is not.
    pub fn of(row: &Row) -> Option<Self> {
        let (since, reason) = row.revoked?;
        Some(Self {
            generation: row.generation.clone(),
            serial: row.serial.clone(),
            not_after: row.not_after,
            since,
            reason,
        })
    }

    fn name(&self) -> String {
        format!("{}-{}.json", self.generation, self.serial)
    }

    fn to_json(&self) -> String {
        let value = json!({
            "generation": self.generation,
            "serial": self.serial,
            "not_after": to_rfc3339(self.not_after),
            "revoked_at": to_rfc3339(self.since),
            "reason": self.reason.word(),
        });
        format!("{value}\n")
    }

    fn read(path: &Path) -> Result<Self> {
        let bytes = files::read(path)?;
        let value: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let text = |field: &str| value[field].as_str();
        let moment = |field: &str| parse_time(text(field)?).ok();
        let read = || {
            let serial = text("serial")?;
            let is_hex = !serial.is_empty() && serial.bytes().all(|byte| byte.is_ascii_hexdigit());
            Some(Self {
                generation: text("generation")?.to_owned(),
                serial: is_hex.then(|| serial.to_ascii_lowercase())?,
                not_after: moment("not_after")?,
                since: moment("revoked_at")?,
                reason: text("reason")?.parse().ok()?,
            })
        };
        read().ok_or_else(|| {
            Error::new(
                ErrorKind::CaBroken,
                format!("{} does not tell what is revoked", path.display()),
            )
            .with_hint("bring it back from a backup, or remove it and revoke the certificate again")
        })
    }
}

impl Authority {
    /// Opens the ledger, if there is one, with everything entered that the folder `revoked` tells.
    pub fn ledger_in_step(&self) -> Result<Option<Ledger>> {
        let Some(ledger) = self.existing_ledger()? else {
            return Ok(None);
        };
        let files = marker_files(self.home())?;
        // Who was killed has left a file more than there are rows.
        if files.len() as u64 > ledger.count_revoked()? {
            ledger.enter_revocations(&read_markers(&files)?)?;
        }
        Ok(Some(ledger))
    }

    /// Revokes a certificate that the ledger knows. Tells since when and why it is revoked already, if
    /// it is; then nothing is changed.
    pub fn revoke(
        &self,
        row: &Row,
        reason: Reason,
        now: OffsetDateTime,
    ) -> Result<Option<(OffsetDateTime, Reason)>> {
        if row.revoked.is_some() {
            return Ok(row.revoked);
        }
        let marker = Marker {
            generation: row.generation.clone(),
            serial: row.serial.clone(),
            not_after: row.not_after,
            since: now,
            reason,
        };
        let kept = self.keep_marker(&marker)?;
        let earlier = kept.as_ref().map(|kept| (kept.since, kept.reason));
        let told = kept.unwrap_or(marker);
        self.ledger()?.enter_revocations(&[told])?;
        Ok(earlier)
    }

    /// Writes what tells of a revocation beside the ledger. Returns what is there already: another
    /// process was faster, or was killed before the ledger knew.
    pub(super) fn keep_marker(&self, marker: &Marker) -> Result<Option<Marker>> {
        let folder = self.home().join(REVOKED);
        files::make_private_folder(&folder)?;
        let path = folder.join(marker.name());
        if path.exists() {
            return Marker::read(&path).map(Some);
        }
        match files::write_unique(&path, marker.to_json().as_bytes()) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Marker::read(&path).map(Some),
            other => other.map(|()| None),
        }
    }

    /// Returns what the ledger knows of a certificate. One of ours that it does not know is entered.
    ///
    /// Fails with [`ErrorKind::NotFound`] for what this CA did not issue.
    pub fn known(&self, certificate: &Certificate) -> Result<Row> {
        let ledger = self.ledger()?;
        let row = self.recognise(certificate, Some(&ledger))?;
        let known = |row: &Row| ledger.one(&row.generation, &row.serial);
        if let Some(known) = known(&row)? {
            return Ok(known);
        }
        self.enter_known(&[certificate], std::slice::from_ref(&row))?;
        Ok(known(&row)?.unwrap_or(row))
    }

    /// Returns what is known of a certificate: by the ledger, or else by its signature, that it is ours.
    /// Nothing is entered.
    ///
    /// Fails as [`Self::known`] does.
    pub(super) fn recognise(
        &self,
        certificate: &Certificate,
        ledger: Option<&Ledger>,
    ) -> Result<Row> {
        let print = Row::of_certificate(certificate, "").fingerprint;
        let known = match ledger {
            Some(ledger) => ledger.by_serial(&certificate.serial_hex())?,
            None => Vec::new(),
        };
        if let Some(row) = known.into_iter().find(|row| row.fingerprint == print) {
            return Ok(row);
        }
        let issuers = issuers(self.home())?;
        let issued_by = |(_, ca): &&(String, Certificate)| {
            certificate != ca
                && certificate.issuer_der() == ca.subject_der()
                && certificate.verify_signed_by(ca.public_key()).is_ok()
        };
        let Some((generation, _)) = issuers.iter().find(issued_by) else {
            return Err(self.not_ours(certificate, &issuers));
        };
        Ok(Row::of_certificate(certificate, generation))
    }

    fn not_ours(&self, certificate: &Certificate, issuers: &[(String, Certificate)]) -> Error {
        let subject = certificate.subject();
        if issuers.iter().any(|(_, ca)| ca.der() == certificate.der()) {
            return Error::new(
                ErrorKind::NotFound,
                format!("{subject} is the CA itself, and no certificate that it issued"),
            )
            .with_hint("make its successor and give it up: certwright ca rotate, then certwright ca retire");
        }
        Error::new(
            ErrorKind::NotFound,
            format!(
                "the certificate {} was issued by {}, not by the CA in {}",
                certificate.serial_hex(),
                Subject::from_der(certificate.issuer_der()),
                self.home().display()
            ),
        )
        .with_hint("only the CA that issued it can do that; say where it is with --home DIR")
    }
}

/// The certificates that issued, of every generation that is there or was retired.
pub(super) fn issuers(home: &Path) -> Result<Vec<(String, Certificate)>> {
    let mut found = Vec::new();
    for folder in [home.to_owned(), home.join(RETIRED)] {
        for name in generation_names(&folder)? {
            let place = folder.join(&name);
            let read = |file: &str| generation::certificates(&place.join(file)).ok();
            let issuing = read(INTERMEDIATE).or_else(|| read(ROOT));
            let name = retired_name(&name).to_owned();
            found.extend(issuing.map(|mut all| (name, all.swap_remove(0))));
        }
    }
    Ok(found)
}

/// The files of the folder `revoked`.
pub(super) fn marker_files(home: &Path) -> Result<Vec<PathBuf>> {
    let folder = home.join(REVOKED);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(source) if source.kind() == IoKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(Error::io("read", &folder, &source)),
    };
    let paths = entries.flatten().map(|entry| entry.path());
    Ok(paths
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect())
}

pub(super) fn read_markers(files: &[PathBuf]) -> Result<Vec<Marker>> {
    files.iter().map(|path| Marker::read(path)).collect()
}

const REVOKED: &str = "revoked";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ca::tests::{NOW, foreign, plan};
    use crate::files::faults::failing;

    fn authority(folder: &Path) -> Authority {
        Authority::open_or_create(&folder.join("home"), &plan(), NOW)
            .unwrap()
            .0
    }

    #[test]
    fn one_that_fails_half_way_is_done_or_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let authority = authority(folder.path());
        let ledger = authority.ledger().unwrap();
        for length in [1, 3] {
            for step in 0..9 {
                let serial = format!("40{length:02}{step:02}");
                let row = Row::of_list(&serial, authority.current().name(), NOW);
                ledger.adopt(std::slice::from_ref(&row)).unwrap();
                let (done, _) = failing(&[(step, step + length)], || {
                    authority.revoke(&row, Reason::KeyCompromise, NOW)
                });
                let ledger = authority.ledger_in_step().unwrap().unwrap();
                let files = marker_files(authority.home()).unwrap();
                let count = ledger.count_revoked().unwrap();
                assert_eq!(files.len() as u64, count, "{step} {length}");
                let known = ledger.one(&row.generation, &serial).unwrap().unwrap();
                assert!(done.is_err() || known.revoked.is_some(), "{step} {length}");
                // And the next time it is done.
                authority.revoke(&known, Reason::Superseded, NOW).unwrap();
                let known = ledger.one(&row.generation, &serial).unwrap().unwrap();
                assert!(known.revoked.is_some(), "{step} {length}");
            }
        }
    }

    #[test]
    fn of_two_that_revoke_the_first_is_heard() {
        let folder = tempfile::tempdir().unwrap();
        let authority = authority(folder.path());
        let ledger = authority.ledger().unwrap();
        let row = Row::of_list("40", authority.current().name(), NOW);
        ledger.adopt(std::slice::from_ref(&row)).unwrap();
        // Both have read the row before either wrote.
        let first = authority.revoke(&row, Reason::KeyCompromise, NOW).unwrap();
        let second = authority.revoke(&row, Reason::Superseded, NOW).unwrap();
        assert_eq!(first, None);
        assert_eq!(second, Some((NOW, Reason::KeyCompromise)));
    }

    #[test]
    fn a_file_that_is_not_ours_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let authority = authority(folder.path());
        authority.ledger().unwrap();
        fs::create_dir_all(authority.home().join(REVOKED)).unwrap();
        let path = authority.home().join(REVOKED).join("x.json");
        for text in [
            "",
            "[]",
            "{\"generation\":\"a\",\"serial\":\"../x\",\"not_after\":\"2026-01-01\",\"revoked_at\":\"2026-01-01\",\"reason\":\"superseded\"}",
            "{\"generation\":\"a\",\"serial\":\"40\",\"not_after\":1,\"revoked_at\":\"2026-01-01\",\"reason\":\"superseded\"}",
        ] {
            fs::write(&path, text).unwrap();
            let error = authority.ledger_in_step().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::CaBroken, "{text}");
        }
    }

    #[test]
    fn only_what_a_generation_signed_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let authority = authority(folder.path());
        let (stranger, _) = foreign([1, 6]);
        let error = authority.known(&stranger).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        let own = authority.current().issuing().clone();
        let error = authority.known(&own).unwrap_err();
        assert!(error.to_string().contains("is the CA itself"), "{error}");
    }
}
