//! `certwright csr`

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use certwright::issue;

use super::made::{Made, NewKey, stem};
use crate::cli::app::Context;
use crate::cli::args::{KeySource, Naming, Overwrite, Purpose};
use crate::cli::input::place;
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

    /// Folder for the files [default: the current one]
    #[arg(long, value_name = "DIR")]
    out_dir: Option<PathBuf>,

    /// Where to write the request [default: NAME.csr]
    #[arg(long, value_name = "FILE")]
    csr_file: Option<PathBuf>,

    /// Where to write the new key [default: NAME.key]
    #[arg(long, value_name = "FILE", conflicts_with = "key")]
    key_file: Option<PathBuf>,

    #[command(flatten)]
    overwrite: Overwrite,
}

impl Csr {
    /// Makes the request and writes it with its key.
    pub fn run(&self, context: &Context) -> Result<Report> {
        let names = self.naming.sans()?;
        let subject = self.naming.subject(&names)?;
        let (key, password) = self.key.obtain(context)?;
        let request = issue::request(&subject, &names, self.purpose.for_names(&names), &key)?;
        let stem = stem(&names, &subject);
        let path = place(
            self.csr_file.as_ref(),
            self.out_dir.as_ref(),
            format!("{stem}.csr"),
        );
        let mut made = Made::new(subject, names, key.public_key().kind());
        let new_key = self.key.is_new().then(|| NewKey {
            key: &key,
            password: password.as_ref(),
            path: place(
                self.key_file.as_ref(),
                self.out_dir.as_ref(),
                format!("{stem}.key"),
            ),
        });
        let document = ("request", path, request.to_pem());
        made.write(
            document,
            new_key,
            self.out_dir.as_ref(),
            self.overwrite.existing(),
        )?;
        Ok(Report::new(made))
    }
}
