//! What RFC 5280 leaves to profiles, made a condition by a policy: some of the rules of `lint`.

use super::judge::is_root;
use super::problem::{Cause, Problem};
use super::{Policy, Purpose, Question};
use crate::cert::Decoded;
use crate::lint::{Finding, Profile, Severity, breaches, lint};
use crate::roots;

/// Returns what the policy refuses beyond RFC 5280 §6.
pub(super) fn problems(path: &[&Decoded], anchored: bool, question: &Question<'_>) -> Vec<Problem> {
    if question.policy == Policy::Rfc5280 {
        return Vec::new();
    }
    let top = path.len() - 1;
    let public = anchored && roots::is_public(&path[top].subject, path[top].public_key.spki());
    let mut found = Vec::new();
    for (index, certificate) in path.iter().enumerate() {
        // Browsers judge a public root when they take it up, and some are older than the rules.
        if index == top && public {
            continue;
        }
        let rules = conditions(index, is_root(path, anchored, index), question);
        let mut broken = breaches(certificate, &rules);
        if index == 0 && public && question.purpose == Purpose::Server {
            broken.extend(of_public(certificate));
        }
        if question.policy == Policy::Strict {
            broken.extend(of_strict(certificate, &rules, public));
        }
        found.extend(broken.into_iter().map(|finding| Problem {
            certificate: index,
            cause: Cause::Rule {
                id: finding.rule,
                what: finding.message,
                citation: finding.citation,
            },
        }));
    }
    found
}

/// The rules that are a condition for a certificate, by its place in the path.
fn conditions(index: usize, is_root: bool, question: &Question<'_>) -> Vec<&'static str> {
    let mut rules = EVERYWHERE.to_vec();
    if index == 0 {
        rules.extend(END_ENTITIES);
    }
    if index == 0 && question.purpose == Purpose::Server {
        rules.extend(SERVERS);
    }
    // What is trusted by itself is issued anew like others.
    if !is_root || index == 0 {
        rules.extend(BELOW_ROOTS);
    }
    rules
}

/// What browsers add for servers under their own roots, by the dates of the rules.
fn of_public(certificate: &Decoded) -> impl Iterator<Item = Finding> {
    let all = lint(certificate, Profile::Public).into_iter();
    all.filter(|finding| SERVERS_OF_PUBLIC.contains(&finding.rule))
}

/// Every error that is not told already.
fn of_strict<'a>(
    certificate: &Decoded,
    told: &'a [&'static str],
    public: bool,
) -> impl Iterator<Item = Finding> + use<'a> {
    let profile = match public {
        true => Profile::Public,
        false => Profile::Private,
    };
    lint(certificate, profile).into_iter().filter(|finding| {
        finding.severity == Severity::Error
            && !told.contains(&finding.rule)
            && !SERVERS_OF_PUBLIC.contains(&finding.rule)
            && !JUDGED_ELSEWHERE.contains(&finding.rule)
    })
}

/// What is a condition for each certificate of a path: what Python's and OpenSSL's strict modes and
/// browsers refuse, and what leaves open whom a certificate is about or what it may do.
const EVERYWHERE: [&str; 21] = [
    "access-critical",
    "alternative-names-critical",
    "alternative-names-not-critical",
    "authority-key-id-critical",
    "authority-key-id-not-own",
    "authority-subject-empty",
    "basic-constraints-not-critical",
    "curve-explicit",
    "inhibit-any-policy-not-critical",
    "issuer-empty",
    "key-not-for-browsers",
    "key-usage-absent",
    "key-usage-empty",
    "name-constraints-empty",
    "path-length-unfit",
    "policy-constraints-not-critical",
    "rsa-exponent-unfit",
    "rsa-length-unfit",
    "rsa-too-short",
    "subject-key-id-absent",
    "subject-key-id-critical",
];

/// What is a condition for certificates that are issued anew from time to time: private roots are not,
/// and openssl gave many of them odd serial numbers.
const BELOW_ROOTS: [&str; 4] = [
    "authority-key-id-absent",
    "serial-negative",
    "serial-too-long",
    "serial-zero",
];

/// What is a condition for the certificate that is judged.
const END_ENTITIES: [&str; 2] = ["leaf-with-certificate-sign", "name-constraints-on-leaf"];

/// What is a condition for what a server shows.
const SERVERS: [&str; 6] = [
    "address-as-dns-name",
    "authority-as-server",
    "common-name-spelled-otherwise",
    "purposes-critical",
    "server-with-other-powers",
    "wildcard-misplaced",
];

/// What browsers make a condition under the roots that they trust themselves.
const SERVERS_OF_PUBLIC: [&str; 2] = ["life-too-long", "timestamps-absent"];

/// Errors that are told as problems of the path already.
const JUDGED_ELSEWHERE: [&str; 11] = [
    "alternative-names-absent",
    "authority-without-certificate-sign",
    "boolean-not-der",
    "certificate-malformed",
    "digest-weak",
    "extension-critical-unknown",
    "extension-duplicate",
    "extension-malformed",
    "serial-not-shortest",
    "signature-algorithm-mismatch",
    "validity-reversed",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::rules;

    #[test]
    fn every_rule_that_is_named_is_there() {
        let named = EVERYWHERE
            .iter()
            .chain(&BELOW_ROOTS)
            .chain(&END_ENTITIES)
            .chain(&SERVERS)
            .chain(&SERVERS_OF_PUBLIC)
            .chain(&JUDGED_ELSEWHERE);
        for id in named {
            assert!(rules().any(|rule| rule.id == *id), "{id}");
        }
    }
}
