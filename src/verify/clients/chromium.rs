//! Chromium: what its error pages are called.
//!
//! It shakes hands before it judges. Then it gathers what is wrong and tells the worst; of a path that it
//! could not build for another reason it does not ask what else is wrong with it.

use super::Step::{self, Look};
use super::Whom::{All, Leaf};
use super::facts::{self as f, Case};
use super::hosts;

pub(super) const TABLE: &[Step] = &[
    Look(
        Leaf,
        &[
            (f::has_ed25519_key, NO_COMMON_CIPHER),
            (f::has_p521_key, NO_COMMON_CIPHER),
            (f::has_odd_curve, NO_COMMON_CIPHER),
            (f::may_not_sign, "net::ERR_SSL_KEY_USAGE_INCOMPATIBLE"),
            (f::has_explicit_curve, "net::ERR_SSL_PROTOCOL_ERROR"),
            (f::has_extension_twice, INVALID),
            (f::is_nobody, INVALID),
            (f::signed_by_odd_algorithm, INVALID),
        ],
    ),
    Look(
        All,
        &[
            (
                |case, at| case.anchored && f::signed_by_odd_algorithm(case, at),
                INVALID,
            ),
            (
                |case, at| breaks_other_rule(case, at) && !is_excused(case),
                INVALID,
            ),
        ],
    ),
    Look(All, &[(lacks_authority, "net::ERR_CERT_AUTHORITY_INVALID")]),
    Step::Name(|certificate, asked| {
        let is_taken = hosts::for_chromium(certificate, asked);
        (!is_taken).then(|| "net::ERR_CERT_COMMON_NAME_INVALID".to_owned())
    }),
    Look(All, &[(f::has_tiny_key, "net::ERR_CERT_WEAK_KEY")]),
    Look(All, &[(f::out_of_time, "net::ERR_CERT_DATE_INVALID")]),
    Look(
        Leaf,
        &[
            (
                f::has_few_timestamps,
                "net::ERR_CERTIFICATE_TRANSPARENCY_REQUIRED",
            ),
            (f::lives_too_long, "net::ERR_CERT_VALIDITY_TOO_LONG"),
        ],
    ),
];

/// No path leads to an anchor that issues.
fn lacks_authority(case: &Case<'_>, at: usize) -> bool {
    f::is_unknown(case, at)
        || f::badly_signed(case, at)
        || f::is_trusted_alone(case, at)
        || (at > 0 && f::has_extension_twice(case, at))
}

/// What it has a code of its own for makes up for all other faults of the path.
fn is_excused(case: &Case<'_>) -> bool {
    let tells =
        |at| lacks_authority(case, at) || f::has_tiny_key(case, at) || f::out_of_time(case, at);
    (0..case.path.len()).any(tells)
}

/// What it has no code of its own for.
fn breaks_other_rule(case: &Case<'_>, at: usize) -> bool {
    f::not_for_servers_or_any(case, at)
        || f::constrains_for_chromium(case, at)
        || f::unknown_critical(case, at)
        || f::lacks_policy(case, at)
        || f::lacks_policy_of_anchor(case, at)
        || f::is_trusted_without_authority(case, at)
        || (at > 0 && is_no_issuer(case, at))
}

fn is_no_issuer(case: &Case<'_>, at: usize) -> bool {
    f::is_denied_to_be_authority(case, at)
        || f::may_not_issue(case, at)
        || f::path_too_long(case, at)
        || f::has_odd_curve(case, at)
        || f::has_explicit_curve(case, at)
}

const INVALID: &str = "net::ERR_CERT_INVALID";
const NO_COMMON_CIPHER: &str = "net::ERR_SSL_VERSION_OR_CIPHER_MISMATCH";
