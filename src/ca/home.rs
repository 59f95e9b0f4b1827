//! The CA's folder: whose turn it is, what `current` names, and what a killed process left.

use std::fs;
use std::path::{Path, PathBuf};

use super::{generation, pending};
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
    if !place.exists() {
        return fs::rename(&made, &place).map_err(|source| Error::io("make", &place, &source));
    }
    // A CA that was there already was taken in again, and that process killed.
    let root = |folder: &Path| files::read(&folder.join(generation::ROOT));
    if root(&made)? != root(&place)? {
        return Err(Error::new(
            ErrorKind::CaBroken,
            format!(
                "{} and {} are two CAs of one name",
                made.display(),
                place.display()
            ),
        )
        .with_hint("move the one away that is not wanted"));
    }
    fs::remove_dir_all(&made).map_err(|source| Error::io("remove", &made, &source))
}

/// Names the generation that issues.
pub(super) const CURRENT: &str = "current";
/// Held while a generation is made.
pub(super) const LOCK: &str = "lock";
/// Permissions to write, for the group and for all others.
const OTHERS_WRITE: u32 = 0o022;
