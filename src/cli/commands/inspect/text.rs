//! What `inspect` shows a person: the few facts that are asked for first, then the rest.

use anstyle::{AnsiColor, Style};

use certwright::inspect::{
    CertificateView, ExtensionView, GeneralNameView, Item, KeyView, PeriodView, RequestView,
    RevocationListView,
};

/// Shows one thing, under the name of where it was found.
pub fn item(item: &Item, place: &str) -> String {
    match item {
        Item::Certificate(view) => certificate(view, place),
        Item::CertificateRequest(view) => request(view, place),
        Item::Crl(view) => revocation_list(view, place),
        Item::LockedPrivateKey(view) => {
            heading("private key", place) + &line("locked", &view.reason)
        }
        Item::Other { what } => heading(what, place),
        Item::PrivateKey(view) => {
            let encrypted = if view.encrypted { ", encrypted" } else { "" };
            heading("private key", place)
                + &key(&view.key)
                + &line("form", &format!("{}{encrypted}", view.form))
        }
        Item::PublicKey { key: view } => heading("public key", place) + &key(view),
    }
}

/// Says whether a key and a certificate belong together.
pub fn matched(same: bool, key: &str, with: &str) -> String {
    match same {
        true => format!("{GOOD}the key of {key} belongs to {with}{GOOD:#}\n"),
        false => format!("{BAD}the key of {key} does not belong to {with}{BAD:#}\n"),
    }
}

fn certificate(view: &CertificateView, place: &str) -> String {
    let what = match (view.is_ca, view.self_issued) {
        (true, true) => "root certificate",
        (true, false) => "CA certificate",
        (false, _) => "certificate",
    };
    let mut out = heading(what, place);
    if !view.names.is_empty() {
        out += &line("names", &names(&view.names));
    }
    out += &line("subject", &view.subject.to_string());
    let issuer = match view.self_signed {
        Some(true) => "itself".to_owned(),
        _ => view.issuer.to_string(),
    };
    out += &line("issuer", &issuer);
    out += &validity(&view.validity);
    out += &key(&view.key);
    out += &line("signature", &view.signature.algorithm);
    out += &line("serial", &view.serial);
    out += &line("sha-256", &view.sha256);
    out += &line("sha-1", &view.sha1);
    if view.version != 3 {
        out += &line("version", &view.version.to_string());
    }
    out += &extensions(&view.extensions);
    for fault in &view.faults {
        out += &line("fault", &format!("{BAD}{fault}{BAD:#}"));
    }
    out
}

fn request(view: &RequestView, place: &str) -> String {
    let mut out = heading("certificate request", place);
    if !view.names.is_empty() {
        out += &line("names", &names(&view.names));
    }
    out += &line("subject", &view.subject.to_string());
    out += &key(&view.key);
    let signed = match view.signature_valid {
        Some(true) => "by its own key".to_owned(),
        Some(false) => format!("{BAD}not by its own key{BAD:#}"),
        None => "cannot be checked here".to_owned(),
    };
    out += &line(
        "signature",
        &format!("{}, {signed}", view.signature.algorithm),
    );
    out += &line("sha-256", &view.sha256);
    if !view.attributes.is_empty() {
        out += &line("attributes", &view.attributes.join(", "));
    }
    out + &extensions(&view.extensions)
}

fn revocation_list(view: &RevocationListView, place: &str) -> String {
    let mut out = heading("revocation list", place);
    out += &line("issuer", &view.issuer.to_string());
    let next = view.next_update.as_deref().unwrap_or("an unknown time");
    let style = if view.status == "stale" { BAD } else { GOOD };
    out += &line(
        "updated",
        &format!(
            "{}, next on {next}  {style}{}{style:#}",
            view.this_update, view.status
        ),
    );
    out += &line("signature", &view.signature.algorithm);
    out += &line("revokes", &view.revoked_count.to_string());
    for entry in &view.revoked {
        let reason = entry
            .reason
            .as_deref()
            .map(|reason| format!(", {reason}"))
            .unwrap_or_default();
        out += &format!("    {}  since {}{reason}\n", entry.serial, entry.since);
    }
    if view.revoked.len() < view.revoked_count {
        out += &format!("    and {} more\n", view.revoked_count - view.revoked.len());
    }
    out += &line("sha-256", &view.sha256);
    out + &extensions(&view.extensions)
}

/// The end stands out when it is near, and when it is over.
fn validity(period: &PeriodView) -> String {
    let days = period.days_left();
    let (style, left) = match period.status {
        "expired" => (BAD, format!("ended {} ago", length(-period.seconds_left))),
        "not-yet-valid" => (BAD, "not yet valid".to_owned()),
        _ if days < SOON => (NEAR, format!("{} left", length(period.seconds_left))),
        _ => (GOOD, format!("{} left", length(period.seconds_left))),
    };
    line("valid from", &period.not_before)
        + &line(
            "until",
            &format!("{}  {style}{left}{style:#}", period.not_after),
        )
}

fn length(seconds: i64) -> String {
    let plural =
        |count: i64, unit: &str| format!("{count} {unit}{}", if count == 1 { "" } else { "s" });
    match seconds {
        172_800.. => plural(seconds / 86_400, "day"),
        7_200.. => plural(seconds / 3_600, "hour"),
        120.. => plural(seconds / 60, "minute"),
        _ => plural(seconds, "second"),
    }
}

fn key(view: &KeyView) -> String {
    let exponent = view.exponent.filter(|exponent| *exponent != 65_537);
    let exponent = exponent
        .map(|exponent| format!(", exponent {exponent}"))
        .unwrap_or_default();
    line("key", &format!("{}{exponent}", view.algorithm))
        + &line("key pin", &format!("sha256/{}", view.pin_sha256))
}

fn names(names: &[GeneralNameView]) -> String {
    let plain = |name: &GeneralNameView| match name.kind.as_str() {
        "DNS" | "IP" | "email" | "URI" => name.value.clone(),
        _ => name.to_string(),
    };
    names.iter().map(plain).collect::<Vec<_>>().join(", ")
}

fn extensions(extensions: &[ExtensionView]) -> String {
    let mut out = String::new();
    for extension in extensions {
        let name = extension.name.unwrap_or(&extension.oid);
        let critical = if extension.critical { ", critical" } else { "" };
        out += &format!("  {LABEL}{name}{LABEL:#}{critical}\n");
        out.extend(extension.lines.iter().map(|line| format!("    {line}\n")));
        if let Some(fault) = &extension.fault {
            out += &format!("    {BAD}damaged: {fault}{BAD:#}\n");
        }
        if let Some(hex) = &extension.hex {
            out += &format!("    {hex}\n");
        }
    }
    out
}

fn heading(what: &str, place: &str) -> String {
    format!(
        "{HEADING}{what}{HEADING:#}  {}\n",
        certwright::text::Escaped(place)
    )
}

fn line(label: &str, value: &str) -> String {
    format!("  {LABEL}{label:10}{LABEL:#}  {value}\n")
}

const HEADING: Style = Style::new().bold();
const LABEL: Style = Style::new().dimmed();
const GOOD: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Green)));
const NEAR: Style = Style::new()
    .bold()
    .fg_color(Some(anstyle::Color::Ansi(AnsiColor::Yellow)));
const BAD: Style = Style::new()
    .bold()
    .fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red)));
/// As long before the end as Let's Encrypt used to remind people.
const SOON: i64 = 30;
