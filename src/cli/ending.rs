//! Being asked to end: a command that goes on finishes the step at which it is, and is done.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Whether somebody asked this process to end.
#[derive(Clone, Default)]
pub struct Ending(Arc<State>);

#[derive(Default)]
struct State {
    is_asked: AtomicBool,
    turn: Mutex<()>,
    told: Condvar,
}

impl Ending {
    /// Takes SIGTERM and SIGINT for this from here on. The second of them does what it does to every process:
    /// whoever is in a hurry is not kept waiting.
    #[cfg(unix)]
    pub fn on_signals() -> std::io::Result<Self> {
        use signal_hook::consts::{SIGINT, SIGTERM};
        use signal_hook::low_level::emulate_default_handler;
        let this = Self::default();
        let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
        let asked = this.clone();
        std::thread::spawn(move || {
            for signal in signals.forever() {
                if asked.ask() {
                    let _ = emulate_default_handler(signal);
                }
            }
        });
        Ok(this)
    }

    /// Elsewhere a process is ended, and not asked.
    #[cfg(not(unix))]
    pub fn on_signals() -> std::io::Result<Self> {
        Ok(Self::default())
    }

    /// Tells whether it is to end.
    pub fn is_asked(&self) -> bool {
        self.0.is_asked.load(Ordering::SeqCst)
    }

    /// Waits for so long, or until it is to end.
    pub fn wait(&self, time: Duration) {
        let turn = self.0.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = self
            .0
            .told
            .wait_timeout_while(turn, time, |()| !self.is_asked());
    }

    /// Asks for it, and tells whether that was done before.
    #[cfg(unix)]
    fn ask(&self) -> bool {
        let turn = self.0.turn.lock();
        let before = self.0.is_asked.swap(true, Ordering::SeqCst);
        drop(turn);
        self.0.told.notify_all();
        before
    }
}
