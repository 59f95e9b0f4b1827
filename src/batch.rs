//! Lists of what is to be certified: a line each, as names, as CSV or as JSON.

use std::io::{BufRead, Read as _};
use std::path::PathBuf;

use serde::Deserialize;
use time::OffsetDateTime;

use crate::crypto::Algorithm;
use crate::error::{Error, ErrorKind, Result};
use crate::name::Subject;
use crate::text::shorten;
use crate::validity::{Lifetime, parse_time};

/// What one line of a list asks for. What it leaves open is said for the whole list, or is the default.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Request {
    /// The number of its line, from 1.
    pub line: u64,
    /// Host names, IP addresses, e-mail addresses and URIs, as they were written.
    pub names: Vec<String>,
    /// The subject.
    pub subject: Option<Subject>,
    /// The common name, to be added to the subject.
    pub cn: Option<String>,
    /// Whether it is for a TLS client.
    pub client: Option<bool>,
    /// Whether it is for a TLS server.
    pub server: Option<bool>,
    /// The length of its validity.
    pub valid_for: Option<Lifetime>,
    /// The first moment of its validity.
    pub not_before: Option<OffsetDateTime>,
    /// The last moment of its validity.
    pub not_after: Option<OffsetDateTime>,
    /// The kind of its key.
    pub algorithm: Option<Algorithm>,
    /// The file of a certificate request to be signed instead.
    pub csr: Option<PathBuf>,
    /// Where the certificate goes.
    pub cert_file: Option<PathBuf>,
    /// Where the key goes.
    pub key_file: Option<PathBuf>,
    /// Where the CA's certificates go by themselves.
    pub chain_file: Option<PathBuf>,
}

/// The requests of a list, read as they are asked for.
///
/// The first line that holds anything tells the form: an object is JSON, each line one; a header that has
/// the column `names`, or none but ours, is CSV (RFC 4180, but a record ends with its line); all else is names between
/// spaces or commas. Empty lines and those that begin with `#` are passed over.
#[derive(Debug)]
pub struct Requests<R> {
    lines: R,
    /// How many were read.
    line: u64,
    form: Option<Form>,
    ended: bool,
}

/// How the lines of a list are written.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Form {
    Names,
    /// With what its columns hold.
    Csv(Vec<Column>),
    Json,
}

impl<R: BufRead> Requests<R> {
    /// Reads a list.
    pub fn new(lines: R) -> Self {
        Self {
            lines,
            line: 0,
            form: None,
            ended: false,
        }
    }

    /// Returns the number of the line that was read last, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The next line that holds anything; none at the end.
    fn content(&mut self) -> Result<Option<String>> {
        loop {
            let mut line = Vec::new();
            let mut bounded = self.lines.by_ref().take(MAX_LINE + 1);
            let read = bounded.read_until(b'\n', &mut line);
            self.line += 1;
            let place = format!("line {}", self.line);
            let count = read.map_err(|source| {
                Error::new(ErrorKind::Io, format!("it cannot be read: {source}")).about(&place)
            })?;
            if count == 0 {
                return Ok(None);
            }
            if line.len() as u64 > MAX_LINE {
                let long = format!("it has more than {} KiB", MAX_LINE >> 10);
                return Err(Error::new(ErrorKind::TooLarge, long).about(place));
            }
            let text = String::from_utf8(line)
                .map_err(|_| Error::new(ErrorKind::Malformed, "it is not UTF-8").about(place))?;
            // What editors of Windows put before the first line.
            let text = text.strip_prefix('\u{feff}').unwrap_or(&text).trim();
            if !text.is_empty() && !text.starts_with('#') {
                return Ok(Some(text.to_owned()));
            }
        }
    }

    fn request(&mut self) -> Result<Option<Request>> {
        let Some(mut text) = self.content()? else {
            return Ok(None);
        };
        if self.form.is_none() {
            let form = Form::of(&text).map_err(|error| error.about("the header"))?;
            let is_header = matches!(form, Form::Csv(_));
            self.form = Some(form);
            if is_header {
                match self.content()? {
                    Some(next) => text = next,
                    None => return Ok(None),
                }
            }
        }
        let read = match &self.form {
            Some(Form::Csv(columns)) => by_columns(&text, columns),
            Some(Form::Json) => serde_json::from_str(&text)
                .map_err(|source| Error::new(ErrorKind::Malformed, one_line(&source)))
                .and_then(Fields::request),
            _ => Fields {
                names: Some(Names::One(text)),
                ..Fields::default()
            }
            .request(),
        };
        let line = self.line;
        let placed = read.map(|request| Request { line, ..request });
        placed
            .map(Some)
            .map_err(|error| error.about(format_args!("line {line}")))
    }
}

