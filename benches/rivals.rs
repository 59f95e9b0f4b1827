//! Whole processes beside the programs that people use today, as ratios in one run.
//!
//! `cargo bench --bench rivals` prints them. Each pair is run in turns, so that whatever else the
//! machine does falls on both; the median counts. A rival that is not installed is named and left
//! out. Instruction counts come from callgrind, if valgrind is there.

#![allow(clippy::print_stdout)] // It is what a benchmark is for.

mod shared;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use shared::{Program, is_installed, median};
use tempfile::TempDir;

fn main() {
    let bench = Bench::new();
    println!("whole processes, median of their CPU or wall time; ratio = rival / certwright\n");
    bench.issue();
    bench.rsa();
    bench.inspect();
    bench.verify();
    bench.version();
}

struct Bench {
    folder: TempDir,
}

/// What is compared: the work, or, where several cores share it, how long it takes.
#[derive(Clone, Copy)]
enum Clock {
    Cpu,
    Wall,
}

impl Bench {
    fn new() -> Self {
        let this = Self {
            // In memory where that is to be had: we flush what we write to the disk and the others do
            // not, and it is work that is compared.
            folder: tempfile::tempdir_in("/dev/shm")
                .or_else(|_| tempfile::tempdir())
                .expect("a temporary folder"),
        };
        let made = this
            .command(&Program::ours("issue localhost"))
            .status()
            .expect("our program runs");
        assert!(made.success(), "the CA is made before anything is measured");
        this
    }

    fn issue(&self) {
        let ours = Program::ours("issue --force localhost 127.0.0.1");
        let openssl = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 365 \
                       -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout o.key -out o.crt";
        let rivals = [
            Program::new("mkcert -ecdsa", "mkcert -ecdsa localhost 127.0.0.1"),
            Program::new("openssl req -x509", openssl),
        ];
        // mkcert makes its CA on first use, which is not what is compared.
        let _ = self.command(&rivals[0]).status();
        self.compare("issue, P-256", Clock::Cpu, &ours, &rivals, 200);
    }

    fn rsa(&self) {
        for (bits, runs) in [(2048, 100), (3072, 60), (4096, 40)] {
            let ours = Program::ours(&format!("key -a rsa{bits} --force -o c.key"));
            let rival = Program::new(
                "openssl genrsa",
                &format!("openssl genrsa -out g.key {bits}"),
            );
            self.compare(
                &format!("key, RSA {bits}"),
                Clock::Wall,
                &ours,
                &[rival],
                runs,
            );
        }
    }

    fn inspect(&self) {
        let Some(bundle) = BUNDLES.iter().find(|path| Path::new(path).exists()) else {
            println!("inspect: no bundle of roots on this machine");
            return;
        };
        let ours = Program::ours(&format!("inspect {bundle}"));
        let rival = Program::new(
            "openssl storeutl",
            &format!("openssl storeutl -noout -text -certs {bundle}"),
        );
        self.compare("inspect, root bundle", Clock::Wall, &ours, &[rival], 50);
    }

    /// A leaf with its intermediate, against the system's roots and one more; and a thousand such files.
    fn verify(&self) {
        let Some(bundle) = BUNDLES.iter().map(Path::new).find(|path| path.is_file()) else {
            println!("verify: no bundle of roots here\n");
            return;
        };
        let file = |name: &str| self.folder.path().join(name);
        let read = |path: &Path| std::fs::read_to_string(path).expect("a file can be read");
        let write =
            |name: &str, text: &str| std::fs::write(file(name), text).expect("it is written");
        let exported = self
            .command(&Program::ours("ca export -o own-root.crt"))
            .status();
        assert!(exported.expect("our program runs").success());
        write("roots.pem", &(read(bundle) + &read(&file("own-root.crt"))));
        let chain = read(&file("localhost.crt"));
        let (leaf, intermediate) =
            chain.split_at(chain.rfind("-----BEGIN").expect("two certificates"));
        write("leaf.crt", leaf);
        write("intermediate.crt", intermediate);
        let ours = "verify localhost.crt --hostname localhost --roots roots.pem";
        let openssl = "openssl verify -CAfile roots.pem -untrusted intermediate.crt -verify_hostname localhost leaf.crt";
        let rivals = [Program::new("openssl verify", openssl)];
        self.compare(
            "verify, against the system's roots",
            Clock::Cpu,
            &Program::ours(ours),
            &rivals,
            100,
        );
        let names: Vec<String> = (0..MANY).map(|at| format!("{at}.crt")).collect();
        names.iter().for_each(|name| write(name, &chain));
        let (one, all) = (Program::ours(ours), names.join(" "));
        let all = Program::ours(&format!(
            "verify {all} --hostname localhost --roots roots.pem"
        ));
        let mut ones: Vec<Duration> = (0..100).map(|_| self.time(Clock::Wall, &one)).collect();
        let mut alls: Vec<Duration> = (0..5).map(|_| self.time(Clock::Wall, &all)).collect();
        let (one, all) = (median(&mut ones) * MANY as f64, median(&mut alls));
        println!("verify of {MANY} files (wall)");
        println!("  {:22} {all:9.2} ms", "one call");
        println!(
            "  {:22} {one:9.2} ms   ratio {:.1}\n",
            "a call for each",
            one / all
        );
    }

