//! Taking in the answer to a request for the CA's certificate.

use std::fmt;
use std::path::Path;

use time::OffsetDateTime;

use super::generation::{self, INTERMEDIATE, INTERMEDIATE_KEY, REQUEST, ROOT};
use super::home::{current_name, take_turn};
use super::import::{issued_within, require_valid, to_root};
use super::pending::{self, Pending};
use super::{Authority, create};
use crate::cert::Certificate;
use crate::csr::CertificateRequest;
use crate::error::{Error, ErrorKind, Result};
use crate::files::{self, Existing, NewFile};
use crate::key::PrivateKey;
use crate::name::{NameConstraints, Subject};
use crate::profile::Purposes;

/// An answer that was taken in.
#[derive(Debug)]
pub struct Answered {
    /// The CA, which issues by the answer henceforth.
    pub authority: Authority,
    /// What is otherwise than it was asked for.
    pub differences: Vec<Difference>,
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
    /// by it henceforth. Without a request that waits, one by which the CA issues already may be answered
    /// again, by a certificate that lasts longer.
    ///
    /// Fails with [`ErrorKind::NotFound`] if no request waits, with [`ErrorKind::KeyMismatch`] if none of the
    /// certificates is for its key, with [`ErrorKind::WrongKind`] if that is no CA's or stands below what is
    /// none, with [`ErrorKind::OutOfScope`] if a path length above leaves no room for it, with
    /// [`ErrorKind::CaBroken`] if the chain does not reach a root, with [`ErrorKind::BadSignature`], and with
    /// [`ErrorKind::Expired`].
    pub fn answer(
        home: &Path,
        certificates: &[Certificate],
        now: OffsetDateTime,
    ) -> Result<Answered> {
        if !home.exists() {
            return Err(none_waits(home));
        }
        let _lock = take_turn(home)?;
        let again = again(home, certificates)?;
        pending::settle(home)?;
        let Some(pending) = Pending::read(home)? else {
            let request = again.ok_or_else(|| none_waits(home))?;
            return Self::answer_again(home, &request, certificates, now);
        };
        let chain = chain(pending.request(), certificates, now)?;
        let key = key_of(&pending, &chain[0])?;
        let name = name_of(&chain[0]);
        let mut made = chain_files(&chain);
        made.push(key);
        made.push(NewFile::public(REQUEST, pending.request().to_pem()));
        let differences = differences(pending.request(), &chain[0])?;
        let authority = Self::install(home, create::Made { name, files: made })?;
        pending::remove(home)?;
        Ok(Answered {
            authority,
            differences,
        })
    }

    /// Puts a later answer to the same request in the place of the present one.
    fn answer_again(
        home: &Path,
        request: &CertificateRequest,
        certificates: &[Certificate],
        now: OffsetDateTime,
    ) -> Result<Answered> {
        let chain = chain(request, certificates, now)?;
        let folder = Self::open(home)?.current.folder().to_owned();
        let placed = chain_files(&chain).into_iter().map(|file| NewFile {
            path: folder.join(&file.path),
            ..file
        });
        files::write(placed.collect(), Existing::Replace)?;
        Ok(Answered {
            authority: Self::open(home)?,
            differences: differences(request, &chain[0])?,
        })
    }
}

/// The request by which the CA issues, if one of the certificates answers that.
fn again(home: &Path, certificates: &[Certificate]) -> Result<Option<CertificateRequest>> {
    let Some(name) = current_name(home)? else {
        return Ok(None);
    };
    let Ok(bytes) = files::read(&home.join(name).join(REQUEST)) else {
        return Ok(None);
    };
    let request = CertificateRequest::from_bytes(&bytes)?;
    let answers = |certificate: &Certificate| certificate.public_key() == request.public_key();
    Ok(certificates.iter().any(answers).then_some(request))
}

