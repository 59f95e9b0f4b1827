//! What comes of one request, before anything of it is handed out.

use std::path::{Path, PathBuf};

use anyhow::Result;

use certwright::batch::Request;
use certwright::ca::{Authority, Delivery, Entry, Origin};
use certwright::cert::{Certificate, Issuer};
use certwright::error::Error;
use certwright::files::{self, Existing, Group};
use certwright::key::{Password, PrivateKey};
use certwright::wiped::Wiped;

use super::super::keys::{Obtained, Wanted};
use super::super::{DEFAULT_LIFETIME, Issue, Order, Targets};
use super::COMMAND;
use super::outlet::require_inside;
use super::telling::{Held, Row};
use crate::cli::app::Context;
use crate::cli::args::Form;
use crate::cli::commands::made::Made;
use crate::cli::containers::Seal;

/// What all requests of a list share.
pub struct Making<'a> {
    pub asked: &'a Issue,
    pub context: &'a Context,
    pub authority: Authority,
    pub issuer: Issuer,
    /// Whether the issuer's names are limited.
    pub constrained: bool,
    pub seal: Option<Seal<'a>>,
    /// Encrypts keys, or containers.
    pub password: Option<Password>,
    /// What follows each certificate, in PEM.
    pub chain: String,
    /// The form of the rows; none if standard output is not for them.
    pub rows: Option<Form>,
}

/// What comes of one request.
pub enum Outcome {
    /// It was done before, and is still good.
    Kept(Told),
    /// It is to be handed out.
    Made(Box<Ready>),
    /// It was handed out.
    Done(Told),
    Failed {
        line: u64,
        error: anyhow::Error,
    },
}

/// A certificate that is to be handed out.
pub struct Ready {
    pub delivery: Delivery,
    /// Whether nothing was at any of its places when it was made.
    pub was_free: bool,
    told: Told,
}

/// What is told of a certificate.
pub struct Told {
    pub line: u64,
    /// Where it goes.
    pub places: Vec<PathBuf>,
    /// It may hold the key.
    pub row: Option<Wiped>,
    pub notes: Vec<String>,
}

impl Outcome {
    pub fn is_failure(&self) -> bool {
        matches!(self, Self::Failed { .. })
    }

    /// How many octets its copy takes, if it is to be handed out.
    pub fn size(&self) -> usize {
        match self {
            Self::Made(ready) => ready.delivery.entry.pem().len(),
            _ => 0,
        }
    }

    /// What is told of it, unless it failed.
    pub fn told(&self) -> Option<&Told> {
        match self {
            Self::Kept(told) | Self::Done(told) => Some(told),
            Self::Made(ready) => Some(&ready.told),
            Self::Failed { .. } => None,
        }
    }
}

impl Ready {
    /// What is handed out, and what is told of it then.
    pub fn parted(self) -> (Delivery, Told) {
        (self.delivery, self.told)
    }
}

impl Told {
    /// What came of it if it could not be handed out.
    pub fn failed(&self, error: Error) -> Outcome {
        failed(self.line, error.into())
    }
}

