//! The stores that clients trust by: whether a CA is in one, putting it there, and taking it out.
//!
//! Each store stands in a file of its own and fails alone. A store is a place that was found; finding
//! them takes the home folder and the like as arguments.

use std::path::PathBuf;

use serde::Serialize;

use crate::cert::Certificate;
use crate::error::Result;

// A blank line between two keeps rustfmt from sorting them.

pub mod nss;

pub mod browsers;

pub mod environment;

// For other machines and phones, whose stores cannot be reached from here.

pub mod mobileconfig;

mod page;

pub mod serve;

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
}
