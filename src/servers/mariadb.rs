//! MariaDB: TLS for who comes by the network, and nobody without.

use super::deployment::CLIENT;
use super::quote::backslashed;
use super::settings::openssl_suites;
use super::{Deployment, File, Layout, Owner, Proof, Server, Take};
use crate::error::Result;
use crate::text::for_shell;

/// The row.
pub const SERVER: Server = Server {
    name: "mariadb",
    about: "MariaDB: its TLS settings, and the statement that wants a certificate of a user",
    proof: Proof::Run,
    port: Some(3306),
    takes: &[Take::Mutual],
    layout,
};

/// It starts as `mysql`, which only has to read the key.
const OWNER: Owner = Owner {
    user: "root",
    group: "mysql",
};

fn layout(deployment: &Deployment<'_>) -> Result<Layout> {
    let stem = deployment.stem;
    let key = deployment.key_file((Some(OWNER), 0o640))?;
    let mut files = vec![deployment.chain_file(), key];
    files.extend(deployment.root_file());
    let settings = format!("{stem}.cnf");
    let mut notes = vec![format!(
        "{settings} belongs into /etc/mysql/mariadb.conf.d; then: systemctl restart mariadb"
    )];
    notes.extend(deployment.hidden_from("mariadb.service"));
    if deployment.mutual {
        let statement = format!("{stem}.sql");
        notes.push(format!(
            "MariaDB wants certificates of the users that are altered by {statement}, and of nobody else"
        ));
        files.push(File::pasted(statement, "who needs a certificate", wanted()));
    }
    let configuration = configuration(deployment)?;
    files.push(File::pasted(settings, "the TLS settings", configuration));
    Ok(Layout {
        files,
        client: client(deployment),
        notes,
    })
}

fn wanted() -> String {
    format!("ALTER USER '{CLIENT}'@'%' REQUIRE X509;\n")
}

/// An underscore in an option's name is the same as a hyphen.
fn configuration(deployment: &Deployment<'_>) -> Result<String> {
    let path = |name: &str| quoted(&deployment.path(name));
    let mutual = match deployment.client_root()? {
        Some(root) => format!("ssl_ca = {}\n", path(&root.name)),
        None => String::new(),
    };
    Ok(format!(
        "[mariadbd]
port = {port}
ssl_cert = {chain}
ssl_key = {key}
{mutual}tls_version = TLSv1.2,TLSv1.3
ssl_cipher = {suites}
require_secure_transport = ON
",
        port = deployment.port,
        chain = path(&deployment.chain_name()),
        key = path(&deployment.key_name()),
        suites = openssl_suites(),
    ))
}

fn quoted(text: &str) -> String {
    backslashed(text, &['"', '\\'])
}

fn client(deployment: &Deployment<'_>) -> String {
    let mut line = format!(
        "mariadb --host={} --port={} --protocol=tcp --ssl-verify-server-cert",
        deployment.bare_host(),
        deployment.port
    );
    if let Some(root) = deployment.root_here() {
        line.push_str(&format!(" --ssl-ca={}", for_shell(&root)));
    }
    if deployment.mutual {
        line.push_str(&format!(
            " --user={CLIENT} --ssl-cert={CLIENT}.crt --ssl-key={CLIENT}.key"
        ));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::super::sample::Sample;
    use super::*;

    #[test]
    fn certificates_are_asked_for_only_if_that_was_wanted() {
        let mut sample = Sample::new(&["localhost"]);
        let alone = sample.layout(&SERVER);
        assert!(!alone.text(".cnf").contains("ssl_ca"));
        sample.mutual = true;
        let mutual = sample.layout(&SERVER);
        assert!(mutual.text(".cnf").contains("ssl_ca"));
        assert!(mutual.text(".sql").contains("REQUIRE X509"));
    }

    #[test]
    fn a_backslash_in_a_path_is_none_of_an_escape() {
        assert_eq!(quoted(r#"/a "b" \n # c"#), r#""/a \"b\" \\n # c""#);
    }
}
