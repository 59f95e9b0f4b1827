//! What there is to be seen in a path, each fact for itself: what of it is minded is the client's affair.

use std::cell::OnceCell;

use super::super::build::MAX_COMPARISONS;
use super::super::judge::Judge;
use super::super::{Cause, Policy, Problem, Purpose, Question, Reference, Verdict, Wanted, policy};
use super::outside::{Minds, Outside, outside};
use crate::cert::Decoded;
use crate::cert::extensions::{self as ext, KeyUsage, TWICE};
use crate::crypto::{Curve, SignatureScheme};
use crate::der;
use crate::key::KeyKind;
use crate::lint::breaches;
use crate::name::{GeneralName, Subtree};
use crate::roots;

/// A path with what RFC 5280 says of it.
pub(super) struct Case<'a> {
    /// The end entity first.
    pub path: Vec<&'a Decoded>,
    /// Whether its last certificate is trusted.
    pub anchored: bool,
    /// The host asked for, if one was.
    pub name: Option<&'a Reference>,
    problems: Vec<Problem>,
    outside: Vec<Outside>,
    under_public_root: OnceCell<bool>,
}

impl<'a> Case<'a> {
    /// Judges the path of a verdict by RFC 5280 alone. None if there is no path, or what clients make of it
    /// is not known.
    pub(super) fn new(question: &'a Question<'_>, verdict: &'a Verdict) -> Option<Self> {
        let path: Vec<&Decoded> = verdict.path.iter().collect();
        let is_odd = |one: &&Decoded| one.faults.iter().any(|fault| fault.what != TWICE);
        if path.is_empty() || path.iter().any(is_odd) {
            return None;
        }
        let plain = Question {
            name: None,
            purpose: Purpose::Any,
            policy: Policy::Rfc5280,
            ..question.clone()
        };
        let mut comparisons = MAX_COMPARISONS;
        let mut judge = Judge {
            path: &path,
            anchored: verdict.anchored,
            question: &plain,
            comparisons: &mut comparisons,
        };
        let mut problems = judge.problems();
        let of_edges = verdict.problems.iter().filter(|problem| {
            matches!(problem.cause, Cause::BadSignature { .. }) || problem.cause.is_about_trust()
        });
        problems.extend(of_edges.cloned());
        Some(Self {
            outside: outside(&path),
            anchored: verdict.anchored,
            name: question
                .name
                .as_ref()
                .filter(|name| !matches!(name, Reference::Mailbox(_))),
            problems,
            path,
            under_public_root: OnceCell::new(),
        })
    }

    /// Tells whether a certificate is the trusted one.
    pub(super) fn is_anchor(&self, at: usize) -> bool {
        self.anchored && at + 1 == self.path.len()
    }

    fn has(&self, at: usize, is_it: fn(&Cause) -> bool) -> bool {
        let mut here = self.problems.iter().filter(|one| one.certificate == at);
        here.any(|problem| is_it(&problem.cause))
    }

    fn kind(&self, at: usize) -> &KeyKind {
        self.path[at].public_key.kind()
    }

    fn is_outside(&self, counts: impl Fn(&Outside) -> bool) -> bool {
        self.outside.iter().any(counts)
    }

    /// Tells whether nobody looks at a signature: the anchor's, and that of whatever ends the path by
    /// itself.
    fn is_end(&self, at: usize) -> bool {
        self.is_anchor(at) || (at + 1 == self.path.len() && self.path[at].is_self_issued())
    }

    /// Tells whether there is an extended key usage, and none of these in it.
    fn is_for_others(&self, at: usize, fit: &[&str]) -> bool {
        let purposes = self.path[at].extensions.purposes.as_ref();
        purposes.is_some_and(|all| !all.iter().any(|one| fit.contains(&one.as_str())))
    }
}

/// Its validity is over.
pub(super) fn expired(case: &Case<'_>, at: usize) -> bool {
    case.has(at, |cause| matches!(cause, Cause::Expired { .. }))
}

/// Its validity has not begun.
pub(super) fn not_yet_valid(case: &Case<'_>, at: usize) -> bool {
    case.has(at, |cause| matches!(cause, Cause::NotYetValid { .. }))
}

/// Either.
pub(super) fn out_of_time(case: &Case<'_>, at: usize) -> bool {
    expired(case, at) || not_yet_valid(case, at)
}

/// It is critical, and nobody knows it.
pub(super) fn unknown_critical(case: &Case<'_>, at: usize) -> bool {
    case.has(at, |cause| {
        matches!(cause, Cause::UnknownCriticalExtension { .. })
    })
}

