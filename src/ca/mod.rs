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

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use time::{Duration, OffsetDateTime};

pub use create::{BACKDATING, Plan};
pub use generation::Generation;
pub use ledger::{Entry, Ledger};

use crate::cert::{Certificate, Issuer};
use crate::error::{Error, ErrorKind, Result};
use crate::files::{self, Existing, Exposure, Lock, NewFile};
use crate::issue::{Signatory, Template, issue};
use crate::key::{Password, PrivateKey};
use crate::name::{NameConstraints, Permission};
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
    /// Fails with [`ErrorKind::CaMissing`] if there is none, and with [`ErrorKind::CaBroken`] if it
    /// is not whole; nothing is ever repaired by replacing.
    pub fn open(home: &Path) -> Result<Self> {
        let Some(name) = current_name(home)? else {
            return match orphans(home)?.as_slice() {
                [] => Err(Error::new(ErrorKind::CaMissing, format!("there is no local CA in {}", home.display()))
                    .with_hint("make one: certwright ca init")),
                [orphan, ..] => Err(Error::new(
                    ErrorKind::CaBroken,
                    format!("the CA's folder {} has {orphan} and lacks the file current, which names it", home.display()),
                )
                .with_hint(format!("if that is the CA: echo {orphan} > {}", home.join(CURRENT).display()))),
            };
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
        let _lock = Lock::wait(&home.join(LOCK))?;
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
        let _lock = Lock::wait(&home.join(LOCK))?;
        if current_name(home)?.is_none() {
            Self::open(home)?;
        }
        Self::install(home, &create::make(plan, now)?)
    }

    /// Takes a CA made elsewhere as the generation that issues henceforth.
    ///
    /// The certificates are its own, then those towards its root. The key is copied, encrypted if
    /// there is a password. Fails with [`ErrorKind::CaBroken`] if the certificates do not lead to a
    /// self-signed one, and as [`Issuer::new`] does.
    pub fn import(
        home: &Path,
        certificates: &[Certificate],
        key: PrivateKey,
        password: Option<&Password>,
    ) -> Result<Self> {
        use generation::{INTERMEDIATE, INTERMEDIATE_KEY, ROOT, ROOT_CRL, ROOT_KEY};
        let chain = to_root(certificates, &key)?;
        let (issuing, root) = (&chain[0], &chain[chain.len() - 1]);
        let secret = create::private(&key, password)?;
        let issuer = Issuer::new(issuing.clone(), key)?;
        let mut made = vec![(ROOT, create::public(root), false)];
        if chain.len() == 1 {
            made.push((ROOT_KEY, secret, true));
            made.push((ROOT_CRL, create::empty_list(&issuer)?, false));
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
    /// Fails with [`ErrorKind::NotFound`] if the folder is not mkcert's, and as [`Issuer::new`] does.
    pub fn adopt(home: &Path, folder: &Path) -> Result<Self> {
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
        let _lock = Lock::wait(&home.join(LOCK))?;
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

    /// Writes a generation: whole under a hidden name, then named as current, then moved.
    fn install(home: &Path, made: &create::Made) -> Result<Self> {
        settle_staged(home)?;
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
        let ends = issuer.certificate().validity().not_after();
        if ends - now < WARN_BEFORE_END {
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
        template.validity = template
            .validity
            .clipped_to(&issuer.certificate().validity())?;
        let clipped = template.validity.not_after() < wanted;
        let certificate = issue(&template, Signatory::Issuer(issuer))
            .map_err(|error| self.explain_scope(error))?;
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

    /// Opens the ledger.
    pub fn ledger(&self) -> Result<Ledger> {
        Ledger::open(&self.home.join(LEDGER))
    }

    /// Gives an old generation up: its folder is moved to `retired` and its key removed. Returns its
    /// root, if that can be read.
    ///
    /// Fails with [`ErrorKind::InvalidValue`] for the current generation, with
    /// [`ErrorKind::NotFound`], and with [`ErrorKind::Expired`] (turned round: not yet) while
    /// something that it issued is still valid, unless that is `forced`.
    pub fn retire(
        &self,
        name: &str,
        forced: bool,
        now: OffsetDateTime,
    ) -> Result<Option<Certificate>> {
        let _lock = Lock::wait(&self.home.join(LOCK))?;
        if name == self.current.name() {
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
        let last = self.ledger()?.summary(name)?.1;
        if let Some(last) = last.filter(|last| *last >= now && !forced) {
            return Err(Error::new(
                ErrorKind::Expired,
                format!("what {name} issued is in use until {}", to_rfc3339(last)),
            )
            .with_hint("retire it then, or now with --force"));
        }
        // One that is broken is retired all the same, and only its root is of interest then.
        let root = files::read(&self.home.join(name).join(generation::ROOT));
        let root = root
            .and_then(|bytes| Certificate::all_from_bytes(&bytes))
            .ok()
            .and_then(|mut all| all.pop());
        let retired = self.home.join(RETIRED);
        files::make_private_folder(&retired)?;
        let place = retired.join(name);
        fs::rename(self.home.join(name), &place)
            .map_err(|source| Error::io("move to", &place, &source))?;
        for key in [generation::INTERMEDIATE_KEY, generation::ROOT_KEY] {
            let path = place.join(key);
            if path.exists() {
                fs::remove_file(&path).map_err(|source| Error::io("remove", &path, &source))?;
            }
        }
        Ok(root)
    }

    /// Encrypts the keys of the current generation with a new password, or with none.
    ///
    /// Fails with [`ErrorKind::Unsupported`] for an adopted CA, whose key is another program's.
    pub fn change_password(&self, old: Option<&Password>, new: Option<&Password>) -> Result<()> {
        if self.current.is_adopted() {
            return Err(Error::new(
                ErrorKind::Unsupported,
                "the CA's key belongs to mkcert, which reads no encrypted keys",
            ));
        }
        let _lock = Lock::wait(&self.home.join(LOCK))?;
        let folder = self.current.folder();
        let keys =
            [generation::INTERMEDIATE_KEY, generation::ROOT_KEY].map(|name| folder.join(name));
        files::settle(keys.iter().map(PathBuf::as_path))?;
        self.current.unlock(old)?;
        let mut changed = Vec::new();
        for name in [generation::INTERMEDIATE_KEY, generation::ROOT_KEY] {
            let path = folder.join(name);
            if path.exists() {
                let key = PrivateKey::from_bytes(&files::read(&path)?, old)
                    .map_err(|error| error.about(path.display()))?;
                changed.push(NewFile {
                    path,
                    contents: create::private(&key, new)?,
                    private: true,
                });
            }
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

    /// An adopted CA cannot be widened, since its key makes no new generations of it.
    fn explain_scope(&self, error: Error) -> Error {
        match error.kind() {
            ErrorKind::OutOfScope if self.current.is_adopted() => {
                error.with_hint("use a CA of certwright's own: certwright ca rotate")
            }
            _ => error,
        }
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

/// Something about the CA that its user should know, though the work was done.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Notice {
    /// Its end is less than a year away.
    EndsSoon {
        /// The last second of the issuing certificate.
        ends: OffsetDateTime,
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

/// The constraints of the current generation, with more permitted.
///
/// Works for a generation that can no longer issue. Fails with [`ErrorKind::CaMissing`], and with
/// [`ErrorKind::CaBroken`] if not even its root can be read.
pub fn present_constraints(home: &Path, more: &[Permission]) -> Result<Option<NameConstraints>> {
    let name = match current_name(home)? {
        Some(name) => name,
        None => return Authority::open(home).map(|_| None),
    };
    let path = home.join(name).join(generation::ROOT);
    let root = files::read(&path).and_then(|bytes| Certificate::all_from_bytes(&bytes)).map_err(|error| {
        Error::new(ErrorKind::CaBroken, format!("the CA's root {} cannot be read: {error}", path.display()))
            .with_hint("bring it back from a backup, or begin anew in another folder: certwright --home DIR ca init")
    })?;
    let mut constraints = root[0].name_constraints().cloned();
    if let Some(constraints) = &mut constraints {
        more.iter()
            .for_each(|permission| constraints.permit(permission));
    }
    Ok(constraints)
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
    let place = home.join(name);
    fs::rename(staged(home, name), &place).map_err(|source| Error::io("make", &place, &source))
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
/// Long enough for the longest leaf that browsers on Apple's systems take to be made anew by its successor.
const WARN_BEFORE_END: Duration = Duration::days(365);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Algorithm;
    use crate::files::faults::failing;
    use crate::name::Subject;
    use crate::profile::{Profile, Purposes};
    use crate::validity::{Lifetime, Validity};

    #[test]
    fn what_is_delivered_is_recorded_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let now = OffsetDateTime::UNIX_EPOCH + Duration::days(20_000);
        let plan = Plan {
            algorithm: Algorithm::P256,
            constraints: None,
            lifetime: Lifetime::years(10),
            subject: Subject::empty(),
            keep_root_key: false,
            password: None,
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
