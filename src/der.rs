//! DER (X.690) in and out: just what finishing a certificate and telling documents apart needs.
//!
//! The reader takes definite lengths in their shortest form, descends only where it is told to,
//! and never copies. Whole structures are parsed by `x509-parser`, `pkcs8` and `sec1`.

use crate::error::{Error, ErrorKind, Result};
use crate::text::escape_bytes;

/// BOOLEAN.
pub const BOOLEAN: u8 = 0x01;
/// INTEGER.
pub const INTEGER: u8 = 0x02;
/// BIT STRING.
pub const BIT_STRING: u8 = 0x03;
/// OCTET STRING.
pub const OCTET_STRING: u8 = 0x04;
/// NULL.
pub const NULL: u8 = 0x05;
/// OBJECT IDENTIFIER.
pub const OBJECT_IDENTIFIER: u8 = 0x06;
/// UTF8String.
pub const UTF8_STRING: u8 = 0x0c;
/// NumericString.
pub const NUMERIC_STRING: u8 = 0x12;
/// PrintableString.
pub const PRINTABLE_STRING: u8 = 0x13;
/// TeletexString.
pub const TELETEX_STRING: u8 = 0x14;
/// IA5String.
pub const IA5_STRING: u8 = 0x16;
/// UTCTime.
pub const UTC_TIME: u8 = 0x17;
/// GeneralizedTime.
pub const GENERALIZED_TIME: u8 = 0x18;
/// VisibleString.
pub const VISIBLE_STRING: u8 = 0x1a;
/// GeneralString.
pub const GENERAL_STRING: u8 = 0x1b;
/// UniversalString.
pub const UNIVERSAL_STRING: u8 = 0x1c;
/// BMPString.
pub const BMP_STRING: u8 = 0x1e;
/// SEQUENCE and SEQUENCE OF.
pub const SEQUENCE: u8 = 0x30;
/// SET and SET OF.
pub const SET: u8 = 0x31;

/// Returns the tag byte of context-specific tag `number` (below 31), primitive.
pub const fn context(number: u8) -> u8 {
    0x80 | number
}

/// Returns the tag byte of context-specific tag `number` (below 31), constructed.
pub const fn context_constructed(number: u8) -> u8 {
    0xa0 | number
}

/// One element: its tag, its content, and all of its bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Element<'a> {
    /// The identifier octet.
    pub tag: u8,
    /// The content octets.
    pub content: &'a [u8],
    /// Identifier, length and content octets.
    pub raw: &'a [u8],
}

impl<'a> Element<'a> {
    /// Returns a reader over the content of a constructed element of this tag.
    pub fn open(&self, tag: u8) -> Result<Reader<'a>> {
        self.expect(tag).map(Reader::new)
    }

    /// Returns the content, if the tag is this one.
    pub fn expect(&self, tag: u8) -> Result<&'a [u8]> {
        if self.tag == tag {
            Ok(self.content)
        } else {
            Err(malformed(format!(
                "found DER tag 0x{:02x} where 0x{tag:02x} belongs",
                self.tag
            )))
        }
    }

    /// Returns the value of a BOOLEAN that has this tag: DER has one octet for each (X.690 §11.1).
    pub fn boolean(&self, tag: u8) -> Result<bool> {
        match self.expect(tag)? {
            [0x00] => Ok(false),
            [0xff] => Ok(true),
            _ => Err(malformed("a BOOLEAN is neither 00 nor ff")),
        }
    }

    /// Returns an OBJECT IDENTIFIER as [`dotted`] writes it, if it has no second spelling: an arc that
    /// begins with 0x80, or is cut off (X.690 §8.19.2).
    pub fn oid(&self) -> Result<String> {
        let content = self.expect(OBJECT_IDENTIFIER)?;
        match is_oid(content) {
            true => Ok(dotted(content)),
            false => Err(malformed(format!(
                "the OBJECT IDENTIFIER {} is not in DER",
                dotted(content)
            ))),
        }
    }

    /// Returns the value of an INTEGER that is not negative and fits.
    pub fn number(&self) -> Result<u64> {
        let content = shortest(self.expect(INTEGER)?);
        let octets = content.strip_prefix(&[0]).unwrap_or(content);
        let is_negative = content.first().is_some_and(|first| *first >= 0x80);
        if content.is_empty() || is_negative || octets.len() > 8 {
            return Err(malformed(
                "an INTEGER is not in the range that it should be",
            ));
        }
        Ok(octets
            .iter()
            .fold(0, |sum, octet| sum << 8 | u64::from(*octet)))
    }

    /// Returns the value of an INTEGER that is neither negative nor above 32 bits.
    pub fn small(&self) -> Result<u32> {
        u32::try_from(self.number()?)
            .map_err(|_| malformed("an INTEGER is not in the range that it should be"))
    }

    /// Returns the content of a BIT STRING that holds whole octets.
    pub fn octets_of_bit_string(&self) -> Result<&'a [u8]> {
        match self.expect(BIT_STRING)? {
            [0, octets @ ..] => Ok(octets),
            _ => Err(malformed(
                "a BIT STRING that should hold whole octets does not",
            )),
        }
    }
}

