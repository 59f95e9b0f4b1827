//! The chains that the clients judge.

mod bytes;
mod names;
mod pairs;
mod paths;

use certwright::der::{self, element};

use super::chain::{Chain, HOST, common_name};
use super::extension::{self as x, raw};

/// What is wrong with a chain that was good.
type Fault = fn(&mut Chain);

pub fn all() -> Vec<Chain> {
    let make = |(name, faults): &(&'static str, &[Fault])| {
        let mut chain = Chain::good(name);
        faults.iter().for_each(|fault| fault(&mut chain));
        chain
    };
    [
        paths::NOTHING,
        paths::TIME,
        names::NAMES,
        paths::TRUST,
        bytes::KEYS,
        paths::AUTHORITIES,
        paths::PURPOSES,
        names::CONSTRAINTS,
        paths::POLICIES,
        bytes::FORM,
        pairs::TWO,
    ]
    .concat()
    .iter()
    .map(make)
    .collect()
}

type Cases = &'static [(&'static str, &'static [Fault])];

const EXPIRED: Fault = |c| c.leaf().validity = (-10, -5);
const INTERMEDIATE_EXPIRED: Fault = |c| c.intermediate().validity.1 = -2;
const ROOT_EXPIRED: Fault = |c| c.root().validity.1 = -2;
const WRONG_NAME: Fault = |c| c.leaf().set(x::names(&[x::dns("other.test")]));
const UNTRUSTED: Fault = |c| c.trusted = None;
const MISSING: Fault = |c| c.sent = vec![2];
const DAMAGED: Fault = |c| c.leaf().damaged = true;
const SHA_1: Fault = |c| c.leaf().digest = "sha1";
const RSA_1024: Fault = |c| rsa_leaf(c, "rsa1024");
const CLIENT_ONLY: Fault = |c| c.leaf().set(x::extended(&[x::CLIENT]));
const OUTSIDE: Fault = |c| c.intermediate().set(permitted("permitted.test"));
const UNKNOWN: Fault = |c| c.leaf().set(unknown().critical());
const INTERMEDIATE_SHA_1: Fault = |c| c.intermediate().digest = "sha1";
const INTERMEDIATE_CLIENT_ONLY: Fault = |c| c.intermediate().set(x::extended(&[x::CLIENT]));
const INTERMEDIATE_UNKNOWN: Fault = |c| c.intermediate().set(unknown().critical());
const NAMES_TWICE: Fault = |c| c.leaf().extensions.push(x::names(&[x::dns("other.test")]));
const INTERMEDIATE_TWICE: Fault = |c| {
    let again = x::key_usage(x::CERT_SIGN);
    c.intermediate().extensions.push(again);
};
const NO_POLICY: Fault = |c| c.intermediate().set(x::explicit_policy(0));
const NO_SIGNATURE: Fault = |c| c.leaf().set(x::key_usage(x::KEY_ENCIPHERMENT));
const COMMON_NAME_ONLY: Fault = |c| {
    c.leaf().subject = common_name(HOST);
    c.leaf().drop(x::SUBJECT_ALT_NAME);
};
const NO_AUTHORITY: Fault = |c| c.intermediate().set(x::basic_constraints(false, None));
const NO_CERT_SIGN: Fault = |c| {
    c.intermediate()
        .set(x::key_usage(x::CRL_SIGN | x::DIGITAL_SIGNATURE))
};
const LEAF_IS_AUTHORITY: Fault = |c| {
    c.leaf().set(x::basic_constraints(true, None));
    c.leaf()
        .set(x::key_usage(x::DIGITAL_SIGNATURE | x::CERT_SIGN));
};
const TOO_LONG: Fault = |c| {
    c.lengthen();
    c.intermediate().set(x::basic_constraints(true, Some(0)));
};

fn host(c: &mut Chain, host: &'static str) {
    named(c, host, host);
}

fn named(c: &mut Chain, host: &'static str, name: &str) {
    c.host = host;
    c.leaf().set(x::names(&[x::dns(name)]));
}

fn rsa_leaf(c: &mut Chain, key: &'static str) {
    c.leaf().key = key;
    c.leaf()
        .set(x::key_usage(x::DIGITAL_SIGNATURE | x::KEY_ENCIPHERMENT));
}

fn both(c: &mut Chain, key: &'static str) {
    c.root().key = key;
    c.intermediate().key = key;
}

fn permitted(name: &str) -> x::Extension {
    x::name_constraints(&[x::dns(name)], &[])
}

fn excluded(name: &str) -> x::Extension {
    x::name_constraints(&[], &[x::dns(name)])
}

fn policy(c: &mut Chain, policy: &str) {
    c.intermediate().set(x::policies(&[policy]));
    c.leaf().set(x::policies(&[policy]));
}

fn unknown() -> x::Extension {
    raw("1.3.6.1.4.1.99999.7", element(der::NULL, &[]))
}
