//! PEM (RFC 7468) in and out.
//!
//! Blocks are found by their lines, whatever stands between them, so that every label is seen and
//! every fault has a line number; `rustls-pemfile` decodes private keys.

use data_encoding::BASE64;
use memchr::{memchr, memchr_iter, memchr2, memmem, memrchr};

use crate::error::{Error, ErrorKind, Result};
use crate::text::{Escaped, escape_bytes, shorten};
use crate::wiped::Wiped;

/// One PEM block, found and not yet decoded.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    /// What stands between `BEGIN` and the dashes, such as `CERTIFICATE`.
    pub label: &'a str,
    /// What an RFC 1421 header says of the encryption (`DEK-Info`), as OpenSSL's traditional keys have it:
    /// the cipher, a comma, and its initialisation vector.
    pub cipher: Option<&'a [u8]>,
    /// The line of `BEGIN`, counted from 1.
    pub line: usize,
    /// From `BEGIN` to the line of `END`.
    section: &'a [u8],
    /// What is base64.
    body: &'a [u8],
}

impl<'a> Block<'a> {
    /// Returns its text, from its first line to its last.
    pub(crate) fn section(&self) -> &'a [u8] {
        self.section
    }

    /// Decodes the block; what has a `cipher` is still encrypted.
    ///
    /// Fails with [`ErrorKind::Malformed`], naming the block, if its text is not base64.
    pub fn decode(&self) -> Result<Wiped> {
        let decoded = match self.label.ends_with("PRIVATE KEY") && self.cipher.is_none() {
            true => decode_key(self.section, self.body),
            false => base64(self.body),
        };
        // Not a byte of a key is shown, also not of one that is damaged.
        let decoded = match decoded {
            Err(_) if self.label.ends_with("PRIVATE KEY") => {
                Err(malformed("its text is not base64"))
            }
            decoded => decoded,
        };
        decoded.map_err(|error| error.about(format_args!("{self}")))
    }
}

impl std::fmt::Display for Block<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the {} block of line {}", Escaped(self.label), self.line)
    }
}

/// Tells whether bytes hold what begins a PEM block.
pub fn is_pem(bytes: &[u8]) -> bool {
    memmem::find(bytes, BEGIN).is_some()
}

/// Finds the blocks in their order, each by itself whole or at fault.
pub fn blocks(bytes: &[u8]) -> Blocks<'_> {
    blocks_from(bytes, 1)
}

/// Finds the blocks of a text that begins on another line than the first.
pub(crate) fn blocks_from(bytes: &[u8], line: usize) -> Blocks<'_> {
    Blocks {
        rest: unmarked(bytes),
        line,
    }
}

/// Text without a mark of its byte order.
pub(crate) fn unmarked(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes)
}

/// The blocks of a PEM file. See [`blocks`].
#[derive(Clone, Debug)]
pub struct Blocks<'a> {
    rest: &'a [u8],
    line: usize,
}

impl<'a> Iterator for Blocks<'a> {
    type Item = Result<Block<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        let (begin_line, label, section) = loop {
            let section = self.rest;
            let line = self.take_line()?;
            if let Some(label) = label_of(line, BEGIN) {
                break (self.line - 1, label, section);
            }
            // What was meant as a block must not vanish: something else stands before or after it.
            if memchr(b'-', line).is_some() && memmem::find(line, BEGIN).is_some() {
                return Some(Err(not_by_itself(self.line - 1)));
            }
        };
        Some(self.body(label, begin_line, section).map_err(|error| {
            error.about(format_args!(
                "the {} block of line {begin_line}",
                escape_bytes(label)
            ))
        }))
    }
}

impl<'a> Blocks<'a> {
    /// Returns what is not read yet.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Tells on which line that begins.
    pub(crate) fn line(&self) -> usize {
        self.line
    }

    /// Leaves bytes out, as many as there are at the most.
    pub(crate) fn advance(&mut self, bytes: usize) {
        let (left_out, rest) = self.rest.split_at(bytes.min(self.rest.len()));
        self.line += memchr_iter(b'\n', left_out).count();
        self.rest = rest;
    }

    fn body(&mut self, label: &'a [u8], line: usize, section: &'a [u8]) -> Result<Block<'a>> {
        let label = std::str::from_utf8(label).map_err(|_| malformed("its label is not ASCII"))?;
        let body_start = self.rest;
        self.skip_base64();
        let mut body_length = body_start.len() - self.rest.len();
        let mut headers = Headers::default();
        loop {
            let before = self.clone();
            let Some(text) = self.take_line() else {
                return Err(malformed(format!("it has no -----END {label}----- line")));
            };
            if let Some(end) = label_of(text, END) {
                if end == label.as_bytes() {
                    break;
                }
                return Err(malformed(format!("it ends as {}", escape_bytes(end))));
            }
            if label_of(text, BEGIN).is_some() {
                *self = before;
                return Err(malformed("another block begins before it ends"));
            }
            headers.take(text);
            body_length = body_start.len() - self.rest.len();
        }
        let body = &body_start[..body_length];
        Ok(Block {
            label,
            cipher: headers.cipher,
            line,
            section: &section[..section.len() - self.rest.len()],
            body: if headers.any {
                body_after_headers(body)
            } else {
                body
            },
        })
    }

    /// Leaves out the lines that are base64 and nothing else: labels have dashes and headers colons, and it has neither.
    fn skip_base64(&mut self) {
        let plain = memchr2(b'-', b':', self.rest).unwrap_or(self.rest.len());
        let lines = memrchr(b'\n', &self.rest[..plain]);
        self.advance(lines.map_or(0, |end| end + 1));
    }

    fn take_line(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let (line, rest) = match memchr(b'\n', self.rest) {
            Some(end) => (&self.rest[..end], &self.rest[end + 1..]),
            None => (self.rest, &[][..]),
        };
        self.rest = rest;
        self.line += 1;
        Some(line)
    }
}

