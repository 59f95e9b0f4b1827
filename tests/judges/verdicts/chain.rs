//! Chains with a fault of one's choice: no tool makes them all, so they are put together element by element.

use certwright::der::{self, element, sequence};

use super::extension::{self, Extension};
use super::keys::Keys;

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
    /// Whether times before 2050 are written with the whole year.
    pub whole_years: bool,
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
            whole_years: false,
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

pub fn common_name(text: &str) -> Vec<u8> {
    name("2.5.4.3", text)
}

pub fn organization(text: &str) -> Vec<u8> {
    name("2.5.4.10", text)
}

fn name(kind: &str, text: &str) -> Vec<u8> {
    let value = element(der::UTF8_STRING, &[text.as_bytes()]);
    let attribute = sequence(&[&extension::identifier(kind), &value]);
    sequence(&[&element(der::SET, &[&attribute])])
}
