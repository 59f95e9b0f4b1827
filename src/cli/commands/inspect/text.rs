//! What `inspect` shows a person: the few facts that are asked for first, then the rest.

mod session;

use std::fmt::Display;

use anstyle::{AnsiColor, Color, Style};

use certwright::inspect::{
    CertificateView, ContainerView, Content, ExtensionView, GeneralNameView, Item, KeyView,
    PeriodView, RequestView, RevocationListView, quoted,
};

use crate::cli::report::Paint;

pub use session::{chain, server};

/// Returns what a thing is, and the lines about it.
pub fn item(item: &Item, paint: Paint) -> (String, String) {
    let mut sheet = Sheet {
        text: String::with_capacity(2048),
        paint,
    };
    let what = match item {
        Item::Certificate(view) => {
            sheet.certificate(view);
            kind(view)
        }
        Item::CertificateRequest(view) => {
            sheet.request(view);
            "certificate request"
        }
        Item::Container(view) => {
            sheet.container(view);
            "container"
        }
        Item::Crl(view) => {
            sheet.revocation_list(view);
            "revocation list"
        }
        Item::LockedPrivateKey(view) => {
            sheet.line("unread", &view.reason);
            "private key"
        }
        Item::Other { what } => what,
        Item::PrivateKey(view) => {
            sheet.key(&view.key);
            let encrypted = if view.encrypted { ", encrypted" } else { "" };
            sheet.line("form", format_args!("{}{encrypted}", view.form));
            "private key"
        }
        Item::PublicKey { key } => {
            sheet.key(key);
            "public key"
        }
    };
    (what.to_owned(), sheet.text)
}

/// Returns what a certificate is that another leads to, and the few lines about it.
pub fn brief(view: &CertificateView, paint: Paint) -> (String, String) {
    let mut sheet = Sheet {
        text: String::new(),
        paint,
    };
    sheet.line("subject", &view.subject);
    match view.self_issued {
        true => sheet.line("issuer", "itself"),
        false => sheet.line("issuer", &view.issuer),
    }
    sheet.validity(&view.validity);
    sheet.line("key", &view.key.algorithm);
    sheet.line("sha-256", &view.sha256);
    sheet.faults(&view.faults);
    (kind(view).to_owned(), sheet.text)
}

fn kind(view: &CertificateView) -> &'static str {
    match (view.is_ca, view.self_issued) {
        (true, true) => "root certificate",
        (true, false) => "CA certificate",
        (false, _) => "certificate",
    }
}

/// Shows what a thing is, and where.
pub fn heading(what: &str, place: &str, paint: Paint) -> String {
    format!("{}  {place}\n", paint.with(HEADING, what))
}

/// Says what a key belongs to.
pub fn matched(keys: &[String], with: &[String], paint: Paint) -> String {
    let (style, verb, with) = match with {
        [] => (BAD, "belongs to", "none of the certificates".to_owned()),
        with => (GOOD, "belongs to", listed(with)),
    };
    let key = format!("the key of {} {verb} {with}", listed(keys));
    format!("\n{}\n", paint.with(style, key))
}

/// As many as a person reads.
fn listed(places: &[String]) -> String {
    match places.split_at_checked(MAX_LISTED) {
        Some((shown, rest @ [_, ..])) => format!("{} and {} more", shown.join(", "), rest.len()),
        _ => places.join(", "),
    }
}

/// Lines under a heading.
struct Sheet {
    text: String,
    paint: Paint,
}

impl Sheet {
    fn certificate(&mut self, view: &CertificateView) {
        self.names(&view.names);
        self.line("subject", &view.subject);
        match view.self_issued {
            true => self.line("issuer", "itself"),
            false => self.line("issuer", &view.issuer),
        }
        self.validity(&view.validity);
        self.key(&view.key);
        self.line("signature", &view.signature.algorithm);
        self.line("serial", &view.serial);
        self.line("sha-256", &view.sha256);
        self.line("sha-1", &view.sha1);
        if view.version != 3 {
            self.line("version", view.version);
        }
        self.extensions(&view.extensions);
        self.faults(&view.faults);
    }

    fn request(&mut self, view: &RequestView) {
        self.names(&view.names);
        self.line("subject", &view.subject);
        self.key(&view.key);
        let signed = match view.signature_valid {
            Some(true) => "by its own key".to_owned(),
            Some(false) => self.paint.with(BAD, "not by its own key"),
            None => "cannot be checked here".to_owned(),
        };
        self.line(
            "signature",
            format_args!("{}, {signed}", view.signature.algorithm),
        );
        self.line("sha-256", &view.sha256);
        if !view.attributes.is_empty() {
            self.line("attributes", view.attributes.join(", "));
        }
        self.extensions(&view.extensions);
        self.faults(&view.faults);
    }

