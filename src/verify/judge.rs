//! One path, judged: every reason why it is not accepted (RFC 5280 §6.1).
//!
//! The trust anchor's certificate is judged like the others, as browsers do and RFC 5937 describes: its
//! validity, its constraints on names and lengths, its usages. Its own signature says nothing.

use time::OffsetDateTime;

use super::names::Wildcards;
use super::policy;
use super::problem::{Cause, Problem};
use super::profile;
use super::{Policy, Purpose, Question};
use crate::cert::Decoded;
use crate::cert::extensions::{self as ext, ANY_PURPOSE, CLIENT_PURPOSE, KeyUsage, SERVER_PURPOSE};
use crate::name::{GeneralName, NameConstraints, Objection, Subject};

/// What is judged, and how much may still be spent on it.
pub(super) struct Judge<'a> {
    /// The end entity first.
    pub path: &'a [&'a Decoded],
    /// Whether its last certificate is trusted.
    pub anchored: bool,
    /// What was asked.
    pub question: &'a Question<'a>,
    /// How many names may still be held against subtrees, and policies against mappings.
    pub comparisons: &'a mut usize,
}

impl Judge<'_> {
    /// Returns all problems.
    pub(super) fn problems(&mut self) -> Vec<Problem> {
        let mut found = Vec::new();
        for index in 0..self.path.len() {
            let mut causes = self.of_one(index);
            if index == 0 {
                causes.extend(self.of_the_end_entity());
            } else {
                causes.extend(self.of_an_issuer(index));
            }
            found.extend(causes.into_iter().map(|cause| Problem {
                certificate: index,
                cause,
            }));
        }
        found.extend(self.name_constraints());
        let anchor_counts = self.question.policy != Policy::Rfc5280;
        if self.anchored
            && let Err((certificate, cause)) = policy::judge(
                self.path,
                &self.question.policies,
                anchor_counts,
                self.comparisons,
            )
        {
            found.push(Problem { certificate, cause });
        }
        found.extend(profile::problems(self.path, self.anchored, self.question));
        found
    }

    /// A root that is not trusted is judged like one that is: that it is not trusted says all.
    fn is_root(&self, index: usize) -> bool {
        is_root(self.path, self.anchored, index)
    }

    /// What holds of every certificate.
    fn of_one(&self, index: usize) -> Vec<Cause> {
        let certificate = self.path[index];
        let mut causes: Vec<Cause> = certificate
            .faults
            .iter()
            .map(|fault| Cause::Malformed {
                extension: fault.extension.clone(),
                what: fault.what.clone(),
            })
            .collect();
        causes.extend(outside_validity(certificate, self.question.at));
        let unknown =
            certificate.extensions.all.iter().filter(|extension| {
                extension.critical && !PROCESSED.contains(&extension.oid.as_str())
            });
        causes.extend(unknown.map(|extension| Cause::UnknownCriticalExtension {
            oid: extension.oid.clone(),
        }));
        if !self.is_root(index)
            && self.question.policy != Policy::Rfc5280
            && let Some(digest) = certificate.weak_digest()
        {
            causes.push(Cause::WeakDigest { digest });
        }
        causes.extend(self.purpose(index));
        causes
    }

    /// Extended key usage: the end entity's, and as all clients but RFC 5280 have it also the CAs'.
    fn purpose(&self, index: usize) -> Option<Cause> {
        let (wanted, oid) = match self.question.purpose {
            Purpose::Any => return None,
            Purpose::Client => ("clientAuth", CLIENT_PURPOSE),
            Purpose::Server => ("serverAuth", SERVER_PURPOSE),
        };
        let purposes = self.path[index].extensions.purposes.as_ref()?;
        // Firefox, OpenSSL and rustls do not take "any" for a server's (BR §7.1.2.7.10 forbids it there).
        let any_fits = index > 0 || self.question.policy == Policy::Rfc5280;
        let fits = purposes
            .iter()
            .any(|purpose| purpose == oid || (any_fits && purpose == ANY_PURPOSE));
        (!fits).then(|| Cause::Purpose {
            wanted,
            has: purposes.iter().map(|oid| purpose_word(oid)).collect(),
        })
    }

    fn of_the_end_entity(&self) -> Vec<Cause> {
        let certificate = self.path[0];
        let mut causes = Vec::new();
        causes.extend(self.wrong_name(certificate));
        // What TLS 1.3 and browsers have a key do is to sign (RFC 8446 §4.4.2.2); before that it might take
        // or agree on the secret too (RFC 5246 §7.4.2).
        let shakes_hands = match self.question.policy {
            Policy::Rfc5280 => &[
                KeyUsage::DIGITAL_SIGNATURE,
                KeyUsage::KEY_ENCIPHERMENT,
                KeyUsage::KEY_AGREEMENT,
            ][..],
            Policy::Browser | Policy::Strict => &[KeyUsage::DIGITAL_SIGNATURE],
        };
        if self.question.purpose != Purpose::Any
            && let Some(usage) = certificate.extensions.key_usage
            && !shakes_hands.iter().any(|bit| usage.has(*bit))
        {
            causes.push(Cause::KeyUsage {
                needed: "digitalSignature",
                has: usage.words(),
            });
        }
        causes
    }

    fn wrong_name(&self, certificate: &Decoded) -> Option<Cause> {
        let asked = self.question.name.as_ref()?;
        let wildcards = match self.question.policy {
            Policy::Rfc5280 => Wildcards::Any,
            Policy::Browser | Policy::Strict => Wildcards::BelowRegistries,
        };
        let none = Vec::new();
        let names = certificate.extensions.names.as_ref().unwrap_or(&none);
        let why = match asked.is_among(names, wildcards) {
            Ok(true) => return None,
            Ok(false) => common_name_only(certificate, asked),
            Err(why) => Some(why),
        };
        Some(Cause::WrongName {
            asked: asked.to_string(),
            names: names
                .iter()
                .map(|name| format!("{}:{name}", name.kind()))
                .collect(),
            why,
        })
    }

    /// §6.1.4 (k) to (n), of a certificate that issued the one below it.
    fn of_an_issuer(&self, index: usize) -> Vec<Cause> {
        let certificate = self.path[index];
        let mut causes = Vec::new();
        // Version 1 had no way to say it, and clients take such roots (RFC 5280 §6.1.4 (k)).
        let is_old_root = certificate.version == 1 && self.is_root(index);
        if !certificate.is_authority() && !is_old_root {
            causes.push(Cause::NotAuthority {
                says_so: certificate.extensions.basic_constraints.is_some(),
            });
        }
        if let Some(usage) = certificate.extensions.key_usage
            && !usage.has(KeyUsage::CERTIFICATE_SIGN)
        {
            causes.push(Cause::KeyUsage {
                needed: "keyCertSign",
                has: usage.words(),
            });
        }
        let below = self.path[1..index]
            .iter()
            .filter(|below| !below.is_self_issued())
            .count();
        let constraints = certificate.extensions.basic_constraints;
        if let Some(limit) = constraints.and_then(|constraints| constraints.path_length)
            && below > usize::try_from(limit).unwrap_or(usize::MAX)
        {
            causes.push(Cause::PathLength {
                limit,
                found: below,
            });
        }
        causes
    }

    /// §6.1.3 (b) and (c): the names of each certificate against the constraints of each CA above it.
    fn name_constraints(&mut self) -> Vec<Problem> {
        let constrained: Vec<(usize, &NameConstraints)> = (1..self.path.len())
            .filter_map(|by| Some((by, self.path[by].extensions.name_constraints.as_ref()?)))
            .collect();
        let mut found = Vec::new();
        for index in 0..self.path.len() {
            let certificate = self.path[index];
            if constrained.iter().all(|(by, _)| *by <= index)
                || (index > 0 && certificate.is_self_issued())
            {
                continue;
            }
            let names = names_of(certificate);
            for (by, constraints) in constrained.iter().filter(|(by, _)| *by > index) {
                match self.comparisons.checked_sub(constraints.effort(&names)) {
                    Some(left) => *self.comparisons = left,
                    None => {
                        return vec![Problem {
                            certificate: *by,
                            cause: Cause::TooComplex {
                                what: "names under constraints",
                            },
                        }];
                    }
                }
                found.extend(self.outside(index, *by, &names, constraints));
            }
        }
        found
    }

    /// The first name of a certificate that lies outside, if one does: the others add nothing.
    fn outside(
        &self,
        index: usize,
        by: usize,
        names: &[GeneralName],
        constraints: &NameConstraints,
    ) -> Option<Problem> {
        let objections = names
            .iter()
            .filter_map(|name| Some((name, constraints.objection(name)?)));
        let (name, objection) = objections.into_iter().next()?;
        let why = match objection {
            Objection::Excluded(subtree) => format!("it excludes {subtree}"),
            Objection::NotPermitted => {
                let permitted: Vec<String> = constraints
                    .permitted
                    .iter()
                    .filter(|subtree| subtree.concerns(name))
                    .take(MAX_SHOWN)
                    .map(ToString::to_string)
                    .collect();
                format!("it permits {} alone", permitted.join(", "))
            }
            Objection::Untold(subtree) => {
                format!("whether that lies in {subtree} cannot be told")
            }
        };
        Some(Problem {
            certificate: index,
            cause: Cause::NameConstraints {
                name: format!("{}:{name}", name.kind()),
                by,
                authority: self.path[by].subject().to_string(),
                why,
            },
        })
    }
}

