//! `certwright issue`

mod keys;
mod list;
mod present;
mod subordinate;

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use serde_json::json;
use time::OffsetDateTime;

use certwright::ca::{Authority, Issued, Notice, Origin, Plan};
use certwright::cert::{Certificate, Issuer};
use certwright::csr::Wishes;
use certwright::error::{Error, ErrorKind};
use certwright::files::{self, Existing, NewFile, NewFolders, NewLink};
use certwright::issue::{Template, cannot_be_permitted};
use certwright::key::{Password, PrivateKey, PublicKey};
use certwright::name::{Permission, San, Subject};
use certwright::profile::{ConstraintPreset, LOCAL_DOMAINS, Profile};
use certwright::validity::{Lifetime, Validity, to_rfc3339};

use self::keys::{Obtained, Wanted};
use self::list::Listing;
use self::subordinate::Subordinate;
use super::ca::default_plan;
use super::made::{Made, cautions, key_file, stem};
use super::trust::{follow, known};
use crate::cli::app::Context;
use crate::cli::args::{KeySource, Lifespan, Naming, Overwrite, Places, Purpose, require_names};
use crate::cli::containers::{Packing, Seal};
use crate::cli::invoker::Invoker;
use crate::cli::report::{Reply, Report};

/// Issue a certificate from the local CA, which is made on first use
#[derive(Args, Clone)]
pub struct Issue {
    #[command(flatten)]
    naming: Naming,

    /// Sign this request: its key, its subject and its names, and nothing else of it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["names", "subject", "cn", "key", "algorithm", "encrypt", "key_file", "password_file"])]
    csr: Option<PathBuf>,

    #[command(flatten)]
    purpose: Purpose,

    #[command(flatten)]
    below: Subordinate,

    #[command(flatten)]
    lifespan: Lifespan,

    #[command(flatten)]
    key: KeySource,

    #[command(flatten)]
    packing: Packing,

    /// Keep a certificate that is there if it still fits: names, purpose, CA, and a third of its life left
    #[arg(long, conflicts_with = "csr")]
    if_needed: bool,

    /// Fail if there is no local CA yet
    #[arg(long)]
    no_create: bool,

    /// Have the browsers and runtimes of this machine trust the CA too, as `certwright trust` does
    #[arg(long)]
    trust: bool,

    /// Read the password of the CA's key from a file's first line; - for standard input
    #[arg(long, value_name = "FILE")]
    ca_password_file: Option<PathBuf>,

    /// Where to write the certificate, with the CA's intermediate after it [default: NAME.crt, .p12 or .jks]
    #[arg(long, value_name = "FILE")]
    cert_file: Option<PathBuf>,

    /// Where to write the CA's intermediate by itself too
    #[arg(long, value_name = "FILE")]
    chain_file: Option<PathBuf>,

    #[command(flatten)]
    places: Places,

    /// With --out-dir: have its files change together, by one link that is renamed (DIR/..data), here and in renew
    #[arg(long, requires = "out_dir")]
    linked: bool,

    #[command(flatten)]
    overwrite: Overwrite,

    #[command(flatten)]
    listing: Listing,
}

impl Issue {
    /// Tells whether it goes through a list.
    pub fn goes_on(&self) -> bool {
        self.listing.from().is_some()
    }

    /// Issues the certificate, or those of a list, and writes each with its key.
    pub fn run<'a>(&'a self, context: &'a Context) -> Result<Reply<'a>> {
        match self.listing.from() {
            Some(list) => self.list(list, context),
            None => {
                self.listing.require_list()?;
                self.one(context)
            }
        }
    }

