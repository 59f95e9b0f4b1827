//! Variables for runtimes that keep a list of roots of their own, and the files that they name.
//!
//! Some variables add to the list, and get the CA's roots; others replace it, and get a bundle of the
//! system's roots with the CA's, so that the rest of the world stays trusted.

use std::path::{Path, PathBuf};

use crate::cert::Certificate;
use crate::error::{Error, ErrorKind, Result};
use crate::files::{self, Existing, NewFile};

/// One variable, and who reads it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// Its value.
    pub value: String,
    /// The programs that heed it, even if it is the only one set: a test asks with each of them.
    pub readers: &'static str,
}

/// The files that variables name, in the CA's folder.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Files {
    /// The CA's roots alone.
    pub roots: PathBuf,
    /// The system's roots and the CA's.
    pub bundle: PathBuf,
}

/// How the bundle stands to what it is made of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Freshness {
    /// There is none.
    Absent,
    /// It is what would be made now.
    Fresh,
    /// The system's roots or the CA's have changed since.
    Stale,
}

impl Files {
    /// Returns their places in the CA's folder.
    pub fn of(home: &Path) -> Self {
        Self {
            roots: home.join("roots.pem"),
            bundle: home.join("bundle.pem"),
        }
    }

    /// Writes them if they are absent or stale. `root` is the folder that the system's paths are under.
    ///
    /// Fails with [`ErrorKind::NotFound`] if the system has no bundle of roots, and as writing does.
    pub fn refresh(&self, root: &Path, ours: &[Certificate]) -> Result<()> {
        let (roots, bundle) = contents(root, ours)?;
        let mut outputs = Vec::new();
        for (place, contents) in [(&self.roots, roots), (&self.bundle, bundle)] {
            if !is(place, &contents) {
                outputs.push(NewFile::public(place, contents));
            }
        }
        match outputs.is_empty() {
            true => Ok(()),
            false => files::write(outputs, Existing::Replace),
        }
    }

    /// Tells whether the bundle is still what would be made.
    ///
    /// Fails as [`Self::refresh`] does.
    pub fn freshness(&self, root: &Path, ours: &[Certificate]) -> Result<Freshness> {
        if !self.bundle.exists() {
            return Ok(Freshness::Absent);
        }
        let (roots, bundle) = contents(root, ours)?;
        let fresh = is(&self.roots, &roots) && is(&self.bundle, &bundle);
        Ok(if fresh {
            Freshness::Fresh
        } else {
            Freshness::Stale
        })
    }

