//! For whom root runs: `sudo certwright trust` means the CA and the stores of who typed it.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::report::Exit;

/// The user who called sudo.
pub struct Invoker {
    /// Their name.
    pub user: String,
    /// Their home folder.
    pub home: PathBuf,
    uid: u32,
    gid: u32,
}

impl Invoker {
    /// Returns the user who called sudo; nothing unless root runs this, and for somebody else.
    pub fn find() -> Option<Self> {
        if !is_root() {
            return None;
        }
        let variable = |name: &str| std::env::var(name).ok();
        let uid = variable("SUDO_UID")?.parse().ok().filter(|uid| *uid != 0)?;
        let gid = variable("SUDO_GID")?.parse().ok()?;
        let accounts = std::fs::read_to_string("/etc/passwd").ok()?;
        let (user, home) = account(&accounts, uid)?;
        Some(Self {
            user,
            home,
            uid,
            gid,
        })
    }

    /// Has the whole command run by that user, in an environment that leads to nobody else's files, so
    /// that nothing in their home belongs to root. What needs root asks sudo for it again.
    pub fn run(&self, words: &[OsString]) -> Result<Exit> {
        let program = std::env::current_exe().context("this program cannot be found")?;
        let mut command = Command::new(program);
        command.args(words.iter().skip(1));
        #[cfg(unix)]
        if let Some(name) = words.first() {
            // A copy that is called mkcert goes by its name.
            std::os::unix::process::CommandExt::arg0(&mut command, name);
        }
        for name in LEADING {
            command.env_remove(name);
        }
        command
            .env("HOME", &self.home)
            .env("USER", &self.user)
            .env("LOGNAME", &self.user);
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt as _;
            command.uid(self.uid).gid(self.gid);
        }
        let status = command
            .status()
            .with_context(|| format!("cannot run certwright as {}", self.user))?;
        Ok(match status.code() {
            Some(0) => Exit::Yes,
            Some(1) => Exit::No,
            _ => Exit::Failed,
        })
    }
}

/// Tells whether root runs this.
pub fn is_root() -> bool {
    #[cfg(unix)]
    return rustix::process::geteuid().is_root();
    #[cfg(not(unix))]
    false
}

/// Finds the name and home folder of a user in the text of `/etc/passwd`.
fn account(accounts: &str, uid: u32) -> Option<(String, PathBuf)> {
    accounts.lines().find_map(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        let [name, _, id, _, _, home, _] = fields[..] else {
            return None;
        };
        (id.parse() == Ok(uid)).then(|| (name.to_owned(), PathBuf::from(home)))
    })
}

/// What sudo may pass on, and what would make the user's process look for another user again.
const LEADING: [&str; 5] = [
    "SUDO_GID",
    "SUDO_UID",
    "SUDO_USER",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_by_its_number() {
        let accounts =
            "root:x:0:0:root:/root:/bin/bash\nbroken\ndev:x:1000:1000::/home/dev:/bin/sh\n";
        assert_eq!(
            account(accounts, 1000),
            Some(("dev".to_owned(), PathBuf::from("/home/dev")))
        );
        assert_eq!(account(accounts, 7), None);
    }
}
