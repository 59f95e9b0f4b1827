//! Host names.

use std::fmt;
use std::str::FromStr;

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

use crate::error::{Error, ErrorKind, Result};

/// A `dNSName` (RFC 5280 §4.2.1.6): ASCII in lower case, without a trailing dot, internationalised
/// labels as A-labels, perhaps with `*` as its first label.
///
/// Underscores are taken, as all clients but Java take them.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct DnsName(String);

impl DnsName {
    /// Returns the name as a certificate holds it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Tells whether the first label is `*`.
    pub fn is_wildcard(&self) -> bool {
        self.0.starts_with("*.")
    }

    /// Tells whether it is a wildcard right under a top-level name, such as `*.localhost`, which
    /// browsers, curl, Python, Node and rustls refuse.
    pub fn is_top_level_wildcard(&self) -> bool {
        self.0
            .strip_prefix("*.")
            .is_some_and(|rest| !rest.contains('.'))
    }
}

impl fmt::Display for DnsName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for DnsName {
    type Err = Error;

    /// Takes a host name in ASCII or Unicode, mapped and checked after UTS 46.
    ///
    /// Fails with [`ErrorKind::InvalidName`].
    fn from_str(text: &str) -> Result<Self> {
        let invalid = |why: &str| {
            Error::new(
                ErrorKind::InvalidName,
                format!("\"{text}\" is not a host name: {why}"),
            )
        };
        let (star, host) = text
            .strip_prefix("*.")
            .map_or(("", text), |host| ("*.", host));
        let labels = host.split('.');
        if host.is_empty() {
            return Err(invalid("it is empty"));
        }
        if host.ends_with('.') && host.len() > 1 {
            return Err(invalid("it ends in a dot").with_hint(format!(
                "a name in a certificate has none: {}",
                text.trim_end_matches('.')
            )));
        }
        if labels.clone().any(str::is_empty) {
            return Err(invalid("one of its labels is empty"));
        }
        if host.contains('*') {
            return Err(
                invalid("a wildcard is the whole first label").with_hint("such as *.app.localhost")
            );
        }
        if host.is_ascii() {
            if let Some(long) = labels.clone().find(|label| label.len() > MAX_LABEL) {
                return Err(invalid(&format!(
                    "a label has {} bytes, and the limit is {MAX_LABEL}",
                    long.len()
                )));
            }
            if host.len() + star.len() > MAX_NAME {
                return Err(invalid(&format!(
                    "it has {} bytes, and the limit is {MAX_NAME}",
                    text.len()
                )));
            }
            if let Some(bad) = host
                .chars()
                .find(|c| !c.is_ascii_alphanumeric() && !"-_.".contains(*c))
            {
                return Err(invalid(&format!("it holds \"{bad}\"")));
            }
            if labels
                .clone()
                .any(|label| label.starts_with('-') || label.ends_with('-'))
            {
                return Err(invalid("a label begins or ends with a hyphen"));
            }
        }
        let ascii = Uts46::new()
            .to_ascii(
                host.as_bytes(),
                AsciiDenyList::EMPTY,
                Hyphens::CheckFirstLast,
                DnsLength::Verify,
            )
            .map_err(|_| invalid("IDNA (UTS 46) does not allow it"))?;
        // Mapping may bring ASCII characters to light that no host name has.
        if let Some(bad) = ascii
            .chars()
            .find(|c| !c.is_ascii_alphanumeric() && !"-_.".contains(*c))
        {
            return Err(invalid(&format!("it holds \"{bad}\"")));
        }
        if ascii.rsplit('.').next().is_some_and(is_number) {
            return Err(
                invalid("its last label is a number, as in an IP address").with_hint(
                    "an IPv4 address has four numbers from 0 to 255, without leading zeros",
                ),
            );
        }
        Ok(Self(format!("{star}{ascii}")))
    }
}

/// What the URL Standard's host parser takes for the last part of an IPv4 address ("ends in a number").
fn is_number(label: &str) -> bool {
    let hexadecimal = label
        .strip_prefix("0x")
        .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_hexdigit()));
    hexadecimal || label.chars().all(|c| c.is_ascii_digit())
}

/// RFC 1035 §2.3.4.
const MAX_LABEL: usize = 63;
/// RFC 1035 §2.3.4 allows 255 octets on the wire, which are 253 characters.
const MAX_NAME: usize = 253;

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<DnsName> {
        text.parse()
    }

    #[test]
    fn names_are_brought_to_their_form_in_a_certificate() {
        for (text, name) in [
            ("LocalHost", "localhost"),
            ("*.App.localhost", "*.app.localhost"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("BÜCHER.example", "xn--bcher-kva.example"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("my_service.internal", "my_service.internal"),
            ("a--b.test", "a--b.test"),
            ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
        ] {
            assert_eq!(parse(text).unwrap().as_str(), name, "{text}");
        }
    }

    #[test]
    fn what_is_no_host_name_is_refused() {
        let long = "a".repeat(64);
        for text in [
            "",
            ".",
            "-x",
            "x-",
            "a..b",
            ".a",
            "a.",
            "*",
            "*.",
            "a.*",
            "*.*.a",
            "a*.b",
            "x/../y",
            "a b",
            "a:b",
            &long,
            "1.2.3",
            "127.1",
            "0x7f.1",
            "300.1.1.1",
            "a.0x1f",
            "xn--a.test",
            "xn--.test",
            "\u{200d}.test",
            "a\u{0}b",
            "a%b",
            "ａ／b",
            "\u{fe0f}",
        ] {
            let error = parse(text).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidName, "{text}");
        }
        assert_eq!(
            parse(&long)
                .unwrap_err()
                .to_string()
                .split(": ")
                .nth(1)
                .unwrap(),
            "a label has 64 bytes, and the limit is 63"
        );
    }
}
