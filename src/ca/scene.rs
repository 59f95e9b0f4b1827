//! A CA in a folder of its own, for the tests of what it hands out.

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::tests::{NOW, plan};
use super::{Authority, Filter, Issued, Row};
use crate::cert::Certificate;
use crate::crypto::Algorithm;
use crate::issue::Template;
use crate::key::PrivateKey;
use crate::name::Subject;
use crate::profile::{Profile, Purposes};
use crate::validity::{Lifetime, Validity};

pub struct Scene {
    pub folder: tempfile::TempDir,
    pub authority: Authority,
    /// What is certified.
    pub key: Rc<PrivateKey>,
}

impl Scene {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (authority, _) = Authority::open_or_create(&home(&folder), &plan(), NOW).unwrap();
        Self {
            folder,
            authority,
            key: PrivateKey::generate(Algorithm::P256).unwrap().into(),
        }
    }

    /// The same CA once more, in another folder.
    pub fn again(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy(self.authority.home(), &home(&folder));
        Self {
            authority: Authority::open(&home(&folder)).unwrap(),
            folder,
            key: self.key.clone(),
        }
    }

    pub fn issue(&self, count: usize) -> Vec<Issued> {
        let (issuer, _) = self.authority.unlock(None, NOW).unwrap();
        let one = |_| {
            let template = Template {
                profile: Profile::leaf(Purposes::NONE),
                subject: Subject::common_name("a").unwrap(),
                names: Vec::new(),
                public_key: self.key.public_key().clone(),
                validity: Validity::starting(NOW, Lifetime::days(9)).unwrap(),
            };
            self.authority.issue(template, &issuer).unwrap()
        };
        (0..count).map(one).collect()
    }

    pub fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        let ledger = self.authority.ledger().unwrap();
        ledger
            .select(&Filter::default(), |row| rows.push(row))
            .unwrap();
        rows
    }

    /// What the ledger knows and is in the folder; nothing is on its way.
    pub fn agreed(&self) -> Vec<String> {
        let row = |row: Row| (self.authority.copy(&row).unwrap().0, row.serial);
        let mut rows = Vec::from_iter(self.rows().into_iter().map(row));
        let mut copies = Vec::new();
        for path in self.authority.copies().unwrap() {
            let held = Certificate::all_from_bytes(&fs::read(&path).unwrap()).unwrap();
            copies.extend(held.iter().map(|it| (path.clone(), it.serial_hex())));
        }
        rows.sort();
        copies.sort();
        assert_eq!(rows, copies);
        assert_eq!(self.authority.left().unwrap(), [""; 0].map(PathBuf::from));
        rows.into_iter().map(|(_, serial)| serial).collect()
    }
}

fn home(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("home")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).unwrap()),
        }
    }
}
