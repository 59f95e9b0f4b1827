//! Whether a certificate of a path was revoked, by the lists at hand (RFC 5280 §6.3).

use std::cell::Cell;
use std::rc::Rc;

use super::build::Search;
use super::judge::whole_second;
use super::problem::Cause;
use super::{Policy, Purpose, Question, Wanted};
use crate::cert::Decoded;
use crate::cert::extensions::{CrlPoint, KeyUsage, PointName};
use crate::crl::{DecodedList, Entry, Scope};
use crate::der;
use crate::name::{FoldedName, GeneralName};

/// What is judged by.
pub(super) struct Revocation<'a> {
    pub question: &'a Question<'a>,
    /// The path whose certificates are asked about, the end entity first, and its last an anchor.
    pub path: &'a [&'a Decoded],
    /// All other certificates that may have signed a list.
    pub signers: &'a [&'a Decoded],
    pub lists: &'a [DecodedList],
    /// What may still be spent on lists, for this and all questions that it leads to.
    pub budget: &'a Budget,
}

/// Signatures on lists, and so many entries as take as long, that may still be looked at. Once it is spent
/// nothing that lists say is to be relied on.
#[derive(Clone)]
pub(super) struct Budget(Rc<Cell<usize>>);

impl Budget {
    pub(super) fn new() -> Self {
        Self(Rc::new(Cell::new(MAX_LOOKS)))
    }

    pub(super) fn is_spent(&self) -> bool {
        self.0.get() == 0
    }

    /// Tells whether there was enough left.
    fn spend(&self, looks: usize) -> bool {
        self.0.set(self.0.get().saturating_sub(looks));
        !self.is_spent()
    }
}

