//! The extensions of a certificate (RFC 5280 §4.2), decoded for judging.

use std::collections::HashSet;

use crate::der::{self, Element, Reader};
use crate::error::{Error, ErrorKind, Result};
use crate::name::{GeneralName, NameConstraints, Subtree};

/// What a certificate's extensions say. What is at fault is not in here, but told beside it.
#[derive(Clone, Debug, Default)]
pub struct Extensions {
    /// All of them, in the order of the encoding.
    pub all: Vec<Extension>,
    /// Authority information access (§4.2.2.1).
    pub access: Vec<Access>,
    /// Authority key identifier (§4.2.1.1).
    pub authority_key: Option<AuthorityKey>,
    /// Basic constraints (§4.2.1.9).
    pub basic_constraints: Option<BasicConstraints>,
    /// Extended key usage (§4.2.1.12), as OIDs in dotted decimal.
    pub purposes: Option<Vec<String>>,
    /// CRL distribution points (§4.2.1.13): the names in them.
    pub crl_points: Vec<CrlPoint>,
    /// Inhibit any-policy (§4.2.1.14): after so many certificates.
    pub inhibit_any_policy: Option<u32>,
    /// Key usage (§4.2.1.3).
    pub key_usage: Option<KeyUsage>,
    /// Name constraints (§4.2.1.10).
    pub name_constraints: Option<NameConstraints>,
    /// Subject alternative names (§4.2.1.6).
    pub names: Option<Vec<GeneralName>>,
    /// Certificate policies (§4.2.1.4), as OIDs in dotted decimal.
    pub policies: Option<Vec<String>>,
    /// Policy constraints (§4.2.1.11).
    pub policy_constraints: Option<PolicyConstraints>,
    /// Policy mappings (§4.2.1.5), from the issuer's domain to the subject's.
    pub policy_mappings: Vec<(String, String)>,
    /// Subject key identifier (§4.2.1.2).
    pub subject_key_id: Option<Vec<u8>>,
    /// Signed certificate timestamps (RFC 6962 §3.3), each with the log's ID and all.
    pub timestamps: Vec<Vec<u8>>,
}

/// One extension.
#[derive(Clone, Debug)]
pub struct Extension {
    /// In dotted decimal.
    pub oid: String,
    /// Whether a client that does not know it must refuse.
    pub critical: bool,
    /// Its value, in DER.
    pub value: Vec<u8>,
}

/// What is not as it must be, and in which extension.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fault {
    /// The extension, in dotted decimal; none if it is another field.
    pub extension: Option<String>,
    /// What is wrong, as part of a sentence.
    pub what: String,
}

/// Where to ask about the issuer.
#[derive(Clone, Debug)]
pub struct Access {
    /// The method, in dotted decimal.
    pub method: String,
    /// Where.
    pub location: GeneralName,
}

/// How an issuer's key is told from others.
#[derive(Clone, Debug, Default)]
pub struct AuthorityKey {
    /// Its subject key identifier.
    pub key_id: Option<Vec<u8>>,
    /// The issuer of its certificate.
    pub issuer: Option<Vec<GeneralName>>,
    /// The serial number of its certificate.
    pub serial: Option<Vec<u8>>,
}

/// Whether the subject may issue.
#[derive(Clone, Copy, Debug)]
pub struct BasicConstraints {
    /// Whether it is a CA.
    pub authority: bool,
    /// How many CAs that are not self-issued may follow.
    pub path_length: Option<u32>,
}

/// A place where revocation is told.
#[derive(Clone, Debug, Default)]
pub struct CrlPoint {
    /// Its name.
    pub name: Option<PointName>,
    /// Who signs the list, if it is another.
    pub issuer: Vec<GeneralName>,
    /// The reasons that the list is for, as the bits of `ReasonFlags`; all if nothing is said.
    pub reasons: Option<u16>,
}

