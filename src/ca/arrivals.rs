//! Copies on their way into the folder `issued`, which holds what the ledger knows and nothing else, and out of it.
//!
//! A copy is written to `issued/arriving` first, then the row, then the copy is moved. So what a kill leaves lies in
//! `arriving`, which is empty otherwise, and the next command that opens the ledger moves it on if there is a row,
//! and else removes it: it was not handed out, which comes after the move. What is taken back is given a name
//! there that says so, then the row goes, then the copy; so that even where the disk is full and no row can be struck
//! out, the next command does it. Whoever is at it shares a lock, so that nobody takes what is on its way for what was
//! left; where there are no locks, whoever finds his copy gone writes it again.

use std::fs;
use std::path::{Path, PathBuf};

use super::deliver::ISSUED;
use super::{Authority, Entry, LEDGER, Ledger};
use crate::cert::Certificate;
use crate::error::{Error, ErrorKind, Result};
use crate::files::{self, Lock};

/// The right to bring copies in and to take them back, beside others who do the same.
#[derive(Debug)]
pub(super) struct Arrivals<'a> {
    authority: &'a Authority,
    _turn: Lock,
}

impl Authority {
    /// Takes part in bringing copies in. Fails with [`ErrorKind::NotWritable`] if none can be kept.
    pub(super) fn arrivals(&self) -> Result<Arrivals<'_>> {
        let lock = self.arriving().join(LOCK);
        let turn = match Lock::share(&lock) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                files::make_private_folder(&self.arriving())?;
                Lock::share(&lock)
            }
            other => other,
        };
        Ok(Arrivals {
            authority: self,
            _turn: turn?,
        })
    }

    /// Ends what a killed process left on its way. While another is at work nothing is done, since it may be that
    /// one's; the next command sees to it.
    ///
    /// A ledger that is lost is not made anew by this, unless that is asked for.
    pub(super) fn settle_arrivals(&self, anew: bool) -> Result<()> {
        let place = self.home().join(LEDGER);
        if self.left()?.is_empty() || !(anew || place.exists()) {
            return Ok(());
        }
        match Lock::if_free(&self.arriving().join(LOCK))? {
            Some(_alone) => self.settle_alone(&Ledger::open(&place)?),
            None => Ok(()),
        }
    }

    /// Waits until nothing is on its way, and lets nothing begin.
    pub(super) fn stop_arrivals(&self) -> Result<Lock> {
        files::make_private_folder(&self.arriving())?;
        Lock::wait(&self.arriving().join(LOCK))
    }

    /// Does that when nobody else can be at work.
    pub(super) fn settle_alone(&self, ledger: &Ledger) -> Result<()> {
        for path in self.left()? {
            if let Some(serial) = leaving(&path) {
                let held = Certificate::all_from_bytes(&files::read(&path)?).unwrap_or_default();
                let others = held.iter().map(Certificate::serial_hex);
                ledger.forget(&Vec::from_iter(others.chain([serial])))?;
                files::remove(&path)?;
                continue;
            }
            // Half written: a copy is durable before its row is begun, so it was none of ours yet.
            let all = Certificate::all_from_bytes(&files::read(&path)?).unwrap_or_default();
            let copy = (!all.is_empty()).then(|| Copy::together(&all.iter().collect::<Vec<_>>()));
            match copy.filter(|copy| path.file_stem() == Some(copy.name.as_ref())) {
                // They are entered together.
                Some(copy) if ledger.knows_any(&[all[0].serial_hex()])? => {
                    files::replace(&path, &self.copy_of(&copy.name))?;
                }
                _ => files::remove(&path)?,
            }
        }
        Ok(())
    }

    /// The copies that have not arrived.
    pub(super) fn left(&self) -> Result<Vec<PathBuf>> {
        let mut paths = files_in(&self.arriving())?;
        paths.retain(|path| !path.ends_with(LOCK));
        Ok(paths)
    }

    fn arriving(&self) -> PathBuf {
        self.home().join(ISSUED).join(ARRIVING)
    }
}

