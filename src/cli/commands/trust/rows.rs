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
pub struct Stores(Vec<Found>);

/// A store, or why it could not be found.
struct Found {
    /// The first word of the name that it has, or would have.
    family: &'static str,
    store: Result<Box<dyn Store>, Error>,
}

impl Found {
    fn all<S: Store + 'static>(family: &'static str, found: Vec<Result<S, Error>>) -> Vec<Self> {
        let boxed = |store: S| Box::new(store) as Box<dyn Store>;
        let found = found.into_iter().map(|found| Self {
            family,
            store: found.map(boxed),
        });
        found.collect()
    }

    /// Tells whether it is meant. What could not be found goes by the first word, so that picking it does
    /// not hide why.
    fn is_named(&self, name: &str) -> bool {
        self.family == name || self.store.as_ref().is_ok_and(|store| store.name() == name)
    }
}

impl Stores {
    /// Finds them, only those picked if any were.
    ///
    /// Fails with [`ErrorKind::NotFound`] if a picked one is not there.
    pub fn find(context: &Context, picked: &Picked) -> Result<Self> {
        let machine = context.machine(picked.root.as_deref());
        // The system comes first: on Debian it tells Java's keystore too.
        let mut found = of_system(context, &machine);
        if machine.running {
            let host = context.host()?;
            let java_home = context.java_home();
            let keystores = java::stores(&machine, java_home.as_deref(), Some(&host.home));
            found.extend(Found::all("java", keystores));
            found.extend(Found::all("nss", browsers::databases(&host)));
        } else {
            found.extend(Found::all("java", java::stores(&machine, None, None)));
        }
        for name in &picked.store {
            if !found.iter().any(|found| found.is_named(name)) {
                let there = found.iter().map(|found| match &found.store {
                    Ok(store) => store.name(),
                    Err(_) => found.family.to_owned(),
                });
                let there: Vec<String> = there.collect();
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
            found.retain(|found| picked.iter().any(|name| found.is_named(name)));
        }
        Ok(Self(found))
    }

    /// Finds those that mkcert means by its words `system`, `java` and `nss`: of Java's only that of
    /// `JAVA_HOME`, and none beside the system that runs.
    pub fn of_mkcert(context: &Context, kinds: &[&str]) -> Result<Self> {
        let machine = context.machine(None);
        let java_home = context.java_home();
        let mut found = Vec::new();
        if kinds.contains(&"system") {
            found.extend(of_system(context, &machine));
            found.retain(|found| cfg!(windows) || found.family != "windows");
        }
        if kinds.contains(&"java") && java_home.is_some() {
            let all = java::stores(&machine, java_home.as_deref(), None);
            found.extend(Found::all("java", all.into_iter().take(1).collect()));
        }
        if kinds.contains(&"nss") {
            found.extend(Found::all("nss", browsers::databases(&context.host()?)));
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
        let row = |found: &Found| match &found.store {
            Err(error) => Row::of_none(found.family, error),
            Ok(store) => {
                let planned = plan(&**store);
                let stands = states(&**store, roots);
                let fault = planned.as_ref().err().or(stands.as_ref().err());
                Row {
                    store: store.name(),
                    place: Some(shown(&store.place())),
                    changed: false,
                    state: stands.as_ref().ok().map(|stands| worst(stands)),
                    fault: fault.map(Fault::of),
                    planned: planned.ok(),
                }
            }
        };
        self.0.iter().map(row).collect()
    }

    /// Returns why some could not be found.
    pub fn faults(&self) -> impl Iterator<Item = &Error> {
        self.0.iter().filter_map(|found| found.store.as_ref().err())
    }

    /// Returns those that were found.
    pub fn there(&self) -> impl Iterator<Item = &dyn Store> {
        self.0
            .iter()
            .filter_map(|found| found.store.as_deref().ok())
    }
}

/// Finds the stores of the operating system; an image is one of a Linux.
fn of_system(context: &Context, machine: &Machine) -> Vec<Found> {
    let temporary = context.temporary();
    if !machine.running {
        return Found::all("system", system::stores(machine));
    }
    if cfg!(target_os = "macos") {
        let security = Path::new("/usr/bin/security");
        return Found::all("macos", macos::stores(machine, security, &temporary));
    }
    if cfg!(windows) {
        let found = windows::stores(machine, &context.system32(), &temporary);
        return Found::all("windows", found);
    }
    let distribution = context.wsl_distribution();
    let beside = windows::beside_wsl(machine, distribution.as_deref(), &temporary);
    let mut found = Found::all("system", system::stores(machine));
    found.extend(Found::all("windows", beside));
    found
}

/// Does something to each store for each root, and looks how it stands after that.
pub fn each(
    stores: &Stores,
    roots: &[Certificate],
    act: impl Fn(&dyn Store, &Certificate) -> Result<(), Error>,
) -> Vec<Row> {
    let row = |found: &Found| match &found.store {
        Err(error) => Row::of_none(found.family, error),
        Ok(store) => {
            let before = states(&**store, roots).ok();
            let done = roots.iter().try_for_each(|root| act(&**store, root));
            let after = done.and_then(|()| states(&**store, roots));
            Row {
                store: store.name(),
                place: Some(shown(&store.place())),
                changed: after
                    .as_ref()
                    .is_ok_and(|after| before.as_ref() != Some(after)),
                state: after.as_ref().ok().map(|after| worst(after)),
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

fn states(store: &dyn Store, roots: &[Certificate]) -> Result<Vec<State>, Error> {
    roots.iter().map(|root| store.state(root)).collect()
}

/// Several roots stand as the one that stands worst, and none is nowhere.
fn worst(states: &[State]) -> State {
    let any = |state| states.contains(&state);
    match () {
        () if states.is_empty() || any(State::Missing) => State::Missing,
        () if any(State::Untrusted) => State::Untrusted,
        () => State::Trusted,
    }
}

/// What became of one store.
pub struct Row {
    pub store: String,
    place: Option<String>,
    pub state: Option<State>,
    pub changed: bool,
    pub fault: Option<Fault>,
    /// What would be done, line by line.
    planned: Option<Vec<String>>,
}

/// What went wrong with one store.
pub struct Fault {
    pub code: &'static str,
    pub message: String,
    pub hint: Option<String>,
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
    fn of_none(family: &str, error: &Error) -> Self {
        Self {
            store: family.to_owned(),
            place: None,
            state: None,
            changed: false,
            fault: Some(Fault::of(error)),
            planned: None,
        }
    }

    /// Tells whether it is of a browser that reads its store when it starts.
    pub fn is_changed_browser(&self) -> bool {
        self.changed && self.store.starts_with("nss: chromium")
    }

    /// Tells whether there is no such store here.
    pub fn is_absent(&self) -> bool {
        let missing = |fault: &Fault| fault.code == ErrorKind::NotFound.code();
        self.place.is_none() && self.fault.as_ref().is_some_and(missing)
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
    fn text(&self, paint: Paint) -> Text {
        let mut text = String::new();
        for root in &self.roots {
            text.push_str(&format!(
                "{}  until {}\n",
                root.subject(),
                certwright::validity::to_rfc3339(root.validity().not_after())
            ));
        }
        let width = self.rows.iter().map(|row| row.store.chars().count()).max();
        for row in &self.rows {
            text.push_str(&format!(
                "  {:width$}  {}\n",
                row.store,
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
