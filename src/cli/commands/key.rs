//! `certwright key`

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use certwright::crypto::Algorithm;
use certwright::files::{self, NewFile};

use crate::cli::app::Context;
use crate::cli::args::{AlgorithmParser, Output, Overwrite, generate, new_password};
use crate::cli::input::shown;
use crate::cli::report::{Facts, Paint, Report, Text};

/// Generate a private key, as PKCS #8 in PEM
#[derive(Args)]
pub struct Key {
    /// Kind of the key: p256, p384, p521, ed25519, rsa2048, rsa3072, rsa4096
    #[arg(long, short, value_name = "ALG", value_parser = AlgorithmParser, default_value = "p256", hide_possible_values = true)]
    algorithm: Algorithm,

    #[command(flatten)]
    output: Output,

    /// Encrypt it with a password
    #[arg(long)]
    encrypt: bool,

    /// Read the password from a file's first line; - for standard input
    #[arg(long, value_name = "FILE", requires = "encrypt")]
    password_file: Option<PathBuf>,

    #[command(flatten)]
    overwrite: Overwrite,
}

impl Key {
    /// Makes the key and writes it.
    pub fn run(&self, context: &Context) -> Result<Report> {
        let password = new_password(self.encrypt, self.password_file.as_ref(), context)?;
        let key = generate(self.algorithm)?;
        let pem = key.to_pkcs8_pem(password.as_ref())?;
        let file = self.output.file();
        if let Some(path) = file {
            files::write(
                vec![NewFile::private(path, pem.as_bytes())],
                self.overwrite.existing(),
            )?;
        }
        Ok(Report::new(Made {
            kind: key.public_key().kind().to_string(),
            algorithm: self.algorithm,
            encrypted: password.is_some(),
            pem,
            file: file.map(Path::to_owned),
        }))
    }
}

struct Made {
    kind: String,
    algorithm: Algorithm,
    encrypted: bool,
    pem: Zeroizing<String>,
    file: Option<PathBuf>,
}

impl Facts for Made {
    fn text(&self, _: Paint) -> Text {
        match &self.file {
            Some(file) => Text::lines(format!(
                "{}  private key, {}{}\n",
                shown(file),
                self.kind,
                if self.encrypted { ", encrypted" } else { "" }
            )),
            None => Text::Lines(self.pem.clone()),
        }
    }

    fn json(&self) -> Value {
        json!({
            "algorithm": self.algorithm,
            "encrypted": self.encrypted,
            "file": self.file.as_deref().map(Path::to_string_lossy),
            "private_key": self.file.is_none().then_some(self.pem.as_str()),
        })
    }
}
