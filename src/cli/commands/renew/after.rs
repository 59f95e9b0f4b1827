//! What is done once something was renewed: a server is to read its files again.

use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};
use clap::Args;

use certwright::error::{Error, ErrorKind};

/// Whom to tell of new files.
#[derive(Args)]
pub(super) struct After {
    /// Once something was renewed, run this by sh, such as 'nginx -s reload'
    #[arg(long, value_name = "COMMAND")]
    reload: Option<String>,

    /// Once something was renewed, send this signal to the process of --pid-file: HUP, USR1, USR2, QUIT, TERM
    #[arg(long, value_name = "NAME", value_parser = signal, requires = "pid_file")]
    signal: Option<Signal>,

    /// The file with the number of the process that gets --signal
    #[arg(long, value_name = "FILE", requires = "signal")]
    pid_file: Option<PathBuf>,
}

impl After {
    /// Tells whether there is anything to do.
    pub fn is_wanted(&self) -> bool {
        self.reload.is_some() || self.signal.is_some()
    }

    /// Does it.
    pub fn carry_out(&self) -> Result<()> {
        if let Some(line) = &self.reload {
            reload(line)?;
        }
        match (self.signal, &self.pid_file) {
            (Some(signal), Some(file)) => send(signal, file),
            _ => Ok(()),
        }
    }
}

/// Its standard output is not ours, which is data.
fn reload(line: &str) -> Result<()> {
    let child = Command::new("sh")
        .args(["-c", line])
        .stdin(Stdio::null())
        .stdout(std::io::stderr())
        .spawn();
    match child.and_then(end_of) {
        Ok(Some(status)) if status.success() => Ok(()),
        Ok(Some(status)) => Err(told(&format!("ended with {status}"))),
        Ok(None) => Err(told(&format!(
            "did not end in {} minutes",
            PATIENCE.as_secs() / 60
        ))),
        Err(source) => Err(told(&format!("cannot be run: {source}"))),
    }
}

/// Waits for a process to end, and ends it after a time.
fn end_of(mut child: Child) -> std::io::Result<Option<ExitStatus>> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(LOOK);
    }
}

fn told(what: &str) -> anyhow::Error {
    Error::new(
        ErrorKind::Io,
        format!("the certificates are renewed, and the command of --reload {what}"),
    )
    .with_hint(
        "the next certwright renew runs it again; until then the old certificates may be served",
    )
    .into()
}

#[cfg(unix)]
type Signal = rustix::process::Signal;
#[cfg(not(unix))]
type Signal = std::convert::Infallible;

#[cfg(unix)]
fn signal(name: &str) -> Result<Signal, String> {
    let name = name.to_ascii_uppercase();
    let known = [
        ("HUP", Signal::HUP),
        ("USR1", Signal::USR1),
        ("USR2", Signal::USR2),
        ("QUIT", Signal::QUIT),
        ("TERM", Signal::TERM),
    ];
    let short = name.strip_prefix("SIG").unwrap_or(&name);
    let found = known.into_iter().find(|(known, _)| *known == short);
    found
        .map(|(_, signal)| signal)
        .ok_or_else(|| "it is none of HUP, USR1, USR2, QUIT, TERM".to_owned())
}

#[cfg(not(unix))]
fn signal(_: &str) -> Result<Signal, String> {
    Err("there are no signals on this system; use --reload".to_owned())
}

#[cfg(unix)]
fn send(signal: Signal, file: &std::path::Path) -> Result<()> {
    let bytes = certwright::files::read(file)?;
    let text = String::from_utf8_lossy(&bytes);
    let number = text
        .lines()
        .next()
        .and_then(|line| line.trim().parse().ok());
    // Nought and less mean groups of processes, and one is the system's first.
    let process = number.filter(|number: &i32| *number > 1);
    let Some(process) = process.and_then(rustix::process::Pid::from_raw) else {
        bail!(
            "{} does not begin with the number of a process",
            file.display()
        );
    };
    rustix::process::kill_process(process, signal).map_err(|source| {
        anyhow!(
            "the certificates are renewed, and process {} of {} cannot be told: {source}",
            process.as_raw_nonzero(),
            file.display()
        )
    })
}

#[cfg(not(unix))]
fn send(signal: Signal, _: &std::path::Path) -> Result<()> {
    match signal {}
}

/// Servers that let connections end before they start anew take a minute or two.
const PATIENCE: Duration = Duration::from_secs(10 * 60);
/// Nobody notices so little.
const LOOK: Duration = Duration::from_millis(20);
