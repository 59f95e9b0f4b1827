//! What a command answers: facts in one model, from which text and JSON are rendered.

use std::io::IsTerminal as _;
use std::time::Duration;

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::output::Teller;

/// The answer of a command that holds all of it.
pub type Report = Reply<'static>;

/// The answer of a command, which may still look at its arguments and its context when it is told.
pub struct Reply<'a> {
    /// What is to be told.
    pub body: Body<'a>,
    /// What the user should know beside it.
    pub notes: Vec<String>,
    /// What was done, told on standard error, where that is not what standard output is for.
    pub told: Vec<String>,
    /// Yes or no, where the command answers a question.
    pub answer: Exit,
    /// What went wrong with some of many things.
    pub failures: Vec<anyhow::Error>,
    /// What is still to be done once all of this was said, such as to serve at the address in it.
    pub then: Option<Deed>,
    /// After how long the command is run again, if it goes on until it is ended.
    pub again: Option<Duration>,
}

/// What a report tells.
pub enum Body<'a> {
    /// All of it, once it is known.
    Facts(Box<dyn Facts>),
    /// Rows, told one by one as they are found, since they may be more than memory holds.
    Rows {
        /// The field of the one document that `--json` prints, under which the rows stand.
        field: &'static str,
        /// Finds them and tells them.
        tell: Tell<'a>,
    },
}

/// Finds rows and tells them.
type Tell<'a> = Box<dyn FnOnce(&mut Teller<'_>) -> anyhow::Result<Ending> + 'a>;

/// What is known once all rows were told.
pub struct Ending {
    /// Yes or no, where the command answers a question.
    pub answer: Exit,
    /// What the user should know beside it.
    pub notes: Vec<String>,
    /// What was done, told on standard error.
    pub told: Vec<String>,
    /// What stands beside the rows in the one document that `--json` prints.
    pub fields: Map<String, Value>,
}

impl Default for Ending {
    fn default() -> Self {
        Self {
            answer: Exit::Yes,
            notes: Vec::new(),
            told: Vec::new(),
            fields: Map::new(),
        }
    }
}

/// Something that a command does after its report, and says nothing about unless it fails.
pub type Deed = Box<dyn FnOnce() -> anyhow::Result<()>>;

impl<'a> Reply<'a> {
    /// A report of facts, without more.
    pub fn new(facts: impl Facts + 'static) -> Self {
        Self::of(Body::Facts(Box::new(facts)))
    }

    /// A report of rows that are found while they are told.
    pub fn of_rows(
        field: &'static str,
        tell: impl FnOnce(&mut Teller<'_>) -> anyhow::Result<Ending> + 'a,
    ) -> Self {
        let tell = Box::new(tell);
        Self::of(Body::Rows { field, tell })
    }

    fn of(body: Body<'a>) -> Self {
        Self {
            body,
            notes: Vec::new(),
            told: Vec::new(),
            answer: Exit::Yes,
            failures: Vec::new(),
            then: None,
            again: None,
        }
    }

    /// Adds what the user should know.
    pub fn with_notes(mut self, notes: impl IntoIterator<Item = String>) -> Self {
        self.notes.extend(notes);
        self
    }

    /// Adds what is done once the report was written.
    pub fn with_then(mut self, then: impl FnOnce() -> anyhow::Result<()> + 'static) -> Self {
        self.then = Some(Box::new(then));
        self
    }
}

/// A model that can be shown to a person and to a program.
pub trait Facts {
    /// For a person, or the data itself.
    fn text(&self, paint: Paint) -> Text;

    /// One document; an object.
    fn json(&self) -> Value;

    /// The rows for `--json-lines`; a report that is no list is one row.
    fn rows(&self) -> Vec<Value> {
        vec![self.json()]
    }
}

/// Whether text is coloured.
#[derive(Clone, Copy, Debug)]
pub struct Paint(pub bool);

impl Paint {
    /// What `--color`, NO_COLOR and the terminal say of standard output.
    pub fn of_stdout() -> Self {
        Self(anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never)
    }

    /// Gives text a style, if there is colour.
    pub fn with(self, style: anstyle::Style, text: impl std::fmt::Display) -> String {
        if self.0 {
            format!("{style}{text}{style:#}")
        } else {
            text.to_string()
        }
    }
}

/// Breaks a sentence into lines that fit the terminal, if standard output is one, each but the first after
/// an indentation.
pub fn wrapped(sentence: &str, indentation: usize) -> String {
    match terminal_width() {
        Some(width) if width > indentation + LEAST_WIDTH => folded(sentence, indentation, width),
        _ => sentence.to_owned(),
    }
}

/// How many characters a line of the terminal has, if standard output is one.
pub fn terminal_width() -> Option<usize> {
    std::io::stdout()
        .is_terminal()
        .then(|| terminal_size::terminal_size_of(std::io::stdout()))
        .flatten()
        .map(|(terminal_size::Width(width), _)| usize::from(width))
}

/// Letters count by characters: what is wide is rare in what is told here.
fn folded(sentence: &str, indentation: usize, width: usize) -> String {
    let mut text = String::with_capacity(sentence.len() + 64);
    let mut column = indentation;
    for word in sentence.split(' ') {
        let length = word.chars().count();
        if column > indentation && column + 1 + length > width {
            text.push('\n');
            text.extend(std::iter::repeat_n(' ', indentation));
            column = indentation;
        } else if column > indentation {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += length;
    }
    text
}

/// Narrower than this nothing can be read, broken or not.
const LEAST_WIDTH: usize = 24;

/// What goes to standard output.
pub enum Text {
    /// Whole lines, perhaps coloured. Wiped, since it may be a key.
    Lines(Zeroizing<String>),
    /// Bytes that no terminal should see, unless they were sent there by name.
    Binary {
        bytes: Zeroizing<Vec<u8>>,
        even_to_terminal: bool,
    },
}

impl Text {
    /// Takes lines that end in a line feed.
    pub fn lines(text: impl Into<String>) -> Self {
        Self::Lines(Zeroizing::new(text.into()))
    }
}

/// The exit codes, in the order in which the larger wins.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Exit {
    /// Done, or yes.
    Yes = 0,
    /// The answer is no.
    No = 1,
    /// It could not be answered or done.
    Failed = 2,
    /// A server could not be reached; it may be later.
    Unreachable = 3,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_broken_between_words() {
        let told = folded("it is for this, and that was asked for", 4, 20);
        assert_eq!(told, "it is for this,\n    and that was\n    asked for");
        assert_eq!(
            folded("abcdefghijklmnopqrstuvwxyz ab", 4, 20),
            "abcdefghijklmnopqrstuvwxyz\n    ab"
        );
        assert_eq!(folded("", 4, 20), "");
    }
}
