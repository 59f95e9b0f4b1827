//! Certificates that the local CA issued: how an argument names one, and how they are told.

use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;

use certwright::ca::{Authority, FileRole, Ledger, Placed, Row, Status};
use certwright::cert::Certificate;
use certwright::crypto::Algorithm;
use certwright::error::{Error, ErrorKind};
use certwright::text::Escaped;
use certwright::validity::to_rfc3339;

use super::app::Context;

/// Opens the ledger of a CA, to look at it or to change it.
///
/// Fails with [`ErrorKind::CaBroken`] if it is lost, though something was issued.
pub fn ledger(authority: &Authority) -> Result<Option<Ledger>> {
    let ledger = authority.ledger_in_step()?;
    if ledger.is_none() && authority.has_issued()? {
        return Err(Error::new(
            ErrorKind::CaBroken,
            format!(
                "the ledger is lost: {} has certificates that were issued, and no ledger",
                authority.home().display()
            ),
        )
        .with_hint("make it anew from them: certwright ca repair")
        .into());
    }
    Ok(ledger)
}

/// What an argument names.
#[derive(Default)]
pub struct Found {
    /// The certificate, or those of which it may be any.
    pub meant: Vec<Row>,
    /// Those of a name that were renewed or replaced since, and are valid still.
    pub earlier: Vec<Row>,
}

impl Found {
    fn one(row: Row) -> Self {
        Self {
            meant: vec![row],
            ..Self::default()
        }
    }

    /// Those of a name. One that is pending may have come to its files or not, so that what was there before it
    /// may be in use still.
    fn of_name(found: Vec<Row>) -> Self {
        let is_old = |row: &Row| row.superseded_by.is_some();
        let (earlier, meant): (Vec<Row>, Vec<Row>) = found.into_iter().partition(is_old);
        match meant.is_empty() || meant.iter().any(|row| row.pending) {
            true => Self {
                meant: meant.into_iter().chain(earlier).collect(),
                earlier: Vec::new(),
            },
            false => Self { meant, earlier },
        }
    }
}

/// Finds what an argument names: a file, a serial number or the beginning of one, or a name of which
/// there may be several.
pub fn find(argument: &str, authority: &Authority, context: &Context) -> Result<Found> {
    let path = Path::new(argument);
    if argument == "-" || path.is_file() {
        let bytes = context.input.read(path)?;
        let mut all = Certificate::all_from_bytes(&bytes).map_err(|error| error.about(argument))?;
        // What follows it is its chain.
        let row = authority.known(&all.swap_remove(0));
        return Ok(Found::one(row.map_err(|error| error.about(argument))?));
    }
    let Some(ledger) = ledger(authority)? else {
        return Err(nothing(argument, authority).into());
    };
    let found = match serial(argument) {
        Some(serial) => by_serial(&serial, &ledger)?,
        None => Vec::new(),
    };
    if !found.is_empty() {
        return Ok(Found {
            meant: found,
            ..Found::default()
        });
    }
    match by_name(argument, &ledger, context.now)? {
        none if none.is_empty() => Err(nothing(argument, authority).into()),
        found => Ok(Found::of_name(found)),
    }
}

/// A certificate that the local CA issued, as an argument names it by its serial number.
pub struct Copied {
    /// The file of its copy, which may hold others.
    pub file: PathBuf,
    /// The certificate.
    pub certificate: Certificate,
    /// What the ledger knows of it.
    pub row: Row,
    authority: Authority,
}

impl Copied {
    /// Finds what an argument names by a serial number, or by so much of one as `list` shows; nothing if it is no
    /// serial number, or a file of that name is there.
    pub fn find(argument: &Path, context: &Context) -> Result<Option<Self>> {
        let Some(text) = argument.to_str().filter(|_| !argument.exists()) else {
            return Ok(None);
        };
        // A short number could be a host's name, if nothing says that it is one.
        let is_meant = |serial: &String| serial.len() >= SHORT || unprefixed(text).is_some();
        let Some(serial) = serial(text).filter(is_meant) else {
            return Ok(None);
        };
        let authority = match Authority::look(context.home()?) {
            Err(error) if error.kind() == ErrorKind::CaMissing => return Ok(None),
            authority => authority?,
        };
        let found = match ledger(&authority)? {
            Some(ledger) => by_serial(&serial, &ledger)?,
            None => Vec::new(),
        };
        let row = match &found[..] {
            [only] => only.clone(),
            [] => return Err(unnumbered(text, &authority).into()),
            several => return Err(ambiguous(text, several).with_hint(WHOLE).into()),
        };
        let (file, certificate) = authority.copy(&row)?;
        Ok(Some(Self {
            file,
            certificate,
            row,
            authority,
        }))
    }

