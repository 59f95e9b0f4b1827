//! The local CA: a folder with one or more generations, the certificates issued, and a ledger.
//!
//! ```text
//! current              the name of the generation that issues
//! ca-TAG/              a generation: root.crt root.crl intermediate.crt intermediate.key [root.key]
//! retired/ca-TAG/      one that issues no more, without its key
//! issued/SERIAL.crt    every certificate issued
//! ledger.sqlite        the same, to be searched
//! lock                 held while a generation is made
//! ```
//!
//! A generation is made under a hidden name; `current` names it before it is moved to its place, so
//! that whatever a kill interrupts is either not begun or can be completed.

mod create;
mod generation;
mod ledger;
mod succession;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use time::{Duration, OffsetDateTime};

pub use create::{BACKDATING, Plan};
pub use generation::Generation;
pub use ledger::{Entry, Ledger};
pub use succession::Succession;

use crate::cert::{Certificate, Issuer};
use crate::error::{Error, ErrorKind, Result};
use crate::files::{self, Existing, Exposure, Lock, NewFile};
use crate::issue::{Signatory, Template, issue};
use crate::key::{Password, PrivateKey};
use crate::validity::to_rfc3339;

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
    /// Tells whether this call made it.
    pub fn open_or_create(home: &Path, plan: &Plan, now: OffsetDateTime) -> Result<(Self, bool)> {
        match Self::open(home) {
            Err(error) if error.kind() == ErrorKind::CaMissing => {}
            other => return other.map(|this| (this, false)),
        }
        files::make_private_folder(home)?;
        let _lock = take_turn(home)?;
        match Self::open(home) {
            Err(error) if error.kind() == ErrorKind::CaMissing => {}
            other => return other.map(|this| (this, false)),
        }
        let made = create::make(plan, now)?;
        Self::install(home, &made).map(|this| (this, true))
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
        Self::install(home, &create::make(plan, now)?)
    }

    /// Takes a CA made elsewhere as the generation that issues henceforth.
    ///
    /// The certificates are its own, then those towards its root. The key is copied, encrypted if
    /// there is a password. Fails with [`ErrorKind::CaBroken`] if the certificates do not lead to a
    /// self-signed one, with [`ErrorKind::Expired`] if one of them is not valid now, and as
    /// [`Issuer::new`] does.
    pub fn import(
        home: &Path,
        certificates: &[Certificate],
        key: PrivateKey,
        password: Option<&Password>,
        now: OffsetDateTime,
    ) -> Result<Self> {
        use generation::{INTERMEDIATE, INTERMEDIATE_KEY, ROOT, ROOT_CRL, ROOT_KEY};
        let chain = to_root(certificates, &key)?;
        require_valid(&chain, now)?;
        let (issuing, root) = (&chain[0], &chain[chain.len() - 1]);
        let secret = create::private(&key, password)?;
        let issuer = Issuer::new(issuing.clone(), key)?;
        let mut made = vec![(ROOT, create::public(root), false)];
        if chain.len() == 1 {
            made.push((ROOT_KEY, secret, true));
            if root.may_sign_revocation_lists() {
                made.push((ROOT_CRL, create::empty_list(&issuer)?, false));
            }
        } else {
            let text: String = chain[..chain.len() - 1]
                .iter()
                .map(Certificate::to_pem)
                .collect();
            made.push((INTERMEDIATE, text.into_bytes().into(), false));
            made.push((INTERMEDIATE_KEY, secret, true));
        }
        Self::install_foreign(home, root, made)
    }

    /// Takes mkcert's CA as the generation that issues henceforth, leaving its key where it lies.
    ///
    /// Fails with [`ErrorKind::NotFound`] if the folder is not mkcert's, with [`ErrorKind::Expired`]
    /// if the CA is not valid now, and as [`Issuer::new`] does.
    pub fn adopt(home: &Path, folder: &Path, now: OffsetDateTime) -> Result<Self> {
        use generation::{ADOPTED, MKCERT_KEY, MKCERT_ROOT, ROOT};
        let folder =
            fs::canonicalize(folder).map_err(|source| Error::io("read", folder, &source))?;
        let (certificate, key) = (folder.join(MKCERT_ROOT), folder.join(MKCERT_KEY));
        let root = Certificate::all_from_bytes(&files::read(&certificate)?)
            .map_err(|error| error.about(certificate.display()))?
            .swap_remove(0);
        let secret = PrivateKey::from_bytes(&files::read(&key)?, None)
            .map_err(|error| error.about(key.display()))?;
        Issuer::new(root.clone(), secret)?;
        require_valid(std::slice::from_ref(&root), now)?;
        let place = format!("{}\n", folder.display()).into_bytes();
        Self::install_foreign(
            home,
            &root,
            vec![
                (ROOT, create::public(&root), false),
                (ADOPTED, place.into(), false),
            ],
        )
    }

    fn install_foreign(
        home: &Path,
        root: &Certificate,
        files: Vec<(&'static str, zeroize::Zeroizing<Vec<u8>>, bool)>,
    ) -> Result<Self> {
        files::make_private_folder(home)?;
        let _lock = take_turn(home)?;
        let fingerprint = root.fingerprint().to_text(Default::default());
        let name = format!("ca-{}", &fingerprint[..8]);
        if home.join(&name).exists() {
            return Err(Error::new(
                ErrorKind::AlreadyExists,
                format!("this CA is in {} already", home.join(&name).display()),
            ));
        }
        Self::install(home, &create::Made { name, files })
    }

    /// Writes a generation: whole under a hidden name, then named as current, then moved. The lock
    /// is held.
    fn install(home: &Path, made: &create::Made) -> Result<Self> {
        let folder = staged(home, &made.name);
        files::make_private_folder(&folder)?;
        let new = |(name, contents, private): &(&str, zeroize::Zeroizing<Vec<u8>>, bool)| NewFile {
            path: folder.join(name),
            contents: contents.clone(),
            private: *private,
        };
        let written = files::write(made.files.iter().map(new).collect(), Existing::Replace)
            .and_then(|()| {
                let current = NewFile::public(home.join(CURRENT), format!("{}\n", made.name));
                files::write(vec![current], Existing::Replace)
            });
        if let Err(error) = written {
            let _ = fs::remove_dir_all(&folder);
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
        let mut names = orphans(&self.home)?;
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
    /// Fails as [`Generation::unlock`] does, and with [`ErrorKind::Expired`].
    pub fn unlock(
        &self,
        password: Option<&Password>,
        now: OffsetDateTime,
    ) -> Result<(Issuer, Vec<Notice>)> {
        let (issuer, exposure) = self.current.unlock(password)?;
        issuer.require_valid_at(now)?;
        let mut notices = Vec::new();
        if let Exposure::Fixed(mode) = exposure {
            notices.push(Notice::KeyExposed {
                path: self.current.key_path().to_owned(),
                mode,
            });
        }
        if let Some(mode) = self.home_exposure()? {
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
    pub fn issue(&self, mut template: Template, issuer: &Issuer) -> Result<Issued> {
        let wanted = template.validity.not_after();
        for ca in issuer.chain() {
            template.validity = template.validity.clipped_to(&ca.validity())?;
        }
        let clipped = template.validity.not_after() < wanted;
        let certificate = issue(&template, Signatory::Issuer(issuer))?;
        Ok(Issued {
            certificate,
            chain: self.current.intermediates().to_vec(),
            clipped,
        })
    }

    /// Writes what was issued: to `issued/`, into the ledger, and to the given files, in this order,
    /// so that nothing is handed out that is not recorded.
    ///
    /// A CA whose folder is read-only issues all the same, and the notice says so. Fails as
    /// [`files::write()`] does; then every place is as before, or the error tells what it holds.
    pub fn deliver(
        &self,
        issued: &Issued,
        outputs: Vec<NewFile>,
        existing: Existing,
        now: OffsetDateTime,
    ) -> Result<Option<Notice>> {
        let places = outputs
            .iter()
            .map(|file| absolute(&file.path))
            .collect::<Vec<_>>();
        let staged = files::stage(outputs, existing)?;
        let notice = self.record(issued, &places, now)?;
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

    /// Returns the mode of its folder if others may write there.
    pub fn home_exposure(&self) -> Result<Option<u32>> {
        Ok(match files::exposure(&self.home)? {
            Exposure::Mendable(mode) | Exposure::Fixed(mode) => {
                Some(mode).filter(|mode| mode & OTHERS_WRITE != 0)
            }
            Exposure::None => None,
        })
    }

    /// Opens the ledger, making it if there is none.
    pub fn ledger(&self) -> Result<Ledger> {
        Ledger::open(&self.home.join(LEDGER))
    }

    /// Opens the ledger, if there is one.
    pub fn existing_ledger(&self) -> Result<Option<Ledger>> {
        Ledger::open_existing(&self.home.join(LEDGER))
    }

    /// Tells whether there are copies of certificates that it issued, whatever the ledger knows.
    pub fn has_issued(&self) -> Result<bool> {
        Ok(!self.copies()?.is_empty())
    }

    /// Gives an old generation up: its keys are removed, then its folder is moved to `retired`.
    ///
    /// Whatever is interrupted is completed by retiring it again. Fails with
    /// [`ErrorKind::InvalidValue`] for the current generation, with [`ErrorKind::NotFound`], and
    /// with [`ErrorKind::Expired`] (turned round: not yet) while something that it issued is still
    /// valid, unless that is `forced`.
    pub fn retire(&self, name: &str, forced: bool, now: OffsetDateTime) -> Result<Retired> {
        let _lock = take_turn(&self.home)?;
        // Another process may have changed it since this one opened the CA.
        if current_name(&self.home)?.as_deref() == Some(name) {
            return Err(Error::new(
                ErrorKind::InvalidValue,
                format!("{name} is the generation that issues"),
            )
            .with_hint("make its successor first: certwright ca rotate"));
        }
        let known = orphans(&self.home)?;
        if !known.iter().any(|known| known == name) {
            return Err(Error::new(
                ErrorKind::NotFound,
                format!("the CA has no generation \"{name}\""),
            )
            .with_hint(format!("it has {}", known.join(", "))));
        }
        let in_use_until = self.last_end(name)?.filter(|last| *last >= now);
        if let Some(last) = in_use_until.filter(|_| !forced) {
            return Err(Error::new(
                ErrorKind::Expired,
                format!("what {name} issued is in use until {}", to_rfc3339(last)),
            )
            .with_hint("retire it then, or now with --force"));
        }
        let folder = self.home.join(name);
        // One that is broken is retired all the same, and only its root is of interest then.
        let root = generation::certificates(&folder.join(generation::ROOT));
        let retired = Retired {
            root: root.ok().map(|mut all| all.swap_remove(0)),
            key_left_in: generation::adopted_folder(&folder)?,
            in_use_until,
        };
        remove_keys(&folder)?;
        let all = self.home.join(RETIRED);
        files::make_private_folder(&all)?;
        // The same CA may have been taken in and retired before.
        let place = std::iter::once(name.to_owned())
            .chain((2..).map(|count| format!("{name}-{count}")))
            .map(|name| all.join(name))
            .find(|place| place.symlink_metadata().is_err())
            .unwrap_or_else(|| all.join(name));
        fs::rename(&folder, &place).map_err(|source| Error::io("move to", &place, &source))?;
        Ok(retired)
    }

    /// When the last of what a generation issued ends, as the ledger and the copies say. Either may
    /// be lost.
    fn last_end(&self, name: &str) -> Result<Option<OffsetDateTime>> {
        let known = self.existing_ledger().and_then(|ledger| match ledger {
            Some(ledger) => Ok(ledger.summary(name)?.1),
            None => Ok(None),
        });
        let known = match known {
            Err(error) if error.kind() == ErrorKind::CaBroken => None,
            other => other?,
        };
        let folder = |name: &String| generation::issuing(&self.home.join(name));
        let own = folder(&name.to_owned());
        let others: Vec<Certificate> = orphans(&self.home)?.iter().filter_map(folder).collect();
        let copies = self.copies()?;
        let ends = copies
            .iter()
            .filter_map(|path| generation::certificates(path).ok())
            .filter_map(|mut all| (!all.is_empty()).then(|| all.swap_remove(0)))
            .filter(|copy| match &own {
                Some(own) => is_by(copy, own),
                // What nobody else issued may be of the one that cannot be read.
                None => !others.iter().any(|other| is_by(copy, other)),
            })
            .map(|copy| copy.validity().not_after());
        Ok(ends.max().max(known))
    }

    /// The files that hold what was issued.
    fn copies(&self) -> Result<Vec<PathBuf>> {
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

    /// Encrypts the keys of the current generation with a new password, or with none.
    ///
    /// Fails with [`ErrorKind::Unsupported`] for an adopted CA, whose key is another program's.
    pub fn change_password(&self, old: Option<&Password>, new: Option<&Password>) -> Result<()> {
        let _lock = take_turn(&self.home)?;
        // Another process may have made a successor since this one opened the CA.
        let current = Self::open(&self.home)?.current;
        if current.is_adopted() {
            return Err(Error::new(
                ErrorKind::Unsupported,
                "the CA's key belongs to mkcert, which reads no encrypted keys",
            ));
        }
        let folder = current.folder();
        let keys =
            [generation::INTERMEDIATE_KEY, generation::ROOT_KEY].map(|name| folder.join(name));
        files::settle(keys.iter().map(PathBuf::as_path))?;
        current.unlock(old)?;
        let mut changed = Vec::new();
        for path in keys.into_iter().filter(|path| path.exists()) {
            let key = PrivateKey::from_bytes(&files::read(&path)?, old)
                .map_err(|error| error.about(path.display()))?;
            changed.push(NewFile {
                path,
                contents: create::private(&key, new)?,
                private: true,
            });
        }
        files::write(changed, Existing::Replace)
    }

    fn record(
        &self,
        issued: &Issued,
        places: &[String],
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
            files: places,
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

    fn issued_path(&self, certificate: &Certificate) -> PathBuf {
        self.home
            .join(ISSUED)
            .join(format!("{}.crt", certificate.serial_hex()))
    }
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

/// A generation that was given up.
#[derive(Clone, Debug)]
pub struct Retired {
    /// Its root, if that could be read.
    pub root: Option<Certificate>,
    /// The folder of the program whose CA it was, where the key still lies.
    pub key_left_in: Option<PathBuf>,
    /// When the last of what it issued ends, if that is still to come.
    pub in_use_until: Option<OffsetDateTime>,
}

/// Something about the CA that its user should know, though the work was done.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Notice {
    /// Its end is less than a year away.
    EndsSoon {
        /// The last second of the issuing certificate.
        ends: OffsetDateTime,
    },
    /// Others may write to its folder, and that cannot be changed here.
    HomeExposed {
        /// The folder.
        home: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// Others may read its key, and that cannot be changed here.
    KeyExposed {
        /// The key.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// Its folder cannot be written to, so the ledger does not know the certificate.
    NotRecorded {
        /// The folder.
        home: PathBuf,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EndsSoon { ends } => {
                write!(
                    f,
                    "the CA ends on {}; make its successor: certwright ca rotate",
                    to_rfc3339(*ends)
                )
            }
            Self::HomeExposed { home, mode } => {
                write!(
                    f,
                    "others may write to the CA's folder {} (mode {mode:04o}), and that cannot be changed here",
                    home.display()
                )
            }
            Self::KeyExposed { path, mode } => {
                write!(
                    f,
                    "others may read the CA's key {} (mode {mode:04o}), and that cannot be changed here",
                    path.display()
                )
            }
            Self::NotRecorded { home } => {
                write!(
                    f,
                    "{} cannot be written to, so the ledger does not know this certificate",
                    home.display()
                )
            }
        }
    }
}

/// What nobody takes now is not to displace a CA that works.
fn require_valid(chain: &[Certificate], now: OffsetDateTime) -> Result<()> {
    match chain.iter().find(|ca| !ca.validity().contains(now)) {
        None => Ok(()),
        Some(ca) => Err(Error::new(
            ErrorKind::Expired,
            format!(
                "{} is valid from {}, and now is {}, so nobody would take what it issues",
                ca.subject(),
                ca.validity(),
                to_rfc3339(now)
            ),
        )
        .with_hint("take a CA that is valid, or make one: certwright ca init")),
    }
}

/// Whoever may write to the folder could put a CA of their own in its place.
fn require_guarded(home: &Path) -> Result<()> {
    if !home.exists() {
        return Ok(());
    }
    match files::exposure(home)? {
        Exposure::Mendable(mode) if mode & OTHERS_WRITE != 0 => Err(Error::new(
            ErrorKind::KeyExposed,
            format!(
                "others may write to the CA's folder {} (mode {mode:04o}), and put a CA of theirs in its place",
                home.display()
            ),
        )
        .with_hint(format!(
            "if nobody has: chmod go-w {}; else make a new CA",
            home.display()
        ))),
        _ => Ok(()),
    }
}

/// Waits for the lock of a folder, and completes what a killed process had begun.
fn take_turn(home: &Path) -> Result<Lock> {
    require_guarded(home)?;
    let lock = Lock::wait(&home.join(LOCK))?;
    settle_staged(home)?;
    Ok(lock)
}

/// The error for a folder whose current generation has no name.
fn unnamed(home: &Path) -> Result<Error> {
    Ok(match orphans(home)?.as_slice() {
        [] => Error::new(
            ErrorKind::CaMissing,
            format!("there is no local CA in {}", home.display()),
        )
        .with_hint("make one: certwright ca init"),
        [orphan, ..] => Error::new(
            ErrorKind::CaBroken,
            format!(
                "the CA's folder {} has {orphan} and lacks the file current, which names it",
                home.display()
            ),
        )
        .with_hint(format!(
            "if that is the CA: echo {orphan} > {}",
            home.join(CURRENT).display()
        )),
    })
}

/// Tells whether a certificate names a CA as its issuer, by name and key.
fn is_by(certificate: &Certificate, ca: &Certificate) -> bool {
    certificate.issuer_der() == ca.subject_der()
        && certificate
            .authority_key_identifier()
            .is_none_or(|id| id == ca.key_identifier())
}

/// Removes the keys of a generation, and what a killed process left of them beside.
fn remove_keys(folder: &Path) -> Result<()> {
    let keys = [generation::INTERMEDIATE_KEY, generation::ROOT_KEY];
    let entries = fs::read_dir(folder).map_err(|source| Error::io("read", folder, &source))?;
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let visible = name.strip_prefix('.').unwrap_or(&name);
        if keys.iter().any(|key| visible.starts_with(key)) {
            let path = entry.path();
            fs::remove_file(&path).map_err(|source| Error::io("remove", &path, &source))?;
        }
    }
    Ok(())
}

/// Orders certificates from the key's own to a self-signed one.
fn to_root(certificates: &[Certificate], key: &PrivateKey) -> Result<Vec<Certificate>> {
    let own = certificates
        .iter()
        .find(|certificate| certificate.require_key(key).is_ok());
    let Some(own) = own else {
        // Says which key it is and which certificate it is not for.
        certificates
            .iter()
            .try_for_each(|certificate| certificate.require_key(key))?;
        return Err(Error::new(
            ErrorKind::NotFound,
            "there is no certificate for the key",
        ));
    };
    let mut chain = vec![own.clone()];
    while let Some(last) = chain.last().filter(|last| !last.is_self_issued()).cloned() {
        let next = certificates.iter().find(|next| {
            next.subject_der() == last.issuer_der()
                && last.verify_signed_by(next.public_key()).is_ok()
                && !chain.contains(next)
        });
        match next {
            Some(next) => chain.push(next.clone()),
            None => {
                return Err(Error::new(
                    ErrorKind::CaBroken,
                    format!(
                        "the certificate of {}, which signed {}, is missing",
                        crate::name::Subject::from_der(last.issuer_der()),
                        last.subject()
                    ),
                )
                .with_hint("give the certificates up to the root: --chain FILE"));
            }
        }
    }
    let root = &chain[chain.len() - 1];
    root.verify_signed_by(root.public_key())?;
    Ok(chain)
}

fn current_name(home: &Path) -> Result<Option<String>> {
    let path = home.join(CURRENT);
    match fs::read_to_string(&path) {
        Ok(text) => {
            let name = text.trim_end();
            let sound = name.starts_with("ca-")
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
            if sound {
                return Ok(Some(name.to_owned()));
            }
            Err(Error::new(
                ErrorKind::CaBroken,
                format!("{} does not name a generation of the CA", path.display()),
            ))
        }
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::io("read", &path, &source)),
    }
}

/// The generations' folders that lie in a home.
fn orphans(home: &Path) -> Result<Vec<String>> {
    let entries = match fs::read_dir(home) {
        Ok(entries) => entries,
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(Error::io("read", home, &source)),
    };
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.starts_with("ca-"))
        .collect();
    names.sort();
    Ok(names)
}

fn staged(home: &Path, name: &str) -> PathBuf {
    home.join(format!(".{name}.new"))
}

/// Completes the generation that `current` names, and removes those that nothing came to name: a
/// process was killed while it made them, and their keys need not lie about.
fn settle_staged(home: &Path) -> Result<()> {
    let current = current_name(home)?;
    for entry in fs::read_dir(home)
        .map_err(|source| Error::io("read", home, &source))?
        .flatten()
    {
        let file_name = entry.file_name().to_string_lossy().into_owned();
        let Some(name) = file_name
            .strip_prefix('.')
            .and_then(|rest| rest.strip_suffix(".new"))
        else {
            continue;
        };
        if current.as_deref() == Some(name) {
            publish(home, name)?;
        } else if name.starts_with("ca-") {
            let abandoned = entry.path();
            fs::remove_dir_all(&abandoned)
                .map_err(|source| Error::io("remove", &abandoned, &source))?;
        }
    }
    Ok(())
}

fn publish(home: &Path, name: &str) -> Result<()> {
    let (made, place) = (staged(home, name), home.join(name));
    if !place.exists() {
        return fs::rename(&made, &place).map_err(|source| Error::io("make", &place, &source));
    }
    // A CA that was there already was taken in again, and that process killed.
    let root = |folder: &Path| files::read(&folder.join(generation::ROOT));
    if root(&made)? != root(&place)? {
        return Err(Error::new(
            ErrorKind::CaBroken,
            format!(
                "{} and {} are two CAs of one name",
                made.display(),
                place.display()
            ),
        )
        .with_hint("move the one away that is not wanted"));
    }
    fs::remove_dir_all(&made).map_err(|source| Error::io("remove", &made, &source))
}

fn absolute(path: &Path) -> String {
    std::path::absolute(path)
        .unwrap_or_else(|_| path.to_owned())
        .display()
        .to_string()
}

const CURRENT: &str = "current";
const ISSUED: &str = "issued";
const LEDGER: &str = "ledger.sqlite";
const LOCK: &str = "lock";
const RETIRED: &str = "retired";
/// Permissions to write, for the group and for all others.
const OTHERS_WRITE: u32 = 0o022;
/// Long enough for the longest leaf that browsers on Apple's systems take to be made anew by its successor.
const WARN_BEFORE_END: Duration = Duration::days(365);

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::crypto::Algorithm;
    use crate::der;
    use crate::files::faults::failing;
    use crate::name::Subject;
    use crate::profile::{Profile, Purposes};
    use crate::validity::{Lifetime, Validity};

    const NOW: OffsetDateTime = datetime!(2026-11-21 12:00 UTC);

    fn plan() -> Plan {
        Plan {
            algorithm: Algorithm::P256,
            constraints: None,
            lifetime: Lifetime::years(1),
            subject: Subject::empty(),
            keep_root_key: false,
            password: None,
        }
    }

    /// A CA made elsewhere, whose key usage is as given.
    fn foreign(usages: [u8; 2]) -> (Certificate, PrivateKey) {
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
    fn an_import_that_was_killed_is_completed_or_cleared_by_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        let (root, key) = foreign([1, 6]);
        let again = || PrivateKey::from_pkcs8(&key.to_der(Default::default()).unwrap()).unwrap();
        let import = || Authority::import(&home, std::slice::from_ref(&root), again(), None, NOW);
        let name = import().unwrap().current().name().to_owned();
        // Killed before the folder was moved to its place.
        fs::rename(home.join(&name), staged(&home, &name)).unwrap();
        assert_eq!(import().unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(Authority::open(&home).unwrap().current().name(), name);
        // What earlier versions left when it was run again.
        files::make_private_folder(&staged(&home, &name)).unwrap();
        fs::copy(
            home.join(&name).join("root.crt"),
            staged(&home, &name).join("root.crt"),
        )
        .unwrap();
        Authority::add_generation(&home, &plan(), NOW).unwrap();
        assert!(!staged(&home, &name).exists());
        // But another CA of that name is not thrown away.
        fs::write(home.join(CURRENT), &name).unwrap();
        files::make_private_folder(&staged(&home, &name)).unwrap();
        fs::write(staged(&home, &name).join("root.crt"), "another").unwrap();
        let error = Authority::add_generation(&home, &plan(), NOW).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::CaBroken);
        assert!(staged(&home, &name).exists());
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

    #[test]
    fn a_list_is_made_only_for_a_root_that_may_sign_one() {
        for (usages, may) in [([1, 6], true), ([2, 4], false)] {
            let folder = tempfile::tempdir().unwrap();
            let (root, key) = foreign(usages);
            assert_eq!(root.may_sign_revocation_lists(), may);
            let made = Authority::import(folder.path(), &[root], key, None, NOW).unwrap();
            let list = made.current().folder().join(generation::ROOT_CRL);
            assert_eq!(list.exists(), may);
            let (issuer, _) = made.current().unlock(None).unwrap();
            assert_eq!(create::empty_list(&issuer).is_ok(), may);
        }
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
                let before = count();
                let (_, taken) = failing(&[(step, step + length)], || {
                    authority.deliver(&issued, outputs, Existing::Replace, now)
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
