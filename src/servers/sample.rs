//! A deployment for the tests of this room, and what was laid out for it.

use time::macros::datetime;

use super::{Backend, Deployment, File, Folder, Layout, Server};
use crate::cert::{Certificate, Issuer};
use crate::crypto::Algorithm;
use crate::error::Result;
use crate::issue::{Signatory, Template, issue};
use crate::key::PrivateKey;
use crate::name::{NameConstraints, San, Subject};
use crate::profile::{ConstraintPreset, Profile, Purposes};
use crate::validity::{Lifetime, Validity};

/// What is deployed, below a CA of the usual shape.
pub struct Sample {
    pub mutual: bool,
    pub port: u16,
    chain: Vec<Certificate>,
    root: Certificate,
    key: PrivateKey,
    folder: Folder,
    backend: Backend,
}

impl Sample {
    /// A server's certificate for some names, in a folder whose name no syntax takes for granted.
    pub fn new(names: &[&str]) -> Self {
        let (root, intermediate) = authorities(ConstraintPreset::Dns);
        let leaf = Profile::leaf(Purposes {
            server: true,
            ..Purposes::NONE
        });
        let names = names.iter().map(|name| name.parse().unwrap()).collect();
        let (own, key) = issued(leaf, "", names, Some(&intermediate));
        Self::of(vec![own, intermediate.certificate().clone()], root, key)
    }

    /// The intermediate of a CA itself, with the names that a preset lets it issue for.
    pub fn of_authority(preset: ConstraintPreset) -> Self {
        let (root, intermediate) = authorities(preset);
        let key = PrivateKey::from_bytes(
            intermediate.key().to_pkcs8_pem(None).unwrap().as_bytes(),
            None,
        );
        let chain = vec![intermediate.certificate().clone()];
        Self::of(chain, root, key.unwrap())
    }

    /// The same in another folder.
    pub fn in_folder(mut self, folder: &str) -> Self {
        self.folder = folder.parse().unwrap();
        self
    }

    /// Lays it out for a server.
    pub fn try_layout(&self, server: &Server) -> Result<LaidOut> {
        let own = &self.chain[0];
        let stem = match own.names().first() {
            Some(name) => name.file_stem(),
            None => "local_CA".to_owned(),
        };
        (server.layout)(&Deployment {
            stem: &stem,
            folder: &self.folder,
            here: &self.folder,
            chain: &self.chain,
            root: Some(&self.root),
            key: &self.key,
            port: self.port,
            backend: &self.backend,
            mutual: self.mutual,
            password: None,
        })
        .map(LaidOut)
    }

    /// Lays it out for a server that takes it.
    pub fn layout(&self, server: &Server) -> LaidOut {
        self.try_layout(server).unwrap()
    }

    fn of(chain: Vec<Certificate>, root: Certificate, key: PrivateKey) -> Self {
        Self {
            mutual: false,
            port: 4433,
            chain,
            root,
            key,
            folder: NASTY.parse().unwrap(),
            backend: "127.0.0.1:8080".parse().unwrap(),
        }
    }
}

/// What was laid out.
pub struct LaidOut(Layout);

impl LaidOut {
    /// The file of a name.
    pub fn file(&self, name: &str) -> &File {
        let mut files = self.0.files.iter();
        files.find(|file| file.name == name).unwrap()
    }

    /// The text of the last file whose name ends so.
    pub fn text(&self, ending: &str) -> String {
        let mut files = self.0.files.iter().rev();
        let file = files.find(|file| file.name.ends_with(ending)).unwrap();
        String::from_utf8(file.contents.to_vec()).unwrap()
    }

    /// The line for clients.
    pub fn client(&self) -> &str {
        &self.0.client
    }

    /// All notes in one text.
    pub fn notes(&self) -> String {
        self.0.notes.join("\n")
    }
}

fn authorities(preset: ConstraintPreset) -> (Certificate, Issuer) {
    let constraints = || -> Option<NameConstraints> { preset.constraints(&[]).unwrap() };
    let profile = Profile::root(Some(1), constraints());
    let (root, key) = issued(profile, "CN=root", Vec::new(), None);
    let root_issuer = Issuer::new(root.clone(), key).unwrap();
    let profile = Profile::intermediate(0, constraints());
    let (intermediate, key) = issued(profile, "CN=local CA", Vec::new(), Some(&root_issuer));
    (root, Issuer::new(intermediate, key).unwrap())
}

fn issued(
    profile: Profile,
    subject: &str,
    names: Vec<San>,
    issuer: Option<&Issuer>,
) -> (Certificate, PrivateKey) {
    let key = PrivateKey::generate(Algorithm::P256).unwrap();
    let template = Template {
        profile,
        subject: match subject {
            "" => Subject::empty(),
            subject => subject.parse().unwrap(),
        },
        names,
        public_key: key.public_key().clone(),
        validity: Validity::starting(datetime!(2026-11-21 12:00 UTC), Lifetime::days(30)).unwrap(),
    };
    let signatory = issuer.map_or(Signatory::Itself(&key), Signatory::Issuer);
    (issue(&template, signatory).unwrap(), key)
}

/// What means something in one syntax or another.
const NASTY: &str = r#"/srv/it's a "földer" {#1}; 100% <$HOME>"#;
