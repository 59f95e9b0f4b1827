//! Stores, and what became of each: a row a store.

use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::{Value, json};

use certwright::cert::Certificate;
use certwright::error::{Error, ErrorKind};
use certwright::fingerprint::Form;
use certwright::trust::{
    Change, Machine, Plan, State, Store, browsers, java, macos, system, windows,
};

use super::Picked;
use crate::cli::app::Context;
use crate::cli::input::shown;
use crate::cli::report::{Facts, Paint, Text};

/// The stores of this machine and user, and what kept some from being found.
pub struct Stores(Vec<Result<Box<dyn Store>, Error>>);

impl Stores {
    /// Finds them, only those picked if any were.
    ///
    /// Fails with [`ErrorKind::NotFound`] if a picked one is not there.
    pub fn find(context: &Context, picked: &Picked) -> Result<Self> {
        let machine = context.machine(picked.root.as_deref());
        let mut found: Vec<Result<Box<dyn Store>, Error>> = Vec::new();
        // The system comes first: on Debian it tells Java's keystore too.
        found.extend(of_system(context, &machine));
        if machine.running {
            let host = context.host()?;
            let java_home = context.java_home();
            let keystores = java::stores(&machine, java_home.as_deref(), Some(&host.home));
            found.extend(keystores.into_iter().map(boxed));
            found.extend(browsers::databases(&host).into_iter().map(boxed));
        } else {
            found.extend(java::stores(&machine, None, None).into_iter().map(boxed));
        }
        let is_named = |store: &dyn Store, name: &str| {
            let own = store.name();
            own == name || own.split(':').next() == Some(name)
        };
        let there: Vec<String> = found.iter().flatten().map(|store| store.name()).collect();
        for name in &picked.store {
            if !found.iter().flatten().any(|store| is_named(&**store, name)) {
                return Err(Error::new(
                    ErrorKind::NotFound,
                    format!("there is no trust store \"{name}\" here"),
                )
                .with_hint(match &there[..] {
                    [] => "none was found at all".to_owned(),
                    there => format!("there are {}", there.join(", ")),
                })
                .into());
            }
        }
        let picked = match picked.store.is_empty() {
            true => context.stores(),
            false => picked.store.clone(),
        };
        if !picked.is_empty() {
            found.retain(|store| {
                let store = store.as_ref();
                store.is_ok_and(|store| picked.iter().any(|name| is_named(&**store, name)))
            });
        }
        Ok(Self(found))
    }

    /// Returns the roots of other CAs of certwright's that are in a store.
    ///
    /// A store that cannot be read tells of none here; its own row says why.
    pub fn others(&self, own: &[Certificate]) -> Vec<Certificate> {
        let mut others: Vec<Certificate> = Vec::new();
        for root in self.there().filter_map(|store| store.ours().ok()).flatten() {
            if !own.contains(&root) && !others.contains(&root) {
                others.push(root);
            }
        }
        others
    }

    /// Tells what a change would do to each store, doing nothing.
    ///
    /// `sources` are files that may hold a root.
    pub fn planned(
        &self,
        context: &Context,
        change: Change,
        roots: &[Certificate],
        sources: &[PathBuf],
    ) -> Vec<Row> {
        let runner = context.machine(None).runner;
        let plan = |store: &dyn Store| -> Result<Vec<String>, Error> {
            let mut lines = Vec::new();
            for root in roots {
                match store.plan(change, root)? {
                    Plan::Nothing => {}
                    Plan::Steps(steps) => lines.extend(runner.lines(&steps, sources)),
                    Plan::Edit(place) => lines.push(format!(
                        "{} {} in {}, by this program itself",
                        match change {
                            Change::Install => "enter",
                            Change::Remove => "delete",
                        },
                        root.subject(),
                        shown(&place)
                    )),
                }
            }
            Ok(lines)
        };
        let row = |store: &Result<Box<dyn Store>, Error>| match store {
            Err(error) => Row::of_none(error),
            Ok(store) => {
                let planned = plan(&**store);
                let stands = worst(&**store, roots);
                let fault = planned.as_ref().err().or(stands.as_ref().err());
                Row {
                    store: Some(store.name()),
                    place: Some(shown(&store.place())),
                    changed: false,
                    state: stands.as_ref().ok().copied(),
                    fault: fault.map(Fault::of),
                    planned: planned.ok(),
                }
            }
        };
        self.0.iter().map(row).collect()
    }

