//! `certwright csr`

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use certwright::issue;

use super::made::{Made, NewKey, stem};
use crate::cli::app::Context;
use crate::cli::args::{KeySource, Naming, Overwrite, Places, Purpose};
use crate::cli::report::Report;

/// Make a certificate request, with a new key or one that is there
#[derive(Args)]
pub struct Csr {
    #[command(flatten)]
    naming: Naming,

    #[command(flatten)]
    purpose: Purpose,

    #[command(flatten)]
    key: KeySource,

    /// Where to write the request [default: NAME.csr]
    #[arg(long, value_name = "FILE")]
    csr_file: Option<PathBuf>,

    #[command(flatten)]
    places: Places,

    #[command(flatten)]
    overwrite: Overwrite,
}

impl Csr {
    /// Makes the request and writes it with its key.
    pub fn run(&self, context: &Context) -> Result<Report> {
        let names = self.naming.sans()?;
        let subject = self.naming.subject(&names)?;
        let stem = stem(&names, &subject);
        let path = self
            .places
            .of(self.csr_file.as_ref(), format!("{stem}.csr"))?;
        let key_path = self.places.key(&stem)?;
        let (key, password) = self.key.obtain(context)?;
        let request = issue::request(&subject, &names, self.purpose.for_names(&names), &key)?;
        let mut made = Made::new(subject, names, key.public_key().kind());
        let new_key = self.key.key.is_none().then_some(NewKey {
            key: &key,
            password: password.as_ref(),
            path: key_path,
        });
        let document = ("request", path, request.to_pem());
        made.write(document, new_key, &self.places, self.overwrite.existing())?;
        Ok(Report::new(made).with_notes(self.naming.notes()))
    }
}