    fn one(&self, context: &Context) -> Result<Report> {
        let order = self.order(context)?;
        let seal = self.seal(&order, context)?;
        let targets = self.targets(&order, seal.as_ref())?;
        let caution = seal.as_ref().and_then(Seal::caution);
        self.places.ownership.holder()?;
        files::settle(targets.all())?;
        let existing = if !self.if_needed || !targets.certificate.exists() {
            self.overwrite.existing()
        } else {
            match self.present(context, &order, &targets, seal.as_ref())? {
                Some(certificate) => {
                    let what = seal.map_or("certificate", |_| "container");
                    return Ok(kept(&certificate, &targets, what));
                }
                None => Existing::Replace,
            }
        };
        if existing == Existing::Keep {
            files::require_absent(targets.all())?;
        }
        let folders = NewFolders::make(&self.places.out_dir)?;
        targets.require_folders()?;
        let link = self.link(&targets)?;
        let (authority, created) = self.authority(context, &order.names)?;
        let roots = self.trust.then(|| known(&authority, context.now));
        let roots = roots.transpose()?;
        let (issuer, mut notices) = self.unlock(&authority, context)?;
        let key = self.obtain(&order, seal.is_some(), context)?;
        let issued = authority.issue(order.template(key.public().clone()), &issuer)?;
        let mut made = Made::certificate(&issued.certificate);
        let format = seal.as_ref().map_or("pem", |seal| seal.container.format());
        let outputs = match seal.zip(key.private()) {
            Some((seal, key)) => targets.sealed(&issued, key, &seal, context.now, &mut made)?,
            None => targets.outputs(&issued, &key, &mut made)?,
        };
        let outputs = self.places.ownership.of_files(outputs)?;
        let origin = Origin {
            command: self.command().to_owned(),
            lifetime: self.lifespan.lifetime_or(self.default_lifetime()),
            key_made: key.is_made(),
            files: made.placed(format),
            renews: None,
        };
        notices.extend(authority.deliver(&issued, &origin, outputs, existing, context.now)?);
        link.into_iter().for_each(NewLink::keep);
        folders.keep();

        let followed = roots.map(|roots| follow::install(context, &roots));
        made.extra.insert("ca_created".into(), json!(created));
        made.extra.insert("kept".into(), json!(false));
        let trusted = match &followed {
            Some(followed) => Some(followed.failures.is_empty()),
            None => created.then_some(false),
        };
        made.extra.insert("trusted".into(), json!(trusted));
        let mut notes: Vec<String> = caution.into_iter().collect();
        if created {
            notes.push(creation_note(&authority, followed.is_some()));
            notes.extend(public_note(&order.names));
        }
        notes.extend(self.naming.notes());
        notes.extend(notices.iter().map(ToString::to_string));
        let constrained = authority.current().constraints().is_some();
        notes.extend(order.notes(&issued, constrained));
        notes.extend(
            followed
                .as_ref()
                .map(|followed| match &followed.stores[..] {
                    [] => "no trust store took the CA".to_owned(),
                    stores => format!("the CA is trusted by {}", stores.join(", ")),
                }),
        );
        let followed = followed.unwrap_or_default();
        notes.extend(followed.unknown);
        Ok(Report {
            failures: followed.failures,
            ..Report::new(made).with_notes(notes)
        })
    }

    /// Has the files of the folder change together, if that is asked for.
    fn link(&self, targets: &Targets) -> Result<Option<NewLink>> {
        let folder = self.places.out_dir.as_ref().filter(|_| self.linked);
        let link = folder.map(|folder| NewLink::make(folder, targets.all()));
        Ok(link.transpose()?)
    }

