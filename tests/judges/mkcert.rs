//! mkcert itself and what stands in for it, side by side: the same command lines in twin sandboxes leave
//! the same files, modes, names, usages, lives, streams and exit codes, but where `docs/mkcert.md` lists
//! a difference; and each works on the CA that the other made.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use crate::sandbox::{Sandbox, listing};

/// A command line, and in what its outcome is to differ.
struct Line {
    /// For a shell in the sandbox, before it.
    before: &'static str,
    /// Variables, and then the words, as a shell reads them.
    line: &'static str,
    /// What differs, and the row of `docs/mkcert.md` that says so.
    differs: &'static [(Aspect, u32)],
}

/// What is compared.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Aspect {
    Exit,
    Stdout,
    Stderr,
    /// The names of the files.
    Files,
    Modes,
    /// The labels of what is in PEM.
    Contents,
    /// The CA's folder, with modes.
    Caroot,
    /// How the browsers' database trusts it.
    Trust,
    Subject,
    /// The alternative names, in their order.
    Names,
    KeyUsage,
    Purposes,
    Key,
    /// Whether it is a CA.
    Authority,
    /// When it ends.
    End,
}

use Aspect::*;

/// What a line left, by aspect and file.
type Facts = BTreeMap<(Aspect, String), String>;

const fn same(line: &'static str) -> Line {
    Line {
        before: "",
        line,
        differs: &[],
    }
}

const fn after(before: &'static str, line: &'static str) -> Line {
    Line {
        before,
        line,
        differs: &[],
    }
}

const fn but(line: &'static str, differs: &'static [(Aspect, u32)]) -> Line {
    Line {
        before: "",
        line,
        differs,
    }
}

