//! The index of `openssl ca`: a line for each certificate, of six fields with tabs between them.
//!
//! Its form is told by OpenSSL's `apps/include/apps.h` (`DB_type` and what follows) and by
//! `crypto/txt_db/txt_db.c`: a tab within a field stands after a backslash.

use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::revoke::Marker;
use super::{Authority, Filter, Row};
use crate::cert::{Certificate, moment};
use crate::crl::Reason;
use crate::der;
use crate::error::{Error, ErrorKind, Result};
use crate::files;
use crate::name::{Attribute, Subject, parse_name, short_type};
use crate::text::{Escaped, escape_bytes};

/// The file `index.txt` of `openssl ca`.
#[derive(Clone, Debug)]
pub struct Index {
    /// The file's place, for errors.
    pub path: PathBuf,
    /// What it holds.
    pub bytes: Vec<u8>,
    /// The folder of the certificates that it tells of.
    pub copies: Option<PathBuf>,
}

/// What was taken in from an index.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Imported {
    /// How many certificates the ledger did not know.
    pub added: u64,
    /// How many of the index are revoked.
    pub revoked: u64,
    /// How many copies were found.
    pub copies: u64,
}

impl Authority {
    /// Returns the index of what a generation issued, as `openssl ca` keeps it.
    pub fn export_index(&self, generation: &str, now: OffsetDateTime) -> Result<String> {
        let mut index = String::new();
        if let Some(ledger) = self.ledger_in_step()? {
            ledger.select(&Filter::default(), |row| {
                if row.generation == generation {
                    index.push_str(&index_line(&row, now));
                }
            })?;
        }
        Ok(index)
    }

    /// Enters what an index tells.
    pub(super) fn import_index(&self, found: &[(Row, Option<Certificate>)]) -> Result<Imported> {
        let certificates: Vec<&Certificate> =
            found.iter().filter_map(|(_, copy)| copy.as_ref()).collect();
        let rows: Vec<Row> = found.iter().map(|(row, _)| row.clone()).collect();
        let markers: Vec<Marker> = rows.iter().filter_map(Marker::of).collect();
        for marker in &markers {
            self.keep_marker(marker)?;
        }
        let added = self.enter_known(&certificates, &rows)?;
        self.ledger()?.enter_revocations(&markers)?;
        Ok(Imported {
            added,
            revoked: markers.len() as u64,
            copies: certificates.len() as u64,
        })
    }
}

impl Index {
    /// Reads it as what a CA issued as a generation. The copies tell more of each certificate.
    ///
    /// Fails with [`ErrorKind::Malformed`], naming the line, and with [`ErrorKind::WrongKind`] for a copy of what
    /// another CA issued.
    pub(super) fn read(
        &self,
        issuing: &Certificate,
        generation: &str,
    ) -> Result<Vec<(Row, Option<Certificate>)>> {
        let read = |text: &[u8]| self.read_entry(text, issuing, generation);
        each_line(&self.bytes, read).map_err(|error| error.about(self.path.display()))
    }

    /// What one line tells, and the copy if there is one.
    fn read_entry(
        &self,
        text: &[u8],
        issuing: &Certificate,
        generation: &str,
    ) -> Result<(Row, Option<Certificate>)> {
        let row = read_line(text, generation)?;
        let copies = self.copies.as_ref();
        let copy = copies.map(|folder| copy_in(folder, &row, issuing));
        Ok(match copy.transpose()?.flatten() {
            None => (row, None),
            Some(certificate) => {
                let told = Row::of_certificate(&certificate, generation);
                let revoked = row.revoked;
                (Row { revoked, ..told }, Some(certificate))
            }
        })
    }
}

/// The copy of a certificate in a folder of `openssl ca`, if it is there.
fn copy_in(folder: &Path, row: &Row, issuing: &Certificate) -> Result<Option<Certificate>> {
    let path = folder.join(format!("{}.pem", foreign_serial(&row.serial)));
    let bytes = match files::read(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        read => read?,
    };
    let about = |error: Error| error.about(path.display());
    let all = Certificate::all_from_bytes(&bytes);
    let certificate = all.map_err(about)?.swap_remove(0);
    let is_ours = certificate.verify_signed_by(issuing.public_key()).is_ok();
    if is_ours && certificate.serial_hex() == row.serial {
        return Ok(Some(certificate));
    }
    let what = match is_ours {
        true => format!("its serial number is {}", certificate.serial_hex()),
        false => format!("it was not issued by {}", issuing.subject()),
    };
    Err(about(Error::new(ErrorKind::WrongKind, what)))
}

