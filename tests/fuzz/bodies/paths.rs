//! Paths through certificates that were found.

use certwright::cert::Decoded;
use certwright::crl::DecodedList;
use certwright::der::Reader;
use certwright::verify::{
    Policy, Pool, Purpose, Question, Reference, Verdict, Wanted, columns, name_pair,
    verify as judge,
};

use super::{NOW, safe};

pub fn verify(bytes: &[u8]) {
    is_accepted(bytes);
}

/// Whether the first of several certificates and lists is accepted, asked as the first byte says.
pub fn is_accepted(bytes: &[u8]) -> Option<bool> {
    let (choice, rest) = bytes.split_first()?;
    let parts = elements(rest);
    let leaf = parts.first()?;
    let lists: Vec<_> = parts
        .iter()
        .filter_map(|part| DecodedList::from_der(part).ok())
        .collect();
    let is_root =
        |part: &&Vec<u8>| name_pair(part).is_some_and(|(issuer, subject)| issuer == subject);
    let all = Pool::new(parts[1..].iter().cloned());
    let question = Question {
        certificate: leaf,
        intermediates: &all,
        anchors: &Pool::new(parts.iter().filter(is_root).cloned()),
        name: (choice & 1 == 0).then(|| Reference::Host("a.test".to_owned())),
        purpose: [Purpose::Server, Purpose::Client, Purpose::Any][usize::from(choice >> 1) % 3],
        at: NOW,
        policy: [Policy::Rfc5280, Policy::Browser, Policy::Strict][usize::from(choice >> 3) % 3],
        policies: Wanted {
            explicit: choice & 0x20 != 0,
            ..Wanted::default()
        },
        lists: &lists,
        is_status_asked: choice & 0x40 != 0,
    };
    let verdict = judge(&question);
    hold(&verdict, &question);
    assert_eq!(
        judge(&question).problems,
        verdict.problems,
        "it depends on chance"
    );
    Some(verdict.is_accepted())
}

/// DER elements, one after the other.
fn elements(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut reader = Reader::new(bytes);
    let mut found = Vec::new();
    while let Ok(element) = reader.element() {
        found.push(element.raw.to_vec());
    }
    found
}

/// What is accepted is signed from an anchor down and valid; what is not can be told.
fn hold(verdict: &Verdict, question: &Question<'_>) {
    for problem in &verdict.problems {
        safe(&problem.cause);
        assert!(problem.certificate <= verdict.path.len());
    }
    for column in columns(question, verdict) {
        safe(column.refusal.unwrap_or_default());
    }
    if verdict.is_accepted() {
        assert!(verdict.anchored && verdict.path[0].der() == question.certificate);
        assert!(
            verdict
                .path
                .windows(2)
                .all(|pair| is_signed(&pair[0], &pair[1]))
        );
        let is_valid = |it: &Decoded| it.not_before <= NOW && NOW <= it.not_after;
        assert!(verdict.path.iter().all(is_valid));
        assert!(
            question
                .anchors
                .contains(verdict.path[verdict.path.len() - 1].der())
        );
    }
}

fn is_signed(subject: &Decoded, issuer: &Decoded) -> bool {
    let key = &issuer.public_key;
    subject.scheme.is_some_and(|scheme| {
        key.verify(scheme, subject.signed(), subject.signature())
            .unwrap_or(false)
    })
}