/// The answer and those above it, found to be what clients take.
fn chain(
    request: &CertificateRequest,
    certificates: &[Certificate],
    now: OffsetDateTime,
) -> Result<Vec<Certificate>> {
    let own = certificates
        .iter()
        .find(|certificate| certificate.public_key() == request.public_key())
        .ok_or_else(|| no_answer(request, certificates))?;
    if !own.is_authority() {
        let told = format!(
            "the answer for {} is no CA's certificate: its basic constraints or key usage do not let it issue",
            own.subject()
        );
        return Err(Error::new(ErrorKind::WrongKind, told).with_hint(
            "whoever signed it must sign the request as that of a subordinate CA, with the extensions that it asks for",
        ));
    }
    let chain = to_root(own, certificates)?;
    if chain.len() == 1 {
        let told = format!(
            "the answer for {} signs itself, and so is no answer",
            own.subject()
        );
        return Err(Error::new(ErrorKind::WrongKind, told)
            .with_hint("a CA is to sign the request; without one: certwright ca init"));
    }
    issued_within(&chain)?;
    require_valid(&chain, now)?;
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

/// Not after the root, below which another of its answers may come.
fn name_of(own: &Certificate) -> String {
    let fingerprint = own.fingerprint().to_text(Default::default());
    format!("ca-{}", &fingerprint[..8])
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
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use time::Duration;

    use super::*;
    use crate::ca::home::staged;
    use crate::ca::tests::{NOW, plan};
    use crate::ca::{Plan, Succession};
    use crate::cert::Issuer;
    use crate::crypto::Algorithm;
    use crate::files::faults::killed_at;
    use crate::issue::{Signatory, Template, issue};
    use crate::key::Password;
    use crate::profile::{ConstraintPreset, Profile};
    use crate::validity::{Lifetime, Validity};

    /// Somebody else's root.
    struct Company(Issuer);

    impl Company {
        fn new(path_length: Option<u8>) -> Self {
            let key = PrivateKey::generate(Algorithm::P256).unwrap();
            let subject = "CN=company".parse().unwrap();
            let root = template(Profile::root(path_length, None), subject, &key);
            let root = issue(&root, Signatory::Itself(&key)).unwrap();
            Self(Issuer::new(root, key).unwrap())
        }

        /// Signs a request with a profile of its own choice.
        fn signs(&self, request: &CertificateRequest, profile: Profile) -> Certificate {
            let template = Template {
                profile,
                subject: request.subject().clone(),
                names: Vec::new(),
                public_key: request.public_key().clone(),
                validity: Validity::starting(NOW, Lifetime::days(90)).unwrap(),
            };
            // Beside the rules of this program, which would not let it.
            let unlimited = Self::new(None);
            let signed = issue(&template, Signatory::Issuer(&unlimited.0)).unwrap();
            resigned(&signed, &self.0)
        }

        fn root(&self) -> Certificate {
            self.0.certificate().clone()
        }
    }

    fn template(profile: Profile, subject: Subject, key: &PrivateKey) -> Template {
        Template {
            profile,
            subject,
            names: Vec::new(),
            public_key: key.public_key().clone(),
            validity: Validity::starting(NOW, Lifetime::years(1)).unwrap(),
        }
    }

    /// The same certificate, signed by another CA of the same name.
    fn resigned(signed: &Certificate, issuer: &Issuer) -> Certificate {
        use crate::der;
        let mut fields = der::only(signed.der())
            .unwrap()
            .open(der::SEQUENCE)
            .unwrap();
        let mut tbs = fields.element().unwrap().raw.to_vec();
        let told = signed.authority_key_identifier().unwrap().to_vec();
        let at = tbs.windows(told.len()).position(|bytes| bytes == told);
        let at = at.unwrap();
        tbs[at..at + told.len()].copy_from_slice(&issuer.certificate().key_identifier());
        let signature = der::bit_string(&issuer.key().sign(&tbs).unwrap());
        let algorithm = issuer.key().scheme().algorithm_identifier();
        Certificate::from_der(&der::sequence(&[&tbs, &algorithm, &signature])).unwrap()
    }

    fn local(path_length: u8) -> Plan {
        Plan {
            path_length,
            constraints: ConstraintPreset::Dns.constraints(&[]).unwrap(),
            subject: "/O=Example".parse().unwrap(),
            ..plan()
        }
    }

    fn ask(home: &Path, plan: &Plan) -> Pending {
        let file = home.with_file_name("ca.csr");
        Pending::make(home, plan, &file, Existing::Replace).unwrap()
    }

    fn as_asked(pending: &Pending) -> Profile {
        let request = pending.request();
        let path_length = u8::try_from(request.path_length().unwrap()).unwrap();
        Profile::intermediate(path_length, request.constraints().unwrap())
    }

    fn places() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        (folder, home)
    }

    #[test]
    fn the_ca_issues_by_the_answer() {
        let (_folder, home) = places();
        let locked = Plan {
            password: Some(Password::new("secret")),
            ..local(1)
        };
        let pending = ask(&home, &locked);
        assert!(pending.is_key_encrypted().unwrap());
        assert_eq!(pending.request().path_length(), Some(1));
        let company = Company::new(None);
        let answer = company.signs(pending.request(), as_asked(&pending));
        let given = [company.root(), answer.clone()];
        let answered = Authority::answer(&home, &given, NOW).unwrap();
        assert_eq!(answered.differences, []);
        let current = answered.authority.current();
        assert_eq!(
            (current.root(), current.issuing()),
            (&company.root(), &answer)
        );
        assert!(current.is_requested() && current.is_key_encrypted().unwrap());
        assert!(Pending::read(&home).unwrap().is_none() && !pending.key_path().exists());
        assert!(current.unlock(Some(&Password::new("secret"))).is_ok());
        let successor = Succession::read(&home).unwrap();
        assert!(successor.requested && successor.encrypted);
        assert_eq!(successor.plan.path_length, 1);
        assert_eq!(successor.plan.subject.to_string(), "O=Example");
    }

    #[test]
    fn what_is_granted_otherwise_is_told() {
        let (_folder, home) = places();
        let pending = ask(&home, &local(1));
        let company = Company::new(None);
        let mut profile = Profile::root(None, None);
        profile.purposes = Purposes {
            client: true,
            ..Purposes::NONE
        };
        let answer = company.signs(pending.request(), profile);
        let answered = Authority::answer(&home, &[answer, company.root()], NOW).unwrap();
        let told = [
            Difference::PathLength {
                asked: Some(1),
                granted: None,
            },
            Difference::Constraints { none: true },
            Difference::Purposes(vec!["server", "email"]),
        ];
        assert_eq!(answered.differences, told);
        let words = told.map(|difference| difference.to_string()).join("\n");
        assert!(words.contains("asked for a path length of 1"), "{words}");
        assert!(words.contains("server, email"), "{words}");
    }

    #[test]
    fn what_clients_would_refuse_is_refused() {
        let (_folder, home) = places();
        let nobody = Authority::answer(&home, &[], NOW).unwrap_err();
        assert_eq!(nobody.kind(), ErrorKind::NotFound);
        let pending = ask(&home, &local(0));
        let company = Company::new(None);
        let good = company.signs(pending.request(), as_asked(&pending));
        let leaf = company.signs(pending.request(), Profile::leaf(Purposes::ALL));
        let shallow = Company::new(Some(0));
        let deep = shallow.signs(pending.request(), as_asked(&pending));
        let impostor = Company::new(None);
        for (given, at, kind) in [
            (vec![company.root()], NOW, ErrorKind::KeyMismatch),
            (vec![leaf, company.root()], NOW, ErrorKind::WrongKind),
            (vec![deep, shallow.root()], NOW, ErrorKind::OutOfScope),
            (vec![good.clone()], NOW, ErrorKind::CaBroken),
            // Of the same name, and another key.
            (
                vec![good.clone(), impostor.root()],
                NOW,
                ErrorKind::CaBroken,
            ),
            (
                vec![good.clone(), company.root()],
                NOW + Duration::days(91),
                ErrorKind::Expired,
            ),
        ] {
            let error = Authority::answer(&home, &given, at).unwrap_err();
            assert_eq!(error.kind(), kind, "{error}");
            assert!(error.hint().is_some(), "{error}");
        }
        assert!(Pending::read(&home).unwrap().is_some());
        assert!(Authority::answer(&home, &[good, company.root()], NOW).is_ok());
    }

    #[test]
    fn one_request_waits_and_no_other_ca_is_made_meanwhile() {
        let (folder, home) = places();
        let first = ask(&home, &local(0));
        let file = folder.path().join("other.csr");
        let error = Pending::make(&home, &local(0), &file, Existing::Keep).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AlreadyExists);
        assert!(!file.exists());
        let error = Authority::open_or_create(&home, &local(0), NOW).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::CaMissing);
        assert!(error.to_string().contains("waits"), "{error}");
        let second = ask(&home, &local(0));
        let waits = Pending::read(&home).unwrap().unwrap();
        assert_eq!(waits.request().der(), second.request().der());
        assert_ne!(first.request().der(), second.request().der());
    }

    #[test]
    fn whatever_a_kill_leaves_of_a_request_the_next_can_go_on_from() {
        for (step, before) in (0..).map(|at| (at / 2, at % 2 == 1)) {
            let (folder, home) = places();
            if before {
                ask(&home, &local(0));
            }
            let file = folder.path().join("asked.csr");
            let make = || Pending::make(&home, &local(1), &file, Existing::Replace);
            let (_, taken) = killed_at(step, make);
            // Whoever takes in an answer completes what was begun, and finds that there is none.
            let company = Company::new(None);
            let error = Authority::answer(&home, &[company.root()], NOW).unwrap_err();
            let waits = Pending::read(&home).unwrap();
            match (&waits, file.exists()) {
                (Some(waits), true) => {
                    let handed_in = fs::read_to_string(&file).unwrap();
                    assert_eq!(waits.request().to_pem(), handed_in, "{step}");
                }
                (Some(_), false) => assert!(before, "{step}"),
                (None, there) => assert!(!there && !before, "{step}"),
            }
            let kind = waits.map_or(ErrorKind::NotFound, |_| ErrorKind::KeyMismatch);
            assert_eq!(error.kind(), kind, "{step}");
            if let Some(waits) = Pending::read(&home).unwrap() {
                let key = files::read(&waits.key_path()).unwrap();
                let key = PrivateKey::from_bytes(&key, None).unwrap();
                assert_eq!(key.public_key(), waits.request().public_key(), "{step}");
            }
            if taken <= step && before {
                break;
            }
        }
    }

    #[test]
    fn an_answer_that_was_killed_is_completed_by_the_next() {
        let (_folder, home) = places();
        let pending = ask(&home, &local(0));
        let company = Company::new(None);
        let answer = company.signs(pending.request(), as_asked(&pending));
        let given = [answer, company.root()];
        for step in 0.. {
            let (done, _) = killed_at(step, || Authority::answer(&home, &given, NOW));
            if done.is_ok() {
                assert!(step > 0);
                break;
            }
            assert!(Pending::read(&home).unwrap().is_some(), "{step}");
        }
        let name = Authority::open(&home).unwrap().current().name().to_owned();
        // Killed before the request was taken away.
        files::make_private_folder(&home.join("pending")).unwrap();
        for file in [REQUEST, INTERMEDIATE_KEY] {
            fs::copy(home.join(&name).join(file), home.join("pending").join(file)).unwrap();
        }
        assert!(Pending::read(&home).unwrap().is_none());
        assert!(Authority::answer(&home, &given, NOW).is_ok());
        assert!(!home.join("pending").exists());
        // Killed before the generation was moved to its place.
        fs::rename(home.join(&name), staged(&home, &name)).unwrap();
        assert!(Authority::answer(&home, &given, NOW).is_ok());
        assert_eq!(Authority::open(&home).unwrap().current().name(), name);
    }

    #[test]
    fn a_later_answer_takes_the_place_of_the_first() {
        let (_folder, home) = places();
        let pending = ask(&home, &local(0));
        let company = Company::new(None);
        let answer = |profile| company.signs(pending.request(), profile);
        let first = answer(as_asked(&pending));
        let answered = Authority::answer(&home, &[first.clone(), company.root()], NOW).unwrap();
        let name = answered.authority.current().name().to_owned();
        let later = answer(as_asked(&pending));
        assert_ne!(first, later);
        let answered = Authority::answer(&home, &[later.clone(), company.root()], NOW).unwrap();
        let current = answered.authority.current();
        assert_eq!((current.name(), current.issuing()), (&name[..], &later));
        let stranger = Company::new(None).root();
        let error = Authority::answer(&home, &[stranger], NOW).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }
}
