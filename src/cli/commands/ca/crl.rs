//! `certwright ca crl`

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use certwright::ca::{Authority, Generation, List, Lists, issued_name, root_name};
use certwright::document::{Kind, documents};
use certwright::error::{Error, ErrorKind};
use certwright::files::{self, Existing, NewFile, NewFolders};
use certwright::key::Password;
use certwright::name::Subject;
use certwright::validity::{Lifetime, to_rfc3339};

use crate::cli::app::Context;
use crate::cli::args::{Output, Overwrite, parsed};
use crate::cli::input::shown;
use crate::cli::report::{Facts, Paint, Report, Text};

/// Write the revocation lists: what was issued here, and the roots' own
///
/// All lists together are PEM, as nginx, HAProxy and curl take them in one file. Each list has the number
/// after the last one's. Lists that are there are replaced.
#[derive(Args)]
pub struct Crl {
    /// How long clients may rely on it: 36h, 7d, 12w
    #[arg(long, value_name = "TIME", value_parser = parsed::<Lifetime>, default_value = "30d")]
    valid_for: Lifetime,

    /// Only the list of what the CA issues now, in DER
    #[arg(long, conflicts_with = "out_dir")]
    der: bool,

    /// Folder for a file of each list, in DER and as `--crl-url` tells clients, and crl.pem with all
    #[arg(long, value_name = "DIR", conflicts_with = "output")]
    out_dir: Option<PathBuf>,

    #[command(flatten)]
    output: Output,

    /// Read the password of the CA's key from a file's first line; - for standard input
    #[arg(long, value_name = "FILE")]
    ca_password_file: Option<PathBuf>,

    #[command(flatten)]
    overwrite: Overwrite,
}

impl Crl {
    /// Makes the lists of every generation that can sign one, and writes them.
    pub fn run(&self, context: &Context) -> Result<Report> {
        let authority = Authority::open(context.home()?)?;
        let given = context
            .input
            .given_password(self.ca_password_file.as_deref())?;
        self.require_replaceable()?;
        let mut written = Written {
            lists: vec![self.lists(&authority, authority.current(), given.clone(), context)?],
            files: Vec::new(),
            der_to_terminal: self.output.is_stdout_by_name(),
            only_der: self.der,
        };
        let mut notes = Vec::new();
        // With --der it is one list of one issuer.
        let others = if self.der {
            Vec::new()
        } else {
            authority.generations()?
        };
        for (name, read) in others.into_iter().skip(1) {
            let made = read
                .map_err(anyhow::Error::from)
                .and_then(|generation| self.lists(&authority, &generation, given.clone(), context));
            match made {
                Ok(lists) => written.lists.push(lists),
                Err(error) => notes.push(format!("no list of {name}: {error}")),
            }
        }
        let notices = written.lists.iter().filter_map(|it| it.notice.as_ref());
        notes.extend(notices.map(ToString::to_string));
        notes.dedup();
        notes.extend(written.missing(&authority));
        self.write(&mut written)?;
        Ok(Report::new(written).with_notes(notes))
    }

    fn lists(
        &self,
        authority: &Authority,
        generation: &Generation,
        given: Option<Password>,
        context: &Context,
    ) -> Result<Lists> {
        let open = |password: Option<&Password>| generation.unlock(password);
        let (issuer, _) = context.input.unlock(given, "Password of the CA", open)?;
        let made = authority.next_lists(generation, &issuer, self.valid_for, context.now);
        Ok(made?)
    }

    fn write(&self, written: &mut Written) -> Result<()> {
        let outputs: Vec<NewFile> = match (&self.out_dir, self.output.file()) {
            (Some(folder), _) => written.in_folder(folder),
            (None, Some(file)) => vec![NewFile::public(file, written.bytes())],
            (None, None) => return Ok(()),
        };
        written.files = outputs.iter().map(|file| file.path.clone()).collect();
        let folders = NewFolders::make(&self.out_dir)?;
        for file in &written.files {
            self.require_list(file)?;
        }
        files::write(outputs, Existing::Replace)?;
        folders.keep();
        Ok(())
    }

    /// Fails before a number is used up, if something else lies in the place.
    fn require_replaceable(&self) -> Result<()> {
        self.output
            .file()
            .map_or(Ok(()), |file| self.require_list(file))
    }