    /// How it was asked for, in the ledger's words.
    fn command(&self) -> &'static str {
        match (&self.csr, self.below.ca) {
            (Some(_), false) => "issue --csr",
            (Some(_), true) => "issue --ca --csr",
            (None, false) => "issue",
            (None, true) => "issue --ca",
        }
    }

    fn unlock(&self, authority: &Authority, context: &Context) -> Result<(Issuer, Vec<Notice>)> {
        let given = context
            .input
            .given_password(self.ca_password_file.as_deref())?;
        let open = |password: Option<&Password>| authority.unlock(password, context.now);
        context.input.unlock(given, "Password of the CA", open)
    }

    /// What is asked for, by names or by a request.
    ///
    /// Whatever is wrong with it is found here, before a CA is made for it.
    fn order(&self, context: &Context) -> Result<Order> {
        let validity = self
            .lifespan
            .validity(context.now, self.default_lifetime())?;
        let order = match &self.csr {
            Some(path) => {
                let bytes = context.input.read(path)?;
                let about = |error: Error| error.about(path.display());
                let request = self.request(&bytes).map_err(about)?;
                let names = self.names_of(&request).map_err(about)?;
                request.public_key().require_strength().map_err(about)?;
                Order {
                    wishes: request.wishes(),
                    subject: request.subject().clone(),
                    profile: self.profile(&names),
                    names,
                    key: Wanted::Requested(request.public_key().clone()),
                    validity,
                }
            }
            None => {
                let names = match self.below.ca {
                    true => Vec::new(),
                    false => self.naming.sans()?,
                };
                if !self.below.ca
                    && names.is_empty()
                    && self.naming.subject.is_none()
                    && self.naming.cn.is_none()
                {
                    return Err(nothing_named().into());
                }
                let key = self.key.given(context)?;
                if let Some(key) = &key {
                    key.public_key().require_strength()?;
                }
                Order {
                    wishes: Wishes::default(),
                    subject: match self.below.ca {
                        true => self.below.subject(&self.naming)?,
                        false => self.naming.subject(&names)?,
                    },
                    profile: self.profile(&names),
                    names,
                    key: key.map_or(Wanted::New, |key| Wanted::Given(Box::new(key))),
                    validity,
                }
            }
        };
        if !self.below.ca {
            require_names(&order.names, order.profile.purposes)?;
        }
        Ok(order)
    }

    fn profile(&self, names: &[San]) -> Profile {
        let leaf = || Profile::leaf(self.purpose.for_names(names));
        self.below.profile().unwrap_or_else(leaf)
    }

    fn targets(&self, order: &Order, seal: Option<&Seal<'_>>) -> Result<Targets> {
        let stem = stem(&order.names, &order.subject);
        let suffix = seal.map_or("crt", |seal| seal.container.suffix());
        let certificate = self
            .places
            .of(self.cert_file.as_ref(), format!("{stem}.{suffix}"))?;
        let key = match (&order.key, seal) {
            (Wanted::New, None) => Some(self.places.key(&stem)?),
            _ => None,
        };
        let chain = self.chain_file.as_ref();
        let chain = chain.map(|chain| self.places.of(Some(chain), String::new()));
        Ok(Targets {
            certificate,
            key,
            chain: chain.transpose()?,
        })
    }

    fn authority(&self, context: &Context, names: &[San]) -> Result<(Authority, bool)> {
        let home = context.home()?;
        if self.no_create {
            return Ok((Authority::open(home)?, false));
        }
        let permission = |name| Permission::for_name(name).ok_or_else(|| cannot_be_permitted(name));
        let permitted = names
            .iter()
            .map(permission)
            .collect::<Result<Vec<_>, _>>()?;
        let constraints = ConstraintPreset::default().constraints(&permitted)?;
        let plan = Plan {
            path_length: self.below.needs(),
            ..default_plan(constraints)
        };
        Ok(Authority::open_or_create(home, &plan, context.now)?)
    }
}

/// What is to be certified.
struct Order {
    subject: Subject,
    names: Vec<San>,
    profile: Profile,
    key: Wanted,
    validity: Validity,
    /// What a request asks for beyond that.
    wishes: Wishes,
}

impl Order {
    fn template(&self, public_key: PublicKey) -> Template {
        Template {
            profile: self.profile.clone(),
            subject: self.subject.clone(),
            names: self.names.clone(),
            public_key,
            validity: self.validity,
        }
    }

    /// What a request asked for in vain.
    fn not_granted(&self) -> impl Iterator<Item = String> {
        let Wishes {
            authority,
            client,
            server,
            email,
        } = self.wishes;
        let notes = [
            (
                authority && !self.profile.is_authority(),
                "the request asks for a CA's certificate, and got one of an end entity",
            ),
            (
                client && !self.profile.purposes.client,
                "the request asks to be for a client, and --client was not given",
            ),
            (
                server && !self.profile.purposes.server,
                "the request asks to be for a server, and --server was not given",
            ),
            (
                email && !self.profile.purposes.email,
                "the request asks to be for e-mail, and names no address",
            ),
        ];
        notes
            .into_iter()
            .filter(|(asked, _)| *asked)
            .map(|(_, note)| note.to_owned())
    }

    /// What the user should know of the certificate.
    fn notes(&self, issued: &Issued, constrained: bool) -> Vec<String> {
        let validity = issued.certificate.validity();
        let end = to_rfc3339(validity.not_after());
        let clipped = issued
            .clipped
            .then(|| format!("the certificate ends on {end}, when its CA does"));
        if self.profile.is_authority() {
            return clipped.into_iter().chain([subordinate::note()]).collect();
        }
        let cautions = cautions(
            &self.names,
            self.profile.purposes.server,
            validity,
            issued.certificate.public_key().kind(),
            constrained,
        );
        clipped
            .into_iter()
            .chain(self.not_granted())
            .chain(cautions)
            .collect()
    }
}

/// The files to be written.
struct Targets {
    certificate: PathBuf,
    key: Option<PathBuf>,
    chain: Option<PathBuf>,
}

impl Targets {
    fn all(&self) -> impl Iterator<Item = &Path> {
        [
            Some(&self.certificate),
            self.key.as_ref(),
            self.chain.as_ref(),
        ]
        .into_iter()
        .flatten()
        .map(PathBuf::as_path)
    }