impl Revocation<'_> {
    /// Tells what is wrong with a certificate of the path: revoked, or not to be told where that is asked.
    pub(super) fn cause(&self, index: usize) -> Option<Cause> {
        let certificate = self.path[index];
        let mut told = 0;
        let mut why = "there is no list of its issuer".to_owned();
        let mut settled: Vec<&DecodedList> = Vec::new();
        for list in self.newest_first() {
            if self.budget.is_spent() {
                return None;
            }
            let Some(scope) = self.reasons_told(list, certificate) else {
                continue;
            };
            // What a later list of the same no longer says is over.
            if settled.iter().any(|later| is_same_series(later, list)) {
                continue;
            }
            if let Err(unfit) = self.is_fit(list, index) {
                why = unfit;
                continue;
            }
            match self.entry(list, index) {
                Ok(Some(entry)) => {
                    return Some(Cause::Revoked {
                        since: entry.since,
                        reason: entry.reason.and_then(reason_word),
                    });
                }
                Ok(None) => match self.is_current(list) {
                    Ok(()) => {
                        told |= scope;
                        settled.push(list);
                    }
                    Err(stale) => why = stale,
                },
                Err(damaged) => why = damaged,
            }
        }
        let is_asked = match self.question.policy {
            Policy::Browser => index == 0 && self.question.is_status_asked,
            Policy::Rfc5280 | Policy::Strict => true,
        };
        match told & ALL_REASONS == ALL_REASONS || !is_asked {
            true => None,
            false if told != 0 => Some(Cause::RevocationUnknown {
                why: "the lists of its issuer are for some reasons only".to_owned(),
            }),
            false => Some(Cause::RevocationUnknown { why }),
        }
    }

    /// The complete lists.
    fn newest_first(&self) -> Vec<&DecodedList> {
        let complete = self.lists.iter().filter(|list| list.base_number.is_none());
        let mut lists: Vec<&DecodedList> = complete.collect();
        lists.sort_by_key(|list| std::cmp::Reverse(list.this_update));
        lists
    }

    /// The reasons that a list tells of for a certificate; none if it is not about it (§6.3.3 (b)).
    fn reasons_told(&self, list: &DecodedList, certificate: &Decoded) -> Option<u16> {
        let scope = &list.scope;
        let is_authority = certificate.is_authority();
        if scope.only_attributes
            || (scope.only_users && is_authority)
            || (scope.only_authorities && !is_authority)
        {
            return None;
        }
        let issues = same(&list.issuer, &certificate.issuer);
        let none = [CrlPoint::default()];
        let points = match certificate.extensions.crl_points.as_slice() {
            [] => &none[..],
            points => points,
        };
        let mut told = None;
        for point in points {
            let by_issuer = match point.issuer.is_empty() {
                true => issues,
                false => scope.indirect && names(&point.issuer, &list.issuer),
            };
            if by_issuer && is_at(point, scope, certificate, list) {
                let reasons =
                    point.reasons.unwrap_or(ALL_REASONS) & scope.reasons.unwrap_or(ALL_REASONS);
                *told.get_or_insert(0) |= reasons;
            }
        }
        // A list that covers all of its issuer is for every certificate, whatever points it names.
        if issues && scope.point.is_none() {
            *told.get_or_insert(0) |= scope.reasons.unwrap_or(ALL_REASONS);
        }
        told
    }

    /// Tells whether a list is signed by whoever may, and can be understood (§6.3.3 (f) and (g)).
    fn is_fit(&self, list: &DecodedList, index: usize) -> Result<(), String> {
        if let Some(oid) = &list.unknown_critical {
            return Err(format!(
                "its list has the critical extension {oid}, which is not known"
            ));
        }
        let above = self.path.get(index + 1).copied();
        if above.is_some_and(|above| self.signed(list, above)) {
            return may_sign(above);
        }
        self.budget.spend(self.signers.len() / SIGNERS_PER_LOOK);
        let mut others = self.path.iter().chain(self.signers).copied();
        match others.find(|other| self.signed(list, other)) {
            Some(signer) => {
                may_sign(Some(signer))?;
                match self.shares_the_anchor(signer, list) {
                    true => Ok(()),
                    false => {
                        Err("whoever signed its list is not trusted by the same root".to_owned())
                    }
                }
            }
            None => Err("the signature of its list is not by its issuer".to_owned()),
        }
    }

    /// Tells whether a signer's own path leads to the same anchor (§6.3.3 (f)), and nothing on it was
    /// revoked. The list in question is left out of that, so that lists cannot vouch for each other in a
    /// circle.
    fn shares_the_anchor(&self, signer: &Decoded, list: &DecodedList) -> bool {
        let others: Vec<DecodedList> = self
            .lists
            .iter()
            .filter(|other| other.issuer != list.issuer)
            .cloned()
            .collect();
        let question = Question {
            certificate: signer.der(),
            name: None,
            purpose: Purpose::Any,
            policy: Policy::Rfc5280,
            policies: Wanted::default(),
            lists: &others,
            is_status_asked: true,
            ..self.question.clone()
        };
        self.budget.spend(LOOKS_PER_PATH);
        if self.budget.is_spent() {
            return false;
        }
        let verdict = Search::within(&question, signer.clone(), self.budget.clone()).run();
        let mut problems = verdict.problems.iter();
        let anchor = self.path.last().map(|anchor| anchor.der());
        problems.all(|problem| matches!(problem.cause, Cause::RevocationUnknown { .. }))
            && verdict.path.last().map(Decoded::der) == anchor
    }

    /// Both ends of a list's time.
    fn is_current(&self, list: &DecodedList) -> Result<(), String> {
        let at = whole_second(self.question.at);
        if at < list.this_update {
            return Err(format!(
                "the list of its issuer begins on {}",
                crate::validity::to_rfc3339(list.this_update)
            ));
        }
        match list.next_update {
            // A conforming CA says it (§5.1.2.5), and without it an old list would hold for ever.
            None => Err("the list of its issuer does not say until when it holds".to_owned()),
            Some(next) if next < at => Err(format!(
                "the list of its issuer ended on {}",
                crate::validity::to_rfc3339(next)
            )),
            Some(_) => Ok(()),
        }
    }

    /// A certificate's entry in a list, or in the newest that adds to it (§6.3.3 (c), (i) and (j)).
    fn entry(&self, list: &DecodedList, index: usize) -> Result<Option<Entry>, String> {
        let certificate = self.path[index];
        let adds = |delta: &&DecodedList| {
            delta.base_number.is_some()
                && delta.base_number <= list.number
                && delta.number >= list.number
                && same(&delta.issuer, &list.issuer)
                && delta.scope == list.scope
                && delta.authority_key_id == list.authority_key_id
                && self.is_current(delta).is_ok()
                && self.is_fit(delta, index).is_ok()
        };
        let newest = self
            .lists
            .iter()
            .filter(adds)
            .max_by_key(|delta| delta.this_update);
        if let Some(delta) = newest
            && let Some(entry) = self.find(delta, certificate)?
        {
            return Ok((entry.reason != Some(REMOVE_FROM_LIST)).then_some(entry));
        }
        self.find(list, certificate)
    }

    fn find(&self, list: &DecodedList, certificate: &Decoded) -> Result<Option<Entry>, String> {
        self.budget.spend(1 + list.signed().len() / BYTES_PER_LOOK);
        find(list, certificate)
    }

    /// Tells whether a list is by a signer: by name first.
    fn signed(&self, list: &DecodedList, signer: &Decoded) -> bool {
        same(&signer.subject, &list.issuer) && self.budget.spend(1) && signed(list, signer)
    }
}

