//! The lock on files that belong together, and the note of what was begun with them.
//!
//! Every place has a journal beside it, which is its lock. Before several files are moved, the
//! journals of all of them tell all the moves, so that whoever comes to any of them after a kill
//! knows of the others. Moves are begun only when every journal tells them: if one does not, they
//! were not begun, or were taken back, or all were made.
//!
//! Anybody may have put journals into a folder that was downloaded. So one that is found is believed
//! only if it is a plain file of ours that nobody else may open, and if it knows the numbers that the
//! file system gave to the files it tells of: repositories cannot feign the one, archives the other.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind as IoKind, Read as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::disk::{self, Flush};
use super::folders::has_no_locks;
use super::moves::{Move, complete};
use super::place::{Identity, beside, from_text, is_there, to_text};
use crate::error::{Error, ErrorKind, Result};

/// The locks on a group of places.
#[derive(Debug)]
pub struct Journals(Vec<Journal>);

impl Journals {
    /// Waits for the locks, and completes what a killed process had begun at any of the places.
    pub fn lock(places: &BTreeSet<PathBuf>) -> Result<Self> {
        let mut wider = places.clone();
        loop {
            let mut this = Self(Vec::new());
            // All take them in the same order, so that no two wait for each other.
            for place in &wider {
                match Journal::lock(place, &this.0)? {
                    Some(journal) => this.0.push(journal),
                    None if places.contains(place) => return Err(twice(place)),
                    None => {}
                }
            }
            let before = wider.len();
            wider.extend(this.0.iter().flat_map(Journal::others));
            if wider.len() == before {
                this.settle()?;
                this.0.retain(|journal| places.contains(&journal.place));
                return Ok(this);
            }
        }
    }

    /// Gives away those of some places.
    pub fn take(&mut self, places: &BTreeSet<&PathBuf>) -> Self {
        let theirs = |journal: &mut Journal| places.contains(&journal.place);
        Self(self.0.extract_if(.., theirs).collect())
    }

    /// Tells the moves in every journal: from here on they are begun.
    pub fn announce(&mut self, moves: &[Move], flush: Flush) -> Result<()> {
        let records = moves.iter().map(Record::of).collect::<Result<Vec<_>>>()?;
        let text = serde_json::json!(records).to_string();
        self.0
            .iter_mut()
            .try_for_each(|journal| journal.write(&text, flush))
    }

    /// Has the journals removed with their locks, now that all moves are made. Whoever is killed before
    /// leaves some that tell of what is done.
    pub fn finish(&mut self) {
        self.0.iter_mut().for_each(|journal| journal.text.clear());
    }

    /// Empties the journals: from the first one on nothing is begun any more.
    pub fn withdraw(&mut self) -> Result<()> {
        self.0.iter_mut().try_for_each(Journal::empty)
    }

    fn settle(&mut self) -> Result<()> {
        for at in 0..self.0.len() {
            let text = self.0[at].text.clone();
            let moves = moves_of(&text);
            let tells = |planned: &Move| {
                let mut all = self.0.iter();
                all.any(|journal| journal.place == planned.place && journal.text == text)
            };
            if !moves.is_empty() && moves.iter().all(tells) {
                complete(&moves).map_err(|error| self.0[at].explain(error))?;
                // Else the same moves would be made again with what the present command writes.
                let told = self.0.iter_mut().filter(|journal| journal.text == text);
                told.into_iter().try_for_each(Journal::empty)?;
            } else if !text.is_empty() {
                self.0[at].discard()?;
            }
        }
        Ok(())
    }
}

/// The lock on one place.
#[derive(Debug)]
struct Journal {
    place: PathBuf,
    path: PathBuf,
    file: File,
    /// What it tells; removed with it only if that is nothing.
    text: String,
}

impl Journal {
    /// Waits for the lock; returns none if it is held already, under another spelling of the place.
    fn lock(place: &Path, held: &[Self]) -> Result<Option<Self>> {
        let path = beside(place, "journal")?;
        let failed = |source| Error::io("write", place, &source);
        loop {
            let (file, found) = match disk::create(&path, true) {
                Ok(file) => (file, false),
                Err(source) if source.kind() == IoKind::AlreadyExists => {
                    match open(&path, place)? {
                        Some(file) => (file, true),
                        None => continue,
                    }
                }
                Err(source) => return Err(failed(source)),
            };
            if found && held.iter().any(|held| held.is(&file, place)) {
                return Ok(None);
            }
            match file.lock() {
                Ok(()) => {}
                // Without locks the atomic moves still hold; only the turns are lost.
                Err(source) if has_no_locks(&source) => {}
                Err(source) => return Err(failed(source)),
            }
            // Whoever held the lock before may have removed the file that was waited for.
            if !is_still_at(&file, &path) {
                continue;
            }
            if found && !is_our_own(&file, place)? {
                disk::remove(&path).map_err(|_| odd(&path, "belongs to somebody else"))?;
                continue;
            }
            let mut this = Self {
                place: place.to_owned(),
                path,
                file,
                text: String::new(),
            };
            this.read();
            if found && this.text.is_empty() {
                this.discard()?;
            }
            return Ok(Some(this));
        }
    }

    /// Not every file system tells capital letters from small ones.
    #[cfg(unix)]
    fn is(&self, file: &File, _: &Path) -> bool {
        is_still_at(file, &self.path)
    }

    #[cfg(not(unix))]
    fn is(&self, _: &File, place: &Path) -> bool {
        let held = self.place.as_os_str();
        held.eq_ignore_ascii_case(place)
    }

