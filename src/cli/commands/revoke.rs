//! `certwright revoke`

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde_json::{Value, json};
use time::OffsetDateTime;

use certwright::ca::{Authority, Generation, Row};
use certwright::cert::{Certificate, Issuer};
use certwright::crl::Reason;
use certwright::error::{Error, ErrorKind};
use certwright::key::Password;
use certwright::text::Escaped;
use certwright::validity::to_rfc3339;

use crate::cli::app::Context;
use crate::cli::issued::{Document, ambiguous, find, named, serial};
use crate::cli::report::{Facts, Paint, Report, Text};

/// Revoke certificates that the local CA issued
///
/// What is revoked stays revoked. Clients that ask hear of it from the list that `ca crl` writes next. The CA's own
/// certificate can be revoked where the root's key was kept (`ca init --keep-root-key`).
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

    /// Read the password of the root's key, for the CA's own certificate, from a file's first line
    #[arg(long, value_name = "FILE")]
    ca_password_file: Option<PathBuf>,
}

impl Revoke {
    /// Revokes all that are named, or none if one of them cannot be found.
    pub fn run(&self, context: &Context) -> Result<Report> {
        let authority = Authority::open(context.home()?)?;
        let (mut rows, mut earlier): (Vec<Row>, Vec<Row>) = (Vec::new(), Vec::new());
        let mut own: Vec<(Generation, Issuer)> = Vec::new();
        let given = self.ca_password_file.as_deref();
        let given = context.input.given_password(given)?;
        for what in &self.what {
            if let Some(generation) = own_ca(what, &authority, context)? {
                // Else it would end between the others.
                generation.revocation()?;
                let root = unlock_root(&generation, given.as_ref(), context)?;
                require_meant(what, &generation)?;
                own.push((generation, root));
                continue;
            }
            let mut found = find(what, &authority, context)?;
            match (self.all, found.meant.len()) {
                (true, _) => found.meant.append(&mut found.earlier),
                (false, 1) => {}
                (false, _) => {
                    return Err(ambiguous(what, &found.meant)
                        .with_hint("give the serial number of the one that is meant, or --all")
                        .into());
                }
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
        for (generation, root) in &own {
            let reason = of_ca(self.reason);
            let already = authority.revoke_ca(generation, root, reason, context.now)?;
            revoked.push((generation.row()?, already.is_some()));
        }
        let notes = notes(&revoked, self.reason, context.now);
        let notes = notes.chain(still_valid(&earlier));
        let current = authority.current().name();
        let cas = own
            .iter()
            .map(|(generation, _)| ca_note(generation, current));
        let notes: Vec<String> = notes.chain(cas).collect();
        let now = context.now;
        Ok(Report::new(Revoked { revoked, now }).with_notes(notes))
    }
}

/// Opens the key of the root, with the password that was given or one that is asked for.
fn unlock_root(
    generation: &Generation,
    given: Option<&Password>,
    context: &Context,
) -> Result<Issuer> {
    let open = |password: Option<&Password>| generation.unlock_root(password.or(given));
    context.input.unlock(None, "Password of the CA", open)
}

/// The generation whose own certificate an argument names, by a file or the whole serial number.
fn own_ca(what: &str, authority: &Authority, context: &Context) -> Result<Option<Generation>> {
    let path = Path::new(what);
    if path.is_file() {
        let bytes = context.input.read(path)?;
        // What is wrong with it is told where it is looked for.
        let Ok(all) = Certificate::all_from_bytes(&bytes) else {
            return Ok(None);
        };
        return Ok(authority.generation_of(|ca| *ca == all[0])?);
    }
    let Some(serial) = serial(what) else {
        return Ok(None);
    };
    Ok(authority.generation_of(|ca| ca.serial_hex() == serial)?)
}

/// Files of chains begin with the CA's certificate too, and lie beside what was issued: nobody is to revoke all of that
/// by a slip.
fn require_meant(what: &str, generation: &Generation) -> Result<(), Error> {
    let path = Path::new(what);
    let real = |path: &Path| path.canonicalize().ok();
    let folder = real(generation.folder());
    let lies_there = |path: &Path| {
        real(path)
            .zip(folder)
            .is_some_and(|(path, folder)| path.starts_with(folder))
    };
    if !path.is_file() || lies_there(path) {
        return Ok(());
    }
    let ca = generation.issuing();
    let told = format!(
        "{} begins with the certificate of the CA itself, {}",
        Escaped(what),
        ca.subject()
    );
    let hint = format!(
        "if the CA is to be revoked, and all that it issued with it: certwright revoke {}",
        ca.serial_hex()
    );
    Err(Error::new(ErrorKind::WrongKind, told).with_hint(hint))
}

/// RFC 5280 §5.3.1 has a word of its own for the key of a CA.
fn of_ca(reason: Reason) -> Reason {
    match reason {
        Reason::KeyCompromise => Reason::CaCompromise,
        other => other,
    }
}

/// What it means that the CA itself is revoked.
fn ca_note(generation: &Generation, current: &str) -> String {
    let root = generation.root();
    let next = match generation.name() == current {
        true => {
            "; make its successor, and renew what it issued: certwright ca rotate; certwright renew --all --force"
        }
        false => "",
    };
    format!(
        "{} issues nothing any more{next}; the list of {} tells of it, and who has an earlier one may rely on that until {}",
        generation.issuing().subject(),
        root.subject(),
        to_rfc3339(root.validity().not_after())
    )
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
