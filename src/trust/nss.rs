//! The databases of NSS, by which Chromium, Chrome and Firefox trust: `cert9.db` and `key4.db` in one
//! folder, both SQLite.
//!
//! They are written here directly. certutil may not be there, and one that is older than the browser
//! neither sees nor deletes what the browser wrote. `cert9.db` holds objects, a row each with a column
//! for every attribute of PKCS #11: the certificate, and beside it an object that says what it is
//! trusted for. `key4.db` holds the MACs of the latter.
//!
//! Since 3.114 NSS writes trust in the form of PKCS #11 v3.2 and prefers that to its own old form.
//! Every NSS reads the old one, so that is what is written, and both are deleted.

mod seal;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{
    Connection, ErrorCode, OpenFlags, OptionalExtension as _, params, params_from_iter,
};

use self::seal::Secret;
use super::{State, Store, has_our_name};
use crate::cert::Certificate;
use crate::crypto::{self, Digest};
use crate::der;
use crate::error::{Error, ErrorKind, Result};
use crate::files::{self, Existing, NewFile};

/// What is done where there is no database yet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Absent {
    /// None is made.
    Leave,
    /// One is made in the folder, which must be there.
    MakeFiles,
    /// One is made, and the folder for it if need be.
    MakeFolder,
}

/// The database in one folder, there or not.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Database {
    name: String,
    folder: PathBuf,
    absent: Absent,
}

