//! Collections of path-validation cases that others made.

mod limbo;
mod pkits;
