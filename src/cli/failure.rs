//! Errors, said to a person or a program.
//!
//! A sentence in lower case without a full stop, then the hint. With `--json` one object with a
//! stable `code`.

use std::ffi::OsString;
use std::path::Path;

use anstyle::{AnsiColor, Style};
use clap::error::ErrorKind as ClapKind;
use serde_json::json;

use certwright::text::{Escaped, for_shell};

use super::args::Form;
use super::foreign;
use super::report::Exit;

/// Says what went wrong, on standard error, and returns the exit code for it.
///
/// `home` is the CA's folder, if it was named: what a hint proposes is about that CA.
pub fn show(error: &anyhow::Error, form: Form, home: Option<&Path>) -> Exit {
    let known = error
        .chain()
        .find_map(|cause| cause.downcast_ref::<certwright::error::Error>());
    let (code, hint) = known.map_or(("failed", None), |known| {
        (known.kind().code(), known.hint())
    });
    let hint = hint.map(|hint| match home {
        Some(home) => hint.replace(
            "certwright ca ",
            &format!(
                "certwright --home {} ca ",
                for_shell(&home.to_string_lossy())
            ),
        ),
        None => hint.to_owned(),
    });
    say(code, &error.to_string(), hint.as_deref(), form);
    match known {
        Some(known) if known.kind().is_of_the_network() => Exit::Unreachable,
        _ => Exit::Failed,
    }
}

/// Says what is wrong with the command line, or prints the help that it asks for.
pub fn usage(error: &clap::Error, words: &[OsString]) -> Exit {
    if matches!(
        error.kind(),
        ClapKind::DisplayHelp | ClapKind::DisplayVersion
    ) {
        let _ = error.print();
        return Exit::Yes;
    }
    let wants_json = words
        .iter()
        .any(|word| word == "--json" || word == "--json-lines");
    let form = if wants_json { Form::Json } else { Form::Text };
    let words: Vec<_> = words
        .iter()
        .skip(1)
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    match foreign::translate(&words) {
        Some(answer) => say("usage", &answer.message, Some(&answer.line), form),
        None if wants_json => {
            let text = error.render().to_string();
            let first = text
                .lines()
                .next()
                .unwrap_or_default()
                .trim_start_matches("error: ");
            say("usage", first, Some("see certwright --help"), form);
        }
        None => {
            let _ = error.print();
        }
    }
    Exit::Failed
}

fn say(code: &str, message: &str, hint: Option<&str>, form: Form) {
    if form != Form::Text {
        let error = json!({ "error": { "code": code, "message": message, "hint": hint } });
        anstream::eprintln!("{error}");
        return;
    }
    let red = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
    let cyan = Style::new().fg_color(Some(AnsiColor::Cyan.into()));
    anstream::eprintln!("{red}error:{red:#} {}", Escaped(message));
    if let Some(hint) = hint {
        anstream::eprintln!("{cyan}hint:{cyan:#} {}", Escaped(hint));
    }
}
