//! What Chromium, Firefox, curl, Java and Go do with a path, and what they call it.
//!
//! Each looks at the same facts in another order, tells the first that it minds, and minds other things.
//! Both stand in a table for each, found by experiment: `tests/judges/verdicts` has every client judge more
//! than 250 chains. The versions are Chromium 156, Firefox 153, curl 7.88 with OpenSSL 3.0, OpenJDK 17
//! and Go 1.19.

mod chromium;
mod curl;
mod facts;
mod firefox;
mod go;
mod hosts;
mod java;
mod outside;
#[cfg(test)]
mod tests;

use std::fmt;

use self::facts::Case;
use super::{Policy, Purpose, Question, Reference, Verdict, Wanted, verify};
use crate::cert::Decoded;

/// The clients whose conduct is known, by experiment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Client {
    /// Chromium, and the browsers made from it.
    Chromium,
    /// Firefox.
    Firefox,
    /// curl with OpenSSL.
    Curl,
    /// OpenJDK.
    Java,
    /// Go's crypto/tls.
    Go,
}

/// What one client does.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Column {
    /// The client.
    pub client: Client,
    /// What it says where it refuses, to the letter as far as it tells no details; none if it accepts.
    pub refusal: Option<String>,
}

/// Tells what each client does with the path of a verdict, if it trusts the anchors that were given.
///
/// What the policy asks for is of no account here, and neither are revocation lists, which each client gets
/// elsewhere: where they led to another path, it is sought anew. There are no columns for anything but
/// servers, for a certificate that cannot be read, and for one of which it is not known what clients make
/// of it.
pub fn columns(question: &Question<'_>, verdict: &Verdict) -> Vec<Column> {
    if question.purpose != Purpose::Server {
        return Vec::new();
    }
    let plain = Question {
        policy: Policy::default(),
        policies: Wanted::default(),
        lists: &[],
        is_status_asked: true,
        ..question.clone()
    };
    let is_plain = question.policy == plain.policy
        && question.policies == plain.policies
        && question.lists.is_empty();
    let sought;
    let verdict = match is_plain {
        true => verdict,
        false => {
            sought = verify(&plain);
            &sought
        }
    };
    let column = |case: &Case<'_>, client: Client| Column {
        client,
        refusal: client.table().iter().find_map(|step| step.word(case)),
    };
    Case::new(&plain, verdict).map_or_else(Vec::new, |case| {
        Client::ALL.map(|client| column(&case, client)).to_vec()
    })
}

impl Client {
    const ALL: [Self; 5] = [
        Self::Chromium,
        Self::Firefox,
        Self::Curl,
        Self::Java,
        Self::Go,
    ];

    fn table(self) -> &'static [Step] {
        match self {
            Self::Chromium => chromium::TABLE,
            Self::Firefox => firefox::TABLE,
            Self::Curl => curl::TABLE,
            Self::Java => java::TABLE,
            Self::Go => go::TABLE,
        }
    }
}

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::Curl => "curl",
            Self::Java => "java",
            Self::Go => "go",
        })
    }
}

/// A part of what a client does, after the parts before it found nothing.
enum Step {
    /// It looks at one certificate after another, and at each for one thing after another.
    Look(Whom, &'static [Row]),
    /// It compares the names of the end entity with the one asked for, and says what is wrong.
    Name(fn(&Decoded, &Reference) -> Option<String>),
}

/// What a client looks for in a certificate, and its word for it.
type Row = (Sign, &'static str);

/// Tells whether something holds of a certificate of the path, counted from the end entity.
type Sign = fn(&Case<'_>, usize) -> bool;

/// Which certificates, in which order.
#[derive(Clone, Copy)]
enum Whom {
    /// All, from the end entity up.
    All,
    /// All, from the end of the path down.
    AllDown,
    /// All but the trust anchor, from below it down.
    BelowAnchorDown,
    /// The end entity.
    Leaf,
    /// All but the end entity, going up.
    Issuers,
    /// The trust anchor, if it issued anything.
    Anchor,
    /// All but that one.
    Sent,
}

impl Step {
    fn word(&self, case: &Case<'_>) -> Option<String> {
        match self {
            Self::Look(whom, rows) => {
                let told = |at: usize| rows.iter().find(|(sign, _)| sign(case, at));
                let (_, word) = whom.of(case).into_iter().find_map(told)?;
                Some((*word).to_owned())
            }
            Self::Name(wrong) => wrong(case.path[0], case.name?),
        }
    }
}

impl Whom {
    fn of(self, case: &Case<'_>) -> Vec<usize> {
        let length = case.path.len();
        match self {
            Self::All => (0..length).collect(),
            Self::AllDown => (0..length).rev().collect(),
            Self::BelowAnchorDown => {
                let all = (0..length).rev();
                all.filter(|at| !case.is_anchor(*at)).collect()
            }
            Self::Leaf => vec![0],
            Self::Issuers => (1..length).collect(),
            Self::Anchor => (1..length).filter(|at| case.is_anchor(*at)).collect(),
            Self::Sent => {
                let is_sent = |at: &usize| *at == 0 || !case.is_anchor(*at);
                (0..length).filter(is_sent).collect()
            }
        }
    }
}
