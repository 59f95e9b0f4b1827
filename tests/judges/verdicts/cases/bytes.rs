//! What the certificates are made of: keys, digests, extensions.

use super::{
    Cases, INTERMEDIATE_SHA_1, INTERMEDIATE_TWICE, INTERMEDIATE_UNKNOWN, NAMES_TWICE, RSA_1024,
    SHA_1, UNKNOWN, both, rsa_leaf, unknown,
};
use crate::judges::verdicts::chain::{HOST, common_name};
use crate::judges::verdicts::extension as x;

pub const KEYS: Cases = &[
    ("leaf rsa 2048", &[|c| rsa_leaf(c, "rsa2048")]),
    ("leaf rsa 1024", &[RSA_1024]),
    ("leaf rsa 768", &[|c| rsa_leaf(c, "rsa768")]),
    (
        "intermediate rsa 1024",
        &[|c| c.intermediate().key = "rsa1024"],
    ),
    ("root rsa 1024", &[|c| c.root().key = "rsa1024"]),
    ("leaf p384", &[|c| c.leaf().key = "p384"]),
    ("leaf p521", &[|c| c.leaf().key = "p521"]),
    ("authorities p521", &[|c| both(c, "p521")]),
    ("leaf ed25519", &[|c| c.leaf().key = "ed25519"]),
    ("authorities ed25519", &[|c| both(c, "ed25519")]),
    (
        "intermediate rsa 768",
        &[|c| c.intermediate().key = "rsa768"],
    ),
    ("root rsa 768", &[|c| c.root().key = "rsa768"]),
    ("intermediate p224", &[|c| c.intermediate().key = "p224"]),
    (
        "intermediate secp256k1",
        &[|c| c.intermediate().key = "secp256k1"],
    ),
    ("leaf with explicit curve", &[|c| c.leaf().key = "explicit"]),
    (
        "intermediate with explicit curve",
        &[|c| c.intermediate().key = "explicit"],
    ),
    ("leaf sha-1", &[SHA_1]),
    (
        "leaf sha-1 by rsa",
        &[SHA_1, |c| c.intermediate().key = "rsa2048"],
    ),
    ("intermediate sha-1", &[INTERMEDIATE_SHA_1]),
    ("root sha-1", &[|c| c.root().digest = "sha1"]),
    (
        "leaf md5",
        &[|c| {
            c.intermediate().key = "rsa2048";
            c.leaf().digest = "md5";
        }],
    ),
];

pub const FORM: Cases = &[
    ("unknown critical extension on the leaf", &[UNKNOWN]),
    (
        "unknown critical extension on the intermediate",
        &[INTERMEDIATE_UNKNOWN],
    ),
    (
        "unknown critical extension on the root",
        &[|c| c.root().set(unknown().critical())],
    ),
    (
        "unknown extension, not critical",
        &[|c| c.leaf().set(unknown())],
    ),
    (
        "serial negative",
        &[|c| c.leaf().serial = vec![0xfe, 1, 2, 3]],
    ),
    ("serial zero", &[|c| c.leaf().serial = vec![0]]),
    (
        "serial of 21 octets",
        &[|c| c.leaf().serial = vec![0x31; 21]],
    ),
    (
        "extension twice",
        &[|c| c.leaf().extensions.push(x::key_usage(x::DIGITAL_SIGNATURE))],
    ),
    ("names twice", &[NAMES_TWICE]),
    (
        "leaf of version 1",
        &[|c| {
            c.leaf().version = 1;
            c.leaf().subject = common_name(HOST);
        }],
    ),
    (
        "intermediate of version 1",
        &[|c| c.intermediate().version = 1],
    ),
    ("root of version 1", &[|c| c.root().version = 1]),
    ("extension twice on the intermediate", &[INTERMEDIATE_TWICE]),
    (
        "whole years in the leaf's times",
        &[|c| c.leaf().whole_years = true],
    ),
    (
        "whole years in the intermediate's times",
        &[|c| c.intermediate().whole_years = true],
    ),
];
