//! A ledger of a million certificates: how long a question takes there, in how much memory, and how
//! one more `issue` compares with one on an empty ledger.
//!
//! `cargo bench --bench ledger` prints it. It takes a gigabyte on the disk, below `target`.

#![allow(clippy::print_stdout)] // It is what a benchmark is for.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use rusqlite::Connection;
use tempfile::TempDir;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.first().map(String::as_str) {
        Some(ALONE) => print!("{}", Cost::of_child(&words[1..]).line()),
        _ => compare(),
    }
}

fn compare() {
    let (empty, full) = (World::new(), World::new());
    println!("a ledger of {ROWS} certificates; median of {RUNS} runs\n");
    full.fill();
    for words in QUESTIONS {
        let (few, many) = (empty.cost(words), full.cost(words));
        println!(
            "  {words:22} {:6.2} s, CPU {:6.2} s  {:6.1} MB   (of one: {:6.3} s  {:6.1} MB)",
            many.wall, many.cpu, many.memory, few.wall, few.memory
        );
    }
    println!("  {:22} {:6.2} s", "list, first lines", full.first_lines());
    let (mut few, mut many) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        few.extend((0..TURN).map(|_| empty.run(ISSUE)));
        many.extend((0..TURN).map(|_| full.run(ISSUE)));
    }
    for (clock, of) in [("CPU", Cost::cpu as fn(&Cost) -> f64), ("wall", Cost::wall)] {
        let (few, many) = (median(&few, of) * 1000.0, median(&many, of) * 1000.0);
        println!(
            "  issue, {clock:15} {many:6.2} ms, on an empty ledger {few:.2} ms   ratio {:.2}",
            many / few
        );
    }
}

/// What a process took: seconds, and megabytes at its largest.
#[derive(Clone, Copy)]
struct Cost {
    wall: f64,
    cpu: f64,
    memory: f64,
}

impl Cost {
    /// Runs a program, of which this process must have run no other: the system tells of children
    /// only what the largest of all took.
    fn of_child(words: &[String]) -> Self {
        let start = Instant::now();
        let status = Command::new(&words[0])
            .args(&words[1..])
            .stdout(Stdio::null())
            .status();
        let wall = start.elapsed().as_secs_f64();
        let code = status.expect("the program starts").code();
        assert!(
            matches!(code, Some(0 | 1)),
            "{words:?} is answered: {code:?}"
        );
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the system counts");
        let seconds = |time: nix::sys::time::TimeVal| {
            Duration::new(time.tv_sec() as u64, time.tv_usec() as u32 * 1000).as_secs_f64()
        };
        Self {
            wall,
            cpu: seconds(usage.user_time()) + seconds(usage.system_time()),
            memory: usage.max_rss() as f64 / 1024.0,
        }
    }

    fn line(&self) -> String {
        format!("{} {} {}", self.wall, self.cpu, self.memory)
    }

    fn of_line(line: &str) -> Self {
        let numbers: Vec<f64> = line
            .split(' ')
            .map(|it| it.parse().expect("a number"))
            .collect();
        Self {
            wall: numbers[0],
            cpu: numbers[1],
            memory: numbers[2],
        }
    }

    fn cpu(&self) -> f64 {
        self.cpu
    }

    fn wall(&self) -> f64 {
        self.wall
    }

    fn memory(&self) -> f64 {
        self.memory
    }
}

/// A local CA in a folder of its own.
struct World {
    folder: TempDir,
}

impl World {
    fn new() -> Self {
        let this = Self {
            folder: tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder"),
        };
        this.run(ISSUE);
        this
    }

    /// Enters the one certificate a million times, under other names: issued one after the other in the
    /// last year for two, five or ten years, but for one in a hundred that ends within thirty days, one in
    /// a hundred that has ended, and one in a thousand that is revoked.
    fn fill(&self) {
        let ledger = self.folder.path().join("ca/ledger.sqlite");
        let ledger = Connection::open(ledger).expect("the ledger opens");
        ledger.execute_batch(FILL).expect("the ledger is filled");
    }

    fn cost(&self, words: &str) -> Cost {
        let runs: Vec<Cost> = (0..RUNS).map(|_| self.run(words)).collect();
        Cost {
            wall: median(&runs, Cost::wall),
            cpu: median(&runs, Cost::cpu),
            memory: median(&runs, Cost::memory),
        }
    }

