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
    /// Why others did not.
    pub failures: Vec<anyhow::Error>,
}

/// Has a new root trusted wherever the old one is.
pub fn succeed(context: &Context, old: &Certificate, new: &Certificate) -> Followed {
    in_each(context, |store| match store.state(old) {
        // What cannot be read did not trust the old one in a way that could go on.
        Ok(State::Trusted) => store.install(new).map(|()| true),
        _ => Ok(false),
    })
}

/// Has a root trusted everywhere.
pub fn install(context: &Context, root: &Certificate) -> Followed {
    in_each(context, |store| store.install(root).map(|()| true))
}

/// Takes a root out of wherever it is.
pub fn withdraw(context: &Context, root: &Certificate) -> Followed {
    in_each(context, |store| match store.state(root) {
        Ok(State::Trusted | State::Untrusted) => store.remove(root).map(|()| true),
        _ => Ok(false),
    })
}

fn in_each(context: &Context, act: impl Fn(&dyn Store) -> Result<bool, Error>) -> Followed {
    let mut followed = Followed::default();
    let stores = match Stores::find(context, &Picked::default()) {
        Ok(stores) => stores,
        Err(error) => {
            followed.failures.push(error);
            return followed;
        }
    };
    for store in stores.there() {
        match act(store) {
            Ok(true) => followed.stores.push(store.name()),
            Ok(false) => {}
            Err(error) => followed.failures.push(error.about(store.name()).into()),
        }
    }
    followed
}
