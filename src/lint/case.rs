//! What rules look at: a certificate, whose rules it is held against, and what is read of it once for all.

use std::collections::HashSet;
use std::net::IpAddr;

use super::{Concern, Profile, Rule, Severity};
use crate::cert::Decoded;
use crate::cert::extensions::{ANY_PURPOSE, SERVER_PURPOSE};
use crate::cert::extensions::{Extensions, KeyUsage, SUBJECT_ALTERNATIVE_NAME};
use crate::der::{self, Element, dotted};
use crate::error::Result;
use crate::name::GeneralName;
use crate::text::{Escaped, shorten};

/// A certificate before its rules.
pub struct Case<'a> {
    pub certificate: &'a Decoded,
    pub profile: Profile,
    /// The subject's attributes, in the order of the encoding; of a name that is not in DER, none.
    pub subject: Vec<Attribute<'a>>,
    /// The issuer's attributes, likewise.
    pub issuer: Vec<Attribute<'a>>,
    /// The alternative names in lower case, since a hostile certificate may have a million to be looked up.
    folded_names: HashSet<String>,
    /// What is wrong with the DER of subject or issuer.
    pub name_fault: Option<String>,
    /// The two times, as they are written.
    pub times: Vec<Element<'a>>,
    /// The signature's `AlgorithmIdentifier` among what is signed.
    pub inner_algorithm: &'a [u8],
}

/// An attribute of a distinguished name, as it is written.
pub struct Attribute<'a> {
    pub oid: String,
    pub tag: u8,
    pub content: &'a [u8],
}

impl<'a> Case<'a> {
    pub fn new(certificate: &'a Decoded, profile: Profile) -> Self {
        let (inner_algorithm, times) = fields(certificate.signed()).unwrap_or_default();
        let (subject, issuer) = (
            attributes(&certificate.subject),
            attributes(&certificate.issuer),
        );
        let fault = |name: &Result<_>| name.as_ref().err().map(ToString::to_string);
        Self {
            certificate,
            profile,
            name_fault: fault(&subject).or_else(|| fault(&issuer)),
            subject: subject.unwrap_or_default(),
            issuer: issuer.unwrap_or_default(),
            folded_names: certificate
                .extensions
                .names
                .iter()
                .flatten()
                .map(fold)
                .collect(),
            times,
            inner_algorithm,
        }
    }

    pub fn extensions(&self) -> &'a Extensions {
        &self.certificate.extensions
    }

    /// The subject alternative names.
    pub fn names(&self) -> &'a [GeneralName] {
        self.extensions().names.as_deref().unwrap_or_default()
    }

    /// Whether a text is known not to stand among the alternative names; of names that cannot be read
    /// nothing is known.
    pub fn lacks_name(&self, text: &str) -> bool {
        let unread = self.names().is_empty() && self.has(SUBJECT_ALTERNATIVE_NAME);
        !unread && !self.has_name(text)
    }

    /// Whether a text stands among the alternative names.
    pub fn has_name(&self, text: &str) -> bool {
        self.folded_names.contains(&text.to_ascii_lowercase())
    }

    pub fn has_empty_subject(&self) -> bool {
        self.certificate.subject == EMPTY_NAME
    }

    /// Those of the alternative names that should be host names.
    pub fn dns_names(&self) -> impl Iterator<Item = &'a str> {
        self.names().iter().filter_map(|name| match name {
            GeneralName::Dns(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// Those of the alternative names that are addresses.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        self.names().iter().filter_map(GeneralName::address)
    }

    /// The values of the subject's attributes of one type.
    pub fn values(&self, oid: &str) -> impl Iterator<Item = String> {
        let of_type = self
            .subject
            .iter()
            .filter(move |attribute| attribute.oid == oid);
        of_type.map(Attribute::text)
    }

    /// Whether there is an extension.
    pub fn has(&self, oid: &str) -> bool {
        self.extensions().find(oid).is_some()
    }

    /// Whether there is an extension that is critical, or that is not.
    pub fn has_with(&self, oid: &str, critical: bool) -> bool {
        let found = self.extensions().find(oid);
        found.is_some_and(|extension| extension.critical == critical)
    }

    /// Whether the key usage has a bit; nothing if there is none.
    pub fn usage(&self, bit: u8) -> Option<bool> {
        let usage: KeyUsage = self.extensions().key_usage?;
        Some(usage.has(bit))
    }

    /// Whether an extended key usage names a purpose.
    pub fn has_purpose(&self, oid: &str) -> bool {
        let mut purposes = self.extensions().purposes.iter().flatten();
        purposes.any(|purpose| purpose == oid)
    }

    pub fn is(&self, concern: Concern) -> bool {
        let (authority, own) = (
            self.certificate.is_authority(),
            self.certificate.is_self_issued(),
        );
        match concern {
            Concern::All => true,
            Concern::Authorities => authority,
            Concern::Intermediates => authority && !own,
            Concern::Leaves => !authority,
            Concern::Roots => authority && own,
            Concern::Servers => !authority && self.is_for_servers(),
        }
    }

    fn is_for_servers(&self) -> bool {
        match self.extensions().purposes {
            Some(_) => self.has_purpose(SERVER_PURPOSE) || self.has_purpose(ANY_PURPOSE),
            None => {
                let names_host = self.dns_names().next().is_some()
                    || self.addresses().next().is_some()
                    || self.values(COMMON_NAME).any(|name| is_like_host(&name));
                names_host || self.profile == Profile::Public
            }
        }
    }

    /// How long it is valid, in seconds, the last one among them.
    pub fn seconds(&self) -> i64 {
        (self.certificate.not_after - self.certificate.not_before).whole_seconds() + 1
    }

    /// How long it is valid, in days, of which the last may be a part.
    pub fn days(&self) -> i64 {
        (self.seconds() + DAY - 1) / DAY
    }
}

impl Attribute<'_> {
    /// The value as text, neither escaped nor checked.
    pub fn text(&self) -> String {
        der::text(self.tag, self.content)
            .unwrap_or_else(|| String::from_utf8_lossy(self.content).into_owned())
    }
}

