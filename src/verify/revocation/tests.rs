//! Lists that tell, and lists that must not be believed.

use super::super::tests::Chain;
use super::super::{Policy, Pool, Purpose, Question, Verdict, Wanted, verify};
use crate::cert::extensions as ext;
use crate::cert::forge::{common_name, object_identifier};
use crate::crl::DecodedList;
use crate::der;
use crate::key::PrivateKey;
use crate::validity::parse_time;

/// A list as it will be written, sound or not.
#[derive(Clone)]
struct List {
    issuer: Vec<u8>,
    this_update: &'static str,
    next_update: Option<&'static str>,
    /// Serial number, reason, and the DER of further extensions.
    entries: Vec<(Vec<u8>, Option<u8>, Vec<u8>)>,
    extensions: Vec<u8>,
}

impl List {
    /// One of the intermediate that revokes nothing.
    fn of(issuer: &str) -> Self {
        Self {
            issuer: common_name(issuer),
            this_update: "261201000000Z",
            next_update: Some("270101000000Z"),
            entries: Vec::new(),
            extensions: Vec::new(),
        }
    }

    fn revoking(mut self, serial: &[u8], reason: Option<u8>) -> Self {
        self.entries.push((serial.to_vec(), reason, Vec::new()));
        self
    }

    fn with(mut self, oid: &str, critical: bool, value: &[u8]) -> Self {
        self.extensions.extend(extension(oid, critical, value));
        self
    }

    fn numbered(self, number: &[u8]) -> Self {
        self.with("2.5.29.20", false, &der::element(der::INTEGER, &[number]))
    }

    fn adding_to(self, base: &[u8]) -> Self {
        self.with("2.5.29.27", true, &der::element(der::INTEGER, &[base]))
    }

    fn signed(&self, signer: &PrivateKey) -> DecodedList {
        DecodedList::from_der(&self.to_der(signer)).unwrap()
    }

    fn to_der(&self, signer: &PrivateKey) -> Vec<u8> {
        let algorithm = signer.scheme().algorithm_identifier();
        let time = |text: &str| der::element(der::UTC_TIME, &[text.as_bytes()]);
        let entries: Vec<u8> = self.entries.iter().flat_map(entry).collect();
        let explicit = der::sequence(&[&self.extensions]);
        let signed = der::sequence(&[
            &der::element(der::INTEGER, &[&[1]]),
            &algorithm,
            &self.issuer,
            &time(self.this_update),
            &self.next_update.map(time).unwrap_or_default(),
            &der::sequence(&[&entries]),
            &der::element(der::context_constructed(0), &[&explicit]),
        ]);
        let signature = der::bit_string(&signer.sign(&signed).unwrap());
        der::sequence(&[&signed, &algorithm, &signature])
    }
}

fn entry((serial, reason, further): &(Vec<u8>, Option<u8>, Vec<u8>)) -> Vec<u8> {
    let reason = reason.map(|code| extension("2.5.29.21", false, &[10, 1, code]));
    let all = [reason.unwrap_or_default(), further.clone()].concat();
    let extensions = match all.is_empty() {
        true => Vec::new(),
        false => der::sequence(&[&all]),
    };
    der::sequence(&[
        &der::element(der::INTEGER, &[serial]),
        &der::element(der::UTC_TIME, &[b"261130000000Z"]),
        &extensions,
    ])
}

fn extension(oid: &str, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = match critical {
        true => der::element(1, &[&[0xff]]),
        false => Vec::new(),
    };
    let value = der::element(der::OCTET_STRING, &[value]);
    der::sequence(&[&object_identifier(oid), &critical, &value])
}

