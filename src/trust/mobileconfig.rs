//! A root certificate as Apple's configuration profile, which iPhones, iPads and Macs install by itself.
//!
//! The format is Apple's "Configuration Profile Reference": a property list in XML with one payload of the
//! type `com.apple.security.root`.

use data_encoding::{BASE64, HEXUPPER};

use crate::cert::Certificate;
use crate::crypto::Digest;
use crate::text::markup;

/// Writes the profile that installs a root certificate.
///
/// It depends on nothing but the certificate: a profile that is installed again replaces itself, and those
/// of two roots stand side by side.
pub fn profile(root: &Certificate) -> String {
    let name = markup(&display_name(root));
    let identifier = format!(
        "certwright.root.{}",
        &root.fingerprint().to_text(Default::default())[..16]
    );
    format!(
        include_str!("mobileconfig.xml"),
        name = name,
        description = markup(&format!(
            "The root certificate of a local CA, kept by certwright until {}",
            crate::validity::to_rfc3339(root.validity().not_after())
        )),
        identifier = identifier,
        profile_uuid = uuid("profile", root),
        payload_uuid = uuid("payload", root),
        content = in_lines(&BASE64.encode(root.der())),
    )
}

/// The name under which the root is listed: its common name, or the whole subject.
fn display_name(root: &Certificate) -> String {
    let subject = root.subject();
    let common_name = subject.common_names().pop();
    common_name.unwrap_or_else(|| subject.to_string())
}

/// A UUID of version 8 (RFC 9562 §5.8): a digest of what it is for and the certificate.
fn uuid(label: &str, root: &Certificate) -> String {
    let digest = Digest::Sha256.of(&[label.as_bytes(), root.der()].concat());
    let mut octets = digest[..16].to_vec();
    octets[6] = (octets[6] & 0x0f) | 0x80;
    octets[8] = (octets[8] & 0x3f) | 0x80;
    let hex = HEXUPPER.encode(&octets);
    let (a, b, c, d, e) = (
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    );
    format!("{a}-{b}-{c}-{d}-{e}")
}

/// Base64 as property lists have it, in lines of 68 characters.
fn in_lines(base64: &str) -> String {
    let mut lines = String::new();
    for line in base64.as_bytes().chunks(68) {
        lines.push_str(&String::from_utf8_lossy(line));
        lines.push('\n');
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Algorithm;
    use crate::issue::{Signatory, Template, issue};
    use crate::key::PrivateKey;
    use crate::profile::Profile;
    use crate::validity::{Lifetime, Validity, parse_time};

    fn root(subject: &str) -> Certificate {
        let key = PrivateKey::generate(Algorithm::P256).unwrap();
        let template = Template {
            profile: Profile::root(None, None),
            subject: subject.parse().unwrap(),
            names: Vec::new(),
            public_key: key.public_key().clone(),
            validity: Validity::starting(parse_time("2026-11-21").unwrap(), Lifetime::years(10))
                .unwrap(),
        };
        issue(&template, Signatory::Itself(&key)).unwrap()
    }

    /// What stands between two texts.
    fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
        let (_, rest) = text.split_once(start).unwrap();
        rest.split_once(end).unwrap().0
    }

    fn uuids(profile: &str) -> Vec<&str> {
        let after = profile.split("<key>PayloadUUID</key>").skip(1);
        after
            .map(|rest| between(rest, "<string>", "</string>"))
            .collect()
    }

    #[test]
    fn the_profile_holds_the_certificate() {
        let root = root("CN=root");
        let profile = profile(&root);
        let data: String = between(&profile, "<data>", "</data>")
            .split_whitespace()
            .collect();
        assert_eq!(BASE64.decode(data.as_bytes()).unwrap(), root.der());
        assert!(profile.contains("<string>com.apple.security.root</string>"));
        assert!(profile.contains("until 2036-11-20T23:59:59Z"));
    }

    #[test]
    fn the_uuids_are_the_certificates_own() {
        let (one, other) = (root("CN=root"), root("CN=root"));
        assert_eq!(profile(&one), profile(&one));
        let (one, other) = (profile(&one), profile(&other));
        let all = [uuids(&one), uuids(&other)].concat();
        assert_eq!(all.len(), 4);
        for (at, uuid) in all.iter().enumerate() {
            assert!(!all[..at].contains(uuid), "{uuid} twice");
            let (version, variant) = (uuid.as_bytes()[14], uuid.as_bytes()[19]);
            assert!(
                uuid.len() == 36 && version == b'8' && b"89AB".contains(&variant),
                "{uuid}"
            );
        }
    }

    #[test]
    fn the_name_is_the_subjects_and_no_markup() {
        for (subject, name) in [
            ("CN=a & <b>,O=c", "a &amp; &lt;b&gt;"),
            ("O=only an organisation", "O=only an organisation"),
        ] {
            let profile = profile(&root(subject));
            let element = format!("<key>PayloadDisplayName</key>\n\t<string>{name}</string>");
            assert!(profile.contains(&element), "{profile}");
        }
    }
}