/// The name of a distribution point (§4.2.1.13).
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum PointName {
    /// Names that stand for themselves.
    Full(Vec<GeneralName>),
    /// The attributes that follow on the issuer's name: the content of an RDN, in DER.
    Relative(Vec<u8>),
}

/// What a key may do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct KeyUsage(u16);

/// What a path must have of policies.
#[derive(Clone, Copy, Debug, Default)]
pub struct PolicyConstraints {
    /// After so many certificates a policy must be explicit.
    pub require_explicit: Option<u32>,
    /// After so many certificates policies are not mapped.
    pub inhibit_mapping: Option<u32>,
}

impl CrlPoint {
    /// Returns the full names of the point; one relative to the issuer is not among them.
    pub fn names(&self) -> &[GeneralName] {
        match &self.name {
            Some(PointName::Full(names)) => names,
            Some(PointName::Relative(_)) | None => &[],
        }
    }
}

impl KeyUsage {
    /// digitalSignature.
    pub const DIGITAL_SIGNATURE: u8 = 0;
    /// keyEncipherment.
    pub const KEY_ENCIPHERMENT: u8 = 2;
    /// keyAgreement.
    pub const KEY_AGREEMENT: u8 = 4;
    /// keyCertSign.
    pub const CERTIFICATE_SIGN: u8 = 5;
    /// cRLSign.
    pub const LIST_SIGN: u8 = 6;

    /// Tells whether a bit is set, by its number in §4.2.1.3.
    pub fn has(self, bit: u8) -> bool {
        self.0 & (0x8000 >> bit) != 0
    }

    /// Tells whether no bit is set.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns the names of the bits that are set.
    pub fn words(self) -> Vec<&'static str> {
        let named = (0u8..).zip(USAGES);
        named
            .filter(|(bit, _)| self.has(*bit))
            .map(|(_, word)| word)
            .collect()
    }
}

impl Extensions {
    /// Reads `Extensions`, and what is wrong with them.
    pub(super) fn read(sequence: Element<'_>, faults: &mut Vec<Fault>) -> Result<Self> {
        let mut this = Self::default();
        let mut encoded = sequence.open(der::SEQUENCE)?;
        let mut known = HashSet::new();
        while !encoded.is_empty() {
            let extension = Extension::read(encoded.element()?)?;
            let mut fault = |what: String| {
                let extension = Some(extension.oid.clone());
                faults.push(Fault { extension, what });
            };
            if !known.insert(extension.oid.clone()) {
                fault(TWICE.to_owned());
            } else if let Err(error) = this.decode(&extension) {
                fault(error.to_string());
            }
            this.all.push(extension);
        }
        if this.all.is_empty() {
            faults.push(Fault {
                extension: None,
                what: "the list of extensions is empty".to_owned(),
            });
        }
        Ok(this)
    }

    /// Returns an extension by its OID.
    pub fn find(&self, oid: &str) -> Option<&Extension> {
        self.all.iter().find(|extension| extension.oid == oid)
    }

    fn decode(&mut self, extension: &Extension) -> Result<()> {
        // What is not known here is nobody's business, DER or not.
        let value = || der::only(&extension.value);
        match extension.oid.as_str() {
            AUTHORITY_INFORMATION_ACCESS => self.access = accesses(value()?)?,
            AUTHORITY_KEY_IDENTIFIER => self.authority_key = Some(authority_key(value()?)?),
            BASIC_CONSTRAINTS => self.basic_constraints = Some(basic_constraints(value()?)?),
            CERTIFICATE_POLICIES => self.policies = Some(policies(value()?, extension.critical)?),
            CRL_DISTRIBUTION_POINTS => self.crl_points = crl_points(value()?)?,
            EXTENDED_KEY_USAGE => self.purposes = Some(oids(value()?)?),
            INHIBIT_ANY_POLICY => self.inhibit_any_policy = Some(number(value()?, der::INTEGER)?),
            KEY_USAGE => self.key_usage = Some(key_usage(value()?)?),
            NAME_CONSTRAINTS => self.name_constraints = Some(name_constraints(extension)?),
            POLICY_CONSTRAINTS => self.policy_constraints = Some(policy_constraints(value()?)?),
            POLICY_MAPPINGS => self.policy_mappings = policy_mappings(value()?)?,
            SUBJECT_ALTERNATIVE_NAME => self.names = Some(alternative_names(value()?)?),
            SUBJECT_KEY_IDENTIFIER => {
                self.subject_key_id = Some(value()?.expect(der::OCTET_STRING)?.to_vec())
            }
            TIMESTAMPS => self.timestamps = timestamps(value()?)?,
            _ => {}
        }
        Ok(())
    }
}

