//! Files on their way from a hidden name to their place.

use std::collections::HashSet;
use std::fs::File;
use std::io::ErrorKind as IoKind;
use std::path::{Path, PathBuf};

use super::disk::Flush;
use super::place::{Identity, beside, identity, is_there, or_here};
use super::{NewFile, disk, exists};
use crate::error::{Error, ErrorKind, Result};

/// One file's way from its temporary name to its place.
#[derive(Debug)]
pub struct Move {
    pub place: PathBuf,
    pub temporary: PathBuf,
    pub replace: bool,
    /// Where the file that is replaced waits until all moves are made.
    aside: PathBuf,
    /// The file that moves, once it is written.
    pub identity: Option<Identity>,
}

impl Move {
    /// The way to a place, from the name that is ours beside it.
    pub fn to(place: PathBuf, replace: bool) -> Result<Self> {
        Ok(Self {
            temporary: beside(&place, "tmp")?,
            aside: beside(&place, "old")?,
            place,
            replace,
            identity: None,
        })
    }

    pub fn write(&mut self, file: &NewFile, flush: Flush) -> Result<()> {
        // Left by a process that was killed: nobody else writes it while the journal is locked.
        let _ = disk::remove(&self.temporary);
        write_new(&self.temporary, &self.place, file, flush)?;
        self.identity = identity(&self.temporary);
        Ok(())
    }

    /// Has a link move, instead of a file.
    pub fn point(&mut self, target: &Path) -> Result<()> {
        let _ = disk::remove(&self.temporary);
        disk::symlink(target, &self.temporary)
            .map_err(|source| Error::io("write", &self.place, &source))?;
        self.identity = identity(&self.temporary);
        Ok(())
    }

    /// Removes what an earlier command could not bring back, lest this one does.
    fn clear_aside(&self) -> Result<()> {
        if self.replace && is_there(&self.aside) {
            disk::remove(&self.aside)
                .map_err(|source| Error::io("remove", &self.aside, &source))?;
        }
        Ok(())
    }

    /// Keeps what is to be replaced under a hidden name.
    fn set_aside(&self) -> Result<()> {
        if !self.replace || !is_there(&self.place) {
            return Ok(());
        }
        // File systems without links have nothing there for a moment.
        disk::link(&self.place, &self.aside)
            .or_else(|_| disk::rename(&self.place, &self.aside))
            .map_err(|source| Error::io("replace", &self.place, &source))
    }

    /// Undoes [`set_aside`](Self::set_aside) and [`make`](Self::make), however far they came. The new
    /// file is hidden again before the old one returns, so that a kill leaves it to be moved.
    fn take_back(&self) -> std::io::Result<()> {
        if self.is_made() {
            if is_there(&self.temporary) {
                disk::remove(&self.place)?;
            } else {
                disk::rename(&self.place, &self.temporary)?;
            }
        }
        if !self.replace || !is_there(&self.aside) {
            return Ok(());
        }
        if identity(&self.place) == identity(&self.aside) {
            disk::remove(&self.aside)
        } else if is_there(&self.place) {
            Ok(())
        } else {
            disk::rename(&self.aside, &self.place)
        }
    }

    fn is_made(&self) -> bool {
        self.identity.is_some() && identity(&self.place) == self.identity
    }

    /// What became of the place, where not everything could be taken back.
    fn state(&self) -> String {
        let now = match (self.is_made(), is_there(&self.place)) {
            (true, _) => "is new",
            (false, true) => "is as before",
            (false, false) => "is not there",
        };
        let old = match is_there(&self.aside) {
            true => format!(", and what it was is {}", self.aside.display()),
            false => String::new(),
        };
        format!("{} {now}{old}", self.place.display())
    }

    pub fn make(&self) -> Result<()> {
        let failed = |source: std::io::Error| match source.kind() {
            IoKind::AlreadyExists => exists(&self.place),
            _ => Error::io("write", &self.place, &source),
        };
        if self.replace {
            return disk::rename(&self.temporary, &self.place).map_err(failed);
        }
        // A link fails if the place is taken, which a renaming would not.
        match disk::link(&self.temporary, &self.place) {
            Ok(()) => disk::remove(&self.temporary).map_err(failed),
            Err(source) if source.kind() == IoKind::AlreadyExists => Err(failed(source)),
            // File systems without links: exFAT, some network and container mounts.
            Err(_) if !is_there(&self.place) => {
                disk::rename(&self.temporary, &self.place).map_err(failed)
            }
            Err(source) => Err(failed(source)),
        }
    }

