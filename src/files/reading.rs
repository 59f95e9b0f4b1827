//! Reading, of which nothing takes more than it should.

use std::fs::File;
use std::io::{ErrorKind as IoKind, Read as _};
use std::path::Path;

use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind, Result};

/// Reads a file whole.
///
/// Fails with [`ErrorKind::TooLarge`] beyond `MAX_FILE` bytes (64 MiB).
pub fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    let file = File::open(path).map_err(|source| Error::io("read", path, &source))?;
    let metadata = file
        .metadata()
        .map_err(|source| Error::io("read", path, &source))?;
    if metadata.is_dir() {
        return Err(Error::new(
            ErrorKind::WrongKind,
            format!("{} is a folder", path.display()),
        ));
    }
    read_up_to(file, metadata.len()).map_err(|source| match source.kind() {
        IoKind::FileTooLarge => Error::new(
            ErrorKind::TooLarge,
            format!("{} has more than {} MiB", path.display(), MAX_FILE >> 20),
        ),
        _ => Error::io("read", path, &source),
    })
}

/// Reads as much of a file as tells what it is.
pub fn beginning(path: &Path) -> Result<Vec<u8>> {
    let failed = |source| Error::io("read", path, &source);
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(BEGINNING)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    Ok(bytes)
}

/// Reads a stream to its end, or fails with [`IoKind::FileTooLarge`].
pub fn read_bounded(stream: impl std::io::Read) -> std::io::Result<Zeroizing<Vec<u8>>> {
    read_up_to(stream, 0)
}

fn read_up_to(stream: impl std::io::Read, expected: u64) -> std::io::Result<Zeroizing<Vec<u8>>> {
    let room = usize::try_from(expected.min(MAX_FILE) + 1).unwrap_or(0);
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    stream.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(IoKind::FileTooLarge.into());
    }
    Ok(bytes)
}

/// The largest CRLs of public CAs have some 20 MiB; nothing else around certificates comes near.
const MAX_FILE: u64 = 64 << 20;
/// As far as is looked for what tells text from all else.
const BEGINNING: u64 = 8192;
