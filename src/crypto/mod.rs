//! The one room that knows the cryptographic providers: random bytes, digests, key pairs,
//! signatures and the encryption of keys.
//!
//! ring does what it can. aws-lc-rs generates RSA keys, does P-521 and the pairs of curve and
//! digest that ring lacks. Its random source may cost 30 ms on first use in a process, so nothing
//! that ring can do goes through it, unless there is so much of it that this is made up for ([`Pace`]).

mod cipher;
mod derive;
mod digest;
mod encrypt;
mod java;
mod passphrase;
mod scheme;
mod sign;
mod traditional;
mod verify;

use std::fmt;
use std::num::NonZero;
use std::str::FromStr;
use std::sync::mpsc;
use std::thread;

use ::ring::rand::{SecureRandom as _, SystemRandom};
use ::ring::signature as ring;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature as aws;
use serde::Serialize;
use zeroize::Zeroizing;

pub use cipher::Cipher;
pub use derive::{Purpose, derive_pkcs12, pbkdf2};
pub use digest::{Digest, are_equal, hmac};
pub use encrypt::{decrypt, decrypt_within, encrypt, wrong_password};
pub use java::{encrypt_for_java, java_keystore_digest, java_protected};
pub use passphrase::Passphrase;
pub use scheme::{Budget, Pbkdf2, Scheme, hmac_digest, unknown};
pub use sign::Signer;
pub use traditional::decrypt_traditional;
pub use verify::{SignatureScheme, VerifyingKey};

use crate::der;
use crate::error::{Error, ErrorKind, Result};

/// The kinds of key pair that can be made here.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Algorithm {
    /// ECDSA on NIST P-256: every client takes it, and nothing is faster to make and to sign with.
    #[default]
    P256,
    /// ECDSA on NIST P-384.
    P384,
    /// ECDSA on NIST P-521.
    P521,
    /// Ed25519 (RFC 8410). No browser takes it.
    Ed25519,
    /// RSA with a modulus of 2048 bits.
    Rsa2048,
    /// RSA with a modulus of 3072 bits.
    Rsa3072,
    /// RSA with a modulus of 4096 bits.
    Rsa4096,
}

impl Algorithm {
    /// Every algorithm, in the order of the documentation.
    pub const ALL: [Self; 7] = [
        Self::P256,
        Self::P384,
        Self::P521,
        Self::Ed25519,
        Self::Rsa2048,
        Self::Rsa3072,
        Self::Rsa4096,
    ];

    /// Returns the curve of its keys, if they are of ECDSA.
    pub fn curve(self) -> Option<Curve> {
        match self {
            Self::P256 => Some(Curve::P256),
            Self::P384 => Some(Curve::P384),
            Self::P521 => Some(Curve::P521),
            Self::Ed25519 | Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096 => None,
        }
    }

    /// Returns the name that the command line uses.
    pub fn name(self) -> &'static str {
        match self {
            Self::P256 => "p256",
            Self::P384 => "p384",
            Self::P521 => "p521",
            Self::Ed25519 => "ed25519",
            Self::Rsa2048 => "rsa2048",
            Self::Rsa3072 => "rsa3072",
            Self::Rsa4096 => "rsa4096",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Algorithm {
    type Err = Error;

    /// Takes our names and the spellings of OpenSSL and Go: `P-256`, `prime256v1`, `secp384r1`, `rsa:2048`.
    fn from_str(text: &str) -> Result<Self> {
        let plain = text.to_ascii_lowercase().replace(['-', ':', '_'], "");
        let canonical = match plain.as_str() {
            "prime256v1" | "secp256r1" | "ec" | "ecdsa" | "es256" => "p256",
            "secp384r1" | "es384" => "p384",
            "secp521r1" | "es512" => "p521",
            "eddsa" => "ed25519",
            "rsa" => "rsa2048",
            other => other,
        };
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.name() == canonical)
            .ok_or_else(|| {
                Error::new(
                    ErrorKind::InvalidValue,
                    format!("\"{text}\" is not a key algorithm known here"),
                )
                .with_hint("take one of p256, p384, p521, ed25519, rsa2048, rsa3072, rsa4096")
            })
    }
}

/// The elliptic curves that keys can be used on here (FIPS 186-5).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Curve {
    /// NIST P-256, secp256r1.
    P256,
    /// NIST P-384, secp384r1.
    P384,
    /// NIST P-521, secp521r1.
    P521,
}

impl Curve {
    /// The length of a private scalar in bytes (RFC 5915 §3).
    pub fn scalar_length(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    /// The arcs of its object identifier (RFC 5480 §2.1.1.1).
    pub fn arcs(self) -> &'static [u64] {
        match self {
            Self::P256 => &[1, 2, 840, 10045, 3, 1, 7],
            Self::P384 => &[1, 3, 132, 0, 34],
            Self::P521 => &[1, 3, 132, 0, 35],
        }
    }

    /// The curve with this object identifier, encoded with tag and length.
    pub fn from_oid(encoded: &[u8]) -> Option<Self> {
        [Self::P256, Self::P384, Self::P521]
            .into_iter()
            .find(|curve| der::object_identifier(curve.arcs()) == encoded)
    }

