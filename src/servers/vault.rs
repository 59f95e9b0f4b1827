//! Vault: a CA below the local one, by which a PKI secrets engine issues.

use zeroize::Zeroizing;

use super::{Deployment, File, Layout, Proof, Server, Take};
use crate::error::Result;
use crate::text::for_shell;

/// The row.
pub const SERVER: Server = Server {
    name: "vault",
    about: "Vault: a CA of issue --ca as one bundle for a PKI secrets engine",
    proof: Proof::Documentation,
    port: None,
    takes: &[Take::Authority],
    layout,
};

/// Key and certificates in one file, as the API's `config/ca` takes them.
fn layout(deployment: &Deployment<'_>) -> Result<Layout> {
    deployment.require_authority("Vault")?;
    let root = deployment.known_root()?;
    let key = deployment.key_pem()?;
    let chain = deployment.chain_to(root);
    // As long as it gets, so that no copy of the key is left where it was shorter.
    let mut bundle = Zeroizing::new(Vec::with_capacity(key.len() + chain.len()));
    bundle.extend_from_slice(key.as_bytes());
    bundle.extend_from_slice(chain.as_bytes());
    let what = "the CA's key and the certificates up to the root";
    let files = vec![
        File::private(BUNDLE, what, bundle, (None, 0o600)),
        File::public(ROOT, "the root, for clients to trust", root.to_pem()),
    ];
    let here = |name: &str| for_shell(&deployment.here.file(name));
    Ok(Layout {
        files,
        client: format!(
            "openssl verify -CAfile {} -untrusted {bundle} {bundle}",
            here(ROOT),
            bundle = here(BUNDLE)
        ),
        notes: vec![
            format!(
                "vault write pki/config/ca pem_bundle=@{}; then remove {BUNDLE}",
                for_shell(&deployment.path(BUNDLE))
            ),
            "the key need not leave Vault: certwright issue --ca --csr takes the request of pki/intermediate/generate/internal"
                .to_owned(),
            deployment.unknown_below("Vault"),
        ],
    })
}

const BUNDLE: &str = "bundle.pem";
const ROOT: &str = "root.crt";

#[cfg(test)]
mod tests {
    use super::super::sample::Sample;
    use super::*;
    use crate::cert::Certificate;
    use crate::error::ErrorKind;
    use crate::key::PrivateKey;
    use crate::profile::ConstraintPreset;

    #[test]
    fn the_bundle_holds_the_key_and_all_certificates() {
        let layout = Sample::of_authority(ConstraintPreset::Dns).layout(&SERVER);
        let bundle = layout.text(BUNDLE);
        let chain = Certificate::all_from_bytes(bundle.as_bytes()).unwrap();
        let key = PrivateKey::from_bytes(bundle.as_bytes(), None).unwrap();
        assert!(chain[0].require_key(&key).is_ok() && chain.len() == 2);
        assert!(layout.file(BUNDLE).is_private());
    }

    #[test]
    fn a_servers_certificate_is_refused() {
        let error = Sample::new(&["a.test"]).try_layout(&SERVER).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::WrongKind);
    }
}
