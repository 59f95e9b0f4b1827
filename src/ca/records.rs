//! What a CA that was made elsewhere brings along: its lists and its index.

use time::OffsetDateTime;

use super::given_lists::places;
use super::{Authority, Generation, Imported, Index};
use crate::cert::Certificate;
#[cfg(doc)]
use crate::error::ErrorKind;
use crate::error::Result;

/// Records of what a CA issued and revoked before.
#[derive(Clone, Debug, Default)]
pub struct Records {
    /// Its revocation lists and those of its root, in DER.
    pub lists: Vec<Vec<u8>>,
    /// The index of `openssl ca`.
    pub index: Option<Index>,
}

/// What was taken in of records.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    /// How many certificates are on each list.
    pub lists: Vec<usize>,
    /// What was taken in of the index.
    pub index: Option<Imported>,
}

impl Records {
    /// Refuses what cannot be taken in, before the CA is that they are said to be of.
    ///
    /// The chain begins with that CA and ends with its root; `present` is the generation, if it is here already.
    /// Fails as [`Authority::take_records`] does.
    pub(super) fn check(&self, chain: &[Certificate], present: Option<&Generation>) -> Result<()> {
        let (issuing, root) = (&chain[0], &chain[chain.len() - 1]);
        places(&self.lists, issuing, root, present.map(Generation::folder))?;
        match &self.index {
            None => Ok(()),
            Some(index) => index.read(issuing, "").map(|_| ()),
        }
    }

    fn is_empty(&self) -> bool {
        self.lists.is_empty() && self.index.is_none()
    }
}

impl Authority {
    /// Takes records in of what the current generation issued before.
    ///
    /// Fails with [`ErrorKind::NotFound`] for the list of another CA, with [`ErrorKind::BadSignature`], with
    /// [`ErrorKind::Unsupported`] for a list that tells of a part only, with [`ErrorKind::InvalidValue`] for
    /// one that is older than what is here, with [`ErrorKind::Malformed`], naming the line of the index, and with
    /// [`ErrorKind::WrongKind`] for a copy of what another CA issued; then nothing was taken in.
    pub fn take_records(&self, records: &Records, now: OffsetDateTime) -> Result<Taken> {
        if records.is_empty() {
            return Ok(Taken::default());
        }
        let current = self.current();
        let (issuing, root) = (current.issuing(), current.root());
        let index = records.index.as_ref();
        let index = index.map(|index| index.read(issuing, current.name()));
        let index = index.transpose()?;
        // Before anything is entered.
        places(&records.lists, issuing, root, Some(current.folder()))?;
        let index = index.map(|found| self.import_index(&found)).transpose()?;
        let lists = self.import_lists(&records.lists, now)?;
        Ok(Taken { lists, index })
    }
}