impl<R: BufRead> Iterator for Requests<R> {
    type Item = Result<Request>;

    /// What is wrong with one line does not hide the others. A list that cannot be read on, or whose header
    /// is not understood, ends with that.
    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let read = self.request();
        let is_lost = |error: &Error| {
            self.form.is_none() || matches!(error.kind(), ErrorKind::Io | ErrorKind::TooLarge)
        };
        self.ended = match &read {
            Ok(request) => request.is_none(),
            Err(error) => is_lost(error),
        };
        read.transpose()
    }
}

impl Form {
    /// Tells the form of a list by its first line.
    fn of(line: &str) -> Result<Self> {
        if line.starts_with('{') {
            return Ok(Self::Json);
        }
        if line.starts_with('[') {
            let array = "it is an array, and JSON is read as an object a line";
            return Err(Error::new(ErrorKind::Malformed, array)
                .with_hint("take it apart, as jq -c '.[]' does"));
        }
        if line.split(';').any(|cell| normal(cell) == "names") && line.contains(';') {
            let odd = "its cells are between semicolons, and CSV is read with commas";
            return Err(Error::new(ErrorKind::Malformed, odd).with_hint("export it with commas"));
        }
        let is_header = |cells: &[String]| {
            let has = |column: &str| cells.iter().any(|cell| normal(cell) == column);
            let are_columns = cells.iter().all(|cell| Column::of(cell).is_ok());
            has("names") || (are_columns && (has("csr") || has("subject")))
        };
        let cells = match cells(line) {
            Ok(cells) if is_header(&cells) => cells,
            _ => return Ok(Self::Names),
        };
        let mut columns: Vec<Column> = Vec::new();
        for cell in &cells {
            let column = Column::of(cell)?;
            if columns.contains(&column) {
                let twice = format!("the column \"{cell}\" is there twice");
                return Err(Error::new(ErrorKind::Malformed, twice).with_hint("leave one out"));
            }
            columns.push(column);
        }
        Ok(Self::Csv(columns))
    }
}

/// What a request is made of, by the words that JSON and the header of CSV have for it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    names: Option<Names>,
    subject: Option<String>,
    cn: Option<String>,
    client: Option<bool>,
    server: Option<bool>,
    valid_for: Option<String>,
    not_before: Option<String>,
    not_after: Option<String>,
    algorithm: Option<String>,
    csr: Option<PathBuf>,
    cert_file: Option<PathBuf>,
    key_file: Option<PathBuf>,
    chain_file: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Names {
    /// In one text, between spaces or commas.
    One(String),
    Each(Vec<String>),
}

impl Names {
    fn each(self) -> Vec<String> {
        match self {
            Self::Each(names) => names,
            Self::One(text) => text
                .split(|c: char| c.is_whitespace() || c == ',')
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect(),
        }
    }
}

impl Fields {
    fn request(self) -> Result<Request> {
        let moment = |text: Option<String>| text.map(|text| parse_time(&text)).transpose();
        let request = Request {
            line: 0,
            names: self.names.map(Names::each).unwrap_or_default(),
            subject: self.subject.map(|text| text.parse()).transpose()?,
            cn: self.cn,
            client: self.client,
            server: self.server,
            valid_for: self.valid_for.map(|text| text.parse()).transpose()?,
            not_before: moment(self.not_before)?,
            not_after: moment(self.not_after)?,
            algorithm: self.algorithm.map(|text| text.parse()).transpose()?,
            csr: self.csr,
            cert_file: self.cert_file,
            key_file: self.key_file,
            chain_file: self.chain_file,
        };
        request.require_agreement()?;
        Ok(request)
    }
}

impl Request {
    /// Refuses what would be said twice, as the options of the same names do.
    fn require_agreement(&self) -> Result<()> {
        let named = !self.names.is_empty() || self.subject.is_some() || self.cn.is_some();
        let of_a_key = self.algorithm.is_some() || self.key_file.is_some();
        let both = if self.valid_for.is_some() && self.not_after.is_some() {
            "valid_for and not_after both say when it ends"
        } else if self.csr.is_some() && (named || of_a_key) {
            "a csr brings its own names and key, and others are given beside it"
        } else {
            return Ok(());
        };
        Err(Error::new(ErrorKind::InvalidValue, both).with_hint("leave out one of them"))
    }
}

/// What a column of CSV holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Column(&'static str);

impl Column {
    fn of(heading: &str) -> Result<Self> {
        let heading = normal(heading);
        let known = COLUMNS.into_iter().find(|column| *column == heading);
        known.map(Self).ok_or_else(|| {
            let unknown = format!("there is no column \"{}\"", shorten(&heading, MAX_TOLD));
            Error::new(ErrorKind::Malformed, unknown)
                .with_hint(format!("the columns are {}", COLUMNS.join(", ")))
        })
    }
}

