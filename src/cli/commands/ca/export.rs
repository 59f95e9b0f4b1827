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

/// Print the root certificate, for clients to trust; never a key
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
        let bytes = match self.to {
            Encoding::Der => root.der().to_vec(),
            Encoding::Mobileconfig => mobileconfig::profile(&root).into_bytes(),
            Encoding::Pem => root.to_pem().into_bytes(),
        };
        let file = self.output.file().map(Path::to_owned);
        if let Some(path) = &file {
            files::write(
                vec![NewFile::public(path, bytes)],
                self.overwrite.existing(),
            )?;
        }
        Ok(Report::new(Exported {
            root,
            encoding: self.to,
            file,
            to_stdout: self.output.is_stdout_by_name(),
        }))
    }
}

struct Exported {
    root: Certificate,
    encoding: Encoding,
    file: Option<PathBuf>,
    /// Asked for by name, so even a terminal gets DER.
    to_stdout: bool,
}

impl Facts for Exported {
    fn text(&self, _: Paint) -> Text<'_> {
        match (&self.file, self.encoding) {
            (Some(file), _) => {
                Text::lines(format!("{}  {}\n", file.display(), self.root.subject()))
            }
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
        })
    }
}
