//! What can be wrong with a path, as facts; their words for people.

use std::fmt;

use time::OffsetDateTime;

use crate::validity::to_rfc3339;

/// One reason why a certificate is not accepted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Problem {
    /// The certificate of the path that it concerns, counted from the end entity.
    pub certificate: usize,
    /// What is wrong.
    pub cause: Cause,
}

/// What is wrong with a certificate of a path.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Cause {
    /// Its signature is not by its issuer's key.
    BadSignature {
        /// The issuer's subject.
        issuer: String,
    },
    /// The policies that the path must have, it has not (RFC 5280 §6.1).
    CertificatePolicy {
        /// What is missing or forbidden.
        what: String,
    },
    /// Its validity is over.
    Expired {
        /// The last second.
        not_after: OffsetDateTime,
        /// The moment asked about.
        at: OffsetDateTime,
    },
    /// Its issuer is neither at hand nor trusted, and there are places to get it from.
    IncompleteChain {
        /// The issuer's name.
        issuer: String,
        /// Where it is to be had (RFC 5280 §4.2.2.1).
        places: Vec<String>,
    },
    /// Its key may not be used so.
    KeyUsage {
        /// The usage that it takes.
        needed: &'static str,
        /// What it has.
        has: Vec<&'static str>,
    },
    /// It is not what a certificate must be.
    Malformed {
        /// The extension, in dotted decimal; none if it is another part.
        extension: Option<String>,
        /// What is wrong.
        what: String,
    },
    /// It has a name that a CA above may not issue for.
    NameConstraints {
        /// The name with its kind.
        name: String,
        /// The CA whose constraints they are, counted from the end entity.
        by: usize,
        /// The CA's subject.
        authority: String,
        /// What the constraints say of it.
        why: String,
    },
    /// It issued, and is no CA.
    NotAuthority {
        /// Whether it says that it is none, or says nothing.
        says_so: bool,
    },
    /// Its validity has not begun.
    NotYetValid {
        /// The first second.
        not_before: OffsetDateTime,
        /// The moment asked about.
        at: OffsetDateTime,
    },
    /// More CAs follow it than it allows.
    PathLength {
        /// How many it allows.
        limit: u32,
        /// How many there are.
        found: usize,
    },
    /// It is for other purposes.
    Purpose {
        /// The purpose that it takes.
        wanted: &'static str,
        /// What it has.
        has: Vec<String>,
    },
    /// Its issuer says that it no longer holds.
    Revoked {
        /// Since when.
        since: OffsetDateTime,
        /// Why, if that is said.
        reason: Option<&'static str>,
    },
    /// Whether it was revoked cannot be told.
    RevocationUnknown {
        /// Why not.
        why: String,
    },
    /// It breaks a rule that the policy makes a condition.
    Rule {
        /// The rule's ID.
        id: &'static str,
        /// What is wrong, both sides.
        what: String,
        /// Where the rule stands.
        citation: &'static str,
    },
    /// It is signed by itself, and not trusted.
    SelfSigned {
        /// Whether it is a CA's.
        is_authority: bool,
    },
    /// To tell would cost more than is spent on one answer.
    TooComplex {
        /// What there is too much of.
        what: &'static str,
    },
    /// It is not the certificate that was expected.
    Unexpected {
        /// The SHA-256 of the expected one, in hexadecimal.
        expected: String,
        /// The SHA-256 of the one found.
        found: String,
    },
    /// It is critical, and nothing here knows it.
    UnknownCriticalExtension {
        /// In dotted decimal.
        oid: String,
    },
    /// Its issuer is neither at hand nor trusted.
    UnknownIssuer {
        /// The issuer's name.
        issuer: String,
        /// Whether a CA of that name is known, with another key.
        has_namesake: bool,
        /// Where its certificate is to be had (RFC 5280 §4.2.2.1).
        places: Vec<String>,
    },
    /// The root that it leads to is not trusted.
    UntrustedRoot,
    /// Its signature is of an algorithm, or by a key, that nothing here can check.
    UncheckedSignature {
        /// Why not.
        why: String,
    },
    /// Its signature goes by a digest for which others can make a second certificate.
    WeakDigest {
        /// The digest.
        digest: &'static str,
    },
    /// It is not for the name asked about.
    WrongName {
        /// The name asked about.
        asked: String,
        /// The names that it has, with their kinds.
        names: Vec<String>,
        /// Why a name that looks like it does not count.
        why: Option<String>,
    },
}

