//! Base64 that stands in text, such as a value of a kubeconfig: found by what it decodes to, whatever the
//! text is otherwise.
//!
//! Parsers of YAML, JSON, XML and of each kind of env file would know the path to a value. They would not read
//! what is a template still, nor sources, and would have to be kept from what hostile YAML does. One look
//! along the text finds all of it, each byte looked at a few times at most, and tells line and name.

use data_encoding::BASE64_NOPAD;
use zeroize::Zeroizing;

use super::written::{Glyph, glyph};
use crate::der;

/// Reads the base64 that begins at a place in text. Returns where it ends, and what it decodes to; nothing if
/// it is a word of something else.
///
/// The base64 of DER and of PEM may go on over line breaks. Other base64 is taken to their next.
pub fn read(text: &[u8], start: usize) -> (usize, Option<Zeroizing<Vec<u8>>>) {
    let goes_on = is_promising(&text[start..]);
    let (mut at, mut word) = (start, 0);
    let mut counted = Counted::default();
    loop {
        match glyph(&text[at..]) {
            Some((Glyph::Byte(byte), length)) if is_base64(byte) => {
                counted.add(byte);
                word += 1;
                at += length;
            }
            Some((Glyph::Break, _)) if goes_on && word >= MIN_LINE && !counted.is_whole() => {
                match next_line(text, at) {
                    Some(next) => (at, word) = (next, 0),
                    None => break,
                }
            }
            _ => break,
        }
    }
    let least = if goes_on { MIN_DER } else { MIN_PEM };
    let is_enough = counted.all >= least;
    let decoded = is_enough.then(|| decode(&characters(&text[start..at], counted.all)));
    (at, decoded)
}

/// How many characters there were, and the first of them, which tell how long DER is.
#[derive(Default)]
struct Counted {
    first: [u8; 8],
    all: usize,
}

impl Counted {
    fn add(&mut self, character: u8) {
        if let Some(first) = self.first.get_mut(self.all) {
            *first = character;
        }
        self.all += 1;
    }

    /// Tells whether all of a SEQUENCE in DER is there, so that the next line is something else.
    fn is_whole(&self) -> bool {
        let first = BASE64_NOPAD.decode(&self.first).unwrap_or_default();
        let [der::SEQUENCE, length, octets @ ..] = &first[..] else {
            return false;
        };
        let count = match length {
            0..=0x7f => return self.has(2 + usize::from(*length)),
            0x81..=0x83 => usize::from(length & 0x7f),
            _ => return false,
        };
        let octets = octets.iter().take(count);
        let content = octets.fold(0, |sum, octet| sum << 8 | usize::from(*octet));
        self.has(2 + count + content)
    }

    fn has(&self, bytes: usize) -> bool {
        self.all >= (bytes * 4).div_ceil(3)
    }
}

/// The base64 in text, without the breaks.
fn characters(mut text: &[u8], count: usize) -> Zeroizing<Vec<u8>> {
    // Room for all of it, so that no copy is left behind: it may be a private key.
    let mut characters = Zeroizing::new(Vec::with_capacity(count));
    while let Some((glyph, length)) = glyph(text) {
        if let Glyph::Byte(byte) = glyph {
            characters.push(byte);
        }
        text = &text[length..];
    }
    characters
}

/// Tells whether a byte may begin or continue base64.
pub fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/'
}

/// Tells whether text begins as the base64 of a SEQUENCE does, of PEM, or of a Java keystore.
fn is_promising(text: &[u8]) -> bool {
    matches!(text, [b'M', b'A'..=b'P', ..])
        || [&b"LS0tLS"[..], b"/u3+7", b"\\/u3+7"]
            .iter()
            .any(|start| text.starts_with(start))
}

/// Finds the next line of base64 behind a break: a word of it and nothing else.
fn next_line(text: &[u8], from: usize) -> Option<usize> {
    let skip = |mut at: usize, is_skipped: &dyn Fn(Glyph) -> bool| {
        while let Some((glyph, length)) = glyph(&text[at..]) {
            if !is_skipped(glyph) {
                break;
            }
            at += length;
        }
        at
    };
    let start = skip(from, &|glyph| glyph == Glyph::Break);
    let end = skip(
        start,
        &|glyph| matches!(glyph, Glyph::Byte(byte) if is_base64(byte)),
    );
    let padded = skip(end, &|glyph| glyph == Glyph::Byte(b'='));
    // A name ends otherwise, and after its sign a value begins.
    let ends = match glyph(&text[padded..]) {
        None | Some((Glyph::Break, _)) => true,
        Some((Glyph::Byte(byte), _)) => b"<\"'`,)]}".contains(&byte),
    };
    (ends && end > start).then_some(start)
}

/// Decodes base64 without its padding. At the end there may be too much by a word that was taken for a line,
/// so that what does not come out even is left away.
fn decode(characters: &[u8]) -> Zeroizing<Vec<u8>> {
    let decoded = BASE64_NOPAD.decode(characters).or_else(|_| {
        let even = characters.len() / 4 * 4;
        BASE64_NOPAD.decode(&characters[..even])
    });
    Zeroizing::new(decoded.unwrap_or_default())
}

/// An Ed25519 public key has 60 characters, and nothing known here has fewer.
const MIN_DER: usize = 56;
/// PEM with a single line of base64, and lines before it.
const MIN_PEM: usize = 120;
/// Below the 51 characters that LDIF leaves to the first line of a certificate; prose has shorter words.
const MIN_LINE: usize = 20;

#[cfg(test)]
mod tests {
    use data_encoding::BASE64;

    use super::*;

    fn wrapped(bytes: &[u8], width: usize, between: &str) -> String {
        let text = BASE64.encode(bytes);
        let lines: Vec<&str> = text
            .as_bytes()
            .chunks(width)
            .map(|line| std::str::from_utf8(line).unwrap())
            .collect();
        lines.join(between)
    }

    #[test]
    fn lines_are_joined() {
        let mut bytes = vec![0x30, 0x81, 200];
        bytes.extend((0..200).map(|number| number as u8));
        for between in ["\n", "\r\n", "\n    ", "\\n", "\\\\n", "&#13;\n", "\\\n"] {
            for after in ["", "\n", "\"", "</a>", "\nKEY=MIIBAAAAAAAAAAAAAAAAAAAAAA"] {
                let text = wrapped(&bytes, 76, between) + after;
                let decoded = read(text.as_bytes(), 0).1.unwrap();
                assert_eq!(decoded[..], bytes, "{between:?} {after:?}");
            }
        }
    }

    #[test]
    fn what_was_escaped_is_base64_again() {
        let bytes = [&[0x30, 0x82, 1][..], &[0xfb, 0xff, 0xfe].repeat(40), &[0]].concat();
        let text = BASE64.encode(&bytes);
        assert!(text.contains('/') && text.contains('+'));
        let text = text
            .replace('/', "\\/")
            .replace('+', "\\u002b")
            .replace('=', "\\u003d");
        assert_eq!(read(text.as_bytes(), 0).1.unwrap()[..], bytes);
    }

    #[test]
    fn a_word_that_was_taken_for_a_line_does_no_harm() {
        let bytes = vec![0x30; 60];
        let text = BASE64.encode(&bytes) + "\ndone\nexport";
        let decoded = read(text.as_bytes(), 0).1.unwrap();
        assert!(decoded.starts_with(&bytes));
    }

    #[test]
    fn words_are_no_base64() {
        for text in ["MIT", "MIIB", "Made by somebody", "a".repeat(100).as_str()] {
            assert!(read(text.as_bytes(), 0).1.is_none(), "{text}");
        }
    }
}
