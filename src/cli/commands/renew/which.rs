//! Which certificates a pass looks at, and in which files.

use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use certwright::ca::{FileRole, Filter, Ledger, Live, Placed, Row, When};
use certwright::error::{Error, ErrorKind, Result};

/// Those that are due, the most urgent first where that is asked for.
pub(super) fn due(ledger: &Ledger, when: When, now: OffsetDateTime) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    let ending_before = match when {
        When::LastThird => {
            ledger.due(now, |row| rows.push(row))?;
            return Ok(rows);
        }
        When::Within(time) => Some(now.saturating_add(time) + time::Duration::SECOND),
        When::Always => None,
    };
    let filter = Filter {
        ending_before,
        live: Live::InUse,
        ..Filter::default()
    };
    ledger.select(&filter, |row| {
        if !row.pending && !row.files.is_empty() {
            rows.push(row);
        }
    })?;
    rows.sort_by_key(|row| row.not_after);
    Ok(rows)
}

/// The files of a folder that may hold certificates, in the order of their names.
pub(super) fn candidates(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder);
    let entries = entries.map_err(|source| Error::io("read", folder, &source))?;
    let mut places: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    places.retain(|place| is_candidate(place));
    places.sort();
    Ok(places)
}

/// Tells whether a file in a folder may hold a certificate: nothing hidden, and nothing large.
fn is_candidate(place: &Path) -> bool {
    let is_hidden = place
        .file_name()
        .is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
    let is_small = || {
        place
            .metadata()
            .is_ok_and(|it| it.is_file() && it.len() <= LARGEST)
    };
    !is_hidden && is_small()
}

pub(super) fn is_replaced(row: &Row, error: &Error) -> bool {
    let is_there =
        |file: &Placed| file.role == FileRole::Certificate && Path::new(&file.path).exists();
    error.kind() == ErrorKind::NotFound && row.certificate_file().is_some_and(is_there)
}

/// One certificate may lie in several places, of which each has its own successor.
pub(super) fn key_of(row: &Row) -> Key {
    let place = row.certificate_file().map(|file| file.path.clone());
    (row.generation.clone(), row.serial.clone(), place)
}

/// A certificate in one of its places.
pub(super) type Key = (String, String, Option<String>);

/// Hundreds of certificates; a server's chain has some ten thousand bytes.
const LARGEST: u64 = 1 << 20;
