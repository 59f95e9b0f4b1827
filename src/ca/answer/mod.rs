//! Taking in the answer to a request for the CA's certificate.

use std::fmt;
use std::path::Path;

use time::OffsetDateTime;

use super::chain::{Chains, first_sound, latest_first};
use super::generation::{self, Generation, INTERMEDIATE, INTERMEDIATE_KEY, REQUEST, ROOT};
use super::home::{current_name, free_name, tags_of, take_turn};
use super::pending::{self, Pending};
use super::{Authority, ListUrl, Records, create};
use crate::cert::Certificate;
use crate::csr::CertificateRequest;
use crate::error::{Error, ErrorKind, Result};
use crate::files::{self, Existing, NewFile};
use crate::key::PrivateKey;
use crate::name::{NameConstraints, Subject};
use crate::profile::Purposes;
use crate::validity::to_rfc3339;

/// An answer that was taken in.
#[derive(Debug)]
pub struct Answered {
    /// The CA, which issues by the answer henceforth.
    pub authority: Authority,
    /// What is otherwise than it was asked for.
    pub differences: Vec<Difference>,
    /// Until when the CA lasts by it, if it took the place of an earlier answer to the same request.
    pub lengthened: Option<OffsetDateTime>,
}

/// What an answer grants otherwise than the request asked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Difference {
    /// Another name.
    Subject {
        /// The name asked for.
        asked: Subject,
        /// The name granted.
        granted: Subject,
    },
    /// Another number of CAs that may follow.
    PathLength {
        /// The number asked for.
        asked: Option<u32>,
        /// The number granted; none is without limit.
        granted: Option<u32>,
    },
    /// Other names that it may issue for.
    Constraints {
        /// Whether none are granted.
        none: bool,
    },
    /// It may not issue for every purpose that was asked for: these are lacking.
    Purposes(Vec<&'static str>),
    /// It may not sign revocation lists.
    NoLists,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Subject { asked, granted } => {
                write!(f, "the CA is called {granted}, and asked to be called {asked}")
            }
            Self::PathLength { asked, granted } => {
                let told = |length: &Option<u32>| match length {
                    Some(length) => format!("a path length of {length}"),
                    None => "no path length, by which any number of CAs may follow".to_owned(),
                };
                write!(f, "the CA has {}, and asked for {}", told(granted), told(asked))
            }
            Self::Constraints { none: true } => f.write_str(
                "the answer leaves the name constraints out that the request asked for",
            ),
            Self::Constraints { none: false } => {
                f.write_str("the name constraints of the answer are others than the request's")
            }
            Self::Purposes(lacking) => write!(
                f,
                "the answer is not for all that the request asked for: what it issues is refused as a certificate for {}",
                lacking.join(", ")
            ),
            Self::NoLists => f.write_str(
                "the key usage of the answer does not allow the CA to sign revocation lists, so that ca crl makes none",
            ),
        }
    }
}

impl Authority {
    /// Takes in the answer to the request that waits, among other certificates up to its root: the CA issues
    /// by it henceforth. The request by which the CA issues already may be answered again, by a certificate that
    /// lasts longer; while another waits, that is what happens if the certificates answer this one alone. Of
    /// several answers the one that lasts longest counts. Of records it is only made sure that they can be taken in
    /// [afterwards](Self::take_records).
    ///
    /// Fails with [`ErrorKind::NotFound`] if no request waits, with [`ErrorKind::KeyMismatch`] if none of the
    /// certificates is for its key, with [`ErrorKind::WrongKind`] if that is no CA's or stands below what is
    /// none, with [`ErrorKind::OutOfScope`] if a path length above leaves no room for it, with
    /// [`ErrorKind::CaBroken`] if the chain does not reach a root, with [`ErrorKind::Expired`], and as
    /// [`Self::take_records`] does.
    pub fn answer(
        home: &Path,
        certificates: &[Certificate],
        records: &Records,
        now: OffsetDateTime,
    ) -> Result<Answered> {
        if !home.exists() {
            return Err(none_waits(home));
        }
        let _lock = take_turn(home)?;
        pending::settle(home)?;
        let pending = Pending::read(home)?;
        if let Some((present, request)) = again(home, certificates, pending.as_ref())? {
            return Self::answer_again(&present, &request, certificates, records, now);
        }
        let pending = pending.ok_or_else(|| none_waits(home))?;
        let chain = chain(pending.request(), certificates, now, |_| Ok(()))?;
        records.check(&chain, None)?;
        let key = key_of(&pending, &chain[0])?;
        // Not after the root, below which another of its answers may come.
        let name = free_name(home, tags_of(&chain[0]))?;
        let mut made = chain_files(&chain);
        made.push(key);
        made.push(NewFile::public(REQUEST, pending.request().to_pem()));
        let list_url = pending.list_url()?;
        made.extend(list_url.map(|url| ListUrl::file_in(Some(&url), Path::new(""))));
        let differences = differences(pending.request(), &chain[0])?;
        let authority = Self::install(home, create::Made { name, files: made })?;
        pending::remove(home)?;
        Ok(Answered {
            authority,
            differences,
            lengthened: None,
        })
    }

