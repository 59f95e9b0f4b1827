//! What is done by many threads: each thing explained, and written as it will be told.

use std::sync::Arc;

use anyhow::Result;
use serde::Serialize;
use time::OffsetDateTime;

use certwright::bundle;
use certwright::document::{Document, Kind, Place};
use certwright::error::{Error, ErrorKind};
use certwright::inspect::{Item, KeyDigest, PeriodView, Side, inspect};
use certwright::key::Password;
use certwright::text::{Escaped, shorten};
use certwright::validity::Lifetime;

use super::{Inspect, text};
use crate::cli::app::Context;
use crate::cli::args::Form;
use crate::cli::issued;
use crate::cli::reaching::Reach;
use crate::cli::report::Paint;
use crate::cli::survey::{Examiner, Found, Part};
use crate::cli::what::Server;

/// What threads share.
pub struct Explaining<'a> {
    pub context: &'a Context,
    pub reach: &'a Reach<'a>,
    pub telling: Telling<'a>,
    /// For how long certificates are to be good, and in how many seconds that ends.
    good_for: Option<(Lifetime, i64)>,
}

/// How things are told.
#[derive(Clone, Copy)]
pub enum Telling<'a> {
    /// One bare value, in a form.
    Field(&'a str, Form),
    Json,
    /// A line, which begins with the name of the file if there are several.
    Line {
        is_named: bool,
    },
    Sheet(Paint),
}

impl<'a> Explaining<'a> {
    pub fn new(command: &'a Inspect, context: &'a Context, reach: &'a Reach<'a>) -> Result<Self> {
        let telling = match &command.field {
            Some(field) => Telling::Field(field, context.form),
            None if context.form != Form::Text => Telling::Json,
            None if command.short || command.good_for.is_some() => Telling::Line {
                is_named: command.what.len() > 1 || command.recursive,
            },
            None => Telling::Sheet(context.paint),
        };
        let until = |lifetime: Lifetime| -> Result<_> {
            let until = lifetime.after(context.now)? - context.now;
            Ok((lifetime, until.whole_seconds()))
        };
        Ok(Self {
            context,
            reach,
            telling,
            good_for: command.good_for.map(until).transpose()?,
        })
    }

    /// Explains a document.
    pub fn row(
        &self,
        document: &Document,
        place: Where,
        password: Option<&Password>,
    ) -> Result<Row, Error> {
        let item = explained(document, self.context.now, password)?;
        Ok(Row {
            told: self.told(&item, &place),
            side: item.side(),
            is_good: self.is_good(&item, &place),
            place,
        })
    }

    fn told(&self, item: &Item, place: &Where) -> Option<String> {
        Some(match self.telling {
            Telling::Field(field, form) => place.value(field, &item.field(field)?, form),
            Telling::Json => place.json(item),
            Telling::Line { is_named } => place.line(&item.short(), is_named),
            Telling::Sheet(paint) => {
                let (what, body) = text::item(item, paint);
                place.sheet(&what, &body, paint)
            }
        })
    }

    /// Whether a certificate is good for the time asked about, or else how it is not.
    fn is_good(&self, item: &Item, place: &Where) -> Option<Result<(), String>> {
        let (Some((lifetime, until)), Item::Certificate(view)) = (self.good_for, item) else {
            return None;
        };
        let PeriodView {
            status,
            seconds_left,
            not_after,
            ..
        } = &view.validity;
        let place = place.told();
        Some(match *status {
            "valid" if *seconds_left < until => {
                Err(format!("{place} ends on {not_after}, within {lifetime}"))
            }
            "valid" => Ok(()),
            status => Err(format!("{place} is {}", status.replace('-', " "))),
        })
    }
}

fn explained(
    document: &Document,
    now: OffsetDateTime,
    password: Option<&Password>,
) -> Result<Item, Error> {
    inspect(document, now, password).map_err(|error| match document.place {
        Place::Line(line) => error.about(format_args!("line {line}")),
        Place::Entry(number) => error.about(format_args!("entry {number}")),
        Place::Der => error,
    })
}

