//! Linkerd: a CA below the local one, as the issuer of its identities.

use zeroize::Zeroizing;

use super::{Deployment, File, Layout, Proof, Server, Take};
use crate::crypto::Curve;
use crate::error::{Error, ErrorKind, Result};
use crate::key::{KeyForm, KeyKind};
use crate::text::for_shell;

/// The row.
pub const SERVER: Server = Server {
    name: "linkerd",
    about: "Linkerd: a CA of issue --ca as the identity issuer, with the trust anchor",
    proof: Proof::Documentation,
    port: None,
    takes: &[Take::Authority],
    layout,
};

/// The files as Linkerd's "Generating your own mTLS root certificates" names them.
fn layout(deployment: &Deployment<'_>) -> Result<Layout> {
    deployment.require_authority("Linkerd")?;
    require_p256(deployment)?;
    let root = deployment.known_root()?;
    // Linkerd reads this form alone in its earlier versions, and in all.
    let key = deployment.key.to_pem(KeyForm::Sec1)?;
    let key = Zeroizing::new(key.as_bytes().to_vec());
    let what = "the CA's certificate and those above it, without the root";
    let files = vec![
        File::public(CHAIN, what, deployment.chain_pem()),
        File::private(KEY, "the CA's private key", key, (None, 0o600)),
        File::public(ROOT, "the root, which is the trust anchor", root.to_pem()),
    ];
    let here = |name: &str| for_shell(&deployment.here.file(name));
    Ok(Layout {
        files,
        client: format!(
            "openssl verify -CAfile {} -untrusted {chain} {chain}",
            here(ROOT),
            chain = here(CHAIN)
        ),
        notes: notes(deployment),
    })
}

/// Linkerd takes no other keys, also of who signed its issuer's certificate.
fn require_p256(deployment: &Deployment<'_>) -> Result<()> {
    let signer = deployment.chain.get(1).or(deployment.root);
    let other = [Some(deployment.certificate()), signer]
        .into_iter()
        .flatten()
        .find(|ca| *ca.public_key().kind() != KeyKind::Ec(Curve::P256));
    let Some(other) = other else { return Ok(()) };
    let told = format!(
        "Linkerd takes ECDSA P-256 keys only, and that of {} is {}",
        other.subject(),
        other.public_key().kind()
    );
    Err(Error::new(ErrorKind::Unsupported, told).with_hint(
        "have CAs with such keys: certwright ca rotate -a p256, certwright issue --ca NAME -a p256",
    ))
}

fn notes(deployment: &Deployment<'_>) -> Vec<String> {
    let path = |name: &str| for_shell(&deployment.path(name));
    vec![
        format!(
            "linkerd install --identity-trust-anchors-file {} --identity-issuer-certificate-file {} --identity-issuer-key-file {} | kubectl apply -f -; then remove {KEY}",
            path(ROOT),
            path(CHAIN),
            path(KEY)
        ),
        "the cluster's domain is a name that the CA may issue for, such as the usual one, cluster.local"
            .to_owned(),
        deployment.unknown_below("Linkerd"),
    ]
}

const CHAIN: &str = "issuer.crt";
const KEY: &str = "issuer.key";
const ROOT: &str = "ca.crt";

#[cfg(test)]
mod tests {
    use super::super::sample::Sample;
    use super::*;
    use crate::profile::ConstraintPreset;

    #[test]
    fn the_key_is_in_the_form_that_linkerd_reads() {
        let layout = Sample::of_authority(ConstraintPreset::Dns).layout(&SERVER);
        assert!(layout.text(KEY).starts_with("-----BEGIN EC PRIVATE KEY"));
        assert!(layout.file(KEY).is_private());
    }

    #[test]
    fn a_servers_certificate_is_refused() {
        let error = Sample::new(&["a.test"]).try_layout(&SERVER).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::WrongKind);
    }
}
