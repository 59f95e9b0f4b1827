//! Would clients accept this certificate, for this name, now? And if not, why not?
//!
//! Path building and judging after RFC 5280 §6, with every independent reason instead of the first. What
//! the RFC leaves to profiles is judged by a [`Policy`]. An untrusted certificate is an answer here, and
//! no error.

mod build;
mod clients;
mod judge;
mod names;
mod policy;
mod pool;
mod problem;
mod profile;
mod revocation;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use time::OffsetDateTime;

pub use clients::{Client, Column, columns};
pub use names::Reference;
pub use policy::Wanted;
pub use pool::{Pool, name_pair};
pub use problem::{Cause, Problem};

use crate::cert::Decoded;
use crate::crl::DecodedList;
use crate::error::{Error, ErrorKind, Result};

/// What is asked about a certificate.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// The end entity's certificate, in DER.
    pub certificate: &'a [u8],
    /// Others that a path may go through; what is not needed does no harm.
    pub intermediates: &'a Pool,
    /// Those that are trusted.
    pub anchors: &'a Pool,
    /// The name that the client asked for; none if that is not judged.
    pub name: Option<Reference>,
    /// What the certificate is to be used for.
    pub purpose: Purpose,
    /// The moment.
    pub at: OffsetDateTime,
    /// Which profile is a condition.
    pub policy: Policy,
    /// Which certificate policies are.
    pub policies: Wanted,
    /// The revocation lists to judge by; without any, revocation is not judged.
    pub lists: &'a [DecodedList],
    /// Whether they must tell of the end entity, under the policy `Browser` too; else they can only revoke.
    pub is_status_asked: bool,
}

/// What a certificate is to be used for.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Purpose {
    /// Whatever.
    Any,
    /// A TLS client.
    Client,
    /// A TLS server.
    #[default]
    Server,
}

/// Which profile is a condition, each with those before it.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub enum Policy {
    /// RFC 5280 §6, extended key usages along the path, and nothing else that it leaves to others.
    Rfc5280,
    /// What browsers and the strictest runtimes want, and the profile of the CA/Browser Forum where it
    /// concerns the safety of the answer.
    #[default]
    Browser,
    /// All that the rules of `lint` call an error.
    Strict,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The path that was accepted, or the one with the fewest problems: the end entity first. Empty if the
    /// certificate could not be read.
    pub path: Vec<Decoded>,
    /// Whether the last of the path is trusted.
    pub anchored: bool,
    /// Every reason why it is not accepted; none if it is.
    pub problems: Vec<Problem>,
}

impl Verdict {
    /// Tells whether the certificate is accepted.
    pub fn is_accepted(&self) -> bool {
        self.problems.is_empty()
    }
}

/// Answers a question. A certificate that cannot be read is refused as malformed.
pub fn verify(question: &Question<'_>) -> Verdict {
    match Decoded::from_der(question.certificate) {
        Ok(leaf) => build::Search::new(question, leaf).run(),
        Err(error) => Verdict {
            path: Vec::new(),
            anchored: false,
            problems: vec![Problem {
                certificate: 0,
                cause: Cause::Malformed {
                    extension: None,
                    what: error.to_string(),
                },
            }],
        },
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Any => "any",
            Self::Client => "client",
            Self::Server => "server",
        })
    }
}

impl FromStr for Purpose {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        [Self::Any, Self::Client, Self::Server]
            .into_iter()
            .find(|purpose| purpose.to_string() == text)
            .ok_or_else(|| unknown(text, "purpose", "server, client or any"))
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rfc5280 => "rfc5280",
            Self::Browser => "browser",
            Self::Strict => "strict",
        })
    }
}

impl FromStr for Policy {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        [Self::Rfc5280, Self::Browser, Self::Strict]
            .into_iter()
            .find(|policy| policy.to_string() == text)
            .ok_or_else(|| unknown(text, "policy", "rfc5280, browser or strict"))
    }
}

fn unknown(text: &str, what: &str, known: &str) -> Error {
    let message = format!("\"{text}\" is not a {what} that is known here");
    Error::new(ErrorKind::InvalidValue, message).with_hint(format!("known are {known}"))
}