/// On a CA that is there.
const LINES: &[Line] = &[
    // Names.
    same("localhost"),
    same("example.com '*.example.com' localhost 127.0.0.1 ::1"),
    same("'*.test'"),
    same("::1"),
    same("127.0.0.1 ::1"),
    same("dev@a.test"),
    same("https_name.a.test dev@a.test 10.0.0.1 https://a.test/x"),
    same("10.0.0.1 b.test a.test 10.0.0.2"),
    same("a.test spiffe://cluster.test/ns/a"),
    same("bücher.test"),
    same("xn--bcher-kva.test"),
    same("_dmarc.a.test"),
    same("a"),
    same("'a b'"),
    same("localhost:8080"),
    same("a.test ''"),
    same("'*'"),
    same("'a.*.test'"),
    same("10.0.0.0/8"),
    same("a@b@"),
    same("::ffff:1.2.3.4"),
    but("ﬀ.test", &[(Files, 23)]),
    but("BÜCHER.test", &[(Files, 23)]),
    but("'[::1]'", &[(Exit, 24), (Files, 24)]),
    but("a.test 'http://b.test/a b'", &[(Exit, 24), (Files, 24)]),
    but("dev@127.0.0.1", REFUSED_12),
    but(
        "$(printf %0170d | tr 0 . | sed s/../a./g)test",
        &[(Files, 25)],
    ),
    but("A.Test", &[(Names, 12)]),
    but("a.test.", ACCEPTED_12),
    but("a..b", REFUSED_12),
    but("-- -x", REFUSED_12),
    but("-- -x.test", REFUSED_12),
    but("1.2.3", REFUSED_12),
    but("a.test a.test", &[(Names, 12)]),
    but("x.test -ecdsa", REFUSED_9),
    but("https://a.test/x", ACCEPTED_11),
    but("urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6", ACCEPTED_11),
    // Flags.
    but("-ecdsa a.test", &[(KeyUsage, 17)]),
    but("--ecdsa=true a.test", &[(KeyUsage, 17)]),
    same("-ecdsa=false a.test"),
    same("-client a.test"),
    same("-client dev@a.test"),
    same("-client a.test dev@a.test"),
    same("-client -client=0 a.test"),
    same("-cert-file c.pem a.test"),
    same("--key-file k.pem a.test"),
    same("-cert-file=c.pem -key-file=k.pem a.test"),
    same("-cert-file= a.test"),
    same("-cert-file both.pem -key-file both.pem a.test"),
    same("-cert-file none/c.pem a.test"),
    same("-p12-file x.p12 a.test"),
    but("-pkcs12 a.test", &[(Modes, 2)]),
    but("-pkcs12 -client a.test b.test", &[(Modes, 2)]),
    but(
        "-pkcs12 -p12-file x.pfx -cert-file c.pem a.test",
        &[(Modes, 2)],
    ),
    same("-CAROOT"),
    same("-version"),
    same("-help"),
    same(""),
    same("-h"),
    same("-ecdsa"),
    same("-bogus"),
    same("-bogus -h"),
    same("-ecdsa=maybe a.test"),
    same("-cert-file"),
    same("---client a.test"),
    same("-install -uninstall"),
    same("-CAROOT -install"),
    same("-CAROOT -uninstall"),
    same("-CAROOT -csr x a.test"),
    same("-help -install -uninstall"),
    // Requests.
    same("-csr in/names.csr"),
    same("-csr in/names.csr -cert-file c.pem -key-file k.pem"),
    same("-csr in/cn.csr"),
    but("-csr in/client.csr", &[(KeyUsage, 1)]),
    same("-csr in/missing.csr"),
    same("-csr in/key.pem"),
    same("-csr - <in/cn.csr"),
    but("-csr in/weak.csr", &[(Exit, 26), (Files, 26)]),
    same("-csr in/names.csr -pkcs12"),
    same("-csr in/names.csr -ecdsa"),
    same("-csr in/names.csr -client"),
    same("-csr in/names.csr a.test"),
    but("-csr in/evil.csr", &[(KeyUsage, 1), (Authority, 1)]),
    but("-csr in/ip.csr", &[(Names, 10)]),
    but("-csr in/nobody.csr", &[(Exit, 10), (Files, 10)]),
    // Variables.
    same("XDG_DATA_HOME=/nowhere -CAROOT"),
    same("CAROOT= XDG_DATA_HOME=/nowhere -CAROOT"),
    same("CAROOT= -CAROOT"),
    same("CAROOT= XDG_DATA_HOME= -CAROOT"),
    same("CAROOT=relative -CAROOT"),
    // What was there before.
    after("mkdir a.test.pem", "a.test"),
    after("echo old > a.test.p12; rm a.test.p12", "a.test"),
    Line {
        before: "touch a.test-key.pem; chmod 644 a.test-key.pem",
        line: "a.test",
        differs: &[(Modes, 3)],
    },
    Line {
        before: "echo mine > notes.txt",
        line: "-cert-file notes.txt a.test",
        differs: &[(Exit, 3), (Files, 3), (Contents, 3)],
    },
    after("rm -f $CAROOT/rootCA-key.pem", "a.test"),
    after(
        "rm -f $CAROOT/rootCA-key.pem; mkdir -p $HOME/.pki/nssdb; certutil -N --empty-password -d $HOME/.pki/nssdb",
        "-install",
    ),
    Line {
        before: "rm -f $CAROOT/rootCA.pem",
        line: "a.test",
        differs: &[(Exit, 5), (Files, 5), (Caroot, 5)],
    },
    after(
        "cp in/ed25519.pem $CAROOT/rootCA.pem; cp -f in/ed25519-key.pem $CAROOT/rootCA-key.pem",
        "a.test",
    ),
    Line {
        before: "cp in/short.pem $CAROOT/rootCA.pem; cp -f in/short-key.pem $CAROOT/rootCA-key.pem",
        line: "a.test",
        differs: &[(End, 18)],
    },
    // Stores.
    after(DATABASE, "-install"),
    after(DATABASE, "-install a.test"),
    Line {
        before: DATABASE,
        line: "-install -csr in/names.csr",
        differs: &[(Files, 19)],
    },
    after(DATABASE, "-uninstall"),
    after(DATABASE, "TRUST_STORES=java,nss -install"),
    Line {
        before: DATABASE,
        line: "TRUST_STORES='java, nss' -install",
        differs: &[(Trust, 6)],
    },
    Line {
        before: DATABASE,
        line: "TRUST_STORES=bogus -install",
        differs: &[(Exit, 6)],
    },
    Line {
        before: DATABASE,
        line: "TRUST_STORES=java -install",
        differs: &[(Exit, 7)],
    },
    same("TRUST_STORES=bogus a.test"),
    Line {
        before: DATABASE,
        line: "TRUST_STORES=java -uninstall",
        differs: &[(Stderr, 14)],
    },
    after(
        DATABASE,
        "TRUST_STORES=java,nss JAVA_HOME=/nowhere -install",
    ),
    Line {
        before: "mkdir -p java/bin; ln -s /bin/false java/bin/keytool",
        line: "TRUST_STORES=java,nss JAVA_HOME=java -install",
        differs: &[(Exit, 14)],
    },
];

