//! Graphs that are made to keep a verifier busy. What bounds them are budgets, so what is held here is the
//! answer, and that there is one.

use certwright::crl::DecodedList;
use certwright::key::PrivateKey;
use certwright::verify::{Policy, Pool, Purpose, Question, Verdict, Wanted, verify};

use super::maker::{
    Draft, alternative_names, authority_key, basic_constraints, empty_list, keys, name_constraints,
    now, policies, policy_constraints, policy_mappings, subject_key,
};

fn judged(leaf: &[u8], intermediates: &[Vec<u8>], root: Vec<u8>, wanted: Wanted) -> Verdict {
    verify(&Question {
        certificate: leaf,
        intermediates: &Pool::new(intermediates.iter().cloned()),
        anchors: &Pool::new([root]),
        name: None,
        purpose: Purpose::Any,
        at: now(),
        policy: Policy::Rfc5280,
        policies: wanted,
        lists: &[],
        is_status_asked: true,
    })
}

fn codes(verdict: &Verdict) -> Vec<&'static str> {
    let problems = verdict.problems.iter();
    problems.map(|problem| problem.cause.code()).collect()
}

/// A root, and keys for CAs below.
fn set_up(count: usize) -> (PrivateKey, Vec<u8>, Vec<PrivateKey>) {
    let root_key = keys(1).remove(0);
    let root = Draft::authority("root", "root", &root_key, &root_key).sign();
    (root_key, root, keys(count))
}

/// Each of the keys, under one name, signed by each other.
fn cross_signed(keys: &[PrivateKey]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for (at, key) in keys.iter().enumerate() {
        for signer in keys[..at].iter().chain(&keys[at + 1..]) {
            all.push(Draft::authority("x", "x", key, signer).sign());
        }
    }
    all
}

/// Layers of two CAs each, told apart by their names alone: each layer doubles the paths, and takes four
/// signatures. The last is issued by nobody.
fn layered(layers: usize, key: &PrivateKey) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for at in 0..layers {
        for twin in ["dns:a.test", "dns:b.test"] {
            let draft = Draft::authority(&at.to_string(), &(at + 1).to_string(), key, key);
            all.push(draft.with(alternative_names(false, &[twin])).sign());
        }
    }
    all
}

/// What there was too much of.
fn spent(verdict: &Verdict) -> Vec<String> {
    let problems = verdict.problems.iter();
    problems
        .filter(|problem| problem.cause.code() == "too-complex")
        .map(|problem| problem.cause.to_string())
        .collect()
}

#[test]
fn authorities_that_all_sign_each_other_are_too_complex() {
    let (_, root, keys) = set_up(30);
    let leaf = Draft::new("leaf", "x", &keys[0], &keys[0]).sign();
    let verdict = judged(&leaf, &cross_signed(&keys), root, Wanted::default());
    assert!(spent(&verdict)[0].contains("more signatures than"));
}

#[test]
fn layers_that_double_the_paths_are_too_complex() {
    let (_, root, keys) = set_up(1);
    let leaf = Draft::new("leaf", "0", &keys[0], &keys[0]).sign();
    let verdict = judged(&leaf, &layered(24, &keys[0]), root, Wanted::default());
    assert!(spent(&verdict)[0].contains("more paths than"));
}

#[test]
fn copies_of_one_entity_do_not_multiply_the_paths() {
    let (_, root, keys) = set_up(1);
    let mut intermediates = layered(20, &keys[0]);
    let mut certificate = intermediates[0].clone();
    // Signatures that do not hold are as good as others here, and quicker to make.
    for serial in 0..3000u32 {
        let at = certificate.len() - 8;
        certificate[at..at + 4].copy_from_slice(&serial.to_be_bytes());
        intermediates.push(certificate.clone());
    }
    let leaf = Draft::new("leaf", "0", &keys[0], &keys[0]).sign();
    let verdict = judged(&leaf, &intermediates, root, Wanted::default());
    assert!(codes(&verdict).contains(&"too-complex"));
}

