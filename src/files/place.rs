//! Places: what a path means, and the hidden names beside it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};

pub fn beside(place: &Path, suffix: &str) -> Result<PathBuf> {
    let name = place.file_name().ok_or_else(|| {
        Error::new(
            ErrorKind::InvalidValue,
            format!("\"{}\" is not the name of a file", place.display()),
        )
    })?;
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(".certwright-");
    hidden.push(suffix);
    Ok(place.with_file_name(hidden))
}

/// The place that a path means, whatever folder a later command runs in; a link means what it points to.
pub fn resolve(place: &Path) -> Result<PathBuf> {
    let failed = |source| Error::io("write", place, &source);
    if place.is_symlink() && place.exists() {
        return fs::canonicalize(place).map_err(failed);
    }
    let folder =
        fs::canonicalize(or_here(place.parent().unwrap_or(Path::new("")))).map_err(failed)?;
    Ok(folder.join(place.file_name().unwrap_or_default()))
}

pub fn or_here(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    }
}
