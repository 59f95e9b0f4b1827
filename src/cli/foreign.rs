//! The words of other tools, answered with the line that does the same here.

use certwright::name::San;
use certwright::remote::Target;

/// What is said of a command line that is meant for another tool.
pub struct Answer {
    /// Why it is not taken.
    pub message: String,
    /// What to type here.
    pub line: String,
}

/// Returns what to say of a command line with another tool's words.
pub fn translate(words: &[String]) -> Option<Answer> {
    let first = words.first()?;
    let answer = |word: &str, line: &str| Answer {
        message: format!("\"{word}\" is not a command here"),
        line: line.to_owned(),
    };
    let has = |word: &&str| words[1..].iter().any(|it| it == word);
    let further = FURTHER
        .iter()
        .find(|(command, word, _)| command == first && has(word));
    if let Some((command, word, line)) = further {
        return Some(answer(&format!("{command} {word}"), line));
    }
    let known = LINES.iter().find(|(word, _)| word == first);
    let line = known.map(|(_, line)| (*line).to_owned());
    let line = line.or_else(|| server(first)).or_else(|| host(first));
    line.map(|line| answer(first, &line))
}

/// What cannot be but a live server.
fn server(word: &str) -> Option<String> {
    let looks_like_one = word.contains("://") || word.rsplit_once(':')?.1.parse::<u16>().is_ok();
    let target: Target = word.parse().ok().filter(|_| looks_like_one)?;
    let is_address = word.parse::<std::net::IpAddr>().is_ok();
    (!is_address).then(|| match word.contains("://") {
        true => format!("for what it serves: certwright inspect {word}"),
        false => format!("for what it serves: certwright inspect {target}"),
    })
}

/// mkcert takes names in place of a command.
fn host(word: &str) -> Option<String> {
    let looks_like_one = word == "localhost" || word.contains(['.', ':']);
    let name: San = word.parse().ok().filter(|_| looks_like_one)?;
    Some(format!(
        "for a certificate: certwright issue {name}; for what it serves: certwright inspect {name}"
    ))
}

/// By the first word: of mkcert, keytool, openssl, step, certbot, easyrsa and cfssl.
const LINES: [(&str, &str); 50] = [
    ("--install", "certwright trust"),
    ("-CAROOT", "the CA's folder: certwright ca show"),
    ("-cert-file", "certwright issue NAME --cert-file FILE"),
    ("-client", "certwright issue --client NAME"),
    ("-csr", "certwright issue --csr FILE"),
    ("-ecdsa", "keys are ECDSA by default: certwright issue NAME"),
    ("-install", "certwright trust"),
    ("-key-file", "certwright issue NAME --key-file FILE"),
    ("-uninstall", "certwright untrust"),
    ("-exportcert", "certwright convert STORE --to pem"),
    (
        "-genkeypair",
        "certwright self-signed NAME --to pkcs12, or certwright issue NAME --to pkcs12",
    ),
    (
        "-importcert",
        "certwright convert ROOT --to pkcs12 -o TRUST.p12; for all of Java: certwright trust --cert ROOT",
    ),
    ("-importkeystore", "certwright convert STORE --to pkcs12"),
    ("-list", "certwright inspect STORE"),
    ("-printcert", "certwright inspect FILE"),
    (
        "certificate",
        "certwright issue NAME, certwright inspect FILE",
    ),
    ("crl2pkcs7", "certwright convert CERT… --to pkcs7"),
    (
        "create",
        "certwright issue NAME, certwright csr NAME, certwright self-signed NAME",
    ),
    ("crl", "certwright inspect FILE"),
    ("dgst", "certwright fingerprint FILE"),
    (
        "ec",
        "certwright inspect FILE, certwright convert FILE --to sec1",
    ),
    ("ecparam", "certwright key -a p256 -o FILE"),
    (
        "help",
        "certwright --help, certwright COMMAND --help, certwright man COMMAND",
    ),
    ("install", "certwright trust"),
    ("genpkey", "certwright key -o FILE"),
    ("genrsa", "certwright key -a rsa2048 -o FILE"),
    (
        "pkcs12",
        "certwright inspect FILE, certwright convert FILE --to pem, or with -export: certwright convert CERT KEY --to pkcs12",
    ),
    (
        "pkcs7",
        "certwright inspect FILE, certwright convert FILE --to pem",
    ),
    ("pkcs8", "certwright convert FILE --to pkcs8"),
    (
        "pkey",
        "certwright inspect FILE, certwright convert FILE --to public",
    ),
    (
        "req",
        "certwright csr NAME, or with -x509: certwright self-signed NAME",
    ),
    (
        "rsa",
        "certwright inspect FILE, certwright convert FILE --to pkcs1",
    ),
    ("s_client", "certwright inspect HOST:PORT"),
    ("storeutl", "certwright inspect FILE"),
    ("version", "certwright --version"),
    ("sign", "certwright issue --csr FILE"),
    (
        "x509",
        "certwright inspect FILE, or with -req: certwright issue --csr FILE",
    ),
    ("-gencrl", REVOCATION_LISTS),
    ("-revoke", "certwright revoke FILE"),
    ("-updatedb", ENDED),
    ("certonly", "certwright issue NAME"),
    ("certificates", "certwright list"),
    ("init-pki", "certwright ca init"),
    ("build-ca", "certwright ca init"),
    ("build-client-full", "certwright issue --client NAME"),
    ("build-server-full", "certwright issue NAME"),
    ("gen-crl", REVOCATION_LISTS),
    ("gen-req", "certwright csr NAME"),
    ("sign-req", "certwright issue --csr FILE"),
    ("gencert", "certwright issue NAME"),
];