/// Where there is no CA yet.
const FRESH: &[Line] = &[
    same("a.test"),
    but("-ecdsa a.test", &[(KeyUsage, 17)]),
    after(DATABASE, "-install"),
    after("", "CAROOT=relative/ca a.test"),
    after("", "CAROOT= XDG_DATA_HOME=$HOME/data a.test"),
    but("-uninstall", &[(Caroot, 4)]),
    but("-ecdsa", &[(Caroot, 4)]),
    but("'a b'", &[(Caroot, 4)]),
    but("-csr in/missing.csr", &[(Caroot, 4)]),
    same("-CAROOT"),
    same("-version"),
];

const ACCEPTED_11: &[(Aspect, u32)] = &[(Exit, 11), (Files, 11)];
const ACCEPTED_12: &[(Aspect, u32)] = &[(Exit, 12), (Files, 12)];
const REFUSED_9: &[(Aspect, u32)] = &[(Exit, 9), (Files, 9)];
const REFUSED_12: &[(Aspect, u32)] = &[(Exit, 12), (Files, 12)];
const DATABASE: &str =
    "mkdir -p $HOME/.pki/nssdb; certutil -N --empty-password -d sql:$HOME/.pki/nssdb";

/// A sandbox in which one of the two is `mkcert`.
struct Twin {
    sandbox: Sandbox,
    program: PathBuf,
    is_ours: bool,
}

impl Twin {
    fn theirs() -> Self {
        Self::of(Sandbox::new(), "/usr/bin/mkcert".into(), false)
    }

    fn ours() -> Self {
        let sandbox = Sandbox::new();
        let link = sandbox.home().join("mkcert");
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_certwright"), &link).unwrap();
        Self::of(sandbox, link, true)
    }

    fn of(sandbox: Sandbox, program: PathBuf, is_ours: bool) -> Self {
        Self {
            sandbox,
            program,
            is_ours,
        }
    }

    fn caroot(&self) -> PathBuf {
        self.sandbox.home().join("ca")
    }

    fn shell(&self, script: &str) -> Output {
        Command::new("sh")
            .args(["-c", script])
            .current_dir(self.sandbox.work())
            .env_clear()
            .envs(self.sandbox.environment())
            .env("CAROOT", self.caroot())
            .env("MKCERT", &self.program)
            .stdin(Stdio::null())
            .output()
            .expect("sh runs")
    }

    /// Gives it what lines need, and the CA if there is to be one.
    fn prepare(&self, inputs: &Path, caroot: Option<&Path>) {
        let copy = |from: &Path, to: &Path| {
            fs::create_dir_all(to).unwrap();
            for name in listing(from) {
                fs::copy(from.join(&name), to.join(&name)).unwrap();
            }
        };
        copy(inputs, &self.sandbox.path("in"));
        if let Some(caroot) = caroot {
            copy(caroot, &self.caroot());
        }
    }

    /// Runs a line, and takes down what it left.
    fn run(&self, line: &Line) -> Facts {
        let ready = self.shell(line.before);
        assert!(ready.status.success(), "{}: {ready:?}", line.before);
        let ran = self.shell(&scripted(line.line));
        let mut facts = Facts::new();
        let mut add = |aspect, file: &str, fact: String| {
            facts.insert((aspect, file.to_owned()), fact);
        };
        let told = |bytes: &[u8]| {
            if bytes.is_empty() {
                "nothing"
            } else {
                "something"
            }
            .to_owned()
        };
        add(Exit, "", ran.status.code().unwrap().to_string());
        add(Stderr, "", told(&ran.stderr));
        // The folder is data; help and version are each one's own.
        let home = self.sandbox.home().display().to_string();
        let out = String::from_utf8_lossy(&ran.stdout).replace(&home, "HOME");
        let is_data = line.line.ends_with("-CAROOT");
        add(Stdout, "", if is_data { out } else { told(&ran.stdout) });
        let mut files = self.sandbox.files();
        files.retain(|name| name != "in" && name != "relative");
        add(Files, "", files.join(" "));
        for name in files
            .iter()
            .filter(|name| self.sandbox.path(name).is_file())
        {
            let path = self.sandbox.path(name);
            add(Modes, name, mode(&path));
            for (aspect, fact) in self.contents(&path) {
                add(aspect, name, fact);
            }
        }
        for folder in ["home/ca", "home/data/mkcert", "work/relative/ca"] {
            let folder = self.sandbox.home().join("..").join(folder);
            if folder.is_dir() {
                let file = |name: &String| format!("{name} {}", mode(&folder.join(name)));
                let names: Vec<_> = listing(&folder).iter().map(file).collect();
                add(Caroot, "", format!("{} {}", mode(&folder), names.join(" ")));
                let root = folder.join("rootCA.pem");
                if root.exists() {
                    for (aspect, fact) in self.contents(&root) {
                        add(aspect, "rootCA.pem", fact);
                    }
                }
            }
        }
        add(Trust, "", self.trusted());
        facts
    }

