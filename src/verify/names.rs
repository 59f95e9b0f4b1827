//! The name that a client asks for, and whether a certificate is for it (RFC 9525 §6).

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use crate::error::{Error, ErrorKind, Result};
use crate::name::{GeneralName, San};

/// A reference identifier: what the client knows the server (or the person) by.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Reference {
    /// An IP address.
    Address(IpAddr),
    /// A host name, in lower case and as A-labels, without the dot of the root.
    Host(String),
    /// An e-mail address.
    Mailbox(String),
}

impl Reference {
    /// Tells whether one of the names is this one.
    ///
    /// Fails with the reason why one that looks like it does not count, if there is one.
    pub(super) fn is_among(
        &self,
        names: &[GeneralName],
        wildcards: Wildcards,
    ) -> std::result::Result<bool, String> {
        let mut near = None;
        for name in names {
            match (self, name) {
                (Self::Host(host), GeneralName::Dns(presented)) => {
                    match matches(host, &presented.to_ascii_lowercase(), wildcards) {
                        Ok(true) => return Ok(true),
                        Ok(false) => {}
                        Err(why) => near = Some(why),
                    }
                }
                (Self::Address(address), GeneralName::Ip(_))
                    if name.address() == Some(*address) =>
                {
                    return Ok(true);
                }
                (Self::Address(address), GeneralName::Dns(text))
                    if text.parse() == Ok(*address) =>
                {
                    near = Some(format!("{text} is an address, and written as a DNS name"));
                }
                (Self::Mailbox(asked), GeneralName::Email(mailbox))
                    if same_mailbox(asked, mailbox) =>
                {
                    return Ok(true);
                }
                _ => {}
            }
        }
        near.map_or(Ok(false), Err)
    }
}

/// Which wildcards count.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Wildcards {
    /// Those of RFC 9525 §6.3: the whole first label.
    Any,
    /// Those that do not stand for all of a registry's names, as browsers want.
    BelowRegistries,
}

/// The names are in lower case. A trailing dot is no part of a presented name (RFC 5280 §4.2.1.6), so
/// that one matches nothing.
fn matches(host: &str, presented: &str, wildcards: Wildcards) -> std::result::Result<bool, String> {
    let Some(domain) = presented.strip_prefix("*.") else {
        return Ok(host == presented);
    };
    let stands_for = host
        .split_once('.')
        .is_some_and(|(label, rest)| !label.is_empty() && rest == domain && !domain.contains('*'));
    if stands_for && wildcards == Wildcards::BelowRegistries && is_registry(domain) {
        return Err(format!(
            "{presented} would stand for every name below {domain}, and browsers take no such wildcard"
        ));
    }
    Ok(stands_for)
}

/// Tells whether names directly below are given to strangers: a domain of one label, or one that a registry
/// gives names under, after the first part of the Public Suffix List. The list's second part, of companies
/// such as github.io, is none of Chromium's business here, and `*.github.io` is what such a company has.
pub(super) fn is_registry(domain: &str) -> bool {
    let by_list = psl::suffix(domain.as_bytes()).is_some_and(|suffix| {
        suffix == domain.as_bytes() && suffix.typ() == Some(psl::Type::Icann)
    });
    by_list || !domain.contains('.')
}

/// Letters, digits, hyphens and underscores, in labels of the lengths of RFC 1035 §2.3.4, with a letter
/// somewhere.
fn is_plain_host(text: &str) -> bool {
    let fits = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    text.len() <= 253
        && text.split('.').all(fits)
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// The local part has its case, the host has none (RFC 5280 §7.5).
fn same_mailbox(one: &str, other: &str) -> bool {
    match (one.rsplit_once('@'), other.rsplit_once('@')) {
        (Some((local, host)), Some((other_local, other_host))) => {
            local == other_local && host.eq_ignore_ascii_case(other_host)
        }
        _ => false,
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Host(host) | Self::Mailbox(host) => f.write_str(host),
        }
    }
}

