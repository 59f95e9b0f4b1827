//! One file a command: its arguments, whose comments are its help, and a thin `run`.

pub mod ca;
pub mod completions;
pub mod convert;
pub mod csr;
pub mod export;
pub mod fingerprint;
mod held;
pub mod inspect;
pub mod issue;
pub mod key;
pub mod lint;
pub mod list;
mod made;
pub mod man;
pub mod mkcert;
pub mod renew;
pub mod revoke;
pub mod self_signed;
pub mod trust;
pub mod untrust;
pub mod verify;
