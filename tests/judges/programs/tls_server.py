"""Serves HTTPS on a free port of the loopback, which it prints.

tls_server.py CERTIFICATES KEY [ROOT]: with ROOT, clients must show a certificate by it.
"""

import http.server
import ssl
import sys


class Hello(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "6")
        self.end_headers()
        self.wfile.write(b"hello\n")

    def log_message(self, *_):
        pass


certificates, key, *root = sys.argv[1:]
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(certificates, key)
if root:
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(root[0])
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hello)
# The handshake is each connection's own affair: one that fails must not end the server.
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
print(server.server_port, flush=True)
server.serve_forever()
