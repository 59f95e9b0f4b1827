//! The ledger: every certificate that the local CA issued, in SQLite.
//!
//! What is asked for in quantity has an index: a ledger may have a million rows, and neither a
//! question nor an entry may be slower for that. Names and files stand twice: in their row, from
//! which they are shown, and in a table of their own, by which they are found.

mod entry;
mod query;
mod schema;

use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};
use time::OffsetDateTime;

use super::revoke::Marker;
use crate::crypto::Algorithm;
use crate::error::{Error, Result};
#[cfg(test)]
use crate::files::faults;

pub use entry::{Entry, FileRole, Origin, Placed, Row, Status};
pub use query::{Filter, Live};

use self::entry::{json_files, json_names, json_purposes};
use self::schema::not_a_ledger;

/// The ledger of a CA's folder.
#[derive(Debug)]
pub struct Ledger(Connection);

impl Ledger {
    /// Opens the ledger at a path, making it if there is none, and brings one of an earlier version to
    /// this one's.
    ///
    /// Fails with [`ErrorKind::CaBroken`](crate::error::ErrorKind::CaBroken) if the file is not a ledger or is damaged, and with
    /// [`ErrorKind::Unsupported`](crate::error::ErrorKind::Unsupported) if it is of a later version.
    pub fn open(path: &Path) -> Result<Self> {
        schema::open(path).map(Self)
    }

    /// Opens the ledger at a path, if there is one. Fails as [`Self::open`] does.
    pub fn open_existing(path: &Path) -> Result<Option<Self>> {
        match path.symlink_metadata() {
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => Ok(None),
            _ => Self::open(path).map(Some),
        }
    }

    /// Opens it once more, for another thread.
    pub fn again(&self) -> Result<Self> {
        Self::open(self.path())
    }

    /// Enters a certificate, durably. What lay under the same file names before is superseded by it.
    pub fn record(&self, entry: &Entry) -> Result<()> {
        self.record_all(std::slice::from_ref(entry))
    }

    /// Enters certificates, all or none: durable once for all of them.
    pub fn record_all(&self, entries: &[Entry]) -> Result<()> {
        self.write(|ledger| {
            entries.iter().try_for_each(|entry| {
                let id = ledger.insert(&entry.row)?;
                ledger.supersede(entry, id)
            })
        })
    }

    /// Says of certificates that were entered as pending that their files are there.
    pub fn complete(&self, serials: &[String]) -> Result<()> {
        self.write(|Self(connection)| {
            let mut done =
                connection.prepare_cached("UPDATE issued SET pending = 0 WHERE serial = ?1")?;
            serials
                .iter()
                .try_for_each(|serial| done.execute([serial]).map(drop))
        })
    }

    /// Strikes out certificates that could not be handed out after all, by their serial numbers, all or none.
    pub(super) fn forget(&self, serials: &[String]) -> Result<()> {
        self.write(|Self(connection)| {
            serials
                .iter()
                .try_for_each(|serial| strike_out(connection, serial))
        })
    }

    /// Tells whether it has any of these serial numbers.
    pub(super) fn knows_any(&self, serials: &[String]) -> Result<bool> {
        let known = || {
            let mut known = self
                .0
                .prepare_cached("SELECT 1 FROM issued WHERE serial = ?1")?;
            serials
                .iter()
                .try_fold(false, |any, serial| Ok(any || known.exists([serial])?))
        };
        known().map_err(|source| self.fault(&source))
    }

    /// Enters revocations; the first moment and reason of each stay. What is not known otherwise
    /// is entered by this alone.
    pub(super) fn enter_revocations(&self, markers: &[Marker]) -> Result<()> {
        self.write(|ledger| {
            for marker in markers {
                let (since, reason) = (marker.since.unix_timestamp(), marker.reason.code());
                let mut revoke = ledger.0.prepare_cached(REVOKE)?;
                let changed =
                    revoke.execute(params![marker.serial, marker.generation, since, reason])?;
                if changed == 0 && !ledger.knows(&marker.generation, &marker.serial)? {
                    ledger.insert(&marker.row())?;
                }
            }
            Ok(())
        })
    }

