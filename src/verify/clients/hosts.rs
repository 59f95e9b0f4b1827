//! Which names each client takes for the one that it asked for, and what it says otherwise.

use std::net::IpAddr;

use super::super::Reference;
use super::super::names::is_registry;
use crate::cert::Decoded;
use crate::name::GeneralName;
use crate::text::Escaped;

/// No wildcard for all of a registry's names. The dot of the root may stand at the end.
pub(super) fn for_chromium(certificate: &Decoded, asked: &Reference) -> bool {
    has(certificate, asked, |name, host| {
        is_for(without_dot(name), host, |domain| !is_registry(domain))
    })
}

/// No wildcard for all names of a top level.
pub(super) fn for_firefox(certificate: &Decoded, asked: &Reference) -> bool {
    has(certificate, asked, |name, host| {
        is_for(name, host, is_below_top)
    })
}

/// The common name counts where no alternative name is a host or an address, also for an address.
pub(super) fn wrong_for_curl(certificate: &Decoded, asked: &Reference) -> Option<String> {
    let is_it = |name: &str, host: &str| is_for(without_dot(name), host, is_below_top);
    let counts = |name: &GeneralName| matches!(name, GeneralName::Dns(_) | GeneralName::Ip(_));
    if names(certificate).iter().any(counts) {
        let wrong = !has(certificate, asked, is_it);
        return wrong.then(|| {
            format!(
                "SSL: no alternative certificate subject name matches target host name '{asked}'"
            )
        });
    }
    let Some(common) = certificate.subject().common_names().pop() else {
        return Some("SSL: unable to obtain common name from peer certificate".to_owned());
    };
    let is_right = match asked {
        Reference::Address(address) => common == address.to_string(),
        Reference::Host(host) | Reference::Mailbox(host) => is_it(&common.to_lowercase(), host),
    };
    (!is_right).then(|| {
        let common = Escaped(&common);
        format!(
            "SSL: certificate subject name '{common}' does not match target host name '{asked}'"
        )
    })
}

/// The common name counts where no alternative name is a host. A wildcard may be a part of a label.
pub(super) fn wrong_for_java(certificate: &Decoded, asked: &Reference) -> Option<String> {
    let host = match asked {
        Reference::Address(_) if has(certificate, asked, |_, _| false) => return None,
        Reference::Address(_) if certificate.extensions.names.is_none() => {
            return Some("No subject alternative names present".to_owned());
        }
        Reference::Address(address) => {
            return Some(format!(
                "No subject alternative names matching IP address {address} found"
            ));
        }
        Reference::Host(host) | Reference::Mailbox(host) => host,
    };
    if host.contains('_') {
        return Some("Illegal given domain name".to_owned());
    }
    if dns_names(certificate).next().is_some() {
        let wrong = !has(certificate, asked, is_for_in_java);
        return wrong.then(|| format!("No subject alternative DNS name matching {host} found."));
    }
    let common = certificate.subject().common_names().pop();
    let is_right = common.is_some_and(|common| is_for_in_java(&common.to_lowercase(), host));
    (!is_right).then(|| format!("No name matching {host} found"))
}

/// Any label may be the wildcard's, if it is the first.
pub(super) fn wrong_for_go(certificate: &Decoded, asked: &Reference) -> Option<String> {
    let is_it = |name: &str, host: &str| {
        is_for(name, host, |_| true) || (name == "*" && !host.contains('.'))
    };
    if has(certificate, asked, is_it) {
        return None;
    }
    let common = certificate.subject().common_names().pop();
    let is_right = common.is_some_and(|common| is_it(&common.to_lowercase(), &asked.to_string()));
    if certificate.extensions.names.is_none() && is_right {
        let legacy = "x509: certificate relies on legacy Common Name field, use SANs instead";
        return Some(legacy.to_owned());
    }
    let has: Vec<String> = match asked {
        Reference::Address(_) => addresses(certificate).map(|one| one.to_string()).collect(),
        Reference::Host(_) | Reference::Mailbox(_) => {
            let names = dns_names(certificate);
            names.map(|name| Escaped(name).to_string()).collect()
        }
    };
    Some(match (asked, has.as_slice()) {
        (Reference::Address(address), []) => format!(
            "x509: cannot validate certificate for {address} because it doesn't contain any IP SANs"
        ),
        (_, []) => {
            format!("x509: certificate is not valid for any names, but wanted to match {asked}")
        }
        (_, has) => {
            let shown = &has[..has.len().min(MAX_SHOWN)];
            format!(
                "x509: certificate is valid for {}, not {asked}",
                shown.join(", ")
            )
        }
    })
}

