//! What the ledger is asked.

use rusqlite::types::{Type, Value};
use rusqlite::{OptionalExtension as _, Params, params_from_iter};
use time::OffsetDateTime;

use super::entry::{read_files, read_purposes};
use super::{Ledger, Row};
use crate::crl::Reason;
use crate::error::Result;
use crate::name::San;

/// Which certificates are meant.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Those that have not ended before this moment.
    pub ending_from: Option<OffsetDateTime>,
    /// Those that end before this moment.
    pub ending_before: Option<OffsetDateTime>,
    /// Those with a name that fits: `*` for any letters, `?` for one.
    pub matching: Option<String>,
    /// Those in use, those revoked, or all.
    pub live: Live,
}

/// Whether certificates are meant that are no longer in use.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Live {
    /// All, whatever became of them.
    #[default]
    All,
    /// Neither revoked nor superseded.
    InUse,
    /// Revoked.
    Revoked,
}

impl Filter {
    /// The condition of a query, and its values.
    fn condition(&self) -> (String, Vec<Value>) {
        let mut conditions = vec!["1"];
        let mut values: Vec<Value> = Vec::new();
        let moments = [
            ("not_after >= ?", self.ending_from),
            ("not_after < ?", self.ending_before),
        ];
        for (condition, at) in moments {
            conditions.extend(at.map(|_| condition));
            values.extend(at.map(|at| at.unix_timestamp().into()));
        }
        if let Some(pattern) = &self.matching {
            conditions.push(MATCHES);
            values.push(glob(pattern).into());
        }
        match self.live {
            Live::All => {}
            Live::InUse => conditions.push("revoked_at IS NULL AND superseded_by IS NULL"),
            Live::Revoked => conditions.push("revoked_at IS NOT NULL"),
        }
        (conditions.join(" AND "), values)
    }
}

impl Ledger {
    /// Gives every certificate that is meant, one at a time, those first that end first.
    ///
    /// Nothing is locked while one is looked at: who reads slowly keeps nobody from issuing. What changes
    /// meanwhile is given as it is then.
    pub fn select(&self, filter: &Filter, mut each: impl FnMut(Row)) -> Result<()> {
        for numbers in self.numbers(filter)?.chunks(CHUNK) {
            self.numbered(numbers)?.into_iter().for_each(&mut each);
        }
        Ok(())
    }

    /// Returns the numbers of all rows that are meant, in the order of their ends. An index tells them, so
    /// that those of a million are known at once.
    pub fn numbers(&self, filter: &Filter) -> Result<Vec<i64>> {
        let (condition, values) = filter.condition();
        let query = format!("SELECT id FROM issued WHERE {condition} ORDER BY not_after, id");
        let read = || {
            let mut statement = self.0.prepare(&query)?;
            let numbers = statement.query_map(params_from_iter(values), |row| row.get(0))?;
            numbers.collect::<rusqlite::Result<_>>()
        };
        read().map_err(|source| self.fault(&source))
    }

    /// Returns the rows of some numbers, in their order, but for those that were struck out.
    pub fn numbered(&self, numbers: &[i64]) -> Result<Vec<Row>> {
        let query = format!("SELECT {COLUMNS} FROM issued WHERE id = ?1");
        let read = || {
            // The lock is taken once for all.
            let _turn = self.0.unchecked_transaction()?;
            let mut statement = self.0.prepare_cached(&query)?;
            let mut rows = Vec::with_capacity(numbers.len());
            for number in numbers {
                rows.extend(statement.query_row([number], read_row).optional()?);
            }
            Ok(rows)
        };
        read().map_err(|source| self.fault(&source))
    }

    /// Gives the last second of every certificate that is meant, in any order.
    pub fn ends(&self, filter: &Filter, mut each: impl FnMut(OffsetDateTime)) -> Result<()> {
        let (condition, values) = filter.condition();
        let query = format!("SELECT not_after FROM issued WHERE {condition}");
        let read = || {
            let mut statement = self.0.prepare(&query)?;
            let mut rows = statement.query(params_from_iter(values))?;
            while let Some(row) = rows.next()? {
                each(OffsetDateTime::from_unix_timestamp(row.get(0)?).unwrap_or(UNKNOWN));
            }
            Ok(())
        };
        read().map_err(|source| self.fault(&source))
    }

