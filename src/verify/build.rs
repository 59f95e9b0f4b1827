//! Finding a path from the end entity to a trust anchor (RFC 4158).
//!
//! Depth first, best candidates first, every path judged until one is without a problem. CAs of one name,
//! cross-certificates and cycles are all just edges; what bounds a hostile graph is a budget.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use super::judge::Judge;
use super::problem::{Cause, Problem};
use super::revocation::{Budget, Revocation};
use super::{Policy, Question, Verdict};
use crate::cert::Decoded;
use crate::cert::extensions::SUBJECT_ALTERNATIVE_NAME;
use crate::error::ErrorKind;
use crate::name::FoldedName;

/// The certificates that a path may be made of, and what was found so far.
pub(super) struct Search<'a> {
    question: &'a Question<'a>,
    nodes: Vec<Node>,
    /// Those of a name.
    by_subject: HashMap<FoldedName, Vec<usize>>,
    /// What is one entity has one number.
    entities: HashMap<Entity, usize>,
    /// The subjects of which all certificates at hand are among the nodes.
    taken: HashSet<FoldedName>,
    /// The nodes' DER.
    known: HashSet<Vec<u8>>,
    edges: HashMap<(usize, usize), Edge>,
    /// Signatures that may still be checked.
    signatures: usize,
    /// Steps that may still be made.
    steps: usize,
    /// Comparisons of names under constraints, and of policies, that may still be made.
    comparisons: usize,
    /// What may still be spent on lists.
    lists: Budget,
    /// What there was too much of.
    spent: Option<&'static str>,
    best: Option<Failed>,
}

/// A certificate with what is compared again and again.
struct Node {
    certificate: Decoded,
    subject: Option<FoldedName>,
    issuer: Option<FoldedName>,
    entity: usize,
    is_anchor: bool,
}

/// Two certificates for one key and one name are one entity: a path that meets it twice goes in a circle
/// (RFC 4158 §2.4.2). The same key under other alternative names is told apart, as there.
type Entity = (Option<FoldedName>, Vec<u8>, Option<Vec<u8>>);

/// What the signature of one certificate is under the key of another.
#[derive(Clone)]
enum Edge {
    Signed,
    Unchecked(String),
    Forged,
}

/// The best of the paths that were not accepted.
struct Failed {
    path: Vec<usize>,
    anchored: bool,
    problems: Vec<Problem>,
}

impl<'a> Search<'a> {
    /// Sets out from a certificate.
    pub(super) fn new(question: &'a Question<'a>, leaf: Decoded) -> Self {
        Self::within(question, leaf, Budget::new())
    }

    /// The same for a question that another led to, which pays for what lists cost.
    pub(super) fn within(question: &'a Question<'a>, leaf: Decoded, lists: Budget) -> Self {
        let mut this = Self {
            question,
            nodes: Vec::new(),
            by_subject: HashMap::new(),
            entities: HashMap::new(),
            taken: HashSet::new(),
            known: HashSet::new(),
            edges: HashMap::new(),
            signatures: MAX_SIGNATURES,
            steps: MAX_STEPS,
            comparisons: MAX_COMPARISONS,
            lists,
            spent: None,
            best: None,
        };
        this.add(leaf);
        this.take_signers();
        this
    }

    fn add(&mut self, certificate: Decoded) -> usize {
        let subject = FoldedName::from_der(&certificate.subject);
        let extensions = &certificate.extensions;
        let names = extensions.find(SUBJECT_ALTERNATIVE_NAME);
        let entity = (
            subject.clone(),
            certificate.public_key.spki().to_vec(),
            names.map(|extension| extension.value.clone()),
        );
        self.known.insert(certificate.der().to_vec());
        let (at, next) = (self.nodes.len(), self.entities.len());
        if let Some(name) = &subject {
            self.by_subject.entry(name.clone()).or_default().push(at);
        }
        self.nodes.push(Node {
            issuer: FoldedName::from_der(&certificate.issuer),
            subject,
            entity: *self.entities.entry(entity).or_insert(next),
            is_anchor: self.question.anchors.contains(certificate.der()),
            certificate,
        });
        at
    }

