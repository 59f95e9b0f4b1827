//! `certwright ca show`

use std::path::Path;

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};
use time::OffsetDateTime;

use certwright::ca::{Authority, Generation, Pending, home_exposure};
use certwright::crl::Reason;
use certwright::error::{Error, ErrorKind};
use certwright::files::{self, Exposure};
use certwright::fingerprint::Form;
use certwright::name::{NameConstraints, Subject};
use certwright::validity::to_rfc3339;

use super::waiting::Waiting;
use crate::cli::app::Context;
use crate::cli::report::{Facts, Paint, Report, Text};

/// Show the local CA and its generations
#[derive(Args)]
pub struct Show {}

impl Show {
    /// Reads the CA; its keys stay untouched.
    pub fn run(&self, context: &Context) -> Result<Report> {
        let home = context.home()?;
        let mut shown = match (Authority::look(home), Pending::read(home)?) {
            (Err(error), Some(pending)) if error.kind() == ErrorKind::CaMissing => {
                Shown::waiting(home, pending)?
            }
            (authority, _) => Shown::read(&authority?, context.now)?,
        };
        let mut faults = Vec::from_iter(shown.ledger_fault.take());
        let facets = shown.generations.iter_mut().flat_map(|row| &mut row.read);
        faults.extend(facets.filter_map(|facets| facets.list_fault.take()));
        let mut report = shown.report([]);
        let faults = faults.into_iter().map(anyhow::Error::from);
        report.failures.extend(faults);
        Ok(report)
    }
}

/// What is shown of a CA.
pub struct Shown {
    home: String,
    /// The mode of its folder, if others may write there.
    home_exposed: Option<u32>,
    /// Why the ledger cannot be read; one that is absent is no fault.
    ledger_fault: Option<Error>,
    generations: Vec<Row>,
    /// The request that waits for its answer.
    waiting: Option<Waiting>,
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
    /// The mode of its key, if others may read it.
    key_exposed: Option<u32>,
    /// None if there is no ledger to know it.
    issued: Option<u64>,
    last_ends: Option<OffsetDateTime>,
    days_left: i64,
    /// Which of its CAs its root says is revoked, since when and why.
    revoked: Option<(Subject, OffsetDateTime, Reason)>,
    /// Why that is not known.
    list_fault: Option<Error>,
    /// Where the list of what it issues is published, if its certificates tell that.
    list_url: Option<String>,
}

impl Shown {
    /// Reads what is to be shown.
    pub fn read(authority: &Authority, now: OffsetDateTime) -> Result<Self> {
        let mut ledger_fault = None;
        let ledger = authority.existing_ledger().unwrap_or_else(|error| {
            ledger_fault = Some(error);
            None
        });
        // Where nothing was issued yet there is no ledger, nor is anything unknown.
        let nothing = ledger.is_none() && ledger_fault.is_none() && !authority.has_issued()?;
        let mut generations = Vec::new();
        for (name, read) in authority.generations()? {
            let known = match &ledger {
                Some(ledger) => ledger.summary(&name).map(Some),
                None => Ok(nothing.then_some((0, None))),
            };
            let known = known.unwrap_or_else(|error| {
                ledger_fault = Some(error);
                None
            });
            generations.push(Row {
                current: name == authority.current().name(),
                read: read.and_then(|generation| Facets::read(generation, known, now)),
                name,
            });
        }
        Ok(Self {
            home: authority.home().display().to_string(),
            home_exposed: home_exposure(authority.home())?,
            ledger_fault,
            generations,
            waiting: Pending::read(authority.home())?
                .map(Waiting::read)
                .transpose()?,
        })
    }

    /// Reads what there is while the first generation is still to come.
    pub fn waiting(home: &Path, pending: Pending) -> Result<Self> {
        Ok(Self {
            home: home.display().to_string(),
            home_exposed: home_exposure(home)?,
            ledger_fault: None,
            generations: Vec::new(),
            waiting: Some(Waiting::read(pending)?),
        })
    }

    /// The report, with what is wrong with the CA as notes.
    pub fn report(self, notes: impl IntoIterator<Item = String>) -> Report {
        let mut faults = Vec::new();
        if let Some(mode) = self.home_exposed {
            faults.push(format!(
                "others may write to the CA's folder {home} (mode {mode:04o}), and put a CA of theirs in its place; if nobody has: chmod go-w {home}",
                home = self.home
            ));
        }
        for facets in self.generations.iter().flat_map(|row| &row.read) {
            if let Some((subject, since, reason)) = &facets.revoked {
                let name = facets.generation.name();
                faults.push(format!(
                    "{subject} was revoked on {} ({reason}), and {name} issues nothing any more",
                    to_rfc3339(*since)
                ));
            }
            faults.extend(facets.list_fault.as_ref().map(ToString::to_string));
            if let Some(mode) = facets.key_exposed {
                let key = facets.generation.key_path().display();
                faults.push(format!(
                    "others may read the CA's key {key} (mode {mode:04o}); if nobody has: chmod 600 {key}"
                ));
            }
        }
        faults.extend(self.ledger_fault.as_ref().map(ToString::to_string));
        Report::new(self).with_notes(notes).with_notes(faults)
    }
}

