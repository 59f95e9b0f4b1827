"""Has pkilint judge certificates of every kind that certwright makes.

lint.py CERTWRIGHT: makes them with that program in a folder of their own, runs `lint_pkix_cert` and
`lint_cabf_serverauth_cert` over each, and fails for every error or warning that exempted.txt does not
have for this kind of certificate, and for every line there that no longer occurs.
"""

import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ALGORITHMS = ["p256", "p384", "p521", "ed25519", "rsa2048", "rsa3072", "rsa4096"]
LEAVES = [
    "localhost 127.0.0.1 ::1",
    "*.app.test",
    "127.0.0.1",
    "https://app.localhost/x --cert-file uri.crt --key-file uri.key",
    "--client c.example",
    "--client --server both.example",
    "dev@mail.example.home.arpa",
    "cn.test --cn",
    "subject.test --subject /C=DE/O=Example/CN=subject.test",
    "short.test --days 7",
]
FINDING = re.compile(r"^\s+(\S+) \((?:ERROR|WARNING|FATAL)\)")


def certwright(*words):
    subprocess.run([certwright.program, "-q", *words], check=True, stdout=subprocess.DEVNULL)


def make():
    """Makes certificates into the current folder; returns roots, intermediates, leaves, self-signed ones."""
    roots, intermediates, leaves, own = [], [], [], []
    for algorithm in ALGORITHMS:
        certwright("--home", algorithm, "ca", "init", "-a", algorithm)
        certwright("--home", algorithm, "issue", f"{algorithm}.test", "-a", algorithm)
        certwright("self-signed", "self.test", "-a", algorithm, "--out-dir", f"self-{algorithm}")
        leaves.append(f"{algorithm}.test.crt")
        own.append(f"self-{algorithm}/self.test.crt")
    for constraints in ["soft", "strict", "none"]:
        certwright("--home", constraints, "ca", "init", "--constraints", constraints, "--subject", "/C=DE/O=Example")
    for number, words in enumerate(LEAVES):
        certwright("--home", "p256", "issue", *words.split(), "--out-dir", str(number))
    leaves += [str(path) for path in pathlib.Path().glob("[0-9]*/*.crt")]
    leaves += [path for path in ["uri.crt"] if os.path.exists(path)]
    certwright("--home", "deep", "ca", "init", "--path-length", "2")
    for name, words in [("below", []), ("deeper", ["--path-length", "1"])]:
        certwright("--home", "deep", "issue", "--ca", f"{name}.internal", *words, "--out-dir", "below")
    certwright("csr", "request.test", "--subject", "/O=Example")
    certwright("--home", "p256", "issue", "--csr", "request.test.csr")
    leaves.append("request.test.crt")
    roots += [str(path) for path in pathlib.Path().glob("*/ca-*/root.crt")]
    intermediates += [str(path) for path in pathlib.Path().glob("*/ca-*/intermediate.crt")]
    intermediates += [str(path) for path in pathlib.Path().glob("below/*.crt")]
    return roots, intermediates, leaves, own


def findings(linter, kind, path):
    """Returns the codes that a linter finds in the first certificate of a file."""
    end = "-----END CERTIFICATE-----\n"
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as one:
        one.write(pathlib.Path(path).read_text().split(end)[0] + end)
        one.flush()
        return codes(linter, kind, path, one.name)


def codes(linter, kind, path, one):
    words = [os.path.join(os.path.dirname(sys.executable), linter), "lint", "-s", "WARNING", *kind, one]
    result = subprocess.run(words, capture_output=True, text=True)
    if result.returncode and not result.stdout.strip():
        sys.exit(f"{linter} {path}: {result.stderr}")
    return {match[1] for match in map(FINDING.match, result.stdout.splitlines()) if match}


def main():
    certwright.program = os.path.abspath(sys.argv[1])
    lines = (pathlib.Path(__file__).parent / "exempted.txt").read_text().splitlines()
    exempted = {
        (kind, code)
        for kinds, code in (line.split() for line in lines if line and not line.startswith("#"))
        for kind in kinds.split(",")
    }
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        os.environ["CERTWRIGHT_HOME"] = os.path.join(folder, "p256")
        roots, intermediates, leaves, own = make()
        kinds = [
            (roots, "root", "ROOT-CA"),
            (intermediates, "intermediate", "INTERNAL-CONSTRAINED-TLS-CA"),
            (leaves, "leaf", "DV-FINAL-CERTIFICATE"),
            (own, "self-signed", "DV-FINAL-CERTIFICATE"),
        ]
        jobs = [(path, kind, profile) for paths, kind, profile in kinds for path in paths]

        def judge(job):
            path, kind, profile = job
            found = findings("lint_pkix_cert", [], path)
            found |= findings("lint_cabf_serverauth_cert", ["-t", profile], path)
            return {(kind, code) for code in found}

        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            found = list(pool.map(judge, jobs))
        seen = set().union(*found)
        refused = [
            f"{kind} {path}: {code}"
            for (path, _, _), one in zip(jobs, found)
            for kind, code in sorted(one - exempted)
        ]
        os.chdir("/")
    print("\n".join(refused))
    for kind, code in sorted(exempted - seen):
        refused.append(code)
        print(f"exempted.txt: {code} no longer occurs in a {kind}")
    print(f"pkilint: {len(jobs)} certificates, {len(refused)} findings that are not exempted")
    sys.exit(1 if refused else 0)


main()
