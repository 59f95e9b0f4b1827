//! Networks, and the masks of addresses.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use super::ip_from_octets;
use crate::error::{Error, ErrorKind, Result};

/// A network: an address and the length of its prefix.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Subnet {
    address: IpAddr,
    prefix: u8,
}

impl Subnet {
    /// The network of one address.
    pub fn single(address: IpAddr) -> Self {
        Self {
            address,
            prefix: if address.is_ipv4() { 32 } else { 128 },
        }
    }

    /// Tells whether an address lies within.
    pub fn contains(&self, address: IpAddr) -> bool {
        let shift = self.width() - u32::from(self.prefix);
        let same = |a: u128, b: u128| {
            a.checked_shr(shift).unwrap_or(0) == b.checked_shr(shift).unwrap_or(0)
        };
        match (self.address, address) {
            (IpAddr::V4(a), IpAddr::V4(b)) => same(a.to_bits().into(), b.to_bits().into()),
            (IpAddr::V6(a), IpAddr::V6(b)) => same(a.to_bits(), b.to_bits()),
            _ => false,
        }
    }

    /// Tells whether it holds every address of its kind.
    pub fn is_everything(&self) -> bool {
        self.prefix == 0
    }

    /// Tells whether another network lies within.
    pub(super) fn covers(&self, other: &Self) -> bool {
        self.prefix <= other.prefix && self.contains(other.address)
    }

    /// Reads address and mask, 8 or 32 octets; a mask with holes is no network.
    pub(super) fn from_octets(octets: &[u8]) -> Option<Self> {
        let masked = MaskedAddress::from_octets(octets)?;
        let subnet = Self {
            address: masked.address,
            prefix: masked.prefix()?,
        };
        Some(subnet.of_network())
    }

    /// Clears the bits beyond the prefix, which nobody compares.
    fn of_network(self) -> Self {
        let octets = self.octets();
        let address = match self.address {
            IpAddr::V4(_) => <[u8; 4]>::try_from(&octets[..4]).map(IpAddr::from),
            IpAddr::V6(_) => <[u8; 16]>::try_from(&octets[..16]).map(IpAddr::from),
        };
        Self {
            address: address.unwrap_or(self.address),
            ..self
        }
    }

    /// Address and mask, as a constraint encodes them.
    pub(super) fn octets(&self) -> Vec<u8> {
        let shift = self.width() - u32::from(self.prefix);
        match self.address {
            IpAddr::V4(address) => {
                let mask = u32::MAX.checked_shl(shift).unwrap_or(0);
                [(address.to_bits() & mask).to_be_bytes(), mask.to_be_bytes()].concat()
            }
            IpAddr::V6(address) => {
                let mask = u128::MAX.checked_shl(shift).unwrap_or(0);
                [(address.to_bits() & mask).to_be_bytes(), mask.to_be_bytes()].concat()
            }
        }
    }

    fn width(&self) -> u32 {
        if self.address.is_ipv4() { 32 } else { 128 }
    }
}

impl fmt::Display for Subnet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

impl FromStr for Subnet {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let invalid = || {
            Error::new(
                ErrorKind::InvalidValue,
                format!("\"{text}\" is not a network"),
            )
            .with_hint("write it as 10.0.0.0/8 or fd00::/8")
        };
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let single = Self::single(address.parse().map_err(|_| invalid())?);
        let prefix = prefix.map_or(Ok(single.prefix), |prefix| {
            prefix.parse().map_err(|_| invalid())
        })?;
        if prefix > single.prefix {
            return Err(invalid());
        }
        let subnet = Self { prefix, ..single };
        let network = subnet.of_network();
        if network != subnet {
            return Err(Error::new(
                ErrorKind::InvalidValue,
                format!("{subnet} is an address within the network {network}, and not the network"),
            )
            .with_hint(format!(
                "write {network}, or {} for the one address",
                subnet.address
            )));
        }
        Ok(subnet)
    }
}

/// An address and its mask, as a constraint encodes them; the mask may have holes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct MaskedAddress {
    address: IpAddr,
    mask: IpAddr,
}

impl MaskedAddress {
    /// Reads address and mask, 8 or 32 octets (RFC 5280 §4.2.1.10).
    pub fn from_octets(octets: &[u8]) -> Option<Self> {
        let (address, mask) = octets.split_at(octets.len() / 2);
        if address.len() != mask.len() {
            return None;
        }
        Some(Self {
            address: ip_from_octets(address)?,
            mask: ip_from_octets(mask)?,
        })
    }

    /// Returns the length of the prefix; none if the mask has holes.
    fn prefix(&self) -> Option<u8> {
        let (ones, prefix) = match self.mask {
            IpAddr::V4(mask) => (mask.to_bits().count_ones(), mask.to_bits().leading_ones()),
            IpAddr::V6(mask) => (mask.to_bits().count_ones(), mask.to_bits().leading_ones()),
        };
        (ones == prefix).then_some(prefix as u8)
    }
}

impl fmt::Display for MaskedAddress {
    /// Writes the mask as a prefix where it is one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.prefix() {
            Some(prefix) => write!(f, "{}/{prefix}", self.address),
            None => write!(f, "{}/{}", self.address, self.mask),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::Permission;

    #[test]
    fn networks_are_read_and_written() {
        for text in [
            "10.0.0.0/8",
            "0.0.0.0/0",
            "::/0",
            "fd00::/8",
            "127.0.0.1/32",
            "::1/128",
        ] {
            let subnet: Subnet = text.parse().unwrap();
            assert_eq!(subnet.to_string(), text);
            assert_eq!(
                Subnet::from_octets(&subnet.octets()),
                Some(subnet),
                "{text}"
            );
        }
        for bad in ["10.0.0.0/33", "::/129", "10/8", "a", "1.2.3.4/x"] {
            assert!(bad.parse::<Subnet>().is_err(), "{bad}");
        }
        assert_eq!(Subnet::from_octets(&[10, 0, 0, 0, 255, 0, 255, 0]), None);
        let sloppy = Subnet::from_octets(&[10, 1, 2, 3, 255, 255, 0, 0]);
        assert_eq!(sloppy, "10.1.0.0/16".parse().ok());
        for text in ["10.1.2.3/16", "fd00::1/8"] {
            let error = text.parse::<Permission>().unwrap_err();
            assert!(
                error
                    .to_string()
                    .starts_with(&format!("{text} is an address within"))
            );
        }
        let error = "10.1.2.3/16".parse::<Subnet>().unwrap_err();
        assert_eq!(
            error.hint(),
            Some("write 10.1.0.0/16, or 10.1.2.3 for the one address")
        );
    }

    #[test]
    fn masks_are_prefixes_where_they_can_be() {
        let shown = |octets: &[u8]| MaskedAddress::from_octets(octets).map(|it| it.to_string());
        for (octets, text) in [
            ([10, 0, 0, 0, 255, 0, 0, 0], "10.0.0.0/8"),
            ([10, 1, 2, 3, 255, 0, 0, 0], "10.1.2.3/8"),
            ([10, 0, 0, 0, 255, 0, 255, 0], "10.0.0.0/255.0.255.0"),
        ] {
            assert_eq!(shown(&octets).as_deref(), Some(text));
        }
        assert_eq!(shown(&[0; 32]).as_deref(), Some("::/0"));
        for length in [0, 4, 7, 9, 16, 20, 31, 33] {
            assert_eq!(shown(&[0; 40][..length]), None, "{length}");
        }
    }
}
