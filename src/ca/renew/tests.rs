use std::fs;
use std::path::PathBuf;

use super::*;
use crate::ca::tests::{NOW, plan};
use crate::ca::{FileRole, Filter, Live, Placed, Plan};
use crate::crypto::Algorithm;
use crate::files::faults::failing;
use crate::files::{Existing, NewFile, NewLink};
use crate::name::Subject;
use crate::profile::Purposes;
use crate::validity::Lifetime;

/// A CA that issued one certificate into a folder.
struct Scene {
    folder: tempfile::TempDir,
    authority: Authority,
}

impl Scene {
    fn new(years: u32, days: u32) -> Self {
        Self::of(years, days, false)
    }

    /// Its folder is one whose files change together, or is not.
    fn of(years: u32, days: u32, linked: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let plan = Plan {
            lifetime: Lifetime::years(years),
            ..plan()
        };
        let home = folder.path().join("home");
        let (authority, _) = Authority::open_or_create(&home, &plan, NOW).unwrap();
        let this = Self { folder, authority };
        fs::create_dir(this.places()).unwrap();
        let key = PrivateKey::generate(Algorithm::P256).unwrap();
        let template = Template {
            profile: Profile::leaf(Purposes::ALL),
            subject: Subject::common_name("a").unwrap(),
            names: Vec::new(),
            public_key: key.public_key().clone(),
            validity: Validity::starting(NOW, Lifetime::days(days)).unwrap(),
        };
        if linked {
            NewLink::make(&this.places(), []).unwrap().keep();
        }
        let (issuer, _) = this.authority.unlock(None, NOW).unwrap();
        let issued = this.authority.issue(template, &issuer).unwrap();
        let outputs = vec![
            NewFile::private(
                this.path("a.key"),
                key.to_pkcs8_pem(None).unwrap().as_bytes(),
            ),
            NewFile::public(this.path("a.crt"), issued.to_pem()),
        ];
        let origin = Origin {
            command: "issue".to_owned(),
            key_made: true,
            files: vec![
                Placed::new(FileRole::Certificate, "pem", &this.path("a.crt")),
                Placed::new(FileRole::PrivateKey, "pem", &this.path("a.key")),
            ],
            ..Origin::default()
        };
        let authority = &this.authority;
        let delivered = authority.deliver(&issued, &origin, outputs, Existing::Keep, NOW);
        delivered.unwrap();
        this
    }

    /// The folder of its files.
    fn places(&self) -> PathBuf {
        self.folder.path().join("etc")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.places().join(name)
    }

    fn held(&self) -> Result<Held> {
        let ledger = self.authority.ledger().unwrap();
        let row = self
            .authority
            .renewable(&self.path("a.crt"), Some(&ledger), None)?;
        Held::open(row, None)
    }

    fn renew(&self, held: &Held, reuse: bool, now: OffsetDateTime) -> Result<Option<Renewed>> {
        let (issuer, _) = self.authority.unlock(None, now).unwrap();
        let key = held.new_key(reuse)?.map(PrivateKey::generate).transpose()?;
        let wish = Wish {
            key: key.as_ref(),
            ..Wish::default()
        };
        self.authority.renew(held, &issuer, &wish, now)
    }

    /// What a command does first.
    fn resume(&self) -> Vec<String> {
        let ledger = self.authority.ledger().unwrap();
        let ended = self.authority.resume_renewals(&ledger, None, NOW, |_| true);
        let ended = ended.unwrap().into_iter();
        let serials: Vec<String> = ended
            .map(|(row, end)| end.map(|()| row.serial).unwrap())
            .collect();
        ledger.complete(&serials).unwrap();
        serials
    }

    /// Begins a renewal that is killed once it was entered.
    fn interrupt(&self) {
        let held = self.held().unwrap();
        for step in 0.. {
            if !self.interrupted().is_empty() {
                return;
            }
            let _ = failing(&[(step, usize::MAX)], || self.renew(&held, false, NOW));
        }
    }

