//! What `verify` answers, for a person and for a program.

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};
use time::OffsetDateTime;

use certwright::cert::Decoded;
use certwright::crypto::Digest;
use certwright::fingerprint::{Fingerprint, Form};
use certwright::remote::Session;
use certwright::text::{Escaped, shorten};
use certwright::validity::to_rfc3339;
use certwright::verify::{Cause, Client, Column, Policy, Problem, Purpose, Verdict};

use crate::cli::report::{Paint, wrapped};

/// One answer, and what was asked.
pub struct Told {
    pub source: String,
    pub line: Option<usize>,
    /// How the server was reached, if it is one.
    pub server: Option<Session>,
    pub hostname: Option<String>,
    pub purpose: Purpose,
    pub policy: Policy,
    pub at: OffsetDateTime,
    /// Where the trusted roots are from.
    pub trusted_by: String,
    /// The local CA, if it issued the certificate and is not trusted.
    pub ours: Option<String>,
    /// What clients that trust those roots do.
    pub clients: Vec<Column>,
    /// Browsers that do not trust a root of the system's.
    pub lacking: Vec<Client>,
    /// How many revocation lists there were to judge by.
    pub lists: usize,
    pub verdict: Verdict,
}

impl Told {
    fn place(&self) -> String {
        match self.line {
            Some(line) => format!("{}, line {line}", self.source),
            None => self.source.clone(),
        }
    }

    /// The certificate that a problem concerns, by the end of its subject that tells most.
    fn concerned(&self, problem: &Problem) -> String {
        let certificate = self.verdict.path.get(problem.certificate);
        certificate.map_or_else(String::new, title)
    }

    /// For a person.
    pub fn text(&self, paint: Paint) -> String {
        let mut text = String::with_capacity(1024);
        let (style, word) = match self.verdict.is_accepted() {
            true => (GOOD, "accepted"),
            false => (BAD, "refused"),
        };
        text.push_str(&format!(
            "{}  {}{}\n",
            paint.with(style, word),
            self.place(),
            self.asked()
        ));
        let problems = &self.verdict.problems;
        for problem in problems.iter().take(MAX_TOLD) {
            text.push_str(&self.problem(problem, paint));
        }
        if problems.len() > MAX_TOLD {
            let more = problems.len() - MAX_TOLD;
            text.push_str(&format!("  and {more} more problems (--json tells them)\n"));
        }
        self.tree(&mut text, paint);
        self.columns(&mut text, paint);
        text
    }

    /// What it is, of which certificate; the sentence; what to do.
    fn problem(&self, problem: &Problem, paint: Paint) -> String {
        let code = paint.with(BAD, problem.cause.code());
        let whom = paint.with(FAINT, self.concerned(problem));
        let mut told = message(problem);
        if let Cause::Rule { citation, .. } = problem.cause {
            told.push_str(&format!(" ({citation})"));
        }
        let mut text = format!("  {code}  {whom}\n    {}\n", wrapped(&told, 4));
        if let Some(hint) = self.hint(problem) {
            let word = paint.with(HINT, "hint:");
            let hint = Escaped(&hint).to_string();
            text.push_str(&format!("    {word} {}\n", wrapped(&hint, 10)));
        }
        text
    }

    fn asked(&self) -> String {
        let name = match &self.hostname {
            Some(name) => format!(" for {name}"),
            None => ", its name not checked (--hostname)".to_owned(),
        };
        let purpose = match self.purpose {
            Purpose::Any => String::new(),
            purpose => format!(" as a {purpose}"),
        };
        let lists = match self.lists {
            0 => String::new(),
            1 => ", by 1 revocation list".to_owned(),
            count => format!(", by {count} revocation lists"),
        };
        format!("{purpose}{name}{lists}")
    }

    /// What to do; about the local CA that is to trust it.
    fn hint(&self, problem: &Problem) -> Option<String> {
        match &self.ours {
            Some(name) if problem.cause.is_about_trust() => Some(format!(
                "the local CA issued it ({name}), and this machine does not trust that yet: certwright trust"
            )),
            _ => problem.cause.hint(),
        }
    }

    /// The path from the root down, as a tree.
    fn tree(&self, text: &mut String, paint: Paint) {
        let path = &self.verdict.path;
        for (depth, (index, certificate)) in path.iter().enumerate().rev().enumerate() {
            let branch = match depth {
                0 => "  ".to_owned(),
                depth => format!("  {}└─ ", "   ".repeat(depth - 1)),
            };
            let trusted = match depth == 0 && self.verdict.anchored {
                true => format!(", trusted by {}", self.trusted_by),
                false => String::new(),
            };
            let at_fault = self
                .verdict
                .problems
                .iter()
                .any(|problem| problem.certificate == index);
            let name = title(certificate);
            let name = match at_fault {
                true => paint.with(BAD, name),
                false => name,
            };
            let until = to_rfc3339(certificate.not_after);
            text.push_str(&format!("{branch}{name}, until {until}{trusted}\n"));
        }
    }

