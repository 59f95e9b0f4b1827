//! `certwright issue`

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use serde_json::json;

use certwright::ca::{Authority, Issued, Notice};
use certwright::cert::{Certificate, Issuer};
use certwright::csr::CertificateRequest;
use certwright::files::{self, Existing, NewFile, NewFolders};
use certwright::issue::Template;
use certwright::key::{Password, PrivateKey, PublicKey};
use certwright::name::{Permission, San, Subject};
use certwright::profile::{ConstraintPreset, LOCAL_DOMAINS, Profile, Purposes};
use certwright::validity::{Lifetime, Validity, to_rfc3339};

use super::ca::default_plan;
use super::made::{Made, cautions, key_file, stem};
use crate::cli::app::Context;
use crate::cli::args::{KeySource, Lifespan, Naming, Overwrite, Purpose};
use crate::cli::input::place;
use crate::cli::report::Report;

/// Issue a certificate from the local CA, which is made on first use
#[derive(Args)]
pub struct Issue {
    #[command(flatten)]
    naming: Naming,

    /// Sign this request: its key, its subject and its names, and nothing else of it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["names", "subject", "cn", "key", "algorithm", "encrypt", "key_file", "password_file"])]
    csr: Option<PathBuf>,

    #[command(flatten)]
    purpose: Purpose,

    #[command(flatten)]
    lifespan: Lifespan,

    #[command(flatten)]
    key: KeySource,

    /// Keep a certificate that is there if it still fits: names, purpose, CA, and a third of its life left
    #[arg(long, conflicts_with = "csr")]
    if_needed: bool,

    /// Fail if there is no local CA yet
    #[arg(long)]
    no_create: bool,

    /// Read the password of the CA's key from a file's first line; - for standard input
    #[arg(long, value_name = "FILE")]
    ca_password_file: Option<PathBuf>,

    #[command(flatten)]
    places: Places,

    #[command(flatten)]
    overwrite: Overwrite,
}

/// Where the files go.
#[derive(Args)]
struct Places {
    /// Folder for the files [default: the current one]
    #[arg(long, value_name = "DIR")]
    out_dir: Option<PathBuf>,

    /// Where to write the certificate, with the CA's intermediate after it [default: NAME.crt]
    #[arg(long, value_name = "FILE")]
    cert_file: Option<PathBuf>,

    /// Where to write the new key [default: NAME.key]
    #[arg(long, value_name = "FILE", conflicts_with = "key")]
    key_file: Option<PathBuf>,

    /// Where to write the CA's intermediate by itself too
    #[arg(long, value_name = "FILE")]
    chain_file: Option<PathBuf>,
}

impl Issue {
    /// Issues the certificate and writes it with its key.
    pub fn run(&self, context: &Context) -> Result<Report> {
        let order = self.order(context)?;
        let targets = self.targets(&order);
        files::settle(targets.all())?;
        let existing = match self.present(context, &order, &targets)? {
            Present::Fits(certificate) => return Ok(kept(&certificate, &targets)),
            Present::Outdated => Existing::Replace,
            Present::Unasked => self.overwrite.existing(),
        };
        if existing == Existing::Keep {
            files::require_absent(targets.all())?;
        }
        let (authority, created) = self.authority(context, &order.names)?;
        let (issuer, mut notices) = self.unlock(&authority, context)?;
        let issued = authority.issue(order.template(), &issuer)?;
        let mut made = Made::certificate(&issued.certificate);
        let outputs = targets.outputs(&issued, &order, &mut made)?;
        let folders = NewFolders::make(&self.places.out_dir)?;
        notices.extend(authority.deliver(&issued, outputs, existing, context.now)?);
        folders.keep();

        made.extra.insert("ca_created".into(), json!(created));
        made.extra.insert("kept".into(), json!(false));
        let mut notes = Vec::new();
        if created {
            notes.push(creation_note(&authority));
            notes.extend(public_note(&order.names));
        }
        notes.extend(notices.iter().map(ToString::to_string));
        notes.extend(order.notes(&issued));
        Ok(Report::new(made).with_notes(notes))
    }

    fn unlock(&self, authority: &Authority, context: &Context) -> Result<(Issuer, Vec<Notice>)> {
        let given = self.ca_password_file.as_deref();
        let given = given
            .map(|file| context.input.password_file(file))
            .transpose()?;
        let open = |password: Option<&Password>| authority.unlock(password, context.now);
        context.input.unlock(given, "Password of the CA", open)
    }

