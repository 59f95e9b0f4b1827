//! What a certificate is for, and the extensions that follow from it.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, ErrorKind, Result};
use crate::key::KeyKind;
use crate::name::{NameConstraints, Permission, San, Subtree, Uri};

/// What a certificate may be used for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Profile {
    /// Whether it may issue.
    pub role: Role,
    /// Its extended key usages; none means any.
    pub purposes: Purposes,
    /// What it may issue for. Only for authorities.
    pub constraints: Option<NameConstraints>,
    /// Where its issuer's revocation list is published (RFC 5280 §4.2.1.13), if that is told.
    pub list_url: Option<Uri>,
}

impl Profile {
    /// A root: no extended key usage, since some clients would take it for a limit of all below.
    pub fn root(path_length: Option<u8>, constraints: Option<NameConstraints>) -> Self {
        Self {
            role: Role::Authority {
                path_length,
                signs_lists: true,
            },
            purposes: Purposes::NONE,
            constraints,
            list_url: None,
        }
    }

    /// A root as mkcert makes it: it issues leaves itself, for any name, and signs nothing else.
    pub fn bare_root() -> Self {
        Self {
            role: Role::Authority {
                path_length: Some(0),
                signs_lists: false,
            },
            purposes: Purposes::NONE,
            constraints: None,
            list_url: None,
        }
    }

    /// An intermediate below which certificates are for servers, clients and e-mail only, and so many
    /// further authorities may follow.
    pub fn intermediate(path_length: u8, constraints: Option<NameConstraints>) -> Self {
        Self {
            role: Role::Authority {
                path_length: Some(path_length),
                signs_lists: true,
            },
            purposes: Purposes::ALL,
            constraints,
            list_url: None,
        }
    }

    /// A certificate that issues nothing.
    pub fn leaf(purposes: Purposes) -> Self {
        Self {
            role: Role::EndEntity,
            purposes,
            constraints: None,
            list_url: None,
        }
    }

    /// The same, with the place where its issuer's revocation list is published.
    #[must_use]
    pub fn with_list_url(self, list_url: Option<Uri>) -> Self {
        Self { list_url, ..self }
    }

    /// Tells whether this is for an authority.
    pub fn is_authority(&self) -> bool {
        matches!(self.role, Role::Authority { .. })
    }

    /// The key usages for a key of a kind (RFC 5280 §4.2.1.3).
    pub(crate) fn key_usages(&self, key: &KeyKind) -> Vec<rcgen::KeyUsagePurpose> {
        use rcgen::KeyUsagePurpose as Usage;
        match (&self.role, key) {
            (Role::Authority { signs_lists, .. }, _) => match signs_lists {
                true => vec![Usage::KeyCertSign, Usage::CrlSign],
                false => vec![Usage::KeyCertSign],
            },
            // Only RSA can encipher a key; on others lints call the bit an error.
            (Role::EndEntity, KeyKind::Rsa { .. }) => {
                vec![Usage::DigitalSignature, Usage::KeyEncipherment]
            }
            (Role::EndEntity, _) => vec![Usage::DigitalSignature],
        }
    }
}

/// Whether a certificate may issue others (RFC 5280 §4.2.1.9).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Role {
    /// It may, and so many further authorities may follow below it.
    Authority {
        /// The `pathLenConstraint`; none means any number.
        path_length: Option<u8>,
        /// Whether it may sign revocation lists too.
        signs_lists: bool,
    },
    /// It may not.
    EndEntity,
}

/// The extended key usages that are issued here (RFC 5280 §4.2.1.12).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Purposes {
    /// `id-kp-serverAuth`.
    pub server: bool,
    /// `id-kp-clientAuth`.
    pub client: bool,
    /// `id-kp-emailProtection`.
    pub email: bool,
}

impl Purposes {
    /// No extended key usage.
    pub const NONE: Self = Self {
        server: false,
        client: false,
        email: false,
    };
    /// Each of them.
    pub const ALL: Self = Self {
        server: true,
        client: true,
        email: true,
    };

