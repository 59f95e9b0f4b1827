//! Folders, and what is locked in them.

use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind as IoKind;
use std::path::Path;

use crate::error::{Error, Result};

/// Makes a folder that only its owner may enter, and those above it.
pub fn make_private_folder(path: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(path)
        .map_err(|source| Error::io("make the folder", path, &source))
}

/// A lock that lasts as long as the value, on a file made for it.
#[derive(Debug)]
pub struct Lock(#[allow(dead_code)] File);

impl Lock {
    /// Waits for the lock on a file, which is made if need be and stays.
    pub fn wait(path: &Path) -> Result<Self> {
        let failed = |source| Error::io("lock", path, &source);
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(failed)?;
        match file.lock() {
            Err(source) if source.kind() != IoKind::Unsupported => Err(failed(source)),
            _ => Ok(Self(file)),
        }
    }
}
