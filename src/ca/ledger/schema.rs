//! The ledger's file: what is in it, and how one of an earlier version becomes one of this.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

use crate::ca::home::LOCK;
use crate::error::{Error, ErrorKind, Result};
use crate::files;

/// Opens the file at a path, making it if there is none, and brings it to this version.
pub(super) fn open(path: &Path) -> Result<Connection> {
    let failed = |source: rusqlite::Error| fault(path, &source);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_timeout(Duration::ZERO).map_err(failed)?;
    let found = match kind(&connection) {
        // To SQLite a file system that has no locks seems busy for ever.
        Err(source) if is_busy(&source) && is_lockless(path) => {
            return Err(lockless(path, "read"));
        }
        found => {
            connection.busy_timeout(PATIENCE).map_err(failed)?;
            found.or_else(|source| match is_busy(&source) {
                true => kind(&connection),
                false => Err(source),
            })
        }
    };
    // Durable, though not against a power cut in the moment of its own header's writing, after
    // which it can be made anew from the folder issued. No test cuts the power.
    let durable = if cfg!(test) { "OFF" } else { "NORMAL" };
    connection
        .pragma_update(None, "synchronous", durable)
        .map_err(failed)?;
    match found.map_err(failed)? {
        Kind::Ledger(VERSION) => {}
        Kind::Empty | Kind::Ledger(1 | 2) => migrate(&connection).map_err(failed)?,
        Kind::Ledger(later) => return Err(later_version(path, later)),
        Kind::Foreign => return Err(not_a_ledger(path)),
    }
    Ok(connection)
}

/// What a database is.
enum Kind {
    Empty,
    Ledger(i64),
    Foreign,
}

fn kind(connection: &Connection) -> rusqlite::Result<Kind> {
    let query = "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)
                 FROM pragma_application_id, pragma_user_version";
    let (application, version, tables): (i64, i64, i64) =
        connection.query_row(query, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(match (application, version, tables) {
        (APPLICATION_ID, version, _) => Kind::Ledger(version),
        (0, 0, 0) => Kind::Empty,
        _ => Kind::Foreign,
    })
}

/// Makes the tables, and takes over what an earlier version knew, whole or not at all.
fn migrate(connection: &Connection) -> rusqlite::Result<()> {
    let turn = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    // Another process may have had the turn before.
    match kind(connection)? {
        Kind::Empty => connection.execute_batch(SCHEMA)?,
        Kind::Ledger(1) => {
            connection.execute_batch("ALTER TABLE issued RENAME TO issued_1")?;
            connection.execute_batch("DROP INDEX issued_by_generation")?;
            connection.execute_batch(SCHEMA)?;
            connection.execute_batch(FROM_1)?;
        }
        Kind::Ledger(2) => connection.execute_batch(FROM_2)?,
        Kind::Ledger(_) | Kind::Foreign => return Ok(()),
    }
    turn.commit()
}

/// Tells whether the file itself is at fault.
pub(super) fn is_damage(source: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    // A column or table that is not there, too: somebody else has had his hands on it.
    let is_odd = matches!(
        source,
        rusqlite::Error::InvalidColumnType(..) | rusqlite::Error::FromSqlConversionFailure(..)
    ) || source.to_string().contains("no such ");
    is_odd
        || matches!(
            source.sqlite_error_code(),
            Some(NotADatabase | DatabaseCorrupt)
        )
}

/// The error for a ledger that could not be read.
pub(super) fn fault(path: &Path, source: &rusqlite::Error) -> Error {
    match source.sqlite_error_code() {
        Some(ErrorCode::ReadOnly) => {
            let told = format!("the ledger {} cannot be read: {source}", path.display());
            Error::new(ErrorKind::NotWritable, told).with_hint(
                "it is of an earlier version, and the first command that may write to it brings it to this one's",
            )
        }
        // Its tables are made as it is opened.
        Some(ErrorCode::DiskFull) => failure("written", path, source),
        _ => failure("read", path, source),
    }
}

/// The error for a ledger to which something could not be done: what SQLite says, in words that help.
pub(super) fn failure(done: &str, path: &Path, source: &rusqlite::Error) -> Error {
    if is_damage(source) {
        return not_a_ledger(path);
    }
    let place = path.display();
    let told = |why: &str| format!("the ledger {place} cannot be {done}: {why}");
    match source.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Error::new(ErrorKind::Io, told("no space left on device"))
            .with_hint("it is as before; make room there, and run the command again"),
        Some(ErrorCode::ReadOnly) => Error::new(
            ErrorKind::NotWritable,
            told("it or its folder is read-only"),
        ),
        Some(ErrorCode::CannotOpen) => Error::new(
            ErrorKind::Io,
            told("it, or its journal beside it, cannot be opened"),
        ),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::new(
            ErrorKind::Busy,
            told(&format!(
                "others were at it for {} seconds",
                PATIENCE.as_secs()
            )),
        )
        .with_hint(format!(
            "run the command again when they are done; if nobody is, {LOCKLESS}"
        )),
        Some(ErrorCode::FileLockingProtocolFailed) => lockless(path, done),
        Some(ErrorCode::SystemIoFailure) if is_of_locks(source) => lockless(path, done),
        Some(ErrorCode::SystemIoFailure) => Error::new(ErrorKind::Io, told("input/output error"))
            .with_hint(
                "look after the disk; what was begun is undone or completed by the next command",
            ),
        _ => Error::new(ErrorKind::Io, told(&source.to_string())),
    }
}