    /// Puts a later answer to the same request in the place of the present one.
    fn answer_again(
        present: &Self,
        request: &CertificateRequest,
        certificates: &[Certificate],
        records: &Records,
        now: OffsetDateTime,
    ) -> Result<Answered> {
        let current = present.current();
        let continues = |chain: &[Certificate]| require_continuation(chain, current);
        let chain = chain(request, certificates, now, continues)?;
        records.check(&chain, Some(current))?;
        let differences = differences(request, &chain[0])?;
        let folder = current.folder();
        let placed = chain_files(&chain).into_iter().map(|file| NewFile {
            path: folder.join(&file.path),
            ..file
        });
        files::write(placed.collect(), Existing::Replace)?;
        Ok(Answered {
            authority: Self::open(present.home())?,
            differences,
            lengthened: Some(chain[0].validity().not_after()),
        })
    }
}

/// Refuses a later answer under which what was issued before would no longer hold: lists are signed in the name of the
/// CA, and clients trust the root. The one that is there may come again.
fn require_continuation(chain: &[Certificate], present: &Generation) -> Result<()> {
    let (new, old) = (&chain[0], present.issuing());
    let (root, trusted) = (&chain[chain.len() - 1], present.root());
    let ends = |it: &Certificate| to_rfc3339(it.validity().not_after());
    let told = if new.subject_der() != old.subject_der() {
        let (new, old) = (new.subject(), old.subject());
        format!("the answer is for {new}, and the CA has issued as {old}")
    } else if root.subject_der() != trusted.subject_der()
        || root.public_key() != trusted.public_key()
    {
        let (root, trusted) = (root.subject(), trusted.subject());
        format!("the answer is below {root}, and clients trust {trusted}")
    } else if new.validity().not_after() < old.validity().not_after() {
        let (new, old) = (ends(new), ends(old));
        format!("the answer ends on {new}, and the one that is there on {old}")
    } else {
        return Ok(());
    };
    Err(Error::new(ErrorKind::AlreadyExists, told).with_hint(
        "for another CA beside this one make a new request: certwright ca rotate --request FILE",
    ))
}

/// The CA and the request by which it issues, if the certificates are to answer that.
fn again(
    home: &Path,
    certificates: &[Certificate],
    pending: Option<&Pending>,
) -> Result<Option<(Authority, CertificateRequest)>> {
    let of = |request: &CertificateRequest| {
        let key = request.public_key().clone();
        let mut all = certificates.iter();
        all.find(|it| *it.public_key() == key)
    };
    let is_answered = pending.is_some_and(|pending| of(pending.request()).is_some());
    let Some(name) = current_name(home)?.filter(|_| !is_answered) else {
        return Ok(None);
    };
    let path = home.join(name).join(REQUEST);
    let Ok(bytes) = files::read(&path) else {
        return Ok(None);
    };
    let request = CertificateRequest::from_bytes(&bytes);
    let request = request.map_err(|error| error.about(path.display()))?;
    if of(&request).is_none() {
        return Ok(None);
    }
    let present = Authority::open(home)?;
    // What is there may have come along in somebody's chain.
    let is_other = |it: &Certificate| {
        it.public_key() == request.public_key() && it != present.current().issuing()
    };
    let is_meant = pending.is_none() || certificates.iter().any(is_other);
    Ok(is_meant.then_some((present, request)))
}

/// The answer that lasts longest and those above it, found to be what clients take and what is wanted beside.
fn chain(
    request: &CertificateRequest,
    certificates: &[Certificate],
    now: OffsetDateTime,
    is_wanted: impl Fn(&[Certificate]) -> Result<()>,
) -> Result<Vec<Certificate>> {
    let key = request.public_key();
    let answers = certificates.iter().filter(|it| it.public_key() == key);
    let mut answers: Vec<&Certificate> = answers.collect();
    answers.sort_by_cached_key(|it| latest_first(it));
    answers.dedup();
    if answers.is_empty() {
        return Err(no_answer(request, certificates));
    }
    let mut chains = Chains::new(certificates, now);
    first_sound(answers.into_iter().map(|own| {
        let chain = leading_from(own, &mut chains)?;
        is_wanted(&chain).map(|()| chain)
    }))
}

