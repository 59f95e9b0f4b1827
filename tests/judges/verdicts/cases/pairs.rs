//! Two or three faults at once, by which is seen what a client tells first.

use super::{
    CLIENT_ONLY, COMMON_NAME_ONLY, Cases, DAMAGED, EXPIRED, INTERMEDIATE_CLIENT_ONLY,
    INTERMEDIATE_EXPIRED, INTERMEDIATE_SHA_1, INTERMEDIATE_TWICE, INTERMEDIATE_UNKNOWN,
    LEAF_IS_AUTHORITY, MISSING, NAMES_TWICE, NO_AUTHORITY, NO_CERT_SIGN, NO_POLICY, NO_SIGNATURE,
    OUTSIDE, ROOT_EXPIRED, RSA_1024, SHA_1, TOO_LONG, UNKNOWN, UNTRUSTED, WRONG_NAME, both, host,
    rsa_leaf,
};
use crate::judges::verdicts::chain::Chain;
use crate::judges::verdicts::extension as x;

pub const TWO: Cases = &[
    ("expired, wrong name", &[EXPIRED, WRONG_NAME]),
    ("expired, root unknown", &[EXPIRED, UNTRUSTED]),
    ("wrong name, root unknown", &[WRONG_NAME, UNTRUSTED]),
    (
        "expired, wrong name, root unknown",
        &[EXPIRED, WRONG_NAME, UNTRUSTED],
    ),
    ("expired, intermediate missing", &[EXPIRED, MISSING]),
    ("wrong name, intermediate missing", &[WRONG_NAME, MISSING]),
    (
        "self-signed, unknown, expired",
        &[Chain::self_signed, UNTRUSTED, EXPIRED],
    ),
    (
        "self-signed, unknown, wrong name",
        &[Chain::self_signed, UNTRUSTED, WRONG_NAME],
    ),
    ("sha-1, expired", &[SHA_1, EXPIRED]),
    ("sha-1, wrong name", &[SHA_1, WRONG_NAME]),
    ("sha-1, root unknown", &[SHA_1, UNTRUSTED]),
    ("rsa 1024, expired", &[RSA_1024, EXPIRED]),
    ("rsa 1024, wrong name", &[RSA_1024, WRONG_NAME]),
    ("rsa 1024, root unknown", &[RSA_1024, UNTRUSTED]),
    ("rsa 768, expired", &[|c| rsa_leaf(c, "rsa768"), EXPIRED]),
    (
        "rsa 768, wrong name",
        &[|c| rsa_leaf(c, "rsa768"), WRONG_NAME],
    ),
    (
        "rsa 768, root unknown",
        &[|c| rsa_leaf(c, "rsa768"), UNTRUSTED],
    ),
    ("for clients only, expired", &[CLIENT_ONLY, EXPIRED]),
    ("for clients only, wrong name", &[CLIENT_ONLY, WRONG_NAME]),
    ("for clients only, root unknown", &[CLIENT_ONLY, UNTRUSTED]),
    ("outside the constraints, expired", &[OUTSIDE, EXPIRED]),
    (
        "outside the constraints, wrong name",
        &[OUTSIDE, WRONG_NAME],
    ),
    (
        "outside the constraints, root unknown",
        &[OUTSIDE, UNTRUSTED],
    ),
    (
        "leaf is an authority, expired",
        &[LEAF_IS_AUTHORITY, EXPIRED],
    ),
    (
        "leaf is an authority, wrong name",
        &[LEAF_IS_AUTHORITY, WRONG_NAME],
    ),
    (
        "leaf is an authority, root unknown",
        &[LEAF_IS_AUTHORITY, UNTRUSTED],
    ),
    ("damaged, expired", &[DAMAGED, EXPIRED]),
    ("damaged, wrong name", &[DAMAGED, WRONG_NAME]),
    ("unknown critical extension, expired", &[UNKNOWN, EXPIRED]),
    (
        "unknown critical extension, wrong name",
        &[UNKNOWN, WRONG_NAME],
    ),
    (
        "unknown critical extension, root unknown",
        &[UNKNOWN, UNTRUSTED],
    ),
    (
        "intermediate is no authority, expired",
        &[NO_AUTHORITY, EXPIRED],
    ),
    (
        "intermediate is no authority, wrong name",
        &[NO_AUTHORITY, WRONG_NAME],
    ),
    (
        "intermediate may not sign, expired",
        &[NO_CERT_SIGN, EXPIRED],
    ),
    ("path too long, expired", &[TOO_LONG, EXPIRED]),
    (
        "intermediate expired, wrong name",
        &[INTERMEDIATE_EXPIRED, WRONG_NAME],
    ),
    (
        "intermediate expired, leaf expired",
        &[INTERMEDIATE_EXPIRED, EXPIRED],
    ),
    (
        "intermediate expired, root unknown",
        &[INTERMEDIATE_EXPIRED, UNTRUSTED],
    ),
    ("root expired, leaf expired", &[ROOT_EXPIRED, EXPIRED]),
    ("root expired, wrong name", &[ROOT_EXPIRED, WRONG_NAME]),
    ("for clients only, sha-1", &[CLIENT_ONLY, SHA_1]),
    (
        "outside the constraints, for clients only",
        &[OUTSIDE, CLIENT_ONLY],
    ),
    ("outside the constraints, sha-1", &[OUTSIDE, SHA_1]),
    (
        "leaf is an authority, for clients only",
        &[LEAF_IS_AUTHORITY, CLIENT_ONLY],
    ),
    (
        "unknown critical extension, for clients only",
        &[UNKNOWN, CLIENT_ONLY],
    ),
    (
        "intermediate sha-1, expired",
        &[INTERMEDIATE_SHA_1, EXPIRED],
    ),
    (
        "intermediate sha-1, wrong name",
        &[INTERMEDIATE_SHA_1, WRONG_NAME],
    ),
    (
        "intermediate sha-1, root unknown",
        &[INTERMEDIATE_SHA_1, UNTRUSTED],
    ),
    (
        "intermediate rsa 1024, expired",
        &[|c| c.intermediate().key = "rsa1024", EXPIRED],
    ),
    (
        "intermediate rsa 768, wrong name",
        &[|c| c.intermediate().key = "rsa768", WRONG_NAME],
    ),
    (
        "authorities ed25519, expired",
        &[|c| both(c, "ed25519"), EXPIRED],
    ),
    (
        "authorities ed25519, root unknown",
        &[|c| both(c, "ed25519"), UNTRUSTED],
    ),
    (
        "leaf ed25519, expired",
        &[|c| c.leaf().key = "ed25519", EXPIRED],
    ),
    ("names twice, root unknown", &[NAMES_TWICE, UNTRUSTED]),
    ("names twice, expired", &[NAMES_TWICE, EXPIRED]),
    (
        "intermediate for clients only, expired",
        &[INTERMEDIATE_CLIENT_ONLY, EXPIRED],
    ),
    (
        "intermediate for clients only, wrong name",
        &[INTERMEDIATE_CLIENT_ONLY, WRONG_NAME],
    ),
    (
        "unknown critical extension on the intermediate, expired",
        &[INTERMEDIATE_UNKNOWN, EXPIRED],
    ),
    (
        "unknown critical extension on the intermediate, root unknown",
        &[INTERMEDIATE_UNKNOWN, UNTRUSTED],
    ),
    ("policy needed, none there, expired", &[NO_POLICY, EXPIRED]),
    (
        "policy needed, none there, wrong name",
        &[NO_POLICY, WRONG_NAME],
    ),
    (
        "common name only, root unknown",
        &[COMMON_NAME_ONLY, UNTRUSTED],
    ),
    ("common name only, expired", &[COMMON_NAME_ONLY, EXPIRED]),
    (
        "underscore, expired",
        &[|c| host(c, "my_app.test"), EXPIRED],
    ),
    ("leaf may not sign, expired", &[NO_SIGNATURE, EXPIRED]),
    ("leaf may not sign, wrong name", &[NO_SIGNATURE, WRONG_NAME]),
    (
        "intermediate damaged, expired",
        &[|c| c.intermediate().damaged = true, EXPIRED],
    ),
    (
        "intermediate not yet valid, expired",
        &[|c| c.intermediate().validity.0 = 10, EXPIRED],
    ),
    (
        "subject empty, names not critical, expired",
        &[|c| c.leaf().subject = Vec::from([0x30, 0]), EXPIRED],
    ),
    (
        "self-signed, trusted, expired",
        &[Chain::self_signed, |c| c.trusted = Some(0), EXPIRED],
    ),
    (
        "self-signed, trusted, wrong name",
        &[Chain::self_signed, |c| c.trusted = Some(0), WRONG_NAME],
    ),
    ("damaged, root unknown", &[DAMAGED, UNTRUSTED]),
    ("damaged, for clients only", &[DAMAGED, CLIENT_ONLY]),
    ("damaged, outside the constraints", &[DAMAGED, OUTSIDE]),
    (
        "intermediate damaged, root unknown",
        &[|c| c.intermediate().damaged = true, UNTRUSTED],
    ),
    (
        "intermediate expired, damaged",
        &[INTERMEDIATE_EXPIRED, DAMAGED],
    ),
    (
        "intermediate is no authority, root unknown",
        &[NO_AUTHORITY, UNTRUSTED],
    ),
    (
        "intermediate may not sign, root unknown",
        &[NO_CERT_SIGN, UNTRUSTED],
    ),
    ("path too long, root unknown", &[TOO_LONG, UNTRUSTED]),
    ("path too long, wrong name", &[TOO_LONG, WRONG_NAME]),
    (
        "path too long by one that may not sign certificates",
        &[NO_CERT_SIGN, TOO_LONG, |c| {
            c.intermediate()
                .set(x::key_usage(x::CERT_SIGN | x::CRL_SIGN))
        }],
    ),
    (
        "outside the constraints, unknown critical extension",
        &[OUTSIDE, UNKNOWN],
    ),
    (
        "leaf with explicit curve, root unknown",
        &[|c| c.leaf().key = "explicit", UNTRUSTED],
    ),
    (
        "leaf with explicit curve, expired",
        &[|c| c.leaf().key = "explicit", EXPIRED],
    ),
    (
        "intermediate with explicit curve, root unknown",
        &[|c| c.intermediate().key = "explicit", UNTRUSTED],
    ),
    (
        "leaf p521, may not sign",
        &[|c| c.leaf().key = "p521", NO_SIGNATURE],
    ),
    (
        "leaf sha-1, intermediate rsa 1024",
        &[SHA_1, |c| c.intermediate().key = "rsa1024"],
    ),
    (
        "intermediate expired, for clients only",
        &[INTERMEDIATE_EXPIRED, INTERMEDIATE_CLIENT_ONLY],
    ),
    (
        "intermediate expired, may not sign",
        &[INTERMEDIATE_EXPIRED, NO_CERT_SIGN],
    ),
    (
        "intermediate expired, no authority",
        &[INTERMEDIATE_EXPIRED, NO_AUTHORITY],
    ),
    (
        "intermediate expired, sha-1",
        &[INTERMEDIATE_EXPIRED, INTERMEDIATE_SHA_1],
    ),
    (
        "intermediate expired, names outside",
        &[INTERMEDIATE_EXPIRED, OUTSIDE],
    ),
    (
        "intermediate expired, policy needed",
        &[INTERMEDIATE_EXPIRED, NO_POLICY],
    ),
    (
        "intermediate may not sign, no authority",
        &[NO_CERT_SIGN, NO_AUTHORITY],
    ),
    (
        "intermediate no authority, for clients only",
        &[NO_AUTHORITY, INTERMEDIATE_CLIENT_ONLY],
    ),
    (
        "intermediate expired, unknown critical extension on it",
        &[INTERMEDIATE_EXPIRED, INTERMEDIATE_UNKNOWN],
    ),
    (
        "self-signed, trusted, for clients only",
        &[Chain::self_signed, |c| c.trusted = Some(0), CLIENT_ONLY],
    ),
    (
        "self-signed, trusted, may not sign",
        &[Chain::self_signed, |c| c.trusted = Some(0), NO_SIGNATURE],
    ),
    (
        "self-signed, trusted, rsa 1024",
        &[Chain::self_signed, |c| c.trusted = Some(0), RSA_1024],
    ),
    (
        "self-signed, trusted, rsa 768",
        &[
            Chain::self_signed,
            |c| c.trusted = Some(0),
            |c| rsa_leaf(c, "rsa768"),
        ],
    ),
    (
        "self-signed, trusted, sha-1",
        &[Chain::self_signed, |c| c.trusted = Some(0), SHA_1],
    ),
    (
        "self-signed, trusted, unknown critical extension",
        &[Chain::self_signed, |c| c.trusted = Some(0), UNKNOWN],
    ),
    (
        "self-signed, trusted, an authority, for clients only",
        &[
            Chain::self_signed,
            |c| c.trusted = Some(0),
            LEAF_IS_AUTHORITY,
            CLIENT_ONLY,
        ],
    ),
    (
        "self-signed, unknown, sha-1",
        &[Chain::self_signed, UNTRUSTED, SHA_1],
    ),
    (
        "self-signed, unknown, unknown critical extension",
        &[Chain::self_signed, UNTRUSTED, UNKNOWN],
    ),
    ("leaf trusted, expired", &[|c| c.trusted = Some(2), EXPIRED]),
    (
        "leaf trusted, wrong name",
        &[|c| c.trusted = Some(2), WRONG_NAME],
    ),
    (
        "leaf trusted, for clients only",
        &[|c| c.trusted = Some(2), CLIENT_ONLY],
    ),
    (
        "intermediate trusted, expired",
        &[|c| c.trusted = Some(1), INTERMEDIATE_EXPIRED],
    ),
    (
        "intermediate trusted, names outside",
        &[|c| c.trusted = Some(1), OUTSIDE],
    ),
    (
        "intermediate trusted, sha-1",
        &[|c| c.trusted = Some(1), INTERMEDIATE_SHA_1],
    ),
    (
        "extension twice on the intermediate, root unknown",
        &[INTERMEDIATE_TWICE, UNTRUSTED],
    ),
    (
        "extension twice on the intermediate, expired",
        &[INTERMEDIATE_TWICE, EXPIRED],
    ),
    (
        "extension twice on the intermediate, rsa 1024",
        &[INTERMEDIATE_TWICE, RSA_1024],
    ),
    (
        "leaf may neither sign nor encipher, expired",
        &[|c| c.leaf().set(x::key_usage(x::CRL_SIGN)), EXPIRED],
    ),
    (
        "leaf may neither sign nor encipher, is an authority",
        &[LEAF_IS_AUTHORITY, |c| {
            c.leaf().set(x::key_usage(x::CRL_SIGN))
        }],
    ),
    (
        "intermediate expired, damaged itself",
        &[INTERMEDIATE_EXPIRED, |c| c.intermediate().damaged = true],
    ),
    (
        "intermediate for clients only, another below it expired",
        &[Chain::lengthen, INTERMEDIATE_CLIENT_ONLY, |c| {
            c.certificates[2].validity.1 = -2;
        }],
    ),
    (
        "intermediate expired, another below it for clients only",
        &[Chain::lengthen, INTERMEDIATE_EXPIRED, |c| {
            c.certificates[2].set(x::extended(&[x::CLIENT]));
        }],
    ),
    (
        "intermediate expired, another below it may not sign",
        &[Chain::lengthen, INTERMEDIATE_EXPIRED, |c| {
            c.certificates[2].set(x::key_usage(x::CRL_SIGN));
        }],
    ),
    (
        "intermediate expired, another below it damaged",
        &[Chain::lengthen, INTERMEDIATE_EXPIRED, |c| {
            c.certificates[2].damaged = true;
        }],
    ),
    (
        "policy needed, another below it expired",
        &[Chain::lengthen, NO_POLICY, |c| {
            c.certificates[2].validity.1 = -2;
        }],
    ),
];
