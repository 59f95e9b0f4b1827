//! A revocation list, decoded for judging.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use time::OffsetDateTime;

use crate::cert::extensions::{AUTHORITY_KEY_IDENTIFIER, PointName, TWICE};
use crate::cert::extensions::{authority_key, parts, point_name, reasons};
use crate::cert::{moment, whole_octets};
use crate::crypto::SignatureScheme;
use crate::der::{self, Element, Reader};
use crate::error::{Error, ErrorKind, Result};
use crate::name::GeneralName;

/// A revocation list (RFC 5280 §5.1), all but its entries decoded: of those there may be a million.
#[derive(Clone, Debug)]
pub struct DecodedList {
    /// Shared, since it may be large.
    signed: Arc<[u8]>,
    /// The scheme of the signature, if it is known here.
    pub scheme: Option<SignatureScheme>,
    signature: Vec<u8>,
    /// The issuer's `Name`, in DER.
    pub issuer: Vec<u8>,
    /// When it was made.
    pub this_update: OffsetDateTime,
    /// When the next one is to be had at the latest, if that is said.
    pub next_update: Option<OffsetDateTime>,
    /// Within what is signed.
    entries: Range<usize>,
    /// The key identifier of the key that signed it (§5.2.1).
    pub authority_key_id: Option<Vec<u8>>,
    /// Its number (§5.2.3).
    pub number: Option<Number>,
    /// The number of the list that this one only adds to (§5.2.4).
    pub base_number: Option<Number>,
    /// What it covers (§5.2.5); everything of its issuer if nothing is said.
    pub scope: Scope,
    /// The first critical extension that is not known here, of the list or of an entry.
    pub unknown_critical: Option<String>,
}

/// The number of a list, of which one that follows is the greater: its octets, the highest first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Number([u8; MAX_NUMBER]);

/// An issuing distribution point (§5.2.5).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Scope {
    /// The names of the point; none for any.
    pub point: Option<PointName>,
    /// For certificates of end entities only.
    pub only_users: bool,
    /// For certificates of CAs only.
    pub only_authorities: bool,
    /// For attribute certificates only.
    pub only_attributes: bool,
    /// For these reasons only, as the bits of `ReasonFlags`.
    pub reasons: Option<u16>,
    /// Entries may be of other issuers.
    pub indirect: bool,
}

/// One entry.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    /// The octets of the serial number's INTEGER, in their shortest form.
    pub serial: Vec<u8>,
    /// Since when.
    pub since: OffsetDateTime,
    /// Why, by the number of `CRLReason` (§5.3.1).
    pub reason: Option<u8>,
    /// Who issued the certificate, if that is said here (§5.3.3).
    pub issuer: Option<Vec<GeneralName>>,
}

impl DecodedList {
    /// Reads a list, in DER.
    ///
    /// Fails with [`ErrorKind::Malformed`].
    pub fn from_der(der: &[u8]) -> Result<Self> {
        let mut outer = der::only(der)?.open(der::SEQUENCE)?;
        let (signed, algorithm, signature) = (outer.element()?, outer.element()?, outer.element()?);
        outer.finish()?;
        algorithm.expect(der::SEQUENCE)?;
        let mut fields = signed.open(der::SEQUENCE)?;
        if fields.peek() == Some(der::INTEGER) {
            fields.element()?;
        }
        if fields.element()?.raw != algorithm.raw {
            return Err(malformed("its two signature algorithms differ"));
        }
        let issuer = fields.element()?.raw.to_vec();
        let this_update = moment(fields.element()?)?;
        let is_time = |tag| matches!(tag, Some(der::UTC_TIME | der::GENERALIZED_TIME));
        let next_update = match is_time(fields.peek()) {
            true => Some(moment(fields.element()?)?),
            false => None,
        };
        let entries = match fields.peek() {
            Some(der::SEQUENCE) => {
                let entries = fields.element()?.content;
                let start = entries.as_ptr() as usize - signed.raw.as_ptr() as usize;
                start..start + entries.len()
            }
            _ => 0..0,
        };
        let mut this = Self {
            signed: signed.raw.into(),
            scheme: SignatureScheme::from_algorithm_identifier(algorithm.raw),
            // One that is not of whole octets is nobody's, as an empty one.
            signature: signature.expect(der::BIT_STRING).map(whole_octets)?,
            issuer,
            this_update,
            next_update,
            entries,
            authority_key_id: None,
            number: None,
            base_number: None,
            scope: Scope::default(),
            unknown_critical: None,
        };
        if !fields.is_empty() {
            let explicit = fields.element()?.expect(der::context_constructed(0))?;
            this.extensions(der::only(explicit)?.open(der::SEQUENCE)?)?;
        }
        fields.finish()?;
        this.scan()?;
        Ok(this)
    }

    /// Returns what is signed, in DER.
    pub fn signed(&self) -> &[u8] {
        &self.signed
    }

