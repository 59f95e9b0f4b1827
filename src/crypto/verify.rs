//! Signature algorithms as X.509 names them, and the check of signatures.

use ::ring::signature as ring;
use aws_lc_rs::signature as aws;

use super::Curve;
use crate::der;

/// The signature algorithms of certificates that can be made or checked here.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[allow(missing_docs)] // Each is its own name in RFC 5758, RFC 8410, RFC 8017 and RFC 4055.
pub enum SignatureScheme {
    EcdsaSha256,
    EcdsaSha384,
    EcdsaSha512,
    Ed25519,
    RsaPkcs1Sha1,
    RsaPkcs1Sha256,
    RsaPkcs1Sha384,
    RsaPkcs1Sha512,
    RsaPssSha256,
    RsaPssSha384,
    RsaPssSha512,
}

impl SignatureScheme {
    const ALL: [Self; 11] = [
        Self::EcdsaSha256,
        Self::EcdsaSha384,
        Self::EcdsaSha512,
        Self::Ed25519,
        Self::RsaPkcs1Sha1,
        Self::RsaPkcs1Sha256,
        Self::RsaPkcs1Sha384,
        Self::RsaPkcs1Sha512,
        Self::RsaPssSha256,
        Self::RsaPssSha384,
        Self::RsaPssSha512,
    ];

    /// Encodes the `AlgorithmIdentifier` (RFC 5280 §4.1.1.2).
    pub fn algorithm_identifier(self) -> Vec<u8> {
        let null = der::element(der::NULL, &[]);
        match self {
            Self::EcdsaSha256 => ecdsa(2),
            Self::EcdsaSha384 => ecdsa(3),
            Self::EcdsaSha512 => ecdsa(4),
            Self::Ed25519 => der::sequence(&[&der::object_identifier(&[1, 3, 101, 112])]),
            Self::RsaPkcs1Sha1 => der::sequence(&[&pkcs1(5), &null]),
            Self::RsaPkcs1Sha256 => der::sequence(&[&pkcs1(11), &null]),
            Self::RsaPkcs1Sha384 => der::sequence(&[&pkcs1(12), &null]),
            Self::RsaPkcs1Sha512 => der::sequence(&[&pkcs1(13), &null]),
            Self::RsaPssSha256 => pss(1, 32),
            Self::RsaPssSha384 => pss(2, 48),
            Self::RsaPssSha512 => pss(3, 64),
        }
    }

    /// The lengths of RSA moduli, in bits, under which the providers check this scheme.
    pub fn rsa_bits(self) -> std::ops::RangeInclusive<usize> {
        match self {
            Self::RsaPkcs1Sha1 | Self::RsaPkcs1Sha256 | Self::RsaPkcs1Sha512 => 1024..=8192,
            _ => 2048..=8192,
        }
    }

    /// Recognises an encoded `AlgorithmIdentifier`, PKCS #1's also without its NULL (RFC 4055 §5).
    pub fn from_algorithm_identifier(encoded: &[u8]) -> Option<Self> {
        let null = der::element(der::NULL, &[]);
        Self::ALL.into_iter().find(|scheme| {
            let ours = scheme.algorithm_identifier();
            ours == encoded || {
                let with_null =
                    der::only(encoded).map(|bare| der::sequence(&[bare.content, &null]));
                with_null.is_ok_and(|with_null| ours == with_null)
            }
        })
    }
}

