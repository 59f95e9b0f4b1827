//! Public keys: `SubjectPublicKeyInfo`, and what kind of key it holds.

use std::fmt;

use crate::crypto::{Algorithm, Curve, Digest, SignatureScheme, VerifyingKey};
use crate::der::{self, Reader, dotted};
use crate::error::{Error, ErrorKind, Result};
use crate::pem;

/// A `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PublicKey {
    kind: KeyKind,
    pub(super) bits: Vec<u8>,
    spki: Vec<u8>,
}

impl PublicKey {
    /// Reads a `SubjectPublicKeyInfo`, in DER.
    ///
    /// Keys of algorithms that nothing here can use are read too. Fails with
    /// [`ErrorKind::Malformed`].
    pub fn from_spki(spki: &[u8]) -> Result<Self> {
        let mut outer = der::only(spki)?.open(der::SEQUENCE)?;
        let mut algorithm = outer.element()?.open(der::SEQUENCE)?;
        let bits = outer.element()?.octets_of_bit_string()?;
        outer.finish()?;
        let oid = algorithm.element()?;
        oid.expect(der::OBJECT_IDENTIFIER)?;
        let kind = KeyKind::recognise(&dotted(oid.content), algorithm, bits)?;
        Ok(Self {
            kind,
            bits: bits.to_vec(),
            spki: spki.to_vec(),
        })
    }

    /// Reads an `RSAPublicKey` (RFC 8017 A.1.1), in DER.
    pub fn from_pkcs1(der: &[u8]) -> Result<Self> {
        let mut numbers = der::only(der)?.open(der::SEQUENCE)?;
        let (modulus, exponent) = (numbers.element()?, numbers.element()?);
        numbers.finish()?;
        Self::rsa(modulus.raw, exponent.raw)
    }

    pub(super) fn ec(curve: Curve, point: &[u8]) -> Self {
        let spki = der::sequence(&[&ec_algorithm(curve), &der::bit_string(point)]);
        Self {
            kind: KeyKind::Ec(curve),
            bits: point.to_vec(),
            spki,
        }
    }

    pub(super) fn ed25519(octets: &[u8]) -> Self {
        let algorithm = der::sequence(&[&der::object_identifier(ED25519)]);
        let spki = der::sequence(&[&algorithm, &der::bit_string(octets)]);
        Self {
            kind: KeyKind::Ed25519,
            bits: octets.to_vec(),
            spki,
        }
    }

    pub(super) fn rsa(modulus: &[u8], exponent: &[u8]) -> Result<Self> {
        let key = der::sequence(&[modulus, exponent]);
        let null = der::element(der::NULL, &[]);
        let algorithm = der::sequence(&[&der::object_identifier(RSA_ENCRYPTION), &null]);
        let spki = der::sequence(&[&algorithm, &der::bit_string(&key)]);
        Ok(Self {
            kind: rsa_kind(&key)?,
            bits: key,
            spki,
        })
    }

    /// Tells the algorithm and size.
    pub fn kind(&self) -> &KeyKind {
        &self.kind
    }

    /// Returns the whole structure, in DER.
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// Returns the key in PEM, labelled `PUBLIC KEY`.
    pub fn to_pem(&self) -> String {
        pem::encode("PUBLIC KEY", &self.spki)
    }

    /// Derives the key identifier of method 1 of RFC 7093 §2: the first 160 bits of the SHA-256 of
    /// the key's bits.
    pub fn key_identifier(&self) -> Vec<u8> {
        let mut digest = Digest::Sha256.of(&self.bits);
        digest.truncate(20);
        digest
    }

    /// Tells whether a signature over a message verifies under this key.
    ///
    /// Fails with [`ErrorKind::Unsupported`] if keys of this kind cannot be used here.
    pub fn verify(
        &self,
        scheme: SignatureScheme,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool> {
        let unsupported = || {
            let what = format!("signatures by keys of {} cannot be checked here", self.kind);
            Error::new(ErrorKind::Unsupported, what)
        };
        let key = match self.kind {
            // RFC 5480 §2.2 lets nobody be obliged to read a compressed point, and ring does not.
            KeyKind::Ec(_) if self.bits.first() != Some(&UNCOMPRESSED) => return Err(unsupported()),
            KeyKind::Ec(curve) => VerifyingKey::Ec(curve, &self.bits),
            KeyKind::Ed25519 => VerifyingKey::Ed25519(&self.bits),
            KeyKind::Rsa { bits, .. } if scheme.rsa_bits().contains(&bits) => {
                VerifyingKey::Rsa(&self.bits)
            }
            KeyKind::Rsa { .. } | KeyKind::Other(_) => return Err(unsupported()),
        };
        Ok(key.verify(scheme, message, signature))
    }

    /// Fails with [`ErrorKind::Weak`] if clients refuse certificates for such a key, and with
    /// [`ErrorKind::Unsupported`] if nothing here can use it.
    pub fn require_strength(&self) -> Result<()> {
        match &self.kind {
            KeyKind::Rsa { bits, .. } if *bits < MIN_RSA_BITS => Err(Error::new(
                ErrorKind::Weak,
                format!(
                    "the key is RSA with {bits} bits, and clients want {MIN_RSA_BITS} at least"
                ),
            )),
            KeyKind::Rsa {
                exponent: 0..=2, ..
            } => Err(Error::new(
                ErrorKind::Weak,
                "the key's RSA exponent is too small",
            )),
            KeyKind::Other(what) => Err(Error::new(
                ErrorKind::Unsupported,
                format!("keys of the kind {what} are not supported"),
            )),
            _ => Ok(()),
        }
    }
}

/// The algorithm and size of a public key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum KeyKind {
    /// ECDSA on one of the NIST curves.
    Ec(Curve),
    /// Ed25519 (RFC 8410).
    Ed25519,
    /// RSA: the length of its modulus in bits, and its exponent (0 if it exceeds 64 bits).
    Rsa {
        /// The length of the modulus in bits.
        bits: usize,
        /// The public exponent.
        exponent: u64,
    },
    /// What nothing here can use, by its common name or OID.
    Other(String),
}

