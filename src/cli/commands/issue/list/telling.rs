//! What is told of a list: a row for each request, and how many there were.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde::Serialize;
use serde_json::json;
use zeroize::Zeroizing;

use certwright::error::Error;
use certwright::wiped::Wiped;

use super::making::{Making, Outcome};
use crate::cli::args::Form;
use crate::cli::commands::made::Made;
use crate::cli::output::Teller;
use crate::cli::progress::span;
use crate::cli::report::Ending;

/// How many came to what end.
pub struct Tally {
    issued: u64,
    kept: u64,
    failed: u64,
    /// Whether it ended before the list did.
    pub is_cut_short: bool,
    notes: Vec<String>,
    /// How many notes there were beyond those.
    more_notes: u64,
    told: Instant,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            issued: 0,
            kept: 0,
            failed: 0,
            is_cut_short: false,
            notes: Vec::new(),
            more_notes: 0,
            told: Instant::now(),
        }
    }
}

impl Tally {
    /// How many requests were dealt with.
    pub fn done(&self) -> u64 {
        self.issued + self.kept + self.failed
    }

    /// Tells whether somebody may be waiting to see something.
    pub fn is_long_ago(&self) -> bool {
        self.told.elapsed() > PATIENCE
    }

    /// Tells what came of one request.
    pub fn tell(
        &mut self,
        outcome: Outcome,
        making: &Making<'_>,
        teller: &mut Teller<'_>,
    ) -> Result<()> {
        self.told = Instant::now();
        let row = match outcome {
            Outcome::Failed { line, error } => {
                self.failed += 1;
                if making.rows.is_some_and(|form| form != Form::Text) {
                    teller.row(&failure(line, &error))?;
                }
                return teller.fail(&error);
            }
            Outcome::Kept(told) => {
                self.kept += 1;
                told.row
            }
            Outcome::Done(told) => {
                self.issued += 1;
                self.note(told.notes);
                told.row
            }
            // It would have been handed out first.
            Outcome::Made(_) => return Ok(()),
        };
        row.map_or(Ok(()), |row| teller.row(&*row))
    }

    /// Keeps what the user should know, once.
    pub fn note(&mut self, notes: impl IntoIterator<Item = String>) {
        for note in notes {
            match self.notes.len() < MAX_NOTES {
                _ if self.notes.contains(&note) => {}
                true => self.notes.push(note),
                false => self.more_notes += 1,
            }
        }
    }

    /// The end of it.
    pub fn ending(self, elapsed: Duration) -> Ending {
        let Self {
            issued,
            kept,
            failed,
            ..
        } = self;
        let mut told = format!("{issued} issued in {}", span(elapsed.as_secs_f64()));
        if kept > 0 {
            told.push_str(&format!(", {kept} kept"));
        }
        if failed > 0 {
            told.push_str(&format!(", {failed} failed"));
        }
        if self.is_cut_short {
            told.push_str("; the rest of the list was not begun");
        }
        let mut ending = Ending::default();
        ending.told.push(told);
        ending.notes = self.notes;
        if self.more_notes > 0 {
            let more = format!("{} more notes, which --json-lines shows", self.more_notes);
            ending.notes.push(more);
        }
        for (name, count) in [("issued", issued), ("kept", kept), ("failed", failed)] {
            ending.fields.insert(name.to_owned(), json!(count));
        }
        ending
    }
}

/// The row of one request.
pub struct Row<'a> {
    pub line: u64,
    pub made: &'a Made,
    pub notes: &'a [String],
    /// What it holds itself, if that goes to no files.
    pub held: Option<Held<'a>>,
}

/// A certificate with its chain and key, in PEM.
pub struct Held<'a> {
    pub certificate: &'a str,
    pub chain: &'a str,
    pub key: Option<Zeroizing<String>>,
}

impl Held<'_> {
    /// How much room it takes in a row.
    fn room(&self) -> usize {
        let key = self.key.as_ref().map_or(0, |key| room_of(key));
        room_of(self.certificate) + room_of(self.chain) + key
    }
}

/// How much PEM takes in JSON; its lines are of 64 characters mostly, and each ends in two.
fn room_of(pem: &str) -> usize {
    pem.len() + pem.len() / 16 + 16
}

/// As it is in JSON, but for the key.
#[derive(Serialize)]
struct Fields<'a, D> {
    line: u64,
    kept: bool,
    #[serde(flatten)]
    made: D,
    warnings: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chain: Option<&'a str>,
}

impl Row<'_> {
    /// Renders it, in the form that was asked for.
    pub fn rendered(&self, form: Form) -> Result<Wiped> {
        let held = self.held.as_ref();
        if form == Form::Text {
            return Ok(Wiped::from(self.made.line().into_bytes()));
        }
        let fields = Fields {
            line: self.line,
            kept: self.made.kept,
            made: self.made.document(),
            warnings: self.notes,
            certificate: held.map(|held| held.certificate),
            chain: held.map(|held| held.chain),
        };
        let mut row = Wiped::with_capacity(BESIDE + held.map_or(0, Held::room));
        serde_json::to_writer(&mut *row, &fields)?;
        if let Some(key) = held.and_then(|held| held.key.as_ref()) {
            row.pop();
            // Before the key, so that no part of it is left behind in a smaller place.
            row.reserve(room_of(key) + NAMED);
            row.extend_from_slice(b",\"private_key\":\"");
            // Nothing else in PEM is another in JSON.
            for line in key.lines() {
                row.extend_from_slice(line.as_bytes());
                row.extend_from_slice(b"\\n");
            }
            row.extend_from_slice(b"\"}");
        }
        Ok(row)
    }
}

fn failure(line: u64, error: &anyhow::Error) -> String {
    let known = error.downcast_ref::<Error>();
    let code = known.map_or("failed", |known| known.kind().code());
    let hint = known.and_then(Error::hint);
    let error = json!({ "code": code, "message": error.to_string(), "hint": hint });
    json!({ "line": line, "error": error }).to_string()
}

/// Whoever watches wants to see that it goes on.
const PATIENCE: Duration = Duration::from_secs(1);
/// More of one kind nobody reads.
const MAX_NOTES: usize = 5;
/// What a row of one name has beside PEM.
const BESIDE: usize = 1024;
/// What stands around the key.
const NAMED: usize = 32;