impl Extension {
    fn read(encoded: Element<'_>) -> Result<Self> {
        let (oid, critical, value) = parts(encoded)?;
        let value = value.to_vec();
        Ok(Self {
            oid,
            critical,
            value,
        })
    }
}

/// Reads an `Extension` of a certificate or a list: its OID in dotted decimal, whether it is critical,
/// and its value.
///
/// Fails with [`ErrorKind::Malformed`].
pub(crate) fn parts(encoded: Element<'_>) -> Result<(String, bool, &[u8])> {
    let mut fields = encoded.open(der::SEQUENCE)?;
    let oid = fields.element()?.oid()?;
    let mut field = fields.element()?;
    let mut critical = false;
    if field.tag == der::BOOLEAN {
        // DER leaves FALSE out, and many do not: no client minds.
        critical = field.boolean(der::BOOLEAN)?;
        field = fields.element()?;
    }
    let value = field.expect(der::OCTET_STRING)?;
    fields.finish()?;
    Ok((oid, critical, value))
}

fn basic_constraints(value: Element<'_>) -> Result<BasicConstraints> {
    let mut fields = value.open(der::SEQUENCE)?;
    let mut this = BasicConstraints {
        authority: false,
        path_length: None,
    };
    if fields.peek() == Some(der::BOOLEAN) {
        this.authority = fields.element()?.boolean(der::BOOLEAN)?;
    }
    if !fields.is_empty() {
        this.path_length = Some(number(fields.element()?, der::INTEGER)?);
    }
    fields.finish()?;
    Ok(this)
}

fn key_usage(value: Element<'_>) -> Result<KeyUsage> {
    bits(value.expect(der::BIT_STRING)?).map(KeyUsage)
}

/// The bits of a BIT STRING that names 16 at the most, the first of them the highest.
fn bits(content: &[u8]) -> Result<u16> {
    match content {
        [unused @ 0..=7, first] => Ok(u16::from(first >> unused << unused) << 8),
        [unused @ 0..=7, first, second] => {
            let second = u16::from(second >> unused << unused);
            Ok(u16::from(*first) << 8 | second)
        }
        [0] => Ok(0),
        _ => Err(malformed("its bits are not those of a list of so few")),
    }
}

/// Reads an `AuthorityKeyIdentifier` of a certificate or a list.
///
/// Fails with [`ErrorKind::Malformed`].
pub(crate) fn authority_key(value: Element<'_>) -> Result<AuthorityKey> {
    let mut this = AuthorityKey::default();
    for field in value.open(der::SEQUENCE)?.tagged()? {
        match field.tag {
            tag if tag == der::context(0) => this.key_id = Some(field.content.to_vec()),
            tag if tag == der::context_constructed(1) => {
                this.issuer = Some(GeneralName::read_all(field, tag)?);
            }
            tag if tag == der::context(2) => this.serial = Some(field.content.to_vec()),
            tag => return Err(malformed(format!("it has a field of tag 0x{tag:02x}"))),
        }
    }
    Ok(this)
}

