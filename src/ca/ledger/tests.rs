use time::macros::datetime;

use super::*;
use crate::ca::tests::foreign;
use crate::cert::Certificate;
use crate::crl::Reason;
use crate::error::ErrorKind;
use crate::name::San;

const NOW: OffsetDateTime = datetime!(2026-11-21 12:00 UTC);

/// The tables as version 1 made them.
const VERSION_1: &str = "
CREATE TABLE issued (
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
CREATE INDEX issued_by_generation ON issued (generation, not_after);
PRAGMA application_id = 1667592820;
PRAGMA user_version = 1;
INSERT INTO issued VALUES
    ('41', 'f1', 'ca-1', 'CN=a', '[\"DNS:a.test\",\"IP:::1\"]', 100, 3000000000, 100, '[\"/w/a.crt\",\"/w/a.key\"]'),
    ('40', 'f2', 'ca-1', '', '[\"DNS:a.test\"]', 200, 4000000000, 200, '[\"/w/a.crt\",\"/w/a.key\"]'),
    ('42', 'f3', 'ca-2', 'CN=b', '[]', 300, 5000000000, 300, '[\"/w/b.crt\"]');
";

fn placed(path: &str) -> Vec<Placed> {
    vec![
        Placed::new(FileRole::Certificate, "pem", Path::new(path)),
        Placed::new(FileRole::PrivateKey, "pem", Path::new("/w/key")),
    ]
}

fn serials(ledger: &Ledger, filter: &Filter) -> Vec<String> {
    let mut found = Vec::new();
    ledger.select(filter, |row| found.push(row.serial)).unwrap();
    found
}

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
    assert_eq!(id, 0x6365_7274);
    assert_eq!(ledger.summary("any").unwrap(), (0, None));
    ledger.check().unwrap();
}

#[test]
fn other_files_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    std::fs::write(&path, "something else, and longer than a header of SQLite would be: 100 bytes at least, so that it is read").unwrap();
    let error = Ledger::open(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CaBroken);
    assert!(error.hint().unwrap().contains("ca repair"));
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

#[test]
fn a_later_version_is_told_from_a_damaged_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    Ledger::open(&path).unwrap();
    let set = "PRAGMA user_version = 4";
    Connection::open(&path).unwrap().execute_batch(set).unwrap();
    let error = Ledger::open(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("is of version 4"), "{error}");
}

#[test]
fn version_1_is_taken_over_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    Connection::open(&path)
        .unwrap()
        .execute_batch(VERSION_1)
        .unwrap();
    let ledger = Ledger::open(&path).unwrap();
    ledger.check().unwrap();
    assert_eq!(serials(&ledger, &Filter::default()), ["41", "40", "42"]);
    let old = ledger.by_serial("41").unwrap().remove(0);
    assert_eq!(old.status(), Status::Superseded);
    assert_eq!(old.superseded_by.as_deref(), Some("40"));
    let names: Vec<San> = vec!["a.test".parse().unwrap(), "::1".parse().unwrap()];
    assert_eq!(old.sans(), names);
    assert!(old.key_made && old.command.is_none() && old.lifetime.is_none());
    assert_eq!(old.files[1].role, FileRole::PrivateKey);
    assert_eq!(ledger.by_file("/w/a.crt").unwrap().unwrap().serial, "40");
    let now = OffsetDateTime::from_unix_timestamp(1000).unwrap();
    for (name, count) in [
        ("0:0::1", 1),
        ("A.test", 2),
        ("b", 1),
        ("x y", 0),
        ("CN:b", 0),
    ] {
        assert_eq!(ledger.by_name(name, now).unwrap().len(), count, "{name}");
    }
    assert_eq!(ledger.summary("ca-1").unwrap().0, 2);
    // And it is so the next time.
    drop(ledger);
    let again = Ledger::open(&path).unwrap();
    assert_eq!(serials(&again, &Filter::default()).len(), 3);
}

