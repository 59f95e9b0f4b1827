//! Names as they are compared (RFC 5280 §7.1).

use super::{Attribute, parse_name};
use crate::der;

/// A `Name`, folded so that two spellings of one name are equal: string types, letter case, the number
/// of spaces, and the order within a multi-valued RDN say nothing.
///
/// RFC 4518's tables of characters without meaning are not applied: no client does.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct FoldedName(Vec<Vec<Attribute>>);

impl FoldedName {
    /// Reads a `Name`, in DER; nothing if it is malformed, or an attribute's type is no OID in DER: whoever
    /// reads that as another would compare another attribute.
    pub fn from_der(encoded: &[u8]) -> Option<Self> {
        der::only(encoded).ok()?;
        let mut rdns = parse_name(encoded)?;
        for rdn in &mut rdns {
            if rdn.iter().any(|attribute| attribute.oid.starts_with('#')) {
                return None;
            }
            rdn.iter_mut().for_each(fold);
            rdn.sort();
        }
        Some(Self(rdns))
    }

    /// Tells whether it has no attributes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Tells whether it begins with all of another: then it lies in the other's subtree (§4.2.1.10).
    /// Nothing if that hangs on a value that is text in one of them only, so that they may mean the same.
    pub fn begins_with(&self, base: &Self) -> Option<bool> {
        let pairs = || {
            self.0
                .iter()
                .zip(&base.0)
                .filter(|(own, other)| own != other)
        };
        let is_other =
            self.0.len() < base.0.len() || pairs().any(|(own, other)| differ(own, other));
        match is_other {
            true => Some(false),
            false => pairs().next().is_none().then_some(true),
        }
    }
}

/// Tells whether two RDNs that are not equal cannot mean the same.
fn differ(one: &[Attribute], other: &[Attribute]) -> bool {
    match (one, other) {
        ([one], [other]) => one.oid != other.oid || one.is_text == other.is_text,
        _ => {
            let types = one.iter().map(|it| &it.oid);
            // Which value answers to which is not known where some are no text.
            !types.eq(other.iter().map(|it| &it.oid))
                || one.iter().chain(other).all(|it| it.is_text)
        }
    }
}

