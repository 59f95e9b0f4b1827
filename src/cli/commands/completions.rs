//! `certwright completions`

use anyhow::Result;
use clap::{Args, CommandFactory as _};
use clap_complete::Shell;
use serde_json::{Value, json};

use crate::cli::app::Cli;
use crate::cli::report::{Facts, Paint, Report, Text};

/// Print a shell's completion script
#[derive(Args)]
pub struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

impl Completions {
    /// Makes the script from the definition of the command line.
    pub fn run(&self) -> Result<Report> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "certwright", &mut script);
        Ok(Report::new(Script {
            shell: self.shell,
            text: String::from_utf8(script)?,
        }))
    }
}

struct Script {
    shell: Shell,
    text: String,
}

impl Facts for Script {
    fn text(&self, _: Paint) -> Text {
        Text::lines(self.text.clone())
    }

    fn json(&self) -> Value {
        json!({ "shell": self.shell.to_string(), "script": self.text })
    }
}
