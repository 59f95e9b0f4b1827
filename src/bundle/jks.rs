//! Java's keystores of the kind JKS, which Java made until version 9 and reads to this day.
//!
//! The certificates in it are readable by all; each key is protected by itself, and a digest over everything
//! is made with the store's password.

use std::collections::HashSet;

use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{Entry, hold};
use crate::crypto::{self, Budget};
use crate::document::{Document, Kind};
use crate::error::{Error, ErrorKind, Result};
use crate::key::{KeyForm, Password, PrivateKey};

/// Returns what a keystore holds: of an entry with a key the key and after it its certificates, of another its
/// certificate, each under the entry's number and alias.
///
/// A key that the password does not open, or for which there is none, stays encrypted: Java lets each have a
/// password of its own. Fails with [`ErrorKind::Malformed`], with [`ErrorKind::WrongPassword`] if the
/// password is not that of the store, and with [`ErrorKind::Unsupported`].
pub fn decode(bytes: &[u8], password: Option<&Password>) -> Result<Vec<Document>> {
    decode_within(bytes, password, &mut Budget::of_store())
}

/// Takes apart one keystore of several in a file, whose keys share what work may be asked for.
pub(super) fn decode_within(
    bytes: &[u8],
    password: Option<&Password>,
    budget: &mut Budget,
) -> Result<Vec<Document>> {
    let mut source = Source {
        bytes,
        at: 0,
        repeated: 0,
    };
    let (_magic, version, count) = (source.number()?, source.number()?, source.number()?);
    if !matches!(version, 1 | 2) {
        let message = format!("a Java keystore of version {version}, where 1 and 2 are known");
        return Err(Error::new(ErrorKind::Unsupported, message));
    }
    let mut found = Vec::new();
    // Each takes some bytes, so that a count that lies soon meets the end.
    for number in 1..=count as usize {
        source
            .entry(version, number, &mut found)
            .map_err(|error| error.about(format_args!("entry {number} of the keystore")))?;
    }
    let store = &bytes[..source.at];
    let digest = source.take(SHA1)?;
    if source.at != bytes.len() {
        return Err(source.fault("more bytes after the digest that ends it"));
    }
    let Some(password) = password else {
        return Ok(found);
    };
    let is_whole = crypto::java_keystore_digest(store, password.as_bytes())? == digest;
    let opened = open_keys(&mut found, password, budget)?;
    match (is_whole, opened) {
        (true, _) => Ok(found),
        (false, true) => Err(Error::new(
            ErrorKind::Malformed,
            "the keystore was changed after it was written: its password opens a key, and its digest is another",
        )),
        (false, false) => Err(Error::new(
            ErrorKind::WrongPassword,
            "the password is not that of the keystore, or the keystore was changed after it was written",
        )),
    }
}

/// Encodes a keystore with one password for itself and its keys, as of a moment.
///
/// Fails with [`ErrorKind::InvalidValue`] for a password that `keytool` would not take, for an alias that is too
/// long or empty, and for two that are one to Java, which does not look at case.
pub fn encode(
    entries: &[Entry<'_>],
    password: &Password,
    at: OffsetDateTime,
) -> Result<Zeroizing<Vec<u8>>> {
    require_length(password)?;
    let mut writer = Writer {
        bytes: Zeroizing::new(Vec::new()),
        aliases: HashSet::new(),
        milliseconds: (at.unix_timestamp_nanos() / 1_000_000) as i64,
    };
    for entry in entries {
        match entry.key {
            Some(key) => writer.key_entry(entry, key, password)?,
            None => writer.trusted_entries(entry)?,
        }
    }
    let mut store = Zeroizing::new(Vec::with_capacity(writer.bytes.len() + 12 + SHA1));
    for number in [MAGIC, 2, writer.aliases.len() as u32] {
        store.extend(number.to_be_bytes());
    }
    store.extend_from_slice(&writer.bytes);
    let digest = crypto::java_keystore_digest(&store, password.as_bytes())?;
    store.extend(digest);
    Ok(store)
}

/// Opens the keys that the password opens. Tells whether there was one.
fn open_keys(found: &mut [Document], password: &Password, budget: &mut Budget) -> Result<bool> {
    let mut any = false;
    for document in found
        .iter_mut()
        .filter(|document| document.kind == Kind::EncryptedPrivateKey)
    {
        match crypto::decrypt_within(&document.der, password.as_bytes(), budget) {
            Ok(der) => {
                (document.kind, document.der) = (Kind::PrivateKey, der.into());
                any = true;
            }
            Err(error) if error.kind() == ErrorKind::WrongPassword => {}
            Err(error) => {
                let alias = document.alias.as_deref().unwrap_or_default();
                return Err(error.about(format_args!("the key \"{alias}\"")));
            }
        }
    }
    Ok(any)
}

/// What is still to be read: Java's `DataInput`.
struct Source<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The bytes of aliases so far, of which each document has its own.
    repeated: usize,
}