fn alternative_names(value: Element<'_>) -> Result<Vec<GeneralName>> {
    let names = GeneralName::read_all(value, der::SEQUENCE)?;
    if names.is_empty() {
        return Err(malformed("it holds no name"));
    }
    match names.iter().find(|name| !is_encoded_well(name)) {
        Some(name) => Err(malformed(format!(
            "the {} name {name} is not encoded as one",
            name.kind()
        ))),
        None => Ok(names),
    }
}

/// The strings are IA5 (§4.2.1.6), an address has 4 octets or 16.
fn is_encoded_well(name: &GeneralName) -> bool {
    match name {
        GeneralName::Dns(text) | GeneralName::Email(text) | GeneralName::Uri(text) => {
            text.is_ascii() && !text.is_empty()
        }
        GeneralName::Ip(_) => name.address().is_some(),
        GeneralName::Directory(_) | GeneralName::Other(_) => name.is_of_a_kind(),
    }
}

fn name_constraints(extension: &Extension) -> Result<NameConstraints> {
    let constraints = NameConstraints::from_der(&extension.value, extension.critical)?;
    let mut all = constraints.permitted.iter().chain(&constraints.excluded);
    match all.find(|subtree| matches!(subtree, Subtree::Other(_)) && is_of_known_kind(subtree)) {
        Some(odd) => Err(malformed(format!("the subtree {odd} cannot be"))),
        None => Ok(constraints),
    }
}

/// A subtree of a kind that is read here, and was not: its base is malformed, or it has a minimum or a
/// maximum, which no certificate may have (§4.2.1.10).
fn is_of_known_kind(subtree: &Subtree) -> bool {
    let probes = [
        GeneralName::Directory(Vec::new()),
        GeneralName::Dns(String::new()),
        GeneralName::Email(String::new()),
        GeneralName::Ip(Vec::new()),
        GeneralName::Uri(String::new()),
    ];
    probes.iter().any(|kind| subtree.concerns(kind))
}

/// Qualifiers say nothing that is judged here; but who marks them critical wants them understood (§4.2.1.4).
fn policies(value: Element<'_>, critical: bool) -> Result<Vec<String>> {
    let mut encoded = value.open(der::SEQUENCE)?;
    let mut all: Vec<String> = Vec::new();
    let mut known = HashSet::new();
    while !encoded.is_empty() {
        let mut fields = encoded.element()?.open(der::SEQUENCE)?;
        let policy = fields.element()?.oid()?;
        if !known.insert(policy.clone()) {
            return Err(malformed(format!("it holds the policy {policy} twice")));
        }
        if !fields.is_empty() {
            let list = fields.element()?.open(der::SEQUENCE)?;
            if critical {
                qualifiers(list)?;
            }
        }
        fields.finish()?;
        all.push(policy);
    }
    some(all, "policy")
}

fn qualifiers(mut list: Reader<'_>) -> Result<()> {
    while !list.is_empty() {
        let mut qualifier = list.element()?.open(der::SEQUENCE)?;
        let oid = qualifier.element()?.oid()?;
        if !QUALIFIERS.contains(&oid.as_str()) {
            return Err(malformed(format!(
                "it is critical, and its qualifier {oid} is not known"
            )));
        }
    }
    Ok(())
}

fn policy_constraints(value: Element<'_>) -> Result<PolicyConstraints> {
    let mut this = PolicyConstraints::default();
    for field in value.open(der::SEQUENCE)?.tagged()? {
        match field.tag {
            tag if tag == der::context(0) => this.require_explicit = Some(number(field, tag)?),
            tag if tag == der::context(1) => this.inhibit_mapping = Some(number(field, tag)?),
            tag => return Err(malformed(format!("it has a field of tag 0x{tag:02x}"))),
        }
    }
    if this.require_explicit.is_none() && this.inhibit_mapping.is_none() {
        return Err(malformed("it constrains nothing"));
    }
    Ok(this)
}

