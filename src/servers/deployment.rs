//! What is deployed and where, and the files and words that most servers share.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use zeroize::Zeroizing;

use super::{File, Owner};
use crate::cert::Certificate;
use crate::error::{Error, ErrorKind, Result};
use crate::key::{Password, PrivateKey};
use crate::name::{NameConstraints, San, Subtree};
use crate::text;

/// What is to be deployed, and where.
pub struct Deployment<'a> {
    /// How files are named: the first name of the certificate, fit for a path and for any syntax.
    pub stem: &'a str,
    /// The folder in which the server finds the files.
    pub folder: &'a Folder,
    /// The folder into which they are written, where clients of this machine find the root.
    pub here: &'a Folder,
    /// The server's certificate and after it the intermediates, without the root.
    pub chain: &'a [Certificate],
    /// The root that clients are to trust; known when the chain ends in it or the local CA issued it.
    pub root: Option<&'a Certificate>,
    /// The key of the first certificate.
    pub key: &'a PrivateKey,
    /// The port that the server listens on; without meaning for a row that has none.
    pub port: u16,
    /// What a proxy passes on to.
    pub backend: &'a Backend,
    /// Whether clients are asked for certificates.
    pub mutual: bool,
    /// Protects what must not be written without a password.
    pub password: Option<&'a Password>,
}