    fn read(&mut self) {
        let mut text = String::new();
        let read = (&self.file).take(MAX_JOURNAL).read_to_string(&mut text);
        // One that was cut off while it was written tells nothing yet.
        if read.is_ok() && !moves_of(&text).is_empty() {
            self.text = text;
        }
    }

    /// The places that were to be moved to together with this one, if they may still tell of it.
    fn others(&self) -> impl Iterator<Item = PathBuf> {
        let moves = moves_of(&self.text).into_iter();
        moves
            .filter(|planned| beside(&planned.place, "journal").is_ok_and(|path| is_there(&path)))
            .map(|planned| planned.place)
    }

    fn write(&mut self, text: &str, flush: Flush) -> Result<()> {
        // Even if it fails, some of it may be there.
        if self.text.is_empty() {
            text.clone_into(&mut self.text);
        }
        disk::fill(&mut self.file, text.as_bytes(), flush)
            .map_err(|source| Error::io("write", &self.path, &source))?;
        text.clone_into(&mut self.text);
        Ok(())
    }

    fn empty(&mut self) -> Result<()> {
        if !self.text.is_empty() && self.write("", Flush::Now).is_err() {
            // Without it nothing is begun either.
            disk::remove(&self.path).map_err(|source| Error::io("remove", &self.path, &source))?;
        }
        Ok(())
    }

    /// Removes what was written for moves that were never begun.
    fn discard(&mut self) -> Result<()> {
        let temporary = beside(&self.place, "tmp")?;
        if is_there(&temporary) {
            disk::remove(&temporary).map_err(|source| Error::io("remove", &temporary, &source))?;
        }
        self.empty()
    }

    fn explain(&self, error: Error) -> Error {
        let journal = self.path.display();
        error.with_hint(format!(
            "a command that was killed had begun this; mend the cause, or give it up by removing {journal}"
        ))
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        if self.text.is_empty() {
            let _ = disk::remove(&self.path);
        }
    }
}

/// A move as a journal tells it. The temporary name is not told, since it follows from the place.
#[derive(Deserialize, Serialize)]
struct Record {
    place: String,
    replace: bool,
    file: Option<Identity>,
}

impl Record {
    fn of(planned: &Move) -> Result<Self> {
        Ok(Self {
            place: to_text(&planned.place)?,
            replace: planned.replace,
            file: planned.identity,
        })
    }

    fn into_move(self) -> Option<Move> {
        let mut planned = Move::to(from_text(&self.place)?, self.replace).ok()?;
        planned.identity = self.file;
        Some(planned)
    }
}

fn moves_of(text: &str) -> Vec<Move> {
    let records: Vec<Record> = serde_json::from_str(text).unwrap_or_default();
    records.into_iter().filter_map(Record::into_move).collect()
}

/// Opens a journal that is there, unless it is gone again.
fn open(path: &Path, place: &Path) -> Result<Option<File>> {
    if path
        .symlink_metadata()
        .is_ok_and(|metadata| !metadata.is_file())
    {
        return Err(odd(path, "is not a plain file, and none of ours"));
    }
    match OpenOptions::new().read(true).write(true).open(path) {
        Err(source) if source.kind() == IoKind::NotFound => Ok(None),
        opened => opened
            .map(Some)
            .map_err(|source| Error::io("write", place, &source)),
    }
}

fn odd(path: &Path, what: &str) -> Error {
    let told = format!("{} {what}", path.display());
    Error::new(ErrorKind::AlreadyExists, told).with_hint("remove it")
}

/// Whether a journal that was found is such as we make them: of the same owner as a file that we make
/// now, with one name, and for nobody else to open.
#[cfg(unix)]
fn is_our_own(file: &File, place: &Path) -> Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let failed = |source| Error::io("write", place, &source);
    let found = file.metadata().map_err(failed)?;
    let ours = our_number(place)?;
    let is_private = found.mode() & 0o7777 == 0o600 && found.nlink() == 1;
    Ok(is_private && found.uid() == ours)
}

/// The number of the user that files beside a place belong to if we make them.
#[cfg(unix)]
pub fn our_number(place: &Path) -> Result<u32> {
    let failed = |source| Error::io("write", place, &source);
    let probe = beside(place, "probe")?;
    let _ = disk::remove(&probe);
    let ours = disk::create(&probe, true).and_then(|made| made.metadata());
    let ours = ours.map_err(failed)?;
    disk::remove(&probe).map_err(failed)?;
    Ok(std::os::unix::fs::MetadataExt::uid(&ours))
}

/// Elsewhere the folder says who may write to it.
#[cfg(not(unix))]
fn is_our_own(_: &File, _: &Path) -> Result<bool> {
    Ok(true)
}

/// What is said of one place that is to be written twice.
pub fn twice(place: &Path) -> Error {
    Error::new(
        ErrorKind::InvalidValue,
        format!(
            "two different things would be written to {}",
            place.display()
        ),
    )
    .with_hint("give each a place of its own")
}

/// Whether what was opened is what bears the name, which thus is no link to it either.
#[cfg(unix)]
fn is_still_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (file.metadata(), path.symlink_metadata()) {
        (Ok(held), Ok(there)) => (held.dev(), held.ino()) == (there.dev(), there.ino()),
        _ => false,
    }
}

/// Elsewhere a file that is open is not removed.
#[cfg(not(unix))]
fn is_still_at(_: &File, path: &Path) -> bool {
    path.exists()
}

/// A handful of paths.
const MAX_JOURNAL: u64 = 1 << 20;
