//! nginx: a `server` block that passes on to a backend.

use super::quote::backslashed;
use super::settings::openssl_suites;
use super::{Deployment, File, Layout, Owner, Proof, Server, Take};
use crate::error::Result;

/// The row.
pub const SERVER: Server = Server {
    name: "nginx",
    about: "nginx: a server block that passes on to a backend",
    proof: Proof::Run,
    port: Some(443),
    takes: &[Take::Backend, Take::Mutual],
    layout,
};

fn layout(deployment: &Deployment<'_>) -> Result<Layout> {
    // The master reads the key as root, before its workers become www-data.
    let key = deployment.key_file((Some(Owner::ROOT), 0o600))?;
    let mut files = vec![deployment.chain_file(), key];
    files.extend(deployment.root_file());
    let name = format!("{}.conf", deployment.stem);
    files.push(File::pasted(
        name,
        "a server block",
        configuration(deployment)?,
    ));
    Ok(Layout {
        files,
        client: deployment.curl(),
        notes: vec![format!(
            "{}.conf belongs into /etc/nginx/conf.d; then: nginx -t && systemctl reload nginx",
            deployment.stem
        )],
    })
}

/// No HTTP/2: versions before 1.25.1 and after want it written differently.
fn configuration(deployment: &Deployment<'_>) -> Result<String> {
    let mutual = match deployment.client_root()? {
        Some(root) => format!(
            "\n    # Who has no certificate from the root gets an error page.\n    \
             ssl_client_certificate {};\n    ssl_verify_client on;\n    ssl_verify_depth 2;\n",
            path(deployment, &root.name)?
        ),
        None => String::new(),
    };
    Ok(format!(
        "server {{
    listen {port} ssl;
    server_name {names};

    ssl_certificate {chain};
    ssl_certificate_key {key};
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ciphers {suites};
    ssl_prefer_server_ciphers off;
    ssl_session_cache shared:certwright:10m;
    ssl_session_timeout 1d;
    ssl_session_tickets off;
{mutual}
    location / {{
        proxy_pass http://{backend};
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
    }}
}}
",
        port = deployment.port,
        names = deployment.hosts().join(" "),
        chain = path(deployment, &deployment.chain_name())?,
        key = path(deployment, &deployment.key_name())?,
        suites = openssl_suites(),
        backend = deployment.backend,
    ))
}

/// nginx takes `$` for a variable even in quotes, and has no way to write it.
fn path(deployment: &Deployment<'_>, name: &str) -> Result<String> {
    let path = deployment.path_without(name, &['$'], "nginx")?;
    Ok(backslashed(&path, &['"', '\\']))
}
