//! Stores that follow what happens to the CA.

use certwright::cert::Certificate;
use certwright::error::Error;
use certwright::trust::{State, Store};

use super::{Picked, Stores};
use crate::cli::app::Context;

/// What the stores made of it.
#[derive(Default)]
pub struct Followed {
    /// The names of the stores that did.
    pub stores: Vec<String>,
    /// Why it is not known of others whether they had to.
    pub unknown: Vec<String>,
    /// Why others did not.
    pub failures: Vec<anyhow::Error>,
}

/// Has a new root trusted wherever the old one is.
pub fn succeed(context: &Context, old: &Certificate, new: &Certificate) -> Followed {
    in_each(context, |store| match store.state(old) {
        Ok(State::Trusted) => Outcome::of(store.install(new)),
        Ok(_) => Outcome::Nothing,
        Err(error) => Outcome::Unknown(error),
    })
}

/// Has roots trusted everywhere.
pub fn install(context: &Context, roots: &[Certificate]) -> Followed {
    in_each(context, |store| {
        Outcome::of(roots.iter().try_for_each(|root| store.install(root)))
    })
}

/// Takes a root out of wherever it is.
pub fn withdraw(context: &Context, root: &Certificate) -> Followed {
    in_each(context, |store| match store.state(root) {
        Ok(State::Trusted | State::Untrusted) => Outcome::of(store.remove(root)),
        Ok(State::Missing) => Outcome::Nothing,
        Err(error) => Outcome::Unknown(error),
    })
}

/// What one store made of it.
enum Outcome {
    Done,
    Failed(Error),
    Nothing,
    Unknown(Error),
}

impl Outcome {
    fn of(done: Result<(), Error>) -> Self {
        match done {
            Ok(()) => Self::Done,
            Err(error) => Self::Failed(error),
        }
    }
}

fn in_each(context: &Context, act: impl Fn(&dyn Store) -> Outcome) -> Followed {
    let mut followed = Followed::default();
    let stores = match Stores::find(context, &Picked::default()) {
        Ok(stores) => stores,
        Err(error) => {
            followed.failures.push(error);
            return followed;
        }
    };
    let untold = |error: &Error| format!("a trust store could not be looked at: {error}");
    followed.unknown.extend(stores.faults().map(untold));
    for store in stores.there() {
        match act(store) {
            Outcome::Done => followed.stores.push(store.name()),
            Outcome::Failed(error) => followed.failures.push(error.about(store.name()).into()),
            Outcome::Nothing => {}
            Outcome::Unknown(error) => followed.unknown.push(untold(&error)),
        }
    }
    followed
}
