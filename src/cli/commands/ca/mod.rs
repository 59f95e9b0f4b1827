//! `certwright ca`

mod crl;
mod export;
mod import;
mod init;
mod passphrase;
mod repair;
mod retire;
mod rotate;
mod show;
mod waiting;

use anyhow::Result;
use clap::Subcommand;

use certwright::ca::Plan;
use certwright::crypto::Algorithm;
use certwright::error::{Error, ErrorKind};
use certwright::name::{NameConstraints, Permission, Subject};
use certwright::profile::is_broad;
use certwright::validity::Lifetime;

use crate::cli::app::Context;
use crate::cli::report::Report;

/// Make, show and change the local CA
#[derive(Subcommand)]
pub enum Ca {
    Crl(crl::Crl),
    Export(export::Export),
    Import(import::Import),
    Init(init::Init),
    Passphrase(passphrase::Passphrase),
    Repair(repair::Repair),
    Retire(retire::Retire),
    Rotate(rotate::Rotate),
    Show(show::Show),
    Widen(rotate::Widen),
}

impl Ca {
    /// Runs the command to its report.
    pub fn run(&self, context: &Context) -> Result<Report> {
        match self {
            Self::Crl(command) => command.run(context),
            Self::Export(command) => command.run(context),
            Self::Import(command) => command.run(context),
            Self::Init(command) => command.run(context),
            Self::Passphrase(command) => command.run(context),
            Self::Repair(command) => command.run(context),
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
        path_length: 0,
        subject: Subject::empty(),
        list_url: None,
        keep_root_key: false,
        password: None,
    }
}

/// Gives an error of ours that asks for a password another hint: where it is to be given.
fn with_hint(error: anyhow::Error, hint: &str) -> anyhow::Error {
    match error.downcast::<Error>() {
        Ok(known) if known.kind() == ErrorKind::PasswordNeeded => known.with_hint(hint).into(),
        Ok(other) => other.into(),
        Err(other) => other,
    }
}

/// What it means that a CA has no constraints.
fn unconstrained_note(which: &str) -> String {
    format!(
        "{which} may issue for every name: whoever steals its key can pose as any site to every client that trusts it"
    )
}

/// What it means to permit a domain that belongs to nobody alone.
fn broad_note(permission: &Permission) -> Option<String> {
    is_broad(permission).then(|| {
        format!(
            "{permission} holds names of very many owners: whoever steals the CA's key can pose as any of them"
        )
    })
}

/// What is known to refuse a CA's keys.
fn algorithm_note(algorithm: Algorithm) -> Option<String> {
    (algorithm == Algorithm::Ed25519).then(|| {
        "no browser takes certificates that an Ed25519 key signed; programs on OpenSSL, Go and rustls do"
            .to_owned()
    })
}

/// As long as mkcert's root and step's: outlives most machines, and ends.
const DEFAULT_LIFETIME: Lifetime = Lifetime::years(10);
