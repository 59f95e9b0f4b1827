//! The ledger: every certificate that the local CA issued, in SQLite.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, params};
use time::OffsetDateTime;

use crate::cert::Certificate;
use crate::error::{Error, ErrorKind, Result};

/// The ledger of a CA's folder.
#[derive(Debug)]
pub struct Ledger(Connection);

/// One certificate to be entered.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The certificate.
    pub certificate: &'a Certificate,
    /// The generation of the CA that issued it.
    pub generation: &'a str,
    /// When it was issued.
    pub issued_at: OffsetDateTime,
    /// The files that it was written to, with their full paths.
    pub files: &'a [String],
}

impl Ledger {
    /// Opens the ledger at a path, making it if there is none.
    ///
    /// Fails with [`ErrorKind::CaBroken`] if the file is not a ledger, or is of a later version.
    pub fn open(path: &Path) -> Result<Self> {
        let failed = |source: rusqlite::Error| fault(path, &source);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
        connection.busy_timeout(PATIENCE).map_err(failed)?;
        // Durable, though not against a power cut in the moment of its own header's writing, after
        // which it can be made anew from the folder issued.
        connection
            .pragma_update(None, "synchronous", "NORMAL")
            .map_err(failed)?;
        let query = "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)
                     FROM pragma_application_id, pragma_user_version";
        let (application, version, tables): (i64, i64, i64) = connection
            .query_row(query, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .map_err(failed)?;
        match (application, version, tables) {
            (APPLICATION_ID, VERSION, _) => {}
            (0, 0, 0) => connection.execute_batch(SCHEMA).map_err(failed)?,
            (APPLICATION_ID, later, _) => {
                return Err(Error::new(
                    ErrorKind::CaBroken,
                    format!(
                        "the ledger {} is of version {later}, and this program knows {VERSION}",
                        path.display()
                    ),
                )
                .with_hint("use the certwright that wrote it, or a later one"));
            }
            _ => return Err(not_a_ledger(path)),
        }
        Ok(Self(connection))
    }

    /// Opens the ledger at a path, if there is one. Fails as [`Self::open`] does.
    pub fn open_existing(path: &Path) -> Result<Option<Self>> {
        match path.symlink_metadata() {
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => Ok(None),
            _ => Self::open(path).map(Some),
        }
    }

    /// Enters a certificate, durably.
    pub fn record(&self, entry: &Entry<'_>) -> Result<()> {
        let (certificate, validity) = (entry.certificate, entry.certificate.validity());
        let names: Vec<String> = certificate
            .names()
            .iter()
            .map(|name| format!("{}:{name}", name.kind()))
            .collect();
        let list = |items: &[String]| serde_json::Value::from(items.to_vec()).to_string();
        self.0
            .execute(
                "INSERT INTO issued (serial, fingerprint, generation, subject, names, not_before, not_after, issued_at, files)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                params![
                    certificate.serial_hex(),
                    certificate.fingerprint().to_text(crate::fingerprint::Form::Hex),
                    entry.generation,
                    certificate.subject().to_string(),
                    list(&names),
                    validity.not_before().unix_timestamp(),
                    validity.not_after().unix_timestamp(),
                    entry.issued_at.unix_timestamp(),
                    list(entry.files),
                ],
            )
            .map(|_| ())
            .map_err(|source| write_fault(&source))
    }

    /// Strikes out a certificate that could not be handed out after all.
    pub fn forget(&self, certificate: &Certificate) -> Result<()> {
        let serial = certificate.serial_hex();
        let struck = self
            .0
            .execute("DELETE FROM issued WHERE serial = ?1", [serial]);
        struck.map(|_| ()).map_err(|source| write_fault(&source))
    }

    /// Counts what a generation issued, and tells when the last of it ends.
    pub fn summary(&self, generation: &str) -> Result<(u64, Option<OffsetDateTime>)> {
        let row = self
            .0
            .query_row(
                "SELECT count(*), max(not_after) FROM issued WHERE generation = ?1",
                [generation],
                |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?)),
            )
            .optional()
            .map_err(|source| {
                fault(Path::new(self.0.path().unwrap_or("ledger.sqlite")), &source)
            })?;
        let (count, last) = row.unwrap_or((0, None));
        Ok((
            count.unsigned_abs(),
            last.and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok()),
        ))
    }
}

fn write_fault(source: &rusqlite::Error) -> Error {
    Error::new(
        ErrorKind::Io,
        format!("the ledger cannot be written: {source}"),
    )
}

fn fault(path: &Path, source: &rusqlite::Error) -> Error {
    match source.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt) => {
            not_a_ledger(path)
        }
        _ => Error::new(
            ErrorKind::Io,
            format!("the ledger {} cannot be read: {source}", path.display()),
        ),
    }
}

fn not_a_ledger(path: &Path) -> Error {
    Error::new(ErrorKind::CaBroken, format!("{} is not a ledger of certwright, or is damaged", path.display()))
        .with_hint("move it away: a new one is begun, and every certificate issued is still in the folder issued beside it")
}

/// "cert" in ASCII.
const APPLICATION_ID: i64 = 0x6365_7274;
const VERSION: i64 = 1;
/// As long as a person waits; a turn takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// Times are seconds since 1970; names and files are JSON lists.
const SCHEMA: &str = "
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS issued (
    serial      TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    generation  TEXT NOT NULL,
    subject     TEXT NOT NULL,
    names       TEXT NOT NULL,
    not_before  INTEGER NOT NULL,
    not_after   INTEGER NOT NULL,
    issued_at   INTEGER NOT NULL,
    files       TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS issued_by_generation ON issued (generation, not_after);
PRAGMA application_id = 1667592820;
PRAGMA user_version = 1;
COMMIT;
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_names_the_application_and_version() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.sqlite");
        Ledger::open(&path).unwrap();
        let ledger = Ledger::open(&path).unwrap();
        let id: i64 = ledger
            .0
            .query_row("PRAGMA application_id", [], |row| row.get(0))
            .unwrap();
        assert_eq!(id, APPLICATION_ID);
        assert_eq!(ledger.summary("any").unwrap(), (0, None));
    }

    #[test]
    fn other_files_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.sqlite");
        std::fs::write(&path, "something else, and longer than a header of SQLite would be: 100 bytes at least, so that it is read").unwrap();
        assert_eq!(Ledger::open(&path).unwrap_err().kind(), ErrorKind::CaBroken);
        for version in [7, 0] {
            let foreign = folder.path().join(format!("foreign{version}.sqlite"));
            Connection::open(&foreign)
                .unwrap()
                .execute_batch(&format!(
                    "PRAGMA user_version = {version}; CREATE TABLE t (a);"
                ))
                .unwrap();
            let before = std::fs::read(&foreign).unwrap();
            assert_eq!(
                Ledger::open(&foreign).unwrap_err().kind(),
                ErrorKind::CaBroken
            );
            assert_eq!(std::fs::read(&foreign).unwrap(), before);
        }
        let absent = folder.path().join("absent.sqlite");
        assert!(Ledger::open_existing(&absent).unwrap().is_none() && !absent.exists());
    }
}
