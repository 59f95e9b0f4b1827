//! Files on their way from a hidden name to their place.

use std::collections::HashSet;
use std::fs::File;
use std::io::ErrorKind as IoKind;
use std::path::{Path, PathBuf};

use super::place::{beside, is_there, or_here};
use super::{disk, exists};
use crate::error::{Error, ErrorKind, Result};

/// One file's way from its temporary name to its place.
#[derive(Debug)]
pub struct Move {
    pub place: PathBuf,
    pub temporary: PathBuf,
    pub replace: bool,
}

impl Move {
    /// The way to a place, from the name that is ours beside it.
    pub fn to(place: PathBuf, replace: bool) -> Result<Self> {
        Ok(Self {
            temporary: beside(&place, "tmp")?,
            place,
            replace,
        })
    }

    pub fn write(&self, contents: &[u8], private: bool) -> Result<()> {
        let failed = |source| Error::io("write", &self.place, &source);
        // Left by a process that was killed: nobody else writes it while the journal is locked.
        let _ = disk::remove(&self.temporary);
        let mut file = disk::create(&self.temporary, private).map_err(failed)?;
        disk::fill(&mut file, contents).map_err(failed)
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
        if !is_there(&self.temporary) {
            return Ok(());
        }
        match self.make() {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => disk::remove(&self.temporary)
                .map_err(|source| Error::io("remove", &self.temporary, &source)),
            other => other,
        }
    }
}

/// Makes the moves that a killed process had begun and not made; what appeared in a place that was
/// to be free stays.
pub fn complete(moves: &[Move]) -> Result<()> {
    moves.iter().try_for_each(Move::complete)?;
    make_durable(moves);
    Ok(())
}

/// Makes the folders' entries durable; not every system lets a folder be opened for that.
pub fn make_durable(moves: &[Move]) {
    let folders: HashSet<&Path> = moves
        .iter()
        .filter_map(|made| made.place.parent())
        .collect();
    for folder in folders {
        let _ = File::open(or_here(folder)).and_then(|folder| disk::sync(&folder));
    }
}
