//! What is shown of a live server: the session with it, and its chain as a whole.

use certwright::inspect::{ChainFault, StapleView};
use certwright::remote::{Asked, Proof, Session, Signed, Timings};

use super::{BAD, GOOD, Sheet, listed};
use crate::cli::report::Paint;

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

impl Sheet {
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
}

/// To the tenth, as far as that says something.
fn milliseconds(microseconds: u64) -> String {
    format!("{}.{} ms", microseconds / 1000, microseconds % 1000 / 100)
}
