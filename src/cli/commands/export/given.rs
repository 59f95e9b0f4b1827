//! What is exported: a certificate, its chain, its root and its key, wherever they are.

use std::path::{Path, PathBuf};

use anyhow::Result;

use certwright::bundle;
use certwright::ca::Authority;
use certwright::cert::{Certificate, Chain};
use certwright::document::{Document, Kind};
use certwright::error::{Error, ErrorKind};
use certwright::key::{Password, PrivateKey};

use crate::cli::app::Context;
use crate::cli::input::{shown, source_name};
use crate::cli::invoker::Invoker;
use crate::cli::issued::Copied;

/// A certificate with what belongs to it.
pub struct Given {
    pub chain: Chain,
    pub key: PrivateKey,
    /// What was missing, superfluous or out of order.
    pub notes: Vec<String>,
}

impl Given {
    /// The CA that issues here, with its key.
    pub fn local(password: Option<Password>, context: &Context) -> Result<Self> {
        let authority = Authority::open(context.home()?)?;
        let open = |password: Option<&Password>| {
            let unlocked = authority.unlock(password, context.now);
            unlocked.map_err(|error| match error.kind() {
                ErrorKind::PasswordNeeded => {
                    error.with_hint("give the password of the CA's key with --password-file FILE")
                }
                _ => error,
            })
        };
        let (issuer, notices) = context.input.unlock(password, "Password of the CA", open)?;
        let generation = authority.current();
        let certificates = match generation.intermediates() {
            [] => vec![generation.root().clone()],
            intermediates => intermediates.to_vec(),
        };
        Ok(Self {
            chain: Chain {
                certificates,
                root: Some(generation.root().clone()),
                superfluous: Vec::new(),
                was_in_order: true,
            },
            key: issuer.into_key(),
            notes: notices.iter().map(ToString::to_string).collect(),
        })
    }
}

/// Where to look for the parts.
pub struct Sources<'a> {
    pub certificate: &'a Path,
    pub key: Option<&'a Path>,
    pub root: Option<&'a Path>,
    /// Opens the key, and the container of all.
    pub password: Option<Password>,
}

impl Sources<'_> {
    /// Reads all, puts it in order, and looks for what is missing at the local CA.
    pub fn read(self, context: &Context) -> Result<Given> {
        let copied = Copied::find(self.certificate, context)?;
        let held = match &copied {
            Some(copied) => Held {
                certificates: vec![copied.certificate.clone()],
                key: None,
            },
            None => self.open(self.certificate, context)?,
        };
        let key = match (self.key, held.key, &copied) {
            (Some(path), ..) => self.key_of(path, context)?,
            (None, Some(key), _) => key,
            (None, None, Some(copied)) => self.key_of(of_ledger(copied)?, context)?,
            (None, None, None) => self.key_of(&beside(self.certificate)?, context)?,
        };
        let about = |error: Error| error.about(source_name(self.certificate));
        let mut chain = Chain::arrange(&held.certificates, Some(&key)).map_err(about)?;
        let mut notes = Vec::new();
        if !chain.was_in_order {
            notes.push("the certificates were not in order, and are now".to_owned());
        }
        notes.extend(chain.superfluous.iter().map(|left| {
            format!(
                "the certificate of {} belongs to another chain, and is left out",
                left.subject()
            )
        }));
        self.complete(&mut chain, context, &mut notes)?;
        Ok(Given { chain, key, notes })
    }

    /// The root that was named settles the matter; else the local CA may know it.
    fn complete(
        &self,
        chain: &mut Chain,
        context: &Context,
        notes: &mut Vec<String>,
    ) -> Result<()> {
        let known = match self.root {
            Some(path) => self.open(path, context)?.certificates,
            None => context.home().map(own).unwrap_or_default(),
        };
        for found in chain.complete(known) {
            notes.push(format!(
                "the intermediate {} was missing, and is added",
                found.subject()
            ));
        }
        if chain.root.is_some() {
            return Ok(());
        }
        let top = &chain.certificates[chain.certificates.len() - 1];
        let issuer = certwright::name::Subject::from_der(top.issuer_der());
        match self.root {
            Some(path) => Err(Error::new(
                ErrorKind::BadSignature,
                format!(
                    "{} holds no certificate of {issuer}, which issued {}",
                    shown(path),
                    top.subject()
                ),
            )
            .into()),
            None => {
                let theirs = Invoker::find().map(|invoker| {
                    format!(
                        "; under sudo root's CA was asked, and {}'s is with --home",
                        invoker.user
                    )
                });
                notes.push(format!(
                    "{issuer}, which issued the last certificate of the chain, is not known here: clients have to trust it already, or --root FILE names it{}",
                    theirs.unwrap_or_default()
                ));
                Ok(())
            }
        }
    }

    fn key_of(&self, path: &Path, context: &Context) -> Result<PrivateKey> {
        self.open(path, context)?.key.ok_or_else(|| {
            let none = format!("{} holds no private key", source_name(path));
            Error::new(ErrorKind::WrongKind, none).into()
        })
    }

    /// Reads one file.
    fn open(&self, path: &Path, context: &Context) -> Result<Held> {
        let bytes = context.input.read(path)?;
        let what = format!("Password of {}", source_name(path));
        context
            .input
            .unlock(self.password.clone(), &what, |password| {
                Held::read(&bytes, password).map_err(|error| error.about(source_name(path)))
            })
    }
}

