"""Holds certwright's lint against pkilint over the certificates of PyPI's cryptography_vectors.

compare.py CERTWRIGHT: both judge every certificate there as one of a public CA, as it is and once more with
its validity moved to 2029, when all rules hold. Rules and codes that mean the same stand in one row of MEANS.
Where one of the two finds something and the other does not, EXPLAINED must tell why; what is not explained
fails, and so does an explanation that explains nothing, and a code or a rule that stands nowhere.
"""

import base64
import collections
import hashlib
import json
import logging
import multiprocessing
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import cryptography_vectors
from pkilint import loader
from pkilint.cabf import serverauth
from pkilint.pkix import certificate

from differences import ALONE_HERE, ALONE_THERE, EXPLAINED, MEANS

PEM = re.compile(rb"-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----(.*?)-----END", re.S)
TIMES = re.compile(rb"\x30\x1e\x17\x0d\d{12}Z\x17\x0d\d{12}Z")
MOVED = b"\x30\x1e\x17\x0d290601000000Z\x17\x0d290630235959Z"
LIMIT = 200


def is_certificate(octets):
    """Tells certificates from requests, keys and the rest, all of which are SEQUENCEs: they begin with an
    explicit version in a SEQUENCE in a SEQUENCE."""
    return re.match(rb"\x30(?:[\x00-\x7f]|\x81.|\x82..)\x30(?:[\x00-\x7f]|\x81.|\x82..)\xa0\x03\x02\x01", octets, re.S)


def found():
    """Returns every certificate of the vectors in DER, by its digest, with the file's name."""
    certificates = {}
    root = pathlib.Path(cryptography_vectors.__file__).parent
    for path in sorted(root.rglob("*")):
        octets = path.read_bytes() if path.is_file() else b""
        blocks = [base64.b64decode(b"".join(block.split())) for block in PEM.findall(octets)]
        if not blocks and path.suffix in (".crt", ".der") and is_certificate(octets):
            blocks = [octets]
        name = str(path.relative_to(root))
        for der in blocks:
            variants = [(name + " in 2029", TIMES.sub(MOVED, der, count=1))]
            # The 405 of PKITS have one period, and pkilint takes its time.
            if "PKITS" not in name:
                variants.append((name, der))
            for variant, form in variants:
                certificates.setdefault(hashlib.sha256(form).hexdigest(), (variant, form))
    return certificates


def theirs(item):
    """Returns what pkilint says: its type of certificate, the day it begins, and the codes."""
    digest, (name, der) = item
    try:
        parsed = loader.load_der_certificate(der, name)
        kind = serverauth.determine_certificate_type(parsed)
        validators = serverauth.create_validators(kind)
        container = certificate.create_pkix_certificate_validator_container(
            serverauth.create_decoding_validators(), validators
        )
        results = container.validate(parsed.root)
        codes = {one.finding.code for result in results for one in result.finding_descriptions}
        return digest, (str(kind), bool(parsed.is_ca)), str(parsed.not_before.date()), codes
    except Exception as error:  # pkilint fails in many ways, and where it does there is nothing to compare.
        return digest, None, type(error).__name__, set()


def ours(program, certificates):
    """Returns the rules that certwright finds broken, by digest."""
    with tempfile.NamedTemporaryFile("wb", suffix=".pem") as file:
        for _, der in certificates.values():
            block = base64.encodebytes(der)
            file.write(b"-----BEGIN CERTIFICATE-----\n" + block + b"-----END CERTIFICATE-----\n")
        file.flush()
        words = [program, "lint", "--json", "--profile", "public", file.name]
        result = subprocess.run(words, capture_output=True, text=True)
    items = json.loads(result.stdout)["items"]
    return {item["sha256"]: {one["rule"] for one in item["findings"]} for item in items}


def main():
    # pkilint writes its own exceptions there, and reports them as findings.
    logging.disable(logging.CRITICAL)
    program = os.path.abspath(sys.argv[1])
    rules = json.loads(subprocess.run([program, "lint", "--rules", "--json"], capture_output=True, text=True).stdout)
    since = {rule["rule"]: rule["since"] for rule in rules["rules"] if rule["profile"] != "private"}
    rows = [(set(mine.split()), set(codes.split())) for mine, codes in MEANS]
    known = set(since) - set().union(*(mine for mine, _ in rows)) - set(ALONE_HERE)
    faults = [f"{rule} stands nowhere in differences.py" for rule in sorted(known)]
    certificates = found()
    mine = ours(program, certificates)
    with multiprocessing.Pool() as pool:
        judged = pool.map(theirs, certificates.items(), chunksize=8)
    used, unread, compared, agreed = collections.Counter(), 0, 0, collections.Counter()
    for digest, kind, day, codes in judged:
        name, _ = certificates[digest]
        here = mine.get(digest, set())
        unread += kind is None or digest not in mine
        if kind is None or "certificate-malformed" in here or digest not in mine:
            continue
        compared += 1
        for code in codes - set(ALONE_THERE) - set().union(*(codes for _, codes in rows)):
            faults.append(f"{name}: {code} stands nowhere in differences.py")
        for number, (rules_here, codes_there) in enumerate(rows):
            one, other = rules_here & here, codes_there & codes
            agreed[number] += bool(one and other)
            if bool(one) == bool(other):
                continue
            if other and any((since[rule] or "") > day for rule in rules_here):
                continue
            facts = {
                "kind": kind[0],
                "is_ca": kind[1],
                "day": day,
                "codes": codes,
                "here": here,
                "only": one | other,
                "row": codes_there,
                "der": certificates[digest][1],
            }
            for place, (subjects, explains, _) in enumerate(EXPLAINED):
                if (subjects == "*" or (one | other) & set(subjects.split())) and explains(facts):
                    used[place] += 1
                    break
            else:
                side = "only here" if one else "only pkilint"
                faults.append(f"{side}: {' '.join(sorted(one | other))}: {name} ({kind[0]})")
    for place, (subjects, _, reason) in enumerate(EXPLAINED):
        if not used[place]:
            faults.append(f"differences.py: {subjects} no longer differs because {reason}")
    print("\n".join(faults[:LIMIT]))
    both, apart = sum(agreed.values()), sum(used.values())
    print(f"pkilint and lint: {compared} certificates compared ({unread} that one of them cannot read); they agree in {both} findings, {apart} differences are explained, {len(faults)} are not")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
