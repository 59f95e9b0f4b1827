//! Many processes at once.

use std::time::{Duration, Instant};

use super::{agreed, are_whole, is_a_pair, the_list_is_complete};
use crate::sandbox::Sandbox;

#[test]
fn many_at_once_neither_lose_nor_double_anything() {
    let rounds = |_: Instant, round: u32| round < 4;
    at_once(8, rounds);
}

#[test]
#[ignore = "needs more than a minute (see .ci/run)"]
fn sixty_four_at_once_for_a_minute() {
    let for_a_minute = |since: Instant, _: u32| since.elapsed() < Duration::from_secs(60);
    at_once(64, for_a_minute);
}

/// Each of so many has files of its own and some that all write to.
fn at_once(processes: u32, goes_on: impl Fn(Instant, u32) -> bool + Sync) {
    let sandbox = Sandbox::new();
    sandbox.run("issue all.test");
    let since = Instant::now();
    let work = |own: u32| {
        let mut made = Vec::new();
        for round in 0.. {
            if !goes_on(since, round) {
                return made;
            }
            let file = format!("own{own}.test.crt");
            made.push(issued(&sandbox, &format!("issue own{own}.test --force")));
            made.extend(renewed(&sandbox, &format!("renew {file} --force")));
            sandbox.run(&format!("revoke {file}"));
            made.push(issued(&sandbox, "issue all.test --force"));
            made.extend(renewed(&sandbox, "renew all.test.crt --force --reuse-key"));
        }
        made
    };
    let made: Vec<String> = std::thread::scope(|scope| {
        let work = &work;
        let all: Vec<_> = (0..processes)
            .map(|own| scope.spawn(move || work(own)))
            .collect();
        all.into_iter()
            .flat_map(|one| one.join().unwrap())
            .collect()
    });
    let known = agreed(&sandbox);
    assert!(made.iter().all(|serial| known.contains_key(serial)));
    // And the first of all.
    assert_eq!(known.len(), made.len() + 1);
    the_list_is_complete(&sandbox);
    are_whole(&sandbox.work());
    is_a_pair(&sandbox, "all.test");
    let hidden: Vec<String> = hidden(&sandbox);
    assert_eq!(hidden, [""; 0], "nothing temporary is left");
}

fn issued(sandbox: &Sandbox, words: &str) -> String {
    let told = sandbox.json(words);
    told["serial"].as_str().unwrap().to_owned()
}

/// What it made; nothing, where another process was faster.
fn renewed(sandbox: &Sandbox, words: &str) -> Vec<String> {
    let told = sandbox.json(words);
    let rows = told["certificates"].as_array().unwrap().iter();
    let serial = |row: &serde_json::Value| row["renewed"]["serial"].as_str().map(str::to_owned);
    rows.filter_map(serial).collect()
}

fn hidden(sandbox: &Sandbox) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![sandbox.work(), sandbox.ca()];
    while let Some(folder) = folders.pop() {
        for name in crate::sandbox::listing(&folder) {
            let path = folder.join(&name);
            if path.is_dir() {
                folders.push(path);
            } else if name.starts_with('.') || name.ends_with("-journal") {
                found.push(path.display().to_string());
            }
        }
    }
    found
}