fn leading_from(own: &Certificate, chains: &mut Chains<'_>) -> Result<Vec<Certificate>> {
    if !own.is_authority() {
        let told = format!(
            "the answer for {} is no CA's certificate: its basic constraints or key usage do not let it issue",
            own.subject()
        );
        return Err(Error::new(ErrorKind::WrongKind, told).with_hint(
            "whoever signed it must sign the request as that of a subordinate CA, with the extensions that it asks for",
        ));
    }
    let chain = chains.up_to_root(own)?;
    if chain.len() == 1 {
        let told = format!(
            "the answer for {} signs itself, and so is no answer",
            own.subject()
        );
        return Err(Error::new(ErrorKind::WrongKind, told)
            .with_hint("a CA is to sign the request; without one: certwright ca init"));
    }
    Ok(chain)
}

/// The key as it lies there: what is encrypted stays so.
fn key_of(pending: &Pending, own: &Certificate) -> Result<NewFile> {
    let path = pending.key_path();
    generation::require_unread(&path)?;
    let bytes = files::read(&path)?;
    match PrivateKey::from_bytes(&bytes, None) {
        Err(error) if error.kind() == ErrorKind::PasswordNeeded => {}
        key => own
            .require_key(&key.map_err(|error| error.about(path.display()))?)
            .map_err(|error| error.about(path.display()))?,
    }
    Ok(NewFile::private(INTERMEDIATE_KEY, &bytes[..]))
}

fn chain_files(chain: &[Certificate]) -> Vec<NewFile> {
    let (root, below) = (&chain[chain.len() - 1], &chain[..chain.len() - 1]);
    let below: String = below.iter().map(Certificate::to_pem).collect();
    vec![
        NewFile::public(ROOT, root.to_pem()),
        NewFile::public(INTERMEDIATE, below),
    ]
}

fn differences(request: &CertificateRequest, own: &Certificate) -> Result<Vec<Difference>> {
    let mut found = Vec::new();
    if own.subject_der() != request.subject().to_der() {
        found.push(Difference::Subject {
            asked: request.subject().clone(),
            granted: own.subject(),
        });
    }
    let (asked, granted) = (request.path_length(), own.path_length());
    if asked != granted {
        found.push(Difference::PathLength { asked, granted });
    }
    let asked = request.constraints()?;
    if !same(asked.as_ref(), own.name_constraints()) {
        let none = own.name_constraints().is_none();
        found.push(Difference::Constraints { none });
    }
    let lacking = lacking(own);
    if !lacking.is_empty() {
        found.push(Difference::Purposes(lacking));
    }
    if !own.may_sign_revocation_lists() {
        found.push(Difference::NoLists);
    }
    Ok(found)
}

/// Whether they are critical is for the answer to say: RFC 5280 wants it, and Mbed TLS cannot read it.
fn same(asked: Option<&NameConstraints>, granted: Option<&NameConstraints>) -> bool {
    match (asked, granted) {
        (Some(asked), Some(granted)) => {
            asked.permitted == granted.permitted && asked.excluded == granted.excluded
        }
        (asked, granted) => asked.is_none() && granted.is_none(),
    }
}

/// What a CA that names purposes is not for.
fn lacking(own: &Certificate) -> Vec<&'static str> {
    if !own.has_extended_key_usages() {
        return Vec::new();
    }
    let has = own.purposes().words();
    let mut asked = Purposes::ALL.words();
    asked.retain(|word| !has.contains(word));
    asked
}

fn none_waits(home: &Path) -> Error {
    let told = format!("no request waits for an answer in {}", home.display());
    Error::new(ErrorKind::NotFound, told).with_hint(
        "make one: certwright ca init --request FILE; a CA that has its key already is taken in with --cert and --key",
    )
}

fn no_answer(request: &CertificateRequest, certificates: &[Certificate]) -> Error {
    let subjects = certificates.iter().map(|it| it.subject().to_string());
    let subjects: Vec<String> = subjects.take(MAX_TOLD).collect();
    let told = format!(
        "none of the certificates given ({}) is for the key of the request for {}, which waits",
        subjects.join("; "),
        request.subject()
    );
    Error::new(ErrorKind::KeyMismatch, told).with_hint(
        "have that request signed: it is in the folder pending, and ca show tells where; or ask anew: certwright ca init --request FILE --force",
    )
}

/// Nobody reads more subjects in one sentence.
const MAX_TOLD: usize = 5;

#[cfg(test)]
mod tests;
