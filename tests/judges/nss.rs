//! The browsers' databases: what we write is trusted by NSS's own tools, and what they write is found.

use std::fs;
use std::path::{Path, PathBuf};

use certwright::cert::Certificate;
use certwright::error::ErrorKind;
use certwright::trust::nss::{Absent, Database};
use certwright::trust::{State, Store as _};

use super::ca_file;
use crate::sandbox::{Sandbox, listing};

const FILES: [&str; 2] = ["cert9.db", "key4.db"];

/// A CA, and a leaf of it with its intermediate in DER: vfychain reads nothing else.
fn with_ca() -> (Sandbox, Certificate) {
    let sandbox = Sandbox::new();
    sandbox.run("issue app.localhost");
    let chain = Certificate::all_from_bytes(sandbox.text("app.localhost.crt").as_bytes()).unwrap();
    for (name, certificate) in ["leaf.der", "intermediate.der"].iter().zip(&chain) {
        sandbox.write(name, certificate.der());
    }
    let root = fs::read(ca_file(&sandbox, "root.crt")).unwrap();
    sandbox.write("root.crt", &root);
    let root = Certificate::all_from_bytes(&root).unwrap().remove(0);
    (sandbox, root)
}

/// A database as certutil makes it, without a password.
fn by_certutil(sandbox: &Sandbox) -> Database {
    fs::create_dir(sandbox.path("db")).unwrap();
    sandbox.other("certutil", "-N --empty-password -d sql:db");
    Database::new("nss: test", sandbox.path("db"), Absent::Leave)
}

/// The flags that certutil shows for the CA, if it shows it.
fn flags(sandbox: &Sandbox) -> Option<String> {
    let listed = sandbox.other("certutil", "-L -d sql:db");
    let line = listed.lines().find(|line| line.contains(" root "))?;
    line.split_whitespace().last().map(str::to_owned)
}

/// Whether NSS accepts the leaf for a TLS server.
fn accepted(sandbox: &Sandbox) -> bool {
    let words = "-d sql:db -u 1 leaf.der intermediate.der";
    sandbox.other_output("vfychain", words).status.success()
}

fn bytes(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let read = |name: String| {
        let bytes = fs::read(folder.join(&name)).unwrap();
        (name, bytes)
    };
    listing(folder).into_iter().map(read).collect()
}

/// Every entry of both files, as the shell of SQLite prints them.
fn entries(sandbox: &Sandbox) -> String {
    let dump = |(file, table): (&str, &str)| {
        sandbox.write(
            "dump.sql",
            format!(".mode insert\nSELECT * FROM {table} ORDER BY id;\n"),
        );
        sandbox.other("sqlite3", &format!("-init dump.sql db/{file} .exit"))
    };
    [
        ("cert9.db", "nssPublic"),
        ("key4.db", "nssPrivate"),
        ("key4.db", "metaData"),
    ]
    .map(dump)
    .concat()
}

#[test]
#[ignore = "needs certutil and vfychain (Debian: libnss3-tools) and sqlite3 (Debian: sqlite3)"]
fn nss_trusts_what_is_entered_until_it_is_removed() {
    let (sandbox, root) = with_ca();
    let database = by_certutil(&sandbox);
    let before = entries(&sandbox);
    assert!(before.contains("password"), "{before}");
    assert!(!accepted(&sandbox));
    database.install(&root).unwrap();
    assert_eq!(flags(&sandbox).as_deref(), Some("C,,"));
    assert!(accepted(&sandbox));
    let once = bytes(&sandbox.path("db"));
    database.install(&root).unwrap();
    assert!(bytes(&sandbox.path("db")) == once);
    database.remove(&root).unwrap();
    assert_eq!(flags(&sandbox), None);
    assert!(!accepted(&sandbox));
    assert_eq!(entries(&sandbox), before);
    assert_eq!(
        listing(&sandbox.path("db")),
        ["cert9.db", "key4.db", "pkcs11.txt"]
    );
}

#[test]
#[ignore = "needs certutil and vfychain (Debian: libnss3-tools)"]
fn nss_takes_a_database_that_was_made_here() {
    let (sandbox, root) = with_ca();
    let database = Database::new("nss: test", sandbox.path("db"), Absent::MakeFolder);
    database.install(&root).unwrap();
    assert_eq!(flags(&sandbox).as_deref(), Some("C,,"));
    assert!(accepted(&sandbox));
    // Setting a password for the first time, NSS makes the MACs of what is there.
    sandbox.write("password", "secret\n");
    sandbox.other("certutil", "-N -d sql:db -f password");
    assert_eq!(flags(&sandbox).as_deref(), Some("C,,"));
    assert!(accepted(&sandbox));
}