impl Problem {
    /// The smaller is told first: that it is forged, that nobody trusts it, then from the end entity up, what a
    /// profile asks for last.
    pub(super) fn urgency(&self) -> (u8, usize) {
        let rank = match self.cause {
            Cause::BadSignature { .. } => 0,
            Cause::Rule { .. } => 3,
            _ if self.cause.is_about_trust() => 1,
            _ => 2,
        };
        (rank, self.certificate)
    }
}

impl Cause {
    /// Returns the stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadSignature { .. } => "bad-signature",
            Self::CertificatePolicy { .. } => "certificate-policy",
            Self::Expired { .. } => "expired",
            Self::IncompleteChain { .. } => "incomplete-chain",
            Self::KeyUsage { .. } => "key-usage",
            Self::Malformed { .. } => "malformed",
            Self::NameConstraints { .. } => "name-constraints",
            Self::NotAuthority { .. } => "not-a-ca",
            Self::NotYetValid { .. } => "not-yet-valid",
            Self::PathLength { .. } => "path-length",
            Self::Purpose { .. } => "extended-key-usage",
            Self::Revoked { .. } => "revoked",
            Self::RevocationUnknown { .. } => "revocation-unknown",
            Self::Rule { id, .. } => id,
            Self::SelfSigned { .. } => "self-signed",
            Self::TooComplex { .. } => "too-complex",
            Self::Unexpected { .. } => "unexpected",
            Self::UnknownCriticalExtension { .. } => "unknown-critical-extension",
            Self::UnknownIssuer { .. } => "unknown-issuer",
            Self::UntrustedRoot => "untrusted-root",
            Self::UncheckedSignature { .. } => "unsupported-algorithm",
            Self::WeakDigest { .. } => "digest-weak",
            Self::WrongName { .. } => "wrong-name",
        }
    }

    /// Tells whether it is that no trusted CA was reached.
    pub fn is_about_trust(&self) -> bool {
        matches!(
            self,
            Self::IncompleteChain { .. }
                | Self::SelfSigned { .. }
                | Self::UnknownIssuer { .. }
                | Self::UntrustedRoot
        )
    }

    /// Returns where the rule stands.
    pub fn citation(&self) -> &'static str {
        match self {
            Self::BadSignature { .. } | Self::UncheckedSignature { .. } => "RFC 5280 §6.1.3 (a)(1)",
            Self::CertificatePolicy { .. } => "RFC 5280 §6.1.3 to §6.1.5",
            Self::Expired { .. } | Self::NotYetValid { .. } => "RFC 5280 §6.1.3 (a)(2)",
            Self::IncompleteChain { .. }
            | Self::SelfSigned { .. }
            | Self::UnknownIssuer { .. }
            | Self::UntrustedRoot => "RFC 5280 §6.1.1 (d)",
            Self::KeyUsage { .. } => "RFC 5280 §4.2.1.3",
            Self::Malformed { .. } => "RFC 5280 §4.1 and §4.2",
            Self::NameConstraints { .. } => "RFC 5280 §4.2.1.10",
            Self::NotAuthority { .. } => "RFC 5280 §6.1.4 (k)",
            Self::PathLength { .. } => "RFC 5280 §6.1.4 (l)",
            Self::Purpose { .. } => "RFC 5280 §4.2.1.12",
            Self::Revoked { .. } | Self::RevocationUnknown { .. } => "RFC 5280 §6.3",
            Self::Rule { citation, .. } => citation,
            Self::TooComplex { .. } => "RFC 5280 §8",
            Self::Unexpected { .. } => "what was asked for",
            Self::UnknownCriticalExtension { .. } => "RFC 5280 §4.2",
            Self::WeakDigest { .. } => "CA/Browser Forum BR §7.1.3.2",
            Self::WrongName { .. } => "RFC 9525 §6",
        }
    }

    /// Says what to do about it, where that is known.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::BadSignature { .. } => {
                "the file was changed, or a CA of the same name with another key was given: get both from whoever issued it"
            }
            Self::Expired { .. } => "renew it, and have the server load the new one",
            Self::IncompleteChain { places, .. } => {
                let place = places
                    .first()
                    .map_or_else(String::new, |place| format!(" ({place})"));
                return Some(format!(
                    "put the issuer's certificate{place} into the server's file, after the leaf; --fetch gets it for this answer alone"
                ));
            }
            Self::KeyUsage { .. } | Self::Purpose { .. } | Self::NotAuthority { .. } => {
                "have it issued anew, for this use"
            }
            Self::NameConstraints { .. } => {
                "have it issued by a CA that may name it, or widen this one: certwright ca widen NAME"
            }
            Self::NotYetValid { .. } => "wait, or see whether a clock is wrong",
            Self::PathLength { .. } => "issue from the CA itself, not from one below it",
            Self::Revoked { .. } => "have a new one issued, with a new key",
            Self::RevocationUnknown { .. } => {
                "give a current list of its issuer with --crl, or where the certificate names one let --fetch get it"
            }
            Self::SelfSigned {
                is_authority: false,
            } => {
                "judge by it with --roots FILE, or have one issued that a trusted CA signs: certwright issue NAME"
            }
            Self::SelfSigned { is_authority: true } | Self::UntrustedRoot => {
                "if it is yours, trust it with certwright trust --cert FILE, or judge by it with --roots FILE"
            }
            Self::Unexpected { .. } => {
                "have the server load the new file: most read it only when they start or are told to reload"
            }
            Self::UnknownIssuer { places, .. } if !places.is_empty() => {
                return Some(format!(
                    "if it is an intermediate, put its certificate ({}) into the server's file, after the leaf; --fetch gets it for this answer alone; a root of yours is given with --roots FILE",
                    places[0]
                ));
            }
            Self::UnknownIssuer { .. } => {
                "if the issuer is an intermediate, its certificate belongs after the leaf in the server's file; if it is a root of yours, give it with --roots FILE"
            }
            Self::WeakDigest { .. } => "have it issued anew, with SHA-256",
            Self::WrongName { names, .. } if names.is_empty() => {
                "have it issued anew, with this name among its alternative names"
            }
            Self::WrongName { .. } => {
                "ask for one of the names that it has, or have it issued anew with this one among its alternative names"
            }
            Self::CertificatePolicy { .. }
            | Self::Malformed { .. }
            | Self::Rule { .. }
            | Self::TooComplex { .. }
            | Self::UnknownCriticalExtension { .. }
            | Self::UncheckedSignature { .. } => return None,
        };
        Some(text.to_owned())
    }
}