fn fold(name: &GeneralName) -> String {
    name.to_string().to_ascii_lowercase()
}

/// Whether a common name would be taken for the name of a host.
pub fn is_like_host(name: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .chars()
                .all(|c| c.is_alphanumeric() || !c.is_ascii() || "-_*".contains(c))
    };
    let host = name.contains('.') && name.split('.').all(is_label);
    host || name == "localhost" || name.parse::<IpAddr>().is_ok()
}

/// Writes a text quoted, not too long, and safe to show.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", Escaped(&shorten(text, SHOWN_CHARACTERS)))
}

/// Writes a few of many things, quoted and safe to show; nothing if there is none.
pub fn listed<T: AsRef<str>>(all: impl IntoIterator<Item = T>) -> Option<String> {
    let all: Vec<T> = all.into_iter().collect();
    let shown: Vec<String> = all
        .iter()
        .take(SHOWN)
        .map(|text| quoted(text.as_ref()))
        .collect();
    match (all.len(), shown.is_empty()) {
        (_, true) => None,
        (count, _) if count > SHOWN => {
            Some(format!("{} and {} more", shown.join(", "), count - SHOWN))
        }
        _ => Some(shown.join(", ")),
    }
}

/// The algorithm and the times among what is signed.
fn fields(signed: &[u8]) -> Option<(&[u8], Vec<Element<'_>>)> {
    let mut fields = der::only(signed).ok()?.open(der::SEQUENCE).ok()?;
    if fields.peek()? == der::context_constructed(0) {
        fields.element().ok()?;
    }
    fields.element().ok()?;
    let algorithm = fields.element().ok()?.raw;
    fields.element().ok()?;
    let mut period = fields.element().ok()?.open(der::SEQUENCE).ok()?;
    let times = vec![period.element().ok()?, period.element().ok()?];
    Some((algorithm, times))
}

/// The attributes of a `Name`.
fn attributes(name: &[u8]) -> Result<Vec<Attribute<'_>>> {
    let mut all = Vec::new();
    let mut rdns = der::only(name)?.open(der::SEQUENCE)?;
    while !rdns.is_empty() {
        let mut set = rdns.element()?.open(der::SET)?;
        while !set.is_empty() {
            let mut fields = set.element()?.open(der::SEQUENCE)?;
            let oid = dotted(fields.element()?.expect(der::OBJECT_IDENTIFIER)?);
            let value = fields.element()?;
            let (tag, content) = (value.tag, value.content);
            all.push(Attribute { oid, tag, content });
        }
    }
    Ok(all)
}

/// A rule that holds for every certificate under every CA: what most rows of the tables begin with.
pub const ALWAYS: Rule = Rule {
    id: "",
    severity: Severity::Error,
    citation: "",
    since: None,
    profile: None,
    concerns: Concern::All,
    check: |_| None,
};

/// The `Name` of no attributes, in DER.
pub const EMPTY_NAME: &[u8] = &[der::SEQUENCE, 0];
/// As long as a host name may be (RFC 1035 §2.3.4).
const SHOWN_CHARACTERS: usize = 253;
/// How many things a message lists: no line gets endless.
const SHOWN: usize = 5;
/// A day as RFC 5280 and the CA/B Forum count it; a second more is another day.
pub const DAY: i64 = 86_400;
/// The attribute commonName.
pub const COMMON_NAME: &str = "2.5.4.3";