/// An extension in it stands twice.
pub(super) fn has_extension_twice(case: &Case<'_>, at: usize) -> bool {
    !case.path[at].faults.is_empty()
}

/// Its subject is empty, and its alternative names are not critical (RFC 5280 §4.2.1.6).
pub(super) fn is_nobody(case: &Case<'_>, at: usize) -> bool {
    let names = case.path[at].extensions.find(ext::SUBJECT_ALTERNATIVE_NAME);
    case.path[at].subject().is_empty() && names.is_some_and(|names| !names.critical)
}

/// No trusted CA was reached.
pub(super) fn is_unknown(case: &Case<'_>, _: usize) -> bool {
    !case.anchored
}

/// It is signed by itself, and nobody's.
pub(super) fn is_self_signed_and_unknown(case: &Case<'_>, at: usize) -> bool {
    case.has(at, |cause| matches!(cause, Cause::SelfSigned))
}

/// It is a root that was sent, and nobody's.
pub(super) fn is_unknown_root(case: &Case<'_>, at: usize) -> bool {
    case.has(at, |cause| matches!(cause, Cause::UntrustedRoot))
}

/// It is not signed by its issuer.
pub(super) fn badly_signed(case: &Case<'_>, at: usize) -> bool {
    case.has(at, |cause| matches!(cause, Cause::BadSignature { .. }))
}

/// It is not signed by its issuer, whose key is RSA.
pub(super) fn badly_signed_by_rsa(case: &Case<'_>, at: usize) -> bool {
    badly_signed(case, at) && matches!(case.kind(at + 1), KeyKind::Rsa { .. })
}

/// Its signature goes by SHA-1 or MD5.
pub(super) fn signed_by_old_digest(case: &Case<'_>, at: usize) -> bool {
    let is_sha_1 = [ECDSA_SHA_1, RSA_SHA_1].contains(&algorithm(case, at).as_str());
    (is_sha_1 && !case.is_end(at)) || signed_by_md5(case, at)
}

/// Its signature goes by MD5.
pub(super) fn signed_by_md5(case: &Case<'_>, at: usize) -> bool {
    algorithm(case, at) == RSA_MD5 && !case.is_end(at)
}

/// Its signature is not by RSA or ECDSA with SHA-2.
pub(super) fn signed_by_odd_algorithm(case: &Case<'_>, at: usize) -> bool {
    use SignatureScheme::{Ed25519, RsaPkcs1Sha1};
    let is_odd = matches!(case.path[at].scheme, None | Some(Ed25519 | RsaPkcs1Sha1));
    is_odd && !case.is_end(at)
}

/// Its issuer's key is RSA, and shorter than anybody's.
pub(super) fn signed_by_tiny_key(case: &Case<'_>, at: usize) -> bool {
    at + 1 < case.path.len() && has_tiny_key(case, at + 1)
}

/// Its issuer's key is on a curve that browsers do not know.
pub(super) fn signed_on_odd_curve(case: &Case<'_>, at: usize) -> bool {
    at + 1 < case.path.len() && has_odd_curve(case, at + 1)
}

/// An RSA key of less than 1024 bits.
pub(super) fn has_tiny_key(case: &Case<'_>, at: usize) -> bool {
    matches!(case.kind(at), KeyKind::Rsa { bits: ..1024, .. })
}

/// An RSA key of less than 2048 bits.
pub(super) fn has_short_key(case: &Case<'_>, at: usize) -> bool {
    matches!(case.kind(at), KeyKind::Rsa { bits: ..2048, .. })
}

/// A curve given by its parameters.
pub(super) fn has_explicit_curve(case: &Case<'_>, at: usize) -> bool {
    let is_odd = matches!(case.kind(at), KeyKind::Other(_));
    is_odd && !breaches(case.path[at], &["curve-explicit"]).is_empty()
}

/// A curve that has a name, and is not one of P-256, P-384 and P-521; or another kind of key.
pub(super) fn has_odd_curve(case: &Case<'_>, at: usize) -> bool {
    matches!(case.kind(at), KeyKind::Other(_)) && !has_explicit_curve(case, at)
}

/// As above, P-224 apart.
pub(super) fn has_curve_unknown_to_go(case: &Case<'_>, at: usize) -> bool {
    has_odd_curve(case, at) && !matches!(case.kind(at), KeyKind::Other(name) if name == "P-224")
}

/// An Ed25519 key.
pub(super) fn has_ed25519_key(case: &Case<'_>, at: usize) -> bool {
    matches!(case.kind(at), KeyKind::Ed25519)
}

