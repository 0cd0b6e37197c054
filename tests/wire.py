"""Connections seen from a server on the loopback, which runs in a loop of a thread of its own."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Wire:
    """One connection, seen from the server."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    closed: bool = field(default=False, kw_only=True)

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def trickle(self, data: bytes, pause: float = 0.02) -> None:
        """Send a byte at a time, as long as somebody takes them."""
        for n in range(len(data)):
            await self.send(data[n : n + 1])
            await asyncio.sleep(pause)

    async def hang(self) -> None:
        """Keep the connection open and say nothing more until the other side goes."""
        with suppress(ConnectionError):
            while await self.reader.read(4096):
                pass
        self.closed = True

    def end(self) -> None:
        """Close the connection in an orderly way."""
        self.closed = True

    def reset(self) -> None:
        """Close with a TCP reset instead of an orderly end."""
        connection = self.writer.get_extra_info("socket")
        with suppress(OSError):  # the other side may have gone first
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.closed = True


Connected = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextmanager
def loop_in_a_thread() -> Iterator[asyncio.AbstractEventLoop]:
    """A loop that runs in a thread of its own; at the end whatever still runs there is cancelled."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(_end_all())
        loop.close()


@contextmanager
def listening(
    loop: asyncio.AbstractEventLoop,
    connected: Connected,
    hosts: str | Sequence[str],
    port: int = 0,
    tls: ssl.SSLContext | None = None,
) -> Iterator[int]:
    """Serve connections on that loop, *port* 0 being any; gives the port."""

    async def start() -> asyncio.Server:
        # A client that does not like the certificate is no news for the loop's log.
        return await asyncio.start_server(connected, hosts, port, limit=2**20, ssl=tls)

    server = asyncio.run_coroutine_threadsafe(start(), loop).result()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(server.close)


async def _end_all() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