impl Arrivals<'_> {
    /// Writes copies, durably, all or none.
    pub fn write(&self, copies: &[Copy]) -> Result<()> {
        let written = files::with_many_hands(copies.iter().collect(), |copy| self.write_one(copy));
        let written = written.into_iter().collect::<Result<()>>();
        written.inspect_err(|_| self.drop_copies(&names(copies)))
    }

    fn write_one(&self, copy: &Copy) -> Result<()> {
        let (place, pem) = (self.place(&copy.name), &copy.pem);
        match files::write_openly(&place, pem.as_bytes()) {
            // Another process keeps the same, or was killed when it had begun.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                if files::read(&place).is_ok_and(|there| *there == pem.as_bytes()) {
                    return Ok(());
                }
                files::remove(&place)?;
                files::write_openly(&place, pem.as_bytes())
            }
            other => other,
        }
    }

    /// Moves copies to their places, once the ledger knows them.
    pub fn arrive(&self, copies: &[Copy]) -> Result<()> {
        for copy in copies {
            let place = self.authority.copy_of(&copy.name);
            match files::replace(&self.place(&copy.name), &place) {
                // Where there are no locks another may have moved it, or have taken it for torn.
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    keep_once(&place, copy)?;
                }
                other => other?,
            }
        }
        Ok(())
    }

    /// Strikes out what nobody has, and removes its copies.
    pub fn take_back(&self, ledger: &Ledger, copies: &[String], serials: &[String]) -> Result<()> {
        for name in copies {
            let left = is_gone(files::replace(
                &self.authority.copy_of(name),
                &self.leaving(name),
            ))?;
            if left {
                is_gone(files::replace(&self.place(name), &self.leaving(name)))?;
            }
        }
        // Where the disk is full not even a row can be struck out, and there may be none.
        match ledger.forget(serials) {
            Err(error) if ledger.knows_any(serials).unwrap_or(true) => return Err(error),
            _ => {}
        }
        copies
            .iter()
            .for_each(|name| drop(files::remove(&self.leaving(name))));
        Ok(())
    }

    /// Removes copies of which the ledger knows nothing.
    pub fn drop_copies(&self, copies: &[String]) {
        for name in copies {
            let _ = files::remove(&self.place(name));
        }
    }

    fn leaving(&self, copy: &str) -> PathBuf {
        self.place(copy).with_extension(LEAVING)
    }

    fn place(&self, copy: &str) -> PathBuf {
        self.authority.arriving().join(format!("{copy}.crt"))
    }
}

/// A file of `issued`.
#[derive(Debug)]
pub(super) struct Copy {
    /// Its name: the serial number of what it holds, of the first if there are more, with how many more.
    pub name: String,
    pem: String,
}

impl Copy {
    /// A file for each certificate.
    pub fn each(certificates: &[&Certificate]) -> Vec<Self> {
        let alone = |certificate| Self::together(std::slice::from_ref(certificate));
        certificates.iter().map(alone).collect()
    }

    /// One file for all, of which there is at least one.
    pub fn together(certificates: &[&Certificate]) -> Self {
        let pem = certificates.iter().map(|it| it.to_pem()).collect();
        Self::named(&certificates[0].serial_hex(), certificates.len(), pem)
    }

    /// One file for all that are to be entered, of which there is at least one.
    pub fn of(entries: &[Entry]) -> Self {
        let pem = entries.iter().map(Entry::pem).collect();
        Self::named(&entries[0].row.serial, entries.len(), pem)
    }

    fn named(first: &str, count: usize, pem: String) -> Self {
        let name = match count {
            1 => first.to_owned(),
            count => format!("{first}+{}", count - 1),
        };
        Self { name, pem }
    }
}

