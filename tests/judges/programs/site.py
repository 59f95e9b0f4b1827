"""Makes what the clients ask a server for, and a crate that depends on one of its registry.

site.py FOLDER URL: a page, a Git repository, and a package "nothing" in each kind of registry, below
FOLDER, which will be served at URL; the crate stands in the current folder.
"""

import json
import pathlib
import subprocess
import sys
import zipfile

folder, url = pathlib.Path(sys.argv[1]), sys.argv[2]


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


write(folder / "index.html", "<!doctype html><title>padlock</title><p>This page is served from here.\n")

write(
    folder / "s3",
    '<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
    "<Owner><ID>nobody</ID></Owner><Buckets/></ListAllMyBucketsResult>",
)

document = {"name": "nothing", "dist-tags": {"latest": "1.0.0"}}
document["versions"] = {"1.0.0": {"name": "nothing", "version": "1.0.0", "dist": {"tarball": url}}}
write(folder / "npm/nothing", json.dumps(document))

wheel = "nothing-1.0.0-py3-none-any.whl"
write(folder / "simple/nothing/index.html", f'<a href="{wheel}">{wheel}</a>')
with zipfile.ZipFile(folder / "simple/nothing" / wheel, "w") as archive:
    info = "nothing-1.0.0.dist-info"
    archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: nothing\nVersion: 1.0.0\n")
    archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    archive.writestr(f"{info}/RECORD", "")
write(pathlib.Path("requirements.in"), "nothing\n")

write(folder / "crates/config.json", json.dumps({"dl": f"{url}/dl"}))
entry = {"name": "nothing", "vers": "1.0.0", "deps": [], "cksum": "0" * 64, "features": {}, "yanked": False}
write(folder / "crates/no/th/nothing", json.dumps(entry) + "\n")
write(pathlib.Path(".cargo/config.toml"), f'[registries.here]\nindex = "sparse+{url}/crates/"\n')
write(
    pathlib.Path("Cargo.toml"),
    '[package]\nname = "user"\nversion = "0.0.0"\n[dependencies]\nnothing = { version = "1", registry = "here" }\n',
)
write(pathlib.Path("src/lib.rs"), "")


def git(*words):
    subprocess.run(["git", *words], check=True, stdout=subprocess.DEVNULL)


repository = str(folder / "repository.git")
git("init", "--quiet", "--bare", repository)
somebody = ["-c", "user.name=somebody", "-c", "user.email=somebody@localhost"]
tree = subprocess.run(
    ["git", "-C", repository, "mktree"], stdin=subprocess.DEVNULL, capture_output=True, check=True, text=True
).stdout.strip()
commit = subprocess.run(
    ["git", "-C", repository, *somebody, "commit-tree", "-m", "nothing", tree],
    capture_output=True,
    check=True,
    text=True,
).stdout.strip()
git("-C", repository, "update-ref", "refs/heads/main", commit)
git("-C", repository, "update-server-info")
