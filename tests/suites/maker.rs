//! Certificates by the byte: whatever a CA could sign, sense or not.

use certwright::crypto::Algorithm;
use certwright::der;
use certwright::key::PrivateKey;
use certwright::validity::parse_time;
use time::OffsetDateTime;

/// The moment that the tests ask about.
pub(super) const NOW: &str = "2026-11-20T00:00:00Z";

/// That moment.
pub(super) fn now() -> OffsetDateTime {
    parse_time(NOW).unwrap()
}

/// So many keys on P-256.
pub(super) fn keys(count: usize) -> Vec<PrivateKey> {
    let keys = (0..count).map(|_| PrivateKey::generate(Algorithm::P256).unwrap());
    keys.collect()
}

/// A certificate to be.
#[derive(Clone)]
pub(super) struct Draft<'a> {
    pub subject: Vec<u8>,
    pub issuer: Vec<u8>,
    pub key: &'a PrivateKey,
    pub signer: &'a PrivateKey,
    pub serial: u32,
    /// As UTCTime, each.
    pub validity: [&'a str; 2],
    pub extensions: Vec<Vec<u8>>,
}

impl<'a> Draft<'a> {
    /// One that is valid now, and has no extensions.
    pub fn new(subject: &str, issuer: &str, key: &'a PrivateKey, signer: &'a PrivateKey) -> Self {
        Self {
            subject: name(subject),
            issuer: name(issuer),
            key,
            signer,
            serial: 1,
            validity: ["200101000000Z", "400101000000Z"],
            extensions: Vec::new(),
        }
    }

    /// One that may issue.
    pub fn authority(
        subject: &str,
        issuer: &str,
        key: &'a PrivateKey,
        signer: &'a PrivateKey,
    ) -> Self {
        let mut this = Self::new(subject, issuer, key, signer);
        this.extensions.push(basic_constraints(true, None));
        this
    }

    /// With an extension more.
    pub fn with(mut self, extension: Vec<u8>) -> Self {
        self.extensions.push(extension);
        self
    }

    /// Signs it.
    pub fn sign(&self) -> Vec<u8> {
        let algorithm = der::sequence(&[&der::object_identifier(&ECDSA_SHA256)]);
        let extensions: Vec<&[u8]> = self.extensions.iter().map(Vec::as_slice).collect();
        let extensions = match extensions.as_slice() {
            [] => Vec::new(),
            all => der::element(der::context_constructed(3), &[&der::sequence(all)]),
        };
        let [from, to] = self
            .validity
            .map(|time| der::element(der::UTC_TIME, &[time.as_bytes()]));
        let serial = [&[0x40], self.serial.to_be_bytes().as_slice()].concat();
        let signed = der::sequence(&[
            &der::element(
                der::context_constructed(0),
                &[&der::element(der::INTEGER, &[&[2]])],
            ),
            &der::element(der::INTEGER, &[&serial]),
            &algorithm,
            &self.issuer,
            &der::sequence(&[&from, &to]),
            &self.subject,
            self.key.public_key().spki(),
            &extensions,
        ]);
        let signature = der::bit_string(&self.signer.sign(&signed).unwrap());
        der::sequence(&[&signed, &algorithm, &signature])
    }
}

/// A list of revoked certificates, of none.
pub(super) fn empty_list(issuer: &str, signer: &PrivateKey) -> Vec<u8> {
    let algorithm = der::sequence(&[&der::object_identifier(&ECDSA_SHA256)]);
    let [from, to] = ["200101000000Z", "400101000000Z"]
        .map(|time| der::element(der::UTC_TIME, &[time.as_bytes()]));
    let signed = der::sequence(&[&algorithm, &name(issuer), &from, &to]);
    let signature = der::bit_string(&signer.sign(&signed).unwrap());
    der::sequence(&[&signed, &algorithm, &signature])
}

/// A `Name` of common names, one after the other; an empty one for no text.
pub(super) fn name(text: &str) -> Vec<u8> {
    let rdns: Vec<Vec<u8>> = text
        .split('/')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let value = der::element(UTF8_STRING, &[part.as_bytes()]);
            let attribute = der::sequence(&[&der::object_identifier(&[2, 5, 4, 3]), &value]);
            der::element(SET, &[&attribute])
        })
        .collect();
    let rdns: Vec<&[u8]> = rdns.iter().map(Vec::as_slice).collect();
    der::sequence(&rdns)
}

/// Any extension.
pub(super) fn extension(oid: &[u64], critical: bool, value: &[u8]) -> Vec<u8> {
    let flag = match critical {
        true => der::element(BOOLEAN, &[&[0xff]]),
        false => Vec::new(),
    };
    let value = der::element(der::OCTET_STRING, &[value]);
    der::sequence(&[&der::object_identifier(oid), &flag, &value])
}

