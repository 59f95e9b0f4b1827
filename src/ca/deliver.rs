//! Handing out what was issued, so that nothing is handed out that is not recorded.

use std::fs;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::{Authority, Entry, Issued, Ledger, Notice, Origin, Row};
use crate::cert::Certificate;
use crate::error::{Error, ErrorKind, Result};
use crate::files::{self, Existing, NewFile, Staged};

impl Authority {
    /// Writes what was issued: to `issued/`, into the ledger, and to the given files, in this order,
    /// so that nothing is handed out that is not recorded. The origin names the files for the ledger.
    ///
    /// A CA whose folder is read-only issues all the same, and the notice says so. Fails as
    /// [`files::write()`] does; then every place is as before, or the error tells what it holds.
    pub fn deliver(
        &self,
        issued: &Issued,
        origin: &Origin,
        outputs: Vec<NewFile>,
        existing: Existing,
        now: OffsetDateTime,
    ) -> Result<Option<Notice>> {
        let staged = files::stage(outputs, existing)?;
        self.hand_out(staged, issued, origin, now)
    }

    /// Replaces files, unless something was done to them: that is asked when nobody else can.
    pub(super) fn deliver_if(
        &self,
        issued: &Issued,
        origin: &Origin,
        outputs: Vec<NewFile>,
        unchanged: impl FnOnce() -> bool,
        now: OffsetDateTime,
    ) -> Result<Option<Option<Notice>>> {
        let staged = files::stage(outputs, Existing::Replace)?;
        match unchanged() {
            true => self.hand_out(staged, issued, origin, now).map(Some),
            false => Ok(None),
        }
    }

    fn hand_out(
        &self,
        staged: Staged,
        issued: &Issued,
        origin: &Origin,
        now: OffsetDateTime,
    ) -> Result<Option<Notice>> {
        let notice = self.record(issued, origin, now)?;
        let committed = staged.commit().inspect_err(|failed| {
            // Where not everything was taken back, somebody may have it.
            if failed.as_before {
                // Nobody has it, so nobody need know of it; if even that fails, the record stands.
                let _ = fs::remove_file(self.issued_path(&issued.certificate));
                let _ = self
                    .ledger()
                    .and_then(|ledger| ledger.forget(&issued.certificate));
            }
        });
        committed.map(|()| notice).map_err(|failed| failed.error)
    }

    /// Tells whether there are copies of certificates that it issued, whatever the ledger knows.
    pub fn has_issued(&self) -> Result<bool> {
        Ok(!self.copies()?.is_empty())
    }

    /// The files that hold what was issued.
    pub(super) fn copies(&self) -> Result<Vec<PathBuf>> {
        let folder = self.home.join(ISSUED);
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(Error::io("read", &folder, &source)),
        };
        let paths = entries.flatten().map(|entry| entry.path());
        Ok(paths
            .filter(|path| path.extension().is_some_and(|end| end == "crt"))
            .collect())
    }

    fn record(
        &self,
        issued: &Issued,
        origin: &Origin,
        now: OffsetDateTime,
    ) -> Result<Option<Notice>> {
        let path = self.issued_path(&issued.certificate);
        match self.keep_copy(&path, &issued.certificate) {
            Err(error) if error.kind() == ErrorKind::NotWritable => {
                return Ok(Some(Notice::NotRecorded {
                    home: self.home.clone(),
                }));
            }
            other => other?,
        }
        let generation = self.current.name();
        let entry = Entry {
            certificate: &issued.certificate,
            generation,
            issued_at: now,
            origin,
            pending: origin.renews.is_some(),
        };
        match self.ledger().and_then(|ledger| ledger.record(&entry)) {
            Ok(()) => Ok(None),
            Err(error) => {
                let _ = fs::remove_file(&path);
                Err(error)
            }
        }
    }

    fn keep_copy(&self, path: &Path, certificate: &Certificate) -> Result<()> {
        let pem = certificate.to_pem();
        match files::write_unique(path, pem.as_bytes()) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                files::make_private_folder(&self.home.join(ISSUED))?;
                files::write_unique(path, pem.as_bytes())
            }
            other => other,
        }
    }

    /// Keeps a copy, unless there is one.
    pub(super) fn keep_copy_once(&self, certificate: &Certificate) -> Result<()> {
        match self.keep_copy(&self.issued_path(certificate), certificate) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            other => other,
        }
    }

    /// Strikes out what was entered and never handed out.
    pub(super) fn forget_row(&self, ledger: &Ledger, row: &Row) -> Result<()> {
        ledger.forget_serial(&row.serial)?;
        let _ = fs::remove_file(self.copy_of(&row.serial));
        Ok(())
    }

    fn issued_path(&self, certificate: &Certificate) -> PathBuf {
        self.copy_of(&certificate.serial_hex())
    }

    /// Returns where the copy of a certificate lies, by its serial number as the ledger has it.
    pub fn copy_of(&self, serial: &str) -> PathBuf {
        self.home.join(ISSUED).join(format!("{serial}.crt"))
    }
}

const ISSUED: &str = "issued";

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::*;
    use crate::ca::tests::plan;
    use crate::ca::{FileRole, Placed, Plan};
    use crate::crypto::Algorithm;
    use crate::files::faults::failing;
    use crate::issue::Template;
    use crate::key::PrivateKey;
    use crate::name::Subject;
    use crate::profile::{Profile, Purposes};
    use crate::validity::{Lifetime, Validity};

    #[test]
    fn what_is_delivered_is_recorded_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let now = OffsetDateTime::UNIX_EPOCH + Duration::days(20_000);
        let plan = Plan {
            lifetime: Lifetime::years(10),
            ..plan()
        };
        let home = folder.path().join("home");
        let (authority, _) = Authority::open_or_create(&home, &plan, now).unwrap();
        let (issuer, _) = authority.unlock(None, now).unwrap();
        let key = PrivateKey::generate(Algorithm::P256).unwrap();
        let place = folder.path().join("a.crt");
        let count = || {
            let ledger = authority.ledger().unwrap();
            ledger.summary(authority.current().name()).unwrap().0
        };
        for length in [1, 4] {
            for step in 0.. {
                let template = Template {
                    profile: Profile::leaf(Purposes::NONE),
                    subject: Subject::common_name("a").unwrap(),
                    names: Vec::new(),
                    public_key: key.public_key().clone(),
                    validity: Validity::starting(now, Lifetime::days(9)).unwrap(),
                };
                let issued = authority.issue(template, &issuer).unwrap();
                let pem = issued.to_pem();
                let outputs = vec![
                    NewFile::public(&place, pem.clone()),
                    NewFile::private(folder.path().join("a.key"), "key"),
                ];
                let origin = Origin {
                    command: "issue".to_owned(),
                    files: vec![Placed::new(FileRole::Certificate, "pem", &place)],
                    ..Origin::default()
                };
                let before = count();
                let (_, taken) = failing(&[(step, step + length)], || {
                    authority.deliver(&issued, &origin, outputs, Existing::Replace, now)
                });
                let is_there = fs::read(&place).is_ok_and(|there| there == pem.as_bytes());
                let is_recorded = count() > before;
                // What the ledger knows beyond that does no harm.
                assert!(is_recorded || !is_there, "{step} {length}");
                assert!(is_there || !is_recorded || length > 1, "{step}");
                if taken <= step {
                    break;
                }
            }
        }
    }
}
