//! Every test from outside, in one binary.
//!
//! `cli` proves the wiring and the failures with nothing but cargo. `judges` has other people's
//! programs judge what we write and write what we read: each of its tests is ignored unless asked
//! for (`cargo test -- --include-ignored`), since it needs a program that may not be there.
//! `fuzz` and `properties` feed the library what nobody thought of.

mod cli;
mod fuzz;
#[cfg(unix)]
mod guide;
mod judges;
mod properties;
mod sandbox;
mod suites;