    fn interrupted(&self) -> Vec<Row> {
        let ledger = self.authority.ledger().unwrap();
        ledger.interrupted_renewals().unwrap()
    }

    fn in_use(&self) -> Vec<String> {
        let ledger = self.authority.ledger().unwrap();
        let mut serials = Vec::new();
        let filter = Filter {
            live: Live::InUse,
            ..Filter::default()
        };
        ledger
            .select(&filter, |row| serials.push(row.serial))
            .unwrap();
        serials
    }
}

#[test]
fn after_a_kill_at_any_step_file_key_and_ledger_are_one() {
    for reuse in [false, true] {
        for length in [1, usize::MAX] {
            let mut outcomes = [0, 0];
            let scene = Scene::new(10, 90);
            for step in 0_usize.. {
                let held = scene.held().unwrap();
                let before = held.row().serial.clone();
                let steps = [(step, step.saturating_add(length))];
                let (_, taken) = failing(&steps, || scene.renew(&held, reuse, NOW));
                scene.resume();
                let there = scene.held().unwrap();
                let serial = there.row().serial.clone();
                assert_eq!(scene.in_use(), [serial.as_str()], "step {step}");
                outcomes[usize::from(serial != before)] += 1;
                // And it can be renewed again.
                scene.renew(&there, false, NOW).unwrap().unwrap();
                assert_eq!(scene.resume().len(), 1, "step {step}");
                assert_ne!(scene.held().unwrap().row().serial, serial);
                if taken <= step {
                    break;
                }
            }
            assert!(outcomes.iter().all(|count| *count > 0), "{outcomes:?}");
        }
    }
}

#[cfg(unix)]
#[test]
fn behind_a_link_key_and_certificate_are_one_at_every_step() {
    let scene = Scene::of(10, 90, true);
    let mut outcomes = [0, 0];
    for step in 0_usize.. {
        let held = scene.held().unwrap();
        let before = held.row().serial.clone();
        let (_, taken) = failing(&[(step, usize::MAX)], || scene.renew(&held, false, NOW));
        // Nothing completed it: what lies there is a pair all the same, or it could not be opened.
        let there = scene.held().unwrap().row().serial.clone();
        outcomes[usize::from(there != before)] += 1;
        scene.resume();
        assert_eq!(scene.held().unwrap().row().serial, there, "step {step}");
        assert_eq!(scene.in_use(), [there.as_str()], "step {step}");
        if taken <= step {
            break;
        }
    }
    assert!(outcomes.iter().all(|count| *count > 0), "{outcomes:?}");
    scene
        .renew(&scene.held().unwrap(), false, NOW)
        .unwrap()
        .unwrap();
    let names = fs::read_dir(scene.places()).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names
        .filter(|name| !name.starts_with("..certwright-"))
        .collect();
    names.sort();
    assert_eq!(names, ["..data", "a.crt", "a.key"]);
}

#[test]
fn of_two_that_renew_one_does() {
    let scene = Scene::new(10, 90);
    let (first, second) = (scene.held().unwrap(), scene.held().unwrap());
    let renewed = scene.renew(&first, false, NOW).unwrap().unwrap();
    // With the old key it would not even fit the key that is there by now.
    assert!(scene.renew(&second, true, NOW).unwrap().is_none());
    let serial = renewed.certificate.serial_hex();
    assert_eq!(scene.held().unwrap().row().serial, serial);
    assert_eq!(scene.in_use(), [serial]);
}

#[test]
fn what_is_struck_out_leaves_no_gap() {
    let scene = Scene::new(10, 90);
    let held = scene.held().unwrap();
    let first = held.row().serial.clone();
    // Killed once it was entered, then renewed by somebody who does not end that.
    scene.interrupt();
    assert_eq!(scene.held().unwrap().row().serial, first);
    let renewed = scene.renew(&held, false, NOW).unwrap().unwrap();
    let serial = renewed.certificate.serial_hex();
    assert_eq!(scene.resume(), std::slice::from_ref(&serial));
    assert_eq!(scene.in_use(), [serial]);
}

