"""A server or a client of WebSockets by python3-websockets: `server`, which says its port, or `client URI COUNT LARGEST`."""

import asyncio
import random
import sys

import websockets

OPTIONS = {"max_size": None, "ping_interval": None}


async def echo(socket):
    async for message in socket:
        await socket.send(message)


async def serve():
    async with websockets.serve(echo, "127.0.0.1", 0, **OPTIONS) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.Future()


async def ask(uri, count, largest):
    """Text and binary messages of 0 bytes up to the largest; exits with an error where one comes back otherwise."""
    chance = random.Random(count)
    sizes = [0, 1, 125, 126, 65535, 65536, largest]
    async with websockets.connect(uri, **OPTIONS) as socket:
        for number in range(count):
            size = sizes[number] if number < len(sizes) else int(largest ** chance.random())
            message = chance.randbytes(size)
            if number % 3 == 0:
                message = message.hex()[:size]
            await socket.send(message)
            assert await socket.recv() == message, f"message {number} of {size} bytes"
    print(f"{count} messages, closed with {socket.close_code}")


if sys.argv[1] == "server":
    asyncio.run(serve())
else:
    asyncio.run(ask(sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
