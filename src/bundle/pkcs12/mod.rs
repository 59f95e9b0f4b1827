//! PKCS #12 (RFC 7292): keys, certificates and revocation lists in bags, locked with a password.
//!
//! `read` takes a file apart and `write` makes one; `mac` is the code that both hold over the contents;
//! `outline` tells how a file is protected.

mod mac;
mod outline;
mod read;
mod write;

use crate::der;

pub use outline::Outline;
pub use read::decode;
pub(super) use read::decode_within;
pub use write::{Profile, encode};

/// An OBJECT IDENTIFIER of this file, encoded.
fn oid(dotted: &str) -> Vec<u8> {
    der::object_identifier(&der::parse_dotted(dotted).unwrap_or_default())
}

const DATA: &str = "1.2.840.113549.1.7.1";
const SIGNED_DATA: &str = "1.2.840.113549.1.7.2";
const ENVELOPED_DATA: &str = "1.2.840.113549.1.7.3";
const ENCRYPTED_DATA: &str = "1.2.840.113549.1.7.6";

const KEY_BAG: &str = "1.2.840.113549.1.12.10.1.1";
const SHROUDED_KEY_BAG: &str = "1.2.840.113549.1.12.10.1.2";
const CERTIFICATE_BAG: &str = "1.2.840.113549.1.12.10.1.3";
const CRL_BAG: &str = "1.2.840.113549.1.12.10.1.4";
const SECRET_BAG: &str = "1.2.840.113549.1.12.10.1.5";
const SAFE_CONTENTS_BAG: &str = "1.2.840.113549.1.12.10.1.6";

const X509_CERTIFICATE: &str = "1.2.840.113549.1.9.22.1";
const X509_CRL: &str = "1.2.840.113549.1.9.23.1";
const FRIENDLY_NAME: &str = "1.2.840.113549.1.9.20";
const LOCAL_KEY_ID: &str = "1.2.840.113549.1.9.21";
/// Oracle's, for what a certificate is trusted.
const TRUSTED_KEY_USAGE: &str = "2.16.840.1.113894.746875.1.1";

#[cfg(test)]
mod tests;