    /// Returns those that were found.
    pub fn there(&self) -> impl Iterator<Item = &dyn Store> {
        self.0.iter().flatten().map(|store| &**store)
    }
}

/// Finds the stores of the operating system; an image is one of a Linux.
fn of_system(context: &Context, machine: &Machine) -> Vec<Result<Box<dyn Store>, Error>> {
    let temporary = context.temporary();
    if machine.running && cfg!(target_os = "macos") {
        let found = macos::stores(machine, Path::new("/usr/bin/security"), &temporary);
        return found.into_iter().map(boxed).collect();
    }
    if machine.running && cfg!(windows) {
        let found = windows::stores(machine, &context.system32(), &temporary);
        return found.into_iter().map(boxed).collect();
    }
    let distribution = context.wsl_distribution();
    let beside = windows::beside_wsl(machine, distribution.as_deref(), &temporary);
    let own = system::stores(machine).into_iter().map(boxed);
    own.chain(beside.into_iter().map(boxed)).collect()
}

fn boxed<S: Store + 'static>(found: Result<S, Error>) -> Result<Box<dyn Store>, Error> {
    found.map(|store| Box::new(store) as Box<dyn Store>)
}

/// Does something to each store for each root, and looks how it stands after that.
pub fn each(
    stores: &Stores,
    roots: &[Certificate],
    act: impl Fn(&dyn Store, &Certificate) -> Result<(), Error>,
) -> Vec<Row> {
    let row = |store: &Result<Box<dyn Store>, Error>| match store {
        Err(error) => Row::of_none(error),
        Ok(store) => {
            let before = worst(&**store, roots).ok();
            let done = roots.iter().try_for_each(|root| act(&**store, root));
            let after = done.and_then(|()| worst(&**store, roots));
            Row {
                store: Some(store.name()),
                place: Some(shown(&store.place())),
                changed: after.as_ref().is_ok_and(|after| before != Some(*after)),
                state: after.as_ref().ok().copied(),
                fault: after.as_ref().err().map(|error| match error.kind() {
                    ErrorKind::NotWritable if store.needs_root() => Fault {
                        hint: Some(BY_HAND.to_owned()),
                        ..Fault::of(error)
                    },
                    _ => Fault::of(error),
                }),
                planned: None,
            }
        }
    };
    stores.0.iter().map(row).collect()
}

/// Several roots stand as the one that stands worst.
fn worst(store: &dyn Store, roots: &[Certificate]) -> Result<State, Error> {
    let mut worst = State::Trusted;
    for root in roots {
        worst = match (worst, store.state(root)?) {
            (State::Missing, _) | (_, State::Missing) => State::Missing,
            (State::Untrusted, _) | (_, State::Untrusted) => State::Untrusted,
            _ => State::Trusted,
        };
    }
    Ok(worst)
}

/// What became of one store.
pub struct Row {
    store: Option<String>,
    place: Option<String>,
    pub state: Option<State>,
    changed: bool,
    pub fault: Option<Fault>,
    /// What would be done, line by line.
    planned: Option<Vec<String>>,
}

/// What went wrong with one store.
pub struct Fault {
    code: &'static str,
    message: String,
    hint: Option<String>,
}

impl Fault {
    fn of(error: &Error) -> Self {
        Self {
            code: error.kind().code(),
            message: error.to_string(),
            hint: error.hint().map(str::to_owned),
        }
    }
}

