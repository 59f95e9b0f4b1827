//! The ciphers that protect keys and the stores of others: blocks in CBC mode, and RC4.

use std::fmt;

use cbc::cipher::{
    BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt as _, BlockModeEncrypt as _,
    InnerIvInit as _, KeyInit as _, StreamCipher as _, block_padding::Pkcs7,
};
use zeroize::Zeroizing;

/// A cipher; blocks are chained (CBC) and padded as PKCS #7 says (RFC 5652 §6.3).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cipher {
    /// AES with 128 bits.
    Aes128,
    /// AES with 192 bits.
    Aes192,
    /// AES with 256 bits.
    Aes256,
    /// DES, which anybody can break.
    Des,
    /// Triple DES with three keys.
    TripleDes,
    /// Triple DES whose third key is its first.
    TripleDesTwoKeys,
    /// RC2 (RFC 2268), whose key may be worth fewer bits than it has.
    Rc2 {
        /// The bytes of the key.
        key_length: usize,
        /// The bits that it is worth.
        effective_bits: usize,
    },
    /// RC4, a stream.
    Rc4 {
        /// The bytes of the key.
        key_length: usize,
    },
}

impl Cipher {
    /// The bytes of a key.
    pub fn key_length(self) -> usize {
        match self {
            Self::Des => 8,
            Self::Aes128 | Self::TripleDesTwoKeys => 16,
            Self::Aes192 | Self::TripleDes => 24,
            Self::Aes256 => 32,
            Self::Rc2 { key_length, .. } | Self::Rc4 { key_length } => key_length,
        }
    }

    /// The bytes of an initialisation vector.
    pub fn iv_length(self) -> usize {
        match self {
            Self::Aes128 | Self::Aes192 | Self::Aes256 => 16,
            Self::Des | Self::TripleDes | Self::TripleDesTwoKeys | Self::Rc2 { .. } => 8,
            Self::Rc4 { .. } => 0,
        }
    }

    /// Decrypts; nothing comes of a wrong key or nonsense, as far as the padding tells.
    pub fn decrypt(self, key: &[u8], iv: &[u8], encrypted: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        match self {
            Self::Aes128 => aes_decrypt(&aws_lc_rs::cipher::AES_128, key, iv, encrypted),
            Self::Aes192 => aes_decrypt(&aws_lc_rs::cipher::AES_192, key, iv, encrypted),
            Self::Aes256 => aes_decrypt(&aws_lc_rs::cipher::AES_256, key, iv, encrypted),
            Self::Des => cbc_decrypt(des::Des::new_from_slice(key).ok()?, iv, encrypted),
            Self::TripleDes => cbc_decrypt(des::TdesEde3::new_from_slice(key).ok()?, iv, encrypted),
            Self::TripleDesTwoKeys => {
                cbc_decrypt(des::TdesEde2::new_from_slice(key).ok()?, iv, encrypted)
            }
            Self::Rc2 { effective_bits, .. } => {
                cbc_decrypt(rc2(key, effective_bits)?, iv, encrypted)
            }
            Self::Rc4 { .. } => {
                let mut plain = Zeroizing::new(encrypted.to_vec());
                let mut stream = rc4::Rc4::new_from_slice(key).ok()?;
                stream.try_apply_keystream(&mut plain).ok()?;
                Some(plain)
            }
        }
    }

    /// Encrypts, by the two that are written; nothing if key or vector are not of their lengths.
    pub fn encrypt(self, key: &[u8], iv: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Aes256 => aes_encrypt(key, iv, plain),
            Self::TripleDes => cbc_encrypt(des::TdesEde3::new_from_slice(key).ok()?, iv, plain),
            _ => None,
        }
    }
}

impl fmt::Display for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aes128 => f.write_str("AES-128-CBC"),
            Self::Aes192 => f.write_str("AES-192-CBC"),
            Self::Aes256 => f.write_str("AES-256-CBC"),
            Self::Des => f.write_str("DES-CBC"),
            Self::TripleDes => f.write_str("3DES-CBC"),
            Self::TripleDesTwoKeys => f.write_str("3DES-CBC with two keys"),
            Self::Rc2 { effective_bits, .. } => write!(f, "RC2-CBC with {effective_bits} bits"),
            Self::Rc4 { key_length } => write!(f, "RC4 with {} bits", key_length * 8),
        }
    }
}

fn aes_decrypt(
    algorithm: &'static aws_lc_rs::cipher::Algorithm,
    key: &[u8],
    iv: &[u8],
    encrypted: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    use aws_lc_rs::cipher;
    let key = cipher::UnboundCipherKey::new(algorithm, key).ok()?;
    let key = cipher::PaddedBlockDecryptingKey::cbc_pkcs7(key).ok()?;
    let mut buffer = Zeroizing::new(encrypted.to_vec());
    let iv = <[u8; 16]>::try_from(iv).ok()?;
    let context = cipher::DecryptionContext::Iv128(iv.into());
    let plain = key.decrypt(&mut buffer, context).ok()?.to_vec();
    Some(Zeroizing::new(plain))
}