/// Reads one element after the other.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    offset: usize,
}

impl<'a> Reader<'a> {
    /// Starts at the first byte.
    pub fn new(input: &'a [u8]) -> Self {
        Self {
            rest: input,
            offset: 0,
        }
    }

    /// Reads the next element.
    ///
    /// Fails with [`ErrorKind::Malformed`], naming the offset in bytes, if what follows is not
    /// one whole element in DER.
    pub fn element(&mut self) -> Result<Element<'a>> {
        let (tag, header, length) = self.header()?;
        let total = header
            .checked_add(length)
            .filter(|total| *total <= self.rest.len())
            .ok_or_else(|| {
                self.fault(&format!(
                    "an element of {length} bytes, of which {} are there",
                    self.rest.len().saturating_sub(header)
                ))
            })?;
        let (raw, rest) = self.rest.split_at(total);
        self.rest = rest;
        self.offset += total;
        Ok(Element {
            tag,
            content: &raw[header..],
            raw,
        })
    }

    /// Reads the rest as fields of context-specific tags, in the order of their numbers and each once at
    /// the most, as a SEQUENCE has them.
    pub fn tagged(mut self) -> Result<Vec<Element<'a>>> {
        let mut all: Vec<Element<'a>> = Vec::new();
        while !self.is_empty() {
            let field = self.element()?;
            let number = |field: &Element<'_>| field.tag & 0x1f;
            if all
                .last()
                .is_some_and(|last| number(last) >= number(&field))
            {
                return Err(malformed(format!(
                    "the field of DER tag 0x{:02x} stands twice or out of its order",
                    field.tag
                )));
            }
            all.push(field);
        }
        Ok(all)
    }

    /// Tells the tag of the next element, if there is one.
    pub fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// Tells whether everything was read.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Fails unless everything was read.
    pub fn finish(&self) -> Result<()> {
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(self.fault(&format!("{} bytes after the end", self.rest.len())))
    }

    /// The tag, the length of the header and the length of the content.
    fn header(&self) -> Result<(u8, usize, usize)> {
        let [tag, first, ..] = *self.rest else {
            return Err(self.fault("the end of the data where an element belongs"));
        };
        if tag & 0x1f == 0x1f {
            return Err(self.fault("a tag number above 30"));
        }
        if first < 0x80 {
            return Ok((tag, 2, usize::from(first)));
        }
        let count = usize::from(first & 0x7f);
        let octets = self
            .rest
            .get(2..2 + count)
            .filter(|_| (1..=4).contains(&count));
        let length =
            octets.map(|octets| octets.iter().fold(0, |sum, o| sum << 8 | usize::from(*o)));
        match length {
            Some(length) if length >= 0x80 && length >> (8 * (count - 1)) != 0 => {
                Ok((tag, 2 + count, length))
            }
            _ => Err(self.fault("a length that is not in DER")),
        }
    }

    fn fault(&self, what: &str) -> Error {
        malformed(format!("at byte {} of the DER: {what}", self.offset))
    }
}

/// Reads bytes that are exactly one element.
pub fn only(input: &[u8]) -> Result<Element<'_>> {
    let mut reader = Reader::new(input);
    let element = reader.element()?;
    reader.finish()?;
    Ok(element)
}

