//! mkcert's kind of CA: a folder that holds a root and the root's key, which issues leaves itself.
//!
//! The folder is mkcert's as much as ours, and either program works with what the other made. So
//! nothing but its two files is ever written there: there are no generations and no ledger.

use std::fs;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::create::{BACKDATING, key_file};
use super::generation::{MKCERT_KEY, MKCERT_ROOT};
use super::{Issued, clipped};
use crate::cert::{Certificate, Issuer};
use crate::crypto;
use crate::error::{Error, ErrorKind, Result};
use crate::files::{self, Existing, Exposure, NewFile};
use crate::issue::{Signatory, Template, issue};
use crate::key::{PrivateKey, PublicKey};
use crate::name::{San, Subject};
use crate::profile::{Profile, Purposes};
use crate::validity::{Lifetime, Validity};

/// The CA of mkcert's folder, which mkcert calls `CAROOT`.
#[derive(Clone, Debug)]
pub struct Caroot {
    folder: PathBuf,
    root: Certificate,
}

impl Caroot {
    /// Opens the CA of a folder. Its key may be missing; then it issues nothing.
    ///
    /// Fails with [`ErrorKind::CaMissing`] if there is none, and with [`ErrorKind::CaBroken`] if there
    /// is a key without a certificate, or no CA's certificate: nothing is repaired by replacing.
    pub fn open(folder: &Path) -> Result<Self> {
        let (place, key) = (folder.join(MKCERT_ROOT), folder.join(MKCERT_KEY));
        let there = |path: &Path| path.symlink_metadata().is_ok();
        files::settle([&*place, &*key])?;
        if !there(&place) && there(&key) {
            // Perhaps another process has just moved the one, and is about to move the other.
            files::settle([&*place, &*key])?;
        }
        match (there(&place), there(&key)) {
            (true, _) => {}
            (false, true) => return Err(half(&place, &key)),
            (false, false) => return Err(missing(folder)),
        }
        let read = files::read(&place)?;
        let root = Certificate::all_from_bytes(&read)
            .map_err(|error| broken(&place, &error.to_string()))?
            .swap_remove(0);
        if !root.is_authority() {
            return Err(broken(&place, "it is not a CA's certificate"));
        }
        Ok(Self {
            folder: folder.to_owned(),
            root,
        })
    }

    /// Opens the CA of a folder, or makes it, with the key that `key` makes. If another process makes
    /// it first, that one is opened.
    ///
    /// Tells whether this call made it. Fails as [`Self::open`] does otherwise.
    pub fn open_or_create(
        folder: &Path,
        key: impl FnOnce() -> Result<PrivateKey>,
        now: OffsetDateTime,
    ) -> Result<(Self, bool)> {
        match Self::open(folder) {
            Err(error) if error.kind() == ErrorKind::CaMissing => {}
            other => return other.map(|this| (this, false)),
        }
        let key = key()?;
        let root = issue(&template(&key, now)?, Signatory::Itself(&key))?;
        // As mkcert makes it: others may enter, and read the root.
        files::make_shared_folder(folder)?;
        let files = vec![
            key_file(folder.join(MKCERT_KEY), &key, None)?,
            NewFile::public(folder.join(MKCERT_ROOT), root.to_pem()),
        ];
        match files::write(files, Existing::Keep) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                return Self::open(folder).map(|this| (this, false));
            }
            written => written?,
        }
        let this = Self {
            folder: folder.to_owned(),
            root,
        };
        this.protect_key();
        Ok((this, true))
    }

    /// Returns the root, which clients are to trust.
    pub fn root(&self) -> &Certificate {
        &self.root
    }

    /// Returns the place of the root's certificate.
    pub fn root_path(&self) -> PathBuf {
        self.folder.join(MKCERT_ROOT)
    }

    /// Returns the place of the root's key.
    pub fn key_path(&self) -> PathBuf {
        self.folder.join(MKCERT_KEY)
    }

    /// Brings the root and its key together, and tells who else may read the key.
    ///
    /// Fails with [`ErrorKind::CaMissing`] if the key is not there, with [`ErrorKind::Expired`] if the
    /// root is not valid now, and as reading keys and [`Issuer::new`] do.
    pub fn unlock(&self, now: OffsetDateTime) -> Result<(Issuer, Exposure)> {
        let path = self.key_path();
        if path.symlink_metadata().is_err() {
            return Err(self.keyless());
        }
        let exposure = files::exposure(&path)?;
        let key = PrivateKey::from_bytes(&files::read(&path)?, None)
            .map_err(|error| broken(&path, &error.to_string()))?;
        let issuer = Issuer::new(self.root.clone(), key)
            .map_err(|error| broken(&path, &error.to_string()))?;
        issuer.require_valid_at(now).map_err(|error| {
            error.with_hint(format!(
                "move it away, so that another is made: {} and {}",
                self.root_path().display(),
                path.display()
            ))
        })?;
        Ok((issuer, exposure))
    }

    /// Issues a certificate, cut to the root's own validity.
    ///
    /// Fails as [`issue`] does.
    pub fn issue(&self, template: Template, issuer: &Issuer) -> Result<Issued> {
        let (template, clipped) = clipped(template, issuer)?;
        Ok(Issued {
            certificate: issue(&template, Signatory::Issuer(issuer))?,
            chain: Vec::new(),
            clipped,
        })
    }

    /// As mkcert leaves it: not even its owner writes over it by accident. That failing costs nothing,
    /// since nobody else may read it anyway.
    fn protect_key(&self) {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::Permissions::from_mode(0o400);
            let _ = fs::set_permissions(self.key_path(), mode);
        }
    }

    fn keyless(&self) -> Error {
        Error::new(
            ErrorKind::CaMissing,
            format!(
                "the CA's key {} is not there, so nothing can be issued",
                self.key_path().display()
            ),
        )
        .with_hint("issue where the key is; its root alone can be installed")
    }
}