    /// What is in a file, as OpenSSL reads it.
    fn contents(&self, path: &Path) -> Vec<(Aspect, String)> {
        let bytes = fs::read(path).unwrap();
        let pem = match path
            .extension()
            .is_some_and(|end| end == "p12" || end == "pfx")
        {
            true => self.opened(path),
            false => String::from_utf8_lossy(&bytes).into_owned(),
        };
        let labels = pem.lines().filter(|line| line.starts_with("-----BEGIN"));
        let mut facts = vec![(Contents, labels.collect::<Vec<_>>().join(" "))];
        if !pem.contains("BEGIN CERTIFICATE-----") {
            return facts;
        }
        let copy = self.sandbox.home().join("read.pem");
        fs::write(&copy, &pem).unwrap();
        let words = "-noout -subject -nameopt RFC2253 -enddate -dateopt iso_8601 -text";
        let words = format!("x509 -in {} {words}", copy.display());
        let text = self.sandbox.other("openssl", &words);
        let line = |begin: &str| {
            let found = text
                .lines()
                .find(|line| line.trim_start().starts_with(begin));
            found.unwrap_or_default().trim().to_owned()
        };
        // The value stands in the line below.
        let extension = |name: &str| {
            let mut lines = text.lines().skip_while(|line| !line.contains(name));
            lines.nth(1).unwrap_or_default().trim().to_owned()
        };
        let purposes = extension("X509v3 Extended Key Usage");
        let mut purposes: Vec<&str> = purposes.split(", ").collect();
        purposes.sort_unstable();
        facts.extend([
            (Subject, self.subject(&line("subject="))),
            (Names, extension("X509v3 Subject Alternative Name")),
            (KeyUsage, extension("X509v3 Key Usage")),
            (Purposes, purposes.join(", ")),
            (Key, line("Public Key Algorithm") + &line("Public-Key")),
            (Authority, extension("X509v3 Basic Constraints")),
            (End, line("notAfter=")),
        ]);
        self.accepted(&copy, path);
        facts
    }

    /// Strict clients accept it, if it is none that OpenSSL itself made.
    fn accepted(&self, certificate: &Path, path: &Path) {
        let root = self.caroot().join("rootCA.pem");
        if !self.is_ours || !root.exists() || path.ends_with("rootCA.pem") {
            return;
        }
        let words = format!(
            "verify -x509_strict -CAfile {} {}",
            root.display(),
            certificate.display()
        );
        self.sandbox.other("openssl", &words);
    }

    /// A PKCS #12 file in PEM. Only OpenSSL's old provider opens mkcert's.
    fn opened(&self, path: &Path) -> String {
        let legacy = if self.is_ours { "" } else { "-legacy" };
        let words = format!(
            "pkcs12 -in {} -passin pass:changeit -nodes {legacy}",
            path.display()
        );
        self.sandbox.other("openssl", &words)
    }

    /// The subject without what ours does without: who made it, on which machine (row 16).
    fn subject(&self, text: &str) -> String {
        let attributes = text.trim_start_matches("subject=").split(',');
        let (units, others): (Vec<_>, Vec<_>) = attributes.partition(|it| it.starts_with("OU="));
        if text.contains("O=mkcert development certificate") {
            assert_eq!(units.is_empty(), self.is_ours, "{text}");
        }
        let others = others
            .into_iter()
            .map(|it| match it.starts_with("CN=mkcert ") {
                true => "CN=mkcert",
                false => it,
            });
        others.collect::<Vec<_>>().join(",")
    }

