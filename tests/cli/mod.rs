//! The wiring and the failures, with nothing but cargo.

mod issue;
