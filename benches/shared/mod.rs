//! What benchmarks of whole processes have in common.

use std::path::PathBuf;
use std::time::Duration;

/// A program with its arguments, and the name under which it is shown.
pub struct Program {
    pub name: &'static str,
    pub words: Vec<String>,
}

impl Program {
    pub fn new(name: &'static str, words: &str) -> Self {
        Self {
            name,
            words: words.split_whitespace().map(str::to_owned).collect(),
        }
    }

    pub fn ours(words: &str) -> Self {
        Self::new(
            "certwright",
            &format!("{} {words}", env!("CARGO_BIN_EXE_certwright")),
        )
    }
}

/// The median, in milliseconds.
pub fn median(times: &mut [Duration]) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1000.0
}

pub fn is_installed(program: &str) -> bool {
    let found = |folder: PathBuf| folder.join(program).is_file();
    program.contains('/')
        || std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(found))
}