impl<'a> Deployment<'a> {
    /// Returns the server's certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.chain[0]
    }

    /// Returns the name of the file of the chain.
    pub fn chain_name(&self) -> String {
        format!("{}.crt", self.stem)
    }

    /// Returns the name of the file of the key.
    pub fn key_name(&self) -> String {
        format!("{}.key", self.stem)
    }

    /// Returns the chain in PEM, the server's own certificate first.
    pub fn chain_pem(&self) -> String {
        self.chain.iter().map(Certificate::to_pem).collect()
    }

    /// Returns the key in PEM, as PKCS #8, unencrypted: servers start while nobody is there.
    pub fn key_pem(&self) -> Result<Zeroizing<String>> {
        self.key.to_pkcs8_pem(None)
    }

    /// Returns the file of the chain.
    pub fn chain_file(&self) -> File {
        let what = match self.chain.len() {
            1 => "the certificate",
            _ => "the certificate and its intermediates",
        };
        File::public(self.chain_name(), what, self.chain_pem())
    }

    /// Returns the file of the key, with the owner and mode that the server needs.
    pub fn key_file(&self, access: (Option<Owner>, u32)) -> Result<File> {
        let pem = Zeroizing::new(self.key_pem()?.as_bytes().to_vec());
        Ok(File::private(
            self.key_name(),
            "the private key",
            pem,
            access,
        ))
    }

    /// Returns the file of the root, if it is known.
    pub fn root_file(&self) -> Option<File> {
        let what = "the root, for clients to trust";
        Some(File::public(ROOT, what, self.root?.to_pem()))
    }

    /// Fails with [`ErrorKind::WrongKind`] unless the certificate is a CA's, by which something is to issue.
    pub fn require_authority(&self, server: &str) -> Result<()> {
        let own = self.certificate();
        if own.is_authority() {
            return Ok(());
        }
        let told = format!("the certificate of {} is no CA's", own.subject());
        Err(Error::new(ErrorKind::WrongKind, told).with_hint(format!(
            "{server} issues by a CA: leave CERT out for the local one, or make one below it: certwright issue --ca NAME"
        )))
    }

    /// Returns the root.
    ///
    /// Fails with [`ErrorKind::NotFound`] if it is not known.
    pub fn known_root(&self) -> Result<&'a Certificate> {
        self.root.ok_or_else(|| {
            let unknown = format!("the root of {} is not known", self.certificate().subject());
            Error::new(ErrorKind::NotFound, unknown).with_hint("name its file with --root FILE")
        })
    }

    /// Returns what follows of it that somebody else issues by the CA's key.
    pub fn unknown_below(&self, server: &str) -> String {
        format!("what {server} issues stands in no ledger here, and ca retire knows nothing of it")
    }

    /// Returns the CA's certificate, those above it, and the root at the end.
    pub fn chain_to(&self, root: &Certificate) -> String {
        let mut chain = self.chain_pem();
        // A CA that signs itself is in the chain already.
        if !self.chain.contains(root) {
            chain.push_str(&root.to_pem());
        }
        chain
    }

    /// Returns the file of the root by which clients' certificates are judged; none if they are not asked
    /// for any.
    ///
    /// Fails with [`ErrorKind::NotFound`] if they are and the root is not known.
    pub fn client_root(&self) -> Result<Option<File>> {
        if !self.mutual {
            return Ok(None);
        }
        self.root_file().map(Some).ok_or_else(|| {
            let unknown = "the root by which clients' certificates would be judged is not known";
            Error::new(ErrorKind::NotFound, unknown).with_hint("name its file with --root FILE")
        })
    }

    /// Returns the password of a container that is written.
    ///
    /// Fails with [`ErrorKind::PasswordNeeded`] if there is none.
    pub fn new_password(&self) -> Result<&'a Password> {
        self.password.ok_or_else(|| {
            let told = "a key goes into a container only under a password";
            Error::new(ErrorKind::PasswordNeeded, told)
                .with_hint("name a file that holds one with --new-password-file FILE")
        })
    }

    /// Returns a file's path as the server knows it.
    pub fn path(&self, name: &str) -> String {
        self.folder.file(name)
    }

    /// Returns a file's path, if it holds none of the characters that a configuration cannot hold.
    ///
    /// Fails with [`ErrorKind::Unsupported`].
    pub fn path_without(&self, name: &str, impossible: &[char], server: &str) -> Result<String> {
        let path = self.path(name);
        match path.chars().find(|c| impossible.contains(c)) {
            None => Ok(path),
            Some(c) => Err(Error::new(
                ErrorKind::Unsupported,
                format!("{server} has no way to write {c:?} in a path, and {path} holds it"),
            )
            .with_hint("choose another folder with --deployed-to DIR")),
        }
    }

    /// Tells whether the server finds its files in one of these folders or below.
    pub fn is_within(&self, folders: &[&str]) -> bool {
        let folder = std::path::Path::new(&self.folder.0);
        folders.iter().any(|above| folder.starts_with(above))
    }

    /// Returns what to do about a folder that systemd hides from a service of Debian's.
    pub fn hidden_from(&self, unit: &str) -> Option<String> {
        self.is_within(&HOMES).then(|| {
            format!("systemd hides what is in homes from Debian's {unit} (ProtectHome); name another folder with --deployed-to")
        })
    }

    /// Returns the names and addresses that the certificate holds, as URLs have them.
    pub fn hosts(&self) -> Vec<String> {
        let names = self.certificate().names().iter();
        names.filter_map(host).collect()
    }

    /// Returns the name by which the client's line calls the server: the first, and of a wildcard one that
    /// it stands for.
    pub fn host(&self) -> String {
        let first = self.hosts().into_iter().next().unwrap_or_default();
        match first.strip_prefix("*.") {
            Some(rest) => format!("www.{rest}"),
            None => first,
        }
    }

    /// Returns the same name without the brackets that URLs put around an IPv6 address.
    pub fn bare_host(&self) -> String {
        self.host().trim_matches(['[', ']']).to_owned()
    }

    /// Returns the line by which curl asks the server, trusting the root alone.
    pub fn curl(&self) -> String {
        let mut line = "curl".to_owned();
        if let Some(root) = self.root_here() {
            line.push_str(&format!(" --cacert {}", text::for_shell(&root)));
        }
        if self.mutual {
            line.push_str(&format!(" --cert {CLIENT}.crt --key {CLIENT}.key"));
        }
        let host = self.host();
        let url = match self.port {
            443 => format!("https://{host}/"),
            port => format!("https://{host}:{port}/"),
        };
        format!("{line} {}", text::for_shell(&url))
    }

    /// Returns where clients of this machine find the root.
    pub fn root_here(&self) -> Option<String> {
        self.root.map(|_| self.here.file(ROOT))
    }

    /// Returns the same as a word for a shell.
    pub fn root_line(&self) -> Option<String> {
        self.root_here().map(|root| text::for_shell(&root))
    }

    /// Fails with [`ErrorKind::Unsupported`] if the certificate has an address and one above it limits
    /// addresses: BoringSSL's verifier, in gRPC, Envoy and Bun, refuses every such chain.
    pub fn require_no_limits_on_addresses(&self, client: &str) -> Result<()> {
        let is_address = |name: &&San| matches!(name, San::Ip(_));
        let Some(address) = self.certificate().names().iter().find(is_address) else {
            return Ok(());
        };
        let mut above = self.chain[1..].iter().chain(self.root);
        let limits = above.find(|above| above.name_constraints().is_some_and(limit_addresses));
        let Some(limits) = limits else { return Ok(()) };
        Err(Error::new(
            ErrorKind::Unsupported,
            format!(
                "{client} refuses every certificate with an address, here {address}, below a CA that limits addresses, here {}",
                limits.subject()
            ),
        )
        .with_hint("issue it without addresses, or by a CA of ca init --constraints dns"))
    }
}

