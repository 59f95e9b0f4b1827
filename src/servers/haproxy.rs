//! HAProxy: chain and key in one file, a crt-list that names it, and a frontend with its backend.

use zeroize::Zeroizing;

use super::quote::backslashed;
use super::settings::openssl_suites;
use super::{Deployment, File, Layout, Owner, Proof, Server, Take};
use crate::error::Result;

/// The row.
pub const SERVER: Server = Server {
    name: "haproxy",
    about: "HAProxy: chain and key in one file, a crt-list, a frontend with its backend",
    proof: Proof::Run,
    port: Some(443),
    takes: &[Take::Backend, Take::Mutual],
    layout,
};

fn layout(deployment: &Deployment<'_>) -> Result<Layout> {
    let stem = deployment.stem;
    let mut files = vec![
        combined(deployment)?,
        File::public(
            format!("{stem}.crt-list"),
            "the crt-list, one line for each certificate",
            crt_list(deployment)?,
        ),
    ];
    files.extend(deployment.root_file());
    files.push(File::pasted(
        format!("{stem}.cfg"),
        "a frontend and its backend",
        configuration(deployment)?,
    ));
    Ok(Layout {
        files,
        client: deployment.curl(),
        notes: vec![format!(
            "{stem}.cfg goes to the end of /etc/haproxy/haproxy.cfg, whose defaults set the timeouts; then: haproxy -c -f /etc/haproxy/haproxy.cfg && systemctl reload haproxy"
        )],
    })
}

/// HAProxy reads it as root, before it becomes the user haproxy.
fn combined(deployment: &Deployment<'_>) -> Result<File> {
    let mut contents = Zeroizing::new(deployment.chain_pem().into_bytes());
    contents.extend_from_slice(deployment.key_pem()?.as_bytes());
    Ok(File::private(
        combined_name(deployment),
        "the certificate, its intermediates and the private key",
        contents,
        (Some(Owner::ROOT), 0o600),
    ))
}

fn combined_name(deployment: &Deployment<'_>) -> String {
    format!("{}.pem", deployment.stem)
}

/// A crt-list knows no quotes. Nobody is turned away for the name they ask for: clients that ask for an
/// address send none.
fn crt_list(deployment: &Deployment<'_>) -> Result<String> {
    let impossible = [' ', '[', ']'];
    let path = deployment.path_without(
        &combined_name(deployment),
        &impossible,
        "a crt-list of HAProxy",
    )?;
    Ok(format!("{path}\n"))
}

fn configuration(deployment: &Deployment<'_>) -> Result<String> {
    let name = deployment.stem.replace('+', "_");
    let mutual = match deployment.client_root()? {
        Some(root) => format!(" ca-file {} verify required", path(deployment, &root.name)),
        None => String::new(),
    };
    Ok(format!(
        "frontend {name}
    mode http
    bind :{port} ssl crt-list {crt_list} alpn h2,http/1.1 ssl-min-ver TLSv1.2 ciphers {suites} no-tls-tickets{mutual}
    option forwardfor
    http-request set-header X-Forwarded-Proto https
    default_backend {name}_backend

backend {name}_backend
    mode http
    server backend {backend}
",
        port = deployment.port,
        crt_list = path(deployment, &format!("{}.crt-list", deployment.stem)),
        suites = openssl_suites(),
        backend = deployment.backend,
    ))
}

/// Environment variables are expanded in double quotes.
fn path(deployment: &Deployment<'_>, name: &str) -> String {
    backslashed(&deployment.path(name), &['"', '\\', '$'])
}
