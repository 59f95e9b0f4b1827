//! `certwright ca retire`

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use certwright::ca::{Authority, Retired};
use certwright::validity::to_rfc3339;

use super::super::trust::follow::withdraw;
use crate::cli::app::Context;
use crate::cli::report::{Facts, Paint, Report, Text};

/// Remove the key of an old generation whose certificates have ended, and its root from the trust stores
#[derive(Args)]
pub struct Retire {
    /// The generation, as `ca show` names it
    #[arg(value_name = "GENERATION")]
    name: String,

    /// Even if something that it issued has not ended
    #[arg(long)]
    force: bool,
}

impl Retire {
    /// Retires the generation.
    pub fn run(&self, context: &Context) -> Result<Report> {
        let authority = Authority::open(context.home()?)?;
        let retired = authority.retire(&self.name, self.force, context.now)?;
        let followed = retired
            .root
            .as_ref()
            .map(|root| withdraw(context, root))
            .unwrap_or_default();
        let note = (!followed.stores.is_empty())
            .then(|| format!("its root is taken out of {}", followed.stores.join(", ")));
        let report = Report::new(GivenUp {
            name: self.name.clone(),
            subject: retired.root.as_ref().map(|root| root.subject().to_string()),
            retired,
        });
        Ok(Report {
            failures: followed.failures,
            ..report.with_notes(note).with_notes(followed.unknown)
        })
    }
}

struct GivenUp {
    name: String,
    /// Of its root; none if it could not be read.
    subject: Option<String>,
    retired: Retired,
}

impl Facts for GivenUp {
    fn text(&self, _: Paint) -> Text<'_> {
        let subject = self.subject.as_deref().unwrap_or("its root");
        let key = match &self.retired.key_left_in {
            Some(folder) => format!("mkcert's key still lies in {}", folder.display()),
            None => "its key is removed".to_owned(),
        };
        let trust = match (self.retired.in_use_until, &self.retired.key_left_in) {
            (Some(end), _) => format!(
                "what it issued is in use until {}, and only clients that trust {subject} take it",
                to_rfc3339(end)
            ),
            (None, Some(_)) => format!("nothing that was issued here needs {subject} any more"),
            (None, None) => format!("clients need no longer trust {subject}"),
        };
        Text::lines(format!("{} is retired; {key}; {trust}\n", self.name))
    }

    fn json(&self) -> Value {
        json!({
            "retired": self.name,
            "subject": self.subject,
            "key_left_in": self.retired.key_left_in,
            "in_use_until": self.retired.in_use_until.map(to_rfc3339),
        })
    }
}
