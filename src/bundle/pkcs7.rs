//! PKCS #7 files that carry certificates: `SignedData` (RFC 2315 §9, RFC 5652 §5), signed or not.

use super::hold;
use crate::der::{self, Element, Reader};
use crate::document::{Document, Kind};
use crate::error::{Error, ErrorKind, Result};

/// Returns the certificates of a file, in DER, in their order, then its revocation lists.
///
/// Signatures over content are not looked at. Fails with [`ErrorKind::Malformed`].
pub fn decode(der: &[u8]) -> Result<Vec<Document>> {
    let mut fields = signed_data(der)?;
    let (_version, _digests, _content) = (
        fields.element()?.expect(der::INTEGER)?,
        fields.element()?.expect(der::SET)?,
        fields.element()?.expect(der::SEQUENCE)?,
    );
    let mut found = Vec::new();
    for (tag, kind_of) in [
        (der::context_constructed(0), certificate_choice as Choice),
        (der::context_constructed(1), revocation_choice),
    ] {
        if fields.peek() != Some(tag) {
            continue;
        }
        let mut set = fields.element()?.open(tag)?;
        while !set.is_empty() {
            let choice = set.element()?;
            let number = found.len() + 1;
            let document = Document::held(kind_of(&choice), choice.raw, number, None);
            hold(&mut found, document)?;
        }
    }
    Ok(found)
}

/// Encodes certificates and revocation lists, each in DER, as a `SignedData` that nobody signs (RFC 5652 §5.1,
/// in its version 1), in DER.
///
/// The order is kept, though DER sorts a SET OF (X.690 §11.6): people and servers read these files as chains, the
/// leaf first, and programs write and show them in the order in which they were given.
pub fn encode(certificates: &[&[u8]], lists: &[&[u8]]) -> Vec<u8> {
    let no_content = der::sequence(&[&DATA]);
    let none = der::element(der::SET, &[]);
    let set = |number, all: &[&[u8]]| match all {
        [] => Vec::new(),
        all => der::element(der::context_constructed(number), all),
    };
    let signed = der::sequence(&[
        &der::element(der::INTEGER, &[&[1]]),
        &none,
        &no_content,
        &set(0, certificates),
        &set(1, lists),
        &none,
    ]);
    let content = der::element(der::context_constructed(0), &[&signed]);
    der::sequence(&[&SIGNED_DATA, &content])
}

fn signed_data(der: &[u8]) -> Result<Reader<'_>> {
    let mut info = der::only(der)?.open(der::SEQUENCE)?;
    let content_type = info.element()?.expect(der::OBJECT_IDENTIFIER)?;
    if content_type != &SIGNED_DATA[2..] {
        return Err(no_certificates(content_type));
    }
    let content = info.element()?.open(der::context_constructed(0))?;
    content.clone().element()?.open(der::SEQUENCE)
}

fn no_certificates(content_type: &[u8]) -> Error {
    let what = match content_type.last() {
        Some(3) => "encrypted data",
        _ => "something else",
    };
    let oid = der::dotted(content_type);
    let message = format!("it holds {what} ({oid}), and not what carries certificates");
    Error::new(ErrorKind::WrongKind, message)
}

