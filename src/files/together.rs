//! What many files hold, made durable at once: to ask for hundreds of files one by one takes much longer, and most of
//! the processor's time.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;

use super::disk::Flush;
use super::place::or_here;
use crate::error::{Error, Result};

/// File systems, each by a folder that was opened before anything was written there; none where files are made durable
/// one by one.
#[derive(Debug)]
pub struct Together<'a>(Vec<(&'a Path, File)>);

impl<'a> Together<'a> {
    /// Opens what files are to be written to at these places: a system tells only what failed since then.
    ///
    /// It is none for a few files, since all that others have written would be waited for too, and where the
    /// system would not tell that something failed.
    pub fn begin(places: impl IntoIterator<Item = &'a Path>) -> Self {
        let (mut count, mut folders) = (0, BTreeSet::new());
        for place in places {
            count += 1;
            folders.extend(place.parent());
        }
        // No test cuts the power.
        if cfg!(test) || count < MANY || !kernel_tells() {
            return Self(Vec::new());
        }
        Self(Self::systems(folders).unwrap_or_default())
    }

    /// Opens the file systems of folders; none if one of them does not tell, or a folder may be written to and not
    /// looked into.
    fn systems(folders: BTreeSet<&'a Path>) -> Option<Vec<(&'a Path, File)>> {
        let mut systems = Vec::new();
        let mut known = BTreeSet::new();
        for folder in folders {
            let opened = File::open(or_here(folder)).ok()?;
            if known.insert(told(&opened).ok()??) {
                systems.push((folder, opened));
            }
        }
        Some(systems)
    }

    /// When each file is to be durable by itself.
    pub fn flush(&self) -> Flush {
        match self.0.is_empty() {
            true => Flush::Now,
            false => Flush::Later,
        }
    }

    /// Waits until what was written would outlive a power cut.
    pub fn sync(&self) -> Result<()> {
        for (folder, system) in &self.0 {
            #[cfg(target_os = "linux")]
            let synced = rustix::fs::syncfs(system).map_err(Into::into);
            #[cfg(not(target_os = "linux"))]
            let synced = system.sync_all();
            synced.map_err(|source| Error::io("write", folder, &source))?;
        }
        Ok(())
    }
}

/// The number of the file system that a folder is in, if it is one that tells what failed.
#[cfg(target_os = "linux")]
fn told(folder: &File) -> std::io::Result<Option<u64>> {
    let kind = u32::try_from(rustix::fs::fstatfs(folder)?.f_type);
    let number = std::os::unix::fs::MetadataExt::dev(&folder.metadata()?);
    let is_told = kind.is_ok_and(|kind| TELLING.contains(&kind));
    Ok(is_told.then_some(number))
}

/// Elsewhere nothing makes all files of a system durable at once.
#[cfg(not(target_os = "linux"))]
fn told(_: &File) -> std::io::Result<Option<u64>> {
    Ok(None)
}

/// Tells whether the kernel says what could not be written.
#[cfg(target_os = "linux")]
fn kernel_tells() -> bool {
    release_tells(&rustix::system::uname().release().to_string_lossy())
}

#[cfg(not(target_os = "linux"))]
fn kernel_tells() -> bool {
    false
}

/// Tells it by the kernel's release: syncfs(2) says what failed since Linux 5.8, by its manual.
#[cfg(target_os = "linux")]
fn release_tells(release: &str) -> bool {
    let mut numbers = release.split(|c: char| !c.is_ascii_digit());
    let mut next = || numbers.next().and_then(|number| number.parse::<u32>().ok());
    (next(), next()) >= (Some(5), Some(8))
}

/// As many as are made durable one by one in the time that a disk takes for all that is unwritten on a quiet system.
const MANY: usize = 64;
/// File systems whose faults syncfs(2) tells, by their numbers in Linux's `magic.h`: ext4, XFS, Btrfs, F2FS, and
/// tmpfs, which has none. FUSE (until Linux 5.14) and overlays do not pass on that it was called, or what it found.
#[cfg(target_os = "linux")]
const TELLING: [u32; 5] = [0xEF53, 0x5846_5342, 0x9123_683E, 0xF2F5_2010, 0x0102_1994];

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn kernels_that_tell_nothing_are_known() {
        for release in ["5.8.0-rc1", "5.10", "6.18.44-fc-v669", "10.0"] {
            assert!(release_tells(release), "{release}");
        }
        for release in ["5.7.19-arch1", "4.18.0-553.el8_10.x86_64", "5", "", "next"] {
            assert!(!release_tells(release), "{release}");
        }
    }
}