/// What a leaf is to say, as mkcert has it: no common name but where one is asked for, and 27 months.
///
/// Fails as [`Validity::new`] does.
pub fn leaf(
    names: Vec<San>,
    purposes: Purposes,
    common_name: Option<&str>,
    public_key: &PublicKey,
    now: OffsetDateTime,
) -> Result<Template> {
    let subject: Subject = LEAF_SUBJECT.parse()?;
    let named = common_name.and_then(|name| subject.clone().with_common_name(name).ok());
    Ok(Template {
        profile: Profile::leaf(purposes),
        subject: named.unwrap_or(subject),
        names,
        public_key: public_key.clone(),
        validity: validity(now, LEAF_LIFETIME)?,
    })
}

/// The period that ends so long from now, and began a little before.
pub fn validity(now: OffsetDateTime, lifetime: Lifetime) -> Result<Validity> {
    Validity::new(now - BACKDATING, lifetime.after(now)?)
}

/// A root whose name begins as mkcert's do. What follows there, who made it on which machine, would be
/// in every certificate below; a random tag tells two roots apart as well.
fn template(key: &PrivateKey, now: OffsetDateTime) -> Result<Template> {
    let tag = data_encoding::HEXLOWER.encode(&crypto::random::<4>()?);
    let subject: Subject = ROOT_SUBJECT.parse()?;
    Ok(Template {
        profile: Profile::bare_root(),
        subject: subject.with_common_name(&format!("mkcert {tag}"))?,
        names: Vec::new(),
        public_key: key.public_key().clone(),
        validity: validity(now, ROOT_LIFETIME)?,
    })
}

fn missing(folder: &Path) -> Error {
    Error::new(
        ErrorKind::CaMissing,
        format!("there is no CA in {}", folder.display()),
    )
}

fn half(certificate: &Path, key: &Path) -> Error {
    Error::new(
        ErrorKind::CaBroken,
        format!(
            "the CA's key {} is there, and its certificate {} is not",
            key.display(),
            certificate.display()
        ),
    )
    .with_hint("bring the certificate back; or move the key away, so that another CA is made")
}

fn broken(path: &Path, why: &str) -> Error {
    Error::new(
        ErrorKind::CaBroken,
        format!("the CA's file {} cannot be used: {why}", path.display()),
    )
    .with_hint("bring it back, or move the CA's two files away, so that another is made")
}

