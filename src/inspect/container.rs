//! Containers, explained as far as nothing has to be opened for it.

use serde::Serialize;

use crate::bundle::pkcs12::Outline;
use crate::document::{Document, Kind};
use crate::error::Result;

/// A file that holds several documents.
#[derive(Clone, Debug, Serialize)]
pub struct ContainerView {
    /// Its format: `PKCS #12`, `PKCS #7` or `JKS`.
    pub format: &'static str,
    /// The code over its contents; null if there is none.
    pub code: Option<String>,
    /// How parts of it are encrypted, each way once.
    pub encryption: Vec<String>,
}

impl ContainerView {
    /// Explains a container.
    ///
    /// Fails with [`ErrorKind::Malformed`](crate::error::ErrorKind::Malformed) if it is damaged.
    pub(super) fn read(container: &Document) -> Result<Self> {
        let (format, outline) = match container.kind {
            Kind::Pkcs12 => ("PKCS #12", Outline::read(&container.der)?),
            Kind::JavaKeystore => ("JKS", of_java()),
            _ => ("PKCS #7", Outline::default()),
        };
        Ok(Self {
            format,
            code: outline.code,
            encryption: outline.encryption,
        })
    }
}

/// There is one way only, and certificates are not encrypted at all.
fn of_java() -> Outline {
    Outline {
        code: Some("SHA-1 over the password and the contents".to_owned()),
        encryption: vec!["keys alone, by a stream of SHA-1 (weak)".to_owned()],
    }
}