fn judged(
    chain: &Chain,
    lists: &[DecodedList],
    change: impl FnOnce(&mut Question<'_>),
) -> Vec<String> {
    let [leaf, intermediate, root] = chain.written();
    let verdict = ask(&leaf, &[intermediate], root, lists, change);
    told(&verdict)
}

fn ask(
    leaf: &[u8],
    intermediates: &[Vec<u8>],
    root: Vec<u8>,
    lists: &[DecodedList],
    change: impl FnOnce(&mut Question<'_>),
) -> Verdict {
    let anchors = Pool::new([root]);
    let pool = Pool::new(intermediates.iter().cloned());
    let mut question = Question {
        certificate: leaf,
        intermediates: &pool,
        anchors: &anchors,
        name: "a.test".parse().ok(),
        purpose: Purpose::Server,
        at: parse_time("2026-12-24").unwrap(),
        policy: Policy::Browser,
        policies: Wanted::default(),
        lists,
        is_status_asked: true,
    };
    change(&mut question);
    verify(&question)
}

/// Which certificate, the word, and the sentence.
fn told(verdict: &Verdict) -> Vec<String> {
    let problems = verdict.problems.iter();
    problems
        .map(|it| format!("{} {}: {}", it.certificate, it.cause.code(), it.cause))
        .collect()
}

fn none(_: &mut Question<'_>) {}

/// Holds that there is one problem, and what its text holds.
fn only(problems: &[String], text: &str) {
    assert!(
        matches!(problems, [one] if one.contains(text)),
        "{text}: {problems:?}"
    );
}

fn serial() -> Vec<u8> {
    (0x40..0x50).collect()
}

#[test]
fn what_is_listed_is_revoked_and_what_is_not_is_good() {
    let chain = Chain::sound();
    let key = &chain.keys[1];
    let clean = List::of("intermediate");
    assert_eq!(judged(&chain, &[clean.signed(key)], none), [""; 0]);
    let revoking = clean.revoking(&[1], None).revoking(&serial(), Some(1));
    let problems = judged(&chain, &[revoking.signed(key)], none);
    only(
        &problems,
        "0 revoked: its issuer revoked it on 2026-11-30T00:00:00Z (key compromise)",
    );
    // One that is out of date tells of what was revoked all the same.
    let mut stale = revoking.clone();
    stale.next_update = Some("261202000000Z");
    only(&judged(&chain, &[stale.signed(key)], none), "0 revoked");
}

#[test]
fn the_newest_list_of_a_kind_decides() {
    let chain = Chain::sound();
    let key = &chain.keys[1];
    let mut before = List::of("intermediate").revoking(&serial(), Some(6));
    before.this_update = "261124000000Z";
    let now = List::of("intermediate");
    for lists in [
        [before.signed(key), now.signed(key)],
        [now.signed(key), before.signed(key)],
    ] {
        assert_eq!(judged(&chain, &lists, none), [""; 0]);
    }
    only(&judged(&chain, &[before.signed(key)], none), "0 revoked");
}

#[test]
fn what_is_fetched_can_only_revoke() {
    let chain = Chain::sound();
    let stranger = List::of("root").signed(&chain.keys[0]);
    let unasked: fn(&mut Question<'_>) = |question| question.is_status_asked = false;
    assert_eq!(
        judged(&chain, std::slice::from_ref(&stranger), unasked),
        [""; 0]
    );
    only(&judged(&chain, &[stranger], none), "0 revocation-unknown");
    let revoking = List::of("intermediate").revoking(&serial(), None);
    only(
        &judged(&chain, &[revoking.signed(&chain.keys[1])], unasked),
        "0 revoked",
    );
}

#[test]
fn a_list_that_does_not_hold_now_tells_of_nothing() {
    let chain = Chain::sound();
    for (this_update, next_update, why) in [
        ("261201000000Z", Some("261223235959Z"), "ended on"),
        ("261225000000Z", Some("270101000000Z"), "begins on"),
        ("261201000000Z", None, "until when"),
    ] {
        let mut list = List::of("intermediate");
        (list.this_update, list.next_update) = (this_update, next_update);
        let problems = judged(&chain, &[list.signed(&chain.keys[1])], none);
        only(&problems, why);
        only(&problems, "0 revocation-unknown");
    }
}

#[test]
fn a_list_is_its_issuers_by_signature_and_usage() {
    let mut chain = Chain::sound();
    let list = List::of("intermediate");
    let by_another = list.signed(&chain.keys[2]);
    only(&judged(&chain, &[by_another], none), "not by its issuer");
    let of_another = List::of("another").signed(&chain.keys[1]);
    only(
        &judged(&chain, &[of_another], none),
        "no list of its issuer",
    );
    // keyCertSign alone.
    let signs = [der::BIT_STRING, 2, 2, 0x04];
    chain.intermediate.set(ext::KEY_USAGE, true, &signs);
    let problems = judged(&chain, &[list.signed(&chain.keys[1])], none);
    only(&problems, "may not sign lists");
}

#[test]
fn what_is_critical_and_not_known_spoils_a_list() {
    let chain = Chain::sound();
    let key = &chain.keys[1];
    let whole = List::of("intermediate").with("1.2.3.4", true, &[5, 0]);
    only(&judged(&chain, &[whole.signed(key)], none), "1.2.3.4");
    let mut inner = List::of("intermediate").revoking(&[1], None);
    inner.entries[0].2 = extension("1.2.3.5", true, &[5, 0]);
    only(&judged(&chain, &[inner.signed(key)], none), "1.2.3.5");
    let harmless = List::of("intermediate").with("1.2.3.4", false, &[5, 0]);
    assert_eq!(judged(&chain, &[harmless.signed(key)], none), [""; 0]);
}

#[test]
fn a_scope_holds() {
    let chain = Chain::sound();
    let key = &chain.keys[1];
    let scoped = |field: &[u8]| {
        let scope = der::sequence(&[field]);
        List::of("intermediate").with("2.5.29.28", true, &scope)
    };
    let told = |field: &[u8]| judged(&chain, &[scoped(field).signed(key)], none);
    assert_eq!(told(&[0x81, 1, 0xff]), [""; 0]);
    for other in [0x82, 0x85] {
        only(&told(&[other, 1, 0xff]), "no list of its issuer");
    }
    // Key compromise only; then all but that.
    let (one, rest) = (
        scoped(&[0x83, 2, 6, 0x40]),
        scoped(&[0x83, 3, 7, 0x3f, 0x80]),
    );
    only(
        &judged(&chain, &[one.signed(key)], none),
        "some reasons only",
    );
    let both = [one.signed(key), rest.signed(key)];
    assert_eq!(judged(&chain, &both, none), [""; 0]);
}

#[test]
fn an_intermediate_is_revoked_under_every_policy_and_unknown_under_some() {
    let chain = Chain::sound();
    let leafs = List::of("intermediate").signed(&chain.keys[1]);
    let revoking = List::of("root").revoking(&serial(), None);
    let both = [leafs.clone(), revoking.signed(&chain.keys[0])];
    let leafs = [leafs];
    for policy in [Policy::Rfc5280, Policy::Browser] {
        let problems = judged(&chain, &both, |question| question.policy = policy);
        only(&problems, "1 revoked");
    }
    assert_eq!(judged(&chain, &leafs, none), [""; 0]);
    let problems = judged(&chain, &leafs, |question| question.policy = Policy::Rfc5280);
    only(&problems, "1 revocation-unknown");
}

#[test]
fn a_list_that_adds_to_another_adds_and_takes_away() {
    let chain = Chain::sound();
    let key = &chain.keys[1];
    let base = List::of("intermediate").numbered(&[5]);
    let adds = |base: u8, reason: u8| {
        let list = List::of("intermediate").numbered(&[7]).adding_to(&[base]);
        list.revoking(&serial(), Some(reason)).signed(key)
    };
    let told = |base: &List, delta| judged(&chain, &[base.signed(key), delta], none);
    only(&told(&base, adds(5, 1)), "0 revoked");
    let held = base.clone().revoking(&serial(), Some(6));
    assert_eq!(told(&held, adds(5, 8)), [""; 0]);
    // It begins after the list, so what lies between is not known: it counts for nothing.
    assert_eq!(told(&base, adds(6, 1)), [""; 0]);
    // Numbers are values: 200 has an octet more than 100, and 256 comes after 2.
    let hundredth = List::of("intermediate").numbered(&[100]);
    let later = List::of("intermediate")
        .numbered(&[0, 200])
        .adding_to(&[100]);
    let later = later.revoking(&serial(), Some(1)).signed(key);
    only(&told(&hundredth, later), "0 revoked");
    let second = List::of("intermediate").numbered(&[2]);
    let second = second.revoking(&serial(), Some(6));
    let far = List::of("intermediate")
        .numbered(&[1, 1])
        .adding_to(&[1, 0]);
    let far = far.revoking(&serial(), Some(8)).signed(key);
    only(&told(&second, far), "0 revoked");
    // Alone it is no list.
    only(
        &judged(&chain, &[adds(5, 8)], none),
        "no list of its issuer",
    );
}

#[test]
fn an_indirect_list_names_whose_certificates_it_lists() {
    let mut chain = Chain::sound();
    let directory = |name: &str| der::element(der::context_constructed(4), &[&common_name(name)]);
    let point = der::element(der::context_constructed(2), &[&directory("root")]);
    let points = der::sequence(&[&der::sequence(&[&point])]);
    chain.leaf.set(ext::CRL_DISTRIBUTION_POINTS, false, &points);
    let indirect = der::sequence(&[&[0x84, 1, 0xff]]);
    let list = List::of("root").with("2.5.29.28", true, &indirect);
    let key = &chain.keys[0];
    assert_eq!(judged(&chain, &[list.signed(key)], none), [""; 0]);
    // Without the name the entry is of the list's own issuer.
    let mut revoking = list.revoking(&serial(), None);
    only(&judged(&chain, &[revoking.signed(key)], none), "1 revoked");
    let whose = der::sequence(&[&directory("intermediate")]);
    revoking.entries[0].2 = extension("2.5.29.29", true, &whose);
    only(&judged(&chain, &[revoking.signed(key)], none), "0 revoked");
}