/// Tells whether a certificate stands where a path ends for good: a trust anchor, or what is signed by its own
/// name.
pub(super) fn is_root(path: &[&Decoded], anchored: bool, index: usize) -> bool {
    index + 1 == path.len() && (anchored || (index > 0 && path[index].is_self_issued()))
}

/// Both ends of a validity count, and there is nothing between two seconds (RFC 5280 §4.1.2.5).
pub(super) fn whole_second(at: OffsetDateTime) -> OffsetDateTime {
    at.replace_nanosecond(0).unwrap_or(at)
}

fn outside_validity(certificate: &Decoded, at: OffsetDateTime) -> Option<Cause> {
    let at = whole_second(at);
    if at < certificate.not_before {
        return Some(Cause::NotYetValid {
            not_before: certificate.not_before,
            at,
        });
    }
    (at > certificate.not_after).then_some(Cause::Expired {
        not_after: certificate.not_after,
        at,
    })
}

/// Every name that constraints speak of: the subject, the alternative names, and e-mail addresses in the
/// subject where no alternative name is one (RFC 5280 §4.2.1.10).
pub(super) fn names_of(certificate: &Decoded) -> Vec<GeneralName> {
    let mut names = certificate.extensions.names.clone().unwrap_or_default();
    let subject = Subject::from_der(&certificate.subject);
    if !names
        .iter()
        .any(|name| matches!(name, GeneralName::Email(_)))
    {
        names.extend(
            subject
                .email_addresses()
                .into_iter()
                .map(GeneralName::Email),
        );
    }
    if !subject.is_empty() {
        names.push(GeneralName::Directory(certificate.subject.clone()));
    }
    names
}

