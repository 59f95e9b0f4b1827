//! Firefox: what its error pages are called.
//!
//! It goes from issuer to issuer, and what is wrong with one of them hides what is wrong with the end
//! entity. An issuer with an extension that it does not know is none, as if it were not there; of a root it
//! says so.

use super::Step::{self, Look};
use super::Whom::{All, Issuers, Leaf};
use super::facts as f;
use super::hosts;

pub(super) const TABLE: &[Step] = &[
    Look(
        Leaf,
        &[
            (f::has_ed25519_key, NO_COMMON_CIPHER),
            (f::has_odd_curve, NO_COMMON_CIPHER),
            (
                f::has_explicit_curve,
                "SSL_ERROR_EXTRACT_PUBLIC_KEY_FAILURE",
            ),
            (f::has_extension_twice, TWICE),
            (f::unknown_critical, UNKNOWN_CRITICAL),
        ],
    ),
    Look(
        Issuers,
        &[
            (
                |case, at| f::has_extension_twice(case, at) && case.is_anchor(at),
                TWICE,
            ),
            (f::has_extension_twice, UNKNOWN_ISSUER),
            (
                f::constrains_for_firefox,
                "SEC_ERROR_CERT_NOT_IN_NAME_SPACE",
            ),
            (
                |case, at| f::unknown_critical(case, at) && case.is_anchor(at),
                UNKNOWN_CRITICAL,
            ),
            (f::unknown_critical, UNKNOWN_ISSUER),
            (f::signed_by_odd_algorithm, ODD_ALGORITHM),
            (f::has_tiny_key, TINY_KEY),
            (f::has_odd_curve, "SEC_ERROR_UNSUPPORTED_ELLIPTIC_CURVE"),
            (f::has_explicit_curve, "SEC_ERROR_BAD_DER"),
            (f::may_not_issue, OTHER_USAGE),
            (
                |case, at| f::is_of_version_1(case, at) && !case.is_anchor(at),
                "MOZILLA_PKIX_ERROR_V1_CERT_USED_AS_CA",
            ),
            (f::is_no_authority, "SEC_ERROR_CA_CERT_INVALID"),
            (f::path_too_long, "SEC_ERROR_PATH_LEN_CONSTRAINT_INVALID"),
            (f::not_for_servers, OTHER_PURPOSE),
            (f::expired, "SEC_ERROR_EXPIRED_ISSUER_CERTIFICATE"),
            (
                f::not_yet_valid,
                "MOZILLA_PKIX_ERROR_NOT_YET_VALID_ISSUER_CERTIFICATE",
            ),
        ],
    ),
    Look(
        Leaf,
        &[
            (
                f::is_self_signed_and_unknown,
                "MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT",
            ),
            (f::is_unknown, UNKNOWN_ISSUER),
        ],
    ),
    Look(All, &[(f::badly_signed, "SEC_ERROR_BAD_SIGNATURE")]),
    Look(
        Leaf,
        &[
            (f::signed_by_odd_algorithm, ODD_ALGORITHM),
            (f::has_tiny_key, TINY_KEY),
            (f::may_shake_no_hands, OTHER_USAGE),
            (
                f::is_authority,
                "MOZILLA_PKIX_ERROR_CA_CERT_USED_AS_END_ENTITY",
            ),
            (f::not_for_servers, OTHER_PURPOSE),
        ],
    ),
    Step::Name(|certificate, asked| {
        let is_taken = hosts::for_firefox(certificate, asked);
        (!is_taken).then(|| "SSL_ERROR_BAD_CERT_DOMAIN".to_owned())
    }),
    Look(
        Leaf,
        &[
            (f::expired, "SEC_ERROR_EXPIRED_CERTIFICATE"),
            (
                f::not_yet_valid,
                "MOZILLA_PKIX_ERROR_NOT_YET_VALID_CERTIFICATE",
            ),
        ],
    ),
];

const NO_COMMON_CIPHER: &str = "SSL_ERROR_NO_CYPHER_OVERLAP";
const ODD_ALGORITHM: &str = "SEC_ERROR_CERT_SIGNATURE_ALGORITHM_DISABLED";
const OTHER_PURPOSE: &str = "SEC_ERROR_INADEQUATE_CERT_TYPE";
const OTHER_USAGE: &str = "SEC_ERROR_INADEQUATE_KEY_USAGE";
const TINY_KEY: &str = "MOZILLA_PKIX_ERROR_INADEQUATE_KEY_SIZE";
const TWICE: &str = "SEC_ERROR_EXTENSION_VALUE_INVALID";
const UNKNOWN_CRITICAL: &str = "SEC_ERROR_UNKNOWN_CRITICAL_EXTENSION";
const UNKNOWN_ISSUER: &str = "SEC_ERROR_UNKNOWN_ISSUER";
