//! `certwright trust env`

use anyhow::Result;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use certwright::ca::Authority;
use certwright::trust::environment::{self, Shell, Variable};

use super::known;
use crate::cli::app::Context;
use crate::cli::report::{Facts, Paint, Report, Text};

/// Print the variables that make runtimes with a list of their own accept the local CA
///
/// For those whose variable replaces their list, a bundle of the system's roots and the CA's is kept in the
/// CA's folder. Use it as: eval "$(certwright trust env)"
#[derive(Args)]
pub struct Env {
    /// The form of the lines
    #[arg(long, value_name = "FORM", default_value = "sh")]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// export NAME='value'
    Sh,
    /// set -gx NAME 'value'
    Fish,
    /// $env:NAME = 'value'
    Powershell,
    /// NAME="value", as Docker Compose and dotenv libraries read it
    Dotenv,
    /// NAME=value, to be appended to $GITHUB_ENV
    Github,
}

impl Env {
    /// Writes the files that the variables name, and prints the variables.
    pub fn run(&self, context: &Context) -> Result<Report> {
        let authority = Authority::look(context.home()?)?;
        let roots = known(&authority, context.now)?;
        let files = environment::Files::of(authority.home());
        files.refresh(&context.host()?.root, &roots)?;
        let variables = environment::variables(&files);
        let notes = variables.iter().filter_map(|variable| {
            let set = std::env::var(variable.name).ok()?;
            (set != variable.value).then(|| {
                format!(
                    "{} is {set} already; these lines change it to {}",
                    variable.name, variable.value
                )
            })
        });
        let notes: Vec<String> = notes.collect();
        let shell = match self.format {
            Format::Sh => Shell::Sh,
            Format::Fish => Shell::Fish,
            Format::Powershell => Shell::PowerShell,
            Format::Dotenv => Shell::Dotenv,
            Format::Github => Shell::GitHub,
        };
        Ok(Report::new(Variables { variables, shell }).with_notes(notes))
    }
}

struct Variables {
    variables: Vec<Variable>,
    shell: Shell,
}

impl Facts for Variables {
    fn text(&self, _: Paint) -> Text {
        let lines = self.variables.iter().map(|variable| {
            let line = self.shell.line(variable);
            match self.shell {
                Shell::Dotenv | Shell::GitHub => format!("{line}\n"),
                _ => format!("{line}  # {}\n", variable.readers),
            }
        });
        Text::lines(lines.collect::<String>())
    }

    fn json(&self) -> Value {
        json!({ "variables": self.rows() })
    }

    fn rows(&self) -> Vec<Value> {
        let row = |variable: &Variable| json!({ "name": variable.name, "value": variable.value, "readers": variable.readers });
        self.variables.iter().map(row).collect()
    }
}
