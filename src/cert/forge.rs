//! Certificates written field by field, for tests: what `issue` would never make.

use crate::cert::Decoded;
use crate::cert::extensions::{
    AUTHORITY_KEY_IDENTIFIER, BASIC_CONSTRAINTS, EXTENDED_KEY_USAGE, Extension, KEY_USAGE,
    SUBJECT_ALTERNATIVE_NAME, SUBJECT_KEY_IDENTIFIER,
};
use crate::der;
use crate::key::{PrivateKey, PublicKey};
use crate::name::Subject;

/// The fields of a certificate as they will be written, sound or not.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What the version's field holds (2 stands for version 3); none leaves the field out.
    pub version: Option<u8>,
    /// The octets of the INTEGER.
    pub serial: Vec<u8>,
    /// The `AlgorithmIdentifier` among what is signed; none writes the signer's.
    pub inner_algorithm: Option<Vec<u8>>,
    /// The one beside the signature; none writes the signer's.
    pub outer_algorithm: Option<Vec<u8>>,
    /// A `Name`, in DER.
    pub issuer: Vec<u8>,
    /// Tag and text of a `Time`.
    pub not_before: (u8, String),
    /// Tag and text of a `Time`.
    pub not_after: (u8, String),
    /// A `Name`, in DER.
    pub subject: Vec<u8>,
    /// A `SubjectPublicKeyInfo`, in DER.
    pub spki: Vec<u8>,
    /// What stands between the key and the extensions, in DER: unique identifiers.
    pub identifiers: Vec<u8>,
    /// None leaves the field out.
    pub extensions: Option<Vec<Extension>>,
}

impl Draft {
    /// A server's certificate for `a.test` in which nothing is wrong.
    pub fn leaf(key: &PublicKey, issuer: &PublicKey) -> Self {
        let name = der::element(der::context(2), &[b"a.test"]);
        let mut this = Self::of("a.test", key, issuer);
        this.set(KEY_USAGE, true, &[der::BIT_STRING, 2, 7, 0x80]);
        this.set(EXTENDED_KEY_USAGE, false, &purposes(&[SERVER]));
        this.set(SUBJECT_ALTERNATIVE_NAME, false, &der::sequence(&[&name]));
        this
    }

    /// A CA's certificate in which nothing is wrong.
    pub fn authority(name: &str, key: &PublicKey, issuer: &PublicKey) -> Self {
        let is_ca = der::element(BOOLEAN, &[&[0xff]]);
        let mut this = Self::of(name, key, issuer);
        this.set(BASIC_CONSTRAINTS, true, &der::sequence(&[&is_ca]));
        this.set(KEY_USAGE, true, &[der::BIT_STRING, 2, 1, 0x06]);
        this
    }

    /// A root's certificate in which nothing is wrong.
    pub fn root(key: &PublicKey) -> Self {
        Self::authority(ISSUER, key, key)
    }

    fn of(name: &str, key: &PublicKey, issuer: &PublicKey) -> Self {
        let key_id = der::element(der::OCTET_STRING, &[&key.key_identifier()]);
        let authority = der::element(der::context(0), &[&issuer.key_identifier()]);
        let mut this = Self {
            version: Some(2),
            serial: (0x40..0x50).collect(),
            inner_algorithm: None,
            outer_algorithm: None,
            issuer: common_name(ISSUER),
            not_before: (der::UTC_TIME, "261121000000Z".into()),
            not_after: (der::UTC_TIME, "270218235959Z".into()),
            subject: common_name(name),
            spki: key.spki().to_vec(),
            identifiers: Vec::new(),
            extensions: Some(Vec::new()),
        };
        this.set(SUBJECT_KEY_IDENTIFIER, false, &key_id);
        this.set(
            AUTHORITY_KEY_IDENTIFIER,
            false,
            &der::sequence(&[&authority]),
        );
        this
    }

    /// Puts an extension in the place of the one of its kind, or at the end.
    pub fn set(&mut self, oid: &str, critical: bool, value: &[u8]) {
        let extension = Extension {
            oid: oid.to_owned(),
            critical,
            value: value.to_vec(),
        };
        let all = self.extensions.get_or_insert_default();
        match all.iter_mut().find(|known| known.oid == oid) {
            Some(known) => *known = extension,
            None => all.push(extension),
        }
    }

