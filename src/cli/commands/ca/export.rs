//! `certwright ca export`

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use certwright::ca::Authority;
use certwright::cert::Certificate;
use certwright::files::{self, NewFile};
use certwright::trust::mobileconfig;

use crate::cli::app::Context;
use crate::cli::args::{Output, Overwrite};
use crate::cli::input::shown;
use crate::cli::report::{Facts, Paint, Report, Text};

/// Print the root certificate, for clients to trust, or the index of what was issued; never a key
#[derive(Args)]
pub struct Export {
    /// Its encoding
    #[arg(long, value_name = "FORMAT", default_value = "pem")]
    to: Encoding,

    #[command(flatten)]
    output: Output,

    #[command(flatten)]
    overwrite: Overwrite,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Encoding {
    /// As Windows and Android take it
    Der,
    /// Not the root: what the CA issued and revoked, as `openssl ca` keeps it in index.txt
    Index,
    /// Apple's configuration profile, for iPhones, iPads and Macs
    Mobileconfig,
    /// As everything else takes it
    Pem,
}

impl Export {
    /// Writes the root's certificate, or the index.
    pub fn run(&self, context: &Context) -> Result<Report> {
        let authority = Authority::open(context.home()?)?;
        let current = authority.current();
        let (certificate, content) = match self.to {
            Encoding::Index => {
                let index = authority.export_index(current.name(), context.now)?;
                (current.issuing(), Content::Index(index))
            }
            encoding => (current.root(), Content::Root(encoding)),
        };
        let mut exported = Exported {
            certificate: certificate.clone(),
            content,
            files: Vec::new(),
            to_stdout: self.output.is_stdout_by_name(),
        };
        if let Some(path) = self.output.file() {
            let mut outputs = vec![NewFile::public(path, exported.bytes())];
            if self.to == Encoding::Index {
                let mut beside = path.to_owned().into_os_string();
                beside.push(".attr");
                outputs.push(NewFile::public(beside, NOT_UNIQUE));
            }
            exported.files = outputs.iter().map(|file| file.path.clone()).collect();
            files::write(outputs, self.overwrite.existing())?;
        }
        Ok(Report::new(exported))
    }
}

struct Exported {
    /// The root; of an index, the CA that issued what it tells of.
    certificate: Certificate,
    content: Content,
    /// What was written; none for standard output.
    files: Vec<PathBuf>,
    /// Asked for by name, so even a terminal gets DER.
    to_stdout: bool,
}

enum Content {
    Root(Encoding),
    Index(String),
}

impl Exported {
    fn bytes(&self) -> Vec<u8> {
        match &self.content {
            Content::Root(Encoding::Der) => self.certificate.der().to_vec(),
            _ => self.lines().into_bytes(),
        }
    }

    /// What is written, of all that is text.
    fn lines(&self) -> String {
        match &self.content {
            Content::Index(index) => index.clone(),
            Content::Root(Encoding::Mobileconfig) => mobileconfig::profile(&self.certificate),
            Content::Root(_) => self.certificate.to_pem(),
        }
    }

    fn mobileconfig(&self) -> Option<String> {
        matches!(self.content, Content::Root(Encoding::Mobileconfig)).then(|| self.lines())
    }

    fn index(&self) -> Option<&String> {
        match &self.content {
            Content::Index(index) => Some(index),
            Content::Root(_) => None,
        }
    }

    /// What was written where.
    fn written(&self, file: &Path) -> String {
        let subject = self.certificate.subject();
        let file = shown(file);
        match self.index() {
            None => format!("{file}  {subject}\n"),
            Some(index) => {
                let count = match index.lines().count() {
                    1 => "1 certificate".to_owned(),
                    count => format!("{count} certificates"),
                };
                format!("{file}  {count} that {subject} issued\n")
            }
        }
    }
}

impl Facts for Exported {
    fn text(&self, _: Paint) -> Text {
        match (&self.files[..], &self.content) {
            ([file, beside @ ..], _) => {
                let beside = beside.iter().map(|file| format!("{}\n", shown(file)));
                Text::lines(self.written(file) + &beside.collect::<String>())
            }
            ([], Content::Root(Encoding::Der)) => Text::Binary {
                bytes: Zeroizing::new(self.bytes()),
                even_to_terminal: self.to_stdout,
            },
            ([], _) => Text::lines(self.lines()),
        }
    }

    fn json(&self) -> Value {
        let pem = self.index().is_none().then(|| self.certificate.to_pem());
        json!({
            "subject": self.certificate.subject().to_string(),
            "sha256": self.certificate.fingerprint().to_text(Default::default()),
            "file": self.files.first().map(|file| shown(file)),
            "pem": pem,
            "mobileconfig": self.mobileconfig(),
            "index": self.index(),
        })
    }
}

/// What lies beside an index: that two certificates may have one subject, and ours mostly have none.
const NOT_UNIQUE: &str = "unique_subject = no\n";
