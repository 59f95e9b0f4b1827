//! BIND: DNS over TLS, and DNS over HTTPS.

use super::deployment::CLIENT;
use super::quote::backslashed;
use super::settings::openssl_suites;
use super::{Deployment, File, Layout, Owner, Proof, Server, Take};
use crate::error::Result;
use crate::text::for_shell;

/// The row of DNS over TLS.
pub const OVER_TLS: Server = Server {
    name: "bind",
    about: "BIND 9.18: DNS over TLS",
    proof: Proof::Run,
    // RFC 7858 §3.1.
    port: Some(853),
    takes: &[Take::Mutual],
    layout: |deployment| layout(deployment, &Transport::TLS),
};

/// The row of DNS over HTTPS.
pub const OVER_HTTPS: Server = Server {
    name: "bind-doh",
    about: "BIND 9.18: DNS over HTTPS",
    proof: Proof::Run,
    port: Some(443),
    takes: &[Take::Mutual],
    layout: |deployment| layout(deployment, &Transport::HTTPS),
};

/// It starts as `bind`, or as root and reads the key again as `bind` when it is told to.
const OWNER: Owner = Owner {
    user: "root",
    group: "bind",
};

/// What Debian's `/etc/apparmor.d/usr.sbin.named` lets it read.
const READABLE: [&str; 3] = ["/etc/bind", "/var/lib/bind", "/var/cache/bind"];

/// By what queries come.
struct Transport {
    /// What dig asks by.
    flag: &'static str,
    /// Whether HTTP is in between.
    is_http: bool,
}

impl Transport {
    const TLS: Self = Self {
        flag: "+tls",
        is_http: false,
    };
    const HTTPS: Self = Self {
        flag: "+https",
        is_http: true,
    };
}

fn layout(deployment: &Deployment<'_>, transport: &Transport) -> Result<Layout> {
    let stem = deployment.stem;
    let key = deployment.key_file((Some(OWNER), 0o640))?;
    let mut files = vec![deployment.chain_file(), key];
    files.extend(deployment.root_file());
    let (top, options) = (format!("{stem}.tls.conf"), format!("{stem}.options.conf"));
    let settings = settings(deployment, transport)?;
    files.push(File::pasted(&top, "the TLS settings", settings));
    let ports = ports(deployment, transport);
    files.push(File::pasted(&options, "where to listen", ports));
    Ok(Layout {
        files,
        client: client(deployment, transport),
        notes: notes(deployment, &top, &options),
    })
}

fn notes(deployment: &Deployment<'_>, top: &str, options: &str) -> Vec<String> {
    let mut notes = vec![format!(
        "{top} belongs into named.conf.local, and {options} into the options {{ }} of named.conf.options; then: named-checkconf && systemctl restart named"
    )];
    if !deployment.is_within(&READABLE) {
        notes.push("AppArmor, where it is on, lets Debian's BIND read nothing elsewhere: name /etc/bind or a folder below it with --deployed-to".to_owned());
    }
    if deployment.certificate().subject().is_empty() {
        notes.push(
            "Knot's kdig fails at a certificate whose subject is empty; certwright issue --cn gives it one".to_owned(),
        );
    }
    notes
}

fn settings(deployment: &Deployment<'_>, transport: &Transport) -> Result<String> {
    let mutual = match deployment.client_root()? {
        Some(root) => format!("    ca-file {};\n", path(deployment, &root.name)?),
        None => String::new(),
    };
    let name = name(deployment);
    // RFC 8484 leaves the path open; this is its examples'.
    let http = match transport.is_http {
        true => format!("http {name} {{\n    endpoints {{ \"/dns-query\"; }};\n}};\n"),
        false => String::new(),
    };
    Ok(format!(
        "tls {name} {{
    cert-file {chain};
    key-file {key};
{mutual}    protocols {{ TLSv1.2; TLSv1.3; }};
    ciphers \"{suites}\";
    prefer-server-ciphers no;
    session-tickets no;
}};
{http}",
        chain = path(deployment, &deployment.chain_name())?,
        key = path(deployment, &deployment.key_name())?,
        suites = openssl_suites(),
    ))
}

fn ports(deployment: &Deployment<'_>, transport: &Transport) -> String {
    let name = name(deployment);
    let by = match transport.is_http {
        true => format!("port {} tls {name} http {name}", deployment.port),
        false => format!("port {} tls {name}", deployment.port),
    };
    format!(
        "// Where one listen-on stands, plain DNS needs its own: listen-on {{ any; }}; listen-on-v6 {{ any; }};
listen-on {by} {{ any; }};
listen-on-v6 {by} {{ any; }};
"
    )
}

/// A name that is none of BIND's own, such as `none` or `ephemeral`.
fn name(deployment: &Deployment<'_>) -> String {
    format!("\"certwright-{}\"", deployment.stem)
}

/// A backslash stands for itself in BIND's strings, except before a quotation mark: so it cannot be written
/// everywhere, and is refused.
fn path(deployment: &Deployment<'_>, name: &str) -> Result<String> {
    let path = deployment.path_without(name, &['\\'], "BIND")?;
    Ok(backslashed(&path, &['"']))
}

fn client(deployment: &Deployment<'_>, transport: &Transport) -> String {
    let host = deployment.bare_host();
    let mut line = format!("dig @{host} -p {} {}", deployment.port, transport.flag);
    match deployment.root_here() {
        Some(root) => line.push_str(&format!(" +tls-ca={}", for_shell(&root))),
        None => line.push_str(" +tls-ca"),
    }
    line.push_str(&format!(" +tls-hostname={host}"));
    if deployment.mutual {
        line.push_str(&format!(
            " +tls-certfile={CLIENT}.crt +tls-keyfile={CLIENT}.key"
        ));
    }
    format!("{line} {host}")
}

#[cfg(test)]
mod tests {
    use super::super::sample::Sample;
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn only_doh_has_http() {
        let sample = Sample::new(&["dns.test"]);
        let tls = sample.layout(&OVER_TLS);
        assert!(!tls.text(".tls.conf").contains("http"));
        let https = sample.layout(&OVER_HTTPS);
        let http = "tls \"certwright-dns.test\" http \"certwright-dns.test\" {";
        assert!(https.text(".options.conf").contains(http));
        assert!(https.client().contains(" +https "));
        assert!(https.notes().contains("issue --cn"), "its subject is empty");
        assert!(https.notes().contains("AppArmor"));
        let readable = sample.in_folder("/etc/bind/tls").layout(&OVER_TLS);
        assert!(!readable.notes().contains("AppArmor"));
    }

    #[test]
    fn a_backslash_is_refused() {
        let sample = Sample::new(&["dns.test"]).in_folder(r"/a\b");
        let error = sample.try_layout(&OVER_TLS).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        let sample = Sample::new(&["dns.test"]).in_folder("/a \"b\" {#}");
        let text = sample.layout(&OVER_TLS).text(".tls.conf");
        assert!(text.contains(r#"cert-file "/a \"b\" {#}/dns.test.crt";"#));
    }
}