    /// Fails before anything is made, if a folder is not there.
    fn require_folders(&self) -> Result<()> {
        for place in self.all() {
            let folder = place.parent().filter(|folder| *folder != Path::new(""));
            if let Some(missing) = folder.filter(|folder| !folder.is_dir()) {
                return Err(Error::new(
                    ErrorKind::NotFound,
                    format!(
                        "{} cannot be written: there is no folder {}",
                        place.display(),
                        missing.display()
                    ),
                )
                .with_hint("make the folder, or put all files into a new one with --out-dir DIR")
                .into());
            }
        }
        Ok(())
    }

    /// The key stands first: a certificate without a key is less use than a key without a certificate.
    fn outputs(
        &self,
        issued: &Issued,
        key: &Obtained<'_>,
        made: &mut Made,
    ) -> Result<Vec<NewFile>> {
        let mut outputs = Vec::new();
        made.add("certificate", &self.certificate);
        if let (Some(path), Obtained::Made(key, password)) = (&self.key, key) {
            made.add("private_key", path);
            outputs.push(key_file(path, key, password.as_ref())?);
        }
        outputs.push(NewFile::public(&self.certificate, issued.to_pem()));
        outputs.extend(self.chain_file(issued, made));
        Ok(outputs)
    }

    /// The key and its certificates in one file.
    fn sealed(
        &self,
        issued: &Issued,
        key: &PrivateKey,
        seal: &Seal<'_>,
        now: OffsetDateTime,
        made: &mut Made,
    ) -> Result<Vec<NewFile>> {
        let own = std::iter::once(&issued.certificate);
        let certificates: Vec<_> = own.chain(&issued.chain).cloned().collect();
        made.add("container", &self.certificate);
        let container = seal.file(&self.certificate, key, &certificates, now)?;
        let chain = self.chain_file(issued, made);
        Ok(std::iter::once(container).chain(chain).collect())
    }

    fn chain_file(&self, issued: &Issued, made: &mut Made) -> Option<NewFile> {
        let path = self.chain.as_ref()?;
        made.add("chain", path);
        Some(NewFile::public(path, chain_pem(&issued.chain)))
    }
}

fn chain_pem(chain: &[Certificate]) -> String {
    chain.iter().map(Certificate::to_pem).collect()
}

fn kept(present: &Certificate, targets: &Targets, what: &'static str) -> Report {
    let mut made = Made::certificate(present);
    made.kept = true;
    made.add(what, &targets.certificate);
    if let Some(path) = &targets.key {
        made.add("private_key", path);
    }
    made.extra.insert("ca_created".into(), json!(false));
    made.extra.insert("kept".into(), json!(true));
    made.extra.insert("trusted".into(), json!(null));
    Report::new(made)
}

fn creation_note(authority: &Authority, followed: bool) -> String {
    let home = authority.home().display();
    match (followed, Invoker::find()) {
        (_, Some(invoker)) => format!(
            "made a local CA in {home}, which is root's; {}'s own is used without sudo, or with --home",
            invoker.user
        ),
        (true, None) => format!("made a local CA in {home}"),
        (false, None) => {
            format!("made a local CA in {home}; no client trusts it before certwright trust")
        }
    }
}

/// What it means that the new CA may speak for a name that others own.
fn public_note(names: &[San]) -> Option<String> {
    let local = |host: &str| {
        LOCAL_DOMAINS
            .iter()
            .any(|domain| host == *domain || host.ends_with(&format!(".{domain}")))
    };
    let public: Vec<String> = names
        .iter()
        .filter_map(Permission::for_name)
        .filter_map(|permission| match permission {
            Permission::Domain(host) if !local(&host) => Some(host),
            _ => None,
        })
        .collect();
    (!public.is_empty()).then(|| {
        format!(
            "the CA may issue for {} too: whoever steals its key can pose as that to every client that trusts it",
            public.join(", ")
        )
    })
}

fn nothing_named() -> certwright::error::Error {
    Error::new(
        ErrorKind::InvalidName,
        "there is no name to issue a certificate for",
    )
    .with_hint("give host names or addresses: certwright issue localhost 127.0.0.1")
}

/// Apple's systems take at most 825 days from a private root, and nobody likes renewing a
/// development certificate; five days of margin for clocks and time zones.
const DEFAULT_LIFETIME: Lifetime = Lifetime::days(820);
