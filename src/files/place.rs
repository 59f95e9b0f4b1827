//! Places: what a path means, and the hidden names beside it.

use std::fs;
use std::path::{Path, PathBuf};

#[cfg(unix)]
use data_encoding::HEXLOWER;

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

/// Tells whether there is anything at a place, be it a link to nothing.
pub fn is_there(place: &Path) -> bool {
    place.symlink_metadata().is_ok()
}

/// Fails with [`ErrorKind::AlreadyExists`] if something is at a place that is not a plain file, which
/// to replace would do more harm than was meant.
pub fn require_plain(place: &Path) -> Result<()> {
    let what = match place.metadata() {
        Ok(there) if !there.is_file() => what(there.file_type()),
        _ => return Ok(()),
    };
    let told = format!(
        "{} is {what}, and only plain files are replaced",
        place.display()
    );
    Err(Error::new(ErrorKind::AlreadyExists, told).with_hint(
        "choose another place; what writes one document writes it to standard output with -o -",
    ))
}

fn what(kind: fs::FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        if kind.is_char_device() {
            return "a character device";
        } else if kind.is_block_device() {
            return "a block device";
        } else if kind.is_fifo() {
            return "a pipe";
        } else if kind.is_socket() {
            return "a socket";
        }
    }
    if kind.is_dir() {
        "a folder"
    } else {
        "a device"
    }
}

/// Tells one file from another, whatever their names: its number on its file system.
#[cfg(unix)]
pub type Identity = u64;

/// Tells one file from another, whatever their names: when it was written.
#[cfg(not(unix))]
pub type Identity = std::time::SystemTime;

/// Returns the identity of what is at a place.
pub fn identity(place: &Path) -> Option<Identity> {
    let metadata = place.symlink_metadata().ok()?;
    #[cfg(unix)]
    return Some(std::os::unix::fs::MetadataExt::ino(&metadata));
    #[cfg(not(unix))]
    return metadata.modified().ok();
}

pub fn or_here(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    }
}

/// Writes a path down: its bytes in hex, since no encoding of text holds every path.
#[cfg(unix)]
pub fn to_text(path: &Path) -> Result<String> {
    use std::os::unix::ffi::OsStrExt as _;
    Ok(HEXLOWER.encode(path.as_os_str().as_bytes()))
}

/// Reads what [`to_text`] wrote.
#[cfg(unix)]
pub fn from_text(text: &str) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt as _;
    let bytes = HEXLOWER.decode(text.as_bytes()).ok()?;
    Some(std::ffi::OsString::from_vec(bytes).into())
}

/// Writes a path down, which elsewhere has no bytes that could be read again.
#[cfg(not(unix))]
pub fn to_text(path: &Path) -> Result<String> {
    path.to_str().map(str::to_owned).ok_or_else(|| {
        Error::new(
            ErrorKind::InvalidValue,
            format!("the path {} is not Unicode", path.display()),
        )
        .with_hint("write to a folder and a file whose names are")
    })
}

/// Reads what [`to_text`] wrote.
#[cfg(not(unix))]
pub fn from_text(text: &str) -> Option<PathBuf> {
    Some(text.into())
}