fn limit_addresses(constraints: &NameConstraints) -> bool {
    let mut all = constraints.permitted.iter().chain(&constraints.excluded);
    all.any(|subtree| matches!(subtree, Subtree::Ip(_)))
}

fn host(name: &San) -> Option<String> {
    match name {
        San::Dns(host) => Some(host.to_string()),
        San::Ip(IpAddr::V4(address)) => Some(address.to_string()),
        San::Ip(IpAddr::V6(address)) => Some(format!("[{address}]")),
        San::Email(_) | San::Uri(_) => None,
    }
}

/// A folder as a configuration names it: without control characters, which hardly any syntax can hold.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Folder(String);

impl Folder {
    /// Returns the path of a file in it.
    pub fn file(&self, name: &str) -> String {
        format!("{}/{name}", self.0.trim_end_matches('/'))
    }
}

impl fmt::Display for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Folder {
    type Err = Error;

    /// Takes a path.
    ///
    /// Fails with [`ErrorKind::InvalidValue`] for one that is empty or holds control characters, and for one
    /// that is relative: servers have working folders of their own.
    fn from_str(path: &str) -> Result<Self> {
        let invalid = |why: &str| {
            let told = format!("the folder {} {why}", text::Escaped(path));
            Error::new(ErrorKind::InvalidValue, told)
                .with_hint("choose another with --deployed-to DIR")
        };
        match path {
            "" => Err(invalid("has no name")),
            path if path.chars().any(char::is_control) => {
                Err(invalid("has control characters in its name"))
            }
            path if !is_absolute(path) => Err(invalid("is not named from the root on")),
            path => Ok(Self(path.to_owned())),
        }
    }
}

/// The server may be of another system than this one.
fn is_absolute(path: &str) -> bool {
    let has_drive =
        |path: &str| matches!(path.as_bytes(), [drive, b':', ..] if drive.is_ascii_alphabetic());
    path.starts_with(['/', '\\']) || has_drive(path)
}

/// What a proxy passes on to: a host and a port.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Backend {
    /// A host name, or an address; an IPv6 one without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

impl FromStr for Backend {
    type Err = Error;

    /// Takes `HOST:PORT`, with an IPv6 address in brackets.
    ///
    /// Fails with [`ErrorKind::InvalidValue`].
    fn from_str(text: &str) -> Result<Self> {
        let invalid = || {
            let told = format!("\"{text}\" is no host and port");
            Error::new(ErrorKind::InvalidValue, told).with_hint("write it as 127.0.0.1:8080")
        };
        let (host, port) = text.rsplit_once(':').ok_or_else(invalid)?;
        let port = port
            .parse()
            .ok()
            .filter(|port| *port != 0)
            .ok_or_else(invalid)?;
        let bracketed = host
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        let host = match bracketed {
            Some(address) => address.parse().ok().map(|ip: Ipv6Addr| ip.to_string()),
            None => match host.parse() {
                Ok(San::Ip(IpAddr::V4(address))) => Some(address.to_string()),
                Ok(San::Dns(name)) if !name.is_wildcard() => Some(name.to_string()),
                _ => None,
            },
        };
        let host = host.ok_or_else(invalid)?;
        Ok(Self { host, port })
    }
}

