//! The local CA: a folder with one or more generations, the certificates issued, and a ledger.
//!
//! ```text
//! current              the name of the generation that issues
//! ca-TAG/              a generation: root.crt root.crl intermediate.crt intermediate.key
//!                      [intermediate.crl] [intermediate.csr] [crl-url] [root.key]
//! pending/             intermediate.key intermediate.csr crl-url: a request that another CA is to answer
//! retired/ca-TAG/      one that issues no more, without its key
//! issued/SERIAL.crt    every certificate issued
//! issued/arriving/     those that are being entered into the ledger
//! revoked/             a file for each that is revoked
//! ledger.sqlite        the same, to be searched
//! lock                 held while a generation is made
//! ```
//!
//! A generation is made under a hidden name; `current` names it before it is moved to its place, so
//! that whatever a kill interrupts is either not begun or can be completed.

mod answer;
mod arrivals;
mod chain;
mod create;
mod deliver;
mod generation;
mod given_lists;
mod home;
mod import;
mod in_bulk;
mod index;
mod ledger;
mod list_url;
mod lists;
pub mod mkcert;
mod notice;
mod password;
mod pending;
mod records;
mod renew;
mod repair;
mod retire;
mod revoke;
mod revoke_ca;
#[cfg(test)]
mod scene;
mod succession;

use std::fs;
use std::path::{Path, PathBuf};

use time::{Duration, OffsetDateTime};

pub use answer::{Answered, Difference};
pub use create::{BACKDATING, Plan};
pub use generation::Generation;
pub use home::home_exposure;
pub use in_bulk::Delivery;
pub use index::{Imported, Index, index_line, read_index};
pub use ledger::{Entry, FileRole, Filter, Ledger, Live, Origin, Placed, Row, Status};
pub use list_url::{ListUrl, issued_name, root_name};
pub use lists::{List, Lists};
pub use notice::Notice;
pub use pending::Pending;
pub use records::{Records, Taken};
pub use renew::{Held, Renewed, When, Wish};
pub use repair::{Repaired, Unreadable};
pub use retire::Retired;
pub use succession::Succession;

use self::home::{
    CURRENT, LOCK, current_name, free_name, generation_names, publish, random_tags,
    require_guarded, staged, take_turn, unnamed,
};
use crate::cert::{Certificate, Issuer};
use crate::error::{ErrorKind, Result};
use crate::files::{self, Existing, Exposure, Lock, NewFile};
use crate::issue::{Signatory, Template, issue, issue_unchecked};
use crate::key::Password;

/// The local CA of a folder.
#[derive(Debug)]
pub struct Authority {
    home: PathBuf,
    current: Generation,
}

impl Authority {
    /// Opens the CA of a folder, completing what a killed process had begun.
    ///
    /// Fails with [`ErrorKind::CaMissing`] if there is none, with [`ErrorKind::CaBroken`] if it is
    /// not whole (nothing is ever repaired by replacing), and with [`ErrorKind::KeyExposed`] if
    /// others may write to the folder and `chmod` could mend that.
    pub fn open(home: &Path) -> Result<Self> {
        require_guarded(home)?;
        Self::look(home)
    }

    /// Opens the CA of a folder, only to look at it: others may be able to write to the folder.
    ///
    /// Fails as [`Self::open`] does otherwise.
    pub fn look(home: &Path) -> Result<Self> {
        let Some(name) = current_name(home)? else {
            return Err(unnamed(home)?);
        };
        let folder = home.join(&name);
        if !folder.exists() && staged(home, &name).exists() {
            let _lock = Lock::wait(&home.join(LOCK))?;
            if !folder.exists() {
                publish(home, &name)?;
            }
        }
        Ok(Self {
            home: home.to_owned(),
            current: Generation::read(&folder)?,
        })
    }

