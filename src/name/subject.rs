//! Distinguished names (RFC 5280 §4.1.2.4), in text as RFC 4514 writes them.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER_PERMISSIVE;
use x509_parser::asn1_rs::Class;
use x509_parser::x509::X509Name;

use crate::der::{self, dotted};
use crate::error::{Error, ErrorKind, Result};
use crate::text::Escaped;

/// A `Name` to be put into a certificate: a sequence of relative distinguished names.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Subject {
    /// In the order of the encoding: from the country to the common name.
    rdns: Vec<Rdn>,
    /// The exact bytes of a name that came from elsewhere.
    encoded: Option<Vec<u8>>,
}

/// The attributes of one relative distinguished name, each with its type.
type Rdn = Vec<(Vec<u64>, Value)>;

/// The value of an attribute: text, or DER given as `#` and hexadecimal.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Value {
    Der(Vec<u8>),
    Text(String),
}

impl Subject {
    /// The name of no attributes.
    pub fn empty() -> Self {
        Self::default()
    }

    /// Makes the name that has one common name.
    pub fn common_name(name: &str) -> Result<Self> {
        Self::empty().with_common_name(name)
    }

    /// Keeps a name exactly as it is encoded elsewhere, such as in a request.
    pub fn from_der(encoded: &[u8]) -> Self {
        let encoded = (encoded != EMPTY_NAME).then(|| encoded.to_vec());
        Self {
            rdns: Vec::new(),
            encoded,
        }
    }

    /// Adds a common name at the end, where it belongs.
    ///
    /// Fails with [`ErrorKind::InvalidSubject`] if it is empty or longer than 64 characters.
    pub fn with_common_name(mut self, name: &str) -> Result<Self> {
        let value = Value::Text(name.to_owned());
        let rdn = vec![(COMMON_NAME.to_vec(), checked(COMMON_NAME, value)?)];
        match self.encoded.take() {
            Some(encoded) => {
                let rdns = der::only(&encoded)?.expect(der::SEQUENCE)?;
                self.encoded = Some(der::sequence(&[rdns, &encode_rdn(&rdn)]));
            }
            None => self.rdns.push(rdn),
        }
        Ok(self)
    }

    /// Returns what is left of the name without its common names.
    pub fn without_common_names(&self) -> Self {
        let encoded = self.to_der();
        let kept = || -> Result<Vec<u8>> {
            let common_name = der::object_identifier(COMMON_NAME);
            let mut rdns = der::only(&encoded)?.open(der::SEQUENCE)?;
            let mut kept = Vec::new();
            while !rdns.is_empty() {
                let mut attributes = rdns.element()?.open(der::SET)?;
                let mut others = Vec::new();
                while !attributes.is_empty() {
                    let attribute = attributes.element()?;
                    if attribute.open(der::SEQUENCE)?.element()?.raw != common_name {
                        others.extend_from_slice(attribute.raw);
                    }
                }
                if !others.is_empty() {
                    kept.extend(der::element(der::SET, &[&others]));
                }
            }
            Ok(kept)
        };
        Self::from_der(&der::sequence(&[&kept().unwrap_or_default()]))
    }

    /// Tells whether it has no attributes.
    pub fn is_empty(&self) -> bool {
        self.rdns.is_empty() && self.encoded.is_none()
    }

    /// Returns the common names as text.
    pub fn common_names(&self) -> Vec<String> {
        self.values_of("2.5.4.3")
    }

    /// Returns the values of the attribute `emailAddress` as text.
    pub fn email_addresses(&self) -> Vec<String> {
        self.values_of("1.2.840.113549.1.9.1")
    }

    /// Tells whether the country stands last in the encoding, where the common name belongs: what
    /// comes of `C=DE,O=a,CN=b`, since text with commas begins with the last attribute (RFC 4514).
    pub fn is_reversed(&self) -> bool {
        let rdns = parse_name(&self.to_der()).unwrap_or_default();
        let is_country =
            |rdn: &Vec<Attribute>| rdn.iter().any(|attribute| attribute.oid == "2.5.4.6");
        rdns.len() > 1 && rdns.last().is_some_and(is_country)
    }

