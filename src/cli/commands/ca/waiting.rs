//! What is told of a request for the CA's certificate that waits for its answer.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use certwright::ca::{Authority, Pending, Plan};
use certwright::error::{Error, ErrorKind};
use certwright::name::NameConstraints;

use super::show::{Shown, constraints_json, permitted};
use super::{algorithm_note, unconstrained_note};
use crate::cli::app::Context;
use crate::cli::args::{Overwrite, order_note};
use crate::cli::input::shown;
use crate::cli::report::Report;

/// Whether the CA is to be another's to sign.
#[derive(Args)]
pub struct Asking {
    /// Write a request for another CA to sign, which is to be the root, such as a company's; `ca import`
    /// takes the answer
    #[arg(long, value_name = "FILE", conflicts_with_all = ["valid_for", "keep_root_key"])]
    pub request: Option<PathBuf>,

    /// With --request: replace the file, and give up the request that waits for its answer
    #[arg(long, requires = "request")]
    force: bool,
}

impl Asking {
    /// Makes the request and tells what is to be done with it.
    pub fn ask(&self, file: &Path, plan: &Plan, context: &Context) -> Result<Report> {
        if file == Path::new("-") {
            let told =
                "the request is not written to standard output (-), since its key goes with it";
            return Err(Error::new(ErrorKind::InvalidValue, told)
                .with_hint("name a file, and print it from there")
                .into());
        }
        let home = context.home()?;
        let existing = Overwrite { force: self.force }.existing();
        let pending = Pending::make(home, plan, file, existing)?;
        let shown_ca = match Authority::look(home) {
            Ok(authority) => Shown::read(&authority, context.now)?,
            Err(_) => Shown::waiting(home, pending)?,
        };
        let next = format!(
            "have {} signed as the request of a subordinate CA, with the extensions that it asks for; then: certwright ca import ANSWER --chain ROOT",
            shown(file)
        );
        let unconstrained = plan.constraints.is_none();
        let notes = std::iter::once(next)
            .chain(unconstrained.then(|| unconstrained_note("the CA, as it is asked for,")))
            .chain(algorithm_note(plan.algorithm))
            .chain(order_note(&plan.subject));
        Ok(shown_ca.report(notes))
    }
}

/// What is shown of a request.
pub struct Waiting {
    pending: Pending,
    key_encrypted: bool,
    constraints: Option<NameConstraints>,
    list_url: Option<String>,
}

impl Waiting {
    /// Reads what is shown.
    pub fn read(pending: Pending) -> Result<Self, Error> {
        Ok(Self {
            key_encrypted: pending.is_key_encrypted()?,
            constraints: pending.request().constraints()?,
            list_url: pending.list_url()?.map(|url| url.to_string()),
            pending,
        })
    }

    /// Returns it as lines.
    pub fn lines(&self) -> String {
        let request = self.pending.request();
        let encrypted = if self.key_encrypted {
            ", encrypted"
        } else {
            ""
        };
        let length = request.path_length().unwrap_or(0);
        let lines = [
            ("subject", request.subject().to_string()),
            ("request", self.pending.path().display().to_string()),
            ("key", format!("{}{encrypted}", request.public_key().kind())),
            ("", self.pending.key_path().display().to_string()),
            ("may issue", permitted(self.constraints.as_ref())),
            ("CAs below", length.to_string()),
        ];
        let revoked = self.list_url.clone().map(|url| ("revoked", url));
        lines
            .into_iter()
            .chain(revoked)
            .map(|(label, value)| format!("  {label:11}  {value}\n"))
            .collect()
    }

    /// Returns it as JSON.
    pub fn json(&self) -> Value {
        let request = self.pending.request();
        json!({
            "subject": request.subject().to_string(),
            "request": self.pending.path().to_string_lossy(),
            "key": request.public_key().kind().to_string(),
            "key_file": self.pending.key_path().to_string_lossy(),
            "key_encrypted": self.key_encrypted,
            "path_length": request.path_length(),
            "crl_url": self.list_url,
            "constraints": self.constraints.as_ref().map(constraints_json),
        })
    }
}
