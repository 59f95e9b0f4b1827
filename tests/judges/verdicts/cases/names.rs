//! What is in a name, and which names an issuer may give.

use certwright::der::{self, element};

use super::{COMMON_NAME_ONLY, Cases, OUTSIDE, WRONG_NAME, excluded, host, named, permitted};
use crate::judges::verdicts::chain::{HOST, common_name, organization};
use crate::judges::verdicts::extension as x;

pub const NAMES: Cases = &[
    ("wrong name", &[WRONG_NAME]),
    ("common name only", &[COMMON_NAME_ONLY]),
    (
        "common name right, alternative name wrong",
        &[WRONG_NAME, |c| c.leaf().subject = common_name(HOST)],
    ),
    (
        "common name right, alternative name a mail address",
        &[|c| {
            c.leaf().subject = common_name(HOST);
            c.leaf().set(x::names(&[x::mail("somebody@app.test")]));
        }],
    ),
    ("no name at all", &[|c| c.leaf().drop(x::SUBJECT_ALT_NAME)]),
    (
        "upper case name",
        &[|c| c.leaf().set(x::names(&[x::dns("APP.TEST")]))],
    ),
    ("underscore", &[|c| host(c, "my_app.test")]),
    ("wildcard", &[|c| named(c, "x.app.test", "*.app.test")]),
    (
        "wildcard two labels deep",
        &[|c| named(c, "x.y.app.test", "*.app.test")],
    ),
    (
        "wildcard for its own parent",
        &[|c| named(c, "app.test", "*.app.test")],
    ),
    (
        "wildcard of a top level",
        &[|c| named(c, "app.test", "*.test")],
    ),
    (
        "wildcard of localhost",
        &[|c| named(c, "app.localhost", "*.localhost")],
    ),
    (
        "wildcard of a known suffix",
        &[|c| named(c, "app.co.uk", "*.co.uk")],
    ),
    (
        "wildcard within a label",
        &[|c| named(c, "app.app.test", "a*.app.test")],
    ),
    ("wildcard alone", &[|c| named(c, "localhost", "*")]),
    ("localhost", &[|c| host(c, "localhost")]),
    (
        "name with a trailing dot",
        &[|c| named(c, "app.test", "app.test.")],
    ),
    (
        "address",
        &[|c| {
            c.host = "127.0.0.1";
            c.leaf().set(x::names(&[x::ip(&[127, 0, 0, 1])]));
        }],
    ),
    (
        "address of another",
        &[|c| {
            c.host = "127.0.0.1";
            c.leaf().set(x::names(&[x::ip(&[127, 0, 0, 2])]));
        }],
    ),
    (
        "address written as a name",
        &[|c| named(c, "127.0.0.1", "127.0.0.1")],
    ),
    (
        "address as common name",
        &[|c| {
            c.host = "127.0.0.1";
            c.leaf().subject = common_name("127.0.0.1");
            c.leaf().drop(x::SUBJECT_ALT_NAME);
        }],
    ),
    (
        "subject empty, names critical",
        &[|c| {
            c.leaf().subject = Vec::from([0x30, 0]);
            c.leaf().set(x::names(&[x::dns(HOST)]).critical());
        }],
    ),
    (
        "subject empty, names not critical",
        &[|c| c.leaf().subject = Vec::from([0x30, 0])],
    ),
    (
        "subject given, names critical",
        &[|c| c.leaf().set(x::names(&[x::dns(HOST)]).critical())],
    ),
    (
        "no name of any kind",
        &[|c| {
            c.leaf().subject = organization("somebody");
            c.leaf().drop(x::SUBJECT_ALT_NAME);
        }],
    ),
    (
        "wildcard as common name",
        &[|c| {
            c.host = "x.app.test";
            c.leaf().subject = common_name("*.app.test");
            c.leaf().drop(x::SUBJECT_ALT_NAME);
        }],
    ),
];

