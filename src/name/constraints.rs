//! Name constraints (RFC 5280 §4.2.1.10): what a CA may name.

use std::collections::HashMap;

use super::{GeneralName, Permission, San, Subject, Subtree};
use crate::der;
use crate::error::Result;

/// The subtrees of names that a CA may and may not issue for.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct NameConstraints {
    /// If there are any of a name's kind, the name must lie in one of them.
    pub permitted: Vec<Subtree>,
    /// A name may lie in none of these.
    pub excluded: Vec<Subtree>,
    /// Whether a client that does not know name constraints must refuse.
    pub critical: bool,
}

impl NameConstraints {
    /// Reads the extension's value, in DER.
    ///
    /// Fails with [`ErrorKind::Malformed`](crate::error::ErrorKind::Malformed).
    pub fn from_der(value: &[u8], critical: bool) -> Result<Self> {
        let mut this = Self {
            critical,
            ..Self::default()
        };
        for list in der::only(value)?.open(der::SEQUENCE)?.tagged()? {
            let (tag, subtrees) = match list.tag {
                PERMITTED => (PERMITTED, &mut this.permitted),
                _ => (EXCLUDED, &mut this.excluded),
            };
            let mut encoded = list.open(tag)?;
            while !encoded.is_empty() {
                subtrees.push(Subtree::read(encoded.element()?)?);
            }
        }
        Ok(this)
    }

    /// Tells whether a name lies within.
    ///
    /// A URI that has no host name lies within no constraints on URIs (RFC 5280 §4.2.1.10).
    pub fn permits(&self, name: &San) -> bool {
        self.objection(&GeneralName::from(name)).is_none()
    }

    /// Tells whether a name lies in what is excluded, so that no permission helps it.
    pub fn excludes(&self, name: &San) -> bool {
        matches!(
            self.objection(&GeneralName::from(name)),
            Some(Objection::Excluded(_))
        )
    }

    /// Tells whether a subject lies within the constraints on directory names; an empty one does.
    pub fn permits_subject(&self, subject: &Subject) -> bool {
        let name = GeneralName::Directory(subject.to_der());
        subject.is_empty() || self.objection(&name).is_none()
    }

    /// Tells why a name is not allowed, if it is not. What is excluded counts before what is permitted.
    pub fn objection(&self, name: &GeneralName) -> Option<Objection<'_>> {
        let concerned = |subtree: &&Subtree| subtree.concerns(name);
        for subtree in self.excluded.iter().filter(concerned) {
            match subtree.touches(name) {
                Some(false) => {}
                Some(true) => return Some(Objection::Excluded(subtree)),
                None => return Some(Objection::Untold(subtree)),
            }
        }
        let mut untold = None;
        let mut is_limited = false;
        for subtree in self.permitted.iter().filter(concerned) {
            is_limited = true;
            match subtree.contains(name) {
                Some(true) => return None,
                Some(false) => {}
                None => untold = Some(Objection::Untold(subtree)),
            }
        }
        untold.or(is_limited.then_some(Objection::NotPermitted))
    }

    /// Returns how many comparisons it takes to hold names against all subtrees. One of long names counts
    /// for several, and those of different kinds for hardly anything.
    pub fn effort(&self, names: &[GeneralName]) -> usize {
        let mut kinds: HashMap<u8, usize> = HashMap::new();
        for subtree in self.permitted.iter().chain(&self.excluded) {
            *kinds.entry(subtree.tag()).or_default() += subtree.size();
        }
        let of_a_kind = names.iter().map(|name| {
            let size = kinds.get(&name.tag()).copied().unwrap_or_default();
            size.saturating_mul(name.size())
        });
        let pairs = names.len() * (self.permitted.len() + self.excluded.len());
        of_a_kind.fold(pairs / 16, usize::saturating_add)
    }

    /// Permits a host name (with what lies below it, for DNS, e-mail and URIs) or a network too.
    /// Tells whether there was something to add.
    ///
    /// Where no subtree is permitted, every name of that kind is: a first one would forbid all
    /// others, so none is ever added there.
    pub fn permit(&mut self, permission: &Permission) -> bool {
        let before = self.permitted.len();
        for subtree in permission.subtrees() {
            if !self.is_open_for(&subtree) {
                self.permitted.push(subtree);
            }
        }
        self.permitted.len() > before
    }

    /// Tells whether all that a permission stands for may be issued for.
    pub fn covers(&self, permission: &Permission) -> bool {
        permission.subtrees().iter().all(|subtree| {
            self.is_open_for(subtree) && !self.excluded.iter().any(|out| out.covers(subtree))
        })
    }

    /// What holds under these and the constraints of a CA above: its kinds of names where these do
    /// not limit them, and all that either excludes.
    #[must_use]
    pub fn within(mut self, above: &Self) -> Self {
        let limits = |subtree: &Subtree| {
            let kind = std::mem::discriminant(subtree);
            self.permitted
                .iter()
                .any(|own| std::mem::discriminant(own) == kind)
        };
        let further: Vec<Subtree> = above
            .permitted
            .iter()
            .filter(|subtree| !limits(subtree))
            .cloned()
            .collect();
        self.permitted.extend(further);
        for subtree in &above.excluded {
            if !self.excluded.contains(subtree) {
                self.excluded.push(subtree.clone());
            }
        }
        self.critical |= above.critical;
        self
    }

    /// Tells whether a subtree's kind is not limited, or it lies in one that is permitted.
    fn is_open_for(&self, subtree: &Subtree) -> bool {
        let mut of_its_kind = self
            .permitted
            .iter()
            .filter(|other| std::mem::discriminant(*other) == std::mem::discriminant(subtree))
            .peekable();
        of_its_kind.peek().is_none() || of_its_kind.any(|base| base.covers(subtree))
    }

    /// Encodes the extension's value, in DER.
    pub fn to_der(&self) -> Vec<u8> {
        let list = |tag: u8, subtrees: &[Subtree]| match subtrees {
            [] => Vec::new(),
            _ => {
                let encoded: Vec<u8> = subtrees.iter().flat_map(Subtree::to_der).collect();
                der::element(tag, &[&encoded])
            }
        };
        der::sequence(&[
            &list(PERMITTED, &self.permitted),
            &list(EXCLUDED, &self.excluded),
        ])
    }
}