    /// The flags by which the browsers' database trusts what is in it.
    fn trusted(&self) -> String {
        let folder = self.sandbox.home().join(".pki/nssdb");
        if !folder.exists() {
            return "no database".to_owned();
        }
        let listed = self
            .sandbox
            .other("certutil", &format!("-L -d sql:{}", folder.display()));
        let flags = listed
            .lines()
            .skip(4)
            .filter_map(|line| line.split_whitespace().last());
        flags.collect::<Vec<_>>().join(" ")
    }
}

/// A line with its variables before the program.
fn scripted(line: &str) -> String {
    let is_variable = |word: &&str| {
        word.split('=').next().is_some_and(|name| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c == '_')
        }) && word.contains('=')
    };
    // A value in quotes may have a space in it.
    let mut split = 0;
    for word in line.split_inclusive(' ') {
        let in_quotes = line[..split].matches('\'').count() % 2 == 1;
        if !in_quotes && !is_variable(&word.trim_end()) {
            break;
        }
        split += word.len();
    }
    let (variables, words) = line.split_at(split);
    format!("{variables} \"$MKCERT\" {words}")
}

fn mode(path: &Path) -> String {
    format!(
        "{:o}",
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    )
}

/// The moment of `notAfter=2029-02-21 16:10:00Z`.
fn moment(told: &str) -> time::OffsetDateTime {
    let text = told.trim_start_matches("notAfter=").replace(' ', "T");
    certwright::validity::parse_time(&text).unwrap_or_else(|error| panic!("{told}: {error}"))
}

/// The two run one after the other, and where a month has no such day mkcert goes on into the next.
fn agree(aspect: Aspect, one: &str, other: &str) -> bool {
    match aspect {
        End => (moment(one) - moment(other)).abs() < time::Duration::days(4),
        _ => one == other,
    }
}

/// What differs between two sets of facts. What only one of them has a file for is said by `Files`.
fn differences(theirs: &Facts, ours: &Facts) -> BTreeMap<Aspect, String> {
    let mut found = BTreeMap::new();
    for (key, one) in theirs {
        if let Some(other) = ours.get(key)
            && !agree(key.0, one, other)
        {
            found.insert(key.0, format!("{}: theirs {one}, ours {other}", key.1));
        }
    }
    let only = |one: &Facts, other: &Facts| {
        one.contains_key(&(Caroot, String::new())) && !other.contains_key(&(Caroot, String::new()))
    };
    if only(theirs, ours) || only(ours, theirs) {
        found.insert(Caroot, "only one made it".to_owned());
    }
    found
}

/// Files that lines read: requests, keys and CAs that OpenSSL made.
fn inputs(sandbox: &Sandbox) -> PathBuf {
    fs::create_dir(sandbox.path("in")).unwrap();
    let openssl = |words: &str| sandbox.other("openssl", words);
    let new = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout in/key.pem";
    for (name, words) in [
        (
            "names",
            "-subj /O=Team/CN=x.test -addext subjectAltName=DNS:b.test,IP:10.0.0.1,email:dev@a.test,DNS:a.test",
        ),
        ("cn", "-subj /CN=cn.test"),
        (
            "client",
            "-subj /CN=c.test -addext subjectAltName=DNS:c.test -addext extendedKeyUsage=clientAuth -addext keyUsage=digitalSignature",
        ),
        (
            "evil",
            "-subj /O=Evil -addext subjectAltName=DNS:evil.test -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign -addext extendedKeyUsage=serverAuth",
        ),
        ("ip", "-subj /CN=10.0.0.1"),
        ("nobody", "-subj /O=Nobody"),
        ("weak", "-subj /CN=weak.test"),
    ] {
        let bits = if name == "weak" { 1024 } else { 2048 };
        openssl(&format!(
            "req -new {} {words} -out in/{name}.csr",
            new.replace(
                "-newkey ec -pkeyopt ec_paramgen_curve:P-256",
                &format!("-newkey rsa:{bits}")
            )
        ));
    }
    for (name, kind, days) in [("ed25519", "ed25519", 3000), ("short", "ed25519", 10)] {
        openssl(&format!("genpkey -algorithm {kind} -out in/{name}-key.pem"));
        openssl(&format!(
            "req -x509 -new -key in/{name}-key.pem -subj /CN={name} -days {days} -addext keyUsage=critical,keyCertSign -out in/{name}.pem"
        ));
    }
    sandbox.path("in")
}

