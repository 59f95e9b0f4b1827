//! `certwright untrust`

use anyhow::Result;
use clap::Args;

use time::OffsetDateTime;

use certwright::ca::Authority;
use certwright::trust::environment::Files;

use super::trust::{Picked, Stores, each, finish, known, named};
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
}

impl Untrust {
    /// Takes the roots out of every store.
    pub fn run(&self, context: &Context) -> Result<Report> {
        let stores = Stores::find(context, &self.picked.store)?;
        let roots = match &self.picked.cert {
            Some(path) => vec![named(path, context)?],
            None => {
                let authority = Authority::look(context.home()?)?;
                if self.picked.store.is_empty() {
                    Files::of(authority.home()).remove()?;
                }
                known(&authority, OffsetDateTime::UNIX_EPOCH)?
            }
        };
        let rows = each(&stores, &roots, |store, root| store.remove(root));
        Ok(finish(rows, roots, None, Vec::new()))
    }
}
