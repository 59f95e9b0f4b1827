//! x509-limbo's cases, in its JSON form.
//!
//! Those in this folder are judged, or those of the file or folder that `X509_LIMBO` names. A case that is
//! answered otherwise than expected must stand in `DIVERGENCES`, and what stands there must be answered so.

use std::path::{Path, PathBuf};

use certwright::crl::DecodedList;
use certwright::document::documents;
use certwright::validity::parse_time;
use certwright::verify::{Policy, Pool, Purpose, Question, Verdict, Wanted, verify};
use serde::Deserialize;
use time::OffsetDateTime;

/// What is answered otherwise than x509-limbo expects, and why.
const DIVERGENCES: [(&str, &str); 5] = [
    (
        "rfc5280::aki::cross-signed-root-missing-aki",
        "a trusted root that another signed too is a root: cve::cve-2024-0567 has one and is to be accepted",
    ),
    (
        "rfc5280::nc::permitted-dns-match-noncritical",
        "constraints that are not critical are honoured, BR §7.1.2.5.2 allows them, and Mbed TLS needs them so",
    ),
    (
        "webpki::aki::root-with-aki-authoritycertissuer",
        "openssl and easy-rsa write it into every private root, and all clients accept it; lint warns",
    ),
    (
        "webpki::eku::ee-without-eku",
        "rfc5280::eku::ee-without-eku is to be accepted, and all clients accept both",
    ),
    (
        "webpki::eku::root-has-eku",
        "it narrows what a private root is for, and all clients accept it; lint warns",
    ),
];

#[derive(Deserialize)]
struct Suite {
    testcases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    validation_kind: String,
    trusted_certs: Vec<String>,
    untrusted_intermediates: Vec<String>,
    peer_certificate: String,
    validation_time: Option<String>,
    expected_result: String,
    expected_peer_name: Option<PeerName>,
    /// All of these must be its names.
    #[serde(default)]
    expected_peer_names: Vec<PeerName>,
    /// What the certificate must be for, beside what the kind says.
    #[serde(default)]
    extended_key_usage: Vec<String>,
    #[serde(default)]
    crls: Vec<String>,
}

#[derive(Deserialize)]
struct PeerName {
    value: String,
}

impl Case {
    fn at(&self) -> OffsetDateTime {
        let time = self.validation_time.as_deref();
        parse_time(time.unwrap_or("2026-11-20T00:00:00Z")).unwrap()
    }

    /// For all names that are expected: the first that is refused, else the last.
    fn verdict(&self) -> Option<Verdict> {
        let mut names = self
            .expected_peer_name
            .iter()
            .chain(&self.expected_peer_names);
        let mut verdict = self.verdict_for(names.next());
        for name in names {
            if !Self::is_accepted(verdict.as_ref()) {
                break;
            }
            verdict = self.verdict_for(Some(name));
        }
        verdict
    }

    /// Nothing if the question cannot even be asked: a name or a list that is none is refused at the door.
    fn verdict_for(&self, name: Option<&PeerName>) -> Option<Verdict> {
        let all = |pems: &[String]| pems.iter().flat_map(|pem| ders(pem)).collect::<Vec<_>>();
        let anchors = Pool::new(all(&self.trusted_certs));
        let intermediates = Pool::new(all(&self.untrusted_intermediates));
        let lists: Result<Vec<_>, _> = all(&self.crls)
            .iter()
            .map(|list| DecodedList::from_der(list))
            .collect();
        Some(verify(&Question {
            certificate: ders(&self.peer_certificate).first()?,
            intermediates: &intermediates,
            anchors: &anchors,
            name: name.map(|name| name.value.parse()).transpose().ok()?,
            purpose: self.purpose(),
            at: self.at(),
            policy: Policy::default(),
            policies: Wanted::default(),
            lists: &lists.ok()?,
            is_status_asked: true,
        }))
    }

    fn purpose(&self) -> Purpose {
        let is_mail = |purpose: &String| purpose == "emailProtection";
        match self.validation_kind.as_str() {
            // Mail is none of the purposes that are asked about here.
            _ if self.extended_key_usage.iter().any(is_mail) => Purpose::Any,
            "CLIENT" => Purpose::Client,
            _ => Purpose::Server,
        }
    }

    fn is_accepted(verdict: Option<&Verdict>) -> bool {
        verdict.is_some_and(Verdict::is_accepted)
    }

    fn is_right(&self, verdict: Option<&Verdict>) -> bool {
        Self::is_accepted(verdict) == (self.expected_result == "SUCCESS")
    }
}

fn ders(pem: &str) -> Vec<Vec<u8>> {
    let found = documents(pem.as_bytes()).into_iter().flatten();
    found
        .filter_map(|document| Some(document.ok()?.der.to_vec()))
        .collect()
}

fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let entries = std::fs::read_dir(path).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect()
}

#[test]
fn x509_limbo() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suites/limbo");
    let path = std::env::var_os("X509_LIMBO").map_or(own, PathBuf::from);
    let mut wrong = Vec::new();
    let (mut count, mut accepts, mut unexplained) = (0, 0, Vec::new());
    for file in files(&path) {
        let suite: Suite = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        for case in suite.testcases {
            count += 1;
            let verdict = case.verdict();
            let is_known = DIVERGENCES.iter().any(|(id, _)| *id == case.id);
            if case.is_right(verdict.as_ref()) {
                if is_known {
                    unexplained.push(format!("{} no longer diverges", case.id));
                }
                continue;
            }
            accepts += usize::from(Case::is_accepted(verdict.as_ref()));
            let problems = verdict.iter().flat_map(|verdict| &verdict.problems);
            let codes: Vec<&str> = problems.map(|it| it.cause.code()).collect();
            let told = format!("{} {} {codes:?}", case.id, case.expected_result);
            if !is_known {
                unexplained.push(told.clone());
            }
            wrong.push(told);
        }
    }
    let counts = format!(
        "{count} cases, {} answered otherwise: {accepts} accepted, {} refused",
        wrong.len(),
        wrong.len() - accepts
    );
    assert!(
        unexplained.is_empty(),
        "{counts}\n{}",
        unexplained.join("\n")
    );
}