/// Headings are written in many ways: `Cert-File` is `cert_file`.
fn normal(heading: &str) -> String {
    heading.trim().to_ascii_lowercase().replace(['-', ' '], "_")
}

fn by_columns(line: &str, columns: &[Column]) -> Result<Request> {
    let cells = cells(line)?;
    if cells.len() > columns.len() {
        let more = format!(
            "it has {} cells, and the header has {}",
            cells.len(),
            columns.len()
        );
        return Err(Error::new(ErrorKind::Malformed, more)
            .with_hint("names in one cell stand between spaces, or in quotes between commas"));
    }
    let mut fields = Fields::default();
    for (Column(column), cell) in columns.iter().zip(cells) {
        let cell = cell.trim().to_owned();
        if cell.is_empty() {
            continue;
        }
        match *column {
            "names" => fields.names = Some(Names::One(cell)),
            "subject" => fields.subject = Some(cell),
            "cn" => fields.cn = Some(cell),
            "client" => fields.client = Some(truth(&cell)?),
            "server" => fields.server = Some(truth(&cell)?),
            "valid_for" => fields.valid_for = Some(cell),
            "not_before" => fields.not_before = Some(cell),
            "not_after" => fields.not_after = Some(cell),
            "algorithm" => fields.algorithm = Some(cell),
            "csr" => fields.csr = Some(cell.into()),
            "cert_file" => fields.cert_file = Some(cell.into()),
            "key_file" => fields.key_file = Some(cell.into()),
            _ => fields.chain_file = Some(cell.into()),
        }
    }
    fields.request()
}

fn truth(cell: &str) -> Result<bool> {
    match cell.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Ok(true),
        "false" | "no" | "0" => Ok(false),
        _ => Err(Error::new(
            ErrorKind::InvalidValue,
            format!("\"{}\" is neither true nor false", shorten(cell, MAX_TOLD)),
        )
        .with_hint("write true or false, or nothing")),
    }
}

/// The cells of one record (RFC 4180 §2), which ends with its line.
fn cells(line: &str) -> Result<Vec<String>> {
    if line.matches('"').count() % 2 == 1 {
        let open = "a quotation mark is not closed, and a record ends with its line";
        return Err(
            Error::new(ErrorKind::Malformed, open).with_hint("write one within a cell twice")
        );
    }
    let mut reader = csv_core::Reader::new();
    // Without its quotes it is no longer than it was.
    let (mut room, mut ends) = (vec![0; line.len() + 1], vec![0; MAX_CELLS]);
    let (mut read, mut written, mut ended) = (0, 0, 0);
    loop {
        let (result, taken, output, found) = reader.read_record(
            &line.as_bytes()[read..],
            &mut room[written..],
            &mut ends[ended..],
        );
        (read, written, ended) = (read + taken, written + output, ended + found);
        match result {
            csv_core::ReadRecordResult::InputEmpty => continue,
            csv_core::ReadRecordResult::Record | csv_core::ReadRecordResult::End => break,
            _ => {
                let many = format!("it has more than {MAX_CELLS} cells");
                return Err(Error::new(ErrorKind::TooLarge, many));
            }
        }
    }
    let mut from = 0;
    let mut cells = Vec::with_capacity(ended);
    for end in &ends[..ended] {
        let cell = String::from_utf8_lossy(&room[from..*end]).into_owned();
        from = *end;
        cells.push(cell);
    }
    Ok(cells)
}

/// What serde says, which quotes the input.
fn one_line(source: &serde_json::Error) -> String {
    let told = source.to_string();
    let told = told.split(" at line ").next().unwrap_or_default();
    format!(
        "it is not a request in JSON: {}",
        shorten(told, 4 * MAX_TOLD)
    )
}

