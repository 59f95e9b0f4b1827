//! BER (X.690 §8) made DER, for the containers of PKCS: old programs, Java and Windows write them with
//! lengths left open and strings in pieces.
//!
//! Nothing that is signed or whose digest counts changes by it: the certificates and lists of a `SignedData` stay
//! as they are, however they are encoded, and of a string in pieces the pieces' bytes count.

use zeroize::Zeroizing;

use crate::der;
use crate::error::{Error, ErrorKind, Result};

/// What a SEQUENCE of indefinite length begins with.
pub const INDEFINITE_SEQUENCE: [u8; 2] = [der::SEQUENCE, 0x80];

/// Encodes one element anew, with definite lengths in their shortest form and each OCTET STRING in one piece.
///
/// What is in DER comes out as it is. Fails with [`ErrorKind::Malformed`], naming the offset in bytes, if the
/// bytes are not one whole element, and with [`ErrorKind::TooLarge`] for more levels than the limit here.
pub fn to_der(input: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let mut source = Source { input, at: 0 };
    let mut out = Zeroizing::new(Vec::with_capacity(input.len()));
    source.element(&mut out, MAX_DEPTH, false)?;
    match input.len() - source.at {
        0 => Ok(out),
        rest => Err(source.fault(format!("{rest} bytes after the end"))),
    }
}

/// Joins the pieces of an OCTET STRING, in DER else, whatever tag the whole has.
///
/// Fails with [`ErrorKind::Malformed`] if there is something else among them.
pub fn joined(mut pieces: der::Reader<'_>) -> Result<Zeroizing<Vec<u8>>> {
    let mut whole = Zeroizing::new(Vec::new());
    while !pieces.is_empty() {
        whole.extend_from_slice(pieces.element()?.expect(der::OCTET_STRING)?);
    }
    Ok(whole)
}

/// What is still to be read.
struct Source<'a> {
    input: &'a [u8],
    at: usize,
}

/// Where the content of an element ends.
#[derive(Clone, Copy)]
enum End {
    At(usize),
    /// At the two zero octets of X.690 §8.1.5.
    Marked,
}

impl<'a> Source<'a> {
    fn element(&mut self, out: &mut Vec<u8>, depth: usize, is_kept: bool) -> Result<()> {
        let start = self.at;
        let tag = self.tag()?;
        let end = self.length()?;
        if let (End::At(end), true) = (end, is_kept)
            && der::only(&self.input[start..end]).is_ok()
        {
            self.at = start;
            out.extend_from_slice(self.until(end));
            return Ok(());
        }
        if tag[0] & CONSTRUCTED == 0 {
            let End::At(end) = end else {
                return Err(self.fault("a primitive element without a length"));
            };
            write(out, tag, &[self.until(end)]);
            return Ok(());
        }
        // In ContentInfo, its content, SignedData.
        let holds_kept = depth == MAX_DEPTH - 3 && HOLDING_SIGNED.contains(&tag[0]);
        let Some(depth) = depth.checked_sub(1) else {
            let deep = format!("it has more than {MAX_DEPTH} levels of BER");
            return Err(Error::new(ErrorKind::TooLarge, deep));
        };
        let mut content = Zeroizing::new(Vec::new());
        while !self.is_at(end)? {
            self.element(&mut content, depth, holds_kept)?;
        }
        match tag {
            [OCTET_STRING_IN_PIECES] => {
                let whole = joined(der::Reader::new(&content))?;
                write(out, &[der::OCTET_STRING], &[&whole]);
            }
            _ => write(out, tag, &[&content]),
        }
        Ok(())
    }

    /// The identifier octets: further ones follow a number above 30 (X.690 §8.1.2.4).
    fn tag(&mut self) -> Result<&'a [u8]> {
        let start = self.at;
        if self.octet()? & 0x1f == 0x1f {
            while self.octet()? & 0x80 != 0 {}
        }
        Ok(&self.input[start..self.at])
    }

    fn length(&mut self) -> Result<End> {
        let first = self.octet()?;
        let count = usize::from(first & 0x7f);
        let length = match (first, count) {
            (0..0x80, _) => count,
            (_, 0) => return Ok(End::Marked),
            // Leading zeros are allowed, and no file here has more than four octets say.
            (_, 1..=8) => (0..count).try_fold(0usize, |sum, _| {
                let octet = usize::from(self.octet()?);
                sum.checked_mul(256)
                    .map(|sum| sum | octet)
                    .ok_or_else(|| self.fault("a length beyond all bounds"))
            })?,
            _ => return Err(self.fault("a length of more than eight octets")),
        };
        let there = self.input.len() - self.at;
        match length <= there {
            true => Ok(End::At(self.at + length)),
            false => Err(self.fault(format!(
                "an element of {length} bytes, of which {there} are there"
            ))),
        }
    }

    /// Tells whether the content ends here, and takes the mark of the end.
    fn is_at(&mut self, end: End) -> Result<bool> {
        match end {
            End::At(end) if self.at > end => {
                Err(self.fault("an element that goes on beyond what holds it"))
            }
            End::At(end) => Ok(self.at == end),
            End::Marked => {
                let ends = self.input[self.at..].starts_with(&[0, 0]);
                self.at += if ends { 2 } else { 0 };
                Ok(ends)
            }
        }
    }

    fn until(&mut self, end: usize) -> &'a [u8] {
        let content = &self.input[self.at..end];
        self.at = end;
        content
    }

    fn octet(&mut self) -> Result<u8> {
        let octet = self.input.get(self.at).copied();
        let octet =
            octet.ok_or_else(|| self.fault("the end of the data where an element belongs"))?;
        self.at += 1;
        Ok(octet)
    }

    fn fault(&self, what: impl std::fmt::Display) -> Error {
        let message = format!("at byte {} of the BER: {what}", self.at);
        Error::new(ErrorKind::Malformed, message)
    }
}