/// Encodes an element from its tag and the pieces of its content.
pub fn element(tag: u8, pieces: &[&[u8]]) -> Vec<u8> {
    let length = pieces.iter().map(|piece| piece.len()).sum::<usize>();
    let mut out = Vec::with_capacity(length + 6);
    out.push(tag);
    if length < 0x80 {
        out.push(length as u8);
    } else {
        let octets = length.to_be_bytes();
        let skip = length.leading_zeros() as usize / 8;
        out.push(0x80 | (octets.len() - skip) as u8);
        out.extend_from_slice(&octets[skip..]);
    }
    for piece in pieces {
        out.extend_from_slice(piece);
    }
    out
}

/// Encodes a SEQUENCE of elements that are encoded already.
pub fn sequence(elements: &[&[u8]]) -> Vec<u8> {
    element(SEQUENCE, elements)
}

/// Encodes a BIT STRING of whole octets.
pub fn bit_string(octets: &[u8]) -> Vec<u8> {
    element(BIT_STRING, &[&[0], octets])
}

/// Encodes an INTEGER that is not negative.
pub fn unsigned(number: u32) -> Vec<u8> {
    let octets = u64::from(number).to_be_bytes();
    element(INTEGER, &[shortest(&octets)])
}

/// Encodes an OBJECT IDENTIFIER from its arcs: at least two, the first below 3 and, under 0 and 1,
/// the second below 40 (X.660).
pub fn object_identifier(arcs: &[u64]) -> Vec<u8> {
    let mut content = Vec::with_capacity(arcs.len() + 4);
    let (first, rest) = match arcs {
        [first, second, rest @ ..] => (first * 40 + second, rest),
        _ => (0, arcs),
    };
    for arc in std::iter::once(&first).chain(rest) {
        let septets = (64 - arc.leading_zeros()).div_ceil(7).max(1);
        for at in (0..septets).rev() {
            let more = if at == 0 { 0 } else { 0x80 };
            content.push(more | (arc >> (7 * at) & 0x7f) as u8);
        }
    }
    element(OBJECT_IDENTIFIER, &[&content])
}

/// Writes the content of an OBJECT IDENTIFIER in dotted decimal; what has no such form, or more than one
/// spelling, as # and hexadecimal, so that no two are written alike.
pub fn dotted(content: &[u8]) -> String {
    let decimal = is_oid(content).then(|| decimal(content)).flatten();
    decimal.unwrap_or_else(|| format!("#{}", data_encoding::HEXLOWER.encode(content)))
}

/// Tells whether the arcs are whole, and each in its shortest form.
fn is_oid(content: &[u8]) -> bool {
    let mut begins = true;
    let is_short = content.iter().all(|byte| {
        let is_padded = begins && *byte == 0x80;
        begins = byte & 0x80 == 0;
        !is_padded
    });
    is_short && begins && !content.is_empty()
}

/// Nothing if an arc has more than 128 bits, those of a UUID (X.667).
fn decimal(content: &[u8]) -> Option<String> {
    let mut text = String::with_capacity(content.len() * 4);
    let mut arc = 0u128;
    for byte in content {
        arc = arc.checked_mul(128)? | u128::from(byte & 0x7f);
        if byte & 0x80 != 0 {
            continue;
        }
        // The first number holds the first two arcs (X.690 §8.19.4).
        if text.is_empty() {
            let top = (arc / 40).min(2);
            push_number(&mut text, top);
            arc -= top * 40;
        }
        text.push('.');
        push_number(&mut text, arc);
        arc = 0;
    }
    Some(text)
}

/// Does what `write!` does, which would be an eighth of what it takes to explain a certificate with its dozen OIDs.
fn push_number(text: &mut String, number: u128) {
    match u64::try_from(number) {
        Ok(number) => push_digits(text, number),
        Err(_) => text.push_str(&number.to_string()),
    }
}

fn push_digits(text: &mut String, number: u64) {
    if number >= 10 {
        push_digits(text, number / 10);
    }
    text.push(char::from(b'0' + (number % 10) as u8));
}

/// Returns the content of an INTEGER without the octets that say nothing (X.690 §8.3.2), so that equal
/// numbers have equal octets.
pub fn shortest(mut content: &[u8]) -> &[u8] {
    while let [0, 0..=0x7f, ..] | [0xff, 0x80..=0xff, ..] = content {
        content = &content[1..];
    }
    content
}

