//! Where files, standard input and passwords come from.

use std::fs::File;
use std::io::{BufRead, BufReader, IsTerminal as _, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use anyhow::{Result, bail};
use certwright::bundle;
use certwright::cert::Certificate;
use certwright::document::Sections;
use certwright::error::{Error, ErrorKind};
use certwright::files;
use certwright::key::{Password, PrivateKey};
use certwright::text::Escaped;
use zeroize::Zeroizing;

#[cfg(unix)]
use super::awaited::Awaited;
use super::ending::Ending;
#[cfg(unix)]
use super::heard::Heard;

/// Reads what arguments name. Standard input is read once.
#[derive(Default)]
pub struct Input {
    stdin_taken: AtomicBool,
}

impl Input {
    /// Reads a file, or standard input for `-`.
    pub fn read(&self, path: &Path) -> Result<Zeroizing<Vec<u8>>> {
        if path != Path::new("-") {
            return Ok(files::read(path)?);
        }
        self.take_stdin()?;
        let read = files::read_bounded(std::io::stdin().lock());
        Ok(read.map_err(|source| Error::io("read", Path::new("standard input"), &source))?)
    }

    /// Opens a file, or standard input for `-`, to be read as far as it is wanted.
    #[cfg(not(unix))]
    fn open(&self, path: &Path) -> Result<Box<dyn Read + Send>> {
        if path != Path::new("-") {
            let file = File::open(path).map_err(|source| Error::io("read", path, &source))?;
            return Ok(Box::new(file));
        }
        self.take_stdin()?;
        Ok(Box::new(std::io::stdin()))
    }

    /// Opens it to be read as long as somebody reads standard output.
    #[cfg(unix)]
    pub fn open_heard(&self, path: &Path) -> Result<Box<dyn Read + Send>> {
        Ok(Box::new(Heard::new(self.unbuffered(path)?)))
    }

    /// Elsewhere it is found out by writing that nobody does.
    #[cfg(not(unix))]
    pub fn open_heard(&self, path: &Path) -> Result<Box<dyn Read + Send>> {
        self.open(path)
    }

    /// Opens it without the buffer that others share, in which it would not be seen that something came.
    #[cfg(unix)]
    fn unbuffered(&self, path: &Path) -> Result<File> {
        use std::os::fd::AsFd as _;
        let failed = |source| Error::io("read", Path::new(&source_name(path)), &source);
        if path != Path::new("-") {
            return Ok(File::open(path).map_err(failed)?);
        }
        self.take_stdin()?;
        let stdin = std::io::stdin().as_fd().try_clone_to_owned();
        Ok(stdin.map_err(failed)?.into())
    }

    /// Opens it to be read line by line, until somebody asks to end.
    #[cfg(unix)]
    pub fn lines(&self, path: &Path, ending: &Ending) -> Result<Box<dyn BufRead + Send>> {
        let lines = Awaited::new(self.unbuffered(path)?, ending.clone());
        Ok(Box::new(BufReader::new(lines)))
    }

    /// Elsewhere nobody is asked to end.
    #[cfg(not(unix))]
    pub fn lines(&self, path: &Path, _: &Ending) -> Result<Box<dyn BufRead + Send>> {
        Ok(Box::new(BufReader::new(self.open(path)?)))
    }

    /// Counts the lines of a file that are neither empty nor begin with `#`; not of what can be read only once.
    pub fn count_lines(&self, path: &Path) -> Option<u64> {
        let is_plain = path.metadata().is_ok_and(|there| there.is_file());
        let file = File::open(path).ok().filter(|_| is_plain)?;
        let (mut lines, mut is_begun) = (0, false);
        for byte in BufReader::new(file).bytes().map_while(Result::ok) {
            match byte {
                b'\n' => is_begun = false,
                _ if is_begun || byte.is_ascii_whitespace() => {}
                _ => {
                    lines += u64::from(byte != b'#');
                    is_begun = true;
                }
            }
        }
        Some(lines)
    }

    fn take_stdin(&self) -> Result<()> {
        if self.stdin_taken.swap(true, Relaxed) {
            bail!("standard input can be read once, and two arguments name it");
        }
        Ok(())
    }

    /// Finds the parts of a file, and takes containers apart; asks for the password of one if it is
    /// needed and there is a terminal.
    pub fn sections<'b>(
        &self,
        bytes: &'b [u8],
        source: &str,
        password: Option<&Password>,
    ) -> Result<Sections<'b>> {
        let what = format!("Password of {source}");
        self.unlock(password.cloned(), &what, |password| {
            bundle::sections(bytes, password).map_err(|error| error.about(source))
        })
    }

    /// Reads the first line of a password file.
    pub fn password_file(&self, path: &Path) -> Result<Password> {
        let bytes = self.read(path)?;
        let line = bytes
            .split(|byte| *byte == b'\n')
            .next()
            .unwrap_or_default();
        Ok(Password::new(line.strip_suffix(b"\r").unwrap_or(line)))
    }

    /// Reads the password that an argument names the file of, if it was given.
    pub fn given_password(&self, file: Option<&Path>) -> Result<Option<Password>> {
        file.map(|file| self.password_file(file)).transpose()
    }

    /// Reads a private key, of a container too; asks for its password if it needs one and there is a terminal.
    pub fn private_key(&self, path: &Path, password_file: Option<&Path>) -> Result<PrivateKey> {
        let given = self.given_password(password_file)?;
        self.private_key_under(path, given.as_ref())
    }

    /// Reads a private key whose password was read before.
    pub fn private_key_under(&self, path: &Path, given: Option<&Password>) -> Result<PrivateKey> {
        let bytes = self.read(path)?;
        let what = format!("Password of {}", path.display());
        self.unlock(given.cloned(), &what, |password| {
            bundle::private_key(&bytes, password).map_err(|error| error.about(path.display()))
        })
    }

    /// Reads the certificates of a file; asks for the password of a container if there is a terminal.
    pub fn certificates(
        &self,
        path: &Path,
        password: Option<&Password>,
    ) -> Result<Vec<Certificate>> {
        let bytes = self.read(path)?;
        let what = format!("Password of {}", path.display());
        self.unlock(password.cloned(), &what, |password| {
            bundle::certificates(&bytes, password).map_err(|error| error.about(source_name(path)))
        })
    }

    /// Opens something, with a password only if it needs one.
    pub fn unlock<T>(
        &self,
        given: Option<Password>,
        what: &str,
        open: impl Fn(Option<&Password>) -> Result<T, Error>,
    ) -> Result<T> {
        match open(given.as_ref()) {
            Err(error) if error.kind() == ErrorKind::PasswordNeeded => match self.ask(what)? {
                Some(password) => Ok(open(Some(&password))?),
                None => Err(error.into()),
            },
            other => Ok(other?),
        }
    }

    /// Asks for a password, if there is a terminal.
    pub fn ask(&self, what: &str) -> Result<Option<Password>> {
        let answer = self
            .can_ask()
            .then(|| rpassword::prompt_password(format!("{what}: ")));
        Ok(answer.transpose()?.map(Password::new))
    }

    /// Gets the password for something to be encrypted: from a file, or by asking twice.
    ///
    /// `flag` is the one that names the file.
    pub fn new_password(
        &self,
        password_file: Option<&Path>,
        what: &str,
        flag: &str,
    ) -> Result<Password> {
        if let Some(file) = password_file {
            return self.password_file(file);
        }
        if !self.can_ask() {
            let needed = Error::new(
                ErrorKind::PasswordNeeded,
                format!("there is no terminal to ask for the {what} on"),
            )
            .with_hint(format!("give it with {flag} FILE, or - for standard input"));
            return Err(needed.into());
        }
        let ask = |what: &str| rpassword::prompt_password(what).map(Password::new);
        let first = ask(&format!("New {what}: "))?;
        if first.as_bytes() != ask(&format!("New {what}, again: "))?.as_bytes() {
            bail!("the two passwords differ");
        }
        Ok(first)
    }

    /// Nothing is asked where nobody can answer.
    pub fn can_ask(&self) -> bool {
        !self.stdin_taken.load(Relaxed)
            && std::io::stdin().is_terminal()
            && std::io::stderr().is_terminal()
    }
}

/// Returns how a file that is read is named in reports.
pub fn source_name(path: &Path) -> String {
    if path == Path::new("-") {
        "standard input".to_owned()
    } else {
        shown(path)
    }
}

/// Returns a path as text that is safe to show: whoever filled a folder chose the names in it.
pub fn shown(path: &Path) -> String {
    Escaped(&path.to_string_lossy()).to_string()
}