impl Row {
    /// The row of a store that could not be found.
    fn of_none(error: &Error) -> Self {
        Self {
            store: None,
            place: None,
            state: None,
            changed: false,
            fault: Some(Fault::of(error)),
            planned: None,
        }
    }

    /// Tells whether it is of a browser that reads its store when it starts.
    pub fn is_changed_browser(&self) -> bool {
        self.changed
            && self
                .store
                .as_deref()
                .is_some_and(|store| store.starts_with("nss: chromium"))
    }

    fn told(&self, paint: Paint) -> String {
        match (&self.fault, self.state) {
            (Some(fault), _) => {
                let told = paint.with(BAD, format_args!("failed: {}", fault.message));
                match &fault.hint {
                    Some(hint) => format!("{told}\n{:width$}{hint}", "", width = INDENT),
                    None => told,
                }
            }
            (None, Some(State::Trusted)) => paint.with(GOOD, "trusted"),
            (None, Some(State::Untrusted)) => paint.with(BAD, "there, and not trusted"),
            (None, _) => paint.with(PLAIN, "not there"),
        }
    }

    fn json(&self) -> Value {
        json!({
            "store": self.store,
            "place": self.place,
            "state": self.state,
            "changed": self.changed,
            "planned": self.planned,
            "error": self.fault.as_ref().map(|fault| json!({
                "code": fault.code, "message": fault.message, "hint": fault.hint,
            })),
        })
    }
}

/// The rows, and the roots that they are about.
pub struct Trusted {
    pub rows: Vec<Row>,
    pub roots: Vec<Certificate>,
    /// Whether the CA was made for it; nothing where it could not be.
    pub created: Option<bool>,
}

impl Facts for Trusted {
    fn text(&self, paint: Paint) -> Text<'_> {
        let mut text = String::new();
        for root in &self.roots {
            text.push_str(&format!(
                "{}  until {}\n",
                root.subject(),
                certwright::validity::to_rfc3339(root.validity().not_after())
            ));
        }
        let of = |row: &Row| row.store.clone().unwrap_or_else(|| "?".to_owned());
        let width = self.rows.iter().map(|row| of(row).chars().count()).max();
        for row in &self.rows {
            text.push_str(&format!(
                "  {:width$}  {}\n",
                of(row),
                row.told(paint),
                width = width.unwrap_or(0)
            ));
            if let Some(place) = &row.place {
                text.push_str(&format!("    {}\n", paint.with(PLAIN, place)));
            }
            for line in row.planned.iter().flatten() {
                text.push_str(&format!("    would do: {line}\n"));
            }
        }
        if self.rows.is_empty() {
            text.push_str("  no trust store was found\n");
        }
        Text::lines(text)
    }

    fn json(&self) -> Value {
        let root = |root: &Certificate| {
            json!({
                "subject": root.subject().to_string(),
                "sha256": root.fingerprint().to_text(Form::Hex),
            })
        };
        let mut document = json!({
            "roots": self.roots.iter().map(root).collect::<Vec<_>>(),
            "stores": self.rows.iter().map(Row::json).collect::<Vec<_>>(),
        });
        if let (Value::Object(fields), Some(created)) = (&mut document, self.created) {
            fields.insert("ca_created".to_owned(), json!(created));
        }
        document
    }

    fn rows(&self) -> Vec<Value> {
        self.rows.iter().map(Row::json).collect()
    }
}

const GOOD: anstyle::Style = anstyle::AnsiColor::Green.on_default();
const BAD: anstyle::Style = anstyle::AnsiColor::Red.on_default().bold();
const PLAIN: anstyle::Style = anstyle::Style::new().dimmed();
/// The library's own hint has the whole certificate in it.
const BY_HAND: &str =
    "run it on a terminal, where sudo can ask, or have root run what --dry-run prints";
/// Hints stand under the place of their store.
const INDENT: usize = 4;
