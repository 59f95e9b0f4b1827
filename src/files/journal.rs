//! The lock on files that belong together, and the note of what was begun with them.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind as IoKind, Read as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::disk;
use super::moves::Move;
use super::place::{beside, from_text, to_text};
use crate::error::{Error, ErrorKind, Result};

/// A move as a journal tells it. The temporary name is not told, since it follows from the place.
#[derive(Deserialize, Serialize)]
struct Record {
    place: String,
    replace: bool,
}

impl Record {
    fn of(planned: &Move) -> Result<Self> {
        Ok(Self {
            place: to_text(&planned.place)?,
            replace: planned.replace,
        })
    }

    fn to_move(self) -> Option<Move> {
        Move::to(from_text(&self.place)?, self.replace).ok()
    }
}

/// The lock on a group of files, and the moves that were begun.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    kept: bool,
}

impl Journal {
    pub fn lock(first: &Path) -> Result<Self> {
        let path = beside(first, "journal")?;
        let failed = |source| Error::io("write", first, &source);
        if path
            .symlink_metadata()
            .is_ok_and(|metadata| !metadata.is_file())
        {
            let odd = format!("{} is not a plain file, and none of ours", path.display());
            return Err(Error::new(ErrorKind::AlreadyExists, odd).with_hint("remove it"));
        }
        loop {
            let mut options = OpenOptions::new();
            options.read(true).write(true).create(true).truncate(false);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let file = options.open(&path).map_err(failed)?;
            match file.lock() {
                Ok(()) => {}
                // Without locks the atomic moves still hold; only the turns are lost.
                Err(source) if source.kind() == IoKind::Unsupported => {}
                Err(source) => return Err(failed(source)),
            }
            // Whoever held the lock before may have removed the file that was waited for.
            if is_still_at(&file, &path) {
                return Ok(Self {
                    path,
                    file,
                    kept: false,
                });
            }
        }
    }

    /// Only moves to the places of the present command are made, and only from our own names beside
    /// them: anybody may have put a journal into a folder that was downloaded.
    pub fn complete_interrupted(&mut self, places: &HashSet<PathBuf>) -> Result<()> {
        let mut text = String::new();
        let read = (&self.file).take(MAX_JOURNAL).read_to_string(&mut text);
        // One that was cut off while it was written announces nothing yet.
        let records: Option<Vec<Record>> = read.ok().and_then(|_| serde_json::from_str(&text).ok());
        let moves = records.into_iter().flatten().filter_map(Record::to_move);
        moves
            .filter(|planned| places.contains(&planned.place))
            .try_for_each(|planned| planned.complete())?;
        // Else it would make the same moves again with what the present command writes.
        disk::fill(&mut self.file, b"").map_err(|source| Error::io("write", &self.path, &source))
    }

    pub fn write(&mut self, moves: &[Move]) -> Result<()> {
        let failed = |source| Error::io("write", &self.path, &source);
        let records = moves.iter().map(Record::of).collect::<Result<Vec<_>>>()?;
        let text = serde_json::json!(records).to_string();
        disk::fill(&mut self.file, text.as_bytes()).map_err(failed)
    }

    pub fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        if !self.kept {
            let _ = disk::remove(&self.path);
        }
    }
}

#[cfg(unix)]
fn is_still_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (file.metadata(), fs::metadata(path)) {
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