    /// Completes a private scalar with its public point, uncompressed (SEC 1 §2.3.3).
    pub fn public_point(self, scalar: &[u8]) -> Result<Vec<u8>> {
        let oid = der::object_identifier(self.arcs());
        let sec1 = Zeroizing::new(der::sequence(&[
            &der::element(der::INTEGER, &[&[1]]),
            &der::element(der::OCTET_STRING, &[scalar]),
            &der::element(der::context_constructed(0), &[&oid]),
        ]));
        let pair = aws::EcdsaKeyPair::from_private_key_der(self.aws_signing(), &sec1)
            .map_err(|_| not_a_key())?;
        Ok(aws::KeyPair::public_key(&pair).as_ref().to_vec())
    }

    fn aws_signing(self) -> &'static aws::EcdsaSigningAlgorithm {
        match self {
            Self::P256 => &aws::ECDSA_P256_SHA256_ASN1_SIGNING,
            Self::P384 => &aws::ECDSA_P384_SHA384_ASN1_SIGNING,
            Self::P521 => &aws::ECDSA_P521_SHA512_ASN1_SIGNING,
        }
    }
}

/// Returns random bytes from the operating system.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| provider_failed("give random bytes"))?;
    Ok(bytes)
}

/// How many keys and signatures are to come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Pace {
    /// A few, the first at once.
    Few,
    /// Thousands: each takes a quarter less time, the first some tens of milliseconds more.
    Many,
}

/// Generates a key pair, as PKCS #8 of whichever version the provider writes.
///
/// RSA keys are looked for on so many threads, and the first that is found is taken.
pub fn generate(algorithm: Algorithm, threads: NonZero<usize>) -> Result<Zeroizing<Vec<u8>>> {
    let random = SystemRandom::new();
    let ecdsa = |signing| {
        ring::EcdsaKeyPair::generate_pkcs8(signing, &random)
            .map(|key| Zeroizing::new(key.as_ref().to_vec()))
    };
    let made = match algorithm {
        Algorithm::P256 => ecdsa(&ring::ECDSA_P256_SHA256_ASN1_SIGNING).ok(),
        Algorithm::P384 => ecdsa(&ring::ECDSA_P384_SHA384_ASN1_SIGNING).ok(),
        Algorithm::P521 => generate_p521(),
        Algorithm::Ed25519 => ring::Ed25519KeyPair::generate_pkcs8(&random)
            .ok()
            .map(|key| Zeroizing::new(key.as_ref().to_vec())),
        Algorithm::Rsa2048 => first_rsa(KeySize::Rsa2048, threads),
        Algorithm::Rsa3072 => first_rsa(KeySize::Rsa3072, threads),
        Algorithm::Rsa4096 => first_rsa(KeySize::Rsa4096, threads),
    };
    made.ok_or_else(|| provider_failed("generate a key"))
}

fn generate_p521() -> Option<Zeroizing<Vec<u8>>> {
    let pair = aws::EcdsaKeyPair::generate(Curve::P521.aws_signing()).ok()?;
    let encoded = pair.to_pkcs8v1().ok()?;
    Some(Zeroizing::new(encoded.as_ref().to_vec()))
}

/// Generates a key pair on a curve as one of many: its scalar, and its public point, uncompressed.
pub fn generate_of_many(curve: Curve) -> Result<(Zeroizing<Vec<u8>>, Vec<u8>)> {
    use aws_lc_rs::encoding::{AsBigEndian as _, EcPrivateKeyBin};
    let pair = || {
        let pair = aws::EcdsaKeyPair::generate(curve.aws_signing()).ok()?;
        let scalar: EcPrivateKeyBin<'_> = pair.private_key().as_be_bytes().ok()?;
        let point = aws::KeyPair::public_key(&pair).as_ref().to_vec();
        Some((Zeroizing::new(scalar.as_ref().to_vec()), point))
    };
    pair().ok_or_else(|| provider_failed("generate a key"))
}

/// How long a search for primes takes is luck, so the shortest of several is much shorter than one.
fn first_rsa(size: KeySize, threads: NonZero<usize>) -> Option<Zeroizing<Vec<u8>>> {
    if threads.get() == 1 {
        return generate_rsa(size);
    }
    let (found, first) = mpsc::channel();
    for _ in 0..threads.get() {
        let found = found.clone();
        // Whoever comes late finds nobody listening, and the key is wiped. A thread that cannot be
        // started is one searcher less.
        let _ = thread::Builder::new().spawn(move || found.send(generate_rsa(size)));
    }
    drop(found);
    first.recv().unwrap_or_else(|_| generate_rsa(size))
}

fn generate_rsa(size: KeySize) -> Option<Zeroizing<Vec<u8>>> {
    use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
    let pair = aws_lc_rs::rsa::KeyPair::generate(size).ok()?;
    let encoded: Pkcs8V1Der<'_> = pair.as_der().ok()?;
    Some(Zeroizing::new(encoded.as_ref().to_vec()))
}

fn provider_failed(doing: &str) -> Error {
    Error::new(
        ErrorKind::Io,
        format!("the cryptographic library could not {doing}"),
    )
}

fn not_a_key() -> Error {
    Error::new(
        ErrorKind::Malformed,
        "the numbers in the key do not make a key pair",
    )
}

#[cfg(test)]
mod tests;
