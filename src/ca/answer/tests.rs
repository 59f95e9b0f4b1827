//! What answers a request, what is refused as an answer, and what a kill leaves.

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
        self.signs_for(request, profile, request.subject().clone(), 90)
    }

    /// Signs it for another subject, and for so many days.
    fn signs_for(
        &self,
        request: &CertificateRequest,
        profile: Profile,
        subject: Subject,
        days: u32,
    ) -> Certificate {
        let template = Template {
            profile,
            subject,
            names: Vec::new(),
            public_key: request.public_key().clone(),
            validity: Validity::starting(NOW, Lifetime::days(days)).unwrap(),
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
    let answered = Authority::answer(&home, &given, &Records::default(), NOW).unwrap();
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
    let answered =
        Authority::answer(&home, &[answer, company.root()], &Records::default(), NOW).unwrap();
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
    let nobody = Authority::answer(&home, &[], &Records::default(), NOW).unwrap_err();
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
        let error = Authority::answer(&home, &given, &Records::default(), at).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.hint().is_some(), "{error}");
    }
    assert!(Pending::read(&home).unwrap().is_some());
    assert!(Authority::answer(&home, &[good, company.root()], &Records::default(), NOW).is_ok());
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
        let error =
            Authority::answer(&home, &[company.root()], &Records::default(), NOW).unwrap_err();
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
        let (done, _) = killed_at(step, || {
            Authority::answer(&home, &given, &Records::default(), NOW)
        });
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
    assert!(Authority::answer(&home, &given, &Records::default(), NOW).is_ok());
    assert!(!home.join("pending").exists());
    // Killed before the generation was moved to its place.
    fs::rename(home.join(&name), staged(&home, &name)).unwrap();
    assert!(Authority::answer(&home, &given, &Records::default(), NOW).is_ok());
    assert_eq!(Authority::open(&home).unwrap().current().name(), name);
}

#[test]
fn a_later_answer_takes_the_place_of_the_first() {
    let (_folder, home) = places();
    let pending = ask(&home, &local(0));
    let company = Company::new(None);
    let answer = |profile| company.signs(pending.request(), profile);
    let first = answer(as_asked(&pending));
    let answered = Authority::answer(
        &home,
        &[first.clone(), company.root()],
        &Records::default(),
        NOW,
    )
    .unwrap();
    let name = answered.authority.current().name().to_owned();
    let later = answer(as_asked(&pending));
    assert_ne!(first, later);
    let answered = Authority::answer(
        &home,
        &[later.clone(), company.root()],
        &Records::default(),
        NOW,
    )
    .unwrap();
    let current = answered.authority.current();
    assert_eq!((current.name(), current.issuing()), (&name[..], &later));
    let stranger = Company::new(None).root();
    let error = Authority::answer(&home, &[stranger], &Records::default(), NOW).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[test]
fn a_later_answer_undoes_nothing_that_was_issued() {
    let (_folder, home) = places();
    let pending = ask(&home, &local(0));
    let company = Company::new(None);
    let request = pending.request();
    let first = company.signs(request, as_asked(&pending));
    Authority::answer(
        &home,
        &[first.clone(), company.root()],
        &Records::default(),
        NOW,
    )
    .unwrap();
    let own = request.subject();
    let other: Subject = "CN=other".parse().unwrap();
    let stranger = Company::new(None);
    for (answer, root, expected) in [
        (
            company.signs_for(request, as_asked(&pending), other, 90),
            company.root(),
            "the answer is for CN=other, and the CA has issued as",
        ),
        (
            company.signs_for(request, as_asked(&pending), own.clone(), 89),
            company.root(),
            "the answer ends on",
        ),
        (
            stranger.signs(request, as_asked(&pending)),
            stranger.root(),
            "the answer is below CN=company, and clients trust CN=company",
        ),
    ] {
        let error =
            Authority::answer(&home, &[answer, root], &Records::default(), NOW).unwrap_err();
        assert!(error.to_string().starts_with(expected), "{error}");
        let current = Authority::open(&home).unwrap();
        assert_eq!(current.current().issuing(), &first);
    }
    Authority::answer(&home, &[first, company.root()], &Records::default(), NOW).unwrap();
}

#[test]
fn an_answer_whose_name_another_ca_has_takes_a_longer_one() {
    let (_folder, home) = places();
    let pending = ask(&home, &local(0));
    let company = Company::new(None);
    let answer = company.signs(pending.request(), as_asked(&pending));
    let short = tags_of(&answer).next().unwrap().unwrap();
    let there = home.join(format!("ca-{short}"));
    files::make_private_folder(&there).unwrap();
    for (name, text) in [
        (ROOT, company.root().to_pem()),
        (INTERMEDIATE, String::new()),
    ] {
        fs::write(there.join(name), text).unwrap();
    }
    let key = fs::read(pending.key_path()).unwrap();
    let answered =
        Authority::answer(&home, &[answer, company.root()], &Records::default(), NOW).unwrap();
    let current = answered.authority.current();
    assert!(current.name().len() > short.len() + 3);
    assert_eq!(fs::read(current.key_path()).unwrap(), key);
    assert_eq!(fs::read_dir(&there).unwrap().count(), 2);
}

#[test]
fn of_several_answers_the_one_that_lasts_longest_is_taken() {
    let (_folder, home) = places();
    let pending = ask(&home, &local(0));
    let company = Company::new(None);
    let request = pending.request();
    let answer = |days| {
        let subject = request.subject().clone();
        company.signs_for(request, as_asked(&pending), subject, days)
    };
    let (short, long) = (answer(9), answer(90));
    // It lasts longer, and is no CA's.
    let leaf = company.signs_for(
        request,
        Profile::leaf(Purposes::ALL),
        request.subject().clone(),
        99,
    );
    let given = [short.clone(), leaf, long.clone(), company.root()];
    let answered = Authority::answer(&home, &given, &Records::default(), NOW).unwrap();
    assert_eq!(answered.authority.current().issuing(), &long);
    let longest = answer(99);
    let other = "CN=other".parse().unwrap();
    let renamed = company.signs_for(request, as_asked(&pending), other, 199);
    let given = [short, long, renamed, longest.clone(), company.root()];
    let answered = Authority::answer(&home, &given, &Records::default(), NOW).unwrap();
    assert_eq!(answered.authority.current().issuing(), &longest);
    let end = longest.validity().not_after();
    assert_eq!(answered.lengthened, Some(end));
}

#[test]
fn the_present_ca_can_be_lengthened_while_a_request_waits() {
    let (_folder, home) = places();
    let company = Company::new(None);
    let first = ask(&home, &local(0));
    let asked = as_asked(&first);
    let answer = company.signs(first.request(), asked.clone());
    let given = [answer.clone(), company.root()];
    let present = Authority::answer(&home, &given, &Records::default(), NOW)
        .unwrap()
        .authority;
    let second = ask(&home, &local(0));
    // What issues now answers nothing that waits.
    let error = Authority::answer(&home, &given, &Records::default(), NOW).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeyMismatch);
    let subject = first.request().subject().clone();
    let longer = company.signs_for(first.request(), asked, subject, 99);
    let given = [longer.clone(), company.root(), answer];
    let answered = Authority::answer(&home, &given, &Records::default(), NOW).unwrap();
    let current = answered.authority.current();
    assert_eq!(
        (current.name(), current.issuing()),
        (present.current().name(), &longer)
    );
    assert!(answered.lengthened.is_some());
    let waits = Pending::read(&home).unwrap().unwrap();
    assert_eq!(waits.request().der(), second.request().der());
    // Where both are answered it is the one that waits.
    let next = company.signs(second.request(), as_asked(&second));
    let given = [longer, company.root(), next.clone()];
    let answered = Authority::answer(&home, &given, &Records::default(), NOW).unwrap();
    assert_eq!(answered.authority.current().issuing(), &next);
    assert_eq!(answered.lengthened, None);
}