    fn values_of(&self, oid: &str) -> Vec<String> {
        parse_name(&self.to_der())
            .into_iter()
            .flatten()
            .flatten()
            .filter(|attribute| attribute.oid == oid)
            .map(|attribute| attribute.text)
            .collect()
    }

    /// Encodes the `Name` in DER.
    pub fn to_der(&self) -> Vec<u8> {
        if let Some(encoded) = &self.encoded {
            return encoded.clone();
        }
        let rdns = self
            .rdns
            .iter()
            .map(|rdn| encode_rdn(rdn))
            .collect::<Vec<_>>()
            .concat();
        der::sequence(&[&rdns])
    }
}

impl fmt::Display for Subject {
    /// Writes the name after RFC 4514, the last attribute first, made safe to show.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rdns = parse_name(&self.to_der()).unwrap_or_default();
        f.write_str(&to_rfc4514(&rdns))
    }
}

impl FromStr for Subject {
    type Err = Error;

    /// Takes `CN=a,O=b,C=DE` (RFC 4514: the last stands first in the encoding) and OpenSSL's
    /// `/C=DE/O=b/CN=a` (in the order of the encoding).
    ///
    /// Fails with [`ErrorKind::InvalidSubject`], naming the part that is wrong.
    fn from_str(text: &str) -> Result<Self> {
        let slashed = text.strip_prefix('/');
        let mut parser = Parser {
            rest: slashed.unwrap_or(text),
            whole: text,
            separator: if slashed.is_some() { '/' } else { ',' },
        };
        let mut rdns = Vec::new();
        let mut dangling = None;
        while !parser.rest.is_empty() {
            let (rdn, end) = parser.rdn()?;
            rdns.push(rdn);
            dangling = end;
        }
        if let Some(',') = dangling {
            return Err(parser.fault("nothing follows its last comma"));
        }
        if slashed.is_none() {
            rdns.reverse();
        }
        if rdns.is_empty() {
            return Err(parser.fault("it is empty"));
        }
        Ok(Self {
            rdns,
            encoded: None,
        })
    }
}

/// Reads a subject from the left.
struct Parser<'a> {
    rest: &'a str,
    whole: &'a str,
    separator: char,
}

impl Parser<'_> {
    /// The attributes of one relative distinguished name, and the character that ended it.
    fn rdn(&mut self) -> Result<(Rdn, Option<char>)> {
        let mut rdn = Vec::new();
        loop {
            let (key, rest) = self.rest.split_once('=').ok_or_else(|| {
                self.fault(&format!("\"{}\" is not of the form TYPE=value", self.rest))
            })?;
            let oid = attribute_type(key.trim()).ok_or_else(|| {
                self.fault(&format!("\"{}\" is not a type of attribute known here", key.trim()))
                    .with_hint("take CN, O, OU, C, ST, L, STREET, DC, UID, emailAddress, serialNumber, or an OID such as 2.5.4.97")
            })?;
            self.rest = rest;
            let (value, end) = self.value()?;
            rdn.push((oid.clone(), checked(&oid, value)?));
            if end != Some('+') {
                return Ok((rdn, end));
            }
        }
    }

    /// The value, and the character that ended it.
    fn value(&mut self) -> Result<(Value, Option<char>)> {
        let mut text = String::new();
        let mut significant = 0;
        let mut quoted = false;
        let raw = self.rest.trim_start_matches(' ');
        // RFC 4514 §2.4: DER follows # only where it stands by itself, neither escaped nor quoted.
        let is_der = raw.starts_with('#');
        let mut chars = raw.chars();
        let mut end = None;
        while let Some(c) = chars.next() {
            match c {
                '"' => quoted = !quoted,
                '\\' => {
                    self.unescape(&mut chars, &mut text)?;
                    significant = text.len();
                    continue;
                }
                c if !quoted && (c == self.separator || c == '+') => {
                    end = Some(c);
                    break;
                }
                c => text.push(c),
            }
            if quoted || c != ' ' {
                significant = text.len();
            }
        }
        if quoted {
            return Err(self.fault("a quotation mark is not closed"));
        }
        self.rest = chars.as_str();
        text.truncate(significant);
        if !is_der {
            return Ok((Value::Text(text), end));
        }
        let der = HEXLOWER_PERMISSIVE
            .decode(&text.as_bytes()[1..])
            .ok()
            .filter(|der| der::only(der).is_ok());
        der.map(|der| (Value::Der(der), end))
            .ok_or_else(|| self.fault("what follows # is not DER in hexadecimal"))
    }

    /// `\,` stands for the comma, `\c3\a4` for bytes of UTF-8.
    fn unescape(&self, chars: &mut std::str::Chars<'_>, text: &mut String) -> Result<()> {
        let mut octets = Vec::new();
        loop {
            let hex = chars
                .as_str()
                .get(..2)
                .and_then(|hex| HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).ok());
            match hex {
                Some(octet) => {
                    octets.extend(octet);
                    chars.nth(1);
                }
                None if octets.is_empty() => {
                    text.push(
                        chars
                            .next()
                            .ok_or_else(|| self.fault("it ends in a backslash"))?,
                    );
                    return Ok(());
                }
                None => break,
            }
            let mut ahead = chars.clone();
            let more = ahead.next() == Some('\\')
                && ahead
                    .as_str()
                    .get(..2)
                    .is_some_and(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
            if !more {
                break;
            }
            chars.next();
        }
        let decoded = std::str::from_utf8(&octets)
            .map_err(|_| self.fault("its \\XX escapes are not UTF-8"))?;
        text.push_str(decoded);
        Ok(())
    }

    fn fault(&self, why: &str) -> Error {
        Error::new(
            ErrorKind::InvalidSubject,
            format!("\"{}\" is not a subject: {why}", self.whole),
        )
    }
}