/// Tells whether bytes begin with the first line of a block.
pub(crate) fn begins_with_label(bytes: &[u8]) -> bool {
    // As much as the longest takes, and some space behind it.
    let start = &bytes[..bytes.len().min(4 * MAX_LABEL)];
    let line = start.split(|byte| *byte == b'\n').next();
    line.is_some_and(|line| label_of(line, BEGIN).is_some())
}

/// Returns the length of the line that begins at a place, with its break, if it is the last of a block and begins
/// there.
pub(crate) fn end_line(text: &[u8], start: usize) -> Option<usize> {
    let begins = start == 0 || text[start - 1] == b'\n';
    let line = &text[start..];
    let length = memchr(b'\n', &line[..line.len().min(MAX_END_LINE)])?;
    let ends = begins && label_of(&line[..length], END).is_some();
    ends.then_some(length + 1)
}

/// The fault of a block that stands among other text.
pub(crate) fn not_by_itself(line: usize) -> Error {
    malformed(format!("line {line} holds -----BEGIN, and not by itself"))
        .with_hint("give -----BEGIN ...-----, the text and -----END ...----- lines of their own")
}

/// Encodes DER as one PEM block of 64 characters a line.
///
/// Of a private key it is for the caller to wipe; nothing of it is left behind elsewhere.
pub fn encode(label: &str, der: &[u8]) -> String {
    // As long as it becomes, so that no part of it is left behind in a smaller place.
    let lines = der.len().div_ceil(LINE);
    let room = lines * (LINE / 3 * 4 + 1) + 2 * label.len() + 40;
    let mut text = String::with_capacity(room);
    text.extend(["-----BEGIN ", label, "-----\n"]);
    for line in der.chunks(LINE) {
        BASE64.encode_append(line, &mut text);
        text.push('\n');
    }
    text.extend(["-----END ", label, "-----\n"]);
    text
}

/// The octets of a line of 64 characters.
const LINE: usize = 48;

/// What the RFC 1421 headers of a block say.
#[derive(Default)]
struct Headers<'a> {
    any: bool,
    cipher: Option<&'a [u8]>,
}

impl<'a> Headers<'a> {
    fn take(&mut self, line: &'a [u8]) {
        if memchr(b':', line).is_none() {
            return;
        }
        self.any = true;
        if let Some(info) = line.strip_prefix(b"DEK-Info:") {
            self.cipher = Some(info.trim_ascii());
        }
    }
}

/// Decodes the section of a private key by `rustls-pemfile`, whose time does not depend on the secret.
fn decode_key(section: &[u8], body: &[u8]) -> Result<Wiped> {
    use rustls_pemfile::Item;
    match rustls_pemfile::read_one_from_slice(section) {
        Ok(Some((Item::Pkcs8Key(der), _))) => Ok(Wiped::from(der.secret_pkcs8_der())),
        Ok(Some((Item::Pkcs1Key(der), _))) => Ok(Wiped::from(der.secret_pkcs1_der())),
        Ok(Some((Item::Sec1Key(der), _))) => Ok(Wiped::from(der.secret_sec1_der())),
        // Labels that it does not know, and faults, which it tells without their place.
        _ => base64(body),
    }
}

fn base64(body: &[u8]) -> Result<Wiped> {
    // Nearly every block has white space at the ends of lines and nowhere else.
    let mut text = Wiped::with_capacity(body.len());
    let mut start = 0;
    for end in memchr_iter(b'\n', body).chain([body.len()]) {
        text.extend_from_slice(body[start..end].trim_ascii_end());
        start = (end + 1).min(body.len());
    }
    if let Ok(decoded) = BASE64.decode(&text) {
        return Ok(decoded.into());
    }
    text.clear();
    for word in body.split(u8::is_ascii_whitespace) {
        text.extend_from_slice(word);
    }
    BASE64.decode(&text).map(Wiped::from).map_err(|fault| {
        let near = &text[fault.position.min(text.len())..];
        let near = shorten(&escape_bytes(&near[..near.len().min(12)]), 12);
        malformed(format!("its text is not base64, near \"{near}\""))
    })
}