/// Tells whether one list takes the place of another: of one issuer and key, about the same.
fn is_same_series(one: &DecodedList, other: &DecodedList) -> bool {
    one.scope == other.scope
        && one.authority_key_id == other.authority_key_id
        && same(&one.issuer, &other.issuer)
}

fn find(list: &DecodedList, certificate: &Decoded) -> Result<Option<Entry>, String> {
    let mut issued_by = same(&list.issuer, &certificate.issuer);
    for entry in list.entries() {
        let entry = entry.map_err(|error| format!("the list of its issuer is damaged: {error}"))?;
        if let Some(issuer) = &entry.issuer {
            issued_by = names(issuer, &certificate.issuer);
        }
        if issued_by && entry.serial == der::shortest(&certificate.serial) {
            return Ok(Some(entry));
        }
    }
    Ok(None)
}

/// Tells whether a list's point is one of the certificate's (§6.3.3 (b)(2)(i)).
fn is_at(point: &CrlPoint, scope: &Scope, certificate: &Decoded, list: &DecodedList) -> bool {
    let Some(wanted) = &scope.point else {
        return true;
    };
    let wanted = full(wanted, &list.issuer);
    let has = match (&point.name, point.issuer.as_slice()) {
        (Some(name), []) => full(name, &certificate.issuer),
        (Some(name), [GeneralName::Directory(issuer), ..]) => full(name, issuer),
        (Some(name), _) => full(name, &certificate.issuer),
        (None, issuer) => issuer.to_vec(),
    };
    has.iter()
        .any(|name| wanted.iter().any(|other| is_same_name(name, other)))
}

/// The names of a point; a relative one follows on an issuer's name.
fn full(name: &PointName, issuer: &[u8]) -> Vec<GeneralName> {
    match name {
        PointName::Full(names) => names.clone(),
        PointName::Relative(attributes) => {
            let before = der::only(issuer).map(|issuer| issuer.content);
            let last = der::element(der::SET, &[attributes]);
            let whole = der::sequence(&[before.unwrap_or_default(), &last]);
            vec![GeneralName::Directory(whole)]
        }
    }
}

fn is_same_name(one: &GeneralName, other: &GeneralName) -> bool {
    match (one, other) {
        (GeneralName::Directory(one), GeneralName::Directory(other)) => same(one, other),
        _ => one == other,
    }
}

fn names(names: &[GeneralName], wanted: &[u8]) -> bool {
    names.iter().any(|name| match name {
        GeneralName::Directory(name) => same(name, wanted),
        _ => false,
    })
}

fn same(one: &[u8], other: &[u8]) -> bool {
    one == other
        || matches!(
            (FoldedName::from_der(one), FoldedName::from_der(other)),
            (Some(one), Some(other)) if one == other
        )
}

fn signed(list: &DecodedList, signer: &Decoded) -> bool {
    list.scheme.is_some_and(|scheme| {
        let checked = signer
            .public_key
            .verify(scheme, list.signed(), list.signature());
        checked.unwrap_or(false)
    })
}

fn may_sign(signer: Option<&Decoded>) -> Result<(), String> {
    match signer.and_then(|signer| signer.extensions.key_usage) {
        Some(usage) if !usage.has(KeyUsage::LIST_SIGN) => {
            Err("the key that signed its list may not sign lists".to_owned())
        }
        _ => Ok(()),
    }
}

/// RFC 5280 §5.3.1.
fn reason_word(code: u8) -> Option<&'static str> {
    Some(match code {
        1 => "key compromise",
        2 => "CA compromise",
        3 => "affiliation changed",
        4 => "superseded",
        5 => "cessation of operation",
        6 => "certificate hold",
        9 => "privilege withdrawn",
        10 => "AA compromise",
        _ => return None,
    })
}

const REMOVE_FROM_LIST: u8 = 8;

/// At some 100 µs each, half a second. The largest lists of public CAs, of some 40 MB, are 640 of them.
const MAX_LOOKS: usize = 5000;

/// Some 1,800 entries.
const BYTES_PER_LOOK: usize = 64 * 1024;

/// To compare their names takes as long as a signature.
const SIGNERS_PER_LOOK: usize = 64;

/// What a question about a signer costs at least: a path found and judged. So questions that lead to others are
/// at most a hundred deep.
const LOOKS_PER_PATH: usize = 50;

/// The bits of `ReasonFlags` that mean something (§4.2.1.13): all but the first of nine.
const ALL_REASONS: u16 = 0x7f80;

#[cfg(test)]
mod tests;
