//! One generation of the CA: a root, mostly an intermediate, and the key that issues.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::ListUrl;
use crate::cert::{Certificate, Issuer};
use crate::document::{Kind, documents};
use crate::error::{Error, ErrorKind, Result};
use crate::files::{self, Exposure};
use crate::key::{Password, PrivateKey};
use crate::name::{NameConstraints, Subject, Uri};

/// A generation's folder, read and found to be whole.
#[derive(Clone, Debug)]
pub struct Generation {
    name: String,
    folder: PathBuf,
    root: Certificate,
    /// The issuing CA first, towards the root; empty where the root issues itself.
    intermediates: Vec<Certificate>,
    key_path: PathBuf,
    adopted: bool,
    /// Where its lists are published, once that was looked up: each certificate of a long list asks for it.
    list_url: OnceLock<Option<Uri>>,
}

impl Generation {
    /// Reads a generation's folder.
    ///
    /// Fails with [`ErrorKind::CaBroken`], saying which part is missing, unreadable, or does not fit.
    pub fn read(folder: &Path) -> Result<Self> {
        let name = folder
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let root = first(certificates(&folder.join(ROOT))?);
        let has = |file: &str| folder.join(file).symlink_metadata().is_ok();
        let (intermediates, key_path, adopted) = if has(ADOPTED) {
            (Vec::new(), adopted_key(folder, &root)?, true)
        } else {
            match (has(INTERMEDIATE), has(INTERMEDIATE_KEY)) {
                (true, true) => (
                    certificates(&folder.join(INTERMEDIATE))?,
                    folder.join(INTERMEDIATE_KEY),
                    false,
                ),
                (false, false) if has(ROOT_KEY) => (Vec::new(), folder.join(ROOT_KEY), false),
                (true, false) => return Err(half(folder, INTERMEDIATE, INTERMEDIATE_KEY)),
                (false, true) => return Err(half(folder, INTERMEDIATE_KEY, INTERMEDIATE)),
                (false, false) => return Err(half(folder, ROOT, INTERMEDIATE)),
            }
        };
        let this = Self {
            name,
            folder: folder.to_owned(),
            root,
            intermediates,
            key_path,
            adopted,
            list_url: OnceLock::new(),
        };
        this.require_chain()?;
        Ok(this)
    }

    /// Returns its name, which is that of its folder.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the root, which clients are to trust.
    pub fn root(&self) -> &Certificate {
        &self.root
    }

    /// Returns the certificates that follow a leaf, the issuing CA first; empty where the root issues.
    pub fn intermediates(&self) -> &[Certificate] {
        &self.intermediates
    }

    /// Returns the certificate that issues.
    pub fn issuing(&self) -> &Certificate {
        self.intermediates.first().unwrap_or(&self.root)
    }

    /// Returns what it may issue for, as all certificates up to the root say.
    pub fn constraints(&self) -> Option<NameConstraints> {
        constraints(self.intermediates.iter().chain([&self.root]))
    }

    /// Returns where the list of what it issues is published, if its certificates are to tell that.
    pub fn list_url(&self) -> Result<Option<Uri>> {
        if let Some(known) = self.list_url.get() {
            return Ok(known.clone());
        }
        let folder = ListUrl::told_by(self.issuing(), &self.folder, &self.name)?;
        let url = folder.map(|url| url.of_issued(&self.name)).transpose()?;
        Ok(self.list_url.get_or_init(|| url).clone())
    }

    /// Returns the place of the key that issues.
    pub fn key_path(&self) -> &Path {
        &self.key_path
    }

    /// Returns the place of the root's certificate.
    pub fn root_path(&self) -> PathBuf {
        self.folder.join(ROOT)
    }

    /// Returns its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Tells whether its intermediate answers a request, so that its root is somebody else's.
    pub fn is_requested(&self) -> bool {
        self.folder.join(REQUEST).exists()
    }

    /// Tells whether its key lies where another program keeps it.
    pub fn is_adopted(&self) -> bool {
        self.adopted
    }

    /// Tells whether the key that issues is encrypted.
    pub fn is_key_encrypted(&self) -> Result<bool> {
        is_encrypted(&self.key_path)
    }

    /// Brings the issuing certificate and its key together, and tells who else may read the key.
    ///
    /// Fails with [`ErrorKind::KeyExposed`] if others may read the key and `chmod` could mend that,
    /// with [`ErrorKind::CaBroken`] if the key is damaged or another's, and as reading keys does.
    pub fn unlock(&self, password: Option<&Password>) -> Result<(Issuer, Exposure)> {
        let exposure = require_unread(&self.key_path)?;
        let issuer = issuer(self.issuing(), &self.key_path, password)?;
        let above = self.links().map(|(_, issuer)| issuer.clone());
        let above: Vec<Certificate> = above.collect();
        Ok((issuer.below(above), exposure))
    }

