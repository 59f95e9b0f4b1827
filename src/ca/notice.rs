//! What is to be said of a CA's state.

use std::fmt;
use std::path::PathBuf;

use time::OffsetDateTime;

use super::BACKDATING;
use crate::validity::to_rfc3339;

/// Something about the CA that its user should know, though the work was done.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Notice {
    /// By the clock, what it made last is still to come.
    ClockSetBack {
        /// What the clock says.
        now: OffsetDateTime,
        /// When it made that.
        last: OffsetDateTime,
    },
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

impl Notice {
    /// Tells if the clock was set back by more than clocks differ.
    pub(super) fn of_clock(now: OffsetDateTime, last: Option<OffsetDateTime>) -> Option<Self> {
        let last = last.filter(|last| *last - now > BACKDATING)?;
        Some(Self::ClockSetBack { now, last })
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClockSetBack { now, last } => {
                write!(
                    f,
                    "the clock says {}, and what the CA made last is of {}: set right what is wrong, and make this again",
                    to_rfc3339(*now),
                    to_rfc3339(*last)
                )
            }
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
