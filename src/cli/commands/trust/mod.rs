//! `certwright trust`

mod authorities;
mod env;
pub mod follow;
mod rows;
mod serve;
mod status;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};

use certwright::ca::Authority;
use certwright::cert::Certificate;
use certwright::profile::ConstraintPreset;
use certwright::trust::Change;
use certwright::trust::browsers::waits_for_firefox;
use certwright::trust::environment::Files;

pub use authorities::{files, known, named};
pub use rows::{Row, Stores, Trusted, each};

use super::ca::default_plan;
use crate::cli::app::Context;
use crate::cli::report::{Exit, Report};

/// Make the browsers and runtimes of this machine accept the local CA, which is made on first use
///
/// Each store is done by itself: one that fails stops no other, and exit code 2 says that one did.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Trust {
    #[command(subcommand)]
    about: Option<About>,

    #[command(flatten)]
    picked: Picked,

    #[command(flatten)]
    rehearsal: Rehearsal,
}

#[derive(Subcommand)]
enum About {
    Env(env::Env),
    Serve(serve::Serve),
    Status(status::Status),
}

/// Which certificate, and which stores.
#[derive(Args, Default)]
pub struct Picked {
    /// Only this store, by the first word of its name or the whole of it; may be repeated. Else those that
    /// CERTWRIGHT_TRUST_STORES lists, between commas
    #[arg(long, value_name = "NAME")]
    pub store: Vec<String>,

    /// The certificate of another CA, in place of the local one's
    #[arg(long, value_name = "FILE")]
    pub cert: Option<PathBuf>,

    /// The system in a folder that does not run, such as an image, in place of this machine and its user
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
}

/// What would be done.
#[derive(Args)]
pub struct Rehearsal {
    /// Only say what would be done, with the commands for who may not use sudo
    #[arg(long)]
    pub dry_run: bool,
}

impl Trust {
    /// Puts the roots into every store.
    pub fn run(&self, context: &Context) -> Result<Report> {
        match &self.about {
            Some(About::Env(command)) => return command.run(context),
            Some(About::Serve(command)) => return command.run(context),
            Some(About::Status(command)) => return command.run(context),
            None => {}
        }
        let stores = Stores::find(context, &self.picked)?;
        let mut notes = Vec::new();
        let (roots, created) = match &self.picked.cert {
            Some(path) => (vec![named(path, context)?], false),
            // A rehearsal makes nothing.
            None if self.rehearsal.dry_run => (
                known(&Authority::look(context.home()?)?, context.now)?,
                false,
            ),
            None => {
                let constraints = ConstraintPreset::default().constraints(&[])?;
                let plan = default_plan(constraints);
                let (authority, created) =
                    Authority::open_or_create(context.home()?, &plan, context.now)?;
                if created {
                    notes.push(format!("made a local CA in {}", authority.home().display()));
                }
                (known(&authority, context.now)?, created)
            }
        };
        if self.rehearsal.dry_run {
            let rows = stores.planned(
                context,
                Change::Install,
                &roots,
                &files(&self.picked, context),
            );
            return Ok(finish(rows, roots, Some(false), notes));
        }
        let rows = each(&stores, &roots, |store, root| store.install(root));
        if self.picked.cert.is_none() && self.picked.root.is_none() {
            keep_fresh(context, &roots)?;
        }
        if rows.iter().any(Row::is_changed_browser) {
            notes.push("a Chromium that runs takes notice when it is started again".to_owned());
        }
        if self.picked.root.is_none() && waits_for_firefox(&context.host()?) {
            notes.push(
                "Firefox is here and was never started, so it has no store yet; start it once, and run this again".to_owned(),
            );
        }
        Ok(finish(rows, roots, Some(created), notes))
    }
}

/// Makes the bundles of `trust env` anew, if there are any.
fn keep_fresh(context: &Context, roots: &[Certificate]) -> Result<()> {
    let files = Files::of(context.home()?);
    match files.bundle.exists() {
        true => Ok(files.refresh(&context.host()?.root, roots)?),
        false => Ok(()),
    }
}

/// Ends a report in rows: failed if one is.
pub fn finish(
    rows: Vec<Row>,
    roots: Vec<Certificate>,
    created: Option<bool>,
    notes: Vec<String>,
) -> Report {
    let failed = rows.iter().any(|row| row.fault.is_some());
    Report {
        answer: if failed { Exit::Failed } else { Exit::Yes },
        ..Report::new(Trusted {
            rows,
            roots,
            created,
        })
        .with_notes(notes)
    }
}
