//! The roots that are meant.

use std::path::{Path, PathBuf};

use anyhow::Result;
use time::OffsetDateTime;

use certwright::ca::Authority;
use certwright::cert::Certificate;
use certwright::error::{Error, ErrorKind};

use super::Picked;
use crate::cli::app::Context;

/// Returns the roots of every generation, the current one first; of the older those that have not ended.
///
/// Certificates of an older generation are in use until it is retired.
pub fn known(authority: &Authority, now: OffsetDateTime) -> Result<Vec<Certificate>> {
    let mut roots = vec![authority.current().root().clone()];
    for (_, read) in authority.generations()? {
        // One that cannot be read is shown by `ca show`, and keeps no other from being trusted.
        if let Ok(generation) = read
            && !roots.contains(generation.root())
            && generation.root().validity().not_after() >= now
        {
            roots.push(generation.root().clone());
        }
    }
    Ok(roots)
}

/// Returns the files that may hold the roots that are meant.
pub fn files(picked: &Picked, context: &Context) -> Vec<PathBuf> {
    match &picked.cert {
        Some(path) => vec![path.clone()],
        None => context
            .home()
            .and_then(|home| Ok(Authority::look(home)?.generations()?))
            .unwrap_or_default()
            .into_iter()
            .filter_map(|(_, read)| read.ok().map(|generation| generation.root_path()))
            .collect(),
    }
}

/// Reads the certificate of another CA.
///
/// Fails with [`ErrorKind::WrongKind`] if it may not issue: a store of CAs is no place for it.
pub fn named(path: &Path, context: &Context) -> Result<Certificate> {
    let about = |error: Error| error.about(path.display());
    let mut all = context.input.certificates(path, None)?;
    let certificate = all.swap_remove(0);
    if !certificate.is_authority() {
        return Err(about(
            Error::new(
                ErrorKind::WrongKind,
                format!("{} is no CA's certificate", certificate.subject()),
            )
            .with_hint("clients trust the CA that issued it; give that one's certificate"),
        )
        .into());
    }
    Ok(certificate)
}
