//! Certificate revocation lists (RFC 5280 §5).

mod decoded;
mod reason;

use time::OffsetDateTime;

use crate::pem;

pub use decoded::{DecodedList, Entry, Number, Scope};
pub use reason::Reason;

/// A list that says which of an issuer's certificates no longer hold.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RevocationList {
    der: Vec<u8>,
}

impl RevocationList {
    /// Takes the DER of a list that was made here.
    pub(crate) fn from_der(der: Vec<u8>) -> Self {
        Self { der }
    }

    /// Returns the DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Returns the list in PEM.
    pub fn to_pem(&self) -> String {
        pem::encode("X509 CRL", &self.der)
    }
}

/// What a list is to say.
#[derive(Clone, Debug)]
pub struct RevocationListTemplate {
    /// The number of the list, growing from one to the next (§5.2.3).
    pub number: u64,
    /// When it is made (§5.1.2.4).
    pub this_update: OffsetDateTime,
    /// When the next one is to be had at the latest (§5.1.2.5).
    pub next_update: OffsetDateTime,
    /// What is revoked.
    pub revoked: Vec<Revoked>,
}

/// One certificate that no longer holds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Revoked {
    /// Its serial number, as in its DER.
    pub serial: Vec<u8>,
    /// Since when (§5.3).
    pub since: OffsetDateTime,
    /// Why.
    pub reason: Reason,
}
