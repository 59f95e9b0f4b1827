//! OpenSSL's traditional encryption of keys, under the headers of RFC 1421.

use zeroize::Zeroizing;

use super::Cipher;
use super::derive::bytes_to_key;
use super::encrypt::wrong_password;
use crate::der;
use crate::error::{Error, ErrorKind, Result};

/// Decrypts what `DEK-Info` describes: the name of a cipher, a comma, and its initialisation vector.
///
/// Fails with [`ErrorKind::Unsupported`] for other ciphers, with [`ErrorKind::Malformed`] without such a
/// vector, and with [`ErrorKind::WrongPassword`].
pub fn decrypt_traditional(
    info: &str,
    encrypted: &[u8],
    password: &[u8],
) -> Result<Zeroizing<Vec<u8>>> {
    let (name, iv) = info.split_once(',').unwrap_or((info, ""));
    let name = name.trim();
    let cipher = cipher(name).ok_or_else(|| {
        let message =
            format!("the key is encrypted with {name} (DEK-Info), which is not known here");
        Error::new(ErrorKind::Unsupported, message)
            .with_hint("openssl may know it: openssl pkcs8 -topk8 -in KEY -out NEW")
    })?;
    let iv = data_encoding::HEXLOWER_PERMISSIVE
        .decode(iv.trim().as_bytes())
        .ok()
        .filter(|iv| iv.len() == cipher.iv_length())
        .ok_or_else(|| {
            let message = format!("the DEK-Info of the key has no initialisation vector of {name}");
            Error::new(ErrorKind::Malformed, message)
        })?;
    // The salt is the beginning of the vector.
    let key = bytes_to_key(password, &iv[..8], cipher.key_length());
    let plain = cipher.decrypt(&key, &iv, encrypted);
    plain
        .filter(|plain| is_one_structure(plain))
        .ok_or_else(wrong_password)
}

/// A wrong password leaves sound padding behind one time in 256, and then not a structure.
pub(super) fn is_one_structure(plain: &[u8]) -> bool {
    der::only(plain).is_ok_and(|outer| outer.tag == der::SEQUENCE)
}

fn cipher(name: &str) -> Option<Cipher> {
    Some(match name.to_ascii_uppercase().as_str() {
        "AES-128-CBC" => Cipher::Aes128,
        "AES-192-CBC" => Cipher::Aes192,
        "AES-256-CBC" => Cipher::Aes256,
        "DES-CBC" => Cipher::Des,
        "DES-EDE3-CBC" => Cipher::TripleDes,
        "DES-EDE-CBC" => Cipher::TripleDesTwoKeys,
        "RC2-CBC" => Cipher::Rc2 {
            key_length: 16,
            effective_bits: 128,
        },
        _ => return None,
    })
}
