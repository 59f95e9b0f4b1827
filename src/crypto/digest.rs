//! Digests, and the authentication codes that are made of them.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest as aws;
use md5::Digest as _;

use crate::error::{Error, ErrorKind, Result};

/// The digests in use around certificates, and around the files that hold them.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Digest {
    /// MD5, 16 bytes: it opens what old programs locked, and does nothing else.
    Md5,
    /// SHA-1, 20 bytes: for fingerprints that others still print, never for signatures.
    Sha1,
    /// SHA-224, 28 bytes.
    Sha224,
    /// SHA-256, 32 bytes.
    Sha256,
    /// SHA-384, 48 bytes.
    Sha384,
    /// SHA-512, 64 bytes.
    Sha512,
    /// SHA-512/256, 32 bytes.
    Sha512_256,
}

impl Digest {
    /// Digests bytes.
    pub fn of(self, bytes: &[u8]) -> Vec<u8> {
        let algorithm = match self {
            Self::Md5 => return md5::Md5::digest(bytes).to_vec(),
            // ring's SHA-1 is written for size, and three times slower.
            Self::Sha1 => &aws::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha224 => &aws::SHA224,
            Self::Sha512_256 => &aws::SHA512_256,
            Self::Sha256 => return of_ring(&::ring::digest::SHA256, bytes),
            Self::Sha384 => return of_ring(&::ring::digest::SHA384, bytes),
            Self::Sha512 => return of_ring(&::ring::digest::SHA512, bytes),
        };
        aws::digest(algorithm, bytes).as_ref().to_vec()
    }

    /// The number of bytes that come out.
    pub fn length(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha224 => 28,
            Self::Sha256 | Self::Sha512_256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The number of bytes that are digested at a time.
    pub fn block_length(self) -> usize {
        match self {
            Self::Md5 | Self::Sha1 | Self::Sha224 | Self::Sha256 => 64,
            Self::Sha384 | Self::Sha512 | Self::Sha512_256 => 128,
        }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha224 => "SHA-224",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
            Self::Sha512_256 => "SHA-512/256",
        })
    }
}

impl FromStr for Digest {
    type Err = Error;

    /// Takes the digests that fingerprints are made of.
    fn from_str(text: &str) -> Result<Self> {
        match text.to_ascii_lowercase().replace('-', "").as_str() {
            "sha1" => Ok(Self::Sha1),
            "sha256" => Ok(Self::Sha256),
            "sha384" => Ok(Self::Sha384),
            "sha512" => Ok(Self::Sha512),
            _ => Err(Error::new(
                ErrorKind::InvalidValue,
                format!("\"{text}\" is not a digest"),
            )
            .with_hint("take sha256, sha1, sha384 or sha512")),
        }
    }
}

/// Returns the HMAC of a message (RFC 2104).
pub fn hmac(digest: Digest, key: &[u8], message: &[u8]) -> Vec<u8> {
    let algorithm = match digest {
        Digest::Md5 => return hmac_of::<md5::Md5>(key, message),
        Digest::Sha224 => return hmac_of::<sha2::Sha224>(key, message),
        Digest::Sha512_256 => return hmac_of::<sha2::Sha512_256>(key, message),
        Digest::Sha1 => ::ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        Digest::Sha256 => ::ring::hmac::HMAC_SHA256,
        Digest::Sha384 => ::ring::hmac::HMAC_SHA384,
        Digest::Sha512 => ::ring::hmac::HMAC_SHA512,
    };
    let key = ::ring::hmac::Key::new(algorithm, key);
    ::ring::hmac::sign(&key, message).as_ref().to_vec()
}

/// Tells whether secret bytes are the same, in a time that does not depend on where they differ.
pub fn are_equal(one: &[u8], other: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(one, other).is_ok()
}

fn of_ring(algorithm: &'static ::ring::digest::Algorithm, bytes: &[u8]) -> Vec<u8> {
    ::ring::digest::digest(algorithm, bytes).as_ref().to_vec()
}

/// Those that ring lacks.
fn hmac_of<D: hmac::EagerHash>(key: &[u8], message: &[u8]) -> Vec<u8> {
    use hmac::{KeyInit as _, Mac as _};
    // Every length of key is taken (RFC 2104 §2), so that there is no failure to tell of.
    let Ok(mut mac) = hmac::Hmac::<D>::new_from_slice(key) else {
        return Vec::new();
    };
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Digest; 7] = [
        Digest::Md5,
        Digest::Sha1,
        Digest::Sha224,
        Digest::Sha256,
        Digest::Sha384,
        Digest::Sha512,
        Digest::Sha512_256,
    ];

    #[test]
    fn digests_and_their_codes_are_those_of_others() {
        let start = |bytes: &[u8]| data_encoding::HEXLOWER.encode(&bytes[..4]);
        // The digests of "abc" (RFC 1321 A.5, FIPS 180-4), and RFC 2202's, RFC 4231's second case; the
        // last by openssl.
        let expected = [
            ("90015098", "750c783e"),
            ("a9993e36", "effcdf6a"),
            ("23097d22", "a30e0109"),
            ("ba7816bf", "5bdcc146"),
            ("cb00753f", "af45d2e3"),
            ("ddaf35a1", "164b7a7b"),
            ("53048e26", "6df7b246"),
        ];
        for (digest, (plain, code)) in ALL.into_iter().zip(expected) {
            assert_eq!(start(&digest.of(b"abc")), plain, "{digest}");
            let mac = hmac(digest, b"Jefe", b"what do ya want for nothing?");
            assert_eq!(start(&mac), code, "{digest}");
            assert_eq!(
                (mac.len(), digest.of(b"").len()),
                (digest.length(), digest.length())
            );
        }
    }

    #[test]
    fn bytes_are_equal_or_not() {
        assert!(are_equal(b"same", b"same") && are_equal(b"", b""));
        assert!(!are_equal(b"same", b"sama") && !are_equal(b"same", b"sam"));
    }
}
