//! A file that is too large to be held: written bit by bit, and there whole or not at all.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::disk::Flush;
use super::journal::Journals;
use super::moves::{Move, carry_out, make_durable};
use super::place::{is_there, require_plain, resolve};
use super::{Existing, NewFile, disk, exists};
use crate::error::{Error, Result};

/// A file for its owner's eyes that grows under a hidden name, and goes if it is dropped before it is finished.
#[derive(Debug)]
pub struct Growing {
    file: BufWriter<File>,
    planned: Move,
    done: bool,
    _lock: Journals,
}

impl Growing {
    /// Begins the file of a place.
    ///
    /// Fails as [`write()`](super::write()) does.
    pub fn begin(path: &Path, existing: Existing) -> Result<Self> {
        require_plain(path)?;
        let place = resolve(path)?;
        let lock = Journals::lock(&BTreeSet::from([place.clone()]))?;
        let replace = existing == Existing::Replace;
        if !replace && is_there(path) {
            return Err(exists(path));
        }
        let mut planned = Move::to(place, replace)?;
        planned.write(&NewFile::private(path, []), Flush::Now)?;
        let opened = File::options().append(true).open(&planned.temporary);
        let file = opened.map_err(|source| Error::io("write", path, &source))?;
        Ok(Self {
            file: BufWriter::with_capacity(BUFFER, file),
            planned,
            done: false,
            _lock: lock,
        })
    }

    /// Puts the file in its place, durably.
    pub fn finish(mut self) -> Result<()> {
        let place = self.planned.place.clone();
        let written = self
            .file
            .flush()
            .and_then(|()| disk::sync(self.file.get_ref()));
        written.map_err(|source| Error::io("write", &place, &source))?;
        carry_out(std::slice::from_ref(&self.planned)).map_err(|failed| failed.error)?;
        make_durable([&self.planned]);
        self.done = true;
        Ok(())
    }
}

impl Write for Growing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Growing {
    fn drop(&mut self) {
        if !self.done {
            let _ = disk::remove(&self.planned.temporary);
        }
    }
}

/// As much as disks like to take at once.
const BUFFER: usize = 256 * 1024;

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn it_is_there_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a.tar");
        let mut begun = Growing::begin(&place, Existing::Keep).unwrap();
        begun.write_all(&[7; 1 << 20]).unwrap();
        assert!(!place.exists());
        drop(begun);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let mut begun = Growing::begin(&place, Existing::Keep).unwrap();
        begun.write_all(b"whole").unwrap();
        begun.finish().unwrap();
        assert_eq!(fs::read(&place).unwrap(), b"whole");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(Growing::begin(&place, Existing::Keep).is_err());
        assert!(Growing::begin(&place, Existing::Replace).is_ok());
        #[cfg(unix)]
        assert_eq!(
            crate::files::exposure(&place).unwrap(),
            crate::files::Exposure::None
        );
    }
}
