//! `certwright man`

use anyhow::{Context as _, Result};
use clap::{Args, Command, CommandFactory as _};
use serde_json::{Value, json};

use crate::cli::app::Cli;
use crate::cli::report::{Facts, Paint, Report, Text};

/// Print a manual page, in roff
#[derive(Args)]
pub struct Man {
    /// The command, such as `issue` or `ca init` [default: certwright itself]
    #[arg(value_name = "COMMAND")]
    command: Vec<String>,

    /// List the names of all pages instead
    #[arg(long, conflicts_with = "command")]
    list: bool,
}

impl Man {
    /// Makes the page from the definition of the command line.
    pub fn run(&self) -> Result<Report> {
        let mut root = Cli::command();
        root.build();
        if self.list {
            let mut names = Vec::new();
            collect(&root, "certwright", &mut names);
            return Ok(Report::new(Pages(names)));
        }
        let (mut command, mut name) = (&root, "certwright".to_owned());
        for word in &self.command {
            let found = command.find_subcommand(word);
            command = found.with_context(|| format!("{name} has no command \"{word}\""))?;
            name = format!("{name}-{word}");
        }
        let mut page = Vec::new();
        clap_mangen::Man::new(command.clone())
            .title(name.to_uppercase())
            .source(concat!("certwright ", env!("CARGO_PKG_VERSION")))
            .render(&mut page)?;
        Ok(Report::new(Page {
            name,
            text: String::from_utf8(page)?,
        }))
    }
}

fn collect(command: &Command, name: &str, names: &mut Vec<String>) {
    names.push(name.to_owned());
    for below in command.get_subcommands() {
        collect(below, &format!("{name}-{}", below.get_name()), names);
    }
}

struct Page {
    name: String,
    text: String,
}

impl Facts for Page {
    fn text(&self, _: Paint) -> Text {
        Text::lines(self.text.clone())
    }

    fn json(&self) -> Value {
        json!({ "name": self.name, "page": self.text })
    }
}

struct Pages(Vec<String>);

impl Facts for Pages {
    fn text(&self, _: Paint) -> Text {
        Text::lines(
            self.0
                .iter()
                .map(|name| format!("{name}\n"))
                .collect::<String>(),
        )
    }

    fn json(&self) -> Value {
        json!({ "pages": self.0 })
    }
}
