//! The key that is certified: made now, given, or of a request.

use anyhow::Result;

use certwright::error::{Error, ErrorKind};
use certwright::key::{Password, PrivateKey, PublicKey};

use super::{Issue, Order};
use crate::cli::app::Context;
use crate::cli::containers::Seal;

/// Which key is to be certified.
pub(super) enum Wanted {
    New,
    Given(Box<PrivateKey>),
    Requested(PublicKey),
}

/// The key that is certified.
pub(super) enum Obtained<'a> {
    /// Made now, and written under a password or not.
    Made(Box<PrivateKey>, Option<Password>),
    Given(&'a PrivateKey),
    Requested(&'a PublicKey),
}

impl Wanted {
    /// The key that is there; none if it is to be made.
    pub fn public(&self) -> Option<&PublicKey> {
        match self {
            Self::New => None,
            Self::Given(key) => Some(key.public_key()),
            Self::Requested(key) => Some(key),
        }
    }
}

impl Obtained<'_> {
    pub fn public(&self) -> &PublicKey {
        match self {
            Self::Made(key, _) => key.public_key(),
            Self::Given(key) => key.public_key(),
            Self::Requested(key) => key,
        }
    }

    /// Tells whether it was made now.
    pub fn is_made(&self) -> bool {
        matches!(self, Self::Made(..))
    }

    pub fn private(&self) -> Option<&PrivateKey> {
        match self {
            Self::Made(key, _) => Some(key),
            Self::Given(key) => Some(key),
            Self::Requested(_) => None,
        }
    }
}

impl Issue {
    /// Makes the key, unless it is there. In a container it is not encrypted by itself.
    pub(super) fn obtain<'a>(
        &self,
        order: &'a Order,
        sealed: bool,
        context: &Context,
    ) -> Result<Obtained<'a>> {
        Ok(match &order.key {
            Wanted::Given(key) => Obtained::Given(key),
            Wanted::Requested(key) => Obtained::Requested(key),
            Wanted::New if sealed => {
                Obtained::Made(Box::new(self.key.of_container(context)?), None)
            }
            Wanted::New => {
                let (key, password) = self.key.generate(context)?;
                Obtained::Made(Box::new(key), password)
            }
        })
    }

    /// Gets ready for a container, if one is wanted.
    pub(super) fn seal(&self, order: &Order, context: &Context) -> Result<Option<Seal<'_>>> {
        self.require_fitting(order)?;
        self.packing.seal(&self.key, &self.places, context)
    }

    /// Refuses a container without its key, and a file of another kind that is named like one.
    pub(super) fn require_fitting(&self, order: &Order) -> Result<()> {
        if self.packing.is_container() && matches!(order.key, Wanted::Requested(_)) {
            let elsewhere = "a container holds the private key, and the request's is not here";
            return Err(Error::new(ErrorKind::InvalidValue, elsewhere)
                .with_hint("make it where the key is: certwright convert KEY CERT --to pkcs12")
                .into());
        }
        Ok(self.packing.require_fitting(self.cert_file.as_ref())?)
    }
}
