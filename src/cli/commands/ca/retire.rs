//! `certwright ca retire`

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use certwright::ca::{Authority, Retired};
use certwright::cert::Issuer;
use certwright::key::Password;
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

    /// Even if something that it issued has not ended, or its last revocation list cannot be made
    #[arg(long)]
    force: bool,

    /// Read the password of its key, which signs its last revocation list, from a file's first line
    #[arg(long, value_name = "FILE")]
    ca_password_file: Option<PathBuf>,
}

impl Retire {
    /// Retires the generation.
    pub fn run(&self, context: &Context) -> Result<Report> {
        let authority = Authority::open(context.home()?)?;
        authority.may_retire(&self.name, self.force, context.now)?;
        let (last, unmade) = match self.last_list(&authority, context) {
            Ok(last) => (last, None),
            // Without its key there will be none.
            Err(error) if !self.force => return Err(error),
            Err(error) => (
                None,
                Some(format!("no last revocation list was made: {error}")),
            ),
        };
        let retired = authority.retire(&self.name, self.force, context.now)?;
        let last_list = last.map(|name| retired.place.join(name));
        let publish = last_list.as_ref().map(|path| {
            format!(
                "its last revocation list is {}, for as long as the CA lasts; publish it in the place of the one before",
                path.display()
            )
        });
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
            last_list,
        });
        let notes = note.into_iter().chain(publish).chain(unmade);
        Ok(Report {
            failures: followed.failures,
            ..report.with_notes(notes).with_notes(followed.unknown)
        })
    }

    /// Makes the last list of the generation; returns the name of its file, if it needs one.
    fn last_list(&self, authority: &Authority, context: &Context) -> Result<Option<PathBuf>> {
        let others = authority.generations()?.into_iter().skip(1);
        let Some(Ok(generation)) = others
            .filter(|(name, _)| *name == self.name)
            .map(|it| it.1)
            .next()
        else {
            // What is broken is retired all the same, and what is unknown is told then.
            return Ok(None);
        };
        if !generation.issuing().may_sign_revocation_lists() {
            return Ok(None);
        }
        let unlock = || -> Result<Issuer> {
            let file = self.ca_password_file.as_deref();
            let given = context.input.given_password(file)?;
            let open = |password: Option<&Password>| generation.unlock(password);
            Ok(context.input.unlock(given, "Password of the CA", open)?.0)
        };
        authority.last_lists(&generation, unlock, context.now)
    }
}

struct GivenUp {
    name: String,
    /// Of its root; none if it could not be read.
    subject: Option<String>,
    retired: Retired,
    last_list: Option<PathBuf>,
}

impl Facts for GivenUp {
    fn text(&self, _: Paint) -> Text {
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
            "last_list": self.last_list.as_ref().map(|path| path.to_string_lossy()),
            "in_use_until": self.retired.in_use_until.map(to_rfc3339),
        })
    }
}
