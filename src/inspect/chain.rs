//! Faults of a chain as a server sends it (RFC 8446 §4.4.2): what is missing, what is too much, and what
//! stands in the wrong place.
//!
//! These are facts about a list of certificates, by their names and signatures. Whether clients accept the
//! chain depends on the roots that they have, and is another question.

use std::fmt;

use serde::Serialize;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::oid_registry::OID_PKIX_ACCESS_DESCRIPTOR_CA_ISSUERS;
use x509_parser::prelude::FromDer as _;

use crate::cert::Certificate;
use crate::error::ErrorKind;
use crate::name::Subject;
use crate::text::{Escaped, shorten};

/// One fault of a chain. Places are counted from 0, the server's own certificate.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(tag = "fault", rename_all = "kebab-case")]
pub enum ChainFault {
    /// A certificate that was sent before.
    Duplicate {
        /// Its place.
        index: usize,
        /// Where it stands first.
        first: usize,
    },
    /// The server's certificate is alone, and not its own issuer.
    MissingIssuer {
        /// The issuer's name.
        issuer: String,
        /// Where the certificate says that its issuer's is to be had.
        url: Option<String>,
    },
    /// A certificate that stands before the one that it certifies.
    OutOfOrder {
        /// Its place.
        index: usize,
        /// Its subject.
        subject: String,
        /// The place of what it certifies.
        certifies: usize,
    },
    /// A root, which clients have or do not believe.
    SuperfluousRoot {
        /// Its place.
        index: usize,
        /// Its subject.
        subject: String,
    },
    /// More certificates than are looked at.
    TooMany {
        /// How many were sent.
        count: usize,
    },
    /// A certificate that no other leads to.
    Unrelated {
        /// Its place.
        index: usize,
        /// Its subject.
        subject: String,
    },
}

impl fmt::Display for ChainFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Duplicate { index, first } => {
                write!(
                    f,
                    "certificate {} is certificate {} once more",
                    index + 1,
                    first + 1
                )
            }
            Self::MissingIssuer { issuer, url } => {
                write!(
                    f,
                    "the certificate of its issuer {issuer} is not sent: clients refuse it unless that is a root of theirs"
                )?;
                match url {
                    Some(url) => write!(f, ", or they fetch it from {url}"),
                    None => Ok(()),
                }
            }
            Self::OutOfOrder {
                index,
                subject,
                certifies,
            } => write!(
                f,
                "out of order: certificate {} ({subject}) stands before certificate {}, which it certifies",
                index + 1,
                certifies + 1
            ),
            Self::SuperfluousRoot { index, subject } => write!(
                f,
                "certificate {} ({subject}) is a root: clients have it or do not believe it, and it costs time",
                index + 1
            ),
            Self::TooMany { count } => {
                write!(
                    f,
                    "{count} certificates are sent, and no more than {MAX_LENGTH} of them are looked at here"
                )
            }
            Self::Unrelated { index, subject } => {
                write!(
                    f,
                    "certificate {} ({subject}) certifies none of the others",
                    index + 1
                )
            }
        }
    }
}

/// Finds the faults of a chain, the server's own certificate first.
pub fn chain_faults(chain: &[Certificate]) -> Vec<ChainFault> {
    let (looked_at, rest) = chain.split_at(chain.len().min(MAX_LENGTH));
    let links = Links::of(looked_at);
    let own = looked_at
        .first()
        .and_then(|own| missing_issuer(own, &links));
    let others = (1..looked_at.len()).filter_map(|index| links.fault(looked_at, index));
    let count = chain.len();
    let too_many = (!rest.is_empty()).then_some(ChainFault::TooMany { count });
    own.into_iter().chain(others).chain(too_many).collect()
}

/// Who certifies whom.
struct Links {
    /// For each certificate the places of those that it certifies.
    certified: Vec<Vec<usize>>,
    /// Whether the first leads to it, by way of issuers.
    reached: Vec<bool>,
}

impl Links {
    fn of(chain: &[Certificate]) -> Self {
        let certified_by = |issuer: &Certificate| {
            let all = 0..chain.len();
            all.filter(|at| certifies(issuer, &chain[*at])).collect()
        };
        let certified: Vec<Vec<usize>> = chain.iter().map(certified_by).collect();
        let mut reached = vec![false; chain.len()];
        let mut waiting = vec![0];
        while let Some(at) = waiting.pop() {
            if reached.get(at) == Some(&false) {
                reached[at] = true;
                waiting.extend((0..chain.len()).filter(|other| certified[*other].contains(&at)));
            }
        }
        Self { certified, reached }
    }

    /// What is wrong with a certificate beside the first.
    fn fault(&self, chain: &[Certificate], index: usize) -> Option<ChainFault> {
        let certificate = &chain[index];
        let subject = || shorten(&certificate.subject().to_string(), MAX_SUBJECT);
        if let Some(first) = chain[..index]
            .iter()
            .position(|earlier| earlier == certificate)
        {
            return Some(ChainFault::Duplicate { index, first });
        }
        if !self.reached[index] {
            return Some(ChainFault::Unrelated {
                index,
                subject: subject(),
            });
        }
        if is_root(certificate) {
            return Some(ChainFault::SuperfluousRoot {
                index,
                subject: subject(),
            });
        }
        let certifies = *self.certified[index]
            .iter()
            .min()
            .filter(|first| **first > index)?;
        Some(ChainFault::OutOfOrder {
            index,
            subject: subject(),
            certifies,
        })
    }
}

