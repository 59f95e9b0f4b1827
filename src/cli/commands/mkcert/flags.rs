//! mkcert's flags, by the rules of Go's package `flag`, which are not those of other commands here.
//!
//! One hyphen or two make no difference; a value stands behind `=` or in the next word; a switch takes
//! one behind `=` only; the first word that is no flag ends them, and so does `--`.

use std::ffi::OsString;

/// What a command line of mkcert's says.
#[derive(Debug, Default, Eq, PartialEq)]
pub struct Flags {
    pub install: bool,
    pub uninstall: bool,
    pub pkcs12: bool,
    pub ecdsa: bool,
    pub client: bool,
    pub help: bool,
    pub version: bool,
    pub caroot: bool,
    pub csr: Option<OsString>,
    pub cert_file: Option<OsString>,
    pub key_file: Option<OsString>,
    pub p12_file: Option<OsString>,
    pub names: Vec<OsString>,
}

/// Why a command line says nothing.
#[derive(Debug, Eq, PartialEq)]
pub enum Misuse {
    /// It asks for the short usage.
    ShortHelp,
    /// It is not of mkcert's form.
    Form(String),
}

impl Flags {
    /// Reads the words after the program's name.
    pub fn parse(words: &[OsString]) -> Result<Self, Misuse> {
        let mut flags = Self::default();
        let mut rest = words.iter();
        while let Some(word) = rest.as_slice().first() {
            let Some(flag) = flag(word)? else { break };
            rest.next();
            let Some((name, value)) = flag else { break };
            if let Some(switch) = flags.switch(&name) {
                *switch = boolean(&name, value.as_deref())?;
            } else if let Some(place) = flags.value(&name) {
                let value = value.map(OsString::from).or_else(|| rest.next().cloned());
                let value =
                    value.ok_or_else(|| Misuse::Form(format!("the flag -{name} takes a value")))?;
                *place = Some(value).filter(|value| !value.is_empty());
            } else if name == "h" {
                return Err(Misuse::ShortHelp);
            } else {
                return Err(Misuse::Form(format!("mkcert has no flag -{name}")));
            }
        }
        flags.names = rest.cloned().collect();
        Ok(flags)
    }

    /// Says which of the flags do not go together.
    pub fn conflict(&self) -> Option<&'static str> {
        let changes = self.install || self.uninstall;
        if self.caroot && changes {
            return Some("-CAROOT goes with neither -install nor -uninstall");
        }
        if self.caroot {
            // It prints the folder, and nothing else is looked at.
            return None;
        }
        if self.install && self.uninstall {
            return Some("-install and -uninstall do not go together");
        }
        if self.csr.is_some() && (self.pkcs12 || self.ecdsa || self.client) {
            return Some("with -csr only -install and -cert-file go together");
        }
        if self.csr.is_some() && !self.names.is_empty() {
            return Some("-csr takes the names from the request, and none beside it");
        }
        None
    }

    fn switch(&mut self, name: &str) -> Option<&mut bool> {
        Some(match name {
            "install" => &mut self.install,
            "uninstall" => &mut self.uninstall,
            "pkcs12" => &mut self.pkcs12,
            "ecdsa" => &mut self.ecdsa,
            "client" => &mut self.client,
            "help" => &mut self.help,
            "version" => &mut self.version,
            "CAROOT" => &mut self.caroot,
            _ => return None,
        })
    }

    fn value(&mut self, name: &str) -> Option<&mut Option<OsString>> {
        Some(match name {
            "csr" => &mut self.csr,
            "cert-file" => &mut self.cert_file,
            "key-file" => &mut self.key_file,
            "p12-file" => &mut self.p12_file,
            _ => return None,
        })
    }
}

/// The name of a flag, and its value if that stands in the same word.
type Flag = (String, Option<String>);

