//! A stream of any length, in pieces that can be read side by side, so that no more of it is held than a few.
//!
//! What is short comes whole. A long text that holds PEM is cut behind `END` lines, since nothing that is found in
//! text goes on over one; and so is what begins with a certificate, however long it becomes, for which nobody has to
//! wait. All else comes whole, or not at all if it is too long for that.

use std::io::{self, ErrorKind as IoKind, Read};

use memchr::memmem;

use super::{Carried, Likeness, Sections, sections};
use crate::error::Result;
use crate::pem;
use crate::wiped::Wiped;

/// A file, or a part of a text that is too long to be held.
pub struct Piece {
    bytes: Wiped,
    /// The line on which it begins, if it is not all there is.
    line: Option<usize>,
}

impl Piece {
    /// Takes all of a file.
    pub fn whole(bytes: impl Into<Wiped>) -> Self {
        Self {
            bytes: bytes.into(),
            line: None,
        }
    }

    /// Returns the bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Tells whether there is nothing beside it.
    pub fn is_whole(&self) -> bool {
        self.line.is_none()
    }

    /// Tells whether there is nothing before it.
    pub fn is_first(&self) -> bool {
        self.line.is_none_or(|line| line == 1)
    }

    /// Finds the parts that are a document each.
    ///
    /// Fails as [`sections`] does, if it is all there is.
    pub fn sections(&self) -> Result<Sections<'_>> {
        match self.line {
            None => sections(&self.bytes),
            Some(line) => Ok(Sections::Text(Carried::continued(&self.bytes, line))),
        }
    }
}

/// The pieces of a stream that are still to come.
pub struct Pieces<R> {
    stream: R,
    /// As long as what comes whole.
    short: usize,
    /// As long as what is held.
    longest: usize,
    /// What was read, and not handed out.
    held: Wiped,
    /// As far as there is no place to cut in it.
    searched: usize,
    state: State,
}

#[derive(Clone, Copy)]
enum State {
    /// Nothing was read.
    Fresh,
    /// It is text, and the next piece begins on this line.
    Within(usize),
    Over,
}

impl<R: Read> Pieces<R> {
    /// Sets out at the beginning of a stream.
    pub fn new(stream: R) -> Self {
        Self {
            stream,
            short: SHORT,
            longest: MAX_HELD,
            held: Wiped::default(),
            searched: 0,
            state: State::Fresh,
        }
    }

    fn first(&mut self) -> io::Result<Option<Piece>> {
        // Also for a stream: glibc gives no heap back that is smaller than twice the largest room that it got back, and
        // what one thread makes of a piece and another one drops would have to be had anew each time.
        self.held.reserve_exact(self.short + 1);
        self.fill(CERTIFICATE.len())?;
        if self.held.starts_with(CERTIFICATE) {
            self.state = State::Within(1);
            return self.within(1);
        }
        self.fill(self.short + 1)?;
        let begins = Likeness::of(&self.held);
        let is_long = self.held.len() > self.short;
        let is_text = matches!(begins, Likeness::Pem | Likeness::Text);
        if is_long && is_text && pem::is_pem(&self.held) {
            self.state = State::Within(1);
            return self.within(1);
        }
        self.fill(self.longest + 1)?;
        self.require_bound()?;
        self.state = State::Over;
        Ok(Some(Piece::whole(std::mem::take(&mut self.held))))
    }

    fn within(&mut self, line: usize) -> io::Result<Option<Piece>> {
        loop {
            if let Some(end) = self.cut() {
                return Ok(Some(self.hand_out(end, line)));
            }
            self.require_bound()?;
            if self.read_on(STEP)? == 0 {
                self.state = State::Over;
                let rest = std::mem::take(&mut self.held);
                return Ok((!rest.is_empty()).then_some(Piece {
                    bytes: rest,
                    line: Some(line),
                }));
            }
        }
    }

    /// Finds the end of the last whole line in what is held that ends a block.
    fn cut(&mut self) -> Option<usize> {
        let from = self.searched;
        self.searched = self.held.len().saturating_sub(pem::MAX_END_LINE).max(from);
        let mut end = self.held.len();
        while let Some(found) = memmem::rfind(&self.held[from..end], pem::END) {
            let start = from + found;
            if let Some(length) = pem::end_line(&self.held, start) {
                return Some(start + length);
            }
            end = start;
        }
        None
    }

    fn hand_out(&mut self, end: usize, line: usize) -> Piece {
        let mut rest = Wiped::with_capacity(self.held.len() - end + 2 * STEP);
        rest.extend_from_slice(&self.held[end..]);
        let mut bytes = std::mem::replace(&mut self.held, rest);
        bytes.truncate(end);
        self.searched = 0;
        self.state = State::Within(line + memchr::memchr_iter(b'\n', &bytes).count());
        Piece {
            bytes,
            line: Some(line),
        }
    }

    fn fill(&mut self, length: usize) -> io::Result<()> {
        while self.held.len() < length {
            if self.read_on(length - self.held.len())? == 0 {
                break;
            }
        }
        Ok(())
    }

    /// Reads on, so many octets at the most, and tells how many came: none at the end.
    fn read_on(&mut self, most: usize) -> io::Result<usize> {
        let (before, most) = (self.held.len(), most.min(STEP));
        self.held.make_room(most);
        self.held.resize(before + most, 0);
        let read = read(&mut self.stream, &mut self.held[before..]);
        self.held.truncate(before + *read.as_ref().unwrap_or(&0));
        read
    }

    fn require_bound(&self) -> io::Result<()> {
        match self.held.len() > self.longest {
            true => Err(IoKind::FileTooLarge.into()),
            false => Ok(()),
        }
    }
}

impl<R: Read> Iterator for Pieces<R> {
    /// [`IoKind::FileTooLarge`] is for what cannot be cut and is too long to be held.
    type Item = io::Result<Piece>;

    fn next(&mut self) -> Option<Self::Item> {
        let piece = match self.state {
            State::Fresh => self.first(),
            State::Within(line) => self.within(line),
            State::Over => return None,
        };
        if piece.is_err() {
            self.state = State::Over;
        }
        piece.transpose()
    }
}

/// Reads what is there, be it little: whoever writes slowly is read as they write.
fn read(stream: &mut impl Read, room: &mut [u8]) -> io::Result<usize> {
    loop {
        match stream.read(room) {
            Err(error) if error.kind() == IoKind::Interrupted => {}
            read => return read,
        }
    }
}

/// What is no longer comes whole: some six hundred certificates.
const SHORT: usize = 1 << 20;
/// What else PEM may begin with is as a rule short, and somebody may be asked for its password if it is alone.
const CERTIFICATE: &[u8] = b"-----BEGIN CERTIFICATE-----";
/// As much as a pipe holds on Linux: some forty certificates, beside which the cost of a piece is nothing.
const STEP: usize = 64 * 1024;
/// What cannot be cut is held as far as files are read whole elsewhere.
const MAX_HELD: usize = 64 << 20;

#[cfg(test)]
mod tests;
