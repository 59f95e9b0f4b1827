//! What mkcert's words for names mean, and the names of files that are made of them.

use std::ffi::OsString;

use certwright::error::{Error, ErrorKind, Result};
use certwright::name::San;
use certwright::profile::Purposes;

/// Reads the names that are asked for, in their order.
///
/// Fails with [`ErrorKind::InvalidName`], naming what is none.
pub fn read(words: &[OsString]) -> Result<Vec<San>> {
    words
        .iter()
        .map(|word| name(&word.to_string_lossy()))
        .collect()
}

/// A host name may have the dot at its end by which the DNS writes it in full.
fn name(word: &str) -> Result<San> {
    let in_full = word.strip_suffix('.').filter(|host| is_host(host));
    let read: Result<San> = in_full.unwrap_or(word).parse();
    read.map(unmapped)
        .map_err(|error| match word.starts_with('-') {
            true => error.with_hint("flags stand before the first name"),
            false if error.hint().is_none() => {
                error.with_hint("a name is a host name, an IP address, a URI or an e-mail address")
            }
            false => error,
        })
}

/// An IPv4 address in the form of an IPv6 one is the IPv4 address, as Go has it.
fn unmapped(name: San) -> San {
    match name {
        San::Ip(address) => San::Ip(address.to_canonical()),
        other => other,
    }
}

fn is_host(text: &str) -> bool {
    !text.is_empty() && !text.ends_with('.') && !text.contains(['@', ':', '/'])
}

/// Returns each name once.
pub fn once(names: &[San]) -> Vec<San> {
    let mut once: Vec<San> = Vec::with_capacity(names.len());
    for name in names {
        if !once.contains(name) {
            once.push(name.clone());
        }
    }
    once
}

/// Returns each name once, in the order in which mkcert's certificates hold them: host names, e-mail
/// addresses, IP addresses, URIs.
pub fn grouped(names: &[San]) -> Vec<San> {
    let mut grouped = once(names);
    grouped.sort_by_key(|name| match name {
        San::Dns(_) => 0,
        San::Email(_) => 1,
        San::Ip(_) => 2,
        San::Uri(_) => 3,
    });
    grouped
}

/// Returns what names call for: a server but for e-mail addresses, and e-mail protection for those.
pub fn purposes(names: &[San], client: bool) -> Purposes {
    let is_email = |name: &San| matches!(name, San::Email(_));
    Purposes {
        server: !names.iter().all(is_email),
        client,
        email: names.iter().any(is_email),
    }
}

/// Returns the file name, without its ending, for so many names of which this is the first as it was
/// typed.
pub fn stem(typed: &str, first: &San, count: usize, client: bool) -> String {
    let base = match typed.is_ascii() {
        true => typed.trim_end_matches('.').to_owned(),
        // As it stands in the certificate, in ASCII.
        false => first.to_string(),
    };
    let mut stem = String::new();
    for c in base.chars().take(MAX_BASE) {
        match c {
            '*' => stem.push_str("_wildcard"),
            ':' => stem.push('_'),
            // Would lead to another folder, or stand in no file name on Windows.
            '/' | '\\' | '<' | '>' | '"' | '|' | '?' => stem.push('_'),
            c => stem.push(c),
        }
    }
    if count > 1 {
        stem.push_str(&format!("+{}", count - 1));
    }
    if client {
        stem.push_str("-client");
    }
    stem
}

/// Fails with [`ErrorKind::InvalidName`] if there is no name at all.
pub fn require_some(names: &[San]) -> Result<()> {
    match names {
        [] => Err(Error::new(
            ErrorKind::InvalidName,
            "the request has neither an alternative name nor a common name",
        )
        .with_hint("have it made anew with the names that the certificate is to hold")),
        _ => Ok(()),
    }
}

/// File systems take 255 bytes; this leaves room for suffixes and temporary names.
const MAX_BASE: usize = 160;

#[cfg(test)]
mod tests {
    use super::*;

    fn names(words: &[&str]) -> Result<Vec<San>> {
        read(&words.iter().map(OsString::from).collect::<Vec<_>>())
    }

    fn texts(words: &[&str]) -> Vec<String> {
        let names = grouped(&names(words).unwrap());
        names.iter().map(ToString::to_string).collect()
    }

    fn stem_of(words: &[&str]) -> String {
        stem(words[0], &names(words).unwrap()[0], words.len(), false)
    }

    #[test]
    fn names_are_grouped_as_mkcert_groups_them() {
        let words = [
            "https://u.test/",
            "10.0.0.1",
            "a@b.test",
            "B.test",
            "::1",
            "a.test",
            "b.test",
        ];
        assert_eq!(
            texts(&words),
            [
                "b.test",
                "a.test",
                "a@b.test",
                "10.0.0.1",
                "::1",
                "https://u.test/"
            ]
        );
        assert_eq!(texts(&["a.test."]), ["a.test"]);
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for word in [
            "",
            "-",
            "--",
            "-ecdsa",
            "a..b",
            "-x",
            "*",
            "a b",
            ".",
            "a.test..",
            "a.*.test",
            "localhost:80",
            "1.2.3",
            "a@b@",
            "http://",
            "10.0.0.0/8",
        ] {
            let error = names(&["a.test", word]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidName, "{word}");
            assert!(error.hint().is_some(), "{word}");
        }
        let error = names(&["a.test", "-ecdsa"]).unwrap_err();
        assert!(error.hint().unwrap().contains("before"), "{error:?}");
    }

    #[test]
    fn file_names_are_mkcerts() {
        for (words, expected) in [
            (
                &[
                    "example.com",
                    "*.example.com",
                    "localhost",
                    "127.0.0.1",
                    "::1",
                ][..],
                "example.com+4",
            ),
            (&["*.test"], "_wildcard.test"),
            (&["::1"], "__1"),
            (&["A.test"], "A.test"),
            (&["a.test."], "a.test"),
            (&["a.test", "a.test"], "a.test+1"),
            (&["a@b.test"], "a@b.test"),
            (&["bücher.test"], "xn--bcher-kva.test"),
            (&["https://a.test/x?y"], "https___a.test_x_y"),
            (&["urn:a:b"], "urn_a_b"),
        ] {
            assert_eq!(stem_of(words), expected);
        }
        let first = "a.test".parse().unwrap();
        assert_eq!(stem("a.test", &first, 3, true), "a.test+2-client");
    }

    #[test]
    fn purposes_follow_the_names() {
        let told = |words: &[&str], client| {
            let it = purposes(&names(words).unwrap(), client);
            (it.server, it.client, it.email)
        };
        assert_eq!(told(&["a.test"], false), (true, false, false));
        assert_eq!(told(&["a.test"], true), (true, true, false));
        assert_eq!(told(&["a@b.test"], false), (false, false, true));
        assert_eq!(told(&["a@b.test", "a.test"], true), (true, true, true));
    }
}
