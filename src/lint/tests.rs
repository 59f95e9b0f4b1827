//! Each rule is broken once, by a certificate that is otherwise sound.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::*;
use crate::cert::extensions::*;
use crate::cert::forge::{Draft, SERVER, common_name, object_identifier, purposes};
use crate::crypto::Algorithm;
use crate::der;
use crate::key::{PrivateKey, PublicKey};
use Base::{Intermediate, Leaf, PublicIntermediate, PublicLeaf, PublicRoot, Root};

static KEY: LazyLock<PrivateKey> = LazyLock::new(|| PrivateKey::generate(Algorithm::P256).unwrap());
/// Another CA's.
static OTHER: LazyLock<PrivateKey> =
    LazyLock::new(|| PrivateKey::generate(Algorithm::P256).unwrap());

/// A sound certificate, before something in it is broken.
#[derive(Clone, Copy, Debug)]
enum Base {
    Leaf,
    Intermediate,
    Root,
    PublicLeaf,
    PublicIntermediate,
    PublicRoot,
}

impl Base {
    const ALL: [Self; 6] = [
        Leaf,
        Intermediate,
        Root,
        PublicLeaf,
        PublicIntermediate,
        PublicRoot,
    ];

    fn profile(self) -> Profile {
        match self {
            Leaf | Intermediate | Root => Profile::Private,
            PublicLeaf | PublicIntermediate | PublicRoot => Profile::Public,
        }
    }

    fn draft(self) -> Draft {
        let (own, issuer) = (KEY.public_key(), OTHER.public_key());
        match self {
            Leaf => Draft::leaf(own, issuer),
            Intermediate => Draft::authority("b", own, issuer),
            Root => Draft::root(own),
            PublicLeaf => public_leaf(),
            PublicIntermediate => {
                let mut draft = Draft::authority("b", own, issuer);
                draft.subject = public_name("b");
                draft.set(EXTENDED_KEY_USAGE, false, &purposes(&[SERVER]));
                policies_and_places(&mut draft);
                draft
            }
            PublicRoot => {
                let mut draft = Draft::root(own);
                (draft.subject, draft.issuer) = (public_name("a"), public_name("a"));
                draft.not_after.1 = "450101000000Z".into();
                draft
            }
        }
    }

    fn findings(self, draft: &Draft) -> Vec<Finding> {
        lint(&draft.to_decoded(&KEY), self.profile())
    }
}

fn public_leaf() -> Draft {
    let mut draft = Draft::leaf(KEY.public_key(), OTHER.public_key());
    draft.subject = der::sequence(&[]);
    draft.set(
        SUBJECT_ALTERNATIVE_NAME,
        true,
        &names(&[(DNS, b"a.example.com")]),
    );
    draft.remove(SUBJECT_KEY_IDENTIFIER);
    draft.set(
        TIMESTAMPS,
        false,
        &der::element(der::OCTET_STRING, &[&[0, 3, 0, 1, 7]]),
    );
    policies_and_places(&mut draft);
    draft
}

/// What public CAs put into all but roots.
fn policies_and_places(draft: &mut Draft) {
    let policy = der::sequence(&[&object_identifier("2.23.140.1.2.1")]);
    draft.set(CERTIFICATE_POLICIES, false, &der::sequence(&[&policy]));
    draft.set(
        AUTHORITY_INFORMATION_ACCESS,
        false,
        &access(b"http://a.example/ca.crt"),
    );
    draft.set(
        CRL_DISTRIBUTION_POINTS,
        false,
        &crl_points(b"http://a.example/ca.crl"),
    );
}

fn access(uri: &[u8]) -> Vec<u8> {
    let method = object_identifier("1.3.6.1.5.5.7.48.2");
    der::sequence(&[&der::sequence(&[&method, &der::element(URI, &[uri])])])
}

fn crl_points(uri: &[u8]) -> Vec<u8> {
    let full = der::element(der::context_constructed(0), &[&der::element(URI, &[uri])]);
    der::sequence(&[&der::sequence(&[&der::element(
        der::context_constructed(0),
        &[&full],
    )])])
}

fn names(all: &[(u8, &[u8])]) -> Vec<u8> {
    let all: Vec<u8> = all
        .iter()
        .flat_map(|(tag, content)| der::element(*tag, &[content]))
        .collect();
    der::sequence(&[&all])
}

