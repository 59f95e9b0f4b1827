//! Spring Boot: its properties, on a keystore in PKCS #12.

use super::java::{Kind, TRUSTSTORE_PASSWORD, VARIABLE, suites};
use super::programs::PORT;
use super::{Deployment, File, Layout, Proof, Server, Take};
use crate::error::Result;

/// The row.
pub const SERVER: Server = Server {
    name: "spring-boot",
    about: "Spring Boot: application.properties on a keystore in PKCS #12",
    proof: Proof::Documentation,
    port: Some(PORT),
    takes: &[Take::Mutual, Take::Password],
    layout,
};

fn layout(deployment: &Deployment<'_>) -> Result<Layout> {
    deployment.client_root()?;
    let mut files = Kind::Pkcs12.files(deployment)?;
    files.push(File::pasted(
        "application.properties",
        "a part of application.properties",
        properties(deployment),
    ));
    Ok(Layout {
        files,
        client: deployment.curl(),
        notes: Kind::Pkcs12.notes(deployment),
    })
}

/// <https://docs.spring.io/spring-boot/appendix/application-properties/>, under `server.ssl`. Spring takes the
/// password from the environment.
fn properties(deployment: &Deployment<'_>) -> String {
    let mutual = match deployment.mutual {
        true => format!(
            "# Only clients with a certificate from the root are let in.
server.ssl.client-auth=need
server.ssl.trust-store={}
server.ssl.trust-store-type=PKCS12
server.ssl.trust-store-password={TRUSTSTORE_PASSWORD}\n",
            url(&deployment.path(Kind::Pkcs12.truststore()))
        ),
        false => String::new(),
    };
    format!(
        "server.port={port}
server.ssl.key-store={keystore}
server.ssl.key-store-type=PKCS12
server.ssl.key-store-password=${{{VARIABLE}}}
server.ssl.enabled-protocols=TLSv1.3,TLSv1.2
server.ssl.ciphers={suites}
{mutual}",
        port = deployment.port,
        keystore = url(&deployment.path(Kind::Pkcs12.keystore())),
        suites = suites().collect::<Vec<_>>().join(","),
    )
}

/// A file as a URL (RFC 8089), in which nothing is left that properties or Spring's placeholders take for more.
fn url(path: &str) -> String {
    let mut url = String::from("file:");
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' => {
                url.push(char::from(byte));
            }
            _ => url.push_str(&format!("%{byte:02X}")),
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_url_of_plain_characters() {
        assert_eq!(
            url("/a b/${x}/ö%/keystore.p12"),
            "file:/a%20b/%24%7Bx%7D/%C3%B6%25/keystore.p12"
        );
    }
}
