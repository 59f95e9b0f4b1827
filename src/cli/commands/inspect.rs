//! `certwright inspect`

mod text;

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use rayon::prelude::{
    IndexedParallelIterator as _, IntoParallelIterator as _, ParallelIterator as _,
};
use serde_json::{Value, json};
use time::OffsetDateTime;

use certwright::document::{Document, Place, documents};
use certwright::error::{Error, ErrorKind};
use certwright::inspect::{Item, Match, belongs_together, inspect};
use certwright::key::Password;
use certwright::validity::Lifetime;

use crate::cli::app::Context;
use crate::cli::args::parsed;
use crate::cli::input::source_name;
use crate::cli::report::{Exit, Facts, Paint, Report, Text};

/// Show certificates, requests, keys and revocation lists
///
/// What a file holds is told by its content. Several in one file are shown in their order; a key and a
/// certificate that are shown together are held against each other.
#[derive(Args)]
pub struct Inspect {
    /// Files; - for standard input
    #[arg(value_name = "WHAT", required = true)]
    what: Vec<PathBuf>,

    /// Print one bare value of each: subject, issuer, serial, not-before, not-after, days-left, names, key,
    /// signature, sha256, sha1, pin, is-ca, version, kind
    #[arg(long, value_name = "NAME", value_parser = clap::builder::PossibleValuesParser::new(Item::FIELDS), hide_possible_values = true, conflicts_with = "short")]
    field: Option<String>,

    /// Print a line for each
    #[arg(long)]
    short: bool,

    /// Answer by exit code 1 if a certificate is not valid now, or not for so long: 36h, 30d, 12w
    #[arg(long, value_name = "TIME", value_parser = parsed::<Lifetime>)]
    good_for: Option<Lifetime>,

    /// Read the password of private keys from a file's first line; - for standard input
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

impl Inspect {
    /// Explains what the files hold.
    pub fn run(&self, context: &Context) -> Result<Report> {
        let password = self
            .password_file
            .as_deref()
            .map(|file| context.input.password_file(file))
            .transpose()?;
        let (mut rows, mut failures) = (Vec::new(), Vec::new());
        for path in &self.what {
            let source = source_name(path);
            if let Err(error) = read(
                path,
                &source,
                password.as_ref(),
                context,
                &mut rows,
                &mut failures,
            ) {
                failures.push(error);
            }
        }
        let (answer, notes) = self.answer(&rows, context)?;
        if let Some(field) = &self.field {
            return Ok(Report {
                failures,
                answer,
                notes,
                ..Report::new(self.values(field, rows)?)
            });
        }
        let matches = belongs_together(&rows.iter().map(|row| &row.item).collect::<Vec<_>>());
        Ok(Report {
            failures,
            answer,
            notes,
            ..Report::new(Inspected {
                rows,
                matches,
                short: self.short,
            })
        })
    }

    /// Whether every certificate is good for the time asked about.
    fn answer(&self, rows: &[Row], context: &Context) -> Result<(Exit, Vec<String>)> {
        let Some(lifetime) = self.good_for else {
            return Ok((Exit::Yes, Vec::new()));
        };
        let until = (lifetime.after(context.now)? - context.now).whole_seconds();
        let ends = rows.iter().filter_map(|row| match &row.item {
            Item::Certificate(view) if view.validity.status != "valid" => Some(format!(
                "{} is {}",
                row.place(),
                view.validity.status.replace('-', " ")
            )),
            Item::Certificate(view) if view.validity.seconds_left < until => Some(format!(
                "{} ends on {}, within {lifetime}",
                row.place(),
                view.validity.not_after
            )),
            _ => None,
        });
        let notes: Vec<String> = ends.collect();
        Ok((
            if notes.is_empty() {
                Exit::Yes
            } else {
                Exit::No
            },
            notes,
        ))
    }