    /// Removes them, if they are there.
    pub fn remove(&self) -> Result<()> {
        for place in [&self.roots, &self.bundle] {
            match std::fs::remove_file(place) {
                Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Error::io("remove", place, &source));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn is(place: &Path, contents: &[u8]) -> bool {
    files::read(place).is_ok_and(|there| there[..] == *contents)
}

/// The CA's roots, and the system's with them.
///
/// Where the system's bundle has the CA's roots already they stand there twice, which no program minds.
fn contents(root: &Path, ours: &[Certificate]) -> Result<(Vec<u8>, Vec<u8>)> {
    let found = BUNDLES
        .iter()
        .map(|bundle| root.join(bundle))
        .find(|bundle| bundle.is_file());
    let system = found.ok_or_else(|| {
        Error::new(
            ErrorKind::NotFound,
            "the system has no bundle of roots in any of the usual places",
        )
        .with_hint("install the package ca-certificates")
    })?;
    let roots: String = ours.iter().map(Certificate::to_pem).collect();
    let mut bundle = files::read(&system)?.to_vec();
    if bundle.last().is_some_and(|last| *last != b'\n') {
        bundle.push(b'\n');
    }
    bundle.extend_from_slice(roots.as_bytes());
    Ok((roots.into_bytes(), bundle))
}

/// Returns the variables that name the files.
pub fn variables(files: &Files) -> Vec<Variable> {
    let roots = files.roots.to_string_lossy().into_owned();
    let bundle = files.bundle.to_string_lossy().into_owned();
    let variable = |name, value: &str, readers| Variable {
        name,
        value: value.to_owned(),
        readers,
    };
    vec![
        variable("NODE_EXTRA_CA_CERTS", &roots, "Node, npm, Bun"),
        variable("DENO_CERT", &roots, "Deno"),
        variable(
            "SSL_CERT_FILE",
            &bundle,
            "OpenSSL, Python's ssl, httpx, uv, Ruby, Go",
        ),
        variable("REQUESTS_CA_BUNDLE", &bundle, "Python requests"),
        variable("CURL_CA_BUNDLE", &bundle, "curl, Python requests"),
        variable("GIT_SSL_CAINFO", &bundle, "Git"),
        variable("PIP_CERT", &bundle, "pip"),
        variable("CARGO_HTTP_CAINFO", &bundle, "Cargo"),
        variable("AWS_CA_BUNDLE", &bundle, "AWS CLI, boto3"),
        variable("GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", &bundle, "gRPC"),
    ]
}

/// Whose words a line is in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Shell {
    /// Lines of an `.env` file.
    Dotenv,
    /// fish.
    Fish,
    /// Lines of GitHub's `GITHUB_ENV`.
    GitHub,
    /// PowerShell.
    PowerShell,
    /// POSIX shells.
    Sh,
}

impl Shell {
    /// Writes the line that sets a variable, whatever its value holds.
    pub fn line(self, variable: &Variable) -> String {
        let (name, value) = (variable.name, &variable.value);
        match self {
            Self::Dotenv => format!(
                "{name}=\"{}\"",
                value
                    .replace('\\', "\\\\")
                    .replace('"', "\\\"")
                    .replace('$', "\\$")
            ),
            Self::Fish => format!(
                "set -gx {name} '{}'",
                value.replace('\\', "\\\\").replace('\'', "\\'")
            ),
            Self::GitHub => format!("{name}={value}"),
            Self::PowerShell => format!("$env:{name} = '{}'", value.replace('\'', "''")),
            Self::Sh => format!("export {name}='{}'", value.replace('\'', "'\\''")),
        }
    }
}

/// Where systems keep the bundle of their roots: Debian and Arch; Fedora; openSUSE; Alpine.
const BUNDLES: [&str; 4] = [
    "etc/ssl/certs/ca-certificates.crt",
    "etc/pki/tls/certs/ca-bundle.crt",
    "etc/ssl/ca-bundle.pem",
    "etc/ssl/cert.pem",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Algorithm;
    use crate::issue::{Signatory, Template, issue};
    use crate::key::PrivateKey;
    use crate::profile::Profile;
    use crate::validity::{Lifetime, Validity};

    fn root() -> Certificate {
        let key = PrivateKey::generate(Algorithm::P256).unwrap();
        let template = Template {
            profile: Profile::root(None, None),
            subject: "CN=root".parse().unwrap(),
            names: Vec::new(),
            public_key: key.public_key().clone(),
            validity: Validity::starting(time::OffsetDateTime::UNIX_EPOCH, Lifetime::days(30))
                .unwrap(),
        };
        issue(&template, Signatory::Itself(&key)).unwrap()
    }

    #[test]
    fn the_bundle_is_the_systems_and_ours_and_knows_when_it_is_stale() {
        let folder = tempfile::tempdir().unwrap();
        let system = folder.path().join(BUNDLES[1]);
        std::fs::create_dir_all(system.parent().unwrap()).unwrap();
        let files = Files::of(folder.path());
        let ours = [root()];
        assert_eq!(
            files.refresh(folder.path(), &ours).unwrap_err().kind(),
            ErrorKind::NotFound
        );
        std::fs::write(&system, "system, without a line feed").unwrap();
        assert_eq!(
            files.freshness(folder.path(), &ours).unwrap(),
            Freshness::Absent
        );
        files.refresh(folder.path(), &ours).unwrap();
        let bundle = std::fs::read_to_string(&files.bundle).unwrap();
        assert_eq!(
            bundle,
            format!("system, without a line feed\n{}", ours[0].to_pem())
        );
        assert_eq!(
            files.freshness(folder.path(), &ours).unwrap(),
            Freshness::Fresh
        );
        std::fs::write(&system, "others").unwrap();
        assert_eq!(
            files.freshness(folder.path(), &ours).unwrap(),
            Freshness::Stale
        );
        files.remove().unwrap();
        assert!(!files.bundle.exists() && !files.roots.exists());
        files.remove().unwrap();
    }

    #[test]
    fn values_are_quoted_for_their_shell() {
        let variable = Variable {
            name: "A",
            value: "/it's \"$HOME\"\\".to_owned(),
            readers: "",
        };
        for (shell, line) in [
            (Shell::Sh, r#"export A='/it'\''s "$HOME"\'"#),
            (Shell::Fish, r#"set -gx A '/it\'s "$HOME"\\'"#),
            (Shell::PowerShell, r#"$env:A = '/it''s "$HOME"\'"#),
            (Shell::Dotenv, r#"A="/it's \"\$HOME\"\\""#),
            (Shell::GitHub, r#"A=/it's "$HOME"\"#),
        ] {
            assert_eq!(shell.line(&variable), line);
        }
    }
}