fn fold(attribute: &mut Attribute) {
    if !attribute.is_text {
        return;
    }
    let mut folded = String::with_capacity(attribute.text.len());
    for word in attribute.text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.extend(word.chars().flat_map(char::to_lowercase));
    }
    attribute.text = folded;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::der;
    use crate::name::Subject;

    fn folded(text: &str) -> FoldedName {
        FoldedName::from_der(&text.parse::<Subject>().unwrap().to_der()).unwrap()
    }

    #[test]
    fn spellings_of_one_name_are_equal() {
        assert_eq!(folded("/O=My  Company /CN=Ä"), folded("/O=my company/CN=ä"));
        assert_ne!(folded("/O=a/CN=b"), folded("/CN=b/O=a"));
        assert_ne!(folded("/O=a"), folded("/OU=a"));
    }

    #[test]
    fn string_types_and_the_order_in_a_set_say_nothing() {
        let attribute = |arc: u64, tag: u8| {
            der::sequence(&[
                &der::object_identifier(&[2, 5, 4, arc]),
                &der::element(tag, &[b"a"]),
            ])
        };
        let name = |first: Vec<u8>, second: Vec<u8>| {
            let encoded = der::sequence(&[&der::element(der::SET, &[&first, &second])]);
            FoldedName::from_der(&encoded).unwrap()
        };
        let utf8 = |arc| attribute(arc, der::UTF8_STRING);
        let printable = |arc| attribute(arc, der::PRINTABLE_STRING);
        assert_eq!(name(utf8(3), utf8(10)), name(printable(10), utf8(3)));
    }

    #[test]
    fn a_subtree_is_told_from_the_front() {
        let base = folded("/C=DE/O=a");
        let begins = |name: &str| folded(name).begins_with(&base);
        assert_eq!(begins("/C=de/O=A/CN=x"), Some(true));
        assert_eq!(begins("/C=DE"), Some(false));
        assert_eq!(begins("/O=a/C=DE/CN=x"), Some(false));
    }

    #[test]
    fn what_is_text_on_one_side_only_cannot_be_told() {
        let attribute = |arc: u64, tag: u8, value: &[u8]| {
            let fields = [
                &der::object_identifier(&[2, 5, 4, arc])[..],
                &der::element(tag, &[value]),
            ];
            der::element(der::SET, &[&der::sequence(&fields)])
        };
        let name = |rdns: &[Vec<u8>]| FoldedName::from_der(&der::sequence(&[&rdns.concat()]));
        let organization = |tag, value| attribute(10, tag, value);
        let base = name(&[organization(der::UTF8_STRING, b"Evil")]).unwrap();
        for (tag, value, begins) in [
            (
                der::UNIVERSAL_STRING,
                &b"\0\0\0E\0\0\0v\0\0\0i\0\0\0l"[..],
                Some(true),
            ),
            (der::GENERAL_STRING, b"Evil", None),
            (der::OCTET_STRING, b"Evil", None),
            (der::UTF8_STRING, b"Good", Some(false)),
        ] {
            let name = name(&[organization(tag, value)]).unwrap();
            assert_eq!(name.begins_with(&base), begins, "{tag:x}");
        }
        let unit = name(&[attribute(11, der::OCTET_STRING, b"Evil")]).unwrap();
        assert_eq!(unit.begins_with(&base), Some(false));
        // Of several in one RDN, all must be text.
        let set = |all: &[(u64, u8, &[u8])]| {
            let attribute = |(arc, tag, value): &(u64, u8, &[u8])| {
                let oid = der::object_identifier(&[2, 5, 4, *arc]);
                der::sequence(&[&oid, &der::element(*tag, &[value])])
            };
            let all: Vec<u8> = all.iter().flat_map(attribute).collect();
            name(&[der::element(der::SET, &[&all])]).unwrap()
        };
        let (text, octets) = (der::UTF8_STRING, der::OCTET_STRING);
        let one = set(&[(10, text, b"a"), (11, octets, b"b")]);
        let other = set(&[(10, octets, b"a"), (11, text, b"b")]);
        assert_eq!(one.begins_with(&other), None);
        assert_eq!(one.begins_with(&one), Some(true));
        let texts = |unit| set(&[(10, text, b"a"), (11, text, unit)]);
        assert_eq!(texts(b"b").begins_with(&texts(b"c")), Some(false));
        // A difference elsewhere tells all the same.
        let country = |value| attribute(6, der::PRINTABLE_STRING, value);
        let octets = || organization(der::OCTET_STRING, b"Evil");
        let own = name(&[octets(), country(b"DE")]).unwrap();
        let base = name(&[organization(der::UTF8_STRING, b"Evil"), country(b"FR")]).unwrap();
        assert_eq!(own.begins_with(&base), Some(false));
    }

    #[test]
    fn a_name_is_whole_and_its_types_have_one_spelling() {
        let name = |oid: &[u8]| {
            let fields = [
                &der::element(der::OBJECT_IDENTIFIER, &[oid])[..],
                &[der::UTF8_STRING, 1, b'a'],
            ];
            der::sequence(&[&der::element(der::SET, &[&der::sequence(&fields)])])
        };
        let sound = name(&[0x55, 4, 10]);
        assert!(FoldedName::from_der(&sound).is_some());
        assert!(FoldedName::from_der(&[&sound[..], &[der::NULL, 0]].concat()).is_none());
        assert!(FoldedName::from_der(&name(&[0x55, 4, 0x80, 10])).is_none());
        assert!(FoldedName::from_der(&name(&[0x55, 4, 10, 0x81])).is_none());
    }
}
