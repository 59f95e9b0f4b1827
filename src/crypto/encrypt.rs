//! What passwords protect: the encryption of PKCS #8 here, and what other programs' stores need.

use pkcs8::der::{Decode as _, Encode as _};
use zeroize::Zeroizing;

use super::java::{decrypt_for_java, java_protected};
use super::{Digest, provider_failed, random};
use crate::der;
use crate::error::{Error, ErrorKind, Result};

/// Encrypts a `PrivateKeyInfo` with a password, as `EncryptedPrivateKeyInfo` (RFC 5958 §3) under
/// PBES2: PBKDF2-HMAC-SHA-256 and AES-256-CBC (RFC 8018 §6.2).
///
/// scrypt would be stronger, but neither GnuTLS nor Java reads it.
pub fn encrypt(pkcs8: &[u8], password: &[u8]) -> Result<Vec<u8>> {
    let (salt, iv) = (random::<16>()?, random::<16>()?);
    let kdf = pkcs8::pkcs5::pbes2::Pbkdf2Params::hmac_sha256(PBKDF2_ITERATIONS, &salt)
        .map_err(|_| provider_failed("derive a key"))?;
    let parameters = pkcs8::pkcs5::pbes2::Parameters {
        kdf: kdf.into(),
        encryption: pkcs8::pkcs5::pbes2::EncryptionScheme::Aes256Cbc { iv },
    };
    let encrypted = parameters
        .encrypt(password, pkcs8)
        .map_err(|_| provider_failed("encrypt"))?;
    let scheme = pkcs8::pkcs5::EncryptionScheme::from(parameters);
    let scheme = scheme.to_der().map_err(|_| provider_failed("encode"))?;
    Ok(der::sequence(&[
        &scheme,
        &der::element(der::OCTET_STRING, &[&encrypted]),
    ]))
}

/// Decrypts an `EncryptedPrivateKeyInfo` that PBES2 protects (RFC 8018 §6.2), or Java in its own way.
///
/// Fails with [`ErrorKind::Unsupported`] for other schemes, with [`ErrorKind::TooLarge`] if the
/// key derivation would cost more than the limits here, and with [`ErrorKind::WrongPassword`].
pub fn decrypt(encrypted: &[u8], password: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    if let Some(protected) = java_protected(encrypted) {
        return decrypt_for_java(protected, password);
    }
    let info = pkcs8::EncryptedPrivateKeyInfoRef::from_der(encrypted).map_err(|_| {
        Error::new(
            ErrorKind::Unsupported,
            "the key is encrypted in a way not known here (PBES2 is)",
        )
        .with_hint("openssl reads it: openssl pkey -in KEY | openssl pkcs8 -topk8 -out NEW")
    })?;
    match &info.encryption_algorithm {
        pkcs8::pkcs5::EncryptionScheme::Pbes2(parameters) => refuse_excess(&parameters.kdf)?,
        _ => {
            return Err(Error::new(ErrorKind::Unsupported, "the key is encrypted with PBES1, which is broken")
                .with_hint("convert it: openssl pkcs8 -provider legacy -provider default -in KEY | openssl pkcs8 -topk8 -out NEW"));
        }
    }
    let opened = info.decrypt(password).map_err(|_| wrong_password())?;
    Ok(Zeroizing::new(opened.as_bytes().to_vec()))
}

fn refuse_excess(kdf: &pkcs8::pkcs5::pbes2::Kdf) -> Result<()> {
    let excess = |what: String| {
        Err(Error::new(
            ErrorKind::TooLarge,
            format!("opening the key would take {what}"),
        )
        .with_hint("no program writes such keys by itself; ask whoever made it"))
    };
    match kdf {
        pkcs8::pkcs5::pbes2::Kdf::Pbkdf2(p) if p.iteration_count > MAX_PBKDF2_ITERATIONS => {
            excess(format!(
                "{} iterations, more than {MAX_PBKDF2_ITERATIONS}",
                p.iteration_count
            ))
        }
        pkcs8::pkcs5::pbes2::Kdf::Scrypt(p) => {
            let bytes = p
                .cost_parameter
                .saturating_mul(128 * u64::from(p.block_size));
            let work = bytes.saturating_mul(u64::from(p.parallelization));
            if work > MAX_SCRYPT_BYTES {
                excess(format!("{bytes} bytes of memory"))
            } else {
                Ok(())
            }
        }
        _ => Ok(()),
    }
}

/// Returns the HMAC of a message (RFC 2104).
pub fn hmac(digest: Digest, key: &[u8], message: &[u8]) -> Vec<u8> {
    let algorithm = match digest {
        Digest::Sha1 => ::ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        Digest::Sha256 => ::ring::hmac::HMAC_SHA256,
        Digest::Sha384 => ::ring::hmac::HMAC_SHA384,
        Digest::Sha512 => ::ring::hmac::HMAC_SHA512,
    };
    let key = ::ring::hmac::Key::new(algorithm, key);
    ::ring::hmac::sign(&key, message).as_ref().to_vec()
}

