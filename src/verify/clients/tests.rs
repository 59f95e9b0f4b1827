//! The words of each client, for one fault and for two at once. What the clients themselves say of the same
//! chains is asked in `tests/judges/verdicts`.

use super::super::tests::{Chain, dns_subtree, path_length};
use super::*;
use crate::cert::extensions as ext;
use crate::cert::forge::{common_name, purposes};
use crate::crypto::{Algorithm, SignatureScheme};
use crate::der;
use crate::key::PrivateKey;
use crate::validity::parse_time;
use crate::verify::{Policy, Pool, Wanted, verify};

type Change = fn(&mut Chain);

/// What is sent and trusted, counted from the leaf.
struct Scene {
    sent: &'static [usize],
    trusted: Option<usize>,
}

const USUAL: Scene = Scene {
    sent: &[1],
    trusted: Some(2),
};

fn told(changes: &[Change], scene: &Scene, ask: fn(&mut Question<'_>)) -> Vec<Column> {
    let mut chain = Chain::sound();
    for change in changes {
        change(&mut chain);
    }
    let written = chain.written();
    let pool = Pool::new(scene.sent.iter().map(|at| written[*at].clone()));
    let anchors = Pool::new(scene.trusted.map(|at| written[at].clone()));
    let mut question = Question {
        certificate: &written[0],
        intermediates: &pool,
        anchors: &anchors,
        name: "a.test".parse().ok(),
        purpose: Purpose::Server,
        at: parse_time("2026-12-24").unwrap(),
        policy: Policy::Browser,
        policies: Wanted::default(),
        lists: &[],
        is_status_asked: true,
    };
    ask(&mut question);
    columns(&question, &verify(&question))
}

/// The words in the order of the columns, "-" for those that accept.
fn words(changes: &[Change], scene: &Scene) -> Vec<String> {
    let all = told(changes, scene, |_| {});
    all.into_iter()
        .map(|column| column.refusal.unwrap_or_else(|| "-".to_owned()))
        .collect()
}

const EXPIRED: Change = |chain| chain.leaf.not_after.1 = "261122000000Z".into();
const ISSUER_EXPIRED: Change = |chain| chain.intermediate.not_after.1 = "261122000000Z".into();
const ROOT_EXPIRED: Change = |chain| chain.root.not_after.1 = "261122000000Z".into();
const WRONG_NAME: Change = |chain| {
    let name = der::element(der::context(2), &[b"b.test"]);
    let names = der::sequence(&[&name]);
    chain.leaf.set(ext::SUBJECT_ALTERNATIVE_NAME, false, &names);
};
const COMMON_NAME_ONLY: Change = |chain| chain.leaf.remove(ext::SUBJECT_ALTERNATIVE_NAME);
const FOR_CLIENTS: Change = |chain| {
    let purposes = purposes(&["1.3.6.1.5.5.7.3.2"]);
    chain.leaf.set(ext::EXTENDED_KEY_USAGE, false, &purposes);
};
const FOR_ANY: Change = |chain| {
    let purposes = purposes(&["2.5.29.37.0"]);
    chain.leaf.set(ext::EXTENDED_KEY_USAGE, false, &purposes);
};
const OUTSIDE: Change = |chain| {
    let subtree = dns_subtree(0, "other.test");
    chain
        .intermediate
        .set(ext::NAME_CONSTRAINTS, true, &subtree);
};
const OUTSIDE_OF_ROOT: Change = |chain| {
    let subtree = dns_subtree(1, "test");
    chain.root.set(ext::NAME_CONSTRAINTS, true, &subtree);
};
const NO_ROOM: Change = |chain| {
    let none = path_length(0);
    chain.root.set(ext::BASIC_CONSTRAINTS, true, &none);
};
const NO_AUTHORITY: Change = |chain| chain.intermediate.remove(ext::BASIC_CONSTRAINTS);
const MAY_NOT_ISSUE: Change = |chain| {
    let signs_lists = [der::BIT_STRING, 2, 1, 0x02];
    chain.intermediate.set(ext::KEY_USAGE, true, &signs_lists);
};
const MAY_NOT_SIGN: Change = |chain| {
    let enciphers = [der::BIT_STRING, 2, 5, 0x20];
    chain.leaf.set(ext::KEY_USAGE, true, &enciphers);
};
const LEAF_IS_AUTHORITY: Change = |chain| {
    let is_ca = path_length(0);
    chain.leaf.set(ext::BASIC_CONSTRAINTS, true, &is_ca);
};
const UNKNOWN_CRITICAL: Change = |chain| chain.leaf.set("1.3.6.1.4.1.99999.7", true, &[5, 0]);
const ISSUER_UNKNOWN_CRITICAL: Change =
    |chain| chain.intermediate.set("1.3.6.1.4.1.99999.7", true, &[5, 0]);
const ED25519: Change = |chain| {
    let key = PrivateKey::generate(Algorithm::Ed25519).unwrap();
    chain.leaf.spki = key.public_key().spki().to_vec();
};
const DAMAGED: Change = |chain| chain.keys[1] = PrivateKey::generate(Algorithm::P256).unwrap();
const NOBODY: Change = |chain| chain.leaf.subject = der::sequence(&[]);

#[test]
fn a_sound_chain_has_five_columns_of_nothing() {
    assert_eq!(words(&[], &USUAL), ["-"; 5]);
    let names: Vec<String> = told(&[], &USUAL, |_| {})
        .iter()
        .map(|column| column.client.to_string())
        .collect();
    assert_eq!(names, ["chromium", "firefox", "curl", "java", "go"]);
}

#[test]
fn one_fault_has_a_word_of_each() {
    let cases: [(Change, [&str; 5]); 19] = [
        (
            EXPIRED,
            [
                "net::ERR_CERT_DATE_INVALID",
                "SEC_ERROR_EXPIRED_CERTIFICATE",
                "certificate has expired",
                "validity check failed",
                "x509: certificate has expired or is not yet valid",
            ],
        ),
        (
            ROOT_EXPIRED,
            [
                "net::ERR_CERT_DATE_INVALID",
                "SEC_ERROR_EXPIRED_ISSUER_CERTIFICATE",
                "certificate has expired",
                "-",
                "x509: certificate has expired or is not yet valid",
            ],
        ),
        (
            WRONG_NAME,
            [
                "net::ERR_CERT_COMMON_NAME_INVALID",
                "SSL_ERROR_BAD_CERT_DOMAIN",
                "SSL: no alternative certificate subject name matches target host name 'a.test'",
                "No subject alternative DNS name matching a.test found.",
                "x509: certificate is valid for b.test, not a.test",
            ],
        ),
        (
            COMMON_NAME_ONLY,
            [
                "net::ERR_CERT_COMMON_NAME_INVALID",
                "SSL_ERROR_BAD_CERT_DOMAIN",
                "-",
                "-",
                "x509: certificate relies on legacy Common Name field, use SANs instead",
            ],
        ),
        (
            FOR_CLIENTS,
            [
                "net::ERR_CERT_INVALID",
                "SEC_ERROR_INADEQUATE_CERT_TYPE",
                "unsuitable certificate purpose",
                "Extended key usage does not permit use for TLS server authentication",
                "x509: certificate specifies an incompatible key usage",
            ],
        ),
        (
            FOR_ANY,
            [
                "-",
                "SEC_ERROR_INADEQUATE_CERT_TYPE",
                "unsuitable certificate purpose",
                "-",
                "-",
            ],
        ),
        (
            OUTSIDE,
            [
                "net::ERR_CERT_INVALID",
                "SEC_ERROR_CERT_NOT_IN_NAME_SPACE",
                "permitted subtree violation",
                "name constraints check failed",
                "x509: a root or intermediate certificate is not authorized to sign for this name",
            ],
        ),
        (
            OUTSIDE_OF_ROOT,
            [
                "net::ERR_CERT_INVALID",
                "SEC_ERROR_CERT_NOT_IN_NAME_SPACE",
                "excluded subtree violation",
                "-",
                "x509: a root or intermediate certificate is not authorized to sign for this name",
            ],
        ),
        (
            NO_ROOM,
            [
                "net::ERR_CERT_INVALID",
                "SEC_ERROR_PATH_LEN_CONSTRAINT_INVALID",
                "path length constraint exceeded",
                "-",
                "x509: too many intermediates for path length constraint",
            ],
        ),
        (
            NO_AUTHORITY,
            [
                "net::ERR_CERT_INVALID",
                "SEC_ERROR_CA_CERT_INVALID",
                "invalid CA certificate",
                "basic constraints check failed: this is not a CA certificate",
                "x509: certificate signed by unknown authority",
            ],
        ),
        (
            MAY_NOT_ISSUE,
            [
                "net::ERR_CERT_INVALID",
                "SEC_ERROR_INADEQUATE_KEY_USAGE",
                "invalid CA certificate",
                "CA key usage check failed: keyCertSign bit is not set",
                "x509: certificate signed by unknown authority",
            ],
        ),
        (
            MAY_NOT_SIGN,
            [
                "net::ERR_SSL_KEY_USAGE_INCOMPATIBLE",
                "-",
                "-",
                "KeyUsage does not allow digital signatures",
                "-",
            ],
        ),
        (
            LEAF_IS_AUTHORITY,
            [
                "-",
                "MOZILLA_PKIX_ERROR_CA_CERT_USED_AS_END_ENTITY",
                "-",
                "-",
                "-",
            ],
        ),
        (
            UNKNOWN_CRITICAL,
            [
                "net::ERR_CERT_INVALID",
                "SEC_ERROR_UNKNOWN_CRITICAL_EXTENSION",
                "unhandled critical extension",
                "unrecognized critical extension(s)",
                "x509: unhandled critical extension",
            ],
        ),
        (
            ISSUER_UNKNOWN_CRITICAL,
            [
                "net::ERR_CERT_INVALID",
                "SEC_ERROR_UNKNOWN_ISSUER",
                "unhandled critical extension",
                "unrecognized critical extension(s)",
                "x509: unhandled critical extension",
            ],
        ),
        (
            ED25519,
            [
                "net::ERR_SSL_VERSION_OR_CIPHER_MISMATCH",
                "SSL_ERROR_NO_CYPHER_OVERLAP",
                "-",
                "-",
                "-",
            ],
        ),
        (
            DAMAGED,
            [
                "net::ERR_CERT_AUTHORITY_INVALID",
                "SEC_ERROR_BAD_SIGNATURE",
                "error:06880006:asn1 encoding routines::EVP lib",
                "signature check failed",
                "x509: certificate signed by unknown authority",
            ],
        ),
        (
            NOBODY,
            [
                "net::ERR_CERT_INVALID",
                "-",
                "-",
                "Failed to parse server certificates",
                "-",
            ],
        ),
        (
            |chain| {
                let name = der::element(der::context(0), &[&[7; 20]]);
                let other = der::sequence(&[&name]);
                chain.leaf.set(ext::AUTHORITY_KEY_IDENTIFIER, false, &other);
            },
            ["-", "-", "unable to get local issuer certificate", "-", "-"],
        ),
    ];
    for (at, (change, expected)) in cases.into_iter().enumerate() {
        assert_eq!(words(&[change], &USUAL), expected, "case {at}");
    }
}

/// Which of two faults each client tells, by its number; 0 if neither.
#[test]
fn of_two_faults_each_tells_the_one_that_it_sees_first() {
    let cases: [(Change, Change, [usize; 5]); 12] = [
        (EXPIRED, WRONG_NAME, [2, 2, 1, 1, 1]),
        (FOR_CLIENTS, EXPIRED, [2, 1, 1, 2, 2]),
        (FOR_CLIENTS, WRONG_NAME, [1, 1, 1, 1, 2]),
        (OUTSIDE, EXPIRED, [2, 1, 2, 1, 2]),
        (UNKNOWN_CRITICAL, EXPIRED, [2, 1, 1, 2, 1]),
        (NO_AUTHORITY, WRONG_NAME, [1, 1, 1, 1, 2]),
        (ISSUER_EXPIRED, WRONG_NAME, [2, 1, 1, 1, 2]),
        (ROOT_EXPIRED, WRONG_NAME, [2, 1, 1, 2, 2]),
        (DAMAGED, EXPIRED, [1, 1, 1, 2, 2]),
        (MAY_NOT_SIGN, WRONG_NAME, [1, 2, 2, 1, 2]),
        (LEAF_IS_AUTHORITY, EXPIRED, [2, 1, 2, 2, 2]),
        (ISSUER_UNKNOWN_CRITICAL, WRONG_NAME, [1, 1, 1, 1, 2]),
    ];
    for (at, (first, second, expected)) in cases.into_iter().enumerate() {
        let alone = [words(&[first], &USUAL), words(&[second], &USUAL)];
        let both = words(&[first, second], &USUAL);
        for (client, which) in expected.into_iter().enumerate() {
            assert_ne!(alone[0][client], alone[1][client], "case {at}");
            assert_eq!(both[client], alone[which - 1][client], "case {at}");
        }
    }
}

#[test]
fn what_nobody_trusts_has_its_words() {
    let unknown = Scene {
        trusted: None,
        ..USUAL
    };
    let whole = Scene {
        sent: &[1, 2],
        ..unknown
    };
    let mut expected = [
        "net::ERR_CERT_AUTHORITY_INVALID",
        "SEC_ERROR_UNKNOWN_ISSUER",
        "unable to get local issuer certificate",
        "PKIX path building failed",
        "x509: certificate signed by unknown authority",
    ];
    assert_eq!(words(&[], &unknown), expected);
    expected[2] = "self-signed certificate in certificate chain";
    assert_eq!(words(&[], &whole), expected);
    let own: Change = |chain| {
        chain.leaf.issuer = common_name("a.test");
        chain.keys.swap(0, 1);
        chain.keys.swap(1, 2);
        chain.leaf.spki = chain.keys[1].public_key().spki().to_vec();
        chain.leaf.remove(ext::AUTHORITY_KEY_IDENTIFIER);
    };
    let alone = Scene {
        sent: &[],
        trusted: None,
    };
    expected[1] = "MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT";
    expected[2] = "self-signed certificate";
    assert_eq!(words(&[own], &alone), expected);
    let trusted = Scene {
        trusted: Some(0),
        ..alone
    };
    assert_eq!(
        words(&[own], &trusted),
        ["net::ERR_CERT_INVALID", "-", "-", "-", "-"]
    );
    assert_eq!(
        words(&[own, LEAF_IS_AUTHORITY], &trusted)[..2],
        ["-", "MOZILLA_PKIX_ERROR_CA_CERT_USED_AS_END_ENTITY"]
    );
}

#[test]
fn what_the_policy_asks_for_is_nothing_to_clients() {
    for policy in ["rfc5280", "browser", "strict"] {
        let ask: fn(&mut Question<'_>) = match policy {
            "rfc5280" => |question| question.policy = Policy::Rfc5280,
            "browser" => |question| question.policy = Policy::Browser,
            _ => |question| {
                question.policy = Policy::Strict;
                question.policies.explicit = true;
            },
        };
        let all = told(&[FOR_ANY, WRONG_NAME], &USUAL, ask);
        let chromium = all[0].refusal.as_deref();
        assert_eq!(chromium, Some("net::ERR_CERT_COMMON_NAME_INVALID"));
        assert!(
            told(&[], &USUAL, ask)
                .iter()
                .all(|one| one.refusal.is_none())
        );
    }
}

/// Two intermediates of one name and key: one has no subject key identifier, which browsers' policy minds
/// and no client does, the other is for clients only.
#[test]
fn the_path_is_the_same_for_every_policy() {
    let mut chain = Chain::sound();
    let other = purposes(&["1.3.6.1.5.5.7.3.2"]);
    chain
        .intermediate
        .set(ext::EXTENDED_KEY_USAGE, false, &other);
    let [leaf, for_clients, root] = chain.written();
    chain.intermediate.remove(ext::EXTENDED_KEY_USAGE);
    chain.intermediate.remove(ext::SUBJECT_KEY_IDENTIFIER);
    let pool = Pool::new([for_clients, chain.written()[1].clone()]);
    let anchors = Pool::new([root]);
    let told = [Policy::Rfc5280, Policy::Browser, Policy::Strict].map(|policy| {
        let question = Question {
            certificate: &leaf,
            intermediates: &pool,
            anchors: &anchors,
            name: None,
            purpose: Purpose::Server,
            at: parse_time("2026-12-24").unwrap(),
            policy,
            policies: Wanted::default(),
            lists: &[],
            is_status_asked: true,
        };
        columns(&question, &verify(&question))
    });
    assert_eq!(told[0].len(), 5);
    assert_eq!(told[0], told[1]);
    assert_eq!(told[1], told[2]);
}

#[test]
fn where_nothing_is_known_there_is_no_column() {
    let for_clients: fn(&mut Question<'_>) = |question| question.purpose = Purpose::Client;
    assert_eq!(told(&[], &USUAL, for_clients), []);
    let unread: fn(&mut Question<'_>) = |question| question.certificate = &[5, 0];
    assert_eq!(told(&[], &USUAL, unread), []);
    let odd_algorithm: Change = |chain| {
        let other = SignatureScheme::EcdsaSha384.algorithm_identifier();
        chain.leaf.inner_algorithm = Some(other);
    };
    assert_eq!(told(&[odd_algorithm], &USUAL, |_| {}), []);
    let nameless: fn(&mut Question<'_>) = |question| question.name = None;
    assert!(
        told(&[WRONG_NAME], &USUAL, nameless)
            .iter()
            .all(|one| one.refusal.is_none())
    );
}