#[test]
fn among_thousands_of_one_name_the_key_identifier_finds_the_one() {
    let (root_key, root, keys) = set_up(2);
    let decoy = Draft::authority("x", "root", &keys[1], &root_key)
        .with(subject_key(b"another"))
        .sign();
    let mut intermediates: Vec<Vec<u8>> = (0..3000u32)
        .map(|serial| {
            let mut copy = decoy.clone();
            let at = copy.len() - 8;
            copy[at..at + 4].copy_from_slice(&serial.to_be_bytes());
            copy
        })
        .collect();
    let meant = Draft::authority("x", "root", &keys[0], &root_key).with(subject_key(b"this"));
    intermediates.push(meant.sign());
    let told = Draft::new("leaf", "x", &keys[0], &keys[0]).with(authority_key(b"this"));
    let verdict = judged(
        &told.sign(),
        &intermediates,
        root.clone(),
        Wanted::default(),
    );
    assert_eq!(codes(&verdict), [""; 0]);
    let untold = Draft::new("leaf", "x", &keys[0], &keys[0]);
    let verdict = judged(&untold.sign(), &intermediates, root, Wanted::default());
    assert!(codes(&verdict).contains(&"too-complex"));
}

#[test]
fn a_path_of_many_is_walked_and_a_longer_one_is_too_complex() {
    let (root_key, root, keys) = set_up(2);
    for (length, is_short) in [(90, true), (500, false)] {
        let mut intermediates = Vec::new();
        for at in 0..length {
            let (subject, issuer) = (format!("{at}"), format!("{}", at + 1));
            let mut draft = Draft::authority(&subject, &issuer, &keys[0], &keys[0]);
            if at + 1 == length {
                draft = Draft::authority(&subject, "root", &keys[0], &root_key);
            }
            intermediates.push(draft.sign());
        }
        let leaf = Draft::new("leaf", "0", &keys[1], &keys[0]).sign();
        let verdict = judged(&leaf, &intermediates, root.clone(), Wanted::default());
        assert_eq!(verdict.is_accepted(), is_short, "{length}");
        assert_eq!(codes(&verdict).contains(&"too-complex"), !is_short);
    }
}

#[test]
fn many_names_under_many_constraints_are_too_complex() {
    let (root_key, root, keys) = set_up(1);
    let many = |kind: &str| -> Vec<String> {
        let all = 0..2000;
        all.map(|number| format!("{kind}:n{number}.test")).collect()
    };
    for kind in ["dns", "dir"] {
        let names = many(kind);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let authority = Draft::authority("ca", "root", &keys[0], &root_key);
        let leaf =
            Draft::new("leaf", "ca", &keys[0], &keys[0]).with(alternative_names(false, &names));
        let bound = authority.with(name_constraints(&[], &names)).sign();
        let verdict = judged(&leaf.sign(), &[bound], root.clone(), Wanted::default());
        assert_eq!(codes(&verdict), ["too-complex"], "{kind}");
    }
}

#[test]
fn mappings_of_a_few_policies_to_each_other_have_an_answer() {
    let (root_key, root, keys) = set_up(1);
    let all = [1, 2, 3, 4];
    let pairs: Vec<(u64, u64)> = all
        .iter()
        .flat_map(|from| all.iter().map(move |to| (*from, *to)))
        .collect();
    let length = 40;
    let mut intermediates = Vec::new();
    for at in 0..length {
        let (subject, issuer) = (format!("{at}"), format!("{}", at + 1));
        let mut draft = Draft::authority(&subject, &issuer, &keys[0], &keys[0]);
        if at + 1 == length {
            draft = Draft::authority(&subject, "root", &keys[0], &root_key);
        }
        let draft = draft
            .with(policies(&all))
            .with(policy_mappings(&pairs))
            .with(policy_constraints(Some(0), None));
        intermediates.push(draft.sign());
    }
    let leaf = |policy: u64| {
        let draft = Draft::new("leaf", "0", &keys[0], &keys[0]);
        draft.with(policies(&[policy])).sign()
    };
    let accepted = judged(&leaf(1), &intermediates, root.clone(), Wanted::default());
    assert_eq!(codes(&accepted), [""; 0]);
    let refused = judged(&leaf(9), &intermediates, root, Wanted::default());
    assert_eq!(codes(&refused), ["certificate-policy"]);
}

