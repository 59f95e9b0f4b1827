//! `certwright ca retire`

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use certwright::ca::{Authority, Generation};

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
        let generation = authority.retire(&self.name, self.force, context.now)?;
        Ok(Report::new(Retired(generation)))
    }
}

struct Retired(Generation);

impl Facts for Retired {
    fn text(&self, _: Paint) -> Text {
        Text::lines(format!(
            "{} is retired and its key removed; clients need no longer trust {}\n",
            self.0.name(),
            self.0.root().subject()
        ))
    }

    fn json(&self) -> Value {
        json!({ "retired": self.0.name(), "subject": self.0.root().subject().to_string() })
    }
}
