//! How files come to whom the server runs as: given away at once, or by lines to run.

use std::path::Path;

use certwright::files::{Holder, NewFile};
use certwright::servers::{File, Folder, Owner, Server};
use certwright::text::for_shell;

use crate::cli::invoker::is_root;
use crate::cli::ownership::{self, GROUPS, Ownership, USERS};

/// Where files are written and whose they become.
pub struct Handing<'a> {
    pub server: &'a Server,
    pub out_dir: &'a Path,
    pub deployed_to: Option<&'a Folder>,
    pub ownership: &'a Ownership,
    pub holder: Holder,
}

impl Handing<'_> {
    /// Returns a file as it is written. Unless it is given away, what is private is its writer's alone: the
    /// writer's group is not the server's.
    pub fn new_file(&self, file: &File) -> NewFile {
        let path = self.out_dir.join(&file.name);
        let mode = match (file.is_private(), self.ownership.is_given()) {
            (true, true) => self.holder.mode.or(Some(file.mode)),
            (true, false) => self.holder.mode,
            (false, true) => Some(file.mode),
            (false, false) => None,
        };
        NewFile {
            path,
            contents: file.contents.clone(),
            private: file.is_private(),
            holder: Holder {
                mode,
                ..self.holder
            },
        }
    }

    /// Returns the lines that are still to be run, each as part of a sentence.
    pub fn notes(&self, files: &[File]) -> Vec<String> {
        if let Some(folder) = self.deployed_to {
            let lines = files.iter().map(|file| self.install(file, folder));
            let lines = lines.map(|line| format!("to bring it there: {line}"));
            let has_free = files
                .iter()
                .any(|file| file.is_private() && file.owner.is_none());
            let user = has_free.then(|| format!("USER is who starts {}", self.server.name));
            return lines.chain(user).collect();
        }
        let private = files.iter().filter(|file| file.is_private());
        private
            .filter_map(|file| match file.owner {
                Some(owner) => (!self.suits(file, owner)).then(|| self.give(file, owner)),
                None => self.is_roots_alone().then(|| self.withheld(file)),
            })
            .collect()
    }

    /// Tells whether the private files can be read by root only.
    fn is_roots_alone(&self) -> bool {
        is_root() && !self.ownership.is_given()
    }

    /// What runs as whoever starts it is hardly ever started by root, and by systemd as another user.
    fn withheld(&self, file: &File) -> String {
        let path = self.out_dir.join(&file.name);
        format!(
            "root alone can read {}: --owner USER gives it to whom {} runs as, such as the User= of a systemd service",
            for_shell(&path.to_string_lossy()),
            self.server.name
        )
    }

    /// Tells whether the server can read a file as it was written.
    fn suits(&self, file: &File, owner: Owner) -> bool {
        let given = |number: Option<u32>, wanted: &str, list| match number {
            Some(number) => ownership::find(wanted, list).is_ok_and(|wanted| wanted == number),
            None => wanted == "root" && is_root(),
        };
        let mode = self.new_file(file).holder.mode.unwrap_or(0o600);
        let by_user = given(self.holder.user, owner.user, USERS);
        let by_group = given(self.holder.group, owner.group, GROUPS);
        by_user && (owner.user != "root" || owner.group == "root")
            || by_group && file.mode & mode & 0o040 != 0
    }

    fn give(&self, file: &File, owner: Owner) -> String {
        let path = self.out_dir.join(&file.name);
        let path = for_shell(&path.to_string_lossy());
        let (user, group, mode) = (owner.user, owner.group, file.mode);
        format!(
            "{} reads {path} as {user}:{group}: sudo chown {user}:{group} {path} && sudo chmod {mode:04o} {path}",
            self.server.name
        )
    }

    fn install(&self, file: &File, folder: &Folder) -> String {
        let path = self.out_dir.join(&file.name);
        let (user, group) = match file.owner {
            Some(Owner { user, group }) => (user, Some(group)),
            None if file.is_private() => ("USER", None),
            None => ("root", Some("root")),
        };
        let user = self.ownership.owner.as_deref().unwrap_or(user);
        let group = self.ownership.group.as_deref().or(group);
        let group = group.map_or_else(String::new, |group| format!(" -g {}", for_shell(group)));
        let mode = self.holder.mode.filter(|_| file.is_private());
        format!(
            "sudo install -D -o {}{group} -m {:04o} {} {}",
            for_shell(user),
            mode.unwrap_or(file.mode),
            for_shell(&path.to_string_lossy()),
            for_shell(&folder.file(&file.name))
        )
    }
}
