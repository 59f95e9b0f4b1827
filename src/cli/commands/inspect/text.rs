//! What `inspect` shows a person: the few facts that are asked for first, then the rest.

use std::fmt::Display;

use anstyle::{AnsiColor, Color, Style};

use certwright::inspect::{
    CertificateView, ChainFault, Content, ExtensionView, GeneralNameView, Item, KeyView,
    PeriodView, RequestView, RevocationListView, StapleView, quoted,
};

use certwright::remote::{Asked, Proof, Session, Signed, Timings};

use crate::cli::report::Paint;

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

/// Returns the lines about a server and the session with it.
pub fn server(session: &Session, staple: Option<&StapleView>, paint: Paint) -> String {
    let mut sheet = Sheet {
        text: String::with_capacity(1024),
        paint,
    };
    sheet.session(session);
    match staple {
        Some(staple) => sheet.staple(staple),
        None => sheet.line("ocsp", "nothing is stapled"),
    }
    sheet.timings(&session.timings);
    sheet.text
}

/// Returns the lines about a chain as a whole.
pub fn chain(count: usize, faults: Option<&[ChainFault]>, paint: Paint) -> String {
    let mut sheet = Sheet {
        text: String::new(),
        paint,
    };
    let count = match count {
        1 => "1 certificate".to_owned(),
        count => format!("{count} certificates"),
    };
    match faults {
        None => sheet.line(
            "sent",
            format_args!("{count}, not all of which can be read"),
        ),
        Some([]) => {
            let order = paint.with(GOOD, "in order, nothing missing or superfluous");
            sheet.line("sent", format_args!("{count}, {order}"));
        }
        Some(faults) => {
            sheet.line("sent", count);
            for fault in faults {
                let fault = paint.with(BAD, fault);
                sheet.line("fault", fault);
            }
        }
    }
    sheet.text
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

    fn session(&mut self, session: &Session) {
        let asked = session.servername.as_deref().unwrap_or("no name");
        let proxy = session.proxy.is_some();
        let by = if proxy { "by the proxy " } else { "" };
        self.line(
            "address",
            format_args!("{by}{}, asked for {asked}", session.address),
        );
        let unknown = "unknown";
        let protocol = session.protocol.unwrap_or(unknown);
        let suite = session.cipher_suite.as_deref().unwrap_or(unknown);
        let after = session
            .starttls
            .map(|starttls| format!(", after {starttls} in plain text"));
        self.line(
            "protocol",
            format_args!("{protocol}, {suite}{}", after.unwrap_or_default()),
        );
        if let Some(group) = &session.key_exchange {
            self.line("exchange", group);
        }
        if let Some(alpn) = &session.alpn {
            self.line("alpn", alpn);
        }
        if let Some(Signed { scheme, proof }) = &session.signature {
            let proof = match proof {
                Proof::Valid => "by the key of the certificate".to_owned(),
                Proof::Invalid => self.paint.with(BAD, "not by the key of the certificate"),
                Proof::Unchecked { reason } => format!("not checked: {reason}"),
            };
            self.line("signature", format_args!("{scheme}, {proof}"));
        }
        self.asked(&session.client_certificate);
        match session.resumption {
            Some(true) => self.line("resumption", "yes"),
            Some(false) => self.line("resumption", "no: every connection is a whole handshake"),
            None => {}
        }
    }

    /// What is wanted of the client.
    fn asked(&mut self, asked: &Asked) {
        let refused = asked.refused.as_deref();
        let refused = refused.map(|alert| self.paint.with(BAD, format_args!("refused: {alert}")));
        match (asked.asked, asked.sent, refused) {
            (false, ..) => return,
            (_, true, None) => self.line("client", "a certificate is asked for, and was sent"),
            (_, true, Some(refused)) => {
                self.line("client", format_args!("its certificate is {refused}"))
            }
            (_, false, None) => self.line("client", "a certificate is asked for, and not required"),
            (_, false, Some(refused)) => {
                self.line(
                    "client",
                    format_args!("a certificate is required, and a client without is {refused}"),
                );
                self.detail("show one with --client-cert FILE --client-key FILE");
            }
        }
        if !asked.authorities.is_empty() {
            self.line("taken of", listed(&asked.authorities));
        }
    }

    fn staple(&mut self, view: &StapleView) {
        if let Some(fault) = &view.fault {
            let fault = self
                .paint
                .with(BAD, format_args!("{} bytes, damaged: {fault}", view.bytes));
            return self.line("ocsp", fault);
        }
        let status = match view.status {
            Some("good") => self.paint.with(GOOD, "good"),
            Some(status) => self.paint.with(BAD, status),
            None => self.paint.with(BAD, view.response.unwrap_or("unknown")),
        };
        let since = view
            .this_update
            .as_deref()
            .map(|time| format!(", since {time}"));
        let next = view
            .next_update
            .as_deref()
            .map(|time| format!(", next on {time}"));
        self.line(
            "ocsp",
            format_args!(
                "stapled: {status}{}{}",
                since.unwrap_or_default(),
                next.unwrap_or_default()
            ),
        );
    }

    fn timings(&mut self, timings: &Timings) {
        let parts = [
            ("look-up", Some(timings.lookup_us)),
            ("TCP", Some(timings.tcp_us)),
            ("proxy", timings.proxy_us),
            ("before TLS", timings.starttls_us),
            ("TLS", Some(timings.tls_us)),
        ];
        let told = parts
            .iter()
            .filter_map(|(step, took)| Some(format!("{step} {}", milliseconds((*took)?))));
        let told = told.collect::<Vec<_>>().join(", ");
        let trips = match timings.round_trips {
            1 => "1 round trip".to_owned(),
            count => format!("{count} round trips"),
        };
        self.line("time", format_args!("{told} in {trips}"));
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

/// To the tenth, as far as that says something.
fn milliseconds(microseconds: u64) -> String {
    format!("{}.{} ms", microseconds / 1000, microseconds % 1000 / 100)
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
