//! `certwright ca init`

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;

use certwright::ca::{Authority, ListUrl, Plan};
use certwright::crypto::Algorithm;
use certwright::error::{Error, ErrorKind};
use certwright::name::{Permission, Subject};
use certwright::profile::{ConstraintPreset, MAX_PATH_LENGTH};
use certwright::validity::Lifetime;

use super::show::Shown;
use super::waiting::Asking;
use super::{algorithm_note, broad_note, default_plan, with_hint};
use crate::cli::app::Context;
use crate::cli::args::order_note;
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
        let constraints = self.constraints.constraints(&self.permit)?;
        let plan = self.make.plan(context, default_plan(constraints), false)?;
        if let Some(file) = &self.make.asking.request {
            return self.ask(file, &plan, context);
        }
        let (authority, created) = Authority::open_or_create(home, &plan, context.now)?;
        if !created {
            return Err(there_is_one(home).into());
        }
        let mut notes = self.unneeded()?;
        notes.extend(self.permit.iter().filter_map(broad_note));
        notes.extend(algorithm_note(plan.algorithm));
        notes.extend(order_note(&plan.subject));
        Ok(Shown::read(&authority, context.now)?.report(notes))
    }

    /// Asks for the CA's certificate, unless there is one.
    fn ask(&self, file: &Path, plan: &Plan, context: &Context) -> Result<Report> {
        let home = context.home()?;
        match Authority::look(home) {
            Err(error) if error.kind() == ErrorKind::CaMissing => {}
            Err(error) => return Err(error.into()),
            Ok(_) => {
                return Err(there_is_one(home)
                    .with_hint("ask for its successor: certwright ca rotate --request FILE")
                    .into());
            }
        }
        let notes = self.unneeded()?;
        let dangers = self.permit.iter().filter_map(broad_note);
        let report = self.make.asking.ask(file, plan, context)?;
        Ok(report.with_notes(notes).with_notes(dangers))
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

fn there_is_one(home: &Path) -> Error {
    Error::new(
        ErrorKind::AlreadyExists,
        format!("there is a local CA in {} already", home.display()),
    )
    .with_hint("show it: certwright ca show; make its successor: certwright ca rotate")
}

/// How the keys and subjects of a generation are made.
#[derive(Args)]
pub struct Making {
    /// Kind of the keys: p256, p384, p521, ed25519, rsa2048, rsa3072, rsa4096 [default: p256, or as the CA's]
    #[arg(long, short, value_name = "ALG", value_parser = parsed::<Algorithm>)]
    algorithm: Option<Algorithm>,

    /// Length of validity: 36h, 90d, 12w, 6mo, 2y [default: 10y, or as the CA's]
    #[arg(long, value_name = "TIME", value_parser = parsed::<Lifetime>)]
    valid_for: Option<Lifetime>,

    /// How many CAs may follow below it, for certwright issue --ca: 0 to 4 [default: 0, or as the CA's]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=i64::from(MAX_PATH_LENGTH)))]
    path_length: Option<u8>,

    /// Attributes for the subjects beside their common names, such as '/C=DE/O=Example' [default: none, or the CA's]
    #[arg(long, value_name = "NAME", value_parser = parsed::<Subject>)]
    subject: Option<Subject>,

    /// Write the root's key too; without this it is never written, and nobody can steal it [default: as the CA has it]
    #[arg(long)]
    keep_root_key: bool,

    /// Tell in the certificates where their revocation lists will be: the URL of a folder for what
    /// `ca crl --out-dir` writes [default: none, or the CA's]
    #[arg(long, value_name = "URL", value_parser = parsed::<ListUrl>)]
    crl_url: Option<ListUrl>,

    #[command(flatten)]
    pub asking: Asking,

    /// Encrypt the keys with a password; goes without saying where the CA's keys are encrypted
    #[arg(long)]
    encrypt: bool,

    /// Read the password from a file's first line; - for standard input
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

impl Making {
    /// Completes the plan of a generation: what was not said is as it was before.
    ///
    /// Nobody expects plain keys after encrypted ones, so those want a password again.
    pub fn plan(&self, context: &Context, before: Plan, encrypted: bool) -> Result<Plan> {
        let password = new_password(
            self.encrypt || encrypted,
            self.password_file.as_ref(),
            context,
        );
        let password = password.map_err(|error| match encrypted {
            true => with_hint(
                error,
                "the CA's keys are encrypted, and so will be the new ones: give their password with --password-file FILE",
            ),
            false => error,
        });
        Ok(Plan {
            algorithm: self.algorithm.unwrap_or(before.algorithm),
            constraints: before.constraints,
            lifetime: self.valid_for.unwrap_or(before.lifetime),
            path_length: self.path_length.unwrap_or(before.path_length),
            subject: self.subject.clone().unwrap_or(before.subject),
            list_url: self.crl_url.clone().or(before.list_url),
            keep_root_key: self.keep_root_key || before.keep_root_key,
            password: password?,
        })
    }
}