    /// Enters what another ledger, or a folder, knew; what is known already stays as it is. Tells
    /// how many were new.
    pub(super) fn adopt(&self, rows: &[Row]) -> Result<u64> {
        let mut added = 0;
        self.write(|ledger| {
            for row in rows {
                if !ledger.knows(&row.generation, &row.serial)? {
                    ledger.insert(row)?;
                    added += 1;
                }
            }
            Ok(())
        })?;
        Ok(added)
    }

    /// Says of a certificate that it was issued and went nowhere, so that what it was to take the place of is in
    /// use again.
    pub(super) fn withdraw(&self, row: &Row) -> Result<()> {
        self.write(|Self(connection)| {
            WITHDRAW.iter().try_for_each(|statement| {
                let mut withdraw = connection.prepare_cached(statement)?;
                withdraw.execute([&row.serial]).map(drop)
            })
        })
    }

    /// Enters the files of a certificate in use, if none are known: tells whether that was so. What was known to lie there
    /// before is superseded.
    pub fn place(&self, row: &Row) -> Result<bool> {
        let known = self.one(&row.generation, &row.serial)?;
        let mut is_new = known.is_some_and(|known| known.files.is_empty());
        // Most are known, and nobody need wait for them.
        if !is_new {
            return Ok(false);
        }
        self.write(|ledger| {
            let files = json_files(&row.files);
            let mut place = ledger.0.prepare_cached(PLACE)?;
            let placed = place.query_row([&row.serial, &row.generation, &files], |row| row.get(0));
            let id: Option<i64> = placed.optional()?;
            is_new = id.is_some();
            id.map_or(Ok(()), |id| ledger.place_each(row, id))
        })?;
        Ok(is_new)
    }

    fn place_each(&self, row: &Row, id: i64) -> rusqlite::Result<()> {
        let mut placed = self.0.prepare_cached(PLACED)?;
        for file in &row.files {
            placed.execute(params![file.path, id])?;
        }
        self.supersede_at(&row.serial, &row.files, id)
    }

    fn knows(&self, generation: &str, serial: &str) -> rusqlite::Result<bool> {
        self.0
            .prepare_cached("SELECT 1 FROM issued WHERE serial = ?1 AND generation = ?2")?
            .exists([serial, generation])
    }

    fn insert(&self, row: &Row) -> rusqlite::Result<i64> {
        let mut insert = self.0.prepare_cached(INSERT)?;
        insert.execute(params![
            row.serial,
            row.fingerprint,
            row.generation,
            row.subject,
            json_names(&row.names),
            row.not_before.unix_timestamp(),
            row.not_after.unix_timestamp(),
            row.issued_at.unix_timestamp(),
            row.command,
            json_purposes(row),
            row.algorithm.map(Algorithm::name),
            row.key_made,
            row.lifetime.map(|lifetime| lifetime.to_string()),
            json_files(&row.files),
            row.pending,
            row.revoked.map(|(since, _)| since.unix_timestamp()),
            row.revoked.map(|(_, reason)| reason.code()),
            row.superseded_by,
            row.copy,
        ])?;
        let id = self.0.last_insert_rowid();
        let mut named = self.0.prepare_cached(NAMED)?;
        for name in row.names.iter().chain(&row.common_name()) {
            named.execute(params![name, id])?;
        }
        let mut placed = self.0.prepare_cached(PLACED)?;
        for file in &row.files {
            placed.execute(params![file.path, id])?;
        }
        Ok(id)
    }

    /// What its files replace is no longer in use. Each place has been taken in turn, so that only
    /// the last before can be what lies there.
    fn supersede(&self, entry: &Entry, id: i64) -> rusqlite::Result<()> {
        let serial = &entry.row.serial;
        self.supersede_at(serial, &entry.row.files, id)?;
        if let Some((generation, renewed)) = &entry.renews {
            let mut renew = self.0.prepare_cached(RENEW)?;
            renew.execute(params![serial, renewed, generation])?;
        }
        Ok(())
    }

