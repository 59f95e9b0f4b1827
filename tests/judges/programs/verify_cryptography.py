"""Has the path builder of `cryptography` judge a chain.

verify_cryptography.py server|client ROOT CHAIN [NAME]: CHAIN is the leaf and its intermediate.
"""

import ipaddress
import sys

from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store


def subject(name):
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def certificates(path):
    with open(path, "rb") as file:
        return x509.load_pem_x509_certificates(file.read())


role, root, chain, *name = sys.argv[1:]
leaf, *intermediates = certificates(chain)
builder = PolicyBuilder().store(Store(certificates(root)))
if role == "server":
    builder.build_server_verifier(subject(name[0])).verify(leaf, intermediates)
else:
    builder.build_client_verifier().verify(leaf, intermediates)