/// Refuses values that RFC 5280 (appendix A.1, upper bounds) does not allow.
fn checked(oid: &[u64], value: Value) -> Result<Value> {
    let Value::Text(text) = &value else {
        return Ok(value);
    };
    let name = short_type(&dotted_arcs(oid)).map_or_else(|| dotted_arcs(oid), str::to_owned);
    let fault = |why: String| {
        Err(Error::new(
            ErrorKind::InvalidSubject,
            format!("the {name} \"{text}\" cannot be: {why}"),
        ))
    };
    let length = text.chars().count();
    let bound = upper_bound(oid);
    if text.is_empty() {
        return fault("it is empty".into());
    }
    if length > bound {
        return fault(format!(
            "it has {length} characters, and the limit is {bound} (RFC 5280)"
        ));
    }
    if oid == COUNTRY && !(length == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic())) {
        return fault("a country is the two letters of ISO 3166".into());
    }
    let unfit = match string_tag(oid) {
        der::PRINTABLE_STRING => text.chars().find(|c| !is_printable(*c)),
        der::IA5_STRING => text.chars().find(|c| !c.is_ascii()),
        _ => text.chars().find(|c| *c == '\0'),
    };
    match unfit {
        Some(bad) => fault(format!("its type of string cannot hold \"{bad}\"")),
        None => Ok(value),
    }
}

fn encode_rdn(rdn: &[(Vec<u64>, Value)]) -> Vec<u8> {
    let mut attributes: Vec<Vec<u8>> = rdn
        .iter()
        .map(|(oid, value)| {
            let value = match value {
                Value::Der(der) => der.clone(),
                Value::Text(text) => der::element(string_tag(oid), &[text.as_bytes()]),
            };
            der::sequence(&[&der::object_identifier(oid), &value])
        })
        .collect();
    // DER sorts the elements of a SET OF (X.690 §11.6).
    attributes.sort();
    der::element(der::SET, &[&attributes.concat()])
}

/// RFC 5280 appendix A.1: these types have no choice of string; elsewhere UTF8String is asked for.
fn string_tag(oid: &[u64]) -> u8 {
    match oid {
        COUNTRY | SERIAL_NUMBER | DN_QUALIFIER => der::PRINTABLE_STRING,
        DOMAIN_COMPONENT | EMAIL_ADDRESS => der::IA5_STRING,
        _ => der::UTF8_STRING,
    }
}