/// Reads what an index of `openssl ca` tells, as issued by a generation.
///
/// Fails with [`ErrorKind::Malformed`], naming the line.
pub fn read_index(index: &[u8], generation: &str) -> Result<Vec<Row>> {
    each_line(index, |text| read_line(text, generation))
}

/// Writes the line of an index that tells of a certificate.
pub fn index_line(row: &Row, now: OffsetDateTime) -> String {
    let (kind, revoked) = match row.revoked {
        Some((since, Reason::Unspecified)) => ('R', time(since)),
        Some((since, reason)) => ('R', format!("{},{}", time(since), foreign_word(reason))),
        None if row.not_after < now => ('E', String::new()),
        None => ('V', String::new()),
    };
    format!(
        "{kind}\t{}\t{revoked}\t{}\tunknown\t{}\n",
        time(row.not_after),
        foreign_serial(&row.serial),
        slashed(&row.subject).replace('\t', "\\\t")
    )
}

/// Goes through the lines that tell of a certificate; a fault names its line.
fn each_line<T>(index: &[u8], read: impl Fn(&[u8]) -> Result<T>) -> Result<Vec<T>> {
    let lines = index.split(|byte| *byte == b'\n').enumerate();
    let whole = lines.map(|(at, text)| (at + 1, text.strip_suffix(b"\r").unwrap_or(text)));
    whole
        .filter(|(_, text)| !text.is_empty() && !text.starts_with(b"#"))
        .map(|(number, text)| {
            read(text).map_err(|error| error.about(format_args!("line {number}")))
        })
        .collect()
}

fn read_line(text: &[u8], generation: &str) -> Result<Row> {
    let fields = fields(text);
    let [kind, end, revoked, serial, _, subject] = &fields[..] else {
        let count = fields.len();
        return Err(malformed(format!("it has {count} fields, not six")));
    };
    let serial = own_serial(serial)
        .ok_or_else(|| malformed(format!("\"{serial}\" is not a serial number")))?;
    let mut row = Row::of_list(&serial, generation, read_time(end)?);
    let known = subject
        .starts_with('/')
        .then(|| typed(subject).parse::<Subject>());
    row.subject = match known {
        Some(Ok(subject)) => subject.to_string(),
        _ => Escaped(subject).to_string(),
    };
    match kind.as_str() {
        "V" | "E" => {}
        "R" => row.revoked = Some(read_revocation(revoked)?),
        other => return Err(malformed(format!("\"{other}\" is none of V, R and E"))),
    }
    Ok(row)
}

/// A moment, and a reason after a comma; more may follow that says since when a key was known.
fn read_revocation(text: &str) -> Result<(OffsetDateTime, Reason)> {
    let mut parts = text.split(',');
    let since = read_time(parts.next().unwrap_or_default())?;
    let reason = match parts.next() {
        None => Reason::Unspecified,
        Some("holdInstruction") => Reason::CertificateHold,
        Some("keyTime") => Reason::KeyCompromise,
        Some("CAkeyTime") => Reason::CaCompromise,
        Some(word) => word.parse()?,
    };
    Ok((since, reason))
}

fn fields(text: &[u8]) -> Vec<String> {
    let (mut fields, mut field) = (Vec::new(), Vec::new());
    for byte in text {
        match byte {
            b'\t' if field.last() == Some(&b'\\') => {
                field.pop();
                field.push(b'\t');
            }
            b'\t' => fields.push(std::mem::take(&mut field)),
            other => field.push(*other),
        }
    }
    fields.push(field);
    let text = |field: Vec<u8>| {
        String::from_utf8(field).unwrap_or_else(|odd| escape_bytes(odd.as_bytes()))
    };
    fields.into_iter().map(text).collect()
}