/// The file of the root.
pub const ROOT: &str = "root.crt";

/// What `ProtectHome=` hides, by systemd.exec(5).
const HOMES: [&str; 3] = ["/home", "/root", "/run/user"];

/// How the client's line calls the files of a certificate for clients.
pub const CLIENT: &str = "client";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Algorithm;
    use crate::issue::{Signatory, Template, issue};
    use crate::name::Subject;
    use crate::profile::{Profile, Purposes};
    use crate::validity::{Lifetime, Validity, parse_time};

    /// A deployment of a certificate for some names that signs itself.
    fn with<T>(names: &str, mutual: bool, ask: impl Fn(&Deployment<'_>) -> T) -> T {
        let key = PrivateKey::generate(Algorithm::P256).unwrap();
        let template = Template {
            profile: Profile::leaf(Purposes {
                server: true,
                ..Purposes::NONE
            }),
            subject: Subject::common_name("a").unwrap(),
            names: names.split(' ').map(|name| name.parse().unwrap()).collect(),
            public_key: key.public_key().clone(),
            validity: Validity::starting(parse_time("2026-11-21").unwrap(), Lifetime::days(90))
                .unwrap(),
        };
        let certificate = issue(&template, Signatory::Itself(&key)).unwrap();
        ask(&Deployment {
            stem: "stem",
            folder: &"/there/".parse().unwrap(),
            here: &"/it's here".parse().unwrap(),
            chain: std::slice::from_ref(&certificate),
            root: Some(&certificate),
            key: &key,
            port: 8443,
            backend: &"127.0.0.1:80".parse().unwrap(),
            mutual,
            password: None,
        })
    }

    #[test]
    fn hosts_are_as_urls_have_them() {
        let hosts = with("*.a.test a@a.test ::1 127.0.0.1", false, |it| it.hosts());
        assert_eq!(hosts, ["*.a.test", "[::1]", "127.0.0.1"]);
        assert_eq!(with("*.a.test", false, |it| it.host()), "www.a.test");
    }

    #[test]
    fn clients_have_a_line_for_a_shell() {
        assert_eq!(
            with("::1", false, |it| it.curl()),
            r"curl --cacert '/it'\''s here/root.crt' 'https://[::1]:8443/'"
        );
        let line = with("a.test", true, |it| it.curl());
        assert!(
            line.ends_with("root.crt' --cert client.crt --key client.key https://a.test:8443/"),
            "{line}"
        );
    }

    #[test]
    fn a_path_is_the_servers_and_holds_nothing_that_cannot_be_written() {
        assert_eq!(with("a.test", false, |it| it.path("x")), "/there/x");
        let kind = with("a.test", false, |it| {
            it.path_without("x", &['t'], "it").unwrap_err().kind()
        });
        assert_eq!(kind, ErrorKind::Unsupported);
        for bad in ["", "/a\nb", "/a\u{85}b", "a/b", "./a", ".."] {
            assert_eq!(
                bad.parse::<Folder>().unwrap_err().kind(),
                ErrorKind::InvalidValue,
                "{bad:?}"
            );
        }
    }

    #[test]
    fn a_backend_is_a_host_and_a_port() {
        for text in [
            "127.0.0.1:8080",
            "[::1]:80",
            "app.internal:65535",
            "my_app:1",
        ] {
            assert_eq!(text.parse::<Backend>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "80",
            ":80",
            "a:",
            "a:0",
            "a:65536",
            "::1:80",
            "*.a.test:80",
            "[a]:80",
            "a b:80",
            "a;b:80",
            "a@b:80",
        ] {
            assert!(text.parse::<Backend>().is_err(), "{text}");
        }
    }
}
