//! `certwright inspect`

mod server;
mod text;

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use rayon::prelude::{
    IndexedParallelIterator as _, IntoParallelIterator as _, ParallelIterator as _,
};
use serde_json::{Value, json};
use time::OffsetDateTime;

use certwright::bundle;
use certwright::document::{Document, Place, Section};
use certwright::error::{Error, ErrorKind};
use certwright::inspect::{Item, Match, PeriodView, Side, belongs_together, inspect};
use certwright::key::Password;
use certwright::text::{Escaped, shorten};
use certwright::validity::Lifetime;

use crate::cli::app::Context;
use crate::cli::args::{Form, parsed};
use crate::cli::input::source_name;
use crate::cli::issued;
use crate::cli::reaching::Reaching;
use crate::cli::report::{Exit, Facts, Paint, Report, Text};
use crate::cli::what::What;

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
    pub fn run(&self, context: &Context) -> Result<Report> {
        let password = context
            .input
            .given_password(self.password_file.as_deref())?;
        let reading = Reading {
            context,
            password: password.as_ref(),
            telling: self.telling(context),
        };
        let reach = self.reaching.prepare(context, password.as_ref())?;
        let (mut rows, mut failures) = (Vec::new(), Vec::new());
        let mut stories = Vec::new();
        for what in &self.what {
            let told = named(what, context, &mut stories).and_then(|what| match what {
                What::File(path) => reading.read(&path, &mut rows, &mut failures),
                What::Server(server) => reading.ask(&server, &reach, &mut rows, &mut failures),
            });
            failures.extend(told.err());
        }
        let (mut answer, faults) = match rows.is_empty() && !failures.is_empty() {
            true => (Exit::Yes, Vec::new()),
            false => self.answer(&rows, context)?,
        };
        let notes: Vec<String> = stories.into_iter().chain(faults).collect();
        if let Some(field) = &self.field {
            return Ok(Report {
                failures,
                answer,
                notes,
                ..Report::new(values(field, rows)?)
            });
        }
        let sides = rows.iter().map(|row| row.side.as_ref());
        let matches =
            belongs_together(sides.map(|side| side.map(|(side, digest)| (*side, digest.as_str()))));
        if matches.iter().any(|found| found.with.is_empty()) {
            answer = Exit::No;
        }
        Ok(Report {
            failures,
            answer,
            notes,
            ..Report::new(Inspected {
                rows,
                matches,
                named: self.what.len() > 1,
            })
        })
    }

    fn telling(&self, context: &Context) -> Telling<'_> {
        match &self.field {
            Some(field) => Telling::Field(field),
            None if context.form != Form::Text => Telling::Json,
            None if self.short || self.good_for.is_some() => Telling::Line,
            None => Telling::Sheet(context.paint),
        }
    }

    /// Whether every certificate is good for the time asked about.
    fn answer(&self, rows: &[Row], context: &Context) -> Result<(Exit, Vec<String>)> {
        let Some(lifetime) = self.good_for else {
            return Ok((Exit::Yes, Vec::new()));
        };
        if !rows.iter().any(|row| row.validity.is_some()) {
            let none = "there is no certificate that could be good for that long";
            return Err(Error::new(ErrorKind::WrongKind, none).into());
        }
        let until = (lifetime.after(context.now)? - context.now).whole_seconds();
        let ends = rows.iter().filter_map(|row| match row.validity.as_ref()? {
            period if period.status != "valid" => {
                let status = period.status.replace('-', " ");
                Some(format!("{} is {status}", row.place()))
            }
            period if period.seconds_left < until => Some(format!(
                "{} ends on {}, within {lifetime}",
                row.place(),
                period.not_after
            )),
            _ => None,
        });
        let notes: Vec<String> = ends.collect();
        let good = if notes.is_empty() {
            Exit::Yes
        } else {
            Exit::No
        };
        Ok((good, notes))
    }
}

/// What an argument names, here also the serial number of what the local CA issued, of which the ledger has
/// more to tell.
fn named(argument: &Path, context: &Context, stories: &mut Vec<String>) -> Result<What> {
    match issued::copy(argument, context)? {
        Some((path, row)) => {
            stories.push(issued::story(&row, context.now));
            Ok(What::File(path))
        }
        None => Ok(What::of(argument)?),
    }
}

