//! A long list of certificates: beside nothing but ring's key generation and signing, and beside mkcert in a loop.
//!
//! `cargo bench --bench lists` prints ratios of one run, and the memory that few and many take. What is compared
//! is run in turns, so that whatever else the machine does falls on both; the median counts.

#![allow(clippy::print_stdout)] // It is what a benchmark is for.

mod shared;

use std::fs::{self, File};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use shared::{Program, is_installed, median};
use tempfile::TempDir;

fn main() {
    let bench = Bench::new();
    // First, since the system tells the most that any child took.
    bench.memory();
    bench.streams();
    bench.files();
}

struct Bench {
    /// On the disk: what is durable is compared too.
    folder: TempDir,
}

impl Bench {
    fn new() -> Self {
        let target = concat!(env!("CARGO_MANIFEST_DIR"), "/target");
        let folder = tempfile::tempdir_in(target).expect("a temporary folder");
        let this = Self { folder };
        this.run(&Program::ours("ca init --constraints none"));
        this
    }

    /// The most memory at once.
    fn memory(&self) {
        // A ledger of its own, lest the others be measured on a long one.
        let home = "--home memory";
        self.run(&Program::ours(&format!(
            "{home} ca init --constraints none"
        )));
        for count in [MANY, 20 * MANY] {
            let list = self.list(count);
            self.run(&Program::ours(&format!(
                "{home} issue --from {list} --inline --json-lines"
            )));
            let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the system counts");
            let mebibytes = usage.max_rss() as f64 / 1024.0;
            println!("issue --from, {count} certificates: at most {mebibytes:.1} MiB");
        }
        println!();
    }

    /// One stream, beside what is the least that has to be done.
    fn streams(&self) {
        let list = self.list(MANY);
        let rows = Program::ours(&format!("issue --from {list} --inline --json-lines"));
        let archive = Program::ours(&format!("issue --from {list} --tar -"));
        let (mut of_rows, mut of_archive) = (Vec::new(), Vec::new());
        let (mut signed, mut checked) = (Vec::new(), Vec::new());
        for _ in 0..TURNS {
            of_rows.push(self.run(&rows));
            signed.push(raw(false));
            of_archive.push(self.run(&archive));
            checked.push(raw(true));
        }
        println!(
            "issue --from of {MANY} P-256 certificates with new keys (wall), as a share of the rate of"
        );
        let (rows, archive) = (median(&mut of_rows), median(&mut of_archive));
        println!("  {:44} {rows:9.0} ms", "certwright, to JSON lines");
        println!("  {:44} {archive:9.0} ms", "certwright, to a tar archive");
        for (what, mut times) in [
            ("ring: a key, a signature with the CA's", signed),
            ("ring: a key, read again, a signature", checked),
        ] {
            let raw = median(&mut times);
            let (rows, archive) = (raw / rows, raw / archive);
            println!("  {what:44} {raw:9.0} ms   shares {rows:.2}, {archive:.2}");
        }
        println!();
    }

    /// Files on the disk, beside a process for each.
    fn files(&self) {
        let list = self.list(MANY);
        let mut own: Vec<_> = (0..FEW_TURNS)
            .map(|turn| {
                let words = format!("issue --from {list} --out-dir out-{turn}");
                // Else it waits for what was written before it, too.
                let _ = Command::new("sync").status();
                self.run(&Program::ours(&words)) / MANY as u32
            })
            .collect();
        println!("issue --from of {MANY} to files, durable (wall, each)");
        let own = median(&mut own);
        println!("  {:44} {own:9.3} ms", "certwright");
        if !is_installed("mkcert") {
            println!("  mkcert is not installed");
            return;
        }
        let mkcert = Program::new("mkcert -ecdsa", "mkcert -ecdsa host.localhost");
        self.run(&mkcert);
        let mut others: Vec<_> = (0..LOOP).map(|_| self.run(&mkcert)).collect();
        let other = median(&mut others);
        println!(
            "  {:44} {other:9.3} ms   ratio {:.1}",
            "mkcert -ecdsa, in a loop",
            other / own
        );
    }

    /// The name of a list of so many.
    fn list(&self, count: usize) -> String {
        let name = format!("{count}.list");
        let path = self.path(&name);
        if !path.exists() {
            let mut file = File::create(&path).expect("a file is made");
            let lines: String = (0..count)
                .map(|number| format!("host-{number}.localhost\n"))
                .collect();
            file.write_all(lines.as_bytes()).expect("it is written");
        }
        name
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, program: &Program) -> Duration {
        let mut command = Command::new(&program.words[0]);
        command
            .args(&program.words[1..])
            .current_dir(self.folder.path())
            .env("CERTWRIGHT_HOME", self.path("ca"))
            .env("CAROOT", self.path("caroot"))
            // Cargo sets it, and every program would search its folders first.
            .env_remove("LD_LIBRARY_PATH")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        fs::create_dir_all(self.path("caroot")).expect("a folder is made");
        let start = Instant::now();
        let status = command.status().expect("the program starts");
        assert!(status.success(), "{} {:?}", program.name, program.words);
        start.elapsed()
    }
}

/// Makes as many keys, and as many signatures with that of a CA, on all cores. A key that is used has to be read
/// again from what is generated, too.
fn raw(is_read: bool) -> Duration {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let random = SystemRandom::new();
    let kind = &ECDSA_P256_SHA256_ASN1_SIGNING;
    let generate = || EcdsaKeyPair::generate_pkcs8(kind, &random).expect("a key");
    let read = |key: &[u8]| EcdsaKeyPair::from_pkcs8(kind, key, &random).expect("a key");
    let ca = read(generate().as_ref());
    let start = Instant::now();
    thread::scope(|scope| {
        for share in 0..threads {
            let (generate, read, ca, random) = (&generate, &read, &ca, &random);
            let count = MANY * (share + 1) / threads - MANY * share / threads;
            scope.spawn(move || {
                for _ in 0..count {
                    let key = generate();
                    if is_read {
                        std::hint::black_box(read(key.as_ref()));
                    }
                    let signature = ca.sign(random, &[7; TO_BE_SIGNED]).expect("a signature");
                    std::hint::black_box(signature);
                }
            });
        }
    });
    start.elapsed()
}

const MANY: usize = 10_000;
/// Runs of mkcert, each some 12 ms.
const LOOP: usize = 100;
const TURNS: usize = 5;
/// Where each takes seconds.
const FEW_TURNS: usize = 3;
/// What is signed of a certificate with one name.
const TO_BE_SIGNED: usize = 300;
