//! Folders, and what is locked in them.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind as IoKind;
use std::path::{Path, PathBuf};

use super::disk;
use crate::error::{Error, Result};

/// Makes a folder that only its owner may enter, and those above it.
pub fn make_private_folder(path: &Path) -> Result<()> {
    make_folder(path, 0o700)
}

/// Makes a folder that others may enter, and nobody else may change, and those above it.
pub fn make_shared_folder(path: &Path) -> Result<()> {
    make_folder(path, 0o755)
}

fn make_folder(path: &Path, mode: u32) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, mode);
    #[cfg(not(unix))]
    let _ = mode;
    builder
        .create(path)
        .map_err(|source| Error::io("make the folder", path, &source))
}

/// Folders that were made for files, and are removed again unless the files came.
#[derive(Debug)]
#[must_use = "the folders are removed when this is dropped"]
pub struct NewFolders(Vec<PathBuf>);

impl NewFolders {
    /// Makes folders and those above them, as far as they are not there.
    pub fn make<P: AsRef<Path>>(folders: impl IntoIterator<Item = P>) -> Result<Self> {
        let mut this = Self(Vec::new());
        for folder in folders {
            let folder = folder.as_ref();
            this.add(folder)
                .map_err(|source| Error::io("make the folder", folder, &source))?;
        }
        Ok(this)
    }

    /// Lets others enter them, whatever the umask: what is in them is given to others.
    pub fn admit_all(&self) -> Result<()> {
        self.0.iter().try_for_each(|folder| {
            disk::admit_all(folder).map_err(|source| Error::io("open to others", folder, &source))
        })
    }

    /// Lets them stay.
    pub fn keep(mut self) {
        self.0.clear();
    }

    fn add(&mut self, folder: &Path) -> std::io::Result<()> {
        match (disk::make_folder(folder), folder.parent()) {
            (Ok(()), _) => self.0.push(folder.to_owned()),
            (Err(_), _) if folder.is_dir() => {}
            (Err(source), Some(above)) if source.kind() == IoKind::NotFound => {
                self.add(above)?;
                disk::make_folder(folder)?;
                self.0.push(folder.to_owned());
            }
            (Err(source), _) => return Err(source),
        }
        Ok(())
    }
}

impl Drop for NewFolders {
    fn drop(&mut self) {
        // Those that somebody else has put something into stay.
        for folder in self.0.iter().rev() {
            let _ = disk::remove_folder(folder);
        }
    }
}

/// A lock that lasts as long as the value, on a file made for it.
#[derive(Debug)]
pub struct Lock(#[allow(dead_code)] File);

impl Lock {
    /// Waits for the lock on a file, which is made if need be and stays.
    pub fn wait(path: &Path) -> Result<Self> {
        Self::held(path, File::lock)
    }

    /// The same, beside others who share it.
    pub fn share(path: &Path) -> Result<Self> {
        Self::held(path, File::lock_shared)
    }

    /// Takes the lock if nobody holds it or shares it.
    pub fn if_free(path: &Path) -> Result<Option<Self>> {
        let file = Self::open(path)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) if source.kind() != IoKind::Unsupported => {
                Err(refused(path, &source))
            }
            _ => Ok(Some(Self(file))),
        }
    }

    fn held(path: &Path, lock: impl FnOnce(&File) -> std::io::Result<()>) -> Result<Self> {
        let file = Self::open(path)?;
        match lock(&file) {
            Err(source) if source.kind() != IoKind::Unsupported => Err(refused(path, &source)),
            _ => Ok(Self(file)),
        }
    }

    fn open(path: &Path) -> Result<File> {
        OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(|source| Error::io("lock", path, &source))
    }
}

fn refused(path: &Path, source: &std::io::Error) -> Error {
    let error = Error::io("lock", path, source);
    match has_no_locks(source) {
        true => error.with_hint(
            "the file system has no locks, without which processes lose each other's work: choose a folder on another",
        ),
        false => error,
    }
}

/// Tells whether the file system of a file is known to have no locks.
pub fn is_lockless(path: &Path) -> bool {
    let refused = File::open(path).and_then(|file| match file.try_lock_shared() {
        Err(TryLockError::Error(source)) => Err(source),
        _ => Ok(()),
    });
    refused.is_err_and(|source| has_no_locks(&source))
}

/// Tells whether a file system has no locks, rather than not this one.
pub(super) fn has_no_locks(source: &std::io::Error) -> bool {
    source.kind() == IoKind::Unsupported || source.raw_os_error() == Some(NO_LOCKS)
}

/// `ENOLCK`, which NFS gives where nobody serves its locks: <asm-generic/errno.h>, and <sys/errno.h> of the BSDs.
const NO_LOCKS: i32 = if cfg!(any(target_os = "linux", target_os = "android")) {
    37
} else {
    77
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::faults::failing;

    #[test]
    fn folders_go_again_unless_they_are_kept() {
        let around = tempfile::tempdir().unwrap();
        let (first, deep) = (around.path().join("a"), around.path().join("a/b/c"));
        let made = NewFolders::make([&deep]).unwrap();
        assert!(deep.is_dir());
        drop(made);
        assert!(!first.exists());

        // What somebody else uses by then stays.
        let made = NewFolders::make([&deep]).unwrap();
        fs::write(first.join("file"), "").unwrap();
        drop(made);
        assert!(first.join("file").exists() && !first.join("b").exists());

        NewFolders::make([&deep]).unwrap().keep();
        assert!(deep.is_dir());
        drop(NewFolders::make([&deep]).unwrap());
        assert!(deep.is_dir(), "it was there before");
    }

    #[test]
    fn folders_go_again_if_one_below_cannot_be_made() {
        let around = tempfile::tempdir().unwrap();
        for step in 0..5 {
            let deep = around.path().join("a/b/c");
            let (made, _) = failing(&[(step, step + 1)], || NewFolders::make([&deep]).err());
            assert!(made.is_some(), "step {step}");
            assert!(!around.path().join("a").exists(), "step {step}");
        }
    }
}