/// Derives a key of 32 bytes from a password by PBKDF2 with HMAC (RFC 8018 §5.2).
///
/// Fails with [`ErrorKind::TooLarge`] if that would cost more than the limit here, and with
/// [`ErrorKind::Malformed`] for no iterations at all.
pub fn pbkdf2(
    digest: Digest,
    password: &[u8],
    salt: &[u8],
    iterations: u32,
) -> Result<Zeroizing<[u8; 32]>> {
    let algorithm = match digest {
        Digest::Sha1 => ::ring::pbkdf2::PBKDF2_HMAC_SHA1,
        Digest::Sha256 => ::ring::pbkdf2::PBKDF2_HMAC_SHA256,
        Digest::Sha384 => ::ring::pbkdf2::PBKDF2_HMAC_SHA384,
        Digest::Sha512 => ::ring::pbkdf2::PBKDF2_HMAC_SHA512,
    };
    if iterations > MAX_PBKDF2_ITERATIONS {
        let excess = format!(
            "deriving a key would take {iterations} iterations, more than {MAX_PBKDF2_ITERATIONS}"
        );
        return Err(Error::new(ErrorKind::TooLarge, excess));
    }
    let iterations = std::num::NonZeroU32::new(iterations)
        .ok_or_else(|| Error::new(ErrorKind::Malformed, "a key derived in no iterations"))?;
    let mut key = Zeroizing::new([0; 32]);
    ::ring::pbkdf2::derive(algorithm, iterations, salt, password, &mut *key);
    Ok(key)
}

/// Decrypts AES-256-CBC with the padding of PKCS #7; nothing comes of a wrong key, or nonsense.
pub fn decrypt_aes_256_cbc(
    key: &[u8; 32],
    iv: [u8; 16],
    encrypted: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    use aws_lc_rs::cipher;
    let key = cipher::UnboundCipherKey::new(&cipher::AES_256, key).ok()?;
    let key = cipher::PaddedBlockDecryptingKey::cbc_pkcs7(key).ok()?;
    let mut buffer = Zeroizing::new(encrypted.to_vec());
    let context = cipher::DecryptionContext::Iv128(iv.into());
    let plain = key.decrypt(&mut buffer, context).ok()?.to_vec();
    Some(Zeroizing::new(plain))
}

/// Decrypts Triple DES in CBC mode with the padding of PKCS #7, as [`decrypt_aes_256_cbc`] does.
pub fn decrypt_triple_des_cbc(
    key: &[u8; 24],
    iv: [u8; 8],
    encrypted: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    use cbc::cipher::{BlockModeDecrypt as _, KeyIvInit as _, block_padding::Pkcs7};
    let cipher = cbc::Decryptor::<des::TdesEde3>::new(key.into(), &iv.into());
    let plain = cipher.decrypt_padded_vec::<Pkcs7>(encrypted).ok()?;
    Some(Zeroizing::new(plain))
}

/// The error for a password that does not open a key.
pub fn wrong_password() -> Error {
    Error::new(
        ErrorKind::WrongPassword,
        "the password does not open the key",
    )
}

/// OWASP's Password Storage Cheat Sheet for PBKDF2-HMAC-SHA-256 (2023).
const PBKDF2_ITERATIONS: u32 = 600_000;
/// Some 5 s of one core, sixteen times what is written here.
const MAX_PBKDF2_ITERATIONS: u32 = 10_000_000;
/// Sixteen times the strongest setting that OpenSSL's documentation shows (N = 2^20, r = 8) would
/// take 1 GiB; this is that one setting.
const MAX_SCRYPT_BYTES: u64 = 1 << 30;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encryption_is_undone_by_its_password_alone() {
        let plain = der::sequence(&[&der::element(der::INTEGER, &[&[0]])]);
        let encrypted = encrypt(&plain, "pässword".as_bytes()).unwrap();
        assert_eq!(
            &decrypt(&encrypted, "pässword".as_bytes()).unwrap()[..],
            plain
        );
        assert_eq!(
            decrypt(&encrypted, b"password").unwrap_err().kind(),
            ErrorKind::WrongPassword
        );
    }

    #[test]
    fn a_key_that_would_take_for_ever_to_open_is_refused() {
        for (iterations, refused) in [(1, false), (MAX_PBKDF2_ITERATIONS + 1, true)] {
            let parameters = pkcs8::pkcs5::pbes2::Parameters {
                kdf: pkcs8::pkcs5::pbes2::Pbkdf2Params::hmac_sha256(iterations, b"saltsalt")
                    .unwrap()
                    .into(),
                encryption: pkcs8::pkcs5::pbes2::EncryptionScheme::Aes256Cbc { iv: [0; 16] },
            };
            let scheme = pkcs8::pkcs5::EncryptionScheme::from(parameters)
                .to_der()
                .unwrap();
            let locked = der::sequence(&[&scheme, &der::element(der::OCTET_STRING, &[&[0; 16]])]);
            let kind = decrypt(&locked, b"x").unwrap_err().kind();
            assert_eq!(kind == ErrorKind::TooLarge, refused, "{iterations}");
        }
    }

    #[test]
    fn keys_are_derived_as_others_do() {
        let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
        // RFC 4231 §4.3.
        let mac = hmac(Digest::Sha256, b"Jefe", b"what do ya want for nothing?");
        assert_eq!(hex(&mac[..8]), "5bdcc146bf60754e");
        // RFC 6070 with two iterations, of which that document has 20 bytes.
        let key = pbkdf2(Digest::Sha1, b"password", b"salt", 2).unwrap();
        assert_eq!(hex(&key[..8]), "ea6c014dc72d6f8c");
        for (iterations, kind) in [
            (0, ErrorKind::Malformed),
            (MAX_PBKDF2_ITERATIONS + 1, ErrorKind::TooLarge),
        ] {
            let refused = pbkdf2(Digest::Sha1, b"password", b"salt", iterations);
            assert_eq!(refused.unwrap_err().kind(), kind);
        }
    }
}
