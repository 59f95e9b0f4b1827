//! `certwright ca show`

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};
use time::OffsetDateTime;

use certwright::ca::{Authority, Generation};
use certwright::error::Error;
use certwright::fingerprint::Form;
use certwright::name::NameConstraints;
use certwright::validity::to_rfc3339;

use crate::cli::app::Context;
use crate::cli::report::{Facts, Paint, Report, Text};

/// Show the local CA and its generations
#[derive(Args)]
pub struct Show {}

impl Show {
    /// Reads the CA; its keys stay untouched.
    pub fn run(&self, context: &Context) -> Result<Report> {
        let authority = Authority::open(context.home()?)?;
        Ok(Report::new(Shown::read(&authority, context.now)?))
    }
}

/// What is shown of a CA.
pub struct Shown {
    home: String,
    generations: Vec<Row>,
}

struct Row {
    name: String,
    current: bool,
    read: Result<Facets, Error>,
}

/// What is shown of a generation that is whole.
struct Facets {
    generation: Generation,
    key_encrypted: bool,
    issued: u64,
    last_ends: Option<OffsetDateTime>,
    days_left: i64,
}

impl Shown {
    /// Reads what is to be shown.
    pub fn read(authority: &Authority, now: OffsetDateTime) -> Result<Self> {
        // A CA whose folder is read-only has no ledger, and is shown all the same.
        let ledger = authority.ledger().ok();
        let generations = authority.generations()?.into_iter().map(|(name, read)| {
            let current = name == authority.current().name();
            let read = read.and_then(|generation| {
                generation.verify()?;
                let (issued, last_ends) = match &ledger {
                    Some(ledger) => ledger.summary(generation.name())?,
                    None => (0, None),
                };
                let days_left = (generation.issuing().validity().not_after() - now).whole_days();
                let key_encrypted = generation.is_key_encrypted()?;
                Ok(Facets {
                    generation,
                    key_encrypted,
                    issued,
                    last_ends,
                    days_left,
                })
            });
            Row {
                name,
                current,
                read,
            }
        });
        Ok(Self {
            home: authority.home().display().to_string(),
            generations: generations.collect(),
        })
    }
}

impl Facts for Shown {
    fn text(&self, _: Paint) -> Text<'_> {
        let mut text = format!("local CA in {}\n", self.home);
        for row in &self.generations {
            let state = if row.current { "issues" } else { "old" };
            text.push_str(&format!("\n{} ({state})\n", row.name));
            match &row.read {
                Ok(facets) => text.push_str(&facets.lines()),
                Err(error) => text.push_str(&format!("  broken       {error}\n")),
            }
        }
        Text::lines(text)
    }

    fn json(&self) -> Value {
        json!({ "home": self.home, "generations": self.generations.iter().map(Row::json).collect::<Vec<_>>() })
    }
}

impl Row {
    fn json(&self) -> Value {
        let facets = match &self.read {
            Ok(facets) => facets,
            Err(error) => {
                return json!({ "name": self.name, "current": self.current, "fault": error.to_string() });
            }
        };
        let generation = &facets.generation;
        json!({
            "name": self.name,
            "current": self.current,
            "root": generation.root_path(),
            "subject": generation.root().subject().to_string(),
            "issuing_subject": generation.issuing().subject().to_string(),
            "key": generation.issuing().public_key().kind().to_string(),
            "key_file": generation.key_path(),
            "key_encrypted": facets.key_encrypted,
            "adopted": generation.is_adopted(),
            "sha256": generation.root().fingerprint().to_text(Form::Hex),
            "not_before": to_rfc3339(generation.issuing().validity().not_before()),
            "not_after": to_rfc3339(generation.issuing().validity().not_after()),
            "days_left": facets.days_left,
            "constraints": generation.constraints().map(|constraints| json!({
                "critical": constraints.critical,
                "permitted": constraints.permitted.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "excluded": constraints.excluded.iter().map(ToString::to_string).collect::<Vec<_>>(),
            })),
            "issued": facets.issued,
            "last_ends": facets.last_ends.map(to_rfc3339),
        })
    }
}

impl Facets {
    fn lines(&self) -> String {
        let generation = &self.generation;
        let encrypted = if self.key_encrypted {
            ", encrypted"
        } else {
            ""
        };
        let adopted = if generation.is_adopted() {
            ", mkcert's"
        } else {
            ""
        };
        let mut lines = vec![
            ("root", generation.root().subject().to_string()),
            ("", generation.root_path().display().to_string()),
            (
                "sha-256",
                generation.root().fingerprint().to_text(Form::Hex),
            ),
            (
                "key",
                format!(
                    "{}{encrypted}{adopted}",
                    generation.issuing().public_key().kind()
                ),
            ),
            ("", generation.key_path().display().to_string()),
            (
                "until",
                format!(
                    "{} ({} days left)",
                    to_rfc3339(generation.issuing().validity().not_after()),
                    self.days_left
                ),
            ),
            ("may issue", permitted(generation.constraints())),
        ];
        let last = self
            .last_ends
            .map(|end| format!(", the last until {}", to_rfc3339(end)))
            .unwrap_or_default();
        lines.push(("issued", format!("{}{last}", self.issued)));
        lines
            .into_iter()
            .map(|(label, value)| format!("  {label:11}  {value}\n"))
            .collect()
    }
}

/// Host names and networks; that e-mail and URI hosts are the same goes without saying.
fn permitted(constraints: Option<&NameConstraints>) -> String {
    use certwright::name::Subtree;
    let Some(constraints) = constraints else {
        return "for every name".to_owned();
    };
    let hosts = constraints
        .permitted
        .iter()
        .filter_map(|subtree| match subtree {
            Subtree::Dns(base) => Some(certwright::text::Escaped(base).to_string()),
            _ => None,
        });
    let networks: Vec<String> = constraints
        .permitted
        .iter()
        .filter_map(|subtree| match subtree {
            Subtree::Ip(subnet) => Some(subnet.to_string()),
            _ => None,
        })
        .collect();
    let addresses = if networks.is_empty() {
        "every IP address".to_owned()
    } else {
        networks.join(", ")
    };
    format!("for {}; {addresses}", hosts.collect::<Vec<_>>().join(", "))
}
