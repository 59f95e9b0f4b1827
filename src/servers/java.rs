//! Java: a keystore of either kind, and a server on it.

use zeroize::Zeroizing;

use super::programs::PORT;
use super::settings::iana_suites;
use super::{Deployment, File, Layout, Proof, Server, Take};
use crate::bundle::{Entry, jks, pkcs12};
use crate::error::{Error, ErrorKind, Result};
use crate::key::Password;
use crate::text::for_shell;

/// The row of keystores in PKCS #12.
pub const PKCS12: Server = Server {
    name: "java",
    about: "Java: a keystore in PKCS #12, and HttpsServer on it",
    proof: Proof::Run,
    port: Some(PORT),
    takes: &[Take::Mutual, Take::Password],
    layout: |deployment| layout(deployment, Kind::Pkcs12),
};

/// The row of keystores of the kind JKS.
pub const JKS: Server = Server {
    name: "java-jks",
    about: "Java: a keystore of the kind JKS, and HttpsServer on it",
    layout: |deployment| layout(deployment, Kind::Jks),
    ..PKCS12
};

/// A kind of keystores.
#[derive(Clone, Copy)]
pub enum Kind {
    /// What Java has made since version 9.
    Pkcs12,
    /// What it made before.
    Jks,
}

impl Kind {
    /// Returns the name of the file of the key and its chain.
    pub fn keystore(self) -> &'static str {
        match self {
            Self::Pkcs12 => "keystore.p12",
            Self::Jks => "keystore.jks",
        }
    }

    /// Returns the name of the file of the root.
    pub fn truststore(self) -> &'static str {
        match self {
            Self::Pkcs12 => "truststore.p12",
            Self::Jks => "truststore.jks",
        }
    }

    /// Returns the password of the keystore. Java's PBES2, which locks PKCS #12 today, takes printable ASCII alone.
    fn password<'a>(self, deployment: &Deployment<'a>) -> Result<&'a Password> {
        let password = deployment.new_password()?;
        let printable = |byte: &u8| matches!(byte, b' '..=b'~');
        match self {
            Self::Pkcs12 if !password.as_bytes().iter().all(printable) => Err(Error::new(
                ErrorKind::InvalidValue,
                "Java opens a keystore in PKCS #12 only by a password of printable ASCII characters, and the password holds others",
            )
            .with_hint("choose another password, or export java-jks")),
            _ => Ok(password),
        }
    }

    /// A keystore is as of the day on which the certificate begins: nothing here knows another.
    fn encode(
        self,
        deployment: &Deployment<'_>,
        entry: Entry<'_>,
        password: &Password,
    ) -> Result<Zeroizing<Vec<u8>>> {
        match self {
            Self::Pkcs12 => pkcs12::encode(&[entry], password, pkcs12::Profile::Modern),
            Self::Jks => {
                let at = deployment.certificate().validity().not_before();
                jks::encode(&[entry], password, at)
            }
        }
    }

    /// Returns the keystore, and the trust store if the root is known.
    pub fn files(self, deployment: &Deployment<'_>) -> Result<Vec<File>> {
        let own = Entry {
            alias: deployment.stem,
            key: Some(deployment.key),
            certificates: deployment.chain,
        };
        let mut files = vec![File::private(
            self.keystore(),
            "the key, its certificate and the intermediates",
            self.encode(deployment, own, self.password(deployment)?)?,
            (None, 0o600),
        )];
        if let Some(root) = deployment.root {
            let trusted = Entry {
                alias: "root",
                key: None,
                certificates: std::slice::from_ref(root),
            };
            let password = Password::new(TRUSTSTORE_PASSWORD);
            let store = self.encode(deployment, trusted, &password)?;
            let what = "the root, for clients in Java to trust";
            files.push(File::public(self.truststore(), what, store.to_vec()));
        }
        files.extend(deployment.root_file());
        Ok(files)
    }

    /// Tells by what Java's clients trust the root, and what else there is to know of the files.
    pub fn notes(self, deployment: &Deployment<'_>) -> Vec<String> {
        let password = format!(
            "{} opens with the password that was given, which is written nowhere: the server finds it in the variable {VARIABLE}, say from an EnvironmentFile of systemd with mode 0600",
            self.keystore()
        );
        let clients = deployment.root.map(|_| {
            let store = for_shell(&deployment.here.file(self.truststore()));
            format!(
                "Java's clients trust the root instead of all others by -Djavax.net.ssl.trustStore={store} -Djavax.net.ssl.trustStorePassword={TRUSTSTORE_PASSWORD}"
            )
        });
        let locale = (!deployment.folder.to_string().is_ascii()).then(|| {
            format!(
                "Java finds {} only under a locale of UTF-8, such as LC_ALL=C.UTF-8",
                deployment.folder
            )
        });
        [Some(password), clients, locale]
            .into_iter()
            .flatten()
            .collect()
    }
}