/// Two digits for the year until 2049, four after (as `UTCTime` and `GeneralizedTime`).
fn time(moment: OffsetDateTime) -> String {
    let (date, clock) = (moment.date(), moment.time());
    let year = match date.year() {
        1950..=2049 => format!("{:02}", date.year().rem_euclid(100)),
        year => format!("{year:04}"),
    };
    let (hour, minute, second) = clock.as_hms();
    format!(
        "{year}{:02}{:02}{hour:02}{minute:02}{second:02}Z",
        u8::from(date.month()),
        date.day()
    )
}

fn read_time(text: &str) -> Result<OffsetDateTime> {
    let tag = match text.len() {
        UTC_LENGTH => der::UTC_TIME,
        _ => der::GENERALIZED_TIME,
    };
    moment(der::only(&der::element(tag, &[text.as_bytes()]))?)
}

/// OpenSSL's word for a reason.
fn foreign_word(reason: Reason) -> &'static str {
    match reason {
        Reason::Unspecified => "unspecified",
        Reason::KeyCompromise => "keyCompromise",
        Reason::CaCompromise => "CACompromise",
        Reason::AffiliationChanged => "affiliationChanged",
        Reason::Superseded => "superseded",
        Reason::CessationOfOperation => "cessationOfOperation",
        Reason::CertificateHold => "certificateHold",
        Reason::RemoveFromCrl => "removeFromCRL",
        Reason::PrivilegeWithdrawn => "privilegeWithdrawn",
        Reason::AaCompromise => "AACompromise",
    }
}

/// Without the octet that keeps the number positive, and in upper case, as OpenSSL writes it.
fn foreign_serial(serial: &str) -> String {
    let plain = serial.strip_prefix("00").filter(|rest| !rest.is_empty());
    plain.unwrap_or(serial).to_ascii_uppercase()
}

/// The octets of the number's INTEGER; none if it is no number.
fn own_serial(text: &str) -> Option<String> {
    let octets = data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes());
    let mut octets = octets.ok().filter(|octets| !octets.is_empty())?;
    octets.insert(0, 0);
    (octets.len() <= MAX_SERIAL).then(|| data_encoding::HEXLOWER.encode(der::shortest(&octets)))
}

/// A subject as OpenSSL writes it in one line, from the country to the common name: what is not printable
/// ASCII as `\xC3\xA4`, and a slash or a plus after a backslash (`X509_NAME_oneline`). What would be read as
/// something else is written as what is not printable.
fn slashed(subject: &str) -> String {
    let Ok(parsed) = subject.parse::<Subject>() else {
        return subject.to_owned();
    };
    let attribute = |attribute: Attribute| {
        let name = short_type(&attribute.oid).unwrap_or(&attribute.oid);
        let value = match attribute.is_text {
            true => in_one_line(&attribute.text),
            false => format!("#{}", attribute.text),
        };
        format!("/{name}={value}")
    };
    let rdns = parse_name(&parsed.to_der()).unwrap_or_default();
    rdns.into_iter().flatten().map(attribute).collect()
}

fn in_one_line(text: &str) -> String {
    let octet = |(at, byte): (usize, u8)| match byte {
        b'#' if at > 0 => "#".to_owned(),
        b'/' | b'+' => format!("\\{}", char::from(byte)),
        b'\\' | b'#' => format!("\\x{byte:02X}"),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("\\x{byte:02X}"),
    };
    text.bytes().enumerate().map(octet).collect()
}

/// What OpenSSL writes in one line, as a subject is typed: each octet that it escapes, or that stands for itself
/// there and not here, after a backslash.
fn typed(subject: &str) -> String {
    let mut typed = String::with_capacity(subject.len());
    let mut rest = subject;
    while let Some(c) = rest.chars().next() {
        let (octet, length) = match rest.as_bytes() {
            [b'\\', b'x', high, low, ..] if [high, low].iter().all(|it| it.is_ascii_hexdigit()) => {
                (Some(rest[2..4].to_owned()), 4)
            }
            [b'\\', escaped @ (b'/' | b'+'), ..] => (Some(format!("{escaped:02X}")), 2),
            [plain @ (b' ' | b'"' | b'+' | b',' | b'\\'), ..] => (Some(format!("{plain:02X}")), 1),
            _ => (None, c.len_utf8()),
        };
        match octet {
            Some(octet) => typed.extend(["\\", &octet]),
            None => typed.push(c),
        }
        rest = &rest[length..];
    }
    typed
}

