//! Streams that are cut, held against the same text read whole.

use std::fmt::Write as _;

use super::*;
use crate::der;
use crate::document::Document;
use crate::error::Error;

/// A stream of which each reading gives so many bytes, in turns.
struct Dripping<'a> {
    rest: &'a [u8],
    lengths: &'a [usize],
    at: usize,
}

impl Read for Dripping<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let length = self.lengths[self.at % self.lengths.len()];
        self.at += 1;
        let length = length.min(room.len()).min(self.rest.len());
        room[..length].copy_from_slice(&self.rest[..length]);
        self.rest = &self.rest[length..];
        Ok(length)
    }
}

/// A stream that cannot be read.
struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(IoKind::InvalidData.into())
    }
}

/// Keys, with other lines and faults among them.
fn text() -> String {
    let mut text = String::new();
    for number in 0..8_usize {
        let bits = vec![number as u8; 10 + number];
        let key = der::sequence(&[&der::sequence(&[]), &der::bit_string(&bits)]);
        match number {
            1 => {
                text.push_str("-----BEGIN PUBLIC KEY-----\nnot base64\n-----END PUBLIC KEY-----\n")
            }
            2 => text.push_str("-----BEGIN PUBLIC KEY-----\nMIIB\n"),
            4 => text.push_str("-----END PUBLIC KEY-----\r\nand -----END it\n"),
            6 => text.push_str("before -----BEGIN A-----\n-----END B-----\n"),
            _ => {}
        }
        writeln!(
            text,
            "{number}: a comment\n{}",
            pem::encode("PUBLIC KEY", &key)
        )
        .unwrap();
    }
    text
}

fn told(found: Result<Document, Error>) -> String {
    match found {
        Ok(document) => format!(
            "{:?} {:?} {:?}",
            document.kind, document.place, *document.der
        ),
        Err(error) => error.to_string(),
    }
}

fn whole(text: &[u8]) -> Vec<String> {
    let found = sections(text).unwrap();
    found.map(|section| told(section.read())).collect()
}

fn in_pieces(text: &[u8], lengths: &[usize]) -> (usize, Vec<String>) {
    let stream = Dripping {
        rest: text,
        lengths,
        at: 0,
    };
    let pieces = Pieces {
        short: MUCH,
        ..Pieces::new(stream)
    };
    let pieces: Vec<Piece> = pieces.collect::<io::Result<_>>().unwrap();
    let found = pieces.iter().flat_map(|piece| {
        let found = piece.sections().unwrap();
        found
            .map(|section| told(section.read()))
            .collect::<Vec<_>>()
    });
    (pieces.len(), found.collect())
}

#[test]
fn no_boundary_makes_a_difference() {
    let text = text();
    let expected = whole(text.as_bytes());
    assert!(expected.iter().any(|told| told.contains("not base64")));
    // Behind what is read first, each byte is where a reading ends once.
    for first in 1..text.len() - MUCH {
        let (count, found) = in_pieces(text.as_bytes(), &[MUCH + 1, first, 1, usize::MAX]);
        assert!(count > 1 && found == expected, "{first}");
    }
    for length in [1, 10, 100] {
        let (count, found) = in_pieces(text.as_bytes(), &[length]);
        assert!(count > 5 && found == expected, "{length}");
    }
}

#[test]
fn what_is_short_or_no_text_comes_whole() {
    let short = pem::encode("PUBLIC KEY", &der::sequence(&[]));
    let long = der::element(der::OCTET_STRING, &[&vec![0; 2 * SHORT]]);
    for bytes in [short.as_bytes(), &der::sequence(&[&long]), b""] {
        let pieces: Vec<_> = Pieces::new(bytes).map(Result::unwrap).collect();
        assert_eq!(pieces.len(), 1);
        assert!(pieces[0].is_whole() && pieces[0].bytes() == bytes);
    }
}

#[test]
fn what_begins_with_a_certificate_comes_at_once() {
    let certificate = pem::encode("CERTIFICATE", &der::sequence(&[]));
    for (begin, comes) in [("", true), ("a comment\n", false)] {
        let text = format!("{begin}{}-----BEGIN", certificate);
        let mut pieces = Pieces::new(text.as_bytes().chain(Broken));
        assert_eq!(pieces.next().unwrap().is_ok(), comes);
    }
}

fn fault(stream: impl Read) -> Option<IoKind> {
    let pieces = Pieces {
        short: MUCH,
        longest: 4 * STEP,
        ..Pieces::new(stream)
    };
    let mut pieces = pieces.map(|piece| piece.map(drop));
    pieces.find_map(Result::err).map(|error| error.kind())
}

#[test]
fn what_cannot_be_cut_is_bounded() {
    let endless = io::repeat(b'a');
    let begun = Read::chain(&b"-----BEGIN A-----\n"[..], endless);
    assert_eq!(fault(begun), Some(IoKind::FileTooLarge));
    assert_eq!(fault(io::repeat(b'a')), Some(IoKind::FileTooLarge));
}

/// The first blocks, as if they were a MiB.
const MUCH: usize = 300;