/// Whether the name asked for stands in the common name, where clients no longer look (RFC 9525 §1.4).
fn common_name_only(certificate: &Decoded, asked: &super::Reference) -> Option<String> {
    let asked = asked.to_string();
    let names = certificate.subject().common_names();
    names
        .iter()
        .any(|name| name.eq_ignore_ascii_case(&asked))
        .then(|| format!("{asked} is its common name, and browsers, Go and others take alternative names only"))
}

/// The common name of a purpose, or its OID.
fn purpose_word(oid: &str) -> String {
    let known = PURPOSES.iter().find(|(known, _)| *known == oid);
    known.map_or(oid, |(_, word)| word).to_owned()
}

const PURPOSES: [(&str, &str); 7] = [
    (ANY_PURPOSE, "any purpose"),
    (SERVER_PURPOSE, "serverAuth"),
    (CLIENT_PURPOSE, "clientAuth"),
    ("1.3.6.1.5.5.7.3.3", "codeSigning"),
    ("1.3.6.1.5.5.7.3.4", "emailProtection"),
    ("1.3.6.1.5.5.7.3.8", "timeStamping"),
    ("1.3.6.1.5.5.7.3.9", "OCSPSigning"),
];

/// What is processed here, or constrains nothing that is asked: these may be critical.
const PROCESSED: [&str; 13] = [
    ext::AUTHORITY_INFORMATION_ACCESS,
    ext::AUTHORITY_KEY_IDENTIFIER,
    ext::BASIC_CONSTRAINTS,
    ext::CERTIFICATE_POLICIES,
    ext::CRL_DISTRIBUTION_POINTS,
    ext::EXTENDED_KEY_USAGE,
    ext::INHIBIT_ANY_POLICY,
    ext::KEY_USAGE,
    ext::NAME_CONSTRAINTS,
    ext::POLICY_CONSTRAINTS,
    ext::POLICY_MAPPINGS,
    ext::SUBJECT_ALTERNATIVE_NAME,
    ext::SUBJECT_KEY_IDENTIFIER,
];

/// Enough to see the kind of scope it is.
const MAX_SHOWN: usize = 6;