impl<'a> Source<'a> {
    fn entry(&mut self, version: u32, number: usize, found: &mut Vec<Document>) -> Result<()> {
        let tag = self.number()?;
        let alias = modified_utf8(self.string()?);
        let _date = self.take(8)?;
        let certificates = match tag {
            KEY => {
                let key = self.sized()?;
                let alias = self.repeat(&alias)?;
                let locked = Kind::EncryptedPrivateKey;
                hold(found, Document::held(locked, key, number, alias))?;
                self.number()?
            }
            TRUSTED => 1,
            other => return Err(self.fault(&format!("an entry of the kind {other}"))),
        };
        for _ in 0..certificates {
            let kind = match version {
                1 => Kind::Certificate,
                _ => certificate_kind(self.string()?),
            };
            let certificate = self.sized()?;
            let alias = self.repeat(&alias)?;
            let mut document = Document::held(kind, certificate, number, alias);
            document.is_trusted = tag == TRUSTED;
            hold(found, document)?;
        }
        Ok(())
    }

    fn repeat(&mut self, alias: &str) -> Result<Option<String>> {
        self.repeated += alias.len();
        match self.repeated <= MAX_REPEATED {
            true => Ok(Some(alias.to_owned())),
            false => Err(Error::new(
                ErrorKind::TooLarge,
                format!("the aliases of what it holds take more than {MAX_REPEATED} bytes"),
            )),
        }
    }

    fn number(&mut self) -> Result<u32> {
        let octets = self.take(4)?.iter();
        Ok(octets.fold(0, |sum, octet| sum << 8 | u32::from(*octet)))
    }

    fn string(&mut self) -> Result<&'a [u8]> {
        let octets = self.take(2)?;
        self.take(usize::from(octets[0]) << 8 | usize::from(octets[1]))
    }

    fn sized(&mut self) -> Result<&'a [u8]> {
        let length = self.number()?;
        self.take(length as usize)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let rest = &self.bytes[self.at..];
        let taken = rest.get(..length).ok_or_else(|| {
            self.fault(&format!(
                "{length} bytes, of which {} are there",
                rest.len()
            ))
        })?;
        self.at += length;
        Ok(taken)
    }

    fn fault(&self, what: &str) -> Error {
        let message = format!("at byte {} of the keystore: {what}", self.at);
        Error::new(ErrorKind::Malformed, message)
    }
}

fn certificate_kind(name: &[u8]) -> Kind {
    match name {
        b"X.509" | b"X509" => Kind::Certificate,
        _ => Kind::Other(format!("a certificate of the kind {}", modified_utf8(name))),
    }
}

/// What becomes a keystore: its entries so far.
struct Writer {
    bytes: Zeroizing<Vec<u8>>,
    aliases: HashSet<String>,
    milliseconds: i64,
}

impl Writer {
    fn key_entry(
        &mut self,
        entry: &Entry<'_>,
        key: &PrivateKey,
        password: &Password,
    ) -> Result<()> {
        self.begin(KEY, entry.alias)?;
        let plain = key.to_der(KeyForm::Pkcs8)?;
        self.sized(&crypto::encrypt_for_java(&plain, password.as_bytes())?);
        let count = entry.certificates.len() as u32;
        self.bytes.extend(count.to_be_bytes());
        for certificate in entry.certificates {
            self.certificate(certificate.der());
        }
        Ok(())
    }