/// A public key in the form that the providers take.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum VerifyingKey<'a> {
    /// An uncompressed point.
    Ec(Curve, &'a [u8]),
    /// 32 bytes (RFC 8032).
    Ed25519(&'a [u8]),
    /// An `RSAPublicKey` (RFC 8017 A.1.1).
    Rsa(&'a [u8]),
}

impl VerifyingKey<'_> {
    /// Tells whether a signature over a message verifies; one by a scheme that is not for such a
    /// key does not.
    pub fn verify(&self, scheme: SignatureScheme, message: &[u8], signature: &[u8]) -> bool {
        use Check::{Aws, Ring};
        use SignatureScheme as S;
        let (Self::Ec(_, key) | Self::Ed25519(key) | Self::Rsa(key)) = *self;
        let check = match (self, scheme) {
            (Self::Ec(Curve::P256, _), S::EcdsaSha256) => Ring(&ring::ECDSA_P256_SHA256_ASN1),
            (Self::Ec(Curve::P256, _), S::EcdsaSha384) => Ring(&ring::ECDSA_P256_SHA384_ASN1),
            (Self::Ec(Curve::P256, _), S::EcdsaSha512) => Aws(&aws::ECDSA_P256_SHA512_ASN1),
            (Self::Ec(Curve::P384, _), S::EcdsaSha256) => Ring(&ring::ECDSA_P384_SHA256_ASN1),
            (Self::Ec(Curve::P384, _), S::EcdsaSha384) => Ring(&ring::ECDSA_P384_SHA384_ASN1),
            (Self::Ec(Curve::P384, _), S::EcdsaSha512) => Aws(&aws::ECDSA_P384_SHA512_ASN1),
            (Self::Ec(Curve::P521, _), S::EcdsaSha256) => Aws(&aws::ECDSA_P521_SHA256_ASN1),
            (Self::Ec(Curve::P521, _), S::EcdsaSha384) => Aws(&aws::ECDSA_P521_SHA384_ASN1),
            (Self::Ec(Curve::P521, _), S::EcdsaSha512) => Aws(&aws::ECDSA_P521_SHA512_ASN1),
            (Self::Ed25519(_), S::Ed25519) => Ring(&ring::ED25519),
            (Self::Rsa(_), S::RsaPkcs1Sha1) => {
                Ring(&ring::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY)
            }
            (Self::Rsa(_), S::RsaPkcs1Sha256) => {
                Ring(&ring::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY)
            }
            (Self::Rsa(_), S::RsaPkcs1Sha384) => Ring(&ring::RSA_PKCS1_2048_8192_SHA384),
            (Self::Rsa(_), S::RsaPkcs1Sha512) => {
                Ring(&ring::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY)
            }
            (Self::Rsa(_), S::RsaPssSha256) => Ring(&ring::RSA_PSS_2048_8192_SHA256),
            (Self::Rsa(_), S::RsaPssSha384) => Ring(&ring::RSA_PSS_2048_8192_SHA384),
            (Self::Rsa(_), S::RsaPssSha512) => Ring(&ring::RSA_PSS_2048_8192_SHA512),
            _ => return false,
        };
        check.verify(key, message, signature)
    }
}

/// A check of signatures, by either provider.
enum Check {
    Aws(&'static dyn aws::VerificationAlgorithm),
    Ring(&'static dyn ring::VerificationAlgorithm),
}

impl Check {
    fn verify(self, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Aws(algorithm) => aws::UnparsedPublicKey::new(algorithm, key)
                .verify(message, signature)
                .is_ok(),
            Self::Ring(algorithm) => ring::UnparsedPublicKey::new(algorithm, key)
                .verify(message, signature)
                .is_ok(),
        }
    }
}

/// ECDSA with a SHA-2 digest (RFC 5758 §3.2).
fn ecdsa(last: u64) -> Vec<u8> {
    der::sequence(&[&der::object_identifier(&[1, 2, 840, 10045, 4, 3, last])])
}

/// An object identifier of PKCS #1 (RFC 8017 A.1).
fn pkcs1(last: u64) -> Vec<u8> {
    der::object_identifier(&[1, 2, 840, 113_549, 1, 1, last])
}

/// RSASSA-PSS with one SHA-2 digest throughout and a salt of its length (RFC 4055 §3.1).
fn pss(digest: u64, salt: u8) -> Vec<u8> {
    let null = der::element(der::NULL, &[]);
    let sha = der::sequence(&[
        &der::object_identifier(&[2, 16, 840, 1, 101, 3, 4, 2, digest]),
        &null,
    ]);
    let mgf = der::sequence(&[&pkcs1(8), &sha]);
    let parameters = der::sequence(&[
        &der::element(der::context_constructed(0), &[&sha]),
        &der::element(der::context_constructed(1), &[&mgf]),
        &der::element(
            der::context_constructed(2),
            &[&der::element(der::INTEGER, &[&[salt]])],
        ),
    ]);
    der::sequence(&[&pkcs1(10), &parameters])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signature_schemes_are_recognised_by_their_encoding() {
        for scheme in SignatureScheme::ALL {
            let encoded = scheme.algorithm_identifier();
            assert_eq!(
                SignatureScheme::from_algorithm_identifier(&encoded),
                Some(scheme)
            );
        }
        let without_null = der::sequence(&[&pkcs1(11)]);
        let scheme = SignatureScheme::from_algorithm_identifier(&without_null);
        assert_eq!(scheme, Some(SignatureScheme::RsaPkcs1Sha256));
    }
}
