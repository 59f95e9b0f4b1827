//! Handing out many certificates at once, as lists ask for them.

use time::OffsetDateTime;

use super::{Authority, Entry, Ledger, Notice};
use crate::error::{Error, Result};
use crate::files::{self, Group, NotCommitted};
use crate::key::Password;

/// What was issued for one request of a list, and the files that it goes to.
#[derive(Debug)]
pub struct Delivery {
    /// The certificate; it names the files for the ledger.
    pub entry: Entry,
    /// The files.
    pub group: Group,
}

impl Authority {
    /// Delivers a part of a list: each certificate with its files, or neither.
    ///
    /// They are entered as pending while their files are on their way, so that whoever finds one pending
    /// that nobody is at any more [ends it](Self::resume_list). Fails as a whole if none was delivered, or if the
    /// ledger cannot be told which were, which the next list sees to.
    pub fn deliver_all(
        &self,
        deliveries: Vec<Delivery>,
        now: OffsetDateTime,
    ) -> Result<(Vec<Result<()>>, Option<Notice>)> {
        let (entries, groups): (Vec<_>, Vec<_>) = deliveries
            .into_iter()
            .map(|it| (it.entry, it.group))
            .unzip();
        let staged = files::stage_all(groups)?;
        let serials = Vec::from_iter(entries.iter().map(|entry| entry.row.serial.clone()));
        let ready = entries.into_iter().zip(&staged);
        let ready = ready.filter(|(_, staged)| staged.is_ok());
        let ready = Vec::from_iter(ready.map(|(entry, _)| entry));
        let notice = self.record_together(ready, true, now)?;
        let is_ready = Vec::from_iter(staged.iter().map(Result::is_ok));
        let committed = files::commit_all(staged);
        if !matches!(notice, Some(Notice::NotRecorded { .. })) {
            let ends = serials.into_iter().zip(&committed).zip(is_ready);
            self.tell_ends(ends.filter_map(|(end, is_ready)| is_ready.then_some(end)))?;
        }
        let ends = committed.into_iter();
        let ends = ends.map(|end| end.map_err(|failed| failed.error));
        Ok((ends.collect(), notice))
    }

    /// Enters what became of what was pending, by their serial numbers.
    fn tell_ends<'a>(
        &self,
        ends: impl Iterator<Item = (String, &'a Result<(), NotCommitted>)>,
    ) -> Result<()> {
        let (mut done, mut lost) = (Vec::new(), Vec::new());
        for (serial, end) in ends {
            match end {
                Ok(()) => done.push(serial),
                // Nobody has it.
                Err(failed) if failed.as_before => lost.push(serial),
                // What became of it is seen by the next list, which ends what is still begun.
                Err(_) => {}
            }
        }
        let ledger = self.ledger()?;
        ledger.complete(&done)?;
        for serial in lost {
            let row = ledger.one(self.current().name(), &serial)?;
            row.map_or(Ok(()), |row| self.forget_row(&ledger, &row))?;
        }
        Ok(())
    }

    /// Enters a part of a list that goes elsewhere than to files, before it goes there.
    pub fn record_all(&self, made: Vec<Entry>, now: OffsetDateTime) -> Result<Option<Notice>> {
        self.record_together(made, false, now)
    }