/// Why a name is not allowed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Objection<'a> {
    /// It lies, at least in part, in this excluded subtree.
    Excluded(&'a Subtree),
    /// Its kind is limited, and it lies in no permitted subtree.
    NotPermitted,
    /// Whether it lies in this subtree cannot be told, so it must be refused (RFC 5280 §4.2.1.10).
    Untold(&'a Subtree),
}

const PERMITTED: u8 = der::context_constructed(0);
const EXCLUDED: u8 = der::context_constructed(1);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::subtree::{DIRECTORY, DNS, EMAIL, IP, URI};

    fn constraints(permitted: &[&str]) -> NameConstraints {
        let subtrees = |text: &&str| text.parse::<Permission>().unwrap().subtrees();
        NameConstraints {
            permitted: permitted.iter().flat_map(subtrees).collect(),
            excluded: Vec::new(),
            critical: true,
        }
    }

    fn san(text: &str) -> San {
        text.parse().unwrap()
    }

    #[test]
    fn a_domain_permits_itself_and_what_lies_below() {
        let scope = constraints(&["localhost", "app.test"]);
        for name in [
            "localhost",
            "a.localhost",
            "*.localhost",
            "b.app.test",
            "dev@localhost",
            "dev@x.localhost",
            "https://a.localhost:1/x",
        ] {
            assert!(scope.permits(&san(name)), "{name}");
        }
        for name in [
            "test",
            "xapp.test",
            "localhost.example",
            "dev@example.test",
            "https://example.test/",
            "urn:a:b",
            "https://127.0.0.1/",
        ] {
            assert!(!scope.permits(&san(name)), "{name}");
        }
    }

    #[test]
    fn kinds_without_a_subtree_stay_open() {
        assert!(constraints(&["localhost"]).permits(&san("8.8.8.8")));
        let strict = constraints(&["localhost", "127.0.0.0/8", "::1"]);
        assert!(strict.permits(&san("127.1.2.3")) && strict.permits(&san("::1")));
        assert!(!strict.permits(&san("8.8.8.8")) && !strict.permits(&san("::2")));
    }

    #[test]
    fn a_kind_that_is_open_is_never_narrowed() {
        let mut scope = constraints(&["localhost"]);
        assert!(!scope.permit(&"10.0.0.0/8".parse().unwrap()));
        assert!(scope.permits(&san("8.8.8.8")));
        let mut hosts = NameConstraints {
            permitted: vec![Subtree::Dns("localhost".into())],
            ..NameConstraints::default()
        };
        assert!(hosts.permit(&"a.test".parse().unwrap()));
        assert!(hosts.permits(&san("b.a.test")) && hosts.permits(&san("x@other.test")));
        assert_eq!(hosts.permitted.len(), 2);
    }

    #[test]
    fn what_is_permitted_is_not_permitted_again() {
        let mut scope = constraints(&["foo.org", "10.0.0.0/8"]);
        for text in [
            "foo.org",
            "a.foo.org",
            "10.0.0.0/8",
            "10.1.0.0/16",
            "10.1.2.3",
        ] {
            assert!(scope.covers(&text.parse().unwrap()), "{text}");
            assert!(!scope.permit(&text.parse().unwrap()), "{text}");
        }
        for text in ["org", "xfoo.org", "0.0.0.0/0", "11.0.0.0/8", "::1"] {
            assert!(!scope.covers(&text.parse().unwrap()), "{text}");
        }
        scope.excluded = vec![Subtree::Dns("bad.org".into())];
        let excluded: Permission = "a.bad.org".parse().unwrap();
        scope.permit(&excluded);
        assert!(!scope.covers(&excluded) && scope.excludes(&san("a.bad.org")));
    }

    #[test]
    fn constraints_of_a_chain_add_up() {
        let lower = constraints(&["a.test"]);
        let upper = NameConstraints {
            excluded: vec![Subtree::Dns("bad.a.test".into())],
            ..constraints(&["test", "10.0.0.0/8"])
        };
        assert_eq!(lower.clone().within(&lower), lower);
        let both = lower.within(&upper);
        assert!(both.permits(&san("b.a.test")) && both.permits(&san("10.1.2.3")));
        for name in ["b.test", "bad.a.test", "8.8.8.8"] {
            assert!(!both.permits(&san(name)), "{name}");
        }
    }

    #[test]
    fn a_uri_without_a_host_name_is_under_no_constraint_on_uris() {
        for text in ["urn:a:b", "https://127.0.0.1/", "https://[::1]/"] {
            assert_eq!(Permission::for_name(&san(text)), None, "{text}");
            assert!(!constraints(&["localhost"]).permits(&san(text)), "{text}");
            let scope = NameConstraints {
                excluded: vec![Subtree::Uri(".bad.test".into())],
                ..NameConstraints::default()
            };
            assert!(!scope.permits(&san(text)), "{text}");
            assert!(NameConstraints::default().permits(&san(text)), "{text}");
        }
    }

    #[test]
    fn every_kind_of_subtree_is_carried_over_exactly() {
        let name = "O=a,C=DE".parse::<Subject>().unwrap().to_der();
        let other = der::sequence(&[&der::element(der::context(8), &[&[0x2a, 3]])]);
        let bounded = der::sequence(&[
            &der::element(DNS, &[b"a.test"]),
            &der::element(der::context(0), &[&[1]]),
        ]);
        let holes = der::sequence(&[&der::element(IP, &[&[10, 0, 0, 0, 255, 0, 255, 0]])]);
        let permitted = [
            der::sequence(&[&der::element(DIRECTORY, &[&name])]),
            der::sequence(&[&der::element(EMAIL, &[b"Root@a.test"])]),
            other,
            bounded,
            holes,
        ]
        .concat();
        let value = der::sequence(&[&der::element(der::context_constructed(0), &[&permitted])]);
        let scope = NameConstraints::from_der(&value, true).unwrap();
        assert_eq!(scope.to_der(), value);
        assert_eq!(scope.permitted[0].to_string(), "DirName:O=a,C=DE");
        assert!(scope.permits(&san("Root@a.test")) && !scope.permits(&san("root@a.test")));
        assert!(NameConstraints::from_der(&value[..9], true).is_err());
    }

    #[test]
    fn subjects_are_held_against_directory_names() {
        let subject = |text: &str| text.parse::<Subject>().unwrap();
        let scope = NameConstraints {
            permitted: vec![Subtree::Directory(subject("/C=DE/O=My  Company").to_der())],
            excluded: vec![Subtree::Directory(
                subject("/C=DE/O=my company/OU=x").to_der(),
            )],
            critical: true,
        };
        assert!(scope.permits_subject(&Subject::empty()));
        assert!(scope.permits_subject(&subject("/C=de/O=my company/CN=a")));
        for text in [
            "/O=My Company/CN=a",
            "/C=DE",
            "/C=DE/O=My Company/OU=X/CN=a",
        ] {
            assert!(!scope.permits_subject(&subject(text)), "{text}");
        }
    }

    #[test]
    fn a_wildcard_stands_for_hosts_one_label_below() {
        let dns = |text: &str| GeneralName::Dns(text.to_owned());
        let out = NameConstraints {
            excluded: vec![Subtree::Dns("bar.example.com".into())],
            ..NameConstraints::default()
        };
        for name in ["*.example.com", "*.bar.example.com", "BAR.example.com."] {
            assert!(out.objection(&dns(name)).is_some(), "{name}");
        }
        for name in ["*.com", "*.foo.example.com", "xbar.example.com"] {
            assert_eq!(out.objection(&dns(name)), None, "{name}");
        }
        let only = constraints(&["foo.example.com"]);
        assert_eq!(
            only.objection(&dns("*.example.com")),
            Some(Objection::NotPermitted)
        );
        assert_eq!(only.objection(&dns("*.foo.example.com")), None);
    }

    #[test]
    fn hosts_and_mailboxes_that_are_none_lie_nowhere() {
        let scope = NameConstraints {
            excluded: vec![
                Subtree::Dns("bad.test".into()),
                Subtree::Email("bad.test".into()),
                Subtree::Uri("bad.test".into()),
            ],
            ..NameConstraints::default()
        };
        let (dns, email, uri) = (GeneralName::Dns, GeneralName::Email, GeneralName::Uri);
        for name in [
            dns("a..test".into()),
            dns("a.*.test".into()),
            dns("*".into()),
            email("x@bad.test@a.test".into()),
            email("@a.test".into()),
            email("x@a..test".into()),
            email("x".into()),
            uri("https://b%61d.test/".into()),
            uri("https://bad.test\\.a.test/".into()),
            uri("https://0x7f000001/".into()),
            uri("https://127.1/".into()),
        ] {
            assert!(
                matches!(scope.objection(&name), Some(Objection::Untold(_))),
                "{name}"
            );
        }
        for name in [
            dns("*.a_b.test.".into()),
            email("\"x@bad.test\"@a.test".into()),
            uri("https://bad.test@a.test:1/".into()),
        ] {
            assert_eq!(scope.objection(&name), None, "{name}");
        }
    }

    #[test]
    fn a_base_that_is_no_host_is_none_of_its_kind() {
        let read = |tag: u8, base: &[u8]| {
            let subtree = der::sequence(&[&der::element(tag, &[base])]);
            let value = der::sequence(&[&der::element(PERMITTED, &[&subtree])]);
            let mut scope = NameConstraints::from_der(&value, true).unwrap();
            scope.permitted.remove(0)
        };
        for (tag, base) in [
            (DNS, "*.a.test"),
            (DNS, "a.test."),
            (EMAIL, "a@b@c.test"),
            (EMAIL, ""),
            (URI, "https://a.test"),
        ] {
            assert!(
                matches!(read(tag, base.as_bytes()), Subtree::Other(_)),
                "{base}"
            );
        }
        for (tag, base) in [
            (DNS, ""),
            (DNS, ".a.test"),
            (EMAIL, "x@a.test"),
            (URI, ".a"),
        ] {
            assert!(
                !matches!(read(tag, base.as_bytes()), Subtree::Other(_)),
                "{base}"
            );
        }
    }

    #[test]
    fn what_cannot_be_told_is_refused() {
        let other = der::sequence(&[&der::element(der::context_constructed(0), &[&[5, 0]])]);
        let scope = NameConstraints {
            permitted: vec![Subtree::Ip("10.0.0.0/8".parse().unwrap())],
            excluded: vec![Subtree::Other(other.clone())],
            critical: true,
        };
        let whole = der::element(der::context_constructed(0), &[&[6, 1, 0x2a]]);
        for name in [GeneralName::Other(whole), GeneralName::Ip(vec![10, 0])] {
            assert!(
                matches!(scope.objection(&name), Some(Objection::Untold(_))),
                "{name}"
            );
        }
        let unconcerned = GeneralName::Other(der::element(der::context(8), &[&[0x2a]]));
        assert_eq!(scope.objection(&unconcerned), None);
    }

    #[test]
    fn what_is_excluded_is_out() {
        let mut scope = constraints(&["test"]);
        scope.excluded = vec![Subtree::Dns("bad.test".into())];
        assert!(scope.permits(&san("good.test")) && !scope.permits(&san("a.bad.test")));
    }
}