impl Examiner for Explaining<'_> {
    type Row = Row;

    const SOUGHT: &'static str = "certificate, key, request or list";

    fn story(&self, known: &certwright::ca::Row) -> Option<String> {
        Some(issued::story(known, self.context.now))
    }

    fn read(&self, part: Part<'_>) -> Result<Vec<Found<Row>>> {
        let (source, password) = (part.source, part.password);
        // It tells how it is protected.
        let container = match part.piece.is_first() {
            true => bundle::container(part.piece.bytes()),
            false => None,
        };
        let row = |document: &Document, password, is_alone| {
            let place = Where::of(document, source, is_alone);
            self.row(document, place, password).map(Found::Row)
        };
        let is_container = container.is_some();
        let container = container.map(|container| row(&container, None, false));
        let mut found = Vec::from_iter(container.transpose()?);
        let each =
            part.each(|section, is_only| row(&section.read()?, password, is_only && !is_container));
        found.extend(each);
        Ok(found)
    }

    fn ask(&self, server: &Server) -> Result<Vec<Found<Row>>> {
        self.answer(server)
    }

    fn nothing(&self, source: &str, _: Option<&Kind>) -> Error {
        let nothing = format!("{source}: there is nothing in it to show");
        Error::new(ErrorKind::WrongKind, nothing)
    }
}

/// One thing found, and what is told of it, if it has that.
pub struct Row {
    pub told: Option<String>,
    pub place: Where,
    pub side: Option<(Side, KeyDigest)>,
    /// Of a certificate, if that was asked: else why it is not.
    pub is_good: Option<Result<(), String>>,
}

/// Where a thing was found.
pub struct Where {
    pub source: Arc<str>,
    pub place: Place,
    /// What its container calls it, safe to show.
    pub alias: Option<Box<str>>,
    /// Whether its file holds nothing else, so that the file's name says where it is.
    pub is_alone: bool,
    /// Its place in the chain that a server sent.
    pub sent: Option<usize>,
}

impl Where {
    fn of(document: &Document, source: &Arc<str>, is_alone: bool) -> Self {
        let alias = document.alias.as_deref();
        Self {
            source: source.clone(),
            place: document.place,
            alias: alias.map(|alias| shown_alias(alias).into()),
            is_alone,
            sent: None,
        }
    }

    /// Says it to a person.
    pub fn told(&self) -> String {
        let source = &self.source;
        match self.place {
            Place::Der if self.sent.is_some_and(|sent| sent > 0) => {
                let place = self.sent.unwrap_or_default() + 1;
                format!("{source}, certificate {place}")
            }
            Place::Line(line) if !self.is_alone && line > 1 => format!("{source}, line {line}"),
            Place::Entry(number) => match &self.alias {
                Some(alias) => format!("{source}, entry {number} ({alias})"),
                None if self.is_alone => source.to_string(),
                None => format!("{source}, entry {number}"),
            },
            _ => source.to_string(),
        }
    }

    fn value(&self, field: &str, value: &str, form: Form) -> String {
        let source = &*self.source;
        match form {
            Form::Text => format!("{value}\n"),
            _ => serialized(&Value {
                source,
                field,
                value,
            }),
        }
    }

    /// One JSON object, with what says where it is.
    pub fn json(&self, item: &impl Serialize) -> String {
        serialized(&Placed {
            item,
            source: &self.source,
            line: self.place.line(),
            alias: self.alias.as_deref(),
            index: self.sent,
        })
    }

    pub fn line(&self, line: &str, is_named: bool) -> String {
        match is_named {
            true => format!("{}: {line}\n", self.told()),
            false => format!("{line}\n"),
        }
    }

    /// Lines under a heading, and one before it.
    pub fn sheet(&self, what: &str, body: &str, paint: Paint) -> String {
        format!("\n{}{body}", text::heading(what, &self.told(), paint))
    }
}

#[derive(Serialize)]
struct Placed<'a, T> {
    #[serde(flatten)]
    item: &'a T,
    source: &'a str,
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alias: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<usize>,
}

#[derive(Serialize)]
struct Value<'a> {
    source: &'a str,
    field: &'a str,
    value: &'a str,
}

/// What is made of plain facts here cannot fail to be written.
fn serialized(facts: &impl Serialize) -> String {
    serde_json::to_string(facts).unwrap_or_default()
}

fn shown_alias(alias: &str) -> String {
    Escaped(&shorten(alias, MAX_ALIAS)).to_string()
}

/// A friendly name that is longer is none; this is shown within a line.
const MAX_ALIAS: usize = 64;