    /// What is asked for, by names or by a request.
    ///
    /// Whatever is wrong with it is found here, before a CA is made for it.
    fn order(&self, context: &Context) -> Result<Order> {
        let validity = self.lifespan.validity(context.now, DEFAULT_LIFETIME)?;
        if let Some(path) = &self.csr {
            let bytes = context.input.read(path)?;
            let request = CertificateRequest::from_bytes(&bytes)
                .map_err(|error| error.about(path.display()))?;
            let names = request
                .names_to_certify()
                .map_err(|error| error.about(path.display()))?;
            return Ok(Order {
                subject: request.subject().clone(),
                purposes: self.purpose.for_names(&names),
                names,
                public_key: strong(request.public_key())?,
                validity,
                new_key: None,
                password: None,
            });
        }
        let names = self.naming.sans()?;
        if names.is_empty() && self.naming.subject.is_none() && self.naming.cn.is_none() {
            return Err(nothing_named().into());
        }
        let (key, password) = self.key.obtain(context)?;
        Ok(Order {
            subject: self.naming.subject(&names)?,
            purposes: self.purpose.for_names(&names),
            names,
            public_key: strong(key.public_key())?,
            validity,
            new_key: self.key.is_new().then_some(key),
            password,
        })
    }

    fn targets(&self, order: &Order) -> Targets {
        let stem = stem(&order.names, &order.subject);
        let folder = self.places.out_dir.as_ref();
        Targets {
            certificate: place(
                self.places.cert_file.as_ref(),
                folder,
                format!("{stem}.crt"),
            ),
            key: order
                .new_key
                .as_ref()
                .map(|_| place(self.places.key_file.as_ref(), folder, format!("{stem}.key"))),
            chain: self.places.chain_file.clone(),
        }
    }

    fn authority(&self, context: &Context, names: &[San]) -> Result<(Authority, bool)> {
        let home = context.home()?;
        if self.no_create {
            return Ok((Authority::open(home)?, false));
        }
        let permitted: Vec<Permission> = names.iter().filter_map(Permission::for_name).collect();
        let plan = default_plan(ConstraintPreset::default().constraints(&permitted)?);
        Ok(Authority::open_or_create(home, &plan, context.now)?)
    }

    /// What `--if-needed` finds.
    ///
    /// Fails if it is not of this CA, since then only `--force` may replace it.
    fn present(&self, context: &Context, order: &Order, targets: &Targets) -> Result<Present> {
        if !self.if_needed || !targets.certificate.exists() {
            return Ok(Present::Unasked);
        }
        let read =
            files::read(&targets.certificate).and_then(|bytes| Certificate::all_from_bytes(&bytes));
        let present = read.ok().map(|mut all| all.swap_remove(0));
        let authority = Authority::open(context.home()?);
        let of_ours = |generation: &certwright::ca::Generation| {
            present.as_ref().is_some_and(|present| {
                present
                    .verify_signed_by(generation.issuing().public_key())
                    .is_ok()
            })
        };
        let known = authority.as_ref().is_ok_and(|authority| {
            authority.generations().is_ok_and(|all| {
                all.iter()
                    .any(|(_, read)| read.as_ref().is_ok_and(&of_ours))
            })
        });
        if !known && !self.overwrite.force {
            files::require_absent([targets.certificate.as_path()])?;
        }
        let current = authority.is_ok_and(|authority| of_ours(authority.current()));
        let key_fits = |certificate: &Certificate| match &targets.key {
            Some(path) => files::read(path)
                .and_then(|bytes| PrivateKey::from_bytes(&bytes, order.password.as_ref()))
                .is_ok_and(|key| certificate.require_key(&key).is_ok()),
            None => certificate.public_key() == &order.public_key,
        };
        let fits = |certificate: &Certificate| {
            let (mut have, mut want) = (certificate.names().to_vec(), order.names.clone());
            have.sort();
            want.sort();
            current
                && have == want
                && certificate.subject_der() == order.subject.to_der()
                && certificate.server_and_client() == (order.purposes.server, order.purposes.client)
                && certificate.validity().contains(context.now)
                && !certificate.validity().is_in_last_third(context.now)
                && key_fits(certificate)
        };
        Ok(present.filter(fits).map_or(Present::Outdated, |present| {
            Present::Fits(Box::new(present))
        }))
    }
}

