//! Java: the message of its exception, without the names of exceptions and the certificate in question.
//!
//! Of its trust anchor it asks that it be a CA, and nothing else. Then it goes from issuer to issuer down.

use super::Step::{self, Look};
use super::Whom::{Anchor, BelowAnchorDown, Leaf, Sent};
use super::facts::{self as f, Case};
use super::hosts;

pub(super) const TABLE: &[Step] = &[
    Look(
        Sent,
        &[
            (f::has_extension_twice, UNREADABLE),
            (f::has_explicit_curve, UNREADABLE),
            (f::is_nobody, UNREADABLE),
        ],
    ),
    Look(Leaf, &[(f::is_unknown, NO_PATH)]),
    Look(
        Anchor,
        &[
            (f::has_extension_twice, NO_PATH),
            (f::is_no_authority, "is not a CA certificate"),
            (
                f::may_not_issue,
                "does not have keyCertSign bit set in KeyUsage extension",
            ),
        ],
    ),
    Look(
        BelowAnchorDown,
        &[
            (
                f::has_tiny_key,
                "Algorithm constraints check failed on keysize limits",
            ),
            (f::signed_by_tiny_key, WEAK_SIGNATURE),
            (f::signed_by_md5, WEAK_SIGNATURE),
            (
                |case, at| at > 0 && f::may_not_issue(case, at),
                "CA key usage check failed: keyCertSign bit is not set",
            ),
            (
                |case, at| at > 0 && f::is_no_authority(case, at),
                "basic constraints check failed: this is not a CA certificate",
            ),
            (
                is_one_too_many,
                "basic constraints check failed: pathLenConstraint violated - this cert must be the last cert in the certification path",
            ),
            (f::outside_below_anchor, "name constraints check failed"),
            (
                f::lacks_policy,
                "non-null policy tree required and policy tree is null",
            ),
            (f::out_of_time, "validity check failed"),
            (f::badly_signed, "signature check failed"),
            (f::signed_on_odd_curve, "signature check failed"),
            (f::unknown_critical, "unrecognized critical extension(s)"),
        ],
    ),
    Look(
        Leaf,
        &[
            (
                |case, at| f::not_for_servers_or_any(case, at) && is_issued(case),
                "Extended key usage does not permit use for TLS server authentication",
            ),
            (
                |case, at| f::may_not_sign(case, at) && is_issued(case),
                "KeyUsage does not allow digital signatures",
            ),
        ],
    ),
    Step::Name(hosts::wrong_for_java),
];

/// A CA above it allows fewer below itself: the path length is told where it is exceeded, once that CA's own
/// usage was looked at.
fn is_one_too_many(case: &Case<'_>, at: usize) -> bool {
    let path = &case.path;
    let issued_by_others = |at: &usize| !path[*at].is_self_issued();
    let below = |above: usize| (at..above).filter(issued_by_others).count();
    let limit = |above: usize| path[above].extensions.basic_constraints?.path_length;
    at > 0
        && !case.is_anchor(at)
        && issued_by_others(&at)
        && (at + 1..path.len())
            .filter(|above| !case.is_anchor(*above))
            .any(|above| {
                limit(above).is_some_and(|limit| {
                    below(above) > usize::try_from(limit).unwrap_or(usize::MAX)
                })
            })
}

/// What is an anchor itself may do anything.
fn is_issued(case: &Case<'_>) -> bool {
    !case.is_anchor(0)
}

const NO_PATH: &str = "PKIX path building failed";
const UNREADABLE: &str = "Failed to parse server certificates";
const WEAK_SIGNATURE: &str = "Algorithm constraints check failed on signature algorithm";