#[test]
fn what_was_begun_in_a_folder_that_is_away_waits_for_it() {
    let scene = Scene::new(10, 90);
    scene.interrupt();
    let (begun, ledger) = (scene.interrupted(), scene.authority.ledger().unwrap());
    let ends = |now| {
        let ended = scene
            .authority
            .resume_renewals(&ledger, None, now, |_| true);
        let kind = |(_, end): (Row, Result<()>)| end.map_err(|error| error.kind());
        ended.unwrap().into_iter().map(kind).collect::<Vec<_>>()
    };
    let away = scene.folder.path().join("away");
    fs::rename(scene.places(), &away).unwrap();
    assert_eq!(ends(NOW), [Err(ErrorKind::NotFound)]);
    // As a place is on which nothing is mounted.
    fs::create_dir(scene.places()).unwrap();
    assert_eq!(ends(NOW), [Err(ErrorKind::NotFound)]);
    assert_eq!(scene.interrupted().len(), 1);
    // Another process had completed it meanwhile, or nobody had.
    fs::remove_dir(scene.places()).unwrap();
    fs::rename(&away, scene.places()).unwrap();
    assert_eq!(ends(NOW), []);
    assert!(scene.interrupted().is_empty());
    assert_ne!(scene.in_use(), [begun[0].serial.as_str()]);
    // For one that is over nobody waits: what it was to renew is in use.
    scene.interrupt();
    let old = scene.held().unwrap().row().serial.clone();
    fs::remove_dir_all(scene.places()).unwrap();
    assert_eq!(ends(NOW + Duration::days(91)), []);
    assert!(scene.interrupted().is_empty());
    assert!(scene.in_use().contains(&old));
}

#[test]
fn what_somebody_took_elsewhere_is_known_all_the_same() {
    let scene = Scene::new(10, 90);
    let renewed = scene.renew(&scene.held().unwrap(), false, NOW);
    let serial = renewed.unwrap().unwrap().certificate.serial_hex();
    let away = scene.folder.path().join("a.crt");
    fs::rename(scene.path("a.crt"), &away).unwrap();
    assert!(scene.resume().is_empty() && scene.interrupted().is_empty());
    assert!(scene.in_use().contains(&serial));
    // Once it is named the ledger knows where it is.
    let ledger = scene.authority.ledger().unwrap();
    let row = scene
        .authority
        .renewable(&away, Some(&ledger), None)
        .unwrap();
    assert_eq!(row.serial, serial);
    assert!(ledger.place(&row).unwrap() && !ledger.place(&row).unwrap());
    let place = away.to_str().unwrap();
    assert_eq!(ledger.by_file(place).unwrap().unwrap().serial, serial);
}

#[test]
fn what_cannot_be_ended_keeps_nothing_else_from_it() {
    let scene = Scene::new(10, 90);
    let renewed = scene.renew(&scene.held().unwrap(), false, NOW);
    renewed.unwrap().unwrap();
    let other = PrivateKey::generate(Algorithm::P256).unwrap();
    let key = other.to_pkcs8_pem(None).unwrap();
    fs::write(scene.path("a.key"), key.as_bytes()).unwrap();
    let ledger = scene.authority.ledger().unwrap();
    let open = scene.authority.resume_list(&ledger, "renew", None, NOW);
    let kinds: Vec<_> = open.unwrap().iter().map(Error::kind).collect();
    assert_eq!(kinds, [ErrorKind::KeyMismatch]);
    assert_eq!(scene.interrupted().len(), 1);
    // What is revoked is not waited for.
    let begun = &scene.interrupted()[0];
    scene
        .authority
        .revoke(begun, Reason::default(), NOW)
        .unwrap();
    let open = scene.authority.resume_list(&ledger, "renew", None, NOW);
    assert!(open.unwrap().is_empty() && scene.interrupted().is_empty());
    let row = ledger.one(&begun.generation, &begun.serial).unwrap();
    assert!(row.unwrap().revoked.is_some());
}

