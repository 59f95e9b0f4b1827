//! Our verifier and others, over graphs made at random.
//!
//! Where they differ, a mark of the scenario must explain it; and what every other one refuses may never be
//! accepted here.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use certwright::pem;
use certwright::verify::{Policy, Pool, Purpose, Question, Verdict, Wanted, verify};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, anchor_from_trusted_cert};

use super::maker::now;
use super::scenario::{Generator, Mark, Scenario};

/// What another verifier is known to see otherwise.
struct Manner {
    /// It refuses some of what has these.
    stricter: &'static [Mark],
    /// It accepts some of what has these.
    blinder: &'static [Mark],
}

/// rustls-webpki: <https://docs.rs/rustls-webpki>, and what its source says of what it leaves out.
const WEBPKI: Manner = Manner {
    stricter: &[
        Mark::AnyPurpose,
        Mark::Directory,
        Mark::Email,
        Mark::LeafAuthority,
        Mark::Policy,
        Mark::SelfIssued,
        Mark::Uri,
    ],
    blinder: &[Mark::KeyUsage, Mark::Policy, Mark::Root],
};

/// Go's crypto/x509. That of 1.19 knows no policies, and no wildcard that reaches into what is excluded
/// (CVE-2025-61727). Below a host it permits e-mail and URIs too.
const GO: Manner = Manner {
    stricter: &[Mark::Directory, Mark::Policy, Mark::SelfIssued],
    blinder: &[
        Mark::Email,
        Mark::KeyUsage,
        Mark::Policy,
        Mark::Uri,
        Mark::Wildcard,
    ],
};

/// OpenSSL goes one way alone: to the root, where its name fits, or to the first of a name. It takes nobody
/// for the issuer whose key identifier is another. A root need not say that it is a CA.
const OPENSSL: Manner = Manner {
    stricter: &[
        Mark::AnyPurpose,
        Mark::KeyIdentifier,
        Mark::Namesake,
        Mark::SelfIssued,
    ],
    blinder: &[Mark::Root, Mark::Wildcard],
};

/// GnuTLS likewise. It knows neither policies nor constraints on directory names and URIs, of key usage the
/// CAs' alone, and lets IPv6 be where addresses of IPv4 are permitted.
const GNUTLS: Manner = Manner {
    stricter: &[
        Mark::AnyPurpose,
        Mark::Directory,
        Mark::KeyIdentifier,
        Mark::Namesake,
        Mark::Policy,
        Mark::SelfIssued,
        Mark::Uri,
    ],
    blinder: &[
        Mark::Address,
        Mark::Directory,
        Mark::KeyUsage,
        Mark::Policy,
        Mark::Root,
        Mark::Uri,
        Mark::Wildcard,
    ],
};

fn ours(scenario: &Scenario) -> Verdict {
    verify(&Question {
        certificate: &scenario.leaf,
        intermediates: &Pool::new(scenario.intermediates.iter().cloned()),
        anchors: &Pool::new(scenario.roots.clone()),
        name: Some(scenario.name.parse().unwrap()),
        purpose: Purpose::Server,
        at: now(),
        policy: Policy::Rfc5280,
        policies: Wanted::default(),
        lists: &[],
        is_status_asked: true,
    })
}

fn webpki(scenario: &Scenario) -> Result<(), webpki::Error> {
    let certificate = |der: &Vec<u8>| CertificateDer::from(der.clone());
    let roots: Vec<CertificateDer> = scenario.roots.iter().map(certificate).collect();
    let anchors = roots.iter().map(anchor_from_trusted_cert);
    let anchors = anchors.collect::<Result<Vec<_>, _>>()?;
    let intermediates: Vec<CertificateDer> =
        scenario.intermediates.iter().map(certificate).collect();
    let leaf = certificate(&scenario.leaf);
    let leaf = EndEntityCert::try_from(&leaf)?;
    let now = u64::try_from(now().unix_timestamp()).unwrap();
    leaf.verify_for_usage(
        ALL_VERIFICATION_ALGS,
        &anchors,
        &intermediates,
        UnixTime::since_unix_epoch(Duration::from_secs(now)),
        KeyUsage::server_auth(),
        None,
        None,
    )?;
    leaf.verify_is_valid_for_subject_name(&ServerName::try_from(scenario.name).unwrap())
}

/// Nothing, or why not.
type Answer = Result<(), String>;

/// Go's answers, all from one process.
fn go<'a>(scenarios: impl Iterator<Item = &'a Scenario>, folder: &Path) -> Vec<Answer> {
    let base64 = |der: &Vec<u8>| data_encoding::BASE64.encode(der);
    let lines: Vec<String> = scenarios
        .map(|scenario| {
            let all = |ders: &[Vec<u8>]| ders.iter().map(base64).collect::<Vec<_>>();
            serde_json::json!({
                "Leaf": base64(&scenario.leaf),
                "Intermediates": all(&scenario.intermediates),
                "Roots": all(&scenario.roots),
                "Name": scenario.name,
                "At": now().unix_timestamp(),
            })
            .to_string()
        })
        .collect();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/programs/paths.go");
    let program = folder.join("paths");
    let built = Command::new("go")
        .args(["build", "-o"])
        .args([&program, &source])
        .status()
        .unwrap();
    assert!(built.success());
    let mut child = Command::new(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    // Its answers are short enough for the pipe to hold them all.
    input.write_all(lines.join("\n").as_bytes()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    let answers = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Answer> = answers
        .lines()
        .map(|line| match line {
            "accepted" => Ok(()),
            why => Err(why.to_owned()),
        })
        .collect();
    assert_eq!(answers.len(), lines.len());
    answers
}

/// What a program says; it has the files, and nothing of the machine's own trust.
fn asked(folder: &Path, scenario: &Scenario, command: &[&str]) -> Answer {
    let file = |name: &str, ders: &[&Vec<u8>]| {
        let pems = ders.iter().map(|der| pem::encode("CERTIFICATE", der));
        let text: String = pems.map(|pem| pem.to_string()).collect();
        fs::write(folder.join(name), text).unwrap();
    };
    let intermediates: Vec<&Vec<u8>> = scenario.intermediates.iter().collect();
    file("roots.pem", &scenario.roots.iter().collect::<Vec<_>>());
    file("leaf.pem", &[&scenario.leaf]);
    file("intermediates.pem", &intermediates);
    file(
        "chain.pem",
        &[&[&scenario.leaf], intermediates.as_slice()].concat(),
    );
    let output = Command::new(command[0])
        .args(&command[1..])
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&said).into_owned()),
    }
}

