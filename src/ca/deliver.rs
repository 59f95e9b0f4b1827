//! Handing out what was issued, so that nothing is handed out that is not recorded.

use std::path::PathBuf;

use time::OffsetDateTime;

use super::arrivals::{Arrivals, Copy, copies_in, names, serials};
use super::{Authority, Entry, Issued, LEDGER, Ledger, Notice, Origin, Row, generation};
use crate::cert::Certificate;
use crate::error::{Error, ErrorKind, Result};
use crate::files::{self, Existing, NewFile, Staged};
use crate::fingerprint::Form;

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
        let pending = origin.renews.is_some();
        let entry = self.entry(issued, origin.clone(), now);
        let notice = self.record_many(vec![entry], pending, now)?;
        let committed = staged.commit().inspect_err(|failed| {
            // Where not everything was taken back, somebody may have it.
            if failed.as_before {
                // Nobody has it, so nobody need know of it; if even that fails, the next command sees to it.
                let _ = self.forget_many(&[&issued.certificate]);
            }
        });
        committed.map(|()| notice).map_err(|failed| failed.error)
    }

    /// Gets what was issued ready to be entered.
    pub fn entry(&self, issued: &Issued, origin: Origin, now: OffsetDateTime) -> Entry {
        Entry::of(&issued.certificate, self.current.name(), origin, now)
    }

    /// Enters certificates that are to be handed out, all or none, and keeps their copies: durable once for all
    /// of them, so that those of a long list are best brought in chunks.
    ///
    /// Whatever a kill interrupts has not been handed out, and ledger and copies agree about it after the next
    /// command. A CA whose folder is read-only records nothing, and the notice says so.
    pub(super) fn record_many(
        &self,
        all: Vec<Entry>,
        pending: bool,
        now: OffsetDateTime,
    ) -> Result<Option<Notice>> {
        let copies = all.chunks(1).map(Copy::of).collect();
        self.record(all, copies, pending, now)
    }

    /// The same, with their copies in one file: it is durable in less time, and folders of many files are slow.
    pub(super) fn record_together(
        &self,
        mut all: Vec<Entry>,
        pending: bool,
        now: OffsetDateTime,
    ) -> Result<Option<Notice>> {
        if all.is_empty() {
            return Ok(None);
        }
        let copy = Copy::of(&all);
        if all.len() > 1 {
            all.iter_mut()
                .for_each(|entry| entry.row.copy = Some(copy.name.clone()));
        }
        self.record(all, vec![copy], pending, now)
    }

    fn record(
        &self,
        mut all: Vec<Entry>,
        copies: Vec<Copy>,
        pending: bool,
        now: OffsetDateTime,
    ) -> Result<Option<Notice>> {
        all.iter_mut().for_each(|entry| entry.row.pending = pending);
        let arrivals = match self.bring(&copies) {
            Err(error) if error.kind() == ErrorKind::NotWritable => {
                return Ok(Some(Notice::NotRecorded {
                    home: self.home.clone(),
                }));
            }
            other => other?,
        };
        let ledger = Ledger::open(&self.home.join(LEDGER))
            .inspect_err(|_| arrivals.drop_copies(&names(&copies)))?;
        let enter = || {
            let last = ledger.last_issued()?;
            ledger.record_all(&all)?;
            arrivals.arrive(&copies)?;
            Ok(Notice::of_clock(now, last))
        };
        enter().inspect_err(|_| {
            let serials = Vec::from_iter(all.iter().map(|entry| entry.row.serial.clone()));
            // What cannot be taken back now is by the next command.
            let _ = arrivals.take_back(&ledger, &names(&copies), &serials);
        })
    }

    /// Strikes out certificates that could not be handed out after all, with their copies.
    pub(super) fn forget_many(&self, certificates: &[&Certificate]) -> Result<()> {
        let arrivals = self.arrivals()?;
        let ledger = Ledger::open(&self.home.join(LEDGER))?;
        let serials = serials(certificates);
        arrivals.take_back(&ledger, &serials, &serials)
    }

    /// Strikes out what was entered and never handed out. Of one whose copy lies with others it is told that it
    /// went nowhere.
    pub(super) fn forget_row(&self, ledger: &Ledger, row: &Row) -> Result<()> {
        if row.copy.is_some() {
            return ledger.withdraw(row);
        }
        let serial = std::slice::from_ref(&row.serial);
        self.arrivals()?.take_back(ledger, serial, serial)
    }

    /// Enters certificates that were handed out before, with copies of those that have none.
    pub(super) fn enter_known(&self, certificates: &[&Certificate], rows: &[Row]) -> Result<u64> {
        let ledger = self.existing_ledger()?;
        let mut missing = Vec::new();
        for certificate in certificates {
            if !self.has_copy(ledger.as_ref(), certificate)? {
                missing.push(*certificate);
            }
        }
        let copies = Copy::each(&missing);
        let arrivals = self.bring(&copies)?;
        // What stays on its way if this fails is ended by the next command: a row that was there is not ours to
        // strike out.
        let added = Ledger::open(&self.home.join(LEDGER))?.adopt(rows)?;
        arrivals.arrive(&copies).map(|()| added)
    }

    /// Tells whether a copy is kept, alone or with others.
    fn has_copy(&self, ledger: Option<&Ledger>, certificate: &Certificate) -> Result<bool> {
        let serial = certificate.serial_hex();
        if self.copy_of(&serial).exists() {
            return Ok(true);
        }
        let print = certificate.fingerprint().to_text(Form::Hex);
        let known = ledger.map_or(Ok(Vec::new()), |ledger| ledger.by_serial(&serial))?;
        let mut copies = known
            .iter()
            .filter(|row| row.fingerprint == print)
            .filter_map(|row| row.copy.as_ref());
        Ok(copies.any(|copy| self.copy_of(copy).exists()))
    }

    /// Takes the first step with copies. The ledger is opened after it: nobody makes that anew then.
    fn bring(&self, copies: &[Copy]) -> Result<Arrivals<'_>> {
        let _ = self.settle_arrivals(true);
        let arrivals = self.arrivals()?;
        arrivals.write(copies).map(|()| arrivals)
    }

    /// Tells whether there are copies of certificates that it issued, whatever the ledger knows.
    pub fn has_issued(&self) -> Result<bool> {
        Ok(!self.copies()?.is_empty())
    }

    /// The files that hold what was issued.
    pub(super) fn copies(&self) -> Result<Vec<PathBuf>> {
        copies_in(&self.home.join(ISSUED))
    }

    /// Where a copy lies, by its name: the certificate's serial number, unless there are others in it.
    pub(super) fn copy_of(&self, name: &str) -> PathBuf {
        self.home.join(ISSUED).join(format!("{name}.crt"))
    }

    /// Returns the copy of a certificate, and the file that holds it, perhaps among others.
    ///
    /// Fails with [`ErrorKind::NotFound`] if it is not there, as that of one which only a list told of.
    pub fn copy(&self, row: &Row) -> Result<(PathBuf, Certificate)> {
        let path = self.copy_of(row.copy.as_ref().unwrap_or(&row.serial));
        let mut held = generation::certificates(&path)?.into_iter();
        let found = held.find(|it| it.serial_hex() == row.serial);
        let missing = || {
            let message = format!("{} does not hold {}", path.display(), row.serial);
            Error::new(ErrorKind::NotFound, message)
        };
        let found = found.ok_or_else(missing)?;
        Ok((path, found))
    }
}

