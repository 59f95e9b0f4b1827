//! `certwright ca init`

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use certwright::ca::{Authority, Plan};
use certwright::crypto::Algorithm;
use certwright::error::{Error, ErrorKind};
use certwright::name::{Permission, Subject};
use certwright::profile::ConstraintPreset;
use certwright::validity::Lifetime;

use super::DEFAULT_LIFETIME;
use super::show::Shown;
use crate::cli::app::Context;
use crate::cli::args::{new_password, parsed};
use crate::cli::report::Report;

/// Make the local CA: a root and an intermediate, limited to local names
#[derive(Args)]
pub struct Init {
    #[command(flatten)]
    make: Making,

    /// Names that it may issue for: dns, strict, soft or none
    ///
    /// dns: local host names and those below them (localhost, test, internal, home.arpa, local, lan, home,
    /// example, svc), and any IP address. strict: also only loopback, private and link-local addresses; gRPC,
    /// Envoy and Bun then refuse certificates with an address. soft: as dns, for Mbed TLS, which cannot read
    /// a critical constraint. none: every name; then whoever steals the key can pose as any site.
    #[arg(long, value_name = "SET", value_parser = parsed::<ConstraintPreset>, default_value = "dns")]
    constraints: ConstraintPreset,

    /// Permit this domain, with all below it, or this network too (can be repeated)
    #[arg(long, value_name = "NAME|CIDR", value_parser = parsed::<Permission>)]
    permit: Vec<Permission>,
}

impl Init {
    /// Makes the CA, unless there is one.
    pub fn run(&self, context: &Context) -> Result<Report> {
        let home = context.home()?;
        let plan = self
            .make
            .plan(context, self.constraints.constraints(&self.permit)?)?;
        let (authority, created) = Authority::open_or_create(home, &plan, context.now)?;
        if !created {
            return Err(Error::new(
                ErrorKind::AlreadyExists,
                format!("there is a local CA in {} already", home.display()),
            )
            .with_hint("show it: certwright ca show; make its successor: certwright ca rotate")
            .into());
        }
        Ok(Report::new(Shown::read(&authority, context.now)?).with_notes(self.unneeded()?))
    }

    /// What is permitted without being asked for, and how a network is meant to be.
    fn unneeded(&self) -> Result<Vec<String>> {
        let Some(preset) = self.constraints.constraints(&[])? else {
            return Ok(Vec::new());
        };
        let unneeded = self
            .permit
            .iter()
            .filter(|permission| preset.covers(permission));
        let note = |permission: &Permission| {
            let strict = match permission {
                Permission::Network(_) if self.constraints != ConstraintPreset::Strict => {
                    "; only --constraints strict closes IP addresses"
                }
                _ => "",
            };
            format!("the CA may issue for {permission} without --permit{strict}")
        };
        Ok(unneeded.map(note).collect())
    }
}

/// How the keys and subjects of a generation are made.
#[derive(Args)]
pub struct Making {
    /// Kind of the keys: p256, p384, p521, ed25519, rsa2048, rsa3072, rsa4096
    #[arg(long, short, value_name = "ALG", value_parser = parsed::<Algorithm>, default_value = "p256")]
    algorithm: Algorithm,

    /// Length of validity: 36h, 90d, 12w, 6mo, 2y [default: 10y]
    #[arg(long, value_name = "TIME", value_parser = parsed::<Lifetime>)]
    valid_for: Option<Lifetime>,

    /// Attributes for the subjects beside their common names, such as '/C=DE/O=Example'
    #[arg(long, value_name = "NAME", value_parser = parsed::<Subject>)]
    subject: Option<Subject>,

    /// Write the root's key too; without this it is never written, and nobody can steal it
    #[arg(long)]
    keep_root_key: bool,

    /// Encrypt the keys with a password
    #[arg(long)]
    encrypt: bool,

    /// Read the password from a file's first line; - for standard input
    #[arg(long, value_name = "FILE", requires = "encrypt")]
    password_file: Option<PathBuf>,
}

impl Making {
    /// Completes the plan of a generation.
    pub fn plan(
        &self,
        context: &Context,
        constraints: Option<certwright::name::NameConstraints>,
    ) -> Result<Plan> {
        Ok(Plan {
            algorithm: self.algorithm,
            constraints,
            lifetime: self.valid_for.unwrap_or(DEFAULT_LIFETIME),
            subject: self.subject.clone().unwrap_or_default(),
            keep_root_key: self.keep_root_key,
            password: new_password(self.encrypt, self.password_file.as_ref(), context)?,
        })
    }
}
