//! `certwright verify`

mod at_hand;
mod found;
mod judging;
mod roots;
mod told;

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use time::OffsetDateTime;

use certwright::crl::DecodedList;
use certwright::document::Kind;
use certwright::error::{Error, ErrorKind};
use certwright::key::Password;
use certwright::verify::{Cause, Policy, Pool, Purpose, Reference, Verdict};

use self::at_hand::AtHand;
use self::found::Found;
use self::judging::Judging;
use self::roots::Roots;
use self::told::{Told, Verdicts};
use crate::cli::app::Context;
use crate::cli::args::parsed;
use crate::cli::input::source_name;
use crate::cli::reaching::Reaching;
use crate::cli::report::{Exit, Report};
use crate::cli::what::What;

/// Say whether clients would accept a certificate, and every reason why not
///
/// A file may hold a chain in any order: what issued nothing in it is judged, and the rest may be part of
/// the path. Of a live server the first certificate is judged, for the name that it was asked for. Exit
/// code 1 says that one is refused.
#[derive(Args)]
pub struct Verify {
    /// Files, - for standard input; live servers as HOST, HOST:PORT or https://…
    #[arg(value_name = "WHAT", required = true)]
    what: Vec<PathBuf>,

    /// The name that clients ask for: a host name, an IP address or an e-mail address [default: a live
    /// server's; a file's names are not judged without it]
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

    /// Get missing issuers and revocation lists from where the certificates say that they are
    #[arg(long)]
    fetch: bool,

    /// Refuse all but the first certificate of this file: is it the one that is served now?
    #[arg(long, value_name = "FILE")]
    expect: Option<PathBuf>,

    /// What it is to be used for: server, client or any
    #[arg(long, value_name = "PURPOSE", value_parser = parsed::<Purpose>, default_value = "server")]
    purpose: Purpose,

    /// Which profile is a condition: rfc5280, browser or strict, each with those before it
    #[arg(long, value_name = "POLICY", value_parser = parsed::<Policy>, default_value = "browser")]
    policy: Policy,

    /// Want one of these certificate policies along the path, as OIDs
    #[arg(long, value_name = "OID", value_parser = policy_oid)]
    certificate_policy: Vec<String>,

    /// Read the password of containers from a file's first line; - for standard input
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,

    #[command(flatten)]
    reaching: Reaching,
}

impl Verify {
    /// Judges what the files hold and the servers send.
    pub fn run(&self, context: &Context) -> Result<Report> {
        let password = context
            .input
            .given_password(self.password_file.as_deref())?;
        let password = password.as_ref();
        let roots = Roots::find(&self.roots, password, context)?;
        let given = Given {
            intermediates: self.given(password, context)?,
            lists: self.lists(context)?,
            expected: self.expected(password, context)?,
            now: context.now,
        };
        let reach = self.reaching.prepare(context, password)?;
        let (mut told, mut failures) = (Vec::new(), Vec::new());
        let mut notes = roots.notes.clone();
        for what in &self.what {
            let found = What::of(what)
                .map_err(Into::into)
                .and_then(|what| match what {
                    What::File(path) => found::read(&path, password, context),
                    What::Server(server) => found::ask(&server, &reach),
                });
            match found {
                Ok(found) => told.extend(self.judge(&found, &given, &roots, context, &mut notes)),
                Err(error) => failures.push(error),
            }
        }
        let refused = told.iter().any(|told| !told.verdict.is_accepted());
        Ok(Report {
            failures,
            answer: if refused { Exit::No } else { Exit::Yes },
            notes,
            ..Report::new(Verdicts { told })
        })
    }

    /// The certificates of `--intermediates`.
    fn given(&self, password: Option<&Password>, context: &Context) -> Result<Pool> {
        let mut all = Pool::default();
        for path in &self.intermediates {
            let found = sound(found::read(path, password, context)?)?;
            all.extend(found.certificates().map(<[u8]>::to_vec));
        }
        Ok(all)
    }

    /// The revocation lists of `--crl`.
    fn lists(&self, context: &Context) -> Result<Vec<DecodedList>> {
        let mut all = Vec::new();
        for path in &self.crl {
            let source = source_name(path);
            let found = found::lists(path, context)?;
            if found.is_empty() {
                let none = format!("{source} holds no revocation list");
                return Err(Error::new(ErrorKind::WrongKind, none).into());
            }
            all.extend(found);
        }
        Ok(all)
    }

    /// The certificate of `--expect`.
    fn expected(&self, password: Option<&Password>, context: &Context) -> Result<Option<Vec<u8>>> {
        let Some(path) = &self.expect else {
            return Ok(None);
        };
        let found = sound(found::read(path, password, context)?)?;
        Ok(found.certificates().next().map(<[u8]>::to_vec))
    }

    /// Judges the certificates of one file or server.
    fn judge(
        &self,
        found: &Found,
        given: &Given,
        roots: &Roots,
        context: &Context,
        notes: &mut Vec<String>,
    ) -> Vec<Told> {
        let mut pool = given.intermediates.clone();
        pool.extend(found.certificates().map(<[u8]>::to_vec));
        let lists = [given.lists.as_slice(), found.lists.as_slice()].concat();
        let name = self.hostname.clone().or_else(|| found.name.clone());
        let judging = Judging {
            command: self,
            given,
            roots,
            context,
            name,
            session: found.session.as_ref(),
        };
        let mut at_hand = AtHand::new(pool, lists);
        let subjects = found.subjects().into_iter();
        let told = subjects
            .map(|subject| judging.tell(subject, &mut at_hand, notes))
            .collect();
        notes.append(&mut at_hand.notes);
        told
    }
}

/// What was given beside the certificates that are judged.
struct Given {
    intermediates: Pool,
    lists: Vec<DecodedList>,
    expected: Option<Vec<u8>>,
    now: OffsetDateTime,
}

/// Tells whether it is refused because no trusted CA was reached.
fn is_untrusted(verdict: &Verdict) -> bool {
    let mut causes = verdict.problems.iter().map(|problem| &problem.cause);
    causes.any(Cause::is_about_trust)
}

fn policy_oid(text: &str) -> Result<String, String> {
    match certwright::der::parse_dotted(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err("a certificate policy is an OID, such as 2.23.140.1.2.1".to_owned()),
    }
}

/// Refuses a file with something at fault, where it is no answer to say so.
fn sound(found: Found) -> Result<Found> {
    match found.fault() {
        Some(fault) => Err(Error::new(ErrorKind::Malformed, fault).into()),
        None => Ok(found),
    }
}

/// What a file without a certificate is answered with.
fn nothing_found(source: &str, other: Option<&Kind>) -> Error {
    let what = other.map_or_else(|| "nothing".to_owned(), ToString::to_string);
    Error::new(
        ErrorKind::WrongKind,
        format!("{source} holds {what}, and no certificate to judge"),
    )
}