/// Runs a table on a CA, or on none, and returns what was not to be.
fn compare<'a>(
    lines: impl IntoIterator<Item = &'a Line>,
    inputs: &Path,
    caroot: Option<&Path>,
) -> Vec<String> {
    let documented = include_str!("../../docs/mkcert.md");
    let mut wrong = Vec::new();
    for line in lines {
        let facts = |twin: Twin| {
            twin.prepare(inputs, caroot);
            twin.run(line)
        };
        let (theirs, ours) = std::thread::scope(|scope| {
            let theirs = scope.spawn(|| facts(Twin::theirs()));
            let ours = facts(Twin::ours());
            (theirs.join().unwrap(), ours)
        });
        let found = differences(&theirs, &ours);
        for (aspect, told) in &found {
            if !line.differs.iter().any(|(expected, _)| expected == aspect) {
                wrong.push(format!("{}: {aspect:?} {told}", line.line));
            }
        }
        for (aspect, row) in line.differs {
            if !found.contains_key(aspect) {
                wrong.push(format!("{}: {aspect:?} does not differ", line.line));
            }
            if !documented.contains(&format!("\n| {row} |")) {
                wrong.push(format!("docs/mkcert.md has no row {row}"));
            }
        }
    }
    wrong
}

#[test]
#[ignore = "needs mkcert (Debian: mkcert), certutil (Debian: libnss3-tools), openssl (Debian: openssl)"]
fn the_same_command_lines_do_the_same() {
    let sandbox = Sandbox::new();
    let inputs = inputs(&sandbox);
    let mut wrong = compare(FRESH, &inputs, None);
    // On our CA a part of the lines is enough: that each has the CA that it makes is in the other table.
    for (maker, step) in [(Twin::theirs(), 1), (Twin::ours(), 4)] {
        assert!(maker.shell("\"$MKCERT\" a.test").status.success());
        let lines = LINES.iter().step_by(step);
        wrong.extend(compare(lines, &inputs, Some(&maker.caroot())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A server with a certificate of the work folder.
struct Server {
    process: Child,
    port: String,
    /// Kept open, since it ends when nobody listens to it.
    _output: BufReader<ChildStdout>,
}

impl Server {
    fn start(sandbox: &Sandbox) -> Self {
        let words = "s_server -accept 0 -www -cert app.test.pem -key app.test-key.pem";
        let mut process = Command::new("openssl")
            .args(words.split_whitespace())
            .current_dir(sandbox.work())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // It takes a free port and tells it: `ACCEPT [::]:40123`.
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut lines = output.by_ref().lines().map(Result::unwrap);
        let line = lines.find(|line| line.starts_with("ACCEPT")).unwrap();
        let port = line.rsplit(':').next().unwrap().to_owned();
        Self {
            process,
            port,
            _output: output,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
#[ignore = "needs mkcert (Debian: mkcert), openssl (Debian: openssl), curl (Debian: curl)"]
fn what_each_issues_from_the_others_ca_is_accepted() {
    for [maker, issuer] in [
        [Twin::theirs(), Twin::ours()],
        [Twin::ours(), Twin::theirs()],
    ] {
        assert!(maker.shell("\"$MKCERT\" first.test").status.success());
        issuer.prepare(&maker.sandbox.work(), Some(&maker.caroot()));
        let before = fs::read(issuer.caroot().join("rootCA.pem")).unwrap();
        assert!(issuer.shell("\"$MKCERT\" app.test").status.success());
        assert_eq!(
            fs::read(issuer.caroot().join("rootCA.pem")).unwrap(),
            before
        );
        let server = Server::start(&issuer.sandbox);
        let root = issuer.caroot().join("rootCA.pem");
        let root = root.display();
        let asked = |name: &str| {
            let place = format!("--connect-to {name}:443:localhost:{}", server.port);
            let words = format!("-sS -o /dev/null {place} --cacert {root} https://{name}/");
            issuer.sandbox.other_output("curl", &words).status.code()
        };
        assert_eq!(asked("app.test"), Some(0));
        // curl's code for a name that does not fit.
        assert_eq!(asked("other.test"), Some(60));
        issuer.sandbox.run(&format!(
            "verify app.test.pem --roots {root} --hostname app.test"
        ));
    }
}
