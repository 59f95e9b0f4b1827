"""A proxy that takes every host for this machine: CONNECT ANY:PORT leads to PORT of the loopback.

proxy.py: prints its port. So programs ask for any name or address, and the packets stay here.
"""

import asyncio


async def pump(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    writer.close()


async def serve(reader, writer):
    try:
        request = await reader.readuntil(b"\r\n\r\n")
        method, target, _ = request.split(maxsplit=2)
        if method != b"CONNECT":
            raise ValueError(method)
        onward = await asyncio.open_connection("127.0.0.1", int(target.rpartition(b":")[2]))
    except (ValueError, OSError, asyncio.IncompleteReadError):
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
        writer.close()
        return
    writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
    await asyncio.gather(pump(reader, onward[1]), pump(onward[0], writer))


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
