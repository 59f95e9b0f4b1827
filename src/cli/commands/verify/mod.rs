//! `certwright verify`

mod at_hand;
mod found;
mod judging;
mod roots;
mod told;

use std::borrow::Cow;
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
use self::found::{Found, Subject};
use self::judging::Judging;
use self::roots::Roots;
use crate::cli::app::Context;
use crate::cli::args::{Form, parsed};
use crate::cli::input::source_name;
use crate::cli::output::Teller;
use crate::cli::reaching::{Reach, Reaching};
use crate::cli::report::{Ending, Exit, Reply};
use crate::cli::survey::{self, Examiner, Part, Survey};
use crate::cli::what::Server;

/// Say whether clients would accept a certificate, and every reason why not
///
/// A file may hold a chain in any order: what issued nothing in it is judged, and the rest may be part of
/// the path. Of a live server the first certificate is judged, for the name that it was asked for. Exit
/// code 1 says that one is refused.
#[derive(Args)]
pub struct Verify {
    /// Files, - for standard input; live servers as HOST, HOST:PORT or https://…; serial numbers of what the local
    /// CA issued
    #[arg(value_name = "WHAT", required = true)]
    what: Vec<PathBuf>,

    /// Go through folders, and the folders in them; hidden files, and those that hold nothing of the kind, are passed over
    #[arg(long, short)]
    recursive: bool,

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
    pub fn run<'a>(&'a self, context: &'a Context) -> Result<Reply<'a>> {
        let (survey, reach) = Survey::open(
            &self.what,
            self.recursive,
            self.password_file.as_deref(),
            &self.reaching,
            context,
        )?;
        let password = survey.password.as_ref();
        let roots = Roots::find(&self.roots, password, context)?;
        let given = Given {
            intermediates: self.given(password, context)?,
            lists: self.lists(context)?,
            expected: self.expected(password, context)?,
            now: context.now,
        };
        Ok(Reply::of_rows("verdicts", move |teller| {
            let verifying = Verifying {
                command: self,
                given: &given,
                roots: &roots,
                reach: &reach,
                context,
            };
            let mut count = Count::default();
            let tally = survey.run(&verifying, teller, |teller, row, _| {
                count.tell(row, context.form, teller)
            })?;
            count.summarise(context.form, teller)?;
            let notes = [roots.notes.clone(), tally.notes, count.notes];
            Ok(Ending {
                answer: if count.refused > 0 {
                    Exit::No
                } else {
                    Exit::Yes
                },
                notes: notes.concat(),
                ..Ending::default()
            })
        }))
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
}

/// How many verdicts there were of each kind.
#[derive(Default)]
struct Count {
    accepted: usize,
    refused: usize,
    notes: Vec<String>,
}

impl Count {
    fn tell(&mut self, row: Row, form: Form, teller: &mut Teller<'_>) -> Result<()> {
        // Between two there is a line.
        if form == Form::Text && self.accepted + self.refused > 0 {
            teller.row("\n")?;
        }
        match row.is_accepted {
            true => self.accepted += 1,
            false => self.refused += 1,
        }
        let room = MAX_NOTES.saturating_sub(self.notes.len());
        self.notes.extend(row.notes.into_iter().take(room));
        teller.row(&row.told)
    }

    fn summarise(&self, form: Form, teller: &mut Teller<'_>) -> Result<()> {
        let Self {
            accepted, refused, ..
        } = self;
        match form == Form::Text && accepted + refused > 1 {
            true => teller.row(&format!("\n{accepted} accepted, {refused} refused\n")),
            false => Ok(()),
        }
    }
}

/// What threads share.
struct Verifying<'a> {
    command: &'a Verify,
    given: &'a Given,
    roots: &'a Roots,
    reach: &'a Reach<'a>,
    context: &'a Context,
}

/// A verdict, as it is told.
struct Row {
    told: String,
    is_accepted: bool,
    notes: Vec<String>,
}

impl Examiner for Verifying<'_> {
    type Row = Row;

    /// What of a chain is judged depends on the rest of it.
    const WHOLE: bool = true;

    fn read(&self, part: Part<'_>) -> Result<Vec<survey::Found<Row>>> {
        let about = |error: Error| error.about(&**part.source);
        let sections = part.sections.map_err(about)?;
        let bytes = part.piece.bytes();
        let mut found = found::of(part.source.to_string(), bytes, sections, part.is_anything)?;
        let other = found.other.take().map(survey::Found::Other);
        Ok(self.judge(&found).into_iter().chain(other).collect())
    }

    fn ask(&self, server: &Server) -> Result<Vec<survey::Found<Row>>> {
        Ok(self.judge(&found::ask(server, self.reach)?))
    }

    fn nothing(&self, source: &str, other: Option<&Kind>) -> Error {
        nothing_found(source, other)
    }
}

impl Verifying<'_> {
    /// Judges the certificates of one file or server.
    fn judge(&self, found: &Found) -> Vec<survey::Found<Row>> {
        let mut pool = self.given.intermediates.clone();
        pool.extend(found.certificates().map(<[u8]>::to_vec));
        let lists = match found.lists.is_empty() {
            true => Cow::Borrowed(&self.given.lists[..]),
            false => [&self.given.lists[..], &found.lists].concat().into(),
        };
        let name = self.command.hostname.clone();
        let judging = Judging {
            command: self.command,
            given: self.given,
            roots: self.roots,
            context: self.context,
            name: name.or_else(|| found.name.clone()),
            session: found.session.as_ref(),
        };
        let mut at_hand = AtHand::new(pool, lists);
        let subjects = found.subjects().into_iter();
        let rows = subjects.map(|subject| self.row(&judging, subject, &mut at_hand));
        rows.map(survey::Found::Row).collect()
    }

    fn row(&self, judging: &Judging<'_>, subject: Subject, at_hand: &mut AtHand<'_>) -> Row {
        let mut notes = Vec::new();
        let told = judging.tell(subject, at_hand, &mut notes);
        notes.append(&mut at_hand.notes);
        Row {
            told: match self.context.form {
                Form::Text => told.text(self.context.paint),
                Form::Json | Form::JsonLines => told.json().to_string(),
            },
            is_accepted: told.verdict.is_accepted(),
            notes,
        }
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

/// Nobody reads more, and there may be millions.
const MAX_NOTES: usize = 1000;
