//! The command line: arguments become one request, the library answers, one place speaks.
//!
//! What a user meets is decided here: standard output is data, standard error is speech; nothing
//! asks where no terminal is; the exit code is 0 for done or yes, 1 for no, 2 for what could not be
//! done, 3 for a server that could not be reached.

mod app;
mod args;
mod commands;
mod deferred;
mod failure;
mod foreign;
mod input;
mod invoker;
mod issued;
mod output;
mod reaching;
mod report;
mod what;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;

use app::{Cli, Context};
use invoker::Invoker;

/// Parses, runs, renders.
pub fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().collect();
    let cli = match Cli::try_parse_from(&words) {
        Ok(cli) => cli,
        Err(error) => return failure::usage(&error, &words).into(),
    };
    cli.common.color.apply();
    let form = cli.common.form();
    if cli.command.is_about_the_user(&cli.common)
        && let Some(invoker) = Invoker::find()
    {
        return invoker
            .run(&words)
            .unwrap_or_else(|error| failure::show(&error, form, None))
            .into();
    }
    let exit = match Context::new(&cli.common).and_then(|context| cli.command.run(&context)) {
        Ok(report) => output::render(report, form, &cli.common),
        Err(error) => failure::show(&error, form, cli.common.named_home()),
    };
    exit.into()
}