pub(super) fn names(copies: &[Copy]) -> Vec<String> {
    copies.iter().map(|copy| copy.name.clone()).collect()
}

/// The copies that lie in a folder, if that is there.
pub(super) fn copies_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = files_in(folder)?;
    paths.retain(|path| path.extension().is_some_and(|end| end == "crt"));
    Ok(paths)
}

fn files_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(Error::io("read", folder, &source)),
    };
    Ok(entries.flatten().map(|entry| entry.path()).collect())
}

/// The serial number of what is to be taken back, if a name says so.
fn leaving(path: &Path) -> Option<String> {
    let is_leaving = path.extension().is_some_and(|end| end == LEAVING);
    let serial = is_leaving.then(|| path.file_stem()?.to_str())?;
    serial.map(str::to_owned)
}

/// Tells whether there was nothing to be moved.
fn is_gone(moved: Result<()>) -> Result<bool> {
    match moved {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(true),
        other => other.map(|()| false),
    }
}

pub(super) fn serials(certificates: &[&Certificate]) -> Vec<String> {
    certificates.iter().map(|it| it.serial_hex()).collect()
}

fn keep_once(place: &Path, copy: &Copy) -> Result<()> {
    match files::write_unique(place, copy.pem.as_bytes()) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}

const ARRIVING: &str = "arriving";
/// How the name ends of what is taken back.
const LEAVING: &str = "gone";
const LOCK: &str = "lock";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ca::scene::Scene;
    use crate::ca::tests::NOW;
    use crate::ca::{Issued, Origin, Row};
    use crate::files::faults::{failing, killed_at};

    impl Scene {
        fn record(&self, issued: &[Issued]) -> Result<()> {
            self.record_in(issued, false)
        }

        fn record_in(&self, issued: &[Issued], one_file: bool) -> Result<()> {
            let origin = Origin {
                command: "issue".to_owned(),
                ..Origin::default()
            };
            let entry = |it| self.authority.entry(it, origin.clone(), NOW);
            let all = issued.iter().map(entry).collect();
            match one_file {
                true => self.authority.record_together(all, false, NOW).map(drop),
                false => self.authority.record_many(all, false, NOW).map(drop),
            }
        }
    }

    #[test]
    fn whatever_is_interrupted_ledger_and_copies_agree() {
        let cases = [(1, 1), (3, 1), (1, usize::MAX), (3, usize::MAX)];
        let in_one = cases.map(|(count, length)| (count, length, true));
        for (count, length, one_file) in cases.map(|(c, l)| (c, l, false)).into_iter().chain(in_one)
        {
            for step in 0_usize.. {
                let scene = Scene::new();
                let issued = scene.issue(count);
                let steps = [(step, step.saturating_add(length))];
                let (done, taken) = failing(&steps, || scene.record_in(&issued, one_file));
                let rows = scene.agreed().len();
                // A row for what nobody has does no harm, but comes only where nothing can be undone.
                assert!(rows == 0 || rows == count, "{step} {length}");
                assert!(done.is_ok() == (rows > 0) || length > 1, "{step} {length}");
                scene.record(&scene.issue(count)).unwrap();
                scene.agreed();
                if taken <= step {
                    assert!(done.is_ok());
                    break;
                }
            }
        }
        for step in 0..9 {
            let scene = Scene::new();
            let issued = scene.issue(2);
            scene.record(&issued).unwrap();
            let certificates: Vec<_> = issued.iter().map(|it| &it.certificate).collect();
            let (_, taken) = killed_at(step, || scene.authority.forget_many(&certificates));
            let left = scene.agreed().len();
            assert!(left == 0 || taken > step, "{step}");
        }
    }

    #[test]
    fn many_are_written_at_a_time() {
        let scene = Scene::new();
        let issued = scene.issue(33);
        scene.record(&issued).unwrap();
        assert_eq!(scene.agreed().len(), issued.len());
        let certificates: Vec<_> = issued.iter().map(|it| &it.certificate).collect();
        scene.authority.forget_many(&certificates).unwrap();
        assert_eq!(scene.agreed().len(), 0);
    }

    #[test]
    fn what_another_is_at_is_left_to_it() {
        let scene = Scene::new();
        let issued = scene.issue(1);
        scene.authority.ledger().unwrap();
        let arrivals = scene.authority.arrivals().unwrap();
        arrivals
            .write(&Copy::each(&[&issued[0].certificate]))
            .unwrap();
        let ledger = scene.authority.existing_ledger().unwrap().unwrap();
        let serial = serials(&[&issued[0].certificate]);
        assert!(!ledger.knows_any(&serial).unwrap());
        assert_eq!(scene.authority.left().unwrap().len(), 1);
        drop(arrivals);
        assert_eq!(scene.agreed(), [""; 0]);
    }

    #[test]
    fn what_was_left_goes_on_if_it_is_known_and_whole() {
        let scene = Scene::new();
        let issued = scene.issue(2);
        scene.record(&issued[..1]).unwrap();
        let [known, unknown] = [0, 1].map(|at: usize| {
            let certificate = &issued[at].certificate;
            let place = format!("{}.crt", certificate.serial_hex());
            (place, certificate.to_pem())
        });
        let arriving = scene.authority.arriving();
        for length in [0, 1, 100, known.1.len() - 30] {
            fs::write(arriving.join(&known.0), &known.1[..length]).unwrap();
            assert_eq!(scene.agreed().len(), 1);
        }
        for (name, pem) in [&unknown, &("12.crt".to_owned(), known.1.clone())] {
            fs::write(arriving.join(name), pem).unwrap();
            assert_eq!(scene.agreed().len(), 1);
        }
        let place = scene.authority.home().join(ISSUED).join(&known.0);
        fs::rename(&place, arriving.join(&known.0)).unwrap();
        assert_eq!(scene.agreed().len(), 1);
        assert_eq!(fs::read_to_string(place).unwrap(), known.1);
    }

    #[test]
    fn what_could_not_be_taken_back_is_by_the_next() {
        let scene = Scene::new();
        let issued = scene.issue(2);
        scene.record(&issued).unwrap();
        let serial = issued[0].certificate.serial_hex();
        let arrivals = scene.authority.arrivals().unwrap();
        let copy = scene.authority.copy_of(&serial);
        fs::rename(copy, arrivals.leaving(&serial)).unwrap();
        drop(arrivals);
        assert_eq!(scene.agreed(), [issued[1].certificate.serial_hex()]);
    }

    #[test]
    fn whoever_finds_his_copy_gone_writes_it_again() {
        let scene = Scene::new();
        let issued = scene.issue(1);
        let certificate = &issued[0].certificate;
        let arrivals = scene.authority.arrivals().unwrap();
        let copies = Copy::each(&[certificate]);
        arrivals.write(&copies).unwrap();
        let ledger = Ledger::open(&scene.authority.home().join(LEDGER)).unwrap();
        // As if there were no locks.
        scene.authority.settle_alone(&ledger).unwrap();
        let row = Row::of_certificate(certificate, "ca-1");
        ledger.adopt(&[row]).unwrap();
        arrivals.arrive(&copies).unwrap();
        assert_eq!(scene.agreed().len(), 1);
    }

    #[test]
    fn a_ledger_that_is_lost_is_not_made_by_who_looks() {
        let scene = Scene::new();
        let issued = scene.issue(1);
        let arrivals = scene.authority.arrivals().unwrap();
        arrivals
            .write(&Copy::each(&[&issued[0].certificate]))
            .unwrap();
        drop(arrivals);
        assert!(scene.authority.existing_ledger().unwrap().is_none());
        assert!(!scene.folder.path().join("home").join(LEDGER).exists());
        assert_eq!(scene.agreed(), [""; 0]);
    }
}
