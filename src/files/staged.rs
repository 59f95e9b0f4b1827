//! Files that belong together, written beside their places: whoever commits them moves all or none.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::disk::{self, Flush};
use super::journal::{self, Journals};
use super::linked::{self, Version};
use super::moves::{self, Move, NotCommitted};
use super::place::{is_there, require_plain, resolve};
use super::{Existing, NewFile, exists};
use crate::error::{Error, ErrorKind, Result};

/// Files that are written but not yet in their places. See [`stage`].
#[derive(Debug)]
pub struct Staged {
    /// Dropped, and tidied after, while the locks are held.
    versions: Vec<Version>,
    journals: Journals,
    moves: Vec<Move>,
    existing: Existing,
    done: bool,
}

impl Staged {
    /// Nothing yet, of files whose places are locked.
    pub(super) fn under(journals: Journals, existing: Existing) -> Self {
        Self {
            versions: Vec::new(),
            journals,
            moves: Vec::new(),
            existing,
            done: false,
        }
    }

    /// Puts the files in their places, or leaves every place as it was.
    pub fn commit(mut self) -> std::result::Result<(), NotCommitted> {
        self.announce(Flush::Now)?;
        self.make()?;
        moves::make_durable(&self.moves);
        self.finish();
        Ok(())
    }

    /// Has the journals tell the moves.
    pub(super) fn announce(&mut self, flush: Flush) -> std::result::Result<(), NotCommitted> {
        let announced = match self.moves.len() {
            0 | 1 => Ok(()),
            _ => self.journals.announce(&self.moves, flush),
        };
        announced.or_else(|error| self.give_up(error.into()))
    }

    /// Makes the moves, not durably yet.
    pub(super) fn make(&mut self) -> std::result::Result<(), NotCommitted> {
        moves::carry_out(&self.moves).or_else(|failed| self.give_up(failed))
    }

    /// Has the journals tell nothing any more.
    pub(super) fn give_up(
        &mut self,
        failed: NotCommitted,
    ) -> std::result::Result<(), NotCommitted> {
        match self.journals.withdraw() {
            Ok(()) => Err(failed),
            Err(error) => {
                self.done = true;
                Err(failed.and(&error))
            }
        }
    }

    /// Gives up what was replaced and what tells of the moves, once they are durable.
    pub(super) fn finish(&mut self) {
        moves::remove_replaced(&self.moves);
        self.journals.finish();
        self.done = true;
    }

    /// The moves that are planned.
    pub(super) fn moves(&self) -> &[Move] {
        &self.moves
    }

    /// Writes the next of the files beside its place.
    pub(super) fn add(&mut self, place: PathBuf, file: NewFile, flush: Flush) -> Result<()> {
        let replace = self.existing == Existing::Replace;
        require_plain(&file.path)?;
        let within = linked::split(&place);
        if let Some((folder, _)) = within {
            self.version(folder)?;
        }
        if !replace && is_there(&file.path) {
            return Err(exists(&file.path));
        }
        if file.path.is_symlink() && !file.path.exists() {
            let told = format!("{} is a link to what is not there", file.path.display());
            return Err(Error::new(ErrorKind::AlreadyExists, told).with_hint("remove it"));
        }
        if let Some((folder, name)) = within {
            return self.version(folder)?.add(name, &file);
        }
        let mut planned = Move::to(place, replace)?;
        let written = planned.write(&file, flush);
        self.moves.push(planned);
        written
    }

    /// The next version of a folder whose files change together; once it is begun, nothing there is left of a kill.
    fn version(&mut self, folder: &Path) -> Result<&mut Version> {
        let known = self.versions.iter().position(|it| it.folder() == folder);
        let at = known.unwrap_or(self.versions.len());
        if known.is_none() {
            self.versions.push(Version::begin(folder)?);
        }
        Ok(&mut self.versions[at])
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.done {
            for planned in &self.moves {
                let _ = disk::remove(&planned.temporary);
            }
        }
    }
}

/// Writes files under temporary names, durably, so that only their renaming is left to do.
///
/// Fails as [`write()`](super::write()) does. Nothing remains if the result is dropped.
pub fn stage(files: Vec<NewFile>, existing: Existing) -> Result<Staged> {
    let mut places = BTreeSet::new();
    let mut targets = Vec::new();
    for file in files {
        require_plain(&file.path)?;
        let place = linked::through(resolve(&file.path)?);
        if !places.insert(place.clone()) {
            return Err(journal::twice(&file.path));
        }
        targets.push((place, file));
    }
    let moved = places.iter().map(|place| linked::moved(place)).collect();
    let mut staged = Staged::under(Journals::lock(&moved)?, existing);
    for (place, file) in targets {
        staged.add(place, file, Flush::Now)?;
    }
    for version in &staged.versions {
        staged.moves.push(version.finish()?);
    }
    Ok(staged)
}

#[cfg(test)]
mod tests;