#[test]
fn a_ca_that_is_retired_leaves_no_key_where_its_request_waited() {
    let (_folder, home) = places();
    let pending = ask(&home, &local(0));
    let company = Company::new(None);
    let answer = company.signs(pending.request(), as_asked(&pending));
    let given = [answer, company.root()];
    let answered = Authority::answer(&home, &given, &Records::default(), NOW).unwrap();
    let name = answered.authority.current().name().to_owned();
    // Killed before the request was taken away.
    let waited = home.join("pending");
    files::make_private_folder(&waited).unwrap();
    for file in [REQUEST, INTERMEDIATE_KEY] {
        fs::copy(home.join(&name).join(file), waited.join(file)).unwrap();
    }
    let next = Authority::add_generation(&home, &local(0), NOW).unwrap();
    next.retire(&name, true, NOW).unwrap();
    assert!(!waited.exists());
}

#[test]
fn a_request_with_the_only_key_stays() {
    let (_folder, home) = places();
    let pending = ask(&home, &local(0));
    let company = Company::new(None);
    let answer = company.signs(pending.request(), as_asked(&pending));
    let given = [answer, company.root()];
    let take_in = || Authority::answer(&home, &given, &Records::default(), NOW);
    let name = take_in().unwrap().authority.current().name().to_owned();
    // The key was lost, and brought back from a backup of the folder where it had waited.
    let waited = home.join("pending");
    files::make_private_folder(&waited).unwrap();
    fs::copy(home.join(&name).join(REQUEST), waited.join(REQUEST)).unwrap();
    let key = home.join(&name).join(INTERMEDIATE_KEY);
    fs::rename(&key, waited.join(INTERMEDIATE_KEY)).unwrap();
    let again = take_in().unwrap().authority;
    assert_ne!(again.current().name(), name);
    assert!(again.current().unlock(None).is_ok());
}

#[test]
fn a_later_answer_that_was_killed_leaves_a_ca_that_issues() {
    let (_folder, home) = places();
    let pending = ask(&home, &local(0));
    let company = Company::new(None);
    let request = pending.request();
    let answer = |days| {
        let subject = request.subject().clone();
        [
            company.signs_for(request, as_asked(&pending), subject, days),
            company.root(),
        ]
    };
    let take_in = |given: &[Certificate]| Authority::answer(&home, given, &Records::default(), NOW);
    take_in(&answer(9)).unwrap();
    for step in 0.. {
        let longer = answer(10 + step);
        let (done, _) = killed_at(step as usize, || take_in(&longer));
        let current = Authority::open(&home).unwrap();
        current.unlock(None, NOW).unwrap();
        if done.is_ok() {
            assert!(step > 0);
            assert_eq!(current.current().issuing(), &longer[0]);
            break;
        }
    }
}
