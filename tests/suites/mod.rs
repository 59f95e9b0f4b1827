//! Collections of path-validation cases that others made.

mod differential;
mod hostile;
mod limbo;
mod maker;
mod pkits;
mod policies;
mod scenario;