pub(super) const ISSUED: &str = "issued";

#[cfg(test)]
mod tests {
    use std::fs;

    use time::Duration;

    use super::*;
    use crate::ca::scene::Scene;
    use crate::ca::tests::{NOW, plan};
    use crate::ca::{FileRole, Placed, Plan};
    use crate::crypto::Algorithm;
    use crate::files::faults::failing;
    use crate::issue::Template;
    use crate::key::PrivateKey;
    use crate::name::Subject;
    use crate::profile::{Profile, Purposes};
    use crate::validity::{Lifetime, Validity};

    #[test]
    fn what_lies_in_a_copy_of_many_is_not_copied_again() {
        let scene = Scene::new();
        let (authority, issued) = (&scene.authority, scene.issue(4));
        let entry = |it| authority.entry(it, Origin::default(), NOW);
        let list = issued[..3].iter().map(entry).collect();
        authority.record_together(list, false, NOW).unwrap();
        let all: Vec<_> = issued.iter().map(|it| &it.certificate).collect();
        let generation = authority.current().name();
        let rows = all.iter().map(|it| Row::of_certificate(it, generation));
        let added = authority.enter_known(&all, &Vec::from_iter(rows)).unwrap();
        assert_eq!(added, 1);
        assert_eq!(scene.agreed().len(), 4);
        assert_eq!(authority.copies().unwrap().len(), 2);
    }

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
