//! The trust stores that mkcert's `TRUST_STORES` means, told in sentences.

use anyhow::Result;

use certwright::ca::mkcert::Caroot;
use certwright::error::{Error, ErrorKind};
use certwright::trust::State;

use super::Done;
use crate::cli::app::Context;
use crate::cli::commands::trust::{Row, Stores, each};
use crate::cli::input::shown;

/// Returns the kinds of stores that are meant.
///
/// Fails with [`ErrorKind::InvalidValue`] if one is unknown.
pub fn picked(context: &Context) -> Result<Vec<&'static str>, Error> {
    kinds(&context.mkcert_stores())
}

/// Has each store take the root.
pub fn install(picked: &[&str], ca: &Caroot, context: &Context) -> Result<Done> {
    let stores = Stores::of_mkcert(context, picked)?;
    let rows = each(&stores, std::slice::from_ref(ca.root()), |store, root| {
        store.install(root)
    });
    let by_hand = by_hand("trust", ca);
    let mut done = told(&rows, &by_hand, |row| match row.changed {
        true => format!("{} trusts the CA now", row.store),
        false => format!("{} trusts the CA already", row.store),
    });
    if rows.iter().any(Row::is_changed_browser) {
        done.notes
            .push("a Chromium that runs takes notice when it is started again".to_owned());
    }
    if rows.iter().all(Row::is_absent) {
        done.failed = true;
        done.notes.push(format!(
            "nothing trusts the CA: there is no trust store of the kinds {} here; its certificate is {}",
            picked.join(", "),
            shown(&ca.root_path())
        ));
    }
    Ok(done)
}

/// Has each store give the root up.
pub fn uninstall(picked: &[&str], ca: &Caroot, context: &Context) -> Result<Done> {
    let stores = Stores::of_mkcert(context, picked)?;
    let rows = each(&stores, std::slice::from_ref(ca.root()), |store, root| {
        store.remove(root)
    });
    let by_hand = by_hand("untrust", ca);
    let mut done = told(&rows, &by_hand, |row| match row.changed {
        true => format!("{} no longer has the CA", row.store),
        false => format!("{} does not have the CA", row.store),
    });
    let kept = format!("the CA itself stays in {}", shown(&ca.root_path()));
    done.told.push(kept);
    Ok(done)
}

/// Names the stores that lack the root. That one cannot be looked at is no matter for who only issues.
pub fn not_installed(ca: &Caroot, context: &Context) -> Option<String> {
    let stores = Stores::of_mkcert(context, &picked(context).ok()?).ok()?;
    let lacking = stores
        .there()
        .filter(|store| store.state(ca.root()).is_ok_and(|it| it != State::Trusted));
    let lacking: Vec<String> = lacking.map(|store| store.name()).collect();
    (!lacking.is_empty()).then(|| {
        format!(
            "not trusted yet by {}; for that: mkcert -install",
            lacking.join(", ")
        )
    })
}

/// What to do where it takes root and there is no way to become that.
fn by_hand(command: &str, ca: &Caroot) -> String {
    format!(
        "run it on a terminal, where sudo can ask, or have root run what this prints: certwright {command} --dry-run --cert {}",
        shown(&ca.root_path())
    )
}

/// Says of each store how it stands, or why it does not as it should.
fn told(rows: &[Row], by_hand: &str, well: impl Fn(&Row) -> String) -> Done {
    let mut done = Done::default();
    for row in rows {
        let Some(fault) = &row.fault else {
            done.told.push(well(row));
            continue;
        };
        let hint = match fault.code == ErrorKind::NotWritable.code() {
            true => Some(by_hand),
            false => fault.hint.as_deref(),
        };
        let hint = hint.map_or(String::new(), |hint| format!("; {hint}"));
        done.notes.push(match row.is_absent() {
            true => format!("{}: {}{hint}", row.store, fault.message),
            false => format!("{} failed: {}{hint}", row.store, fault.message),
        });
        done.failed |= !row.is_absent();
    }
    done
}

/// Reads a list of kinds; none listed means all.
fn kinds(listed: &str) -> Result<Vec<&'static str>, Error> {
    let words: Vec<&str> = listed
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .collect();
    if let Some(unknown) = words.iter().find(|word| !KINDS.contains(word)) {
        return Err(Error::new(
            ErrorKind::InvalidValue,
            format!("TRUST_STORES names \"{unknown}\", and there is no such kind of trust store"),
        )
        .with_hint(format!("there are {}", KINDS.join(", "))));
    }
    let meant = |kind: &&str| words.is_empty() || words.contains(kind);
    Ok(KINDS.into_iter().filter(meant).collect())
}

/// mkcert's words, in the order in which it installs.
const KINDS: [&str; 3] = ["system", "java", "nss"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stores_are_listed_between_commas() {
        assert_eq!(kinds("").unwrap(), KINDS);
        assert_eq!(kinds("nss, system").unwrap(), ["system", "nss"]);
        assert_eq!(kinds("java,").unwrap(), ["java"]);
        let error = kinds("nss,bogus").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidValue);
        assert!(error.to_string().contains("bogus"));
        assert!(kinds("NSS").is_err());
    }
}