/// A key on P-521.
pub(super) fn has_p521_key(case: &Case<'_>, at: usize) -> bool {
    matches!(case.kind(at), KeyKind::Ec(Curve::P521))
}

/// It is called a CA.
pub(super) fn is_authority(case: &Case<'_>, at: usize) -> bool {
    case.path[at].is_authority()
}

/// It is of a version before there were extensions.
pub(super) fn is_of_version_1(case: &Case<'_>, at: usize) -> bool {
    case.path[at].version < 3
}

/// A root of version 1 is a CA without saying so; nothing else is.
pub(super) fn is_no_authority(case: &Case<'_>, at: usize) -> bool {
    let is_old_root = is_of_version_1(case, at) && case.is_anchor(at);
    !is_authority(case, at) && !is_old_root
}

/// As above, and a root that says nothing of it is one too.
pub(super) fn is_denied_to_be_authority(case: &Case<'_>, at: usize) -> bool {
    let says_nothing = case.path[at].extensions.basic_constraints.is_none();
    is_no_authority(case, at) && !(says_nothing && case.is_anchor(at))
}

/// Its key usage has no keyCertSign.
pub(super) fn may_not_issue(case: &Case<'_>, at: usize) -> bool {
    let usage = case.path[at].extensions.key_usage;
    usage.is_some_and(|usage| !usage.has(KeyUsage::CERTIFICATE_SIGN))
}

/// Its key usage has nothing that a handshake takes.
pub(super) fn may_shake_no_hands(case: &Case<'_>, at: usize) -> bool {
    let needed = [
        KeyUsage::DIGITAL_SIGNATURE,
        KeyUsage::KEY_ENCIPHERMENT,
        KeyUsage::KEY_AGREEMENT,
    ];
    let usage = case.path[at].extensions.key_usage;
    usage.is_some_and(|usage| !needed.into_iter().any(|bit| usage.has(bit)))
}

/// Its key usage has no digitalSignature.
pub(super) fn may_not_sign(case: &Case<'_>, at: usize) -> bool {
    let usage = case.path[at].extensions.key_usage;
    usage.is_some_and(|usage| !usage.has(KeyUsage::DIGITAL_SIGNATURE))
}

/// More CAs follow it than it allows.
pub(super) fn path_too_long(case: &Case<'_>, at: usize) -> bool {
    case.has(at, |cause| matches!(cause, Cause::PathLength { .. }))
}

/// It is not for servers by name.
pub(super) fn not_for_servers(case: &Case<'_>, at: usize) -> bool {
    case.is_for_others(at, &[SERVER])
}

/// It is neither for servers nor for any purpose.
pub(super) fn not_for_servers_or_any(case: &Case<'_>, at: usize) -> bool {
    case.is_for_others(at, &[SERVER, ANY])
}

/// A name of it is excluded by a CA above.
pub(super) fn name_excluded(case: &Case<'_>, at: usize) -> bool {
    case.is_outside(|one| one.of == at && one.excluded && one.minds != Minds::Browsers)
}

/// A name of it is outside of what a CA above permits.
pub(super) fn name_not_permitted(case: &Case<'_>, at: usize) -> bool {
    case.is_outside(|one| one.of == at && !one.excluded && one.minds != Minds::Browsers)
}

/// A name of it is outside of the constraints of a CA above, the anchor apart.
pub(super) fn outside_below_anchor(case: &Case<'_>, at: usize) -> bool {
    case.is_outside(|one| one.of == at && one.minds != Minds::Browsers && !case.is_anchor(one.by))
}

/// Its constraints are broken below it as Go sees them.
pub(super) fn constrains_for_go(case: &Case<'_>, at: usize) -> bool {
    case.is_outside(|one| one.by == at && one.minds == Minds::All)
}

/// Its constraints are broken below it as Chromium sees them.
pub(super) fn constrains_for_chromium(case: &Case<'_>, at: usize) -> bool {
    case.is_outside(|one| one.by == at && one.minds != Minds::Old)
}

/// Its constraints are broken below it as Firefox sees them: no common name is a host's beside an address.
pub(super) fn constrains_for_firefox(case: &Case<'_>, at: usize) -> bool {
    let mut names = case.path[0].extensions.names.iter().flatten();
    let has_address = names.any(|name| matches!(name, GeneralName::Ip(_)));
    case.is_outside(|one| one.by == at && !(has_address && one.minds == Minds::Old))
}

