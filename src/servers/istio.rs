//! Istio: a CA below the local one, by which istiod issues to what runs in the mesh.

use zeroize::Zeroizing;

use super::{Deployment, File, Layout, Proof, Server, Take};
use crate::error::Result;
use crate::text::for_shell;

/// The row.
pub const SERVER: Server = Server {
    name: "istio",
    about: "Istio: a CA of issue --ca as the four files of the Secret cacerts",
    proof: Proof::Documentation,
    port: None,
    takes: &[Take::Authority],
    layout,
};

/// The files as Istio's task "Plug in CA Certificates" names them; the chain ends with the root, as Istio's own
/// makefile has it.
fn layout(deployment: &Deployment<'_>) -> Result<Layout> {
    deployment.require_authority("Istio")?;
    let root = deployment.known_root()?;
    let key = Zeroizing::new(deployment.key_pem()?.as_bytes().to_vec());
    let files = vec![
        File::public(
            CA,
            "the CA's certificate",
            deployment.certificate().to_pem(),
        ),
        File::private(KEY, "the CA's private key", key, (None, 0o600)),
        File::public(
            CHAIN,
            "the CA's certificate and those up to the root",
            deployment.chain_to(root),
        ),
        File::public(ROOT, "the root, which the mesh trusts", root.to_pem()),
    ];
    let here = |name: &str| for_shell(&deployment.here.file(name));
    Ok(Layout {
        files,
        client: format!(
            "openssl verify -CAfile {} -untrusted {} {}",
            here(ROOT),
            here(CHAIN),
            here(CA)
        ),
        notes: notes(deployment),
    })
}

fn notes(deployment: &Deployment<'_>) -> Vec<String> {
    let files = [CA, KEY, ROOT, CHAIN];
    let files = files.map(|name| format!("--from-file={}", for_shell(&deployment.path(name))));
    vec![
        format!(
            "before istiod is installed: kubectl create secret generic cacerts -n istio-system {}; then remove {KEY}",
            files.join(" ")
        ),
        "the mesh's trust domain is a name that the CA may issue URIs for, such as Istio's own, cluster.local"
            .to_owned(),
        deployment.unknown_below("Istio"),
    ]
}

const CA: &str = "ca-cert.pem";
const KEY: &str = "ca-key.pem";
const CHAIN: &str = "cert-chain.pem";
const ROOT: &str = "root-cert.pem";

#[cfg(test)]
mod tests {
    use super::super::sample::Sample;
    use super::*;
    use crate::cert::Certificate;
    use crate::error::ErrorKind;
    use crate::profile::ConstraintPreset;

    #[test]
    fn the_chain_leads_from_the_ca_to_the_root() {
        let layout = Sample::of_authority(ConstraintPreset::Dns).layout(&SERVER);
        let own = Certificate::all_from_bytes(layout.text(CA).as_bytes()).unwrap();
        assert_eq!(own.len(), 1);
        let chain = format!("{}{}", layout.text(CA), layout.text(ROOT));
        assert_eq!(layout.text(CHAIN), chain);
        assert!(layout.file(KEY).is_private());
    }

    #[test]
    fn a_servers_certificate_is_refused() {
        let error = Sample::new(&["a.test"]).try_layout(&SERVER).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::WrongKind);
    }
}