    fn run(&self, words: &str) -> Cost {
        let this = std::env::current_exe().expect("this program has a path");
        let mut command = self.command(&this);
        command.arg(ALONE).arg(PROGRAM).args(words.split(' '));
        let output = command.output().expect("this program runs");
        assert!(output.status.success(), "{output:?}");
        Cost::of_line(&String::from_utf8_lossy(&output.stdout))
    }

    /// How long it takes until somebody who reads has the first lines.
    fn first_lines(&self) -> f64 {
        let run = || {
            let start = Instant::now();
            let mut list = self.command(Path::new(PROGRAM));
            let list = list.arg("list").stdout(Stdio::piped()).spawn();
            let mut list = list.expect("our program runs");
            let mut lines = list.stdout.take().expect("it is a pipe");
            lines.read_exact(&mut [0; 4096]).expect("there are lines");
            let first = start.elapsed().as_secs_f64();
            drop(lines);
            list.wait().expect("it ends where nobody reads");
            first
        };
        let mut times: Vec<f64> = (0..RUNS).map(|_| run()).collect();
        times.sort_by(f64::total_cmp);
        times[RUNS / 2]
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.folder.path())
            .env("CERTWRIGHT_HOME", self.folder.path().join("ca"))
            // Cargo sets it, and every program would search its folders first.
            .env_remove("LD_LIBRARY_PATH")
            .stderr(Stdio::null());
        command
    }
}

fn median(costs: &[Cost], of: fn(&Cost) -> f64) -> f64 {
    let mut values: Vec<f64> = costs.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

const PROGRAM: &str = env!("CARGO_BIN_EXE_certwright");
/// The word by which this program runs another alone.
const ALONE: &str = "--alone";
const ISSUE: &str = "issue --force localhost 127.0.0.1";
const QUESTIONS: [&str; 8] = [
    "list",
    "list --json-lines",
    "list --json",
    "list --all",
    "list --expiring 30d",
    "list --match *-77*",
    "list --timeline",
    "renew --all --check",
];
const ROWS: u32 = 1_000_000;
const RUNS: usize = 5;
/// Runs on one ledger before it is the other's turn, and turns.
const TURN: usize = 10;
const TURNS: usize = 10;

const FILL: &str = "
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
BEGIN;
CREATE TEMP TABLE time AS
    WITH RECURSIVE number (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM number WHERE n < 1000000)
    SELECT n, unixepoch() - 366 * 86400 + n * 31 AS begin, unixepoch() AS now FROM number;
INSERT INTO issued (id, serial, fingerprint, generation, subject, names, not_before, not_after, issued_at,
    command, purposes, algorithm, key_made, lifetime, files, pending, revoked_at, reason, superseded_by)
SELECT n, lower(hex(randomblob(16))), lower(hex(randomblob(32))), generation, subject,
    json_array('DNS:host-' || n || '.example.test', 'DNS:www.host-' || n || '.example.test'), begin,
    CASE n % 100 WHEN 0 THEN now - n WHEN 1 THEN now + n * 2
        ELSE begin + CASE n % 3 WHEN 0 THEN 730 WHEN 1 THEN 1826 ELSE 3652 END * 86400 END,
    begin, command, purposes, algorithm, key_made, lifetime,
    json_array(
        json_object('role', 'certificate', 'format', 'pem', 'path', '/srv/certificates/host-' || n || '.crt'),
        json_object('role', 'private_key', 'format', 'pem', 'path', '/srv/certificates/host-' || n || '.key')),
    0, CASE WHEN n % 1000 = 2 THEN now END, CASE WHEN n % 1000 = 2 THEN 1 END, NULL
FROM time CROSS JOIN issued WHERE id = 1 ORDER BY n;
INSERT INTO named SELECT value, issued.id FROM issued, json_each(names) WHERE issued.id > 1 ORDER BY 1;
INSERT INTO placed SELECT value ->> 'path', issued.id FROM issued, json_each(files)
    WHERE issued.id > 1 ORDER BY 1;
COMMIT;
PRAGMA journal_mode = DELETE;
";
