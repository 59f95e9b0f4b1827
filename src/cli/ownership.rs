//! To whom files are given: users and groups by their names.

use std::path::Path;

use anyhow::Result;
use clap::Args;

use certwright::error::{Error, ErrorKind};
use certwright::files::{Holder, NewFile};

use super::invoker::is_root;

/// Owner, group and mode of the files that are written.
#[derive(Args, Clone)]
pub struct Ownership {
    /// Give the files to a user, by name or number (as root)
    #[arg(long, value_name = "USER")]
    pub owner: Option<String>,

    /// Give the files to a group, by name or number (as root)
    #[arg(long, value_name = "GROUP")]
    pub group: Option<String>,

    /// Mode of the files that hold a secret, such as 0640
    #[arg(long, value_name = "MODE", value_parser = mode)]
    pub mode: Option<u32>,
}

impl Ownership {
    /// Returns to whom files are given, with the mode if one was named.
    ///
    /// Fails for names that this machine does not know, and unless root runs this.
    pub fn holder(&self) -> Result<Holder> {
        let holder = self.numbered()?;
        if self.is_given() && !is_root() {
            return Err(Error::new(ErrorKind::NotWritable, "only root gives files to others")
                .with_hint("run it with sudo, or leave out --owner and --group, and do as the notes say")
                .into());
        }
        Ok(holder)
    }

    /// Returns whose files are called in an archive, which anybody may write.
    ///
    /// Fails for names that this machine does not know.
    pub fn numbered(&self) -> Result<Holder> {
        let number =
            |name: &Option<String>, list| name.as_deref().map(|name| find(name, list)).transpose();
        Ok(Holder {
            user: number(&self.owner, USERS)?,
            group: number(&self.group, GROUPS)?,
            mode: self.mode,
        })
    }

    /// Gives files to whom they are to belong; the mode is for those that hold a secret.
    ///
    /// Fails as [`Self::holder`] does.
    pub fn of_files(&self, files: Vec<NewFile>) -> Result<Vec<NewFile>> {
        self.holder().map(|holder| given(files, holder))
    }

    /// The same for the files of an archive.
    ///
    /// Fails as [`Self::numbered`] does.
    pub fn of_entries(&self, files: Vec<NewFile>) -> Result<Vec<NewFile>> {
        self.numbered().map(|holder| given(files, holder))
    }

    /// Returns the names of user and group, as far as names were said.
    pub fn names(&self) -> [Option<&str>; 2] {
        [&self.owner, &self.group].map(|said| {
            let said = said.as_deref();
            said.filter(|said| said.parse::<u32>().is_err())
        })
    }

    /// Tells whether the files go to somebody else.
    pub fn is_given(&self) -> bool {
        self.owner.is_some() || self.group.is_some()
    }
}

fn given(mut files: Vec<NewFile>, holder: Holder) -> Vec<NewFile> {
    for file in &mut files {
        file.holder = Holder {
            mode: holder.mode.filter(|_| file.private),
            ..holder
        };
    }
    files
}

/// Finds the number that a list of accounts gives to a name. Other directories are not asked.
pub fn find(name: &str, list: &'static str) -> Result<u32> {
    match name.parse() {
        // chown(2): it stands for the owner that a file has.
        Ok(u32::MAX) => {}
        Ok(number) => return Ok(number),
        Err(_) => {}
    }
    let accounts = std::fs::read_to_string(Path::new(list)).unwrap_or_default();
    number(&accounts, name).ok_or_else(|| {
        Error::new(ErrorKind::NotFound, format!("{list} knows no \"{name}\""))
            .with_hint("give the number: id -u USER, or getent group GROUP")
            .into()
    })
}

/// The third field of `/etc/passwd` and of `/etc/group` alike.
fn number(accounts: &str, name: &str) -> Option<u32> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next() == Some(name)).then(|| fields.nth(1)?.parse().ok())?
    })
}

/// A secret is never for everybody.
fn mode(text: &str) -> Result<u32, String> {
    let mode =
        u32::from_str_radix(text, 8).map_err(|_| "write it in octal, such as 0640".to_owned())?;
    match mode {
        _ if mode & 0o400 == 0 || mode > 0o777 => {
            Err("the owner has to read it, as with 0640".to_owned())
        }
        _ if mode & 0o007 != 0 => Err(format!("{mode:04o} lets everybody read a secret; use 0640")),
        _ => Ok(mode),
    }
}

/// The lists of users and of groups.
pub const USERS: &str = "/etc/passwd";
pub const GROUPS: &str = "/etc/group";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_numbers() {
        let accounts = "root:x:0:0:root:/root:/bin/bash\nbroken\nwww-data:x:33:\n";
        assert_eq!(number(accounts, "root"), Some(0));
        assert_eq!(number(accounts, "www-data"), Some(33));
        for unknown in ["broken", "www", ""] {
            assert_eq!(number(accounts, unknown), None, "{unknown}");
        }
    }

    #[test]
    fn what_stands_for_nobody_is_no_number() {
        assert!(find("4294967295", "/etc/passwd").is_err());
        assert_eq!(find("4294967294", "/etc/passwd").ok(), Some(4_294_967_294));
    }

    #[test]
    fn modes_keep_secrets() {
        assert_eq!(mode("640"), Ok(0o640));
        assert_eq!(mode("0400"), Ok(0o400));
        for bad in [
            "",
            "644",
            "0641",
            "040",
            "u+r",
            "1600",
            "-1",
            "99999999999999",
        ] {
            assert!(mode(bad).is_err(), "{bad}");
        }
    }
}