/// How things are told. That is done as soon as one is explained, so that no more is kept of it.
#[derive(Clone, Copy)]
enum Telling<'a> {
    Field(&'a str),
    Json,
    Line,
    Sheet(Paint),
}

/// What reading needs beside the file.
struct Reading<'a> {
    context: &'a Context,
    password: Option<&'a Password>,
    telling: Telling<'a>,
}

impl Reading<'_> {
    /// Explains the documents of one file; what is at fault does not hide the rest.
    fn read(
        &self,
        path: &Path,
        rows: &mut Vec<Row>,
        failures: &mut Vec<anyhow::Error>,
    ) -> Result<()> {
        let source = source_name(path);
        let bytes = self.context.input.read(path)?;
        let first = rows.len();
        // It tells how it is protected even if it cannot be opened.
        if let Some(container) = bundle::container(&bytes) {
            let (now, telling) = (self.context.now, self.telling);
            rows.push(explain(Ok(container), &source, None, now, telling)?);
        }
        let mut sections = self
            .context
            .input
            .sections(&bytes, &source, self.password)?;
        // Threads get no more of the context than they can share.
        let (now, password, telling) = (self.context.now, self.password, self.telling);
        let explain =
            |section: Section<'_>| explain(section.read(), &source, password, now, telling);
        let mut faults = 0;
        loop {
            let batch: Vec<_> = sections.by_ref().take(BATCH).collect();
            if batch.is_empty() {
                if let [only] = &mut rows[first..] {
                    only.alone = true;
                }
                return Ok(());
            }
            for explained in in_parallel(batch, explain) {
                match explained {
                    Ok(row) => rows.push(row),
                    Err(error) => {
                        faults += 1;
                        failures.push(error.about(&source).into());
                    }
                }
                if faults == MAX_FAULTS {
                    let enough = format!(
                        "{source}: {MAX_FAULTS} faults, and the rest of the file is not read"
                    );
                    return Err(Error::new(ErrorKind::Malformed, enough).into());
                }
            }
        }
    }
}

fn explain(
    document: Result<Document, Error>,
    source: &str,
    password: Option<&Password>,
    now: OffsetDateTime,
    telling: Telling<'_>,
) -> Result<Row, Error> {
    let document = document?;
    let item = inspect(&document, now, password).map_err(|error| match document.place {
        Place::Line(line) => error.about(format_args!("line {line}")),
        Place::Entry(number) => error.about(format_args!("entry {number}")),
        Place::Der => error,
    })?;
    Ok(Row {
        source: source.to_owned(),
        place: document.place,
        alias: document.alias.as_deref().map(shown_alias),
        alone: false,
        sent: None,
        side: item.side().map(|(side, digest)| (side, digest.to_owned())),
        told: match telling {
            Telling::Field(field) => Told::Field(item.field(field)),
            Telling::Json => Told::Json(serde_json::to_value(&item).unwrap_or_default()),
            Telling::Line => Told::Line(item.short()),
            Telling::Sheet(paint) => {
                let (what, body) = text::item(&item, paint);
                Told::Sheet { what, body }
            }
        },
        validity: match item {
            Item::Certificate(view) => Some(view.validity),
            _ => None,
        },
    })
}

fn shown_alias(alias: &str) -> String {
    Escaped(&shorten(alias, MAX_ALIAS)).to_string()
}

/// Maps items in their order, on all cores where it is worth the start of threads.
pub(super) fn in_parallel<T: Send, U: Send>(
    items: Vec<T>,
    map: impl Fn(T) -> U + Send + Sync,
) -> Vec<U> {
    match items.len() {
        0..WORTH_THREADS => items.into_iter().map(map).collect(),
        _ => items
            .into_par_iter()
            .with_min_len(WORTH_THREADS / 4)
            .map(map)
            .collect(),
    }
}

/// One thing found, and where.
struct Row {
    source: String,
    place: Place,
    /// What its container calls it, safe to show.
    alias: Option<String>,
    /// Whether its file holds nothing else, so that the file's name says where it is.
    alone: bool,
    /// Its place in the chain that a server sent.
    sent: Option<usize>,
    side: Option<(Side, String)>,
    told: Told,
    /// A certificate's.
    validity: Option<PeriodView>,
}

/// What is told of a thing.
enum Told {
    Field(Option<String>),
    Json(Value),
    Line(String),
    Sheet { what: String, body: String },
}

