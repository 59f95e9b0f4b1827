//! Who may read a private file.

use std::fs;
use std::path::Path;

use crate::error::{Error, Result};

/// Who beside its owner may read a private file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Exposure {
    /// Nobody.
    None,
    /// Others, and its mode can be changed.
    Mendable(u32),
    /// Others, and its mode cannot be changed: read-only mounts, other people's files.
    Fixed(u32),
}

/// Tells whether others may read a file, and whether `chmod` could mend it.
pub fn exposure(path: &Path) -> Result<Exposure> {
    let metadata = fs::metadata(path).map_err(|source| Error::io("read", path, &source))?;
    #[cfg(unix)]
    {
        let permissions = metadata.permissions();
        let mode = std::os::unix::fs::PermissionsExt::mode(&permissions) & 0o777;
        if mode & 0o077 == 0 {
            return Ok(Exposure::None);
        }
        // Setting the mode it has changes nothing, and fails where setting another would.
        let mendable = fs::set_permissions(path, permissions).is_ok();
        Ok(if mendable {
            Exposure::Mendable(mode)
        } else {
            Exposure::Fixed(mode)
        })
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        Ok(Exposure::None)
    }
}
