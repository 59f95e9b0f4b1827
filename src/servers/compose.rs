//! Docker Compose: the files as secrets, and a service that gets them.

use super::deployment::ROOT;
use super::quote::yaml;
use super::{Deployment, File, Layout, Proof, Server};
use crate::error::Result;

/// The row.
pub const SERVER: Server = Server {
    name: "compose",
    about: "Docker Compose: the files as secrets in /run/secrets, and a service that gets them",
    proof: Proof::Schema,
    port: Some(8443),
    takes: &[],
    layout,
};

fn layout(deployment: &Deployment<'_>) -> Result<Layout> {
    let key = deployment.key_file((None, 0o600))?;
    let mut files = vec![deployment.chain_file(), key];
    files.extend(deployment.root_file());
    let name = format!("{}.compose.yaml", deployment.stem);
    let text = configuration(deployment);
    files.push(File::pasted(&name, "the secrets, and a service", text));
    Ok(Layout {
        files,
        client: deployment.curl(),
        notes: vec![
            format!("{name} belongs into compose.yaml; or: docker compose -f compose.yaml -f {name} up"),
            // Docker's reference of services, at `secrets`: no uid, gid and mode where the source is a file.
            "Compose shows a container the key as it lies here: a service that is not root in it reads it only if the key is given to its number, with sudo and --owner UID".to_owned(),
        ],
    })
}

fn configuration(deployment: &Deployment<'_>) -> String {
    let mut secrets = vec![
        ("tls.crt", deployment.chain_name()),
        ("tls.key", deployment.key_name()),
    ];
    if deployment.root.is_some() {
        secrets.push((ROOT, ROOT.to_owned()));
    }
    let used = secrets.iter().map(|(name, _)| format!("      - {name}\n"));
    let defined = secrets.iter().map(|(name, file)| {
        let path = yaml(&uninterpolated(&deployment.path(file)));
        format!("  {name}:\n    file: {path}\n")
    });
    format!(
        "services:
  # Your service: it finds tls.crt and tls.key in /run/secrets, and listens on {port}.
  app:
    image: app
    ports:
      - \"{port}:{port}\"
    secrets:
{used}secrets:
{defined}",
        port = deployment.port,
        used = used.collect::<String>(),
        defined = defined.collect::<String>(),
    )
}

/// Compose expands variables in every value, and takes two dollar signs for one.
fn uninterpolated(text: &str) -> String {
    text.replace('$', "$$")
}

#[cfg(test)]
mod tests {
    use super::super::sample::Sample;
    use super::*;

    #[test]
    fn dollar_signs_are_no_variables() {
        let text = Sample::new(&["a.test"]).layout(&SERVER).text(".yaml");
        assert!(text.contains("<$$HOME>/a.test.key\"\n"), "{text}");
        assert!(text.contains("  root.crt:\n    file: "));
        assert!(text.contains("- \"4433:4433\"\n"));
    }
}
