//! The one place that writes a report, and makes its exit code.

use std::io::{BufWriter, IsTerminal as _, Write as _};

use anstyle::{AnsiColor, Style};
use serde_json::Value;

use certwright::text::Escaped;

use super::args::{Common, Form};
use super::failure;
use super::report::{Exit, Paint, Report, Text};

/// Renders a report to standard output, its notes and failures to standard error. Then does what is still
/// to be done, unless nobody could read of it.
pub fn render(report: Report, form: Form, common: &Common) -> Exit {
    let written = match form {
        Form::Text => write_text(report.facts.text(Paint::of_stdout())),
        Form::Json => write_lines([with_notes(report.facts.json(), &report.notes)]),
        Form::JsonLines => match report.facts.row_texts() {
            Some(texts) => write_lines(texts),
            None => write_lines(report.facts.rows()),
        },
    };
    // With --json the notes are in the document; rows have no place for them.
    if !common.quiet && form != Form::Json {
        report.notes.iter().for_each(|note| say_note(note));
        for line in &report.told {
            anstream::eprintln!("{}", Escaped(line));
        }
    }
    let failed = report.failures.iter().fold(Exit::Yes, |most, error| {
        most.max(failure::show(error, form, common.named_home()))
    });
    match written {
        Ok(()) => {
            let done = report.then.map_or(Ok(()), |then| then());
            let done = match done {
                Ok(()) => Exit::Yes,
                Err(error) => failure::show(&error, form, common.named_home()),
            };
            report.answer.max(failed).max(done)
        }
        // Whoever reads has enough: head, less.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => report.answer.max(failed),
        Err(error) => failure::show(
            &anyhow::anyhow!("cannot write to standard output: {error}"),
            form,
            None,
        ),
    }
}

fn write_text(text: Text<'_>) -> std::io::Result<()> {
    match text {
        Text::Lines(lines) => {
            let mut out = std::io::stdout().lock();
            out.write_all(lines.as_bytes())?;
            out.flush()
        }
        Text::Pieces(pieces) => {
            let mut out = BufWriter::with_capacity(BUFFER, std::io::stdout().lock());
            for piece in &pieces {
                out.write_all(piece.as_bytes())?;
            }
            out.flush()
        }
        Text::Binary {
            bytes,
            even_to_terminal,
        } => {
            let mut out = std::io::stdout().lock();
            if out.is_terminal() && !even_to_terminal {
                return Err(std::io::Error::other(
                    "it is a terminal, and this is DER; write it to a file with -o FILE, or here with -o -",
                ));
            }
            out.write_all(&bytes)?;
            out.flush()
        }
    }
}

fn write_lines(documents: impl IntoIterator<Item = impl std::fmt::Display>) -> std::io::Result<()> {
    let mut out = BufWriter::with_capacity(BUFFER, std::io::stdout().lock());
    for document in documents {
        writeln!(out, "{document}")?;
    }
    out.flush()
}

fn with_notes(mut document: Value, notes: &[String]) -> Value {
    if let Value::Object(fields) = &mut document {
        fields.insert("warnings".to_owned(), notes.into());
    }
    document
}

fn say_note(note: &str) {
    let yellow = Style::new().bold().fg_color(Some(AnsiColor::Yellow.into()));
    anstream::eprintln!("{yellow}note:{yellow:#} {}", Escaped(note));
}

/// As much as a pipe holds on Linux.
const BUFFER: usize = 64 * 1024;
