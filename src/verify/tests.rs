//! Chains that are sound, and broken in each way that there is a word for.

use super::*;
use crate::cert::extensions as ext;
use crate::cert::forge::{Draft, common_name, object_identifier, purposes};
use crate::crypto::Algorithm;
use crate::der;
use crate::key::PrivateKey;
use crate::validity::parse_time;

/// A root, an intermediate and a leaf, to be changed before they are written.
pub(super) struct Chain {
    pub(super) keys: [PrivateKey; 3],
    pub(super) root: Draft,
    pub(super) intermediate: Draft,
    pub(super) leaf: Draft,
}

impl Chain {
    pub(super) fn sound() -> Self {
        let keys = [(); 3].map(|()| PrivateKey::generate(Algorithm::P256).unwrap());
        let [root_key, key, leaf_key] = [0, 1, 2].map(|at| keys[at].public_key().clone());
        let mut root = Draft::root(&root_key);
        root.issuer = common_name("root");
        root.subject = common_name("root");
        let mut intermediate = Draft::authority("intermediate", &key, &root_key);
        intermediate.issuer = common_name("root");
        let mut leaf = Draft::leaf(&leaf_key, &key);
        leaf.issuer = common_name("intermediate");
        Self {
            keys,
            root,
            intermediate,
            leaf,
        }
    }

    /// The leaf, the intermediate and the root, in DER.
    pub(super) fn written(&self) -> [Vec<u8>; 3] {
        [
            self.leaf.to_der(&self.keys[1]),
            self.intermediate.to_der(&self.keys[0]),
            self.root.to_der(&self.keys[0]),
        ]
    }

    fn verdict(&self) -> Verdict {
        self.asked(|_| {})
    }