pub const CONSTRAINTS: Cases = &[
    (
        "names kept within the root's",
        &[|c| c.root().set(permitted("test"))],
    ),
    (
        "names kept within the intermediate's",
        &[|c| c.intermediate().set(permitted("app.test"))],
    ),
    (
        "names outside the root's",
        &[|c| c.root().set(permitted("other.test"))],
    ),
    ("names outside the intermediate's", &[OUTSIDE]),
    (
        "names outside, constraints not critical",
        &[|c| c.intermediate().set(permitted("other.test").soft())],
    ),
    (
        "names excluded by the root",
        &[|c| c.root().set(excluded("test"))],
    ),
    (
        "names excluded by the intermediate",
        &[|c| c.intermediate().set(excluded("test"))],
    ),
    (
        "address outside the intermediate's",
        &[|c| {
            c.host = "127.0.0.1";
            c.leaf().set(x::names(&[x::ip(&[127, 0, 0, 1])]));
            let network = x::ip(&[10, 0, 0, 0, 255, 0, 0, 0]);
            c.intermediate().set(x::name_constraints(&[network], &[]));
        }],
    ),
    (
        "one name of two outside",
        &[|c| {
            c.leaf()
                .set(x::names(&[x::dns(HOST), x::dns("other.example")]));
            c.intermediate().set(permitted("test"));
        }],
    ),
    (
        "common name outside",
        &[|c| {
            c.leaf().subject = common_name("other.example");
            c.intermediate().set(permitted("test"));
        }],
    ),
    (
        "mail address outside",
        &[|c| {
            c.leaf()
                .set(x::names(&[x::dns(HOST), x::mail("a@other.example")]));
            c.intermediate()
                .set(x::name_constraints(&[x::mail("test")], &[]));
        }],
    ),
    (
        "mail address within",
        &[|c| {
            c.leaf().set(x::names(&[x::dns(HOST), x::mail("a@test")]));
            c.intermediate()
                .set(x::name_constraints(&[x::mail("test")], &[]));
        }],
    ),
    (
        "location outside",
        &[|c| {
            c.leaf()
                .set(x::names(&[x::dns(HOST), x::uri("https://other.example/")]));
            c.intermediate()
                .set(x::name_constraints(&[x::uri("app.test")], &[]));
        }],
    ),
    (
        "location within",
        &[|c| {
            c.leaf()
                .set(x::names(&[x::dns(HOST), x::uri("https://app.test/")]));
            c.intermediate()
                .set(x::name_constraints(&[x::uri("app.test")], &[]));
        }],
    ),
    (
        "constraint with a leading dot",
        &[|c| c.intermediate().set(permitted(".test"))],
    ),
    (
        "constraint with a leading dot on the name itself",
        &[|c| c.intermediate().set(permitted(".app.test"))],
    ),
    (
        "wildcard within the constraints",
        &[|c| {
            named(c, "x.app.test", "*.app.test");
            c.intermediate().set(permitted("app.test"));
        }],
    ),
    (
        "wildcard that may be an excluded name",
        &[|c| {
            named(c, "x.app.test", "*.app.test");
            c.intermediate().set(excluded("y.app.test"));
        }],
    ),
    (
        "address under constraints of names",
        &[|c| {
            c.host = "127.0.0.1";
            c.leaf().set(x::names(&[x::ip(&[127, 0, 0, 1])]));
            c.intermediate().set(permitted("test"));
        }],
    ),
    (
        "subject outside",
        &[|c| {
            let other = element(
                der::context_constructed(4),
                &[&common_name("somebody else")],
            );
            c.intermediate().set(x::name_constraints(&[other], &[]));
        }],
    ),
    (
        "constraint of a kind no name has",
        &[|c| {
            c.intermediate()
                .set(x::name_constraints(&[x::uri("app.test")], &[]));
        }],
    ),
    (
        "common name only, outside the constraints",
        &[COMMON_NAME_ONLY, OUTSIDE],
    ),
    (
        "common name only, outside the root's constraints",
        &[COMMON_NAME_ONLY, |c| c.root().set(excluded("test"))],
    ),
    (
        "common name outside, alternative name a mail address",
        &[COMMON_NAME_ONLY, OUTSIDE, |c| {
            c.leaf().set(x::names(&[x::mail("somebody@app.test")]));
        }],
    ),
    (
        "common name outside, alternative name an address",
        &[COMMON_NAME_ONLY, OUTSIDE, |c| {
            c.host = "127.0.0.1";
            c.leaf().set(x::names(&[x::ip(&[127, 0, 0, 1])]));
        }],
    ),
];
