//! The bytes that a password stands for, about which programs do not agree.

use zeroize::Zeroizing;

/// A password in the two forms that keys are derived from.
pub struct Passphrase {
    octets: Zeroizing<Vec<u8>>,
    bmp: Zeroizing<Vec<u8>>,
}

impl Passphrase {
    /// Takes the password's bytes, which are UTF-8 as a rule.
    pub fn new(password: &[u8]) -> Self {
        match std::str::from_utf8(password) {
            Ok(text) => Self::of(password, text.encode_utf16()),
            // As OpenSSL does.
            Err(_) => Self::of(password, password.iter().map(|byte| u16::from(*byte))),
        }
    }

    /// Returns what a password may have stood for when a file was locked, the likeliest first.
    ///
    /// An empty one may be no password at all (RFC 7292 B.1 is silent about it). OpenSSL before
    /// version 1.1.0 took each byte for a character, and so did what was built on it.
    pub fn readings(password: &[u8]) -> Vec<Self> {
        let mut readings = vec![Self::new(password)];
        if password.is_empty() {
            readings.push(Self::none());
        } else if !password.is_ascii() && std::str::from_utf8(password).is_ok() {
            let characters: Zeroizing<String> =
                Zeroizing::new(password.iter().map(|byte| char::from(*byte)).collect());
            readings.push(Self::new(characters.as_bytes()));
        }
        readings
    }

    /// No password at all, where an empty one has at least an end.
    fn none() -> Self {
        Self {
            octets: Zeroizing::default(),
            bmp: Zeroizing::default(),
        }
    }

    fn of(octets: &[u8], units: impl Iterator<Item = u16>) -> Self {
        // Room for all, so that no copy is left behind.
        let mut bmp = Zeroizing::new(Vec::with_capacity(2 * octets.len() + 2));
        for unit in units {
            bmp.extend_from_slice(&unit.to_be_bytes());
        }
        bmp.extend_from_slice(&[0, 0]);
        Self {
            octets: Zeroizing::new(octets.to_vec()),
            bmp,
        }
    }

    /// The bytes themselves, which PKCS #5 takes.
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// A BMPString with its end (RFC 7292 B.1), which PKCS #12 takes. Characters beyond the BMP are
    /// two units each, as OpenSSL and Windows write them.
    pub fn bmp(&self) -> &[u8] {
        &self.bmp
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_a_terminated_string_of_utf_16() {
        for (password, expected) in [
            ("".as_bytes(), &[0, 0][..]),
            (b"aB", &[0, b'a', 0, b'B', 0, 0]),
            ("ä€".as_bytes(), &[0, 0xe4, 0x20, 0xac, 0, 0]),
            ("😀".as_bytes(), &[0xd8, 0x3d, 0xde, 0, 0, 0]),
            (b"\xe4", &[0, 0xe4, 0, 0]),
        ] {
            assert_eq!(Passphrase::new(password).bmp(), expected);
            assert_eq!(Passphrase::new(password).octets(), password);
        }
    }

    #[test]
    fn what_a_password_may_have_stood_for_is_tried() {
        let forms = |password: &[u8]| {
            let readings = Passphrase::readings(password).into_iter();
            readings
                .map(|reading| reading.bmp.to_vec())
                .collect::<Vec<_>>()
        };
        assert_eq!(forms(b"a"), [[0, b'a', 0, 0]]);
        assert_eq!(forms(b""), [&[0, 0][..], &[]]);
        assert_eq!(
            forms("ä".as_bytes()),
            [&[0, 0xe4, 0, 0][..], &[0, 0xc3, 0, 0xa4, 0, 0]]
        );
        assert_eq!(forms(b"\xe4"), [[0, 0xe4, 0, 0]]);
    }
}