    fn asked(&self, change: impl FnOnce(&mut Question<'_>)) -> Verdict {
        let [leaf, intermediate, root] = self.written();
        asked(&leaf, &[intermediate], &[root], change)
    }

    fn codes(&self) -> Vec<(usize, &'static str)> {
        codes(&self.verdict())
    }
}

fn asked(
    leaf: &[u8],
    intermediates: &[Vec<u8>],
    roots: &[Vec<u8>],
    change: impl FnOnce(&mut Question<'_>),
) -> Verdict {
    let anchors = Pool::new(roots.iter().cloned());
    let mut question = Question {
        certificate: leaf,
        intermediates: &Pool::new(intermediates.iter().cloned()),
        anchors: &anchors,
        name: "a.test".parse().ok(),
        purpose: Purpose::Server,
        at: parse_time("2026-12-24").unwrap(),
        policy: Policy::Browser,
        policies: Wanted::default(),
        lists: &[],
        is_status_asked: true,
    };
    change(&mut question);
    verify(&question)
}

fn codes(verdict: &Verdict) -> Vec<(usize, &'static str)> {
    let problems = verdict.problems.iter();
    problems
        .map(|problem| (problem.certificate, problem.cause.code()))
        .collect()
}

/// The value of basic constraints of a CA with a path length.
pub(super) fn path_length(limit: u8) -> Vec<u8> {
    let is_ca = der::element(1, &[&[0xff]]);
    der::sequence(&[&is_ca, &der::element(der::INTEGER, &[&[limit]])])
}

/// The value of name constraints with one subtree of a DNS name.
pub(super) fn dns_subtree(list: u8, base: &str) -> Vec<u8> {
    let base = der::element(der::context(2), &[base.as_bytes()]);
    let list = der::element(der::context_constructed(list), &[&der::sequence(&[&base])]);
    der::sequence(&[&list])
}

#[test]
fn a_sound_chain_is_accepted_whatever_lies_beside_it() {
    let chain = Chain::sound();
    let verdict = chain.verdict();
    assert_eq!(codes(&verdict), []);
    assert!(verdict.anchored && verdict.path.len() == 3);
    let [leaf, intermediate, root] = chain.written();
    let stranger = Chain::sound().written();
    let pool = [
        stranger[1].clone(),
        root.clone(),
        leaf.clone(),
        intermediate.clone(),
        b"nothing".to_vec(),
        intermediate,
    ];
    let roots = [stranger[2].clone(), root];
    assert!(asked(&leaf, &pool, &roots, |_| {}).is_accepted());
}

#[test]
fn every_end_of_a_path_has_its_word() {
    let chain = Chain::sound();
    let [leaf, intermediate, root] = chain.written();
    let told = |pool: &[Vec<u8>], roots: &[Vec<u8>]| codes(&asked(&leaf, pool, roots, |_| {}));
    let pool = [intermediate.clone()];
    assert_eq!(told(&pool, &[]), [(1, "unknown-issuer")]);
    assert_eq!(
        told(&[], std::slice::from_ref(&root)),
        [(0, "unknown-issuer")]
    );
    let sent = [intermediate.clone(), root.clone()];
    assert_eq!(told(&sent, &[]), [(2, "untrusted-root")]);
    assert_eq!(told(&pool, std::slice::from_ref(&intermediate)), []);
    assert_eq!(told(&pool, std::slice::from_ref(&leaf)), []);
    let alone = asked(&root, &[], &[], |question| {
        question.name = None;
        question.purpose = Purpose::Any;
    });
    assert_eq!(codes(&alone), [(0, "self-signed")]);
}

#[test]
fn a_missing_intermediate_that_can_be_fetched_is_told() {
    let mut chain = Chain::sound();
    let place = der::element(der::context(6), &[b"http://a.test/ca.crt"]);
    let method = object_identifier("1.3.6.1.5.5.7.48.2");
    let access = der::sequence(&[&der::sequence(&[&method, &place])]);
    chain
        .leaf
        .set(ext::AUTHORITY_INFORMATION_ACCESS, false, &access);
    let [leaf, _, root] = chain.written();
    let verdict = asked(&leaf, &[], &[root], |_| {});
    assert_eq!(codes(&verdict), [(0, "incomplete-chain")]);
    assert!(
        verdict.problems[0]
            .cause
            .hint()
            .unwrap()
            .contains("http://a.test/ca.crt")
    );
}

#[test]
fn times_are_judged_along_the_whole_path() {
    let chain = Chain::sound();
    let at = |text: &str| {
        let verdict = chain.asked(|question| question.at = parse_time(text).unwrap());
        codes(&verdict)
    };
    assert_eq!(at("2027-02-18T23:59:59.9Z"), []);
    let over = [(0, "expired"), (1, "expired"), (2, "expired")];
    assert_eq!(at("2027-02-19"), over);
    assert_eq!(at("2026-11-20T23:59:59Z").len(), 3);
    let mut chain = Chain::sound();
    chain.intermediate.not_after.1 = "261122000000Z".into();
    assert_eq!(chain.codes(), [(1, "expired")]);
    chain.leaf.not_before.1 = "270101000000Z".into();
    assert_eq!(chain.codes(), [(0, "not-yet-valid"), (1, "expired")]);
}

#[test]
fn a_name_is_wrong_with_all_the_names_that_it_has() {
    let chain = Chain::sound();
    let verdict = chain.asked(|question| question.name = "b.test".parse().ok());
    assert_eq!(codes(&verdict), [(0, "wrong-name")]);
    let told = verdict.problems[0].cause.to_string();
    assert_eq!(told, "it is for DNS:a.test, and b.test was asked for");
    let mut chain = Chain::sound();
    chain.leaf.remove(ext::SUBJECT_ALTERNATIVE_NAME);
    let told = chain.verdict().problems[0].cause.to_string();
    assert!(told.ends_with(
        "a.test is its common name, and browsers, Go and others take alternative names only"
    ));
}

#[test]
fn what_may_not_issue_did_not() {
    type Change = fn(&mut Chain);
    let cases: [(Change, &[(usize, &str)]); 6] = [
        (
            |chain| chain.intermediate.remove(ext::BASIC_CONSTRAINTS),
            &[(1, "not-a-ca")],
        ),
        (
            |chain| {
                chain
                    .intermediate
                    .set(ext::KEY_USAGE, true, &[3, 2, 7, 0x80])
            },
            &[(1, "key-usage")],
        ),
        (
            |chain| {
                chain
                    .root
                    .set(ext::BASIC_CONSTRAINTS, true, &path_length(0))
            },
            &[(2, "path-length")],
        ),
        (
            |chain| {
                chain
                    .intermediate
                    .set(ext::BASIC_CONSTRAINTS, true, &path_length(0))
            },
            &[],
        ),
        (
            |chain| {
                let client = purposes(&["1.3.6.1.5.5.7.3.2"]);
                chain
                    .intermediate
                    .set(ext::EXTENDED_KEY_USAGE, false, &client);
            },
            &[(1, "extended-key-usage")],
        ),
        (
            |chain| chain.leaf.set(ext::KEY_USAGE, true, &[3, 2, 5, 0x20]),
            &[(0, "key-usage")],
        ),
    ];
    for (at, (change, expected)) in cases.into_iter().enumerate() {
        let mut chain = Chain::sound();
        change(&mut chain);
        assert_eq!(chain.codes(), expected, "{at}");
    }
}

#[test]
fn a_root_of_version_1_may_issue() {
    let mut chain = Chain::sound();
    chain.root.version = None;
    chain.root.extensions = None;
    let verdict = chain.asked(|question| question.policy = Policy::Rfc5280);
    assert_eq!(codes(&verdict), []);
    chain.intermediate.version = None;
    chain.intermediate.extensions = None;
    let verdict = chain.asked(|question| question.policy = Policy::Rfc5280);
    assert_eq!(codes(&verdict), [(1, "not-a-ca")]);
}

#[test]
fn what_nobody_trusts_is_not_blamed_for_more() {
    let mut chain = Chain::sound();
    chain.root.serial = vec![0];
    let [leaf, intermediate, root] = chain.written();
    let pool = [intermediate.clone(), root.clone()];
    assert_eq!(
        codes(&asked(&leaf, &pool, &[], |_| {})),
        [(2, "untrusted-root")]
    );
    assert!(asked(&leaf, &pool, &[root], |_| {}).is_accepted());
}

#[test]
fn what_names_itself_as_its_issuer_and_is_not_is_not_self_signed() {
    let mut chain = Chain::sound();
    chain.leaf.issuer = chain.leaf.subject.clone();
    let forged = chain.leaf.to_der(&chain.keys[0]);
    assert_eq!(
        codes(&asked(&forged, &[], &[], |_| {}))[0],
        (0, "unknown-issuer")
    );
    let own = chain.leaf.to_der(&chain.keys[2]);
    assert_eq!(codes(&asked(&own, &[], &[], |_| {}))[0], (0, "self-signed"));
}

#[test]
fn the_root_is_gone_to_though_the_leaf_is_trusted_too() {
    let [leaf, intermediate, root] = Chain::sound().written();
    let roots = [leaf.clone(), root];
    let verdict = asked(&leaf, &[intermediate], &roots, |_| {});
    assert!(verdict.is_accepted() && verdict.path.len() == 3);
}

#[test]
fn a_signature_over_a_weak_digest_is_told_as_that() {
    let sha1 = der::sequence(&[&object_identifier("1.2.840.10045.4.1")]);
    let mut chain = Chain::sound();
    chain.leaf.inner_algorithm = Some(sha1.clone());
    chain.leaf.outer_algorithm = Some(sha1);
    assert_eq!(chain.codes(), [(0, "digest-weak")]);
}

#[test]
fn constraints_of_every_ca_above_hold() {
    for (list, base, refused) in [(0, "test", false), (0, "b.test", true), (1, "a.test", true)] {
        let mut chain = Chain::sound();
        chain
            .root
            .set(ext::NAME_CONSTRAINTS, true, &dns_subtree(list, base));
        let expected: &[_] = if refused {
            &[(0, "name-constraints")]
        } else {
            &[]
        };
        assert_eq!(chain.codes(), expected, "{list} {base}");
    }
}

#[test]
fn independent_problems_are_all_told() {
    let mut chain = Chain::sound();
    chain.leaf.not_after.1 = "261122000000Z".into();
    chain.leaf.set("1.2.3.4", true, &[5, 0]);
    chain.leaf.remove(ext::SUBJECT_ALTERNATIVE_NAME);
    chain.intermediate.remove(ext::BASIC_CONSTRAINTS);
    assert_eq!(
        chain.codes(),
        [
            (0, "expired"),
            (0, "unknown-critical-extension"),
            (0, "wrong-name"),
            (1, "not-a-ca"),
        ]
    );
}

#[test]
fn a_signature_of_another_is_told_apart_from_another_ca_of_that_name() {
    let chain = Chain::sound();
    let forged = chain.leaf.to_der(&chain.keys[2]);
    let [_, intermediate, root] = chain.written();
    let verdict = asked(&forged, &[intermediate], &[root], |_| {});
    assert_eq!(codes(&verdict), [(0, "bad-signature")]);
    assert_eq!(verdict.path.len(), 3);
    let (one, other) = (Chain::sound().written(), Chain::sound().written());
    let verdict = asked(&one[0], &[other[1].clone()], &[other[2].clone()], |_| {});
    assert_eq!(codes(&verdict), [(0, "unknown-issuer")]);
    assert!(
        verdict.problems[0]
            .cause
            .to_string()
            .contains("has another key")
    );
}

#[test]
fn another_way_round_is_found() {
    // The intermediate is there twice: expired under one root, sound under another.
    let mut chain = Chain::sound();
    let sound = chain.intermediate.to_der(&chain.keys[0]);
    chain.intermediate.not_after.1 = "261122000000Z".into();
    let expired = chain.intermediate.to_der(&chain.keys[0]);
    let [leaf, _, root] = chain.written();
    for pool in [[expired.clone(), sound.clone()], [sound, expired]] {
        assert!(asked(&leaf, &pool, std::slice::from_ref(&root), |_| {}).is_accepted());
    }
}

#[test]
fn circles_end() {
    // Two CAs sign each other, and nobody trusts either.
    let chain = Chain::sound();
    let [a, b] = [&chain.keys[0], &chain.keys[1]];
    let mut one = Draft::authority("one", a.public_key(), b.public_key());
    one.issuer = common_name("two");
    let mut two = Draft::authority("two", b.public_key(), a.public_key());
    two.issuer = common_name("one");
    let mut leaf = chain.leaf.clone();
    leaf.issuer = common_name("one");
    leaf.remove(ext::AUTHORITY_KEY_IDENTIFIER);
    let pool = [one.to_der(b), two.to_der(a)];
    let [_, _, root] = chain.written();
    let verdict = asked(&leaf.to_der(a), &pool, &[root], |question| {
        question.policy = Policy::Rfc5280;
    });
    assert_eq!(codes(&verdict), [(2, "unknown-issuer")]);
}

#[test]
fn a_hostile_graph_is_given_up() {
    // As many CAs of one name as there are signatures to check, none of them the leaf's.
    let chain = Chain::sound();
    let mut others: Vec<Vec<u8>> = Vec::new();
    for serial in 0..110u8 {
        let mut other = chain.intermediate.clone();
        other.serial = vec![0x40, serial];
        other.spki = chain.keys[2].public_key().spki().to_vec();
        other.set(
            ext::CERTIFICATE_POLICIES,
            false,
            &[0x30, 3, 0x30, 1, serial],
        );
        other.subject = common_name("intermediate");
        let name = der::element(der::context(2), &[format!("{serial}.test").as_bytes()]);
        other.set(
            ext::SUBJECT_ALTERNATIVE_NAME,
            false,
            &der::sequence(&[&name]),
        );
        others.push(other.to_der(&chain.keys[0]));
    }
    let [leaf, _, root] = chain.written();
    let verdict = asked(&leaf, &others, &[root], |_| {});
    assert!(
        codes(&verdict).contains(&(0, "too-complex")),
        "{:?}",
        codes(&verdict)
    );
}

#[test]
fn names_without_number_under_constraints_without_number_are_not_compared() {
    let mut chain = Chain::sound();
    let list = |tag: u8, wrap: bool| -> Vec<u8> {
        let one = |at: u32| {
            let name = der::element(der::context(2), &[format!("{at}.test").as_bytes()]);
            if wrap { der::sequence(&[&name]) } else { name }
        };
        der::element(tag, &[&(0..600).flat_map(one).collect::<Vec<u8>>()])
    };
    let subtrees = list(der::context_constructed(1), true);
    chain
        .root
        .set(ext::NAME_CONSTRAINTS, true, &der::sequence(&[&subtrees]));
    chain.leaf.set(
        ext::SUBJECT_ALTERNATIVE_NAME,
        false,
        &list(der::SEQUENCE, false),
    );
    assert!(chain.codes().contains(&(2, "too-complex")));
}

#[test]
fn policies_are_kept_along_the_path() {
    let policies = |oids: &[&str]| {
        let all: Vec<u8> = oids
            .iter()
            .flat_map(|oid| der::sequence(&[&object_identifier(oid)]))
            .collect();
        der::sequence(&[&all])
    };
    let wanting = |chain: &Chain, oid: &str| {
        let verdict = chain.asked(|question| {
            question.policies = Wanted {
                policies: vec![oid.to_owned()],
                explicit: true,
                ..Wanted::default()
            }
        });
        codes(&verdict)
    };
    let refused = [(0, "certificate-policy")];
    let mut chain = Chain::sound();
    assert_eq!(wanting(&chain, "1.2.3"), [(1, "certificate-policy")]);
    chain.intermediate.set(
        ext::CERTIFICATE_POLICIES,
        false,
        &policies(&["1.2.3", "1.2.4"]),
    );
    assert_eq!(wanting(&chain, "1.2.3"), refused);
    chain
        .leaf
        .set(ext::CERTIFICATE_POLICIES, false, &policies(&["1.2.3"]));
    assert_eq!(wanting(&chain, "1.2.3"), []);
    assert_eq!(wanting(&chain, "1.2.4"), refused);
    // The intermediate says that its 1.2.4 is what the leaf calls 1.2.9.
    let pair = der::sequence(&[&object_identifier("1.2.4"), &object_identifier("1.2.9")]);
    chain
        .intermediate
        .set(ext::POLICY_MAPPINGS, true, &der::sequence(&[&pair]));
    chain
        .leaf
        .set(ext::CERTIFICATE_POLICIES, false, &policies(&["1.2.9"]));
    assert_eq!(wanting(&chain, "1.2.4"), []);
    assert_eq!(wanting(&chain, "1.2.9"), refused);
    // Any policy in the intermediate, but the leaf has none.
    chain.intermediate.remove(ext::POLICY_MAPPINGS);
    chain.intermediate.set(
        ext::CERTIFICATE_POLICIES,
        false,
        &policies(&["2.5.29.32.0"]),
    );
    assert_eq!(wanting(&chain, "1.2.9"), []);
    chain.leaf.remove(ext::CERTIFICATE_POLICIES);
    assert_eq!(wanting(&chain, "1.2.9"), refused);
    // requireExplicitPolicy makes it a condition without being asked.
    assert_eq!(chain.codes(), []);
    let explicit = der::sequence(&[&der::element(der::context(0), &[&[0]])]);
    chain
        .intermediate
        .set(ext::POLICY_CONSTRAINTS, true, &explicit);
    assert_eq!(chain.codes(), refused);
}

#[test]
fn what_cannot_be_read_is_refused() {
    let verdict = asked(b"\x30\x03\x02\x01\x01", &[], &[], |_| {});
    assert_eq!(codes(&verdict), [(0, "malformed")]);
    assert!(verdict.path.is_empty());
    let mut chain = Chain::sound();
    chain.leaf.set(ext::BASIC_CONSTRAINTS, true, &[4, 0]);
    assert_eq!(chain.codes(), [(0, "malformed")]);
}