fn policy_mappings(value: Element<'_>) -> Result<Vec<(String, String)>> {
    let mut encoded = value.open(der::SEQUENCE)?;
    let mut all = Vec::new();
    while !encoded.is_empty() {
        let mut pair = encoded.element()?.open(der::SEQUENCE)?;
        all.push((pair.element()?.oid()?, pair.element()?.oid()?));
        pair.finish()?;
    }
    some(all, "mapping")
}

fn accesses(value: Element<'_>) -> Result<Vec<Access>> {
    let mut encoded = value.open(der::SEQUENCE)?;
    let mut all = Vec::new();
    while !encoded.is_empty() {
        let mut fields = encoded.element()?.open(der::SEQUENCE)?;
        all.push(Access {
            method: fields.element()?.oid()?,
            location: GeneralName::read(fields.element()?),
        });
        fields.finish()?;
    }
    some(all, "place")
}

fn crl_points(value: Element<'_>) -> Result<Vec<CrlPoint>> {
    let mut encoded = value.open(der::SEQUENCE)?;
    let mut all = Vec::new();
    while !encoded.is_empty() {
        all.push(crl_point(encoded.element()?.open(der::SEQUENCE)?)?);
    }
    some(all, "point")
}

fn crl_point(fields: Reader<'_>) -> Result<CrlPoint> {
    let mut this = CrlPoint::default();
    for field in fields.tagged()? {
        match field.tag {
            tag if tag == der::context_constructed(0) => this.name = Some(point_name(field)?),
            tag if tag == der::context(1) => this.reasons = Some(reasons(field.content)?),
            tag if tag == der::context_constructed(2) => {
                this.issuer = GeneralName::read_all(field, tag)?;
            }
            tag => return Err(malformed(format!("it has a field of tag 0x{tag:02x}"))),
        }
    }
    Ok(this)
}

/// Reads a field that holds a `DistributionPointName`.
///
/// Fails with [`ErrorKind::Malformed`].
pub(crate) fn point_name(field: Element<'_>) -> Result<PointName> {
    // It is a CHOICE, so tagged explicitly.
    let name = der::only(field.content)?;
    match name.tag {
        tag if tag == der::context_constructed(0) => {
            Ok(PointName::Full(GeneralName::read_all(name, tag)?))
        }
        tag if tag == der::context_constructed(1) => Ok(PointName::Relative(name.content.to_vec())),
        tag => Err(malformed(format!("it has a point of tag 0x{tag:02x}"))),
    }
}

/// Reads `ReasonFlags` from the content of a BIT STRING; bit 0 is the highest.
///
/// Fails with [`ErrorKind::Malformed`].
pub(crate) fn reasons(content: &[u8]) -> Result<u16> {
    bits(content)
}

/// RFC 6962 §3.3: an OCTET STRING that holds a list with lengths of two bytes.
fn timestamps(value: Element<'_>) -> Result<Vec<Vec<u8>>> {
    let cut = || malformed("its list is cut short");
    let take = |bytes: &mut &[u8]| -> Option<Vec<u8>> {
        let (length, rest) = bytes.split_first_chunk::<2>()?;
        let (item, rest) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
        *bytes = rest;
        Some(item.to_vec())
    };
    let mut outer = value.expect(der::OCTET_STRING)?;
    let list = take(&mut outer).ok_or_else(cut)?;
    let mut rest = list.as_slice();
    let mut all = Vec::new();
    while !rest.is_empty() {
        all.push(take(&mut rest).ok_or_else(cut)?);
    }
    Ok(all)
}

fn oids(value: Element<'_>) -> Result<Vec<String>> {
    let mut encoded = value.open(der::SEQUENCE)?;
    let mut all = Vec::new();
    while !encoded.is_empty() {
        all.push(encoded.element()?.oid()?);
    }
    some(all, "purpose")
}