    /// Returns the octets of the signature.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// Returns the entries, one by one.
    pub fn entries(&self) -> impl Iterator<Item = Result<Entry>> {
        let mut rest = Reader::new(&self.signed[self.entries.clone()]);
        std::iter::from_fn(move || {
            (!rest.is_empty()).then(|| match rest.element() {
                Ok(element) => entry(element).map(|(entry, _)| entry),
                Err(error) => {
                    rest = Reader::new(&[]);
                    Err(error)
                }
            })
        })
    }

    fn extensions(&mut self, mut list: Reader<'_>) -> Result<()> {
        let mut known = HashSet::new();
        while !list.is_empty() {
            let (oid, critical, value) = parts(list.element()?)?;
            if !known.insert(oid.clone()) {
                return Err(twice(&oid));
            }
            match oid.as_str() {
                "2.5.29.20" => self.number = Some(Number::read(der::only(value)?)?),
                "2.5.29.27" => self.base_number = Some(Number::read(der::only(value)?)?),
                "2.5.29.28" => self.scope = scope(der::only(value)?)?,
                AUTHORITY_KEY_IDENTIFIER => {
                    self.authority_key_id = authority_key(der::only(value)?)?.key_id;
                }
                _ if critical => self.unknown_critical = Some(oid),
                _ => {}
            }
        }
        Ok(())
    }

    /// Looks at the extensions of every entry: one that is critical and not known spoils the list (§5.3).
    fn scan(&mut self) -> Result<()> {
        let mut rest = Reader::new(&self.signed[self.entries.clone()]);
        while !rest.is_empty() && self.unknown_critical.is_none() {
            self.unknown_critical = entry(rest.element()?)?.1;
        }
        Ok(())
    }
}

impl Number {
    /// Returns it, if it is one of 64 bits.
    pub fn to_u64(self) -> Option<u64> {
        let (high, low) = self.0.split_at(MAX_NUMBER - 8);
        let low = low.try_into().ok().map(u64::from_be_bytes);
        low.filter(|_| high.iter().all(|octet| *octet == 0))
    }

    /// No list has a longer one (§5.2.3), nor one below zero.
    fn read(element: Element<'_>) -> Result<Self> {
        let content = element.expect(der::INTEGER)?;
        let zeros = content.iter().take_while(|octet| **octet == 0).count();
        let octets = &content[zeros..];
        if content.first().is_none_or(|first| *first > 0x7f) || octets.len() > MAX_NUMBER {
            return Err(malformed(format!(
                "its number is not one of 1 to {MAX_NUMBER} octets that is not negative"
            )));
        }
        let mut number = [0; MAX_NUMBER];
        number[MAX_NUMBER - octets.len()..].copy_from_slice(octets);
        Ok(Self(number))
    }
}

/// An entry, and its first critical extension that is not known here.
fn entry(encoded: Element<'_>) -> Result<(Entry, Option<String>)> {
    let mut fields = encoded.open(der::SEQUENCE)?;
    let mut this = Entry {
        serial: der::shortest(fields.element()?.expect(der::INTEGER)?).to_vec(),
        since: moment(fields.element()?)?,
        reason: None,
        issuer: None,
    };
    let mut unknown = None;
    if !fields.is_empty() {
        let mut list = fields.element()?.open(der::SEQUENCE)?;
        while !list.is_empty() {
            let (oid, critical, value) = parts(list.element()?)?;
            let is_twice = match oid.as_str() {
                "2.5.29.21" => this.reason.replace(reason(der::only(value)?)?).is_some(),
                "2.5.29.29" => {
                    let names = GeneralName::read_all(der::only(value)?, der::SEQUENCE)?;
                    this.issuer.replace(names).is_some()
                }
                _ => {
                    unknown = unknown.or_else(|| critical.then(|| oid.clone()));
                    false
                }
            };
            if is_twice {
                return Err(twice(&oid));
            }
        }
    }
    fields.finish()?;
    Ok((this, unknown))
}

fn reason(value: Element<'_>) -> Result<u8> {
    match value.expect(ENUMERATED)? {
        [code] => Ok(*code),
        _ => Err(malformed("an entry has a reason that is none")),
    }
}

fn scope(value: Element<'_>) -> Result<Scope> {
    let mut this = Scope::default();
    for field in value.open(der::SEQUENCE)?.tagged()? {
        match field.tag {
            0xa0 => this.point = Some(point_name(field)?),
            0x81 => this.only_users = field.boolean(0x81)?,
            0x82 => this.only_authorities = field.boolean(0x82)?,
            0x83 => this.reasons = Some(reasons(field.content)?),
            0x84 => this.indirect = field.boolean(0x84)?,
            0x85 => this.only_attributes = field.boolean(0x85)?,
            tag => {
                return Err(malformed(format!(
                    "its scope has a field of tag 0x{tag:02x}"
                )));
            }
        }
    }
    Ok(this)
}