fn lockless(path: &Path, done: &str) -> Error {
    let place = path.display();
    let told = format!("the ledger {place} cannot be {done}: it cannot be locked");
    Error::new(ErrorKind::Io, told).with_hint(LOCKLESS)
}

fn is_busy(source: &rusqlite::Error) -> bool {
    source.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
}

/// Asks by a file beside: to close the ledger itself would give up its locks, where those are of one kind.
fn is_lockless(path: &Path) -> bool {
    files::is_lockless(&path.with_file_name(LOCK))
}

/// Tells whether it was a lock that the system refused.
fn is_of_locks(source: &rusqlite::Error) -> bool {
    use rusqlite::ffi;
    let rusqlite::Error::SqliteFailure(failure, _) = source else {
        return false;
    };
    [
        ffi::SQLITE_IOERR_LOCK,
        ffi::SQLITE_IOERR_RDLOCK,
        ffi::SQLITE_IOERR_UNLOCK,
        ffi::SQLITE_IOERR_CHECKRESERVEDLOCK,
    ]
    .contains(&failure.extended_code)
}

/// The error for a file that is something else, or damaged.
pub(super) fn not_a_ledger(path: &Path) -> Error {
    Error::new(
        ErrorKind::CaBroken,
        format!(
            "{} is not a ledger of certwright, or is damaged",
            path.display()
        ),
    )
    .with_hint("certwright ca repair moves it away and makes a new one from the folder issued")
}

fn later_version(path: &Path, later: i64) -> Error {
    Error::new(
        ErrorKind::Unsupported,
        format!(
            "the ledger {} is of version {later}, and this program knows {VERSION}",
            path.display()
        ),
    )
    .with_hint("use the certwright that wrote it, or a later one")
}

