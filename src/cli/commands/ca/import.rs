//! `certwright ca import`

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use certwright::ca::{Answered, Authority};
use certwright::document::{Document, Kind, documents};
use certwright::error::{Error, ErrorKind};

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
        let mut told = Vec::new();
        let authority = match (&self.given[..], &self.cert, &self.key) {
            ([folder], ..) if folder.is_dir() && self.chain.is_empty() => {
                Authority::adopt(home, folder, context.now)?
            }
            ([_, ..], ..) => {
                let answered = self.answered(context)?;
                told.extend(answered.differences.iter().map(ToString::to_string));
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
                Authority::import(home, &certificates, key, password.as_ref(), context.now)?
            }
            ([], None, None) if self.index.is_some() || !self.crl.is_empty() => {
                Authority::open(home)?
            }
            _ => anyhow::bail!(
                "say what to import: the answer to a request, mkcert's folder, --cert and --key, --index, or --crl"
            ),
        };
        let taken = self.take_index(&authority, context)?;
        let lists = self.take_lists(&authority, context)?;
        let unconstrained = authority.current().constraints().is_none();
        let notes = unconstrained.then(|| unconstrained_note("this CA"));
        let notes = told.into_iter().chain(notes).chain(taken).chain(lists);
        Ok(Shown::read(&authority, context.now)?.report(notes))
    }

    /// Takes in the answer to the request that waits.
    fn answered(&self, context: &Context) -> Result<Answered> {
        let mut certificates = Vec::new();
        for file in self.given.iter().chain(&self.chain) {
            certificates.extend(context.input.certificates(file, None)?);
        }
        Ok(Authority::answer(
            context.home()?,
            &certificates,
            context.now,
        )?)
    }

    /// Takes in the CA's lists; tells how much is on each.
    fn take_lists(&self, authority: &Authority, context: &Context) -> Result<Vec<String>> {
        let mut lists = Vec::new();
        for path in &self.crl {
            let bytes = context.input.read(path)?;
            let about = |error: Error| error.about(source_name(path));
            let found: Result<Vec<Document>, Error> = documents(&bytes).map_err(about)?.collect();
            let found = found.map_err(about)?.into_iter();
            let of_file: Vec<_> = found
                .filter(|document| document.kind == Kind::CertificateRevocationList)
                .map(|document| document.der.to_vec())
                .collect();
            if of_file.is_empty() {
                let none = "it holds no revocation list";
                return Err(about(Error::new(ErrorKind::WrongKind, none)).into());
            }
            lists.extend(of_file);
        }
        if lists.is_empty() {
            return Ok(Vec::new());
        }
        let lengths = authority.import_lists(&lists, context.now)?;
        let told = lengths.iter().map(|length| {
            format!("a revocation list was taken in, with {length} certificates on it")
        });
        Ok(told.collect())
    }

    /// Takes in what was issued before; tells how much that is.
    fn take_index(&self, authority: &Authority, context: &Context) -> Result<Option<String>> {
        let Some(path) = &self.index else {
            return Ok(None);
        };
        let index = context.input.read(path)?;
        let imported = authority
            .import_index(&index, self.certs.as_deref())
            .map_err(|error| error.about(path.display()))?;
        Ok(Some(format!(
            "of the index {} certificates are new to the ledger and {} revoked, and of {} there is a copy",
            imported.added, imported.revoked, imported.copies
        )))
    }
}
