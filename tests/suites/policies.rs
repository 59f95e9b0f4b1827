//! What a root's own certificate says of policies.

use certwright::verify::{Policy, Pool, Purpose, Question, Wanted, verify};

use super::maker::{
    Draft, alternative_names, inhibit_any_policy, keys, now, policies, policy_constraints,
    policy_mappings,
};

/// Whether a path is free of problems with policies: the root has these extensions, and the CA and the leaf
/// below have one policy each.
fn fits(root: &[Vec<u8>], below: [u64; 2], policy: Policy) -> bool {
    let keys = keys(2);
    let mut anchor = Draft::authority("root", "root", &keys[0], &keys[0]);
    anchor.extensions.extend_from_slice(root);
    let ca = Draft::authority("ca", "root", &keys[1], &keys[0]).with(policies(&[below[0]]));
    let leaf = Draft::new("leaf", "ca", &keys[1], &keys[1])
        .with(alternative_names(false, &["dns:a.test"]))
        .with(policies(&[below[1]]));
    let verdict = verify(&Question {
        certificate: &leaf.sign(),
        intermediates: &Pool::new([ca.sign()]),
        anchors: &Pool::new([anchor.sign()]),
        name: None,
        purpose: Purpose::Server,
        at: now(),
        policy,
        policies: Wanted::default(),
        lists: &[],
        is_status_asked: true,
    });
    let mut problems = verdict.problems.iter();
    problems.all(|problem| problem.cause.code() != "certificate-policy")
}

#[test]
fn a_root_may_narrow_the_policies_below_it() {
    let explicit = || policy_constraints(Some(0), None);
    for (root, below, expected) in [
        (vec![explicit()], [1, 1], true),
        (vec![explicit()], [1, 2], false),
        (vec![explicit(), policies(&[1])], [1, 1], true),
        (vec![explicit(), policies(&[2])], [1, 1], false),
        (vec![explicit(), inhibit_any_policy(0)], [0, 1], false),
        (
            vec![explicit(), policies(&[1]), policy_mappings(&[(1, 2)])],
            [2, 2],
            true,
        ),
        (
            vec![explicit(), policies(&[1]), policy_mappings(&[(1, 2)])],
            [1, 1],
            false,
        ),
        (vec![policies(&[2])], [1, 1], true),
    ] {
        assert_eq!(fits(&root, below, Policy::Browser), expected, "{below:?}");
        assert!(fits(&root, below, Policy::Rfc5280), "{below:?}");
    }
}