const LOCKLESS: &str = "the file system has no locks, which the ledger needs: keep the CA's folder on another (--home)";
/// "cert" in ASCII.
const APPLICATION_ID: i64 = 0x6365_7274;
const VERSION: i64 = 3;
/// As long as a person waits; a turn takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// Times are seconds since 1970; names, purposes and files are JSON lists. What has no name is named by
/// its common name, after `CN:`. A copy that lies with others in one file has that file's name.
///
/// A number for each row keeps the index by serial, which is random, small, and new rows together.
/// A CA made elsewhere may have numbered as ours does, so a serial is one of its generation. The
/// index of renewals holds what is in use, by the moment when a third of its life is left.
const SCHEMA: &str = "
CREATE TABLE issued (
    id            INTEGER PRIMARY KEY,
    serial        TEXT NOT NULL,
    fingerprint   TEXT NOT NULL,
    generation    TEXT NOT NULL,
    subject       TEXT NOT NULL,
    names         TEXT NOT NULL,
    not_before    INTEGER NOT NULL,
    not_after     INTEGER NOT NULL,
    issued_at     INTEGER NOT NULL,
    command       TEXT,
    purposes      TEXT NOT NULL,
    algorithm     TEXT,
    key_made      INTEGER NOT NULL,
    lifetime      TEXT,
    files         TEXT NOT NULL,
    pending       INTEGER NOT NULL,
    revoked_at    INTEGER,
    reason        INTEGER,
    superseded_by TEXT,
    copy          TEXT,
    UNIQUE (serial, generation)
) STRICT;
CREATE TABLE named (
    name   TEXT NOT NULL,
    issued INTEGER NOT NULL,
    PRIMARY KEY (name, issued)
) STRICT, WITHOUT ROWID;
CREATE TABLE placed (
    path   TEXT NOT NULL,
    issued INTEGER NOT NULL,
    PRIMARY KEY (path, issued)
) STRICT, WITHOUT ROWID;
CREATE INDEX issued_by_generation ON issued (generation, not_after);
CREATE INDEX issued_in_use ON issued (not_after)
    WHERE revoked_at IS NULL AND superseded_by IS NULL;
CREATE INDEX issued_by_renewal ON issued (not_after - (not_after - not_before) / 3)
    WHERE revoked_at IS NULL AND superseded_by IS NULL AND pending = 0 AND files <> '[]';
CREATE INDEX issued_revoked ON issued (generation, revoked_at) WHERE revoked_at IS NOT NULL;
CREATE INDEX issued_pending ON issued (id) WHERE pending = 1;
CREATE INDEX issued_superseded ON issued (superseded_by) WHERE superseded_by IS NOT NULL;
PRAGMA application_id = 1667592820;
PRAGMA user_version = 3;
";

/// Version 2 had a copy of its own for each.
const FROM_2: &str = "
ALTER TABLE issued ADD COLUMN copy TEXT;
PRAGMA user_version = 3;
";

/// What version 1 did not know: the command, whether the key was made here, and what each file is,
/// which its name mostly tells.
const FROM_1: &str = "
INSERT INTO issued (serial, fingerprint, generation, subject, names, not_before, not_after, issued_at,
    purposes, key_made, files, pending)
SELECT serial, fingerprint, generation, subject, names, not_before, not_after, issued_at, '[]',
    EXISTS (SELECT 1 FROM json_each(files) WHERE value LIKE '%.key'),
    (SELECT json_group_array(json_object(
        'role', CASE WHEN value LIKE '%.key' THEN 'private_key' ELSE 'certificate' END,
        'format', 'pem', 'path', value)) FROM json_each(files)),
    0
FROM issued_1 ORDER BY issued_at, serial;
INSERT OR IGNORE INTO named (name, issued)
SELECT json_each.value, issued.id FROM issued, json_each(issued.names);
INSERT OR IGNORE INTO named (name, issued)
SELECT 'CN:' || substr(subject, 4, instr(subject || ',', ',') - 4), id FROM issued
WHERE names = '[]' AND subject LIKE 'CN=%';
INSERT OR IGNORE INTO placed (path, issued)
SELECT json_each.value ->> 'path', issued.id FROM issued, json_each(issued.files);
DROP TABLE issued_1;
UPDATE issued SET superseded_by = later.serial
FROM (SELECT issued AS old, lead(issued) OVER (PARTITION BY path ORDER BY issued) AS new
      FROM placed WHERE path NOT LIKE '%.key') AS pair
    JOIN issued AS later ON later.id = pair.new
WHERE issued.id = pair.old;
";
