//! stunnel: a service that takes TLS off what another program serves.

use super::settings::openssl_suites;
use super::{Deployment, File, Layout, Owner, Proof, Server, Take};
use crate::error::Result;

/// The row.
pub const SERVER: Server = Server {
    name: "stunnel",
    about: "stunnel: a service that takes TLS off what another program serves",
    proof: Proof::Run,
    port: Some(443),
    takes: &[Take::Backend, Take::Mutual],
    layout,
};

fn layout(deployment: &Deployment<'_>) -> Result<Layout> {
    // stunnel reads the key as root, before it becomes whom setuid names.
    let key = deployment.key_file((Some(Owner::ROOT), 0o600))?;
    let mut files = vec![deployment.chain_file(), key];
    files.extend(deployment.root_file());
    let stem = deployment.stem;
    let what = "a service";
    files.push(File::pasted(
        format!("{stem}.conf"),
        what,
        configuration(deployment)?,
    ));
    Ok(Layout {
        files,
        client: deployment.curl(),
        notes: vec![
            format!("{stem}.conf belongs into /etc/stunnel; then: systemctl restart stunnel4"),
            "the client's line is for HTTP; any other protocol goes through as well".to_owned(),
        ],
    })
}

/// A value goes to the end of its line and knows no quotes; a path ends in the name of a file, so that no
/// space is cut off.
fn configuration(deployment: &Deployment<'_>) -> Result<String> {
    let mutual = match deployment.client_root()? {
        Some(root) => format!(
            "CAfile = {}\nverifyChain = yes\nrequireCert = yes\n",
            deployment.path(&root.name)
        ),
        None => String::new(),
    };
    Ok(format!(
        "[{stem}]
accept = {port}
connect = {backend}
cert = {chain}
key = {key}
sslVersionMin = TLSv1.2
ciphers = {suites}
{mutual}",
        stem = deployment.stem,
        port = deployment.port,
        backend = deployment.backend,
        chain = deployment.path(&deployment.chain_name()),
        key = deployment.path(&deployment.key_name()),
        suites = openssl_suites(),
    ))
}