    fn values(&self, field: &str, rows: Vec<Row>) -> Result<Values> {
        let values: Vec<(String, String)> = rows
            .iter()
            .filter_map(|row| {
                row.item
                    .field(field)
                    .map(|value| (row.source.clone(), value))
            })
            .collect();
        if values.is_empty() && !rows.is_empty() {
            let none = format!("nothing here has the field {field}");
            return Err(Error::new(ErrorKind::WrongKind, none).into());
        }
        Ok(Values {
            field: field.to_owned(),
            values,
        })
    }
}

/// Explains the documents of one file; what is at fault does not hide the rest.
fn read(
    path: &Path,
    source: &str,
    password: Option<&Password>,
    context: &Context,
    rows: &mut Vec<Row>,
    failures: &mut Vec<anyhow::Error>,
) -> Result<()> {
    let bytes = context.input.read(path)?;
    let mut documents = documents(&bytes).map_err(|error| error.about(source))?;
    let now = context.now;
    let explain = |document| explain(document, source, password, now);
    let (mut faults, first) = (0, rows.len());
    loop {
        let batch: Vec<_> = documents.by_ref().take(BATCH).collect();
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
                    failures.push(error.about(source).into());
                }
            }
            if faults == MAX_FAULTS {
                let enough =
                    format!("{source}: {MAX_FAULTS} faults, and the rest of the file is not read");
                return Err(Error::new(ErrorKind::Malformed, enough).into());
            }
        }
    }
}

fn explain(
    document: Result<Document, Error>,
    source: &str,
    password: Option<&Password>,
    now: OffsetDateTime,
) -> Result<Row, Error> {
    let document = document?;
    let item = inspect(&document, now, password).map_err(|error| match document.place {
        Place::Line(line) => error.about(format_args!("line {line}")),
        Place::Der => error,
    })?;
    Ok(Row {
        source: source.to_owned(),
        place: document.place,
        alone: false,
        item,
    })
}

/// Maps items in their order, on all cores where it is worth the start of threads.
fn in_parallel<T: Send, U: Send>(items: Vec<T>, map: impl Fn(T) -> U + Send + Sync) -> Vec<U> {
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
    /// Whether its file holds nothing else, so that the file's name says where it is.
    alone: bool,
    item: Item,
}

impl Row {
    fn place(&self) -> String {
        match self.place {
            Place::Line(line) if !self.alone && line > 1 => format!("{}, line {line}", self.source),
            _ => self.source.clone(),
        }
    }

    fn json(&self) -> Value {
        let line = match self.place {
            Place::Der => None,
            Place::Line(line) => Some(line),
        };
        let mut value = serde_json::to_value(&self.item).unwrap_or_default();
        if let Value::Object(fields) = &mut value {
            fields.insert("source".to_owned(), json!(self.source));
            fields.insert("line".to_owned(), json!(line));
        }
        value
    }
}

struct Inspected {
    rows: Vec<Row>,
    matches: Vec<Match>,
    short: bool,
}

impl Facts for Inspected {
    fn text(&self, paint: Paint) -> Text {
        if self.short {
            return Text::lines(
                self.rows
                    .iter()
                    .map(|row| format!("{}\n", row.item.short()))
                    .collect::<String>(),
            );
        }
        let sheets = in_parallel(self.rows.iter().collect(), |row: &Row| {
            text::item(&row.item, &row.place(), paint)
        });
        let mut out = sheets.join("\n");
        for found in &self.matches {
            out.push('\n');
            out.push_str(&text::matched(
                found.same,
                &self.rows[found.key].place(),
                &self.rows[found.with].place(),
                paint,
            ));
        }
        Text::lines(out)
    }

    fn json(&self) -> Value {
        json!({ "items": self.rows(), "matches": self.matches })
    }

    fn rows(&self) -> Vec<Value> {
        self.rows.iter().map(Row::json).collect()
    }
}

/// One bare value of each thing that has it.
struct Values {
    field: String,
    values: Vec<(String, String)>,
}

impl Facts for Values {
    fn text(&self, _: Paint) -> Text {
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
const BATCH: usize = 4096;
/// Starting a pool of threads takes as long as explaining some 32 certificates.
const WORTH_THREADS: usize = 32;
/// Nobody reads more; a file of a million broken headers ends here.
const MAX_FAULTS: usize = 20;
