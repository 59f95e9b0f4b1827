//! `certwright lint`

use std::path::PathBuf;

use anstyle::{AnsiColor, Color, Style};
use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use certwright::cert::Decoded;
use certwright::crypto::Digest;
use certwright::document::{Document, Kind, Place};
use certwright::error::{Error, ErrorKind};
use certwright::fingerprint::{Fingerprint, Form};
use certwright::lint::{Finding, Profile, Rule, Severity, lint, malformed, rules};
use certwright::text::shorten;

use crate::cli::app::Context;
use crate::cli::args::{Form as OutputForm, parsed};
use crate::cli::reaching::{Reach, Reaching};
use crate::cli::report::{Ending, Exit, Facts, Paint, Reply, Text, wrapped};
use crate::cli::survey::{Examiner, Found, Part, Survey};
use crate::cli::what::Server;

/// Hold certificates against the rules of standards, browsers and platforms
///
/// Every rule that a certificate breaks is told: of RFC 5280, of the CA/Browser Forum, of Apple, browsers and
/// other clients, and of good sense. Exit code 1 says that there are errors; warnings and notices are no
/// reason for it. Signatures and chains are not looked at: that is what verifying is.
#[derive(Args)]
pub struct Lint {
    /// Files, - for standard input; live servers as HOST, HOST:PORT or https://…; serial numbers of what the local
    /// CA issued
    #[arg(value_name = "WHAT", required_unless_present = "rules")]
    what: Vec<PathBuf>,

    /// Go through folders, and the folders in them; hidden files, and those that hold nothing of the kind, are passed over
    #[arg(long, short)]
    recursive: bool,

    /// Whose rules: public (a CA that browsers trust) or private; else a certificate is public if a root of
    /// Mozilla's issued it, or if it has timestamps of Certificate Transparency or a policy of the
    /// CA/Browser Forum
    #[arg(long, value_name = "PROFILE", value_parser = parsed::<Profile>)]
    profile: Option<Profile>,

    /// Print the rules instead: name, severity, source, since when they hold
    #[arg(long, conflicts_with = "what")]
    rules: bool,

    /// Read the password of containers from a file's first line; - for standard input
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,

    #[command(flatten)]
    reaching: Reaching,
}

impl Lint {
    /// Judges the certificates of files and servers.
    pub fn run<'a>(&'a self, context: &'a Context) -> Result<Reply<'a>> {
        if self.rules {
            return Ok(Reply::new(Rules(self.profile)));
        }
        let (survey, reach) = Survey::open(
            &self.what,
            self.recursive,
            self.password_file.as_deref(),
            &self.reaching,
            context,
        )?;
        Ok(Reply::of_rows("items", move |teller| {
            let linting = Linting {
                profile: self.profile,
                reach: &reach,
                context,
            };
            let mut answer = Exit::Yes;
            let tally = survey.run(&linting, teller, |teller, told, _| {
                if told.has_errors {
                    answer = Exit::No;
                }
                teller.row(&told.text)
            })?;
            Ok(Ending {
                answer,
                notes: tally.notes,
                ..Ending::default()
            })
        }))
    }
}

/// What threads share.
struct Linting<'a> {
    profile: Option<Profile>,
    reach: &'a Reach<'a>,
    context: &'a Context,
}

/// A certificate, as it is told.
struct Told {
    text: String,
    has_errors: bool,
}

impl Linting<'_> {
    fn told(&self, row: &Row) -> Told {
        Told {
            text: match self.context.form {
                OutputForm::Text => row.text(self.context.paint),
                OutputForm::Json | OutputForm::JsonLines => row.json().to_string(),
            },
            has_errors: row.has_errors(),
        }
    }
}

impl Examiner for Linting<'_> {
    type Row = Told;

    const TELLS_OTHERS: bool = true;

    fn read(&self, part: Part<'_>) -> Result<Vec<Found<Told>>> {
        let (source, is_whole) = (part.source, part.piece.is_whole());
        let mut found = part.each(|section, _| {
            let row = Row::of(&section.read()?, source, self.profile);
            Ok(row.map_or_else(Found::Other, Found::Row))
        });
        let rows = found.iter_mut().filter_map(|found| match found {
            Found::Row(row) => Some(row),
            _ => None,
        });
        if let (true, [only]) = (is_whole, &mut rows.collect::<Vec<_>>()[..]) {
            only.alone = true;
        }
        let told = found
            .into_iter()
            .map(|found| found.map(|row| self.told(&row)));
        Ok(told.collect())
    }

    /// Judges the certificates that a server sends.
    fn ask(&self, server: &Server) -> Result<Vec<Found<Told>>> {
        let source = server.target.to_string();
        let session = self.reach.probe(server, false)?;
        let many = session.chain().len() > 1;
        let rows = session.chain().iter().zip(1..).map(|(der, number)| {
            let source = match many {
                true => format!("{source}, certificate {number}"),
                false => source.clone(),
            };
            let row = Row::of_certificate(der, Place::Der, &source, self.profile);
            Found::Row(self.told(&row))
        });
        Ok(rows.collect())
    }

    fn nothing(&self, source: &str, _: Option<&Kind>) -> Error {
        let none = format!("{source}: it holds no certificate");
        Error::new(ErrorKind::WrongKind, none)
    }
}