    /// Ends what a list had begun that was killed: what has its files is complete, the rest is struck out, since
    /// nobody has it. The password opens containers; what cannot be looked into stays pending, and is told.
    pub fn resume_list(
        &self,
        ledger: &Ledger,
        command: &str,
        password: Option<&Password>,
        now: OffsetDateTime,
    ) -> Result<Vec<Error>> {
        let rows = ledger.interrupted(command)?;
        let resumed = self.resume(ledger, rows, password, now);
        let (mut done, mut open) = (Vec::new(), Vec::new());
        for (row, held) in resumed {
            match held {
                Ok(()) => done.push(row.serial),
                Err(error) => open.push(error),
            }
        }
        // The list at hand has nothing to do with it.
        open.extend(ledger.complete(&done).err());
        Ok(open)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;
    use crate::ca::scene::Scene;
    use crate::ca::tests::NOW;
    use crate::ca::{FileRole, Issued, Origin, Placed, Row};
    use crate::cert::Certificate;
    use crate::files::faults::{failing, full_at};
    use crate::files::{Existing, NewFile};

    /// So many steps fail; if none, there is no room from the first of them on.
    fn faulty<T>(step: usize, length: Option<usize>, run: impl FnOnce() -> T) -> (T, usize) {
        match length {
            Some(length) => failing(&[(step, step.saturating_add(length))], run),
            None => full_at(step, run),
        }
    }

    impl Scene {
        fn places(&self, at: usize) -> [PathBuf; 2] {
            ["crt", "key"].map(|end| self.folder.path().join(format!("{at}.{end}")))
        }

        fn deliver_all(&self, list: &[Issued]) -> Result<Vec<Result<()>>> {
            let key = self.key.to_pkcs8_pem(None).unwrap();
            let delivery = |(at, issued): (usize, &Issued)| {
                let [certificate, private] = self.places(at);
                let origin = Origin {
                    command: COMMAND.to_owned(),
                    key_made: true,
                    files: vec![
                        Placed::new(FileRole::Certificate, "pem", &certificate),
                        Placed::new(FileRole::PrivateKey, "pem", &private),
                    ],
                    ..Origin::default()
                };
                let files = vec![
                    NewFile::private(private, key.as_bytes()),
                    NewFile::public(certificate, issued.to_pem()),
                ];
                Delivery {
                    entry: self.authority.entry(issued, origin, NOW),
                    group: Group {
                        files,
                        existing: Existing::Replace,
                    },
                }
            };
            let deliveries = list.iter().enumerate().map(delivery).collect();
            let (ends, _) = self.authority.deliver_all(deliveries, NOW)?;
            Ok(ends)
        }

        /// The serial number of what lies at a place, with its key.
        fn lies(&self, at: usize) -> Option<String> {
            let [certificate, key] = self.places(at);
            assert_eq!(certificate.exists(), key.exists(), "{at}");
            let found = fs::read(certificate).ok()?;
            let found = Certificate::all_from_bytes(&found).unwrap();
            Some(found[0].serial_hex())
        }

        /// What is in its places, after the next list has looked.
        fn resumed(&self) -> Vec<String> {
            let open = self.resume().unwrap();
            assert!(open.is_empty(), "{open:?}");
            self.agreed();
            let mut rows = self.rows();
            assert!(rows.iter().all(|row| !row.pending));
            rows.retain(|row| !row.files.is_empty() && row.superseded_by.is_none());
            let mut known = Vec::from_iter(rows.into_iter().map(|row: Row| row.serial));
            let mut found = Vec::from_iter((0..8).filter_map(|at| self.lies(at)));
            known.sort();
            found.sort();
            assert_eq!(known, found);
            found
        }

        fn resume(&self) -> Result<Vec<Error>> {
            let ledger = self.authority.ledger()?;
            self.authority.resume_list(&ledger, COMMAND, None, NOW)
        }

        /// A list that comes after has all its files.
        fn deliver_next(&self, list: &[Issued]) {
            let ends = self.deliver_all(list).unwrap();
            assert!(ends.iter().all(Result::is_ok), "{ends:?}");
            assert_eq!(self.resumed().len(), list.len());
        }
    }

    const COMMAND: &str = "issue --from";

    /// A CA with its ledger, and lists for the same places, of what it issued.
    fn lists(count: usize) -> (Scene, [Vec<Issued>; 3]) {
        let scene = Scene::new();
        scene.authority.ledger().unwrap();
        let lists = [count / 2, count, count].map(|count| scene.issue(count));
        (scene, lists)
    }

    #[test]
    fn whatever_fails_ledger_and_files_agree() {
        // Two hands take eight.
        let cases = [(Some(1), 8), (Some(4), 3), (Some(usize::MAX), 3), (None, 3)];
        for (length, count) in cases {
            let (origin, [before, list, next]) = lists(count);
            for step in 0.. {
                let told = format!("{length:?} from {step}");
                let scene = origin.again();
                scene.deliver_all(&before).unwrap();
                let (done, taken) = faulty(step, length, || scene.deliver_all(&list));
                let found = scene.resumed();
                let is_new = |issued: &&Issued| found.contains(&issued.certificate.serial_hex());
                let there = list.iter().filter(is_new).count();
                assert!(found.len() >= before.len(), "{told}");
                if let Ok(ends) = done {
                    let done = ends.iter().filter(|end| end.is_ok()).count();
                    // What is still begun is ended.
                    assert!(there >= done, "{told}");
                    assert!(there == done || length == Some(4), "{told}");
                }
                scene.deliver_next(&next);
                if taken <= step {
                    assert_eq!(there, count);
                    break;
                }
            }
        }
    }

    #[test]
    fn whatever_fails_while_a_list_is_resumed_is_by_the_next() {
        let (origin, [before, list, next]) = lists(3);
        for killed in (0..).step_by(11) {
            let killed_list = || {
                let scene = origin.again();
                scene.deliver_all(&before).unwrap();
                let list = || scene.deliver_all(&list);
                let (_, taken) = faulty(killed, Some(usize::MAX), list);
                (scene, taken)
            };
            let (scene, taken) = killed_list();
            let expected = scene.resumed().len();
            for length in [Some(1), Some(usize::MAX), None] {
                for step in 0.. {
                    let (scene, _) = killed_list();
                    let (_, steps) = faulty(step, length, || scene.resume());
                    assert_eq!(
                        scene.resumed().len(),
                        expected,
                        "{killed} {step} {length:?}"
                    );
                    scene.deliver_next(&next);
                    if steps <= step {
                        break;
                    }
                }
            }
            if taken <= killed {
                break;
            }
        }
    }
}
