"""Tells what a PKCS #12 file holds: a line for each key, certificate and friendly name.

Arguments: the file, its password, and whether there is one at all (yes, no).
"""

import sys

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.hazmat.primitives.serialization import pkcs12

path, password, given = sys.argv[1:]
with open(path, "rb") as file:
    held = pkcs12.load_pkcs12(file.read(), password.encode() if given == "yes" else None)
if held.key is not None:
    spki = held.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    print("key", spki.hex())
for one in [held.cert, *held.additional_certs]:
    if one is not None:
        print("a certificate", one.certificate.public_bytes(Encoding.DER).hex())
        if one.friendly_name is not None:
            print("name", one.friendly_name.decode())