    /// Makes the CA of a folder. If another process makes it first, that one is opened.
    ///
    /// Tells whether this call made it. Fails with [`ErrorKind::CaMissing`] where a request waits for its
    /// answer, since that is to be the CA.
    pub fn open_or_create(home: &Path, plan: &Plan, now: OffsetDateTime) -> Result<(Self, bool)> {
        match Self::open(home) {
            Err(error) if error.kind() == ErrorKind::CaMissing && !pending::is_there(home) => {}
            other => return other.map(|this| (this, false)),
        }
        files::make_private_folder(home)?;
        let _lock = take_turn(home)?;
        match Self::open(home) {
            Err(error) if error.kind() == ErrorKind::CaMissing && !pending::is_there(home) => {}
            other => return other.map(|this| (this, false)),
        }
        let name = free_name(home, random_tags())?;
        let made = create::make(plan, name, now)?;
        Self::install(home, made).map(|this| (this, true))
    }

    /// Makes a new generation beside the present ones, from which is issued henceforth.
    ///
    /// Fails with [`ErrorKind::CaMissing`] if there is no CA yet. A present generation that is broken
    /// is no obstacle.
    pub fn add_generation(home: &Path, plan: &Plan, now: OffsetDateTime) -> Result<Self> {
        if current_name(home)?.is_none() {
            return Err(unnamed(home)?);
        }
        let _lock = take_turn(home)?;
        let name = free_name(home, random_tags())?;
        Self::install(home, create::make(plan, name, now)?)
    }

    /// Writes a generation: whole under a hidden name, then named as current, then moved. The lock
    /// is held, and its name is free.
    fn install(home: &Path, made: create::Made) -> Result<Self> {
        let folder = staged(home, &made.name);
        files::make_private_folder(&folder)?;
        let placed = made.files.into_iter().map(|file| NewFile {
            path: folder.join(&file.path),
            ..file
        });
        let written = files::write(placed.collect(), Existing::Replace).and_then(|()| {
            let current = NewFile::public(home.join(CURRENT), format!("{}\n", made.name));
            files::write(vec![current], Existing::Replace)
        });
        if let Err(error) = written {
            // A disk that fails may have named it all the same, and not have let that be taken back.
            if current_name(home).is_ok_and(|named| named.as_ref() != Some(&made.name)) {
                let _ = fs::remove_dir_all(&folder);
            }
            return Err(error);
        }
        publish(home, &made.name)?;
        Self::open(home)
    }

    /// Returns the folder.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Returns the generation that issues.
    pub fn current(&self) -> &Generation {
        &self.current
    }

    /// Reads every generation, the current one first; those that cannot be read are errors.
    pub fn generations(&self) -> Result<Vec<(String, Result<Generation>)>> {
        let mut names = generation_names(&self.home)?;
        names.retain(|name| name != self.current.name());
        let others = names.into_iter().map(|name| {
            let read = Generation::read(&self.home.join(&name));
            (name, read)
        });
        Ok(
            std::iter::once((self.current.name().to_owned(), Ok(self.current.clone())))
                .chain(others)
                .collect(),
        )
    }

    /// Unlocks the key, and tells what is to be said of the CA's state.
    ///
    /// Fails as [`Generation::unlock`] does, with [`ErrorKind::Expired`], and with [`ErrorKind::Revoked`].
    pub fn unlock(
        &self,
        password: Option<&Password>,
        now: OffsetDateTime,
    ) -> Result<(Issuer, Vec<Notice>)> {
        self.current.require_unrevoked()?;
        let (issuer, exposure) = self.current.unlock(password)?;
        issuer.require_valid_at(now)?;
        let mut notices = Vec::new();
        if let Exposure::Fixed(mode) = exposure {
            notices.push(Notice::KeyExposed {
                path: self.current.key_path().to_owned(),
                mode,
            });
        }
        if let Some(mode) = home_exposure(&self.home)? {
            notices.push(Notice::HomeExposed {
                home: self.home.clone(),
                mode,
            });
        }
        let ends = issuer.chain().map(|ca| ca.validity().not_after()).min();
        if let Some(ends) = ends.filter(|ends| *ends - now < WARN_BEFORE_END) {
            notices.push(Notice::EndsSoon { ends });
        }
        Ok((issuer, notices))
    }

