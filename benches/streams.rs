//! A stream of many certificates: explained beside openssl, and digested beside nothing but reading and hashing.
//!
//! `cargo bench --bench streams` prints ratios of one run, and the memory that few and many take. What is compared
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
use shared::{Program, is_installed, median};
use tempfile::TempDir;

fn main() {
    let bench = Bench::new();
    // First, since the system tells the most that any child took.
    bench.memory("inspect --json-lines -");
    bench.memory("fingerprint -");
    bench.inspect();
    bench.fingerprint();
}

struct Bench {
    folder: TempDir,
    /// So many certificates, of which streams are copies.
    unit: String,
}

impl Bench {
    fn new() -> Self {
        let mut this = Self {
            folder: tempfile::tempdir_in("/dev/shm")
                .or_else(|_| tempfile::tempdir())
                .expect("a temporary folder"),
            unit: String::new(),
        };
        for number in 0..UNIT {
            let files = "--cert-file c.crt --key-file c.key --force";
            let words = format!("issue host-{number}.localhost 127.0.0.1 {files}");
            this.run(&Program::ours(&words), Stdio::null());
            let chain = fs::read_to_string(this.path("c.crt")).expect("it was issued");
            let leaf = chain.split_inclusive("-----END CERTIFICATE-----\n").next();
            this.unit.push_str(leaf.expect("a block"));
        }
        this
    }

    /// The most memory at once.
    fn memory(&self, words: &str) {
        for count in [FEW, TWICE_MANY] {
            let stream = self.stream(count);
            self.run(&Program::ours(words), stream);
            let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the system counts");
            let mebibytes = usage.max_rss() as f64 / 1024.0;
            println!("{words}: {count} certificates, at most {mebibytes:.1} MiB");
        }
        println!();
    }

    fn inspect(&self) {
        let ours = Program::ours("inspect --json-lines -");
        let few = self.path("few.pem");
        fs::write(&few, self.unit.repeat(FEW / 4 / UNIT)).expect("it is written");
        let rival = format!("openssl storeutl -noout -text -certs {}", few.display());
        let rival = Program::new("openssl storeutl -text", &rival);
        let (mut own, mut others, mut cpu) = (Vec::new(), Vec::new(), Duration::ZERO);
        for _ in 0..TURNS {
            let stream = self.stream(MANY);
            let before = children();
            own.push(self.run(&ours, stream) / MANY as u32);
            cpu += children() - before;
            if is_installed("openssl") {
                others.push(self.run(&rival, Stdio::null()) / (FEW / 4) as u32);
            }
        }
        let wall: Duration = own.iter().sum::<Duration>() * MANY as u32;
        let cores = cpu.as_secs_f64() / wall.as_secs_f64();
        println!(
            "inspect --json-lines of {MANY} certificates (wall, each; {cores:.1} cores at work)"
        );
        let own = median(&mut own) * 1000.0;
        println!("  {:22} {own:9.2} µs", ours.name);
        if others.is_empty() {
            println!("  openssl is not installed\n");
            return;
        }
        let other = median(&mut others) * 1000.0;
        println!(
            "  {:22} {other:9.2} µs   ratio {:.1}\n",
            rival.name,
            other / own
        );
    }

    fn fingerprint(&self) {
        let ours = Program::ours("fingerprint -");
        let (mut own, mut decoded, mut undecoded) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..TURNS {
            let stream = self.stream(MANY);
            own.push(self.run(&ours, stream));
            decoded.push(self.raw(digest_of_blocks));
            undecoded.push(self.raw(digest_of_text));
        }
        println!("fingerprint of {MANY} certificates (wall), as a share of the rate of");
        let own = median(&mut own);
        println!("  {:36} {own:9.1} ms", ours.name);
        for (what, mut times) in [
            ("reading, decoding base64, SHA-256", decoded),
            ("reading, SHA-256 of the text", undecoded),
        ] {
            let raw = median(&mut times);
            println!("  {what:36} {raw:9.1} ms   share {:.2}", raw / own);
        }
    }

    /// Reads the stream on all cores, and does nothing but one thing with it.
    fn raw(&self, digest: fn(&[u8]) -> u8) -> Duration {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let copies = MANY / UNIT;
        let path = self.stream_of(MANY);
        let start = Instant::now();
        thread::scope(|scope| {
            for share in 0..threads {
                let path = &path;
                scope.spawn(move || {
                    let file = File::open(path).expect("it was written");
                    let mut text = vec![0; self.unit.len()];
                    for copy in (copies * share / threads)..(copies * (share + 1) / threads) {
                        let place = (copy * text.len()) as u64;
                        read_at(&file, &mut text, place);
                        std::hint::black_box(digest(&text));
                    }
                });
            }
        });
        start.elapsed()
    }

    /// A stream of so many certificates, as standard input.
    fn stream(&self, count: usize) -> Stdio {
        File::open(self.stream_of(count))
            .expect("it was written")
            .into()
    }

    fn stream_of(&self, count: usize) -> PathBuf {
        let path = self.path(&format!("{count}.pem"));
        if !path.exists() {
            let mut file = File::create(&path).expect("a file is made");
            for _ in 0..count / UNIT {
                file.write_all(self.unit.as_bytes()).expect("it is written");
            }
        }
        path
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, program: &Program, input: impl Into<Stdio>) -> Duration {
        let mut command = Command::new(&program.words[0]);
        command
            .args(&program.words[1..])
            .current_dir(self.folder.path())
            .env("CERTWRIGHT_HOME", self.path("ca"))
            // Cargo sets it, and every program would search its folders first.
            .env_remove("LD_LIBRARY_PATH")
            .stdin(input)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let start = Instant::now();
        let status = command.status().expect("the program starts");
        assert!(status.success(), "{} {:?}", program.name, program.words);
        start.elapsed()
    }
}

fn children() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the system counts");
    let microseconds =
        |time: nix::sys::time::TimeVal| (time.tv_sec() * 1_000_000 + time.tv_usec()) as u64;
    Duration::from_micros(microseconds(usage.user_time()) + microseconds(usage.system_time()))
}

fn read_at(file: &File, room: &mut [u8], place: u64) {
    use std::os::unix::fs::FileExt as _;
    file.read_exact_at(room, place).expect("it is all there");
}

/// Decodes each block of a text, and digests what it holds.
fn digest_of_blocks(text: &[u8]) -> u8 {
    let mut sum = 0;
    let mut coded = Vec::new();
    for line in text.split(|byte| *byte == b'\n') {
        match line {
            [b'-', b'-', b'-', b'-', b'-', b'B', ..] => coded.clear(),
            [b'-', b'-', b'-', b'-', b'-', b'E', ..] => {
                let der = data_encoding::BASE64.decode(&coded).expect("base64");
                sum ^= digest_of_text(&der);
            }
            line => coded.extend_from_slice(line),
        }
    }
    sum
}

fn digest_of_text(text: &[u8]) -> u8 {
    ring::digest::digest(&ring::digest::SHA256, text).as_ref()[0]
}

/// Certificates of which the streams are made.
const UNIT: usize = 100;
const FEW: usize = 10_000;
const MANY: usize = 100_000;
const TWICE_MANY: usize = 200_000;
/// Each takes a second or two.
const TURNS: usize = 5;