#[test]
fn what_was_handed_out_is_never_struck_out() {
    let scene = Scene::new(10, 90);
    let mut serials = Vec::new();
    for _ in 0..2 {
        let renewed = scene.renew(&scene.held().unwrap(), false, NOW);
        serials.push(renewed.unwrap().unwrap().certificate.serial_hex());
    }
    assert_eq!(scene.resume(), serials[1..]);
    let ledger = scene.authority.ledger().unwrap();
    assert!(ledger.interrupted_renewals().unwrap().is_empty());
    assert!(!ledger.by_serial(&serials[0]).unwrap().is_empty());
    assert!(scene.authority.copy_of(&serials[0]).exists());
}

#[test]
fn what_lies_there_is_looked_at() {
    let scene = Scene::new(10, 90);
    let [crt, key] = ["a.crt", "a.key"].map(|name| scene.path(name));
    let [crt_bytes, key_bytes] = [&crt, &key].map(|path| fs::read(path).unwrap());
    let fails = |kind: ErrorKind| {
        let error = scene.held().unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
    };
    fs::remove_file(&key).unwrap();
    fails(ErrorKind::KeyMismatch);
    let other = PrivateKey::generate(Algorithm::P256).unwrap();
    fs::write(&key, other.to_pkcs8_pem(None).unwrap().as_bytes()).unwrap();
    fails(ErrorKind::KeyMismatch);
    fs::write(&key, [&key_bytes[..], &crt_bytes].concat()).unwrap();
    fails(ErrorKind::Unsupported);
    fs::write(&key, &key_bytes).unwrap();
    fs::write(&crt, [&crt_bytes[..], &key_bytes, &key_bytes].concat()).unwrap();
    fails(ErrorKind::Unsupported);
    let carried = String::from_utf8(crt_bytes.clone()).unwrap();
    fs::write(&crt, format!("a: |\n  {}", carried.replace('\n', "\n  "))).unwrap();
    fails(ErrorKind::Unsupported);
    fs::write(&crt, "").unwrap();
    fails(ErrorKind::Malformed);
    fs::remove_file(&crt).unwrap();
    fails(ErrorKind::NotFound);
    fs::write(&crt, &crt_bytes).unwrap();
    scene.held().unwrap();
}

#[test]
fn what_could_not_last_longer_is_not_made() {
    let scene = Scene::new(1, 364);
    let now = NOW + Duration::days(300);
    let held = scene.held().unwrap();
    let gains = scene.renew(&held, false, now).unwrap().unwrap();
    assert!(gains.clipped);
    scene.resume();
    let later = now + Duration::days(50);
    let held = scene.held().unwrap();
    let error = scene.renew(&held, false, later).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Expired);
    assert!(error.hint().unwrap().contains("ca rotate"));
}

#[test]
fn one_rule_tells_what_is_due() {
    let scene = Scene::new(10, 90);
    let held = scene.held().unwrap();
    let row = held.row();
    let from = When::LastThird.from(row);
    let validity = held.certificate.validity();
    for offset in -2..=2 {
        let at = from + Duration::seconds(offset);
        assert_eq!(at >= from, validity.is_in_last_third(at), "{offset}");
        let mut due = 0;
        let ledger = scene.authority.ledger().unwrap();
        ledger.due(at, |_| due += 1).unwrap();
        assert_eq!(at >= from, due == 1, "{offset}");
    }
    let within = When::Within(Duration::days(30)).from(row);
    assert_eq!(row.not_after - within, Duration::days(30));
    let endless = When::Within(Duration::MAX).from(row);
    assert!(endless <= NOW && When::Always.from(row) <= NOW);
}
