//! `certwright ca import`

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;

use certwright::ca::{Answered, Authority, Index, Pending, Records, Taken};
use certwright::document::{Document, Kind, documents};
use certwright::error::{Error, ErrorKind};
use certwright::validity::to_rfc3339;

use super::show::Shown;
use super::{unconstrained_note, with_hint};
use crate::cli::app::Context;
use crate::cli::args::new_password;
use crate::cli::input::source_name;
use crate::cli::report::Report;

/// Issue from a CA made elsewhere: the answer to a request, a certificate and its key, or mkcert's folder
#[derive(Args)]
pub struct Import {
    /// What answers the request of `ca init --request`: files with the certificate and those up to its root;
    /// or mkcert's folder (see `mkcert -CAROOT`), whose key stays where it lies
    #[arg(value_name = "ANSWER|DIR", required_unless_present_any = ["cert", "index", "crl"], conflicts_with_all = ["cert", "key", "encrypt", "password_file", "new_password_file"])]
    given: Vec<PathBuf>,

    /// The CA's certificate; certificates up to its root may follow it in the file
    #[arg(long, value_name = "FILE", requires = "key")]
    cert: Option<PathBuf>,

    /// The CA's private key; it is copied
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,

    /// Further certificates, up to the root
    #[arg(long, value_name = "FILE")]
    chain: Vec<PathBuf>,

    /// Take in what the CA issued and revoked before, from index.txt of `openssl ca`
    #[arg(long, value_name = "FILE")]
    index: Option<PathBuf>,

    /// Folder of the certificates in the index, SERIAL.pem each, as `openssl ca` keeps them
    #[arg(long, value_name = "DIR", requires = "index")]
    certs: Option<PathBuf>,

    /// Take in the CA's last revocation list, from which the next goes on, or that of its root
    #[arg(long, value_name = "FILE")]
    crl: Vec<PathBuf>,

    /// Read the password of the given key from a file's first line
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,

    /// Encrypt the copy of the key with a password
    #[arg(long)]
    encrypt: bool,

    /// Read the password for the copy from a file's first line
    #[arg(long, value_name = "FILE", requires = "encrypt")]
    new_password_file: Option<PathBuf>,
}

impl Import {
    /// Takes the CA in.
    pub fn run(&self, context: &Context) -> Result<Report> {
        let home = context.home()?;
        let records = self.records(context)?;
        let mut told = Vec::new();
        let mut is_new = true;
        let authority = match (&self.given[..], &self.cert, &self.key) {
            ([folder], ..) if folder.is_dir() && self.chain.is_empty() => {
                Authority::adopt(home, folder, &records, context.now)?
            }
            ([_, ..], ..) => {
                let answered = self.answered(&records, context)?;
                told.extend(answered.differences.iter().map(ToString::to_string));
                told.extend(lengthened_note(&answered)?);
                answered.authority
            }
            ([], Some(cert), Some(key)) => {
                let given = context
                    .input
                    .given_password(self.password_file.as_deref())?;
                let mut certificates = Vec::new();
                for file in std::iter::once(cert).chain(&self.chain) {
                    certificates.extend(context.input.certificates(file, given.as_ref())?);
                }
                let key = context.input.private_key_under(key, given.as_ref())?;
                let password = new_password(self.encrypt, self.new_password_file.as_ref(), context);
                let password = password.map_err(|error| {
                    with_hint(
                        error,
                        "give it with --new-password-file FILE, or - for standard input",
                    )
                })?;
                Authority::import(
                    home,
                    &certificates,
                    key,
                    password.as_ref(),
                    &records,
                    context.now,
                )?
            }
            ([], None, None) if self.index.is_some() || !self.crl.is_empty() => {
                is_new = false;
                Authority::open(home)?
            }
            _ => anyhow::bail!(
                "say what to import: the answer to a request, mkcert's folder, --cert and --key, --index, or --crl"
            ),
        };
        let taken = authority.take_records(&records, context.now);
        let taken = taken.map_err(|error| if is_new { not_taken(error) } else { error })?;
        let unconstrained = authority.current().constraints().is_none();
        let notes = unconstrained.then(|| unconstrained_note("this CA"));
        let notes = told.into_iter().chain(notes).chain(taken_notes(&taken));
        Ok(Shown::read(&authority, context.now)?.report(notes))
    }

    /// Takes in the answer to the request that waits.
    fn answered(&self, records: &Records, context: &Context) -> Result<Answered> {
        let mut certificates = Vec::new();
        for file in self.given.iter().chain(&self.chain) {
            certificates.extend(context.input.certificates(file, None)?);
        }
        Ok(Authority::answer(
            context.home()?,
            &certificates,
            records,
            context.now,
        )?)
    }

    /// Reads what it issued and revoked before.
    fn records(&self, context: &Context) -> Result<Records> {
        let mut records = Records::default();
        for path in &self.crl {
            records.lists.extend(lists_of(path, context)?);
        }
        if let Some(path) = &self.index {
            records.index = Some(Index {
                path: path.clone(),
                bytes: context.input.read(path)?.to_vec(),
                copies: self.certs.clone(),
            });
        }
        Ok(records)
    }
}

/// The revocation lists of a file.
fn lists_of(path: &Path, context: &Context) -> Result<Vec<Vec<u8>>> {
    let bytes = context.input.read(path)?;
    let about = |error: Error| error.about(source_name(path));
    let found: Result<Vec<Document>, Error> = documents(&bytes).map_err(about)?.collect();
    let found = found.map_err(about)?.into_iter();
    let lists: Vec<_> = found
        .filter(|document| document.kind == Kind::CertificateRevocationList)
        .map(|document| document.der.to_vec())
        .collect();
    if lists.is_empty() {
        let none = "it holds no revocation list";
        return Err(about(Error::new(ErrorKind::WrongKind, none)).into());
    }
    Ok(lists)
}

fn taken_notes(taken: &Taken) -> impl Iterator<Item = String> {
    let index = taken.index.map(|taken| {
        format!(
            "of the index {} certificates are new to the ledger and {} revoked, and of {} there is a copy",
            taken.added, taken.revoked, taken.copies
        )
    });
    let list = |length: &usize| {
        format!("a revocation list was taken in, with {length} certificates on it")
    };
    index.into_iter().chain(taken.lists.iter().map(list))
}

/// What is to be said where the CA was taken in, and the disk was full then.
fn not_taken(error: Error) -> Error {
    error
        .about("the CA was taken in, and not what it issued and revoked before")
        .with_hint("take that in alone: certwright ca import --crl FILE, or --index FILE")
}

/// Whoever has asked for another CA may take this for the answer to that.
fn lengthened_note(answered: &Answered) -> Result<Option<String>> {
    let Some(end) = answered.lengthened else {
        return Ok(None);
    };
    let waits = Pending::read(answered.authority.home())?;
    Ok(waits.map(|waits| {
        let subject = waits.request().subject();
        let end = to_rfc3339(end);
        format!("the CA that issues lasts until {end}; the request for {subject} waits still")
    }))
}
