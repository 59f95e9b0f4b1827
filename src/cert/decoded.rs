//! A certificate with every field decoded, and each departure from its encoding kept beside it.
//!
//! Whoever judges a certificate wants to tell all that is wrong with it, so nothing but the loss of its
//! outer structure is an error here.

use std::ops::Range;

use time::{Date, Month, OffsetDateTime, Time};

use super::extensions::{Access, CrlPoint, Extensions, Fault};
use crate::crypto::SignatureScheme;
use crate::der::{self, Element};
use crate::error::{Error, ErrorKind, Result};
use crate::key::PublicKey;
use crate::name::{FoldedName, GeneralName, Subject};

/// A certificate (RFC 5280 §4.1), decoded for judging.
#[derive(Clone, Debug)]
pub struct Decoded {
    der: Vec<u8>,
    tbs: Range<usize>,
    /// 1, 2 or 3; 0 if it is none of them.
    pub version: u8,
    /// The octets of the serial number's INTEGER.
    pub serial: Vec<u8>,
    /// The `AlgorithmIdentifier` of the signature, in DER.
    pub algorithm: Vec<u8>,
    /// The scheme that it names, if it is known here.
    pub scheme: Option<SignatureScheme>,
    signature: Vec<u8>,
    is_self_issued: bool,
    /// The issuer's `Name`, in DER.
    pub issuer: Vec<u8>,
    /// The subject's `Name`, in DER.
    pub subject: Vec<u8>,
    /// The first second.
    pub not_before: OffsetDateTime,
    /// The last second.
    pub not_after: OffsetDateTime,
    /// The subject's public key.
    pub public_key: PublicKey,
    /// Whether the algorithm that is signed is another than the one beside the signature (§4.1.1.2).
    pub has_two_algorithms: bool,
    /// Whether it has unique identifiers, which nobody uses (§4.1.2.8).
    pub has_unique_ids: bool,
    /// What the extensions say.
    pub extensions: Extensions,
    /// What is not as it must be.
    pub faults: Vec<Fault>,
}