/// Takes a word for a flag: nothing if it is none, `Some(None)` if it ends them.
fn flag(word: &OsString) -> Result<Option<Option<Flag>>, Misuse> {
    let Some(text) = word.to_str() else {
        return match word.to_string_lossy().starts_with('-') {
            true => Err(Misuse::Form(format!(
                "{} is not Unicode",
                word.to_string_lossy()
            ))),
            false => Ok(None),
        };
    };
    if text == "--" {
        return Ok(Some(None));
    }
    let Some(name) = text.strip_prefix('-').filter(|name| !name.is_empty()) else {
        return Ok(None);
    };
    let name = name.strip_prefix('-').unwrap_or(name);
    if name.starts_with(['-', '=']) {
        return Err(Misuse::Form(format!("{text} is no flag")));
    }
    Ok(Some(Some(match name.split_once('=') {
        Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
        None => (name.to_owned(), None),
    })))
}

/// The words that Go's `strconv.ParseBool` takes.
fn boolean(name: &str, value: Option<&str>) -> Result<bool, Misuse> {
    match value {
        None | Some("1" | "t" | "T" | "TRUE" | "true" | "True") => Ok(true),
        Some("0" | "f" | "F" | "FALSE" | "false" | "False") => Ok(false),
        Some(other) => Err(Misuse::Form(format!(
            "-{name} is true or false, and not \"{other}\""
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Flags, Misuse> {
        Flags::parse(&words.iter().map(OsString::from).collect::<Vec<_>>())
    }

    fn names(words: &[&str]) -> Vec<OsString> {
        parse(words).unwrap().names
    }

    #[test]
    fn one_hyphen_or_two_and_both_ways_to_give_a_value() {
        for words in [
            ["-ecdsa", "-cert-file", "a", "x"],
            ["--ecdsa=true", "--cert-file", "a", "x"],
            ["-ecdsa=T", "--cert-file", "a", "x"],
        ] {
            let flags = parse(&words).unwrap();
            assert!(flags.ecdsa, "{words:?}");
            assert_eq!(flags.cert_file, Some("a".into()));
            assert_eq!(flags.names, ["x"]);
        }
        let flags = parse(&["-cert-file=a=b", "-key-file=", "-csr", "-client"]).unwrap();
        assert_eq!(flags.cert_file, Some("a=b".into()));
        assert_eq!(flags.key_file, None);
        assert_eq!(flags.csr, Some("-client".into()));
        assert!(!parse(&["-client", "-client=false"]).unwrap().client);
    }

    #[test]
    fn the_first_name_ends_the_flags() {
        assert_eq!(names(&["x", "-ecdsa"]), ["x", "-ecdsa"]);
        assert_eq!(names(&["--", "-ecdsa"]), ["-ecdsa"]);
        assert_eq!(names(&["-ecdsa", "--", "--"]), ["--"]);
        assert_eq!(names(&["-", "-ecdsa"]), ["-", "-ecdsa"]);
        assert_eq!(names(&["", "-ecdsa"]), ["", "-ecdsa"]);
    }

    #[test]
    fn what_is_no_flag_is_named() {
        assert_eq!(parse(&["-h"]), Err(Misuse::ShortHelp));
        for (words, named) in [
            (&["-bogus"][..], "-bogus"),
            (&["-ecdsa=maybe"], "maybe"),
            (&["-Install"], "-Install"),
            (&["-cert-file"], "-cert-file"),
            (&["---install"], "---install"),
            (&["-=x"], "-=x"),
        ] {
            match parse(words) {
                Err(Misuse::Form(told)) => assert!(told.contains(named), "{told}"),
                other => panic!("{words:?}: {other:?}"),
            }
        }
    }

    #[test]
    fn some_flags_do_not_go_together() {
        for words in [
            &["-install", "-uninstall"][..],
            &["-CAROOT", "-install"],
            &["-CAROOT", "-uninstall"],
            &["-csr", "f", "-pkcs12"],
            &["-csr", "f", "-ecdsa"],
            &["-csr", "f", "-client"],
            &["-csr", "f", "x"],
        ] {
            assert!(parse(words).unwrap().conflict().is_some(), "{words:?}");
        }
        let together = parse(&["-install", "-csr", "f", "-cert-file", "c"]).unwrap();
        assert_eq!(together.conflict(), None);
    }
}