    fn complete(&self) -> Result<()> {
        let left = identity(&self.temporary);
        let made = match left {
            None => return Ok(()),
            _ if left == self.identity => self.make(),
            // Not the file that was written.
            _ => Err(exists(&self.temporary)),
        };
        match made {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => disk::remove(&self.temporary)
                .map_err(|source| Error::io("remove", &self.temporary, &source)),
            other => other,
        }
    }
}

/// Writes a file under a name that is free, durably. What fails is told of the place that it is for.
pub fn write_new(path: &Path, place: &Path, new: &NewFile, flush: Flush) -> Result<()> {
    let failed = |source| Error::io("write", place, &source);
    let mut file = disk::create(path, new.private).map_err(failed)?;
    disk::give(&file, new.holder).map_err(|source| Error::io("give away", place, &source))?;
    disk::fill(&mut file, &new.contents, flush).map_err(failed)
}

/// Why files are not in their places.
#[derive(Debug)]
pub struct NotCommitted {
    /// What went wrong.
    pub error: Error,
    /// Whether every place holds what it held before; else the error tells what each holds.
    pub as_before: bool,
}

impl NotCommitted {
    /// Nothing is left to be taken back, except that the journals tell what was not done.
    pub fn and(self, failed: &Error) -> Self {
        let told = format!("{}, and it is still begun: {failed}", self.error);
        Self {
            error: Error::new(self.error.kind(), told)
                .with_hint("the next command that writes to the same places completes it"),
            as_before: false,
        }
    }
}

impl From<Error> for NotCommitted {
    /// Something that failed before the first move.
    fn from(error: Error) -> Self {
        Self {
            error,
            as_before: true,
        }
    }
}

/// Makes all moves, or takes back those that were made. [`make_durable`] and [`remove_replaced`] are left to do.
pub fn carry_out(moves: &[Move]) -> std::result::Result<(), NotCommitted> {
    moves.iter().try_for_each(Move::clear_aside)?;
    for (at, planned) in moves.iter().enumerate() {
        // A single move is made or not, so nothing is to be brought back.
        let prepared = match moves.len() {
            1 => Ok(()),
            _ => planned.set_aside(),
        };
        prepared
            .and_then(|()| planned.make())
            .map_err(|error| take_back(moves, at, error))?;
    }
    Ok(())
}

fn take_back(moves: &[Move], failed: usize, error: Error) -> NotCommitted {
    let mut as_before = true;
    for planned in moves[..=failed].iter().rev() {
        as_before &= planned.take_back().is_ok();
    }
    make_durable(moves);
    if as_before {
        return NotCommitted { error, as_before };
    }
    let states = moves.iter().map(Move::state).collect::<Vec<_>>();
    let told = format!(
        "{error}, and not everything could be taken back: {}",
        states.join("; ")
    );
    let error = Error::new(error.kind(), told)
        .with_hint("mend the cause and run the command again with --force");
    NotCommitted { error, as_before }
}

/// Removes what was replaced and waits until nobody can want it back.
pub fn remove_replaced(moves: &[Move]) {
    for made in moves.iter().filter(|made| made.replace) {
        if is_there(&made.aside) {
            let _ = disk::remove(&made.aside);
        }
    }
}

/// Makes the moves that a killed process had begun and not made; what appeared in a place that was
/// to be free stays.
pub fn complete(moves: &[Move]) -> Result<()> {
    moves.iter().try_for_each(Move::complete)?;
    make_durable(moves);
    remove_replaced(moves);
    Ok(())
}

/// Makes the folders' entries durable; not every system lets a folder be opened for that.
pub fn make_durable<'a>(moves: impl IntoIterator<Item = &'a Move>) {
    let folders: HashSet<&Path> = moves
        .into_iter()
        .filter_map(|made| made.place.parent())
        .collect();
    for folder in folders {
        let _ = File::open(or_here(folder)).and_then(|folder| disk::sync(&folder));
    }
}
