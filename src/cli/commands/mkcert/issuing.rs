//! One certificate, as mkcert's flags ask for it.

use std::path::Path;

use anyhow::Result;
use serde_json::Value;
use time::macros::format_description;

use certwright::ca::Issued;
use certwright::ca::mkcert::{Caroot, LEAF_LIFETIME, leaf, validity};
use certwright::crypto::Algorithm;
use certwright::csr::{CertificateRequest, Wishes};
use certwright::error::Error;
use certwright::files::{self, Exposure};
use certwright::issue::Template;
use certwright::key::PrivateKey;
use certwright::name::San;
use certwright::profile::{Profile, Purposes};

use super::flags::Flags;
use super::outputs::{Kind, Outputs};
use super::{Done, names};
use crate::cli::app::Context;
use crate::cli::args::generate;
use crate::cli::input::shown;

/// What is to be certified, and where it goes.
pub struct Order {
    /// As they are to be told: in the order in which they were given.
    told: Vec<San>,
    /// As they are to be in the certificate.
    names: Vec<San>,
    purposes: Purposes,
    key: Key,
    outputs: Outputs,
}

/// The key that is certified.
enum Key {
    /// One to be made.
    New(Algorithm),
    /// That of a request, whose subject is kept.
    Requested(CertificateRequest),
}

impl Order {
    /// Reads what is asked for, if anything is. Whatever is wrong with it is found here, before a CA is
    /// made for it.
    pub fn read(flags: &Flags) -> Result<Option<Self>> {
        match &flags.csr {
            Some(path) => Self::of_request(flags, Path::new(path)).map(Some),
            None if flags.names.is_empty() => Ok(None),
            None => Self::of_names(flags).map(Some),
        }
    }

    fn of_names(flags: &Flags) -> Result<Self> {
        let told = names::read(&flags.names)?;
        let typed = flags.names[0].to_string_lossy();
        let stem = names::stem(&typed, &told[0], told.len(), flags.client);
        let kind = match flags.pkcs12 {
            true => Kind::Pkcs12,
            false => Kind::Pair,
        };
        Ok(Self {
            purposes: names::purposes(&told, flags.client),
            names: names::grouped(&told),
            told,
            key: Key::New(match flags.ecdsa {
                true => Algorithm::P256,
                false => Algorithm::Rsa2048,
            }),
            outputs: Outputs::of(kind, flags, &stem)?,
        })
    }

    fn of_request(flags: &Flags, path: &Path) -> Result<Self> {
        let about = |error: Error| error.about(path.display());
        // mkcert has no word for standard input: a hyphen is the name of a file.
        let bytes = files::read(path)?;
        let request = CertificateRequest::from_bytes(&bytes).map_err(about)?;
        request.public_key().require_strength().map_err(about)?;
        let asked = request.names_to_certify().map_err(about)?;
        names::require_some(&asked).map_err(about)?;
        // The certificate keeps the order of the request; the file is named after the first of a group.
        let names = names::once(&asked);
        let first = &names::grouped(&names)[0];
        let stem = names::stem(&first.to_string(), first, names.len(), false);
        Ok(Self {
            purposes: granted(request.wishes(), &names),
            told: names.clone(),
            names,
            key: Key::Requested(request),
            outputs: Outputs::of(Kind::Certificate, flags, &stem)?,
        })
    }

    /// Issues, and writes the files.
    pub fn carry_out(&self, ca: &Caroot, context: &Context) -> Result<Done> {
        let (issuer, exposure) = ca.unlock(context.now)?;
        let (template, key) = self.template(context)?;
        let issued = ca.issue(template, &issuer)?;
        let replaced = self
            .outputs
            .write(&issued.certificate, key.as_ref(), ca.root())?;
        let mut done = Done::default();
        if let Exposure::Mendable(mode) | Exposure::Fixed(mode) = exposure {
            let path = shown(&ca.key_path());
            done.notes
                .push(format!("others may read the CA's key {path} (mode {mode:04o}); if nobody has: chmod 400 {path}"));
        }
        done.notes.extend(replaced);
        done.notes.extend(self.cautions(&issued));
        done.told = self.lines(&issued)?;
        for (what, place) in self.outputs.places() {
            done.files
                .insert(what.to_owned(), Value::String(shown(place)));
        }
        Ok(done)
    }

    fn template(&self, context: &Context) -> Result<(Template, Option<PrivateKey>)> {
        Ok(match &self.key {
            Key::New(algorithm) => {
                let key = generate(*algorithm)?;
                let first = self.told.first().map(San::to_string);
                let common_name = first.as_deref().filter(|_| self.outputs.is_pkcs12());
                let names = self.names.clone();
                let public = key.public_key();
                let template = leaf(names, self.purposes, common_name, public, context.now)?;
                (template, Some(key))
            }
            Key::Requested(request) => {
                let template = Template {
                    profile: Profile::leaf(self.purposes),
                    subject: request.subject().clone(),
                    names: self.names.clone(),
                    public_key: request.public_key().clone(),
                    validity: validity(context.now, LEAF_LIFETIME)?,
                };
                (template, None)
            }
        })
    }

    /// What the user should know of the certificate.
    fn cautions(&self, issued: &Issued) -> Vec<String> {
        let mut notes = Vec::new();
        if let Key::Requested(request) = &self.key
            && request.wishes().authority
        {
            notes.push(
                "the request asks for a CA's certificate, and got one of an end entity".to_owned(),
            );
        }
        let wildcards = self.names.iter().filter_map(|name| match name {
            San::Dns(host) if host.is_wildcard() => Some(host),
            _ => None,
        });
        for (number, host) in wildcards.enumerate() {
            if host.is_top_level_wildcard() {
                notes.push(format!(
                    "browsers refuse a wildcard right under a top-level name, such as \"{host}\""
                ));
            }
            if number == 0 {
                let above = host.as_str().trim_start_matches("*.");
                notes.push(format!(
                    "a wildcard stands for one label: \"{host}\" does not match a.b.{above}"
                ));
            }
        }
        if issued.clipped {
            notes.push("the certificate ends when its CA does, earlier than usual".to_owned());
        }
        notes
    }

    /// What was made, in the order in which mkcert tells it.
    fn lines(&self, issued: &Issued) -> Result<Vec<String>> {
        let date = format_description!("[day padding:none] [month repr:long] [year]");
        let end = issued.certificate.validity().not_after().format(date)?;
        let mut lines = vec!["made a certificate for".to_owned()];
        lines.extend(self.told.iter().map(|name| format!("  \"{name}\"")));
        lines.extend(self.outputs.lines());
        lines.push(format!("it ends on {end}"));
        Ok(lines)
    }
}

/// What a request asks for that a leaf may have: one that asks for nothing is a server's.
fn granted(wishes: Wishes, names: &[San]) -> Purposes {
    let usual = names::purposes(names, false);
    match wishes.server || wishes.client || wishes.email {
        true => Purposes {
            server: wishes.server,
            client: wishes.client,
            email: wishes.email,
        },
        false => usual,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_granted_what_a_leaf_may_have() {
        let names = ["a.test".parse().unwrap()];
        let server = Purposes {
            server: true,
            ..Purposes::NONE
        };
        let client = Purposes {
            client: true,
            ..Purposes::NONE
        };
        let asked = Wishes {
            authority: true,
            ..Wishes::default()
        };
        assert_eq!(granted(asked, &names), server);
        let asked = Wishes {
            client: true,
            ..Wishes::default()
        };
        assert_eq!(granted(asked, &names), client);
    }
}
