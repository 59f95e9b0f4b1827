//! The extensions of the chains, right and wrong.

use certwright::der::{self, context, context_constructed, element, sequence};

pub const SUBJECT_KEY_IDENTIFIER: &str = "2.5.29.14";
pub const KEY_USAGE: &str = "2.5.29.15";
pub const SUBJECT_ALT_NAME: &str = "2.5.29.17";
pub const BASIC_CONSTRAINTS: &str = "2.5.29.19";
pub const NAME_CONSTRAINTS: &str = "2.5.29.30";
pub const CRL_DISTRIBUTION_POINTS: &str = "2.5.29.31";
pub const CERTIFICATE_POLICIES: &str = "2.5.29.32";
pub const AUTHORITY_KEY_IDENTIFIER: &str = "2.5.29.35";
pub const POLICY_CONSTRAINTS: &str = "2.5.29.36";
pub const EXTENDED_KEY_USAGE: &str = "2.5.29.37";
pub const INHIBIT_ANY_POLICY: &str = "2.5.29.54";

pub const SERVER: &str = "1.3.6.1.5.5.7.3.1";
pub const CLIENT: &str = "1.3.6.1.5.5.7.3.2";
pub const ANY: &str = "2.5.29.37.0";

/// The bits of the key usage, the first of the leftmost byte first.
pub const DIGITAL_SIGNATURE: u8 = 0x80;
pub const KEY_ENCIPHERMENT: u8 = 0x20;
pub const KEY_AGREEMENT: u8 = 0x08;
pub const CERT_SIGN: u8 = 0x04;
pub const CRL_SIGN: u8 = 0x02;

/// An extension, as it is to be encoded.
#[derive(Clone)]
pub struct Extension {
    pub identifier: &'static str,
    pub critical: bool,
    pub value: Value,
}

/// What an extension holds.
#[derive(Clone)]
pub enum Value {
    /// The end of the certificate's own key.
    OwnKey,
    /// The end of the key that signs it.
    SignersKey,
    /// Just these bytes.
    Der(Vec<u8>),
}

impl Extension {
    pub fn to_der(&self, own: &[u8], signers: &[u8]) -> Vec<u8> {
        let value = match &self.value {
            Value::OwnKey => element(der::OCTET_STRING, &[own]),
            Value::SignersKey => sequence(&[&element(context(0), &[signers])]),
            Value::Der(bytes) => bytes.clone(),
        };
        sequence(&[
            &identifier(self.identifier),
            if self.critical {
                &[1, 1, 0xff][..]
            } else {
                &[]
            },
            &element(der::OCTET_STRING, &[&value]),
        ])
    }

    pub fn critical(mut self) -> Self {
        self.critical = true;
        self
    }

    pub fn soft(mut self) -> Self {
        self.critical = false;
        self
    }
}

/// Those of a CA.
pub fn authority() -> Vec<Extension> {
    vec![
        basic_constraints(true, None),
        key_usage(CERT_SIGN | CRL_SIGN),
        subject_key(),
        authority_key(),
    ]
}

/// Those of a server.
pub fn leaf(host: &str) -> Vec<Extension> {
    vec![
        basic_constraints(false, None),
        key_usage(DIGITAL_SIGNATURE),
        extended(&[SERVER]),
        subject_key(),
        authority_key(),
        names(&[dns(host)]),
    ]
}

pub fn raw(identifier: &'static str, bytes: Vec<u8>) -> Extension {
    Extension {
        identifier,
        critical: false,
        value: Value::Der(bytes),
    }
}

pub fn subject_key() -> Extension {
    Extension {
        value: Value::OwnKey,
        ..raw(SUBJECT_KEY_IDENTIFIER, Vec::new())
    }
}

pub fn authority_key() -> Extension {
    Extension {
        value: Value::SignersKey,
        ..raw(AUTHORITY_KEY_IDENTIFIER, Vec::new())
    }
}

pub fn basic_constraints(authority: bool, length: Option<u8>) -> Extension {
    let length = length.map(|length| element(der::INTEGER, &[&[length]]));
    let flag: &[u8] = if authority { &[1, 1, 0xff] } else { &[] };
    let value = sequence(&[flag, &length.unwrap_or_default()]);
    raw(BASIC_CONSTRAINTS, value).critical()
}

pub fn key_usage(bits: u8) -> Extension {
    let unused = u8::try_from(bits.trailing_zeros().min(7)).expect("below eight");
    raw(KEY_USAGE, element(der::BIT_STRING, &[&[unused, bits]])).critical()
}

pub fn extended(purposes: &[&str]) -> Extension {
    raw(
        EXTENDED_KEY_USAGE,
        sequence_of(purposes.iter().map(|purpose| identifier(purpose))),
    )
}

pub fn names(names: &[Vec<u8>]) -> Extension {
    raw(SUBJECT_ALT_NAME, sequence_of(names.iter().cloned()))
}

pub fn mail(text: &str) -> Vec<u8> {
    element(context(1), &[text.as_bytes()])
}

pub fn dns(text: &str) -> Vec<u8> {
    element(context(2), &[text.as_bytes()])
}

pub fn uri(text: &str) -> Vec<u8> {
    element(context(6), &[text.as_bytes()])
}

pub fn ip(bytes: &[u8]) -> Vec<u8> {
    element(context(7), &[bytes])
}

pub fn name_constraints(permitted: &[Vec<u8>], excluded: &[Vec<u8>]) -> Extension {
    let subtrees = |number: u8, names: &[Vec<u8>]| {
        let subtrees: Vec<u8> = names.iter().flat_map(|name| sequence(&[name])).collect();
        if names.is_empty() {
            Vec::new()
        } else {
            element(context_constructed(number), &[&subtrees])
        }
    };
    raw(
        NAME_CONSTRAINTS,
        sequence(&[&subtrees(0, permitted), &subtrees(1, excluded)]),
    )
    .critical()
}

pub fn policies(policies: &[&str]) -> Extension {
    let policies = policies
        .iter()
        .map(|policy| sequence(&[&identifier(policy)]));
    raw(CERTIFICATE_POLICIES, sequence_of(policies))
}

/// requireExplicitPolicy.
pub fn explicit_policy(skip: u8) -> Extension {
    raw(
        POLICY_CONSTRAINTS,
        sequence(&[&element(context(0), &[&[skip]])]),
    )
    .critical()
}

pub fn inhibit_any_policy(skip: u8) -> Extension {
    raw(INHIBIT_ANY_POLICY, element(der::INTEGER, &[&[skip]])).critical()
}

pub fn crl_at(url: &str) -> Extension {
    let name = element(context_constructed(0), &[&uri(url)]);
    let point = sequence(&[&element(context_constructed(0), &[&name])]);
    raw(CRL_DISTRIBUTION_POINTS, sequence(&[&point]))
}

/// An object identifier as it is written.
pub fn identifier(dotted: &str) -> Vec<u8> {
    let numbers = dotted
        .split('.')
        .map(|number| number.parse().expect("a number"));
    der::object_identifier(&numbers.collect::<Vec<u64>>())
}

fn sequence_of(elements: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    sequence(&[&elements.flatten().collect::<Vec<u8>>()])
}