impl fmt::Display for Cause {
    /// One sentence about "it", the certificate concerned, with both sides of the conflict.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadSignature { issuer } => {
                write!(
                    f,
                    "its signature is not by the key of {issuer}, its issuer by name"
                )
            }
            Self::CertificatePolicy { what } => f.write_str(what),
            Self::Expired { not_after, at } => {
                write!(
                    f,
                    "it ended on {}, and is judged as of {}",
                    to_rfc3339(*not_after),
                    to_rfc3339(*at)
                )
            }
            Self::IncompleteChain { issuer, .. } => write!(
                f,
                "its issuer, {issuer}, is no trusted root, and its certificate is not at hand"
            ),
            Self::KeyUsage { needed, has } => {
                write!(
                    f,
                    "its key usage is {}, and {needed} is needed",
                    listed(has)
                )
            }
            Self::Malformed {
                extension: Some(oid),
                what,
            } => {
                write!(f, "its extension {oid} is malformed: {what}")
            }
            Self::Malformed {
                extension: None,
                what,
            } => write!(f, "it is malformed: {what}"),
            Self::NameConstraints {
                name,
                authority,
                why,
                ..
            } => {
                write!(
                    f,
                    "it has the name {name}, which {authority} may not issue for: {why}"
                )
            }
            Self::NotAuthority { says_so: true } => {
                f.write_str("it issued the one below, and says that it is no CA")
            }
            Self::NotAuthority { says_so: false } => f.write_str(
                "it issued the one below, and has no basic constraints that make it a CA",
            ),
            Self::NotYetValid { not_before, at } => write!(
                f,
                "it begins on {}, and is judged as of {}",
                to_rfc3339(*not_before),
                to_rfc3339(*at)
            ),
            Self::PathLength { limit, found } => {
                write!(
                    f,
                    "it allows {limit} CAs below itself, and there are {found}"
                )
            }
            Self::Purpose { wanted, has } => {
                write!(f, "it is for {}, and {wanted} is needed", listed(has))
            }
            Self::Revoked { since, reason } => {
                write!(f, "its issuer revoked it on {}", to_rfc3339(*since))?;
                reason.map_or(Ok(()), |reason| write!(f, " ({reason})"))
            }
            Self::RevocationUnknown { why } => {
                write!(f, "whether it was revoked cannot be told: {why}")
            }
            Self::Rule { what, .. } => f.write_str(what),
            Self::SelfSigned { .. } => f.write_str("it is signed by itself, and is not trusted"),
            Self::TooComplex { what } => {
                write!(f, "there are more {what} than are looked at for one answer")
            }
            Self::Unexpected { expected, found } => {
                write!(
                    f,
                    "its SHA-256 is {found}, and that of the expected one {expected}"
                )
            }
            Self::UnknownCriticalExtension { oid } => {
                write!(f, "its extension {oid} is critical, and not known")
            }
            Self::UnknownIssuer {
                issuer,
                has_namesake: false,
                ..
            } => {
                write!(
                    f,
                    "its issuer, {issuer}, is no trusted root, and its certificate is not at hand"
                )
            }
            Self::UnknownIssuer {
                issuer,
                has_namesake: true,
                ..
            } => write!(
                f,
                "its issuer is not the CA of the name {issuer} that is known here: that one has another key"
            ),
            Self::UntrustedRoot => f.write_str("it is a root, and not a trusted one"),
            Self::UncheckedSignature { why } => {
                write!(f, "its signature cannot be checked: {why}")
            }
            Self::WeakDigest { digest } => write!(
                f,
                "its signature goes by {digest}, and clients want SHA-256 or better"
            ),
            Self::WrongName { asked, names, why } => {
                match names.as_slice() {
                    [] => write!(f, "it has no alternative names, and {asked} was asked for")?,
                    names => write!(f, "it is for {}, and {asked} was asked for", listed(names))?,
                }
                why.as_ref().map_or(Ok(()), |why| write!(f, ": {why}"))
            }
        }
    }
}

/// Joins words, and of many only the first: a certificate may have thousands of names.
fn listed<T: fmt::Display>(words: &[T]) -> String {
    let first: Vec<String> = words.iter().take(MAX_LISTED).map(T::to_string).collect();
    match words.len() {
        0 => "nothing".to_owned(),
        count if count > MAX_LISTED => {
            format!("{} and {} more", first.join(", "), count - MAX_LISTED)
        }
        _ => first.join(", "),
    }
}

/// As many as fit into a few lines.
const MAX_LISTED: usize = 8;
