//! `--if-needed`: whether the files that are there do what is asked, and which of them may be replaced.

use std::path::Path;

use anyhow::Result;

use certwright::bundle::documents;
use certwright::ca::Authority;
use certwright::cert::Certificate;
use certwright::document::Kind;
use certwright::error::{Error, ErrorKind};
use certwright::files;
use certwright::key::PrivateKey;
use certwright::profile::Role;

use super::{Issue, Order, Targets, chain_pem};
use crate::cli::app::Context;
use crate::cli::containers::Seal;

impl Issue {
    /// Returns the certificate that is there if it, its key and its chain do what is asked; nothing if
    /// they are to be made anew.
    ///
    /// Fails if a file is there that is not of this CA or does not belong to its certificate, since then
    /// only `--force` may replace it.
    pub(super) fn present(
        &self,
        context: &Context,
        order: &Order,
        targets: &Targets,
        seal: Option<&Seal<'_>>,
    ) -> Result<Option<Certificate>> {
        let present = match read(&targets.certificate, seal) {
            Err(_) if self.overwrite.force => return Ok(None),
            Err(error) if error.kind() == ErrorKind::WrongPassword => return Err(error.into()),
            present => present.ok(),
        };
        let authority = match Authority::open(context.home()?) {
            Err(error) if error.kind() == ErrorKind::CaMissing => None,
            authority => Some(authority?),
        };
        let Some((present, issued_now)) = self.of_ours(authority.as_ref(), present)? else {
            if !self.overwrite.force {
                files::require_absent([targets.certificate.as_path()])?;
            }
            return Ok(None);
        };
        let there = match seal {
            Some(seal) => self.key_inside(&targets.certificate, &present, seal)?,
            None => self.key_there(context, targets, &present)?,
        };
        let key_fits = match (order.key.public(), &there) {
            (Some(_), None) if seal.is_some() => false,
            (Some(given), _) => present.public_key() == given,
            (None, Some(there)) => there.fits,
            (None, None) => false,
        };
        let fits = issued_now
            && key_fits
            && self.chain_fits(authority.as_ref(), targets)?
            && does(&present, order)
            && present.validity().contains(context.now)
            && !present.validity().is_in_last_third(context.now);
        match there {
            Some(there)
                if !fits && there.encrypted && !self.key.encrypt && !self.overwrite.force =>
            {
                Err(would_be_plain(there.path))
            }
            _ => Ok(fits.then_some(present)),
        }
    }

    /// Tells whether a generation of this CA issued a certificate, and whether the current one did.
    fn of_ours(
        &self,
        authority: Option<&Authority>,
        present: Option<Certificate>,
    ) -> Result<Option<(Certificate, bool)>> {
        let (Some(authority), Some(present)) = (authority, present) else {
            return Ok(None);
        };
        let by = |issuing: &Certificate| present.verify_signed_by(issuing.public_key()).is_ok();
        let now = by(authority.current().issuing());
        let ever = authority.generations()?.iter().any(|(_, read)| {
            read.as_ref()
                .is_ok_and(|generation| by(generation.issuing()))
        });
        Ok((now || ever).then_some((present, now)))
    }

