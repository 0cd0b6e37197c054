"""Hosts on the loopback that misbehave: one behaviour for each path, and a log of who asked what when."""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from behaviours import (
    NOT_HERE,
    Behaviour,
    Exchange,
    Wire,
    act,
    after,
    answer,
    book,
    by_turn,
    for_ever,
    hang,
    in_turn,
    links,
    redirect,
    reset,
    slowly,
    then_close,
    then_reset,
)

from wire import listening, loop_in_a_thread

__all__ = [
    "HOSTS",
    "NOT_HERE",
    "Behaviour",
    "Exchange",
    "FaultSite",
    "Wire",
    "act",
    "after",
    "answer",
    "book",
    "by_turn",
    "for_ever",
    "hang",
    "in_turn",
    "links",
    "redirect",
    "reset",
    "slowly",
    "then_close",
    "then_reset",
]

HOSTS = tuple(f"127.0.0.{n}" for n in range(1, 10))
"""Every host is an address of its own, all on the same port; ``localhost`` is the first of them."""


class Connection(NamedTuple):
    """Which connection a request came over, and whether it was used before."""

    host: str
    number: int
    kept: bool


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
    _loop: asyncio.AbstractEventLoop = field(init=False)

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
            kept = False
            while await self._exchange(Connection(host, number, kept), reader, writer):
                kept = True
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _exchange(
        self, connection: Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        host = connection.host
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
        await reader.readexactly(int(headers.get("content-length", 0)))
        exchange = Exchange(host, head[0].split(" ")[1], time.monotonic(), headers, connection.number)
        exchange.headers[":method"] = head[0].split(" ")[0]
        wire = Wire(reader, writer, exchange, self._turns[host, exchange.path], connection.kept)
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
    def another_port(self, host: str, tls: ssl.SSLContext | None = None) -> Iterator[int]:
        """Serve the same on another port of a host too, over TLS if told so; gives the port."""
        with listening(self._loop, self._connected, host, tls=tls) as port:
            yield port

    @contextmanager
    def served(self, hosts: Sequence[str] = HOSTS) -> Iterator[FaultSite]:
        """The site, served from a thread of its own."""
        with (
            loop_in_a_thread() as self._loop,
            listening(self._loop, self._connected, hosts[0]) as self.port,
            listening(self._loop, self._connected, list(hosts[1:]), self.port),
        ):
            yield self
