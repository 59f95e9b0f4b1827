//! Names as they are compared (RFC 5280 §7.1).

use super::{Attribute, parse_name};

/// A `Name`, folded so that two spellings of one name are equal: string types, letter case, the number
/// of spaces, and the order within a multi-valued RDN say nothing.
///
/// RFC 4518's tables of characters without meaning are not applied: no client does.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct FoldedName(Vec<Vec<Attribute>>);

impl FoldedName {
    /// Reads a `Name`, in DER; nothing if it is malformed.
    pub fn from_der(encoded: &[u8]) -> Option<Self> {
        let mut rdns = parse_name(encoded)?;
        for rdn in &mut rdns {
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
    pub fn begins_with(&self, base: &Self) -> bool {
        self.0.starts_with(&base.0)
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
        assert!(folded("/C=de/O=A/CN=x").begins_with(&base));
        assert!(!folded("/C=DE").begins_with(&base));
        assert!(!folded("/O=a/C=DE/CN=x").begins_with(&base));
    }
}