impl Database {
    /// Names the database in a folder; nothing is looked at yet.
    pub fn new(name: impl Into<String>, folder: impl Into<PathBuf>, absent: Absent) -> Self {
        Self {
            name: name.into(),
            folder: folder.into(),
            absent,
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Tells whether there is a database. Half of one is none that anything could be done with.
    fn is_there(&self) -> Result<bool> {
        let has = |name: &str| {
            let path = self.file(name);
            let there = path.try_exists();
            there.map_err(|source| Error::io("look for", &path, &source))
        };
        match (has(CERTIFICATES)?, has(KEYS)?) {
            (true, true) => Ok(true),
            (false, false) if !has("cert8.db")? => Ok(false),
            // NSS would take the old database over, and no longer does once there is a new one.
            (false, false) => Err(Error::new(
                ErrorKind::Unsupported,
                "it is of the form before 2018 (cert8.db), which is not known here",
            )
            .with_hint("start the browser once, which brings it up to date")),
            (has_certificates, _) => {
                let (there, missing) = match has_certificates {
                    true => (CERTIFICATES, KEYS),
                    false => (KEYS, CERTIFICATES),
                };
                let half = format!("it has {there} and no {missing}");
                Err(Error::new(ErrorKind::Malformed, half)
                    .with_hint("start the browser once, which makes the other"))
            }
        }
    }

    /// Makes a database that holds nothing but the CA.
    ///
    /// It is left to the browser to set a password at its first start, even the empty one, and to make
    /// the MACs then. So one without a password has never been used, and can be taken away again.
    fn make(&self, ca: &Certificate) -> Result<()> {
        match self.absent {
            Absent::Leave => {
                return Err(Error::new(ErrorKind::NotFound, "there is no database")
                    .with_hint("start the browser once, which makes one"));
            }
            Absent::MakeFiles => {}
            Absent::MakeFolder => files::make_private_folder(&self.folder)?,
        }
        let mut session = Session::in_memory()?;
        session.put(ca)?;
        let certificates = NewFile::private(self.file(CERTIFICATES), session.image("main")?);
        let keys = NewFile::private(self.file(KEYS), session.image("keys")?);
        files::write(vec![certificates, keys], Existing::Keep)
    }

    /// Takes away a database that was made here and that nothing has used since, and the folder if
    /// that is empty then. Of two folders above one another both may have been made.
    fn unmake(&self) -> Result<()> {
        for name in [CERTIFICATES, KEYS] {
            let path = self.file(name);
            fs::remove_file(&path).map_err(|source| Error::io("remove", &path, &source))?;
        }
        if self.absent == Absent::MakeFolder && fs::remove_dir(&self.folder).is_ok() {
            let _ = self.folder.parent().map(fs::remove_dir);
        }
        Ok(())
    }

    fn look(&self, ca: &Certificate) -> Result<State> {
        match self.is_there()? {
            false => Ok(State::Missing),
            true => Session::begin(&self.folder, Purpose::Read)?.state(ca),
        }
    }

    fn put(&self, ca: &Certificate) -> Result<()> {
        self.complete_interrupted()?;
        if !self.is_there()? {
            match self.make(ca) {
                // A browser was started meanwhile, or another of us: then that one is written.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                made => return made.and_then(|()| self.require_trusted(ca)),
            }
        }
        let session = Session::begin(&self.folder, Purpose::Write)?;
        if session.state(ca)? == State::Trusted {
            return Ok(());
        }
        if session.has_twin(ca)? {
            return Err(Error::new(
                ErrorKind::AlreadyExists,
                "another certificate of the same issuer and serial number is there",
            )
            .with_hint("delete it in the browser's settings: it and the CA cannot both be used"));
        }
        let change = |session: &Session| session.put(ca);
        self.change(session, change, || self.require_trusted(ca))
    }

    fn take(&self, ca: &Certificate) -> Result<()> {
        self.complete_interrupted()?;
        if !self.is_there()? {
            return Ok(());
        }
        let session = Session::begin(&self.folder, Purpose::Write)?;
        let traces = session.traces(ca)?;
        if traces.is_empty() {
            return Ok(());
        }
        session.require_no_password()?;
        let mut unused = false;
        let change = |session: &Session| {
            for object in traces.all() {
                session.delete(object)?;
            }
            // NSS writes this file when it first changes anything, with or without a password.
            unused = session.is_ours_and_unused()? && !self.file("pkcs11.txt").exists();
            Ok(())
        };
        let gone = || {
            let session = Session::begin(&self.folder, Purpose::Read)?;
            match session.traces(ca)?.is_empty() {
                true => Ok(()),
                false => Err(not_as_written("the CA was deleted, and is there")),
            }
        };
        self.change(session, change, gone)?;
        if unused { self.unmake() } else { Ok(()) }
    }

    /// A process that was killed while it made the database may have left that to be completed.
    fn complete_interrupted(&self) -> Result<()> {
        let places = [self.file(CERTIFICATES), self.file(KEYS)];
        match self.folder.is_dir() {
            true => files::settle(places.iter().map(PathBuf::as_path)),
            false => Ok(()),
        }
    }

    fn require_trusted(&self, ca: &Certificate) -> Result<()> {
        match self.look(ca)? {
            State::Trusted => Ok(()),
            _ => Err(not_as_written("the CA was entered, and is not trusted")),
        }
    }

    /// Changes the database and looks at what came of it, with a copy of both files beside them until
    /// then.
    fn change(
        &self,
        mut session: Session,
        change: impl FnOnce(&Session) -> Result<()>,
        check: impl FnOnce() -> Result<()>,
    ) -> Result<()> {
        let copies = [CERTIFICATES, KEYS].map(|name| self.file(&format!("{name}{COPY}")));
        let images = [session.image("main")?, session.image("keys")?];
        let kept = copies.iter().cloned().zip(images);
        let kept = kept.map(|(path, image)| NewFile::private(path, image));
        // A copy that was left before is of a change that SQLite has undone since.
        files::write(kept.collect(), Existing::Replace)?;
        let done = change(&session)
            .and_then(|()| session.commit())
            .and_then(|()| check());
        if let Err(error) = done {
            let [certificates, keys] = &copies;
            let message = format!(
                "{error}; as it was before, it is kept in {} and {}",
                certificates.display(),
                keys.display()
            );
            let told = Error::new(error.kind(), message);
            return Err(match error.hint() {
                Some(hint) => told.with_hint(hint),
                None => told,
            });
        }
        for copy in &copies {
            match fs::remove_file(copy) {
                // Since the commit another of us may have had its turn.
                Err(source) if source.kind() != io::ErrorKind::NotFound => {
                    return Err(Error::io("remove", copy, &source));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn named<T>(&self, result: Result<T>) -> Result<T> {
        let name = || format!("the NSS database {}", self.folder.display());
        result.map_err(|error| error.about(name()))
    }
}

impl Store for Database {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn place(&self) -> PathBuf {
        self.folder.clone()
    }

    fn state(&self, ca: &Certificate) -> Result<State> {
        self.named(self.look(ca))
    }

    fn install(&self, ca: &Certificate) -> Result<()> {
        self.named(self.put(ca))
    }

    fn remove(&self, ca: &Certificate) -> Result<()> {
        self.named(self.take(ca))
    }

    fn ours(&self) -> Result<Vec<Certificate>> {
        self.named((|| match self.is_there()? {
            false => Ok(Vec::new()),
            true => Session::begin(&self.folder, Purpose::Read)?.with_our_name(),
        })())
    }
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Purpose {
    Read,
    Write,
}

/// One transaction over both files. It is undone unless it is committed, and SQLite's commit is of
/// both files or none.
struct Session {
    connection: Connection,
    secret: Secret,
}

impl Session {
    /// Opens a database that is there, having found it sound and of a form known here.
    ///
    /// No file is opened here but by SQLite: closing one would give up the locks that it holds on it.
    fn begin(folder: &Path, purpose: Purpose) -> Result<Self> {
        let flags = match purpose {
            Purpose::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
            Purpose::Write => OpenFlags::SQLITE_OPEN_READ_WRITE,
        };
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let path = |name: &str| {
            let path = folder.join(name);
            let text = path.to_str().map(str::to_owned);
            text.ok_or_else(|| Error::new(ErrorKind::Unsupported, "its path is not in UTF-8"))
        };
        let connection = Connection::open_with_flags(path(CERTIFICATES)?, flags).map_err(fault)?;
        connection.busy_timeout(PATIENCE).map_err(fault)?;
        connection
            .execute("ATTACH DATABASE ?1 AS keys", [path(KEYS)?])
            .map_err(fault)?;
        // Taken first, the write lock on both keeps what is read true until the commit.
        let begin = match purpose {
            Purpose::Read => "BEGIN",
            Purpose::Write => "BEGIN IMMEDIATE",
        };
        connection.execute_batch(begin).map_err(fault)?;
        for schema in ["main", "keys"] {
            let check = format!("PRAGMA {schema}.quick_check(1)");
            let verdict: String = connection
                .query_row(&check, [], |row| row.get(0))
                .map_err(fault)?;
            if verdict != "ok" {
                return Err(damaged(&verdict));
            }
        }
        require_known_schema(&connection)?;
        let row = connection
            .query_row(
                "SELECT item1, item2 FROM keys.metaData WHERE id = 'password'",
                [],
                |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?)),
            )
            .optional()
            .map_err(fault)?;
        let secret = match row {
            None => Secret::Unset,
            Some((salt, check)) => Secret::read(&salt, &check)?,
        };
        Ok(Self { connection, secret })
    }

    /// A new database, in memory.
    fn in_memory() -> Result<Self> {
        let connection = Connection::open_in_memory().map_err(fault)?;
        let mut schema = format!("ATTACH ':memory:' AS keys; PRAGMA application_id = {OURS};");
        for (place, table) in [("main", "nssPublic"), ("keys", "nssPrivate")] {
            schema += &format!(
                "CREATE TABLE {place}.{table} (id PRIMARY KEY UNIQUE ON CONFLICT ABORT, {COLUMNS});"
            );
            for (index, column) in INDEXES {
                schema += &format!("CREATE INDEX {place}.{index} ON {table} ({column});");
            }
        }
        schema +=
            "CREATE TABLE keys.metaData (id PRIMARY KEY UNIQUE ON CONFLICT REPLACE, item1, item2);";
        connection.execute_batch(&schema).map_err(fault)?;
        let secret = Secret::Unset;
        Ok(Self { connection, secret })
    }

    fn require_no_password(&self) -> Result<()> {
        match self.secret {
            Secret::Protected => Err(Error::new(
                ErrorKind::PasswordNeeded,
                "it is protected by a password, without which nothing in it can be trusted or checked",
            )
            .with_hint("take the CA in or out in the browser's settings, or remove the primary password there and try again")),
            Secret::Unset | Secret::Known(_) => Ok(()),
        }
    }

    fn state(&self, ca: &Certificate) -> Result<State> {
        self.require_no_password()?;
        let traces = self.traces(ca)?;
        if traces.certificates.is_empty() {
            return Ok(State::Missing);
        }
        // The newer form, where there is one, is what the browser goes by.
        let (new, old): (Vec<_>, Vec<_>) = traces.trust.iter().partition(|(_, form)| form.is_new());
        let deciding = if new.is_empty() { old } else { new };
        let mut trusted = !deciding.is_empty();
        for &(id, form) in deciding {
            trusted = trusted && self.says_trusted(id, form, ca)?;
        }
        match trusted {
            true => Ok(State::Trusted),
            false => Ok(State::Untrusted),
        }
    }

    /// Tells whether a trust object is about this certificate, makes it a CA for TLS servers, and was
    /// made by a program that knew the secret.
    fn says_trusted(&self, id: u32, form: &TrustForm, ca: &Certificate) -> Result<bool> {
        let digest = form.digest.of(ca.der());
        for (attribute, wanted) in [(form.server, &form.trusted[..]), (form.hash, &digest)] {
            let query = format!("SELECT a{attribute:x} FROM main.nssPublic WHERE id = ?1");
            let value: Option<Vec<u8>> = self
                .connection
                .query_row(&query, [id], |row| row.get(0))
                .map_err(fault)?;
            if value.as_deref() != Some(wanted) || !self.is_sealed(id, attribute, wanted)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn is_sealed(&self, id: u32, attribute: u32, value: &[u8]) -> Result<bool> {
        let sealed: Option<Vec<u8>> = self
            .connection
            .query_row(
                "SELECT item1 FROM keys.metaData WHERE id = ?1",
                [seal_name(id, attribute)],
                |row| row.get(0),
            )
            .optional()
            .map_err(fault)?;
        let sealed = sealed.unwrap_or_default();
        Ok(self.secret.fits(&sealed, id, attribute, value))
    }

    /// Finds every object that belongs to a certificate.
    fn traces(&self, ca: &Certificate) -> Result<Traces> {
        let mut traces = Traces {
            certificates: self.objects("a0 = ?1 AND a11 = ?2", &[&CERTIFICATE, ca.der()])?,
            trust: Vec::new(),
        };
        // Trust is by issuer and serial number alone: with a twin there it may be the twin's.
        if !self.has_twin(ca)? {
            for form in &FORMS {
                let which = "a0 = ?1 AND a81 = ?2 AND a82 = ?3";
                let found = self.objects(which, &[&form.class, ca.issuer_der(), &serial(ca)])?;
                traces.trust.extend(found.into_iter().map(|id| (id, form)));
            }
        }
        Ok(traces)
    }

    /// Tells whether another certificate has this one's issuer and serial number.
    fn has_twin(&self, ca: &Certificate) -> Result<bool> {
        let which = "a0 = ?1 AND a81 = ?2 AND a82 = ?3 AND a11 <> ?4";
        let values = [&CERTIFICATE, ca.issuer_der(), &serial(ca), ca.der()];
        Ok(!self.objects(which, &values)?.is_empty())
    }

    /// Certificates that cannot be read are none of ours.
    fn with_our_name(&self) -> Result<Vec<Certificate>> {
        let query = "SELECT a11 FROM main.nssPublic WHERE a0 = ?1 AND typeof(a11) = 'blob'";
        let mut query = self.connection.prepare(query).map_err(fault)?;
        let rows = query.query_map([&CERTIFICATE[..]], |row| row.get::<_, Vec<u8>>(0));
        let all: rusqlite::Result<Vec<_>> = rows.and_then(Iterator::collect);
        let all = all.map_err(fault)?;
        let read = all.iter().filter_map(|der| Certificate::from_der(der).ok());
        Ok(read.filter(has_our_name).collect())
    }

    fn objects(&self, which: &str, values: &[&[u8]]) -> Result<Vec<u32>> {
        let query = format!("SELECT id FROM main.nssPublic WHERE {which}");
        let mut query = self.connection.prepare(&query).map_err(fault)?;
        let ids = query.query_map(params_from_iter(values), |row| row.get(0));
        ids.and_then(Iterator::collect).map_err(fault)
    }

    /// Enters a certificate, unless it is there, and trust in it instead of whatever trust there is.
    fn put(&self, ca: &Certificate) -> Result<()> {
        let traces = self.traces(ca)?;
        for (id, _) in &traces.trust {
            self.delete(*id)?;
        }
        let (issuer, serial) = (ca.issuer_der(), &serial(ca)[..]);
        if traces.certificates.is_empty() {
            let label = label(ca);
            // NSS itself takes the modulus alone where the key is RSA. It only serves to find the
            // private key of a certificate, and there is none here.
            let key = Digest::Sha1.of(&public_bits(ca)?);
            self.insert(&[
                (CKA_CLASS, &CERTIFICATE),
                (CKA_TOKEN, &[1]),
                (CKA_PRIVATE, &[0]),
                (CKA_LABEL, label.as_bytes()),
                (CKA_VALUE, ca.der()),
                // CKC_X_509
                (CKA_CERTIFICATE_TYPE, &[0; 4]),
                (CKA_ISSUER, issuer),
                (CKA_SERIAL_NUMBER, serial),
                (CKA_SUBJECT, ca.subject_der()),
                (CKA_ID, &key),
                (CKA_MODIFIABLE, &[1]),
            ])?;
        }
        self.insert(&[
            (CKA_CLASS, &OLD.class),
            (CKA_TOKEN, &[1]),
            (CKA_PRIVATE, &[0]),
            (CKA_LABEL, EMPTY),
            (CKA_ISSUER, issuer),
            (CKA_SERIAL_NUMBER, serial),
            (CKA_MODIFIABLE, &[1]),
            (OLD.server, &OLD.trusted),
            (CKA_TRUST_CLIENT_AUTH, &CKT_MUST_VERIFY),
            (CKA_TRUST_CODE_SIGNING, &CKT_MUST_VERIFY),
            (CKA_TRUST_EMAIL_PROTECTION, &CKT_MUST_VERIFY),
            (CKA_TRUST_STEP_UP_APPROVED, &[0]),
            (OLD.hash, &OLD.digest.of(ca.der())),
        ])
    }

    fn insert(&self, attributes: &[(u32, &[u8])]) -> Result<()> {
        let id = self.free_id()?;
        let (mut columns, mut places) = ("id".to_owned(), "?1".to_owned());
        for (at, (attribute, _)) in attributes.iter().enumerate() {
            columns += &format!(", a{attribute:x}");
            places += &format!(", ?{}", at + 2);
        }
        let insert = format!("INSERT INTO main.nssPublic ({columns}) VALUES ({places})");
        let mut insert = self.connection.prepare(&insert).map_err(fault)?;
        insert.raw_bind_parameter(1, id).map_err(fault)?;
        for (at, (_, value)) in attributes.iter().enumerate() {
            insert.raw_bind_parameter(at + 2, value).map_err(fault)?;
        }
        insert.raw_execute().map_err(fault)?;
        for (attribute, value) in attributes {
            if !SEALED.contains(attribute) {
                continue;
            }
            if let Some(sealed) = self.secret.seal(id, *attribute, value)? {
                let insert = "INSERT INTO keys.metaData (id, item1) VALUES (?1, ?2)";
                let row = params![seal_name(id, *attribute), sealed];
                self.connection.execute(insert, row).map_err(fault)?;
            }
        }
        Ok(())
    }

    /// NSS numbers objects at random, in 30 bits. MACs may have been left of a number that is free.
    fn free_id(&self) -> Result<u32> {
        loop {
            let id = u32::from_be_bytes(crypto::random()?) & 0x3fff_ffff;
            let query = "SELECT EXISTS (SELECT 1 FROM main.nssPublic WHERE id = ?1)
                OR EXISTS (SELECT 1 FROM keys.metaData WHERE id GLOB ?2)";
            let taken: bool = self
                .connection
                .query_row(query, params![id, seals(id)], |row| row.get(0))
                .map_err(fault)?;
            if id != 0 && !taken {
                return Ok(id);
            }
        }
    }

    fn delete(&self, id: u32) -> Result<()> {
        let object = "DELETE FROM main.nssPublic WHERE id = ?1";
        self.connection.execute(object, [id]).map_err(fault)?;
        let macs = "DELETE FROM keys.metaData WHERE id GLOB ?1";
        self.connection.execute(macs, [seals(id)]).map_err(fault)?;
        Ok(())
    }

    fn is_ours_and_unused(&self) -> Result<bool> {
        let query = "SELECT (SELECT application_id FROM pragma_application_id) = ?1
            AND NOT EXISTS (SELECT 1 FROM main.nssPublic)
            AND NOT EXISTS (SELECT 1 FROM keys.nssPrivate)
            AND NOT EXISTS (SELECT 1 FROM keys.metaData)";
        self.connection
            .query_row(query, [OURS], |row| row.get(0))
            .map_err(fault)
    }

    /// The bytes that a file has.
    fn image(&mut self, schema: &str) -> Result<Vec<u8>> {
        let image = self.connection.serialize(schema).map_err(fault)?;
        Ok(image.to_vec())
    }

    fn commit(self) -> Result<()> {
        self.connection.execute_batch("COMMIT").map_err(fault)
    }
}

/// The objects of one certificate.
struct Traces {
    certificates: Vec<u32>,
    trust: Vec<(u32, &'static TrustForm)>,
}

impl Traces {
    fn is_empty(&self) -> bool {
        self.all().next().is_none()
    }

    fn all(&self) -> impl Iterator<Item = u32> {
        let trust = self.trust.iter().map(|(id, _)| *id);
        self.certificates.iter().copied().chain(trust)
    }
}

/// A table or column that is missing, or something that acts by itself, means a version to come.
fn require_known_schema(connection: &Connection) -> Result<()> {
    let needed = SEALED
        .iter()
        .chain(&USED)
        .map(|attribute| format!("a{attribute:x}"));
    let needed: Vec<String> = needed.chain(["id".to_owned()]).collect();
    let tables: [(&str, &str, &[String]); 2] = [
        ("main", "nssPublic", &needed),
        (
            "keys",
            "metaData",
            &["id", "item1", "item2"].map(str::to_owned),
        ),
    ];
    for (schema, table, columns) in tables {
        let query = format!("SELECT name FROM pragma_table_info('{table}', '{schema}')");
        let mut query = connection.prepare(&query).map_err(fault)?;
        let found = query.query_map([], |row| row.get(0));
        let found: Vec<String> = found.and_then(Iterator::collect).map_err(fault)?;
        if let Some(missing) = columns.iter().find(|column| !found.contains(column)) {
            let lacks = format!("its table {table} lacks the column {missing}");
            return Err(unknown_schema(&lacks));
        }
        let query = format!(
            "SELECT count(*) FROM {schema}.sqlite_schema WHERE type NOT IN ('table', 'index')"
        );
        let others: i64 = connection
            .query_row(&query, [], |row| row.get(0))
            .map_err(fault)?;
        if others > 0 {
            return Err(unknown_schema("it has triggers or views"));
        }
    }
    Ok(())
}

/// NSS prefers a name that people can read to the whole subject.
fn label(ca: &Certificate) -> String {
    let subject = ca.subject();
    let name = subject.common_names().into_iter().next();
    name.unwrap_or_else(|| subject.to_string())
}

fn serial(ca: &Certificate) -> Vec<u8> {
    der::element(der::INTEGER, &[ca.serial()])
}

fn public_bits(ca: &Certificate) -> Result<Vec<u8>> {
    let mut spki = der::only(ca.public_key().spki())?.open(der::SEQUENCE)?;
    spki.element()?;
    spki.element()?.octets_of_bit_string().map(<[u8]>::to_vec)
}

fn seal_name(id: u32, attribute: u32) -> String {
    format!("sig_cert_{id:08x}_{attribute:08x}")
}

fn seals(id: u32) -> String {
    format!("sig_cert_{id:08x}_*")
}

fn fault(source: rusqlite::Error) -> Error {
    let interrupted = source
        .sqlite_error()
        .is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_READONLY_ROLLBACK);
    if interrupted {
        let how = "a program was stopped while it changed it, and that must be undone first";
        return Error::new(ErrorKind::Io, how)
            .with_hint("start the browser once, or enter the CA: either undoes it");
    }
    match source.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::new(
            ErrorKind::Busy,
            format!(
                "another program kept it locked for {} seconds",
                PATIENCE.as_secs()
            ),
        )
        .with_hint("close the browser and try again"),
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => damaged(&source.to_string()),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Error::new(
            ErrorKind::NotWritable,
            format!("it cannot be written: {source}"),
        )
        .with_hint("look whether it is yours, and on a disk that may be written"),
        Some(ErrorCode::CannotOpen) => {
            Error::new(ErrorKind::Io, format!("it cannot be opened: {source}"))
                .with_hint("look whether it is yours")
        }
        _ => Error::new(ErrorKind::Io, format!("it cannot be used: {source}")),
    }
}

fn damaged(how: &str) -> Error {
    Error::new(
        ErrorKind::Malformed,
        format!("it is damaged, or no database: {how}"),
    )
    .with_hint(
        "nothing was changed; move cert9.db and key4.db away, and the browser makes new ones",
    )
}

fn unknown_schema(how: &str) -> Error {
    Error::new(
        ErrorKind::Unsupported,
        format!("it is of a form not known here, and was left alone: {how}"),
    )
    .with_hint("take the CA in or out in the browser's settings")
}

fn not_as_written(how: &str) -> Error {
    Error::new(ErrorKind::Io, format!("{how} when read again"))
        .with_hint("close the browser and try again")
}

const CERTIFICATES: &str = "cert9.db";
const KEYS: &str = "key4.db";
/// What the names of the copies end in.
const COPY: &str = ".certwright-copy";
/// A browser writes for milliseconds, and certutil gives up after 2 s.
const PATIENCE: Duration = Duration::from_secs(3);
/// Marks a database made here, in a field of SQLite's that NSS leaves alone: "cert" in ASCII.
const OURS: i64 = 0x6365_7274;

// Attributes and values of PKCS #11 (v3.2 §4), and of NSS where it has its own. Numbers are four
// octets, the highest first.
const CKA_CLASS: u32 = 0x0;
const CKA_TOKEN: u32 = 0x1;
const CKA_PRIVATE: u32 = 0x2;
const CKA_LABEL: u32 = 0x3;
const CKA_VALUE: u32 = 0x11;
const CKA_CERTIFICATE_TYPE: u32 = 0x80;
const CKA_ISSUER: u32 = 0x81;
const CKA_SERIAL_NUMBER: u32 = 0x82;
const CKA_SUBJECT: u32 = 0x101;
const CKA_ID: u32 = 0x102;
const CKA_MODIFIABLE: u32 = 0x170;
const CKA_TRUST_CLIENT_AUTH: u32 = 0xce53_6359;
const CKA_TRUST_CODE_SIGNING: u32 = 0xce53_635a;
const CKA_TRUST_EMAIL_PROTECTION: u32 = 0xce53_635b;
const CKA_TRUST_STEP_UP_APPROVED: u32 = 0xce53_6360;
const CKT_MUST_VERIFY: [u8; 4] = [0xce, 0x53, 0x43, 0x53];
const CERTIFICATE: [u8; 4] = [0, 0, 0, 1];
/// What NSS writes for a value of no length.
const EMPTY: &[u8] = &[0xa5, 0x00, 0x5a];

/// How a kind of trust object says that a certificate is a CA for TLS servers.
struct TrustForm {
    class: [u8; 4],
    server: u32,
    trusted: [u8; 4],
    hash: u32,
    digest: Digest,
}

impl TrustForm {
    fn is_new(&self) -> bool {
        self.class == NEW.class
    }
}

/// NSS's own, `CKO_NSS_TRUST`: a trusted delegator.
const OLD: TrustForm = TrustForm {
    class: [0xce, 0x53, 0x43, 0x53],
    server: 0xce53_6358,
    trusted: [0xce, 0x53, 0x43, 0x52],
    hash: 0xce53_63b4,
    digest: Digest::Sha1,
};
/// `CKO_TRUST`: a trust anchor.
const NEW: TrustForm = TrustForm {
    class: [0, 0, 0, 0x0b],
    server: 0x62c,
    trusted: [0, 0, 0, 2],
    hash: 0x635,
    digest: Digest::Sha256,
};
static FORMS: [TrustForm; 2] = [OLD, NEW];

/// The attributes, of those written here, that NSS believes only with a MAC.
const SEALED: [u32; 6] = [
    OLD.server,
    CKA_TRUST_CLIENT_AUTH,
    CKA_TRUST_CODE_SIGNING,
    CKA_TRUST_EMAIL_PROTECTION,
    CKA_TRUST_STEP_UP_APPROVED,
    OLD.hash,
];
/// The others.
const USED: [u32; 11] = [
    CKA_CLASS,
    CKA_TOKEN,
    CKA_PRIVATE,
    CKA_LABEL,
    CKA_VALUE,
    CKA_CERTIFICATE_TYPE,
    CKA_ISSUER,
    CKA_SERIAL_NUMBER,
    CKA_SUBJECT,
    CKA_ID,
    CKA_MODIFIABLE,
];

/// The columns that NSS had in 2023 (3.87); later versions add theirs when they first open a database.
const COLUMNS: &str = "a0, a1, a2, a3, a10, a11, a12, a80, a81, a82, a83, a84, a85, a86, a87, a88, a89, \
    a8a, a8b, a90, a100, a101, a102, a103, a104, a105, a106, a107, a108, a109, a10a, a10b, a10c, a110, \
    a111, a120, a121, a122, a123, a124, a125, a126, a127, a128, a129, a130, a131, a132, a133, a134, a160, \
    a161, a162, a163, a164, a165, a166, a170, a180, a181, a200, a201, a202, a210, a300, a301, a302, a400, \
    a401, a402, a403, a404, a405, a406, a480, a481, a482, a500, a501, a502, a503, a40000211, a40000212, \
    a80000001, ace534351, ace534352, ace534353, ace534354, ace534355, ace534356, ace534357, ace534358, \
    ace534364, ace534365, ace534366, ace534367, ace534368, ace534369, ace534373, ace534374, ace536351, \
    ace536352, ace536353, ace536354, ace536355, ace536356, ace536357, ace536358, ace536359, ace53635a, \
    ace53635b, ace53635c, ace53635d, ace53635e, ace53635f, ace536360, ace5363b4, ace5363b5, ad5a0db00";
/// And its indexes.
const INDEXES: [(&str, &str); 4] = [
    ("issuer", "a81"),
    ("subject", "a101"),
    ("label", "a3"),
    ("ckaid", "a102"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::issue::{Signatory, Template, issue};
    use crate::key::PrivateKey;
    use crate::name::Subject;
    use crate::profile::Profile;
    use crate::validity::{Lifetime, Validity, parse_time};

    fn ca() -> Certificate {
        let key = PrivateKey::generate(crypto::Algorithm::P256).unwrap();
        let from = parse_time("2026-11-21").unwrap();
        let template = Template {
            profile: Profile::root(None, None),
            subject: Subject::common_name("some root").unwrap(),
            names: Vec::new(),
            public_key: key.public_key().clone(),
            validity: Validity::starting(from, Lifetime::days(90)).unwrap(),
        };
        issue(&template, Signatory::Itself(&key)).unwrap()
    }

    /// The row `password` for the empty password, as certutil 3.87 wrote it.
    const NO_PASSWORD: [&str; 2] = [
        "2ab8a5bb3d314bef2417d138e97f280a4660a571",
        "308181306d06092a864886f70d01050d3060304106092a864886f70d01050c3034042049a8b2301da38404f4492c0bcfe047b63f3bfeb5ded585f8bb2a3b45548be45b020101020120300a06082a864886f70d0209301b060960864801650304012a040e03be75f7698ba3eddceb1dfa658104101d06a0dccbe73fe3749160747cb1da8f",
    ];
    /// And for "secret".
    const PASSWORD: [&str; 2] = [
        "0b87831bee4b0f592bc39632b18d139e3e3be0c0",
        "308182306e06092a864886f70d01050d3061304206092a864886f70d01050c30350420b58359d84a557487332db89b17286fd8fbda43fcbc3d9e404950fef87eedf3b602022710020120300a06082a864886f70d0209301b060960864801650304012a040e893e16aeb54c88df0dc8680084d804105bd5ba1cf271a95120a4424c62c23711",
    ];

    /// A database that a browser has used, with this row.
    fn used(folder: &tempfile::TempDir, password: [&str; 2]) -> Database {
        let mut session = Session::in_memory().unwrap();
        let row = password.map(|hex| data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap());
        let insert = "INSERT INTO keys.metaData VALUES ('password', ?1, ?2)";
        session.connection.execute(insert, row).unwrap();
        session.put(&ca()).unwrap();
        for (name, schema) in [(CERTIFICATES, "main"), (KEYS, "keys")] {
            fs::write(folder.path().join(name), session.image(schema).unwrap()).unwrap();
        }
        Database::new("nss: test", folder.path(), Absent::Leave)
    }

    /// Every entry of both files.
    fn entries(database: &Database) -> Vec<String> {
        let mut found = Vec::new();
        for (file, table) in [
            (CERTIFICATES, "nssPublic"),
            (KEYS, "nssPrivate"),
            (KEYS, "metaData"),
        ] {
            let connection = Connection::open(database.file(file)).unwrap();
            let mut query = connection
                .prepare(&format!("SELECT * FROM {table} ORDER BY id"))
                .unwrap();
            let columns = query.column_count();
            let mut rows = query.query([]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                let values = (0..columns).map(|at| format!("{:?}", row.get_ref(at).unwrap()));
                found.push(format!("{table}: {}", values.collect::<Vec<_>>().join(" ")));
            }
        }
        found
    }

    fn bytes(database: &Database) -> [Vec<u8>; 2] {
        [CERTIFICATES, KEYS].map(|name| fs::read(database.file(name)).unwrap())
    }

    fn listing(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    fn run(database: &Database, sql: &str) {
        let connection = Connection::open(database.file(CERTIFICATES)).unwrap();
        let keys = database.file(KEYS);
        connection
            .execute("ATTACH ?1 AS keys", [keys.to_str().unwrap()])
            .unwrap();
        connection.execute_batch(sql).unwrap();
    }

    /// Nothing is done, and nothing is changed by that.
    fn refuses(database: &Database, kind: ErrorKind) {
        let ca = ca();
        let (before, files) = (bytes(database), listing(&database.folder));
        for refused in [database.state(&ca).map(|_| ()), database.install(&ca)] {
            assert_eq!(refused.unwrap_err().kind(), kind);
        }
        assert!(bytes(database) == before, "{kind:?}");
        assert_eq!(listing(&database.folder), files);
    }

    #[cfg(unix)]
    #[test]
    fn cas_of_ours_are_found_by_their_names() {
        let folder = tempfile::tempdir().unwrap();
        let database = used(&folder, NO_PASSWORD);
        let ours = crate::trust::system::tests::ca("certwright root 1a2b");
        for ca in [&ours, &ca()] {
            database.install(ca).unwrap();
        }
        assert_eq!(database.ours().unwrap(), [ours]);
        let absent = Database::new("nss: test", folder.path().join("a"), Absent::Leave);
        assert!(absent.ours().unwrap().is_empty());
    }

    #[test]
    fn what_is_entered_is_trusted_once_and_removed_without_a_trace() {
        let folder = tempfile::tempdir().unwrap();
        let (database, ca) = (used(&folder, NO_PASSWORD), ca());
        let before = entries(&database);
        assert_eq!(database.state(&ca).unwrap(), State::Missing);
        database.install(&ca).unwrap();
        assert_eq!(database.state(&ca).unwrap(), State::Trusted);
        let once = bytes(&database);
        database.install(&ca).unwrap();
        assert!(bytes(&database) == once);
        // The certificate, its trust, and a MAC for each of six attributes.
        assert_eq!(entries(&database).len(), before.len() + 8);
        database.remove(&ca).unwrap();
        assert_eq!(entries(&database), before);
        assert_eq!(database.state(&ca).unwrap(), State::Missing);
        database.remove(&ca).unwrap();
        assert_eq!(listing(folder.path()), [CERTIFICATES, KEYS]);
    }

    #[test]
    fn a_new_database_is_made_where_that_is_allowed_and_taken_away_again() {
        let folder = tempfile::tempdir().unwrap();
        let (place, ca) = (folder.path().join("share/pki/nssdb"), ca());
        for absent in [Absent::Leave, Absent::MakeFiles] {
            let database = Database::new("nss: test", &place, absent);
            assert_eq!(database.state(&ca).unwrap(), State::Missing);
            assert_eq!(
                database.install(&ca).unwrap_err().kind(),
                ErrorKind::NotFound
            );
            database.remove(&ca).unwrap();
            assert!(!folder.path().join("share").exists());
        }
        let database = Database::new("nss: test", &place, Absent::MakeFolder);
        database.install(&ca).unwrap();
        assert_eq!(database.state(&ca).unwrap(), State::Trusted);
        assert_eq!(listing(&place), [CERTIFICATES, KEYS]);
        #[cfg(unix)]
        for (path, mode) in [(place.clone(), 0o700), (database.file(KEYS), 0o600)] {
            let permissions = fs::metadata(path).unwrap().permissions();
            assert_eq!(
                std::os::unix::fs::PermissionsExt::mode(&permissions) & 0o777,
                mode
            );
        }
        database.remove(&ca).unwrap();
        assert_eq!(listing(folder.path()), ["share"]);
        assert!(listing(&folder.path().join("share")).is_empty());
    }

    #[test]
    fn a_database_that_a_browser_has_used_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (ca, database) = (
            ca(),
            Database::new("nss: test", folder.path(), Absent::MakeFiles),
        );
        database.install(&ca).unwrap();
        run(
            &database,
            "INSERT INTO keys.metaData VALUES ('nssdb6key', 1, 1)",
        );
        database.remove(&ca).unwrap();
        assert_eq!(entries(&database).len(), 1);
    }

    #[test]
    fn trust_that_was_taken_away_or_forged_is_none_and_is_given_again() {
        let ca = ca();
        for change in [
            "DELETE FROM nssPublic WHERE a0 = x'ce534353'; DELETE FROM keys.metaData WHERE id LIKE 'sig_%'",
            "UPDATE nssPublic SET ace536358 = x'ce534353'",
            "UPDATE nssPublic SET ace5363b4 = x'00' WHERE a0 = x'ce534353'",
            "DELETE FROM keys.metaData WHERE id LIKE 'sig_%ce536358'",
            "UPDATE keys.metaData SET item1 = x'00' WHERE id LIKE 'sig_%'",
            // A distrust in the new form, which counts for more than the old one.
            "ALTER TABLE nssPublic ADD COLUMN a62c; ALTER TABLE nssPublic ADD COLUMN a635;
             INSERT INTO nssPublic (id, a0, a81, a82, a62c) SELECT 7, x'0000000b', a81, a82, x'00000003'
             FROM nssPublic WHERE a0 = x'ce534353'; INSERT INTO keys.metaData VALUES ('sig_cert_00000007_0000062c', 1, 1)",
        ] {
            let folder = tempfile::tempdir().unwrap();
            let database = used(&folder, NO_PASSWORD);
            // Only the CA's own objects are there to be changed.
            run(&database, "DELETE FROM nssPublic; DELETE FROM keys.metaData WHERE id <> 'password'");
            let before = entries(&database).len();
            database.install(&ca).unwrap();
            run(&database, change);
            assert_eq!(database.state(&ca).unwrap(), State::Untrusted, "{change}");
            database.install(&ca).unwrap();
            assert_eq!(database.state(&ca).unwrap(), State::Trusted, "{change}");
            database.remove(&ca).unwrap();
            assert_eq!(entries(&database).len(), before, "{change}");
        }
    }

    #[test]
    fn trust_that_lost_its_certificate_is_removed_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let (database, ca) = (used(&folder, NO_PASSWORD), ca());
        let before = entries(&database);
        database.install(&ca).unwrap();
        let connection = Connection::open(database.file(CERTIFICATES)).unwrap();
        connection
            .execute("DELETE FROM nssPublic WHERE a11 = ?1", [ca.der()])
            .unwrap();
        drop(connection);
        assert_eq!(database.state(&ca).unwrap(), State::Missing);
        database.remove(&ca).unwrap();
        assert_eq!(entries(&database), before);
    }

    #[test]
    fn a_certificate_of_the_same_serial_number_is_in_the_way() {
        let folder = tempfile::tempdir().unwrap();
        let (database, ca) = (used(&folder, NO_PASSWORD), ca());
        database.install(&ca).unwrap();
        let connection = Connection::open(database.file(CERTIFICATES)).unwrap();
        connection
            .execute(
                "UPDATE nssPublic SET a11 = x'30' WHERE a11 = ?1",
                [ca.der()],
            )
            .unwrap();
        drop(connection);
        let before = bytes(&database);
        assert_eq!(
            database.install(&ca).unwrap_err().kind(),
            ErrorKind::AlreadyExists
        );
        database.remove(&ca).unwrap();
        assert!(bytes(&database) == before);
    }

    #[test]
    fn what_certwright_made_is_found_by_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let database = used(&folder, NO_PASSWORD);

        assert_eq!(database.ours().unwrap(), []);
        let (made, _) = crate::ca::Authority::open_or_create(
            &folder.path().join("home"),
            &plan(),
            time::macros::datetime!(2026-11-21 12:00 UTC),
        )
        .unwrap();
        let root = made.current().root();
        database.install(root).unwrap();
        assert_eq!(database.ours().unwrap(), std::slice::from_ref(root));
        database.remove(root).unwrap();
        assert_eq!(database.ours().unwrap(), []);
    }

    fn plan() -> crate::ca::Plan {
        crate::ca::Plan {
            path_length: 0,
            list_url: None,
            algorithm: crate::crypto::Algorithm::P256,
            constraints: None,
            lifetime: crate::validity::Lifetime::years(1),
            subject: crate::name::Subject::empty(),
            keep_root_key: false,
            password: None,
        }
    }

    #[test]
    fn two_cas_of_one_name_do_not_meet() {
        let folder = tempfile::tempdir().unwrap();
        let (database, one, other) = (used(&folder, NO_PASSWORD), ca(), ca());
        database.install(&one).unwrap();
        let before = entries(&database);
        database.install(&other).unwrap();
        database.remove(&other).unwrap();
        assert_eq!(entries(&database), before);
        assert_eq!(database.state(&one).unwrap(), State::Trusted);
    }

    #[test]
    fn a_database_with_a_password_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let database = used(&folder, PASSWORD);
        refuses(&database, ErrorKind::PasswordNeeded);
        database.remove(&ca()).unwrap();
    }

    #[test]
    fn a_locked_database_is_left_alone_after_a_while() {
        for file in [CERTIFICATES, KEYS] {
            let folder = tempfile::tempdir().unwrap();
            let database = used(&folder, NO_PASSWORD);
            let other = Connection::open(database.file(file)).unwrap();
            other.execute_batch("BEGIN IMMEDIATE").unwrap();
            let before = std::time::Instant::now();
            assert_eq!(database.install(&ca()).unwrap_err().kind(), ErrorKind::Busy);
            assert!(before.elapsed() < PATIENCE * 3);
            // A reader need not wait for a writer that has not written yet.
            assert_eq!(database.state(&ca()).unwrap(), State::Missing);
            other.execute_batch("ROLLBACK").unwrap();
            database.install(&ca()).unwrap();
        }
    }

    #[test]
    fn a_change_that_somebody_left_half_done_is_undone_before_ours() {
        let (stopped, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (source, ca) = (used(&stopped, NO_PASSWORD), ca());
        let before = entries(&source);
        let writer = Connection::open(source.file(CERTIFICATES)).unwrap();
        // So little room that pages go to the file before the commit.
        let change = "PRAGMA cache_size = 2; BEGIN IMMEDIATE;
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
            INSERT INTO nssPublic (id, a3) SELECT i, zeroblob(500) FROM n;";
        writer.execute_batch(change).unwrap();
        for name in listing(stopped.path()) {
            fs::copy(source.file(&name), folder.path().join(&name)).unwrap();
        }
        let database = Database::new("nss: test", folder.path(), Absent::Leave);
        assert_eq!(listing(folder.path()).len(), 3, "and a journal");
        let error = database.state(&ca).unwrap_err();
        assert!(
            error.to_string().contains("a program was stopped"),
            "{error}"
        );
        database.install(&ca).unwrap();
        database.remove(&ca).unwrap();
        assert_eq!(entries(&database), before);
        assert_eq!(listing(folder.path()), [CERTIFICATES, KEYS]);
    }

    #[test]
    fn what_is_damaged_or_unknown_is_left_alone() {
        for file in [CERTIFICATES, KEYS] {
            let folder = tempfile::tempdir().unwrap();
            let database = used(&folder, NO_PASSWORD);
            fs::write(database.file(file), "garbage ".repeat(1000)).unwrap();
            refuses(&database, ErrorKind::Malformed);
        }
        for change in [
            "ALTER TABLE nssPublic DROP COLUMN ace536358",
            "DROP TABLE nssPublic",
            "ALTER TABLE keys.metaData RENAME COLUMN item1 TO item3",
            "CREATE TRIGGER t AFTER INSERT ON nssPublic BEGIN DELETE FROM nssPublic; END",
            "UPDATE keys.metaData SET item2 = x'3000' WHERE id = 'password'",
        ] {
            let folder = tempfile::tempdir().unwrap();
            let database = used(&folder, NO_PASSWORD);
            run(&database, change);
            refuses(&database, ErrorKind::Unsupported);
        }
        for missing in [CERTIFICATES, KEYS] {
            let folder = tempfile::tempdir().unwrap();
            let database = used(&folder, NO_PASSWORD);
            fs::remove_file(database.file(missing)).unwrap();
            assert_eq!(
                database.install(&ca()).unwrap_err().kind(),
                ErrorKind::Malformed
            );
            assert_eq!(listing(folder.path()).len(), 1);
        }
    }

    #[test]
    fn a_page_that_is_damaged_inside_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let database = used(&folder, NO_PASSWORD);
        let mut image = fs::read(database.file(CERTIFICATES)).unwrap();
        let length = image.len();
        image[length / 2..].fill(0xff);
        fs::write(database.file(CERTIFICATES), image).unwrap();
        refuses(&database, ErrorKind::Malformed);
    }

    #[test]
    fn a_change_that_fails_leaves_a_copy_and_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let database = used(&folder, NO_PASSWORD);
        let before = bytes(&database);
        let session = Session::begin(folder.path(), Purpose::Write).unwrap();
        let failing = |session: &Session| {
            session.put(&ca())?;
            Err(Error::new(ErrorKind::Io, "no room"))
        };
        let error = database.change(session, failing, || Ok(())).unwrap_err();
        assert!(
            error.to_string().contains("cert9.db.certwright-copy and "),
            "{error}"
        );
        let copies = [CERTIFICATES, KEYS]
            .map(|name| fs::read(database.file(&format!("{name}{COPY}"))).unwrap());
        assert!(copies == before && bytes(&database) == before);
        // The next change that succeeds takes them away.
        database.install(&ca()).unwrap();
        assert_eq!(listing(folder.path()), [CERTIFICATES, KEYS]);
    }
}
