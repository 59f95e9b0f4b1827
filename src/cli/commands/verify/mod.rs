//! `certwright verify`

mod found;
mod roots;
mod told;

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use time::OffsetDateTime;

use certwright::crl::DecodedList;
use certwright::error::{Error, ErrorKind};
use certwright::verify::{Policy, Purpose, Question, Reference, Verdict, Wanted, verify};

use self::found::{Found, Subject};
use self::roots::Roots;
use self::told::{Told, Verdicts};
use crate::cli::app::Context;
use crate::cli::args::parsed;
use crate::cli::input::source_name;
use crate::cli::report::{Exit, Report};

/// Say whether clients would accept a certificate, and every reason why not
///
/// A file may hold a chain in any order: what issued nothing in it is judged, and the rest may be part of
/// the path. Exit code 1 says that one is refused.
#[derive(Args)]
pub struct Verify {
    /// Files; - for standard input
    #[arg(value_name = "WHAT", required = true)]
    what: Vec<PathBuf>,

    /// The name that clients ask for: a host name, an IP address or an e-mail address
    #[arg(long, value_name = "NAME", value_parser = parsed::<Reference>)]
    hostname: Option<Reference>,

    /// Trust these instead of the system's roots: a file, or a folder of files
    #[arg(long, value_name = "FILE|DIR")]
    roots: Vec<PathBuf>,

    /// Further certificates that the path may go through
    #[arg(long, value_name = "FILE")]
    intermediates: Vec<PathBuf>,

    /// Judge revocation by these lists
    #[arg(long, value_name = "FILE")]
    crl: Vec<PathBuf>,

    /// What it is to be used for: server, client or any
    #[arg(long, value_name = "PURPOSE", value_parser = parsed::<Purpose>, default_value = "server")]
    purpose: Purpose,

    /// Which profile is a condition: rfc5280, browser or strict, each with those before it
    #[arg(long, value_name = "POLICY", value_parser = parsed::<Policy>, default_value = "browser")]
    policy: Policy,
}

impl Verify {
    /// Judges what the files hold.
    pub fn run(&self, context: &Context) -> Result<Report> {
        let roots = Roots::find(&self.roots, context)?;
        let given = Given {
            intermediates: self.given(context)?,
            lists: self.lists(context)?,
            now: context.now,
        };
        let (mut told, mut failures) = (Vec::new(), Vec::new());
        for path in &self.what {
            match found::read(path, context) {
                Ok(found) => told.extend(self.judge(found, &given, &roots)),
                Err(error) => failures.push(error),
            }
        }
        let refused = told.iter().any(|told| !told.verdict.is_accepted());
        Ok(Report {
            failures,
            answer: if refused { Exit::No } else { Exit::Yes },
            notes: roots.notes.clone(),
            ..Report::new(Verdicts { told })
        })
    }

    /// The certificates of `--intermediates`.
    fn given(&self, context: &Context) -> Result<Vec<Vec<u8>>> {
        let mut all = Vec::new();
        for path in &self.intermediates {
            let found = found::read(path, context)?;
            all.extend(found.certificates().map(<[u8]>::to_vec));
        }
        Ok(all)
    }

    /// The revocation lists of `--crl`.
    fn lists(&self, context: &Context) -> Result<Vec<DecodedList>> {
        let mut all = Vec::new();
        for path in &self.crl {
            let source = source_name(path);
            all.extend(found::lists(path, context)?);
            if all.is_empty() {
                let none = format!("{source} holds no revocation list");
                return Err(Error::new(ErrorKind::WrongKind, none).into());
            }
        }
        Ok(all)
    }

    fn judge(&self, found: Found, given: &Given, roots: &Roots) -> Vec<Told> {
        let pool: Vec<Vec<u8>> = found
            .certificates()
            .map(<[u8]>::to_vec)
            .chain(given.intermediates.iter().cloned())
            .collect();
        let subjects = found.subjects();
        subjects
            .into_iter()
            .map(|subject| self.tell(subject, &pool, given, roots))
            .collect()
    }

    fn tell(&self, subject: Subject, pool: &[Vec<u8>], given: &Given, roots: &Roots) -> Told {
        let mut question = Question {
            certificate: &subject.der,
            intermediates: pool,
            anchors: &roots.anchors,
            name: self.hostname.clone(),
            purpose: self.purpose,
            at: given.now,
            policy: self.policy,
            policies: Wanted::default(),
            lists: &given.lists,
        };
        let verdict = verify(&question);
        let mut ours = None;
        if is_untrusted(&verdict)
            && let Some(own) = roots.own()
        {
            question.anchors = &own.anchors;
            ours = (!is_untrusted(&verify(&question))).then(|| own.name.clone());
        }
        Told {
            source: subject.source,
            line: subject.line,
            hostname: self.hostname.as_ref().map(ToString::to_string),
            purpose: self.purpose,
            policy: self.policy,
            at: given.now,
            trusted_by: roots.name.clone(),
            ours,
            verdict,
        }
    }
}

/// What was given beside the certificates that are judged.
struct Given {
    intermediates: Vec<Vec<u8>>,
    lists: Vec<DecodedList>,
    now: OffsetDateTime,
}

/// Tells whether it is refused because no trusted CA was reached.
fn is_untrusted(verdict: &Verdict) -> bool {
    let mut causes = verdict.problems.iter().map(|problem| &problem.cause);
    causes.any(certwright::verify::Cause::is_about_trust)
}

/// What a file without a certificate is answered with.
fn nothing_found(source: &str) -> Error {
    Error::new(
        ErrorKind::WrongKind,
        format!("{source} holds no certificate to judge"),
    )
}
