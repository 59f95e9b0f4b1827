//! PostgreSQL: TLS for who comes by the network, and nobody without.

use super::deployment::CLIENT;
use super::settings::openssl_suites;
use super::{Deployment, File, Layout, Owner, Proof, Server, Take};
use crate::error::Result;
use crate::text::for_shell;

/// The row.
pub const SERVER: Server = Server {
    name: "postgresql",
    about: "PostgreSQL: its TLS settings, and the line of pg_hba.conf that wants TLS",
    proof: Proof::Run,
    port: Some(5432),
    takes: &[Take::Mutual],
    layout,
};

/// It starts as `postgres`, and refuses a key that others can read: one of its own may have 0600, one of
/// root's 0640.
const OWNER: Owner = Owner {
    user: "root",
    group: "postgres",
};

fn layout(deployment: &Deployment<'_>) -> Result<Layout> {
    let stem = deployment.stem;
    let key = deployment.key_file((Some(OWNER), 0o640))?;
    let mut files = vec![deployment.chain_file(), key];
    files.extend(deployment.root_file());
    let (access, settings) = (format!("{stem}.pg_hba.conf"), format!("{stem}.conf"));
    files.push(File::pasted(&access, "who may come in", pg_hba(deployment)));
    let configuration = configuration(deployment)?;
    files.push(File::pasted(&settings, "the TLS settings", configuration));
    Ok(Layout {
        files,
        client: client(deployment),
        notes: notes(deployment, &access, &settings),
    })
}

fn notes(deployment: &Deployment<'_>, access: &str, settings: &str) -> Vec<String> {
    let places = format!(
        "{settings} belongs into /etc/postgresql/VERSION/main/conf.d, and {access} into pg_hba.conf in place of the lines that begin with host; then: systemctl restart postgresql"
    );
    let names = format!(
        "PostgreSQL knows a client by the common name of its certificate, so that must be the role's name: certwright issue --client NAME --cn={CLIENT}"
    );
    match deployment.mutual {
        true => vec![places, names],
        false => vec![places],
    }
}

fn pg_hba(deployment: &Deployment<'_>) -> String {
    match deployment.mutual {
        true => "# The common name of the client's certificate is the name of the role.\nhostssl all all all cert\n",
        false => "# No line that begins with host may stand above: it would let in without TLS.\nhostssl all all all scram-sha-256\n",
    }
    .to_owned()
}

fn configuration(deployment: &Deployment<'_>) -> Result<String> {
    let path = |name: &str| quoted(&deployment.path(name));
    let mutual = match deployment.client_root()? {
        Some(root) => format!("ssl_ca_file = {}\n", path(&root.name)),
        None => String::new(),
    };
    Ok(format!(
        "port = {port}
ssl = on
ssl_cert_file = {chain}
ssl_key_file = {key}
{mutual}ssl_min_protocol_version = 'TLSv1.2'
ssl_ciphers = '{suites}'
ssl_prefer_server_ciphers = off
",
        port = deployment.port,
        chain = path(&deployment.chain_name()),
        key = path(&deployment.key_name()),
        suites = openssl_suites(),
    ))
}

/// Since version 9.2 backslashes mean something in all its strings.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', r"\\").replace('\'', "''"))
}

fn client(deployment: &Deployment<'_>) -> String {
    // Version 16 knows the system's roots by this word.
    let root = deployment
        .root_here()
        .unwrap_or_else(|| "system".to_owned());
    let mut words = vec![
        ("host", deployment.bare_host()),
        ("port", deployment.port.to_string()),
        ("dbname", "postgres".to_owned()),
        ("sslmode", "verify-full".to_owned()),
        ("sslrootcert", root),
    ];
    match deployment.mutual {
        true => words.extend([
            ("user", CLIENT.to_owned()),
            ("sslcert", format!("{CLIENT}.crt")),
            ("sslkey", format!("{CLIENT}.key")),
        ]),
        false => words.push(("user", "postgres".to_owned())),
    }
    let words = words
        .iter()
        .map(|(name, value)| format!("{name}={}", value_of_libpq(value)));
    let words: Vec<String> = words.collect();
    format!("psql {}", for_shell(&words.join(" ")))
}

/// Returns a value as libpq reads it among others.
fn value_of_libpq(value: &str) -> String {
    let special = |c: char| c.is_whitespace() || c == '\'' || c == '\\';
    match value.is_empty() || value.contains(special) {
        true => format!("'{}'", value.replace('\\', r"\\").replace('\'', r"\'")),
        false => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::Sample;
    use super::*;

    #[test]
    fn paths_are_quoted_for_each_reader() {
        assert_eq!(quoted(r"/it's \n"), r"'/it''s \\n'");
        assert_eq!(value_of_libpq("/plain"), "/plain");
        assert_eq!(value_of_libpq(r"/it's \n"), r"'/it\'s \\n'");
    }

    #[test]
    fn certificates_are_asked_for_only_if_that_was_wanted() {
        let mut sample = Sample::new(&["::1"]);
        let alone = sample.layout(&SERVER);
        assert!(!alone.text(".conf").contains("ssl_ca_file"));
        assert!(alone.text(".pg_hba.conf").contains("scram-sha-256"));
        assert!(alone.client().contains("host=::1 "), "{}", alone.client());
        sample.mutual = true;
        let mutual = sample.layout(&SERVER);
        assert!(mutual.text(".conf").contains("ssl_ca_file"));
        assert!(mutual.text(".pg_hba.conf").contains("all cert\n"));
        assert!(mutual.client().contains("user=client sslcert=client.crt"));
    }

    #[test]
    fn the_key_is_roots_and_the_server_reads_it_by_its_group() {
        let layout = Sample::new(&["localhost"]).layout(&SERVER);
        let key = layout.file("localhost.key");
        assert_eq!((key.owner, key.mode), (Some(OWNER), 0o640));
    }
}