    /// What names call for where nobody said more: a host is a server, a mailbox a person.
    ///
    /// An e-mail address always brings e-mail protection along.
    pub fn for_names(names: &[San], server: bool, client: bool) -> Self {
        let email = names.iter().any(|name| matches!(name, San::Email(_)));
        let only_email = email && names.iter().all(|name| matches!(name, San::Email(_)));
        match (server, client) {
            (false, false) => Self {
                server: !only_email,
                client: only_email,
                email,
            },
            (server, client) => Self {
                server,
                client,
                email,
            },
        }
    }

    /// Returns a word for each, as in JSON documents.
    pub fn words(self) -> Vec<&'static str> {
        let all = [
            (self.server, "server"),
            (self.client, "client"),
            (self.email, "email"),
        ];
        all.into_iter()
            .filter_map(|(has, word)| has.then_some(word))
            .collect()
    }

    pub(crate) fn extended_key_usages(self) -> Vec<rcgen::ExtendedKeyUsagePurpose> {
        use rcgen::ExtendedKeyUsagePurpose as Usage;
        let all = [
            (self.server, Usage::ServerAuth),
            (self.client, Usage::ClientAuth),
            (self.email, Usage::EmailProtection),
        ];
        all.into_iter()
            .filter_map(|(wanted, usage)| wanted.then_some(usage))
            .collect()
    }
}

/// How far the names of a new local CA are constrained.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum ConstraintPreset {
    /// DNS names, e-mail and URI hosts, critical; IP addresses stay open, because BoringSSL's
    /// verifier (gRPC, Envoy, Bun) refuses every leaf with an IP address under IP constraints.
    #[default]
    Dns,
    /// No constraints.
    None,
    /// As `Dns`, but not critical, because Mbed TLS cannot parse a critical one.
    Soft,
    /// As `Dns`, and IP addresses of loopback, private and link-local networks only.
    Strict,
}

impl ConstraintPreset {
    /// Makes the constraints, with what else is to be permitted.
    ///
    /// Fails with [`ErrorKind::InvalidValue`] if something is to be permitted beside everything.
    pub fn constraints(self, permitted: &[Permission]) -> Result<Option<NameConstraints>> {
        if self == Self::None {
            return match permitted {
                [] => Ok(None),
                _ => Err(Error::new(
                    ErrorKind::InvalidValue,
                    "a CA without constraints already permits every name",
                )
                .with_hint("leave out --permit, or choose other --constraints")),
            };
        }
        let networks: &[&str] = if self == Self::Strict {
            &LOCAL_NETWORKS
        } else {
            &[]
        };
        let mut local: Vec<Subtree> = LOCAL_DOMAINS
            .into_iter()
            .flat_map(Subtree::of_domain)
            .collect();
        for network in networks {
            local.push(Subtree::Ip(network.parse()?));
        }
        let mut constraints = NameConstraints {
            permitted: local,
            excluded: Vec::new(),
            critical: self != Self::Soft,
        };
        for permission in permitted {
            constraints.permit(permission);
        }
        Ok(Some(constraints))
    }
}

impl fmt::Display for ConstraintPreset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dns => "dns",
            Self::None => "none",
            Self::Soft => "soft",
            Self::Strict => "strict",
        })
    }
}

impl FromStr for ConstraintPreset {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        [Self::Dns, Self::None, Self::Soft, Self::Strict]
            .into_iter()
            .find(|preset| preset.to_string() == text)
            .ok_or_else(|| {
                Error::new(
                    ErrorKind::InvalidValue,
                    format!("\"{text}\" is not a set of constraints"),
                )
                .with_hint("take dns, strict, soft or none")
            })
    }
}

/// Names that mean the own machine or network: special-use names (RFC 6761 `localhost`, `test`,
/// `example`; RFC 6762 `local`; RFC 8375 `home.arpa`), ICANN's name for private use (`internal`,
/// resolution 2024.07.29.06), and what routers and clusters use without being delegated (`lan`,
/// `home`: RFC 6762 appendix G; `svc`: Kubernetes).
pub const LOCAL_DOMAINS: [&str; 9] = [
    "localhost",
    "test",
    "internal",
    "home.arpa",
    "local",
    "lan",
    "home",
    "example",
    "svc",
];