#[test]
fn version_2_is_taken_over_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    let ledger = Ledger::open(&path).unwrap();
    let row = Row::of_certificate(&foreign([1, 6]).0, "ca-1");
    ledger.adopt(std::slice::from_ref(&row)).unwrap();
    let back = "ALTER TABLE issued DROP COLUMN copy; PRAGMA user_version = 2";
    ledger.0.execute_batch(back).unwrap();
    drop(ledger);
    let ledger = Ledger::open(&path).unwrap();
    assert_eq!(ledger.one("ca-1", &row.serial).unwrap().unwrap().copy, None);
    let other = Row {
        copy: Some("41+1".to_owned()),
        ..Row::of_certificate(&foreign([1, 6]).0, "ca-1")
    };
    ledger.adopt(std::slice::from_ref(&other)).unwrap();
    let known = ledger.one("ca-1", &other.serial).unwrap().unwrap();
    assert_eq!(known.copy, other.copy);
}

#[test]
fn what_was_entered_is_read_back_and_struck_out() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&folder.path().join("ledger.sqlite")).unwrap();
    let (first, second) = (foreign([1, 6]).0, foreign([1, 6]).0);
    let origin = Origin {
        command: "issue --csr".to_owned(),
        lifetime: Some("90d".parse().unwrap()),
        key_made: true,
        files: placed("/w/a.crt"),
        renews: None,
    };
    let entry = |certificate, pending| {
        let mut entry = Entry::of(certificate, "ca-1", origin.clone(), NOW);
        entry.row.pending = pending;
        entry
    };
    ledger.record(&entry(&first, false)).unwrap();
    let row = ledger.one("ca-1", &first.serial_hex()).unwrap().unwrap();
    assert_eq!(row.command.as_deref(), Some("issue --csr"));
    assert_eq!(row.lifetime, origin.lifetime);
    assert_eq!(row.files, origin.files);
    assert_eq!(row.issued_at, NOW);
    assert_eq!(row.algorithm, Some(crate::crypto::Algorithm::P256));
    assert!(row.key_made && row.status() == Status::Valid);

    ledger.record(&entry(&second, true)).unwrap();
    let status = |certificate: &Certificate| {
        let found = ledger.by_serial(&certificate.serial_hex()).unwrap();
        found.first().map(Row::status)
    };
    assert_eq!(status(&first), Some(Status::Superseded));
    assert_eq!(status(&second), Some(Status::Pending));
    ledger.complete(&[second.serial_hex()]).unwrap();
    assert_eq!(status(&second), Some(Status::Valid));
    ledger.forget(&[second.serial_hex()]).unwrap();
    assert_eq!(status(&second), None);
    assert_eq!(status(&first), Some(Status::Valid));
    let left: i64 = ledger
        .0
        .query_row("SELECT count(*) FROM placed", [], |row| row.get(0))
        .unwrap();
    assert_eq!(left, 2);
}

#[test]
fn revocation_comes_once_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&folder.path().join("ledger.sqlite")).unwrap();
    let certificate = foreign([1, 6]).0;
    let row = Row::of_certificate(&certificate, "ca-1");
    assert_eq!(ledger.adopt(&[row.clone(), row]).unwrap(), 1);
    let serial = certificate.serial_hex();
    for (generation, reason) in [
        ("ca-2", Reason::Superseded),
        ("ca-1", Reason::KeyCompromise),
        ("ca-1", Reason::Unspecified),
    ] {
        let marker = Marker {
            generation: generation.to_owned(),
            serial: serial.clone(),
            not_after: NOW,
            since: NOW,
            reason,
        };
        ledger.enter_revocations(&[marker]).unwrap();
    }
    let row = ledger.one("ca-1", &serial).unwrap().unwrap();
    assert_eq!(row.revoked, Some((NOW, Reason::KeyCompromise)));
    // Of the other generation only the list told.
    let other = ledger.one("ca-2", &serial).unwrap().unwrap();
    assert_eq!(other.revoked, Some((NOW, Reason::Superseded)));
    assert!(other.fingerprint.is_empty());
    assert_eq!(ledger.count_revoked().unwrap(), 2);
    assert_eq!(ledger.revoked("ca-1").unwrap().len(), 1);
}

