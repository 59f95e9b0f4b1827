//! What a client said, down to the words that people search for.

use crate::judges::browsers::PAGE;

/// What a client said of each server: nothing, where it shows the page.
pub type Answers = Vec<Option<String>>;

/// What was said of each page that was not shown, by its code.
pub fn answers(said: Vec<String>, code: fn(&str) -> String) -> Answers {
    let answer = |said: String| {
        let shown = [PAGE, "200", "200 OK"].contains(&&*said);
        (!shown).then(|| code(&said))
    };
    said.into_iter().map(answer).collect()
}

/// A browser says nothing but the code.
pub fn code_itself(said: &str) -> String {
    said.to_owned()
}

/// curl: (60) SSL certificate problem: CODE, and where to read about it.
pub fn code_of_curl(said: &str) -> String {
    let (_, said) = said.split_once(") ").expect("curl gives a number");
    let said = said
        .strip_prefix("SSL certificate problem: ")
        .unwrap_or(said);
    // OpenSSL's own errors come after its version.
    let said = said
        .split_once(": error:")
        .map_or(said, |(version, _)| &said[version.len() + 2..]);
    let ends = ["\n", " More details here"];
    let end = ends.iter().filter_map(|end| said.find(end)).min();
    let said = &said[..end.unwrap_or(said.len())];
    // A damaged RSA signature gives a random block: once in some 200 its first octet is right by
    // chance, and OpenSSL complains of the second.
    said.replace(
        "0200006A:rsa routines::block type is not 01",
        "0200008A:rsa routines::invalid padding",
    )
}

/// javax.net.ssl.SSLHandshakeException: CODE, or the code after the words of the validator and its exceptions.
pub fn code_of_java(said: &str) -> String {
    let said = said.split(" | ").next().expect("it says something");
    let (_, said) = said.split_once(": ").expect("an exception and its text");
    if let Some(after) = said.strip_prefix("PKIX path validation failed: ") {
        let (_, code) = after.split_once(": ").expect("an exception and its text");
        // Here and below a code ends where the certificate in question begins, or begins where it ends.
        let code = code.rsplit_once("\" ").map_or(code, |(_, after)| after);
        return before_details(code, "Algorithm constraints").to_owned();
    }
    let said = before_details(said, "PKIX path building failed");
    before_details(said, "Illegal given domain name").to_owned()
}

fn before_details<'a>(said: &'a str, start: &str) -> &'a str {
    let details = said.starts_with(start).then(|| said.find(": ")).flatten();
    &said[..details.unwrap_or(said.len())]
}

/// Get "URL": x509: CODE: DETAILS, which may also stand in parentheses.
pub fn code_of_go(said: &str) -> String {
    let Some((_, code)) = said.split_once("x509: ") else {
        let (_, code) = said
            .split_once("\": ")
            .expect("an address, then what went wrong");
        return code.to_owned();
    };
    let end = [": ", " (possibly"]
        .iter()
        .filter_map(|end| code.find(end))
        .min();
    format!("x509: {}", &code[..end.unwrap_or(code.len())])
}