fn missing_issuer(own: &Certificate, links: &Links) -> Option<ChainFault> {
    let is_there = links
        .certified
        .iter()
        .any(|certified| certified.contains(&0));
    let issuer = Subject::from_der(own.issuer_der()).to_string();
    (!is_there && !is_root(own)).then(|| ChainFault::MissingIssuer {
        issuer: shorten(&issuer, MAX_SUBJECT),
        url: issuer_url(own),
    })
}

/// Tells whether one is the issuer of another.
fn certifies(issuer: &Certificate, subject: &Certificate) -> bool {
    issuer != subject && has_signed(issuer, subject)
}

fn is_root(certificate: &Certificate) -> bool {
    has_signed(certificate, certificate)
}

/// By name; and by signature, where that can be checked.
fn has_signed(issuer: &Certificate, subject: &Certificate) -> bool {
    issuer.subject_der() == subject.issuer_der()
        && match subject.verify_signed_by(issuer.public_key()) {
            Ok(()) => true,
            Err(error) => error.kind() != ErrorKind::BadSignature,
        }
}

/// The first URL under which a certificate says that its issuer's is (RFC 5280 §4.2.2.1).
fn issuer_url(certificate: &Certificate) -> Option<String> {
    let (_, parsed) = X509Certificate::from_der(certificate.der()).ok()?;
    parsed.extensions().iter().find_map(|extension| {
        let ParsedExtension::AuthorityInfoAccess(access) = extension.parsed_extension() else {
            return None;
        };
        access
            .accessdescs
            .iter()
            .find_map(|description| match description.access_location {
                GeneralName::URI(uri)
                    if description.access_method == OID_PKIX_ACCESS_DESCRIPTOR_CA_ISSUERS =>
                {
                    Some(Escaped(uri).to_string())
                }
                _ => None,
            })
    })
}

/// Every pair of certificates may cost a check of a signature; no server needs more than four or five.
const MAX_LENGTH: usize = 32;
/// As much of a name as one line shows.
const MAX_SUBJECT: usize = 120;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cert::Issuer;
    use crate::crypto::Algorithm;
    use crate::issue::{Signatory, Template, issue};
    use crate::key::PrivateKey;
    use crate::profile::{Profile, Purposes};
    use crate::validity::{Lifetime, Validity, parse_time};

    /// A root, two intermediates and a leaf.
    fn authority() -> [Certificate; 4] {
        let made = |profile: Profile, subject: &str, names: &[&str], by: Option<&Issuer>| {
            let key = PrivateKey::generate(Algorithm::P256).unwrap();
            let start = parse_time("2026-01-01").unwrap();
            let template = Template {
                profile,
                subject: Subject::common_name(subject).unwrap(),
                names: names.iter().map(|name| name.parse().unwrap()).collect(),
                public_key: key.public_key().clone(),
                validity: Validity::starting(start, Lifetime::days(90)).unwrap(),
            };
            let signatory = by.map_or(Signatory::Itself(&key), Signatory::Issuer);
            (issue(&template, signatory).unwrap(), key)
        };
        let (root, key) = made(Profile::root(Some(2), None), "root", &[], None);
        let issuer = Issuer::new(root.clone(), key).unwrap();
        let (upper, key) = made(Profile::root(Some(1), None), "upper", &[], Some(&issuer));
        let issuer = Issuer::new(upper.clone(), key).unwrap();
        let (middle, key) = made(Profile::intermediate(0, None), "middle", &[], Some(&issuer));
        let issuer = Issuer::new(middle.clone(), key).unwrap();
        let (leaf, _) = made(
            Profile::leaf(Purposes::ALL),
            "leaf",
            &["a.test"],
            Some(&issuer),
        );
        [root, upper, middle, leaf]
    }

    fn told(chain: &[&Certificate]) -> Vec<String> {
        let chain: Vec<Certificate> = chain
            .iter()
            .map(|certificate| (*certificate).clone())
            .collect();
        let faults = chain_faults(&chain);
        faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_chain_in_order_has_no_fault() {
        let [root, upper, middle, leaf] = &authority();
        assert_eq!(told(&[leaf, middle, upper]), [""; 0]);
        assert_eq!(told(&[root]), [""; 0]);
        assert_eq!(told(&[]), [""; 0]);
    }

    #[test]
    fn each_fault_is_told() {
        let [root, upper, middle, leaf] = &authority();
        // The same names, and other keys: what counts is who signed.
        let [.., stranger, _] = &authority();
        let missing = "the certificate of its issuer CN=middle is not sent: clients refuse it unless that is a root of theirs";
        let superfluous = "is a root: clients have it or do not believe it, and it costs time";
        assert_eq!(told(&[leaf]), [missing]);
        assert_eq!(
            told(&[leaf, middle, upper, root]),
            [format!("certificate 4 (CN=root) {superfluous}")]
        );
        assert_eq!(
            told(&[leaf, root, upper, middle, middle]),
            [
                format!("certificate 2 (CN=root) {superfluous}"),
                "out of order: certificate 3 (CN=upper) stands before certificate 4, which it certifies".to_owned(),
                "certificate 5 is certificate 4 once more".to_owned()
            ]
        );
        assert_eq!(
            told(&[leaf, stranger]),
            [
                missing,
                "certificate 2 (CN=middle) certifies none of the others"
            ]
        );
    }

    #[test]
    fn a_chain_of_many_is_looked_at_in_part() {
        let [.., middle, leaf] = &authority();
        let many: Vec<&Certificate> = [leaf].into_iter().chain([middle; 40]).collect();
        let faults = told(&many);
        assert_eq!(faults.len(), 31);
        assert_eq!(
            faults.last().unwrap(),
            "41 certificates are sent, and no more than 32 of them are looked at here"
        );
    }
}