fn some<T>(list: Vec<T>, what: &str) -> Result<Vec<T>> {
    match list.is_empty() {
        true => Err(malformed(format!("it holds no {what}"))),
        false => Ok(list),
    }
}

/// A number that is not negative; what exceeds 32 bits limits nothing any more.
fn number(element: Element<'_>, tag: u8) -> Result<u32> {
    match element.expect(tag)? {
        [] => Err(malformed("a number has no digits")),
        [0x80..=0xff, ..] => Err(malformed("a number is negative")),
        [0, 0..=0x7f, ..] => Err(malformed("a number is not in its shortest form")),
        content => Ok(content
            .iter()
            .fold(0u32, |sum, byte| match sum.checked_mul(256) {
                Some(shifted) => shifted | u32::from(*byte),
                None => u32::MAX,
            })),
    }
}

fn malformed(what: impl Into<String>) -> Error {
    Error::new(ErrorKind::Malformed, what)
}

/// What is told of an extension that stands twice (§4.2).
pub const TWICE: &str = "stands twice";

const USAGES: [&str; 9] = [
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
];

/// anyExtendedKeyUsage (RFC 5280 §4.2.1.12).
pub const ANY_PURPOSE: &str = "2.5.29.37.0";
/// id-kp-clientAuth.
pub const CLIENT_PURPOSE: &str = "1.3.6.1.5.5.7.3.2";
/// id-kp-emailProtection.
pub const EMAIL_PURPOSE: &str = "1.3.6.1.5.5.7.3.4";
/// id-kp-serverAuth.
pub const SERVER_PURPOSE: &str = "1.3.6.1.5.5.7.3.1";
/// RFC 5280 §4.2.2.1.
pub const AUTHORITY_INFORMATION_ACCESS: &str = "1.3.6.1.5.5.7.1.1";
/// RFC 5280 §4.2.1.1.
pub const AUTHORITY_KEY_IDENTIFIER: &str = "2.5.29.35";
/// RFC 5280 §4.2.1.9.
pub const BASIC_CONSTRAINTS: &str = "2.5.29.19";
/// RFC 5280 §4.2.1.4.
pub const CERTIFICATE_POLICIES: &str = "2.5.29.32";
/// RFC 5280 §4.2.1.13.
pub const CRL_DISTRIBUTION_POINTS: &str = "2.5.29.31";
/// RFC 5280 §4.2.1.12.
pub const EXTENDED_KEY_USAGE: &str = "2.5.29.37";
/// RFC 5280 §4.2.1.14.
pub const INHIBIT_ANY_POLICY: &str = "2.5.29.54";
/// RFC 5280 §4.2.1.3.
pub const KEY_USAGE: &str = "2.5.29.15";
/// RFC 5280 §4.2.1.10.
pub const NAME_CONSTRAINTS: &str = "2.5.29.30";
/// RFC 5280 §4.2.1.11.
pub const POLICY_CONSTRAINTS: &str = "2.5.29.36";
/// RFC 5280 §4.2.1.5.
pub const POLICY_MAPPINGS: &str = "2.5.29.33";
/// RFC 6962 §3.1: what marks a precertificate.
pub const PRECERTIFICATE_POISON: &str = "1.3.6.1.4.1.11129.2.4.3";
/// RFC 5280 §4.2.1.6.
pub const SUBJECT_ALTERNATIVE_NAME: &str = "2.5.29.17";
/// RFC 5280 §4.2.1.2.
pub const SUBJECT_KEY_IDENTIFIER: &str = "2.5.29.14";
/// RFC 6962 §3.3.
pub const TIMESTAMPS: &str = "1.3.6.1.4.1.11129.2.4.2";

/// The pointer to a practice statement, and the user notice (§4.2.1.4).
const QUALIFIERS: [&str; 2] = ["1.3.6.1.5.5.7.2.1", "1.3.6.1.5.5.7.2.2"];

#[cfg(test)]
mod tests {
    use super::*;

