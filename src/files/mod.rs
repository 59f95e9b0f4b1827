//! The door to the disk: bounded reading, and writing whole or not at all.
//!
//! Several files that belong together, such as a key and its certificate, are written first under
//! temporary names beside their places and made durable; then journals tell the moves, then they
//! are made. Whoever is killed leaves either nothing under a final name, or journals, which the
//! next command that writes there completes; whoever fails takes back what was done. The journals
//! are also the locks under which processes that write the same files take turns.

mod disk;
mod exposure;
mod folders;
mod groups;
mod growing;
mod hands;
mod journal;
mod linked;
mod moves;
mod new_file;
mod place;
mod reading;
mod staged;
mod together;
mod walk;

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use self::disk::Flush;
use self::journal::Journals;
use self::moves::Move;
use self::place::{beside, is_there, require_plain, resolve};
use crate::error::{Error, ErrorKind, Result};

#[cfg(test)]
pub(crate) use self::disk::faults;

pub use self::exposure::{Exposure, exposure};
pub use self::folders::{Lock, NewFolders, is_lockless, make_private_folder, make_shared_folder};
pub use self::groups::{Group, commit_all, stage_all};
pub use self::growing::Growing;
pub(crate) use self::hands::with_many_hands;
pub use self::linked::NewLink;
pub use self::moves::NotCommitted;
pub use self::new_file::{Holder, NewFile};
pub use self::reading::{beginning, read, read_bounded};
pub use self::staged::{Staged, stage};
pub use self::walk::{Found, Walk};

/// What happens to files that are there already.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Existing {
    /// They stay, and nothing is written.
    Keep,
    /// They are replaced.
    Replace,
}

/// Fails with [`ErrorKind::AlreadyExists`] if any of these places is taken.
pub fn require_absent<'a>(places: impl IntoIterator<Item = &'a Path>) -> Result<()> {
    for place in places {
        require_plain(place)?;
        if is_there(place) {
            return Err(exists(place));
        }
    }
    Ok(())
}

/// Completes what a killed process had begun to move to these places.
pub fn settle<'a>(places: impl IntoIterator<Item = &'a Path>) -> Result<()> {
    let (mut begun, mut untidy) = (BTreeSet::new(), BTreeSet::new());
    for place in places {
        // A folder that is not there yet holds nothing that was begun.
        let Ok(place) = resolve(place).map(linked::through) else {
            continue;
        };
        let moved = linked::moved(&place);
        let is_untidy = linked::is_untidy(&place);
        if is_untidy || is_there(&beside(&moved, "journal")?) {
            begun.insert(moved);
        }
        untidy.extend(
            linked::split(&place)
                .filter(|_| is_untidy)
                .map(|(folder, _)| folder.to_owned()),
        );
    }
    let _locks = Journals::lock(&begun)?;
    untidy.iter().for_each(|folder| linked::tidy(folder));
    Ok(())
}

/// Looks at places while no command moves anything to them.
///
/// Fails if they cannot be locked, as where nothing may be written beside them.
pub fn undisturbed<'a, T>(
    places: impl IntoIterator<Item = &'a Path>,
    look: impl FnOnce() -> T,
) -> Result<T> {
    let moved = |place: &Path| Ok(linked::moved(&linked::through(resolve(place)?)));
    let places = places.into_iter().map(moved).collect::<Result<_>>()?;
    let _locks = Journals::lock(&places)?;
    Ok(look())
}

/// Writes files that belong together, all or none.
///
/// Fails with [`ErrorKind::AlreadyExists`] if one is there and is to be kept, or is no plain file.
pub fn write(files: Vec<NewFile>, existing: Existing) -> Result<()> {
    stage(files, existing)?
        .commit()
        .map_err(|failed| failed.error)
}

/// Writes one public file whose name nobody else can choose, such as a random serial number, so that
/// it takes no lock. Its contents are durable, its entry in the folder follows when the system sees fit.
///
/// Fails with [`ErrorKind::AlreadyExists`] all the same, and with [`ErrorKind::NotWritable`].
pub fn write_unique(place: &Path, contents: &[u8]) -> Result<()> {
    let mut planned = Move::to(place.to_owned(), false)?;
    let done = planned
        .write(&NewFile::public(place, contents), Flush::Now)
        .and_then(|()| planned.make());
    if done.is_err() {
        let _ = disk::remove(&planned.temporary);
    }
    done
}

/// Writes one public file under its own name from the first byte, durably, where whoever reads it knows that a
/// kill leaves a part of it.
///
/// Fails with [`ErrorKind::AlreadyExists`], and leaves nothing if it fails otherwise.
pub fn write_openly(place: &Path, contents: &[u8]) -> Result<()> {
    let failed = |source| Error::io("write", place, &source);
    let mut file = disk::create(place, false).map_err(failed)?;
    disk::fill(&mut file, contents, Flush::Now).map_err(|source| {
        let _ = disk::remove(place);
        failed(source)
    })
}

/// Gives a file another name, replacing what has it.
pub fn replace(from: &Path, to: &Path) -> Result<()> {
    disk::rename(from, to).map_err(|source| Error::io("write", to, &source))
}

/// Removes a file.
pub fn remove(place: &Path) -> Result<()> {
    disk::remove(place).map_err(|source| Error::io("remove", place, &source))
}

/// Tells whether something is at a place that takes what is written and holds nothing that could be
/// replaced: a pipe, a terminal, another device.
pub fn is_stream(place: &Path) -> bool {
    place
        .metadata()
        .is_ok_and(|there| !there.is_file() && !there.is_dir())
}

/// Writes to such a place.
///
/// Fails as [`write()`] does; what was written by then cannot be taken back.
pub fn pour(place: &Path, contents: &[u8]) -> Result<()> {
    let poured = OpenOptions::new()
        .write(true)
        .open(place)
        .and_then(|mut stream| stream.write_all(contents));
    poured.map_err(|source| Error::io("write", place, &source))
}

fn exists(place: &Path) -> Error {
    Error::new(
        ErrorKind::AlreadyExists,
        format!("{} is there already", place.display()),
    )
    .with_hint("replace it with --force, or choose another place")
}

#[cfg(test)]
mod tests;
