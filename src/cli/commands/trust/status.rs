//! `certwright trust status`

use anyhow::Result;
use clap::Args;
use time::Duration;

use certwright::ca::Authority;
use certwright::cert::Certificate;
use certwright::trust::State;
use certwright::trust::environment::{Files, Freshness};

use super::{Picked, Stores, each, finish, known, named};
use crate::cli::app::Context;
use crate::cli::input::shown;
use crate::cli::report::{Exit, Report};

/// Say how the local CA stands in every trust store, changing nothing
///
/// Exit code 1 says that one of them does not have it.
#[derive(Args)]
pub struct Status {
    #[command(flatten)]
    picked: Picked,
}

impl Status {
    /// Looks at every store.
    pub fn run(&self, context: &Context) -> Result<Report> {
        let stores = Stores::find(context, &self.picked)?;
        let roots = match &self.picked.cert {
            Some(path) => vec![named(path, context)?],
            None => known(&Authority::look(context.home()?)?, context.now)?,
        };
        let rows = each(&stores, &roots, |_, _| Ok(()));
        let notes = match &self.picked.cert {
            Some(_) => Vec::new(),
            None => {
                let mut notes = self.notes(context, &roots)?;
                notes.extend(stores.others(&roots).iter().map(|root| {
                    format!(
                        "{} is trusted too: of another folder than {}, or of one that is gone",
                        root.subject(),
                        context.home().map(shown).unwrap_or_default()
                    )
                }));
                notes
            }
        };
        let missing = rows.is_empty() || rows.iter().any(|row| row.state != Some(State::Trusted));
        let mut report = finish(rows, roots, None, notes);
        if missing {
            report.answer = report.answer.max(Exit::No);
        }
        Ok(report)
    }

    /// What will have to be done about the CA and its bundle.
    fn notes(&self, context: &Context, roots: &[Certificate]) -> Result<Vec<String>> {
        let mut notes = Vec::new();
        for root in roots {
            let left = root.validity().not_after() - context.now;
            if left < SOON {
                notes.push(format!(
                    "{} ends in {} days; its successor is made by certwright ca rotate",
                    root.subject(),
                    left.whole_days()
                ));
            }
        }
        notes.extend(unneeded(&Authority::look(context.home()?)?, context)?);
        let files = Files::of(context.home()?);
        if files.freshness(&context.host()?.root, roots).ok() == Some(Freshness::Stale) {
            notes.push(format!(
                "{} is stale: it is not what the system's roots and the CA's are today; make it anew with certwright trust env",
                files.bundle.display()
            ));
        }
        Ok(notes)
    }
}

/// The old generations of which nothing is in use any more, so that nobody need trust them.
fn unneeded(authority: &Authority, context: &Context) -> Result<Vec<String>> {
    let Some(ledger) = authority.existing_ledger()? else {
        return Ok(Vec::new());
    };
    let mut notes = Vec::new();
    for (name, _) in authority.generations()?.into_iter().skip(1) {
        let (_, last_ends) = ledger.summary(&name)?;
        if last_ends.is_none_or(|ends| ends < context.now) {
            notes.push(format!(
                "nothing that {name} issued is in use any more; give it up with certwright ca retire {name}"
            ));
        }
    }
    Ok(notes)
}

/// As long before the end as the commands that issue begin to say so.
const SOON: Duration = Duration::days(365);
