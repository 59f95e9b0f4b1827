//! What a file looks like from its beginning, where nobody said that it is a certificate's: in a folder lies
//! anything.

use super::{JAVA_KEYSTORE, JCEKS};
use crate::der;
use crate::pem;

/// What a file looks like from its beginning.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Likeness {
    /// As PEM begins.
    Pem,
    /// As DER begins, or a keystore.
    Binary,
    /// Text, which may carry anything.
    Text,
    /// Text in UTF-16, as Windows' shell writes it.
    Wide,
    /// Something else, such as a program or a picture.
    Foreign,
}

impl Likeness {
    /// Tells it from the beginning of a file, or from all of it.
    pub fn of(start: &[u8]) -> Self {
        let looked_at = &start[..start.len().min(LOOKED_AT)];
        match start {
            [der::SEQUENCE, 0x80..=0x84, ..] => Self::Binary,
            // A short one, such as a key on Curve25519, is there whole.
            [der::SEQUENCE, length @ 0..0x80, content @ ..]
                if content.len() == usize::from(*length) && start.len() >= LEAST =>
            {
                Self::Binary
            }
            _ if start.starts_with(&JAVA_KEYSTORE) || start.starts_with(&JCEKS) => Self::Binary,
            [0, 0, 0, 1 | 2, 0, 0, 0, 20, ..] => Self::Binary,
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Self::Wide,
            _ if pem::begins_with_label(pem::unmarked(start)) => Self::Pem,
            _ if memchr::memchr(0, looked_at).is_some() => Self::Foreign,
            _ => Self::Text,
        }
    }

    /// Tells whether it begins as certificates and keys do, so that what is wrong with it is worth a word.
    pub fn is_of_document(self) -> bool {
        matches!(self, Self::Pem | Self::Binary)
    }
}

/// No key is shorter; what begins by chance with a digit zero is text.
const LEAST: usize = 32;
/// As far as git and grep look for what no text has.
const LOOKED_AT: usize = 8000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_their_beginning() {
        let marked = b"\xef\xbb\xbf-----BEGIN CERTIFICATE-----\n";
        for (start, likeness) in [
            (&b"-----BEGIN CERTIFICATE-----\nMII"[..], Likeness::Pem),
            (marked, Likeness::Pem),
            (b"# see -----BEGIN CERTIFICATE-----", Likeness::Text),
            (b"\x30\x82\x01\x00\x30", Likeness::Binary),
            (b"\x30\x80\x02\x01\x03", Likeness::Binary),
            (b"0123 Main Street", Likeness::Text),
            (&[&[0x30, 46][..], &[1; 46]].concat(), Likeness::Binary),
            (&[&[0x30, 46][..], &[b'a'; 47]].concat(), Likeness::Text),
            (b"\xfe\xed\xfe\xed\0\0\0\x02", Likeness::Binary),
            (b"\xff\xfe-\0-\0", Likeness::Wide),
            (b"\x7fELF\x02\x01\x01\0", Likeness::Foreign),
            (b"", Likeness::Text),
        ] {
            assert_eq!(Likeness::of(start), likeness, "{start:02x?}");
        }
    }
}