/// One certificate, and what is wrong with it.
struct Row {
    source: String,
    place: Place,
    /// Whether its file holds no other, so that the file's name says where it is.
    alone: bool,
    /// Subject or names, for a person.
    about: String,
    /// None if it cannot be decoded.
    subject: Option<String>,
    sha256: String,
    profile: Profile,
    findings: Vec<Finding>,
}

impl Row {
    /// Judges a document; of another kind than a certificate's, its kind.
    fn of(document: &Document, source: &str, profile: Option<Profile>) -> Result<Self, Kind> {
        if document.kind != Kind::Certificate {
            return Err(document.kind.clone());
        }
        Ok(Self::of_certificate(
            &document.der,
            document.place,
            source,
            profile,
        ))
    }

    /// Judges what should be a certificate, in DER.
    fn of_certificate(der: &[u8], place: Place, source: &str, profile: Option<Profile>) -> Self {
        let (about, subject, profile, findings) = match Decoded::from_der(der) {
            Ok(certificate) => {
                let profile = profile.unwrap_or_else(|| Profile::of(&certificate));
                let subject = certificate.subject().to_string();
                (
                    about(&certificate),
                    Some(subject),
                    profile,
                    lint(&certificate, profile),
                )
            }
            Err(error) => (
                String::new(),
                None,
                profile.unwrap_or(Profile::Private),
                vec![malformed(&error)],
            ),
        };
        Self {
            source: source.to_owned(),
            place,
            alone: false,
            about,
            subject,
            sha256: Fingerprint::of(Digest::Sha256, der).to_text(Form::Hex),
            profile,
            findings,
        }
    }

    fn has_errors(&self) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.severity == Severity::Error)
    }

    fn line(&self) -> Option<usize> {
        self.place.line()
    }

    /// A heading, then a line a finding.
    fn text(&self, paint: Paint) -> String {
        let mut text = paint.with(Style::new().bold(), &self.source);
        if let Some(line) = self.line().filter(|line| !self.alone && *line > 1) {
            text += &paint.with(Style::new().bold(), format_args!(", line {line}"));
        }
        text += &format!("  {}({} CA)\n", self.about, self.profile);
        if self.findings.is_empty() {
            text += "  nothing is wrong with it\n";
        }
        for finding in &self.findings {
            let severity = paint.with(
                style(finding.severity),
                format_args!("{:<7}", finding.severity),
            );
            let Finding {
                rule,
                message,
                citation,
                ..
            } = finding;
            let told = wrapped(&format!("{rule}: {message} ({citation})"), 11);
            text += &format!("  {severity}  {told}\n");
        }
        text
    }

    fn json(&self) -> Value {
        json!({
            "source": self.source,
            "line": self.line(),
            "subject": self.subject,
            "sha256": self.sha256,
            "profile": self.profile,
            "findings": self.findings,
        })
    }
}

/// The rules themselves, of one profile or of both.
struct Rules(Option<Profile>);

impl Rules {
    fn listed(&self) -> impl Iterator<Item = &'static Rule> {
        let wanted = self.0;
        rules().filter(move |rule| {
            wanted.is_none() || rule.profile.is_none() || rule.profile == wanted
        })
    }
}

impl Facts for Rules {
    fn text(&self, paint: Paint) -> Text {
        let line = |rule: &Rule| {
            let severity = paint.with(style(rule.severity), format_args!("{:<7}", rule.severity));
            let since = rule
                .since
                .map(|since| format!(", since {since}"))
                .unwrap_or_default();
            let profile = rule
                .profile
                .map(|profile| format!(", {profile} CAs"))
                .unwrap_or_default();
            format!(
                "{severity}  {:<36}  {}{since}{profile}\n",
                rule.id, rule.citation
            )
        };
        Text::lines(self.listed().map(line).collect::<String>())
    }

    fn json(&self) -> Value {
        json!({ "rules": self.rows() })
    }

    fn rows(&self) -> Vec<Value> {
        let row = |rule: &Rule| {
            json!({
                "rule": rule.id,
                "severity": rule.severity,
                "citation": rule.citation,
                "since": rule.since.map(|since| since.to_string()),
                "profile": rule.profile,
            })
        };
        self.listed().map(row).collect()
    }
}

/// The subject, or where there is none the first names, and two spaces.
fn about(certificate: &Decoded) -> String {
    let subject = certificate.subject();
    if !subject.is_empty() {
        return shorten(&subject.to_string(), SHOWN_CHARACTERS) + "  ";
    }
    let names = certificate.extensions.names.iter().flatten();
    let first: Vec<String> = names.take(SHOWN_NAMES).map(ToString::to_string).collect();
    shorten(&first.join(", "), SHOWN_CHARACTERS) + "  "
}

fn style(severity: Severity) -> Style {
    let colour = |colour: AnsiColor| Style::new().fg_color(Some(Color::Ansi(colour)));
    match severity {
        Severity::Error => colour(AnsiColor::Red).bold(),
        Severity::Warning => colour(AnsiColor::Yellow),
        Severity::Notice => Style::new().dimmed(),
    }
}

/// What fits on a line beside a file's name.
const SHOWN_CHARACTERS: usize = 100;
/// As many as fit there.
const SHOWN_NAMES: usize = 3;