    fn read(list: &[(&[u64], &[u8])]) -> (Extensions, Vec<String>) {
        let encoded: Vec<u8> = list
            .iter()
            .flat_map(|(oid, value)| {
                let value = der::element(der::OCTET_STRING, &[value]);
                der::sequence(&[&der::object_identifier(oid), &value])
            })
            .collect();
        let mut faults = Vec::new();
        let whole = der::sequence(&[&encoded]);
        let read = Extensions::read(der::only(&whole).unwrap(), &mut faults).unwrap();
        let told = |fault: Fault| format!("{} {}", fault.extension.unwrap_or_default(), fault.what);
        (read, faults.into_iter().map(told).collect())
    }

    const USAGE: &[u64] = &[2, 5, 29, 15];
    const PURPOSES: &[u64] = &[2, 5, 29, 37];

    #[test]
    fn a_fault_is_kept_beside_the_rest() {
        let (this, faults) = read(&[
            (PURPOSES, &[0x30, 0]),
            (USAGE, &[3, 2, 5, 0xa0]),
            (USAGE, &[3, 2, 0, 0xff]),
        ]);
        assert_eq!(
            faults,
            ["2.5.29.37 it holds no purpose", "2.5.29.15 stands twice"]
        );
        assert_eq!(
            this.key_usage.unwrap().words(),
            ["digitalSignature", "keyEncipherment"]
        );
        assert_eq!(this.all.len(), 3);
    }

    #[test]
    fn what_is_not_known_need_not_be_der() {
        let (this, faults) = read(&[(&[1, 3, 6, 1, 4, 1, 55738, 666, 1], b"")]);
        assert_eq!((this.all.len(), faults.len()), (1, 0));
        assert_eq!(read(&[(USAGE, b"")]).1.len(), 1);
    }

    #[test]
    fn a_critical_qualifier_must_be_known() {
        let read = |qualifier: &[u64], critical: bool| {
            let qualifier = der::sequence(&[&der::object_identifier(qualifier), &[5, 0]]);
            let policy = der::sequence(&[
                &der::object_identifier(&[1, 2, 3]),
                &der::sequence(&[&qualifier]),
            ]);
            let encoded = der::sequence(&[&policy]);
            policies(der::only(&encoded).unwrap(), critical)
        };
        let (practice, other) = ([1, 3, 6, 1, 5, 5, 7, 2, 1], [1, 2, 3, 4]);
        assert!(read(&practice, true).is_ok() && read(&other, false).is_ok());
        assert!(read(&other, true).is_err());
    }

    #[test]
    fn the_bits_of_a_key_usage_are_counted_from_the_left() {
        let usage = |content: &[u8]| {
            let encoded = der::element(der::BIT_STRING, &[content]);
            key_usage(der::only(&encoded).unwrap())
        };
        assert!(usage(&[1, 6]).unwrap().has(KeyUsage::CERTIFICATE_SIGN));
        assert_eq!(usage(&[7, 0, 0x80]).unwrap().words(), ["decipherOnly"]);
        assert!(usage(&[0]).unwrap().is_empty());
        assert!(usage(&[8, 0]).is_err() && usage(&[]).is_err());
    }

    #[test]
    fn what_der_has_one_form_for_has_one() {
        let server = [0x2b, 6, 1, 5, 5, 7, 3, 1];
        let purpose = |tail: &[u8]| {
            let oid = der::element(der::OBJECT_IDENTIFIER, &[&server, tail]);
            read(&[(PURPOSES, &der::sequence(&[&oid]))]).0.purposes
        };
        assert_eq!(purpose(&[]).unwrap(), [SERVER_PURPOSE]);
        assert!(purpose(&[0x81]).is_none());
        let authority = |value: &[u8]| read(&[(&[2, 5, 29, 19], value)]).0.basic_constraints;
        assert!(authority(&[0x30, 3, 1, 1, 0xff]).unwrap().authority);
        assert!(!authority(&[0x30, 3, 1, 1, 0]).unwrap().authority);
        for odd in [&[0x30, 2, 1, 0][..], &[0x30, 3, 1, 1, 1]] {
            assert!(authority(odd).is_none(), "{odd:x?}");
        }
    }

