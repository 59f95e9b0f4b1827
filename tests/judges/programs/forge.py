"""Makes what somebody can make who has stolen the key of a CA.

forge.py CERTIFICATE KEY NAME FOLDER: certificates for NAME, in the ways that have fooled clients, each with
its chain in FOLDER/KIND.crt and its key in FOLDER/KIND.key.
"""

import datetime
import ipaddress
import pathlib
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


def common_name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def host(text):
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def sign(issuer, subject, key, extensions):
    """`issuer` is a certificate and its key."""
    above, by = issuer
    now = datetime.datetime.now(datetime.timezone.utc)
    day = datetime.timedelta(days=1)
    builder = x509.CertificateBuilder(
        above.subject, subject, key.public_key(), x509.random_serial_number(), now - day, now + 30 * day
    )
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    identifier = above.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    same = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)
    builder = builder.add_extension(same, False)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(by, hashes.SHA256())


def leaf(issuer, subject, *names):
    extensions = [(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)]
    if names:
        extensions.append((x509.SubjectAlternativeName(names), not subject.rdns))
    return sign(issuer, subject, key, extensions)


def authority(subject):
    """A CA under no constraints, with a key of its own."""
    own = ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    extensions = [(x509.BasicConstraints(ca=True, path_length=None), True), (usage, True)]
    return sign(stolen, subject, own, extensions), own


certificate, its_key, name, folder = sys.argv[1:]
stolen = (
    x509.load_pem_x509_certificate(pathlib.Path(certificate).read_bytes()),
    serialization.load_pem_private_key(pathlib.Path(its_key).read_bytes(), None),
)
key = ec.generate_private_key(ec.SECP256R1())
# Any common name would be one more that the constraints may forbid.
nobody = x509.Name([])
below = authority(common_name("below"))
twin = authority(stolen[0].subject)
forged = {
    "plain": [leaf(stolen, nobody, host(name))],
    "cn": [leaf(stolen, common_name(name))],
    "email": [leaf(stolen, common_name(name), x509.RFC822Name("somebody@localhost"))],
    "below": [leaf(below, nobody, host(name)), below[0]],
    "twin": [leaf(twin, nobody, host(name)), twin[0]],
}

folder = pathlib.Path(folder)
folder.mkdir(parents=True, exist_ok=True)
pem = serialization.Encoding.PEM
for kind, chain in forged.items():
    certificates = [each.public_bytes(pem) for each in [*chain, stolen[0]]]
    (folder / f"{kind}.crt").write_bytes(b"".join(certificates))
    (folder / f"{kind}.key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