fn upper_bound(oid: &[u64]) -> usize {
    match oid {
        COUNTRY => 2,
        COMMON_NAME | ORGANIZATION | ORGANIZATIONAL_UNIT | SERIAL_NUMBER | TITLE => 64,
        LOCALITY | STATE | STREET | PSEUDONYM => 128,
        EMAIL_ADDRESS => 255,
        SURNAME | GIVEN_NAME => 32768,
        _ => 256,
    }
}

/// X.680 §41.4.
fn is_printable(c: char) -> bool {
    c.is_ascii_alphanumeric() || " '()+,-./:=?".contains(c)
}

/// One attribute of a name that was read from somewhere.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Attribute {
    /// The type, in dotted decimal.
    pub oid: String,
    /// The value as text, neither escaped nor checked; its DER in hexadecimal where it is no string.
    pub text: String,
    /// Whether the value is one of the string types.
    pub is_text: bool,
}

/// Reads the relative distinguished names of a DER `Name`, in the order of the encoding.
///
/// Returns nothing if it is malformed.
pub fn parse_name(encoded: &[u8]) -> Option<Vec<Vec<Attribute>>> {
    use x509_parser::prelude::FromDer as _;
    let (_, name) = X509Name::from_der(encoded).ok()?;
    let rdns = name.iter_rdn().map(|rdn| {
        rdn.iter()
            .map(|attribute| {
                let text = attribute_text(attribute.attr_value());
                let is_text = text.is_some();
                let hex = || data_encoding::HEXLOWER.encode(&whole(attribute.attr_value()));
                let oid = dotted(attribute.attr_type().as_bytes());
                Attribute {
                    oid,
                    text: text.unwrap_or_else(hex),
                    is_text,
                }
            })
            .collect()
    });
    Some(rdns.collect())
}

/// Writes a name after RFC 4514 §2, its last attribute first, made safe to show.
pub fn to_rfc4514(rdns: &[Vec<Attribute>]) -> String {
    let mut text = String::new();
    for rdn in rdns.iter().rev() {
        let mut separator = if text.is_empty() { "" } else { "," };
        for attribute in rdn {
            text.push_str(separator);
            text.push_str(short_type(&attribute.oid).unwrap_or(&attribute.oid));
            text.push('=');
            match attribute.is_text {
                true => text.push_str(&escape_value(&attribute.text)),
                false => text.extend(["#", &attribute.text]),
            }
            separator = "+";
        }
    }
    text
}

/// The whole element of a value, which RFC 4514 §2.4 wants after `#`.
fn whole(value: &x509_parser::asn1_rs::Any<'_>) -> Vec<u8> {
    let constructed = if value.header.is_constructed() {
        0x20
    } else {
        0
    };
    let number = u8::try_from(value.tag().0).unwrap_or(0) & 0x1f;
    der::element(
        (value.class() as u8) << 6 | constructed | number,
        &[value.data],
    )
}

/// The value as text, if it is one of the string types.
fn attribute_text(value: &x509_parser::asn1_rs::Any<'_>) -> Option<String> {
    let tag = u8::try_from(value.tag().0).ok()?;
    let is_string = value.class() == Class::Universal && value.header.is_primitive();
    is_string.then(|| der::text(tag, value.data))?
}

/// RFC 4514 §2.4. What is not safe to show is written as the bytes of its UTF-8, so that what is shown
/// can be typed.
fn escape_value(text: &str) -> Cow<'_, str> {
    let is_special = |c: char| "\"+,;<>\\".contains(c);
    let is_plain = |c: char| (c.is_ascii_graphic() || c == ' ') && !is_special(c);
    if text.chars().all(is_plain) && !text.starts_with(['#', ' ']) && !text.ends_with(' ') {
        return Cow::Borrowed(text);
    }
    let last = text.chars().count() - 1;
    let mut escaped = String::with_capacity(text.len() + 8);
    for (at, c) in text.chars().enumerate() {
        let mut bytes = [0; 4];
        let alone: &str = c.encode_utf8(&mut bytes);
        if !c.is_ascii_graphic() && c != ' ' && Escaped(alone).to_string() != alone {
            escaped.extend(alone.bytes().map(|byte| format!("\\{byte:02X}")));
            continue;
        }
        if is_special(c) || (at == 0 && c == '#') || (c == ' ' && (at == 0 || at == last)) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    Cow::Owned(escaped)
}

