//! The command line: arguments become one request, the library answers, one place speaks.
//!
//! What a user meets is decided here: standard output is data, standard error is speech; nothing
//! asks where no terminal is; the exit code is 0 for done or yes, 1 for no, 2 for what could not be
//! done, 3 for a server that could not be reached.

mod app;
mod args;
#[cfg(unix)]
mod awaited;
mod commands;
mod containers;
mod deferred;
mod ending;
mod failure;
mod foreign;
#[cfg(unix)]
mod heard;
mod in_order;
mod input;
mod invoker;
mod issued;
mod output;
mod ownership;
mod progress;
mod reaching;
mod report;
mod survey;
mod what;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use anyhow::Result;
use clap::Parser as _;

use app::{Cli, Context};
use args::Form;
use ending::Ending;
use invoker::Invoker;
use report::Exit;

/// Parses, runs, renders.
pub fn main() -> ExitCode {
    let typed: Vec<OsString> = std::env::args_os().collect();
    let words = as_mkcert(&typed);
    let cli = match Cli::try_parse_from(words.as_ref().unwrap_or(&typed)) {
        Ok(cli) => cli,
        Err(error) => return failure::usage(&error, &typed).into(),
    };
    cli.common.color.apply();
    let form = cli.common.form();
    if cli.command.is_about_the_user(&cli.common)
        && let Some(invoker) = Invoker::find()
    {
        return invoker
            .run(&typed)
            .unwrap_or_else(|error| failure::show(&error, form, None))
            .into();
    }
    match cli.command.goes_on().then(Ending::on_signals).transpose() {
        Ok(ending) => go_on(&cli, form, &ending.unwrap_or_default()).into(),
        Err(source) => failure::show(&source.into(), form, None).into(),
    }
}

/// Runs the command, and again for as long as it wants to be and is not asked to end.
fn go_on(cli: &Cli, form: Form, ending: &Ending) -> Exit {
    loop {
        let (exit, again) = run(cli, form, ending);
        let Some(pause) = again.filter(|_| !ending.is_asked()) else {
            return exit;
        };
        sleep(pause, ending);
        if ending.is_asked() {
            return Exit::Yes;
        }
    }
}

/// Runs the command once, and tells after how long it is to be run again, if it is.
fn run(cli: &Cli, form: Form, ending: &Ending) -> (Exit, Option<Duration>) {
    told(cli, form, ending).unwrap_or_else(|error| {
        let shown = failure::show(&error, form, cli.common.named_home());
        (cli.command.failure(shown), None)
    })
}

fn told(cli: &Cli, form: Form, ending: &Ending) -> Result<(Exit, Option<Duration>)> {
    let context = Context::new(&cli.common, ending)?;
    let mut report = cli.command.run(&context)?;
    if let Some(home) = cli.common.named_home() {
        let named = |note: &mut String| *note = failure::for_home(note, home);
        report.notes.iter_mut().for_each(named);
    }
    let again = report.again;
    Ok((output::render(report, form, &cli.common), again))
}

/// Waits by the clock on the wall, and in short lengths: the time that a machine slept through counts.
fn sleep(pause: Duration, ending: &Ending) {
    let end = SystemTime::now() + pause;
    while let Ok(left) = end.duration_since(SystemTime::now())
        && !ending.is_asked()
    {
        // Whoever sets the clock back makes nobody wait longer than was meant.
        let Some(left) = Some(left.min(pause)).filter(|left| !left.is_zero()) else {
            return;
        };
        ending.wait(left.min(NAP));
    }
}

/// A machine that wakes up finds what is due after as long at most.
const NAP: Duration = Duration::from_secs(30);

/// Words that mkcert is meant by, behind the command that stands in for it, and behind `--`, since they are
/// read by its rules and none other.
fn as_mkcert(typed: &[OsString]) -> Option<Vec<OsString>> {
    let (program, rest) = typed.split_first()?;
    let name = Path::new(program).file_name()?;
    let rest = match rest.split_first() {
        _ if name == "mkcert" || name == "mkcert.exe" => rest,
        Some((command, rest)) if command == "mkcert" => rest,
        _ => return None,
    };
    let command = [program.clone(), "mkcert".into(), "--".into()];
    Some(command.into_iter().chain(rest.iter().cloned()).collect())
}
