//! tmp
pub mod text;
pub mod error;
pub mod der;
pub mod pem;
pub mod document;
pub mod crypto;
pub mod key;
pub mod fingerprint;
pub mod name;
pub mod validity;
pub mod profile;
pub mod cert;
pub mod csr;
pub mod crl;
pub mod issue;
