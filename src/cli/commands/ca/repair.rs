//! `certwright ca repair`

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use certwright::ca::{Authority, Repaired, Unreadable};
use certwright::error::{Error, ErrorKind};

use crate::cli::app::Context;
use crate::cli::input::shown;
use crate::cli::report::{Facts, Paint, Report, Text};

/// Bring the ledger in step with the certificates in the CA's folder, and make it anew if it is damaged
///
/// A ledger that cannot be read is moved away. What only it knew is lost: the commands and the files of each
/// certificate. Revocations are kept beside it, and are not lost. Copies that cannot be read are left out, and the
/// exit code is 2.
#[derive(Args)]
pub struct Repair {}

impl Repair {
    /// Repairs the ledger.
    pub fn run(&self, context: &Context) -> Result<Report> {
        let authority = Authority::open(context.home()?)?;
        let repaired = authority.repair(context.now)?;
        let lost = repaired.moved_to.is_some().then(|| {
            "what only the old ledger knew is lost: the files of each certificate and the commands that issued it"
                .to_owned()
        });
        let failures = repaired.unreadable.iter().map(left_out).collect();
        Ok(Report {
            failures,
            ..Report::new(Told(repaired)).with_notes(lost)
        })
    }
}

/// What is lost is no mere note: certificates are valid that nobody can list or revoke by name.
fn left_out(file: &Unreadable) -> anyhow::Error {
    let Unreadable { path, held, meant } = file;
    let told = format!(
        "{} holds {held} of {meant} certificates that can be read, and the rest is left out",
        path.display()
    );
    Error::new(ErrorKind::CaBroken, told)
        .with_hint("bring the file back from a backup, and repair again")
        .into()
}

struct Told(Repaired);

impl Facts for Told {
    fn text(&self, _: Paint) -> Text {
        let added = match self.0.added {
            0 => "the ledger knows every certificate in the folder issued".to_owned(),
            1 => "entered 1 certificate that the ledger did not know".to_owned(),
            added => format!("entered {added} certificates that the ledger did not know"),
        };
        let moved = self.0.moved_to.as_deref().map(|place| {
            let place = shown(place);
            format!("the ledger was damaged, and lies in {place} now; made a new one\n")
        });
        Text::lines(format!(
            "{}{added}; {} of all are revoked\n",
            moved.unwrap_or_default(),
            self.0.revoked
        ))
    }

    fn json(&self) -> Value {
        json!({
            "moved_to": self.0.moved_to.as_deref().map(shown),
            "added": self.0.added,
            "revoked": self.0.revoked,
            "unreadable": self.0.unreadable.iter().map(|file| shown(&file.path)).collect::<Vec<_>>(),
        })
    }
}