impl FromStr for Reference {
    type Err = Error;

    /// Reads a host name, an IP address or an e-mail address.
    ///
    /// A-labels that IDNA would not make are taken too: they can be asked for, and some servers have them.
    /// Fails with [`ErrorKind::InvalidName`] for wildcards and URIs, which nobody asks a server for.
    fn from_str(text: &str) -> Result<Self> {
        let text = text.strip_suffix('.').unwrap_or(text);
        if is_plain_host(text) && text.parse::<IpAddr>().is_err() {
            return Ok(Self::Host(text.to_ascii_lowercase()));
        }
        match text.parse::<San>()? {
            San::Dns(name) if !name.is_wildcard() => Ok(Self::Host(name.to_string())),
            San::Email(address) => Ok(Self::Mailbox(address.to_string())),
            San::Ip(address) => Ok(Self::Address(address)),
            San::Dns(_) | San::Uri(_) => Err(Error::new(
                ErrorKind::InvalidName,
                format!("\"{text}\" is not the name of one host"),
            )
            .with_hint("give the name that clients ask for, such as www.example.com")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn among(asked: &str, names: &[&str]) -> std::result::Result<bool, String> {
        let names: Vec<GeneralName> = names
            .iter()
            .map(|name| GeneralName::Dns((*name).to_owned()))
            .collect();
        let asked: Reference = asked.parse().unwrap();
        asked.is_among(&names, Wildcards::BelowRegistries)
    }

    #[test]
    fn a_name_is_found_whole_or_by_its_first_label() {
        for (asked, name) in [
            ("a.example.com", "A.Example.com"),
            ("a.example.com.", "a.example.com"),
            ("a.example.com", "*.example.com"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("xn--test--wg5h0h.com", "xn--test--wg5h0h.com"),
        ] {
            assert_eq!(among(asked, &["other.test", name]), Ok(true), "{asked}");
        }
        for (asked, name) in [
            ("example.com", "*.example.com"),
            ("a.b.example.com", "*.example.com"),
            ("a.example.com", "*.*.com"),
            ("a.example.com", "a*.example.com"),
            ("ab.example.com", "a*.example.com"),
            ("a.example.com", "a.example.com."),
            ("a.example.com", "*"),
            ("a.example.com", "a.*.com"),
            ("a.example.com", ""),
        ] {
            assert_eq!(among(asked, &[name]), Ok(false), "{asked} {name}");
        }
    }

    #[test]
    fn what_looks_like_it_is_told() {
        assert!(
            among("a.test", &["*.test"])
                .unwrap_err()
                .contains("every name below test")
        );
        assert!(among("a.co.uk", &["*.co.uk"]).is_err());
        assert_eq!(among("a.github.io", &["*.github.io"]), Ok(true));
        assert!(
            among("10.0.0.1", &["10.0.0.1"])
                .unwrap_err()
                .contains("as a DNS name")
        );
        let asked: Reference = "a.test".parse().unwrap();
        let names = [GeneralName::Dns("*.test".to_owned())];
        assert_eq!(asked.is_among(&names, Wildcards::Any), Ok(true));
    }

    #[test]
    fn addresses_and_mailboxes_have_kinds_of_their_own() {
        let names = [
            GeneralName::Ip(vec![10, 0, 0, 1]),
            GeneralName::Email("Root@A.test".to_owned()),
        ];
        for (asked, is_there) in [
            ("10.0.0.1", true),
            ("10.0.0.2", false),
            ("Root@a.test", true),
            ("root@a.test", false),
        ] {
            let asked: Reference = asked.parse().unwrap();
            assert_eq!(asked.is_among(&names, Wildcards::Any), Ok(is_there));
        }
    }

    #[test]
    fn nobody_asks_for_a_wildcard() {
        for text in ["*.example.com", "https://a.test/", "", "a..b"] {
            assert!(text.parse::<Reference>().is_err(), "{text}");
        }
    }
}
