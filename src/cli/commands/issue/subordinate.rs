//! `--ca`: the certificate of a CA below the local one, such as of a service mesh.

use anyhow::Result;
use clap::Args;

use certwright::csr::CertificateRequest;
use certwright::error::{Error, ErrorKind};
use certwright::name::{San, Subject};
use certwright::profile::{MAX_PATH_LENGTH, Profile, Role};
use certwright::validity::Lifetime;

use super::Issue;
use crate::cli::args::Naming;

/// Whether the certificate is a CA's.
#[derive(Args, Clone)]
pub struct Subordinate {
    /// For a CA below the local one, which may issue for the same names: NAME is what it is called, as in
    /// `issue --ca mesh`; --csr takes its request
    #[arg(long, conflicts_with_all = ["client", "server", "cn"])]
    pub ca: bool,

    /// How many further CAs may follow below that one [default: 0]
    #[arg(long, value_name = "N", requires = "ca", value_parser = clap::value_parser!(u8).range(0..i64::from(MAX_PATH_LENGTH)))]
    path_length: Option<u8>,
}

impl Subordinate {
    /// The profile of the certificate, if it is a CA's. What it may issue for follows from the CA above.
    pub fn profile(&self) -> Option<Profile> {
        let path_length = self.path_length.unwrap_or(0);
        self.ca.then(|| Profile::intermediate(path_length, None))
    }

    /// How many CAs must be allowed to follow below the local one.
    pub fn needs(&self) -> u8 {
        self.profile().map_or(0, |profile| match profile.role {
            Role::Authority { path_length, .. } => path_length.unwrap_or(0) + 1,
            Role::EndEntity => 0,
        })
    }

    /// What it is called: by a name, or by a subject that has a common name or does without.
    pub fn subject(&self, naming: &Naming) -> Result<Subject> {
        let subject = naming.subject.clone().unwrap_or_default();
        match &naming.names[..] {
            [] if subject.is_empty() => Err(Error::new(
                ErrorKind::InvalidSubject,
                "a CA's certificate without a subject is refused by every client",
            )
            .with_hint("say what it is called: certwright issue --ca mesh")
            .into()),
            [] => Ok(subject),
            [_] if !subject.common_names().is_empty() => {
                let told =
                    format!("the subject {subject} has a common name, and NAME gives another");
                Err(Error::new(ErrorKind::InvalidSubject, told)
                    .with_hint("leave out one of them")
                    .into())
            }
            [name] => Ok(subject.with_common_name(name)?),
            names => {
                let told = format!("a CA is called by one name, and {} are given", names.len());
                Err(Error::new(ErrorKind::InvalidSubject, told)
                    .with_hint(
                        "what it may issue for is as the local CA's; give one name, or a --subject",
                    )
                    .into())
            }
        }
    }
}

impl Issue {
    /// Reads a request.
    pub(super) fn request(&self, bytes: &[u8]) -> Result<CertificateRequest, Error> {
        match self.below.ca {
            false => CertificateRequest::from_bytes(bytes),
            true => CertificateRequest::of_authority(bytes),
        }
    }

    /// The alternative names that go into the certificate of a request: a CA is known by its subject.
    pub(super) fn names_of(&self, request: &CertificateRequest) -> Result<Vec<San>, Error> {
        match self.below.ca {
            false => request.names_to_certify(),
            true if request.subject().is_empty() => Err(Error::new(
                ErrorKind::InvalidSubject,
                "the request has no subject, and a CA's certificate needs one",
            )
            .with_hint("have it made anew with a subject")),
            true => Ok(Vec::new()),
        }
    }

    /// How long the certificate lasts where nobody said.
    pub(super) fn default_lifetime(&self) -> Lifetime {
        match self.below.ca {
            false => super::DEFAULT_LIFETIME,
            true => DEFAULT_LIFETIME,
        }
    }
}

/// What nobody here will know.
pub fn note() -> String {
    "what this CA issues stands in no ledger here; revoking its certificate refuses all of it"
        .to_owned()
}

/// As Istio's own makefile has it; the CA's leaves end with it, so that it is renewed in time.
const DEFAULT_LIFETIME: Lifetime = Lifetime::days(730);
