//! `certwright ca rotate` and `certwright ca widen`

use anyhow::Result;
use clap::Args;

use certwright::ca::{Authority, present_constraints};
use certwright::error::{Error, ErrorKind};
use certwright::issue::cannot_be_permitted;
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
        let constraints = present_constraints(context.home()?)?;
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
        let home = context.home()?;
        let mut constraints = present_constraints(home)?;
        let missing = more.iter().filter(|permission| match &constraints {
            Some(constraints) => !constraints.covers(permission),
            None => false,
        });
        let missing: Vec<Permission> = missing.cloned().collect();
        let known = more
            .iter()
            .filter(|permission| !missing.contains(permission));
        let known: Vec<String> = known
            .map(|known| format!("the CA may issue for {known} already"))
            .collect();
        if missing.is_empty() {
            let authority = Authority::open(home)?;
            return Ok(Report::new(Shown::read(&authority, context.now)?).with_notes(known));
        }
        for permission in &missing {
            if let Some(constraints) = &mut constraints {
                constraints.permit(permission);
                require_not_excluded(permission, constraints)?;
            }
        }
        Ok(add(&self.make, constraints, context)?.with_notes(known))
    }
}

/// What the CA excludes stays excluded: somebody had a reason for that.
fn require_not_excluded(permission: &Permission, constraints: &NameConstraints) -> Result<()> {
    if constraints.covers(permission) {
        return Ok(());
    }
    let excluded: Vec<String> = constraints
        .excluded
        .iter()
        .map(ToString::to_string)
        .collect();
    Err(Error::new(
        ErrorKind::OutOfScope,
        format!(
            "{permission} cannot be permitted, since the CA excludes {}",
            excluded.join(", ")
        ),
    )
    .with_hint("make a CA of its own for it: certwright --home DIR ca init")
    .into())
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
    match text.parse::<Permission>() {
        Ok(permission) => return Ok(permission),
        // It is meant as a network, and the error says what is wrong with it.
        Err(error) if error.kind() == ErrorKind::InvalidValue && !text.contains("://") => {
            return Err(error.into());
        }
        Err(_) => {}
    }
    let name: San = text.parse()?;
    Permission::for_name(&name).ok_or_else(|| cannot_be_permitted(&name).into())
}
