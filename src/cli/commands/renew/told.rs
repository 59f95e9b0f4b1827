//! What a pass tells: of each certificate what was done, or why not.

use std::time::Duration;

use serde_json::{Value, json};
use time::OffsetDateTime;

use certwright::ca::{Renewed, Row};
use certwright::error::Error;
use certwright::fingerprint::Form;
use certwright::text::Escaped;
use certwright::validity::to_rfc3339;

use crate::cli::issued::{Document, named};
use crate::cli::report::{Facts, Paint, Text};

/// One certificate, or a file that may hold one.
pub(super) struct Item {
    row: Option<Row>,
    /// The file, where nothing else is known.
    source: String,
    outcome: Outcome,
}

/// What became of it.
pub(super) enum Outcome {
    Due,
    Failed(Fault),
    NotDue {
        from: OffsetDateTime,
    },
    Renewed {
        renewed: Box<Renewed>,
        key_made: bool,
    },
    /// It was renewed by a run that was interrupted then.
    Resumed,
    Skipped(String),
}

/// An error, which is told once more as that of the command.
pub(super) struct Fault {
    code: &'static str,
    message: String,
    hint: Option<String>,
}

impl Fault {
    pub fn of(error: &Error) -> Self {
        Self {
            code: error.kind().code(),
            message: error.to_string(),
            hint: error.hint().map(str::to_owned),
        }
    }

    fn document(&self) -> Value {
        json!({ "code": self.code, "message": self.message, "hint": self.hint })
    }
}

impl Outcome {
    /// Two were at it, and the other was first.
    pub fn overtaken() -> Self {
        Self::Skipped("another process replaced it meanwhile".to_owned())
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Failed(_) => "failed",
            Self::NotDue { .. } => "not-due",
            Self::Renewed { .. } => "renewed",
            Self::Resumed => "resumed",
            Self::Skipped(_) => "skipped",
        }
    }
}

impl Item {
    pub fn of(row: Row, outcome: Outcome) -> Self {
        let file = row.certificate_file();
        Self {
            source: file
                .map(|file| Escaped(&file.path).to_string())
                .unwrap_or_default(),
            row: Some(row),
            outcome,
        }
    }

    pub fn at(source: String, outcome: Outcome) -> Self {
        Self {
            row: None,
            source,
            outcome,
        }
    }

    /// Tells whether there are new files.
    pub fn is_new(&self) -> bool {
        matches!(self.outcome, Outcome::Renewed { .. } | Outcome::Resumed)
    }

    /// Tells whether it is still to be renewed.
    pub fn is_due(&self) -> bool {
        matches!(self.outcome, Outcome::Due)
    }

    fn line(&self, now: OffsetDateTime) -> String {
        let name = self.row.as_ref().map(named).unwrap_or_default();
        let left = self.row.as_ref().map_or(0, |row| days_left(row, now));
        let told = match &self.outcome {
            Outcome::Due => format!("{left} days left"),
            Outcome::Failed(fault) => self.beside_place(&fault.message),
            Outcome::NotDue { from } => {
                format!("{left} days left, due from {} on", to_rfc3339(*from))
            }
            Outcome::Renewed { renewed, key_made } => {
                let end = to_rfc3339(renewed.certificate.validity().not_after());
                let key = match key_made {
                    true => "a new key",
                    false => "the same key",
                };
                format!("until {end}, with {key}")
            }
            Outcome::Resumed => "by a run that was interrupted; its end is made up for".to_owned(),
            Outcome::Skipped(reason) => self.beside_place(reason),
        };
        let word = self.outcome.word().replace('-', " ");
        let parts = [self.source.as_str(), &name].into_iter();
        let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
        format!("{word:7}  {}  {}\n", parts.join("  "), Escaped(&told))
    }

    /// What is told of it, where the file is named already.
    fn beside_place(&self, told: &str) -> String {
        let place = format!("{}: ", self.source);
        told.strip_prefix(&place).unwrap_or(told).to_owned()
    }

    fn document(&self, now: OffsetDateTime) -> Value {
        let (reason, error) = match &self.outcome {
            Outcome::Skipped(reason) => (Some(reason.as_str()), None),
            Outcome::Failed(fault) => (None, Some(fault.document())),
            _ => (None, None),
        };
        let from = match &self.outcome {
            Outcome::NotDue { from } => Some(to_rfc3339(*from)),
            _ => None,
        };
        json!({
            "outcome": self.outcome.word(),
            "file": self.source,
            "certificate": self.row.as_ref().map(|row| Document::of(row, now).to_value()),
            "due_from": from,
            "reason": reason.map(|reason| Escaped(reason).to_string()),
            "error": error,
            "renewed": self.renewed(),
        })
    }

