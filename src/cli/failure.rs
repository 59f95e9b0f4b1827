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
        Some(home) => for_home(hint, home),
        None => hint.to_owned(),
    });
    say(code, &error.to_string(), hint.as_deref(), form);
    match known {
        Some(known) if known.kind().is_of_the_network() => Exit::Unreachable,
        _ => Exit::Failed,
    }
}

/// Names the CA's folder in the commands that a text proposes, so that none is run on another CA.
pub fn for_home(text: &str, home: &Path) -> String {
    let named = format!("certwright --home {} ", for_shell(&home.to_string_lossy()));
    let mut parts = text.split(PROGRAM);
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let word = part.split(|it: char| !it.is_ascii_alphabetic()).next();
        let is_of_ca = word.is_some_and(|word| OF_A_CA.contains(&word));
        whole.push_str(if is_of_ca { &named } else { PROGRAM });
        whole.push_str(part);
    }
    whole
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

const PROGRAM: &str = "certwright ";
/// The commands that use a CA's folder.
const OF_A_CA: [&str; 7] = ["ca", "issue", "list", "renew", "revoke", "trust", "untrust"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_that_are_proposed_are_for_the_same_ca() {
        let told = |text| for_home(text, Path::new("/a b"));
        assert_eq!(
            told("first certwright ca rotate; certwright renew --all (certwright trust)"),
            "first certwright --home '/a b' ca rotate; certwright --home '/a b' renew --all (certwright --home '/a b' trust)"
        );
        for other in [
            "certwright verify FILE",
            "certwright --home DIR ca init",
            "none",
            "certwright ",
        ] {
            assert_eq!(told(other), other);
        }
    }
}
