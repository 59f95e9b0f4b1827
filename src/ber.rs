//! BER (X.690 §8) made DER: containers may be written in it, and old programs do.
//!
//! Lengths that end with a mark become definite and short, and strings that come in pieces become one.
//! What stands inside an OCTET STRING is left as it is: signatures and codes are made over that.

use zeroize::Zeroizing;

use crate::der;
use crate::error::{Error, ErrorKind, Result};

/// What a SEQUENCE of indefinite length begins with.
pub const INDEFINITE_SEQUENCE: [u8; 2] = [der::SEQUENCE, 0x80];

/// Encodes one element of BER in DER. What comes of it is wiped when dropped, since it may hold a key.
///
/// Fails with [`ErrorKind::Malformed`] if the bytes are not exactly one, and with
/// [`ErrorKind::TooLarge`] if elements are nested too deep.
pub fn to_der(ber: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let mut out = Zeroizing::new(Vec::with_capacity(ber.len()));
    let rest = element(ber, 0, &mut out)?;
    match rest.is_empty() {
        true => Ok(out),
        false => Err(malformed("bytes after the end")),
    }
}

/// Joins the pieces of an OCTET STRING that has a tag of its own, such as [0], in DER else.
///
/// Fails with [`ErrorKind::Malformed`] if there is something else among them.
pub fn joined(pieces: der::Reader<'_>) -> Result<Vec<u8>> {
    let mut pieces = pieces;
    let mut all = Vec::new();
    while !pieces.is_empty() {
        all.extend_from_slice(pieces.element()?.expect(der::OCTET_STRING)?);
    }
    Ok(all)
}

/// Encodes the first element, and returns what follows it.
fn element<'a>(ber: &'a [u8], depth: usize, out: &mut Vec<u8>) -> Result<&'a [u8]> {
    if depth > MAX_DEPTH {
        let message = format!("BER that is nested more than {MAX_DEPTH} deep");
        return Err(Error::new(ErrorKind::TooLarge, message));
    }
    let (tag, length, body) = header(ber)?;
    let is_constructed = tag & CONSTRUCTED != 0;
    let (content, rest) = match length {
        Some(length) => {
            let parts = body.split_at_checked(length);
            parts.ok_or_else(|| malformed("an element that is cut off"))?
        }
        None if is_constructed => (body, body),
        None => return Err(malformed("a primitive element of indefinite length")),
    };
    if !is_constructed {
        out.extend_from_slice(&der::element(tag, &[content]));
        return Ok(rest);
    }
    // Of an indefinite length nothing is known, and all that is taken here is wiped.
    let mut inner = Zeroizing::new(Vec::with_capacity(length.unwrap_or(0)));
    let mut left = content;
    loop {
        match (length, left) {
            (Some(_), []) => break,
            // The mark at the end (X.690 §8.1.5).
            (None, [0, 0, after @ ..]) => {
                left = after;
                break;
            }
            _ => left = element(left, depth + 1, &mut inner)?,
        }
    }
    let whole = match tag == der::OCTET_STRING | CONSTRUCTED {
        true => der::element(der::OCTET_STRING, &[&joined(der::Reader::new(&inner))?]),
        false => der::element(tag, &[&inner]),
    };
    out.extend_from_slice(&whole);
    Ok(if length.is_some() { rest } else { left })
}

/// The tag, the length unless it is indefinite, and what follows.
fn header(ber: &[u8]) -> Result<(u8, Option<usize>, &[u8])> {
    let [tag, first, rest @ ..] = ber else {
        return Err(malformed("the end where an element belongs"));
    };
    if tag & 0x1f == 0x1f {
        return Err(malformed("a tag number above 30"));
    }
    let count = usize::from(first & 0x7f);
    match first {
        0x00..0x80 => Ok((*tag, Some(count), rest)),
        0x80 => Ok((*tag, None, rest)),
        _ => {
            let octets = rest.split_at_checked(count);
            let (octets, rest) = octets.ok_or_else(|| malformed("a length that is cut off"))?;
            let fits = octets.iter().rev().skip(4).all(|octet| *octet == 0);
            let length = octets.iter().fold(0u32, |sum, o| sum << 8 | u32::from(*o));
            match fits {
                true => Ok((*tag, Some(length as usize), rest)),
                false => Err(malformed("a length above 4 GiB")),
            }
        }
    }
}

fn malformed(what: &str) -> Error {
    Error::new(ErrorKind::Malformed, format!("the BER holds {what}"))
}

const CONSTRUCTED: u8 = 0x20;
/// Containers of certificates nest some ten deep.
const MAX_DEPTH: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_der_stays_that() {
        let number = der::unsigned(300);
        let long = der::element(der::OCTET_STRING, &[&[7; 300]]);
        let encoded = der::sequence(&[&number, &der::sequence(&[&long]), &der::element(0xa0, &[])]);
        assert_eq!(*to_der(&encoded).unwrap(), encoded);
    }

    #[test]
    fn marks_pieces_and_long_lengths_go() {
        for (ber, expected) in [
            (&[0x30, 0x80, 2, 1, 5, 0, 0][..], &[0x30, 3, 2, 1, 5][..]),
            (&[0x30, 0x82, 0, 3, 2, 1, 5], &[0x30, 3, 2, 1, 5]),
            (&[0x24, 0x80, 4, 1, 7, 4, 2, 8, 9, 0, 0], &[4, 3, 7, 8, 9]),
            (
                &[0x24, 0x80, 0x24, 0x80, 4, 1, 7, 0, 0, 4, 1, 8, 0, 0],
                &[4, 2, 7, 8],
            ),
            (&[0xa0, 0x80, 0x30, 0x80, 0, 0, 0, 0], &[0xa0, 2, 0x30, 0]),
        ] {
            assert_eq!(**to_der(ber).unwrap(), *expected, "{ber:x?}");
        }
    }

    #[test]
    fn what_is_damaged_is_refused() {
        for bad in [
            &[][..],
            &[0x30],
            &[0x30, 0x80],
            &[0x30, 0x80, 0],
            &[0x30, 0x80, 0, 0, 0],
            &[4, 0x80, 0, 0],
            &[4, 5, 1],
            &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
            &[0x30, 0x85, 1, 0, 0, 0, 0],
            &[0x30, 0xff],
            &[0x24, 0x80, 2, 1, 5, 0, 0],
            &[0x1f, 0x1f, 0],
        ] {
            let refused = to_der(bad).unwrap_err().kind();
            assert_eq!(refused, ErrorKind::Malformed, "{bad:x?}");
        }
        let deep = [0x30, 0x80].repeat(10_000);
        assert_eq!(to_der(&deep).unwrap_err().kind(), ErrorKind::TooLarge);
    }
}