#[test]
#[ignore = "needs certutil (Debian: libnss3-tools) and sqlite3 (Debian: sqlite3)"]
fn what_certutil_enters_is_found_and_removed() {
    let (sandbox, root) = with_ca();
    let database = by_certutil(&sandbox);
    let before = entries(&sandbox);
    for (trust, state) in [
        ("C,,", State::Trusted),
        ("CT,C,C", State::Trusted),
        ("c,,", State::Untrusted),
        (",,", State::Untrusted),
        ("p,,", State::Untrusted),
    ] {
        let enter = format!("-A -d sql:db -n other-name -t {trust} -i root.crt");
        sandbox.other("certutil", &enter);
        assert_eq!(database.state(&root).unwrap(), state, "{trust}");
        database.remove(&root).unwrap();
        assert_eq!(entries(&sandbox), before, "{trust}");
    }
}

#[test]
#[ignore = "needs certutil and vfychain (Debian: libnss3-tools)"]
fn trust_that_certutil_took_away_is_given_again() {
    let (sandbox, root) = with_ca();
    let database = by_certutil(&sandbox);
    sandbox.other(
        "certutil",
        "-A -d sql:db -n other-name-root -t p,, -i root.crt",
    );
    database.install(&root).unwrap();
    assert!(accepted(&sandbox));
    sandbox.other("certutil", "-M -d sql:db -n other-name-root -t ,,");
    assert_eq!(database.state(&root).unwrap(), State::Untrusted);
    assert!(!accepted(&sandbox));
    database.install(&root).unwrap();
    assert!(accepted(&sandbox));
}

#[test]
#[ignore = "needs certutil (Debian: libnss3-tools)"]
fn certutil_deletes_what_is_entered_here() {
    let (sandbox, root) = with_ca();
    let database = by_certutil(&sandbox);
    database.install(&root).unwrap();
    let name = root.subject().common_names().remove(0);
    let mut delete = std::process::Command::new("certutil");
    delete
        .args(["-D", "-d", "sql:db", "-n", &name])
        .current_dir(sandbox.work());
    assert!(delete.status().unwrap().success());
    assert_eq!(database.state(&root).unwrap(), State::Missing);
}

#[test]
#[ignore = "needs certutil and modutil (Debian: libnss3-tools)"]
fn a_database_with_a_password_is_left_byte_for_byte() {
    let (sandbox, root) = with_ca();
    let database = by_certutil(&sandbox);
    sandbox.other("certutil", "-A -d sql:db -n root -t C,, -i root.crt");
    sandbox.write("password", "secret\n");
    sandbox.write("none", "\n");
    sandbox.other("certutil", "-W -d sql:db -f none -@ password");
    let before = bytes(&sandbox.path("db"));
    for refused in [
        database.state(&root).map(|_| ()),
        database.install(&root),
        database.remove(&root),
    ] {
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::PasswordNeeded);
    }
    assert!(bytes(&sandbox.path("db")) == before);
}

#[test]
#[ignore = "needs certutil (Debian: libnss3-tools) and sqlite3 (Debian: sqlite3)"]
fn a_database_that_is_being_written_is_reported() {
    let (sandbox, root) = with_ca();
    let database = by_certutil(&sandbox);
    let path: PathBuf = sandbox.path("db/cert9.db");
    let mut writer = std::process::Command::new("sqlite3")
        .arg(&path)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    use std::io::{BufRead as _, Write as _};
    let mut input = writer.stdin.take().unwrap();
    writeln!(input, "BEGIN IMMEDIATE;\n.print locked").unwrap();
    let mut line = String::new();
    let mut output = std::io::BufReader::new(writer.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    let before = std::time::Instant::now();
    let error = database.install(&root).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy, "{error}");
    // Three seconds for each of the two files, and some for a slow machine.
    assert!(before.elapsed().as_secs() < 20);
    drop(input);
    writer.wait().unwrap();
    database.install(&root).unwrap();
}

#[test]
#[ignore = "needs certutil (Debian: libnss3-tools)"]
fn a_garbage_file_is_untouched() {
    for file in FILES {
        let (sandbox, root) = with_ca();
        let database = by_certutil(&sandbox);
        sandbox.write(&format!("db/{file}"), "garbage ".repeat(100));
        let before = bytes(&sandbox.path("db"));
        assert_eq!(
            database.install(&root).unwrap_err().kind(),
            ErrorKind::Malformed
        );
        assert_eq!(
            database.remove(&root).unwrap_err().kind(),
            ErrorKind::Malformed
        );
        assert!(bytes(&sandbox.path("db")) == before);
    }
}