/// Tells whether a permission holds names of very many owners: a top-level domain that is not for
/// private use, a suffix such as `co.uk`, or every address.
///
/// Not all suffixes under which the public registers are known here, only their usual forms.
pub fn is_broad(permission: &Permission) -> bool {
    let domain = match permission {
        Permission::Domain(domain) => domain,
        Permission::Network(subnet) => return subnet.is_everything(),
    };
    match domain.rsplit_once('.') {
        None => {
            !LOCAL_DOMAINS.contains(&domain.as_str()) && !PRIVATE_DOMAINS.contains(&domain.as_str())
        }
        Some((second, top)) => top.len() == 2 && SECOND_LEVELS.contains(&second),
    }
}

/// The most authorities that may follow below the local CA's intermediate: with it they are five, which is
/// as many as Java follows between a root and a leaf unless told (`PKIXBuilderParameters`), and rustls six.
pub const MAX_PATH_LENGTH: u8 = 4;

/// Top-level domains that are nobody's, and will not be: RFC 6761 (`invalid`), RFC 7686 (`onion`),
/// RFC 9476 (`alt`), and `corp` and `mail`, which ICANN will not delegate (resolution 2018.02.04.12);
/// and words without a dot that people use inside.
const PRIVATE_DOMAINS: [&str; 8] = [
    "invalid",
    "onion",
    "alt",
    "corp",
    "mail",
    "intranet",
    "private",
    "localdomain",
];

/// What stands before a country's two letters where the public registers one level below.
const SECOND_LEVELS: [&str; 16] = [
    "ac", "co", "com", "edu", "gob", "gov", "gouv", "go", "mil", "ne", "net", "nom", "or", "org",
    "plc", "sch",
];

/// Loopback (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3), private (RFC 1918, RFC 6598, RFC 4193) and
/// link-local (RFC 3927, RFC 4291 §2.5.6) networks.
pub const LOCAL_NETWORKS: [&str; 9] = [
    "127.0.0.0/8",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "100.64.0.0/10",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn names(texts: &[&str]) -> Vec<San> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn purposes_follow_the_names_unless_told() {
        let server = Purposes {
            server: true,
            ..Purposes::NONE
        };
        let client = Purposes {
            client: true,
            ..Purposes::NONE
        };
        assert_eq!(
            Purposes::for_names(&names(&["localhost"]), false, false),
            server
        );
        assert_eq!(
            Purposes::for_names(&names(&["localhost"]), false, true),
            client
        );
        let person = Purposes {
            client: true,
            email: true,
            server: false,
        };
        assert_eq!(
            Purposes::for_names(&names(&["a@b.test"]), false, false),
            person
        );
    }

    #[test]
    fn only_strict_closes_the_addresses() {
        let [inside, outside] = [&names(&["10.1.2.3"])[0], &names(&["8.8.8.8"])[0]];
        for preset in [ConstraintPreset::Dns, ConstraintPreset::Soft] {
            let constraints = preset
                .constraints(&["10.0.0.1".parse().unwrap()])
                .unwrap()
                .unwrap();
            assert!(
                constraints.permits(inside) && constraints.permits(outside),
                "{preset}"
            );
        }
        let strict = ConstraintPreset::Strict.constraints(&[]).unwrap().unwrap();
        assert!(strict.permits(inside) && !strict.permits(outside));
    }

    #[test]
    fn what_many_own_is_broad() {
        let broad = |text: &str| is_broad(&text.parse().unwrap());
        for text in ["com", "de", "co.uk", "com.au", "0.0.0.0/0", "::/0"] {
            assert!(broad(text), "{text}");
        }
        for text in [
            "localhost",
            "test",
            "internal",
            "lan",
            "home.arpa",
            "corp",
            "example.com",
            "a.co.uk",
            "10.0.0.0/8",
            "my-host.co",
        ] {
            assert!(!broad(text), "{text}");
        }
    }

    #[test]
    fn nothing_is_permitted_beside_everything() {
        assert_eq!(ConstraintPreset::None.constraints(&[]).unwrap(), None);
        assert!(
            ConstraintPreset::None
                .constraints(&["a.test".parse().unwrap()])
                .is_err()
        );
    }
}