/// A `Name` of attributes with their types of string.
fn name(attributes: &[(&str, u8, &[u8])]) -> Vec<u8> {
    let rdn = |(oid, tag, content): &(&str, u8, &[u8])| {
        let value = der::element(*tag, &[content]);
        der::element(
            der::SET,
            &[&der::sequence(&[&object_identifier(oid), &value])],
        )
    };
    der::sequence(&[&attributes.iter().flat_map(rdn).collect::<Vec<u8>>()])
}

fn public_name(common_name: &str) -> Vec<u8> {
    name(&[
        ("2.5.4.6", der::PRINTABLE_STRING, b"DE"),
        ("2.5.4.10", der::UTF8_STRING, b"a"),
        ("2.5.4.3", der::UTF8_STRING, common_name.as_bytes()),
    ])
}

/// A subject of one attribute.
fn subject(draft: &mut Draft, oid: &str, tag: u8, content: &[u8]) {
    draft.subject = name(&[(oid, tag, content)]);
}

/// The alternative names, which are all of one kind.
fn named(draft: &mut Draft, tag: u8, all: &[&[u8]]) {
    let all: Vec<(u8, &[u8])> = all.iter().map(|name| (tag, *name)).collect();
    draft.set(
        SUBJECT_ALTERNATIVE_NAME,
        draft.subject == EMPTY,
        &names(&all),
    );
}

fn critical(draft: &mut Draft, oid: &str, critical: bool) {
    let all = draft.extensions.as_mut().unwrap();
    all.iter_mut()
        .find(|extension| extension.oid == oid)
        .unwrap()
        .critical = critical;
}

/// The key usage, as the octets of its BIT STRING.
fn usage(draft: &mut Draft, octets: &[u8]) {
    draft.set(KEY_USAGE, true, &der::element(der::BIT_STRING, &[octets]));
}

/// An RSA key of so many bits, whose modulus nobody looks at.
fn rsa(draft: &mut Draft, bits: usize, exponent: &[u8]) {
    let mut modulus = vec![0xff; bits.div_ceil(8)];
    modulus[0] >>= (8 - bits % 8) % 8;
    modulus.insert(0, 0);
    let numbers = [&modulus[usize::from(!bits.is_multiple_of(8))..], exponent]
        .map(|number| der::element(der::INTEGER, &[number]));
    let key = PublicKey::from_pkcs1(&der::sequence(&[&numbers[0], &numbers[1]])).unwrap();
    draft.spki = key.spki().to_vec();
}

/// A key of some algorithm, whose bits nobody looks at.
fn key_of(draft: &mut Draft, algorithm: &[&[u8]]) {
    draft.spki = der::sequence(&[&der::sequence(algorithm), &der::bit_string(&[4; 65])]);
}

fn authority_key(draft: &mut Draft, fields: &[&[u8]]) {
    draft.set(AUTHORITY_KEY_IDENTIFIER, false, &der::sequence(fields));
}

fn constrained(draft: &mut Draft, critical: bool, subtrees: &[&[u8]]) {
    let all: Vec<u8> = subtrees
        .iter()
        .flat_map(|base| der::sequence(&[&der::element(DNS, &[base])]))
        .collect();
    let permitted = match all.is_empty() {
        true => Vec::new(),
        false => der::element(der::context_constructed(0), &[&all]),
    };
    draft.set(NAME_CONSTRAINTS, critical, &der::sequence(&[&permitted]));
}

fn policies(draft: &mut Draft, oid: &str, qualifier: Option<&str>) {
    let mut policy = object_identifier(oid);
    if let Some(qualifier) = qualifier {
        policy.extend(der::sequence(&[&der::sequence(&[&object_identifier(
            qualifier,
        )])]));
    }
    draft.set(
        CERTIFICATE_POLICIES,
        false,
        &der::sequence(&[&der::sequence(&[&policy])]),
    );
}

fn mapping(draft: &mut Draft, critical: bool, from: &str) {
    let pair = der::sequence(&[&object_identifier(from), &object_identifier("1.2.3")]);
    draft.set(POLICY_MAPPINGS, critical, &der::sequence(&[&pair]));
}

fn algorithms(draft: &mut Draft, encoded: Vec<u8>) {
    (draft.inner_algorithm, draft.outer_algorithm) = (Some(encoded.clone()), Some(encoded));
}

