//! Go: the error of crypto/x509, up to its details.
//!
//! The end entity comes first, with its name; then its issuers one by one, whether or not they lead to a
//! root. Whatever keeps one from having signed the one below makes it unknown.

use super::Step::{self, Look};
use super::Whom::{All, Issuers, Leaf, Sent};
use super::facts::{self as f, Case};
use super::hosts;

pub(super) const TABLE: &[Step] = &[
    Look(
        Sent,
        &[
            (
                f::has_extension_twice,
                "x509: certificate contains duplicate extensions",
            ),
            (f::has_explicit_curve, "x509: invalid ECDSA parameters"),
            (
                f::has_curve_unknown_to_go,
                "x509: unsupported elliptic curve",
            ),
        ],
    ),
    Look(
        Leaf,
        &[
            (f::unknown_critical_to_go, UNKNOWN_CRITICAL),
            (f::out_of_time, OUT_OF_TIME),
        ],
    ),
    Step::Name(hosts::wrong_for_go),
    Look(
        Issuers,
        &[
            (f::has_extension_twice, UNKNOWN),
            (did_not_sign, UNKNOWN),
            (f::unknown_critical_to_go, UNKNOWN_CRITICAL),
            (f::out_of_time, OUT_OF_TIME),
            (
                f::constrains_for_go,
                "x509: a root or intermediate certificate is not authorized to sign for this name",
            ),
            (
                |case, at| f::is_of_version_1(case, at) && !case.is_anchor(at),
                "x509: certificate is not authorized to sign other certificates",
            ),
            (
                f::path_too_long,
                "x509: too many intermediates for path length constraint",
            ),
        ],
    ),
    Look(Leaf, &[(f::is_unknown, UNKNOWN)]),
    Look(
        All,
        &[(
            f::not_for_servers_or_any,
            "x509: certificate specifies an incompatible key usage",
        )],
    ),
];

/// It is no issuer, or what it is said to have signed is not signed well. Those of version 1 are let
/// through here.
fn did_not_sign(case: &Case<'_>, at: usize) -> bool {
    let says_no = !f::is_authority(case, at) && !f::is_of_version_1(case, at);
    says_no
        || f::may_not_issue(case, at)
        || f::badly_signed(case, at - 1)
        || f::signed_by_old_digest(case, at - 1)
}

const OUT_OF_TIME: &str = "x509: certificate has expired or is not yet valid";
const UNKNOWN: &str = "x509: certificate signed by unknown authority";
const UNKNOWN_CRITICAL: &str = "x509: unhandled critical extension";