    /// Issues a certificate, cut to the CA's own validity.
    ///
    /// The certificate is not recorded before it is [delivered](Self::deliver). Fails as
    /// [`issue`] does.
    pub fn issue(&self, template: Template, issuer: &Issuer) -> Result<Issued> {
        self.issue_by(template, issuer, issue)
    }

    /// Issues a certificate as [`Self::issue`] does, one of a list, whose signature nobody checks.
    pub fn issue_unchecked(&self, template: Template, issuer: &Issuer) -> Result<Issued> {
        self.issue_by(template, issuer, issue_unchecked)
    }

    fn issue_by(
        &self,
        mut template: Template,
        issuer: &Issuer,
        issue: impl FnOnce(&Template, Signatory<'_>) -> Result<Certificate>,
    ) -> Result<Issued> {
        template.profile.list_url = self.current.list_url()?;
        if template.profile.is_authority() && template.profile.constraints.is_none() {
            // Said again, though they hold anyway: some clients trust the CA below and look no further.
            template.profile.constraints = self.current.constraints();
        }
        let (template, clipped) = clipped(template, issuer)?;
        let certificate = issue(&template, Signatory::Issuer(issuer))?;
        Ok(Issued {
            certificate,
            chain: self.current.intermediates().to_vec(),
            clipped,
        })
    }

    /// Opens the ledger, making it if there is none, and enters what a killed process had begun to.
    pub fn ledger(&self) -> Result<Ledger> {
        // What cannot be settled now is by a later command; this one may have to do with something else.
        let _ = self.settle_arrivals(true);
        Ledger::open(&self.home.join(LEDGER))
    }

    /// Opens the ledger, if there is one, as [`Self::ledger`] does.
    pub fn existing_ledger(&self) -> Result<Option<Ledger>> {
        let _ = self.settle_arrivals(false);
        Ledger::open_existing(&self.home.join(LEDGER))
    }
}

/// Cuts what a certificate is to say to the validity of the CA and of those above it, and tells whether it
/// ends the earlier for it.
fn clipped(mut template: Template, issuer: &Issuer) -> Result<(Template, bool)> {
    let wanted = template.validity.not_after();
    for ca in issuer.chain() {
        template.validity = template.validity.clipped_to(&ca.validity())?;
    }
    let clipped = template.validity.not_after() < wanted;
    Ok((template, clipped))
}

/// A certificate that was issued but not yet handed out.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The certificate.
    pub certificate: Certificate,
    /// What follows it in a server's file, the issuing CA first; without the root.
    pub chain: Vec<Certificate>,
    /// Whether it ends earlier than was asked for, because its CA does.
    pub clipped: bool,
}

impl Issued {
    /// Returns the certificate and what follows it, in PEM.
    pub fn to_pem(&self) -> String {
        std::iter::once(&self.certificate)
            .chain(&self.chain)
            .map(Certificate::to_pem)
            .collect()
    }
}

