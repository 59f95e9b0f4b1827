//! What follows what in a PEM file, so that its successor is written alike: a certificate and its chain, a key, or all of
//! these in one, as HAProxy has them.

use zeroize::Zeroizing;

use super::description;
use super::held::{Found, Next};
use crate::cert::Certificate;
use crate::document::{self, Document, Kind, Section};
use crate::error::{Error, ErrorKind, Result};
use crate::key::{Password, PrivateKey};
use crate::pem;

/// The parts of a PEM file.
#[derive(Debug)]
pub struct Layout {
    parts: Vec<Part>,
    certificates: usize,
    /// Whether there is text that describes what is replaced.
    is_described: bool,
}

#[derive(Debug)]
enum Part {
    Own,
    /// One certificate between its own and the root; the last such place takes all that are left.
    Chain,
    Root,
    Key {
        encrypted: bool,
        text: Zeroizing<Vec<u8>>,
    },
    /// What stays as it is: text, Diffie-Hellman groups, CAs that are none of its own.
    Kept(Zeroizing<Vec<u8>>),
}

impl Layout {
    /// Reads a file of PEM. The certificate is that of its key, or else the one that is given, or the first.
    ///
    /// Fails with [`ErrorKind::Unsupported`] for what would not be written again as it is, and as
    /// [`PrivateKey::from_bytes`] does.
    pub fn read(
        bytes: &[u8],
        password: Option<&Password>,
        given: Option<&Certificate>,
    ) -> Result<(Self, Found)> {
        let (blocks, end) = blocks_of(bytes)?;
        let key = at_most_one_key(&blocks, password)?;
        let certificates = blocks.iter().map(Block::certificate);
        let certificates: Vec<Option<Certificate>> = certificates.collect::<Result<_>>()?;
        let mut all = certificates.iter().flatten();
        let own = match &key {
            Some(key) => all.find(|it| it.require_key(key).is_ok()),
            None => given.or_else(|| all.next()),
        };
        if own.is_none() && certificates.iter().flatten().next().is_some() {
            return Err(nobodys_key());
        }
        let path = own.map_or_else(Vec::new, |own| path(own, &certificates));
        let mut this = Self {
            parts: Vec::new(),
            certificates: certificates.iter().flatten().count(),
            is_described: false,
        };
        for (block, certificate) in blocks.iter().zip(&certificates) {
            let part = match certificate {
                Some(certificate) => this.place(certificate, own, &path, block)?,
                None => other_part(block)?,
            };
            this.take_text(block.before, matches!(part, Part::Kept(_)));
            this.parts.push(part);
        }
        this.take_text(end, false);
        let found = Found {
            certificate: own.cloned(),
            key,
        };
        Ok((this, found))
    }

    /// The file of a chain, whatever is in it.
    pub fn of_chain() -> Self {
        Self {
            parts: vec![Part::Chain],
            certificates: 0,
            is_described: false,
        }
    }

    /// Tells whether any certificate between its own and the root, or that, has a place.
    pub fn is_chained(&self) -> bool {
        let is_above = |part: &Part| matches!(part, Part::Chain | Part::Root);
        self.parts.iter().any(is_above)
    }

    /// Tells whether it holds certificates, be it another CA's.
    pub fn holds_certificates(&self) -> bool {
        self.certificates > 0
    }

    /// Tells whether it holds a private key.
    pub fn holds_key(&self) -> bool {
        self.parts.iter().any(|it| matches!(it, Part::Key { .. }))
    }

    /// Tells whether its successor has less text, since that would no longer be true.
    pub fn is_described(&self) -> bool {
        self.is_described
    }

    /// Writes its successor.
    pub fn successor(&self, next: &Next<'_>) -> Result<Zeroizing<Vec<u8>>> {
        let mut bytes = Zeroizing::new(Vec::new());
        let (own, chain) = next.certificates.split_at(1);
        let is_chain = |part: &&Part| matches!(part, Part::Chain);
        let mut places = self.parts.iter().filter(is_chain).count();
        let has_none = places == 0;
        let mut left = chain.iter();
        for part in &self.parts {
            match part {
                Part::Own => {
                    bytes.extend(pem_of(own));
                    // It was the whole chain while the root issued itself.
                    if next.was_below_root && !self.is_chained() {
                        bytes.extend(pem_of(&mut left));
                    }
                }
                Part::Chain => {
                    places -= 1;
                    let here = if places == 0 { left.len() } else { 1 };
                    bytes.extend(pem_of(left.by_ref().take(here)));
                }
                Part::Root => {
                    if has_none {
                        bytes.extend(pem_of(&mut left));
                    }
                    bytes.extend(pem_of([next.root]));
                }
                Part::Key { encrypted, text } => {
                    bytes.extend(next.key_pem(*encrypted, text)?.iter())
                }
                Part::Kept(text) => bytes.extend(text.iter()),
            }
            if !bytes.is_empty() && !bytes.ends_with(b"\n") {
                bytes.push(b'\n');
            }
        }
        Ok(bytes)
    }