fn malformed(what: impl Into<String>) -> Error {
    Error::new(ErrorKind::Malformed, what)
}

fn twice(oid: &str) -> Error {
    malformed(format!("the extension {oid} {TWICE}"))
}

const ENUMERATED: u8 = 0x0a;

/// RFC 5280 §5.2.3.
const MAX_NUMBER: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn extension(oid: &[u64], critical: bool, value: &[u8]) -> Vec<u8> {
        let critical: &[u8] = if critical { &[1, 1, 0xff] } else { &[] };
        let value = der::element(der::OCTET_STRING, &[value]);
        der::sequence(&[&der::object_identifier(oid), critical, &value])
    }

    /// A list of one entry, with these extensions of its own and of the entry, and what follows in each.
    fn list(own: Option<&[u8]>, inner: &[u8], tail: &[u8]) -> Result<DecodedList> {
        let algorithm = der::sequence(&[&der::object_identifier(&[1, 2, 3])]);
        let time = der::element(der::UTC_TIME, &[b"261121000000Z"]);
        let serial = [der::INTEGER, 2, 0, 0x41];
        let inner = der::sequence(&[inner]);
        let entry = der::sequence(&[&serial, &time, &inner, tail]);
        let explicit = |own| der::element(der::context_constructed(0), &[&der::sequence(&[own])]);
        let signed = der::sequence(&[
            &[der::INTEGER, 1, 1],
            &algorithm,
            &der::sequence(&[]),
            &time,
            &der::sequence(&[&entry]),
            &own.map(explicit).unwrap_or_default(),
        ]);
        DecodedList::from_der(&der::sequence(&[
            &signed,
            &algorithm,
            &der::bit_string(&[1]),
        ]))
    }

    const NUMBER: &[u64] = &[2, 5, 29, 20];
    const SCOPE: &[u64] = &[2, 5, 29, 28];
    const REASON: &[u64] = &[2, 5, 29, 21];

    #[test]
    fn numbers_are_values() {
        let number = |content: &[u8]| {
            let value = der::element(der::INTEGER, &[content]);
            Ok::<_, Error>(list(Some(&extension(NUMBER, false, &value)), &[], &[])?.number)
        };
        let read = |content: &[u8]| number(content).unwrap();
        assert!(read(&[0x7f]) < read(&[0, 0x80]) && read(&[2]) < read(&[1, 0]));
        assert_eq!(read(&[0, 0, 5]), read(&[5]));
        assert!(number(&[&[0][..], &[0xff; 20]].concat()).is_ok());
        for odd in [&[][..], &[0x80], &[1; 21]] {
            assert!(number(odd).is_err(), "{odd:x?}");
        }
    }

    #[test]
    fn entries_are_looked_at_in_every_list() {
        let odd = extension(&[1, 2, 3], true, &[]);
        let own = extension(NUMBER, false, &[der::INTEGER, 1, 1]);
        for own in [None, Some(&own[..])] {
            let unknown = list(own, &odd, &[]).unwrap().unknown_critical;
            assert_eq!(unknown.as_deref(), Some("1.2.3"));
        }
        let plain = list(None, &extension(REASON, false, &[10, 1, 4]), &[]).unwrap();
        let entry = plain.entries().next().unwrap().unwrap();
        assert_eq!((entry.serial, entry.reason), (vec![0x41], Some(4)));
        assert_eq!(plain.unknown_critical, None);
    }

    #[test]
    fn what_is_not_known_need_not_be_der() {
        let odd = extension(&[1, 2, 3], false, b"?");
        assert!(list(Some(&odd), &odd, &[]).is_ok());
    }

    #[test]
    fn nothing_stands_twice_or_behind_the_end() {
        let scope = |fields: &[u8]| extension(SCOPE, true, &der::sequence(&[fields]));
        let (authorities, all) = (scope(&[0x82, 1, 0xff]), scope(&[]));
        assert!(
            list(Some(&authorities), &[], &[])
                .unwrap()
                .scope
                .only_authorities
        );
        assert!(list(Some(&[authorities, all].concat()), &[], &[]).is_err());
        for odd in [
            &[0xa0, 2, 0x82, 0][..],
            &[0x82, 1, 1],
            &[0x82, 1, 0xff, 0x82, 1, 0],
            &[0x82, 1, 0xff, 0x81, 1, 0xff],
        ] {
            assert!(list(Some(&scope(odd)), &[], &[]).is_err(), "{odd:x?}");
        }
        let reason = extension(REASON, false, &[10, 1, 1]);
        assert!(list(None, &reason, &[]).is_ok());
        assert!(list(None, &reason.repeat(2), &[]).is_err());
        assert!(list(None, &reason, &[der::NULL, 0]).is_err());
        assert!(list(None, &extension(REASON, false, &[10, 0]), &[]).is_err());
    }
}
