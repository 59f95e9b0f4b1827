//! `certwright revoke`

use anyhow::Result;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde_json::{Value, json};
use time::OffsetDateTime;

use certwright::ca::{Authority, Row};
use certwright::crl::Reason;
use certwright::validity::to_rfc3339;

use crate::cli::app::Context;
use crate::cli::issued::{Document, ambiguous, find, named};
use crate::cli::report::{Facts, Paint, Report, Text};

/// Revoke certificates that the local CA issued
///
/// What is revoked stays revoked. Clients that ask hear of it from the list that `ca crl` writes next.
#[derive(Args)]
pub struct Revoke {
    /// Serial numbers, files of certificates, and names of certificates
    #[arg(value_name = "SERIAL|FILE|NAME", required = true)]
    what: Vec<String>,

    /// Why
    #[arg(long, value_name = "REASON", value_parser = reasons(), default_value = "unspecified")]
    reason: Reason,

    /// Every certificate of a name that is the name of several
    #[arg(long)]
    all: bool,
}

impl Revoke {
    /// Revokes all that are named, or none if one of them cannot be found.
    pub fn run(&self, context: &Context) -> Result<Report> {
        let authority = Authority::open(context.home()?)?;
        let mut rows: Vec<Row> = Vec::new();
        for what in &self.what {
            let found = find(what, &authority, context)?;
            if found.len() > 1 && !self.all {
                return Err(ambiguous(what, &found).into());
            }
            let is_new = |row: &Row| !rows.iter().any(|known| is_same(known, row));
            let new: Vec<Row> = found.into_iter().filter(is_new).collect();
            rows.extend(new);
        }
        let mut revoked = Vec::new();
        for mut row in rows {
            let already = authority.revoke(&row, self.reason, context.now)?;
            row.revoked = already.or(Some((context.now, self.reason)));
            revoked.push((row, already.is_some()));
        }
        let notes: Vec<String> = notes(&revoked, self.reason, context.now).collect();
        let now = context.now;
        Ok(Report::new(Revoked { revoked, now }).with_notes(notes))
    }
}

fn is_same(one: &Row, other: &Row) -> bool {
    one.serial == other.serial && one.generation == other.generation
}

fn reasons() -> impl TypedValueParser<Value = Reason> {
    PossibleValuesParser::new(Reason::OFFERED.map(Reason::word))
        .try_map(|word| word.parse::<Reason>())
}

/// What the user should know beside it.
fn notes(
    revoked: &[(Row, bool)],
    reason: Reason,
    now: OffsetDateTime,
) -> impl Iterator<Item = String> {
    let earlier = revoked.iter().filter_map(move |(row, already)| {
        let (since, why) = row.revoked.filter(|_| *already)?;
        let kept = match why == reason {
            true => String::new(),
            false => format!(" ({why}, which stays)"),
        };
        let since = to_rfc3339(since);
        Some(format!(
            "{} was revoked already on {since}{kept}",
            row.serial
        ))
    });
    let ended = revoked.iter().filter_map(move |(row, _)| {
        let end = to_rfc3339(row.not_after);
        (row.not_after < now).then(|| format!("{} ended on {end} anyway", row.serial))
    });
    let is_new = revoked.iter().any(|(_, already)| !already);
    let next = is_new.then(|| {
        "clients hear of it from the revocation list; write the next: certwright ca crl".to_owned()
    });
    earlier.chain(ended).chain(next)
}

struct Revoked {
    /// Each with whether it was revoked before.
    revoked: Vec<(Row, bool)>,
    now: OffsetDateTime,
}

impl Facts for Revoked {
    fn text(&self, _: Paint) -> Text<'_> {
        let line = |(row, _): &(Row, bool)| {
            let (since, reason) = row.revoked.unwrap_or((self.now, Reason::Unspecified));
            let since = to_rfc3339(since);
            format!(
                "{}  {}  revoked {since}, {reason}\n",
                row.serial,
                named(row)
            )
        };
        Text::lines(self.revoked.iter().map(line).collect::<String>())
    }

    fn json(&self) -> Value {
        json!({ "revoked": self.rows() })
    }

    fn rows(&self) -> Vec<Value> {
        let row = |(row, already): &(Row, bool)| {
            let mut document = Document::of(row, self.now).to_value();
            document["already"] = json!(already);
            document
        };
        self.revoked.iter().map(row).collect()
    }
}