const ROOT_SUBJECT: &str = "/O=mkcert development CA";
const LEAF_SUBJECT: &str = "/O=mkcert development certificate";
/// mkcert 1.4.4: ten years by the calendar.
const ROOT_LIFETIME: Lifetime = Lifetime::years(10);
/// mkcert 1.4.4: two years and three months by the calendar, which are at most 823 days; Apple's systems
/// take 825 from a private root (HT210176).
pub const LEAF_LIFETIME: Lifetime = Lifetime::months(27);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Algorithm;
    use crate::files::faults::killed_at;
    use time::Duration;
    use time::macros::datetime;

    const NOW: OffsetDateTime = datetime!(2026-11-21 12:00 UTC);

    fn made(folder: &Path) -> (Caroot, bool) {
        Caroot::open_or_create(folder, || PrivateKey::generate(Algorithm::P256), NOW).unwrap()
    }

    fn leaf_of(caroot: &Caroot, now: OffsetDateTime) -> Result<Issued> {
        let (issuer, _) = caroot.unlock(now)?;
        let key = issuer.key().public_key();
        let names = vec!["a.test".parse().unwrap()];
        let template = leaf(names, Purposes::ALL, None, key, now)?;
        caroot.issue(template, &issuer)
    }

    #[test]
    fn a_root_is_made_once_and_issues() {
        let around = tempfile::tempdir().unwrap();
        let folder = around.path().join("a/b");
        let (first, created) = made(&folder);
        assert!(created);
        let root = first.root();
        assert!(root.is_authority() && !root.may_sign_revocation_lists());
        assert_eq!(
            (root.path_length(), root.name_constraints()),
            (Some(0), None)
        );
        let (again, created) = made(&folder);
        assert!(!created && again.root() == root);
        let mut names: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .flatten()
            .map(|it| it.file_name())
            .collect();
        names.sort();
        assert_eq!(names, [MKCERT_KEY, MKCERT_ROOT]);
        let issued = leaf_of(&first, NOW).unwrap();
        assert!(!issued.clipped);
        assert_eq!(
            issued.certificate.validity().not_after(),
            datetime!(2029-02-21 12:00 UTC)
        );
        issued
            .certificate
            .verify_signed_by(root.public_key())
            .unwrap();
    }

    #[test]
    fn a_leaf_ends_with_its_root_at_the_latest() {
        let folder = tempfile::tempdir().unwrap();
        let (caroot, _) = made(folder.path());
        let end = caroot.root().validity().not_after();
        let issued = leaf_of(&caroot, end - Duration::DAY).unwrap();
        assert!(issued.clipped);
        assert_eq!(issued.certificate.validity().not_after(), end);
        let error = leaf_of(&caroot, end + Duration::DAY).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Expired);
    }

    #[test]
    fn what_is_left_of_a_ca_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (caroot, _) = made(folder.path());
        let key = fs::read(caroot.key_path()).unwrap();
        fs::remove_file(caroot.root_path()).unwrap();
        let generate = || PrivateKey::generate(Algorithm::P256);
        let error = Caroot::open_or_create(folder.path(), generate, NOW).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::CaBroken);
        assert_eq!(fs::read(caroot.key_path()).unwrap(), key);
        // The other way round it is a root that can be trusted, and issues nothing.
        fs::write(caroot.root_path(), caroot.root().to_pem()).unwrap();
        fs::remove_file(caroot.key_path()).unwrap();
        let (rest, created) = made(folder.path());
        assert!(!created && rest.root() == caroot.root());
        assert_eq!(
            leaf_of(&rest, NOW).unwrap_err().kind(),
            ErrorKind::CaMissing
        );
    }

    #[test]
    fn a_key_of_another_ca_is_refused() {
        let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let [one, other] = folders.each_ref().map(|folder| made(folder.path()).0);
        fs::remove_file(one.key_path()).unwrap();
        fs::copy(other.key_path(), one.key_path()).unwrap();
        assert_eq!(leaf_of(&one, NOW).unwrap_err().kind(), ErrorKind::CaBroken);
    }

    #[test]
    fn who_is_killed_leaves_a_whole_ca_or_none() {
        for step in 0.. {
            let around = tempfile::tempdir().unwrap();
            let folder = around.path().join("ca");
            let generate = || PrivateKey::generate(Algorithm::P256);
            let (_, taken) = killed_at(step, || Caroot::open_or_create(&folder, generate, NOW));
            let (caroot, _) = made(&folder);
            leaf_of(&caroot, NOW).unwrap();
            if taken <= step {
                break;
            }
        }
    }

    #[test]
    fn a_common_name_that_is_too_long_is_left_out() {
        let key = PrivateKey::generate(Algorithm::P256).unwrap();
        let common_names = |name: &str| {
            let names = vec!["a.test".parse().unwrap()];
            let made = leaf(names, Purposes::NONE, Some(name), key.public_key(), NOW).unwrap();
            made.subject.common_names()
        };
        assert_eq!(common_names("a.test"), ["a.test"]);
        assert!(common_names(&"a".repeat(65)).is_empty());
    }
}
