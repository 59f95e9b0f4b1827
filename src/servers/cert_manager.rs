//! cert-manager: the CA itself, as an issuer of a cluster. So somebody outgrows one machine.

use std::collections::HashSet;

use super::manifest::{bundle, label, tls_secret};
use super::quote::yaml;
use super::{Deployment, File, Layout, Proof, Server, Take};
use crate::cert::Certificate;
use crate::error::{Error, ErrorKind, Result};
use crate::name::{San, Subtree};
use crate::text::for_shell;

/// The row.
pub const SERVER: Server = Server {
    name: "cert-manager",
    about: "cert-manager: the CA itself as a ClusterIssuer, with a Certificate for a start",
    proof: Proof::Schema,
    port: None,
    takes: &[Take::Authority],
    layout,
};

fn layout(deployment: &Deployment<'_>) -> Result<Layout> {
    deployment.require_authority("cert-manager")?;
    let stem = deployment.stem;
    let name = label(stem);
    let host = host(deployment)?;
    let secret = format!("{stem}.secret.yaml");
    let objects = tls_secret(deployment, &name, Some(NAMESPACE), &chain(deployment))?;
    let mut files = vec![File::private(
        &secret,
        "a Secret with the CA's certificate and its key",
        objects,
        (None, 0o600),
    )];
    files.extend(deployment.root_file());
    if let Some(root) = deployment.root {
        let text = bundle(&format!("{name}-root"), root);
        let what = "the root for every namespace, by trust-manager";
        files.push(File::pasted(format!("{stem}.bundle.yaml"), what, text));
    }
    let manifest = format!("{stem}.yaml");
    let what = "the issuer, and a certificate of it";
    files.push(File::pasted(&manifest, what, objects_of(&name, &host)));
    Ok(Layout {
        files,
        client: client(deployment, &host),
        notes: notes(deployment, &secret, &manifest),
    })
}

/// With the root at its end: cert-manager leaves it out of the chains that it makes, and writes it as
/// `ca.crt` beside each; without it, that would be the intermediate.
fn chain(deployment: &Deployment<'_>) -> String {
    match deployment.root {
        Some(root) => deployment.chain_to(root),
        None => deployment.chain_pem(),
    }
}

fn notes(deployment: &Deployment<'_>, secret: &str, manifest: &str) -> Vec<String> {
    let mut notes = vec![
        format!(
            "kubectl apply -f {secret} -f {manifest}, once cert-manager is there; then remove {secret}"
        ),
        format!(
            "{secret} holds the CA's key, unencrypted: who reads the Secrets of the namespace {NAMESPACE} can issue as this CA, {}",
            reach(deployment)
        ),
        deployment.unknown_below("cert-manager"),
    ];
    if deployment.certificate().path_length() == Some(0) {
        notes.push(
            "the CA's path length is 0: Certificates with isCA are refused by clients".to_owned(),
        );
    }
    notes
}

/// Tells what a stolen key could be used for.
fn reach(deployment: &Deployment<'_>) -> String {
    let limited = all(deployment).filter_map(|above| above.name_constraints());
    let mut hosts = limited
        .flat_map(|constraints| &constraints.permitted)
        .filter(|subtree| matches!(subtree, Subtree::Dns(_)))
        .map(Subtree::base)
        .collect::<Vec<_>>();
    let mut seen = HashSet::new();
    hosts.retain(|host| seen.insert(host.clone()));
    match hosts.is_empty() {
        true => "for every host name, since nothing limits its names".to_owned(),
        false => format!("for hosts within {} only", hosts.join(", ")),
    }
}

/// A host that the CA may issue for, as services are called in a cluster if that is one.
fn host(deployment: &Deployment<'_>) -> Result<String> {
    let usual = ["app.default.svc".to_owned()];
    let limited = all(deployment).filter_map(|above| above.name_constraints());
    let bases = limited
        .flat_map(|constraints| &constraints.permitted)
        .filter_map(|subtree| match subtree {
            Subtree::Dns(base) => Some(format!("app.{}", base.trim_start_matches('.'))),
            _ => None,
        });
    let mut candidates = usual.into_iter().chain(bases);
    candidates
        .find(|host| host.parse().is_ok_and(|name| may_issue(deployment, &name)))
        .ok_or_else(|| {
            let told = format!(
                "no host name is found that {} may issue for",
                deployment.certificate().subject()
            );
            Error::new(ErrorKind::OutOfScope, told)
                .with_hint("a CA of ca init may issue for names within svc")
        })
}

fn may_issue(deployment: &Deployment<'_>, name: &San) -> bool {
    let mut limited = all(deployment).filter_map(|above| above.name_constraints());
    limited.all(|constraints| constraints.permits(name))
}

fn all<'a>(deployment: &'a Deployment<'a>) -> impl Iterator<Item = &'a Certificate> {
    deployment.chain.iter().chain(deployment.root)
}

fn objects_of(name: &str, host: &str) -> String {
    format!(
        "# For one namespace alone: kind Issuer, with the Secret in that namespace.
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata:
  name: {name}
spec:
  ca:
    secretName: {name}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata:
  name: app
  namespace: default
spec:
  secretName: app-tls
  dnsNames:
    - {host}
  usages:
    - digital signature
    - server auth
  privateKey:
    algorithm: ECDSA
    size: 256
    rotationPolicy: Always
  issuerRef:
    group: cert-manager.io
    kind: ClusterIssuer
    name: {name}
",
        host = yaml(host)
    )
}

fn client(deployment: &Deployment<'_>, host: &str) -> String {
    let root = deployment.root_here().map_or_else(String::new, |root| {
        format!(" --cacert {}", for_shell(&root))
    });
    format!("curl{root} https://{host}/")
}

/// Where cert-manager looks for the Secrets of ClusterIssuers unless it is told otherwise, as its
/// documentation of CA issuers has it.
const NAMESPACE: &str = "cert-manager";

#[cfg(test)]
mod tests {
    use super::super::sample::Sample;
    use super::*;
    use crate::profile::ConstraintPreset;

    #[test]
    fn the_certificate_is_one_that_the_ca_may_issue() {
        let limited = Sample::of_authority(ConstraintPreset::Dns).layout(&SERVER);
        assert!(limited.text("CA.yaml").contains("- \"app.default.svc\"\n"));
        let notes = limited.notes();
        assert!(notes.contains("within localhost, test, "), "{notes}");
        assert_eq!(notes.matches("localhost").count(), 1, "{notes}");
        let open = Sample::of_authority(ConstraintPreset::None).layout(&SERVER);
        assert!(open.notes().contains("every host name"));
    }

    #[test]
    fn the_secret_has_the_root_at_its_end() {
        let layout = Sample::of_authority(ConstraintPreset::Dns).layout(&SERVER);
        let text = layout.text(".secret.yaml");
        let chain = text
            .lines()
            .find_map(|line| line.strip_prefix("  tls.crt: "));
        let chain = data_encoding::BASE64
            .decode(chain.unwrap().as_bytes())
            .unwrap();
        let root = layout.text("root.crt");
        assert!(String::from_utf8(chain).unwrap().ends_with(&root));
        assert!(layout.file("local_CA.secret.yaml").is_private());
    }

    #[test]
    fn a_servers_certificate_is_refused() {
        let error = Sample::new(&["a.test"]).try_layout(&SERVER).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::WrongKind);
    }
}
