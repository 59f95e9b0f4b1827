//! What text carries: PEM on lines of its own, PEM in strings, and base64 of either PEM or DER, in the order
//! in which they stand.

use std::collections::VecDeque;

use memchr::memmem;
use zeroize::Zeroizing;

use super::coded::{self, is_base64};
use super::written::{Glyph, glyph, name_before};
use super::{Document, JAVA_KEYSTORE, Kind, Place, Section, from_block, kind_of, told};
use crate::der::{self, Reader};
use crate::error::Result;
use crate::pem::{self, Blocks, DASHES};
use crate::text::Escaped;
use crate::wiped::Wiped;

/// The documents of a text that are still to come.
#[derive(Debug)]
pub struct Carried<'a> {
    text: &'a [u8],
    /// Where it is read next.
    blocks: Blocks<'a>,
    found: VecDeque<Result<Document>>,
    /// The name of what was found last, which holds for the next element of its list.
    name: Option<String>,
}

impl<'a> Carried<'a> {
    /// Sets out at the beginning of a text.
    pub fn new(text: &'a [u8]) -> Self {
        let blocks = pem::blocks(text);
        Self {
            // Without a mark of its byte order.
            text: blocks.rest(),
            blocks,
            found: VecDeque::new(),
            name: None,
        }
    }

    /// Goes on within a text, of which all before a line was read.
    pub(super) fn continued(text: &'a [u8], line: usize) -> Self {
        let blocks = pem::blocks_from(text, line);
        Self {
            text: blocks.rest(),
            blocks,
            found: VecDeque::new(),
            name: None,
        }
    }

    /// Tells whether there is something before the first `BEGIN`, or there is a `BEGIN`.
    pub fn holds_anything(&mut self) -> bool {
        if !pem::is_pem(self.text) {
            self.look_through(self.text.len());
        }
        pem::is_pem(self.text) || !self.found.is_empty()
    }

    fn at(&self) -> usize {
        self.text.len() - self.blocks.rest().len()
    }

    /// Looks for base64 as far as to a place, and goes there.
    fn look_through(&mut self, end: usize) {
        let text = &self.text[..end];
        let mut at = self.at();
        while at < end {
            if is_base64(text[at]) {
                let (after, decoded) = coded::read(text, at);
                if let Some(decoded) = decoded {
                    self.blocks.advance(at - self.at());
                    self.take(&decoded, at);
                }
                at = after;
            } else {
                at += glyph(&text[at..]).map_or(1, |(_, length)| length);
            }
        }
        self.blocks.advance(end - self.at());
    }

    /// Takes what base64 decodes to, unless it is something else than is known here.
    fn take(&mut self, bytes: &[u8], at: usize) {
        let line = self.blocks.line();
        let before = self.found.len();
        if pem::is_pem(bytes) {
            let blocks = pem::blocks(bytes);
            self.found.extend(blocks.map(|block| from_block(&block?)));
        } else {
            self.found.extend(elements(bytes));
        }
        if self.found.len() == before {
            return;
        }
        self.rename(at);
        for found in self.found.drain(before..).collect::<Vec<_>>() {
            self.found
                .push_back(placed(found, line, self.name.as_deref()));
        }
    }

    fn rename(&mut self, at: usize) {
        if let Some(name) = name_before(&self.text[..at]) {
            self.name = Some(name);
        }
    }

    /// Reads a block that has no lines of its own.
    fn flat(&mut self) -> Result<Document> {
        let (line, at) = (self.blocks.line(), self.at());
        let rest = self.blocks.rest();
        let Some(flat) = Flat::of(rest) else {
            self.blocks.advance(pem::BEGIN.len());
            return Err(pem::not_by_itself(line));
        };
        self.blocks.advance(flat.length);
        self.rename(at);
        let text = flat.unfolded();
        let block = pem::blocks_from(&text, line).next();
        let block = block.unwrap_or_else(|| Err(pem::not_by_itself(line)));
        let document = block.and_then(|block| from_block(&block));
        placed(document, line, self.name.as_deref())
    }

    /// Tells whether what begins here has its lines for itself, or is at fault as a block that would.
    fn is_on_its_own_lines(&self) -> bool {
        let (before, rest) = (&self.text[..self.at()], self.blocks.rest());
        let begins = is_blank(before.iter().rev()) && pem::begins_with_label(rest);
        begins && Flat::of(rest).is_none_or(|flat| is_blank(rest[flat.length..].iter()))
    }
}

/// Tells whether there is nothing more on the line.
fn is_blank<'b>(line: impl Iterator<Item = &'b u8>) -> bool {
    let mut line = line.take(MAX_INDENT);
    let end = line.find(|byte| !b" \t\r".contains(byte));
    matches!(end, None | Some(b'\n'))
}

