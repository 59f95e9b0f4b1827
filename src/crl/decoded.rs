//! A revocation list, decoded for judging.

use std::ops::Range;
use std::sync::Arc;

use time::OffsetDateTime;

use crate::cert::extensions::{PointName, point_name, reasons};
use crate::cert::{moment, whole_octets};
use crate::crypto::SignatureScheme;
use crate::der::{self, Element, Reader, dotted};
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
    /// Its number (§5.2.3), as the octets of an INTEGER.
    pub number: Option<Vec<u8>>,
    /// The number of the list that this one only adds to (§5.2.4).
    pub base_number: Option<Vec<u8>>,
    /// What it covers (§5.2.5); everything of its issuer if nothing is said.
    pub scope: Scope,
    /// The first critical extension that is not known here, of the list or of an entry.
    pub unknown_critical: Option<String>,
}

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
    /// The octets of the serial number's INTEGER.
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
            let explicit = fields.element()?;
            let list = explicit.open(der::context_constructed(0))?.element()?;
            this.extensions(list.open(der::SEQUENCE)?)?;
        }
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
        while !list.is_empty() {
            let (oid, critical, value) = extension(list.element()?)?;
            let element = der::only(value)?;
            match oid.as_str() {
                "2.5.29.20" => self.number = Some(element.expect(der::INTEGER)?.to_vec()),
                "2.5.29.27" => self.base_number = Some(element.expect(der::INTEGER)?.to_vec()),
                "2.5.29.28" => self.scope = scope(element)?,
                "2.5.29.35" => {
                    let mut fields = element.open(der::SEQUENCE)?;
                    if fields.peek() == Some(der::context(0)) {
                        self.authority_key_id = Some(fields.element()?.content.to_vec());
                    }
                }
                _ if critical => self.unknown_critical = Some(oid),
                _ => {}
            }
        }
        let mut rest = Reader::new(&self.signed[self.entries.clone()]);
        while !rest.is_empty() && self.unknown_critical.is_none() {
            self.unknown_critical = entry(rest.element()?)?.1;
        }
        Ok(())
    }
}

/// An entry, and its first critical extension that is not known here.
fn entry(encoded: Element<'_>) -> Result<(Entry, Option<String>)> {
    let mut fields = encoded.open(der::SEQUENCE)?;
    let mut this = Entry {
        serial: fields.element()?.expect(der::INTEGER)?.to_vec(),
        since: moment(fields.element()?)?,
        reason: None,
        issuer: None,
    };
    let mut unknown = None;
    if !fields.is_empty() {
        let mut list = fields.element()?.open(der::SEQUENCE)?;
        while !list.is_empty() {
            let (oid, critical, value) = extension(list.element()?)?;
            let element = der::only(value)?;
            match oid.as_str() {
                "2.5.29.21" => this.reason = element.content.first().copied(),
                "2.5.29.29" => {
                    this.issuer = Some(GeneralName::read_all(element, der::SEQUENCE)?);
                }
                _ if critical => unknown = Some(oid),
                _ => {}
            }
        }
    }
    Ok((this, unknown))
}

fn extension(encoded: Element<'_>) -> Result<(String, bool, &[u8])> {
    let mut fields = encoded.open(der::SEQUENCE)?;
    let oid = dotted(fields.element()?.expect(der::OBJECT_IDENTIFIER)?);
    let mut field = fields.element()?;
    let mut critical = false;
    if field.tag == BOOLEAN {
        critical = field.content != [0];
        field = fields.element()?;
    }
    Ok((oid, critical, field.expect(der::OCTET_STRING)?))
}

fn scope(value: Element<'_>) -> Result<Scope> {
    let mut fields = value.open(der::SEQUENCE)?;
    let mut this = Scope::default();
    while !fields.is_empty() {
        let field = fields.element()?;
        let is_true = field.content != [0];
        match field.tag {
            0xa0 => this.point = point_name(field.open(0xa0)?.element()?)?,
            0x81 => this.only_users = is_true,
            0x82 => this.only_authorities = is_true,
            0x83 => this.reasons = Some(reasons(field.content)),
            0x84 => this.indirect = is_true,
            0x85 => this.only_attributes = is_true,
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

const BOOLEAN: u8 = 0x01;
