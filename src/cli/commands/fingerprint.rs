//! `certwright fingerprint`

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use clap::Args;
use serde_json::json;

use certwright::cert::Certificate;
use certwright::crypto::Digest;
use certwright::document::{Document, Kind, Section};
use certwright::error::{Error, ErrorKind};
use certwright::fingerprint::{Fingerprint as Print, Form};
use certwright::key::{Password, PrivateKey, PublicKey};
use certwright::verify::name_pair;

use super::held::public_key;
use crate::cli::app::Context;
use crate::cli::args::{Form as OutputForm, parsed};
use crate::cli::reaching::{Reach, Reaching};
use crate::cli::report::{Ending, Reply};
use crate::cli::survey::{Examiner, Found, Part, Survey};
use crate::cli::what::Server;

/// Print the digest of certificates or of their public keys
///
/// One line a certificate: the digest, and if several things are given also which. Of a live server it is
/// the server's own certificate.
#[derive(Args)]
pub struct Fingerprint {
    /// Files, - for standard input, live servers: HOST, HOST:PORT, https://…; and serial numbers of what the local
    /// CA issued
    #[arg(value_name = "WHAT", required = true)]
    what: Vec<PathBuf>,

    /// Go through folders, and the folders in them; hidden files, and those that hold nothing of the kind, are passed over
    #[arg(long, short)]
    recursive: bool,

    /// sha256, sha1, sha384 or sha512
    #[arg(long, value_name = "DIGEST", value_parser = parsed::<Digest>, default_value = "sha256")]
    digest: Digest,

    /// Digest the public key (SubjectPublicKeyInfo) instead; works for requests and keys too
    #[arg(long)]
    spki: bool,

    /// Read the password of containers and private keys from a file's first line; - for standard input
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,

    /// hex, colon or base64
    #[arg(long, value_name = "FORM", value_parser = parsed::<Form>, default_value = "hex")]
    format: Form,

    #[command(flatten)]
    reaching: Reaching,
}

impl Fingerprint {
    /// Digests what the files hold and what the servers send.
    pub fn run<'a>(&'a self, context: &'a Context) -> Result<Reply<'a>> {
        let (survey, reach) = Survey::open(
            &self.what,
            self.recursive,
            self.password_file.as_deref(),
            &self.reaching,
            context,
        )?;
        Ok(Reply::of_rows("items", move |teller| {
            let digesting = Digesting {
                command: self,
                reach: &reach,
            };
            let found = survey.run(&digesting, teller, |teller, row, index| {
                teller.row(&self.told(&row, index, context.form))
            })?;
            Ok(Ending {
                notes: found.notes,
                ..Ending::default()
            })
        }))
    }

    fn told(&self, row: &Row, index: usize, form: OutputForm) -> String {
        match form {
            OutputForm::Text if self.what.len() > 1 || self.recursive => {
                format!("{}  {}\n", row.print, row.source)
            }
            OutputForm::Text => format!("{}\n", row.print),
            OutputForm::Json | OutputForm::JsonLines => json!({
                "source": &*row.source,
                "index": index,
                "of": if self.spki { "public-key" } else { "certificate" },
                "digest": self.digest.to_string(),
                "fingerprint": row.print,
            })
            .to_string(),
        }
    }
}

/// What threads share.
struct Digesting<'a> {
    command: &'a Fingerprint,
    reach: &'a Reach<'a>,
}

struct Row {
    source: Arc<str>,
    print: String,
}

impl Examiner for Digesting<'_> {
    type Row = Row;

    fn read(&self, part: Part<'_>) -> Result<Vec<Found<Row>>> {
        let (source, password) = (part.source, part.password);
        Ok(part.each(|section, _| self.of(section, source, password)))
    }

    /// What the certificate is that a server sends for its own.
    fn ask(&self, server: &Server) -> Result<Vec<Found<Row>>> {
        let source = Arc::from(server.target.to_string());
        let session = self.reach.probe(server, false)?;
        let own = session.chain().first().map_or(&[][..], Vec::as_slice);
        let own = Certificate::from_der(own).map_err(|error| error.about(&*source))?;
        let digested = match self.command.spki {
            true => own.public_key().spki(),
            false => own.der(),
        };
        Ok(vec![Found::Row(self.row(digested, &source))])
    }

    fn nothing(&self, source: &str, _: Option<&Kind>) -> Error {
        let none = format!("{source}: it holds no certificate");
        Error::new(ErrorKind::WrongKind, none)
            .with_hint("public keys, requests and private keys have one with --spki")
    }
}

impl Digesting<'_> {
    fn of(
        &self,
        section: Section<'_>,
        source: &Arc<str>,
        password: Option<&Password>,
    ) -> Result<Found<Row>, Error> {
        let document = section.read()?;
        let row = |digested: &[u8]| Found::Row(self.row(digested, source));
        if self.command.spki {
            let key = public_key_of(&document, password)?;
            return Ok(key.map_or(Found::Other(document.kind), |key| row(key.spki())));
        }
        Ok(match document.kind {
            Kind::Certificate => {
                // What is one is told by its outline. If it is none, this says why.
                if name_pair(&document.der).is_none() {
                    Certificate::from_der(&document.der)?;
                }
                row(&document.der)
            }
            other => Found::Other(other),
        })
    }

    fn row(&self, digested: &[u8], source: &Arc<str>) -> Row {
        Row {
            print: Print::of(self.command.digest, digested).to_text(self.command.format),
            source: source.clone(),
        }
    }
}

/// The public key that a document is, holds or belongs to.
fn public_key_of(
    document: &Document,
    password: Option<&Password>,
) -> Result<Option<PublicKey>, Error> {
    match document.kind.is_private_key() {
        true => {
            let key = PrivateKey::from_document(document, password)?;
            Ok(Some(key.public_key().clone()))
        }
        false => public_key(document),
    }
}