impl KeyKind {
    /// Returns the algorithm that makes keys of this kind here, if one does.
    pub fn algorithm(&self) -> Option<Algorithm> {
        Some(match self {
            Self::Ec(Curve::P256) => Algorithm::P256,
            Self::Ec(Curve::P384) => Algorithm::P384,
            Self::Ec(Curve::P521) => Algorithm::P521,
            Self::Ed25519 => Algorithm::Ed25519,
            Self::Rsa { bits: 2048, .. } => Algorithm::Rsa2048,
            Self::Rsa { bits: 3072, .. } => Algorithm::Rsa3072,
            Self::Rsa { bits: 4096, .. } => Algorithm::Rsa4096,
            _ => return None,
        })
    }

    fn recognise(oid: &str, mut parameters: Reader<'_>, bits: &[u8]) -> Result<Self> {
        match oid {
            "1.2.840.113549.1.1.1" => rsa_kind(bits),
            "1.2.840.10045.2.1" => {
                let curve = parameters.element()?;
                if curve.tag != der::OBJECT_IDENTIFIER {
                    return Ok(Self::Other(
                        "an elliptic curve given by its parameters".into(),
                    ));
                }
                Ok(Curve::from_oid(curve.raw).map_or_else(
                    || Self::Other(algorithm_name(&dotted(curve.content))),
                    Self::Ec,
                ))
            }
            "1.3.101.112" if bits.len() == 32 => Ok(Self::Ed25519),
            other => Ok(Self::Other(algorithm_name(other))),
        }
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ec(Curve::P256) => f.write_str("ECDSA P-256"),
            Self::Ec(Curve::P384) => f.write_str("ECDSA P-384"),
            Self::Ec(Curve::P521) => f.write_str("ECDSA P-521"),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::Rsa { bits, .. } => write!(f, "RSA {bits}"),
            Self::Other(name) => f.write_str(name),
        }
    }
}

fn rsa_kind(key: &[u8]) -> Result<KeyKind> {
    let mut numbers = der::only(key)?.open(der::SEQUENCE)?;
    let modulus = numbers.element()?.expect(der::INTEGER)?;
    let exponent = numbers.element()?.expect(der::INTEGER)?;
    let significant = |number: &[u8]| {
        number
            .iter()
            .position(|byte| *byte != 0)
            .unwrap_or(number.len())
    };
    let modulus = &modulus[significant(modulus)..];
    let exponent = &exponent[significant(exponent)..];
    let bits = modulus.first().map_or(0, |first| {
        modulus.len() * 8 - first.leading_zeros() as usize
    });
    let exponent = match exponent.len() {
        0..=8 => exponent
            .iter()
            .fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
        _ => 0,
    };
    Ok(KeyKind::Rsa { bits, exponent })
}

pub(super) fn ec_algorithm(curve: Curve) -> Vec<u8> {
    der::sequence(&[
        &der::object_identifier(EC_PUBLIC_KEY),
        &der::object_identifier(curve.arcs()),
    ])
}

/// The common name of an algorithm or curve that only others use; else the OID itself.
pub(super) fn algorithm_name(oid: &str) -> String {
    let name = match oid {
        "1.2.840.10040.4.1" => "DSA",
        "1.2.840.10045.3.1.1" => "P-192",
        "1.2.840.113549.1.1.10" => "RSA-PSS",
        "1.2.840.113549.1.3.1" => "Diffie-Hellman",
        "1.3.101.110" => "X25519",
        "1.3.101.111" => "X448",
        "1.3.101.113" => "Ed448",
        "1.3.132.0.10" => "secp256k1",
        "1.3.132.0.33" => "P-224",
        "1.3.36.3.3.2.8.1.1.7" => "brainpoolP256r1",
        "1.3.36.3.3.2.8.1.1.11" => "brainpoolP384r1",
        "1.3.36.3.3.2.8.1.1.13" => "brainpoolP512r1",
        "2.16.840.1.101.3.4.3.17" => "ML-DSA-44",
        "2.16.840.1.101.3.4.3.18" => "ML-DSA-65",
        "2.16.840.1.101.3.4.3.19" => "ML-DSA-87",
        other => other,
    };
    name.to_owned()
}

/// How an uncompressed point begins (SEC 1 §2.3.3).
const UNCOMPRESSED: u8 = 4;
const EC_PUBLIC_KEY: &[u64] = &[1, 2, 840, 10045, 2, 1];
pub(super) const ED25519: &[u64] = &[1, 3, 101, 112];
pub(super) const RSA_ENCRYPTION: &[u64] = &[1, 2, 840, 113_549, 1, 1, 1];
/// CA/Browser Forum Baseline Requirements §6.1.5; OpenSSL, Java, Go and the browsers' public roots agree.
const MIN_RSA_BITS: usize = 2048;
