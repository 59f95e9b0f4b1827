//! The one place that writes a report, and makes its exit code.

use std::io::{self, BufWriter, IsTerminal as _, StdoutLock, Write as _};

use anstyle::{AnsiColor, Style};
use anyhow::Result;
use serde_json::{Map, Value};

use certwright::text::Escaped;

use super::args::{Common, Form};
use super::failure;
use super::report::{Body, Ending, Exit, Facts, Paint, Reply, Text};

/// Renders a report to standard output, its notes and failures to standard error. Then does what is still
/// to be done, unless nobody could read of it.
pub fn render(report: Reply<'_>, form: Form, common: &Common) -> Exit {
    let say = Say { form, common };
    let (mut notes, mut told) = (report.notes, report.told);
    let (written, of_rows) = match report.body {
        Body::Facts(facts) => (write_facts(&*facts, form, &notes), Exit::Yes),
        Body::Rows { field, tell } => {
            let mut teller = Teller::new(field, say);
            let written = teller.tell(tell, &mut notes, &mut told);
            (written, teller.exit)
        }
    };
    // With --json the notes are in the document; rows have no place for them.
    if !common.quiet && form != Form::Json {
        notes.iter().for_each(|note| say_note(note));
        for line in &told {
            anstream::eprintln!("{}", Escaped(line));
        }
    }
    let failed = report
        .failures
        .iter()
        .fold(of_rows, |most, error| most.max(say.failure(error)));
    let exit = report.answer.max(failed);
    match written {
        Ok(()) => match report.then.map_or(Ok(()), |then| then()) {
            Ok(()) => exit,
            Err(error) => exit.max(say.failure(&error)),
        },
        // Whoever reads has enough: head, less.
        Err(error) if error.is::<Closed>() => exit,
        Err(error) => exit.max(say.failure(&error)),
    }
}

/// How failures are said.
#[derive(Clone, Copy)]
struct Say<'a> {
    form: Form,
    common: &'a Common,
}

impl Say<'_> {
    fn failure(self, error: &anyhow::Error) -> Exit {
        failure::show(error, self.form, self.common.named_home())
    }
}

/// Tells rows as they are found, in the form that was asked for.
pub struct Teller<'a> {
    out: BufWriter<StdoutLock<'static>>,
    field: &'static str,
    say: Say<'a>,
    /// How many were told.
    rows: usize,
    exit: Exit,
}

impl<'a> Teller<'a> {
    fn new(field: &'static str, say: Say<'a>) -> Self {
        Self {
            out: BufWriter::with_capacity(BUFFER, io::stdout().lock()),
            field,
            say,
            rows: 0,
            exit: Exit::Yes,
        }
    }

    /// Tells a row: whole lines of text, or the text of one JSON object without a line feed, as the form is.
    ///
    /// Fails if nobody reads any more, or it cannot be written. That ends the command.
    pub fn row(&mut self, row: &(impl AsRef<[u8]> + ?Sized)) -> Result<()> {
        self.write(row.as_ref()).map_err(unwritten)
    }

    fn write(&mut self, row: &[u8]) -> io::Result<()> {
        self.rows += 1;
        match self.say.form {
            Form::Text | Form::JsonLines => {}
            Form::Json if self.rows == 1 => write!(self.out, "{{\"{}\":[", self.field)?,
            Form::Json => self.out.write_all(b",")?,
        }
        self.out.write_all(row)?;
        match self.say.form {
            Form::JsonLines => self.out.write_all(b"\n"),
            Form::Text | Form::Json => Ok(()),
        }
    }

    /// Says what went wrong with one of the things, after the rows that were told before it.
    pub fn fail(&mut self, error: &anyhow::Error) -> Result<()> {
        self.flush()?;
        self.exit = self.exit.max(self.say.failure(error));
        Ok(())
    }

    /// Shows what was told: before a pause, and where progress is shown beside it.
    pub fn flush(&mut self) -> Result<()> {
        self.out.flush().map_err(unwritten)
    }

    fn tell(
        &mut self,
        tell: impl FnOnce(&mut Self) -> Result<Ending>,
        notes: &mut Vec<String>,
        told: &mut Vec<String>,
    ) -> Result<()> {
        // What cannot go on fails as a whole, and what was told until then is written all the same.
        let ending = match tell(self) {
            Ok(ending) => ending,
            Err(closed) if closed.is::<Closed>() => return Err(closed),
            Err(error) => {
                // Why it cannot go on is to be told, also where nobody reads the rest.
                let _ = self.end(&Map::new(), notes);
                return Err(error);
            }
        };
        self.exit = self.exit.max(ending.answer);
        notes.extend(ending.notes);
        told.extend(ending.told);
        self.end(&ending.fields, notes)
    }

    /// Ends the document, with what stands in it beside the rows.
    fn end(&mut self, fields: &Map<String, Value>, notes: &[String]) -> Result<()> {
        if self.say.form == Form::Json {
            let start = match self.rows {
                0 => format!("{{\"{}\":[]", self.field),
                _ => "]".to_owned(),
            };
            let beside = serde_json::to_string(&with_notes(fields.clone().into(), notes))?;
            writeln!(self.out, "{start},{}", &beside[1..]).map_err(unwritten)?;
        }
        self.flush()
    }
}

/// Nobody reads what is written any more.
#[derive(Debug)]
pub struct Closed;

impl std::error::Error for Closed {}

impl std::fmt::Display for Closed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("standard output is closed")
    }
}

fn unwritten(error: io::Error) -> anyhow::Error {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Closed.into(),
        _ => anyhow::anyhow!("cannot write to standard output: {error}"),
    }
}

fn write_facts(facts: &dyn Facts, form: Form, notes: &[String]) -> Result<()> {
    let written = match form {
        Form::Text => write_text(facts.text(Paint::of_stdout())),
        Form::Json => write_lines([with_notes(facts.json(), notes)]),
        Form::JsonLines => write_lines(facts.rows()),
    };
    written.map_err(unwritten)
}

fn write_text(text: Text) -> io::Result<()> {
    match text {
        Text::Lines(lines) => {
            let mut out = io::stdout().lock();
            out.write_all(lines.as_bytes())?;
            out.flush()
        }
        Text::Binary {
            bytes,
            even_to_terminal,
        } => {
            let mut out = io::stdout().lock();
            if out.is_terminal() && !even_to_terminal {
                return Err(io::Error::other(
                    "it is a terminal, and this is DER; write it to a file with -o FILE, or here with -o -",
                ));
            }
            out.write_all(&bytes)?;
            out.flush()
        }
    }
}

fn write_lines(documents: impl IntoIterator<Item = impl std::fmt::Display>) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(BUFFER, io::stdout().lock());
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
