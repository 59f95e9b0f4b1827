//! Makes, inspects and keeps TLS certificates: the library under the `certwright` command.
//!
//! A certificate tool makes a document, asks about one, reshapes one, or changes the world. The
//! first three are pure functions over bytes, keys and times here; the world is behind [`files`],
//! [`remote`], [`ca`] and [`trust`]. Nothing in this library prints, asks, exits, or reads the clock, the environment or the
//! home folder: moments, folders and passwords are arguments.
//!
//! A self-signed certificate:
//!
//! ```
//! use certwright::crypto::Algorithm;
//! use certwright::issue::{Signatory, Template, issue};
//! use certwright::key::PrivateKey;
//! use certwright::name::Subject;
//! use certwright::profile::{Profile, Purposes};
//! use certwright::validity::{Lifetime, Validity, parse_time};
//!
//! # fn main() -> certwright::error::Result<()> {
//! let key = PrivateKey::generate(Algorithm::P256)?;
//! let template = Template {
//!     profile: Profile::leaf(Purposes { server: true, ..Purposes::NONE }),
//!     subject: Subject::common_name("localhost")?,
//!     names: vec!["localhost".parse()?, "127.0.0.1".parse()?],
//!     public_key: key.public_key().clone(),
//!     validity: Validity::starting(parse_time("2026-11-21")?, Lifetime::days(90))?,
//! };
//! let certificate = issue(&template, Signatory::Itself(&key))?;
//! assert_eq!(certificate.names().len(), 2);
//! # Ok(())
//! # }
//! ```
//!
//! The modules are listed in the order of their dependency: each uses only what stands above it. A
//! test holds that.

// A blank line between two keeps rustfmt from sorting them.

// Bytes and words that everything is made of.

pub mod text;

pub mod error;

pub mod wiped;

pub mod der;

pub mod ber;

pub mod pem;

pub mod document;

pub mod crypto;

pub mod key;

pub mod fingerprint;

pub mod name;

pub mod validity;

// Documents, the one place where they are made, and the one where they are explained.

pub mod profile;

pub mod cert;

pub mod csr;

pub mod crl;

pub mod issue;

pub mod batch;

pub mod bundle;

pub mod inspect;

// Documents judged.

pub mod roots;

pub mod lint;

pub mod verify;

pub mod servers;

// The doors to the disk and to the network, and what lies behind them.

pub mod files;

pub mod remote;

pub mod ca;

pub mod trust;

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    /// The modules, as they are listed above.
    fn listed() -> Vec<String> {
        let source = include_str!("lib.rs");
        let modules = source
            .lines()
            .filter_map(|line| line.strip_prefix("pub mod "));
        modules
            .map(|line| line.trim_end_matches(';').to_owned())
            .collect()
    }

    /// The files of a folder, but for those that are tests throughout.
    fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => sources(&path, found),
                false if path.ends_with("tests.rs") => {}
                false if path.extension().is_some_and(|end| end == "rs") => found.push(path),
                false => {}
            }
        }
    }

    /// The modules that a file names, outside its tests.
    fn used(path: &Path) -> Vec<String> {
        let source = fs::read_to_string(path).unwrap();
        let code = source.split("#[cfg(test)]").next().unwrap();
        let names = code.split("crate::").skip(1);
        names
            .map(|rest| {
                rest.split(|c: char| !c.is_alphanumeric() && c != '_')
                    .next()
                    .unwrap()
                    .to_owned()
            })
            .collect()
    }

    #[test]
    fn a_module_uses_only_what_is_listed_above_it() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let listed = listed();
        assert!(listed.len() > 10, "the list is found: {listed:?}");
        let place = |name: &str| listed.iter().position(|listed| listed == name);
        let mut files = Vec::new();
        sources(&root, &mut files);
        for file in files {
            let module = file
                .strip_prefix(&root)
                .unwrap()
                .iter()
                .next()
                .unwrap()
                .to_string_lossy()
                .into_owned();
            let module = module.trim_end_matches(".rs");
            if ["lib", "main", "cli"].contains(&module) {
                continue;
            }
            let own = place(module).unwrap_or_else(|| panic!("{module} is not listed"));
            for used in used(&file) {
                let above = place(&used).is_some_and(|used| used <= own);
                assert!(
                    above,
                    "{} uses {used}, which is not listed above {module}",
                    file.display()
                );
            }
        }
    }

    #[test]
    fn what_is_pure_stays_pure() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut files = Vec::new();
        sources(&root, &mut files);
        for file in files {
            let name = file
                .strip_prefix(&root)
                .unwrap()
                .to_string_lossy()
                .into_owned();
            let door = [
                "lib.rs", "main.rs", "files/", "remote/", "ca/", "trust/", "cli/",
            ]
            .iter()
            .any(|door| name.starts_with(door));
            let source = fs::read_to_string(&file).unwrap();
            let code = source.split("#[cfg(test)]").next().unwrap();
            for outside in [
                "std::fs",
                "std::net::Tcp",
                "std::env",
                "std::process",
                "SystemTime",
                "now_utc",
                "stdin",
                "print!(",
                "println!(",
                "canonicalize",
            ] {
                assert!(door || !code.contains(outside), "{name} uses {outside}");
            }
        }
    }
}
