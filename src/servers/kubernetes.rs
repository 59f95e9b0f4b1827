//! Kubernetes: a Secret for the server, an Ingress that uses it, and the root for its clients.

use super::manifest::{bundle, label, root_map, tls_secret};
use super::quote::yaml;
use super::{Deployment, File, Layout, Proof, Server};
use crate::error::Result;
use crate::name::San;

/// The row.
pub const SERVER: Server = Server {
    name: "kubernetes",
    about: "Kubernetes: a TLS Secret, an Ingress, and the root as a ConfigMap or Bundle",
    proof: Proof::Schema,
    port: Some(443),
    takes: &[],
    layout,
};

fn layout(deployment: &Deployment<'_>) -> Result<Layout> {
    let stem = deployment.stem;
    let name = label(stem);
    let (secret, manifest) = (format!("{stem}.secret.yaml"), format!("{stem}.yaml"));
    let objects = tls_secret(
        deployment,
        &format!("{name}-tls"),
        None,
        &deployment.chain_pem(),
    )?;
    let mut files = vec![File::private(
        &secret,
        "a Secret with the certificate and its key",
        objects,
        (None, 0o600),
    )];
    files.extend(deployment.root_file());
    let mut notes = vec![format!(
        "kubectl apply -f {secret} -f {manifest}; the first holds the key and belongs into no repository"
    )];
    if let Some(root) = deployment.root {
        let file = format!("{stem}.bundle.yaml");
        notes.push(format!(
            "with trust-manager, apply {file} in place of the ConfigMap: it brings the root to every namespace"
        ));
        let text = bundle(&format!("{name}-root"), root);
        files.push(File::pasted(file, "the root for every namespace", text));
    }
    notes.extend(about_addresses(deployment));
    let text = objects_of(deployment, &name);
    files.push(File::pasted(manifest, "the Ingress and the root", text));
    Ok(Layout {
        files,
        client: deployment.curl(),
        notes,
    })
}

/// Clients that ask for an address name no host, and an Ingress can hold no address.
fn about_addresses(deployment: &Deployment<'_>) -> Option<String> {
    let names = deployment.certificate().names();
    let has_address = names.iter().any(|name| matches!(name, San::Ip(_)));
    has_address.then(|| {
        "an Ingress holds no addresses: for them make the Secret the default certificate of its controller".to_owned()
    })
}

fn objects_of(deployment: &Deployment<'_>, name: &str) -> String {
    let root = deployment.root.map_or_else(String::new, |root| {
        format!("{}---\n", root_map(&format!("{name}-root"), root))
    });
    root + &ingress(deployment, name)
}

fn ingress(deployment: &Deployment<'_>, name: &str) -> String {
    let names = deployment.certificate().names().iter();
    let hosts = names.filter_map(|name| match name {
        San::Dns(host) => Some(yaml(&host.to_string())),
        _ => None,
    });
    let hosts: Vec<String> = hosts.collect();
    let each = |before: &str, after: &str| -> String {
        let lines = hosts.iter().map(|host| format!("{before}{host}\n{after}"));
        lines.collect()
    };
    let (tls, rules) = match hosts.is_empty() {
        true => (
            format!("    - secretName: {name}-tls\n"),
            format!("    - http:\n{PATHS}"),
        ),
        false => (
            format!(
                "    - secretName: {name}-tls\n      hosts:\n{}",
                each("        - ", "")
            ),
            each("    - host: ", &format!("      http:\n{PATHS}")),
        ),
    };
    format!(
        "apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {name}
spec:
  tls:
{tls}  rules:
{rules}"
    )
}

/// What is behind stands in the user's own manifests.
const PATHS: &str = "        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                # Your Service and its port.
                name: app
                port:
                  number: 80
";

#[cfg(test)]
mod tests {
    use super::super::sample::Sample;
    use super::*;

    #[test]
    fn an_ingress_has_the_hosts_and_no_addresses() {
        let sample = Sample::new(&["*.Example.test", "a.test", "127.0.0.1"]);
        let layout = sample.layout(&SERVER);
        let text = layout.text(".test.yaml");
        assert!(text.contains("secretName: wildcard-example-test-tls\n"));
        assert_eq!(text.matches("\"*.example.test\"").count(), 2, "{text}");
        assert!(text.contains("- host: \"a.test\"\n"));
        assert!(!text.contains("127.0.0.1"));
        assert!(layout.notes().contains("default certificate"));
    }

    #[test]
    fn without_hosts_a_rule_is_for_all() {
        let layout = Sample::new(&["::1"]).layout(&SERVER);
        let text = layout.text(".yaml");
        assert!(!text.contains("host"), "{text}");
        assert!(text.contains("    - secretName: 1-tls\n  rules:\n    - http:\n"));
    }

    #[test]
    fn the_key_is_in_a_file_that_nobody_else_reads() {
        let layout = Sample::new(&["a.test"]).layout(&SERVER);
        let secret = layout.file("a.test.secret.yaml");
        assert!(secret.is_private() && !secret.is_pasted);
        for pasted in [".bundle.yaml", "a.test.yaml"] {
            assert!(!layout.text(pasted).contains("tls.key"));
        }
    }
}