    /// Looks for a path without a problem; if there is none, returns the one with the fewest.
    pub(super) fn run(mut self) -> Verdict {
        let found = self.extend(&mut vec![0]);
        let (path, anchored, mut problems) = match (found, self.best.take()) {
            (ControlFlow::Break(Some(path)), _) => (path, true, Vec::new()),
            (_, Some(best)) => (best.path, best.anchored, best.problems),
            (_, None) => (vec![0], false, Vec::new()),
        };
        if let Some(what) = self.spent.filter(|_| !anchored || !problems.is_empty()) {
            problems.push(Problem {
                certificate: 0,
                cause: Cause::TooComplex { what },
            });
        }
        let mut nodes: Vec<Option<Decoded>> = self
            .nodes
            .into_iter()
            .map(|node| Some(node.certificate))
            .collect();
        Verdict {
            path: path.iter().filter_map(|at| nodes[*at].take()).collect(),
            anchored,
            problems,
        }
    }

    /// Goes on from the last certificate of a path. Breaks with a path that is accepted, or with none if
    /// the budget is spent.
    fn extend(&mut self, path: &mut Vec<usize>) -> ControlFlow<Option<Vec<usize>>> {
        let last = path[path.len() - 1];
        let is_anchor = self.nodes[last].is_anchor;
        if is_anchor && self.nodes[last].issuer == self.nodes[last].subject {
            return self.conclude(path, None);
        }
        let candidates = self.candidates(path);
        let mut forged = None;
        let mut went_on = false;
        for candidate in candidates {
            self.spend(1)?;
            match self.edge(last, candidate) {
                None => {
                    self.spent = Some("signatures");
                    return ControlFlow::Break(None);
                }
                Some(Edge::Forged) => {
                    forged.get_or_insert(candidate);
                }
                Some(Edge::Signed | Edge::Unchecked(_)) => {
                    went_on = true;
                    path.push(candidate);
                    self.extend(path)?;
                    path.pop();
                }
            }
        }
        match forged {
            // Its own root is better known to clients than what somebody trusts beside it.
            _ if is_anchor => self.conclude(path, None),
            _ if went_on => ControlFlow::Continue(()),
            Some(issuer) if !self.is_namesake(last, issuer) => {
                path.push(issuer);
                self.extend(path)?;
                path.pop();
                ControlFlow::Continue(())
            }
            namesake => {
                let end = self.end(path, namesake.is_some());
                self.conclude(path, Some(end))
            }
        }
    }

    /// Pays for a part of the search.
    fn spend(&mut self, steps: usize) -> ControlFlow<Option<Vec<usize>>> {
        match self.steps.checked_sub(steps) {
            Some(left) => {
                self.steps = left;
                ControlFlow::Continue(())
            }
            None => {
                self.spent = Some("paths");
                ControlFlow::Break(None)
            }
        }
    }

    /// Judges a path that goes no further. To judge one of huge certificates is more than one step.
    fn conclude(&mut self, path: &[usize], end: Option<Cause>) -> ControlFlow<Option<Vec<usize>>> {
        let size: usize = path
            .iter()
            .map(|at| self.nodes[*at].certificate.der().len())
            .sum();
        self.spend(size / BYTES_PER_STEP)?;
        let certificates: Vec<&Decoded> =
            path.iter().map(|at| &self.nodes[*at].certificate).collect();
        let mut judge = Judge {
            path: &certificates,
            anchored: end.is_none(),
            question: self.question,
            comparisons: &mut self.comparisons,
        };
        let mut problems = judge.problems();
        let anchored = end.is_none();
        let broken = self.broken_edges(path);
        // Lists tell of what their issuers signed: nothing that is to be told of a path that they did not.
        if anchored && broken.is_empty() && !self.question.lists.is_empty() {
            problems.extend(self.revoked(&certificates));
        }
        problems.extend(broken);
        problems.extend(end.map(|cause| Problem {
            certificate: path.len() - 1,
            cause,
        }));
        // What keeps the end entity from being trusted first, what a profile asks for last.
        problems.sort_by_key(|problem| problem.urgency());
        if problems.is_empty() {
            return ControlFlow::Break(Some(path.to_vec()));
        }
        let failed = Failed {
            path: path.to_vec(),
            anchored,
            problems,
        };
        let is_better = self
            .best
            .as_ref()
            .is_none_or(|best| failed.rank() < best.rank());
        if is_better {
            self.best = Some(failed);
        }
        ControlFlow::Continue(())
    }