fn layout(deployment: &Deployment<'_>, kind: Kind) -> Result<Layout> {
    deployment.client_root()?;
    let mut files = kind.files(deployment)?;
    files.push(File::pasted(PROGRAM, "a server", program(deployment, kind)));
    let mut notes = vec![format!(
        "to start it: java {}",
        for_shell(&deployment.path(PROGRAM))
    )];
    notes.extend(kind.notes(deployment));
    Ok(Layout {
        files,
        client: deployment.curl(),
        notes,
    })
}

fn program(deployment: &Deployment<'_>, kind: Kind) -> String {
    let suites: Vec<String> = suites()
        .map(|suite| format!("                    \"{suite}\""))
        .collect();
    let (trust, need) = match deployment.mutual {
        true => (trust(deployment, kind), NEED),
        false => (NO_TRUST.to_owned(), ""),
    };
    format!(
        "import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.File;
import java.net.InetSocketAddress;
import java.security.KeyStore;
import java.util.Objects;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

public class Server {{
    public static void main(String[] arguments) throws Exception {{
        String given = System.getenv(\"{VARIABLE}\");
        char[] password = Objects.requireNonNull(given, \"{VARIABLE} is not set\").toCharArray();
        KeyManagerFactory keys = KeyManagerFactory.getInstance(\"PKIX\");
        keys.init(KeyStore.getInstance(new File({keystore}), password), password);
{trust}
        SSLContext context = SSLContext.getInstance(\"TLS\");
        context.init(keys.getKeyManagers(), trusted, null);

        HttpsServer server = HttpsServer.create(new InetSocketAddress({port}), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context) {{
            @Override
            public void configure(HttpsParameters parameters) {{
                SSLParameters settings = context.getDefaultSSLParameters();
                settings.setProtocols(new String[] {{\"TLSv1.3\", \"TLSv1.2\"}});
                settings.setCipherSuites(new String[] {{
{suites}
                }});
{need}                parameters.setSSLParameters(settings);
            }}
        }});
        server.createContext(\"/\", exchange -> {{
            byte[] answer = \"It works.\\n\".getBytes();
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        }});
        server.start();
    }}
}}
",
        keystore = literal(&deployment.path(kind.keystore())),
        port = deployment.port,
        suites = suites.join(",\n"),
    )
}

/// Returns the suites of both versions: Java lists them in one.
pub fn suites() -> impl Iterator<Item = &'static str> {
    TLS_1_3_SUITES.into_iter().chain(iana_suites())
}

/// Has clients' certificates judged by the trust store.
fn trust(deployment: &Deployment<'_>, kind: Kind) -> String {
    format!(
        "        // Only clients with a certificate from the root are let in.
        TrustManagerFactory judges = TrustManagerFactory.getInstance(\"PKIX\");
        judges.init(KeyStore.getInstance(new File({}), \"{TRUSTSTORE_PASSWORD}\".toCharArray()));
        TrustManager[] trusted = judges.getTrustManagers();",
        literal(&deployment.path(kind.truststore()))
    )
}

/// Returns a text as a string of Java, in ASCII: until version 18 the encoding of a source was the locale's.
fn literal(text: &str) -> String {
    let mut quoted = String::from("\"");
    for unit in text.encode_utf16() {
        match u8::try_from(unit) {
            Ok(c @ (b'"' | b'\\')) => quoted.extend(['\\', char::from(c)]),
            Ok(c @ b' '..=b'~') => quoted.push(char::from(c)),
            _ => quoted.push_str(&format!("\\u{unit:04x}")),
        }
    }
    quoted.push('"');
    quoted
}

const PROGRAM: &str = "Server.java";
const NO_TRUST: &str = "        TrustManager[] trusted = null;";
const NEED: &str = "                settings.setNeedClientAuth(true);\n";

/// Where the server finds the password of its keystore.
pub const VARIABLE: &str = "KEYSTORE_PASSWORD";

/// That of Java's own trust store: it protects nothing, and Java asks for one.
pub const TRUSTSTORE_PASSWORD: &str = "changeit";

/// All that Java has.
const TLS_1_3_SUITES: [&str; 3] = [
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_ascii_and_begin_no_escape_that_was_not_meant() {
        assert_eq!(literal(r#"/a "b"\u0041"#), r#""/a \"b\"\\u0041""#);
        assert_eq!(literal("/ö/\u{1f512}"), r#""/\u00f6/\ud83d\udd12""#);
    }
}