    /// Finds the place of a certificate: its own, one of those that lead from it to the root, or another CA's.
    fn place(
        &self,
        certificate: &Certificate,
        own: Option<&Certificate>,
        path: &[&Certificate],
        block: &Block<'_>,
    ) -> Result<Part> {
        let is_there = self.parts.iter().any(|it| matches!(it, Part::Own));
        match own {
            Some(own) if own == certificate && !is_there => Ok(Part::Own),
            _ if !certificate.is_authority() => Err(other()),
            _ if !path.iter().any(|it| std::ptr::eq(*it, certificate)) => Ok(block.kept()),
            _ if is_self_signed(certificate) => Ok(Part::Root),
            _ => Ok(Part::Chain),
        }
    }

    fn take_text(&mut self, text: &[u8], is_true_still: bool) {
        let kept = match is_true_still {
            true => text.to_vec(),
            false => description::without(text),
        };
        self.is_described |= kept.len() < text.len();
        if !kept.is_empty() {
            self.parts.push(Part::Kept(kept.into()));
        }
    }
}

/// One block, and the text before it.
struct Block<'a> {
    before: &'a [u8],
    text: &'a [u8],
    document: Document,
}

impl Block<'_> {
    fn certificate(&self) -> Result<Option<Certificate>> {
        let is_one = self.document.kind == Kind::Certificate;
        let read = is_one.then(|| Certificate::from_der(&self.document.der));
        read.transpose()
    }

    fn kept(&self) -> Part {
        Part::Kept(self.text.to_vec().into())
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

/// The blocks, and the text behind the last.
fn blocks_of(bytes: &[u8]) -> Result<(Vec<Block<'_>>, &[u8])> {
    let (mut blocks, mut found) = (pem::blocks(bytes), Vec::new());
    let mut rest = blocks.rest();
    while let Some(block) = blocks.next() {
        let block = block?;
        let text = block.section();
        let length = rest.len() - blocks.rest().len() - text.len();
        // It knows its line in the file.
        let document = Section::Pem(Ok(block)).read()?;
        found.push(Block {
            before: &rest[..length],
            text,
            document,
        });
        rest = blocks.rest();
    }
    Ok((found, rest))
}

fn at_most_one_key(
    blocks: &[Block<'_>],
    password: Option<&Password>,
) -> Result<Option<PrivateKey>> {
    let mut keys = blocks.iter().map(|block| &block.document);
    let mut keys = keys.by_ref().filter(|it| it.kind.is_private_key());
    match (keys.next(), keys.next()) {
        (None, _) => Ok(None),
        (Some(key), None) => PrivateKey::from_document(key, password).map(Some),
        _ => Err(other()),
    }
}

/// Those that lead from a certificate to its root, as far as they are there.
pub fn path<'a>(own: &'a Certificate, all: &'a [Option<Certificate>]) -> Vec<&'a Certificate> {
    let (mut found, mut last) = (Vec::new(), own);
    while !is_self_signed(last) && found.len() < LONGEST {
        let signed = |ca: &&Certificate| is_signed_by(last, ca);
        let Some(next) = all.iter().flatten().find(signed) else {
            break;
        };
        found.push(next);
        last = next;
    }
    found
}

pub fn is_self_signed(certificate: &Certificate) -> bool {
    is_signed_by(certificate, certificate)
}

fn is_signed_by(certificate: &Certificate, ca: &Certificate) -> bool {
    certificate.issuer_der() == ca.subject_der()
        && certificate.verify_signed_by(ca.public_key()).is_ok()
}

/// A key, or what belongs to no certificate.
fn other_part(block: &Block<'_>) -> Result<Part> {
    match &block.document.kind {
        kind if kind.is_private_key() => Ok(Part::Key {
            encrypted: is_encrypted(kind),
            text: block.text.to_vec().into(),
        }),
        _ if is_parameters(block.text) => Ok(block.kept()),
        _ => Err(other()),
    }
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

fn pem_of<'a>(certificates: impl IntoIterator<Item = &'a Certificate>) -> Vec<u8> {
    let pem = certificates.into_iter().map(Certificate::to_pem);
    pem.collect::<String>().into_bytes()
}

fn other() -> Error {
    Error::new(
        ErrorKind::Unsupported,
        "it holds more than one certificate with those of CAs and one key, and would not be written again as it is",
    )
    .with_hint("renew the files that it was made of, and make it anew: certwright export, certwright convert")
}

pub fn nobodys_key() -> Error {
    let told = "the private key in it belongs to none of its certificates";
    Error::new(ErrorKind::KeyMismatch, told)
        .with_hint("bring the right one back; or issue the certificate anew where it is to be")
}

const BEGIN: &[u8] = b"-----BEGIN";
/// Windows' editors put it before text in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// Chains of local CAs have two or three; whoever writes a ring of them does not have us go round.
const LONGEST: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ca::tests::foreign;

    #[test]
    fn a_block_that_cannot_be_read_is_named_by_its_line() {
        let (certificate, _) = foreign([1, 6]);
        let whole = certificate.to_pem();
        let line = whole.lines().count() + 2;
        for damaged in [whole.replace("\nM", "\n*"), whole.replace("\nM", "\nX")] {
            let text = format!("{whole}what follows\n{damaged}");
            let error = Layout::read(text.as_bytes(), None, None).unwrap_err();
            let named = format!("the CERTIFICATE block of line {line}:");
            assert!(error.to_string().starts_with(&named), "{error}");
        }
    }

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
