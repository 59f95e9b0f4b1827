//! `certwright ca passphrase`

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use certwright::ca::Authority;

use super::show::Shown;
use crate::cli::app::Context;
use crate::cli::report::Report;

/// Set, change or remove the password of the CA's key
#[derive(Args)]
pub struct Passphrase {
    /// Read the present password from a file's first line
    #[arg(long, value_name = "FILE")]
    ca_password_file: Option<PathBuf>,

    /// Read the new password from a file's first line
    #[arg(long, value_name = "FILE", conflicts_with = "remove")]
    new_password_file: Option<PathBuf>,

    /// Store the key without a password
    #[arg(long)]
    remove: bool,
}

impl Passphrase {
    /// Writes the keys anew.
    pub fn run(&self, context: &Context) -> Result<Report> {
        let authority = Authority::open(context.home()?)?;
        let given = self
            .ca_password_file
            .as_deref()
            .map(|file| context.input.password_file(file))
            .transpose()?;
        let new = match self.remove {
            true => None,
            false => Some(context.input.new_password(
                self.new_password_file.as_deref(),
                "password of the CA",
                "--new-password-file",
            )?),
        };
        context
            .input
            .unlock(given, "Present password of the CA", |old| {
                authority.change_password(old, new.as_ref())
            })?;
        let authority = Authority::open(context.home()?)?;
        Ok(Shown::read(&authority, context.now)?.report([]))
    }
}
