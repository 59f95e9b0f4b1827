//! What a new generation takes over from the one before it.

use std::path::Path;

use time::Duration;

use super::create::Plan;
use super::generation::{
    self, INTERMEDIATE, INTERMEDIATE_KEY, REQUEST, ROOT, ROOT_KEY, is_encrypted,
};
use super::home::{current_name, unnamed};
use super::{Authority, ListUrl};
use crate::cert::Certificate;
use crate::crypto::{Algorithm, Curve};
use crate::error::{ErrorKind, Result};
use crate::key::KeyKind;
use crate::profile::MAX_PATH_LENGTH;
use crate::validity::{Lifetime, Validity};

/// The generation that issues, as a plan for its successor.
#[derive(Clone, Debug)]
pub struct Succession {
    /// Its kind of keys, constraints, path length, length of life and subject attributes, where its lists are
    /// published, and whether its root's key was kept. A password cannot be taken over.
    pub plan: Plan,
    /// Whether somebody else's root signed it, at its request.
    pub requested: bool,
    /// Whether its keys are encrypted, so that nobody expects plain ones after them.
    pub encrypted: bool,
}

impl Succession {
    /// Reads the generation that issues. It need not be able to any more: its root is enough.
    ///
    /// Fails with [`ErrorKind::CaMissing`], and with [`ErrorKind::CaBroken`] if not even its root
    /// can be read.
    pub fn read(home: &Path) -> Result<Self> {
        match Authority::open(home) {
            Err(error) if error.kind() != ErrorKind::CaBroken => return Err(error),
            // What was interrupted is completed now; what is broken is what a successor is for.
            _ => {}
        }
        let Some(name) = current_name(home)? else {
            return Err(unnamed(home)?);
        };
        let folder = home.join(&name);
        let root = generation::certificates(&folder.join(ROOT)).map_err(|error| {
            error.with_hint("bring it back from a backup, or begin anew in another folder: certwright --home DIR ca init")
        })?;
        let root = &root[0];
        let below = generation::certificates(&folder.join(INTERMEDIATE)).unwrap_or_default();
        let issuing = below.first().unwrap_or(root);
        let keys = [INTERMEDIATE_KEY, ROOT_KEY].map(|name| folder.join(name));
        let plan = Plan {
            algorithm: algorithm(issuing),
            constraints: generation::constraints(below.iter().chain([root])),
            lifetime: lifetime(&root.validity()),
            path_length: path_length(issuing),
            subject: issuing.subject().without_common_names(),
            list_url: ListUrl::told_by(issuing, &folder, &name)?,
            keep_root_key: keys.iter().all(|key| key.exists()),
            password: None,
        };
        let encrypted = keys.iter().any(|key| is_encrypted(key).unwrap_or(false));
        Ok(Self {
            plan,
            requested: folder.join(REQUEST).exists(),
            encrypted,
        })
    }
}

/// The algorithm that can be made here and is nearest to a key.
fn algorithm(certificate: &Certificate) -> Algorithm {
    match certificate.public_key().kind() {
        KeyKind::Ec(Curve::P256) | KeyKind::Other(_) => Algorithm::P256,
        KeyKind::Ec(Curve::P384) => Algorithm::P384,
        KeyKind::Ec(Curve::P521) => Algorithm::P521,
        KeyKind::Ed25519 => Algorithm::Ed25519,
        KeyKind::Rsa { bits, .. } if *bits <= 2048 => Algorithm::Rsa2048,
        KeyKind::Rsa { bits, .. } if *bits <= 3072 => Algorithm::Rsa3072,
        KeyKind::Rsa { .. } => Algorithm::Rsa4096,
    }
}

/// How many CAs may follow it; where nobody limited that, nobody asked for it either.
fn path_length(issuing: &Certificate) -> u8 {
    let told = issuing.path_length().unwrap_or(0);
    u8::try_from(told).map_or(MAX_PATH_LENGTH, |told| told.min(MAX_PATH_LENGTH))
}

/// A length of validity as it was asked for: by the calendar if it is of whole years.
fn lifetime(validity: &Validity) -> Lifetime {
    let end = validity.not_after() + Duration::SECOND;
    let length = validity.length();
    let years = u32::try_from(length.whole_days() / 365).unwrap_or(0);
    let by_calendar = (years.saturating_sub(years / 1000 + 3)..=years)
        .map(Lifetime::years)
        .find(|lifetime| {
            lifetime
                .after(validity.not_before())
                .is_ok_and(|at| at == end)
        });
    let hours = (length.whole_seconds() + 3599) / 3600;
    by_calendar
        .or_else(|| format!("{hours}h").parse().ok())
        .unwrap_or(Lifetime::years(1))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_length_is_read_back_as_it_was_asked_for() {
        let start = datetime!(2026-11-21 12:00 UTC);
        for text in ["1y", "10y", "30y", "500y"] {
            let asked: Lifetime = text.parse().unwrap();
            let validity = Validity::starting(start, asked).unwrap();
            assert_eq!(lifetime(&validity), asked, "{text}");
        }
        for text in ["36h", "90d", "6mo", "12w"] {
            let asked: Lifetime = text.parse().unwrap();
            let validity = Validity::starting(start, asked).unwrap();
            let again = Validity::starting(start, lifetime(&validity)).unwrap();
            assert_eq!(again, validity, "{text}");
        }
    }
}