impl Making<'_> {
    /// Makes what a request asks for, unless it is there.
    pub fn outcome(&self, line: u64, request: Result<Request, Error>) -> Outcome {
        let request = match request {
            Ok(request) => request,
            // It tells its line.
            Err(error) => {
                let error = error.into();
                return Outcome::Failed { line, error };
            }
        };
        let made = self.make(&self.asked.for_one(request), line);
        made.unwrap_or_else(|error| failed(line, error))
    }

    fn make(&self, asked: &Issue, line: u64) -> Result<Outcome> {
        let order = asked.order(self.context)?;
        asked.require_fitting(&order)?;
        let targets = asked.targets(&order, self.seal.as_ref())?;
        let mut existing = asked.overwrite.existing();
        if !asked.listing.is_streamed() {
            targets.require_folders()?;
            files::settle(targets.all())?;
            if targets.certificate.exists() {
                let seal = self.seal.as_ref();
                if let Some(there) = asked.present(self.context, &order, &targets, seal)? {
                    let made = kept(&there, &targets, self.seal.is_some());
                    return Ok(Outcome::Kept(self.told(line, made, Vec::new(), None)?));
                }
                existing = Existing::Replace;
            }
        }
        self.issue(asked, &order, &targets, existing, line)
    }

    fn issue(
        &self,
        asked: &Issue,
        order: &Order,
        targets: &Targets,
        existing: Existing,
        line: u64,
    ) -> Result<Outcome> {
        let key = self.key(asked, order)?;
        let template = order.template(key.public().clone());
        let issued = match line <= CHECKED || line.is_multiple_of(CHECKED) {
            true => self.authority.issue(template, &self.issuer)?,
            false => self.authority.issue_unchecked(template, &self.issuer)?,
        };
        let mut made = Made::certificate(&issued.certificate);
        let notes = order.notes(&issued, self.constrained);
        let mut files = Vec::new();
        if !asked.listing.inline {
            files = match self.seal.as_ref().zip(key.private()) {
                Some((seal, key)) => {
                    targets.sealed(&issued, key, seal, self.context.now, &mut made)?
                }
                None => targets.outputs(&issued, &key, &mut made)?,
            };
            if asked.listing.tar.is_some() {
                files
                    .iter()
                    .try_for_each(|file| require_inside(&file.path))?;
            }
            files = match asked.listing.tar {
                Some(_) => asked.places.ownership.of_entries(files)?,
                None => asked.places.ownership.of_files(files)?,
            };
        }
        let format = self
            .seal
            .as_ref()
            .map_or("pem", |seal| seal.container.format());
        let origin = Origin {
            command: COMMAND.to_owned(),
            lifetime: asked.lifespan.lifetime_or(DEFAULT_LIFETIME),
            key_made: key.is_made(),
            files: match asked.listing.is_streamed() {
                true => Vec::new(),
                false => made.placed(format),
            },
            renews: None,
        };
        let delivery = Delivery {
            entry: self.authority.entry(&issued, origin, self.context.now),
            group: Group { files, existing },
        };
        let held = asked
            .listing
            .inline
            .then(|| self.held(&delivery.entry, &key));
        let told = self.told(line, made, notes, held.transpose()?)?;
        Ok(Outcome::Made(Box::new(Ready {
            was_free: asked.listing.is_streamed() || !targets.all().any(Path::exists),
            delivery,
            told,
        })))
    }

    /// What is to be told of one; it is rendered here, on all cores.
    fn told(
        &self,
        line: u64,
        made: Made,
        notes: Vec<String>,
        held: Option<Held<'_>>,
    ) -> Result<Told> {
        let row = Row {
            line,
            made: &made,
            notes: &notes,
            held,
        };
        let row = self.rows.map(|form| row.rendered(form)).transpose()?;
        Ok(Told {
            line,
            row,
            places: made.into_places(),
            notes,
        })
    }

    /// What its row holds, where there are no files.
    fn held<'h>(&'h self, entry: &'h Entry, key: &Obtained<'_>) -> Result<Held<'h>> {
        let key = key.private();
        let key = key.map(|key| key.to_pkcs8_pem(self.password.as_ref()));
        Ok(Held {
            certificate: entry.pem(),
            chain: &self.chain,
            key: key.transpose()?,
        })
    }

    /// All cores are busy with other requests, so each key is made by one.
    fn key<'o>(&self, asked: &Issue, order: &'o Order) -> Result<Obtained<'o>> {
        Ok(match &order.key {
            Wanted::Given(key) => Obtained::Given(key),
            Wanted::Requested(key) => Obtained::Requested(key),
            Wanted::New => {
                let key = PrivateKey::generate_of_many(asked.key.algorithm.unwrap_or_default())?;
                let password = self.password.clone().filter(|_| self.seal.is_none());
                Obtained::Made(Box::new(key), password)
            }
        })
    }
}

impl Issue {
    /// What one request of a list asks for: what it says itself, and for the rest what was said for all.
    fn for_one(&self, request: Request) -> Self {
        let mut one = self.clone();
        let inside = |file: std::path::PathBuf| match &self.places.out_dir {
            Some(folder) => folder.join(file),
            None => file,
        };
        one.naming.names = request.names;
        one.naming.subject = request.subject.or(one.naming.subject);
        one.naming.cn = request.cn.or(one.naming.cn);
        if request.client.is_some() || request.server.is_some() {
            one.purpose.client = request.client.unwrap_or_default();
            one.purpose.server = request.server.unwrap_or_default();
        }
        if request.valid_for.is_some() || request.not_after.is_some() {
            one.lifespan.valid_for = request.valid_for;
            one.lifespan.days = None;
            one.lifespan.not_after = request.not_after;
        }
        one.lifespan.not_before = request.not_before.or(one.lifespan.not_before);
        one.key.algorithm = request.algorithm.or(one.key.algorithm);
        if request.csr.is_some() {
            one.naming.subject = None;
            one.naming.cn = None;
        }
        one.csr = request.csr;
        one.cert_file = request.cert_file.map(inside);
        one.places.key_file = request.key_file.map(inside);
        one.chain_file = request.chain_file.map(inside);
        one
    }
}

fn kept(there: &Certificate, targets: &Targets, sealed: bool) -> Made {
    let mut made = Made::certificate(there);
    made.kept = true;
    let what = if sealed { "container" } else { "certificate" };
    made.add(what, &targets.certificate);
    if let Some(path) = &targets.key {
        made.add("private_key", path);
    }
    made
}

fn failed(line: u64, error: anyhow::Error) -> Outcome {
    let error = match error.downcast::<Error>() {
        Ok(error) => error.about(format_args!("line {line}")).into(),
        Err(error) => error.context(format!("line {line}")),
    };
    Outcome::Failed { line, error }
}

/// The signatures of the first lines are checked, as many, and then of one in so many: to check one takes longer than
/// to make two, and a provider or an encoder that errs does so again and again.
const CHECKED: u64 = 64;
