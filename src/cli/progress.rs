//! How far a long command has come, told on standard error.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

/// Tells how many of many things are done: on a terminal in one line that changes, else in a line from time
/// to time.
pub struct Progress {
    /// What the things are called.
    what: &'static str,
    /// How many there are, if that is known.
    total: Option<u64>,
    started: Instant,
    told: Instant,
    kind: Kind,
    /// Whether the line stands on the terminal.
    shown: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Bar,
    Lines,
    Silent,
}

impl Progress {
    /// Begins, with nothing done.
    pub fn new(what: &'static str, total: Option<u64>, quiet: bool) -> Self {
        let now = Instant::now();
        Self {
            what,
            total,
            started: now,
            told: now,
            kind: match std::io::stderr().is_terminal() {
                _ if quiet => Kind::Silent,
                true => Kind::Bar,
                false => Kind::Lines,
            },
            shown: false,
        }
    }

    /// Tells how many are done, unless that was told just now.
    pub fn tell(&mut self, done: u64) {
        let pause = match self.kind {
            Kind::Bar => BAR,
            Kind::Lines => LINES,
            Kind::Silent => return,
        };
        if self.told.elapsed() < pause {
            return;
        }
        self.told = Instant::now();
        let told = told(self.what, done, self.total, self.started.elapsed());
        let mut out = std::io::stderr().lock();
        // Who cannot read how far it is can do without.
        let _ = match self.kind {
            Kind::Bar => write!(out, "\r\x1b[K{told}").and_then(|()| out.flush()),
            _ => writeln!(out, "{told}"),
        };
        self.shown = self.kind == Kind::Bar;
    }

    /// Makes way for other lines.
    pub fn hide(&mut self) {
        if self.shown {
            let mut out = std::io::stderr().lock();
            let _ = write!(out, "\r\x1b[K").and_then(|()| out.flush());
            self.shown = false;
        }
    }

    /// How long it has taken.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.hide();
    }
}

fn told(what: &str, done: u64, total: Option<u64>, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64().max(0.001);
    let rate = done as f64 / seconds;
    let so_far = match total {
        Some(total) => format!("{done} of {total} {what}"),
        None => format!("{done} {what}"),
    };
    let rate_told = match rate {
        rate if rate >= 10.0 => format!("{rate:.0} a second"),
        rate => format!("{rate:.1} a second"),
    };
    let left = total.map(|total| total.saturating_sub(done) as f64 / rate);
    match left.filter(|left| left.is_finite() && done > 0) {
        Some(left) => format!("{so_far}, {rate_told}, {} left", span(left)),
        None => format!("{so_far}, {rate_told}"),
    }
}

/// A length of time, as exactly as anybody wants to know.
pub fn span(seconds: f64) -> String {
    match seconds.round() {
        seconds if seconds < 120.0 => format!("{seconds} s"),
        seconds if seconds < 7200.0 => format!("{} min", (seconds / 60.0).round()),
        seconds => format!("{} h", (seconds / 3600.0).round()),
    }
}

/// As often as eyes follow.
const BAR: Duration = Duration::from_millis(100);
/// As often as a log bears.
const LINES: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_and_the_time_left_are_told() {
        let told =
            |done, total, seconds| told("certificates", done, total, Duration::from_secs(seconds));
        assert_eq!(
            told(500, Some(2000), 10),
            "500 of 2000 certificates, 50 a second, 30 s left"
        );
        assert_eq!(
            told(3, Some(1000), 10),
            "3 of 1000 certificates, 0.3 a second, 55 min left"
        );
        assert_eq!(told(500, None, 10), "500 certificates, 50 a second");
        assert_eq!(told(0, Some(10), 0), "0 of 10 certificates, 0.0 a second");
        assert_eq!(span(1e6), "278 h");
    }
}
