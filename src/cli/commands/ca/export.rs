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
    /// Writes the root's certificate.
    pub fn run(&self, context: &Context) -> Result<Report> {
        let authority = Authority::open(context.home()?)?;
        let root = authority.current().root().clone();
        let index = match self.to {
            Encoding::Index => authority.export_index(authority.current().name(), context.now)?,
            _ => String::new(),
        };
        let bytes = match self.to {
            Encoding::Der => root.der().to_vec(),
            Encoding::Index => index.clone().into_bytes(),
            Encoding::Mobileconfig => mobileconfig::profile(&root).into_bytes(),
            Encoding::Pem => root.to_pem().into_bytes(),
        };
        let file = self.output.file().map(Path::to_owned);
        if let Some(path) = &file {
            let mut outputs = vec![NewFile::public(path, bytes)];
            if self.to == Encoding::Index {
                let mut beside = path.clone().into_os_string();
                beside.push(".attr");
                outputs.push(NewFile::public(beside, NOT_UNIQUE));
            }
            files::write(outputs, self.overwrite.existing())?;
        }
        Ok(Report::new(Exported {
            root,
            encoding: self.to,
            index,
            file,
            to_stdout: self.output.is_stdout_by_name(),
        }))
    }
}

struct Exported {
    root: Certificate,
    encoding: Encoding,
    /// Empty if it is not what was asked for.
    index: String,
    file: Option<PathBuf>,
    /// Asked for by name, so even a terminal gets DER.
    to_stdout: bool,
}

impl Facts for Exported {
    fn text(&self, _: Paint) -> Text {
        match (&self.file, self.encoding) {
            (Some(file), _) => {
                Text::lines(format!("{}  {}\n", file.display(), self.root.subject()))
            }
            (None, Encoding::Index) => Text::lines(self.index.clone()),
            (None, Encoding::Mobileconfig) => Text::lines(mobileconfig::profile(&self.root)),
            (None, Encoding::Pem) => Text::lines(self.root.to_pem()),
            (None, Encoding::Der) => Text::Binary {
                bytes: Zeroizing::new(self.root.der().to_vec()),
                even_to_terminal: self.to_stdout,
            },
        }
    }

    fn json(&self) -> Value {
        json!({
            "subject": self.root.subject().to_string(),
            "sha256": self.root.fingerprint().to_text(Default::default()),
            "file": self.file.as_deref().map(Path::to_string_lossy),
            "pem": self.root.to_pem(),
            "mobileconfig": (self.encoding == Encoding::Mobileconfig)
                .then(|| mobileconfig::profile(&self.root)),
            "index": (self.encoding == Encoding::Index).then_some(&self.index),
        })
    }
}

/// What lies beside an index: that two certificates may have one subject, and ours mostly have none.
const NOT_UNIQUE: &str = "unique_subject = no\n";
