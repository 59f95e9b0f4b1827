//! Where the CA's revocation lists are published.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use crate::cert::Certificate;
use crate::error::{Error, ErrorKind, Result};
use crate::files::{self, NewFile};
use crate::name::Uri;

/// The URL of the folder that holds the revocation lists, each generation's under names of its own:
/// what one generation issued is told by its own list alone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ListUrl(String);

impl ListUrl {
    /// Returns the place of the list of what a generation issued.
    pub fn of_issued(&self, generation: &str) -> Result<Uri> {
        self.file(&issued_name(generation))
    }

    /// Returns the place of the list of a generation's root.
    pub fn of_root(&self, generation: &str) -> Result<Uri> {
        self.file(&root_name(generation))
    }

    /// Reads it back from the intermediate of a generation, which names its root's list; or from the file
    /// that says it where another's root made the intermediate.
    ///
    /// Fails with [`ErrorKind::CaBroken`] if that file holds something else.
    pub(super) fn told_by(
        intermediate: &Certificate,
        folder: &Path,
        generation: &str,
    ) -> Result<Option<Self>> {
        let name = root_name(generation);
        let mut urls = intermediate.crl_urls().into_iter();
        let told = urls.find_map(|url| url.strip_suffix(&name)?.parse().ok());
        told.map_or_else(|| Self::written(folder), |told| Ok(Some(told)))
    }

    /// Reads the file that says it, which may be absent, or empty.
    pub(super) fn written(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(LIST_URL);
        let bytes = match files::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            bytes => bytes?,
        };
        let text = String::from_utf8_lossy(&bytes);
        let text = Some(text.trim()).filter(|text| !text.is_empty());
        let broken = |error: Error| {
            let told = format!("the CA's file {} cannot be used: {error}", path.display());
            Error::new(ErrorKind::CaBroken, told).with_hint("write the URL of the folder into it")
        };
        text.map(|text| text.parse().map_err(broken)).transpose()
    }

    /// Returns the file that says it.
    pub(super) fn file_in(this: Option<&Self>, folder: &Path) -> NewFile {
        let line = this.map(|url| format!("{url}\n")).unwrap_or_default();
        NewFile::public(folder.join(LIST_URL), line)
    }

    fn file(&self, name: &str) -> Result<Uri> {
        format!("{}{name}", self.0).parse()
    }
}

impl fmt::Display for ListUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ListUrl {
    type Err = Error;

    /// Takes the URL of a folder.
    ///
    /// Fails with [`ErrorKind::InvalidValue`] for what is no such URL, or that of a file.
    fn from_str(text: &str) -> Result<Self> {
        let not = |what: &str| {
            Error::new(
                ErrorKind::InvalidValue,
                format!("\"{text}\" is not {what}"),
            )
            .with_hint("give the URL of a folder, such as http://pki.example.test/crl/; in it will be what certwright ca crl --out-dir writes")
        };
        let web = ["http://", "https://"]
            .iter()
            .any(|scheme| text.starts_with(scheme));
        let uri: Uri = text.parse().map_err(|_| not("a URL"))?;
        if !web || uri.host().is_none() {
            return Err(not("a URL that clients can ask for a revocation list"));
        }
        let rest = text.split_once("://").map_or("", |(_, rest)| rest);
        if rest.contains(['?', '#']) || rest.ends_with(".crl") || rest.ends_with(".pem") {
            return Err(not("the URL of a folder"));
        }
        let slash = if text.ends_with('/') { "" } else { "/" };
        Ok(Self(format!("{text}{slash}")))
    }
}

/// The file name of the list of what a generation issued.
pub fn issued_name(generation: &str) -> String {
    format!("{generation}.crl")
}

/// The file name of the list of a generation's root.
pub fn root_name(generation: &str) -> String {
    format!("{generation}-root.crl")
}

/// Says where the lists are published, where the intermediate cannot.
pub(super) const LIST_URL: &str = "crl-url";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_lists_of_every_generation() {
        for text in ["http://pki.test/crl", "http://pki.test/crl/"] {
            let url: ListUrl = text.parse().unwrap();
            let issued = url.of_issued("ca-1").unwrap();
            assert_eq!(issued.to_string(), "http://pki.test/crl/ca-1.crl");
            let root = url.of_root("ca-1").unwrap();
            assert_eq!(root.to_string(), "http://pki.test/crl/ca-1-root.crl");
        }
        let url: ListUrl = "https://[::1]:8443".parse().unwrap();
        assert_eq!(url.to_string(), "https://[::1]:8443/");
    }

    #[test]
    fn what_is_no_folder_is_refused() {
        for text in [
            "",
            "pki.test",
            "ldap://pki.test/",
            "http://",
            "http://a b/",
            "http://pki.test/ca.crl",
            "http://pki.test/?list",
            "file:///etc",
        ] {
            let error = text.parse::<ListUrl>().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidValue, "{text}");
            assert!(error.hint().is_some());
        }
    }
}
