//! Every document that `--json` prints is of its documented shape.

use std::path::Path;

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::Value;

use crate::sandbox::Sandbox;

/// The committed schema.
pub(super) struct Schema {
    schemas: Schemas,
    compiler: Compiler,
}

impl Schema {
    pub(super) fn read() -> Self {
        Self {
            schemas: Schemas::new(),
            compiler: Compiler::new(),
        }
    }

    fn definition(&mut self, name: &str) -> SchemaIndex {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema.json");
        let place = format!("{}#/$defs/{name}", path.display());
        self.compiler
            .compile(&place, &mut self.schemas)
            .unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(super) fn holds(&mut self, name: &str, document: &Value) {
        let index = self.definition(name);
        if let Err(error) = self.schemas.validate(document, index) {
            panic!("{name}: {error}\n{document:#}");
        }
    }

    fn refuses(&mut self, name: &str, document: &Value) {
        let index = self.definition(name);
        assert!(
            self.schemas.validate(document, index).is_err(),
            "{name}: {document}"
        );
    }
}

#[test]
fn every_document_is_of_its_shape() {
    let sandbox = Sandbox::new();
    let mut schema = Schema::read();
    sandbox.write("pw", "long enough\n");
    std::fs::create_dir_all(sandbox.home().join(".config/chromium")).unwrap();
    for (name, words) in [
        (
            "issue",
            "issue localhost ::1 a@localhost https://localhost/x --cn --chain-file chain.crt",
        ),
        (
            "issue",
            "issue localhost ::1 a@localhost https://localhost/x --cn --if-needed",
        ),
        ("issue", "issue *.localhost --valid-for 10y --force"),
        ("issue", "issue self.test.localhost"),
        ("self-signed", "self-signed self.test -a rsa2048"),
        ("csr", "csr csr.test --subject /C=DE/O=a/O=b/CN=c"),
        ("key", "key"),
        ("key", "key -o k.key"),
        (
            "inspect",
            "inspect localhost.crt localhost.key csr.test.csr csr.test.key self.test.crt self.test.key",
        ),
        ("inspect-field", "inspect --field sha256 localhost.crt"),
        ("fingerprint", "fingerprint localhost.crt self.test.crt"),
        ("fingerprint", "fingerprint --spki k.key"),
        ("lint", "lint localhost.crt self.test.crt"),
        ("lint-rules", "lint --rules"),
        (
            "verify",
            "verify localhost.crt --roots {root} --hostname localhost",
        ),
        ("convert", "convert k.key --to public"),
        ("convert", "convert k.key --to der"),
        ("convert", "convert k.key --to sec1 -o s.key"),
        ("ca", "ca show"),
        ("ca", "ca rotate --path-length 1"),
        ("issue", "issue --ca mesh"),
        ("ca", "--home asking ca init --request ca.csr"),
        ("ca", "ca rotate --request next.csr"),
        ("ca", "ca widen example.com"),
        ("list", "list --all"),
        ("list-timeline", "list --timeline"),
        ("revoke", "revoke self.test.localhost --reason superseded"),
        ("ca-crl", "ca crl --out-dir lists"),
        ("ca-repair", "ca repair"),
        ("renew", "renew . --check"),
        ("renew", "renew --all --force"),
        ("renew", "renew --all"),
        ("ca-export", "ca export"),
        ("ca-export", "ca export --to index"),
        ("ca-export", "ca export --to mobileconfig"),
        ("trust", "trust --store nss"),
        ("trust", "trust status --store nss"),
        ("trust", "untrust --store nss"),
        ("trust-serve", "trust serve --listen 127.0.0.1 --for 1s"),
        ("export", "export caddy localhost.crt --mutual"),
        ("export-list", "export --list"),
        ("issue", "issue p.test --to pkcs12 --password-file pw"),
        (
            "self-signed",
            "self-signed p.test --to jks --password-file pw",
        ),
        (
            "inspect",
            "inspect p.test.p12 p.test.jks --password-file pw",
        ),
        ("fingerprint", "fingerprint p.test.p12 --password-file pw"),
        ("lint", "lint p.test.jks --password-file pw"),
        (
            "convert",
            "convert p.test.p12 --to pkcs7 --password-file pw -o p.p7b",
        ),
        ("mkcert", "mkcert m.test"),
        ("mkcert", "mkcert -pkcs12 m.test"),
        ("completions", "completions bash"),
        ("man", "man issue"),
    ] {
        let root = || sandbox.generation().join("root.crt").display().to_string();
        let words = match words.contains("{root}") {
            true => words.replace("{root}", &root()),
            false => words.to_owned(),
        };
        schema.holds(name, &sandbox.json(&words));
    }
    let crl = sandbox.generation().join("root.crl");
    schema.holds(
        "inspect",
        &sandbox.json(&format!("inspect {}", crl.display())),
    );
    let old = sandbox.json("ca show")["generations"][1]["name"]
        .as_str()
        .unwrap()
        .to_owned();
    schema.holds(
        "ca-retire",
        &sandbox.json(&format!("ca retire {old} --force")),
    );
}

#[test]
fn errors_are_of_their_shape() {
    let sandbox = Sandbox::new();
    let mut schema = Schema::read();
    for (code, words) in [
        ("invalid-name", "issue a..b"),
        ("ca-missing", "issue a.test --no-create"),
        ("not-found", "inspect missing.crt"),
        ("usage", "frobnicate"),
        ("usage", "issue --nonsense"),
        ("usage", "req -x509"),
    ] {
        let error: Value =
            serde_json::from_str(&sandbox.fails(2, &format!("--json {words}"))).unwrap();
        schema.holds("error", &error);
        assert_eq!(error["error"]["code"], code, "{words}");
    }
}

#[test]
fn the_schema_can_refuse() {
    let mut schema = Schema::read();
    schema.refuses("key", &serde_json::json!({ "algorithm": 1 }));
    schema.refuses(
        "inspect",
        &serde_json::json!({ "items": [{ "kind": "certificate" }], "matches": [], "warnings": [] }),
    );
}

#[test]
fn rows_are_one_a_line() {
    let sandbox = Sandbox::new();
    sandbox.run("issue localhost");
    let rows = sandbox.run("--json-lines inspect localhost.crt localhost.key");
    let kinds: Vec<Value> = rows
        .lines()
        .map(|row| serde_json::from_str::<Value>(row).unwrap()["kind"].clone())
        .collect();
    assert_eq!(kinds, ["certificate", "certificate", "private-key"]);
}