/// What one file holds of use.
struct Held {
    certificates: Vec<Certificate>,
    key: Option<PrivateKey>,
}

impl Held {
    fn read(bytes: &[u8], password: Option<&Password>) -> Result<Self, Error> {
        let documents: Vec<Document> =
            bundle::documents(bytes, password)?.collect::<Result<_, _>>()?;
        bundle::require_one_key(documents.iter())?;
        let of_kind = documents
            .iter()
            .filter(|document| document.kind == Kind::Certificate);
        let key = documents
            .iter()
            .find(|document| document.kind.is_private_key());
        Ok(Self {
            certificates: of_kind
                .map(|document| Certificate::from_der(&document.der))
                .collect::<Result<_, _>>()?,
            key: key
                .map(|key| PrivateKey::from_document(key, password))
                .transpose()?,
        })
    }
}

/// The file that the key went to, as the ledger knows.
fn of_ledger(copied: &Copied) -> Result<&Path, Error> {
    copied.key_file().ok_or_else(|| {
        let told = format!(
            "the private key of {} was written to no file that the ledger knows",
            copied.row.serial
        );
        Error::new(ErrorKind::NotFound, told).with_hint("name its file with --key FILE")
    })
}

/// The key as `issue` and mkcert name it.
fn beside(certificate: &Path) -> Result<PathBuf> {
    let stem = certificate
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy();
    let names = [format!("{stem}.key"), format!("{stem}-key.pem")];
    let places = names
        .each_ref()
        .map(|name| certificate.with_file_name(name));
    if let Some(found) = places.iter().find(|place| place.is_file()) {
        return Ok(found.clone());
    }
    let told = match certificate == Path::new("-") {
        true => "standard input holds no private key".to_owned(),
        false => format!(
            "{} holds no private key, and neither {} nor {} is beside it",
            shown(certificate),
            names[0],
            names[1]
        ),
    };
    Err(Error::new(ErrorKind::NotFound, told)
        .with_hint("name its file with --key FILE")
        .into())
}

/// The certificates of every generation of the local CA. One that cannot be read helps nobody here.
fn own(home: &Path) -> Vec<Certificate> {
    let generations = Authority::look(home).and_then(|authority| authority.generations());
    let sound = generations
        .into_iter()
        .flatten()
        .filter_map(|(_, generation)| generation.ok());
    sound
        .flat_map(|generation| {
            let mut all = generation.intermediates().to_vec();
            all.push(generation.root().clone());
            all
        })
        .collect()
}
