//! What is to be written: a file's place, what it holds, and whose it becomes.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::error::Result;

/// A file to be written.
#[derive(Debug)]
pub struct NewFile {
    /// Its place.
    pub path: PathBuf,
    /// What it holds.
    pub contents: Zeroizing<Vec<u8>>,
    /// Whether only its owner may read it (mode 0600 from the first byte); else all may whom the umask lets, and
    /// nobody else writes.
    pub private: bool,
    /// To whom it is given before it has its name.
    pub holder: Holder,
}

impl NewFile {
    /// A file that anybody may read.
    pub fn public(path: impl Into<PathBuf>, contents: impl Into<Vec<u8>>) -> Self {
        Self {
            path: path.into(),
            contents: Zeroizing::new(contents.into()),
            private: false,
            holder: Holder::default(),
        }
    }

    /// A file for its owner's eyes.
    pub fn private(path: impl Into<PathBuf>, contents: impl Into<Vec<u8>>) -> Self {
        Self {
            path: path.into(),
            contents: Zeroizing::new(contents.into()),
            private: true,
            holder: Holder::default(),
        }
    }
}

/// The owner, group and mode of a file, as far as they are not to be those that every file gets.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Holder {
    /// The number of the user: only root gives files to others.
    pub user: Option<u32>,
    /// The number of the group.
    pub group: Option<u32>,
    /// The mode.
    pub mode: Option<u32>,
}

impl Holder {
    /// Whose a file is that is there, and its mode.
    #[cfg(unix)]
    pub fn of(path: &Path) -> Result<Self> {
        use std::os::unix::fs::MetadataExt as _;
        let found = path.metadata();
        let found = found.map_err(|source| crate::error::Error::io("read", path, &source))?;
        Ok(Self {
            user: Some(found.uid()),
            group: Some(found.gid()),
            mode: Some(found.mode() & 0o777),
        })
    }

    /// Elsewhere files have what their folder gives them.
    #[cfg(not(unix))]
    pub fn of(_: &Path) -> Result<Self> {
        Ok(Self::default())
    }
}
