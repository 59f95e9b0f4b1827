//! tmp
pub mod ca;
pub mod cert;
pub mod crl;
pub mod crypto;
pub mod csr;
pub mod der;
pub mod document;
pub mod error;
pub mod files;
pub mod fingerprint;
pub mod issue;
pub mod key;
pub mod name;
pub mod pem;
pub mod profile;
pub mod text;
pub mod validity;
