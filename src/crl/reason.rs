//! Why a certificate is revoked.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, ErrorKind, Result};

/// A reason (RFC 5280 §5.3.1).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Reason {
    /// None that is told.
    #[default]
    Unspecified,
    /// Somebody else has, or may have, the private key.
    KeyCompromise,
    /// The same of a CA's key.
    CaCompromise,
    /// The subject's name is no longer right.
    AffiliationChanged,
    /// Another certificate took its place.
    Superseded,
    /// It is not needed any more.
    CessationOfOperation,
    /// It is suspended.
    CertificateHold,
    /// It was suspended, and holds again.
    RemoveFromCrl,
    /// Its subject may no longer do what it says.
    PrivilegeWithdrawn,
    /// An attribute authority's key is no longer its own.
    AaCompromise,
}

impl Reason {
    /// Those that a certificate which this toolkit issued is revoked for.
    ///
    /// Nothing is suspended here: whoever saw the list in between would go on refusing, and a later
    /// list could not tell that nothing was signed meanwhile. The compromises of authorities are for
    /// certificates of authorities.
    pub const OFFERED: [Self; 6] = [
        Self::Unspecified,
        Self::KeyCompromise,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::PrivilegeWithdrawn,
    ];

    const ALL: [Self; 10] = [
        Self::Unspecified,
        Self::KeyCompromise,
        Self::CaCompromise,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::CertificateHold,
        Self::RemoveFromCrl,
        Self::PrivilegeWithdrawn,
        Self::AaCompromise,
    ];

    /// Returns the number of `CRLReason`; 7 is nobody's.
    pub fn code(self) -> u8 {
        match self {
            Self::Unspecified => 0,
            Self::KeyCompromise => 1,
            Self::CaCompromise => 2,
            Self::AffiliationChanged => 3,
            Self::Superseded => 4,
            Self::CessationOfOperation => 5,
            Self::CertificateHold => 6,
            Self::RemoveFromCrl => 8,
            Self::PrivilegeWithdrawn => 9,
            Self::AaCompromise => 10,
        }
    }

    /// Returns the reason of a number.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// Returns the word of RFC 5280, in words of its own: `key-compromise`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::KeyCompromise => "key-compromise",
            Self::CaCompromise => "ca-compromise",
            Self::AffiliationChanged => "affiliation-changed",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessation-of-operation",
            Self::CertificateHold => "certificate-hold",
            Self::RemoveFromCrl => "remove-from-crl",
            Self::PrivilegeWithdrawn => "privilege-withdrawn",
            Self::AaCompromise => "aa-compromise",
        }
    }

    /// As rcgen takes it; it leaves out what is not told, as §5.3.1 would have it.
    pub(crate) fn encoded(self) -> Option<rcgen::RevocationReason> {
        use rcgen::RevocationReason as Coded;
        Some(match self {
            Self::Unspecified => return None,
            Self::KeyCompromise => Coded::KeyCompromise,
            Self::CaCompromise => Coded::CaCompromise,
            Self::AffiliationChanged => Coded::AffiliationChanged,
            Self::Superseded => Coded::Superseded,
            Self::CessationOfOperation => Coded::CessationOfOperation,
            Self::CertificateHold => Coded::CertificateHold,
            Self::RemoveFromCrl => Coded::RemoveFromCrl,
            Self::PrivilegeWithdrawn => Coded::PrivilegeWithdrawn,
            Self::AaCompromise => Coded::AaCompromise,
        })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Reason {
    type Err = Error;

    /// Takes our words, and those of RFC 5280 and OpenSSL, such as `keyCompromise`.
    ///
    /// Fails with [`ErrorKind::InvalidValue`].
    fn from_str(text: &str) -> Result<Self> {
        let letters = |text: &str| text.replace(['-', '_'], "").to_ascii_lowercase();
        let found = Self::ALL
            .into_iter()
            .find(|reason| letters(reason.word()) == letters(text));
        found.ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidValue,
                format!("\"{text}\" is no reason to revoke a certificate"),
            )
            .with_hint(format!("take {}", Self::OFFERED.map(Self::word).join(", ")))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_numbers_are_read_back() {
        for reason in Reason::ALL {
            assert_eq!(Reason::from_code(reason.code()), Some(reason));
            assert_eq!(reason.word().parse::<Reason>().unwrap(), reason);
        }
        for (text, reason) in [
            ("keyCompromise", Reason::KeyCompromise),
            ("CACompromise", Reason::CaCompromise),
            ("removeFromCRL", Reason::RemoveFromCrl),
            ("AACompromise", Reason::AaCompromise),
        ] {
            assert_eq!(text.parse::<Reason>().unwrap(), reason);
        }
        assert_eq!(Reason::from_code(7), None);
        assert!("no".parse::<Reason>().unwrap_err().hint().is_some());
    }
}