fn openssl(folder: &Path, scenario: &Scenario) -> Answer {
    let at = now().unix_timestamp().to_string();
    let command = [
        "openssl",
        "verify",
        "-trusted",
        "roots.pem",
        "-untrusted",
        "intermediates.pem",
        "-purpose",
        "sslserver",
        "-verify_hostname",
        scenario.name,
        "-policy_check",
        // Without it none would do where one must be there.
        "-policy",
        "2.5.29.32.0",
        "-attime",
        &at,
        "leaf.pem",
    ];
    asked(folder, scenario, &command)
}

fn gnutls(folder: &Path, scenario: &Scenario) -> Answer {
    let command = [
        "certtool",
        "--verify",
        "--load-ca-certificate",
        "roots.pem",
        "--infile",
        "chain.pem",
        "--verify-hostname",
        scenario.name,
        "--verify-purpose",
        "1.3.6.1.5.5.7.3.1",
    ];
    asked(folder, scenario, &command)
}

impl Manner {
    fn explains(&self, scenario: &Scenario, we_accept: bool) -> bool {
        let known = match we_accept {
            true => self.stricter,
            false => self.blinder,
        };
        known.iter().any(|mark| scenario.marks.contains(mark))
    }
}

fn told(verdict: &Verdict) -> String {
    let problems = verdict.problems.iter();
    let problems: Vec<String> = problems
        .map(|problem| format!("{}: {}", problem.certificate, problem.cause))
        .collect();
    problems.join("; ")
}

#[test]
fn webpki_differs_for_known_reasons_alone() {
    let mut generator = Generator::new(4);
    let (mut both, mut neither, mut unexplained) = (0, 0, Vec::new());
    for number in 0..3000 {
        let scenario = generator.next();
        let (verdict, theirs) = (ours(&scenario), webpki(&scenario));
        match (verdict.is_accepted(), theirs.is_ok()) {
            (true, true) => both += 1,
            (false, false) => neither += 1,
            (we_accept, _) if WEBPKI.explains(&scenario, we_accept) => {}
            _ => unexplained.push(format!(
                "{number} {:?}: {theirs:?}; ours: {}",
                scenario.marks,
                told(&verdict)
            )),
        }
    }
    assert!(unexplained.is_empty(), "{}", unexplained.join("\n"));
    assert!(both > 800 && neither > 800, "{both} {neither}");
}

#[test]
#[ignore = "needs go, openssl and certtool"]
fn go_openssl_and_gnutls_differ_for_known_reasons_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut generator = Generator::new(5);
    let judged: Vec<(Scenario, Verdict)> = (0..600)
        .map(|_| {
            let mut scenario = generator.next();
            let verdict = ours(&scenario);
            // Most others do not search, so that they are shown the way that was found.
            if let [_, way @ .., _] = verdict.path.as_slice()
                && verdict.is_accepted()
            {
                scenario.intermediates = way.iter().map(|it| it.der().to_vec()).collect();
            }
            (scenario, verdict)
        })
        .collect();
    let by_go = go(judged.iter().map(|(scenario, _)| scenario), folder.path());
    let (mut accepted, mut refused, mut unexplained) = (0, 0, Vec::new());
    for (number, ((scenario, verdict), go)) in judged.iter().zip(by_go).enumerate() {
        let answers = [
            ("Go", go, &GO),
            ("OpenSSL", openssl(folder.path(), scenario), &OPENSSL),
            ("GnuTLS", gnutls(folder.path(), scenario), &GNUTLS),
            (
                "webpki",
                webpki(scenario).map_err(|error| format!("{error:?}")),
                &WEBPKI,
            ),
        ];
        let we_accept = verdict.is_accepted();
        let differing = answers.iter().filter(|(_, answer, manner)| {
            answer.is_ok() != we_accept && !manner.explains(scenario, we_accept)
        });
        let differing: Vec<String> = differing
            .map(|(who, answer, _)| format!("{who} {answer:?}"))
            .collect();
        if !differing.is_empty() {
            unexplained.push(format!(
                "{number} {:?}: {differing:?}; ours: {}",
                scenario.marks,
                told(verdict)
            ));
        }
        match we_accept {
            true => accepted += 1,
            false => refused += 1,
        }
    }
    assert!(unexplained.is_empty(), "{}", unexplained.join("\n"));
    assert!(accepted > 150 && refused > 150, "{accepted} {refused}");
}