    /// Whoever may have signed a list is at hand too.
    fn take_signers(&mut self) {
        for list in self.question.lists {
            if let Some(issuer) = FoldedName::from_der(&list.issuer) {
                self.take(issuer);
            }
        }
    }

    /// What the revocation lists say of a path that has reached an anchor.
    fn revoked(&self, path: &[&Decoded]) -> Vec<Problem> {
        let signers: Vec<&Decoded> = self.nodes.iter().map(|node| &node.certificate).collect();
        let revocation = Revocation {
            question: self.question,
            path,
            signers: &signers,
            lists: self.question.lists,
            budget: &self.lists,
        };
        let causes = (0..path.len() - 1).filter_map(|at| Some((at, revocation.cause(at)?)));
        let problem = |(certificate, cause)| Problem { certificate, cause };
        let mut found: Vec<Problem> = causes.map(problem).collect();
        // What was said before is still true, and what was not said may be so.
        if self.lists.is_spent() {
            found.push(Problem {
                certificate: 0,
                cause: Cause::TooComplex {
                    what: "revocation lists",
                },
            });
        }
        found
    }

    /// The signatures along a path that do not hold.
    fn broken_edges(&self, path: &[usize]) -> Vec<Problem> {
        let mut found = Vec::new();
        for (index, pair) in path.windows(2).enumerate() {
            let cause = match self.edges.get(&(pair[0], pair[1])) {
                // That it names two algorithms is told already, and why no signature can be right.
                Some(Edge::Forged) if self.nodes[pair[0]].certificate.has_two_algorithms => {
                    continue;
                }
                Some(Edge::Forged) => Cause::BadSignature {
                    issuer: self.nodes[pair[1]].certificate.subject().to_string(),
                },
                // That it is weak is told already, and enough.
                Some(Edge::Unchecked(_))
                    if self.question.policy != Policy::Rfc5280
                        && self.nodes[pair[0]].certificate.weak_digest().is_some() =>
                {
                    continue;
                }
                Some(Edge::Unchecked(why)) => Cause::UncheckedSignature { why: why.clone() },
                Some(Edge::Signed) | None => continue,
            };
            found.push(Problem {
                certificate: index,
                cause,
            });
        }
        found
    }

    /// Why a path that found no issuer ends there.
    fn end(&self, path: &[usize], has_namesake: bool) -> Cause {
        let last = &self.nodes[path[path.len() - 1]];
        let certificate = &last.certificate;
        let issuer = certificate.issuer().to_string();
        let is_own = last.issuer == last.subject;
        // What nobody can check is taken at its word: nothing hangs on it.
        if is_own && !matches!(signed(certificate, certificate), Edge::Forged) {
            return match path.len() {
                1 => Cause::SelfSigned {
                    is_authority: certificate.is_authority(),
                },
                _ => Cause::UntrustedRoot,
            };
        }
        let places = certificate.issuer_urls();
        match places.is_empty() || has_namesake || path.len() > 1 {
            true => Cause::UnknownIssuer {
                issuer,
                has_namesake,
                places,
            },
            false => Cause::IncompleteChain { issuer, places },
        }
    }