#[test]
fn many_policies_mapped_to_one_and_that_one_to_many_are_too_complex() {
    let (root_key, root, keys) = set_up(1);
    let many: Vec<u64> = (2..2000).collect();
    let to_one: Vec<(u64, u64)> = many.iter().map(|from| (*from, 1)).collect();
    let to_many: Vec<(u64, u64)> = many.iter().map(|to| (1, *to)).collect();
    let upper = Draft::authority("b", "root", &keys[0], &root_key)
        .with(policies(&many))
        .with(policy_mappings(&to_one));
    let lower = Draft::authority("a", "b", &keys[0], &keys[0])
        .with(policies(&[1]))
        .with(policy_mappings(&to_many));
    let leaf = Draft::new("leaf", "a", &keys[0], &keys[0]).with(policies(&[2]));
    let intermediates = [lower.sign(), upper.sign()];
    let verdict = judged(&leaf.sign(), &intermediates, root, Wanted::default());
    assert_eq!(codes(&verdict), ["too-complex"]);
}

#[test]
fn a_leaf_of_many_names_is_not_judged_on_every_path() {
    let (_, root, keys) = set_up(1);
    let names: Vec<String> = (0..10_000).map(|at| format!("dns:n{at}.test")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let leaf = Draft::new("leaf", "0", &keys[0], &keys[0])
        .with(basic_constraints(false, None))
        .with(alternative_names(false, &names))
        .sign();
    let verdict = verify(&Question {
        certificate: &leaf,
        intermediates: &Pool::new(layered(20, &keys[0])),
        anchors: &Pool::new([root]),
        name: Some("other.test".parse().unwrap()),
        purpose: Purpose::Server,
        at: now(),
        policy: Policy::Rfc5280,
        policies: Wanted::default(),
        lists: &[],
        is_status_asked: true,
    });
    assert!(spent(&verdict)[0].contains("more paths than"));
    assert!(codes(&verdict).contains(&"wrong-name"));
}

#[test]
fn lists_that_tell_nothing_are_not_read_on_every_path() {
    let (_, _, keys) = set_up(1);
    let root = Draft::authority("20", "20", &keys[0], &keys[0]).sign();
    let leaf = Draft::new("leaf", "0", &keys[0], &keys[0]).sign();
    // All but the one that the uppermost CA wants.
    let lists: Vec<DecodedList> = (0..20)
        .map(|at| empty_list(&format!("{at}"), &keys[0]))
        .map(|list| DecodedList::from_der(&list).unwrap())
        .collect();
    let verdict = verify(&Question {
        certificate: &leaf,
        intermediates: &Pool::new(layered(20, &keys[0])),
        anchors: &Pool::new([root]),
        name: None,
        purpose: Purpose::Any,
        at: now(),
        policy: Policy::Rfc5280,
        policies: Wanted::default(),
        lists: &lists,
        is_status_asked: true,
    });
    assert!(!spent(&verdict).is_empty());
    assert!(codes(&verdict).contains(&"revocation-unknown"));
}

#[test]
fn lists_by_signers_that_need_lists_themselves_are_too_complex() {
    let (root_key, root, keys) = set_up(12);
    let mut intermediates = Vec::new();
    let mut lists = Vec::new();
    // The lists of each CA are by another key of its name, and about the certificates of the next.
    for (at, key) in keys.iter().enumerate() {
        let name = format!("ca{}", at % 6);
        let issuer = format!("ca{}", (at + 1) % 6);
        intermediates.push(Draft::authority(&name, &issuer, key, &keys[(at + 1) % 12]).sign());
        intermediates.push(Draft::authority(&name, "root", key, &root_key).sign());
        lists.push(DecodedList::from_der(&empty_list(&name, key)).unwrap());
    }
    let leaf = Draft::new("leaf", "ca0", &keys[0], &keys[0]).sign();
    let verdict = verify(&Question {
        certificate: &leaf,
        intermediates: &Pool::new(intermediates),
        anchors: &Pool::new([root]),
        name: None,
        purpose: Purpose::Any,
        at: now(),
        policy: Policy::Rfc5280,
        policies: Wanted::default(),
        lists: &lists[6..],
        is_status_asked: true,
    });
    assert!(spent(&verdict)[0].contains("more revocation lists than"));
}