fn names(certificate: &Decoded) -> &[GeneralName] {
    certificate.extensions.names.as_deref().unwrap_or_default()
}

fn dns_names(certificate: &Decoded) -> impl Iterator<Item = &str> {
    names(certificate).iter().filter_map(|name| match name {
        GeneralName::Dns(text) => Some(text.as_str()),
        _ => None,
    })
}

fn addresses(certificate: &Decoded) -> impl Iterator<Item = IpAddr> {
    names(certificate).iter().filter_map(GeneralName::address)
}

/// Tells whether an alternative name is the one asked for: an address among the addresses, a host, in lower
/// case, by the client's own comparison.
fn has(certificate: &Decoded, asked: &Reference, is_it: impl Fn(&str, &str) -> bool) -> bool {
    match asked {
        Reference::Address(address) => addresses(certificate).any(|one| one == *address),
        Reference::Host(host) | Reference::Mailbox(host) => {
            dns_names(certificate).any(|name| is_it(&name.to_ascii_lowercase(), host))
        }
    }
}

/// Tells whether a name is the host, or has a wildcard for its first label above a domain that may have one.
fn is_for(name: &str, host: &str, may_have_one: impl Fn(&str) -> bool) -> bool {
    match (name.strip_prefix("*."), host.split_once('.')) {
        (Some(domain), Some((label, rest))) => {
            !label.is_empty() && rest == domain && may_have_one(domain)
        }
        _ => name == host,
    }
}

/// Label by label, and a wildcard is for any part of one; but it may not stand alone.
fn is_for_in_java(name: &str, host: &str) -> bool {
    let (names, hosts) = (name.split('.'), host.split('.'));
    name != "*"
        && names.clone().count() == hosts.clone().count()
        && names
            .zip(hosts)
            .all(|(name, host)| match name.split_once('*') {
                Some((start, end)) => {
                    let rest = host.strip_prefix(start);
                    rest.is_some_and(|rest| rest.ends_with(end))
                }
                None => name == host,
            })
}

fn is_below_top(domain: &str) -> bool {
    domain.contains('.')
}

fn without_dot(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

/// Go lists all names; more than a certificate has for a reason are of no use to a reader.
const MAX_SHOWN: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cert::extensions::SUBJECT_ALTERNATIVE_NAME;
    use crate::cert::forge::Draft;
    use crate::crypto::Algorithm;
    use crate::der;
    use crate::key::PrivateKey;

    /// A certificate with one DNS name, and the common name a.test.
    fn named(name: &str) -> Decoded {
        let key = PrivateKey::generate(Algorithm::P256).unwrap();
        let mut draft = Draft::leaf(key.public_key(), key.public_key());
        let name = der::element(der::context(2), &[name.as_bytes()]);
        draft.set(SUBJECT_ALTERNATIVE_NAME, false, &der::sequence(&[&name]));
        draft.to_decoded(&key)
    }

    #[test]
    fn wildcards_and_dots_count_for_some() {
        // Chromium, Firefox, curl, Java and Go.
        for (name, asked, expected) in [
            ("App.test", "app.test", [true; 5]),
            ("*.app.test", "x.app.test", [true; 5]),
            ("*.app.test", "app.test", [false; 5]),
            ("*.app.test", "x.y.app.test", [false; 5]),
            ("*.test", "app.test", [false, false, false, true, true]),
            ("*.co.uk", "app.co.uk", [false, true, true, true, true]),
            ("*", "localhost", [false, false, false, false, true]),
            (
                "a*.app.test",
                "app.app.test",
                [false, false, false, true, false],
            ),
            ("app.test.", "app.test", [true, false, true, false, false]),
            (
                "my_app.test",
                "my_app.test",
                [true, true, true, false, true],
            ),
            ("127.0.0.1", "127.0.0.1", [false; 5]),
        ] {
            let (certificate, asked) = (named(name), asked.parse().unwrap());
            let taken = [
                for_chromium(&certificate, &asked),
                for_firefox(&certificate, &asked),
                wrong_for_curl(&certificate, &asked).is_none(),
                wrong_for_java(&certificate, &asked).is_none(),
                wrong_for_go(&certificate, &asked).is_none(),
            ];
            assert_eq!(taken, expected, "{name} for {asked}");
        }
    }

    #[test]
    fn what_is_said_is_safe_to_show() {
        let certificate = named("\u{1b}[2J.test");
        let said = wrong_for_go(&certificate, &"b.test".parse().unwrap()).unwrap();
        assert!(said.contains("\\u{1b}[2J.test, not b.test"), "{said}");
    }
}