    /// Whoever may have issued the last certificate of a path, the likeliest first.
    fn candidates(&mut self, path: &[usize]) -> Vec<usize> {
        let last = path[path.len() - 1];
        if let Some(issuer) = self.nodes[last].issuer.clone() {
            self.take(issuer);
        }
        let wanted = self.nodes[last].issuer.as_ref();
        let of_the_name = wanted.and_then(|name| self.by_subject.get(name));
        let met: HashSet<usize> = path.iter().map(|at| self.nodes[*at].entity).collect();
        let mut found: Vec<usize> = of_the_name
            .into_iter()
            .flatten()
            .copied()
            .filter(|at| !met.contains(&self.nodes[*at].entity))
            .collect();
        found.sort_by_cached_key(|at| std::cmp::Reverse(self.likelihood(last, *at)));
        found
    }

    /// Brings in the certificates of a subject, once. What cannot be read can be part of no path.
    fn take(&mut self, subject: FoldedName) {
        let question = self.question;
        let at_hand = [question.anchors, question.intermediates];
        let named = at_hand.into_iter().flat_map(|pool| pool.named(&subject));
        if self.taken.contains(&subject) {
            return;
        }
        for der in named {
            if self.nodes.len() < MAX_CERTIFICATES
                && !self.known.contains(der)
                && let Ok(decoded) = Decoded::from_der(der)
            {
                self.add(decoded);
            }
        }
        self.taken.insert(subject);
    }

    fn likelihood(&self, child: usize, issuer: usize) -> (i8, bool, bool, bool, i64) {
        let (child, node) = (&self.nodes[child].certificate, &self.nodes[issuer]);
        let issuer = &node.certificate;
        let ids = match (
            &child.extensions.authority_key,
            &issuer.extensions.subject_key_id,
        ) {
            (Some(wanted), Some(has)) => match &wanted.key_id {
                Some(wanted) if wanted == has => 1,
                Some(_) => -1,
                None => 0,
            },
            _ => 0,
        };
        let at = self.question.at;
        let is_valid = issuer.not_before <= at && at <= issuer.not_after;
        (
            ids,
            node.is_anchor,
            is_valid,
            issuer.is_authority(),
            issuer.not_after.unix_timestamp(),
        )
    }

    /// Tells whether a certificate says by key identifiers that another CA of that name issued it.
    fn is_namesake(&self, child: usize, issuer: usize) -> bool {
        self.likelihood(child, issuer).0 < 0
    }

    /// Nothing if no more signatures may be checked.
    fn edge(&mut self, child: usize, issuer: usize) -> Option<Edge> {
        if let Some(known) = self.edges.get(&(child, issuer)) {
            return Some(known.clone());
        }
        self.signatures = self.signatures.checked_sub(1)?;
        let edge = signed(
            &self.nodes[child].certificate,
            &self.nodes[issuer].certificate,
        );
        self.edges.insert((child, issuer), edge.clone());
        Some(edge)
    }
}

impl Failed {
    /// The smaller is told: an anchor reached, then the fewest reasons.
    fn rank(&self) -> (bool, usize) {
        (!self.anchored, self.problems.len())
    }
}

fn signed(child: &Decoded, issuer: &Decoded) -> Edge {
    let Some(scheme) = child.scheme else {
        let why = "its algorithm is not known here".to_owned();
        return Edge::Unchecked(why);
    };
    match issuer
        .public_key
        .verify(scheme, child.signed(), child.signature())
    {
        Ok(true) => Edge::Signed,
        Ok(false) => Edge::Forged,
        Err(error) if error.kind() == ErrorKind::Unsupported => Edge::Unchecked(error.to_string()),
        Err(_) => Edge::Forged,
    }
}

/// As many as Go's crypto/x509 and rustls-webpki check for one chain.
const MAX_SIGNATURES: usize = 100;

/// At some 10 µs each (a path judged), a tenth of a second. rustls-webpki takes 200,000 cheaper ones.
const MAX_STEPS: usize = 10_000;

/// A path of usual certificates is some two or three steps.
const BYTES_PER_STEP: usize = 2 * 1024;

/// As rustls-webpki has it: what real chains need is a few hundred.
pub(super) const MAX_COMPARISONS: usize = 250_000;

/// More than any server sends, and enough for all intermediates that browsers know (some 2,000).
const MAX_CERTIFICATES: usize = 4096;
