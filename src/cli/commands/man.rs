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
        let mut pages = Vec::new();
        collect(&root, "certwright", &mut pages);
        if self.list {
            let names = pages.into_iter().map(|(name, _)| name).collect();
            return Ok(Report::new(Pages(names)));
        }
        // `ca init`, and also the name of the page.
        let asked = self.command.join("-");
        let is_asked = |name: &str| {
            name == asked
                || name
                    .trim_start_matches("certwright")
                    .trim_start_matches('-')
                    == asked
        };
        let (name, command) = pages
            .into_iter()
            .find(|(name, _)| is_asked(name))
            .with_context(|| {
                format!(
                    "there is no page \"{}\"; see man --list",
                    self.command.join(" ")
                )
            })?;
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

fn collect<'a>(command: &'a Command, name: &str, pages: &mut Vec<(String, &'a Command)>) {
    pages.push((name.to_owned(), command));
    for below in command.get_subcommands() {
        collect(below, &format!("{name}-{}", below.get_name()), pages);
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