fn malformed(what: String) -> Error {
    Error::new(ErrorKind::Malformed, what)
}

/// `YYMMDDHHMMSSZ`.
const UTC_LENGTH: usize = 13;
/// RFC 5280 §4.1.2.2 has 20 octets at most; this is what others have issued, with its zero.
const MAX_SERIAL: usize = 65;

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-21 12:00 UTC);

    #[test]
    fn lines_are_written_as_they_are_read() {
        for text in [
            "V\t270101000000Z\t\t01\tunknown\t/C=DE/O=a b/CN=c.test\n",
            "E\t260101000000Z\t\t8F01\tunknown\t\n",
            "R\t20500101000000Z\t261120101112Z\t4A01\tunknown\t/CN=x\n",
            "R\t270101000000Z\t261120101112Z,keyCompromise\t00\tunknown\t/CN=x\n",
        ] {
            let row = read_line(text.trim_end_matches('\n').as_bytes(), "ca-1").unwrap();
            assert_eq!(index_line(&row, NOW), text);
        }
        let row = read_line(b"V\t270101000000Z\t\t8F\tx\t/CN=a", "ca-1").unwrap();
        assert_eq!((&row.serial[..], &row.subject[..]), ("008f", "CN=a"));
    }

    #[test]
    fn subjects_are_written_in_one_line_and_read_from_it() {
        for (line, shown) in [
            (r#"/O=A\+B, "C"/CN=\xC3\xA4 b"#, r#"CN=ä b,O=A\+B\, \"C\""#),
            (r"/CN= a\x09\/b\x5C# ", r"CN=\ a\09/b\\#\ "),
            (r"/CN=\x23a/1.2.3=#0500", r"1.2.3=#0500,CN=\#a"),
        ] {
            let text = format!("V\t270101000000Z\t\t01\tunknown\t{line}\n");
            let row = read_line(text.trim_end_matches('\n').as_bytes(), "ca-1").unwrap();
            assert_eq!((&row.subject[..], index_line(&row, NOW)), (shown, text));
        }
    }

    #[test]
    fn a_plus_and_a_backslash_may_stand_for_themselves() {
        let row = read_line(b"V\t270101000000Z\t\t01\tunknown\t/O=A+B \\y/CN=a", "ca-1").unwrap();
        assert_eq!(row.subject, r"CN=a,O=A\+B \\y");
    }

    #[test]
    fn every_reason_of_openssl_is_known() {
        for (text, reason) in [
            ("261120101112Z,CACompromise", Reason::CaCompromise),
            (
                "261120101112Z,holdInstruction,holdInstructionReject",
                Reason::CertificateHold,
            ),
            (
                "261120101112Z,keyTime,20261101000000Z",
                Reason::KeyCompromise,
            ),
            ("261120101112Z,removeFromCRL", Reason::RemoveFromCrl),
        ] {
            let (since, read) = read_revocation(text).unwrap();
            assert_eq!((since, read), (datetime!(2026-11-20 10:11:12 UTC), reason));
        }
    }

    #[test]
    fn what_is_no_line_is_refused() {
        for text in [
            "V",
            "V\t270101000000Z\t\t01\tunknown",
            "X\t270101000000Z\t\t01\tunknown\t/CN=a",
            "V\t2701\t\t01\tunknown\t/CN=a",
            "V\t270101000000Z\t\t0\tunknown\t/CN=a",
            "V\t270101000000Z\t\t\tunknown\t/CN=a",
            "R\t270101000000Z\t\t01\tunknown\t/CN=a",
            "R\t270101000000Z\t270101000000Z,no\t01\tunknown\t/CN=a",
        ] {
            let error = read_line(text.as_bytes(), "ca-1").unwrap_err();
            assert!(!error.to_string().is_empty(), "{text}");
        }
        assert_eq!(fields(b"a\\\tb\tc\xff"), ["a\tb", "c\\xff"]);
    }
}
