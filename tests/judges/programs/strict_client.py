"""Asks a server of the loopback for a page as Python 3.13 does by default, with VERIFY_X509_STRICT.

strict_client.py ROOT NAME PORT [CERTIFICATE KEY]: prints the answer's status line, or fails.
"""

import socket
import ssl
import sys

root, name, port, *own = sys.argv[1:]
context = ssl.create_default_context(cafile=root)
context.verify_flags |= ssl.VERIFY_X509_STRICT
if own:
    context.load_cert_chain(*own)
with socket.create_connection(("127.0.0.1", int(port)), timeout=20) as raw:
    with context.wrap_socket(raw, server_hostname=name) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        print(connection.makefile("rb").readline().decode())
