//! A set of broken servers, as each client judges them, against the column that `verify` gives it.

mod cases;
mod chain;
mod codes;
mod extension;
mod keys;
mod stage;

use serde_json::Value;

use stage::Stage;

/// The clients, as the verdict names them.
const CLIENTS: [&str; 5] = ["chromium", "firefox", "curl", "java", "go"];

/// What the clients did with a chain, one line for each that refused it.
fn lines(of: impl IntoIterator<Item = (String, Option<String>)>) -> String {
    let line = |(client, code): (String, Option<String>)| Some(format!("  {client}: {}\n", code?));
    of.into_iter().filter_map(line).collect()
}

/// The same lines out of a verdict, in which a client that accepts has no code.
fn promised(verdict: &Value) -> String {
    let clients = verdict["clients"].as_array().expect("a list of clients");
    let entry = |client: &Value| {
        let code = client["code"].as_str().map(str::to_owned);
        assert_eq!(
            client["accepted"].as_bool(),
            Some(code.is_none()),
            "{client}"
        );
        (client["client"].as_str().expect("a name").to_owned(), code)
    };
    let entries: Vec<_> = clients.iter().map(entry).collect();
    assert!(
        entries.iter().map(|(name, _)| &**name).eq(CLIENTS),
        "{verdict}"
    );
    lines(entries)
}

#[test]
#[ignore = "needs openssl, the browsers, curl, java and go (see .ci/run)"]
fn every_client_does_what_verify_says_of_it() {
    let stage = Stage::new();
    let profile = stage.trusted_by_browsers();
    let answers = [
        stage.chromium(),
        stage.firefox(&profile),
        stage.curl(),
        stage.java(),
        stage.go(),
    ];
    let mut differing = String::new();
    for (index, chain) in stage.chains.iter().enumerate() {
        let own = answers.iter().map(|answers| answers[index].clone());
        let said = lines(CLIENTS.map(str::to_owned).into_iter().zip(own));
        let told = promised(&stage.verdict(index));
        if said != told {
            differing += &format!("{}: they say\n{said}verify says\n{told}", chain.name);
        }
    }
    assert!(differing.is_empty(), "{differing}");
}
