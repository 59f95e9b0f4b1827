//! Chains with a fault of one's choice: no tool makes them all, so they are put together element by element.

use std::collections::HashMap;

use certwright::der::{self, element, sequence};
use certwright::pem;
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};

use super::extension::{self, Extension};
use crate::sandbox::Sandbox;

/// The name that every client asks for, unless a chain says otherwise.
pub const HOST: &str = "app.test";

/// Certificates from the root to the leaf, each signed by the one before.
pub struct Chain {
    pub name: &'static str,
    pub host: &'static str,
    /// First the root, last the leaf.
    pub certificates: Vec<Draft>,
    /// What the server sends, in this order.
    pub sent: Vec<usize>,
    /// What the client trusts; without it, a root that has nothing to do with the chain.
    pub trusted: Option<usize>,
}

/// What a certificate is to say.
#[derive(Clone)]
pub struct Draft {
    pub version: u8,
    pub serial: Vec<u8>,
    pub subject: Vec<u8>,
    /// The name of the issuer, where it is not the subject of the certificate before.
    pub issuer: Option<Vec<u8>>,
    /// Whether its own key signs it.
    pub self_signed: bool,
    /// Days from now.
    pub validity: (i64, i64),
    pub key: &'static str,
    pub digest: &'static str,
    pub extensions: Vec<Extension>,
    /// Whether its signature is changed afterwards.
    pub damaged: bool,
}

/// What a server and a client need: PEM.
pub struct Made {
    pub sent: String,
    pub key: String,
    pub trusted: String,
}

impl Chain {
    /// A chain that every client accepts: a root, an intermediate, a leaf.
    pub fn good(name: &'static str) -> Self {
        let authority = |kind: &str| {
            let mut draft = Draft::new(format!("{kind} of {name}"), "p256");
            draft.extensions = extension::authority();
            draft.validity = (-30, 3650);
            draft
        };
        let mut root = authority("root");
        root.self_signed = true;
        let mut leaf = Draft::new(format!("leaf of {name}"), "p256");
        leaf.extensions = extension::leaf(HOST);
        Self {
            name,
            host: HOST,
            certificates: vec![root, authority("intermediate"), leaf],
            sent: vec![2, 1],
            trusted: Some(0),
        }
    }

    pub fn root(&mut self) -> &mut Draft {
        &mut self.certificates[0]
    }

    pub fn intermediate(&mut self) -> &mut Draft {
        &mut self.certificates[1]
    }

    pub fn leaf(&mut self) -> &mut Draft {
        self.certificates.last_mut().expect("a chain has a leaf")
    }

    /// Only the leaf, signed by itself and issued by nobody else.
    pub fn self_signed(&mut self) {
        self.certificates.drain(..2);
        self.leaf().self_signed = true;
        self.sent = vec![0];
    }

    /// One more intermediate below the first.
    pub fn lengthen(&mut self) {
        let mut below = self.certificates[1].clone();
        below.subject = common_name(&format!("second intermediate of {}", self.name));
        self.certificates.insert(2, below);
        self.sent = vec![3, 2, 1];
    }

    /// Makes and signs them all.
    pub fn make(&self, keys: &mut Keys) -> Made {
        let mut certificates: Vec<String> = Vec::new();
        for (index, draft) in self.certificates.iter().enumerate() {
            let above = &self.certificates[index.saturating_sub(1)];
            let signer = if draft.self_signed { draft } else { above };
            certificates.push(keys.sign(draft, signer));
        }
        let sent = self.sent.iter().map(|index| &*certificates[*index]);
        let last = self.certificates.last().expect("a chain has a leaf");
        let trusted = match self.trusted {
            Some(index) => certificates[index].clone(),
            None => {
                let other = &Chain::good("nothing here").certificates[0];
                keys.sign(other, other)
            }
        };
        Made {
            sent: sent.collect(),
            key: keys.private(last.key),
            trusted,
        }
    }
}

impl Draft {
    fn new(subject: String, key: &'static str) -> Self {
        Self {
            version: 3,
            serial: Vec::new(),
            subject: common_name(&subject),
            issuer: None,
            self_signed: false,
            validity: (-10, 300),
            key,
            digest: "sha256",
            extensions: Vec::new(),
            damaged: false,
        }
    }

    /// Puts an extension in the place of the one of its kind, or adds it.
    pub fn set(&mut self, extension: Extension) {
        self.drop(extension.identifier);
        self.extensions.push(extension);
    }

    pub fn drop(&mut self, identifier: &str) {
        self.extensions
            .retain(|extension| extension.identifier != identifier);
    }
}

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

    fn private(&mut self, kind: &'static str) -> String {
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

    fn sign(&mut self, draft: &Draft, signer: &Draft) -> String {
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
        pem::encode("CERTIFICATE", &whole).to_string()
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
        let validity = sequence(&[&self.moment(from), &self.moment(until)]);
        let version = element(
            der::context_constructed(0),
            &[&element(der::INTEGER, &[&[draft.version - 1]])],
        );
        let extensions: Vec<u8> = draft
            .extensions
            .iter()
            .flat_map(|extension| {
                extension.to_der(key_identifier(&public), key_identifier(&its_signers))
            })
            .collect();
        let extensions = element(der::context_constructed(3), &[&sequence(&[&extensions])]);
        let old = draft.version == 1;
        sequence(&[
            if old { &[][..] } else { &version },
            &element(der::INTEGER, &[serial]),
            algorithm,
            draft.issuer.as_ref().unwrap_or(&signer.subject),
            &validity,
            &draft.subject,
            &public,
            if old || draft.extensions.is_empty() {
                &[]
            } else {
                &extensions
            },
        ])
    }

    /// A moment some days from now, as RFC 5280 writes it.
    fn moment(&self, days: i64) -> Vec<u8> {
        let moment = self.now + Duration::days(days);
        let text = moment.format(&Rfc3339).expect("a year of four digits");
        let digits: String = text[..19].chars().filter(char::is_ascii_digit).collect();
        if moment.year() < 2050 {
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

pub fn common_name(text: &str) -> Vec<u8> {
    let value = element(der::UTF8_STRING, &[text.as_bytes()]);
    let attribute = sequence(&[&extension::identifier("2.5.4.3"), &value]);
    sequence(&[&element(der::SET, &[&attribute])])
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
