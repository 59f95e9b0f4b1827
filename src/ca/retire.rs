//! Giving an old generation up.

use std::fs;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::home::{current_name, generation_names, take_turn};
use super::{Authority, generation, pending};
use crate::cert::Certificate;
use crate::error::{Error, ErrorKind, Result};
use crate::files;
use crate::validity::to_rfc3339;

/// A generation that was given up.
#[derive(Clone, Debug)]
pub struct Retired {
    /// Its root, if that could be read.
    pub root: Option<Certificate>,
    /// The folder of the program whose CA it was, where the key still lies.
    pub key_left_in: Option<PathBuf>,
    /// Where its folder lies now.
    pub place: PathBuf,
    /// When the last of what it issued ends, if that is still to come.
    pub in_use_until: Option<OffsetDateTime>,
}

impl Authority {
    /// Gives an old generation up: its keys are removed, then its folder is moved to `retired`.
    ///
    /// Whatever is interrupted is completed by retiring it again. Fails with
    /// [`ErrorKind::InvalidValue`] for the current generation, with [`ErrorKind::NotFound`], and
    /// with [`ErrorKind::Expired`] (turned round: not yet) while something that it issued is still
    /// valid, unless that is `forced`.
    pub fn retire(&self, name: &str, forced: bool, now: OffsetDateTime) -> Result<Retired> {
        let _lock = take_turn(&self.home)?;
        // Else its key might stay there.
        pending::settle(&self.home)?;
        let in_use_until = self.may_retire(name, forced, now)?;
        let folder = self.home.join(name);
        // One that is broken is retired all the same, and only its root is of interest then.
        let root = generation::certificates(&folder.join(generation::ROOT));
        let mut retired = Retired {
            place: folder.clone(),
            root: root.ok().map(|mut all| all.swap_remove(0)),
            key_left_in: generation::adopted_folder(&folder)?,
            in_use_until,
        };
        // Before anything that cannot be undone: the disk may be full.
        let all = self.home.join(RETIRED);
        files::make_private_folder(&all)?;
        remove_keys(&folder)?;
        // The same CA may have been taken in and retired before.
        let place = std::iter::once(name.to_owned())
            .chain((2..).map(|count| format!("{name}-{count}")))
            .map(|name| all.join(name))
            .find(|place| place.symlink_metadata().is_err())
            .unwrap_or_else(|| all.join(name));
        fs::rename(&folder, &place).map_err(|source| Error::io("move to", &place, &source))?;
        retired.place = place;
        Ok(retired)
    }

    /// Tells until when what a generation issued is in use, if it may be retired.
    ///
    /// Fails as [`Self::retire`] does.
    pub fn may_retire(
        &self,
        name: &str,
        forced: bool,
        now: OffsetDateTime,
    ) -> Result<Option<OffsetDateTime>> {
        // Another process may have changed it since this one opened the CA.
        if current_name(&self.home)?.as_deref() == Some(name) {
            return Err(Error::new(
                ErrorKind::InvalidValue,
                format!("{name} is the generation that issues"),
            )
            .with_hint("make its successor first: certwright ca rotate"));
        }
        let known = generation_names(&self.home)?;
        if !known.iter().any(|known| known == name) {
            return Err(Error::new(
                ErrorKind::NotFound,
                format!("the CA has no generation \"{name}\""),
            )
            .with_hint(format!("it has {}", known.join(", "))));
        }
        let in_use_until = self.last_end(name)?.filter(|last| *last >= now);
        if let Some(last) = in_use_until.filter(|_| !forced) {
            return Err(Error::new(
                ErrorKind::Expired,
                format!("what {name} issued is in use until {}", to_rfc3339(last)),
            )
            .with_hint("retire it then, or now with --force"));
        }
        Ok(in_use_until)
    }

    /// When the last of what a generation issued ends, as the ledger and the copies say. Either may
    /// be lost.
    fn last_end(&self, name: &str) -> Result<Option<OffsetDateTime>> {
        let known = self.existing_ledger().and_then(|ledger| match ledger {
            Some(ledger) => Ok(ledger.summary(name)?.1),
            None => Ok(None),
        });
        let known = match known {
            Err(error) if error.kind() == ErrorKind::CaBroken => None,
            other => other?,
        };
        let folder = |name: &String| generation::issuing(&self.home.join(name));
        let own = folder(&name.to_owned());
        let others: Vec<Certificate> = generation_names(&self.home)?
            .iter()
            .filter_map(folder)
            .collect();
        let copies = self.copies()?;
        let ends = copies
            .iter()
            .filter_map(|path| generation::certificates(path).ok())
            .flatten()
            .filter(|copy| match &own {
                Some(own) => is_by(copy, own),
                // What nobody else issued may be of the one that cannot be read.
                None => !others.iter().any(|other| is_by(copy, other)),
            })
            .map(|copy| copy.validity().not_after());
        Ok(ends.max().max(known))
    }
}

/// Tells whether a certificate names a CA as its issuer, by name and key.
pub(super) fn is_by(certificate: &Certificate, ca: &Certificate) -> bool {
    certificate.issuer_der() == ca.subject_der()
        && certificate
            .authority_key_identifier()
            .is_none_or(|id| id == ca.key_identifier())
}

/// Removes the keys of a generation, and what a killed process left of them beside.
fn remove_keys(folder: &Path) -> Result<()> {
    let keys = [generation::INTERMEDIATE_KEY, generation::ROOT_KEY];
    let entries = fs::read_dir(folder).map_err(|source| Error::io("read", folder, &source))?;
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let visible = name.strip_prefix('.').unwrap_or(&name);
        if keys.iter().any(|key| visible.starts_with(key)) {
            let path = entry.path();
            fs::remove_file(&path).map_err(|source| Error::io("remove", &path, &source))?;
        }
    }
    Ok(())
}

/// The name that a generation had whose folder was moved away, perhaps beside an earlier one of that name.
pub(super) fn retired_name(folder: &str) -> &str {
    match folder.rsplit_once('-') {
        Some((name, count)) if name.contains('-') && count.bytes().all(|c| c.is_ascii_digit()) => {
            name
        }
        _ => folder,
    }
}

pub(super) const RETIRED: &str = "retired";
