//! Changing the password of the CA's keys.

use std::path::PathBuf;

use super::home::take_turn;
use super::{Authority, create, generation};
use crate::error::{Error, ErrorKind, Result};
use crate::files::{self, Existing};
use crate::key::{Password, PrivateKey};

impl Authority {
    /// Encrypts the keys of the current generation with a new password, or with none.
    ///
    /// Fails with [`ErrorKind::Unsupported`] for an adopted CA, whose key is another program's.
    pub fn change_password(&self, old: Option<&Password>, new: Option<&Password>) -> Result<()> {
        let _lock = take_turn(&self.home)?;
        // Another process may have made a successor since this one opened the CA.
        let current = Self::open(&self.home)?.current;
        if current.is_adopted() {
            return Err(Error::new(
                ErrorKind::Unsupported,
                "the CA's key belongs to mkcert, which reads no encrypted keys",
            ));
        }
        let folder = current.folder();
        let keys =
            [generation::INTERMEDIATE_KEY, generation::ROOT_KEY].map(|name| folder.join(name));
        files::settle(keys.iter().map(PathBuf::as_path))?;
        current.unlock(old)?;
        let mut changed = Vec::new();
        for path in keys.into_iter().filter(|path| path.exists()) {
            let key = PrivateKey::from_bytes(&files::read(&path)?, old)
                .map_err(|error| error.about(path.display()))?;
            changed.push(create::key_file(path, &key, new)?);
        }
        files::write(changed, Existing::Replace)
    }
}
