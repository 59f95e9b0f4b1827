//! The words of other tools, answered with the line that does the same here.

use certwright::name::San;
use certwright::remote::Target;

/// Returns what to type here for a command line that begins with another tool's word.
pub fn translate(words: &[String]) -> Option<String> {
    let first = words.first()?;
    let known = LINES
        .iter()
        .find(|(word, _)| word == first)
        .map(|(_, line)| (*line).to_owned());
    known.or_else(|| server(first)).or_else(|| host(first))
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

const LINES: [(&str, &str); 37] = [
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
];

#[cfg(test)]
mod tests {
    use super::*;

    fn line(words: &str) -> Option<String> {
        translate(&words.split(' ').map(str::to_owned).collect::<Vec<_>>())
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
}
