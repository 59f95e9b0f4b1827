//! What the certificates of a chain say of one another.

use certwright::der::{self, element};

use super::{
    CLIENT_ONLY, Cases, DAMAGED, EXPIRED, INTERMEDIATE_CLIENT_ONLY, INTERMEDIATE_EXPIRED,
    LEAF_IS_AUTHORITY, MISSING, NO_AUTHORITY, NO_CERT_SIGN, NO_POLICY, NO_SIGNATURE, ROOT_EXPIRED,
    TOO_LONG, UNTRUSTED, policy, rsa_leaf,
};
use crate::judges::verdicts::chain::{Chain, common_name};
use crate::judges::verdicts::extension as x;

pub const NOTHING: Cases = &[
    ("good", &[]),
    ("root sent too", &[|c| c.sent = vec![2, 1, 0]]),
    ("sent in the wrong order", &[|c| c.sent = vec![2, 0, 1]]),
    ("two intermediates", &[Chain::lengthen]),
    ("intermediate sent twice", &[|c| c.sent = vec![2, 1, 1]]),
    ("ten years", &[|c| c.leaf().validity.1 = 3649]),
    (
        "revocation list named",
        &[|c| c.leaf().set(x::crl_at("http://127.0.0.1:9/none.crl"))],
    ),
];

pub const TIME: Cases = &[
    ("leaf expired", &[EXPIRED]),
    ("leaf not yet valid", &[|c| c.leaf().validity = (10, 20)]),
    ("intermediate expired", &[INTERMEDIATE_EXPIRED]),
    (
        "intermediate not yet valid",
        &[|c| c.intermediate().validity.0 = 10],
    ),
    ("root expired", &[ROOT_EXPIRED]),
    ("root not yet valid", &[|c| c.root().validity.0 = 10]),
    (
        "leaf outlives its issuer",
        &[|c| c.intermediate().validity.1 = 30],
    ),
];

pub const TRUST: Cases = &[
    ("root unknown", &[UNTRUSTED]),
    (
        "root unknown, root sent too",
        &[UNTRUSTED, |c| c.sent = vec![2, 1, 0]],
    ),
    ("intermediate missing", &[MISSING]),
    (
        "self-signed leaf, unknown",
        &[Chain::self_signed, UNTRUSTED],
    ),
    (
        "self-signed leaf, unknown, an authority",
        &[Chain::self_signed, UNTRUSTED, LEAF_IS_AUTHORITY],
    ),
    (
        "self-signed leaf, trusted",
        &[Chain::self_signed, |c| c.trusted = Some(0)],
    ),
    (
        "self-signed leaf, trusted, an authority",
        &[Chain::self_signed, LEAF_IS_AUTHORITY, |c| {
            c.trusted = Some(0)
        }],
    ),
    (
        "intermediate trusted, not the root",
        &[|c| c.trusted = Some(1)],
    ),
    ("leaf trusted, not the root", &[|c| c.trusted = Some(2)]),
    ("leaf damaged", &[DAMAGED]),
    (
        "intermediate damaged",
        &[|c| c.intermediate().damaged = true],
    ),
    (
        "leaf damaged, signed by rsa",
        &[DAMAGED, |c| c.intermediate().key = "rsa2048"],
    ),
    ("root damaged", &[|c| c.root().damaged = true]),
    (
        "leaf names another issuer",
        &[|c| c.leaf().issuer = Some(common_name("somebody else"))],
    ),
    (
        "no authority key identifier on the leaf",
        &[|c| c.leaf().drop(x::AUTHORITY_KEY_IDENTIFIER)],
    ),
    (
        "no authority key identifier on the root",
        &[|c| c.root().drop(x::AUTHORITY_KEY_IDENTIFIER)],
    ),
    (
        "no subject key identifier on the authorities",
        &[|c| {
            c.root().drop(x::SUBJECT_KEY_IDENTIFIER);
            c.intermediate().drop(x::SUBJECT_KEY_IDENTIFIER);
        }],
    ),
    (
        "authority key identifier of another",
        &[|c| {
            let other = element(der::context(0), &[&[7; 20]]);
            c.leaf().set(x::raw(
                x::AUTHORITY_KEY_IDENTIFIER,
                der::sequence(&[&other]),
            ));
        }],
    ),
];

