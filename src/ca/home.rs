//! The CA's folder: whose turn it is, what `current` names, and what a killed process left.

use std::fs;
use std::path::{Path, PathBuf};

use super::pending;
use super::retire::{RETIRED, retired_name};
use crate::cert::Certificate;
use crate::crypto;
use crate::error::{Error, ErrorKind, Result};
use crate::files::{self, Exposure, Lock};

/// Whoever may write to the folder could put a CA of their own in its place.
pub(super) fn require_guarded(home: &Path) -> Result<()> {
    if !home.exists() {
        return Ok(());
    }
    match files::exposure(home)? {
        Exposure::Mendable(mode) if mode & OTHERS_WRITE != 0 => Err(Error::new(
            ErrorKind::KeyExposed,
            format!(
                "others may write to the CA's folder {} (mode {mode:04o}), and put a CA of theirs in its place",
                home.display()
            ),
        )
        .with_hint(format!(
            "if nobody has: chmod go-w {}; else make a new CA",
            home.display()
        ))),
        _ => Ok(()),
    }
}

/// Returns the mode of a CA's folder if others may write there.
pub fn home_exposure(home: &Path) -> Result<Option<u32>> {
    Ok(match files::exposure(home)? {
        Exposure::Mendable(mode) | Exposure::Fixed(mode) => {
            Some(mode).filter(|mode| mode & OTHERS_WRITE != 0)
        }
        Exposure::None => None,
    })
}

/// Waits for the lock of a folder, and completes what a killed process had begun.
pub(super) fn take_turn(home: &Path) -> Result<Lock> {
    require_guarded(home)?;
    let lock = Lock::wait(&home.join(LOCK))?;
    settle_staged(home)?;
    Ok(lock)
}

/// The error for a folder whose current generation has no name.
pub(super) fn unnamed(home: &Path) -> Result<Error> {
    if pending::is_there(home) {
        return Ok(waiting(home));
    }
    Ok(match generation_names(home)?.as_slice() {
        [] => Error::new(
            ErrorKind::CaMissing,
            format!("there is no local CA in {}", home.display()),
        )
        .with_hint("make one: certwright ca init"),
        [orphan, ..] => Error::new(
            ErrorKind::CaBroken,
            format!(
                "the CA's folder {} has {orphan} and lacks the file current, which names it",
                home.display()
            ),
        )
        .with_hint(format!(
            "if that is the CA: echo {orphan} > {}",
            home.join(CURRENT).display()
        )),
    })
}

fn waiting(home: &Path) -> Error {
    let told = format!(
        "the local CA in {} waits for the certificate that it asked another CA for",
        home.display()
    );
    Error::new(ErrorKind::CaMissing, told).with_hint(format!(
        "take it in when it comes: certwright ca import ANSWER; or give the request up: rm -r {}",
        pending::folder(home).display()
    ))
}

/// The name of the generation that issues, if there is one.
pub(super) fn current_name(home: &Path) -> Result<Option<String>> {
    let path = home.join(CURRENT);
    match fs::read_to_string(&path) {
        Ok(text) => {
            let name = text.trim_end();
            let sound = name.starts_with("ca-")
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
            if sound {
                return Ok(Some(name.to_owned()));
            }
            Err(Error::new(
                ErrorKind::CaBroken,
                format!("{} does not name a generation of the CA", path.display()),
            ))
        }
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::io("read", &path, &source)),
    }
}

/// The generations' folders that lie in a home.
pub(super) fn generation_names(home: &Path) -> Result<Vec<String>> {
    let entries = match fs::read_dir(home) {
        Ok(entries) => entries,
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(Error::io("read", home, &source)),
    };
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.starts_with("ca-"))
        .collect();
    names.sort();
    Ok(names)
}

/// Where a generation lies until it is whole and named.
pub(super) fn staged(home: &Path, name: &str) -> PathBuf {
    home.join(format!(".{name}.new"))
}

/// Completes the generation that `current` names, and removes those that nothing came to name: a
/// process was killed while it made them, and their keys need not lie about.
fn settle_staged(home: &Path) -> Result<()> {
    let current = current_name(home)?;
    for entry in fs::read_dir(home)
        .map_err(|source| Error::io("read", home, &source))?
        .flatten()
    {
        let file_name = entry.file_name().to_string_lossy().into_owned();
        let Some(name) = file_name
            .strip_prefix('.')
            .and_then(|rest| rest.strip_suffix(".new"))
        else {
            continue;
        };
        if current.as_deref() == Some(name) {
            publish(home, name)?;
        } else if name.starts_with("ca-") {
            let abandoned = entry.path();
            fs::remove_dir_all(&abandoned)
                .map_err(|source| Error::io("remove", &abandoned, &source))?;
        }
    }
    Ok(())
}