    /// Returns those with a serial number that begins so, the shortest first; no more than somebody would look at.
    pub fn by_serial(&self, beginning: &str) -> Result<Vec<Row>> {
        // What is greater than every hexadecimal digit.
        let end = format!("{beginning}g");
        let alike = "serial >= ?1 AND serial < ?2 ORDER BY serial LIMIT 20";
        self.collect(alike, [beginning, &end])
    }

    /// Returns one of a generation by its serial number.
    pub fn one(&self, generation: &str, serial: &str) -> Result<Option<Row>> {
        let found = self.collect("serial = ?1 AND generation = ?2", [serial, generation]);
        Ok(found?.pop())
    }

    /// Returns those with a name, or with nothing but that for a common name, that end at a moment or
    /// later, the latest first.
    pub fn by_name(&self, name: &str, now: OffsetDateTime) -> Result<Vec<Row>> {
        let san: Option<San> = name.parse().ok();
        let label = san.map(|name| format!("{}:{name}", name.kind()));
        self.collect(
            "id IN (SELECT issued FROM named WHERE name IN (?1, 'CN:' || ?2))
             AND not_after >= ?3 ORDER BY id DESC",
            rusqlite::params![label, name, now.unix_timestamp()],
        )
    }

    /// Returns what was last written to a file.
    pub fn by_file(&self, path: &str) -> Result<Option<Row>> {
        let found = self.collect(
            "id = (SELECT max(issued) FROM placed WHERE path = ?1)",
            [path],
        );
        Ok(found?.pop())
    }

    /// Returns what is revoked of a generation, in the order of its revocation.
    pub(in crate::ca) fn revoked(&self, generation: &str) -> Result<Vec<Row>> {
        self.collect(
            "generation = ?1 AND revoked_at IS NOT NULL ORDER BY revoked_at, id",
            [generation],
        )
    }

    /// Counts what is revoked.
    pub(in crate::ca) fn count_revoked(&self) -> Result<u64> {
        let query = "SELECT count(*) FROM issued WHERE revoked_at IS NOT NULL";
        let count: i64 = self
            .0
            .query_row(query, [], |row| row.get(0))
            .map_err(|source| self.fault(&source))?;
        Ok(count.unsigned_abs())
    }

    /// Gives those in use of which less than a third of life is left at a moment, the most urgent first.
    pub fn due(&self, now: OffsetDateTime, each: impl FnMut(Row)) -> Result<()> {
        let condition = format!("{RENEWABLE} AND not_after - (not_after - not_before) / 3 <= ?1");
        let order = "ORDER BY not_after - (not_after - not_before) / 3";
        self.rows(&condition, order, [now.unix_timestamp()], each)
    }

    /// Counts those in use whose files are known, and tells of those that are not due or have not ended
    /// at a moment, when the first is due and when the first ends.
    pub fn outlook(
        &self,
        now: OffsetDateTime,
    ) -> Result<(u64, Option<OffsetDateTime>, Option<OffsetDateTime>)> {
        let ask = |what: &str, from: &str| {
            let query = format!("SELECT {what} FROM issued WHERE {RENEWABLE} AND {from} > ?1");
            let found = self
                .0
                .query_row(&query, [now.unix_timestamp()], |row| row.get(0));
            found.map_err(|source| self.fault(&source))
        };
        let at = |seconds: Option<i64>| OffsetDateTime::from_unix_timestamp(seconds?).ok();
        let due = "not_after - (not_after - not_before) / 3";
        let query = format!("SELECT count(*) FROM issued WHERE {RENEWABLE}");
        let count = self.0.query_row(&query, [], |row| row.get::<_, i64>(0));
        let count = count.map_err(|source| self.fault(&source))?;
        let first_due = ask(&format!("min({due})"), due)?;
        let first_end = ask("min(not_after)", "not_after")?;
        Ok((count.unsigned_abs(), at(first_due), at(first_end)))
    }

