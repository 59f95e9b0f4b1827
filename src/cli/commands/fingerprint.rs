//! `certwright fingerprint`

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use serde_json::json;

use certwright::cert::Certificate;
use certwright::crypto::Digest;
use certwright::document::{Document, Kind};
use certwright::error::{Error, ErrorKind};
use certwright::fingerprint::{Fingerprint as Print, Form};
use certwright::key::{Password, PrivateKey};

use super::held::public_key;
use crate::cli::app::Context;
use crate::cli::args::{Form as OutputForm, parsed};
use crate::cli::input::source_name;
use crate::cli::reaching::{Reach, Reaching};
use crate::cli::report::{Ending, Reply};
use crate::cli::what::{Server, What};

/// Print the digest of certificates or of their public keys
///
/// One line a certificate: the digest, and if several things are given also which. Of a live server it is
/// the server's own certificate.
#[derive(Args)]
pub struct Fingerprint {
    /// Files, - for standard input, and live servers: HOST, HOST:PORT, https://…
    #[arg(value_name = "WHAT", required = true)]
    what: Vec<PathBuf>,

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
        let password = context
            .input
            .given_password(self.password_file.as_deref())?;
        let reach = self.reaching.prepare(context, password.as_ref())?;
        Ok(Reply::of_rows("items", move |teller| {
            for what in &self.what {
                let found = What::of(what)
                    .map_err(Into::into)
                    .and_then(|what| match what {
                        What::File(path) => self.rows(&path, password.as_ref(), context),
                        What::Server(server) => self.row(&server, &reach).map(|row| vec![row]),
                    });
                match found {
                    Ok(found) => found
                        .iter()
                        .try_for_each(|row| teller.row(&self.told(row, context.form)))?,
                    Err(error) => teller.fail(&error)?,
                }
            }
            Ok(Ending::default())
        }))
    }

    fn told(&self, row: &Row, form: OutputForm) -> String {
        match form {
            OutputForm::Text if self.what.len() > 1 => format!("{}  {}\n", row.print, row.source),
            OutputForm::Text => format!("{}\n", row.print),
            OutputForm::Json | OutputForm::JsonLines => json!({
                "source": row.source,
                "index": row.index,
                "of": if self.spki { "public-key" } else { "certificate" },
                "digest": self.digest.to_string(),
                "fingerprint": row.print,
            })
            .to_string(),
        }
    }

    /// What the certificate is that a server sends for its own.
    fn row(&self, server: &Server, reach: &Reach<'_>) -> Result<Row> {
        let source = server.target.to_string();
        let session = reach.probe(server, false)?;
        let own = session.chain().first().map_or(&[][..], Vec::as_slice);
        let own = Certificate::from_der(own).map_err(|error| error.about(&source))?;
        let digested = if self.spki {
            own.public_key().spki()
        } else {
            own.der()
        };
        Ok(Row {
            index: 0,
            print: Print::of(self.digest, digested).to_text(self.format),
            source,
        })
    }

    fn rows(
        &self,
        path: &Path,
        password: Option<&Password>,
        context: &Context,
    ) -> Result<Vec<Row>> {
        let source = &source_name(path);
        let about = |error: Error| error.about(source);
        let bytes = context.input.read(path)?;
        let mut rows = Vec::new();
        for section in context.input.sections(&bytes, source, password)? {
            let document = section.read().map_err(about)?;
            if let Some(der) = self.digested(&document, password).map_err(about)? {
                let print = Print::of(self.digest, &der).to_text(self.format);
                rows.push(Row {
                    source: source.to_owned(),
                    index: rows.len(),
                    print,
                });
            }
        }
        if rows.is_empty() {
            let none = Error::new(
                ErrorKind::WrongKind,
                format!("{source}: it holds no certificate"),
            );
            return Err(none
                .with_hint("public keys, requests and private keys have one with --spki")
                .into());
        }
        Ok(rows)
    }

    /// What is digested of a document, if anything.
    fn digested(
        &self,
        document: &Document,
        password: Option<&Password>,
    ) -> Result<Option<Vec<u8>>, Error> {
        if !self.spki {
            return match document.kind {
                Kind::Certificate => {
                    Certificate::from_der(&document.der).map(|cert| Some(cert.der().to_vec()))
                }
                _ => Ok(None),
            };
        }
        let key = match document.kind.is_private_key() {
            true => Some(
                PrivateKey::from_document(document, password)?
                    .public_key()
                    .clone(),
            ),
            false => public_key(document)?,
        };
        Ok(key.map(|key| key.spki().to_vec()))
    }
}

struct Row {
    source: String,
    index: usize,
    print: String,
}
