//! `certwright renew`

mod after;
mod pass;
mod told;
mod which;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::Args;

use certwright::ca::{Authority, When};
use certwright::error::{Error, ErrorKind};
use certwright::validity::Lifetime;

use self::after::After;
use self::pass::Pass;
use crate::cli::app::Context;
use crate::cli::args::{parsed, span};
use crate::cli::report::Report;

/// Renew certificates that the local CA issued, in their files
///
/// Due is what has less than a third of its life left. Names, subject, purposes and length of life stay; the
/// serial number is new, and so is the key, except a CA's and one that was not made with the certificate. The files are replaced together, with owner, group and mode as they were.
#[derive(Args)]
pub struct Renew {
    /// Certificates, containers with a key and its certificate, and folders with any of these; all if none is named
    #[arg(value_name = "FILE|DIR", conflicts_with = "all")]
    what: Vec<PathBuf>,

    /// Every certificate in use that the ledger knows the files of, as if nothing is named
    #[arg(long)]
    all: bool,

    /// Those that end within this time, instead: 36h, 30d, 12w
    #[arg(long, value_name = "TIME", value_parser = parsed::<Lifetime>)]
    within: Option<Lifetime>,

    /// Those that are not due as well
    #[arg(long, conflicts_with = "within")]
    force: bool,

    /// Certify the same keys again, as is done of CAs anyway
    #[arg(long)]
    reuse_key: bool,

    /// Read the password of containers and encrypted keys from a file's first line; - for standard input
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,

    /// Read the password of the CA's key from a file's first line; - for standard input
    #[arg(long, value_name = "FILE")]
    ca_password_file: Option<PathBuf>,

    #[command(flatten)]
    after: After,

    /// Say what is due, with the exit code 1 if anything is, and write nothing
    #[arg(long, conflicts_with_all = ["force", "reuse_key", "reload", "signal", "watch"])]
    check: bool,

    /// Go on: renew whenever something is due, until the process is ended
    #[arg(long, conflicts_with = "force")]
    watch: bool,

    /// With --watch: how long to wait at most before looking again: 90s, 10m, 12h
    #[arg(long, value_name = "TIME", value_parser = span, requires = "watch", default_value = "12h")]
    every: Duration,
}

impl Renew {
    /// Tells whether it is run until it is ended.
    pub fn goes_on(&self) -> bool {
        self.watch
    }

    /// Renews what is due.
    pub fn run(&self, context: &Context) -> Result<Report> {
        self.require_lasting_passwords()?;
        self.require_meant()?;
        let authority = Authority::open(context.home()?)?;
        let mut pass = Pass::begin(self, &authority, self.when(context)?, context)?;
        let looked = match self.is_of_all() {
            true => pass.ask_ledger(),
            false => pass.look_at(&self.what),
        };
        match looked {
            Ok(()) => pass.end(),
            Err(error) => pass.end_early(error),
        }
    }

    fn when(&self, context: &Context) -> Result<When> {
        Ok(match (self.force, self.within) {
            (true, _) => When::Always,
            (_, Some(time)) => When::Within(time.after(context.now)? - context.now),
            _ => When::LastThird,
        })
    }

    /// Tells whether all are meant that the ledger knows.
    fn is_of_all(&self) -> bool {
        self.what.is_empty()
    }

    /// What is due may be renewed unasked, and nothing else.
    fn require_meant(&self) -> Result<()> {
        if !self.force || self.all || !self.what.is_empty() {
            return Ok(());
        }
        let unnamed = "--force renews what is not due as well, and nothing is named";
        let hint = "name files or folders; or, for every certificate in use: certwright renew --all --force";
        Err(Error::new(ErrorKind::InvalidValue, unnamed)
            .with_hint(hint)
            .into())
    }

    /// What is read once cannot be read again when the next is due.
    fn require_lasting_passwords(&self) -> Result<()> {
        let files = [&self.password_file, &self.ca_password_file];
        let from_stdin = |file: &&Option<PathBuf>| file.as_deref() == Some("-".as_ref());
        if !self.watch || !files.iter().any(from_stdin) {
            return Ok(());
        }
        let once = "with --watch passwords are read whenever something is due, and standard input can be read once";
        let hint = "put the password into a file that only this user may read";
        Err(Error::new(ErrorKind::InvalidValue, once)
            .with_hint(hint)
            .into())
    }
}