const LEDGER: &str = "ledger.sqlite";
/// Long enough for the longest leaf that browsers on Apple's systems take to be made anew by its successor.
const WARN_BEFORE_END: Duration = Duration::days(365);

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::crypto::Algorithm;
    use crate::der;
    use crate::key::PrivateKey;
    use crate::name::Subject;
    use crate::profile::{Profile, Purposes};
    use crate::validity::{Lifetime, Validity};

    pub(super) const NOW: OffsetDateTime = datetime!(2026-11-21 12:00 UTC);

    pub(super) fn plan() -> Plan {
        Plan {
            path_length: 0,
            list_url: None,
            algorithm: Algorithm::P256,
            constraints: None,
            lifetime: Lifetime::years(1),
            subject: Subject::empty(),
            keep_root_key: false,
            password: None,
        }
    }

    /// A CA made elsewhere, whose key usage is as given.
    pub(super) fn foreign(usages: [u8; 2]) -> (Certificate, PrivateKey) {
        let key = PrivateKey::generate(Algorithm::P256).unwrap();
        let template = Template {
            profile: Profile::root(None, None),
            subject: Subject::common_name("elsewhere").unwrap(),
            names: Vec::new(),
            public_key: key.public_key().clone(),
            validity: Validity::starting(NOW, Lifetime::years(1)).unwrap(),
        };
        let made = issue(&template, Signatory::Itself(&key)).unwrap();
        let mut fields = der::only(made.der()).unwrap().open(der::SEQUENCE).unwrap();
        let mut tbs = fields.element().unwrap().raw.to_vec();
        let at = tbs
            .windows(4)
            .position(|bytes| bytes == [3, 2, 1, 6])
            .unwrap();
        tbs[at + 2..at + 4].copy_from_slice(&usages);
        let signature = der::bit_string(&key.sign(&tbs).unwrap());
        let der = der::sequence(&[&tbs, &key.scheme().algorithm_identifier(), &signature]);
        (Certificate::from_der(&der).unwrap(), key)
    }

    #[test]
    fn whoever_waits_for_a_process_that_is_killed_completes_it() {
        let folder = tempfile::tempdir().unwrap();
        let (home, other) = (folder.path().join("home"), folder.path().join("other"));
        let (made, _) = Authority::open_or_create(&other, &plan(), NOW).unwrap();
        let name = made.current().name().to_owned();
        files::make_private_folder(&home).unwrap();
        let lock = Lock::wait(&home.join(LOCK)).unwrap();
        let (done, waited) = std::sync::mpsc::channel();
        let waiting = home.clone();
        std::thread::spawn(move || {
            done.send(Authority::open_or_create(&waiting, &plan(), NOW).map(|made| made.1))
        });
        // It has found no CA by then, or finds the one below, which is as well.
        std::thread::sleep(std::time::Duration::from_millis(300));
        fs::rename(other.join(&name), staged(&home, &name)).unwrap();
        fs::write(home.join(CURRENT), &name).unwrap();
        drop(lock);
        let created = waited.recv_timeout(std::time::Duration::from_secs(20));
        assert!(!created.expect("it waits for itself").unwrap());
        assert_eq!(Authority::open(&home).unwrap().current().name(), name);
    }

    #[test]
    fn nothing_outlasts_what_stands_above() {
        let folder = tempfile::tempdir().unwrap();
        let (made, _) = Authority::open_or_create(folder.path(), &plan(), NOW).unwrap();
        let (short, _) = foreign([1, 6]);
        let long = Plan {
            lifetime: Lifetime::years(9),
            ..plan()
        };
        let other = Authority::add_generation(folder.path(), &long, NOW).unwrap();
        let (issuer, _) = other.current().unlock(None).unwrap();
        let issuer = issuer.below([short.clone()]);
        let leaf = Template {
            profile: Profile::leaf(Purposes::ALL),
            subject: Subject::common_name("a").unwrap(),
            names: Vec::new(),
            public_key: issuer.key().public_key().clone(),
            validity: Validity::starting(NOW, Lifetime::years(5)).unwrap(),
        };
        let issued = made.issue(leaf, &issuer).unwrap();
        assert!(issued.clipped);
        let end = short.validity().not_after();
        assert_eq!(issued.certificate.validity().not_after(), end);
        let error = issuer.require_valid_at(end + Duration::DAY).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("the CA CN=elsewhere is valid from")
        );
    }

    #[test]
    fn the_generation_that_issues_is_looked_up_when_it_matters() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        let (opened, _) = Authority::open_or_create(&home, &plan(), NOW).unwrap();
        let newer = Authority::add_generation(&home, &plan(), NOW).unwrap();
        let error = opened
            .retire(newer.current().name(), true, NOW)
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidValue);
        opened
            .change_password(None, Some(&Password::new("x")))
            .unwrap();
        assert!(newer.current().is_key_encrypted().unwrap());
        assert!(!opened.current().is_key_encrypted().unwrap());
        opened.retire(opened.current().name(), false, NOW).unwrap();
    }
}