fn attribute_type(name: &str) -> Option<Vec<u64>> {
    let known = TYPES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name));
    let dotted = known.map_or(name, |(_, oid)| oid);
    // RFC 4512 §1.4: digits, without leading zeros.
    let is_number = |arc: &str| {
        arc.bytes().all(|byte| byte.is_ascii_digit()) && (arc.len() == 1 || !arc.starts_with('0'))
    };
    dotted
        .split('.')
        .all(is_number)
        .then(|| der::parse_dotted(dotted))?
}

/// Returns the short name of an attribute type, from its OID in dotted decimal.
pub fn short_type(oid: &str) -> Option<&'static str> {
    TYPES
        .iter()
        .find(|(_, known)| *known == oid)
        .map(|(name, _)| *name)
}

fn dotted_arcs(arcs: &[u64]) -> String {
    arcs.iter()
        .map(u64::to_string)
        .collect::<Vec<_>>()
        .join(".")
}

const COMMON_NAME: &[u64] = &[2, 5, 4, 3];
const SURNAME: &[u64] = &[2, 5, 4, 4];
const SERIAL_NUMBER: &[u64] = &[2, 5, 4, 5];
const COUNTRY: &[u64] = &[2, 5, 4, 6];
const LOCALITY: &[u64] = &[2, 5, 4, 7];
const STATE: &[u64] = &[2, 5, 4, 8];
const STREET: &[u64] = &[2, 5, 4, 9];
const ORGANIZATION: &[u64] = &[2, 5, 4, 10];
const ORGANIZATIONAL_UNIT: &[u64] = &[2, 5, 4, 11];
const TITLE: &[u64] = &[2, 5, 4, 12];
const GIVEN_NAME: &[u64] = &[2, 5, 4, 42];
const DN_QUALIFIER: &[u64] = &[2, 5, 4, 46];
const PSEUDONYM: &[u64] = &[2, 5, 4, 65];
const DOMAIN_COMPONENT: &[u64] = &[0, 9, 2342, 19_200_300, 100, 1, 25];
const EMAIL_ADDRESS: &[u64] = &[1, 2, 840, 113_549, 1, 9, 1];
/// The names of RFC 4514 §3 and those that OpenSSL uses; of two for one type the first is shown.
const TYPES: [(&str, &str); 24] = [
    ("CN", "2.5.4.3"),
    ("O", "2.5.4.10"),
    ("OU", "2.5.4.11"),
    ("C", "2.5.4.6"),
    ("ST", "2.5.4.8"),
    ("S", "2.5.4.8"),
    ("L", "2.5.4.7"),
    ("STREET", "2.5.4.9"),
    ("DC", "0.9.2342.19200300.100.1.25"),
    ("UID", "0.9.2342.19200300.100.1.1"),
    ("emailAddress", "1.2.840.113549.1.9.1"),
    ("E", "1.2.840.113549.1.9.1"),
    ("serialNumber", "2.5.4.5"),
    ("SN", "2.5.4.4"),
    ("GN", "2.5.4.42"),
    ("givenName", "2.5.4.42"),
    ("title", "2.5.4.12"),
    ("dnQualifier", "2.5.4.46"),
    ("pseudonym", "2.5.4.65"),
    ("postalCode", "2.5.4.17"),
    ("businessCategory", "2.5.4.15"),
    ("organizationIdentifier", "2.5.4.97"),
    ("jurisdictionC", "1.3.6.1.4.1.311.60.2.1.3"),
    ("jurisdictionST", "1.3.6.1.4.1.311.60.2.1.2"),
];
/// A SEQUENCE without elements.
const EMPTY_NAME: &[u8] = &[der::SEQUENCE, 0];

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        text.parse::<Subject>().unwrap().to_string()
    }

    #[test]
    fn both_ways_of_writing_give_the_same_name() {
        let comma: Subject = "CN=a, O=b,C=DE".parse().unwrap();
        let slash: Subject = "/C=DE/O=b/CN=a".parse().unwrap();
        assert_eq!(comma.to_der(), slash.to_der());
        assert_eq!(comma.to_string(), "CN=a,O=b,C=DE");
    }

    #[test]
    fn what_is_shown_can_be_typed() {
        for text in [
            r"CN=a\,b,O=\ c\ ",
            "CN=a+UID=b,DC=example,DC=test",
            "CN=Grüße",
            "2.5.4.97=x",
            "OU=one,OU=two",
        ] {
            assert_eq!(shown(&shown(text)), shown(text), "{text}");
        }
        assert_eq!(shown(r#"O="a, b""#), r"O=a\, b");
        assert_eq!(shown(r"CN=Gr\c3\bc\c3\9fe"), "CN=Grüße");
        assert_eq!(shown("CN=#0c0161"), "CN=a");
        assert_eq!(shown("CN=#020105"), "CN=#020105");
        assert_eq!(shown(r"CN=\#1"), r"CN=\#1");
        assert_eq!(shown(r"CN=\#0c0161"), r"CN=\#0c0161");
        assert_eq!(shown(r##"CN="#0c0161""##), r"CN=\#0c0161");
        assert_eq!(shown(r"CN=\230c0161"), r"CN=\#0c0161");
    }

    #[test]
    fn only_strings_of_asn1_itself_are_text() {
        for (value, text) in [
            ("#0c0161", "CN=a"),
            ("#4c0161", "CN=#4c0161"),
            ("#2c030c0161", "CN=#2c030c0161"),
        ] {
            let subject: Subject = format!("CN={value}").parse().unwrap();
            assert_eq!(subject.to_string(), text);
        }
    }

    #[test]
    fn the_wrong_way_round_is_told() {
        let reversed = |text: &str| text.parse::<Subject>().unwrap().is_reversed();
        for text in ["C=DE,O=a,CN=b", "C=DE,O=a", "/CN=b/C=DE"] {
            assert!(reversed(text), "{text}");
        }
        for text in [
            "CN=b,O=a,C=DE",
            "/C=DE/O=a/CN=b",
            "CN=a",
            "C=DE",
            "CN=a,DC=b,DC=c",
        ] {
            assert!(!reversed(text), "{text}");
        }
    }

    #[test]
    fn what_is_no_subject_is_refused() {
        for text in [
            "",
            "/",
            "a",
            "CN=",
            "XX=a",
            "C=Deutschland",
            "C=D1",
            "DC=ü",
            "CN=\"a",
            "CN=a\\",
            r"CN=\ff",
            "CN=#zz",
            "serialNumber=a*b",
            "CN=a,",
            "CN=a, O=b,",
            "CN=a+",
            "2.5.4.+3=a",
            "2.5.4.03=a",
            "2.5.4.=a",
            "CN=a\0b",
        ] {
            let error = text.parse::<Subject>().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidSubject, "{text}");
        }
        let long = format!("CN={}", "ä".repeat(65));
        assert!(
            long.parse::<Subject>()
                .unwrap_err()
                .to_string()
                .ends_with("it has 65 characters, and the limit is 64 (RFC 5280)")
        );
    }

    #[test]
    fn a_common_name_is_added_to_a_foreign_name() {
        let foreign = Subject::from_der(&"/O=a".parse::<Subject>().unwrap().to_der());
        assert_eq!(
            foreign.with_common_name("b").unwrap().to_string(),
            "CN=b,O=a"
        );
        assert!(Subject::from_der(&[0x30, 0]).is_empty());
        let several: Subject = "CN=b,CN=a+UID=u,O=o,C=DE".parse().unwrap();
        let others = several.without_common_names();
        assert_eq!(others.to_string(), "UID=u,O=o,C=DE");
        assert!(
            Subject::common_name("a")
                .unwrap()
                .without_common_names()
                .is_empty()
        );
    }

    #[test]
    fn hostile_values_are_shown_safely() {
        let subject = Subject::common_name("a\u{1b}[2J\u{202e}b").unwrap();
        assert_eq!(subject.to_string(), r"CN=a\1B[2J\E2\80\AEb");
        assert_eq!(shown(&subject.to_string()), subject.to_string());
        assert_eq!(subject.common_names(), ["a\u{1b}[2J\u{202e}b"]);
    }
}