type Breakage = (&'static str, Base, fn(&mut Draft));

const EMAIL: u8 = der::context(1);
const DNS: u8 = der::context(2);
const URI: u8 = der::context(6);
const IP: u8 = der::context(7);
const NULL: &[u8] = &[der::NULL, 0];
const EMPTY: &[u8] = &[0x30, 0];

/// What breaks each rule.
#[rustfmt::skip]
const BREAKAGES: &[Breakage] = &[
    ("version-not-3", Leaf, |d| (d.version, d.extensions) = (None, None)),
    ("version-not-3", Leaf, |d| d.version = Some(1)),
    ("serial-zero", Leaf, |d| d.serial = vec![0]),
    ("serial-negative", Leaf, |d| d.serial[0] = 0x80),
    ("serial-too-long", Leaf, |d| d.serial = vec![1; 21]),
    ("serial-not-shortest", Leaf, |d| d.serial = vec![0, 1]),
    ("serial-not-shortest", Leaf, |d| d.serial = vec![]),
    ("signature-algorithm-mismatch", Leaf, |d| d.inner_algorithm = Some(der::sequence(&[&object_identifier("1.2.840.10045.4.3.3")]))),
    ("signature-parameters-unfit", Leaf, |d| algorithms(d, der::sequence(&[&object_identifier("1.2.840.10045.4.3.2"), NULL]))),
    ("signature-parameters-unfit", Leaf, |d| algorithms(d, der::sequence(&[&object_identifier("1.2.840.113549.1.1.11")]))),
    ("key-parameters-unfit", Leaf, |d| key_of(d, &[&object_identifier("1.3.101.113"), NULL])),
    ("curve-explicit", Leaf, |d| key_of(d, &[&object_identifier("1.2.840.10045.2.1"), EMPTY])),
    ("issuer-empty", Leaf, |d| d.issuer = EMPTY.to_vec()),
    ("authority-subject-empty", Intermediate, |d| d.subject = EMPTY.to_vec()),
    ("validity-reversed", Leaf, |d| d.not_after.1 = "261120235959Z".into()),
    ("time-type-unfit", Leaf, |d| d.not_after = (der::GENERALIZED_TIME, "20270218235959Z".into())),
    ("unique-id-present", Leaf, |d| d.identifiers = der::element(der::context(1), &[&[0, 1]])),
    ("extensions-empty", Leaf, |d| d.extensions = Some(Vec::new())),
    ("extension-duplicate", Leaf, |d| d.extensions.as_mut().unwrap().extend_from_within(..1)),
    ("extension-malformed", Leaf, |d| d.set(EXTENDED_KEY_USAGE, false, EMPTY)),
    ("extension-critical-unknown", Leaf, |d| d.set("1.2.3.4", true, NULL)),
    ("boolean-not-der", Leaf, |d| d.set(BASIC_CONSTRAINTS, true, &[0x30, 3, 1, 1, 0])),
    ("boolean-not-der", Root, |d| d.set(BASIC_CONSTRAINTS, true, &[0x30, 3, 1, 1, 1])),
    ("authority-key-id-absent", Leaf, |d| d.remove(AUTHORITY_KEY_IDENTIFIER)),
    ("authority-key-id-absent", Leaf, |d| authority_key(d, &[])),
    ("authority-key-id-critical", Leaf, |d| critical(d, AUTHORITY_KEY_IDENTIFIER, true)),
    ("authority-key-id-half", Leaf, |d| authority_key(d, &[&der::element(der::context(2), &[&[1]])])),
    ("authority-key-id-not-own", Root, |d| authority_key(d, &[&der::element(der::context(0), &[&[1]])])),
    ("subject-key-id-absent", Root, |d| d.remove(SUBJECT_KEY_IDENTIFIER)),
    ("subject-key-id-critical", Leaf, |d| critical(d, SUBJECT_KEY_IDENTIFIER, true)),
    ("subject-key-id-empty", Leaf, |d| d.set(SUBJECT_KEY_IDENTIFIER, false, &[4, 0])),
    ("key-usage-absent", Root, |d| d.remove(KEY_USAGE)),
    ("key-usage-empty", Leaf, |d| usage(d, &[0])),
    ("key-usage-not-critical", Leaf, |d| critical(d, KEY_USAGE, false)),
    ("authority-without-certificate-sign", Root, |d| usage(d, &[1, 2])),
    ("leaf-with-certificate-sign", Leaf, |d| usage(d, &[2, 0x84])),
    ("key-usage-unfit", Leaf, |d| usage(d, &[5, 0xa0])),
    ("basic-constraints-not-critical", Root, |d| critical(d, BASIC_CONSTRAINTS, false)),
    ("path-length-unfit", Leaf, |d| d.set(BASIC_CONSTRAINTS, true, &[0x30, 3, 2, 1, 0])),
    ("subject-empty", Leaf, |d| { d.subject = EMPTY.to_vec(); d.remove(SUBJECT_ALTERNATIVE_NAME) }),
    ("alternative-names-not-critical", Leaf, |d| d.subject = EMPTY.to_vec()),
    ("alternative-names-critical", Leaf, |d| critical(d, SUBJECT_ALTERNATIVE_NAME, true)),
    ("name-constraints-on-leaf", Leaf, |d| constrained(d, true, &[b"a.test"])),
    ("name-constraints-not-critical", Root, |d| constrained(d, false, &[b"a.test"])),
    ("name-constraints-empty", Root, |d| constrained(d, true, &[])),
    ("name-constraints-leading-dot", Root, |d| constrained(d, true, &[b".a.test"])),
    ("policy-mapping-of-any", Intermediate, |d| mapping(d, true, "2.5.29.32.0")),
    ("policy-mappings-not-critical", Intermediate, |d| mapping(d, false, "1.2.4")),
    ("policy-constraints-not-critical", Intermediate, |d| d.set(POLICY_CONSTRAINTS, false, &[0x30, 3, 0x80, 1, 0])),
    ("inhibit-any-policy-not-critical", Intermediate, |d| d.set(INHIBIT_ANY_POLICY, false, &[2, 1, 0])),
    ("policy-extension-on-leaf", Leaf, |d| d.set(INHIBIT_ANY_POLICY, true, &[2, 1, 0])),
    ("any-purpose-critical", Leaf, |d| d.set(EXTENDED_KEY_USAGE, true, &purposes(&["2.5.29.37.0"]))),
    ("timestamping-unfit", Leaf, |d| d.set(EXTENDED_KEY_USAGE, false, &purposes(&["1.3.6.1.5.5.7.3.8"]))),
    ("crl-points-critical", PublicLeaf, |d| critical(d, CRL_DISTRIBUTION_POINTS, true)),
    ("access-critical", PublicLeaf, |d| critical(d, AUTHORITY_INFORMATION_ACCESS, true)),
    ("freshest-crl-critical", Leaf, |d| d.set("2.5.29.46", true, &crl_points(b"http://a.test/"))),
    ("precertificate", Leaf, |d| d.set(PRECERTIFICATE_POISON, true, NULL)),
    ("timestamps-critical", PublicLeaf, |d| critical(d, TIMESTAMPS, true)),
    ("intermediate-authority-key-is-own", Intermediate, |d| authority_key(d, &[&der::element(der::context(0), &[&KEY.public_key().key_identifier()])])),
    ("name-malformed", Leaf, |d| d.subject = der::sequence(&[&der::element(der::SET, &[&der::sequence(&[&object_identifier("2.5.4.3"), &[0x7f, 0x20, 0]])])])),
    ("attribute-too-long", Leaf, |d| subject(d, "2.5.4.3", der::UTF8_STRING, &[b'a'; 65])),
    ("attribute-empty", Leaf, |d| subject(d, "2.5.4.3", der::UTF8_STRING, b"")),
    ("country-not-two-letters", Leaf, |d| subject(d, "2.5.4.6", der::PRINTABLE_STRING, b"DEU")),
    ("attribute-type-of-string", Leaf, |d| subject(d, "2.5.4.3", der::IA5_STRING, b"a")),
    ("attribute-type-of-string", Leaf, |d| subject(d, "2.5.4.6", der::UTF8_STRING, b"DE")),
    ("attribute-string-outdated", Leaf, |d| subject(d, "2.5.4.3", der::TELETEX_STRING, b"a")),
    ("attribute-characters-unfit", Leaf, |d| subject(d, "2.5.4.10", der::PRINTABLE_STRING, b"a*b")),
    ("attribute-characters-unfit", Leaf, |d| subject(d, "2.5.4.10", der::UTF8_STRING, b"a\xff")),
    ("email-in-subject", Leaf, |d| { subject(d, "1.2.840.113549.1.9.1", der::IA5_STRING, b"a@b.test"); named(d, EMAIL, &[b"a@b.test"]) }),
    ("email-not-in-names", Leaf, |d| subject(d, "1.2.840.113549.1.9.1", der::IA5_STRING, b"a@b.test")),
    ("dns-name-underscore", Leaf, |d| named(d, DNS, &[b"a_b.test"])),
    ("dns-name-trailing-dot", Leaf, |d| named(d, DNS, &[b"a.test."])),
    ("wildcard-misplaced", Leaf, |d| named(d, DNS, &[b"a.*.test"])),
    ("wildcard-misplaced", Leaf, |d| named(d, DNS, &[b"a*.b.test"])),
    ("address-as-dns-name", Leaf, |d| named(d, DNS, &[b"10.0.0.1"])),
    ("dns-name-unfit", Leaf, |d| named(d, DNS, &[b"a b.test"])),
    ("dns-name-unfit", Leaf, |d| named(d, DNS, &[b".a.test"])),
    ("email-unfit", Leaf, |d| named(d, EMAIL, &[b"a.test"])),
    ("uri-unfit", Leaf, |d| named(d, URI, &[b"/a"])),
    ("domain-component-unfit", Leaf, |d| subject(d, "0.9.2342.19200300.100.1.25", der::IA5_STRING, b"a.test")),
    ("serial-short", PublicLeaf, |d| d.serial = vec![1; 7]),
    ("rsa-length-unfit", PublicLeaf, |d| rsa(d, 2049, &[1, 0, 1])),
    ("key-kind-unfit", PublicLeaf, |d| key_of(d, &[&object_identifier("1.3.101.113")])),
    ("signature-algorithm-unfit", PublicLeaf, |d| algorithms(d, der::sequence(&[&object_identifier("1.3.101.112")]))),
    ("life-too-long", PublicLeaf, |d| d.not_after.1 = "270609000000Z".into()),
    ("root-life-unfit", PublicRoot, |d| d.not_after.1 = "270101000000Z".into()),
    ("internal-name", PublicLeaf, |d| named(d, DNS, &[b"a.local"])),
    ("internal-name", PublicLeaf, |d| named(d, DNS, &[b"host"])),
    ("internal-address", PublicLeaf, |d| named(d, IP, &[&[10, 0, 0, 1]])),
    ("alternative-name-kind", PublicLeaf, |d| named(d, URI, &[b"https://a.example.com/"])),
    ("dns-name-underscore-public", PublicLeaf, |d| named(d, DNS, &[b"a_b.example.com"])),
    ("common-name-foreign", PublicLeaf, |d| d.subject = common_name("b.example.com")),
    ("common-name-present", PublicLeaf, |d| d.subject = common_name("a.example.com")),
    ("attribute-duplicate", PublicIntermediate, |d| d.subject = name(&[("2.5.4.10", der::UTF8_STRING, b"a"), ("2.5.4.10", der::UTF8_STRING, b"b")])),
    ("organizational-unit", PublicLeaf, |d| subject(d, "2.5.4.11", der::UTF8_STRING, b"a")),
    ("domain-validated-attribute", PublicLeaf, |d| subject(d, "2.5.4.10", der::UTF8_STRING, b"a")),
    ("authority-attribute-absent", PublicIntermediate, |d| d.subject = common_name("b")),
    ("policies-absent", PublicLeaf, |d| d.remove(CERTIFICATE_POLICIES)),
    ("policy-reserved-absent", PublicLeaf, |d| policies(d, "1.2.3", None)),
    ("policy-any", PublicLeaf, |d| policies(d, "2.5.29.32.0", None)),
    ("policy-qualifier-unfit", PublicLeaf, |d| policies(d, "2.23.140.1.2.1", Some("1.3.6.1.5.5.7.2.2"))),
    ("policy-qualifier-present", PublicLeaf, |d| policies(d, "2.23.140.1.2.1", Some("1.3.6.1.5.5.7.2.1"))),
    ("policies-critical", PublicLeaf, |d| critical(d, CERTIFICATE_POLICIES, true)),
    ("purposes-critical", PublicLeaf, |d| critical(d, EXTENDED_KEY_USAGE, true)),
    ("purposes-absent", PublicLeaf, |d| d.remove(EXTENDED_KEY_USAGE)),
    ("purpose-unfit", PublicLeaf, |d| d.set(EXTENDED_KEY_USAGE, false, &purposes(&[SERVER, "1.3.6.1.5.5.7.3.3"]))),
    ("purpose-server-absent", PublicLeaf, |d| d.set(EXTENDED_KEY_USAGE, false, &purposes(&["1.3.6.1.5.5.7.3.2"]))),
    ("root-purposes", PublicRoot, |d| d.set(EXTENDED_KEY_USAGE, false, &purposes(&[SERVER]))),
    ("root-path-length", PublicRoot, |d| d.set(BASIC_CONSTRAINTS, true, &[0x30, 6, 1, 1, 0xff, 2, 1, 1])),
    ("root-policies", PublicRoot, |d| policies(d, "2.5.29.32.0", None)),
    ("root-authority-key-id-absent", PublicRoot, |d| d.remove(AUTHORITY_KEY_IDENTIFIER)),
    ("authority-key-id-with-issuer", PublicLeaf, |d| authority_key(d, &[&der::element(der::context(0), &[&[1]]), &der::element(der::context(2), &[&[1]])])),
    ("leaf-subject-key-id-present", PublicLeaf, |d| d.set(SUBJECT_KEY_IDENTIFIER, false, &[4, 1, 1])),
    ("authority-key-usage-unfit", PublicRoot, |d| usage(d, &[2, 4])),
    ("authority-key-usage-unfit", PublicRoot, |d| usage(d, &[1, 0x46])),
    ("leaf-key-usage-unfit", PublicLeaf, |d| usage(d, &[6, 0xc0])),
    ("leaf-key-usage-absent", PublicLeaf, |d| d.remove(KEY_USAGE)),
    ("leaf-basic-constraints-not-critical", PublicLeaf, |d| d.set(BASIC_CONSTRAINTS, false, EMPTY)),
    ("access-absent", PublicLeaf, |d| d.remove(AUTHORITY_INFORMATION_ACCESS)),
    ("authority-access-absent", PublicIntermediate, |d| d.remove(AUTHORITY_INFORMATION_ACCESS)),
    ("access-not-http", PublicLeaf, |d| d.set(AUTHORITY_INFORMATION_ACCESS, false, &access(b"ldap://a.example/"))),
    ("revocation-absent", PublicLeaf, |d| d.remove(CRL_DISTRIBUTION_POINTS)),
    ("authority-crl-points-absent", PublicIntermediate, |d| d.remove(CRL_DISTRIBUTION_POINTS)),
    ("crl-point-unfit", PublicLeaf, |d| d.set(CRL_DISTRIBUTION_POINTS, false, &crl_points(b"https://a.example/"))),
    ("crl-point-unfit", PublicLeaf, |d| d.set(CRL_DISTRIBUTION_POINTS, false, &[0x30, 6, 0x30, 4, 0x81, 2, 1, 2])),
    ("timestamps-absent", PublicLeaf, |d| d.remove(TIMESTAMPS)),
    ("alternative-names-on-authority", PublicIntermediate, |d| named(d, DNS, &[b"a.example.com"])),
    ("alternative-names-absent", Leaf, |d| d.remove(SUBJECT_ALTERNATIVE_NAME)),
    ("rsa-too-short", Leaf, |d| rsa(d, 1024, &[1, 0, 1])),
    ("rsa-exponent-unfit", Leaf, |d| rsa(d, 2048, &[1])),
    ("rsa-exponent-unfit", Leaf, |d| rsa(d, 2048, &[4])),
    ("rsa-exponent-small", Leaf, |d| rsa(d, 2048, &[3])),
    ("key-not-for-browsers", Leaf, |d| key_of(d, &[&object_identifier("1.3.101.113")])),
    ("digest-weak", Leaf, |d| algorithms(d, der::sequence(&[&object_identifier("1.2.840.113549.1.1.5"), NULL]))),
    ("digest-weak", Leaf, |d| algorithms(d, der::sequence(&[&object_identifier("1.2.840.10045.4.1")]))),
    ("signature-algorithm-unknown", Leaf, |d| algorithms(d, der::sequence(&[&object_identifier("1.2.3")]))),
    ("life-beyond-apple", Leaf, |d| d.not_after.1 = "290224000000Z".into()),
    ("server-purpose-absent", Leaf, |d| d.remove(EXTENDED_KEY_USAGE)),
    ("any-purpose", Leaf, |d| d.set(EXTENDED_KEY_USAGE, false, &purposes(&["2.5.29.37.0"]))),
    ("server-without-signature", Leaf, |d| usage(d, &[3, 8])),
    ("authority-as-server", Intermediate, |d| named(d, DNS, &[b"a.test"])),
    ("authority-as-server", Root, |d| { d.subject = common_name("localhost"); d.issuer = d.subject.clone() }),
    ("wildcard-top-level", Leaf, |d| named(d, DNS, &[b"*.test"])),
    ("stapling-required", Leaf, |d| d.set("1.3.6.1.5.5.7.1.24", false, &[0x30, 3, 2, 1, 5])),
    ("root-common-name-absent", Root, |d| { subject(d, "2.5.4.10", der::UTF8_STRING, b"a"); d.issuer = d.subject.clone() }),
    ("common-name-spelled-otherwise", PublicLeaf, |d| d.subject = common_name("ä.test")),
    ("server-with-other-powers", Leaf, |d| d.set(EXTENDED_KEY_USAGE, false, &purposes(&[SERVER, "1.3.6.1.5.5.7.3.3"]))),
    ("common-name-not-in-names", Leaf, |d| d.subject = common_name("b.test")),
    ("serial-guessable", Leaf, |d| d.serial = vec![1]),
    ("leaf-subject-key-id-absent", Leaf, |d| d.remove(SUBJECT_KEY_IDENTIFIER)),
    ("life-endless", Leaf, |d| d.not_after = (der::GENERALIZED_TIME, "99991231235959Z".into())),
    ("attribute-repeated", Leaf, |d| d.subject = name(&[("2.5.4.3", der::UTF8_STRING, b"a.test"), ("2.5.4.3", der::UTF8_STRING, b"b")])),
    ("alternative-name-repeated", Leaf, |d| named(d, DNS, &[b"a.test", b"A.test"])),
];

/// What a sound certificate of a private CA is told all the same.
const ALWAYS_TOLD: [&str; 2] = ["revocation-place-absent", "root-unconstrained"];

#[test]
fn what_is_sound_breaks_nothing() {
    for base in Base::ALL {
        let mut findings = base.findings(&base.draft());
        findings.retain(|finding| !ALWAYS_TOLD.contains(&finding.rule));
        assert!(findings.is_empty(), "{base:?}: {findings:#?}");
    }
}

#[test]
fn every_rule_can_be_broken() {
    for (rule, base, breakage) in BREAKAGES {
        let mut draft = base.draft();
        breakage(&mut draft);
        let findings = base.findings(&draft);
        let found: Vec<&str> = findings.iter().map(|finding| finding.rule).collect();
        assert!(found.contains(rule), "{rule} is not among {found:?}");
    }
    for (rule, base, removed) in [
        ("revocation-place-absent", Leaf, CRL_DISTRIBUTION_POINTS),
        ("root-unconstrained", Root, NAME_CONSTRAINTS),
    ] {
        let has = |draft: &Draft| {
            base.findings(draft)
                .iter()
                .any(|finding| finding.rule == rule)
        };
        let mut draft = base.draft();
        assert!(has(&draft), "{rule}");
        match removed {
            NAME_CONSTRAINTS => constrained(&mut draft, true, &[b"test"]),
            _ => draft.set(removed, false, &crl_points(b"http://a.test/")),
        }
        assert!(!has(&draft), "{rule}");
    }
}

#[test]
fn every_rule_has_a_name_of_its_own_and_a_test() {
    let tested: BTreeSet<&str> = BREAKAGES
        .iter()
        .map(|(rule, ..)| *rule)
        .chain(ALWAYS_TOLD)
        .collect();
    let mut known = BTreeSet::new();
    for rule in rules() {
        assert!(known.insert(rule.id), "{} stands twice", rule.id);
        assert!(
            rule.id
                .chars()
                .all(|c| c.is_ascii_lowercase() || "-3".contains(c)),
            "{}",
            rule.id
        );
        assert!(!rule.citation.is_empty(), "{}", rule.id);
        assert!(
            rule.id == "certificate-malformed" || tested.contains(rule.id),
            "{} has no test",
            rule.id
        );
    }
    assert!(tested.is_subset(&known), "{:?}", tested.difference(&known));
}

#[test]
fn a_rule_holds_from_its_day_and_under_its_profile() {
    let mut draft = PublicLeaf.draft();
    draft.remove(EXTENDED_KEY_USAGE);
    let broken = |draft: &Draft, profile| {
        let findings = lint(&draft.to_decoded(&KEY), profile);
        findings
            .iter()
            .any(|finding| finding.rule == "purposes-absent")
    };
    assert!(broken(&draft, Profile::Public) && !broken(&draft, Profile::Private));
    for (day, holds) in [("230914235959Z", false), ("230915000000Z", true)] {
        draft.not_before.1 = day.into();
        assert_eq!(broken(&draft, Profile::Public), holds, "{day}");
    }
}

#[test]
fn a_life_is_counted_to_the_second_after_the_day_it_begins() {
    let long = |first: &str, last: &str| {
        let mut draft = PublicLeaf.draft();
        (draft.not_before.1, draft.not_after.1) = (first.into(), last.into());
        PublicLeaf
            .findings(&draft)
            .iter()
            .any(|finding| finding.rule == "life-too-long")
    };
    for (first, last, exceeds) in [
        ("260314000000Z", "270415235959Z", false),
        ("260314000000Z", "270416000000Z", true),
        ("260315000000Z", "260930235959Z", false),
        ("260315000000Z", "261001000000Z", true),
        ("270315000000Z", "270622235959Z", false),
        ("270315000000Z", "270623000000Z", true),
        ("290315000000Z", "290430235959Z", false),
        ("290315000000Z", "290501000000Z", true),
    ] {
        assert_eq!(long(first, last), exceeds, "{first} to {last}");
    }
}

#[test]
fn public_is_what_public_cas_mark_or_sign() {
    let of = |draft: &Draft| Profile::of(&draft.to_decoded(&KEY));
    for base in [Leaf, Intermediate, Root, PublicRoot] {
        assert_eq!(
            of(&base.draft()),
            Profile::Private,
            "{base:?}: anybody may look like this"
        );
    }
    let mut draft = PublicLeaf.draft();
    assert_eq!(of(&draft), Profile::Public);
    draft.remove(TIMESTAMPS);
    assert_eq!(of(&draft), Profile::Public, "by its policy");
    policies(&mut draft, "1.2.3", None);
    assert_eq!(of(&draft), Profile::Private);
    for root in roots::public() {
        let root = Decoded::from_der(root).unwrap();
        assert_eq!(Profile::of(&root), Profile::Public);
        draft.issuer.clone_from(&root.subject);
        draft.remove(AUTHORITY_KEY_IDENTIFIER);
        assert_eq!(of(&draft), Profile::Public);
    }
    authority_key(&mut draft, &[&der::element(der::context(0), &[b"another"])]);
    assert_eq!(
        of(&draft),
        Profile::Private,
        "the name alone proves nothing"
    );
}

#[test]
fn no_damage_breaks_the_judge() {
    for base in Base::ALL {
        let sound = base.draft().to_der(&KEY);
        let mut decoded = 0;
        for place in 0..sound.len() {
            for damage in [0x01, 0x20, 0x80, 0xff] {
                let mut damaged = sound.clone();
                damaged[place] ^= damage;
                match Decoded::from_der(&damaged) {
                    Ok(certificate) => {
                        decoded += 1;
                        for finding in lint(&certificate, base.profile()) {
                            assert!(!finding.message.contains(char::is_control), "{finding:?}");
                        }
                    }
                    Err(error) => assert!(malformed(&error).message.len() < 500),
                }
            }
        }
        assert!(
            decoded > sound.len(),
            "most damage is to what can still be read"
        );
    }
}

#[test]
fn a_long_list_is_cut_and_made_safe_to_show() {
    let mut draft = Leaf.draft();
    named(&mut draft, DNS, &[&b"a\x1b.test"[..]; 1000]);
    let findings = Leaf.findings(&draft);
    let finding = findings
        .iter()
        .find(|finding| finding.rule == "dns-name-unfit")
        .unwrap();
    assert!(
        finding.message.ends_with("and 995 more is no host name"),
        "{}",
        finding.message
    );
    assert!(!finding.message.contains('\x1b'));
    let long = vec![0x81; 100_000];
    algorithms(
        &mut draft,
        der::sequence(&[&der::element(der::OBJECT_IDENTIFIER, &[&long, &[1]])]),
    );
    subject(&mut draft, "2.5.4.6", der::PRINTABLE_STRING, &long);
    let findings = Leaf.findings(&draft);
    assert!(findings.len() > 3);
    for finding in findings {
        assert!(finding.message.len() < 8000, "{}", finding.rule);
    }
}
