"""What a server may do with a request: answers in bytes, and behaviours that go beyond them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import wire as wires


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
class Wire(wires.Wire):
    """One connection, with the exchange it is in."""

    exchange: Exchange
    turn: int = 0
    """How often the same path of the same host was asked for before."""
    kept: bool = False
    """The connection was used before."""


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


def slowly(head: bytes, rest: bytes) -> Behaviour:
    """Send *head* at once and *rest* byte by byte."""

    async def behave(wire: Wire) -> None:
        await wire.send(head)
        await wire.trickle(rest)
        wire.end()

    return behave


def for_ever(head: bytes, piece: bytes) -> Behaviour:
    """Send *head*, then *piece* again and again until the other side has enough."""

    async def behave(wire: Wire) -> None:
        await wire.send(head)
        while True:
            await wire.send(piece)

    return behave


def then_reset(data: bytes) -> Behaviour:
    """Send *data* and reset the connection."""

    async def behave(wire: Wire) -> None:
        await wire.send(data)
        await asyncio.sleep(0.05)  # lets the data out before the reset overtakes it
        wire.reset()

    return behave


NOT_HERE = answer(b"not here", "404 Not Found")
