//! What the servers of Python's applications have in common.

use std::process::Command;

use super::{Deployed, NASTY, Running, run_as, said};

/// Serves [`APPLICATIONS`] as a user without privileges.
pub fn serve(
    server: &str,
    words: &str,
    command: impl Fn(&Deployed) -> Command,
) -> (Deployed, Running) {
    Deployed::serve(server, NASTY, words, |deployed| {
        deployed.hand_over("nobody");
        deployed.sandbox.write("main.py", APPLICATIONS);
        let mut command = command(deployed);
        run_as(&mut command, "nobody");
        command
    })
}

/// Python's clients trust the root by the variables that the notes name, and see a wrong name.
pub fn python_reaches(deployed: &Deployed) {
    let root = deployed.path("root.crt");
    for (variable, call) in [
        (
            "REQUESTS_CA_BUNDLE",
            "import requests; print(requests.get(URL).text)",
        ),
        (
            "SSL_CERT_FILE",
            "import urllib.request as it; print(it.urlopen(URL).read())",
        ),
        ("SSL_CERT_FILE", "import httpx; print(httpx.get(URL).text)"),
    ] {
        let ask = |variable: &str, host: &str| {
            let url = format!("\"https://{host}:{}/\"", deployed.port);
            let asked = Command::new("python3")
                .args(["-c", &call.replace("URL", &url)])
                .env_clear()
                .env("PATH", std::env::var_os("PATH").expect("a path"))
                .env(variable, &root)
                .output();
            said(&asked.expect("Python runs"))
        };
        let told = ask(variable, "localhost");
        assert!(told.contains(GREETING), "{call}: {told}");
        for told in [ask(variable, "127.0.0.1"), ask("NONE", "localhost")] {
            assert!(told.contains("CERTIFICATE_VERIFY_FAILED"), "{call}: {told}");
        }
    }
}

/// What the applications answer.
pub const GREETING: &str = "the application was reached";

/// `web` speaks WSGI, `app` ASGI.
const APPLICATIONS: &str = r#"
GREETING = b"the application was reached"


def web(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [GREETING]


async def app(scope, receive, send):
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": GREETING})
"#;
