//! `certwright self-signed`

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use certwright::issue::{Signatory, Template, issue};
use certwright::name::{San, Subject};
use certwright::profile::Profile;
use certwright::validity::Lifetime;

use super::made::{Made, NewKey, cautions, stem, write};
use crate::cli::app::Context;
use crate::cli::args::{KeySource, Lifespan, Naming, Overwrite, Places, Purpose, require_names};
use crate::cli::containers::{Packing, Seal};
use crate::cli::report::Report;

/// Make a certificate that signs itself
#[derive(Args)]
pub struct SelfSigned {
    #[command(flatten)]
    naming: Naming,

    #[command(flatten)]
    purpose: Purpose,

    /// Make it a CA's certificate, which may issue others; it has a --subject and no names
    #[arg(long, requires = "subject", conflicts_with_all = ["client", "server", "names"])]
    ca: bool,

    #[command(flatten)]
    lifespan: Lifespan,

    #[command(flatten)]
    key: KeySource,

    #[command(flatten)]
    packing: Packing,

    /// Where to write the certificate [default: NAME.crt, or .p12 or .jks]
    #[arg(long, value_name = "FILE")]
    cert_file: Option<PathBuf>,

    #[command(flatten)]
    places: Places,

    #[command(flatten)]
    overwrite: Overwrite,
}

impl SelfSigned {
    /// Makes the certificate and writes it with its key.
    pub fn run(&self, context: &Context) -> Result<Report> {
        let names = self.naming.sans()?;
        let subject = with_common_name(self.naming.subject(&names)?, &names)?;
        let purposes = self.purpose.for_names(&names);
        let profile = if self.ca {
            Profile::root(None, None)
        } else {
            Profile::leaf(purposes)
        };
        if !self.ca {
            require_names(&names, purposes)?;
        }
        let validity = self.lifespan.validity(context.now, DEFAULT_LIFETIME)?;
        let stem = stem(&names, &subject);
        self.packing.require_fitting(self.cert_file.as_ref())?;
        let seal = self.packing.seal(&self.key, &self.places, context)?;
        let suffix = seal.as_ref().map_or("crt", |seal| seal.container.suffix());
        let path = self
            .places
            .of(self.cert_file.as_ref(), format!("{stem}.{suffix}"))?;
        let key_path = self.places.key(&stem)?;
        let (key, password) = match &seal {
            Some(_) => (self.key.of_container(context)?, None),
            None => self.key.obtain(context)?,
        };
        let public_key = key.public_key().clone();
        let template = Template {
            profile,
            subject: subject.clone(),
            names: names.clone(),
            public_key,
            validity,
        };
        let certificate = issue(&template, Signatory::Itself(&key))?;

        let mut made = Made::certificate(&certificate);
        let existing = self.overwrite.existing();
        match &seal {
            Some(seal) => {
                made.add("container", &path);
                let chain = std::slice::from_ref(&certificate);
                let file = seal.file(&path, &key, chain, context.now)?;
                write(vec![file], &self.places, existing)?;
            }
            None => {
                let new_key = self.key.key.is_none().then_some(NewKey {
                    key: &key,
                    password: password.as_ref(),
                    path: key_path,
                });
                let document = ("certificate", path, certificate.to_pem());
                made.write(document, new_key, &self.places, existing)?;
            }
        }
        let server = purposes.server && !self.ca;
        let caution = seal.as_ref().and_then(Seal::caution);
        let notes = self
            .naming
            .notes()
            .into_iter()
            .chain(caution)
            .chain(cautions(
                &names,
                server,
                validity,
                key.public_key().kind(),
                false,
            ));
        Ok(Report::new(made).with_notes(notes))
    }
}

/// An issuer may not be nameless (RFC 5280 §4.1.2.4), and who signs itself is one.
fn with_common_name(subject: Subject, names: &[San]) -> Result<Subject> {
    if !subject.is_empty() || names.is_empty() {
        return Ok(subject);
    }
    let fitting = names
        .iter()
        .map(San::to_string)
        .find(|name| name.chars().count() <= MAX_COMMON_NAME);
    Ok(subject.with_common_name(fitting.as_deref().unwrap_or("self-signed certificate"))?)
}

/// A year: what people who write `openssl req -x509 -days 365` are used to.
const DEFAULT_LIFETIME: Lifetime = Lifetime::days(365);
/// RFC 5280 appendix A.1, ub-common-name.
const MAX_COMMON_NAME: usize = 64;
