//! The table: a million rows are told in little memory, each as soon as it is read.

use std::borrow::Cow;

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use certwright::ca::Row;
use certwright::text::{Escaped, shorten};

use crate::cli::args::Form;
use crate::cli::issued::{Document, SHORT, named, status};
use crate::cli::report::{Facts, Paint, Text};

/// What `list` tells, in the form that was asked for.
pub struct Table {
    form: Form,
    now: OffsetDateTime,
    /// Each with its last second, by which they are put in order.
    lines: Vec<(OffsetDateTime, Line)>,
    documents: Vec<(OffsetDateTime, Value)>,
    texts: Vec<(OffsetDateTime, String)>,
}

/// A row for a person.
struct Line {
    names: Box<str>,
    rest: Box<str>,
    look: Look,
}

/// How urgent a row is.
#[derive(Clone, Copy)]
enum Look {
    Plain,
    Soon,
    Gone,
}

impl Table {
    /// A table without rows.
    pub fn new(form: Form, now: OffsetDateTime) -> Self {
        Self {
            form,
            now,
            lines: Vec::new(),
            documents: Vec::new(),
            texts: Vec::new(),
        }
    }

    /// Adds a row.
    pub fn add(&mut self, row: &Row) {
        match self.form {
            Form::Text => self.lines.push((row.not_after, line(row, self.now))),
            Form::Json => {
                let document = Document::of(row, self.now).to_value();
                self.documents.push((row.not_after, document));
            }
            Form::JsonLines => {
                let text = Document::of(row, self.now).to_text();
                self.texts.push((row.not_after, text));
            }
        }
    }

    /// Puts those first that end first.
    pub fn in_order(mut self) -> Self {
        self.lines.sort_by_key(|(end, _)| *end);
        self.documents.sort_by_key(|(end, _)| *end);
        self.texts.sort_by_key(|(end, _)| *end);
        self
    }
}

impl Facts for Table {
    fn text(&self, paint: Paint) -> Text<'_> {
        if self.lines.is_empty() {
            return Text::lines("no certificates\n");
        }
        let length = |(_, line): &(OffsetDateTime, Line)| line.names.chars().count();
        let width = self.lines.iter().map(length).max().unwrap_or(0);
        let width = width.max(HEADING.len());
        let heading = format!("{HEADING:width$}  {HEADINGS}");
        let heading = paint.with(Style::new().bold(), heading.trim_end());
        let lines = self.lines.iter().map(|(_, line)| {
            let text = format!("{:width$}  {}", line.names, line.rest);
            Cow::from(match line.look {
                Look::Plain => text + "\n",
                Look::Soon => paint.with(YELLOW, text) + "\n",
                Look::Gone => paint.with(Style::new().dimmed(), text) + "\n",
            })
        });
        let heading = std::iter::once(Cow::from(heading + "\n"));
        Text::Pieces(heading.chain(lines).collect())
    }

    fn json(&self) -> Value {
        let documents = self.documents.iter().map(|(_, document)| document);
        json!({ "certificates": documents.collect::<Vec<_>>() })
    }

    fn row_texts(&self) -> Option<Vec<&str>> {
        Some(self.texts.iter().map(|(_, text)| text.as_str()).collect())
    }
}

fn line(row: &Row, now: OffsetDateTime) -> Line {
    let left = row.not_after - now;
    let status = status(row, now);
    let serial = row.serial.get(..SHORT).unwrap_or(&row.serial);
    let days = left.whole_days();
    let file = row.certificate_file();
    let file = file.map_or(Cow::from(""), |file| Escaped(&file.path).to_string().into());
    let rest = format!(
        "{serial:SHORT$}  {}  {days:>5}  {status:10}  {file}",
        row.not_after.date()
    );
    Line {
        names: shorten(&named(row), MAX_NAMES).into(),
        rest: rest.trim_end().into(),
        look: match status {
            "valid" | "pending" if left < SOON => Look::Soon,
            "valid" | "pending" => Look::Plain,
            _ => Look::Gone,
        },
    }
}

const HEADING: &str = "NAMES";
const HEADINGS: &str = "SERIAL            ENDS         DAYS  STATUS      FILE";
const YELLOW: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Yellow)));

/// Half of a terminal; `--json` has them all.
const MAX_NAMES: usize = 40;
/// As `inspect` has it.
const SOON: Duration = Duration::days(30);
