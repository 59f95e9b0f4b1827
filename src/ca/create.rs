//! Making a generation: in memory first, then as one folder.

use std::path::PathBuf;

use time::{Duration, OffsetDateTime};

use super::ListUrl;
use super::generation::{INTERMEDIATE, INTERMEDIATE_KEY, ROOT, ROOT_CRL, ROOT_KEY};
use crate::cert::Issuer;
use crate::crl::RevocationListTemplate;
use crate::crypto::Algorithm;
use crate::error::Result;
use crate::files::NewFile;
use crate::issue::{Signatory, Template, issue, revocation_list};
use crate::key::{Password, PrivateKey};
use crate::name::{NameConstraints, Subject};
use crate::profile::Profile;
use crate::validity::{Lifetime, Validity};

/// What a new generation is to be.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The kind of its keys.
    pub algorithm: Algorithm,
    /// What it may issue for; none means anything.
    pub constraints: Option<NameConstraints>,
    /// How long it lasts.
    pub lifetime: Lifetime,
    /// How many further CAs may follow below its intermediate: none, unless it is to issue for other
    /// people's CAs.
    pub path_length: u8,
    /// What its subjects say beside their common names.
    pub subject: Subject,
    /// Whether the root's key is written too; else it never leaves memory.
    pub keep_root_key: bool,
    /// Where its revocation lists will be published, if its certificates are to tell that.
    pub list_url: Option<ListUrl>,
    /// Encrypts the keys that are written.
    pub password: Option<Password>,
}

/// The files of a generation, and its name.
#[derive(Debug)]
pub(super) struct Made {
    pub name: String,
    /// By their places in its folder.
    pub files: Vec<NewFile>,
}

/// Makes root, intermediate and the root's revocation list of a generation, whose name goes into theirs.
///
/// The root's key signs these two and itself, and is gone with this function.
pub(super) fn make(plan: &Plan, name: String, now: OffsetDateTime) -> Result<Made> {
    let tag = name.strip_prefix("ca-").unwrap_or(&name);
    let validity = Validity::starting(now - BACKDATING, plan.lifetime)?;
    let root_key = PrivateKey::generate(plan.algorithm)?;
    let root = authority(
        plan,
        Profile::root(Some(plan.path_length + 1), plan.constraints.clone()),
        "root",
        tag,
        validity,
        &root_key,
    )?;
    let root = Issuer::new(issue(&root, Signatory::Itself(&root_key))?, root_key)?;

    let key = PrivateKey::generate(plan.algorithm)?;
    let list_url = plan.list_url.as_ref().map(|url| url.of_root(&name));
    let intermediate = authority(
        plan,
        Profile::intermediate(plan.path_length, plan.constraints.clone())
            .with_list_url(list_url.transpose()?),
        "intermediate",
        tag,
        validity,
        &key,
    )?;
    let intermediate = issue(&intermediate, Signatory::Issuer(&root))?;

    let mut files = vec![
        NewFile::public(ROOT, root.certificate().to_pem()),
        NewFile::public(ROOT_CRL, empty_list(&root)?),
        NewFile::public(INTERMEDIATE, intermediate.to_pem()),
        key_file(INTERMEDIATE_KEY, &key, plan.password.as_ref())?,
    ];
    if plan.keep_root_key {
        files.push(key_file(ROOT_KEY, root.key(), plan.password.as_ref())?);
    }
    Ok(Made { name, files })
}

/// An empty list that lasts as long as the root: without one, `crl_check_all` of OpenSSL, nginx and
/// HAProxy refuses good leaves, and the root's key is not there to sign another.
pub(super) fn empty_list(root: &Issuer) -> Result<String> {
    let validity = root.certificate().validity();
    let template = RevocationListTemplate {
        number: 1,
        this_update: validity.not_before(),
        next_update: validity.not_after(),
        revoked: Vec::new(),
    };
    Ok(revocation_list(&template, root)?.to_pem())
}

/// The file of a private key, which is encrypted if there is a password.
pub(super) fn key_file(
    path: impl Into<PathBuf>,
    key: &PrivateKey,
    password: Option<&Password>,
) -> Result<NewFile> {
    let text = match password {
        Some(password) => key.to_encrypted_pem(password)?,
        None => key.to_pem(Default::default())?,
    };
    Ok(NewFile::private(path, text.as_bytes()))
}

/// The common name carries a random tag: two CAs of one name confuse OpenSSL and people.
fn authority(
    plan: &Plan,
    profile: Profile,
    role: &str,
    tag: &str,
    validity: Validity,
    key: &PrivateKey,
) -> Result<Template> {
    let subject = plan
        .subject
        .clone()
        .with_common_name(&format!("certwright {role} {tag}"))?;
    Ok(Template {
        profile,
        subject,
        names: Vec::new(),
        public_key: key.public_key().clone(),
        validity,
    })
}

/// Clocks of virtual machines, containers and phones lag; certstrap backdates as much.
pub const BACKDATING: Duration = Duration::minutes(10);
