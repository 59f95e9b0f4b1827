//! Caddy: a site of a Caddyfile that passes on to a backend.

use super::settings::iana_suites;
use super::{Deployment, File, Layout, Owner, Proof, Server, Take};
use crate::error::Result;

/// The row.
pub const SERVER: Server = Server {
    name: "caddy",
    about: "Caddy: a site of a Caddyfile that passes on to a backend",
    proof: Proof::Run,
    port: Some(443),
    takes: &[Take::Backend, Take::Mutual],
    layout,
};

fn layout(deployment: &Deployment<'_>) -> Result<Layout> {
    let key = deployment.key_file((Some(CADDY), 0o640))?;
    let mut files = vec![deployment.chain_file(), key];
    files.extend(deployment.root_file());
    files.push(File::pasted(
        "Caddyfile",
        "a site of a Caddyfile",
        configuration(deployment)?,
    ));
    Ok(Layout {
        files,
        client: deployment.curl(),
        notes: vec![
            "the Caddyfile's site goes into /etc/caddy/Caddyfile; then: systemctl reload caddy"
                .to_owned(),
        ],
    })
}

fn configuration(deployment: &Deployment<'_>) -> Result<String> {
    let site = |host: String| format!("https://{host}:{}", deployment.port);
    let sites: Vec<String> = deployment.hosts().into_iter().map(site).collect();
    let mutual = match deployment.client_root()? {
        Some(root) => format!(
            "\n\t\tclient_auth {{\n\t\t\tmode require_and_verify\n\t\t\ttrusted_ca_cert_file {}\n\t\t}}",
            path(deployment, &root.name)?
        ),
        None => String::new(),
    };
    Ok(format!(
        "{sites} {{
\ttls {chain} {key} {{
\t\tprotocols tls1.2 tls1.3
\t\tciphers {suites}{mutual}
\t}}
\treverse_proxy {backend}
}}
",
        sites = sites.join(", "),
        chain = path(deployment, &deployment.chain_name())?,
        key = path(deployment, &deployment.key_name())?,
        suites = iana_suites().join(" "),
        backend = deployment.backend,
    ))
}

/// In double quotes a Caddyfile cannot hold a backslash before a quotation mark; in backticks all but a
/// backtick is itself. Braces are placeholders even there.
fn path(deployment: &Deployment<'_>, name: &str) -> Result<String> {
    let path = deployment.path_without(name, &['`', '{'], "Caddy")?;
    Ok(format!("`{path}`"))
}

/// As Debian's package and Caddy's own unit for systemd run it.
const CADDY: Owner = Owner {
    user: "root",
    group: "caddy",
};
