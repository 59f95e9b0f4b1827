//! What a path is made of, and with `--fetch` what was got for it over the network.

use std::borrow::Cow;
use std::collections::HashSet;

use certwright::bundle;
use certwright::cert::Decoded;
use certwright::crl::DecodedList;
use certwright::document::{Document, Kind, documents};
use certwright::error::{Error, ErrorKind, Result};
use certwright::remote::{Bounds, fetch};
use certwright::verify::{Cause, Column, Pool, Question, Verdict, columns, verify};

/// Certificates and revocation lists at hand.
pub struct AtHand<'a> {
    certificates: Pool,
    pub lists: Cow<'a, [DecodedList]>,
    /// What was got, and what could not be.
    pub notes: Vec<String>,
    asked: HashSet<String>,
}

impl<'a> AtHand<'a> {
    /// Sets out with what was sent and given.
    pub fn new(certificates: Pool, lists: Cow<'a, [DecodedList]>) -> Self {
        Self {
            certificates,
            lists,
            notes: Vec::new(),
            asked: HashSet::new(),
        }
    }

    /// Answers with what is at hand.
    pub fn verdict(&self, question: &Question<'_>) -> Verdict {
        verify(&self.ask(question))
    }

    /// Tells what clients do with what is at hand.
    pub fn columns(&self, question: &Question<'_>, verdict: &Verdict) -> Vec<Column> {
        columns(&self.ask(question), verdict)
    }

    fn ask<'q>(&'q self, question: &Question<'q>) -> Question<'q> {
        Question {
            intermediates: &self.certificates,
            lists: &self.lists,
            is_status_asked: true,
            ..question.clone()
        }
    }

    /// Answers once every issuer that is missing, and every list that the path names, was asked for.
    pub fn fetch_for(&mut self, question: &Question<'_>, mut verdict: Verdict) -> Verdict {
        while super::is_untrusted(&verdict) {
            let last = verdict.path.last();
            let places = last.map_or_else(Vec::new, Decoded::issuer_urls);
            if !self.get(
                &places,
                "issuer",
                Bounds::CERTIFICATE,
                Self::take_certificates,
            ) {
                break;
            }
            verdict = self.verdict(question);
        }
        // Lists are asked about what a trusted root vouches for alone: else whoever forged a chain could send
        // us to any place.
        if !verdict.anchored || is_forged(&verdict) {
            return verdict;
        }
        let below_root = verdict.path.len() - 1;
        let path = verdict.path.iter().take(below_root);
        let places: Vec<String> = path.flat_map(Decoded::crl_urls).collect();
        match self.get(
            &places,
            "revocation list",
            Bounds::REVOCATION_LIST,
            Self::take_lists,
        ) {
            true => self.verdict(question),
            false => verdict,
        }
    }

    /// Gets what is at some places, each once. Tells whether there was anything new.
    fn get(
        &mut self,
        places: &[String],
        what: &str,
        bounds: Bounds,
        take: fn(&mut Self, &[u8]) -> Result<usize>,
    ) -> bool {
        let mut found = 0;
        for place in places {
            if self.asked.contains(place) {
                continue;
            }
            if self.asked.len() == MAX_FETCHES {
                self.notes.push(format!(
                    "{place} is not fetched: {MAX_FETCHES} places were asked already"
                ));
                break;
            }
            self.asked.insert(place.clone());
            let got = fetch(place, bounds).and_then(|bytes| take(self, &bytes));
            match got {
                Ok(count) => {
                    found += count;
                    self.notes
                        .push(format!("the {what} was fetched from {place}"));
                }
                Err(error) => self.notes.push(format!(
                    "the {what} could not be fetched from {place}: {error}"
                )),
            }
        }
        found > 0
    }

    fn take_certificates(&mut self, bytes: &[u8]) -> Result<usize> {
        let found = ders(bytes, Kind::Certificate)?;
        let count = found.len();
        self.certificates.extend(found);
        Ok(count)
    }

    fn take_lists(&mut self, bytes: &[u8]) -> Result<usize> {
        let found = ders(bytes, Kind::CertificateRevocationList)?;
        let lists = found.iter().map(|list| DecodedList::from_der(list));
        let lists = lists.collect::<Result<Vec<_>>>()?;
        self.lists.to_mut().extend(lists);
        Ok(found.len())
    }
}

/// Tells whether a signature along the path does not hold, or could not be checked.
fn is_forged(verdict: &Verdict) -> bool {
    let mut causes = verdict.problems.iter().map(|problem| &problem.cause);
    causes.any(|cause| {
        matches!(
            cause,
            Cause::BadSignature { .. } | Cause::UncheckedSignature { .. }
        )
    })
}

/// What issuers' URLs give is a certificate, or PKCS #7 with several (RFC 5280 §4.2.2.1).
fn ders(bytes: &[u8], kind: Kind) -> Result<Vec<Vec<u8>>> {
    let (mut found, mut other) = (Vec::new(), "nothing".to_owned());
    let mut take = |document: Document| match document.kind == kind {
        true => found.push(document.der.to_vec()),
        false => other = document.kind.to_string(),
    };
    for document in documents(bytes)? {
        let document = document?;
        // No other container is opened for a stranger.
        match document.kind {
            Kind::Pkcs7 => bundle::open(&document, None)?
                .into_iter()
                .for_each(&mut take),
            _ => take(document),
        }
    }
    match found.is_empty() {
        true => Err(Error::new(
            ErrorKind::WrongKind,
            format!("{other} is there, and not {kind}"),
        )),
        false => Ok(found),
    }
}

/// Chromium fetches five issuers for a certificate at most; a path has a list for each of its own beside.
const MAX_FETCHES: usize = 10;
