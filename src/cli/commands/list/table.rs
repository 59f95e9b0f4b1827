//! The table: a million rows are told in little memory, each as soon as it is read.

use std::fmt::Write as _;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, available_parallelism};

use anstyle::{AnsiColor, Style};
use anyhow::Result;
use time::{Duration, OffsetDateTime};

use certwright::ca::{Filter, Ledger, Row};
use certwright::error::Error;
use certwright::text::{Escaped, shorten};

use crate::cli::args::Form;
use crate::cli::issued::{Document, SHORT, named, status};
use crate::cli::output::Teller;
use crate::cli::report::{Ending, Paint};

/// How `list` tells rows.
pub struct Table {
    form: Form,
    now: OffsetDateTime,
    paint: Paint,
}

impl Table {
    /// A table in a form, of what is so at a moment.
    pub fn new(form: Form, now: OffsetDateTime) -> Self {
        Self {
            form,
            now,
            paint: Paint::of_stdout(),
        }
    }

    /// Tells the rows that are meant.
    pub fn tell(
        &self,
        ledger: Option<Ledger>,
        filter: &Filter,
        teller: &mut Teller<'_>,
    ) -> Result<Ending> {
        let Some(ledger) = ledger else {
            return self.tell_few(&[], teller);
        };
        let numbers = ledger.numbers(filter)?;
        match numbers.len() <= CHUNK {
            true => self.tell_few(&ledger.numbered(&numbers)?, teller),
            false => self.tell_many(&ledger, &numbers, teller),
        }
    }

    fn tell_few(&self, rows: &[Row], teller: &mut Teller<'_>) -> Result<Ending> {
        if rows.is_empty() && self.form == Form::Text {
            teller.row("no certificates\n")?;
            return Ok(Ending::default());
        }
        let widest = rows.iter().map(|row| names(row).chars().count()).max();
        let width = widest.unwrap_or(0).max(HEADING.len());
        self.tell_heading(width, teller)?;
        rows.iter()
            .try_for_each(|row| teller.row(&self.told(row, width)))?;
        Ok(Ending::default())
    }

    /// Tells rows that several threads read and render, a chunk each in turn, not far ahead of what is
    /// told. How wide all of them are is not known before, so the column is as wide as it may be.
    fn tell_many(
        &self,
        ledger: &Ledger,
        numbers: &[i64],
        teller: &mut Teller<'_>,
    ) -> Result<Ending> {
        self.tell_heading(WIDEST, teller)?;
        let chunks: Vec<&[i64]> = numbers.chunks(CHUNK).collect();
        let threads = available_parallelism().map_or(1, usize::from);
        let threads = threads.min(MOST_THREADS).min(chunks.len());
        let ledgers = (0..threads).map(|_| ledger.again());
        let ledgers = ledgers.collect::<Result<Vec<_>, _>>()?;
        thread::scope(|scope| {
            let chunks = &chunks;
            let workers = ledgers.into_iter().enumerate().map(|(first, ledger)| {
                let (sender, receiver) = sync_channel(AHEAD);
                scope.spawn(move || {
                    let mut own = chunks.iter().skip(first).step_by(threads);
                    // Sending fails where nobody reads any more.
                    own.try_for_each(|numbers| sender.send(self.rendered(&ledger, numbers)))
                });
                receiver
            });
            let workers: Vec<Receiver<_>> = workers.collect();
            for worker in workers.iter().cycle().take(chunks.len()) {
                worker.recv()??.iter().try_for_each(|row| teller.row(row))?;
            }
            Ok(Ending::default())
        })
    }

    fn rendered(&self, ledger: &Ledger, numbers: &[i64]) -> Result<Vec<String>, Error> {
        let rows = ledger.numbered(numbers)?;
        Ok(rows.iter().map(|row| self.told(row, WIDEST)).collect())
    }

    fn tell_heading(&self, width: usize, teller: &mut Teller<'_>) -> Result<()> {
        if self.form != Form::Text {
            return Ok(());
        }
        let heading = format!("{HEADING:width$}  {HEADINGS}");
        teller.row(&(self.paint.with(Style::new().bold(), heading) + "\n"))
    }

    fn told(&self, row: &Row, width: usize) -> String {
        match self.form {
            Form::Text => self.line(row, width),
            Form::Json | Form::JsonLines => Document::of(row, self.now).to_text(),
        }
    }

    fn line(&self, row: &Row, width: usize) -> String {
        let left = row.not_after - self.now;
        let status = status(row, self.now);
        let serial = row.serial.get(..SHORT).unwrap_or(&row.serial);
        let mut line = format!(
            "{:width$}  {serial:SHORT$}  {}  {:>5}  {status:10}",
            names(row),
            row.not_after.date(),
            left.whole_days(),
        );
        match row.certificate_file() {
            // Writing to a string does not fail.
            Some(file) => drop(write!(line, "  {}", Escaped(&file.path))),
            None => line.truncate(line.trim_end().len()),
        }
        let mut line = match status {
            "valid" | "pending" if left < SOON => self.paint.with(YELLOW, line),
            "valid" | "pending" => line,
            _ => self.paint.with(Style::new().dimmed(), line),
        };
        line.push('\n');
        line
    }
}

fn names(row: &Row) -> String {
    shorten(&named(row), MAX_NAMES)
}

const HEADING: &str = "NAMES";
const HEADINGS: &str = "SERIAL            ENDS         DAYS  STATUS      FILE";
const YELLOW: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Yellow)));

/// So many are told within milliseconds, and by themselves without any thread.
const CHUNK: usize = 1024;
/// Chunks of each thread that wait to be told: one while the next is made.
const AHEAD: usize = 1;
/// One thread writes what the others render, and is busy with what eight do.
const MOST_THREADS: usize = 8;
/// Half of a terminal; `--json` has them all.
const MAX_NAMES: usize = 40;
/// With the dots where they were cut.
const WIDEST: usize = MAX_NAMES + 1;
/// As `inspect` has it.
const SOON: Duration = Duration::days(30);