pub const AUTHORITIES: Cases = &[
    ("leaf is an authority", &[LEAF_IS_AUTHORITY]),
    (
        "leaf is an authority that may not sign certificates",
        &[|c| c.leaf().set(x::basic_constraints(true, None))],
    ),
    (
        "leaf may sign certificates, no authority",
        &[|c| {
            c.leaf()
                .set(x::key_usage(x::DIGITAL_SIGNATURE | x::CERT_SIGN))
        }],
    ),
    (
        "leaf without basic constraints",
        &[|c| c.leaf().drop(x::BASIC_CONSTRAINTS)],
    ),
    ("intermediate is no authority", &[NO_AUTHORITY]),
    (
        "intermediate without basic constraints",
        &[|c| c.intermediate().drop(x::BASIC_CONSTRAINTS)],
    ),
    (
        "intermediate with uncritical basic constraints",
        &[|c| {
            c.intermediate()
                .set(x::basic_constraints(true, None).soft());
        }],
    ),
    (
        "root is no authority",
        &[|c| c.root().set(x::basic_constraints(false, None))],
    ),
    (
        "root without basic constraints",
        &[|c| c.root().drop(x::BASIC_CONSTRAINTS)],
    ),
    ("path too long for the intermediate", &[TOO_LONG]),
    (
        "path too long for the root",
        &[|c| c.root().set(x::basic_constraints(true, Some(0)))],
    ),
    (
        "path just short enough",
        &[|c| {
            c.root().set(x::basic_constraints(true, Some(1)));
            c.intermediate().set(x::basic_constraints(true, Some(0)));
        }],
    ),
    ("intermediate may not sign certificates", &[NO_CERT_SIGN]),
    (
        "root may not sign certificates",
        &[|c| c.root().set(x::key_usage(x::CRL_SIGN))],
    ),
    (
        "intermediate without key usage",
        &[|c| c.intermediate().drop(x::KEY_USAGE)],
    ),
];

pub const PURPOSES: Cases = &[
    ("leaf for clients only", &[CLIENT_ONLY]),
    (
        "leaf for any purpose",
        &[|c| c.leaf().set(x::extended(&[x::ANY]))],
    ),
    (
        "leaf for no purpose named",
        &[|c| c.leaf().drop(x::EXTENDED_KEY_USAGE)],
    ),
    (
        "leaf for code signing",
        &[|c| c.leaf().set(x::extended(&["1.3.6.1.5.5.7.3.3"]))],
    ),
    ("intermediate for clients only", &[INTERMEDIATE_CLIENT_ONLY]),
    (
        "intermediate for servers",
        &[|c| c.intermediate().set(x::extended(&[x::SERVER]))],
    ),
    (
        "root for clients only",
        &[|c| c.root().set(x::extended(&[x::CLIENT]))],
    ),
    ("leaf may not sign", &[NO_SIGNATURE]),
    (
        "leaf may agree on keys only",
        &[|c| c.leaf().set(x::key_usage(x::KEY_AGREEMENT))],
    ),
    (
        "leaf rsa may encipher keys only",
        &[|c| {
            rsa_leaf(c, "rsa2048");
            c.leaf().set(x::key_usage(x::KEY_ENCIPHERMENT));
        }],
    ),
    ("leaf without key usage", &[|c| c.leaf().drop(x::KEY_USAGE)]),
    (
        "intermediate for any purpose",
        &[|c| c.intermediate().set(x::extended(&[x::ANY]))],
    ),
    (
        "leaf may neither sign nor encipher",
        &[|c| c.leaf().set(x::key_usage(x::CRL_SIGN))],
    ),
];

pub const POLICIES: Cases = &[
    ("policy needed, none there", &[NO_POLICY]),
    (
        "policy needed by the root, none there",
        &[|c| c.root().set(x::explicit_policy(0))],
    ),
    (
        "policy needed and there",
        &[|c| {
            c.intermediate().set(x::explicit_policy(0));
            policy(c, "1.3.6.1.4.1.99999.1");
        }],
    ),
    (
        "policy needed, any given, any inhibited",
        &[|c| {
            c.intermediate().set(x::explicit_policy(0));
            c.intermediate().set(x::inhibit_any_policy(0));
            policy(c, "2.5.29.32.0");
        }],
    ),
    (
        "policies differ",
        &[|c| {
            policy(c, "1.3.6.1.4.1.99999.1");
            c.leaf().set(x::policies(&["1.3.6.1.4.1.99999.2"]));
        }],
    ),
];
