//! Processes that are killed at any moment, while others are at work.

use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use super::{agreed, are_whole, is_a_pair, the_list_is_complete};
use crate::sandbox::Sandbox;

#[test]
fn kills_at_random_moments_harm_nothing() {
    killed(40, "KILL");
}

#[test]
fn a_key_of_the_terminal_harms_nothing_either() {
    killed(10, "INT");
    killed(10, "TERM");
}

#[test]
#[ignore = "needs some minutes (see .ci/run)"]
fn a_thousand_kills_harm_nothing() {
    killed(1000, "KILL");
}

/// Kills so many, of which some are at work at a time; then the next commands work, and all agrees.
fn killed(count: u32, signal: &str) {
    let sandbox = Sandbox::new();
    let mut chance = Chance::new();
    (0..AT_A_TIME).for_each(|own| drop(sandbox.run(&format!("issue own{own}.test"))));
    for own in 0..AT_A_TIME {
        let names = (0..12).map(|number| format!("list{own}-{number}.test\n"));
        sandbox.write(&format!("list{own}"), names.collect::<String>());
        sandbox.run(&list(own, "p256"));
    }
    let since = Instant::now();
    sandbox.run("renew own0.test.crt --force");
    let whole = since.elapsed();
    for round in 0..count.div_ceil(AT_A_TIME * BETWEEN) {
        let plans: Vec<Vec<_>> = (0..AT_A_TIME)
            .map(|own| {
                (0..BETWEEN)
                    .map(|_| plan(&mut chance, own, whole))
                    .collect()
            })
            .collect();
        std::thread::scope(|scope| {
            for plan in plans {
                let sandbox = &sandbox;
                scope.spawn(move || {
                    let run = |(words, delay): (String, Duration)| {
                        run_and_kill(sandbox, &words, delay, signal);
                    };
                    plan.into_iter().for_each(run);
                });
            }
        });
        are_whole(&sandbox.work());
        are_whole(&sandbox.generation());
        agreed(&sandbox);
        // What was begun is ended, and each pair is one; what is revoked by then is made anew.
        sandbox.run("renew --all");
        for own in 0..AT_A_TIME {
            sandbox.run(&format!("issue own{own}.test --if-needed"));
            is_a_pair(&sandbox, &format!("own{own}.test"));
            are_whole(&sandbox.path(&format!("lists{own}")));
            sandbox.run(&list(own, "p256"));
            (0..12).for_each(|number| {
                is_a_pair(&sandbox, &format!("lists{own}/list{own}-{number}.test"));
            });
        }
        let pending = "SELECT count(*) FROM issued WHERE pending = 1";
        let pending: u32 = super::ledger(&sandbox)
            .query_row(pending, [], |row| row.get(0))
            .unwrap();
        assert_eq!(pending, 0, "round {round}");
        agreed(&sandbox);
    }
    the_list_is_complete(&sandbox);
    sandbox.run("ca crl -o all.crl");
    let left = sandbox
        .files()
        .into_iter()
        .filter(|name| name.starts_with('.'));
    assert_eq!(left.collect::<Vec<_>>(), [""; 0]);
}

/// A command on files of one's own or on those of all, and when it is killed.
fn plan(chance: &mut Chance, own: u32, whole: Duration) -> (String, Duration) {
    let words = match chance.below(8) {
        0 | 1 => format!("issue own{own}.test --force"),
        2 => format!("renew own{own}.test.crt --force"),
        3 => format!("revoke own{own}.test.crt"),
        // Not what is there, so that each is made anew.
        5 | 6 => list(own, ["ed25519", "p384"][chance.below(2) as usize]),
        4 => format!("issue own{}.test --force", chance.below(AT_A_TIME)),
        _ => "ca crl -o all.crl".to_owned(),
    };
    (words, whole * chance.below(130) / 100)
}

fn list(own: u32, algorithm: &str) -> String {
    format!("issue --from list{own} --out-dir lists{own} -a {algorithm}")
}

fn run_and_kill(sandbox: &Sandbox, words: &str, delay: Duration, signal: &str) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_certwright"))
        .args(words.split_whitespace())
        .current_dir(sandbox.work())
        .env_clear()
        .envs(sandbox.environment())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap();
    std::thread::sleep(delay);
    match signal {
        "KILL" => child.kill().unwrap(),
        other => {
            // It may have ended by then.
            let id = child.id().to_string();
            let _ = Command::new("kill")
                .args([&format!("-{other}"), &id])
                .stderr(Stdio::null())
                .status();
        }
    }
    child.wait().unwrap();
}

/// Numbers by chance, the first of which is told if the test fails, so that the run may be done again
/// (`CERTWRIGHT_TEST_SEED`).
struct Chance {
    seed: u64,
    now: u64,
}

impl Chance {
    fn new() -> Self {
        let clock = || SystemTime::UNIX_EPOCH.elapsed().unwrap().as_nanos() as u64;
        let given = std::env::var("CERTWRIGHT_TEST_SEED").ok();
        let seed = given.map_or_else(clock, |text| text.parse().unwrap());
        Self { seed, now: seed }
    }

    /// By the constants of Knuth's MMIX.
    fn below(&mut self, end: u32) -> u32 {
        self.now = self
            .now
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.now >> 33) as u32 % end
    }
}

impl Drop for Chance {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let told = writeln!(std::io::stderr(), "CERTWRIGHT_TEST_SEED={}", self.seed);
            told.unwrap();
        }
    }
}

const AT_A_TIME: u32 = 4;
/// How many each has killed before all is looked at.
const BETWEEN: u32 = 5;