    /// Leaves an extension out.
    pub fn remove(&mut self, oid: &str) {
        if let Some(all) = &mut self.extensions {
            all.retain(|extension| extension.oid != oid);
        }
    }

    /// Encodes it, signed by a key.
    pub fn to_der(&self, signer: &PrivateKey) -> Vec<u8> {
        let ours = signer.scheme().algorithm_identifier();
        let mut fields = match self.version {
            Some(version) => {
                let number = der::element(der::INTEGER, &[&[version]]);
                der::element(der::context_constructed(0), &[&number])
            }
            None => Vec::new(),
        };
        fields.extend(der::element(der::INTEGER, &[&self.serial]));
        fields.extend_from_slice(self.inner_algorithm.as_ref().unwrap_or(&ours));
        fields.extend_from_slice(&self.issuer);
        let time = |(tag, text): &(u8, String)| der::element(*tag, &[text.as_bytes()]);
        fields.extend(der::sequence(&[
            &time(&self.not_before),
            &time(&self.not_after),
        ]));
        for field in [&self.subject, &self.spki, &self.identifiers] {
            fields.extend_from_slice(field);
        }
        if let Some(all) = &self.extensions {
            let all: Vec<u8> = all.iter().flat_map(encode).collect();
            fields.extend(der::element(
                der::context_constructed(3),
                &[&der::sequence(&[&all])],
            ));
        }
        let signed = der::sequence(&[&fields]);
        let signature = der::bit_string(&signer.sign(&signed).unwrap());
        let outer = self.outer_algorithm.as_ref().unwrap_or(&ours);
        der::sequence(&[&signed, outer, &signature])
    }

    /// Encodes it, signed by a key, and decodes it again.
    pub fn to_decoded(&self, signer: &PrivateKey) -> Decoded {
        Decoded::from_der(&self.to_der(signer)).unwrap()
    }
}

/// The value of an extended key usage.
pub fn purposes(oids: &[&str]) -> Vec<u8> {
    let all: Vec<u8> = oids.iter().flat_map(|oid| object_identifier(oid)).collect();
    der::sequence(&[&all])
}

/// Encodes an OID given in dotted decimal.
pub fn object_identifier(dotted: &str) -> Vec<u8> {
    der::object_identifier(&der::parse_dotted(dotted).unwrap())
}

/// A `Name` that has one common name.
pub fn common_name(name: &str) -> Vec<u8> {
    Subject::common_name(name).unwrap().to_der()
}

fn encode(extension: &Extension) -> Vec<u8> {
    let critical = match extension.critical {
        true => der::element(BOOLEAN, &[&[0xff]]),
        false => Vec::new(),
    };
    let value = der::element(der::OCTET_STRING, &[&extension.value]);
    der::sequence(&[&object_identifier(&extension.oid), &critical, &value])
}

const BOOLEAN: u8 = 0x01;
/// The common name of every issuer here.
const ISSUER: &str = "test CA";
/// id-kp-serverAuth (RFC 5280 §4.2.1.12).
pub const SERVER: &str = "1.3.6.1.5.5.7.3.1";

mod tests {
    use super::*;
    use crate::crypto::Algorithm;

    #[test]
    fn what_is_sound_has_no_fault() {
        let key = PrivateKey::generate(Algorithm::P256).unwrap();
        let public = key.public_key();
        let (root, leaf) = (Draft::root(public), Draft::leaf(public, public));
        for draft in [&root, &leaf] {
            let decoded = draft.to_decoded(&key);
            assert_eq!(decoded.faults, []);
            let (scheme, signed) = (decoded.scheme.unwrap(), decoded.signed());
            assert!(public.verify(scheme, signed, decoded.signature()).unwrap());
        }
        assert!(root.to_decoded(&key).is_authority() && root.to_decoded(&key).is_self_issued());
        assert!(!leaf.to_decoded(&key).is_authority());
    }
}
