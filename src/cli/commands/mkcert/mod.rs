//! `certwright mkcert`, and what runs under the name `mkcert`.
//!
//! Flags, variables, files, streams and exit codes are mkcert's (docs/mkcert.md), so little of what
//! holds for other commands holds here: standard output stays empty, and what could not be done is 1.

mod flags;
mod issuing;
mod names;
mod outputs;
mod stores;
mod usage;

use std::ffi::OsString;
use std::path::Path;

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use certwright::ca::mkcert::Caroot;
use certwright::crypto::Algorithm;
use certwright::error::ErrorKind;

use self::flags::{Flags, Misuse};
use self::issuing::Order;
use crate::cli::app::Context;
use crate::cli::args::generate;
use crate::cli::input::shown;
use crate::cli::invoker::Invoker;
use crate::cli::report::{Exit, Facts, Paint, Report, Text};

/// Stand in for mkcert: its flags, variables, file names and exit codes, on its own kind of CA
///
/// A link or copy of this program that is called mkcert does the same without the word.
#[derive(Args)]
#[command(disable_help_flag = true)]
pub struct Mkcert {
    /// mkcert's flags, then names; `certwright mkcert -help` lists them
    #[arg(
        value_name = "WORD",
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    words: Vec<OsString>,
}

impl Mkcert {
    /// Does what mkcert's words ask for.
    pub fn run(&self, context: &Context) -> Result<Report> {
        let flags = match Flags::parse(&self.words) {
            Ok(flags) => flags,
            Err(Misuse::ShortHelp) => return Ok(Done::telling(&short_usage()).report()),
            Err(Misuse::Form(told)) => {
                // Not a failure of the command, which would be 1, but one of its report, which is 2.
                return Ok(Report {
                    failures: vec![anyhow::Error::msg(told)],
                    ..Done::telling(&short_usage()).report()
                });
            }
        };
        Ok(self.done(&flags, context)?.report())
    }

    /// Tells whether nothing but a user's CA and stores is meant: root's are meant by nobody who types sudo.
    pub fn is_about_the_user(&self, caroot_is_named: bool) -> bool {
        !caroot_is_named
            && Flags::parse(&self.words).is_ok_and(|flags| {
                let issues = flags.csr.is_some() || !flags.names.is_empty();
                (flags.install && !issues) || flags.uninstall
            })
    }

    fn done(&self, flags: &Flags, context: &Context) -> Result<Done> {
        if self.words.is_empty() {
            return Ok(Done::printing(usage::SHORT.to_owned()));
        }
        if flags.help {
            return Ok(Done::printing(format!("{}{}", usage::SHORT, usage::FLAGS)));
        }
        if flags.version {
            return Ok(Done::printing(format!("{}\n", usage::VERSION)));
        }
        if let Some(told) = flags.conflict() {
            anyhow::bail!(told);
        }
        if flags.caroot {
            let caroot = context.caroot()?;
            return Ok(Done::printing(format!("{}\n", caroot.display())));
        }
        if flags.uninstall {
            return uninstalled(&context.caroot()?, context);
        }
        let order = Order::read(flags)?;
        if order.is_none() && !flags.install {
            return Ok(Done::telling(&short_usage()));
        }
        match (order, context.mkcert_invoker()) {
            (Some(order), Some(invoker)) if flags.install => {
                let done = installed_by(&invoker)?;
                Ok(done.and(change(flags, false, Some(order), context)?))
            }
            (order, _) => change(flags, flags.install, order, context),
        }
    }
}

/// Under sudo the files are root's, and the CA and the stores those of who typed it: so this is theirs to do.
fn installed_by(invoker: &Invoker) -> Result<Done> {
    let words = ["certwright", "mkcert", "-install"].map(OsString::from);
    Ok(Done {
        failed: invoker.run(&words)? != Exit::Yes,
        ..Done::default()
    })
}

/// Makes the CA if need be, has the stores take it, and issues: as far as each is asked for.
fn change(flags: &Flags, install: bool, order: Option<Order>, context: &Context) -> Result<Done> {
    let picked = match install {
        true => Some(stores::picked(context)?),
        false => None,
    };
    let caroot = context.caroot()?;
    let algorithm = match flags.ecdsa {
        true => Algorithm::P256,
        false => Algorithm::Rsa3072,
    };
    let (ca, created) = Caroot::open_or_create(&caroot, || generate(algorithm), context.now)?;
    let mut done = Done {
        created,
        ..Done::default()
    };
    if created {
        done.notes.push(format!(
            "made a local CA in {}, which is not constrained: whoever takes {} can pose as any site to those who trust it",
            shown(&caroot),
            shown(&ca.key_path())
        ));
    }
    if let Some(picked) = picked {
        done = done.and(stores::install(&picked, &ca, context)?);
    }
    let Some(order) = order else { return Ok(done) };
    if !flags.install {
        done.notes.extend(stores::not_installed(&ca, context));
    }
    Ok(done.and(order.carry_out(&ca, context)?))
}

/// Nothing is made to be taken out.
fn uninstalled(caroot: &Path, context: &Context) -> Result<Done> {
    let picked = stores::picked(context)?;
    match Caroot::open(caroot) {
        Err(error) if error.kind() == ErrorKind::CaMissing => Ok(Done::telling(&format!(
            "{error}, so there is nothing to take out of the trust stores"
        ))),
        ca => stores::uninstall(&picked, &ca?, context),
    }
}

fn short_usage() -> String {
    format!("{}{}", usage::SHORT, usage::MORE)
}

/// What came of it.
#[derive(Default)]
struct Done {
    /// For standard output.
    output: String,
    /// For standard error.
    told: Vec<String>,
    notes: Vec<String>,
    /// Whether the CA was made for it.
    created: bool,
    /// Whether a part of it could not be done.
    failed: bool,
    /// What was written where.
    files: serde_json::Map<String, Value>,
}

impl Done {
    fn printing(output: String) -> Self {
        Self {
            output,
            ..Self::default()
        }
    }

    fn telling(text: &str) -> Self {
        Self {
            told: text.lines().map(str::to_owned).collect(),
            ..Self::default()
        }
    }

    /// Adds what was done after it.
    fn and(mut self, next: Self) -> Self {
        self.output.push_str(&next.output);
        self.told.extend(next.told);
        self.notes.extend(next.notes);
        self.created |= next.created;
        self.failed |= next.failed;
        self.files.extend(next.files);
        self
    }

    fn report(mut self) -> Report {
        let (told, notes) = (self.told.clone(), std::mem::take(&mut self.notes));
        Report {
            answer: if self.failed { Exit::No } else { Exit::Yes },
            told,
            ..Report::new(self).with_notes(notes)
        }
    }
}

impl Facts for Done {
    fn text(&self, _paint: Paint) -> Text {
        Text::lines(self.output.clone())
    }

    fn json(&self) -> Value {
        let told = self.told.iter().map(String::as_str);
        let lines: Vec<&str> = self.output.lines().chain(told).collect();
        json!({
            "lines": lines,
            "files": self.files,
            "ca_created": self.created,
        })
    }
}