    /// Brings the root's certificate and its key together, where that was kept beside the CA's own.
    ///
    /// Fails with [`ErrorKind::NotFound`] if it was not, and as [`Self::unlock`] does.
    pub fn unlock_root(&self, password: Option<&Password>) -> Result<Issuer> {
        let key = self.folder.join(ROOT_KEY);
        if self.intermediates.is_empty() || !key.exists() {
            return Err(self.no_root_key());
        }
        require_unread(&key)?;
        issuer(&self.root, &key, password)
    }

    /// What is to be done where nobody here can revoke the CA.
    fn no_root_key(&self) -> Error {
        let (subject, name) = (self.issuing().subject(), &self.name);
        let give_up = format!(
            "make its successor and give it up, so that nobody trusts it: certwright ca rotate; then certwright ca retire {name} --force"
        );
        let (told, hint) = match self.intermediates.first() {
            None => (
                format!("{subject} is a root, which nobody can revoke"),
                give_up,
            ),
            Some(ca) if self.is_requested() => {
                // Lists of CAs between the two are not taken.
                let heard = match ca.issuer_der() == self.root.subject_der() {
                    true => " and take its list in: certwright ca import --crl FILE",
                    false => "",
                };
                (
                    format!(
                        "{subject} is the CA itself, which {} signed and alone can revoke",
                        Subject::from_der(ca.issuer_der())
                    ),
                    format!(
                        "have that CA revoke it{heard}; and ask for a successor: certwright ca rotate --request FILE"
                    ),
                )
            }
            Some(ca) => (
                format!(
                    "{subject} is the CA itself, and issued by {}, whose key is not kept",
                    Subject::from_der(ca.issuer_der())
                ),
                give_up,
            ),
        };
        Error::new(ErrorKind::NotFound, told).with_hint(hint)
    }

    /// Each certificate must name the next as its issuer, and the last the root.
    ///
    /// Names and key identifiers tell a wrong file; [`Self::verify`] checks signatures too, which
    /// would cost an `issue` a tenth of its time.
    fn require_chain(&self) -> Result<()> {
        for (certificate, issuer) in self.links() {
            let named = certificate.issuer_der() == issuer.subject_der();
            let identified = certificate
                .authority_key_identifier()
                .is_none_or(|id| id == issuer.key_identifier());
            if !(named && identified) {
                let why = format!(
                    "{} did not sign {}",
                    issuer.subject(),
                    certificate.subject()
                );
                return Err(broken(&self.folder.join(INTERMEDIATE), &why));
            }
        }
        Ok(())
    }

    /// Checks every signature from the issuing certificate to the root's own.
    ///
    /// Fails with [`ErrorKind::CaBroken`].
    pub fn verify(&self) -> Result<()> {
        for (certificate, issuer) in self.links().chain([(&self.root, &self.root)]) {
            certificate
                .verify_signed_by(issuer.public_key())
                .map_err(|error| broken(&self.folder, &error.to_string()))?;
        }
        Ok(())
    }

    /// Each certificate below the root, with the one that signed it.
    fn links(&self) -> impl Iterator<Item = (&Certificate, &Certificate)> {
        self.intermediates
            .iter()
            .zip(self.intermediates.iter().skip(1).chain([&self.root]))
    }
}

/// A CA's certificate with the key of a file.
fn issuer(ca: &Certificate, path: &Path, password: Option<&Password>) -> Result<Issuer> {
    let bytes = files::read(path)?;
    let key = PrivateKey::from_bytes(&bytes, password).map_err(|error| match error.kind() {
        ErrorKind::Malformed | ErrorKind::WrongKind => broken(path, &error.to_string()),
        ErrorKind::PasswordNeeded => error
            .with_hint("give the password of the CA's key with --ca-password-file FILE")
            .about("the CA"),
        _ => error.about(path.display()),
    })?;
    Issuer::new(ca.clone(), key).map_err(|error| match error.kind() {
        ErrorKind::KeyMismatch | ErrorKind::WrongKind => broken(path, &error.to_string()),
        _ => error,
    })
}

/// What a chain may issue for: of each kind of name what the lowest that limits it permits, and
/// nothing that any excludes.
pub(super) fn constraints<'a>(
    chain: impl IntoIterator<Item = &'a Certificate>,
) -> Option<NameConstraints> {
    chain
        .into_iter()
        .filter_map(Certificate::name_constraints)
        .cloned()
        .reduce(|lower, upper| lower.within(&upper))
}

