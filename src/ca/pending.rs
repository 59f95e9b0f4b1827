//! A request for the certificate of the CA, which somebody else's CA is to answer.
//!
//! The key and the request wait in the folder `pending`. They are written together with the file that is
//! handed in, so that whatever was handed in can be answered.

use std::fs;
use std::path::{Path, PathBuf};

use super::ListUrl;
use super::create::{Plan, key_file};
use super::generation::{self, INTERMEDIATE_KEY, REQUEST, is_encrypted};
use super::home::{current_name, generation_names, staged, take_turn};
use super::list_url::LIST_URL;
use super::retire::RETIRED;
use crate::crypto;
use crate::csr::CertificateRequest;
use crate::error::{Error, ErrorKind, Result};
use crate::files::{self, Existing, NewFile};
use crate::issue::authority_request;
use crate::key::PrivateKey;
use crate::name::Subject;
use crate::profile::Profile;

/// A request that waits for its answer.
#[derive(Clone, Debug)]
pub struct Pending {
    folder: PathBuf,
    request: CertificateRequest,
}

impl Pending {
    /// Makes a key and a request for a CA of a plan, and writes the request to a file too.
    ///
    /// Fails with [`ErrorKind::AlreadyExists`] if one waits already or the file is there, unless they may be
    /// replaced, and as [`files::write()`] does; then everything is as before.
    pub fn make(home: &Path, plan: &Plan, output: &Path, existing: Existing) -> Result<Self> {
        files::make_private_folder(home)?;
        let _lock = take_turn(home)?;
        settle(home)?;
        if let Some(there) = Self::read(home)?.filter(|_| existing == Existing::Keep) {
            return Err(there.in_the_way());
        }
        let key = PrivateKey::generate(plan.algorithm)?;
        let profile = Profile::intermediate(plan.path_length, plan.constraints.clone());
        let request = authority_request(&profile, &subject(plan)?, &key)?;
        let folder = folder(home);
        files::make_private_folder(&folder)?;
        let made = vec![
            key_file(folder.join(INTERMEDIATE_KEY), &key, plan.password.as_ref())?,
            NewFile::public(folder.join(REQUEST), request.to_pem()),
            // Empty too, since it may take the place of one that is not.
            ListUrl::file_in(plan.list_url.as_ref(), &folder),
            NewFile::public(output, request.to_pem()),
        ];
        files::write(made, existing).inspect_err(|_| {
            // Only if it is empty.
            let _ = fs::remove_dir(&folder);
        })?;
        Ok(Self { folder, request })
    }

    /// Reads the request that waits in the CA's folder, if there is one.
    ///
    /// Fails with [`ErrorKind::CaBroken`] if it cannot be read or lacks its key.
    pub fn read(home: &Path) -> Result<Option<Self>> {
        let folder = folder(home);
        let bytes = match files::read(&folder.join(REQUEST)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            bytes => bytes?,
        };
        let request = CertificateRequest::from_bytes(&bytes)
            .map_err(|error| broken(&folder.join(REQUEST), &error.to_string()))?;
        let this = Self { folder, request };
        if this.is_answered(home)? {
            return Ok(None);
        }
        match this.key_path().exists() {
            true => Ok(Some(this)),
            false => Err(broken(&this.key_path(), "it is not there")),
        }
    }

    /// Returns what is asked for.
    pub fn request(&self) -> &CertificateRequest {
        &self.request
    }

    /// Returns the place of the request.
    pub fn path(&self) -> PathBuf {
        self.folder.join(REQUEST)
    }

    /// Returns the place of its key.
    pub fn key_path(&self) -> PathBuf {
        self.folder.join(INTERMEDIATE_KEY)
    }

    /// Returns where the lists of what the CA will issue are published, if its certificates are to tell that.
    ///
    /// Fails with [`ErrorKind::CaBroken`] if the file that says it holds something else.
    pub fn list_url(&self) -> Result<Option<ListUrl>> {
        ListUrl::written(&self.folder)
    }

    /// Tells whether its key is encrypted.
    pub fn is_key_encrypted(&self) -> Result<bool> {
        is_encrypted(&self.key_path())
    }

    /// Tells whether a generation issues by its key: then a process was killed before it took the request
    /// away.
    fn is_answered(&self, home: &Path) -> Result<bool> {
        if current_name(home)?.is_none() {
            return Ok(false);
        }
        // It may have been followed by others since, and be retired. What has lost its key issues by none.
        let names = generation_names(home)?;
        let here = names.iter().map(|name| home.join(name));
        let here = here.filter(|folder| folder.join(INTERMEDIATE_KEY).exists());
        let retired = fs::read_dir(home.join(RETIRED)).into_iter().flatten();
        let retired = retired.flatten().map(|entry| entry.path());
        let mut issuing = here
            .chain(retired)
            .filter_map(|it| generation::issuing(&it));
        Ok(issuing.any(|ca| ca.public_key() == self.request.public_key()))
    }

    fn in_the_way(&self) -> Error {
        let told = format!(
            "the request for {} waits for its answer already, in {}",
            self.request.subject(),
            self.folder.display()
        );
        Error::new(ErrorKind::AlreadyExists, told).with_hint(
            "take the answer in: certwright ca import ANSWER; or give this request up with --force",
        )
    }
}

/// Where a request waits.
pub(super) fn folder(home: &Path) -> PathBuf {
    home.join(PENDING)
}

/// Tells whether a request waits in a CA's folder, without reading it.
pub(super) fn is_there(home: &Path) -> bool {
    folder(home).join(REQUEST).exists()
}

/// Completes what a killed process had begun to write. The lock is held.
pub(super) fn settle(home: &Path) -> Result<()> {
    let folder = folder(home);
    if !folder.exists() {
        return Ok(());
    }
    let places = [INTERMEDIATE_KEY, REQUEST, LIST_URL].map(|name| folder.join(name));
    files::settle(places.iter().map(PathBuf::as_path))?;
    if is_there(home) && Pending::read(home)?.is_none() {
        remove(home)?;
    }
    Ok(())
}

/// Takes an answered request away, first under a name by which whoever comes after a kill removes it.
pub(super) fn remove(home: &Path) -> Result<()> {
    let (folder, aside) = (folder(home), staged(home, ANSWERED));
    fs::rename(&folder, &aside).map_err(|source| Error::io("remove", &folder, &source))?;
    fs::remove_dir_all(&aside).map_err(|source| Error::io("remove", &aside, &source))
}

/// A common name that was given is the CA's; without one it has a random tag, as all CAs made here.
fn subject(plan: &Plan) -> Result<Subject> {
    if !plan.subject.common_names().is_empty() {
        return Ok(plan.subject.clone());
    }
    let tag = data_encoding::HEXLOWER.encode(&crypto::random::<4>()?);
    let subject = plan.subject.clone();
    subject.with_common_name(&format!("certwright intermediate {tag}"))
}

fn broken(path: &Path, why: &str) -> Error {
    let told = format!(
        "the file {} of the request that waits cannot be used: {why}",
        path.display()
    );
    Error::new(ErrorKind::CaBroken, told).with_hint(
        "bring it back from a backup; or ask anew: certwright ca init --request FILE --force",
    )
}

const PENDING: &str = "pending";
/// Never the name of a generation, whose names end in hexadecimal digits.
const ANSWERED: &str = "ca-answered";