    /// Counts those in use of which nothing but a copy or an index told, so that nobody knows where they are, and that
    /// have not ended at a moment.
    pub fn unplaced(&self, now: OffsetDateTime) -> Result<u64> {
        // Two counts of indices tell of most ledgers that there are none. Else every row is read, in the order in which
        // they lie: by way of an index it took ten times as long (8 s for a million).
        let query = format!(
            "SELECT CASE (SELECT count(*) FROM issued WHERE {IN_USE}) = (SELECT count(*) FROM issued WHERE {RENEWABLE})
             WHEN 1 THEN 0 ELSE (SELECT count(*) FROM issued NOT INDEXED WHERE {IN_USE}
                AND files = '[]' AND pending = 0 AND command IS NULL AND not_after >= ?1) END"
        );
        let count = self
            .0
            .query_row(&query, [now.unix_timestamp()], |row| row.get::<_, i64>(0));
        let count = count.map_err(|source| self.fault(&source))?;
        Ok(count.unsigned_abs())
    }

    /// Gives those whose files were still to be written when their list was interrupted.
    pub fn pending(&self, each: impl FnMut(Row)) -> Result<()> {
        self.rows("pending = 1", "ORDER BY id", [], each)
    }

    fn collect(&self, condition: &str, values: impl Params) -> Result<Vec<Row>> {
        let mut found = Vec::new();
        self.rows(condition, "", values, |row| found.push(row))?;
        Ok(found)
    }

    fn rows(
        &self,
        condition: &str,
        order: &str,
        values: impl Params,
        mut each: impl FnMut(Row),
    ) -> Result<()> {
        let query = format!("SELECT {COLUMNS} FROM issued WHERE {condition} {order}");
        let read = || {
            let mut statement = self.0.prepare_cached(&query)?;
            let mut rows = statement.query(values)?;
            while let Some(row) = rows.next()? {
                each(read_row(row)?);
            }
            Ok(())
        };
        read().map_err(|source| self.fault(&source))
    }
}

fn read_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    let moment = |column: usize| {
        let seconds: Option<i64> = row.get(column)?;
        let moment = seconds.map(OffsetDateTime::from_unix_timestamp).transpose();
        moment.map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(column, Type::Integer, error.into())
        })
    };
    let at = |column: usize| Ok::<_, rusqlite::Error>(moment(column)?.unwrap_or(UNKNOWN));
    let word = |column: usize| Ok::<_, rusqlite::Error>(row.get_ref(column)?.as_str_or_null()?);
    let reason: Option<u8> = row.get(16)?;
    let reason = reason.and_then(Reason::from_code).unwrap_or_default();
    let (purposes, authority) = read_purposes(row.get_ref(9)?.as_str()?);
    Ok(Row {
        serial: row.get(0)?,
        fingerprint: row.get(1)?,
        generation: row.get(2)?,
        subject: row.get(3)?,
        names: serde_json::from_str(row.get_ref(4)?.as_str()?).unwrap_or_default(),
        not_before: at(5)?,
        not_after: at(6)?,
        issued_at: at(7)?,
        command: row.get(8)?,
        purposes,
        authority,
        algorithm: word(10)?.and_then(|word| word.parse().ok()),
        key_made: row.get(11)?,
        lifetime: word(12)?.and_then(|word| word.parse().ok()),
        files: read_files(row.get_ref(13)?.as_str()?),
        pending: row.get(14)?,
        revoked: moment(15)?.map(|since| (since, reason)),
        superseded_by: row.get(17)?,
        copy: row.get(18)?,
    })
}

/// SQLite's GLOB has sets in brackets too, which nobody expects in a name that may be an IPv6 address.
fn glob(pattern: &str) -> String {
    pattern.to_lowercase().replace('[', "[[]")
}

/// So many are read within milliseconds, as long as a lock may be held that others wait for.
const CHUNK: usize = 1024;

/// The columns that are never empty.
const UNKNOWN: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

const IN_USE: &str = "revoked_at IS NULL AND superseded_by IS NULL";

/// The condition of the index by which renewals are found.
const RENEWABLE: &str =
    "revoked_at IS NULL AND superseded_by IS NULL AND pending = 0 AND files <> '[]'";

const COLUMNS: &str = "serial, fingerprint, generation, subject, names, not_before, not_after, issued_at, \
    command, purposes, algorithm, key_made, lifetime, files, pending, revoked_at, reason, superseded_by, copy";

/// The names are read once, and what fits is looked up.
const MATCHES: &str =
    "id IN (SELECT issued FROM named WHERE lower(substr(name, instr(name, ':') + 1)) GLOB ?)";