    #[test]
    fn nothing_follows_where_a_structure_ends() {
        let policy = der::object_identifier(&[1, 2, 3]);
        let empty = der::sequence(&[]);
        let told = |oid: &[u64], item: &[&[u8]]| {
            let value = der::sequence(&[&der::sequence(item)]);
            read(&[(oid, &value)]).1.len()
        };
        let uri = der::element(der::context(6), &[b"a:"]);
        let point = der::element(0xa0, &[&der::element(0xa0, &[&uri])]);
        let null = [der::NULL, 0];
        for (oid, item) in [
            (&[2, 5, 29, 32][..], [&policy[..], &empty]),
            (&[2, 5, 29, 33], [&policy, &policy]),
            (&[1, 3, 6, 1, 5, 5, 7, 1, 1], [&policy, &uri]),
            (&[2, 5, 29, 31], [&point, &[0x81, 2, 6, 0x40]]),
        ] {
            assert_eq!(told(oid, &item), 0, "{oid:?}");
            assert_eq!(told(oid, &[item[0], item[1], &null]), 1, "{oid:?}");
        }
        let points = &[2, 5, 29, 31];
        assert_eq!(told(points, &[&point, &point]), 1);
        assert_eq!(told(points, &[&[0xa0, 2, 0x82, 0]]), 1);
        assert_eq!(told(points, &[&[0xa0, 4, 0xa0, 0, 5, 0]]), 1);
    }

    #[test]
    fn an_extension_tells_in_one_way_whether_it_is_critical() {
        let whole = |critical: &[u8], tail: &[u8]| {
            let encoded = [&[6, 1, 0x2a][..], critical, &[4, 0], tail].concat();
            let encoded = der::sequence(&[&encoded]);
            let (oid, critical, _) = parts(der::only(&encoded).unwrap())?;
            Ok::<_, Error>((oid, critical))
        };
        assert_eq!(whole(&[1, 1, 0xff], &[]).unwrap(), ("1.2".into(), true));
        assert!(!whole(&[1, 1, 0], &[]).unwrap().1 && !whole(&[], &[]).unwrap().1);
        assert!(whole(&[1, 1, 1], &[]).is_err() && whole(&[1, 0], &[]).is_err());
        assert!(whole(&[], &[5, 0]).is_err());
    }

    #[test]
    fn numbers_are_not_negative_and_bounded() {
        let read = |content: &[u8]| {
            let encoded = der::element(der::INTEGER, &[content]);
            number(der::only(&encoded).unwrap(), der::INTEGER)
        };
        assert_eq!(read(&[1, 0]).unwrap(), 256);
        assert_eq!(read(&[1, 2, 3, 4, 5]).unwrap(), u32::MAX);
        assert_eq!(read(&[0, 0x80]).unwrap(), 128);
        assert!(read(&[0x80]).is_err() && read(&[]).is_err() && read(&[0, 1]).is_err());
    }

    #[test]
    fn names_are_encoded_as_their_kind_is() {
        let names = |tag: u8, content: &[u8]| {
            let encoded = der::sequence(&[&der::element(tag, &[content])]);
            alternative_names(der::only(&encoded).unwrap())
        };
        assert!(names(der::context(2), b"a.test").is_ok());
        for (tag, content) in [
            (der::context(2), "\u{e4}.test".as_bytes()),
            (der::context(2), b""),
            (der::context(7), &[10, 0, 0]),
            (der::context_constructed(2), b"a.test"),
            (der::INTEGER, b"a"),
        ] {
            assert!(names(tag, content).is_err());
        }
    }
}
