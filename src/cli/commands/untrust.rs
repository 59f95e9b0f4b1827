//! `certwright untrust`

use anyhow::Result;
use clap::Args;

use time::OffsetDateTime;

use certwright::ca::Authority;
use certwright::cert::Certificate;
use certwright::error::ErrorKind;
use certwright::trust::Change;
use certwright::trust::environment::Files;

use super::trust::{Picked, Rehearsal, Stores, each, files, finish, known, named};
use crate::cli::app::Context;
use crate::cli::report::Report;

/// Take the local CA out of every trust store again
///
/// All of its generations are taken out, and the bundles of `trust env` removed. The CA itself stays;
/// nothing is made.
#[derive(Args)]
pub struct Untrust {
    #[command(flatten)]
    picked: Picked,

    /// Also every other CA that certwright made: of another folder, or of one that is gone
    #[arg(long, conflicts_with = "cert")]
    all: bool,

    #[command(flatten)]
    rehearsal: Rehearsal,
}

impl Untrust {
    /// Takes the roots out of every store.
    pub fn run(&self, context: &Context) -> Result<Report> {
        let stores = Stores::find(context, &self.picked)?;
        let mut roots = match &self.picked.cert {
            Some(path) => vec![named(path, context)?],
            None => match Authority::look(context.home()?) {
                Ok(authority) => {
                    let all = self.picked.store.is_empty() && self.picked.root.is_none();
                    if all && !self.rehearsal.dry_run {
                        Files::of(authority.home()).remove()?;
                    }
                    known(&authority, OffsetDateTime::UNIX_EPOCH)?
                }
                Err(error) if error.kind() == ErrorKind::CaMissing && self.all => Vec::new(),
                Err(error) if error.kind() == ErrorKind::CaMissing => {
                    return Err(error
                        .with_hint("to take out what other CAs of certwright left: certwright untrust --all")
                        .into());
                }
                Err(error) => return Err(error.into()),
            },
        };
        let others = stores.others(&roots);
        let mut notes = Vec::new();
        match self.all {
            true => roots.extend(others),
            false if self.picked.cert.is_none() => notes.extend(others.iter().map(stays)),
            false => {}
        }
        if self.rehearsal.dry_run {
            let rows = stores.planned(
                context,
                Change::Remove,
                &roots,
                &files(&self.picked, context),
            );
            return Ok(finish(rows, roots, None, notes));
        }
        let rows = each(&stores, &roots, |store, root| store.remove(root));
        Ok(finish(rows, roots, None, notes))
    }
}

fn stays(root: &Certificate) -> String {
    format!(
        "{} of another CA stays; certwright untrust --all takes it out too",
        root.subject()
    )
}