    /// Returns it in PEM, with the certificates of CAs that a server sends after it.
    pub fn chained(&self) -> Result<String> {
        let mut generations = self.authority.generations()?.into_iter();
        let issuing = generations.find(|(name, _)| *name == self.row.generation);
        let issuing = issuing.and_then(|(_, generation)| generation.ok());
        let above = issuing.iter().flat_map(|it| it.intermediates());
        let own = self.certificate.to_pem();
        Ok(own + &above.map(Certificate::to_pem).collect::<String>())
    }

    /// Returns the file that its key was written to, if one was.
    pub fn key_file(&self) -> Option<&Path> {
        let mut roles = [FileRole::PrivateKey, FileRole::Container].into_iter();
        let of_role = |role| self.row.files.iter().find(|file| file.role == role);
        roles.find_map(of_role).map(|file| Path::new(&file.path))
    }
}

/// Those of a name that are not revoked; if all are, the last of them.
fn by_name(name: &str, ledger: &Ledger, now: OffsetDateTime) -> Result<Vec<Row>> {
    let mut found = ledger.by_name(name, now)?;
    match found.iter().all(|row| row.revoked.is_some()) {
        true => found.truncate(1),
        false => found.retain(|row| row.revoked.is_none()),
    }
    Ok(found)
}

/// All of a serial number, or if none is so its beginning.
fn by_serial(serial: &str, ledger: &Ledger) -> Result<Vec<Row>> {
    for form in forms(serial) {
        let found = by_octets(&form, ledger)?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

/// The octets that a number may mean: other tools leave out the zero that keeps it positive, and some the first digit
/// if it is zero.
fn forms(serial: &str) -> Vec<String> {
    let zeros = match serial.len() % 2 {
        1 => Some("0"),
        _ => serial
            .starts_with(['8', '9', 'a', 'b', 'c', 'd', 'e', 'f'])
            .then_some("00"),
    };
    let whole = zeros.map(|zeros| format!("{zeros}{serial}"));
    std::iter::once(serial.to_owned()).chain(whole).collect()
}

fn by_octets(serial: &str, ledger: &Ledger) -> Result<Vec<Row>> {
    let found = ledger.by_serial(serial)?;
    let whole: Vec<Row> = found
        .iter()
        .filter(|row| row.serial == *serial)
        .cloned()
        .collect();
    Ok(match (whole.is_empty(), serial.len() >= SHORT) {
        (false, _) => whole,
        (true, true) => found,
        (true, false) => Vec::new(),
    })
}

/// Reads hexadecimal digits, also after `0x` or in pairs with colons between them, as other tools write them.
pub fn serial(text: &str) -> Option<String> {
    let text = unprefixed(text).unwrap_or(text);
    let paired = text.split(':').all(|pair| pair.len() == 2);
    let digits = match paired {
        true => text.replace(':', ""),
        false => text.to_owned(),
    };
    let is_hex = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| digits.to_ascii_lowercase())
}

fn unprefixed(text: &str) -> Option<&str> {
    text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))
}

/// The error for what is several.
pub fn ambiguous(argument: &str, several: &[Row]) -> Error {
    let listed: Vec<String> = several.iter().take(MAX_LISTED).map(one_line).collect();
    let more = match several.len().checked_sub(MAX_LISTED) {
        None | Some(0) => String::new(),
        Some(more) => format!("; and {more} more"),
    };
    Error::new(
        ErrorKind::InvalidValue,
        format!(
            "\"{argument}\" names {} certificates: {}{more}",
            several.len(),
            listed.join("; ")
        ),
    )
}

fn one_line(row: &Row) -> String {
    let file = row.certificate_file().map(|file| file.path.as_str());
    format!(
        "{} until {}{}",
        row.serial,
        to_rfc3339(row.not_after),
        file.map(|file| format!(", {file}")).unwrap_or_default()
    )
}

fn nothing(argument: &str, authority: &Authority) -> Error {
    let not = format!(
        "\"{argument}\" is neither a file nor the serial number or name of a certificate that the CA in {} issued and that is in use",
        authority.home().display()
    );
    Error::new(ErrorKind::NotFound, not).with_hint("certwright list shows them all")
}

fn unnumbered(argument: &str, authority: &Authority) -> Error {
    let not = format!(
        "\"{argument}\" is no file, and no certificate that the CA in {} issued has a serial number that begins so",
        authority.home().display()
    );
    Error::new(ErrorKind::NotFound, not)
        .with_hint("certwright list --all shows them all; a server of that name is given with its port, as HOST:443")
}

const WHOLE: &str = "give the whole serial number of the one that is meant";