impl Decoded {
    /// Reads a certificate, in DER.
    ///
    /// Fails with [`ErrorKind::Malformed`] if its outer structure, its names, its times or its key cannot
    /// be read.
    pub fn from_der(der: &[u8]) -> Result<Self> {
        let mut outer = der::only(der)?.open(der::SEQUENCE)?;
        let (signed, algorithm, signature) = (outer.element()?, outer.element()?, outer.element()?);
        outer.finish()?;
        algorithm.expect(der::SEQUENCE)?;
        let mut faults = Vec::new();
        let mut fields = signed.open(der::SEQUENCE)?;
        let version = match fields.peek() {
            Some(tag) if tag == der::context_constructed(0) => version(fields.element()?)?,
            _ => 1,
        };
        let serial = fields.element()?.expect(der::INTEGER)?.to_vec();
        let inner = fields.element()?;
        let issuer = fields.element()?;
        let (not_before, not_after) = period(fields.element()?)?;
        let subject = fields.element()?;
        let public_key = PublicKey::from_spki(fields.element()?.raw)?;
        let (mut has_unique_ids, mut extensions) = (false, Extensions::default());
        for field in fields.tagged()? {
            match field.tag {
                tag if tag == der::context(1) || tag == der::context(2) => has_unique_ids = true,
                tag if tag == der::context_constructed(3) => {
                    let mut list = field.open(tag)?;
                    extensions = Extensions::read(list.element()?, &mut faults)?;
                    list.finish()?;
                }
                tag => return Err(malformed(format!("it has a field of tag 0x{tag:02x}"))),
            }
        }
        let mut fault = |what: &str| faults.push(Fault::of_field(what));
        if inner.raw != algorithm.raw {
            fault("the signature algorithm that is signed is not the one beside the signature");
        }
        match (version, extensions.all.is_empty()) {
            (0, _) => fault("its version is none of 1, 2 and 3"),
            (1 | 2, false) => fault("it has extensions, and its version has none"),
            _ => {}
        }
        if has_unique_ids && version == 1 {
            fault("it has unique identifiers, and its version has none");
        }
        if serial.is_empty() || der::shortest(&serial) != serial {
            fault("its serial number is not in DER");
        }
        if not_after < not_before {
            fault("its validity ends before it begins");
        }
        let folded = |name: Element<'_>| {
            let folded = FoldedName::from_der(name.raw);
            folded.ok_or_else(|| malformed("a name in it is damaged".to_owned()))
        };
        let is_self_issued = folded(issuer)? == folded(subject)?;
        let start = signed.raw.as_ptr() as usize - der.as_ptr() as usize;
        Ok(Self {
            der: der.to_vec(),
            tbs: start..start + signed.raw.len(),
            version,
            serial,
            algorithm: algorithm.raw.to_vec(),
            scheme: SignatureScheme::from_algorithm_identifier(algorithm.raw),
            // One that is not of whole octets is nobody's, as an empty one.
            signature: signature.expect(der::BIT_STRING).map(whole_octets)?,
            is_self_issued,
            issuer: issuer.raw.to_vec(),
            subject: subject.raw.to_vec(),
            not_before,
            not_after,
            public_key,
            has_two_algorithms: inner.raw != algorithm.raw,
            has_unique_ids,
            extensions,
            faults,
        })
    }

    /// Returns the DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Returns what is signed, in DER.
    pub fn signed(&self) -> &[u8] {
        &self.der[self.tbs.clone()]
    }

    /// Returns the octets of the signature.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// Returns the OID of the signature's algorithm, in dotted decimal.
    pub fn algorithm_oid(&self) -> String {
        let oid = || der::only(&self.algorithm)?.open(der::SEQUENCE)?.element();
        oid().map_or_else(|_| String::new(), |oid| der::dotted(oid.content))
    }

    /// Returns the digest of the signature, if others can make a second certificate of the same.
    pub fn weak_digest(&self) -> Option<&'static str> {
        Some(match self.algorithm_oid().as_str() {
            "1.2.840.113549.1.1.2" => "MD2",
            "1.2.840.113549.1.1.4" => "MD5",
            "1.2.840.113549.1.1.5"
            | "1.2.840.10045.4.1"
            | "1.2.840.10040.4.3"
            | "1.3.14.3.2.29" => "SHA-1",
            _ => return None,
        })
    }

    /// Returns the subject.
    pub fn subject(&self) -> Subject {
        Subject::from_der(&self.subject)
    }

    /// Returns the issuer.
    pub fn issuer(&self) -> Subject {
        Subject::from_der(&self.issuer)
    }

    /// Tells whether issuer and subject are the same, in whatever spelling (§7.1).
    pub fn is_self_issued(&self) -> bool {
        self.is_self_issued
    }

    /// Returns where its issuer's certificate is to be had (§4.2.2.1).
    pub fn issuer_urls(&self) -> Vec<String> {
        let issuers = |access: &&Access| access.method == CA_ISSUERS;
        urls(
            self.extensions
                .access
                .iter()
                .filter(issuers)
                .map(|access| &access.location),
        )
    }

    /// Returns where revocation lists are to be had that tell of it (§4.2.1.13).
    pub fn crl_urls(&self) -> Vec<String> {
        urls(self.extensions.crl_points.iter().flat_map(CrlPoint::names))
    }

    /// Tells whether basic constraints call it a CA.
    pub fn is_authority(&self) -> bool {
        let constraints = self.extensions.basic_constraints;
        constraints.is_some_and(|constraints| constraints.authority)
    }
}

fn urls<'a>(names: impl Iterator<Item = &'a GeneralName>) -> Vec<String> {
    names
        .filter_map(|name| match name {
            GeneralName::Uri(url) => Some(url.clone()),
            _ => None,
        })
        .collect()
}

impl Fault {
    fn of_field(what: impl Into<String>) -> Self {
        Self {
            extension: None,
            what: what.into(),
        }
    }
}

fn version(explicit: Element<'_>) -> Result<u8> {
    let number = der::only(explicit.content)?;
    Ok(match number.expect(der::INTEGER)? {
        [version @ 0..=2] => version + 1,
        _ => 0,
    })
}

/// RFC 5280 §4.1.2.5 wants years before 2050 as a UTCTime; clients take both forms.
fn period(encoded: Element<'_>) -> Result<(OffsetDateTime, OffsetDateTime)> {
    let mut times = encoded.open(der::SEQUENCE)?;
    let period = (moment(times.element()?)?, moment(times.element()?)?);
    times.finish()?;
    Ok(period)
}

