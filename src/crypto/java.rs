//! How Java's keystores of the kind JKS protect what they hold: by SHA-1 of the password alone, as Sun did in 1998.
//!
//! It is weak, since guesses cost next to nothing; it is here because these files are in use.

use zeroize::Zeroizing;

use super::{Digest, random, wrong_password};
use crate::der;
use crate::error::{Error, ErrorKind, Result};

/// Returns what an `EncryptedPrivateKeyInfo` (RFC 5958 §3) protects in Sun's way; nothing for other ways.
pub fn java_protected(encrypted: &[u8]) -> Option<&[u8]> {
    let mut info = der::only(encrypted).ok()?.open(der::SEQUENCE).ok()?;
    let mut algorithm = info.element().ok()?.open(der::SEQUENCE).ok()?;
    let is_suns = algorithm.element().ok()?.raw == der::object_identifier(KEY_PROTECTOR);
    let protected = info.element().ok()?.expect(der::OCTET_STRING).ok()?;
    is_suns.then_some(protected)
}

/// Decrypts a key that Sun's way protects.
///
/// Fails with [`ErrorKind::Malformed`] and [`ErrorKind::WrongPassword`].
pub fn decrypt_for_java(protected: &[u8], password: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let cut = || Error::new(ErrorKind::Malformed, "the encrypted key is cut off");
    let (salt, rest) = protected.split_at_checked(SHA1).ok_or_else(cut)?;
    let length = rest.len().checked_sub(SHA1).ok_or_else(cut)?;
    let (encrypted, check) = rest.split_at(length);
    let password = utf16(password)?;
    let plain = masked(encrypted, &password, salt);
    match digest(&[&password, &plain]) == check {
        true => Ok(plain),
        false => Err(wrong_password()),
    }
}

/// Encrypts a `PrivateKeyInfo` in Sun's way, as `EncryptedPrivateKeyInfo`.
///
/// Fails with [`ErrorKind::InvalidValue`] for a password that is not UTF-8.
pub fn encrypt_for_java(pkcs8: &[u8], password: &[u8]) -> Result<Vec<u8>> {
    let password = utf16(password)?;
    let salt = random::<SHA1>()?;
    let algorithm = der::sequence(&[
        &der::object_identifier(KEY_PROTECTOR),
        &der::element(der::NULL, &[]),
    ]);
    let protected = der::element(
        der::OCTET_STRING,
        &[
            &salt,
            &masked(pkcs8, &password, &salt),
            &digest(&[&password, pkcs8]),
        ],
    );
    Ok(der::sequence(&[&algorithm, &protected]))
}

/// Returns the digest that ends a keystore, by which a change or another password is told.
///
/// Fails with [`ErrorKind::InvalidValue`] for a password that is not UTF-8.
pub fn java_keystore_digest(store: &[u8], password: &[u8]) -> Result<Vec<u8>> {
    Ok(digest(&[&utf16(password)?, WHITENER, store]))
}

/// A password in Java's own characters.
fn utf16(password: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let text = std::str::from_utf8(password).map_err(|_| {
        let message = "the password is not in UTF-8, and Java knows passwords as text alone";
        Error::new(ErrorKind::InvalidValue, message)
    })?;
    // As many as there can be, so that no copy is left behind.
    let mut units = Zeroizing::new(Vec::with_capacity(2 * password.len()));
    units.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
    Ok(units)
}

/// Mixes bytes with the stream that begins with the salt: each part is the digest of password and part before.
fn masked(bytes: &[u8], password: &[u8], salt: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut mask = Zeroizing::new(salt.to_vec());
    let mut mixed = Zeroizing::new(bytes.to_vec());
    for part in mixed.chunks_mut(SHA1) {
        *mask = digest(&[password, &mask]);
        for (byte, mask) in part.iter_mut().zip(mask.iter()) {
            *byte ^= mask;
        }
    }
    mixed
}

fn digest(pieces: &[&[u8]]) -> Vec<u8> {
    Digest::Sha1.of(&Zeroizing::new(pieces.concat()))
}

/// Of a SHA-1 digest, and of Sun's salt.
const SHA1: usize = 20;
/// In the arcs of Sun Microsystems (42).
const KEY_PROTECTOR: &[u64] = &[1, 3, 6, 1, 4, 1, 42, 2, 17, 1, 1];
/// OpenJDK, sun.security.provider.JavaKeyStore.
const WHITENER: &[u8] = b"Mighty Aphrodite";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_protected_is_opened_by_its_password_alone() {
        let plain = der::sequence(&[&der::element(der::OCTET_STRING, &[&[7; 100]])]);
        let encrypted = encrypt_for_java(&plain, "pässwörd€".as_bytes()).unwrap();
        let protected = java_protected(&encrypted).unwrap();
        let opened = decrypt_for_java(protected, "pässwörd€".as_bytes()).unwrap();
        assert_eq!(opened[..], plain);
        for (password, kind) in [
            (&b"password"[..], ErrorKind::WrongPassword),
            (b"", ErrorKind::WrongPassword),
            (b"p\xe4ss", ErrorKind::InvalidValue),
        ] {
            let refused = decrypt_for_java(protected, password).unwrap_err();
            assert_eq!(refused.kind(), kind);
        }
        for cut in [0, 19, 20, 39] {
            let refused = decrypt_for_java(&protected[..cut], b"x").unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::Malformed, "{cut}");
        }
    }

    #[test]
    fn other_ways_are_not_suns() {
        let other = der::sequence(&[
            &der::sequence(&[&der::object_identifier(&[1, 2, 3])]),
            &der::element(der::OCTET_STRING, &[&[0; 60]]),
        ]);
        assert_eq!(java_protected(&other), None);
        assert_eq!(java_protected(b"x"), None);
    }
}
