//! Digests in the forms that people paste.

use std::str::FromStr;

use data_encoding::{BASE64, HEXLOWER, HEXUPPER};

use crate::crypto::Digest;
use crate::error::{Error, ErrorKind, Result};

/// A digest of a certificate's DER or of a public key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fingerprint(Vec<u8>);

impl Fingerprint {
    /// Digests DER.
    pub fn of(digest: Digest, der: &[u8]) -> Self {
        Self(digest.of(der))
    }

    /// Writes the digest in a form.
    pub fn to_text(&self, form: Form) -> String {
        match form {
            Form::Base64 => BASE64.encode(&self.0),
            Form::Colon => colon_hex(&self.0),
            Form::Hex => HEXLOWER.encode(&self.0),
        }
    }
}

/// The forms of a fingerprint.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Form {
    /// As in HTTP public key pins and curl's `--pinnedpubkey`.
    Base64,
    /// Upper-case pairs between colons, as OpenSSL, keytool and browsers show them.
    Colon,
    /// Lower-case hexadecimal.
    #[default]
    Hex,
}

impl FromStr for Form {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "base64" => Ok(Self::Base64),
            "colon" => Ok(Self::Colon),
            "hex" => Ok(Self::Hex),
            _ => Err(Error::new(
                ErrorKind::InvalidValue,
                format!("\"{text}\" is not a form of fingerprint"),
            )
            .with_hint("take hex, colon or base64")),
        }
    }
}

/// Writes bytes as upper-case hexadecimal pairs between colons.
pub fn colon_hex(octets: &[u8]) -> String {
    octets
        .iter()
        .map(|octet| HEXUPPER.encode(&[*octet]))
        .collect::<Vec<_>>()
        .join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_agree() {
        let print = Fingerprint::of(Digest::Sha1, b"abc");
        assert_eq!(
            print.to_text(Form::Hex),
            "a9993e364706816aba3e25717850c26c9cd0d89d"
        );
        assert!(print.to_text(Form::Colon).starts_with("A9:99:3E:36:"));
        assert_eq!(print.to_text(Form::Base64), "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=");
    }
}
