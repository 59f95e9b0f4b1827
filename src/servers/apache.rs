//! Apache: a virtual host that passes on to a backend.

use super::quote::backslashed;
use super::settings::openssl_suites;
use super::{Deployment, File, Layout, Owner, Proof, Server, Take};
use crate::error::Result;

/// The row.
pub const SERVER: Server = Server {
    name: "apache",
    about: "Apache: a virtual host that passes on to a backend",
    proof: Proof::Run,
    port: Some(443),
    takes: &[Take::Backend, Take::Mutual],
    layout,
};

fn layout(deployment: &Deployment<'_>) -> Result<Layout> {
    // Apache reads the key as root, before its children become www-data.
    let key = deployment.key_file((Some(Owner::ROOT), 0o600))?;
    let mut files = vec![deployment.chain_file(), key];
    files.extend(deployment.root_file());
    let stem = deployment.stem;
    let what = "a virtual host";
    files.push(File::pasted(
        format!("{stem}.conf"),
        what,
        configuration(deployment)?,
    ));
    Ok(Layout {
        files,
        client: deployment.curl(),
        notes: vec![format!(
            "{stem}.conf belongs into /etc/apache2/sites-available; then: a2enmod ssl headers proxy_http && a2ensite {stem} && apachectl configtest && systemctl reload apache2"
        )],
    })
}

fn configuration(deployment: &Deployment<'_>) -> Result<String> {
    // Debian listens on 443 itself once mod_ssl is enabled, and twice is an error.
    let listen = match deployment.port {
        443 => String::new(),
        port => format!("Listen {port}\n\n"),
    };
    let mutual = match deployment.client_root()? {
        Some(root) => format!(
            "    SSLCACertificateFile {}\n    SSLVerifyClient require\n    SSLVerifyDepth 2\n",
            path(deployment, &root.name)?
        ),
        None => String::new(),
    };
    // Its name can be neither a wildcard nor an address of IPv6, though its aliases can.
    let mut named = deployment.hosts().into_iter();
    let name = named.find(|host| !host.starts_with(['*', '[']));
    let name = name.map_or_else(String::new, |name| format!("    ServerName {name}\n"));
    Ok(format!(
        "{listen}<VirtualHost *:{port}>
{name}    ServerAlias {names}

    SSLEngine on
    SSLCertificateFile {chain}
    SSLCertificateKeyFile {key}
    SSLProtocol -all +TLSv1.2 +TLSv1.3
    SSLCipherSuite {suites}
    SSLHonorCipherOrder off
    SSLSessionTickets off
{mutual}
    ProxyPass / http://{backend}/
    ProxyPassReverse / http://{backend}/
    ProxyPreserveHost on
    RequestHeader set X-Forwarded-Proto https
</VirtualHost>
",
        port = deployment.port,
        names = deployment.hosts().join(" "),
        chain = path(deployment, &deployment.chain_name())?,
        key = path(deployment, &deployment.key_name())?,
        suites = openssl_suites(),
        backend = deployment.backend,
    ))
}

/// Apache expands `${…}` even in quotes, and has no way to write it.
fn path(deployment: &Deployment<'_>, name: &str) -> Result<String> {
    let path = deployment.path_without(name, &['$'], "Apache")?;
    Ok(backslashed(&path, &['"', '\\']))
}
