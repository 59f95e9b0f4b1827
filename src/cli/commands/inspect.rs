//! `certwright inspect`

mod explaining;
mod server;
mod text;

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use serde_json::{Map, Value, json};

use certwright::error::{Error, ErrorKind};
use certwright::inspect::{Item, Matching, Pair};
use certwright::validity::Lifetime;

use self::explaining::{Explaining, Row, Where};
use crate::cli::app::Context;
use crate::cli::args::{Form, parsed};
use crate::cli::output::Teller;
use crate::cli::reaching::Reaching;
use crate::cli::report::{Ending, Exit, Reply};
use crate::cli::survey::{Survey, Tally};

/// Show certificates, requests, keys, revocation lists, and what live servers send
///
/// What a file holds is told by its content. Several in one file are shown in their order. Keys are held
/// against the certificates and requests that are shown with them, and exit code 1 says that one belongs
/// to none. A server is asked once for its chain and once more for the same session; nothing it sends is judged.
#[derive(Args)]
pub struct Inspect {
    /// Files, - for standard input, live servers: HOST, HOST:PORT, https://…, smtp://…; and serial numbers of
    /// what the local CA issued
    #[arg(value_name = "WHAT", required = true)]
    what: Vec<PathBuf>,

    /// Go through folders, and the folders in them; hidden files, and those that hold nothing of the kind, are passed over
    #[arg(long, short)]
    recursive: bool,

    /// Print one bare value of each: subject, issuer, serial, not-before, not-after, days-left, names, key,
    /// signature, sha256, sha1, pin, is-ca, version, kind
    #[arg(long, value_name = "NAME", value_parser = clap::builder::PossibleValuesParser::new(Item::FIELDS), hide_possible_values = true, conflicts_with = "short")]
    field: Option<String>,

    /// Print a line for each
    #[arg(long)]
    short: bool,

    /// Print a line for each, and exit with 1 if a certificate is not valid now, or not for so long: 36h,
    /// 30d, 12w
    #[arg(long, value_name = "TIME", value_parser = parsed::<Lifetime>)]
    good_for: Option<Lifetime>,

    /// Read the password of containers and private keys from a file's first line; - for standard input
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,

    #[command(flatten)]
    reaching: Reaching,
}

impl Inspect {
    /// Explains what the files hold and what the servers send.
    pub fn run<'a>(&'a self, context: &'a Context) -> Result<Reply<'a>> {
        let (survey, reach) = Survey::open(
            &self.what,
            self.recursive,
            self.password_file.as_deref(),
            &self.reaching,
            context,
        )?;
        Ok(Reply::of_rows("items", move |teller| {
            let explaining = Explaining::new(self, context, &reach)?;
            let mut told = Told::default();
            let tally = survey.run(&explaining, teller, |teller, row, _| {
                told.take(row, teller, context)
            })?;
            self.ending(told, tally, teller, context)
        }))
    }

    fn ending(
        &self,
        told: Told,
        tally: Tally,
        teller: &mut Teller<'_>,
        context: &Context,
    ) -> Result<Ending> {
        let is_answered = told.found > 0 || tally.failures == 0;
        if self.good_for.is_some() && is_answered && !told.has_certificate {
            let none = "there is no certificate that could be good for that long";
            return Err(Error::new(ErrorKind::WrongKind, none).into());
        }
        if let Some(field) = self
            .field
            .as_ref()
            .filter(|_| is_answered && told.told == 0)
        {
            let none = format!("nothing here has the field {field}");
            return Err(Error::new(ErrorKind::WrongKind, none).into());
        }
        let mut ending = Ending {
            answer: if told.ends == 0 { Exit::Yes } else { Exit::No },
            notes: tally.notes,
            ..Ending::default()
        };
        let more = told.ends - told.notes.len();
        ending.notes.extend(told.notes);
        if more > 0 {
            let more = format!("and {more} more are not valid for as long, or not now");
            ending.notes.push(more);
        }
        if self.field.is_none() {
            if told.matching.has_lost_keys() {
                let most = Matching::<()>::MAX_KEPT;
                let many = format!(
                    "whether every key belongs to one of the certificates is not known: there are more than {most} keys and what belongs to them"
                );
                let many =
                    Error::new(ErrorKind::TooLarge, many).with_hint("look at fewer keys at a time");
                teller.fail(&many.into())?;
            }
            let pairs = told.matching.finish();
            belong(&pairs, &mut ending, teller, context)?;
        }
        Ok(ending)
    }
}

/// What was told.
#[derive(Default)]
struct Told {
    /// How many things were found.
    found: usize,
    /// And how many have what was asked for.
    told: usize,
    has_certificate: bool,
    /// How many certificates end too early, and of the first what is said.
    ends: usize,
    notes: Vec<String>,
    matching: Matching<(usize, Where)>,
}

impl Told {
    fn take(&mut self, row: Row, teller: &mut Teller<'_>, context: &Context) -> Result<()> {
        if let Some(text) = &row.told {
            // Between sheets there is a line, which each brings along.
            let is_first = self.told == 0 && context.form == Form::Text;
            let text = text.strip_prefix('\n').filter(|_| is_first);
            teller.row(text.unwrap_or(row.told.as_deref().unwrap_or_default()))?;
            self.told += 1;
        }
        self.has_certificate |= row.is_good.is_some();
        if let Some(Err(end)) = row.is_good {
            self.ends += 1;
            if self.notes.len() < MAX_NOTES {
                self.notes.push(end);
            }
        }
        if let Some((side, key)) = row.side {
            self.matching.add(side, key, (self.found, row.place));
        }
        self.found += 1;
        Ok(())
    }
}

/// Tells which keys belong to which certificates.
fn belong(
    pairs: &[Pair<(usize, Where)>],
    ending: &mut Ending,
    teller: &mut Teller<'_>,
    context: &Context,
) -> Result<()> {
    for pair in pairs {
        if pair.with.is_empty() && pair.is_unsure {
            let (key, most) = (pair.keys[0].1.told(), Matching::<()>::MAX_KEPT);
            let many = format!(
                "whether the key of {key} belongs to one of the certificates is not known: more than {most} came before it"
            );
            let many = Error::new(ErrorKind::TooLarge, many).with_hint("name the key first");
            teller.fail(&many.into())?;
        } else if pair.with.is_empty() {
            ending.answer = Exit::No;
        }
    }
    let is_known = |pair: &&Pair<_>| !pair.is_unsure || !pair.with.is_empty();
    let known = pairs.iter().filter(is_known);
    match context.form {
        Form::Text => {
            for pair in known {
                let places = |of: &[(usize, Where)]| -> Vec<String> {
                    of.iter().map(|(_, place)| place.told()).collect()
                };
                let told = text::matched(&places(&pair.keys), &places(&pair.with), context.paint);
                teller.row(&told)?;
            }
        }
        Form::Json => {
            let matches: Vec<Value> = known.map(json).collect();
            ending.fields = Map::from_iter([("matches".to_owned(), matches.into())]);
        }
        Form::JsonLines => {}
    }
    Ok(())
}

fn json(pair: &Pair<(usize, Where)>) -> Value {
    let numbers = |of: &[(usize, Where)]| of.iter().map(|(number, _)| *number).collect::<Vec<_>>();
    json!({ "keys": numbers(&pair.keys), "with": numbers(&pair.with) })
}

/// Nobody reads more, and there may be millions.
const MAX_NOTES: usize = 1000;