/// Reads an OID in dotted decimal, such as `2.5.4.3`.
pub fn parse_dotted(text: &str) -> Option<Vec<u64>> {
    let arcs = text
        .split('.')
        .map(|arc| arc.parse().ok())
        .collect::<Option<Vec<u64>>>()?;
    let fits = match arcs[..] {
        [0 | 1, second, ..] => second < 40,
        [2, second, ..] => second < u64::MAX - 80,
        _ => false,
    };
    (fits && arcs.len() <= 32).then_some(arcs)
}

/// Reads the content of a string type as text, which is not made safe to show; nothing for other types.
///
/// GeneralString is not among them: nobody knows its characters.
pub fn text(tag: u8, content: &[u8]) -> Option<String> {
    match tag {
        UTF8_STRING | NUMERIC_STRING | PRINTABLE_STRING | IA5_STRING | VISIBLE_STRING => {
            let text = std::str::from_utf8(content).map(str::to_owned);
            Some(text.unwrap_or_else(|_| escape_bytes(content)))
        }
        // In practice ISO 8859-1.
        TELETEX_STRING => Some(content.iter().map(|byte| char::from(*byte)).collect()),
        BMP_STRING => {
            let pairs = content.chunks_exact(2);
            let units = pairs.map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            let characters = char::decode_utf16(units);
            Some(
                characters
                    .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
                    .collect(),
            )
        }
        UNIVERSAL_STRING => {
            let fours = content.chunks_exact(4);
            let units = fours.map(|four| u32::from_be_bytes([four[0], four[1], four[2], four[3]]));
            Some(
                units
                    .map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER))
                    .collect(),
            )
        }
        _ => None,
    }
}