/// Reads a `Time` in the one form that DER and RFC 5280 §4.1.2.5 leave it: to the second, in UTC.
///
/// Fails with [`ErrorKind::Malformed`].
pub fn moment(time: Element<'_>) -> Result<OffsetDateTime> {
    let wrong = || {
        malformed(format!(
            "{} is not a time",
            crate::text::escape_bytes(time.content)
        ))
    };
    let digits = time.content.strip_suffix(b"Z").ok_or_else(wrong)?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(wrong());
    }
    let pairs: Vec<u8> = digits
        .chunks(2)
        .map(|pair| pair.iter().fold(0, |sum, digit| sum * 10 + (digit - b'0')))
        .collect();
    let (year, rest) = match (time.tag, pairs.as_slice()) {
        // Two digits are 1950 to 2049.
        (der::UTC_TIME, [year, rest @ ..]) => (
            i32::from(*year) + if *year < 50 { 2000 } else { 1900 },
            rest,
        ),
        (der::GENERALIZED_TIME, [century, year, rest @ ..]) => {
            (i32::from(*century) * 100 + i32::from(*year), rest)
        }
        _ => return Err(wrong()),
    };
    let [month, day, hour, minute, second] = *rest else {
        return Err(wrong());
    };
    let read = || -> Option<OffsetDateTime> {
        let date = Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()?;
        Some(
            date.with_time(Time::from_hms(hour, minute, second).ok()?)
                .assume_utc(),
        )
    };
    match digits.len() % 2 {
        0 => read().ok_or_else(wrong),
        _ => Err(wrong()),
    }
}

/// RFC 5280 §4.2.2.1.
const CA_ISSUERS: &str = "1.3.6.1.5.5.7.48.2";

/// The octets of a BIT STRING that has no bits beside them; else none.
pub(crate) fn whole_octets(content: &[u8]) -> Vec<u8> {
    match content {
        [0, octets @ ..] => octets.to_vec(),
        _ => Vec::new(),
    }
}