impl Row {
    fn place(&self) -> String {
        match self.place {
            Place::Der if self.sent.is_some_and(|sent| sent > 0) => {
                let place = self.sent.unwrap_or_default() + 1;
                format!("{}, certificate {place}", self.source)
            }
            Place::Line(line) if !self.alone && line > 1 => format!("{}, line {line}", self.source),
            Place::Entry(number) => self.entry(number),
            _ => self.source.clone(),
        }
    }

    fn entry(&self, number: usize) -> String {
        match &self.alias {
            Some(alias) => format!("{}, entry {number} ({alias})", self.source),
            None if self.alone => self.source.clone(),
            None => format!("{}, entry {number}", self.source),
        }
    }

    fn json(&self) -> Value {
        let line = self.place.line();
        let Told::Json(Value::Object(fields)) = &self.told else {
            return Value::Null;
        };
        let mut fields = fields.clone();
        fields.insert("source".to_owned(), json!(self.source));
        fields.insert("line".to_owned(), json!(line));
        if let Some(alias) = &self.alias {
            fields.insert("alias".to_owned(), json!(alias));
        }
        if let Some(sent) = self.sent {
            fields.insert("index".to_owned(), json!(sent));
        }
        Value::Object(fields)
    }
}

struct Inspected {
    rows: Vec<Row>,
    matches: Vec<Match>,
    /// Whether lines begin with the name of the file.
    named: bool,
}

impl Facts for Inspected {
    fn text(&self, paint: Paint) -> Text<'_> {
        let mut pieces = Vec::with_capacity(2 * self.rows.len());
        for row in &self.rows {
            match &row.told {
                Told::Line(line) if self.named => {
                    pieces.push(format!("{}: {line}\n", row.place()).into())
                }
                Told::Line(line) => pieces.push(format!("{line}\n").into()),
                Told::Sheet { what, body } => {
                    if !pieces.is_empty() {
                        pieces.push("\n".into());
                    }
                    pieces.push(text::heading(what, &row.place(), paint).into());
                    pieces.push(Cow::Borrowed(body.as_str()));
                }
                Told::Field(_) | Told::Json(_) => {}
            }
        }
        let places = |of: &[usize]| -> Vec<String> {
            of.iter().map(|place| self.rows[*place].place()).collect()
        };
        let told = |found: &Match| text::matched(&places(&found.keys), &places(&found.with), paint);
        pieces.extend(self.matches.iter().map(|found| told(found).into()));
        Text::Pieces(pieces)
    }

    fn json(&self) -> Value {
        json!({ "items": self.rows(), "matches": self.matches })
    }

    fn rows(&self) -> Vec<Value> {
        self.rows.iter().map(Row::json).collect()
    }
}

fn values(field: &str, rows: Vec<Row>) -> Result<Values> {
    let nothing_read = rows.is_empty();
    let values: Vec<(String, String)> = rows
        .into_iter()
        .filter_map(|row| match row.told {
            Told::Field(value) => value.map(|value| (row.source, value)),
            _ => None,
        })
        .collect();
    if values.is_empty() && !nothing_read {
        let none = format!("nothing here has the field {field}");
        return Err(Error::new(ErrorKind::WrongKind, none).into());
    }
    Ok(Values {
        field: field.to_owned(),
        values,
    })
}

/// One bare value of each thing that has it.
struct Values {
    field: String,
    values: Vec<(String, String)>,
}

impl Facts for Values {
    fn text(&self, _: Paint) -> Text<'_> {
        Text::lines(
            self.values
                .iter()
                .map(|(_, value)| format!("{value}\n"))
                .collect::<String>(),
        )
    }

    fn json(&self) -> Value {
        json!({ "items": self.rows() })
    }

    fn rows(&self) -> Vec<Value> {
        let row = |(source, value): &(String, String)| json!({ "source": source, "field": self.field, "value": value });
        self.values.iter().map(row).collect()
    }
}

/// As many as are held in memory unexplained.
pub(super) const BATCH: usize = 4096;
/// Starting a pool of threads takes as long as explaining some 32 certificates.
const WORTH_THREADS: usize = 32;
/// Nobody reads more; a file of a million broken headers ends here.
pub(super) const MAX_FAULTS: usize = 20;
/// A friendly name that is longer is none; this is shown within a line.
const MAX_ALIAS: usize = 64;
