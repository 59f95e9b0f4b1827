//! What is told of a list: a row for each request, and how many there were.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use certwright::ca::Issued;
use certwright::error::Error;
use certwright::key::{Password, PrivateKey};

use super::super::chain_pem;
use super::making::Outcome;
use super::outlet::Outlet;
use crate::cli::args::Form;
use crate::cli::commands::made::Made;
use crate::cli::output::Teller;
use crate::cli::progress::span;
use crate::cli::report::{Ending, Facts as _};

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
        outlet: &Outlet,
        form: Form,
        teller: &mut Teller<'_>,
    ) -> Result<()> {
        self.told = Instant::now();
        let row = match outcome {
            Outcome::Failed { line, error } => {
                self.failed += 1;
                if outlet.leaves_stdout() && form != Form::Text {
                    teller.row(&failure(line, &error))?;
                }
                return teller.fail(&error);
            }
            Outcome::Kept(told) => {
                self.kept += 1;
                Zeroizing::new(row(told.line, &told.made, form, &told.notes))
            }
            Outcome::Done(told) => {
                self.issued += 1;
                let inline = told.row;
                let row = || Zeroizing::new(row(told.line, &told.made, form, &told.notes));
                let row = inline.unwrap_or_else(row);
                self.note(told.notes);
                row
            }
            // It would have been handed out first.
            Outcome::Made(_) => return Ok(()),
        };
        match outlet.leaves_stdout() {
            true => teller.row(&row),
            false => Ok(()),
        }
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

/// A row, in the form that was asked for.
fn row(line: u64, made: &Made, form: Form, notes: &[String]) -> String {
    match form {
        Form::Text => made.line(),
        Form::Json | Form::JsonLines => fields(line, made, notes).to_string(),
    }
}

fn fields(line: u64, made: &Made, notes: &[String]) -> Value {
    let mut row = made.json();
    row["line"] = json!(line);
    row["kept"] = json!(made.kept);
    row["warnings"] = json!(notes);
    row
}

fn failure(line: u64, error: &anyhow::Error) -> String {
    let known = error.downcast_ref::<Error>();
    let code = known.map_or("failed", |known| known.kind().code());
    let hint = known.and_then(Error::hint);
    let error = json!({ "code": code, "message": error.to_string(), "hint": hint });
    json!({ "line": line, "error": error }).to_string()
}

/// A row that holds the certificate with its chain and key.
pub fn inline(
    line: u64,
    made: &Made,
    issued: &Issued,
    key: Option<&PrivateKey>,
    password: Option<&Password>,
    notes: &[String],
) -> Result<Zeroizing<String>> {
    let mut row = fields(line, made, notes);
    row["certificate"] = json!(issued.certificate.to_pem());
    row["chain"] = json!(chain_pem(&issued.chain));
    let mut row = Zeroizing::new(row.to_string());
    if let Some(key) = key {
        let key = key.to_pkcs8_pem(password)?;
        row.pop();
        row.push_str(",\"private_key\":");
        row.push_str(&Zeroizing::new(serde_json::to_string(&*key)?));
        row.push('}');
    }
    Ok(row)
}

/// Whoever watches wants to see that it goes on.
const PATIENCE: Duration = Duration::from_secs(1);
/// More of one kind nobody reads.
const MAX_NOTES: usize = 5;