type Choice = fn(&Element<'_>) -> Kind;

/// `CertificateChoices` (RFC 5652 §10.2.2).
fn certificate_choice(choice: &Element<'_>) -> Kind {
    match choice.tag {
        der::SEQUENCE => Kind::Certificate,
        ATTRIBUTE_1 | ATTRIBUTE_2 => Kind::Other("an attribute certificate".into()),
        _ => Kind::Other("a certificate that is not X.509".into()),
    }
}

/// `RevocationInfoChoice` (RFC 5652 §10.2.1).
fn revocation_choice(choice: &Element<'_>) -> Kind {
    match choice.tag {
        der::SEQUENCE => Kind::CertificateRevocationList,
        _ => Kind::Other("revocation information that is no list".into()),
    }
}

const ATTRIBUTE_1: u8 = der::context_constructed(1);
const ATTRIBUTE_2: u8 = der::context_constructed(2);
/// The OIDs 1.2.840.113549.1.7.1 and .2 (RFC 5652 §4 and §5.1).
const DATA: [u8; 11] = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
const SIGNED_DATA: [u8; 11] = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle;
    use crate::pem;

    fn kinds(found: &[Document]) -> Vec<Kind> {
        found.iter().map(|document| document.kind.clone()).collect()
    }

    fn item(number: u8) -> Vec<u8> {
        der::sequence(&[&der::element(der::INTEGER, &[&[number]])])
    }

    #[test]
    fn what_is_written_is_read_in_its_order() {
        let (b, a, list) = (item(2), item(1), item(3));
        let file = encode(&[&b, &a], &[&list]);
        let text = pem::encode("PKCS7", &file);
        // As Windows' shell writes what it reads.
        let wide: Vec<u8> = [0xfeff]
            .into_iter()
            .chain(text.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        for bytes in [&file, text.as_bytes(), &wide] {
            let found: Vec<_> = bundle::documents(bytes, None)
                .unwrap()
                .map(Result::unwrap)
                .collect();
            let ders: Vec<&[u8]> = found.iter().map(|document| &document.der[..]).collect();
            assert_eq!(ders, [&b[..], &a, &list]);
            assert_eq!(
                kinds(&found),
                [
                    Kind::Certificate,
                    Kind::Certificate,
                    Kind::CertificateRevocationList
                ]
            );
        }
        assert!(decode(&encode(&[], &[])).unwrap().is_empty());
    }

    #[test]
    fn large_files_are_known_under_any_label() {
        for length in [60_000, 70_000] {
            let octets = der::element(der::OCTET_STRING, &[&vec![7; length]]);
            let large = der::sequence(&[&octets]);
            let text = pem::encode("CERTIFICATE", &encode(&[&large], &[]));
            let mut found = bundle::documents(text.as_bytes(), None).unwrap();
            assert_eq!(found.next().unwrap().unwrap().der[..], large, "{length}");
        }
    }

    #[test]
    fn other_choices_are_named() {
        let attribute = der::element(ATTRIBUTE_2, &[]);
        let other = der::element(der::context_constructed(1), &[]);
        let found = decode(&encode(&[&attribute, &item(1)], &[&other])).unwrap();
        assert_eq!(
            kinds(&found),
            [
                Kind::Other("an attribute certificate".into()),
                Kind::Certificate,
                Kind::Other("revocation information that is no list".into())
            ]
        );
    }

    #[test]
    fn open_lengths_are_read() {
        let certificate = item(1);
        let mut open = vec![0x30, 0x80];
        open.extend(SIGNED_DATA);
        open.extend([0xa0, 0x80, 0x30, 0x80, 2, 1, 1, 0x31, 0, 0x30, 0x80]);
        open.extend(DATA);
        open.extend([0, 0, 0xa0, 0x80]);
        open.extend(&certificate);
        open.extend([0, 0, 0x31, 0, 0, 0, 0, 0, 0, 0]);
        let text = pem::encode("PKCS7", &open);
        for bytes in [&open, text.as_bytes()] {
            let mut found = bundle::documents(bytes, None).unwrap();
            assert_eq!(found.next().unwrap().unwrap().der[..], certificate);
            assert!(found.next().is_none());
        }
    }

    #[test]
    fn what_holds_no_signed_data_is_refused() {
        let enveloped = [&SIGNED_DATA[..10], &[3]].concat();
        let file = der::sequence(&[&enveloped, &der::element(0xa0, &[&item(1)])]);
        assert_eq!(
            decode(&file).unwrap_err().to_string(),
            "it holds encrypted data (1.2.840.113549.1.7.3), and not what carries certificates"
        );
        let whole = encode(&[&item(1)], &[]);
        for cut in 0..whole.len() {
            assert!(decode(&whole[..cut]).is_err(), "{cut}");
        }
    }
}