    /// What each client does, in a line each; in one line if all accept it.
    fn columns(&self, text: &mut String, paint: Paint) {
        let accepts = |column: &Column| column.refusal.is_none();
        if self.clients.is_empty() {
            return;
        }
        if self.clients.iter().all(accepts) {
            let (all, reason) = (all(&self.clients), self.own_reason());
            text.push_str(&format!(
                "  {all} accept it where they trust that root{reason}\n"
            ));
            return;
        }
        if self.verdict.anchored {
            let heading = paint.with(FAINT, "where they trust that root:");
            text.push_str(&format!("  {heading}\n"));
        }
        for column in &self.clients {
            let name = title_of(column.client);
            let line = match &column.refusal {
                Some(word) => format!("{}  {word}", paint.with(BAD, "refuses")),
                None => "accepts".to_owned(),
            };
            let why = match self.lacking.contains(&column.client) {
                true => "  (its own store has not that root: certwright trust)",
                false => "",
            };
            text.push_str(&format!("  {name:8}  {line}{why}\n"));
        }
    }

    /// Why the verdict is another than that of clients who all accept.
    fn own_reason(&self) -> String {
        let has = |is_it: fn(&Cause) -> bool| {
            let mut problems = self.verdict.problems.iter();
            problems.any(|problem| is_it(&problem.cause))
        };
        if self.verdict.is_accepted() {
            String::new()
        } else if has(is_about_revocation) {
            ", as far as they have not heard of its revocation".to_owned()
        } else if has(is_about_what_was_asked) {
            ": it is only not what was asked for".to_owned()
        } else {
            format!(": it is the policy {} alone that refuses it", self.policy)
        }
    }

    /// One document.
    pub fn json(&self) -> Value {
        let path: Vec<Value> = self.verdict.path.iter().map(link).collect();
        let problems: Vec<Value> = self
            .verdict
            .problems
            .iter()
            .map(|problem| {
                json!({
                    "code": problem.cause.code(),
                    "certificate": problem.certificate,
                    "message": message(problem),
                    "hint": self.hint(problem),
                    "citation": problem.cause.citation(),
                })
            })
            .collect();
        json!({
            "source": self.source,
            "line": self.line,
            "server": self.server,
            "revocation_judged": self.lists > 0,
            "accepted": self.verdict.is_accepted(),
            "hostname": self.hostname,
            "purpose": self.purpose.to_string(),
            "policy": self.policy.to_string(),
            "at": to_rfc3339(self.at),
            "trusted": self.verdict.anchored,
            "roots": self.trusted_by,
            "local_ca": self.ours,
            "path": path,
            "problems": problems,
            "clients": self.clients.iter().map(conduct).collect::<Vec<Value>>(),
        })
    }
}

fn link(certificate: &Decoded) -> Value {
    json!({
        "subject": certificate.subject().to_string(),
        "issuer": certificate.issuer().to_string(),
        "not_before": to_rfc3339(certificate.not_before),
        "not_after": to_rfc3339(certificate.not_after),
        "sha256": digest(certificate.der()),
    })
}

/// The SHA-256 of a certificate, in hexadecimal.
pub fn digest(der: &[u8]) -> String {
    Fingerprint::of(Digest::Sha256, der).to_text(Form::Hex)
}

/// A client's column.
fn conduct(column: &Column) -> Value {
    json!({
        "client": column.client.to_string(),
        "accepted": column.refusal.is_none(),
        "code": column.refusal,
    })
}

fn is_about_revocation(cause: &Cause) -> bool {
    matches!(
        cause,
        Cause::Revoked { .. } | Cause::RevocationUnknown { .. }
    )
}

/// What no client asks for, unless told to.
fn is_about_what_was_asked(cause: &Cause) -> bool {
    matches!(
        cause,
        Cause::Unexpected { .. } | Cause::CertificatePolicy { .. }
    )
}

/// The names of all clients, as part of a sentence.
fn all(columns: &[Column]) -> String {
    let names: Vec<&str> = columns
        .iter()
        .map(|column| title_of(column.client))
        .collect();
    match names.as_slice() {
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
        [] => String::new(),
    }
}

/// A client by its own name.
fn title_of(client: Client) -> &'static str {
    match client {
        Client::Chromium => "Chromium",
        Client::Firefox => "Firefox",
        Client::Curl => "curl",
        Client::Java => "Java",
        Client::Go => "Go",
    }
}

/// What is wrong, safe to show, and no longer than somebody reads: a certificate has as much text as it likes.
fn message(problem: &Problem) -> String {
    let told = Escaped(&problem.cause.to_string()).to_string();
    shorten(&told, MAX_MESSAGE)
}

/// What a certificate is called in a line: its subject, or its first name if that is empty.
fn title(certificate: &Decoded) -> String {
    let subject = certificate.subject();
    if !subject.is_empty() {
        return shorten(&subject.to_string(), MAX_TITLE);
    }
    let names = certificate.extensions.names.as_deref().unwrap_or_default();
    names.first().map_or_else(
        || "(no name)".to_owned(),
        |name| shorten(&name.to_string(), MAX_TITLE),
    )
}

/// The longest host name has 253 characters (RFC 1035 §2.3.4), and a sentence names two.
const MAX_MESSAGE: usize = 1000;
/// The longest host name, and some.
const MAX_TITLE: usize = 300;
/// Nobody reads more of one certificate.
const MAX_TOLD: usize = 20;

const GOOD: Style = Style::new()
    .bold()
    .fg_color(Some(anstyle::Color::Ansi(AnsiColor::Green)));
const BAD: Style = Style::new()
    .bold()
    .fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red)));
const HINT: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Cyan)));
const FAINT: Style = Style::new().dimmed();