/// By the first word, which is a command here too, and one of those that follow: of openssl, step and certbot.
const FURTHER: [(&str, &str, &str); 19] = [
    ("ca", "-gencrl", REVOCATION_LISTS),
    ("ca", "-revoke", "certwright revoke FILE"),
    ("ca", "-status", "certwright inspect SERIAL"),
    ("ca", "-updatedb", ENDED),
    ("ca", "-in", "certwright issue --csr FILE"),
    ("ca", "-infiles", "certwright issue --csr FILE"),
    ("ca", "-selfsign", "certwright ca init"),
    ("ca", "certificate", "certwright issue NAME"),
    ("ca", "rekey", "certwright renew FILE --force"),
    (
        "ca",
        "renew",
        "certwright renew FILE, with --watch for --daemon and --reload for --exec",
    ),
    (
        "ca",
        "revoke",
        "certwright revoke SERIAL, certwright revoke FILE",
    ),
    ("ca", "root", "certwright ca export"),
    ("ca", "roots", "certwright ca export"),
    ("ca", "sign", "certwright issue --csr FILE"),
    (
        "renew",
        "--deploy-hook",
        "certwright renew --all --reload COMMAND",
    ),
    ("renew", "--dry-run", "certwright renew --all --check"),
    ("renew", "--force-renewal", "certwright renew --all --force"),
    (
        "renew",
        "--post-hook",
        "certwright renew --all --reload COMMAND",
    ),
    ("revoke", "--cert-path", "certwright revoke FILE"),
];

const REVOCATION_LISTS: &str = "certwright ca crl";
const ENDED: &str = "nothing is to be brought up to date: certwright list tells what has ended";

#[cfg(test)]
mod tests {
    use super::*;

    fn line(words: &str) -> Option<String> {
        let words: Vec<_> = words.split(' ').map(str::to_owned).collect();
        translate(&words).map(|answer| answer.line)
    }

    #[test]
    fn other_tools_words_are_understood() {
        assert!(
            line("req -x509 -nodes")
                .unwrap()
                .contains("certwright self-signed")
        );
        assert_eq!(
            line("app.localhost").unwrap(),
            "for a certificate: certwright issue app.localhost; for what it serves: certwright inspect app.localhost"
        );
        for server in ["https://app.localhost/", "app.localhost:8443", "[::1]:8443"] {
            let line = line(server).unwrap();
            assert_eq!(
                line,
                format!("for what it serves: certwright inspect {server}")
            );
        }
        assert!(line("::1").unwrap().contains("certwright issue ::1"));
        assert_eq!(line("frobnicate"), None);
    }

    #[test]
    fn words_after_a_command_of_ours_are_understood() {
        let gencrl = translate(&["ca", "-config", "c", "-gencrl"].map(str::to_owned)).unwrap();
        assert_eq!(gencrl.message, "\"ca -gencrl\" is not a command here");
        assert_eq!(gencrl.line, "certwright ca crl");
        assert!(line("ca renew a.crt").unwrap().contains("certwright renew"));
        assert!(line("renew --dry-run").unwrap().contains("--check"));
        for ours in ["ca", "ca show", "renew --all", "revoke a"] {
            assert_eq!(line(ours), None, "{ours}");
        }
    }
}
