//! A key and its certificates in one PEM file, as HAProxy has them: written again in the same order.

use zeroize::Zeroizing;

use super::held::{Found, Next};
use crate::cert::Certificate;
use crate::document::{self, Document, Kind};
use crate::error::{Error, ErrorKind, Result};
use crate::key::{Password, PrivateKey};
use crate::pem;

/// What follows what in such a file.
#[derive(Debug)]
pub struct Combined(Vec<Part>);

#[derive(Debug)]
enum Part {
    Own,
    /// What leads from it to the root, or as much of that as was there.
    Chain,
    Key {
        encrypted: bool,
        text: Zeroizing<Vec<u8>>,
    },
    /// Diffie-Hellman groups: they belong to no certificate.
    Parameters(Vec<u8>),
}

impl Combined {
    /// Reads a file that is PEM and holds a key.
    ///
    /// Fails with [`ErrorKind::Unsupported`] for what would not be written again as it is, and as
    /// [`PrivateKey::from_bytes`] does.
    pub fn read(bytes: &[u8], password: Option<&Password>) -> Result<(Self, Found)> {
        let mut blocks = Vec::new();
        for block in pem::blocks(bytes) {
            let text = block?.section();
            let document = document::documents(text)?.next().ok_or_else(other)??;
            blocks.push((document, text));
        }
        let key = one_key(&blocks, password)?;
        let (mut parts, mut own) = (Vec::new(), None);
        for (document, text) in &blocks {
            match &document.kind {
                Kind::Certificate => {
                    let certificate = Certificate::from_der(&document.der)?;
                    parts.extend(place(&certificate, &key, &mut own, &parts)?);
                }
                kind if kind.is_private_key() => parts.push(Part::Key {
                    encrypted: is_encrypted(kind),
                    text: text.to_vec().into(),
                }),
                _ if is_parameters(text) => parts.push(Part::Parameters(text.to_vec())),
                _ => return Err(other()),
            }
        }
        let found = Found {
            certificate: own,
            key: Some(key),
        };
        Ok((Self(parts), found))
    }

    /// Writes its successor.
    pub fn successor(&self, next: &Next<'_>) -> Result<Zeroizing<Vec<u8>>> {
        let mut bytes = Zeroizing::new(Vec::new());
        for part in &self.0 {
            match part {
                Part::Own => bytes.extend(next.certificates[0].to_pem().bytes()),
                Part::Chain => bytes.extend(next.chain_pem(1)),
                Part::Key { encrypted, text } => {
                    bytes.extend(next.key_pem(*encrypted, text)?.iter())
                }
                Part::Parameters(text) => bytes.extend(text),
            }
            if !bytes.ends_with(b"\n") {
                bytes.push(b'\n');
            }
        }
        Ok(bytes)
    }
}

/// Tells whether a file is PEM by itself, and not other text that carries it, such as YAML.
pub fn is_pem(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let holds = |line: &[u8]| memchr::memmem::find(line, BEGIN).is_some();
    let mut begins = bytes
        .split(|byte| *byte == b'\n')
        .filter(|line| holds(line))
        .peekable();
    begins.peek().is_some() && begins.all(|line| line.starts_with(BEGIN))
}

/// Tells whether a file holds a private key.
pub fn holds_key(bytes: &[u8]) -> bool {
    let mut documents = document::documents(bytes).into_iter().flatten().flatten();
    documents.any(|it| it.kind.is_private_key())
}

fn one_key(blocks: &[(Document, &[u8])], password: Option<&Password>) -> Result<PrivateKey> {
    let mut keys = blocks.iter().filter(|(it, _)| it.kind.is_private_key());
    match (keys.next(), keys.next()) {
        (Some((key, _)), None) => PrivateKey::from_document(key, password),
        _ => Err(other()),
    }
}

/// Where a certificate stands: one is the key's, the others are those of CAs.
fn place(
    certificate: &Certificate,
    key: &PrivateKey,
    own: &mut Option<Certificate>,
    parts: &[Part],
) -> Result<Option<Part>> {
    if certificate.require_key(key).is_ok() {
        return match own.replace(certificate.clone()) {
            None => Ok(Some(Part::Own)),
            Some(_) => Err(other()),
        };
    }
    if !certificate.is_authority() {
        return Err(other());
    }
    let is_told = parts.iter().any(|part| matches!(part, Part::Chain));
    Ok((!is_told).then_some(Part::Chain))
}

fn is_encrypted(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::EncryptedPrivateKey | Kind::LegacyEncryptedKey(_)
    )
}

fn is_parameters(text: &[u8]) -> bool {
    text.starts_with(b"-----BEGIN DH PARAMETERS") || text.starts_with(b"-----BEGIN EC PARAMETERS")
}

fn other() -> Error {
    Error::new(
        ErrorKind::Unsupported,
        "it holds more than one key with its certificate and those of CAs, and would not be written again as it is",
    )
    .with_hint("renew the files that it was made of, and make it anew: certwright export, certwright convert")
}

const BEGIN: &[u8] = b"-----BEGIN";
/// Windows' editors put it before text in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_carries_pem_is_not_pem() {
        for (text, expected) in [
            ("-----BEGIN CERTIFICATE-----\n", true),
            ("\u{feff}-----BEGIN CERTIFICATE-----\n", true),
            ("Bag Attributes\n-----BEGIN CERTIFICATE-----\r\n", true),
            ("cert: |\n  -----BEGIN CERTIFICATE-----\n", false),
            ("{\"cert\":\"-----BEGIN CERTIFICATE-----\\n\"}", false),
            ("cert: LS0tLS1CRUdJTg==", false),
            ("", false),
        ] {
            assert_eq!(is_pem(text.as_bytes()), expected, "{text}");
        }
    }
}
