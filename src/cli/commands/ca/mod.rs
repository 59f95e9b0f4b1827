//! `certwright ca`

mod export;
mod import;
mod init;
mod passphrase;
mod retire;
mod rotate;
mod show;

use anyhow::Result;
use clap::Subcommand;

use certwright::ca::Plan;
use certwright::crypto::Algorithm;
use certwright::name::{NameConstraints, Subject};
use certwright::validity::Lifetime;

use crate::cli::app::Context;
use crate::cli::report::Report;

/// Make, show and change the local CA
#[derive(Subcommand)]
pub enum Ca {
    Export(export::Export),
    Import(import::Import),
    Init(init::Init),
    Passphrase(passphrase::Passphrase),
    Retire(retire::Retire),
    Rotate(rotate::Rotate),
    Show(show::Show),
    Widen(rotate::Widen),
}

impl Ca {
    /// Runs the command to its report.
    pub fn run(&self, context: &Context) -> Result<Report> {
        match self {
            Self::Export(command) => command.run(context),
            Self::Import(command) => command.run(context),
            Self::Init(command) => command.run(context),
            Self::Passphrase(command) => command.run(context),
            Self::Retire(command) => command.run(context),
            Self::Rotate(command) => command.run(context),
            Self::Show(command) => command.run(context),
            Self::Widen(command) => command.run(context),
        }
    }
}

/// What a CA is where nobody said more.
pub fn default_plan(constraints: Option<NameConstraints>) -> Plan {
    Plan {
        algorithm: Algorithm::default(),
        constraints,
        lifetime: DEFAULT_LIFETIME,
        subject: Subject::empty(),
        keep_root_key: false,
        password: None,
    }
}

/// As long as mkcert's root and step's: outlives most machines, and ends.
const DEFAULT_LIFETIME: Lifetime = Lifetime::years(10);
