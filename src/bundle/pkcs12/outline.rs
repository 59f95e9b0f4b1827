//! How a PKCS #12 file is protected, which can be told without its password.

use super::mac::Mac;
use super::read::{content_info, explicit, octets_of};
use super::{DATA, ENCRYPTED_DATA, SHROUDED_KEY_BAG};
use crate::ber;
use crate::crypto::Scheme;
use crate::der::{self, Element};
use crate::error::Result;

/// The protection of a file, in words.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Outline {
    /// The code over the contents, by which a change or a wrong password is told; none if there is none.
    pub code: Option<String>,
    /// How its parts and the keys outside them are encrypted, each way once, and so many at the most.
    pub encryption: Vec<String>,
}

impl Outline {
    /// Reads it from a `PFX` in DER.
    ///
    /// What is not known here is named in words too. Fails with
    /// [`ErrorKind::Malformed`](crate::error::ErrorKind::Malformed) if the file is damaged.
    pub fn read(pfx: &[u8]) -> Result<Self> {
        let mut parts = der::only(pfx)?.open(der::SEQUENCE)?;
        parts.element()?.expect(der::INTEGER)?;
        let contents = parts.element()?;
        let mut outline = Self::default();
        if !parts.is_empty() {
            let code = Mac::read(&parts.element()?).map(|mac| mac.to_string());
            outline.code = Some(code.unwrap_or_else(|error| error.to_string()));
        }
        let contents = ber::to_der(octets_of(&contents, "its contents are")?)?;
        let mut safes = der::only(&contents)?.open(der::SEQUENCE)?;
        while !safes.is_empty() {
            outline.add_safe(&safes.element()?)?;
        }
        Ok(outline)
    }

    fn add_safe(&mut self, safe: &Element<'_>) -> Result<()> {
        let (oid, content) = content_info(safe)?;
        match oid.as_str() {
            ENCRYPTED_DATA => {
                let mut parts = content.open(der::SEQUENCE)?;
                parts.element()?.expect(der::INTEGER)?;
                let mut parts = parts.element()?.open(der::SEQUENCE)?;
                parts.element()?.expect(der::OBJECT_IDENTIFIER)?;
                self.add_scheme(&parts.element()?);
            }
            DATA => self.add_bags(content.expect(der::OCTET_STRING)?)?,
            // Reading it says what is wrong.
            _ => {}
        }
        Ok(())
    }

    /// Adds how the keys among bags are encrypted; deeper bags are written by nobody.
    fn add_bags(&mut self, bags: &[u8]) -> Result<()> {
        let bags = ber::to_der(bags)?;
        let mut bags = der::only(&bags)?.open(der::SEQUENCE)?;
        while !bags.is_empty() {
            let mut bag = bags.element()?.open(der::SEQUENCE)?;
            if bag.element()?.oid()? == SHROUDED_KEY_BAG {
                let mut key = explicit(&bag.element()?)?.open(der::SEQUENCE)?;
                self.add_scheme(&key.element()?);
            }
        }
        Ok(())
    }

    fn add_scheme(&mut self, algorithm: &Element<'_>) {
        let told = match Scheme::read(algorithm) {
            Ok(scheme) => scheme.to_string(),
            Err(error) => error.to_string(),
        };
        if self.encryption.len() < MAX_TOLD && !self.encryption.contains(&told) {
            self.encryption.push(told);
        }
    }
}

/// Programs write two; a file may give each of a million keys its own number of iterations.
const MAX_TOLD: usize = 20;
