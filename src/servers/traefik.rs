//! Traefik v3: the file of dynamic configuration.

use super::quote::yaml;
use super::settings::iana_suites;
use super::{Deployment, File, Layout, Proof, Server, Take};
use crate::error::Result;
use crate::text::for_shell;

/// The row.
pub const SERVER: Server = Server {
    name: "traefik",
    about: "Traefik v3: a file of dynamic configuration that passes on to a backend",
    proof: Proof::Schema,
    port: Some(443),
    takes: &[Take::Backend, Take::Mutual],
    layout,
};

fn layout(deployment: &Deployment<'_>) -> Result<Layout> {
    // It runs as whoever starts it; in its own image that is root.
    let mut files = vec![deployment.chain_file(), deployment.key_file((None, 0o600))?];
    files.extend(deployment.root_file());
    let name = format!("{}.yml", deployment.stem);
    let what = "the dynamic configuration";
    files.push(File::pasted(&name, what, configuration(deployment)?));
    Ok(Layout {
        files,
        client: deployment.curl(),
        notes: vec![format!(
            "Traefik's static configuration names the file and the port: --providers.file.filename={} --entryPoints.websecure.address=:{}",
            for_shell(&deployment.path(&name)),
            deployment.port
        )],
    })
}

/// The default options and certificate, since clients that ask for an address name no host that a router's
/// own could be found by.
fn configuration(deployment: &Deployment<'_>) -> Result<String> {
    let chain = yaml(&deployment.path(&deployment.chain_name()));
    let key = yaml(&deployment.path(&deployment.key_name()));
    let name = yaml(deployment.stem);
    let suites = iana_suites().map(|suite| format!("        - {suite}\n"));
    let mutual = match deployment.client_root()? {
        Some(root) => format!(
            "      clientAuth:\n        caFiles:\n          - {}\n        clientAuthType: RequireAndVerifyClientCert\n",
            yaml(&deployment.path(&root.name))
        ),
        None => String::new(),
    };
    Ok(format!(
        "tls:
  stores:
    default:
      defaultCertificate:
        certFile: {chain}
        keyFile: {key}
  options:
    default:
      minVersion: VersionTLS12
      cipherSuites:
{suites}{mutual}http:
  routers:
    {name}:
      rule: {rule}
      entryPoints:
        - websecure
      service: {name}
      tls: {{}}
  services:
    {name}:
      loadBalancer:
        servers:
          - url: {url}
",
        suites = suites.concat(),
        rule = yaml(&rule(deployment)),
        url = yaml(&format!("http://{}", deployment.backend)),
    ))
}

/// A wildcard is matched by an expression of Go's.
fn rule(deployment: &Deployment<'_>) -> String {
    let one = |host: String| match host.strip_prefix("*.") {
        Some(rest) => format!("HostRegexp(`^[^.]+\\.{}$`)", rest.replace('.', "\\.")),
        // Clients send an address of IPv6 in brackets, and Traefik takes them off in some versions.
        None if host.starts_with('[') => {
            format!(
                "Host(`{host}`) || Host(`{}`)",
                host.trim_matches(['[', ']'])
            )
        }
        None => format!("Host(`{host}`)"),
    };
    let rules: Vec<String> = deployment.hosts().into_iter().map(one).collect();
    rules.join(" || ")
}
