"""Serves gRPC with a certificate, and asks for it by each name.

grpc_names.py ROOT CERTIFICATES KEY NAME...: fails if a name is not reached in time. Without a ROOT ("-"),
gRPC finds the roots by itself.
"""

import sys
from concurrent import futures

import grpc


def content(path):
    with open(path, "rb") as file:
        return file.read()


root, certificates, key, *names = sys.argv[1:]
server = grpc.server(futures.ThreadPoolExecutor(2))
identity = grpc.ssl_server_credentials([(content(key), content(certificates))])
port = server.add_secure_port("127.0.0.1:0", identity)
server.start()
trust = grpc.ssl_channel_credentials(None if root == "-" else content(root))
refused = []
for name in names:
    with grpc.secure_channel(f"{name}:{port}", trust) as channel:
        try:
            grpc.channel_ready_future(channel).result(timeout=3)
        except grpc.FutureTimeoutError:
            refused.append(name)
server.stop(None)
if refused:
    sys.exit("not reached: " + ", ".join(refused))