/// RFC 1421: the headers end at the first empty line.
fn body_after_headers(body: &[u8]) -> &[u8] {
    let mut rest = Blocks {
        rest: body,
        line: 0,
    };
    while let Some(line) = rest.take_line() {
        if line.trim_ascii().is_empty() {
            return rest.rest;
        }
    }
    body
}

fn label_of<'a>(line: &'a [u8], opening: &[u8]) -> Option<&'a [u8]> {
    // Nearly every line is base64, and that is told at its first byte.
    if line.first()?.is_ascii_alphanumeric() {
        return None;
    }
    let label = line
        .trim_ascii()
        .strip_prefix(opening)?
        .strip_suffix(DASHES)?;
    let sound = label.len() <= MAX_LABEL && dashes(label).is_none();
    sound.then_some(label)
}

/// Finds five dashes, of which there are two pairs around each label.
pub(crate) fn dashes(text: &[u8]) -> Option<usize> {
    memchr_iter(b'-', text).find(|at| text[*at..].starts_with(DASHES))
}

fn malformed(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Malformed, message)
}

/// Windows' editors put it before text in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
pub(crate) const BEGIN: &[u8] = b"-----BEGIN ";
pub(crate) const END: &[u8] = b"-----END ";
pub(crate) const DASHES: &[u8] = b"-----";
/// Longer than any label in use (the longest of RFC 7468 has 21 characters).
pub(crate) const MAX_LABEL: usize = 64;
/// As much as a line takes with the longest, and some space behind it.
pub(crate) const MAX_END_LINE: usize = 4 * MAX_LABEL;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_among_other_text() {
        let text = format!(
            "subject=a\n{}\r\nbetween\n{}tail",
            encode("CERTIFICATE", b"one").replace('\n', "\r\n"),
            encode("SOMETHING ELSE", &[7; 100])
        );
        let found = blocks(text.as_bytes()).collect::<Result<Vec<_>>>().unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!(
            (
                found[0].label,
                &found[0].decode().unwrap()[..],
                found[0].line
            ),
            ("CERTIFICATE", &b"one"[..], 2)
        );
        assert_eq!(
            (found[1].label, &found[1].decode().unwrap()[..]),
            ("SOMETHING ELSE", &[7; 100][..])
        );
    }

    #[test]
    fn faults_name_the_line_and_spare_the_other_blocks() {
        let good = encode("CERTIFICATE", b"good");
        let text = format!(
            "\n-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n{}",
            good
        );
        let found = blocks(text.as_bytes()).collect::<Vec<_>>();
        let fault = found[0].as_ref().unwrap().decode().unwrap_err().to_string();
        assert_eq!(
            fault,
            "the CERTIFICATE block of line 2: its text is not base64, near \"!!!!\""
        );
        assert_eq!(&found[1].as_ref().unwrap().decode().unwrap()[..], b"good");
    }

    #[test]
    fn blocks_without_an_end_are_faults() {
        for (text, fault) in [
            (
                "-----BEGIN A-----\nAAAA\n",
                "it has no -----END A----- line",
            ),
            ("-----BEGIN A-----\nAAAA\n-----END B-----\n", "it ends as B"),
            (
                "-----BEGIN A-----\n-----BEGIN A-----\n",
                "another block begins before it ends",
            ),
        ] {
            let first = blocks(text.as_bytes())
                .next()
                .unwrap()
                .unwrap_err()
                .to_string();
            assert!(first.ends_with(fault), "{first}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_a_block() {
        let text = format!("\u{feff}{}", encode("CERTIFICATE", b"one"));
        assert_eq!(blocks(text.as_bytes()).count(), 1);
        assert!(blocks(text.as_bytes()).all(|block| block.is_ok()));
    }

    #[test]
    fn no_block_vanishes_among_other_text() {
        let flat = encode("CERTIFICATE", b"one").replace('\n', " ");
        let text = format!("{flat}\n{}", encode("CERTIFICATE", b"two"));
        let found: Vec<_> = blocks(text.as_bytes()).collect();
        assert_eq!(
            found[0].as_ref().unwrap_err().to_string(),
            "line 1 holds -----BEGIN, and not by itself"
        );
        assert!(found[1].is_ok());
    }

    #[test]
    fn a_damaged_key_is_not_quoted() {
        let text = "-----BEGIN PRIVATE KEY-----\nMIGH!SECRET\n-----END PRIVATE KEY-----\n";
        let block = blocks(text.as_bytes()).next().unwrap().unwrap();
        assert_eq!(
            block.decode().unwrap_err().to_string(),
            "the PRIVATE KEY block of line 1: its text is not base64"
        );
    }

    #[test]
    fn traditional_encryption_is_recognised() {
        let text = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n\
                    AAAA\n-----END RSA PRIVATE KEY-----\n";
        let block = blocks(text.as_bytes()).next().unwrap().unwrap();
        assert_eq!(block.cipher, Some(&b"AES-256-CBC,00"[..]));
        assert_eq!(&block.decode().unwrap()[..], [0, 0, 0]);
    }
}