fn malformed(what: String) -> Error {
    Error::new(ErrorKind::Malformed, what)
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::cert::extensions::KeyUsage;
    use crate::cert::forge::Draft;
    use crate::crypto::Algorithm;
    use crate::issue::{Signatory, Template, issue};
    use crate::key::PrivateKey;
    use crate::profile::{Profile, Purposes};
    use crate::validity::{Lifetime, Validity, parse_time};

    static KEY: LazyLock<PrivateKey> =
        LazyLock::new(|| PrivateKey::generate(Algorithm::P256).unwrap());

    fn leaf() -> Vec<u8> {
        let key = PrivateKey::generate(Algorithm::P256).unwrap();
        let purposes = Purposes {
            server: true,
            ..Purposes::NONE
        };
        let template = Template {
            profile: Profile::leaf(purposes),
            subject: Subject::common_name("a.test").unwrap(),
            names: vec!["a.test".parse().unwrap(), "10.0.0.1".parse().unwrap()],
            public_key: key.public_key().clone(),
            validity: Validity::starting(parse_time("2026-11-21").unwrap(), Lifetime::days(90))
                .unwrap(),
        };
        issue(&template, Signatory::Itself(&key))
            .unwrap()
            .der()
            .to_vec()
    }

    #[test]
    fn what_is_made_here_has_no_fault() {
        let leaf = Decoded::from_der(&leaf()).unwrap();
        assert_eq!(leaf.faults, []);
        assert_eq!((leaf.version, leaf.is_authority()), (3, false));
        assert_eq!(leaf.extensions.purposes.as_deref().unwrap().len(), 1);
        let usage = leaf.extensions.key_usage.unwrap();
        assert!(usage.has(KeyUsage::DIGITAL_SIGNATURE) && !usage.has(KeyUsage::CERTIFICATE_SIGN));
        let names = leaf.extensions.names.as_deref().unwrap();
        assert_eq!(names[1].to_string(), "10.0.0.1");
        let scheme = leaf.scheme.unwrap();
        assert!(
            leaf.public_key
                .verify(scheme, leaf.signed(), leaf.signature())
                .unwrap()
        );
    }

    #[test]
    fn self_issued_is_in_whatever_spelling() {
        let name = |tag: u8, text: &str| {
            let value = der::element(tag, &[text.as_bytes()]);
            let attribute = der::sequence(&[&der::object_identifier(&[2, 5, 4, 3]), &value]);
            der::sequence(&[&der::element(der::SET, &[&attribute])])
        };
        let (utf8, printable) = (0x0c, 0x13);
        let is_self_issued = |issuer: Vec<u8>, subject: Vec<u8>| {
            let mut draft = Draft::leaf(KEY.public_key(), KEY.public_key());
            (draft.issuer, draft.subject) = (issuer, subject);
            draft.to_decoded(&KEY).is_self_issued()
        };
        assert!(is_self_issued(name(utf8, "A  ca"), name(printable, "a CA")));
        assert!(!is_self_issued(name(utf8, "a ca"), name(utf8, "aca")));
    }

    fn changed(change: impl FnOnce(&mut Draft)) -> Result<Vec<String>> {
        let mut draft = Draft::leaf(KEY.public_key(), KEY.public_key());
        change(&mut draft);
        let faults = Decoded::from_der(&draft.to_der(&KEY))?.faults;
        Ok(faults.into_iter().map(|fault| fault.what).collect())
    }

    #[test]
    fn what_follows_the_key_comes_in_order_and_once() {
        let unique = |number: u8| der::element(der::context(number), &[&[0, 1]]);
        let identifiers = |all: Vec<u8>| changed(|draft| draft.identifiers = all);
        let both = [unique(1), unique(2)].concat();
        assert!(identifiers(both).unwrap().is_empty());
        for odd in [
            [unique(2), unique(1)].concat(),
            [unique(1), unique(1)].concat(),
            der::element(der::context_constructed(3), &[&der::sequence(&[])]),
            der::element(der::context_constructed(1), &[&[0, 1]]),
        ] {
            assert!(identifiers(odd).is_err());
        }
        let of_version_1 = changed(|draft| {
            (draft.version, draft.extensions, draft.identifiers) = (None, None, unique(1));
        });
        let [told] = &of_version_1.unwrap()[..] else {
            panic!()
        };
        assert!(told.contains("unique identifiers"), "{told}");
    }

    #[test]
    fn a_serial_number_is_in_der() {
        let faults = |serial: &[u8]| changed(|draft| draft.serial = serial.to_vec()).unwrap();
        for sound in [&[0][..], &[0, 0x80], &[0x80]] {
            assert!(faults(sound).is_empty(), "{sound:x?}");
        }
        for odd in [&[][..], &[0, 0x41], &[0, 0], &[0xff, 0x80]] {
            assert_eq!(faults(odd), ["its serial number is not in DER"], "{odd:x?}");
        }
    }

    #[test]
    fn the_algorithm_of_the_signature_is_a_sequence() {
        let whole = leaf();
        let mut parts = der::only(&whole).unwrap().open(der::SEQUENCE).unwrap();
        let [signed, algorithm, signature] = [(); 3].map(|()| parts.element().unwrap());
        let with = |tag: u8| {
            let algorithm = der::element(tag, &[algorithm.content]);
            Decoded::from_der(&der::sequence(&[signed.raw, &algorithm, signature.raw]))
        };
        assert!(with(der::SEQUENCE).is_ok() && with(0x2c).is_err());
    }

    #[test]
    fn nothing_follows_a_version_or_a_validity() {
        let null = [der::NULL, 0];
        let number = der::element(der::INTEGER, &[&[2]]);
        let explicit = |tail: &[u8]| {
            let encoded = der::element(der::context_constructed(0), &[&number, tail]);
            version(der::only(&encoded).unwrap())
        };
        assert_eq!(explicit(&[]).unwrap(), 3);
        assert!(explicit(&null).is_err());
        let time = der::element(der::UTC_TIME, &[b"261121000000Z"]);
        let validity =
            |tail: &[u8]| period(der::only(&der::sequence(&[&time, &time, tail])).unwrap());
        assert!(validity(&[]).is_ok() && validity(&null).is_err());
    }

    #[test]
    fn times_have_one_form() {
        let read = |tag: u8, text: &[u8]| moment(der::only(&der::element(tag, &[text])).unwrap());
        let year = |tag: u8, text: &[u8]| read(tag, text).unwrap().year();
        assert_eq!(year(der::UTC_TIME, b"491231235959Z"), 2049);
        assert_eq!(year(der::UTC_TIME, b"500101000000Z"), 1950);
        assert_eq!(year(der::GENERALIZED_TIME, b"20500101000000Z"), 2050);
        for text in [
            &b"4912312359Z"[..],
            b"491231235959",
            b"4912312359590Z",
            b"491331235959Z",
            b"491231235959+0100",
            b"20491231235959Z",
            b"",
        ] {
            assert!(read(der::UTC_TIME, text).is_err());
        }
    }
}