impl Facets {
    fn read(
        generation: Generation,
        known: Option<(u64, Option<OffsetDateTime>)>,
        now: OffsetDateTime,
    ) -> Result<Self, Error> {
        generation.verify()?;
        let key_exposed = match files::exposure(generation.key_path())? {
            Exposure::Mendable(mode) | Exposure::Fixed(mode) => Some(mode),
            Exposure::None => None,
        };
        // It keeps it from issuing, and whoever asks is to see what else there is all the same.
        let (revoked, list_fault) = match generation.revocation() {
            Ok(told) => {
                let named = told.map(|(ca, since, reason)| (ca.subject().clone(), since, reason));
                (named, None)
            }
            Err(error) => (None, Some(error)),
        };
        Ok(Self {
            key_encrypted: generation.is_key_encrypted()?,
            key_exposed,
            issued: known.map(|known| known.0),
            last_ends: known.and_then(|known| known.1),
            days_left: (generation.issuing().validity().not_after() - now).whole_days(),
            revoked,
            list_fault,
            list_url: generation.list_url()?.map(|url| url.to_string()),
            generation,
        })
    }
}

impl Facts for Shown {
    fn text(&self, _: Paint) -> Text {
        let mut text = format!("local CA in {}\n", self.home);
        for row in &self.generations {
            let state = if row.current { "issues" } else { "old" };
            text.push_str(&format!("\n{} ({state})\n", row.name));
            match &row.read {
                Ok(facets) => text.push_str(&facets.lines()),
                Err(error) => text.push_str(&format!("  broken       {error}\n")),
            }
        }
        if let Some(waiting) = &self.waiting {
            text.push_str("\na request waits for its answer (certwright ca import ANSWER)\n");
            text.push_str(&waiting.lines());
        }
        Text::lines(text)
    }

    fn json(&self) -> Value {
        json!({
            "home": self.home,
            "home_exposed": self.home_exposed.is_some(),
            "generations": self.generations.iter().map(Row::json).collect::<Vec<_>>(),
            "pending": self.waiting.as_ref().map(Waiting::json),
        })
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
            "root": generation.root_path().to_string_lossy(),
            "subject": generation.root().subject().to_string(),
            "issuing_subject": generation.issuing().subject().to_string(),
            "key": generation.issuing().public_key().kind().to_string(),
            "key_file": generation.key_path().to_string_lossy(),
            "key_encrypted": facets.key_encrypted,
            "key_exposed": facets.key_exposed.is_some(),
            "adopted": generation.is_adopted(),
            "sha256": generation.root().fingerprint().to_text(Form::Hex),
            "not_before": to_rfc3339(generation.issuing().validity().not_before()),
            "not_after": to_rfc3339(generation.issuing().validity().not_after()),
            "days_left": facets.days_left,
            "constraints": generation.constraints().as_ref().map(constraints_json),
            "path_length": generation.issuing().path_length(),
            "requested": generation.is_requested(),
            "crl_url": facets.list_url,
            "issued": facets.issued,
            "revoked_at": facets.revoked.as_ref().map(|(_, since, _)| to_rfc3339(*since)),
            "reason": facets.revoked.as_ref().map(|(.., reason)| reason.word()),
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
            ("may issue", permitted(generation.constraints().as_ref())),
        ];
        // Nothing is said where it is as it mostly is.
        lines.extend(match generation.issuing().path_length() {
            Some(0) => None,
            Some(length) => Some(("CAs below", length.to_string())),
            None => Some(("CAs below", "any number".to_owned())),
        });
        let last = self
            .last_ends
            .map(|end| format!(", the last until {}", to_rfc3339(end)))
            .unwrap_or_default();
        let issued = match self.issued {
            Some(count) => format!("{count}{last}"),
            None => "unknown, without the ledger".to_owned(),
        };
        lines.push(("issued", issued));
        lines.extend(self.list_url.clone().map(|url| ("revoked", url)));
        lines
            .into_iter()
            .map(|(label, value)| format!("  {label:11}  {value}\n"))
            .collect()
    }
}

/// Name constraints, as in JSON documents.
pub fn constraints_json(constraints: &NameConstraints) -> Value {
    json!({
        "critical": constraints.critical,
        "permitted": constraints.permitted.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "excluded": constraints.excluded.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

/// Host names and networks; that e-mail and URI hosts are the same goes without saying.
pub fn permitted(constraints: Option<&NameConstraints>) -> String {
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
    let hosts = match hosts.collect::<Vec<_>>() {
        none if none.is_empty() => "every host name".to_owned(),
        some => some.join(", "),
    };
    let listed = |subtrees: &[Subtree], of: fn(&Subtree) -> bool| {
        let bases = subtrees.iter().filter(|subtree| of(subtree));
        bases
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let subjects = listed(&constraints.permitted, |subtree| {
        matches!(subtree, Subtree::Directory(_) | Subtree::Other(_))
    });
    let excluded = listed(&constraints.excluded, |_| true);
    let more = [("; only ", subjects), ("; not for ", excluded)]
        .into_iter()
        .filter(|(_, listed)| !listed.is_empty())
        .map(|(words, listed)| format!("{words}{listed}"))
        .collect::<String>();
    format!("for {hosts}; {addresses}{more}")
}