    /// What is there may be replaced if it is lists, as the last run wrote them.
    fn require_list(&self, path: &Path) -> Result<()> {
        if self.overwrite.force || !path.exists() {
            return Ok(());
        }
        let bytes = files::read(path)?;
        let are_lists = documents(&bytes).is_ok_and(|mut found| {
            found.all(|it| it.is_ok_and(|it| it.kind == Kind::CertificateRevocationList))
        });
        if are_lists {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::AlreadyExists,
            format!(
                "{} is there already, and is no revocation list",
                shown(path)
            ),
        )
        .with_hint("name another file, or replace it with --force")
        .into())
    }
}

struct Written {
    lists: Vec<Lists>,
    /// None for standard output.
    files: Vec<PathBuf>,
    der_to_terminal: bool,
    only_der: bool,
}

impl Written {
    /// Those of what was issued first, then the roots', which many clients never ask for.
    fn pem(&self) -> String {
        let issued = self.lists.iter().map(|lists| &lists.issued);
        let roots = self.lists.iter().filter_map(|lists| self.root_of(lists));
        issued.chain(roots).map(List::to_pem).collect()
    }

    /// The list of a root, unless one list of one issuer was asked for.
    fn root_of<'a>(&self, lists: &'a Lists) -> Option<&'a List> {
        lists.root.as_ref().filter(|_| !self.only_der)
    }

    /// Whose lists there should be, and are not: servers that check every CA want them too.
    fn missing(&self, authority: &Authority) -> Option<String> {
        let current = authority.current();
        let is_missing = self.lists[0].root.is_none() && !current.intermediates().is_empty();
        is_missing.then(|| {
            let root = current.root().subject();
            format!("the list of {root} comes from whoever holds its key; nginx and openssl's crl_check_all want it too")
        })
    }

    fn bytes(&self) -> Vec<u8> {
        match self.only_der {
            true => self.lists[0].issued.der.clone(),
            false => self.pem().into_bytes(),
        }
    }

    fn in_folder(&self, folder: &Path) -> Vec<NewFile> {
        let file = |name: String, der: &[u8]| NewFile::public(folder.join(name), der);
        let of = |lists: &Lists| {
            let issued = file(issued_name(&lists.generation), &lists.issued.der);
            let root = lists.root.as_ref();
            let root = root.map(|root| file(root_name(&lists.generation), &root.der));
            std::iter::once(issued).chain(root).collect::<Vec<_>>()
        };
        let all = NewFile::public(folder.join(TOGETHER), self.pem());
        self.lists
            .iter()
            .flat_map(of)
            .chain(std::iter::once(all))
            .collect()
    }

    fn each(&self) -> impl Iterator<Item = (&str, &List)> {
        self.lists.iter().flat_map(|lists| {
            let name = lists.generation.as_str();
            let root = self.root_of(lists).map(|root| (name, root));
            std::iter::once((name, &lists.issued)).chain(root)
        })
    }
}

impl Facts for Written {
    fn text(&self, _: Paint) -> Text {
        if !self.files.is_empty() {
            let files = self.files.iter().map(|file| format!("{}\n", shown(file)));
            let lists = self.each().map(|(_, list)| line(list));
            return Text::lines(files.chain(lists).collect::<String>());
        }
        match self.only_der {
            true => Text::Binary {
                bytes: Zeroizing::new(self.bytes()),
                even_to_terminal: self.der_to_terminal,
            },
            false => Text::lines(self.pem()),
        }
    }

    fn json(&self) -> Value {
        json!({
            "lists": self.rows(),
            "files": self.files.iter().map(|file| shown(file)).collect::<Vec<_>>(),
            "pem": self.pem(),
        })
    }

    fn rows(&self) -> Vec<Value> {
        let row = |(generation, list): (&str, &List)| {
            json!({
                "generation": generation,
                "issuer": issuer(list),
                "number": number(list),
                "this_update": to_rfc3339(list.decoded.this_update),
                "next_update": list.decoded.next_update.map(to_rfc3339),
                "revoked": list.length,
            })
        };
        self.each().map(row).collect()
    }
}

fn line(list: &List) -> String {
    let number = number(list).map(|number| format!(" {number}"));
    let until = list.decoded.next_update.map(to_rfc3339);
    format!(
        "list{} of {}: {} revoked, until {}\n",
        number.unwrap_or_default(),
        issuer(list),
        list.length,
        until.unwrap_or_else(|| "ever".to_owned())
    )
}

fn issuer(list: &List) -> String {
    Subject::from_der(&list.decoded.issuer).to_string()
}

fn number(list: &List) -> Option<u64> {
    list.decoded.number.and_then(|number| number.to_u64())
}

/// The file that a server takes.
const TOGETHER: &str = "crl.pem";
