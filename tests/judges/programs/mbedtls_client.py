"""Has Mbed TLS shake hands with a server of the loopback.

mbedtls_client.py ROOT NAME PORT: fails if it cannot parse the root or does not accept the server.
"""

import socket
import sys

from mbedtls import tls, x509

root, name, port = sys.argv[1:]
with open(root) as file:
    trusted = tls.TrustStore([x509.CRT.from_PEM(file.read())])
context = tls.ClientContext(tls.TLSConfiguration(trust_store=trusted, validate_certificates=True))
raw = socket.create_connection(("127.0.0.1", int(port)), timeout=20)
with context.wrap_socket(raw, server_hostname=name) as connection:
    connection.do_handshake()
    connection.send(b"GET / HTTP/1.0\r\n\r\n")
    print(connection.recv(4096).decode())