    fn container(&mut self, view: &ContainerView) {
        self.line("format", view.format);
        if let Some(code) = &view.code {
            self.line("code", code);
        }
        for scheme in &view.encryption {
            self.line("encryption", scheme);
        }
    }

    fn revocation_list(&mut self, view: &RevocationListView) {
        self.line("issuer", &view.issuer);
        let next = view.next_update.as_deref().unwrap_or("an unknown time");
        let status = self
            .paint
            .with(if view.status == "stale" { BAD } else { GOOD }, view.status);
        self.line(
            "updated",
            format_args!("{}, next on {next}  {status}", view.this_update),
        );
        self.line("signature", &view.signature.algorithm);
        self.line("revokes", view.revoked_count);
        for entry in &view.revoked {
            let reason = entry
                .reason
                .as_deref()
                .map(|reason| format!(", {reason}"))
                .unwrap_or_default();
            self.detail(format_args!(
                "{}  since {}{reason}",
                entry.serial, entry.since
            ));
        }
        if view.revoked.len() < view.revoked_count {
            self.detail(format_args!(
                "and {} more",
                view.revoked_count - view.revoked.len()
            ));
        }
        self.line("sha-256", &view.sha256);
        self.extensions(&view.extensions);
        self.faults(&view.faults);
    }

    fn faults(&mut self, faults: &[String]) {
        for fault in faults {
            let fault = self.paint.with(BAD, fault);
            self.line("fault", fault);
        }
    }

    /// The end stands out when it is near, and when it is over.
    fn validity(&mut self, period: &PeriodView) {
        let (style, left) = match period.status {
            "expired" => (BAD, period.left()),
            "not-yet-valid" => (BAD, "not yet valid".to_owned()),
            _ if period.days_left() < SOON => (NEAR, period.left()),
            _ => (GOOD, period.left()),
        };
        let left = self.paint.with(style, left);
        self.line("valid from", &period.not_before);
        self.line("until", format_args!("{}  {left}", period.not_after));
    }

    fn key(&mut self, view: &KeyView) {
        match view.exponent {
            None | Some(65_537) => self.line("key", &view.algorithm),
            Some(exponent) => self.line(
                "key",
                format_args!("{}, exponent {exponent}", view.algorithm),
            ),
        }
        self.line("key pin", format_args!("sha256/{}", view.pin_sha256));
    }

    fn names(&mut self, names: &[GeneralNameView]) {
        let plain = |name: &GeneralNameView| match name.kind {
            "DNS" | "IP" | "email" | "URI" => quoted(&name.value).into_owned(),
            _ => name.to_string(),
        };
        if !names.is_empty() {
            self.line(
                "names",
                names.iter().map(plain).collect::<Vec<_>>().join(", "),
            );
        }
    }

    fn extensions(&mut self, extensions: &[ExtensionView]) {
        for extension in extensions {
            let name = self
                .paint
                .with(LABEL, extension.name.unwrap_or(&extension.oid));
            let critical = if extension.critical { ", critical" } else { "" };
            self.push(format_args!("  {name}{critical}\n"));
            for line in extension.value.iter().flat_map(Content::lines) {
                self.detail(line);
            }
            if let Some(fault) = &extension.fault {
                let fault = self.paint.with(BAD, format_args!("damaged: {fault}"));
                self.detail(fault);
            }
            if let Some(hex) = &extension.hex {
                self.detail(hex);
            }
        }
    }

    fn line(&mut self, label: &str, value: impl Display) {
        let label = self.paint.with(LABEL, format_args!("{label:10}"));
        self.push(format_args!("  {label}  {value}\n"));
    }

    fn detail(&mut self, text: impl Display) {
        self.push(format_args!("    {text}\n"));
    }

    fn push(&mut self, text: std::fmt::Arguments<'_>) {
        let written = std::fmt::Write::write_fmt(&mut self.text, text);
        debug_assert!(written.is_ok(), "a String takes everything");
    }
}

const HEADING: Style = Style::new().bold();
const LABEL: Style = Style::new().dimmed();
const GOOD: Style = Style::new().fg_color(Some(Color::Ansi(AnsiColor::Green)));
const NEAR: Style = Style::new()
    .bold()
    .fg_color(Some(Color::Ansi(AnsiColor::Yellow)));
const BAD: Style = Style::new()
    .bold()
    .fg_color(Some(Color::Ansi(AnsiColor::Red)));
/// As long before the end as Let's Encrypt used to remind people.
const SOON: i64 = 30;
/// As many places as a line names.
const MAX_LISTED: usize = 8;
