//! The encryption of private keys under a password.

use zeroize::Zeroizing;

use super::java::{decrypt_for_java, java_protected};
use super::traditional::is_one_structure;
use super::{Budget, Passphrase, Scheme};
use crate::der;
use crate::error::{Error, ErrorKind, Result};

/// Encrypts a `PrivateKeyInfo` with a password, as `EncryptedPrivateKeyInfo` (RFC 5958 §3) under
/// PBES2: PBKDF2-HMAC-SHA-256 and AES-256-CBC (RFC 8018 §6.2).
pub fn encrypt(pkcs8: &[u8], password: &[u8]) -> Result<Vec<u8>> {
    let scheme = Scheme::modern(ITERATIONS)?;
    let encrypted = scheme.encrypt(&Passphrase::new(password), pkcs8)?;
    Ok(der::sequence(&[
        scheme.to_der(),
        &der::element(der::OCTET_STRING, &[&encrypted]),
    ]))
}

/// Decrypts an `EncryptedPrivateKeyInfo` of any [`Scheme`], or of Java's keystores.
///
/// Fails with [`ErrorKind::Unsupported`] for other schemes, with [`ErrorKind::TooLarge`] if the
/// key derivation would cost more than the limits allow, and with [`ErrorKind::WrongPassword`].
pub fn decrypt(encrypted: &[u8], password: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    decrypt_within(encrypted, password, &mut Budget::of_key())
}

/// Decrypts as [`decrypt`] does, one of several that share what work may be asked for.
///
/// Fails as [`decrypt`] does.
pub fn decrypt_within(
    encrypted: &[u8],
    password: &[u8],
    budget: &mut Budget,
) -> Result<Zeroizing<Vec<u8>>> {
    if let Some(protected) = java_protected(encrypted) {
        return decrypt_for_java(protected, password);
    }
    let mut parts = der::only(encrypted)?.open(der::SEQUENCE)?;
    let (algorithm, octets) = (parts.element()?, parts.element()?);
    parts.finish()?;
    let scheme = Scheme::read(&algorithm).map_err(|error| match error.kind() {
        ErrorKind::Unsupported => error
            .with_hint("openssl may know it: openssl pkey -in KEY | openssl pkcs8 -topk8 -out NEW"),
        _ => error,
    })?;
    let octets = octets.expect(der::OCTET_STRING)?;
    let mut readings = Passphrase::readings(password);
    if !scheme.takes_bmp() {
        readings.truncate(1);
    }
    for reading in &readings {
        let plain = scheme.decrypt(reading, octets, budget)?;
        if let Some(plain) = plain.filter(|plain| is_one_structure(plain)) {
            return Ok(plain);
        }
    }
    Err(wrong_password())
}

/// The error for a password that does not open a key.
pub fn wrong_password() -> Error {
    Error::new(
        ErrorKind::WrongPassword,
        "the password does not open the key",
    )
}

/// OWASP's Password Storage Cheat Sheet for PBKDF2-HMAC-SHA-256 (2023).
const ITERATIONS: u32 = 600_000;

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
}
