//! .NET's Kestrel: its part of appsettings.json, on files in PEM or on a container.
//!
//! The certificate is that of the endpoint, not the default one: with that Kestrel sends no intermediates, up to
//! .NET 10 at least (dotnet/aspnetcore #60709). Of a container it never sends any (#66952).
//!
//! Clients' certificates are judged by the system's trust store, whatever root they have; so none are asked for.

use serde_json::{Value, json};

use super::programs::{PORT, pem_files};
use super::{Deployment, File, Layout, Proof, Server, Take};
use crate::bundle::{Entry, pkcs12};
use crate::error::Result;

/// The row of files in PEM.
pub const PEM: Server = Server {
    name: "kestrel",
    about: ".NET's Kestrel, from .NET 6: appsettings.json on files in PEM",
    proof: Proof::Schema,
    port: Some(PORT),
    takes: &[],
    layout: in_pem,
};

/// The row of a container.
pub const PFX: Server = Server {
    name: "kestrel-pfx",
    about: ".NET's Kestrel: appsettings.json on a .pfx file",
    takes: &[Take::Password],
    layout: in_a_container,
    ..PEM
};

fn in_pem(deployment: &Deployment<'_>) -> Result<Layout> {
    let certificate = json!({
        "Path": deployment.path(&deployment.chain_name()),
        "KeyPath": deployment.path(&deployment.key_name()),
    });
    let mut files = pem_files(deployment)?;
    files.push(settings(deployment, &certificate));
    Ok(Layout {
        files,
        client: deployment.curl(),
        notes: clients(deployment).collect(),
    })
}

fn in_a_container(deployment: &Deployment<'_>) -> Result<Layout> {
    let name = format!("{}.pfx", deployment.stem);
    let entry = Entry {
        alias: deployment.stem,
        key: Some(deployment.key),
        certificates: deployment.chain,
    };
    let password = deployment.new_password()?;
    let container = pkcs12::encode(&[entry], password, pkcs12::Profile::Modern)?;
    let certificate = json!({ "Path": deployment.path(&name) });
    let what = "the key, its certificate and the intermediates";
    let mut files = vec![File::private(&name, what, container, (None, 0o600))];
    files.extend(deployment.root_file());
    files.push(settings(deployment, &certificate));
    let password = format!(
        "{name} opens with the password that was given, which is written nowhere: Kestrel finds it in the variable {PASSWORD}, say from an EnvironmentFile of systemd with mode 0600"
    );
    let chain = (deployment.chain.len() > 1).then(|| {
        "Kestrel sends no intermediates from a .pfx file: clients that know the root alone refuse it, and with the row kestrel they do not".to_owned()
    });
    let notes = chain.into_iter().chain([password]);
    Ok(Layout {
        files,
        client: deployment.curl(),
        notes: notes.chain(clients(deployment)).collect(),
    })
}

fn settings(deployment: &Deployment<'_>, certificate: &Value) -> File {
    let settings = json!({
        "Kestrel": {
            "Endpoints": {
                "Https": {
                    "Url": format!("https://*:{}", deployment.port),
                    "SslProtocols": ["Tls12", "Tls13"],
                    "Certificate": certificate,
                },
            },
        },
    });
    File::pasted(
        "appsettings.json",
        "a part of appsettings.json",
        format!("{settings:#}\n"),
    )
}

/// Tells by what .NET's clients trust the root.
fn clients(deployment: &Deployment<'_>) -> impl Iterator<Item = String> {
    let told = deployment.root_line().map(|root| {
        format!(
            ".NET's clients on Linux trust the root beside the system's by SSL_CERT_FILE={root}"
        )
    });
    told.into_iter()
}

/// The variable that stands for the endpoint's password in the settings.
const PASSWORD: &str = "Kestrel__Endpoints__Https__Certificate__Password";
