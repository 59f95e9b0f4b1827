//! What a CA may be permitted, as it is asked for.

use std::fmt;
use std::str::FromStr;

use super::{DnsName, San, Subnet, Subtree};
use crate::error::{Error, Result};

/// What a CA may be allowed on the command line: a domain with all below it, or a network.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Permission {
    /// A domain and all below it.
    Domain(String),
    /// A network, or one address.
    Network(Subnet),
}

impl Permission {
    /// What it takes to permit this very name.
    ///
    /// A URI without a host name takes nothing: it may be under no constraint on URIs (RFC 5280
    /// §4.2.1.10), so it cannot be permitted.
    pub fn for_name(name: &San) -> Option<Self> {
        match name {
            San::Dns(name) => Some(Self::Domain(
                name.as_str().trim_start_matches("*.").to_owned(),
            )),
            San::Email(address) => Some(Self::Domain(address.host().to_string())),
            San::Ip(address) => Some(Self::Network(Subnet::single(*address))),
            San::Uri(uri) => Some(Self::Domain(uri.host_name()?.to_ascii_lowercase())),
        }
    }

    /// The subtrees that it takes.
    pub(super) fn subtrees(&self) -> Vec<Subtree> {
        match self {
            Self::Domain(name) => Subtree::of_domain(name),
            Self::Network(subnet) => vec![Subtree::Ip(*subnet)],
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Domain(name) => f.write_str(name),
            Self::Network(subnet) => subnet.fmt(f),
        }
    }
}

impl FromStr for Permission {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.parse::<Subnet>() {
            Ok(subnet) => return Ok(Self::Network(subnet)),
            Err(error) if text.contains('/') => return Err(error),
            Err(_) => {}
        }
        let name: DnsName = text.trim_start_matches('.').parse()?;
        Ok(Self::Domain(
            name.as_str().trim_start_matches("*.").to_owned(),
        ))
    }
}
