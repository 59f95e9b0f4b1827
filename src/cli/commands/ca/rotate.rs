//! `certwright ca rotate` and `certwright ca widen`

use anyhow::Result;
use clap::Args;

use certwright::ca::{Authority, Succession};
use certwright::error::{Error, ErrorKind};
use certwright::issue::cannot_be_permitted;
use certwright::name::{NameConstraints, Permission, San};

use super::super::trust::follow::{Followed, succeed};
use super::init::Making;
use super::show::Shown;
use super::{algorithm_note, broad_note, unconstrained_note};
use crate::cli::app::Context;
use crate::cli::args::order_note;
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
        let predecessor = Succession::read(context.home()?)?;
        let asked = self.make.asking.request.is_some();
        let report = add(&self.make, predecessor.clone(), context)?;
        let unconstrained = !asked && predecessor.plan.constraints.is_none();
        Ok(report.with_notes(unconstrained.then(|| unconstrained_note("the new generation"))))
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
        let mut predecessor = Succession::read(home)?;
        let constraints = &mut predecessor.plan.constraints;
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
            return Ok(Shown::read(&authority, context.now)?.report(known));
        }
        for permission in &missing {
            if let Some(constraints) = constraints {
                constraints.permit(permission);
                require_not_excluded(permission, constraints)?;
            }
        }
        let dangers = missing.iter().filter_map(broad_note);
        let notes: Vec<String> = known.into_iter().chain(dangers).collect();
        Ok(add(&self.make, predecessor, context)?.with_notes(notes))
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

fn add(make: &Making, predecessor: Succession, context: &Context) -> Result<Report> {
    let home = context.home()?;
    let plan = make.plan(context, predecessor.plan, predecessor.encrypted)?;
    if let Some(file) = &make.asking.request {
        return make.asking.ask(file, &plan, context);
    }
    let left = predecessor.requested.then(|| {
        "the generation before was signed by another CA, and this one has a root of its own; for one below that CA: certwright ca rotate --request FILE".to_owned()
    });
    // A broken generation can be succeeded too; who trusts it is then not known.
    let old = Authority::look(home);
    let revoked = old.as_ref().ok().and_then(revoked);
    let old = old.map(|old| old.current().root().clone());
    let authority = Authority::add_generation(home, &plan, context.now)?;
    let followed = match old {
        Ok(old) => succeed(context, &old, authority.current().root()),
        Err(_) => Followed::default(),
    };
    let note = match &followed.stores[..] {
        [] => format!(
            "clients must trust the new root too, {} (certwright trust); {}",
            authority.current().root_path().display(),
            revoked.unwrap_or_else(
                || "keep trusting the old one until what it issued has ended".to_owned()
            )
        ),
        stores => format!(
            "the new root is trusted where the old one is, by {}; both stay until the old one is retired",
            stores.join(", ")
        ),
    };
    let notes = std::iter::once(note)
        .chain(algorithm_note(plan.algorithm))
        .chain(order_note(&plan.subject))
        .chain(left)
        .chain(followed.unknown);
    let mut report = Shown::read(&authority, context.now)?.report(notes);
    report.failures.extend(followed.failures);
    Ok(report)
}

/// What is to be done with a CA that is revoked: nobody is to trust it longer than need be.
fn revoked(old: &Authority) -> Option<String> {
    let old = old.current();
    let name = old.name();
    old.revocation().ok().flatten()?;
    Some(format!(
        "the one before is revoked: renew what it issued (certwright renew --all --force), and give it up (certwright ca retire {name})"
    ))
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
