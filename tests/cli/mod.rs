//! The wiring and the failures, with nothing but cargo.

mod ca;
mod carriers;
mod convert;
mod csr;
mod export;
mod fingerprint;
#[cfg(unix)]
mod guide;
mod hostile;
mod inspect;
mod issue;
mod json;
mod key;
mod killed;
mod ledger;
mod lint;
mod lists;
mod mkcert;
mod papers;
mod remote;
mod renew;
mod revoke;
mod self_signed;
mod streams;
pub mod strength;
mod subordinate;
mod trust;
mod usage;
mod verify;