    fn renewed(&self) -> Option<Value> {
        let Outcome::Renewed { renewed, key_made } = &self.outcome else {
            return None;
        };
        let certificate = &renewed.certificate;
        let validity = certificate.validity();
        Some(json!({
            "serial": certificate.serial_hex(),
            "sha256": certificate.fingerprint().to_text(Form::Hex),
            "generation": renewed.generation,
            "not_before": to_rfc3339(validity.not_before()),
            "not_after": to_rfc3339(validity.not_after()),
            "key_made": key_made,
            "clipped": renewed.clipped,
        }))
    }

    fn notes(&self, current: &str) -> Vec<String> {
        let (Outcome::Renewed { renewed, .. }, Some(row)) = (&self.outcome, &self.row) else {
            return Vec::new();
        };
        let rotated = row.generation != current;
        let rotated = rotated.then(|| {
            format!(
                "{} is issued by {current} now, and was by {}: it is refused by clients that trust that one's root only",
                self.source, row.generation
            )
        });
        let clipped = renewed.clipped.then(|| {
            let end = to_rfc3339(renewed.certificate.validity().not_after());
            format!("{} ends on {end}, when its CA does", self.source)
        });
        let described = renewed.described.iter().map(|path| {
            format!("{path}: what described the old certificate beside it (subject, Bag Attributes and the like) is left out")
        });
        rotated
            .into_iter()
            .chain(clipped)
            .chain(described)
            .collect()
    }
}

/// What a pass did and found.
pub(super) struct Told {
    pub items: Vec<Item>,
    /// How many others the ledger knows that are not due.
    pub not_due: u64,
    /// How many it knows no files of, so that nobody looks at them.
    pub unplaced: u64,
    /// Of how many of these it knows them from now on.
    pub placed_anew: u64,
    /// When the next is due.
    pub next: Option<OffsetDateTime>,
    /// Whether it was told on; none if nothing had to be.
    pub reloaded: Option<bool>,
    pub now: OffsetDateTime,
}

impl Told {
    /// What the user should know beside it.
    pub fn notes(&self, current: &str) -> Vec<String> {
        let of_items = self.items.iter().flat_map(|item| item.notes(current));
        let unplaced = match self.unplaced {
            0 => None,
            1 => Some("1 valid certificate is in no file".to_owned()),
            count => Some(format!("{count} valid certificates are in no files")),
        };
        let unplaced = unplaced.map(|told| {
            format!("{told} that the ledger knows, and not looked at; name what is still used, once: certwright renew FILE|DIR")
        });
        let placed_anew = match self.placed_anew {
            0 => None,
            1 => Some("the ledger knows the files of 1 certificate again".to_owned()),
            count => Some(format!(
                "the ledger knows the files of {count} certificates again"
            )),
        };
        of_items.chain(unplaced).chain(placed_anew).collect()
    }

    /// How long nothing is to be done, within bounds.
    pub fn pause(&self, longest: Duration) -> Duration {
        let next = self.next.map(|next| next - self.now);
        let next = next.and_then(|time| Duration::try_from(time).ok());
        next.unwrap_or(longest).max(SHORTEST).min(longest)
    }

    fn last_line(&self) -> Option<String> {
        // Of what is due already there is a line each, or it was renewed.
        let next = self.next.filter(|next| *next > self.now).map(to_rfc3339);
        let next = next.map_or_else(String::new, |next| format!(", the next is from {next} on"));
        match (self.not_due, self.items.is_empty()) {
            (0, true) if self.unplaced > 0 => {
                Some("nothing is due of what lies in files that are known\n".to_owned())
            }
            (0, true) => Some("nothing is due\n".to_owned()),
            (0, false) => None,
            (1, _) => Some(format!("1 other is not due{next}\n")),
            (count, _) => Some(format!("{count} others are not due{next}\n")),
        }
    }
}

impl Facts for Told {
    fn text(&self, _: Paint) -> Text {
        let lines = self.items.iter().map(|item| item.line(self.now));
        Text::lines(lines.chain(self.last_line()).collect::<String>())
    }

    fn json(&self) -> Value {
        json!({
            "certificates": self.rows(),
            "not_due": self.not_due,
            "unplaced": self.unplaced,
            "next_due": self.next.map(to_rfc3339),
            "reloaded": self.reloaded,
        })
    }

    fn rows(&self) -> Vec<Value> {
        let document = |item: &Item| item.document(self.now);
        self.items.iter().map(document).collect()
    }
}

fn days_left(row: &Row, now: OffsetDateTime) -> i64 {
    (row.not_after - now).whole_days()
}

/// A certificate's shortest life is an hour, and the last third of that is twenty minutes.
const SHORTEST: Duration = Duration::from_secs(60);