/// The columns of CSV, and the fields of JSON.
const COLUMNS: [&str; 13] = [
    "names",
    "subject",
    "cn",
    "client",
    "server",
    "valid_for",
    "not_before",
    "not_after",
    "algorithm",
    "csr",
    "cert_file",
    "key_file",
    "chain_file",
];
/// A certificate with a thousand names of the longest kind has less than half as much.
const MAX_LINE: u64 = 512 << 10;
/// As many columns there are, and some that are empty.
const MAX_CELLS: usize = 64;
/// What is quoted of a list in a sentence.
const MAX_TOLD: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Result<Request>> {
        Requests::new(text.as_bytes()).collect()
    }

    fn all(text: &str) -> Vec<Request> {
        read(text).into_iter().map(Result::unwrap).collect()
    }

    fn told(text: &str) -> Vec<String> {
        let tell = |read: Result<Request>| match read {
            Ok(request) => format!("{} {}", request.line, request.names.join("+")),
            Err(error) => error.to_string(),
        };
        read(text).into_iter().map(tell).collect()
    }

    #[test]
    fn a_line_of_names_is_a_request() {
        let list = "# ours\n\na.test 127.0.0.1\n  b.test, *.b.test,\r\nc.test";
        assert_eq!(
            told(list),
            ["3 a.test+127.0.0.1", "4 b.test+*.b.test", "5 c.test"]
        );
        assert!(read("").is_empty() && read("\n# nothing\n").is_empty());
        assert_eq!(told("\u{feff}a.test\n"), ["1 a.test"]);
    }

    #[test]
    fn csv_and_json_say_the_same() {
        let csv = "Names,Valid-For,algorithm,client,cert_file,chain_file\n\
                   \"a.test, b.test\",90d,p384,yes,x/a.crt,\n\
                   c.test,,,,,\n";
        let json = r#"{"names":["a.test","b.test"],"valid_for":"90d","algorithm":"p384","client":true,"cert_file":"x/a.crt"}
{"names":"c.test"}"#;
        let unplaced = |request: Request| Request { line: 0, ..request };
        let [csv, json] =
            [csv, json].map(|list| Vec::from_iter(all(list).into_iter().map(unplaced)));
        assert_eq!(csv, json);
        assert_eq!(csv[0].algorithm, Some(Algorithm::P384));
        assert_eq!(csv[0].cert_file, Some("x/a.crt".into()));
        assert_eq!(csv[1].names, ["c.test"]);
        let quoted = "names,subject\n\"a.test\",\"CN=\"\"a\"\",O=b\"\n";
        assert_eq!(all(quoted).len(), 1);
    }

    #[test]
    fn what_is_wrong_with_a_line_does_not_hide_the_others() {
        let list = "names,client\na.test,perhaps\nb.test,no,more\nc.test\n";
        assert_eq!(
            told(list),
            [
                "line 2: \"perhaps\" is neither true nor false",
                "line 3: it has 3 cells, and the header has 2",
                "4 c.test"
            ]
        );
        let list = "{\"names\":[\"a.test\"]}\n{\"name\":\"b.test\"}\n[]\n{\"names\":\"c.test\"}\n";
        let read = told(list);
        assert_eq!((read.len(), read[3].as_str()), (4, "4 c.test"));
        assert!(read[1].starts_with("line 2: it is not a request in JSON: unknown field `name`"));
        for (line, expected) in [
            (
                "{\"names\":\"a\",\"valid_for\":\"1d\",\"not_after\":\"2030-01-01\"}",
                "valid_for and not_after",
            ),
            (
                "{\"csr\":\"a.csr\",\"names\":\"a\"}",
                "a csr brings its own names",
            ),
            ("{\"names\":\"a\",\"valid_for\":\"soon\"}", "line 1: "),
            ("{\"names\":\"a\",\"algorithm\":\"p1\"}", "line 1: "),
        ] {
            let told = told(line);
            assert!(told[0].contains(expected), "{told:?}");
        }
    }

    #[test]
    fn a_list_that_is_not_understood_ends() {
        assert_eq!(
            told("names,names\na.test\n"),
            ["the header: the column \"names\" is there twice"]
        );
        assert_eq!(
            told("names,host\na.test,b\n"),
            ["the header: there is no column \"host\""]
        );
        for (list, expected) in [
            ("[{\"names\":\"a.test\"}]", "it is an array"),
            ("names;valid_for\na.test;90d\n", "between semicolons"),
        ] {
            let told = told(list);
            assert!(told.len() == 1 && told[0].contains(expected), "{told:?}");
        }
        let told_of_quotes = told("names,valid_for\n\"a.test,90d\nb.test,\n");
        assert!(
            told_of_quotes[0].contains("is not closed"),
            "{told_of_quotes:?}"
        );
        assert_eq!(told_of_quotes[1], "3 b.test");
        let long = format!("a.test\n{}\nb.test\n", "x".repeat(600 << 10));
        assert_eq!(
            told(&long),
            ["1 a.test", "line 2: it has more than 512 KiB"]
        );
        let cells = format!("names,cn\n{}", ",".repeat(100));
        assert!(told(&cells)[0].contains("more than 64 cells"));
    }

    #[test]
    fn bytes_that_are_no_text_are_told_and_passed() {
        let list = b"a.test\n\xff\xfe\nb.test\n";
        let read: Vec<_> = Requests::new(&list[..]).collect();
        assert_eq!(read.len(), 3);
        assert_eq!(
            read[1].as_ref().unwrap_err().to_string(),
            "line 2: it is not UTF-8"
        );
    }
}