    /// Looks at the key where a new one would go: it fits if it belongs to the certificate and is as
    /// asked. One that belongs to something else is not ours to replace.
    fn key_there<'a>(
        &self,
        context: &Context,
        targets: &'a Targets,
        present: &Certificate,
    ) -> Result<Option<KeyThere<'a>>> {
        let Some(path) = targets.key.as_deref().filter(|path| path.exists()) else {
            return Ok(None);
        };
        let encrypted = is_encrypted(path);
        let password = self.key.password_file.as_deref().filter(|_| encrypted);
        let belongs = match context.input.private_key(path, password) {
            Ok(key) => present.require_key(&key).is_ok(),
            Err(_) if self.overwrite.force => false,
            Err(error) => return Err(error),
        };
        if !belongs && !self.overwrite.force {
            files::require_absent([path])?;
        }
        let asked = self.is_asked(present);
        Ok(Some(KeyThere {
            path,
            encrypted,
            fits: belongs && asked && (encrypted || !self.key.encrypt),
        }))
    }

    /// Looks at the key in a container: it fits if it belongs to the certificate and is as asked.
    fn key_inside<'a>(
        &self,
        path: &'a Path,
        present: &Certificate,
        seal: &Seal<'_>,
    ) -> Result<Option<KeyThere<'a>>> {
        let bytes = files::read(path)?;
        let password = Some(&seal.password);
        let found: Result<Vec<_>, _> = documents(&bytes, password)?.collect();
        let Some(key) = found?.into_iter().find(|found| found.kind.is_private_key()) else {
            return Ok(None);
        };
        let key = PrivateKey::from_document(&key, password)?;
        let fits = present.require_key(&key).is_ok() && self.is_asked(present);
        Ok(Some(KeyThere {
            path,
            encrypted: false,
            fits,
        }))
    }

    fn is_asked(&self, present: &Certificate) -> bool {
        let kind = present.public_key().kind().algorithm();
        let asked = self.key.algorithm;
        asked.is_none_or(|asked| kind == Some(asked))
    }

    fn chain_fits(&self, authority: Option<&Authority>, targets: &Targets) -> Result<bool> {
        let (Some(path), Some(authority)) = (&targets.chain, authority) else {
            return Ok(true);
        };
        if !path.exists() {
            return Ok(false);
        }
        let there = files::read(path)?;
        let is = |chain: &[Certificate]| chain_pem(chain).as_bytes() == &there[..];
        if is(authority.current().intermediates()) {
            return Ok(true);
        }
        let ours = authority.generations()?.iter().any(|(_, read)| {
            read.as_ref()
                .is_ok_and(|generation| is(generation.intermediates()))
        });
        if !ours && !self.overwrite.force {
            files::require_absent([path.as_path()])?;
        }
        Ok(false)
    }
}

/// The key that lies where a new one would go.
struct KeyThere<'a> {
    path: &'a Path,
    encrypted: bool,
    fits: bool,
}

/// Reads the first certificate of a file; of a container only if one is to be there.
fn read(path: &Path, seal: Option<&Seal<'_>>) -> Result<Certificate, Error> {
    let bytes = files::read(path)?;
    let Some(seal) = seal else {
        return Certificate::all_from_bytes(&bytes).map(|mut all| all.swap_remove(0));
    };
    let about = |error: Error| error.about(path.display());
    let found = documents(&bytes, Some(&seal.password)).map_err(about)?;
    let mut certificates = found
        .flatten()
        .filter(|document| document.kind == Kind::Certificate);
    let first = certificates.next();
    let none = || Error::new(ErrorKind::WrongKind, "it holds no certificate").about(path.display());
    Certificate::from_der(&first.ok_or_else(none)?.der)
}

fn does(present: &Certificate, order: &Order) -> bool {
    let purposes = order.profile.purposes;
    let (mut have, mut want) = (present.names().to_vec(), order.names.clone());
    have.sort();
    want.sort();
    have == want
        && present.subject_der() == order.subject.to_der()
        && present.server_and_client() == (purposes.server, purposes.client)
        && is_as_deep(present, order)
}

fn is_as_deep(present: &Certificate, order: &Order) -> bool {
    match order.profile.role {
        Role::Authority { path_length, .. } => {
            present.is_authority() && present.path_length() == path_length.map(u32::from)
        }
        Role::EndEntity => !present.is_authority(),
    }
}

fn is_encrypted(path: &Path) -> bool {
    let Ok(bytes) = files::read(path) else {
        return false;
    };
    documents(&bytes, None).is_ok_and(|found| {
        found
            .flatten()
            .any(|document| document.kind == Kind::EncryptedPrivateKey)
    })
}

fn would_be_plain(path: &Path) -> anyhow::Error {
    let encrypted = format!(
        "{} is encrypted, and the key that is needed in its place would not be",
        path.display()
    );
    Error::new(ErrorKind::AlreadyExists, encrypted)
        .with_hint("say --encrypt, with --password-file FILE; or --force for a plain key")
        .into()
}