pub(super) fn basic_constraints(authority: bool, path_length: Option<u8>) -> Vec<u8> {
    let flag = match authority {
        true => der::element(BOOLEAN, &[&[0xff]]),
        false => Vec::new(),
    };
    let length = path_length.map_or(Vec::new(), |length| {
        der::element(der::INTEGER, &[&[length]])
    });
    extension(&[2, 5, 29, 19], true, &der::sequence(&[&flag, &length]))
}

/// The bits of one octet, the first of them its highest.
pub(super) fn key_usage(bits: u8) -> Vec<u8> {
    let unused = u8::try_from(bits.trailing_zeros().min(7)).unwrap();
    let value = der::element(der::BIT_STRING, &[&[unused, bits]]);
    extension(&[2, 5, 29, 15], true, &value)
}

/// Extended key usage: the last arcs below id-kp.
pub(super) fn purposes(arcs: &[u64]) -> Vec<u8> {
    let oids: Vec<u8> = arcs
        .iter()
        .flat_map(|arc| der::object_identifier(&[1, 3, 6, 1, 5, 5, 7, 3, *arc]))
        .collect();
    extension(&[2, 5, 29, 37], false, &der::sequence(&[&oids]))
}

pub(super) fn subject_key(id: &[u8]) -> Vec<u8> {
    let value = der::element(der::OCTET_STRING, &[id]);
    extension(&[2, 5, 29, 14], false, &value)
}

pub(super) fn authority_key(id: &[u8]) -> Vec<u8> {
    let value = der::sequence(&[&der::element(der::context(0), &[id])]);
    extension(&[2, 5, 29, 35], false, &value)
}

/// A `GeneralName`: `dns:`, `email:`, `uri:` or `dir:` and text, or `ip:` and octets in hex.
pub(super) fn general_name(text: &str) -> Vec<u8> {
    let (kind, rest) = text.split_once(':').unwrap();
    match kind {
        "email" => der::element(der::context(1), &[rest.as_bytes()]),
        "dns" => der::element(der::context(2), &[rest.as_bytes()]),
        "dir" => der::element(der::context_constructed(4), &[&name(rest)]),
        "uri" => der::element(der::context(6), &[rest.as_bytes()]),
        "ip" => {
            let octets = data_encoding::HEXLOWER.decode(rest.as_bytes()).unwrap();
            der::element(der::context(7), &[&octets])
        }
        _ => panic!("{text} is of no kind that is made here"),
    }
}

pub(super) fn alternative_names(critical: bool, names: &[&str]) -> Vec<u8> {
    let names: Vec<u8> = names.iter().flat_map(|name| general_name(name)).collect();
    extension(&[2, 5, 29, 17], critical, &der::sequence(&[&names]))
}

pub(super) fn name_constraints(permitted: &[&str], excluded: &[&str]) -> Vec<u8> {
    let list = |tag: u8, bases: &[&str]| {
        let subtrees: Vec<u8> = bases
            .iter()
            .flat_map(|base| der::sequence(&[&general_name(base)]))
            .collect();
        match bases {
            [] => Vec::new(),
            _ => der::element(der::context_constructed(tag), &[&subtrees]),
        }
    };
    let value = der::sequence(&[&list(0, permitted), &list(1, excluded)]);
    extension(&[2, 5, 29, 30], true, &value)
}

/// A certificate policy of these tests, or anyPolicy for 0.
fn policy(number: u64) -> Vec<u8> {
    match number {
        0 => der::object_identifier(&[2, 5, 29, 32, 0]),
        number => der::object_identifier(&[1, 3, 6, 1, 4, 1, 55555, number]),
    }
}

pub(super) fn policies(numbers: &[u64]) -> Vec<u8> {
    let all: Vec<u8> = numbers
        .iter()
        .flat_map(|number| der::sequence(&[&policy(*number)]))
        .collect();
    extension(&[2, 5, 29, 32], false, &der::sequence(&[&all]))
}

pub(super) fn policy_mappings(pairs: &[(u64, u64)]) -> Vec<u8> {
    let all: Vec<u8> = pairs
        .iter()
        .flat_map(|(from, to)| der::sequence(&[&policy(*from), &policy(*to)]))
        .collect();
    extension(&[2, 5, 29, 33], true, &der::sequence(&[&all]))
}

pub(super) fn policy_constraints(explicit: Option<u8>, mapping: Option<u8>) -> Vec<u8> {
    let field = |tag: u8, number: Option<u8>| {
        number.map_or(Vec::new(), |number| {
            der::element(der::context(tag), &[&[number]])
        })
    };
    let value = der::sequence(&[&field(0, explicit), &field(1, mapping)]);
    extension(&[2, 5, 29, 36], true, &value)
}

pub(super) fn inhibit_any_policy(after: u8) -> Vec<u8> {
    extension(
        &[2, 5, 29, 54],
        true,
        &der::element(der::INTEGER, &[&[after]]),
    )
}

const ECDSA_SHA256: [u64; 7] = [1, 2, 840, 10045, 4, 3, 2];
const BOOLEAN: u8 = 0x01;
const UTF8_STRING: u8 = 0x0c;
const SET: u8 = 0x31;
