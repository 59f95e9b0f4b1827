//! A CA's folder under many processes at once, and under kills: its ledger and its copies agree, whatever comes.

#![cfg(unix)]

mod kills;
mod together;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use certwright::cert::Certificate;
use certwright::crl::DecodedList;
use certwright::fingerprint::Form;
use certwright::key::PrivateKey;
use rusqlite::{Connection, OpenFlags};

use crate::sandbox::{Sandbox, listing};

/// What the ledger knows: a fingerprint for each serial number.
pub type Known = BTreeMap<String, String>;

/// Holds ledger, copies and revocations against each other, after a command that does nothing but look, and
/// returns what is known.
pub fn agreed(sandbox: &Sandbox) -> Known {
    sandbox.run("list");
    let ledger = ledger(sandbox);
    let sound: String = ledger
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(sound, "ok");
    let rows = pairs(&ledger, "SELECT serial, fingerprint FROM issued");
    let known: Known = rows.iter().cloned().collect();
    assert_eq!(known.len(), rows.len(), "a serial number came twice");
    assert_eq!(known, copies(&sandbox.ca().join("issued")));
    assert_eq!(listing(&sandbox.ca().join("issued/arriving")), ["lock"]);
    let revoked = pairs(
        &ledger,
        "SELECT generation || '-' || serial || '.json', '' FROM issued WHERE revoked_at IS NOT NULL
         ORDER BY 1",
    );
    let revoked: Vec<String> = revoked.into_iter().map(|(name, _)| name).collect();
    let marked = sandbox.ca().join("revoked");
    let marked = if marked.exists() {
        visible(&marked)
    } else {
        Vec::new()
    };
    assert_eq!(revoked, marked);
    known
}

/// The list that is made now tells of everything that is revoked, and of nothing else.
pub fn the_list_is_complete(sandbox: &Sandbox) {
    sandbox.run("ca crl --der -o list.der --force");
    let list = DecodedList::from_der(&fs::read(sandbox.path("list.der")).unwrap()).unwrap();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut told: Vec<String> = list
        .entries()
        .map(|entry| hex(&entry.unwrap().serial))
        .collect();
    told.sort();
    let query = "SELECT serial, '' FROM issued WHERE revoked_at IS NOT NULL ORDER BY 1";
    let revoked = pairs(&ledger(sandbox), query);
    let revoked: Vec<String> = revoked.into_iter().map(|(serial, _)| serial).collect();
    assert_eq!(told, revoked);
}

/// Every file that has its name can be read: nothing is half written.
pub fn are_whole(folder: &Path) {
    for name in visible(folder) {
        let bytes = fs::read(folder.join(&name)).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let read = match Path::new(&name).extension().and_then(|end| end.to_str()) {
            Some("crt") => Certificate::all_from_bytes(&bytes).map(drop),
            Some("key") => PrivateKey::from_bytes(&bytes, None).map(drop),
            _ => Ok(()),
        };
        assert!(read.is_ok(), "{name}: {read:?}\n{text}");
    }
}

/// A certificate and the key of another never outlast the next command.
pub fn is_a_pair(sandbox: &Sandbox, name: &str) {
    let file = |end: &str| fs::read(sandbox.path(&format!("{name}.{end}"))).unwrap();
    let certificate = Certificate::all_from_bytes(&file("crt")).unwrap().remove(0);
    let key = PrivateKey::from_bytes(&file("key"), None).unwrap();
    assert_eq!(certificate.public_key().spki(), key.public_key().spki());
}

/// The ledger, as SQLite itself sees it.
pub fn ledger(sandbox: &Sandbox) -> Connection {
    let place = sandbox.ca().join("ledger.sqlite");
    Connection::open_with_flags(place, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
}

fn pairs(ledger: &Connection, query: &str) -> Vec<(String, String)> {
    let mut statement = ledger.prepare(query).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    rows.unwrap().map(Result::unwrap).collect()
}

fn copies(folder: &Path) -> Known {
    let names = listing(folder)
        .into_iter()
        .filter(|name| name != "arriving");
    names
        .flat_map(|name| copies_in(&folder.join(name)))
        .collect()
}

/// The serial numbers and fingerprints of what a file holds, which is called by the first, and by how many more
/// there are.
fn copies_in(path: &PathBuf) -> Vec<(String, String)> {
    let name = path.file_name().unwrap().to_str().unwrap();
    let name = name.strip_suffix(".crt").expect("only copies lie there");
    let held = Certificate::all_from_bytes(&fs::read(path).unwrap()).unwrap();
    let first = held[0].serial_hex();
    match held.len() {
        1 => assert_eq!(name, first),
        count => assert_eq!(name, format!("{first}+{}", count - 1)),
    }
    let print = |it: &Certificate| (it.serial_hex(), it.fingerprint().to_text(Form::Hex));
    held.iter().map(print).collect()
}

fn visible(folder: &Path) -> Vec<String> {
    let mut names = listing(folder);
    names.retain(|name| !name.starts_with('.') && folder.join(name).is_file());
    names
}
