//! Chromium and Firefox, without a screen, with the home folder of the sandbox.

use std::fs;
use std::path::{Path, PathBuf};

use super::clients::bounded;
use super::{program, python};
use crate::sandbox::Sandbox;

/// What a browser shows if it shows the page.
pub const PAGE: &str = "padlock";

/// Has Chromium load a page, and returns its title or the code of the error.
pub fn chromium(sandbox: &Sandbox, url: &str, proxy: Option<u16>) -> String {
    let mut words: Vec<String> = CHROMIUM.split_whitespace().map(str::to_owned).collect();
    words.push(format!(
        "--user-data-dir={}",
        sandbox.path("chromium").display()
    ));
    words.extend(proxy.map(|port| format!("--proxy-server=127.0.0.1:{port}")));
    words.push(url.to_owned());
    let told = bounded(sandbox, &words, &[]).text;
    // Nothing of an error page is printed, only this.
    let part = |before: &str, after: char| {
        let (_, rest) = told.split_once(before)?;
        rest.split(after).next().map(|part| part.trim().to_owned())
    };
    part("<title>", '<')
        .or_else(|| part("Page load failed: net::", '\n'))
        .unwrap_or_else(|| panic!("Chromium and {url}:\n{told}"))
}

/// A profile of Firefox, made by Firefox.
pub fn firefox_profile(sandbox: &Sandbox) -> PathBuf {
    let words = ["firefox-esr", "--headless", "-CreateProfile", "judge"];
    let made = bounded(sandbox, &words, &[]);
    assert!(made.done, "{}", made.text);
    let profiles = sandbox.home().join(".config/mozilla/firefox");
    let mut entries = fs::read_dir(&profiles)
        .expect("Firefox makes its folder")
        .flatten();
    let profile = entries.find(|entry| entry.path().extension().is_some_and(|end| end == "judge"));
    profile.expect("the profile").path()
}

/// Has Firefox load pages, and returns the title or the code of the error of each.
pub fn firefox(
    sandbox: &Sandbox,
    profile: &Path,
    urls: &[String],
    proxy: Option<u16>,
) -> Vec<String> {
    let mut words = vec![
        python(),
        program("marionette.py"),
        profile.display().to_string(),
    ];
    words.extend(
        proxy
            .iter()
            .flat_map(|port| ["--proxy".to_owned(), port.to_string()]),
    );
    words.extend_from_slice(urls);
    let told = bounded(sandbox, &words, &[]);
    let marked = told
        .text
        .lines()
        .filter_map(|line| line.strip_prefix("PAGE "));
    let pages: Vec<String> = marked.map(str::to_owned).collect();
    assert!(
        told.done && pages.len() == urls.len(),
        "Firefox and {urls:?}:\n{}",
        told.text
    );
    pages
}

/// Run by root it has no sandbox of its own; and it is to ask nobody but the test's server.
const CHROMIUM: &str = "chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
    --disable-background-networking --disable-component-update --disable-breakpad --dump-dom";
