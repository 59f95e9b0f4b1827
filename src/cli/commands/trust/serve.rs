//! `certwright trust serve`

use std::net::IpAddr;
use std::time::{Duration, Instant};

use anstyle::{Ansi256Color, Style};
use anyhow::{Context as _, Result};
use clap::Args;
use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};
use serde_json::{Value, json};
use time::OffsetDateTime;

use certwright::ca::Authority;
use certwright::cert::Certificate;
use certwright::fingerprint::Form;
use certwright::trust::serve::{self, Site};
use certwright::validity::to_rfc3339;

use crate::cli::app::Context;
use crate::cli::args::span;
use crate::cli::report::{Facts, Paint, Report, Text};

/// Offer the root certificate to phones and other machines, on a page of the local network
///
/// The page has the steps for each platform, and a terminal shows its address as a QR code. Nothing but the
/// public certificate is served. It ends by itself, or with Ctrl-C.
#[derive(Args)]
pub struct Serve {
    /// The address to listen on; 0.0.0.0 for all [default: that of the network with the default route]
    #[arg(long, value_name = "ADDR")]
    listen: Option<IpAddr>,

    /// The port to listen on [default: one that is free]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    port: u16,

    /// How long to serve: 90s, 10m, 2h; a day at most
    #[arg(long = "for", value_name = "TIME", default_value = "10m", value_parser = span)]
    length: Duration,
}

impl Serve {
    /// Listens, and serves once the address was told.
    pub fn run(&self, context: &Context) -> Result<Report> {
        // Whoever may write to the CA's folder could offer a root of their own, so looking is not enough.
        let authority = Authority::open(context.home()?)?;
        let root = authority.current().root().clone();
        let site = Site::of(&root);
        let address = self.listen.map_or_else(serve::own_address, Ok)?;
        let reached = serve::reached_by(address)?;
        let listener = serve::listen(address, self.port)?;
        let port = listener
            .local_addr()
            .context("the port is not known")?
            .port();
        let deadline = Instant::now() + self.length;
        let served = Served {
            url: format!("http://{}/", std::net::SocketAddr::new(reached, port)),
            root,
            ends: context.now + self.length,
            is_seen: context.is_seen,
        };
        Ok(Report::new(served).with_then(move || Ok(serve::serve(&listener, &site, deadline)?)))
    }
}

struct Served {
    url: String,
    root: Certificate,
    ends: OffsetDateTime,
    is_seen: bool,
}

impl Facts for Served {
    fn text(&self, paint: Paint) -> Text {
        if !self.is_seen {
            return Text::lines(format!("{}\n", self.url));
        }
        // A code is a convenience; the address stands below it in any case.
        let code = code(&self.url, paint).unwrap_or_default();
        Text::lines(format!(
            "{code}\n{}\n{}\nSHA-256 {}\nserved until {}, or Ctrl-C\n",
            self.url,
            self.root.subject(),
            self.root.fingerprint().to_text(Form::Colon),
            to_rfc3339(self.ends)
        ))
    }

    fn json(&self) -> Value {
        json!({
            "url": self.url,
            "sha256": self.root.fingerprint().to_text(Form::Hex),
            "ends": to_rfc3339(self.ends),
        })
    }
}

/// Draws a QR code in half blocks: black on white where there is colour, else for a dark terminal.
fn code(text: &str, paint: Paint) -> Option<String> {
    // The weakest correction makes the smallest code, and a screen has no scratches.
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    let mut drawing = code.render::<Dense1x2>();
    if !paint.0 {
        drawing
            .dark_color(Dense1x2::Light)
            .light_color(Dense1x2::Dark);
    }
    let lines = drawing.build();
    Some(
        lines
            .lines()
            .map(|line| format!("{}\n", paint.with(BLACK_ON_WHITE, line)))
            .collect(),
    )
}

/// The two of the 256 colours that no theme changes.
const BLACK_ON_WHITE: Style = Style::new()
    .fg_color(Some(anstyle::Color::Ansi256(Ansi256Color(16))))
    .bg_color(Some(anstyle::Color::Ansi256(Ansi256Color(231))));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_drawn_in_both_ways() {
        let url = "http://192.168.100.100:65535/";
        let plain = code(url, Paint(false)).unwrap();
        let painted = code(url, Paint(true)).unwrap();
        assert_eq!(plain.lines().count(), painted.lines().count());
        let width = plain.lines().next().unwrap().chars().count();
        assert!(width <= 40, "it fits beside anything: {width}");
        assert!(plain.starts_with('█') && painted.starts_with("\u{1b}["));
    }
}
