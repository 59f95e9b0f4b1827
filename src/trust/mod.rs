//! The stores that clients trust by: whether a CA is in one, putting it there, and taking it out.
//!
//! Each store stands in a file of its own and fails alone. A store is a place that was found; finding
//! them takes the home folder and the like as arguments.

use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use serde::Serialize;

use crate::cert::Certificate;
use crate::crypto;
use crate::error::Result;
use crate::fingerprint::Form;

// A blank line between two keeps rustfmt from sorting them.

pub mod process;

pub mod nss;

pub mod browsers;

pub mod environment;

pub mod system;

pub mod java;

// The systems that keep no files, asked by their own programs.

pub mod macos;

pub mod windows;

// For other machines and phones, whose stores cannot be reached from here.

pub mod mobileconfig;

mod page;

pub mod serve;

use self::process::{Runner, Step};

/// The machine whose stores are looked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Machine {
    /// The folder that the system's own paths are under: `/`, or that of an image.
    pub root: PathBuf,
    /// The system under that folder is the one that runs; else its programs are run by chroot.
    pub running: bool,
    /// What runs programs, and with what rights.
    pub runner: Runner,
}

/// The two changes that a store knows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Change {
    /// See [`Store::install`].
    Install,
    /// See [`Store::remove`].
    Remove,
}

/// What a change would do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Plan {
    /// All is as it is to be.
    Nothing,
    /// These steps, in their order.
    Steps(Vec<Step>),
    /// A database is changed in its place, by no program.
    Edit(PathBuf),
}

/// How a CA stands in a store that could be read.
///
/// A store that could not be read, or that can be read and not be judged, is an error, whose sentence
/// and hint are the reason.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The clients of this store trust it for TLS servers.
    Trusted,
    /// The certificate is there, and they do not trust it: somebody took the trust away, or what says
    /// so was not written by a program that may.
    Untrusted,
    /// The certificate is not there, or there is no store yet.
    Missing,
}

/// One place that clients take their CAs from.
///
/// A CA is always found by its certificate, never by the name that a store knows it by.
pub trait Store {
    /// Returns what the store is called in a report, such as `nss: firefox default-esr`.
    fn name(&self) -> String;

    /// Returns the file or folder that holds it.
    fn place(&self) -> PathBuf;

    /// Tells how a CA stands, changing nothing.
    fn state(&self, ca: &Certificate) -> Result<State>;

    /// Makes the store's clients trust a CA, and reads it back. Nothing is written if they do already.
    fn install(&self, ca: &Certificate) -> Result<()>;

    /// Takes a CA out with all that belongs to it, and looks whether it is gone. A store without it is
    /// left as it is.
    fn remove(&self, ca: &Certificate) -> Result<()>;

    /// Tells what a change would do, doing nothing.
    fn plan(&self, change: Change, ca: &Certificate) -> Result<Plan> {
        Ok(match (change, self.state(ca)?) {
            (Change::Install, State::Trusted) | (Change::Remove, State::Missing) => Plan::Nothing,
            _ => Plan::Edit(self.place()),
        })
    }

    /// Tells whether a change takes root's rights.
    fn needs_root(&self) -> bool {
        false
    }

    /// Finds the CAs that were made here, those too whose folder is gone: each has a common name that
    /// only this program gives, and stands where this program puts it.
    fn ours(&self) -> Result<Vec<Certificate>>;
}

/// Tells whether a root's common name is one that this program gives: `certwright root TAG`.
fn has_our_name(certificate: &Certificate) -> bool {
    let names = certificate.subject().common_names();
    let tagged = names.iter().any(|name| {
        let tag = name.strip_prefix("certwright root ");
        tag.is_some_and(|tag| !tag.is_empty() && tag.chars().all(|c| c.is_ascii_alphanumeric()))
    });
    tagged && certificate.is_authority() && certificate.is_self_issued()
}

/// What our file or entry for a CA is called, without an ending.
fn name_for(ca: &Certificate) -> String {
    let fingerprint = ca.fingerprint().to_text(Form::Hex);
    format!("{PREFIX}{}", &fingerprint[..8])
}

/// A place for a file that another program is to read or write, under a name that nobody foresees: the
/// folder may be one in which all may write.
fn unforeseen(folder: &Path) -> Result<PathBuf> {
    let random = HEXLOWER.encode(&crypto::random::<8>()?);
    Ok(folder.join(format!("{PREFIX}{random}.crt")))
}

/// By which what was put there by this program is known again.
const PREFIX: &str = "certwright-";