/// The names of a certificate, or what stands for them, safe to show.
pub fn named(row: &Row) -> String {
    let names = row.names.iter().map(|name| match name.split_once(':') {
        Some((_, name)) => name,
        None => name,
    });
    let names = names.collect::<Vec<_>>().join(", ");
    let told = match (names.is_empty(), row.subject.is_empty()) {
        (false, _) => &names,
        (true, false) => &row.subject,
        (true, true) => "(unknown)",
    };
    let authority = if row.authority { " (a CA)" } else { "" };
    format!("{}{authority}", Escaped(told))
}

/// The word for what has become of a certificate.
pub fn status(row: &Row, now: OffsetDateTime) -> &'static str {
    match row.status() {
        Status::Revoked => "revoked",
        Status::Superseded => "superseded",
        _ if row.not_after < now => "expired",
        Status::Pending => "pending",
        Status::Valid => "valid",
    }
}

/// What the ledger knows of a certificate beside what is in it.
pub fn story(row: &Row, now: OffsetDateTime) -> String {
    let command = row
        .command
        .as_deref()
        .map(|command| format!(" by {command}"));
    let files: Vec<&str> = row.files.iter().map(|file| file.path.as_str()).collect();
    let place = match files[..] {
        [] => String::new(),
        _ => format!(", written to {}", files.join(", ")),
    };
    let fate = match (row.revoked, &row.superseded_by) {
        (Some((since, reason)), _) => format!("; revoked {}, {reason}", to_rfc3339(since)),
        (None, Some(successor)) => format!("; superseded by {successor}"),
        (None, None) => format!("; {}", status(row, now)),
    };
    let on = to_rfc3339(row.issued_at);
    format!(
        "{} was issued on {on}{}{place}{fate}",
        row.serial,
        command.unwrap_or_default()
    )
}

/// The document of one certificate, which may be one of a million.
#[derive(Serialize)]
pub struct Document<'a> {
    serial: &'a str,
    sha256: Option<&'a str>,
    generation: Option<&'a str>,
    subject: String,
    names: Vec<Named<'a>>,
    purposes: Vec<&'static str>,
    ca: bool,
    algorithm: Option<&'static str>,
    key_made: bool,
    not_before: String,
    not_after: String,
    days_left: i64,
    lifetime: Option<String>,
    issued_at: String,
    command: Option<&'a str>,
    files: &'a [Placed],
    status: &'static str,
    revoked_at: Option<String>,
    reason: Option<&'static str>,
    superseded_by: Option<&'a str>,
}

#[derive(Serialize)]
struct Named<'a> {
    kind: &'a str,
    value: String,
}

impl<'a> Document<'a> {
    /// Tells what is known of a certificate.
    pub fn of(row: &'a Row, now: OffsetDateTime) -> Self {
        let known = |text: &'a str| (!text.is_empty()).then_some(text);
        let name = |(kind, name): (&'a str, &str)| Named {
            kind,
            value: Escaped(name).to_string(),
        };
        let names = row.names.iter().filter_map(|name| name.split_once(':'));
        Self {
            serial: &row.serial,
            sha256: known(&row.fingerprint),
            generation: known(&row.generation),
            subject: Escaped(&row.subject).to_string(),
            names: names.map(name).collect(),
            purposes: row.purposes.words(),
            ca: row.authority,
            algorithm: row.algorithm.map(Algorithm::name),
            key_made: row.key_made,
            not_before: to_rfc3339(row.not_before),
            not_after: to_rfc3339(row.not_after),
            days_left: (row.not_after - now).whole_days(),
            lifetime: row.lifetime.map(|lifetime| lifetime.to_string()),
            issued_at: to_rfc3339(row.issued_at),
            command: row.command.as_deref(),
            files: &row.files,
            status: status(row, now),
            revoked_at: row.revoked.map(|(since, _)| to_rfc3339(since)),
            reason: row.revoked.map(|(_, reason)| reason.word()),
            superseded_by: row.superseded_by.as_deref(),
        }
    }

    /// Returns it as text, in one line.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Returns it as a value.
    pub fn to_value(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// So many digits of a serial number are shown, and tell one from all others: eight are of the time, and of a hundred
/// thousand that are made in the same four seconds, two have the same 48 random bits once in fifty thousand times.
pub const SHORT: usize = 20;
/// Nobody reads more in one line.
const MAX_LISTED: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_number_is_read_as_every_tool_writes_it() {
        for text in ["40A1b2", "40:a1:B2", "40a1b2", "0x40a1b2", "0X40:A1:B2"] {
            assert_eq!(serial(text).as_deref(), Some("40a1b2"), "{text}");
        }
        for text in ["", "0x", "40:a1:b", "40a1:443", "host", "a.b", "-", "::"] {
            assert_eq!(serial(text), None, "{text}");
        }
        assert_eq!(forms("1a2"), ["1a2", "01a2"]);
        assert_eq!(forms("8f"), ["8f", "008f"]);
        assert_eq!(forms("40a1"), ["40a1"]);
    }
}
