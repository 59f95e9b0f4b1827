//! The keys and signatures of the chains, by openssl: nobody else makes RSA-768 and signs with SHA-1.

use std::collections::HashMap;

use certwright::der::{self, element, sequence};
use certwright::pem;
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};

use super::chain::Draft;
use super::extension;
use crate::sandbox::Sandbox;

/// The keys of all chains by their kind, each made once, and the certificates numbered.
pub struct Keys<'a> {
    sandbox: &'a Sandbox,
    public: HashMap<&'static str, Vec<u8>>,
    now: OffsetDateTime,
    numbered: u32,
}

impl<'a> Keys<'a> {
    pub fn new(sandbox: &'a Sandbox) -> Self {
        Self {
            sandbox,
            public: HashMap::new(),
            now: OffsetDateTime::now_utc(),
            numbered: 0,
        }
    }

    /// The private key of a kind, in PEM.
    pub fn private(&mut self, kind: &'static str) -> String {
        self.public(kind);
        self.sandbox.text(&format!("key-{kind}.pem"))
    }

    /// The subjectPublicKeyInfo.
    fn public(&mut self, kind: &'static str) -> Vec<u8> {
        if let Some(known) = self.public.get(kind) {
            return known.clone();
        }
        let algorithm = match kind.strip_prefix("rsa") {
            Some(bits) => format!("RSA -pkeyopt rsa_keygen_bits:{bits}"),
            None if kind == "ed25519" => kind.to_owned(),
            None => format!("EC -pkeyopt ec_paramgen_curve:{}", curve(kind)),
        };
        let form = if kind == "explicit" {
            "-ec_param_enc explicit"
        } else {
            ""
        };
        let file = format!("key-{kind}");
        let make = format!("genpkey -algorithm {algorithm} -out {file}.pem");
        self.sandbox.other("openssl", &make);
        let export = format!("pkey -in {file}.pem -pubout {form} -outform DER -out {file}.der");
        self.sandbox.other("openssl", &export);
        let file = self.sandbox.path(&format!("{file}.der"));
        let public = std::fs::read(file).expect("openssl wrote it");
        self.public.insert(kind, public.clone());
        public
    }

    /// The certificate of a draft, in PEM.
    pub fn sign(&mut self, draft: &Draft, signer: &Draft) -> String {
        let algorithm = algorithm(signer.key, draft.digest);
        let body = self.body(draft, signer, &algorithm);
        self.sandbox.write("body", &body);
        let key = format!("key-{}.pem", signer.key);
        let words = if signer.key == "ed25519" {
            format!("pkeyutl -sign -rawin -inkey {key} -in body -out signature")
        } else {
            format!("dgst -{} -sign {key} -out signature body", draft.digest)
        };
        self.sandbox.other("openssl", &words);
        let mut signature =
            std::fs::read(self.sandbox.path("signature")).expect("openssl wrote it");
        if draft.damaged {
            *signature.last_mut().expect("a signature has bytes") ^= 1;
        }
        let whole = sequence(&[&body, &algorithm, &der::bit_string(&signature)]);
        pem::encode("CERTIFICATE", &whole)
    }

    fn body(&mut self, draft: &Draft, signer: &Draft, algorithm: &[u8]) -> Vec<u8> {
        self.numbered += 1;
        let (public, its_signers) = (self.public(draft.key), self.public(signer.key));
        let own_number = [&[1, 2, 3, 4][..], &self.numbered.to_be_bytes()].concat();
        let serial = if draft.serial.is_empty() {
            &own_number
        } else {
            &draft.serial
        };
        let (from, until) = draft.validity;
        let [from, until] = [from, until].map(|days| self.moment(days, draft.whole_years));
        let validity = sequence(&[&from, &until]);
        let identifiers = (key_identifier(&public), key_identifier(&its_signers));
        sequence(&[
            &version(draft),
            &element(der::INTEGER, &[serial]),
            algorithm,
            draft.issuer.as_ref().unwrap_or(&signer.subject),
            &validity,
            &draft.subject,
            &public,
            &extensions(draft, identifiers),
        ])
    }

    /// A moment some days from now, as RFC 5280 writes it unless the year is to be whole.
    fn moment(&self, days: i64, whole_year: bool) -> Vec<u8> {
        let moment = self.now + Duration::days(days);
        let text = moment.format(&Rfc3339).expect("a year of four digits");
        let digits: String = text[..19].chars().filter(char::is_ascii_digit).collect();
        if moment.year() < 2050 && !whole_year {
            element(der::UTC_TIME, &[&digits.as_bytes()[2..], b"Z"])
        } else {
            element(der::GENERALIZED_TIME, &[digits.as_bytes(), b"Z"])
        }
    }
}

/// The end of the public key is as good an identifier as a hash of it.
fn key_identifier(public: &[u8]) -> &[u8] {
    &public[public.len() - 20..]
}

/// The version, which the first has not.
fn version(draft: &Draft) -> Vec<u8> {
    if draft.version == 1 {
        return Vec::new();
    }
    let number = element(der::INTEGER, &[&[draft.version - 1]]);
    element(der::context_constructed(0), &[&number])
}

/// The extensions, which the first version has not.
fn extensions(draft: &Draft, (own, signers): (&[u8], &[u8])) -> Vec<u8> {
    if draft.version == 1 {
        return Vec::new();
    }
    let extensions = draft.extensions.iter();
    let encoded: Vec<u8> = extensions
        .flat_map(|each| each.to_der(own, signers))
        .collect();
    element(der::context_constructed(3), &[&sequence(&[&encoded])])
}

/// A curve as openssl calls it.
fn curve(key: &str) -> &str {
    match key {
        "p224" => "P-224",
        "p384" => "P-384",
        "p521" => "P-521",
        "secp256k1" => "secp256k1",
        _ => "P-256",
    }
}

/// The signatureAlgorithm.
fn algorithm(key: &str, digest: &str) -> Vec<u8> {
    let null = element(der::NULL, &[]);
    let (identifier, parameters) = match (key, digest) {
        ("ed25519", _) => ("1.3.101.112", &[][..]),
        (rsa, "sha1") if rsa.starts_with("rsa") => ("1.2.840.113549.1.1.5", &null[..]),
        (rsa, "md5") if rsa.starts_with("rsa") => ("1.2.840.113549.1.1.4", &null[..]),
        (rsa, _) if rsa.starts_with("rsa") => ("1.2.840.113549.1.1.11", &null[..]),
        (_, "sha1") => ("1.2.840.10045.4.1", &[][..]),
        _ => ("1.2.840.10045.4.3.2", &[][..]),
    };
    sequence(&[&extension::identifier(identifier), parameters])
}
