//! What changes the disk, step by step, so that a test can stop it or let it fail at any step.

use std::fs::{self, File, OpenOptions};
use std::io::{Result, Seek as _, Write as _};
use std::path::Path;

use super::Holder;

/// Makes a file that was not there; a private one is its owner's alone from the first byte. Others never write
/// to any, whatever the umask: a root that is trusted is not everybody's to replace.
pub fn create(path: &Path, private: bool) -> Result<File> {
    growth()?;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if private { 0o600 } else { 0o644 });
    #[cfg(not(unix))]
    let _ = private;
    options.open(path)
}

/// Gives a file away, before anything is in it.
pub fn give(file: &File, holder: Holder) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{PermissionsExt as _, fchown};
        if holder.user.is_some() || holder.group.is_some() {
            step()?;
            fchown(file, holder.user, holder.group)?;
        }
        // After that, since it clears bits of the mode.
        if let Some(mode) = holder.mode {
            step()?;
            file.set_permissions(fs::Permissions::from_mode(mode))?;
        }
        Ok(())
    }
    #[cfg(not(unix))]
    match holder == Holder::default() {
        true => Ok(()),
        false => Err(std::io::ErrorKind::Unsupported.into()),
    }
}

/// When what is written has to outlive a power cut.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Flush {
    /// At once.
    Now,
    /// When all that is written until then is made durable [together](super::together).
    Later,
}

/// Writes what a file is to hold, and makes it durable.
pub fn fill(file: &mut File, contents: &[u8], flush: Flush) -> Result<()> {
    #[cfg(test)]
    faults::write(file, contents)?;
    file.rewind()?;
    file.set_len(0)?;
    file.write_all(contents)?;
    match flush {
        Flush::Later => Ok(()),
        Flush::Now => sync(file),
    }
}

/// Renames a file, replacing what is there.
pub fn rename(from: &Path, to: &Path) -> Result<()> {
    step()?;
    fs::rename(from, to)
}

/// Gives a file a second name, which must be free.
pub fn link(from: &Path, to: &Path) -> Result<()> {
    growth()?;
    fs::hard_link(from, to)
}

/// Makes a name that leads to another path; it must be free.
pub fn symlink(target: &Path, at: &Path) -> Result<()> {
    growth()?;
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(target, at)
    }
    #[cfg(not(unix))]
    {
        let _ = (target, at);
        Err(std::io::ErrorKind::Unsupported.into())
    }
}

/// Removes a file.
pub fn remove(path: &Path) -> Result<()> {
    step()?;
    fs::remove_file(path)
}

/// Makes a folder that was not there.
pub fn make_folder(path: &Path) -> Result<()> {
    growth()?;
    fs::create_dir(path)
}

/// Lets others enter a folder.
pub fn admit_all(path: &Path) -> Result<()> {
    step()?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o755))
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        Ok(())
    }
}

/// Removes a folder that holds nothing.
pub fn remove_folder(path: &Path) -> Result<()> {
    step()?;
    fs::remove_dir(path)
}

/// Waits until what was written would outlive a power cut.
pub fn sync(file: &File) -> Result<()> {
    // No test cuts the power, and thousands of kills would wait.
    if cfg!(test) { Ok(()) } else { file.sync_all() }
}

#[cfg(not(test))]
fn step() -> Result<()> {
    Ok(())
}

#[cfg(not(test))]
fn growth() -> Result<()> {
    Ok(())
}

#[cfg(test)]
use faults::{growth, step};

/// Steps that go wrong on purpose.
#[cfg(test)]
pub mod faults {
    use std::cell::RefCell;
    use std::fs::File;
    use std::io::{ErrorKind, Result, Seek as _, Write as _};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    thread_local! {
        static FAULTS: RefCell<Arc<Faults>> = RefCell::default();
    }

    /// What is to go wrong with what a test runs, in whatever threads, and how many steps were taken.
    #[derive(Default)]
    struct Faults {
        failing: Vec<(usize, usize)>,
        full: Option<usize>,
        taken: AtomicUsize,
    }

    /// Runs something that is killed at a step: nothing that it does after that has any effect.
    /// Returns how many steps it took or tried to take.
    pub fn killed_at<T>(step: usize, run: impl FnOnce() -> T) -> (T, usize) {
        failing(&[(step, usize::MAX)], run)
    }

    /// Runs something of which some steps fail, from each first up to a last. Returns how many it took or tried to take.
    pub fn failing<T>(steps: &[(usize, usize)], run: impl FnOnce() -> T) -> (T, usize) {
        let failing = steps.to_vec();
        with(
            Faults {
                failing,
                ..Faults::default()
            },
            run,
        )
    }

    /// Runs something for which there is no room any more from a step on: what is there can be removed and renamed.
    /// Returns how many steps it took or tried to take.
    pub fn full_at<T>(step: usize, run: impl FnOnce() -> T) -> (T, usize) {
        let full = Some(step);
        with(
            Faults {
                full,
                ..Faults::default()
            },
            run,
        )
    }

    fn with<T>(faults: Faults, run: impl FnOnce() -> T) -> (T, usize) {
        let faults = Arc::new(faults);
        FAULTS.set(faults.clone());
        let result = run();
        FAULTS.take();
        (result, faults.taken.load(SeqCst))
    }

    /// Has what goes wrong in this thread go wrong in those that do some of its work.
    pub fn following(labour: impl Fn() + Sync) -> impl Fn() + Sync {
        let faults = FAULTS.with_borrow(Arc::clone);
        move || {
            FAULTS.set(faults.clone());
            labour();
        }
    }

    /// Takes a step that needs no room.
    pub fn step() -> Result<()> {
        take(|faults, now| faults.is_failing(now))
    }

    /// Takes a step that needs some.
    pub fn growth() -> Result<()> {
        take(|faults, now| faults.is_failing(now) || faults.full.is_some_and(|full| full <= now))
    }

    /// Takes the step of a write, which leaves a part where it fails.
    pub fn write(file: &mut File, contents: &[u8]) -> Result<()> {
        let mut is_torn = false;
        let taken = take(|faults, now| {
            let is_full = !contents.is_empty() && faults.full.is_some_and(|full| full <= now);
            // Whoever is killed writes nothing after.
            is_torn = is_full || faults.failing.iter().any(|(from, _)| *from == now);
            is_full || faults.is_failing(now)
        });
        if is_torn {
            file.rewind().unwrap();
            file.set_len(0).unwrap();
            file.write_all(&contents[..contents.len() / 2]).unwrap();
        }
        taken
    }

    fn take(fails: impl FnOnce(&Faults, usize) -> bool) -> Result<()> {
        FAULTS.with_borrow(|faults| {
            let now = faults.taken.fetch_add(1, SeqCst);
            match fails(faults, now) {
                true => Err(ErrorKind::StorageFull.into()),
                false => Ok(()),
            }
        })
    }

    impl Faults {
        fn is_failing(&self, now: usize) -> bool {
            let mut failing = self.failing.iter();
            failing.any(|(from, to)| (*from..*to).contains(&now))
        }
    }
}
