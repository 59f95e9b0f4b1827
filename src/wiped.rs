//! Bytes that are gone when they are dropped, in quantity.
//!
//! `zeroize::Zeroizing` writes each byte by itself, twice what it costs to decode and digest a certificate. Here all
//! are filled at once, and the barrier that the same crate has keeps the compiler from leaving that out.

use std::fmt;
use std::ops::{Deref, DerefMut};

use zeroize::{Zeroizing, optimization_barrier};

/// Bytes that may be a private key. What a change of their length leaves behind in another place is not wiped, unless
/// there was [room made](Self::make_room) for it.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct Wiped(Vec<u8>);

impl Wiped {
    /// Has room for bytes, so that none of so many is left behind.
    pub fn with_capacity(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    /// Makes room for so many more. What lies elsewhere then is wiped where it lay.
    pub fn make_room(&mut self, more: usize) {
        let (length, room) = (self.0.len(), self.0.capacity());
        if room - length < more {
            let mut wider = Self::with_capacity((2 * room).max(length + more));
            wider.extend_from_slice(&self.0);
            *self = wider;
        }
    }

    fn wipe(&mut self) {
        self.0.clear();
        // All of the room there is, which moves nothing.
        self.0.resize(self.0.capacity(), 0);
        optimization_barrier(&self.0[..]);
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        self.wipe();
    }
}

/// Without the bytes.
impl fmt::Debug for Wiped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Wiped({} bytes)", self.0.len())
    }
}

impl From<Vec<u8>> for Wiped {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl From<&[u8]> for Wiped {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl From<Zeroizing<Vec<u8>>> for Wiped {
    fn from(mut bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(std::mem::take(&mut *bytes))
    }
}

impl Deref for Wiped {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.0
    }
}

impl DerefMut for Wiped {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_the_room_is_wiped_where_it_lies() {
        let mut bytes = Wiped::with_capacity(100);
        bytes.extend_from_slice(&[7; 80]);
        bytes.truncate(10);
        let (room, place) = (bytes.capacity(), bytes.as_ptr());
        bytes.wipe();
        assert_eq!(**bytes, vec![0; room]);
        assert_eq!(bytes.as_ptr(), place);
    }

    #[test]
    fn what_others_wipe_is_taken_over_where_it_lies() {
        let bytes = Zeroizing::new(vec![7; 10]);
        let place = bytes.as_ptr();
        assert_eq!(Wiped::from(bytes).as_ptr(), place);
    }
}