fn aes_encrypt(key: &[u8], iv: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
    use aws_lc_rs::cipher;
    let key = cipher::UnboundCipherKey::new(&cipher::AES_256, key).ok()?;
    let key = cipher::PaddedBlockEncryptingKey::cbc_pkcs7(key).ok()?;
    // The room for the padding is taken before, so that no copy of what is plain is left behind.
    let mut buffer = Vec::with_capacity(plain.len() + 16);
    buffer.extend_from_slice(plain);
    let iv = <[u8; 16]>::try_from(iv).ok()?;
    let context = cipher::EncryptionContext::Iv128(iv.into());
    key.less_safe_encrypt(&mut buffer, context).ok()?;
    Some(buffer)
}

fn cbc_decrypt(
    cipher: impl BlockCipherDecrypt,
    iv: &[u8],
    encrypted: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let mode = cbc::Decryptor::inner_iv_slice_init(cipher, iv).ok()?;
    let plain = mode.decrypt_padded_vec::<Pkcs7>(encrypted).ok()?;
    Some(Zeroizing::new(plain))
}

fn cbc_encrypt(cipher: impl BlockCipherEncrypt, iv: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
    let mode = cbc::Encryptor::inner_iv_slice_init(cipher, iv).ok()?;
    Some(mode.encrypt_padded_vec::<Pkcs7>(plain))
}

/// The crate takes lengths at their word, and RFC 2268 §2 bounds both.
fn rc2(key: &[u8], effective_bits: usize) -> Option<rc2::Rc2> {
    let fits = (1..=128).contains(&key.len()) && (1..=1024).contains(&effective_bits);
    fits.then(|| rc2::Rc2::new_with_eff_key_len(key, effective_bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encrypted_is_decrypted() {
        for cipher in [Cipher::Aes256, Cipher::TripleDes] {
            let (key, iv) = (vec![0x17; cipher.key_length()], vec![1; cipher.iv_length()]);
            for length in [0, 1, 7, 8, 15, 16, 1000] {
                let plain = vec![9; length];
                let encrypted = cipher.encrypt(&key, &iv, &plain).unwrap();
                let opened = cipher.decrypt(&key, &iv, &encrypted).unwrap();
                assert_eq!(*opened, plain, "{cipher} {length}");
            }
        }
    }

    #[test]
    fn every_cipher_decrypts_what_openssl_encrypted() {
        let hex = |text: &str| data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap();
        // openssl enc -provider legacy -provider default -CIPHER -K 0102… -iv 0102… of "attack at dawn".
        let key: Vec<u8> = (1..=32).collect();
        for (cipher, encrypted) in VECTORS {
            let (key, iv) = (&key[..cipher.key_length()], &key[..cipher.iv_length()]);
            let opened = cipher.decrypt(key, iv, &hex(encrypted)).unwrap();
            assert_eq!(&**opened, b"attack at dawn", "{cipher}");
        }
    }

    const VECTORS: [(Cipher, &str); 9] = [
        (Cipher::Aes128, "068d2620ce1656710dbfcf58afb94e52"),
        (Cipher::Aes192, "767d565b7c0f8e4c409ddeb8132a835f"),
        (Cipher::Aes256, "f070f74f3f4eec621160aa5123b7610c"),
        (Cipher::Des, "5d7cb7aa12eeed69d24d412d3c0ec525"),
        (Cipher::TripleDes, "3af0d45ab2bec46733a0c7e647516783"),
        (Cipher::TripleDesTwoKeys, "88221fd104e297afd93e0f72be07b585"),
        (
            Cipher::Rc2 {
                key_length: 5,
                effective_bits: 40,
            },
            "e061ac477cf461d0980196fbff50e57e",
        ),
        (
            Cipher::Rc2 {
                key_length: 16,
                effective_bits: 128,
            },
            "eaf26458b23beed28cbc31351fd4d772",
        ),
        (
            Cipher::Rc4 { key_length: 5 },
            "d34d17649356e046b8e3362b7d7f",
        ),
    ];

    #[test]
    fn lengths_that_do_not_fit_give_nothing() {
        for (key_length, effective_bits) in [(0, 40), (129, 40), (5, 0), (5, 1025)] {
            let cipher = Cipher::Rc2 {
                key_length,
                effective_bits,
            };
            assert_eq!(cipher.decrypt(&vec![1; key_length], &[0; 8], &[0; 8]), None);
        }
        assert_eq!(Cipher::Aes128.decrypt(&[1; 16], &[0; 15], &[0; 16]), None);
        assert_eq!(Cipher::Aes128.decrypt(&[1; 15], &[0; 16], &[0; 16]), None);
        assert_eq!(Cipher::Des.decrypt(&[1; 8], &[0; 8], &[0; 7]), None);
        assert_eq!(Cipher::Des.decrypt(&[1; 8], &[0; 8], &[]), None);
    }
}