fn write(out: &mut Vec<u8>, tag: &[u8], content: &[&[u8]]) {
    let (last, others) = tag.split_last().unwrap_or((&0, &[]));
    out.extend_from_slice(others);
    out.extend_from_slice(&Zeroizing::new(der::element(*last, content)));
}

const CONSTRUCTED: u8 = 0x20;
/// The `certificates` and `crls` of a `SignedData` (RFC 5652 §5.1).
const HOLDING_SIGNED: [u8; 2] = [der::context_constructed(0), der::context_constructed(1)];
const OCTET_STRING_IN_PIECES: u8 = der::OCTET_STRING | CONSTRUCTED;
/// A signed PKCS #7 file with certificates has some 15 levels, those of their names among them.
const MAX_DEPTH: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    fn made(ber: &[u8]) -> Vec<u8> {
        to_der(ber).unwrap().to_vec()
    }

    #[test]
    fn what_is_der_stays_as_it_is() {
        let long = der::element(der::OCTET_STRING, &[&[7; 300]]);
        let der = der::sequence(&[&long, &der::sequence(&[]), &[0x1f, 0x81, 0x01, 1, 5]]);
        assert_eq!(made(&der), der);
    }

    #[test]
    fn open_lengths_are_closed_and_long_ones_shortened() {
        assert_eq!(
            made(&[0x30, 0x80, 2, 1, 5, 0x31, 0x80, 0, 0, 0, 0]),
            [0x30, 5, 2, 1, 5, 0x31, 0]
        );
        assert_eq!(made(&[0x30, 0x83, 0, 0, 3, 2, 1, 5]), [0x30, 3, 2, 1, 5]);
        assert_eq!(made(&[0xbf, 0x21, 0x80, 5, 0, 0, 0]), [0xbf, 0x21, 2, 5, 0]);
    }

    #[test]
    fn what_is_signed_stays_as_it_is() {
        let odd = [0x30, 4, 2, 0x81, 1, 5];
        let signed = |held: &[u8]| {
            let set = der::element(der::context_constructed(0), &[held]);
            let content = der::element(der::context_constructed(0), &[&der::sequence(&[&set])]);
            der::sequence(&[&content])
        };
        assert_eq!(made(&signed(&odd)), signed(&odd));
        // Where not even its end is told by DER, there is nothing to keep.
        let open = [0x30, 0x80, 2, 0x81, 1, 5, 0, 0];
        assert_eq!(made(&signed(&open)), signed(&[0x30, 3, 2, 1, 5]));
        assert_eq!(made(&der::sequence(&[&odd])), [0x30, 5, 0x30, 3, 2, 1, 5]);
    }

    #[test]
    fn a_string_in_pieces_is_one() {
        let nested = [0x24, 0x80, 4, 1, 1, 0x24, 3, 4, 1, 2, 4, 0, 0, 0];
        assert_eq!(made(&nested), [4, 2, 1, 2]);
        assert!(to_der(&[0x24, 3, 2, 1, 2]).is_err());
    }

    #[test]
    fn what_is_not_whole_is_refused() {
        for bad in [
            &[][..],
            &[0x30],
            &[0x30, 0x80],
            &[0x30, 0x80, 0],
            &[0x04, 0x80, 0, 0],
            &[0x04, 5, 1],
            &[0x30, 2, 4, 5, 1, 1, 1, 1, 1],
            &[0x30, 0, 0],
            &[0x1f, 0xff],
            &[0x04, 0x89, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            &[0x04, 0x88, 255, 255, 255, 255, 255, 255, 255, 255],
        ] {
            let kind = to_der(bad).unwrap_err().kind();
            assert_eq!(kind, ErrorKind::Malformed, "{bad:x?}");
        }
    }

    #[test]
    fn what_is_nested_without_end_is_refused() {
        let kind = to_der(&[0x30, 0x80].repeat(1_000_000)).unwrap_err().kind();
        assert_eq!(kind, ErrorKind::TooLarge);
    }
}
