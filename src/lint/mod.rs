//! Certificates held against the rules of those who must accept them.
//!
//! A rule is a row of a table: what it is called, who made it, since when it holds and what it concerns,
//! and a pure function over the decoded certificate. The tables stand one beside the other, by source.

mod cabf;
mod case;
mod clients;
mod extensions;
mod keys;
mod names;
mod rfc5280;
mod sense;

use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use time::Date;

use crate::cert::Decoded;
use crate::error::{Error, ErrorKind, Result};
use crate::roots;
use crate::text::shorten;
use case::Case;

/// A rule that a certificate meets or breaks.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The name by which it is known for good.
    pub id: &'static str,
    /// How much it matters that it is broken.
    pub severity: Severity,
    /// Who says so, and where.
    pub citation: &'static str,
    /// Certificates that were valid before this day need not meet it.
    pub since: Option<Date>,
    /// Under which CAs it holds; none if under all.
    pub profile: Option<Profile>,
    /// Which certificates it is about.
    pub concerns: Concern,
    /// Tells what is wrong, as a sentence without its full stop.
    check: fn(&Case<'_>) -> Option<String>,
}

impl Rule {
    /// Tells what is wrong with a certificate that this rule is about.
    fn breach(&self, case: &Case<'_>) -> Option<Finding> {
        let holds = self.profile.is_none_or(|profile| profile == case.profile)
            && self
                .since
                .is_none_or(|since| since <= case.certificate.not_before.date())
            && case.is(self.concerns);
        let message = holds.then(|| (self.check)(case))??;
        Some(self.finding(message))
    }

    fn finding(&self, message: String) -> Finding {
        Finding {
            rule: self.id,
            severity: self.severity,
            message: shorten(&message, MAX_MESSAGE),
            citation: self.citation,
        }
    }
}

/// How much a finding matters, the worst first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Clients refuse it, or whoever made the rule forbids it.
    Error,
    /// Some clients refuse it, or it is advised against.
    Warning,
    /// Worth knowing.
    Notice,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        })
    }
}

/// Whose rules a certificate must meet.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Those of a CA that browsers trust.
    Public,
    /// Those of a CA that somebody runs for themselves.
    Private,
}

impl Profile {
    /// Tells under which kind of CA a certificate was issued.
    ///
    /// What names no public root as its issuer is public if it has what only public CAs put in: timestamps
    /// of Certificate Transparency, or the CA/Browser Forum's policies.
    pub fn of(certificate: &Decoded) -> Self {
        let own = roots::is_public(&certificate.subject, certificate.public_key.spki());
        let issued = !certificate.is_self_issued() && roots::may_have_issued(certificate);
        let extensions = &certificate.extensions;
        let policies = extensions.policies.iter().flatten();
        let marked = policies
            .into_iter()
            .any(|oid| oid.starts_with(cabf::POLICIES));
        match own || issued || marked || !extensions.timestamps.is_empty() {
            true => Self::Public,
            false => Self::Private,
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Public => "public",
            Self::Private => "private",
        })
    }
}

impl FromStr for Profile {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "public" => Ok(Self::Public),
            "private" => Ok(Self::Private),
            _ => Err(Error::new(
                ErrorKind::InvalidValue,
                format!("\"{text}\" is neither public nor private"),
            )),
        }
    }
}

/// Which certificates a rule is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Concern {
    /// All.
    All,
    /// A CA's.
    Authorities,
    /// A CA's that another issued.
    Intermediates,
    /// Those that are no CA's.
    Leaves,
    /// A CA's that it issued itself.
    Roots,
    /// Those that are no CA's, and that servers show: by their purposes, else by their names.
    Servers,
}

/// A rule that is broken, and how.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// The rule's name.
    pub rule: &'static str,
    /// The rule's severity.
    pub severity: Severity,
    /// What is wrong, safe to show.
    pub message: String,
    /// Where the rule stands.
    pub citation: &'static str,
}

/// Returns every rule, by source.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    let tables = [
        rfc5280::RULES,
        extensions::RULES,
        keys::RULES,
        names::RULES,
        cabf::RULES,
        cabf::EXTENSIONS,
        clients::RULES,
        sense::RULES,
    ];
    tables.into_iter().flatten()
}

/// Tells what is wrong with a certificate by some of the rules, whatever CAs and since when they are made
/// for.
pub fn breaches(certificate: &Decoded, ids: &[&str]) -> Vec<Finding> {
    let case = Case::new(certificate, Profile::Public);
    let named = rules().filter(|rule| ids.contains(&rule.id));
    named
        .map(|rule| Rule {
            profile: None,
            since: None,
            ..*rule
        })
        .filter_map(|rule| rule.breach(&case))
        .collect()
}

/// Tells what is wrong with a certificate, the worst first.
pub fn lint(certificate: &Decoded, profile: Profile) -> Vec<Finding> {
    let case = Case::new(certificate, profile);
    let mut findings: Vec<Finding> = rules().filter_map(|rule| rule.breach(&case)).collect();
    findings.sort_by_key(|finding| finding.severity);
    findings
}

/// The one finding in a certificate that cannot be decoded.
pub fn malformed(error: &Error) -> Finding {
    rfc5280::MALFORMED.finding(format!("the certificate cannot be decoded: {error}"))
}

/// Five names of the greatest length and what is said of them; an OID or a time may be as long as the file.
const MAX_MESSAGE: usize = 1500;

#[cfg(test)]
mod tests;