fn malformed(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Malformed, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for length in [0usize, 1, 127, 128, 255, 256, 65_535, 65_536] {
            let content = vec![7; length];
            let encoded = element(OCTET_STRING, &[&content]);
            let read = only(&encoded).unwrap();
            assert_eq!((read.tag, read.content), (OCTET_STRING, &content[..]));
        }
    }

    #[test]
    fn lengths_that_are_not_der_are_refused() {
        for bad in [
            &[0x30, 0x80, 0, 0][..],      // indefinite
            &[0x04, 0x81, 0x01, 0],       // long form of a short length
            &[0x04, 0x82, 0x00, 0x80],    // leading zero
            &[0x04, 0x85, 1, 0, 0, 0, 0], // more than 4 GiB
            &[0x1f, 0x81, 0x01, 0],       // high tag number
            &[0x04, 0x05, 1, 2],          // truncated
            &[0x04],
        ] {
            assert_eq!(
                only(bad).unwrap_err().kind(),
                ErrorKind::Malformed,
                "{bad:x?}"
            );
        }
    }

    #[test]
    fn the_place_of_a_fault_is_named() {
        let mut reader = Reader::new(&[2, 1, 5, 4, 9, 1]);
        reader.element().unwrap();
        let error = reader.element().unwrap_err().to_string();
        assert_eq!(
            error,
            "at byte 3 of the DER: an element of 9 bytes, of which 1 are there"
        );
    }

    #[test]
    fn object_identifiers_are_encoded() {
        assert_eq!(object_identifier(&[2, 5, 4, 3]), [6, 3, 0x55, 4, 3]);
        assert_eq!(
            object_identifier(&[1, 2, 840, 113_549]),
            [6, 6, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d]
        );
        assert_eq!(object_identifier(&[2, 999]), [6, 2, 0x88, 0x37]);
    }

    #[test]
    fn dotted_oids_are_checked() {
        assert_eq!(parse_dotted("2.5.4.3"), Some(vec![2, 5, 4, 3]));
        for bad in ["", "1", "3.1", "1.40", "2.-1", "2.5.x", "2..5"] {
            assert_eq!(parse_dotted(bad), None, "{bad}");
        }
    }

    #[test]
    fn oids_are_written_in_decimal() {
        assert_eq!(
            dotted(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d]),
            "1.2.840.113549"
        );
        assert_eq!(dotted(&[0x88, 0x37]), "2.999");
        assert_eq!(dotted(&[]), "#");
    }

    #[test]
    fn no_two_oids_are_written_alike() {
        let read = |content: &[u8]| only(&element(OBJECT_IDENTIFIER, &[content])).unwrap().oid();
        assert_eq!(read(&[0x2b, 6, 1]).unwrap(), "1.3.6.1");
        for alias in [
            &[0x2b, 6, 0x80, 1][..],
            &[0x2b, 6, 1, 0x81],
            &[0x80, 0x2b],
            &[],
        ] {
            assert!(read(alias).is_err(), "{alias:x?}");
            assert!(dotted(alias).starts_with('#'));
        }
        // The largest UUID and its neighbour, and an arc beyond any.
        let uuid = |last: u8| [&[0x69, 0x83][..], &[0xff; 17], &[last]].concat();
        assert_eq!(
            read(&uuid(0x7f)).unwrap(),
            "2.25.340282366920938463463374607431768211455"
        );
        assert_ne!(read(&uuid(0x7e)).unwrap(), read(&uuid(0x7f)).unwrap());
        assert_eq!(
            read(&[&[0x69, 0x84][..], &[0x80; 17], &[0]].concat()).unwrap(),
            format!("#6984{}00", "80".repeat(17))
        );
    }

    #[test]
    fn a_boolean_has_two_values() {
        let read = |content: &[u8]| {
            let encoded = element(context(1), &[content]);
            only(&encoded).unwrap().boolean(context(1))
        };
        assert!(read(&[0xff]).unwrap() && !read(&[0]).unwrap());
        for bad in [&[][..], &[1], &[0xff, 0xff], &[0, 0xff]] {
            assert!(read(bad).is_err(), "{bad:x?}");
        }
        assert!(only(&[1, 1, 0xff]).unwrap().boolean(context(1)).is_err());
    }

    #[test]
    fn tagged_fields_come_in_order_and_once() {
        let tags = |encoded: &[u8]| {
            let fields = Reader::new(encoded).tagged()?;
            Ok::<_, Error>(fields.iter().map(|field| field.tag).collect::<Vec<u8>>())
        };
        assert_eq!(tags(&[0xa0, 0, 0x82, 0]).unwrap(), [0xa0, 0x82]);
        assert_eq!(tags(&[]).unwrap(), [0u8; 0]);
        for bad in [&[0x82, 0, 0xa0, 0][..], &[0x81, 0, 0xa1, 0], &[0x81]] {
            assert!(tags(bad).is_err(), "{bad:x?}");
        }
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for number in [0, 1, 127, 128, 255, 256, 600_000, u32::MAX] {
            let encoded = unsigned(number);
            assert_eq!(only(&encoded).unwrap().small().unwrap(), number);
        }
        let read = |content: &[u8]| only(&element(INTEGER, &[content])).unwrap().number().ok();
        assert_eq!(
            read(&[0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
            Some(u64::MAX)
        );
        for bad in [&[][..], &[0xff], &[0x80, 0], &[1, 0, 0, 0, 0, 0, 0, 0, 0]] {
            assert_eq!(read(bad), None, "{bad:x?}");
        }
        assert!(only(&[2, 5, 1, 0, 0, 0, 0]).unwrap().small().is_err());
    }

    #[test]
    fn equal_numbers_have_equal_octets() {
        for (content, octets) in [
            (&[0, 0, 0x41][..], &[0x41][..]),
            (&[0, 0x80], &[0, 0x80]),
            (&[0xff, 0x80], &[0x80]),
            (&[0, 0], &[0]),
            (&[], &[]),
        ] {
            assert_eq!(shortest(content), octets, "{content:x?}");
        }
    }

    #[test]
    fn strings_are_text_whatever_their_type() {
        for (tag, content, expected) in [
            (UTF8_STRING, "ü".as_bytes(), Some("ü")),
            (IA5_STRING, b"caf\xe9", Some("caf\\xe9")),
            (TELETEX_STRING, b"caf\xe9", Some("café")),
            (BMP_STRING, &[0, b'a', 0xd8, 0, 0], Some("a\u{fffd}")),
            (
                UNIVERSAL_STRING,
                &[0, 0, 0, b'a', 0, 0, 0xd8, 0, 0],
                Some("a\u{fffd}"),
            ),
            (GENERAL_STRING, b"a", None),
            (OCTET_STRING, b"a", None),
        ] {
            assert_eq!(text(tag, content).as_deref(), expected);
        }
    }
}
