//! Signing.

use std::fmt;

use ::ring::rand::SystemRandom;
use ::ring::signature as ring;
use ::ring::signature::KeyPair as _;
use aws_lc_rs::signature as aws;

use super::{Curve, Pace, SignatureScheme, not_a_key, provider_failed};
use crate::error::Result;

/// A private key that the providers have taken, ready to sign.
pub struct Signer(SignerInner);

enum SignerInner {
    Aws(aws::EcdsaKeyPair),
    AwsRsa(aws_lc_rs::rsa::KeyPair),
    Ed25519(ring::Ed25519KeyPair),
    Ring(ring::EcdsaKeyPair),
    RingRsa(ring::RsaKeyPair),
}

impl Signer {
    /// Takes a scalar and its public point, uncompressed, which must belong together.
    pub fn ecdsa(curve: Curve, scalar: &[u8], point: &[u8], pace: Pace) -> Result<Self> {
        let taken = match (curve, pace) {
            (Curve::P256, Pace::Few) => {
                with_ring(&ring::ECDSA_P256_SHA256_ASN1_SIGNING, scalar, point)
            }
            (Curve::P384, Pace::Few) => {
                with_ring(&ring::ECDSA_P384_SHA384_ASN1_SIGNING, scalar, point)
            }
            _ => aws::EcdsaKeyPair::from_private_key_and_public_key(
                curve.aws_signing(),
                scalar,
                point,
            )
            .ok()
            .map(SignerInner::Aws),
        };
        taken.map(Self).ok_or_else(not_a_key)
    }

    /// Takes the 32 bytes of an Ed25519 private key (RFC 8032 §5.1.5).
    pub fn ed25519(seed: &[u8]) -> Result<Self> {
        ring::Ed25519KeyPair::from_seed_unchecked(seed)
            .map(|pair| Self(SignerInner::Ed25519(pair)))
            .map_err(|_| not_a_key())
    }

    /// Takes an `RSAPrivateKey` (RFC 8017 A.1.2) of 2048 to 8192 bits.
    pub fn rsa(pkcs1: &[u8]) -> Result<Self> {
        if let Ok(pair) = ring::RsaKeyPair::from_der(pkcs1) {
            return Ok(Self(SignerInner::RingRsa(pair)));
        }
        // ring ends at 4096 bits and wants primes of equal length.
        aws_lc_rs::rsa::KeyPair::from_der(pkcs1)
            .map(|pair| Self(SignerInner::AwsRsa(pair)))
            .map_err(|_| not_a_key())
    }

    /// Returns the raw public key of an Ed25519 pair, the point of an ECDSA pair, or nothing for RSA.
    pub fn public_octets(&self) -> Option<&[u8]> {
        match &self.0 {
            SignerInner::Aws(pair) => Some(aws::KeyPair::public_key(pair).as_ref()),
            SignerInner::Ed25519(pair) => Some(pair.public_key().as_ref()),
            SignerInner::Ring(pair) => Some(pair.public_key().as_ref()),
            SignerInner::AwsRsa(_) | SignerInner::RingRsa(_) => None,
        }
    }

    /// Signs a message; the signature is in the form that X.509 holds in its BIT STRING.
    pub fn sign(&self, scheme: SignatureScheme, message: &[u8]) -> Result<Vec<u8>> {
        let random = SystemRandom::new();
        let signed = match &self.0 {
            SignerInner::Ring(pair) => pair
                .sign(&random, message)
                .ok()
                .map(|s| s.as_ref().to_vec()),
            SignerInner::Ed25519(pair) => Some(pair.sign(message).as_ref().to_vec()),
            SignerInner::Aws(pair) => pair
                .sign(&aws_lc_rs::rand::SystemRandom::new(), message)
                .ok()
                .map(|s| s.as_ref().to_vec()),
            SignerInner::RingRsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                let padding = match scheme {
                    SignatureScheme::RsaPkcs1Sha384 => &ring::RSA_PKCS1_SHA384,
                    SignatureScheme::RsaPkcs1Sha512 => &ring::RSA_PKCS1_SHA512,
                    _ => &ring::RSA_PKCS1_SHA256,
                };
                pair.sign(padding, &random, message, &mut signature)
                    .ok()
                    .map(|()| signature)
            }
            SignerInner::AwsRsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let padding = match scheme {
                    SignatureScheme::RsaPkcs1Sha384 => &aws::RSA_PKCS1_SHA384,
                    SignatureScheme::RsaPkcs1Sha512 => &aws::RSA_PKCS1_SHA512,
                    _ => &aws::RSA_PKCS1_SHA256,
                };
                let random = aws_lc_rs::rand::SystemRandom::new();
                pair.sign(padding, &random, message, &mut signature)
                    .ok()
                    .map(|()| signature)
            }
        };
        signed.ok_or_else(|| provider_failed("sign"))
    }
}

fn with_ring(
    signing: &'static ring::EcdsaSigningAlgorithm,
    scalar: &[u8],
    point: &[u8],
) -> Option<SignerInner> {
    let random = SystemRandom::new();
    ring::EcdsaKeyPair::from_private_key_and_public_key(signing, scalar, point, &random)
        .ok()
        .map(SignerInner::Ring)
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{VerifyingKey, random};

    #[test]
    fn a_signature_verifies_under_its_own_key_and_no_other_message() {
        let seed = random::<32>().unwrap();
        let signer = Signer::ed25519(&seed).unwrap();
        let key = VerifyingKey::Ed25519(signer.public_octets().unwrap());
        let signature = signer.sign(SignatureScheme::Ed25519, b"message").unwrap();
        assert!(key.verify(SignatureScheme::Ed25519, b"message", &signature));
        assert!(!key.verify(SignatureScheme::Ed25519, b"massage", &signature));
        assert!(!key.verify(SignatureScheme::EcdsaSha256, b"message", &signature));
    }
}
