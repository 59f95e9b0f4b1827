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
    /// Serial numbers, files of certificates, and names: of a name the certificate that is in use
    #[arg(value_name = "SERIAL|FILE|NAME", required = true)]
    what: Vec<String>,

    /// Why
    #[arg(long, value_name = "REASON", value_parser = reasons(), default_value = "unspecified")]
    reason: Reason,

    /// Every valid certificate of a name: of several, and those that were renewed since
    #[arg(long)]
    all: bool,
}

impl Revoke {
    /// Revokes all that are named, or none if one of them cannot be found.
    pub fn run(&self, context: &Context) -> Result<Report> {
        let authority = Authority::open(context.home()?)?;
        let (mut rows, mut earlier): (Vec<Row>, Vec<Row>) = (Vec::new(), Vec::new());
        for what in &self.what {
            let mut found = find(what, &authority, context)?;
            match (self.all, found.meant.len()) {
                (true, _) => found.meant.append(&mut found.earlier),
                (false, 1) => {}
                (false, _) => return Err(ambiguous(what, &found.meant).into()),
            }
            add(&mut rows, found.meant);
            add(&mut earlier, found.earlier);
        }
        earlier.retain(|row| !rows.iter().any(|it| is_same(it, row)));
        let mut revoked = Vec::new();
        for mut row in rows {
            let already = authority.revoke(&row, self.reason, context.now)?;
            row.revoked = already.or(Some((context.now, self.reason)));
            revoked.push((row, already.is_some()));
        }
        let notes = notes(&revoked, self.reason, context.now);
        let notes: Vec<String> = notes.chain(still_valid(&earlier)).collect();
        let now = context.now;
        Ok(Report::new(Revoked { revoked, now }).with_notes(notes))
    }
}

/// Adds what is not among them.
fn add(rows: &mut Vec<Row>, found: Vec<Row>) {
    for row in found {
        if !rows.iter().any(|known| is_same(known, &row)) {
            rows.push(row);
        }
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

/// Whoever has an earlier certificate and its key is believed still: that is to be known, and may be meant.
fn still_valid(earlier: &[Row]) -> Option<String> {
    let serials: Vec<&str> = earlier.iter().map(|row| row.serial.as_str()).collect();
    let what = match serials.len() {
        0 => return None,
        1 => "an earlier certificate of it is valid still".to_owned(),
        count => format!("{count} earlier certificates of it are valid still"),
    };
    let line = match serials.len() <= MAX_LISTED {
        true => serials.join(" "),
        false => "--all with the same name".to_owned(),
    };
    Some(format!(
        "{what}; to revoke that too: certwright revoke {line}"
    ))
}

/// More is no line that anybody pastes.
const MAX_LISTED: usize = 8;

struct Revoked {
    /// Each with whether it was revoked before.
    revoked: Vec<(Row, bool)>,
    now: OffsetDateTime,
}

impl Facts for Revoked {
    fn text(&self, _: Paint) -> Text {
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