impl<'a> Iterator for Carried<'a> {
    type Item = Section<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(found) = self.found.pop_front() {
                return Some(Section::Held(found));
            }
            let rest = self.blocks.rest();
            if !rest.starts_with(pem::BEGIN) {
                if rest.is_empty() {
                    return None;
                }
                let begin = memmem::find(rest, pem::BEGIN).unwrap_or(rest.len());
                self.look_through(self.at() + begin);
            } else if self.is_on_its_own_lines() {
                return self.blocks.next().map(Section::Pem);
            } else {
                return Some(Section::Held(self.flat()));
            }
        }
    }
}

/// A block of PEM within other text, whose line breaks are escapes, spaces or nothing.
struct Flat<'a> {
    label: &'a [u8],
    body: &'a [u8],
    /// From its BEGIN to the end of its END.
    length: usize,
}

impl<'a> Flat<'a> {
    /// Base64 has no dashes, so that the next ones are the block's END, or it has none.
    fn of(text: &'a [u8]) -> Option<Self> {
        let label = &text[pem::BEGIN.len()..];
        let label = &label[..pem::dashes(&label[..label.len().min(pem::MAX_LABEL + 5)])?];
        let start = pem::BEGIN.len() + label.len() + DASHES.len();
        let length = pem::dashes(&text[start..])?;
        let (body, rest) = text[start..].split_at(length);
        let rest = rest.strip_prefix(pem::END)?.strip_prefix(label)?;
        let rest = rest.strip_prefix(DASHES)?;
        Some(Self {
            label,
            body,
            length: text.len() - rest.len(),
        })
    }

    /// The block on lines of its own.
    fn unfolded(&self) -> Zeroizing<Vec<u8>> {
        let room = self.length + 2 * DASHES.len();
        let mut text = Zeroizing::new(Vec::with_capacity(room));
        for piece in [pem::BEGIN, self.label, DASHES, b"\n"] {
            text.extend_from_slice(piece);
        }
        let mut rest = self.body;
        while let Some((glyph, length)) = glyph(rest) {
            text.push(match (glyph, rest[0]) {
                // Headers have spaces, and base64 may.
                (_, b' ') => b' ',
                (Glyph::Break, _) => b'\n',
                (Glyph::Byte(byte), _) => byte,
            });
            rest = &rest[length..];
        }
        for piece in [b"\n", pem::END, self.label, DASHES, b"\n"] {
            text.extend_from_slice(piece);
        }
        text
    }
}

/// The structures that bytes hold one after the other, as far as they are known.
fn elements(bytes: &[u8]) -> Vec<Result<Document>> {
    let document = |kind, der: &[u8]| Ok(Document::held(kind, der, 1, None));
    if bytes.starts_with(&JAVA_KEYSTORE) {
        return vec![document(Kind::JavaKeystore, bytes)];
    }
    let mut reader = Reader::new(bytes);
    let elements = std::iter::from_fn(|| reader.element().ok());
    let known = elements.map_while(|element| Some((kind_of(&element)?, element.raw)));
    let mut found: Vec<_> = known
        .filter(|(kind, der)| is_sure(kind, der))
        .map(|(kind, der)| document(kind, der))
        .collect();
    if found.is_empty() && bytes.first() == Some(&der::SEQUENCE) {
        let mut container = Wiped::from(bytes);
        match told(&mut container) {
            Ok(Some(kind)) if kind.is_container() => found.push(document(kind, &container)),
            Err(error) if is_cut(bytes) => found.push(Err(error)),
            _ => {}
        }
    }
    found
}

/// Tells whether it is what its first elements say, where nobody says that it is anything: signatures by elliptic
/// curves and encoded digests look like keys.
fn is_sure(kind: &Kind, der: &[u8]) -> bool {
    match kind {
        Kind::RsaPublicKey => false,
        Kind::EncryptedPrivateKey => der.len() >= MIN_ENCRYPTED,
        _ => true,
    }
}

/// Tells whether bytes begin as what is signed does, in lengths of two bytes as all but the smallest have.
fn is_cut(bytes: &[u8]) -> bool {
    matches!(bytes, [der::SEQUENCE, 0x82, _, _, der::SEQUENCE, 0x82, ..])
}

fn placed(found: Result<Document>, line: usize, name: Option<&str>) -> Result<Document> {
    match (found, name) {
        (Ok(document), name) => Ok(Document {
            place: Place::Line(line),
            alias: name.map(str::to_owned),
            ..document
        }),
        (Err(error), Some(name)) => {
            Err(error.about(format_args!("line {line}, {}", Escaped(name))))
        }
        (Err(error), None) => Err(error.about(format_args!("line {line}"))),
    }
}

/// As far as a line is looked at for being blank, so that text on one line costs no more.
const MAX_INDENT: usize = 200;
/// `DigestInfo` with SHA-512 has 83 bytes, and the shortest key encrypted after RFC 8018 some 150.
const MIN_ENCRYPTED: usize = 100;

#[cfg(test)]
mod tests;