/// What `--if-needed` finds where the certificate is to be.
enum Present {
    /// One that does what is asked.
    Fits(Box<Certificate>),
    /// One of ours that does not.
    Outdated,
    /// Nothing, or the flag is not given.
    Unasked,
}

/// What is to be certified.
struct Order {
    subject: Subject,
    names: Vec<San>,
    purposes: Purposes,
    public_key: PublicKey,
    validity: Validity,
    /// The key to be written; none if it was there.
    new_key: Option<PrivateKey>,
    password: Option<Password>,
}

impl Order {
    fn template(&self) -> Template {
        Template {
            profile: Profile::leaf(self.purposes),
            subject: self.subject.clone(),
            names: self.names.clone(),
            public_key: self.public_key.clone(),
            validity: self.validity,
        }
    }

    /// What the user should know of the certificate.
    fn notes(&self, issued: &Issued) -> Vec<String> {
        let validity = issued.certificate.validity();
        let end = to_rfc3339(validity.not_after());
        let clipped = issued
            .clipped
            .then(|| format!("the certificate ends on {end}, when its CA does"));
        let cautions = cautions(
            &self.names,
            self.purposes.server,
            validity,
            self.public_key.kind(),
        );
        clipped.into_iter().chain(cautions).collect()
    }
}

/// The files to be written.
struct Targets {
    certificate: PathBuf,
    key: Option<PathBuf>,
    chain: Option<PathBuf>,
}

impl Targets {
    fn all(&self) -> impl Iterator<Item = &Path> {
        [
            Some(&self.certificate),
            self.key.as_ref(),
            self.chain.as_ref(),
        ]
        .into_iter()
        .flatten()
        .map(PathBuf::as_path)
    }

    /// The key stands first: a certificate without a key is less use than a key without a certificate.
    fn outputs(&self, issued: &Issued, order: &Order, made: &mut Made) -> Result<Vec<NewFile>> {
        let mut outputs = Vec::new();
        made.add("certificate", &self.certificate);
        if let (Some(path), Some(key)) = (&self.key, &order.new_key) {
            made.add("private_key", path);
            outputs.push(key_file(path, key, order.password.as_ref())?);
        }
        outputs.push(NewFile::public(&self.certificate, issued.to_pem()));
        if let Some(path) = &self.chain {
            made.add("chain", path);
            let chain: String = issued.chain.iter().map(Certificate::to_pem).collect();
            outputs.push(NewFile::public(path, chain));
        }
        Ok(outputs)
    }
}

fn kept(present: &Certificate, targets: &Targets) -> Report {
    let mut made = Made::certificate(present);
    made.kept = true;
    made.add("certificate", &targets.certificate);
    if let Some(path) = &targets.key {
        made.add("private_key", path);
    }
    made.extra.insert("ca_created".into(), json!(false));
    made.extra.insert("kept".into(), json!(true));
    Report::new(made)
}

fn creation_note(authority: &Authority) -> String {
    format!(
        "made a local CA in {}; no client trusts it yet, its root is {}",
        authority.home().display(),
        authority.current().root_path().display()
    )
}

/// What it means that the new CA may speak for a name that others own.
fn public_note(names: &[San]) -> Option<String> {
    let local = |host: &str| {
        LOCAL_DOMAINS
            .iter()
            .any(|domain| host == *domain || host.ends_with(&format!(".{domain}")))
    };
    let public: Vec<String> = names
        .iter()
        .filter_map(Permission::for_name)
        .filter_map(|permission| match permission {
            Permission::Domain(host) if !local(&host) => Some(host),
            _ => None,
        })
        .collect();
    (!public.is_empty()).then(|| {
        format!(
            "the CA may issue for {} too: whoever steals its key can pose as that to every client that trusts it",
            public.join(", ")
        )
    })
}

fn strong(key: &PublicKey) -> Result<PublicKey> {
    key.require_strength()?;
    Ok(key.clone())
}

fn nothing_named() -> certwright::error::Error {
    use certwright::error::{Error, ErrorKind};
    Error::new(
        ErrorKind::InvalidName,
        "there is no name to issue a certificate for",
    )
    .with_hint("give host names or addresses: certwright issue localhost 127.0.0.1")
}

/// Apple's systems take at most 825 days from a private root, and nobody likes renewing a
/// development certificate; five days of margin for clocks and time zones.
const DEFAULT_LIFETIME: Lifetime = Lifetime::days(820);
