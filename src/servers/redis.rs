//! Redis: its port with TLS, and none without.

use super::deployment::CLIENT;
use super::quote::backslashed;
use super::settings::openssl_suites;
use super::{Deployment, File, Layout, Owner, Proof, Server, Take};
use crate::error::Result;
use crate::text::for_shell;

/// The row.
pub const SERVER: Server = Server {
    name: "redis",
    about: "Redis: its port with TLS, and none without",
    proof: Proof::Run,
    port: Some(6379),
    takes: &[Take::Mutual],
    layout,
};

/// It starts as `redis`, which only has to read the key.
const OWNER: Owner = Owner {
    user: "root",
    group: "redis",
};

fn layout(deployment: &Deployment<'_>) -> Result<Layout> {
    let name = format!("{}.conf", deployment.stem);
    let key = deployment.key_file((Some(OWNER), 0o640))?;
    let mut files = vec![deployment.chain_file(), key];
    files.extend(deployment.root_file());
    let configuration = configuration(deployment)?;
    files.push(File::pasted(&name, "the TLS settings", configuration));
    Ok(Layout {
        files,
        client: client(deployment),
        notes: notes(deployment, &name),
    })
}

fn notes(deployment: &Deployment<'_>, name: &str) -> Vec<String> {
    let mut notes = vec![
        format!("{name} belongs into /etc/redis/redis.conf, in place of its line that begins with port; then: systemctl restart redis-server"),
        "redis-cli asks whether the certificate is the root's, but not for whom it is; redis-py asks both with ssl_check_hostname=True".to_owned(),
    ];
    notes.extend(deployment.hidden_from("redis-server.service"));
    notes
}

/// Unless it is told not to, it wants a certificate of every client.
fn configuration(deployment: &Deployment<'_>) -> Result<String> {
    let path = |name: &str| backslashed(&deployment.path(name), &['"', '\\']);
    let clients = match deployment.client_root()? {
        Some(root) => format!(
            "tls-ca-cert-file {}\ntls-auth-clients yes",
            path(&root.name)
        ),
        None => "tls-auth-clients no".to_owned(),
    };
    Ok(format!(
        "port 0
tls-port {port}
tls-cert-file {chain}
tls-key-file {key}
{clients}
tls-protocols \"TLSv1.2 TLSv1.3\"
tls-ciphers {suites}
",
        port = deployment.port,
        chain = path(&deployment.chain_name()),
        key = path(&deployment.key_name()),
        suites = openssl_suites(),
    ))
}

fn client(deployment: &Deployment<'_>) -> String {
    let mut line = format!(
        "redis-cli --tls -h {} -p {}",
        deployment.bare_host(),
        deployment.port
    );
    if let Some(root) = deployment.root_here() {
        line.push_str(&format!(" --cacert {}", for_shell(&root)));
    }
    if deployment.mutual {
        line.push_str(&format!(" --cert {CLIENT}.crt --key {CLIENT}.key"));
    }
    line + " PING"
}

#[cfg(test)]
mod tests {
    use super::super::sample::Sample;
    use super::*;

    #[test]
    fn certificates_are_asked_for_only_if_that_was_wanted() {
        let mut sample = Sample::new(&["localhost"]);
        let alone = sample.layout(&SERVER);
        assert!(alone.text(".conf").contains("tls-auth-clients no\n"));
        assert!(!alone.text(".conf").contains("tls-ca-cert-file"));
        sample.mutual = true;
        let mutual = sample.layout(&SERVER);
        assert!(mutual.text(".conf").contains("tls-auth-clients yes\n"));
        assert!(mutual.text(".conf").contains("tls-ca-cert-file"));
    }

    #[test]
    fn a_folder_that_systemd_hides_is_told() {
        for (folder, is_hidden) in [("/home/me", true), ("/root", true), ("/homes", false)] {
            let sample = Sample::new(&["localhost"]).in_folder(folder);
            let notes = sample.layout(&SERVER).notes();
            assert_eq!(notes.contains("ProtectHome"), is_hidden, "{folder}");
        }
    }
}
