//! `certwright ca rotate` and `certwright ca widen`

use anyhow::Result;
use clap::Args;

use certwright::ca::{Authority, present_constraints};
use certwright::error::{Error, ErrorKind};
use certwright::name::{NameConstraints, Permission, San};

use super::init::Making;
use super::show::Shown;
use crate::cli::app::Context;
use crate::cli::report::Report;

/// Make a new generation of the CA beside the old, and issue from it
#[derive(Args)]
pub struct Rotate {
    #[command(flatten)]
    make: Making,
}

impl Rotate {
    /// Makes the generation.
    pub fn run(&self, context: &Context) -> Result<Report> {
        let constraints = present_constraints(context.home()?, &[])?;
        add(&self.make, constraints, context)
    }
}

/// Make a new generation of the CA that may issue for more names
#[derive(Args)]
pub struct Widen {
    /// Domains (with all below them), addresses and networks to permit beside the present ones
    #[arg(value_name = "NAME|CIDR", required = true)]
    names: Vec<String>,

    #[command(flatten)]
    make: Making,
}

impl Widen {
    /// Makes the generation.
    pub fn run(&self, context: &Context) -> Result<Report> {
        let more = self
            .names
            .iter()
            .map(|text| permission(text))
            .collect::<Result<Vec<_>>>()?;
        let constraints = present_constraints(context.home()?, &more)?;
        if constraints.is_none() {
            return Err(Error::new(
                ErrorKind::InvalidValue,
                "the CA has no constraints, and may issue for every name already",
            )
            .into());
        }
        add(&self.make, constraints, context)
    }
}

fn add(make: &Making, constraints: Option<NameConstraints>, context: &Context) -> Result<Report> {
    let home = context.home()?;
    let plan = make.plan(context, constraints)?;
    let authority = Authority::add_generation(home, &plan, context.now)?;
    let note = format!(
        "clients must trust the new root too, {}; keep trusting the old one until what it issued has ended",
        authority.current().root_path().display()
    );
    Ok(Report::new(Shown::read(&authority, context.now)?).with_notes([note]))
}

/// A domain or network as such, or whatever a certificate's name takes.
fn permission(text: &str) -> Result<Permission> {
    if let Ok(permission) = text.parse() {
        return Ok(permission);
    }
    let name: San = text.parse()?;
    Permission::for_name(&name).ok_or_else(|| {
        Error::new(ErrorKind::InvalidName, format!("no constraint can permit the URI {name}, since it has no host name"))
            .with_hint("only a CA without constraints can issue for it: certwright --home DIR ca init --constraints none")
            .into()
    })
}
