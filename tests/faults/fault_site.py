"""Hosts on the loopback that misbehave: one behaviour for each path, and a log of who asked what when."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise

HOSTS = tuple(f"127.0.0.{n}" for n in range(1, 10))
"""Every host is an address of its own, all on the same port; ``localhost`` is the first of them."""


@dataclass
class Exchange:
    """One request as the server saw it. Times are seconds on the monotonic clock; ``end`` 0: not ended."""

    host: str
    path: str
    start: float
    headers: dict[str, str]
    connection: int
    end: float = 0.0


@dataclass
class Wire:
    """One connection, seen from the server, with the exchange it is in."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    exchange: Exchange
    turn: int = 0
    """How often the same path of the same host was asked for before."""
    closed: bool = False

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def hang(self) -> None:
        """Say nothing more until the other side goes."""
        with suppress(ConnectionError):
            while await self.reader.read(4096):
                pass
        self.closed = True

    def end(self) -> None:
        """Close the connection in an orderly way."""
        self.closed = True

    def reset(self) -> None:
        """Close with a TCP reset."""
        connection = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.closed = True


Behaviour = bytes | Callable[[Wire], Awaitable[None]]


def answer(body: bytes | str = b"", status: str = "200 OK", *headers: str, kind: str = "text/html") -> bytes:
    """A whole answer with its Content-Length."""
    data = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(data)}", *headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + data


def redirect(target: str, status: str = "302 Found", *headers: str) -> bytes:
    """An answer that sends the asker elsewhere."""
    return answer(b"", status, f"Location: {target}", *headers)


def links(*targets: str) -> bytes:
    """A page that links to each of *targets*."""
    return answer("".join(f'<li><a href="{target}">go</a></li>' for target in targets))


def book(title: str) -> bytes:
    """A page that holds one record."""
    return answer(f"<html><body><h1>{title}</h1></body></html>")


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """The first behaviour for the first request, and so on; the last one for all that follow."""
    left = list(behaviours)

    async def behave(wire: Wire) -> None:
        await act(left.pop(0) if len(left) > 1 else left[0], wire)

    return behave


def by_turn(*behaviours: Behaviour) -> Behaviour:
    """As `in_turn`, but counted by the site for each host, so that it can be served again and again."""

    async def behave(wire: Wire) -> None:
        await act(behaviours[min(wire.turn, len(behaviours) - 1)], wire)

    return behave


def after(seconds: float, behaviour: Behaviour) -> Behaviour:
    """The behaviour, but only after a while."""

    async def behave(wire: Wire) -> None:
        await asyncio.sleep(seconds)
        await act(behaviour, wire)

    return behave


def then_close(data: bytes) -> Behaviour:
    """Send *data* and close, whatever is missing."""

    async def behave(wire: Wire) -> None:
        wire.writer.write(data)
        wire.end()

    return behave


async def hang(wire: Wire) -> None:
    """Never answer."""
    await wire.hang()


async def reset(wire: Wire) -> None:
    """Reset the connection instead of answering."""
    wire.reset()


async def act(behaviour: Behaviour, wire: Wire) -> None:
    """Do what the behaviour says; the exchange ends with the last byte that is written."""
    if isinstance(behaviour, bytes):
        wire.writer.write(behaviour)
        wire.exchange.end = time.monotonic()
        await wire.writer.drain()
    else:
        await behaviour(wire)


NOT_HERE = answer(b"not here", "404 Not Found")


@dataclass
class FaultSite:
    """What is served, by host and path (host "": any host), and the log of what was asked for."""

    port: int = 0
    behaviours: dict[tuple[str, str], Behaviour] = field(default_factory=dict)
    patterns: list[Callable[[str, str], Behaviour | None]] = field(default_factory=list)
    """Asked for hosts and paths that nothing else serves."""
    log: list[Exchange] = field(default_factory=list)
    touched: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """Host → connections opened to it, whether or not anything was asked for."""
    _turns: Counter[tuple[str, str]] = field(default_factory=Counter)
    _more: threading.Condition = field(default_factory=threading.Condition)

    def url(self, path: str = "/", host: str = HOSTS[0]) -> str:
        return f"http://{host}:{self.port}{path}"

    def serve(self, path: str, behaviour: Behaviour, host: str = "") -> str:
        """Answer *path* so, and give its URL."""
        self.behaviours[host, path] = behaviour
        return self.url(path, host or HOSTS[0])

    def forget(self) -> None:
        """Begin with nothing served and an empty log."""
        self.behaviours.clear()
        self.patterns.clear()
        self.log.clear()
        self.touched.clear()
        self._turns.clear()

    def asked(self, path: str | None = None, host: str | None = None) -> list[Exchange]:
        """The exchanges of one path, one host, or both, by their start."""
        return [e for e in list(self.log) if path in (None, e.path) and host in (None, e.host)]

    def wait_for(self, condition: Callable[[], bool], seconds: float = 20) -> None:
        """Wait until *condition*, which looks at the log, holds; it is asked after each request."""
        with self._more:
            if not self._more.wait_for(condition, seconds):
                raise TimeoutError("the site was not asked for what the test waits for")

    def closest_starts(self, host: str) -> float:
        """The least time in seconds between two starts on a host."""
        starts = sorted(e.start for e in self.asked(host=host))
        return min(later - earlier for earlier, later in pairwise(starts))

    def most_at_once(self, host: str) -> int:
        """How many requests were in flight on a host at the same time, at most."""
        moves = [(e.start, 1) for e in self.asked(host=host)]
        moves += [(e.end or float("inf"), -1) for e in self.asked(host=host)]
        most = now = 0
        for _, step in sorted(moves):
            now += step
            most = max(most, now)
        return most

    def _behaviour(self, host: str, path: str) -> Behaviour:
        for key in ((host, path), ("", path)):
            if key in self.behaviours:
                return self.behaviours[key]
        for pattern in self.patterns:
            if (found := pattern(host, path)) is not None:
                return found
        return NOT_HERE

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host = writer.get_extra_info("sockname")[0]
        self.touched[host] += 1
        number = sum(self.touched.values())
        try:
            while await self._exchange(host, number, reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _exchange(
        self, host: str, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
        await reader.readexactly(int(headers.get("content-length", 0)))
        exchange = Exchange(host, head[0].split(" ")[1], time.monotonic(), headers, number)
        exchange.headers[":method"] = head[0].split(" ")[0]
        wire = Wire(reader, writer, exchange, self._turns[host, exchange.path])
        self._turns[host, exchange.path] += 1
        with self._more:
            self.log.append(exchange)
            self._more.notify_all()
        try:
            await act(self._behaviour(host, exchange.path), wire)
        finally:
            exchange.end = exchange.end or time.monotonic()
        return not wire.closed

    @contextmanager
    def served(self, hosts: Sequence[str] = HOSTS) -> Iterator[FaultSite]:
        """The site, served from a thread of its own."""
        loop = asyncio.new_event_loop()
        server = loop.run_until_complete(asyncio.start_server(self._connected, hosts[0], 0, limit=2**20))
        self.port = server.sockets[0].getsockname()[1]
        more = loop.run_until_complete(
            asyncio.start_server(self._connected, list(hosts[1:]), self.port, limit=2**20)
        )
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            server.close()
            more.close()
            tasks = asyncio.all_tasks(loop)
            for task in tasks:
                task.cancel()
            if tasks:
                loop.run_until_complete(asyncio.wait(tasks))
            loop.close()
