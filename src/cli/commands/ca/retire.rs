//! `certwright ca retire`

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use certwright::ca::Authority;

use crate::cli::app::Context;
use crate::cli::report::{Facts, Paint, Report, Text};

/// Remove the key of an old generation whose certificates have ended
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
        let root = authority.retire(&self.name, self.force, context.now)?;
        let subject = root.map(|root| root.subject().to_string());
        Ok(Report::new(Retired {
            name: self.name.clone(),
            subject,
        }))
    }
}

struct Retired {
    name: String,
    /// Of its root, which clients need no longer trust; none if it could not be read.
    subject: Option<String>,
}

impl Facts for Retired {
    fn text(&self, _: Paint) -> Text<'_> {
        let subject = self.subject.as_deref().unwrap_or("its root");
        Text::lines(format!(
            "{} is retired and its key removed; clients need no longer trust {subject}\n",
            self.name
        ))
    }

    fn json(&self) -> Value {
        json!({ "retired": self.name, "subject": self.subject })
    }
}
