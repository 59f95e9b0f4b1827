//! curl with OpenSSL: the text after "SSL certificate problem:", or after the number of an error.
//!
//! OpenSSL builds the chain, and then goes over the whole of it again and again, for one kind of fault at a
//! time. Of a signature that does not hold, curl shows what the arithmetic said. The name is curl's own.

use super::Step::{self, Look};
use super::Whom::{All, AllDown, Leaf};
use super::facts::{self as f, Case};
use super::hosts;

pub(super) const TABLE: &[Step] = &[
    Look(
        Leaf,
        &[
            (f::has_extension_twice, INVALID),
            (f::has_short_key, "EE certificate key too weak"),
        ],
    ),
    Look(All, &[(f::has_extension_twice, INVALID)]),
    Look(
        Leaf,
        &[(f::is_self_signed_and_unknown, "self-signed certificate")],
    ),
    Look(
        All,
        &[
            (f::names_other_issuer_key, NO_ISSUER),
            (
                f::is_unknown_root,
                "self-signed certificate in certificate chain",
            ),
        ],
    ),
    Look(Leaf, &[(f::is_unknown, NO_ISSUER)]),
    Look(
        All,
        &[
            (f::unknown_critical, "unhandled critical extension"),
            (is_no_issuer, "invalid CA certificate"),
            (
                f::has_explicit_curve,
                "Certificate public key has explicit ECC parameters",
            ),
            (f::not_for_servers, OTHER_PURPOSE),
            (
                |case, at| at == 0 && f::may_shake_no_hands(case, at),
                OTHER_PURPOSE,
            ),
            (f::path_too_long, "path length constraint exceeded"),
        ],
    ),
    Look(
        All,
        &[
            (
                |case, at| at > 0 && f::has_short_key(case, at),
                "CA certificate key too weak",
            ),
            (
                f::signed_by_old_digest,
                "CA signature digest algorithm too weak",
            ),
        ],
    ),
    Look(
        AllDown,
        &[
            (
                f::badly_signed_by_rsa,
                "error:0200008A:rsa routines::invalid padding",
            ),
            (
                f::badly_signed,
                "error:06880006:asn1 encoding routines::EVP lib",
            ),
            (f::not_yet_valid, "certificate is not yet valid"),
            (f::expired, "certificate has expired"),
        ],
    ),
    Look(
        All,
        &[
            (f::name_not_permitted, "permitted subtree violation"),
            (f::name_excluded, "excluded subtree violation"),
        ],
    ),
    Step::Name(hosts::wrong_for_curl),
];

/// A root that says nothing of being a CA is one by its key usage.
fn is_no_issuer(case: &Case<'_>, at: usize) -> bool {
    at > 0 && (f::is_denied_to_be_authority(case, at) || f::may_not_issue(case, at))
}

const INVALID: &str = "error:1100009E:X509 V3 routines::invalid certificate";
const NO_ISSUER: &str = "unable to get local issuer certificate";
const OTHER_PURPOSE: &str = "unsuitable certificate purpose";