/// Refuses a key that others may read, if `chmod` could mend that, and tells who may else.
pub(super) fn require_unread(key: &Path) -> Result<Exposure> {
    let exposure = files::exposure(key)?;
    let Exposure::Mendable(mode) = exposure else {
        return Ok(exposure);
    };
    let path = key.display();
    Err(Error::new(
        ErrorKind::KeyExposed,
        format!("the CA's key {path} may be read by others (mode {mode:04o})"),
    )
    .with_hint(format!(
        "if nobody has: chmod 600 {path}; else make a new CA"
    )))
}

/// The certificates of a generation's file.
pub(super) fn certificates(path: &Path) -> Result<Vec<Certificate>> {
    let read = files::read(path).and_then(|bytes| Certificate::all_from_bytes(&bytes));
    read.map_err(|error| broken(path, &error.to_string()))
}

/// The certificate that issues, even where its key is gone; none if it cannot be told or read.
pub(super) fn issuing(folder: &Path) -> Option<Certificate> {
    let has = |file: &&str| folder.join(file).symlink_metadata().is_ok();
    let file = if [INTERMEDIATE, INTERMEDIATE_KEY].iter().any(has) {
        INTERMEDIATE
    } else if [ROOT_KEY, ADOPTED].iter().any(has) {
        ROOT
    } else {
        return None;
    };
    certificates(&folder.join(file)).ok().map(first)
}

/// Tells whether a key's file holds it encrypted.
pub(super) fn is_encrypted(path: &Path) -> Result<bool> {
    let bytes = files::read(path)?;
    let mut kinds = documents(&bytes)?.flatten().map(|document| document.kind);
    Ok(kinds.any(|kind| {
        matches!(
            kind,
            Kind::EncryptedPrivateKey | Kind::LegacyEncryptedKey(_)
        )
    }))
}

/// The folder of the program that an adopted CA belongs to; none if the CA is not adopted.
pub(super) fn adopted_folder(folder: &Path) -> Result<Option<PathBuf>> {
    let pointer = folder.join(ADOPTED);
    match fs::read_to_string(&pointer) {
        Ok(text) => Ok(Some(PathBuf::from(text.trim_end_matches('\n')))),
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(broken(&pointer, &source.to_string())),
    }
}

/// The key of another program's CA, whose folder a file names.
fn adopted_key(folder: &Path, root: &Certificate) -> Result<PathBuf> {
    let pointer = folder.join(ADOPTED);
    let there = adopted_folder(folder)?.unwrap_or_default();
    let certificate = there.join(MKCERT_ROOT);
    let bytes = files::read(&certificate).map_err(|error| broken(&pointer, &error.to_string()))?;
    let same = Certificate::all_from_bytes(&bytes).is_ok_and(|all| all.contains(root));
    if !same {
        return Err(
            broken(&certificate, "it is no longer the CA that was adopted").with_hint(format!(
                "adopt it anew: certwright ca import {}",
                there.display()
            )),
        );
    }
    Ok(there.join(MKCERT_KEY))
}

fn first(certificates: Vec<Certificate>) -> Certificate {
    certificates
        .into_iter()
        .next()
        .expect("a file without certificates is refused when it is read")
}

fn half(folder: &Path, there: &str, missing: &str) -> Error {
    Error::new(
        ErrorKind::CaBroken,
        format!(
            "the CA's folder {} has {there} and lacks {missing}",
            folder.display()
        ),
    )
    .with_hint(
        "bring it back from a backup, or make a new generation beside it: certwright ca rotate",
    )
}

fn broken(path: &Path, why: &str) -> Error {
    Error::new(
        ErrorKind::CaBroken,
        format!("the CA's file {} cannot be used: {why}", path.display()),
    )
    .with_hint(
        "bring it back from a backup, or make a new generation beside it: certwright ca rotate",
    )
}

pub(super) const ROOT: &str = "root.crt";
pub(super) const ROOT_CRL: &str = "root.crl";
pub(super) const ROOT_KEY: &str = "root.key";
/// The list of what the intermediate issued, as it was last written.
pub(super) const INTERMEDIATE_CRL: &str = "intermediate.crl";
pub(super) const INTERMEDIATE: &str = "intermediate.crt";
pub(super) const INTERMEDIATE_KEY: &str = "intermediate.key";
/// The request that its intermediate answers, where another CA signed that.
pub(super) const REQUEST: &str = "intermediate.csr";
/// Holds the path of the folder where an adopted CA lies.
pub(super) const ADOPTED: &str = "adopted";
pub(super) const MKCERT_ROOT: &str = "rootCA.pem";
pub(super) const MKCERT_KEY: &str = "rootCA-key.pem";