/// The certificate policies that CAs above ask for are gone. That there will be none is seen at the CA that
/// asks, and told below it.
pub(super) fn lacks_policy(case: &Case<'_>, at: usize) -> bool {
    let lacks = |at| case.has(at, |cause| matches!(cause, Cause::CertificatePolicy { .. }));
    lacks(at + 1) || (at == 0 && lacks(at))
}

/// The anchor asks for certificate policies, which RFC 5280 leaves to the client, and they are not there.
pub(super) fn lacks_policy_of_anchor(case: &Case<'_>, at: usize) -> bool {
    let constraints = case.path[at].extensions.policy_constraints;
    let wanted = Wanted {
        explicit: constraints.is_some_and(|limits| limits.require_explicit == Some(0)),
        ..Wanted::default()
    };
    let mut steps = MAX_COMPARISONS;
    case.is_anchor(at) && policy::judge(&case.path, &wanted, false, &mut steps).is_err()
}

/// An extension is critical that Go does not know: about policies, or constraints on names that it cannot
/// compare.
pub(super) fn unknown_critical_to_go(case: &Case<'_>, at: usize) -> bool {
    let extensions = &case.path[at].extensions;
    let about_policies = extensions
        .all
        .iter()
        .any(|extension| extension.critical && ABOUT_POLICIES.contains(&extension.oid.as_str()));
    let of_others = extensions.name_constraints.as_ref().is_some_and(|limits| {
        let mut all = limits.permitted.iter().chain(&limits.excluded);
        limits.critical && all.any(|one| matches!(one, Subtree::Directory(_) | Subtree::Other(_)))
    });
    about_policies || of_others || unknown_critical(case, at)
}

/// The key identifier that it names as its issuer's is another's.
pub(super) fn names_other_issuer_key(case: &Case<'_>, at: usize) -> bool {
    let Some(issuer) = case.path.get(at + 1) else {
        return false;
    };
    let named = case.path[at].extensions.authority_key.as_ref();
    let wanted = named.and_then(|key| key.key_id.as_ref());
    let has = issuer.extensions.subject_key_id.as_ref();
    wanted.zip(has).is_some_and(|(wanted, has)| wanted != has)
}

/// It is trusted itself, and somebody else issued it.
pub(super) fn is_trusted_alone(case: &Case<'_>, at: usize) -> bool {
    at == 0 && case.is_anchor(at) && !case.path[at].is_self_issued()
}

/// It is trusted itself and its own issuer, and not called a CA.
pub(super) fn is_trusted_without_authority(case: &Case<'_>, at: usize) -> bool {
    at == 0 && case.is_anchor(at) && !is_authority(case, at)
}

/// Its anchor is one that browsers trust by themselves.
fn is_under_public_root(case: &Case<'_>) -> bool {
    let top = case.path[case.path.len() - 1];
    let is_public = || case.anchored && roots::is_public(&top.subject, top.public_key.spki());
    *case.under_public_root.get_or_init(is_public)
}

/// It lives longer than a public CA may have it.
pub(super) fn lives_too_long(case: &Case<'_>, at: usize) -> bool {
    let too_long = || !breaches(case.path[at], &["life-too-long"]).is_empty();
    is_under_public_root(case) && too_long()
}

/// A public CA put too few timestamps of Certificate Transparency into it: of those that come by another
/// way nothing is known here.
pub(super) fn has_few_timestamps(case: &Case<'_>, at: usize) -> bool {
    let certificate = case.path[at];
    let life = certificate.not_after - certificate.not_before;
    // Chromium's CT policy: two, and three for more than 180 days.
    let needed = if life.whole_days() > 180 { 3 } else { 2 };
    certificate.extensions.timestamps.len() < needed && is_under_public_root(case)
}

fn algorithm(case: &Case<'_>, at: usize) -> String {
    let outer = der::only(&case.path[at].algorithm).and_then(|whole| whole.open(der::SEQUENCE));
    let oid = outer.and_then(|mut fields| fields.element());
    oid.map_or_else(|_| String::new(), |oid| der::dotted(oid.content))
}

/// RFC 5280 §4.2.1.12.
const ANY: &str = "2.5.29.37.0";
const SERVER: &str = "1.3.6.1.5.5.7.3.1";
/// RFC 3279 §2.2.
const ECDSA_SHA_1: &str = "1.2.840.10045.4.1";
const RSA_MD5: &str = "1.2.840.113549.1.1.4";
const RSA_SHA_1: &str = "1.2.840.113549.1.1.5";

const ABOUT_POLICIES: [&str; 3] = [
    ext::INHIBIT_ANY_POLICY,
    ext::POLICY_CONSTRAINTS,
    ext::POLICY_MAPPINGS,
];