    /// An entry holds one certificate, so that further ones have numbers after their alias.
    fn trusted_entries(&mut self, entry: &Entry<'_>) -> Result<()> {
        for (at, certificate) in entry.certificates.iter().enumerate() {
            let alias = match at {
                0 => entry.alias.to_owned(),
                _ => format!("{}-{}", entry.alias, at + 1),
            };
            self.begin(TRUSTED, &alias)?;
            self.certificate(certificate.der());
        }
        Ok(())
    }

    /// Java looks aliases up in lower case, and would not find others.
    fn begin(&mut self, tag: u32, alias: &str) -> Result<()> {
        let lower = alias.to_lowercase();
        let octets = to_modified_utf8(&lower);
        let Ok(length) = u16::try_from(octets.len()) else {
            return Err(invalid("an alias has more than 65535 bytes"));
        };
        if lower.is_empty() {
            return Err(invalid("an entry of a keystore needs an alias"));
        }
        if !self.aliases.insert(lower) {
            return Err(invalid(format!(
                "the alias \"{alias}\" stands twice, as Java sees it, which does not look at case"
            )));
        }
        self.bytes.extend(tag.to_be_bytes());
        self.bytes.extend(length.to_be_bytes());
        self.bytes.extend(octets);
        self.bytes.extend(self.milliseconds.to_be_bytes());
        Ok(())
    }

    fn certificate(&mut self, der: &[u8]) {
        self.bytes.extend(b"\0\x05X.509");
        self.sized(der);
    }

    fn sized(&mut self, bytes: &[u8]) {
        self.bytes.extend((bytes.len() as u32).to_be_bytes());
        self.bytes.extend_from_slice(bytes);
    }
}

fn require_length(password: &Password) -> Result<()> {
    let characters = String::from_utf8_lossy(password.as_bytes()).chars().count();
    match characters < MIN_PASSWORD {
        true => Err(invalid(format!(
            "the password has {characters} characters, and keytool works with no keystore whose password has fewer than {MIN_PASSWORD}"
        ))
        .with_hint(format!("take one of {MIN_PASSWORD} or more"))),
        false => Ok(()),
    }
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidValue, message)
}

/// Reads Java's own UTF-8: U+0000 in two bytes, and what lies beyond U+FFFF as two surrogates of three bytes each.
/// What is none is replaced, as the alias is for people alone.
fn modified_utf8(octets: &[u8]) -> String {
    let mut units = Vec::with_capacity(octets.len());
    let mut rest = octets;
    let low = |octet: &u8| u16::from(octet & 0x3f);
    while let [first, after @ ..] = rest {
        let (unit, after) = match (first, after) {
            (0..0x80, _) => (u16::from(*first), after),
            (0xc0..0xe0, [second @ 0x80..0xc0, after @ ..]) => {
                (u16::from(first & 0x1f) << 6 | low(second), after)
            }
            (0xe0..0xf0, [second @ 0x80..0xc0, third @ 0x80..0xc0, after @ ..]) => {
                let high = u16::from(first & 0x0f) << 12;
                (high | low(second) << 6 | low(third), after)
            }
            _ => (0xfffd, after),
        };
        units.push(unit);
        rest = after;
    }
    String::from_utf16_lossy(&units)
}

fn to_modified_utf8(text: &str) -> Vec<u8> {
    let mut octets = Vec::with_capacity(text.len());
    for unit in text.encode_utf16() {
        let low = |shift: u16| 0x80 | (unit >> shift & 0x3f) as u8;
        match unit {
            1..0x80 => octets.push(unit as u8),
            0 | 0x80..0x800 => octets.extend([0xc0 | (unit >> 6) as u8, low(0)]),
            0x800.. => octets.extend([0xe0 | (unit >> 12) as u8, low(6), low(0)]),
        }
    }
    octets
}

/// What a keystore of the kind JKS begins with.
const MAGIC: u32 = 0xfeed_feed;
/// The tags of an entry: a key with its chain, a certificate that is trusted.
const KEY: u32 = 1;
const TRUSTED: u32 = 2;
/// The length of the digest at the end.
const SHA1: usize = 20;
/// As large as a file may be: a chain of empty certificates would repeat a long alias without end.
const MAX_REPEATED: usize = 64 * 1024 * 1024;
/// `keytool` asks for as many.
const MIN_PASSWORD: usize = 6;

#[cfg(test)]
mod tests;