    fn version(&self) {
        let ours = Program::ours("--version");
        let rivals = [
            Program::new("mkcert -version", "mkcert -version"),
            Program::new("openssl version", "openssl version"),
        ];
        self.compare("--version", Clock::Cpu, &ours, &rivals, 200);
        for program in std::iter::once(&ours).chain(&rivals) {
            if let Some(count) = self.instructions(program) {
                println!("  {:22} {count} instructions", program.name);
            }
        }
    }

    /// Runs ours and its rivals in turns, some runs at a time, as a script does that has more than one
    /// name: with the program in the caches of the processor.
    fn compare(&self, what: &str, clock: Clock, ours: &Program, rivals: &[Program], runs: usize) {
        let present: Vec<&Program> = rivals
            .iter()
            .filter(|rival| is_installed(&rival.words[0]))
            .collect();
        let mut times = vec![Vec::with_capacity(runs); present.len() + 1];
        for _ in 0..runs / TURN {
            for (program, times) in std::iter::once(ours)
                .chain(present.iter().copied())
                .zip(&mut times)
            {
                times.extend((0..TURN).map(|_| self.time(clock, program)));
            }
        }
        let medians: Vec<f64> = times.iter_mut().map(|times| median(times)).collect();
        println!(
            "{what} ({})",
            if matches!(clock, Clock::Cpu) {
                "CPU"
            } else {
                "wall"
            }
        );
        println!("  {:22} {:9.2} ms", ours.name, medians[0]);
        for (rival, time) in present.iter().zip(&medians[1..]) {
            println!(
                "  {:22} {time:9.2} ms   ratio {:.1}",
                rival.name,
                time / medians[0]
            );
        }
        for rival in rivals.iter().filter(|rival| !is_installed(&rival.words[0])) {
            println!("  {:22} not installed", rival.name);
        }
    }

    fn time(&self, clock: Clock, program: &Program) -> Duration {
        let (before, start) = (children(), Instant::now());
        let status = self.command(program).status().expect("the program starts");
        let wall = start.elapsed();
        assert!(status.success(), "{} {:?}", program.name, program.words);
        match clock {
            Clock::Cpu => children() - before,
            Clock::Wall => wall,
        }
    }

    fn instructions(&self, program: &Program) -> Option<String> {
        let mut command = self.command(&Program::new(
            "valgrind",
            "valgrind --tool=callgrind --callgrind-out-file=/dev/null",
        ));
        let output = command
            .args(&program.words)
            .stderr(Stdio::piped())
            .output()
            .ok()?;
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        text.lines()
            .find_map(|line| line.split("Collected : ").nth(1).map(str::to_owned))
    }

    fn command(&self, program: &Program) -> Command {
        let mut command = Command::new(&program.words[0]);
        command
            .args(&program.words[1..])
            .current_dir(self.folder.path())
            .env("CERTWRIGHT_HOME", self.folder.path().join("ca"))
            .env("CAROOT", self.folder.path().join("mkcert"))
            // Cargo sets it, and every program would search its folders first.
            .env_remove("LD_LIBRARY_PATH")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }
}

fn children() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the system counts");
    let microseconds =
        |time: nix::sys::time::TimeVal| (time.tv_sec() * 1_000_000 + time.tv_usec()) as u64;
    Duration::from_micros(microseconds(usage.user_time()) + microseconds(usage.system_time()))
}

/// As many files as a folder of certificates may hold.
const MANY: usize = 1000;
/// Runs of one program before it is the next one's turn.
const TURN: usize = 10;
/// Where systems keep the bundle of their roots: Debian, Fedora, Alpine.
const BUNDLES: [&str; 3] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
];