/// Moves a generation to its place.
pub(super) fn publish(home: &Path, name: &str) -> Result<()> {
    let (made, place) = (staged(home, name), home.join(name));
    if place.symlink_metadata().is_err() {
        return fs::rename(&made, &place).map_err(|source| Error::io("make", &place, &source));
    }
    // Earlier versions took in a CA again that was there already. What is there a second time may go.
    if !holds_all_of(&place, &made)? {
        return Err(two_of_one_name(&made, &place));
    }
    fs::remove_dir_all(&made).map_err(|source| Error::io("remove", &made, &source))
}

/// Tells whether a folder has each file of another, with the same bytes.
fn holds_all_of(place: &Path, other: &Path) -> Result<bool> {
    let entries = fs::read_dir(other).map_err(|source| Error::io("read", other, &source))?;
    for entry in entries {
        let entry = entry.map_err(|source| Error::io("read", other, &source))?;
        let here = files::read(&place.join(entry.file_name()));
        if here.is_err() || here.ok() != files::read(&entry.path()).ok() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn two_of_one_name(made: &Path, place: &Path) -> Error {
    let told = format!(
        "{} and {} are two CAs of one name",
        made.display(),
        place.display()
    );
    Error::new(ErrorKind::CaBroken, told).with_hint("move the one away that is not wanted")
}

/// Takes the first name that no other CA here has, or had before it was retired: what a generation issued and
/// revoked is known by its name.
pub(super) fn free_name(
    home: &Path,
    tags: impl IntoIterator<Item = Result<String>>,
) -> Result<String> {
    let retired = generation_names(&home.join(RETIRED))?;
    let is_taken = |name: &str| {
        home.join(name).symlink_metadata().is_ok()
            || retired.iter().any(|folder| retired_name(folder) == name)
    };
    for tag in tags {
        let name = format!("ca-{}", tag?);
        if !is_taken(&name) {
            return Ok(name);
        }
    }
    let told = format!("no name is free for another CA in {}", home.display());
    Err(Error::new(ErrorKind::AlreadyExists, told)
        .with_hint("take another folder for it: certwright --home DIR"))
}

/// Beginnings of a certificate's fingerprint, each longer than the one before: the first is what people see, and
/// somebody may have made a certificate with the same.
pub(super) fn tags_of(certificate: &Certificate) -> impl Iterator<Item = Result<String>> {
    let fingerprint = certificate.fingerprint().to_text(Default::default());
    let lengths = [SHORT_TAG, 16, 32, fingerprint.len()];
    lengths
        .into_iter()
        .map(move |length| Ok(fingerprint[..length].to_owned()))
}

/// Tags of CAs that are made here.
pub(super) fn random_tags() -> impl Iterator<Item = Result<String>> {
    let tag = || Ok(data_encoding::HEXLOWER.encode(&crypto::random::<{ SHORT_TAG / 2 }>()?));
    std::iter::repeat_with(tag).take(TRIES)
}

/// Names the generation that issues.
pub(super) const CURRENT: &str = "current";
/// Held while a generation is made.
pub(super) const LOCK: &str = "lock";
/// Hexadecimal digits of the names that people are to tell apart and to type.
const SHORT_TAG: usize = 8;
/// A second is needed once in four thousand million times.
const TRIES: usize = 8;
/// Permissions to write, for the group and for all others.
const OTHERS_WRITE: u32 = 0o022;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ca::tests::foreign;

    #[test]
    fn a_name_that_another_ca_has_or_had_is_not_given_again() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path();
        let (certificate, _) = foreign([1, 6]);
        let name = || free_name(home, tags_of(&certificate)).unwrap();
        let short = name();
        assert_eq!(short.len(), "ca-".len() + SHORT_TAG);
        files::make_private_folder(&home.join(&short)).unwrap();
        let longer = name();
        assert!(longer.starts_with(&short) && longer.len() > short.len());
        files::make_private_folder(&home.join(RETIRED).join(format!("{longer}-2"))).unwrap();
        let longest = name();
        assert!(longest.starts_with(&longer) && longest.len() > longer.len());
        let same = || std::iter::repeat_with(|| Ok(short[3..].to_owned())).take(TRIES);
        let error = free_name(home, same()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AlreadyExists);
        let random = free_name(home, random_tags()).unwrap();
        assert_eq!(random.len(), short.len());
    }

    #[test]
    fn nothing_is_removed_that_is_not_there_twice() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path();
        let (made, place) = (staged(home, "ca-1"), home.join("ca-1"));
        for folder in [&made, &place] {
            files::make_private_folder(folder).unwrap();
            fs::write(folder.join("root.crt"), "the same").unwrap();
        }
        fs::write(made.join("intermediate.key"), "the only one").unwrap();
        let error = publish(home, "ca-1").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::CaBroken);
        assert!(made.join("intermediate.key").exists());
        fs::write(place.join("intermediate.key"), "another").unwrap();
        assert!(publish(home, "ca-1").is_err() && made.exists());
        fs::write(place.join("intermediate.key"), "the only one").unwrap();
        publish(home, "ca-1").unwrap();
        assert!(!made.exists() && place.join("intermediate.key").exists());
    }
}