    fn supersede_at(&self, serial: &str, files: &[Placed], id: i64) -> rusqlite::Result<()> {
        let holds = |file: &&Placed| file.role.holds_certificate();
        let mut last = self.0.prepare_cached(SUPERSEDE)?;
        for file in files.iter().filter(holds) {
            last.execute(params![serial, file.path, id])?;
        }
        Ok(())
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
            .map_err(|source| self.fault(&source))?;
        let (count, last) = row.unwrap_or((0, None));
        Ok((
            count.unsigned_abs(),
            last.and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok()),
        ))
    }

    /// Tells when the last that was entered was issued.
    pub(super) fn last_issued(&self) -> Result<Option<OffsetDateTime>> {
        let query = "SELECT issued_at FROM issued ORDER BY id DESC LIMIT 1";
        let last: Option<i64> = self
            .0
            .query_row(query, [], |row| row.get(0))
            .optional()
            .map_err(|source| self.fault(&source))?;
        Ok(last.and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok()))
    }

    /// Reads every page, and fails with [`ErrorKind::CaBroken`](crate::error::ErrorKind::CaBroken) if they contradict each other.
    pub(super) fn check(&self) -> Result<()> {
        let told: String = self
            .0
            .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
            .map_err(|source| self.fault(&source))?;
        match told.as_str() {
            "ok" => Ok(()),
            _ => Err(not_a_ledger(self.path())),
        }
    }

    /// One change, whole or not at all. The lock is taken at once: who reads first and then finds
    /// another writing would have to begin anew.
    fn write(&self, change: impl FnOnce(&Self) -> rusqlite::Result<()>) -> Result<()> {
        #[cfg(test)]
        faults::growth().map_err(|source| Error::io("write", self.path(), &source))?;
        let changed = Transaction::new_unchecked(&self.0, TransactionBehavior::Immediate)
            .and_then(|transaction| change(self).and_then(|()| transaction.commit()));
        changed.map_err(|source| schema::failure("written", self.path(), &source))
    }

    fn fault(&self, source: &rusqlite::Error) -> Error {
        schema::fault(self.path(), source)
    }

    fn path(&self) -> &Path {
        Path::new(self.0.path().unwrap_or("ledger.sqlite"))
    }
}

fn strike_out(connection: &Connection, serial: &str) -> rusqlite::Result<()> {
    FORGET.iter().try_for_each(|statement| {
        let mut forget = connection.prepare_cached(statement)?;
        forget.execute([serial]).map(drop)
    })
}

const INSERT: &str = "
INSERT INTO issued (serial, fingerprint, generation, subject, names, not_before, not_after, issued_at,
    command, purposes, algorithm, key_made, lifetime, files, pending, revoked_at, reason, superseded_by, copy)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)";
const NAMED: &str = "INSERT OR IGNORE INTO named (name, issued) VALUES (?1, ?2)";
const PLACED: &str = "INSERT OR IGNORE INTO placed (path, issued) VALUES (?1, ?2)";
const PLACE: &str = "
UPDATE issued SET files = ?3 WHERE serial = ?1 AND generation = ?2
    AND files = '[]' AND pending = 0 AND revoked_at IS NULL AND superseded_by IS NULL
RETURNING id";
const SUPERSEDE: &str = "
UPDATE issued SET superseded_by = ?1 WHERE superseded_by IS NULL AND id =
    (SELECT max(issued) FROM placed WHERE path = ?2 AND issued < ?3)";
const RENEW: &str = "
UPDATE issued SET superseded_by = ?1
WHERE superseded_by IS NULL AND serial = ?2 AND generation = ?3";
const FORGET: [&str; 4] = [
    "DELETE FROM named WHERE (name, issued) IN
        (SELECT value, issued.id FROM issued, json_each(names) WHERE serial = ?1)",
    UNPLACE,
    REINSTATE,
    "DELETE FROM issued WHERE serial = ?1",
];
const WITHDRAW: [&str; 3] = [
    UNPLACE,
    REINSTATE,
    "UPDATE issued SET files = '[]', pending = 0 WHERE serial = ?1",
];
const UNPLACE: &str = "
DELETE FROM placed WHERE (path, issued) IN
    (SELECT value ->> 'path', issued.id FROM issued, json_each(files) WHERE serial = ?1)";
const REINSTATE: &str = "
UPDATE issued SET superseded_by = (SELECT superseded_by FROM issued WHERE serial = ?1)
WHERE superseded_by = ?1";
const REVOKE: &str = "
UPDATE issued SET revoked_at = ?3, reason = ?4
WHERE serial = ?1 AND generation = ?2 AND revoked_at IS NULL";

#[cfg(test)]
mod tests;