#[test]
fn what_is_due_is_what_a_third_is_left_of() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    let ledger = Ledger::open(&path).unwrap();
    let certificate = foreign([1, 6]).0;
    let validity = certificate.validity();
    let row = Row {
        files: placed("/w/a.crt"),
        ..Row::of_certificate(&certificate, "ca-1")
    };
    ledger.adopt(&[row]).unwrap();
    let third = validity.not_after() - validity.length() / 3;
    for offset in -2..=2 {
        let now = third + time::Duration::seconds(offset);
        let mut due = 0;
        ledger.due(now, |_| due += 1).unwrap();
        assert_eq!(due == 1, validity.is_in_last_third(now), "{offset}");
    }
    let plan: String = ledger
        .0
        .query_row(
            "EXPLAIN QUERY PLAN SELECT serial FROM issued WHERE revoked_at IS NULL
             AND superseded_by IS NULL AND pending = 0 AND files <> '[]'
             AND not_after - (not_after - not_before) / 3 <= 5",
            [],
            |row| row.get(3),
        )
        .unwrap();
    assert!(plan.contains("issued_by_renewal"), "{plan}");
}

#[test]
fn names_are_matched_as_shells_match_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    Connection::open(&path)
        .unwrap()
        .execute_batch(VERSION_1)
        .unwrap();
    let ledger = Ledger::open(&path).unwrap();
    for (pattern, expected) in [
        ("*.test", &["41", "40"][..]),
        ("A.TEST", &["41", "40"]),
        ("?.test", &["41", "40"]),
        ("::1", &["41"]),
        ("b", &["42"]),
        ("[a-z].test", &[]),
        ("'", &[]),
    ] {
        let filter = Filter {
            matching: Some(pattern.to_owned()),
            ..Filter::default()
        };
        assert_eq!(serials(&ledger, &filter), expected, "{pattern}");
    }
    let at = |seconds| OffsetDateTime::from_unix_timestamp(seconds).ok();
    let between = Filter {
        ending_from: at(3_000_000_001),
        ending_before: at(5_000_000_000),
        ..Filter::default()
    };
    assert_eq!(serials(&ledger, &between), ["40"]);
    let in_use = Filter {
        live: Live::InUse,
        ..Filter::default()
    };
    assert_eq!(serials(&ledger, &in_use), ["40", "42"]);
}

#[test]
fn many_are_given_in_the_order_of_their_ends_and_nothing_is_locked_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    let ledger = Ledger::open(&path).unwrap();
    let row = Row::of_certificate(&foreign([1, 6]).0, "ca-1");
    // Entered with the last first, every other revoked.
    let rows: Vec<Row> = (0..3000)
        .map(|number| Row {
            serial: format!("{number:032x}"),
            not_after: NOW - time::Duration::minutes(number),
            revoked: (number % 2 == 0).then_some((NOW, Reason::default())),
            ..row.clone()
        })
        .collect();
    ledger.adopt(&rows).unwrap();
    let other = ledger.again().unwrap();
    let mut given = Vec::new();
    let each = |row: Row| {
        if given.is_empty() {
            other.forget(std::slice::from_ref(&rows[0].serial)).unwrap();
        }
        given.push(row);
    };
    ledger.select(&Filter::default(), each).unwrap();
    assert!(given.is_sorted_by_key(|row| row.not_after));
    // One was struck out before it was its turn.
    assert_eq!(given.len(), 2999);
    for (live, count) in [(Live::InUse, 1500), (Live::Revoked, 1499)] {
        let filter = Filter {
            live,
            ..Filter::default()
        };
        let mut given = Vec::new();
        ledger.select(&filter, |row| given.push(row)).unwrap();
        assert!(given.is_sorted_by_key(|row| row.not_after));
        assert_eq!(given.len(), count);
    }
}

#[test]
fn damage_inside_is_told_as_damage() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    let ledger = Ledger::open(&path).unwrap();
    let certificates: Vec<Row> = (0..200)
        .map(|number| Row {
            serial: format!("{number:032x}"),
            ..Row::of_certificate(&foreign([1, 6]).0, "ca-1")
        })
        .collect();
    ledger.adopt(&certificates).unwrap();
    drop(ledger);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[4096..].fill(0xa5);
    std::fs::write(&path, bytes).unwrap();
    let ledger = Ledger::open(&path).unwrap();
    assert_eq!(ledger.check().unwrap_err().kind(), ErrorKind::CaBroken);
    let error = ledger.select(&Filter::default(), drop).unwrap_err();
    assert!(error.hint().unwrap().contains("ca repair"), "{error}");
}
